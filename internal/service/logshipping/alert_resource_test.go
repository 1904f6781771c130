package logshipping_test

import (
	"encoding/json"
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
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	alertKind    = "ackguard_audit_alert"
	alertAddress = alertKind + ".this"
	execAlert    = "ackguard-exec-into-container"
)

// alertArguments are those of an alert on the archive.
func alertArguments(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"account_id": acctest.Payments, "region": "cn-hangzhou", "project": acctest.WatchedProject, "logstore": acctest.WatchedStore, "condition": "exec_into_container",
	}, more...)
}

// alertBlock is a block on the archive, with further arguments.
func alertBlock(arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_audit_alert" "this" {
  account_id = %q
  project    = %q
  logstore   = %q
%s
}`, acctest.Payments, acctest.WatchedProject, acctest.WatchedStore, arguments)
}

// textPair is a label or an annotation.
type textPair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// alertConfiguration is the part of an alert's configuration that tests look at.
type alertConfiguration struct {
	Threshold    int                 `json:"threshold"`
	SendResolved bool                `json:"sendResolved"`
	MuteUntil    int64               `json:"muteUntil"`
	QueryList    []sls.AlertQuery    `json:"queryList"`
	Labels       []textPair          `json:"labels"`
	Annotations  []textPair          `json:"annotations"`
	Group        sls.AlertGroup      `json:"groupConfiguration"`
	Severities   []sls.AlertSeverity `json:"severityConfigurations"`
	Policy       sls.AlertPolicy     `json:"policyConfiguration"`
	SinkAlertHub map[string]any      `json:"sinkAlerthub"`
}

// storedAlert is an alert as the cloud has it.
func storedAlert(cloud *acctest.Cloud, name string) (job simulator.LogJob, c alertConfiguration, err error) {
	job, ok := cloud.LogJob(acctest.WatchedProject, name)
	if !ok {
		return job, c, fmt.Errorf("there is no alert %s", name)
	}
	raw, err := json.Marshal(job.Configuration)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	return job, c, err
}

func alertHolds(cloud *acctest.Cloud, name string, check func(simulator.LogJob, alertConfiguration) bool) resource.TestCheckFunc {
	return acctest.Func(func() error {
		job, c, err := storedAlert(cloud, name)
		if err == nil && !check(job, c) {
			err = fmt.Errorf("the cloud holds %+v", job)
		}
		return err
	})
}

func noAlert(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Jobs) > 0 {
			return fmt.Errorf("there is %+v", project.Jobs)
		}
		return nil
	})
}

func alertAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(alertAddress, a)}}
}

func alertKnown(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(alertAddress, tfjsonpath.New(name), check)
}

func has(pairs []textPair, key, value string) bool {
	return slices.Contains(pairs, textPair{key, value})
}

const everyArgument = `
  condition    = "public_access_failing"
  name         = "everything"
  display_name = "Somebody knocks"
  description  = "For the security team."
  enabled      = false
  language     = "zh"
  filters = {
    account_ids          = ["100000000000004", "100000000000003"]
    cluster_ids          = ["c1a00000000000000000000000retail1"]
    namespaces           = ["shop"]
    exclude_namespaces   = ["test"]
    users                = ["ann", "it's \"me\""]
    exclude_users        = ["bob"]
    include_system_users = false
  }
  minimum_count           = 20
  minimum_failure_percent = 80
  severity                = "critical"
  interval                = "60s"
  window                  = "300s"
  consecutive_evaluations = 3
  notification = {
    action_policy_id = "platform"
    alert_policy_id  = "merge"
    repeat_interval  = "1h"
  }
  labels        = { team = "platform" }
  annotations   = { runbook = "https://example.com/knocking", desc = "$${cnt} requests" }
  send_resolved = true
  mute_until    = "2030-01-31T06:00:00+08:00"
