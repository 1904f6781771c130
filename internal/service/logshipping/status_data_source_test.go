package logshipping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const statusKind = "ackguard_log_shipping_status"

// statusOf are the arguments for all members that ship.
func statusOf(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"account_ids": []any{acctest.Retail, acctest.Logistics, acctest.Analytics},
		"archive":     map[string]any{"account_id": acctest.CentralAccount, "region": "cn-hangzhou", "project": acctest.ArchiveProject, "logstore": acctest.ArchiveStore},
	}, more...)
}

// job is a job of ours that ships a Logstore of a cluster.
func shippingJob(account, cluster, source, store string, change ...func(*simulator.LogJob)) simulator.LogJob {
	id := acctest.ClusterID(cluster)
	j := simulator.LogJob{
		Name: "ackguard-" + source + "-" + cluster, Type: "ETL", Schedule: simulator.LogSchedule{Type: "Resident"},
		Configuration: map[string]any{
			"logstore": store, "roleArn": "acs:ram::" + account + ":role/" + acctest.ReaderRole, "lang": "SPL", "version": 2,
			"script": fmt.Sprintf("* | extend account_id='%s', region='cn-hangzhou', cluster_id='%s', cluster_name='%s', log_source='%s'", account, id, cluster, source),
			"sinks": []any{map[string]any{
				"name": "archive", "project": acctest.ArchiveProject, "logstore": acctest.ArchiveStore, "roleArn": "acs:ram::" + acctest.CentralAccount + ":role/" + acctest.WriterRole,
				"type": "AliyunLOG", "endpoint": "https://cn-hangzhou.log.aliyuncs.com", "datasets": []any{"__UNNAMED__"},
			}},
		},
	}
	for _, c := range change {
		c(&j)
	}
	return j
}

// shippingFleet is LogFleet in which retail and logistics ship.
func shippingFleet(change ...func(*simulator.LogJob)) *simulator.Scenario {
	s := acctest.LogFleet()
	retail, logistics := acctest.ClusterID("retail"), acctest.ClusterID("logistics")
	s.Accounts[1].LogService.Projects[0].Jobs = []simulator.LogJob{
		shippingJob(acctest.Retail, "retail", "audit", "audit-"+retail, change...), shippingJob(acctest.Retail, "retail", "event", "k8s-event"),
	}
	s.Accounts[2].LogService.Projects[0].Jobs = []simulator.LogJob{shippingJob(acctest.Logistics, "logistics", "audit", "audit-"+logistics)}
	return s
}

func oldRow(age string) simulator.LogRow {
	return simulator.LogRow{Age: age, Fields: map[string]string{"verb": "get"}}
}

// flow is the entry of a cluster's source.
func flow(t *testing.T, r acctest.Reading, cluster, source string) map[string]any {
	t.Helper()
	jobs, _ := r.Attributes["jobs"].([]any)
	for _, j := range jobs {
		if j, _ := j.(map[string]any); j["cluster_id"] == acctest.ClusterID(cluster) && j["source"] == source {
			return j
		}
	}
	t.Fatalf("there is no %s of %s: %v %v", source, cluster, r.Errors, r.Attributes["jobs"])
	return nil
}

func flowHas(t *testing.T, is map[string]any, want map[string]any) {
	t.Helper()
	for name, v := range want {
		if fmt.Sprint(is[name]) != fmt.Sprint(v) {
			t.Errorf("%s of %v %v is %v, want %v", name, is["cluster_id"], is["source"], is[name], v)
		}
	}
}

