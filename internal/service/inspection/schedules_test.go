package inspection_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// brownfield is 50 clusters with schedules that people made by hand, over
// five accounts and two regions, and one without.
func brownfield() *simulator.Scenario {
	scenario := acctest.Many(5, 5, "cn-hangzhou", "cn-shanghai")
	n := 0
	for a := range scenario.Accounts {
		for c := range scenario.Accounts[a].Clusters {
			config := &simulator.InspectConfig{Enabled: n%3 != 0, Recurrence: fmt.Sprintf("FREQ=DAILY;BYHOUR=%d;BYMINUTE=%d", n%24, n)}
			if n%4 == 0 {
				config.DisabledCheckItems = []string{"B", "A"}
			}
			scenario.Accounts[a].Clusters[c].InspectConfig = config
			n++
		}
	}
	scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster("without", "cn-hangzhou"))
	return scenario
}

func TestSchedules_importWholeFleet(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, brownfield())
	config := cloud.Provider("", `
data "ackguard_member_accounts" "all" {}

data "ackguard_cluster_inspection_schedules" "all" {
  account_ids = data.ackguard_member_accounts.all.ids
}

locals {
  schedules = { for s in data.ackguard_cluster_inspection_schedules.all.schedules : s.cluster_id => s }
}

import {
  for_each = local.schedules
  to       = ackguard_cluster_inspection_schedule.imported[each.key]
  id       = each.value.import_id
}

resource "ackguard_cluster_inspection_schedule" "imported" {
  for_each             = local.schedules
  account_id           = each.value.account_id
  region               = each.value.region
  cluster_id           = each.key
  enabled              = each.value.enabled
  recurrence           = each.value.recurrence
  disabled_check_items = each.value.disabled_check_items
}
`)
	imported := func(t *testing.T) {
		t.Helper()
		plan := acctest.Plan(t, cloud, config)
		if plan.Imported != 50 || plan.Changed != 0 {
			t.Errorf("%d imports and %d other changes, want 50 and 0", plan.Imported, plan.Changed)
		}
	}
	imported(t)
	changes := cloud.Count(simulator.Filter{Action: "CreateClusterInspectConfig"}) + cloud.Count(simulator.Filter{Action: "UpdateClusterInspectConfig"})
	if changes != 0 {
		t.Errorf("%d changes made by a plan", changes)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config:           config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			// The test framework cannot read a state with for_each at the end.
			{Config: strings.ReplaceAll(cloud.Provider("", `
removed {
  from = ackguard_cluster_inspection_schedule.imported
  lifecycle { destroy = false }
}`), "\t", "")},
		},
	})
}

func TestSchedules_wholeOrError(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, brownfield())
	cloud.DenyMember(t, "200000000000002", "cs:GetClusterInspectConfig")
	body := `
data "ackguard_cluster_inspection_schedules" "some" {
  account_ids = ["200000000000001", "200000000000002"]
%s
}`
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      cloud.Provider("", fmt.Sprintf(body, "")),
				ExpectError: acctest.Says("Schedule list is not complete", "account 200000000000002", "and 4 more calls in the same way", "cs:GetClusterInspectConfig"),
			},
			{
				Config: cloud.Provider("", fmt.Sprintf(body, "allow_partial = true")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.ackguard_cluster_inspection_schedules.some", tfjsonpath.New("schedules"), knownvalue.ListSizeExact(10)),
					statecheck.ExpectKnownValue("data.ackguard_cluster_inspection_schedules.some", tfjsonpath.New("complete"), knownvalue.Bool(false)),
				},
			},
		},
	})
}

// terraform query needs Terraform 1.14; here it is asked for in the protocol.
func TestScheduleList_protocol(t *testing.T) {
	t.Parallel()
	const kind = "ackguard_cluster_inspection_schedule"
	cloud := acctest.New(t, brownfield())
	p := cloud.Protocol(t)
	lister, ok := p.ProviderServer.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider serves no list resources")
	}
	query := func(limit int64, accounts ...string) (names, recurrences, problems []string) {
		values := []tftypes.Value{}
		for _, a := range accounts {
			values = append(values, tftypes.NewValue(tftypes.String, a))
		}
		stream, err := lister.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
			TypeName: kind, IncludeResource: true, Limit: limit,
			Config: acctest.Fill(t, p.Schemas.ListResourceSchemas[kind].ValueType(), map[string]tftypes.Value{
				"account_ids": tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, values),
				"regions":     tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, nil),
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		for result := range stream.Results {
			if len(result.Diagnostics) > 0 {
				problems = append(problems, result.Diagnostics[0].Summary+": "+result.Diagnostics[0].Detail)
				continue
			}
			names = append(names, result.DisplayName)
			identity := acctest.Attributes(t, p.Identities[kind].ValueType(), result.Identity.IdentityData)
			state := acctest.Attributes(t, p.Schemas.ResourceSchemas[kind].ValueType(), result.Resource)
			if !identity["cluster_id"].Equal(state["cluster_id"]) || identity["account_id"].IsNull() || identity["region"].IsNull() {
				t.Errorf("identity %s of %s", identity, state["cluster_id"])
			}
			recurrences = append(recurrences, state["recurrence"].String())
		}
		return names, recurrences, problems
	}
	names, recurrences, problems := query(0, "200000000000001", "200000000000003")
	if len(names) != 20 || len(problems) != 0 || !strings.Contains(recurrences[0], "FREQ=DAILY") {
		t.Errorf("%d results %v, problems %v", len(names), recurrences, problems)
	}
	if names, _, _ := query(7, "200000000000001"); len(names) != 7 {
		t.Errorf("%d results with a limit of 7", len(names))
	}
	cloud.RemoveRole(t, "200000000000003")
	p = cloud.Protocol(t)
	lister, _ = p.ProviderServer.(tfprotov6.ListResourceServer)
	names, _, problems = query(0, "200000000000001", "200000000000003")
	if len(names) != 10 || len(problems) != 1 || !strings.Contains(problems[0], "200000000000003") {
		t.Errorf("%d results, problems %v; a denied account must be said", len(names), problems)
	}
}