`

func TestAlert_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	exec := alertBlock(`  condition = "exec_into_container"`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noAlert(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", exec),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(alertAddress, tfjsonpath.New("effective_query"), knownvalue.StringExact(logshipping.QueryOf("exec_into_container", nil))),
					plancheck.ExpectKnownValue(alertAddress, tfjsonpath.New("name"), knownvalue.StringExact(execAlert)),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					alertKnown("window", knownvalue.StringExact("7m")), alertKnown("severity", knownvalue.StringExact("high")), alertKnown("minimum_count", knownvalue.Int64Exact(1)),
					alertKnown("display_name", knownvalue.StringExact("Command was run in a container")), alertKnown("other_changes", knownvalue.ListSizeExact(0)),
				},
				Check: alertHolds(cloud, execAlert, func(j simulator.LogJob, c alertConfiguration) bool {
					q := c.QueryList[0]
					return j.Status == "ENABLED" && j.Schedule.Type == "FixedRate" && j.Schedule.Interval == "5m" && q.Start == "-7m" && q.End == "now" && q.Store == "audit" && q.Project == acctest.WatchedProject &&
						q.Region == "cn-hangzhou" && c.Threshold == 1 && c.Severities[0].Severity == 8 && c.Severities[0].EvalCondition.Condition == "" && c.Group.Type == "custom" &&
						slices.Equal(c.Group.Fields, []string{"account_id", "cluster_id", "user_name"}) && c.Policy.AlertPolicyID == "sls.builtin.dynamic" && c.Policy.ActionPolicyID == "sls.builtin" &&
						has(c.Labels, "ackguard_condition", "exec_into_container") && has(c.Annotations, "title", "Command was run in a container") && !c.SendResolved && c.MuteUntil == 0
				}),
			},
			{ResourceName: alertAddress, ImportState: true, ImportStateId: acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/" + execAlert, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name"},
			{ResourceName: alertAddress, ImportState: true, ImportStateId: acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/" + execAlert, ImportStateKind: resource.ImportBlockWithID},
			{ // another name replaces
				Config:           cloud.Provider("", alertBlock(everyArgument)),
				ConfigPlanChecks: alertAction(plancheck.ResourceActionDestroyBeforeCreate),
				Check: alertHolds(cloud, "everything", func(j simulator.LogJob, c alertConfiguration) bool {
					q := c.QueryList[0]
					want := logshipping.QueryOf("public_access_failing", func(s *logshipping.Settings) {
						s.MinimumCount, s.MinimumFailurePercent = 20, 80
						s.Filters = logshipping.Filters{
							AccountIDs: []string{"100000000000003", "100000000000004"}, ClusterIDs: []string{"c1a00000000000000000000000retail1"}, Namespaces: []string{"shop"}, ExcludeNamespaces: []string{"test"},
							Users: []string{"ann", `it's "me"`}, ExcludeUsers: []string{"bob"},
						}
					})
					return j.Status == "DISABLED" && j.DisplayName == "Somebody knocks" && j.Description == "For the security team." && j.Schedule.Interval == "60s" && q.Query == want && q.Start == "-300s" &&
						c.Threshold == 3 && c.Severities[0].Severity == 10 && c.Policy.ActionPolicyID == "platform" && c.Policy.AlertPolicyID == "merge" && c.Policy.RepeatInterval == "1h" &&
						has(c.Labels, "team", "platform") && has(c.Annotations, "desc", "${cnt} requests") && has(c.Annotations, "title", "Somebody knocks") && c.SendResolved && c.MuteUntil == 1896040800
				}),
			},
			{
				ResourceName: alertAddress, ImportState: true, ImportStateId: acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/everything", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name",
				ImportStateVerifyIgnore: []string{"mute_until"}, // the same moment in another zone
			},
			{ // all that can be taken away is, in place
				Config:           cloud.Provider("", alertBlock("  condition = \"public_access_failing\"\n  name = \"everything\"")),
				ConfigPlanChecks: alertAction(plancheck.ResourceActionUpdate),
				Check: alertHolds(cloud, "everything", func(j simulator.LogJob, c alertConfiguration) bool {
					return j.Status == "ENABLED" && c.QueryList[0].Query == logshipping.QueryOf("public_access_failing", nil) && c.QueryList[0].Start == "-7m" && j.Schedule.Interval == "5m" && len(c.Labels) == 1 &&
						len(c.Annotations) == 3 && c.MuteUntil == 0 && c.Threshold == 1 && c.Severities[0].Severity == 8 && c.Policy.ActionPolicyID == "sls.builtin"
				}),
			},
			{ // a query of one's own, under the same name
				Config: cloud.Provider("", alertBlock(`
  name = "everything"
  query = {
    query           = "verb: delete | select account_id, count(1) as cnt group by account_id"
    condition       = "cnt > 10"
    count_condition = "__count__ > 1"
    group_by        = ["account_id"]
  }`)),
				ConfigPlanChecks: alertAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					alertKnown("display_name", knownvalue.StringExact("everything")), alertKnown("severity", knownvalue.StringExact("medium")), alertKnown("minimum_count", knownvalue.Null()),
				},
				Check: alertHolds(cloud, "everything", func(_ simulator.LogJob, c alertConfiguration) bool {
					return c.QueryList[0].Query == "verb: delete | select account_id, count(1) as cnt group by account_id" && c.Severities[0].EvalCondition.Condition == "cnt > 10" && c.Severities[0].EvalCondition.CountCondition == "__count__ > 1" &&
						c.Group.Type == "custom" && slices.Equal(c.Group.Fields, []string{"account_id"}) && len(c.Labels) == 0 && len(c.Annotations) == 0
				}),
			},
			{ResourceName: alertAddress, ImportState: true, ImportStateId: acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/everything", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name"},
			{ // what is gone is made again
				PreConfig: func() {
					if err := cloud.DeleteLogJob(acctest.WatchedProject, "everything"); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", exec),
				ConfigPlanChecks: alertAction(plancheck.ResourceActionCreate),
			},
		},
	})
}

