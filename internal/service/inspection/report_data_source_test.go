package inspection_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const reportAddress = "data.ackguard_cluster_inspection_report.these"

func reports(arguments string) string {
	return fmt.Sprintf(`
data "ackguard_cluster_inspection_report" "these" {
  account_ids = [%q, %q]
%s
}`, acctest.Retail, acctest.Payments, arguments)
}

// withReports gives the cluster retail two completed inspections and one that runs.
func withReports() *simulator.Scenario {
	scenario := acctest.Fleet()
	item := func(uid, level, result string) simulator.CheckItemResult {
		return simulator.CheckItemResult{
			CheckItemUID: uid, Name: new("item " + uid), Level: level, Result: result, Category: "stability",
			Fix: new("fix " + uid), TargetType: new("Node"), Targets: []string{"node-b", "node-a"},
		}
	}
	scenario.Accounts[1].Clusters[0].InspectReports = []simulator.InspectReport{
		{ReportID: "4d1c0000-0000-4000-8000-000000000002", StartTime: "2026-01-08T02:30:00Z", EndTime: "2026-01-08T02:34:00Z", CheckItemResults: []simulator.CheckItemResult{
			item("Quiet", "warning", "false"), item("Advised", "advice", "true"), item("Broken", "error", "true"), item("Off", "error", "disable"),
		}},
		{ReportID: "4d1c0000-0000-4000-8000-000000000001", StartTime: "2026-01-07T02:30:00Z", EndTime: "2026-01-07T02:34:00Z", CheckItemResults: []simulator.CheckItemResult{item("Old", "error", "true")}},
		{ReportID: "4d1c0000-0000-4000-8000-000000000003", StartTime: "2026-01-09T02:30:00Z", EndTime: "2099-01-09T02:34:00Z"},
	}
	return scenario
}

func TestReport(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, withReports())
	first := func(name string) tfjsonpath.Path { return tfjsonpath.New("reports").AtSliceIndex(0).AtMapKey(name) }
	value := func(at tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(reportAddress, at, check)
	}
	item := func(uid, level, result string) knownvalue.Check {
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{
			"check_item_uid": knownvalue.StringExact(uid), "level": knownvalue.StringExact(level), "result": knownvalue.StringExact(result),
			"fix": knownvalue.StringExact("fix " + uid), "targets": acctest.Strings("node-a", "node-b"),
		})
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", reports("")),
				ConfigStateChecks: []statecheck.StateCheck{
					value(tfjsonpath.New("reports"), knownvalue.ListSizeExact(1)),
					value(first("report_id"), knownvalue.StringExact("4d1c0000-0000-4000-8000-000000000002")), // the latest that is completed
					value(first("status"), knownvalue.StringExact("completed")), value(first("cluster_name"), knownvalue.StringExact("retail")),
					value(first("items"), knownvalue.ListExact([]knownvalue.Check{item("Broken", "error", "abnormal"), item("Advised", "advice", "abnormal")})),
					value(first("summary").AtMapKey("error_count"), knownvalue.Int64Exact(1)),
					value(tfjsonpath.New("without_report"), acctest.Strings(acctest.ClusterID("payments"))),
					value(tfjsonpath.New("complete"), knownvalue.Bool(true)),
				},
			},
			{Config: cloud.Provider("", reports("")), PlanOnly: true},
			{
				Config:            cloud.Provider("", reports("include_normal = true\nlanguage = \"zh_CN\"")),
				ConfigStateChecks: []statecheck.StateCheck{value(first("items"), knownvalue.ListSizeExact(4))},
				Check: acctest.Func(func() error {
					for _, r := range cloud.Requests(simulator.Filter{Action: "GetClusterInspectReportDetail"}) {
						if r.Query.Get("language") == "zh_CN" {
							return nil
						}
					}
					return errors.New("nobody asked for Chinese")
				}),
			},
			{
				Config: cloud.Provider("", reports(fmt.Sprintf("report_id = \"4d1c0000-0000-4000-8000-000000000001\"\ncluster_ids = [%q]", acctest.ClusterID("retail")))),
				ConfigStateChecks: []statecheck.StateCheck{
					value(first("items"), knownvalue.ListExact([]knownvalue.Check{item("Old", "error", "abnormal")})),
				},
			},
			{Config: cloud.Provider("", reports(`report_id = "x"`)), ExpectError: acctest.Says("Report of which cluster?")},
			{Config: cloud.Provider("", reports(`language = "fr_FR"`)), ExpectError: acctest.Says(`"en_US" "zh_CN"`)},
			{Config: cloud.Provider("", reports(fmt.Sprintf("cluster_ids = [%q]", acctest.ClusterID("nosuch")))), ExpectError: acctest.Says("Cluster not found")},
		},
	})
}

