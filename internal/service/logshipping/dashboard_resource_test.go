package logshipping_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	dashboardKind    = "ackguard_audit_dashboard"
	dashboardAddress = dashboardKind + ".this"
	overviewName     = "ackguard-audit-overview"
	detailsName      = "ackguard-audit-operation-details"
	commandsChart    = "ackguard-overview-commands"
)

func dashboardArguments(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"account_id": acctest.Payments, "region": "cn-hangzhou", "project": acctest.WatchedProject, "logstore": acctest.WatchedStore, "report": "overview",
	}, more...)
}

func dashboardBlock(arguments string) string {
	return strings.Replace(alertBlock(arguments), alertKind, dashboardKind, 1)
}

// part is a part of a chart.
func part(chart map[string]any, name string) map[string]any {
	object, _ := chart[name].(map[string]any)
	return object
}

// chartNamed is a chart of a dashboard.
func chartNamed(d simulator.LogDashboard, title string) map[string]any {
	if i := slices.IndexFunc(d.Charts, func(c map[string]any) bool { return c["title"] == title }); i >= 0 {
		return d.Charts[i]
	}
	return nil
}

func dashboardHolds(cloud *acctest.Cloud, name string, check func(simulator.LogDashboard) bool) resource.TestCheckFunc {
	return acctest.Func(func() error {
		d, ok := cloud.LogDashboard(acctest.WatchedProject, name)
		if !ok || !check(d) {
			return fmt.Errorf("the cloud holds %+v, %t", d, ok)
		}
		return nil
	})
}

func noDashboard(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Dashboards) > 0 {
			return fmt.Errorf("there is %+v", project.Dashboards)
		}
		return nil
	})
}

func dashboardAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(dashboardAddress, a)}}
}

func TestDashboard_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	id := acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/"
	filtered := logshipping.Filters{
		AccountIDs: []string{"100000000000003"}, ClusterIDs: []string{"c1a00000000000000000000000retail1"}, Namespaces: []string{"shop"}, ExcludeNamespaces: []string{"test"},
		Users: []string{"ann"}, ExcludeUsers: []string{"bob"}, SystemUsers: true, Resources: []string{"deployments", "secrets"},
	}
	overviewBlock := dashboardBlock(`  report = "overview"`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noDashboard(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", overviewBlock),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(dashboardAddress, tfjsonpath.New("charts").AtMapKey(commandsChart).AtMapKey("query"), knownvalue.StringExact(logshipping.ChartsOf("overview", logshipping.Filters{})["commands"].Search.Query)),
					plancheck.ExpectKnownValue(dashboardAddress, tfjsonpath.New("name"), knownvalue.StringExact(overviewName)),
				}},
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(dashboardAddress, tfjsonpath.New("display_name"), knownvalue.StringExact("Audit overview"))},
				Check: dashboardHolds(cloud, overviewName, func(d simulator.LogDashboard) bool {
					c := chartNamed(d, commandsChart)
					return d.DisplayName == "Audit overview" && len(d.Charts) == 11 && c["type"] == "table" && part(c, "search")["logstore"] == "audit" && part(c, "search")["start"] == "-1d" && part(c, "search")["end"] == "now" &&
						part(c, "display")["displayName"] == "Commands in containers" && part(c, "display")["width"] == 20.0
				}),
			},
			{ResourceName: dashboardAddress, ImportState: true, ImportStateId: id + overviewName, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name"},
			{ResourceName: dashboardAddress, ImportState: true, ImportStateId: id + overviewName, ImportStateKind: resource.ImportBlockWithID},
			{ // another report replaces
				Config: cloud.Provider("", dashboardBlock(`
  report       = "operation_details"
  display_name = "Who touched it"
  description  = "For the auditors."
  language     = "zh"
  time_range   = "604800s"
  resources    = ["secrets", "deployments"]
  filters = {
    account_ids          = ["100000000000003"]
    cluster_ids          = ["c1a00000000000000000000000retail1"]
    namespaces           = ["shop"]
    exclude_namespaces   = ["test"]
    users                = ["ann"]
    exclude_users        = ["bob"]
    include_system_users = true
  }`)),
				ConfigPlanChecks: dashboardAction(plancheck.ResourceActionDestroyBeforeCreate),
				Check: dashboardHolds(cloud, detailsName, func(d simulator.LogDashboard) bool {
					c := chartNamed(d, "ackguard-operation-details-operations")
					return d.DisplayName == "Who touched it" && d.Description == "For the auditors." && len(d.Charts) == 7 && part(c, "search")["start"] == "-604800s" && part(c, "display")["displayName"] == "操作列表" &&
						part(c, "search")["query"] == logshipping.ChartsOf("operation_details", filtered)["operations"].Search.Query
				}),
			},
			{ResourceName: dashboardAddress, ImportState: true, ImportStateId: id + detailsName, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name"},
			{ // all that can be taken away is, in place
				Config:           cloud.Provider("", dashboardBlock(`  report = "operation_details"`)),
				ConfigPlanChecks: dashboardAction(plancheck.ResourceActionUpdate),
				Check: dashboardHolds(cloud, detailsName, func(d simulator.LogDashboard) bool {
					c := chartNamed(d, "ackguard-operation-details-operations")
					return d.DisplayName == "Operation details" && part(c, "search")["start"] == "-1d" && part(c, "search")["query"] == logshipping.ChartsOf("operation_details", logshipping.Filters{})["operations"].Search.Query
				}),
			},
			{ // what is gone is made again
				PreConfig: func() {
					if err := cloud.DeleteLogDashboard(acctest.WatchedProject, detailsName); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", dashboardBlock(`  report = "operation_details"`)),
				ConfigPlanChecks: dashboardAction(plancheck.ResourceActionCreate),
			},
		},
	})
}