// Whatever somebody changes of an alert shows, and is repaired; what we have no field for stays.
func TestAlert_drift(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	r := cloud.Resource(t, alertKind)
	arguments := alertArguments("labels", map[string]any{"team": "platform"}, "filters", map[string]any{"namespaces": []any{"shop"}})
	if err := r.Apply(arguments); err != nil {
		t.Fatal(err)
	}
	_, want, err := storedAlert(cloud, execAlert)
	if err != nil {
		t.Fatal(err)
	}
	query := func(c map[string]any) map[string]any {
		list, _ := c["queryList"].([]any)
		first, _ := list[0].(map[string]any)
		return first
	}
	pairs := func(of ...string) (list []any) {
		for i := 0; i < len(of); i += 2 {
			list = append(list, map[string]any{"key": of[i], "value": of[i+1]})
		}
		return list
	}
	for name, change := range map[string]func(*simulator.LogJob){
		"display name":      func(j *simulator.LogJob) { j.DisplayName = "x" },
		"description":       func(j *simulator.LogJob) { j.Description = "x" },
		"switched off":      func(j *simulator.LogJob) { j.Status = "DISABLED" },
		"interval":          func(j *simulator.LogJob) { j.Schedule.Interval = "15m" },
		"schedule":          func(j *simulator.LogJob) { j.Schedule.Type, j.Schedule.CronExpression = "Cron", "0 0/1 * * *" },
		"query":             func(j *simulator.LogJob) { query(j.Configuration)["query"] = "* | select 1" },
		"another condition": func(j *simulator.LogJob) { query(j.Configuration)["query"] = logshipping.QueryOf("secret_access", nil) },
		"filter": func(j *simulator.LogJob) {
			query(j.Configuration)["query"] = logshipping.QueryOf("exec_into_container", func(s *logshipping.Settings) { s.Filters.Namespaces = []string{"shop", "test"} })
		},
		"minimum": func(j *simulator.LogJob) {
			query(j.Configuration)["query"] = logshipping.QueryOf("exec_into_container", func(s *logshipping.Settings) { s.Filters.Namespaces, s.MinimumCount = []string{"shop"}, 5 })
		},
		"window":    func(j *simulator.LogJob) { query(j.Configuration)["start"] = "-1h" },
		"end":       func(j *simulator.LogJob) { query(j.Configuration)["end"] = "-1m" },
		"store":     func(j *simulator.LogJob) { query(j.Configuration)["store"] = "other" },
		"project":   func(j *simulator.LogJob) { query(j.Configuration)["project"] = "other" },
		"role":      func(j *simulator.LogJob) { query(j.Configuration)["roleArn"] = "acs:ram::1:role/x" },
		"threshold": func(j *simulator.LogJob) { j.Configuration["threshold"] = 9 },
		"resolved":  func(j *simulator.LogJob) { j.Configuration["sendResolved"] = true },
		"muted":     func(j *simulator.LogJob) { j.Configuration["muteUntil"] = 1_900_000_000 },
		"no data":   func(j *simulator.LogJob) { j.Configuration["noDataFire"] = true },
		"label": func(j *simulator.LogJob) {
			j.Configuration["labels"] = pairs("team", "x", "ackguard_condition", "exec_into_container")
		},
		"label is gone": func(j *simulator.LogJob) { j.Configuration["labels"] = pairs("team", "platform") },
		"label more": func(j *simulator.LogJob) {
			j.Configuration["labels"] = pairs("team", "platform", "ackguard_condition", "exec_into_container", "x", "y")
		},
		"message":        func(j *simulator.LogJob) { j.Configuration["annotations"] = pairs("title", "Nothing") },
		"no annotations": func(j *simulator.LogJob) { j.Configuration["annotations"] = []any{} },
		"action policy": func(j *simulator.LogJob) {
			j.Configuration["policyConfiguration"] = map[string]any{"alertPolicyId": "sls.builtin.dynamic", "actionPolicyId": "nobody", "repeatInterval": "5m"}
		},
		"repeat interval": func(j *simulator.LogJob) {
			j.Configuration["policyConfiguration"] = map[string]any{"alertPolicyId": "sls.builtin.dynamic", "actionPolicyId": "sls.builtin", "repeatInterval": "1d"}
		},
		"groups": func(j *simulator.LogJob) {
			j.Configuration["groupConfiguration"] = map[string]any{"type": "no_group", "fields": []any{}}
		},
		"severity": func(j *simulator.LogJob) {
			j.Configuration["severityConfigurations"] = []any{map[string]any{"severity": 2, "evalCondition": map[string]any{}}}
		},
		"evaluation": func(j *simulator.LogJob) {
			j.Configuration["severityConfigurations"] = []any{map[string]any{"severity": 8, "evalCondition": map[string]any{"condition": "cnt > 1000"}}}
		},
		"two severities": func(j *simulator.LogJob) {
			j.Configuration["severityConfigurations"] = []any{map[string]any{"severity": 8, "evalCondition": map[string]any{}}, map[string]any{"severity": 2, "evalCondition": map[string]any{}}}
		},
		"two queries": func(j *simulator.LogJob) {
			list, _ := j.Configuration["queryList"].([]any)
			j.Configuration["queryList"] = append(list, map[string]any{"query": "*", "start": "-1m", "end": "now", "storeType": "log", "project": "p", "store": "s"})
		},
	} {
		if err := cloud.UpdateLogJob(acctest.WatchedProject, execAlert, func(j *simulator.LogJob) {
			change(j)
			j.Configuration["sinkAlerthub"], j.Configuration["tags"] = map[string]any{"enabled": true}, []any{"mine"}
		}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if nothing, err := r.Settled(arguments); err != nil || nothing {
			t.Errorf("%s: the plan is empty: %t, %v", name, nothing, err)
		}
		if err := r.Apply(arguments); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		job, is, err := storedAlert(cloud, execAlert)
		if err != nil || fmt.Sprint(is.SinkAlertHub) != "map[enabled:true]" || fmt.Sprint(job.Configuration["tags"]) != "[mine]" || job.Status != "ENABLED" {
			t.Errorf("%s: sinkAlerthub or tags are lost: %+v, %v", name, job, err)
		}
		if is.SinkAlertHub = nil; fmt.Sprintf("%+v", is) != fmt.Sprintf("%+v", want) || job.Schedule.Type != "FixedRate" || job.Schedule.Interval != "5m" {
			t.Errorf("%s: it is not as before:\n%+v\n%+v", name, is, want)
		}
	}
	if err := r.Destroy(); err != nil {
		t.Error(err)
	}
}

// An alert of the same name is taken over if it equals the block, and no other.
func TestAlert_existing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	if err := cloud.Resource(t, alertKind).Apply(alertArguments()); err != nil { // of a run whose state was lost
		t.Fatal(err)
	}
	said := strings.Join(cloud.Live(t, alertKind, alertArguments("severity", "low", "filters", map[string]any{"users": []any{"ann"}})), "\n")
	for _, phrase := range []string{
		"There is an alert of this name already", `severity is "high", not "low"`, "filters is <null>, not", "terraform import ADDRESS " + acctest.Payments + "/cn-hangzhou/" + acctest.WatchedProject + "/" + execAlert,
		"in account " + acctest.Payments + ", region cn-hangzhou",
	} {
		if !strings.Contains(said, phrase) {
			t.Errorf("it lacks %q: %s", phrase, said)
		}
	}
	if said := cloud.Live(t, alertKind, alertArguments("enabled", false)); len(said) > 0 {
		t.Error(said)
	}
	if n := cloud.Count(simulator.Filter{Action: "CreateJob"}); n != 1 {
		t.Errorf("%d alerts were created", n)
	}
	// A data transformation of the name is no alert, and nobody's to take.
	if err := cloud.AddLogJob(acctest.WatchedProject, simulator.LogJob{Name: execAlert, Type: "ETL", Schedule: simulator.LogSchedule{Type: "Resident"}, Configuration: map[string]any{
		"logstore": acctest.WatchedStore, "roleArn": "acs:ram::100000000000005:role/x", "lang": "SPL", "script": "*", "version": 2,
		"sinks": []any{map[string]any{"name": "a", "project": "b", "logstore": "c", "roleArn": "acs:ram::100000000000005:role/x", "datasets": []any{"__UNNAMED__"}}},
	}}); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(cloud.Live(t, alertKind, alertArguments()), "\n"); !strings.Contains(said, `of type "ETL", and no alert`) {
		t.Error(said)
	}
}

