package configrule_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	precheck   = "ackguard_config_precheck"
	protection = "ecs-instance-deletion-protection-enabled"
	instance   = "ACS::ECS::Instance"
	unoffered  = "ack-cluster-public-endpoint-check"
)

// precheckFleet has a rule for instances and one for clusters by which planned resources can be judged.
func precheckFleet() *simulator.Scenario {
	s := acctest.ConfigFleet()
	rule := func(identifier, kind, property, value string) simulator.ManagedRule {
		return simulator.ManagedRule{
			Identifier: identifier, ConfigRuleName: identifier, RiskLevel: 1, MessageType: "ConfigurationItemChangeNotification", ResourceTypes: []string{kind},
			SupportPreview: true, PreCheck: &simulator.PreCheck{Property: property, Value: value},
		}
	}
	s.ConfigManagedRules = []simulator.ManagedRule{
		rule(protection, instance, "DeletionProtection", "true"), rule("ack-planned", "ACS::ACK::Cluster", "ClusterSpec", "ack.pro.small"),
	}
	return s
}

func plannedResource(logicalID, kind, properties string) map[string]any {
	r := map[string]any{"logical_id": logicalID, "properties": properties}
	if kind != "" {
		r["resource_type"] = kind
	}
	return r
}

// verdicts are the results of a reading, a line each.
func verdicts(r acctest.Reading) string {
	var lines []string
	results, _ := r.Attributes["results"].([]any)
	for _, v := range results {
		result, _ := v.(map[string]any)
		lines = append(lines, fmt.Sprintf("%s %s %s %v", result["logical_id"], result["rule_id"], result["verdict"], result["reason"]))
	}
	return strings.Join(lines, "\n")
}

func actions(cloud *acctest.Cloud) map[string]int {
	counts := map[string]int{}
	for _, r := range cloud.Requests() {
		counts[r.Action]++
	}
	cloud.ResetRequests()
	return counts
}

// What the service can judge it judges, in one call; a rule that it does not
// offer for a planned resource is never a pass.
func TestPrecheck_verdicts(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, precheckFleet())
	r := cloud.Read(t, precheck, map[string]any{
		"resources": []any{
			plannedResource("web", instance, `{"DeletionProtection":false}`), plannedResource("db", instance, `{"DeletionProtection":true}`),
			plannedResource("cluster", "", `{"ClusterSpec":"ack.pro.small"}`),
		},
		"rule_ids": []any{protection, "ack-planned", unoffered},
	}, nil)
	unsupported := func(kind string) string {
		return " INSUFFICIENT_DATA not supported: the service does not offer this rule for planned resources of type " + kind
	}
	want := strings.Join([]string{
		"cluster ack-cluster-public-endpoint-check" + unsupported("ACS::ACK::Cluster"), "cluster ack-planned COMPLIANT <nil>", "cluster " + protection + unsupported("ACS::ACK::Cluster"),
		"db ack-cluster-public-endpoint-check" + unsupported(instance), "db ack-planned" + unsupported(instance), "db " + protection + " COMPLIANT <nil>",
		"web ack-cluster-public-endpoint-check" + unsupported(instance), "web ack-planned" + unsupported(instance),
		"web " + protection + ` NON_COMPLIANT $.DeletionProtection is "false"; wanted: StringEquals "true"`,
	}, "\n")
	if got := verdicts(r); got != want {
		t.Errorf("%q\ngot\n%s\nwant\n%s", r.Errors, got, want)
	}
	if fmt.Sprint(r.Attributes["unsupported_rule_ids"]) != "[ack-cluster-public-endpoint-check ack-planned "+protection+"]" ||
		r.Attributes["complete"] != false || r.Attributes["compliant"] != false || r.Attributes["account_id"] != acctest.Management {
		t.Error(r.Attributes)
	}
	last, _ := r.Attributes["results"].([]any)[8].(map[string]any)
	if last["property"] != "$.DeletionProtection" || last["configuration"] != "false" || last["desired_value"] != "true" || last["help_url"] != nil || last["resource_type"] != instance {
		t.Error(last)
	}
	if got, want := actions(cloud), map[string]int{"GetCallerIdentity": 1, "ListPreManagedRules": 1, "EvaluatePreConfigRules": 1}; !maps.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
	one := func(properties string, account any) acctest.Reading {
		t.Helper()
		return cloud.Read(t, precheck, map[string]any{"account_id": account, "resources": []any{plannedResource("db", instance, properties)}, "rule_ids": []any{protection}}, nil)
	}
	if r := one(`{"DeletionProtection":true}`, acctest.Retail); r.Attributes["complete"] != true || r.Attributes["compliant"] != true || r.Attributes["account_id"] != acctest.Retail {
		t.Errorf("all compliant, in a member: %+v", r)
	}
	if r := one(`{}`, nil); r.Attributes["complete"] != true || r.Attributes["compliant"] != false {
		t.Errorf("one that violates: %+v", r)
	}
	actions(cloud)
	// By none of the documented rules for ACK, so nothing is evaluated.
	r = cloud.Read(t, precheck, map[string]any{"resources": []any{plannedResource("cluster", "", `{}`)}, "rule_ids": []any{unoffered}}, nil)
	if got, want := actions(cloud), map[string]int{"GetCallerIdentity": 1, "ListPreManagedRules": 1}; !maps.Equal(got, want) || r.Attributes["compliant"] != false || len(r.Errors) > 0 {
		t.Errorf("called %v, want %v; %+v", got, want, r)
	}
}