// Whatever somebody changes of our charts shows and is repaired; where they stand, and the charts of others, are left alone.
func TestDashboard_drift(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	r := cloud.Resource(t, dashboardKind)
	if err := r.Apply(dashboardArguments()); err != nil {
		t.Fatal(err)
	}
	theirs := map[string]any{"title": "1700000000000-filter", "type": "filter", "search": map[string]any{"nothing": "known"}, "display": map[string]any{"xPos": "left"}}
	if err := cloud.UpdateLogDashboard(acctest.WatchedProject, overviewName, func(d *simulator.LogDashboard) {
		d.Charts, d.Attribute = append([]map[string]any{theirs}, d.Charts...), map[string]any{"type": "grid"}
		c := chartNamed(*d, commandsChart)
		part(c, "display")["xPos"], part(c, "display")["height"], part(c, "display")["colour"], c["action"] = 3, 17, "red", map[string]any{"a": 1}
	}); err != nil {
		t.Fatal(err)
	}
	if nothing, err := r.Settled(dashboardArguments()); err != nil || !nothing {
		t.Errorf("charts of others and places show: %v", err)
	}
	for name, change := range map[string]func(*simulator.LogDashboard){
		"title":       func(d *simulator.LogDashboard) { d.DisplayName = "x" },
		"description": func(d *simulator.LogDashboard) { d.Description = "x" },
		"query":       func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "search")["query"] = "*" },
		"store":       func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "search")["logstore"] = "x" },
		"beginning":   func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "search")["start"] = "-60s" },
		"end":         func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "search")["end"] = "-1s" },
		"kind":        func(d *simulator.LogDashboard) { chartNamed(*d, commandsChart)["type"] = "pie" },
		"name":        func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "display")["displayName"] = "x" },
		"columns":     func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "display")["xAxis"] = []any{"x"} },
		"counts":      func(d *simulator.LogDashboard) { part(chartNamed(*d, commandsChart), "display")["yAxis"] = []any{"x"} },
		"chart is gone": func(d *simulator.LogDashboard) {
			d.Charts = slices.DeleteFunc(d.Charts, func(c map[string]any) bool { return c["title"] == "ackguard-overview-users" })
		},
		"chart of an older version": func(d *simulator.LogDashboard) {
			d.Charts = append(d.Charts, map[string]any{"title": "ackguard-overview-old", "type": "table", "search": map[string]any{}, "display": map[string]any{}})
		},
	} {
		if err := cloud.UpdateLogDashboard(acctest.WatchedProject, overviewName, change); err != nil {
			t.Fatal(err)
		}
		if nothing, err := r.Settled(dashboardArguments()); err != nil || nothing {
			t.Errorf("%s: the plan is empty: %t, %v", name, nothing, err)
		}
		if err := r.Apply(dashboardArguments()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d, _ := cloud.LogDashboard(acctest.WatchedProject, overviewName)
		c := chartNamed(d, commandsChart)
		if len(d.Charts) != 12 || fmt.Sprint(chartNamed(d, "1700000000000-filter")) != fmt.Sprint(theirs) || fmt.Sprint(d.Attribute) != "map[type:grid]" {
			t.Errorf("%s: what is of others is lost: %+v", name, d)
		}
		if display := part(c, "display"); fmt.Sprintf("%v %v %v %v", display["xPos"], display["height"], display["colour"], c["action"]) != "3 17 red map[a:1]" {
			t.Errorf("%s: places and looks are lost: %+v", name, c)
		}
		if part(c, "search")["query"] != logshipping.ChartsOf("overview", logshipping.Filters{})["commands"].Search.Query || c["type"] != "table" || part(c, "search")["end"] != "now" {
			t.Errorf("%s: it is not repaired: %+v", name, c)
		}
	}
	if err := r.Destroy(); err != nil {
		t.Error(err)
	}
}