func TestAlert_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	own := map[string]any{"query": "*"}
	many := []any{}
	for i := range 25 {
		many = append(many, fmt.Sprintf("1000000000000%02d", i))
	}
	for says, more := range map[string][]any{
		"Set either condition":                                                 {"condition", nil},
		"to one of the ready conditions, or query":                             {"query", own},
		"needs a name":                                                         {"condition", nil, "query", own},
		"filters is put into the query of a ready condition":                   {"condition", nil, "query", own, "name", "mine", "filters", map[string]any{"users": []any{"ann"}}},
		"minimum_count is put into the query":                                  {"condition", nil, "query", own, "name", "mine", "minimum_count", 3},
		"minimum_failure_percent is put into the query":                        {"condition", nil, "query", own, "name", "mine", "minimum_failure_percent", 3},
		"The condition exec_into_container has no failure rate":                {"minimum_failure_percent", 3},
		"value must be one of: [\"public_access\"":                             {"condition", "exec"},
		"never sees what happens in between":                                   {"interval", "10m", "window", "5m"},
		"Log Service queries at most 1d":                                       {"window", "25h"},
		"interval is between 1m and 1d, not 30s":                               {"interval", "30s"},
		"must be a number of seconds, minutes, hours or days":                  {"interval", "5 minutes"},
		"which have no field for filters.users":                                {"condition", "high_risk_finding", "filters", map[string]any{"users": []any{"ann"}}},
		"Log Service takes 30 conditions in the search part":                   {"filters", map[string]any{"account_ids": many}},
		"must be the name of a namespace":                                      {"filters", map[string]any{"namespaces": []any{"a b"}}},
		"must not hold control characters":                                     {"filters", map[string]any{"exclude_users": []any{"a\nb"}}},
		"must be an ACK cluster ID":                                            {"filters", map[string]any{"cluster_ids": []any{"c1"}}},
		"must be an Alibaba Cloud account ID":                                  {"filters", map[string]any{"account_ids": []any{"retail"}}},
		"must be the name of a job of Log Service: 2 to 64 lower-case letters": {"name", "Exec"},
		"must be the name of a project":                                        {"project", "P"},
		"must be the name of a Logstore":                                       {"logstore", "-a"},
		"value must be one of: [\"report\" \"low\"":                            {"severity", "grave"},
		"value must be one of: [\"en\" \"zh\"]":                                {"language", "de"},
		"must be a point in time as RFC 3339 has it":                           {"mute_until", "tomorrow"},
		"value must be at least 1":                                             {"minimum_count", 0},
		"value must be between 1 and 1000":                                     {"consecutive_evaluations", 0},
		"value must be none of: [\"ackguard_condition\"]":                      {"labels", map[string]any{"ackguard_condition": "x"}},
		`"cn-hangzou" is not a region that this version knows`:                 {"region", "cn-hangzou"},
		"ProjectNotExist":                                                      {"project", "nowhere"},
		"value must be between 1 and 100":                                      {"condition", "public_access_failing", "minimum_failure_percent", 101},
		"must be an Alibaba Cloud account ID: digits only, e.g.":               {"account_id", "payments"},
	} {
		if said := strings.Join(cloud.Live(t, alertKind, alertArguments(more...)), "\n"); !strings.Contains(said, says) {
			t.Errorf("%v: it lacks %q: %s", more, says, said)
		}
	}
	if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Jobs) > 0 {
		t.Errorf("made was %+v", project.Jobs)
	}
}