// The whole pipeline at a glance: what arrives, what is idle, what is late, what stands still, what is missing.
func TestStatus(t *testing.T) {
	t.Parallel()
	s := shippingFleet()
	writer(s, func(r *simulator.Role) { r.Trusts = []string{acctest.Retail + "@log.aliyuncs.com"} }) // nothing of logistics arrives
	s.Accounts[4].LogService.Projects[0].Jobs = []simulator.LogJob{
		shippingJob(acctest.Analytics, "analytics-a", "audit", "audit-"+acctest.ClusterID("analytics-a"), func(j *simulator.LogJob) { j.Status = "STOPPED" }),
		shippingJob(acctest.Analytics, "analytics-a", "inspection", "security-inspector-configaudit-"+acctest.ClusterID("analytics-a")[:12], func(j *simulator.LogJob) { j.Configuration["script"] = "" }),
		shippingJob(acctest.Analytics, "analytics-a", "event", "k8s-event", func(j *simulator.LogJob) {
			j.Configuration["sinks"].([]any)[0].(map[string]any)["logstore"] = "another"
		}),
	}
	cloud := acctest.New(t, s)
	for project, store := range map[string]string{acctest.LogProject("retail"): "audit-" + acctest.ClusterID("retail"), acctest.LogProject("logistics"): "audit-" + acctest.ClusterID("logistics")} {
		if err := cloud.AppendLogRows(project, store, oldRow("10s")); err != nil {
			t.Fatal(err)
		}
	}
	if err := cloud.AppendLogRows(acctest.LogProject("retail"), "k8s-event", oldRow("5m")); err != nil { // idle since
		t.Fatal(err)
	}
	cloud.AdvanceLogs(72 * time.Hour)
	cloud.Clock.Advance(72 * time.Hour)
	if err := cloud.AppendLogRows(acctest.LogProject("retail"), "audit-"+acctest.ClusterID("retail"), oldRow("10s")); err != nil {
		t.Fatal(err)
	}
	r := cloud.Read(t, statusKind, statusOf("sources", []any{"audit"}), nil)
	if len(r.Errors)+len(r.Warnings) > 0 {
		t.Errorf("said %v %v", r.Errors, r.Warnings)
	}
	flowHas(t, flow(t, r, "retail", "audit"), map[string]any{
		"state": "RUNNING", "archived": true, "late": false, "verified": true, "problem": nil, "retention_days": 30, "index_enabled": true, "last_shipped_at": nil, "lag_seconds": nil,
		"cluster_name": "retail", "project": retailProject, "logstore": retailAudit, "name": "ackguard-audit-retail", "account_id": acctest.Retail, "region": "cn-hangzhou",
	})
	flowHas(t, flow(t, r, "retail", "event"), map[string]any{"archived": true, "late": false, "verified": true})
	flowHas(t, flow(t, r, "logistics", "audit"), map[string]any{"archived": false, "late": true, "verified": false})
	flowHas(t, flow(t, r, "analytics-a", "audit"), map[string]any{"state": "STOPPED", "verified": false, "problem": "The job is STOPPED."})
	flowHas(t, flow(t, r, "analytics-b", "audit"), map[string]any{"state": "ABSENT", "verified": false, "name": nil, "region": "cn-shanghai"})
	flowHas(t, flow(t, r, "analytics-a", "inspection"), map[string]any{"archived": nil, "late": nil, "verified": nil, "state": "RUNNING"})
	flowHas(t, r.Attributes, map[string]any{"complete": true, "verified": false})
	if jobs := r.Attributes["jobs"].([]any); len(jobs) != 6 {
		t.Errorf("%d jobs", len(jobs))
	}

	times := cloud.Read(t, statusKind, statusOf("include_times", true, "max_lag_seconds", 60), nil)
	late := flow(t, times, "logistics", "audit")
	if lag, _ := late["lag_seconds"].(int64); lag < 72*3600-10 || lag > 72*3600+100 || late["last_shipped_at"] != nil {
		t.Errorf("late by %v, last %v", late["lag_seconds"], late["last_shipped_at"])
	}
	if _, err := time.Parse(time.RFC3339, fmt.Sprint(flow(t, times, "retail", "event")["last_shipped_at"])); err != nil {
		t.Error(err)
	}

	gated := cloud.Read(t, statusKind, statusOf("sources", []any{"audit"}, "fail_on_unverified", true), nil)
	says := acctest.Says("4 of 6 shipping jobs are not verified", "audit of cluster "+acctest.ClusterID("logistics"), "rows that did not arrive", "The job is STOPPED", "No job ships it to this archive", "ACKGUARD_ENFORCEMENT=warn")
	if len(gated.Errors) != 1 || !says.MatchString(gated.Errors[0]) {
		t.Errorf("said %v", gated.Errors)
	}
	lenient := cloud.Read(t, statusKind, statusOf("fail_on_unverified", true), map[string]string{"enforcement": "warn"})
	if len(lenient.Errors) > 0 || len(lenient.Warnings) != 1 {
		t.Errorf("said %v %v", lenient.Errors, lenient.Warnings)
	}
}

// Rows of jobs that add the same cannot be told apart; those of a job without a cluster can, if it is the only one.
func TestStatus_toldApart(t *testing.T) {
	t.Parallel()
	kcm := func(j *simulator.LogJob) { j.Name = "kcm"; j.Configuration["logstore"] = "k8s-event" }
	custom := func(j *simulator.LogJob) {
		j.Name = "custom"
		j.Configuration["script"] = "* | extend account_id='" + acctest.Retail + "', log_source='custom'"
	}
	s := acctest.LogFleet()
	s.Accounts[1].LogService.Projects[0].Jobs = []simulator.LogJob{
		shippingJob(acctest.Retail, "retail", "control_plane", "apiserver-"+retailID), shippingJob(acctest.Retail, "retail", "control_plane", "apiserver-"+retailID, kcm), shippingJob(acctest.Retail, "retail", "custom", "k8s-event", custom),
	}
	cloud := acctest.New(t, s)
	mustDo(t, cloud.AppendLogRows(retailProject, "k8s-event", oldRow("1s")))
	jobs := cloud.Read(t, statusKind, statusOf("account_ids", []any{acctest.Retail}), nil).Attributes["jobs"].([]any)
	if len(jobs) != 3 {
		t.Fatal(jobs)
	}
	flowHas(t, jobs[0].(map[string]any), map[string]any{"source": "custom", "cluster_id": nil, "archived": true, "verified": true})
	for _, j := range jobs[1:] {
		flowHas(t, j.(map[string]any), map[string]any{"source": "control_plane", "archived": nil, "verified": nil, "problem": "Its rows cannot be told from those of other jobs, so that it is not known whether they arrive."})
	}
}