// The service is never let create a rule.
func TestPrecheck_createsNothing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, precheckFleet())
	before := cloud.Snapshot()
	cloud.Read(t, precheck, map[string]any{"resources": []any{plannedResource("db", instance, `{}`)}, "rule_ids": []any{protection}}, nil)
	requests := cloud.Requests(simulator.Filter{Action: "EvaluatePreConfigRules"})
	if len(requests) != 1 || requests[0].Form.Get("EnableManagedRules") != "false" || requests[0].Form.Has("ResourceTypeFormat") {
		t.Errorf("%+v", requests)
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("changed: %v", diff)
	}
}

func TestPrecheck_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, precheckFleet())
	for message, arguments := range map[string]map[string]any{
		"must be a JSON object":          {"resources": []any{plannedResource("db", instance, `[]`)}, "rule_ids": []any{protection}},
		"at least 1":                     {"resources": []any{}, "rule_ids": []any{protection}},
		"Null resource":                  {"resources": []any{nil}, "rule_ids": []any{protection}},
		`have the logical_id "db"`:       {"resources": []any{plannedResource("db", instance, `{}`), plannedResource("db", "", `{}`)}, "rule_ids": []any{protection}},
		"must be an Alibaba Cloud accou": {"account_id": "mine", "resources": []any{plannedResource("db", instance, `{}`)}, "rule_ids": []any{protection}},
		"set must contain at least":      {"resources": []any{plannedResource("db", instance, `{}`)}, "rule_ids": []any{}},
	} {
		if r := cloud.Read(t, precheck, arguments, nil); !strings.Contains(strings.Join(r.Errors, "\n"), message) {
			t.Errorf("%v: %q, want %q", arguments, r.Errors, message)
		}
	}
	if n := cloud.Count(simulator.Filter{}); n != 0 {
		t.Errorf("%d calls for bad input", n)
	}
}