func TestAlert_refused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	changed := []map[string]any{alertArguments(), alertArguments("severity", "low", "enabled", false)}
	for _, action := range []string{"GetJob", "CreateJob", "UpdateJob", "DeleteJob"} {
		cloud.DenyMember(t, acctest.Payments, "log:"+action)
		said := strings.Join(cloud.Live(t, alertKind, changed...), "\n")
		for _, phrase := range []string{"alert " + execAlert, "denied", "account " + acctest.Payments, "allow the RAM action log:" + action} {
			if !strings.Contains(said, phrase) {
				t.Errorf("%s: it lacks %q: %s", action, phrase, said)
			}
		}
		cloud.AllowMember(t, acctest.Payments)
		if _, there := cloud.LogJob(acctest.WatchedProject, execAlert); there {
			if err := cloud.DeleteLogJob(acctest.WatchedProject, execAlert); err != nil {
				t.Error(err)
			}
		}
	}
	fault := cloud.AddFault(simulator.Fault{Action: "UpdateJob", Status: 403, Code: "WriteQuotaExceed"})
	if said := strings.Join(cloud.Live(t, alertKind, changed...), "\n"); !strings.Contains(said, "throttled") {
		t.Error(said)
	}
	fault.Remove()
	if said := cloud.Live(t, alertKind, changed...); len(said) > 0 {
		t.Error(said) // what is left was taken over
	}
	// The project's quota of alerts.
	for i := range 100 {
		if err := cloud.AddLogJob(acctest.WatchedProject, simulator.LogJob{Name: fmt.Sprintf("theirs-%d", i), Type: "Alert", Schedule: simulator.LogSchedule{Type: "FixedRate", Interval: "1m"}, Configuration: map[string]any{
			"version": "2.0", "type": "default", "queryList": []any{map[string]any{"query": "*"}}, "severityConfigurations": []any{map[string]any{"severity": 2, "evalCondition": map[string]any{}}},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	if said := strings.Join(cloud.Live(t, alertKind, alertArguments()), "\n"); !strings.Contains(said, "quota exceed") {
		t.Error(said)
	}
}

// A change whose answer gets lost, once or for good, has happened: it is found, and nothing is made twice.
func TestAlert_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateJob", "UpdateJob", "DisableJob", "DeleteJob"} {
		for _, first := range []int64{1, 0} {
			cloud := acctest.New(t, acctest.WatchedArchive())
			fault := cloud.AddFault(simulator.Fault{Action: action, Reset: simulator.ResetAfterCommit, First: first})
			said := cloud.Live(t, alertKind, alertArguments(), alertArguments("severity", "low", "enabled", false))
			if len(said) > 0 && (first > 0 || action != "DeleteJob") {
				t.Errorf("%s: %v", action, said)
			}
			if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Jobs) > 0 || fault.Hits() == 0 {
				t.Errorf("%s: %d are left, after %d lost answers", action, len(project.Jobs), fault.Hits())
			}
		}
	}
}