// Actions need Terraform 1.14; here one is invoked in the protocol.
func TestRunAction_protocol(t *testing.T) {
	t.Parallel()
	const kind = "ackguard_run_cluster_inspection"
	scenario := acctest.Fleet()
	scenario.Behaviour.Consistency.Reads = 2 // a new report cannot be read at once
	cloud := acctest.New(t, scenario)
	p := cloud.Protocol(t)
	server, ok := p.ProviderServer.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider serves no actions")
	}
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	invoke := func(values map[string]tftypes.Value) (progress []string, problems []string) {
		stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
			ActionType: kind, Config: acctest.Fill(t, p.Schemas.ActionSchemas[kind].Schema.ValueType(), values),
		})
		if err != nil {
			t.Fatal(err)
		}
		for event := range stream.Events {
			switch e := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				progress = append(progress, e.Message)
			case tfprotov6.CompletedInvokeActionEventType:
				for _, d := range e.Diagnostics {
					problems = append(problems, d.Summary+": "+d.Detail)
				}
			}
		}
		return progress, problems
	}
	retail := map[string]tftypes.Value{
		"account_id": text(acctest.Retail), "region": text("cn-hangzhou"), "cluster_id": text(acctest.ClusterID("retail")),
	}
	progress, problems := invoke(retail)
	if len(problems) != 0 || len(progress) != 2 || !strings.Contains(progress[1], "completed") {
		t.Errorf("progress %v, problems %v", progress, problems)
	}
	_, _ = invoke(retail)
	runs := func() int {
		cluster, _ := cloud.Cluster(acctest.ClusterID("retail"))
		return len(cluster.InspectReports)
	}
	if runs() != 2 {
		t.Errorf("%d inspections after two invocations", runs())
	}
	retail["client_token"] = text("once")
	_, _ = invoke(retail)
	_, _ = invoke(retail)
	if runs() != 3 {
		t.Errorf("%d inspections; the same token must run once", runs())
	}
	if _, problems := invoke(map[string]tftypes.Value{"region": text("cn-hangzou"), "cluster_id": text(acctest.ClusterID("retail"))}); len(problems) != 1 || !strings.Contains(problems[0], `"cn-hangzou" is not a region`) {
		t.Errorf("problems %v", problems)
	}
	cloud.DenyMember(t, acctest.Retail, "cs:RunClusterInspect")
	if _, problems := invoke(retail); len(problems) != 1 || !strings.Contains(problems[0], "cs:RunClusterInspect") {
		t.Errorf("problems %v", problems)
	}
}

// One that takes longer than the timeout is said to go on.
func TestRunAction_stillRunning(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Behaviour.InspectDuration = "10h"
	cloud := acctest.New(t, scenario)
	p := cloud.Protocol(t)
	server, _ := p.ProviderServer.(tfprotov6.ActionServer)
	stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: "ackguard_run_cluster_inspection",
		Config: acctest.Fill(t, p.Schemas.ActionSchemas["ackguard_run_cluster_inspection"].Schema.ValueType(), map[string]tftypes.Value{
			"account_id": tftypes.NewValue(tftypes.String, acctest.Retail), "cluster_id": tftypes.NewValue(tftypes.String, acctest.ClusterID("retail")),
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for event := range stream.Events {
		if e, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok && len(e.Diagnostics) > 0 {
			said = e.Diagnostics[0].Summary + ": " + e.Diagnostics[0].Detail
		}
	}
	if !strings.Contains(said, "Inspection is still running") || !strings.Contains(said, "30m") {
		t.Errorf("said %q", said)
	}
}

func TestSpreadDaily(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	output := func(arguments string) string {
		return cloud.Provider("", "output \"at\" {\n  value = provider::ackguard::spread_daily("+arguments+")\n}\n")
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: output(`"c1", "23:00-01:00"`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownOutputValue("at", knownvalue.StringRegexp(acctest.Says("FREQ=DAILY;BYHOUR="))),
				},
			},
			{ // the resource takes what the function gives
				Config: cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  account_id = %q
  cluster_id = %q
  recurrence = provider::ackguard::spread_daily(%[2]q, "01:00-05:00")
}`, acctest.Retail, acctest.ClusterID("retail"))),
			},
			{Config: output(`"c1", "1-5"`), ExpectError: acctest.Says(`"1" is not a time of day`)},
			{Config: output(`"", "01:00-05:00"`), ExpectError: acctest.Says("id is empty")},
			{Config: cloud.Provider("", "")},
		},
	})
}

// What is read in an apply does not outlive a change that the same apply makes:
// the data source before the schedule sees none, the one after it sees it.
func TestSchedules_readAgainAfterAChange(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	read := func(name, after string) string {
		return fmt.Sprintf(`
data "ackguard_cluster_inspection_schedules" %q {
  account_ids = [%q]
  depends_on  = [%s]
}`, name, acctest.Retail, after)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", `
resource "terraform_data" "first" {}`+read("before", "terraform_data.first")+
				schedule(atTwo, "depends_on = [data.ackguard_cluster_inspection_schedules.before]")+read("after", address)),
			Check: resource.ComposeTestCheckFunc(
				resource.TestCheckResourceAttr("data.ackguard_cluster_inspection_schedules.before", "schedules.#", "0"),
				resource.TestCheckResourceAttr("data.ackguard_cluster_inspection_schedules.after", "schedules.#", "1"),
			),
		}},
	})
}