func TestReport_unreadable(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, withReports())
	cloud.DenyMember(t, acctest.Retail, "cs:ListClusterInspectReports")
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", reports("")),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(reportAddress, tfjsonpath.New("complete"), knownvalue.Bool(false)),
				statecheck.ExpectKnownValue(reportAddress, tfjsonpath.New("outcomes").AtSliceIndex(0).AtMapKey("outcome"), knownvalue.StringExact("denied")),
			},
		}},
	})
	warning := acctest.Warnings(t, cloud, cloud.Provider("", reports("")))["Not all inspection reports could be read"]
	if !acctest.Says("account "+acctest.Retail, "cs:ListClusterInspectReports").MatchString(warning) {
		t.Errorf("warning: %q", warning)
	}
}

// A change of triggers, and a create with them, runs one inspection; nothing else does.
func TestSchedule_triggers(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	runs := func(want int) resource.TestCheckFunc {
		return acctest.Func(func() error {
			cluster, _ := cloud.Cluster(acctest.ClusterID("retail"))
			if got := len(cluster.InspectReports); got != want {
				return fmt.Errorf("%d inspections, want %d", got, want)
			}
			return nil
		})
	}
	last := func(check knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("last_report_id"), check)}
	}
	updates := func(want int) resource.TestCheckFunc {
		return acctest.Func(func() error {
			if n := cloud.Count(simulator.Filter{Action: "UpdateClusterInspectConfig"}); n != want {
				return fmt.Errorf("%d updates of the schedule, want %d", n, want)
			}
			return nil
		})
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", schedule(atTwo, "")), Check: runs(0), ConfigStateChecks: last(knownvalue.Null())},
			{Config: cloud.Provider("", schedule(atTwo, `triggers = { version = "1" }`)), Check: resource.ComposeTestCheckFunc(runs(1), updates(0)), ConfigStateChecks: last(knownvalue.NotNull())},
			{Config: cloud.Provider("", schedule(atTwo, `triggers = { version = "1" }`)), PlanOnly: true},
			{Config: cloud.Provider("", schedule(atThree, `triggers = { version = "1" }`)), Check: resource.ComposeTestCheckFunc(runs(1), updates(1)), ConfigStateChecks: last(knownvalue.NotNull())},
			{Config: cloud.Provider("", schedule(atThree, `triggers = { version = "2" }`)), Check: resource.ComposeTestCheckFunc(runs(2), updates(1))},
			{Config: cloud.Provider("", schedule(atThree, "")), Check: runs(2), ConfigStateChecks: last(knownvalue.NotNull())},
			{
				PreConfig: func() { cloud.DenyMember(t, acctest.Retail, "cs:RunClusterInspect") },
				Config:    cloud.Provider("", schedule(atThree, `triggers = { version = "3" }`)), ExpectError: acctest.Says("Running an inspection", "cs:RunClusterInspect"),
			},
			{ // it is made up for
				PreConfig: func() { cloud.AllowMember(t, acctest.Retail) },
				Config:    cloud.Provider("", schedule(atThree, `triggers = { version = "3" }`)), Check: runs(3),
			},
		},
	})
}

// The answer to the run gets lost: the repeat has the same client token, and
// there is one inspection.
func TestSchedule_triggerRunsOnce(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	hits := cloud.AddFault(simulator.Fault{Action: "RunClusterInspect", Reset: simulator.ResetAfterCommit, First: 1})
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", schedule(atTwo, `triggers = { at = "create" }`)),
			Check: acctest.Func(func() error {
				cluster, _ := cloud.Cluster(acctest.ClusterID("retail"))
				if len(cluster.InspectReports) != 1 || hits.Hits() != 1 {
					return fmt.Errorf("%d inspections after %d lost answers", len(cluster.InspectReports), hits.Hits())
				}
				return nil
			}),
		}},
	})
}