// A job that is deleted can be read for a while: destroy waits for it, and a replacement of the name does not take it for its own.
func TestAlert_deleteLag(t *testing.T) {
	t.Parallel()
	scenario := acctest.WatchedArchive()
	scenario.Behaviour.LogJobDeleteLag = "40s"
	cloud := acctest.NewOneClock(t, scenario)
	if said := cloud.Live(t, alertKind, alertArguments(), alertArguments("condition", "secret_access", "name", execAlert)); len(said) > 0 {
		t.Error(said)
	}
	if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Jobs) > 0 {
		t.Errorf("left is %+v", project.Jobs)
	}
	if reads := cloud.Count(simulator.Filter{Action: "GetJob"}); reads < 8 {
		t.Errorf("only %d reads", reads)
	}
}

// What is not known when planning is made up when applying.
func TestAlert_unknown(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), CheckDestroy: noAlert(cloud), Steps: []resource.TestStep{{
		Config: cloud.Provider("", `
resource "terraform_data" "chosen" {
  input = { condition = "secret_access", interval = "10m", user = "ci" }
}`+alertBlock(`
  condition = terraform_data.chosen.output.condition
  interval  = terraform_data.chosen.output.interval
  filters   = { exclude_users = [terraform_data.chosen.output.user] }
`)),
		ConfigStateChecks: []statecheck.StateCheck{
			alertKnown("name", knownvalue.StringExact("ackguard-secret-access")), alertKnown("window", knownvalue.StringExact("12m")), alertKnown("severity", knownvalue.StringExact("medium")),
			alertKnown("effective_query", knownvalue.StringExact(logshipping.QueryOf("secret_access", func(s *logshipping.Settings) { s.Filters.ExcludeUsers = []string{"ci"} }))),
		},
	}}})
}

func TestAlert_importIDs(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WatchedArchive())
	for id, says := range map[string]string{
		"a/b":                                 "is not of the form account_id/region/project/name",
		"retail/cn-hangzhou/audit-archive/a1": "must be an Alibaba Cloud account ID",
		"100000000000005/cn-hangzou/audit-archive/a1":  `"cn-hangzou" is not a region`,
		"100000000000005/cn-hangzhou/P/a1":             "must be the name of a project",
		"100000000000005/cn-hangzhou/audit-archive/A":  "must be the name of a job of Log Service: 2 to 64 lower-case letters",
		"100000000000005/cn-hangzhou/audit-archive/a1": "Cannot import non-existent remote object",
	} {
		resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{{
			Config: cloud.Provider("", alertBlock(`  condition = "anonymous"`)), ResourceName: alertAddress, ImportState: true, ImportStateId: id, ExpectError: acctest.Says(says),
		}}})
	}
}