// What the service refuses is an error; what it leaves out or nobody knows is no pass.
func TestPrecheck_answers(t *testing.T) {
	t.Parallel()
	arguments := map[string]any{"resources": []any{plannedResource("db", instance, `{}`)}, "rule_ids": []any{protection}}
	for action, doing := range map[string]string{"ListPreManagedRules": "Asking which rules can judge planned resources", "EvaluatePreConfigRules": "Pre-checking resources"} {
		cloud := acctest.New(t, precheckFleet())
		cloud.Deny(t, "config:"+action)
		if r := cloud.Read(t, precheck, arguments, nil); len(r.Errors) != 1 || !strings.Contains(r.Errors[0], doing+": denied") || !strings.Contains(r.Errors[0], "config:"+action) {
			t.Errorf("%s denied: %q", action, r.Errors)
		}
		cloud = acctest.New(t, precheckFleet())
		cloud.AddFault(simulator.Fault{Action: action, Status: 400, Code: "Throttling.User"})
		if r := cloud.Read(t, precheck, arguments, nil); len(r.Errors) != 1 || !strings.Contains(r.Errors[0], doing+": throttled") {
			t.Errorf("%s throttled: %q", action, r.Errors)
		}
		cloud = acctest.New(t, precheckFleet())
		cloud.AddFault(simulator.Fault{Action: action, Reset: simulator.ResetAfterCommit, First: 2})
		if r := cloud.Read(t, precheck, arguments, nil); len(r.Errors) > 0 || !strings.Contains(verdicts(r), "NON_COMPLIANT") {
			t.Errorf("%s, answers lost: %q", action, r.Errors)
		}
	}
	off := precheckFleet()
	off.Accounts[1].CloudConfig = nil
	if r := acctest.New(t, off).Read(t, precheck, acctest.With(arguments, "account_id", acctest.Retail), nil); len(r.Errors) != 1 || !strings.Contains(r.Errors[0], "not activated") || !strings.Contains(r.Errors[0], acctest.Retail) {
		t.Errorf("not activated: %q", r.Errors)
	}
	for answer, want := range map[string]string{
		`{"ResourceEvaluations":[]}`: "INSUFFICIENT_DATA the service's answer leaves this resource and rule out",
		`{"ResourceEvaluations":[{"ResourceLogicalId":"other","Rules":[{"Identifier":"` + protection + `","ComplianceType":"COMPLIANT"}]}]}`:                         "INSUFFICIENT_DATA the service's answer leaves this resource and rule out",
		`{"ResourceEvaluations":[{"ResourceLogicalId":"db","Rules":[{"Identifier":"` + protection + `","ComplianceType":"FINE"}]}]}`:                                 `INSUFFICIENT_DATA the service answers "FINE", which this version does not know`,
		`{"ResourceEvaluations":[{"ResourceLogicalId":"db","Rules":[{"Identifier":"` + protection + `","ComplianceType":"NON_COMPLIANT","Annotation":"no JSON"}]}]}`: "NON_COMPLIANT no JSON",
	} {
		cloud := acctest.New(t, precheckFleet())
		cloud.Behind(t, func(r *http.Request) (string, int, bool) {
			return answer, http.StatusOK, r.Header.Get("x-acs-action") == "EvaluatePreConfigRules"
		})
		r := cloud.Read(t, precheck, arguments, nil)
		if got := verdicts(r); got != "db "+protection+" "+want || r.Attributes["compliant"] != false {
			t.Errorf("%s: %q, want %q; %q", answer, got, want, r.Errors)
		}
	}
}

// The list of rules has no total: every page is read, whatever size the service gives.
func TestPrecheck_pages(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, precheckFleet())
	pages := []string{`{"Identifier":"a","ResourceType":"` + instance + `"}`, `{"Identifier":"` + protection + `","ResourceType":"` + instance + `"}`, ``}
	asked := 0
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.Header.Get("x-acs-action") != "ListPreManagedRules" {
			return "", 0, false
		}
		asked++
		return `{"ManagedRules":[` + pages[min(asked, len(pages))-1] + `],"PageSize":1}`, http.StatusOK, true
	})
	r := cloud.Read(t, precheck, map[string]any{"resources": []any{plannedResource("db", instance, `{}`)}, "rule_ids": []any{protection}}, nil)
	if asked != 3 || !strings.Contains(verdicts(r), "NON_COMPLIANT") {
		t.Errorf("%d pages, %s %q", asked, verdicts(r), r.Errors)
	}
}

// While a property is not known, nothing is asked.
func TestPrecheck_unknown(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, precheckFleet())
	acctest.Plan(t, cloud, cloud.Provider("", `
resource "terraform_data" "later" {}

data "ackguard_config_precheck" "planned" {
  resources = [{
    logical_id    = "db"
    resource_type = "ACS::ECS::Instance"
    properties    = jsonencode({ HostName = terraform_data.later.id, DeletionProtection = false })
  }]
  rule_ids = ["`+protection+`"]
}
`))
	if n := cloud.Count(simulator.Filter{}); n != 0 {
		t.Errorf("%d calls, want none", n)
	}
}