// A row that did not arrive yet is late only when it is older than it may be.
func TestStatus_onItsWay(t *testing.T) {
	t.Parallel()
	s := shippingFleet()
	s.Behaviour.LogShippingDelay = "24h"
	cloud := acctest.New(t, s)
	mustDo(t, cloud.AppendLogRows(retailProject, retailAudit, oldRow("1s")))
	for _, step := range []struct {
		after time.Duration
		late  bool
		want  any
	}{{0, false, nil}, {5 * time.Minute, false, nil}, {11 * time.Minute, true, false}} {
		cloud.AdvanceLogs(step.after)
		cloud.Clock.Advance(step.after)
		flowHas(t, flow(t, cloud.Read(t, statusKind, statusOf(), nil), "retail", "audit"), map[string]any{"archived": false, "late": step.late, "verified": step.want})
	}
}

// All is well, twice: the second plan has no change in its outputs, however long after.
func TestStatus_twice(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, shippingFleet())
	put := func() {
		for _, at := range [][2]string{{"retail", "audit-" + acctest.ClusterID("retail")}, {"retail", "k8s-event"}, {"logistics", "audit-" + acctest.ClusterID("logistics")}} {
			if err := cloud.AppendLogRows(acctest.LogProject(at[0]), at[1], oldRow("1s")); err != nil {
				t.Error(err)
			}
		}
	}
	put()
	config := cloud.Provider("", fmt.Sprintf(`
data "ackguard_log_shipping_status" "this" {
  account_ids = [%q, %q]
  archive = {
    account_id = %q
    region     = "cn-hangzhou"
    project    = %q
    logstore   = %q
  }
  fail_on_unverified = true
}
output "status" { value = data.ackguard_log_shipping_status.this }
`, acctest.Retail, acctest.Logistics, acctest.CentralAccount, acctest.ArchiveProject, acctest.ArchiveStore))
	verified := statecheck.ExpectKnownValue("data.ackguard_log_shipping_status.this", tfjsonpath.New("verified"), knownvalue.Bool(true))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{verified}},
			{
				PreConfig: func() { cloud.Clock.Advance(time.Minute); put() }, Config: config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

// What cannot be read is no pass, and an outcome of its account.
func TestStatus_unread(t *testing.T) {
	t.Parallel()
	t.Run("what cannot be read is no pass", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			cloud func(*testing.T) *acctest.Cloud
			says  []string
			job   map[string]any
		}{
			"archive": {
				func(t *testing.T) *acctest.Cloud {
					t.Helper()
					return unreadableArchive(t, shippingFleet())
				},
				[]string{"Log shipping is not known as a whole", "account " + acctest.CentralAccount, "log:GetLogStoreLogs"},
				map[string]any{"verified": nil, "state": "RUNNING", "problem": "The archive could not be read."},
			},
			"source": {
				func(t *testing.T) *acctest.Cloud {
					t.Helper()
					cloud := acctest.New(t, shippingFleet())
					cloud.DenyMember(t, acctest.Retail, "log:GetCursorOrData")
					return cloud
				},
				[]string{"account " + acctest.Retail, "log:GetCursorOrData"},
				map[string]any{"verified": nil, "problem": "Its source or its rows in the archive could not be read."},
			},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := c.cloud(t).Read(t, statusKind, statusOf(), nil)
				if len(r.Errors) > 0 || len(r.Warnings) != 1 || !acctest.Says(c.says...).MatchString(r.Warnings[0]) {
					t.Errorf("said %v %v", r.Errors, r.Warnings)
				}
				flowHas(t, flow(t, r, "retail", "audit"), c.job)
				flowHas(t, r.Attributes, map[string]any{"complete": false, "verified": false})
			})
		}
	})
	t.Run("jobs", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, shippingFleet())
		mustDo(t, cloud.AppendLogRows(retailProject, retailAudit, oldRow("1s")))
		mustDo(t, cloud.AppendLogRows(retailProject, "k8s-event", oldRow("1s")))
		cloud.DenyMember(t, acctest.Logistics, "log:ListJobs")
		r := cloud.Read(t, statusKind, statusOf(), nil)
		outcomes := r.Attributes["outcomes"].([]any)
		denied := slices.ContainsFunc(outcomes, func(o any) bool {
			m := o.(map[string]any)
			return m["account_id"] == acctest.Logistics && m["region"] == "cn-hangzhou" && m["outcome"] == "denied" && strings.Contains(fmt.Sprint(m["action_needed"]), "log:ListJobs")
		})
		for _, source := range []string{"audit", "event"} {
			flowHas(t, flow(t, r, "retail", source), map[string]any{"verified": true})
		}
		if !denied || r.Attributes["complete"] != false || r.Attributes["verified"] != false {
			t.Errorf("outcomes %v", outcomes)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		r := acctest.New(t, acctest.LogFleet()).Read(t, statusKind, statusOf("fail_on_unverified", true), nil)
		if len(r.Errors) != 1 || !strings.Contains(r.Errors[0], "Nothing is shipped") {
			t.Errorf("said %v", r.Errors)
		}
	})
}