// A dashboard of the same name is taken over if it has the report; another only if asked for, and put back exactly.
func TestDashboard_existing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ForeignDashboard())
	before, _ := cloud.LogDashboard(acctest.WatchedProject, overviewName)
	said := strings.Join(cloud.Live(t, dashboardKind, dashboardArguments()), "\n")
	for _, phrase := range []string{
		"There is a dashboard of this name already", `display_name is "Mine", not "Audit overview"`, "chart " + commandsChart + " is missing", "adopt_existing = true",
		"terraform import ADDRESS " + acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/" + overviewName,
	} {
		if !strings.Contains(said, phrase) {
			t.Errorf("it lacks %q: %s", phrase, said)
		}
	}
	r := cloud.Resource(t, dashboardKind)
	if err := r.Apply(dashboardArguments("adopt_existing", true)); err != nil {
		t.Fatal(err)
	}
	if d, _ := cloud.LogDashboard(acctest.WatchedProject, overviewName); len(d.Charts) != 13 || chartNamed(d, "errors") == nil {
		t.Errorf("it holds %+v", d)
	}
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	if after, _ := cloud.LogDashboard(acctest.WatchedProject, overviewName); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("put back is\n%+v\nnot\n%+v", after, before)
	}
	// Given up before, it is deleted.
	if said := cloud.Live(t, dashboardKind, dashboardArguments("adopt_existing", true), dashboardArguments("adopt_existing", false)); len(said) > 0 {
		t.Error(said)
	}
	if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Dashboards) > 0 {
		t.Errorf("left is %+v", project.Dashboards)
	}
	// Of a run whose state was lost.
	if err := cloud.Resource(t, dashboardKind).Apply(dashboardArguments()); err != nil {
		t.Fatal(err)
	}
	if said := cloud.Live(t, dashboardKind, dashboardArguments()); len(said) > 0 {
		t.Error(said)
	}
}

// What adopt_existing changes is put back also if changing it failed half way.
func TestDashboard_adoptedAndTainted(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ForeignDashboard())
	before := cloud.Snapshot()
	fault := cloud.AddFault(simulator.Fault{Action: "UpdateDashboard", Status: 500, Code: "InternalServerError"})
	r := cloud.Resource(t, dashboardKind)
	if err := r.Apply(dashboardArguments("adopt_existing", true)); err == nil || !r.InState() {
		t.Fatalf("in state %t, %v", r.InState(), err)
	}
	fault.Remove()
	if err := errors.Join(r.Apply(dashboardArguments("adopt_existing", true)), r.Destroy()); err != nil {
		t.Fatal(err)
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("%q is left", diff)
	}
}

func TestDashboard_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	many := []any{}
	for i := range 25 {
		many = append(many, fmt.Sprintf("1000000000000%02d", i))
	}
	for says, more := range map[string][]any{
		`value must be one of: ["overview"`:                                          {"report", "all"},
		"resources narrows the report operation_details":                             {"resources", []any{"secrets"}},
		"must be a kind of resource in the plural":                                   {"report", "operation_details", "resources", []any{"Secret"}},
		"Log Service takes 30 conditions":                                            {"filters", map[string]any{"account_ids": many}},
		"time_range is at most 365d":                                                 {"time_range", "366d"},
		"must be a number of seconds, minutes, hours":                                {"time_range", "a week"},
		`value must be one of: ["en" "zh"]`:                                          {"language", "fr"},
		"must be the name of a dashboard of Log Service: 2 to 64 lower-case letters": {"name", "a"},
		"string length must be at least 1":                                           {"display_name", ""},
		"must be an Alibaba Cloud account ID":                                        {"filters", map[string]any{"account_ids": []any{"x"}}},
		"ProjectNotExist":                                                            {"project", "nowhere"},
		`"cn-nowhere" is not a region`:                                               {"region", "cn-nowhere"},
	} {
		if said := strings.Join(cloud.Live(t, dashboardKind, dashboardArguments(more...)), "\n"); !strings.Contains(said, says) {
			t.Errorf("%v: it lacks %q: %s", more, says, said)
		}
	}
	if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Dashboards) > 0 {
		t.Errorf("made was %+v", project.Dashboards)
	}
}

func TestDashboard_refused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	changed := []map[string]any{dashboardArguments(), dashboardArguments("time_range", "7d")}
	for _, action := range []string{"GetDashboard", "CreateDashboard", "UpdateDashboard", "DeleteDashboard"} {
		cloud.DenyMember(t, acctest.Payments, "log:"+action)
		said := strings.Join(cloud.Live(t, dashboardKind, changed...), "\n")
		for _, phrase := range []string{"dashboard " + overviewName, "denied", "account " + acctest.Payments, "allow the RAM action log:" + action} {
			if !strings.Contains(said, phrase) {
				t.Errorf("%s: it lacks %q: %s", action, phrase, said)
			}
		}
		cloud.AllowMember(t, acctest.Payments)
		if _, there := cloud.LogDashboard(acctest.WatchedProject, overviewName); there {
			if err := cloud.DeleteLogDashboard(acctest.WatchedProject, overviewName); err != nil {
				t.Error(err)
			}
		}
	}
	fault := cloud.AddFault(simulator.Fault{Action: "UpdateDashboard", Status: 403, Code: "WriteQuotaExceed"})
	if said := strings.Join(cloud.Live(t, dashboardKind, changed...), "\n"); !strings.Contains(said, "throttled") {
		t.Error(said)
	}
	fault.Remove()
	if said := cloud.Live(t, dashboardKind, changed...); len(said) > 0 {
		t.Error(said) // what is left has the report, with another time range at first
	}
}

// A change whose answer gets lost, once or for good, has happened: it is found, and nothing is made twice.
func TestDashboard_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateDashboard", "UpdateDashboard", "DeleteDashboard"} {
		for _, first := range []int64{1, 0} {
			cloud := acctest.New(t, acctest.WatchedArchive())
			fault := cloud.AddFault(simulator.Fault{Action: action, Reset: simulator.ResetAfterCommit, First: first})
			said := cloud.Live(t, dashboardKind, dashboardArguments(), dashboardArguments("time_range", "7d"))
			if len(said) > 0 && (first > 0 || action != "DeleteDashboard") {
				t.Errorf("%s: %v", action, said)
			}
			if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Dashboards) > 0 || fault.Hits() == 0 {
				t.Errorf("%s: %d are left, after %d lost answers", action, len(project.Dashboards), fault.Hits())
			}
		}
	}
}
