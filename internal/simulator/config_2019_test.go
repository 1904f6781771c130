package simulator

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
)

// TestConfig2019: what is served of the older version has the same answers, and nothing else of it is served.
func TestConfig2019(t *testing.T) {
	s := configScenario()
	s.Accounts[1].CloudConfig.CompliancePacks = []CompliancePack{{
		CompliancePackID: "cp-1", CompliancePackName: "pack", ConfigRules: []CompliancePackRule{{ConfigRuleID: "cr-pack", ManagedRuleIdentifier: deletionRule}},
	}}
	s.Accounts[1].CloudConfig.Rules = []ConfigRule{{ConfigRuleID: "cr-own", ConfigRuleName: "own", SourceIdentifier: publicEndpoint, RiskLevel: 1, ConfigRuleTriggerTypes: triggerChange}}
	messages := []string{}
	_, server := startCloud(t, s, expectUnexpected(&messages))
	list := reflected(t, reflect.TypeFor[config.ListConfigRulesResponseBody]())
	list.fields["ConfigRules"].fields["ConfigRuleList"].fields["CompliancePackId"] = &node{kind: "string"}
	operated := reflected(t, reflect.TypeFor[config.DeactiveConfigRulesResponseBody]())
	call := func(k, action string, p params, tree *node) object {
		t.Helper()
		result, err := rpc(t, server, keyOf(k), version2019, action, p)
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		text, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		plain := map[string]any{}
		if err := json.Unmarshal(text, &plain); err != nil {
			t.Fatal(err)
		}
		for _, problem := range tree.conforms(action, plain) {
			t.Error(problem)
		}
		return plain
	}
	codes := func(action, ids string) string {
		t.Helper()
		all := []string{}
		for _, item := range call("FAKELOCAL", action, params{"ConfigRuleIds": ids}, operated).object("OperateRuleResult").list("OperateRuleItemList") {
			all = append(all, item.text("ErrorCode"))
		}
		return strings.Join(all, ";")
	}
	rules := call("FAKELOCAL", "ListConfigRules", params{"PageNumber": "1", "PageSize": "50"}, list).object("ConfigRules").list("ConfigRuleList")
	if len(rules) != 2 || rules[0]["CompliancePackId"] != nil || rules[1].text("CompliancePackId") != "cp-1" || rules[0].object("Compliance").text("ComplianceType") != "NON_COMPLIANT" {
		t.Error(rules)
	}
	if ofPack := call("FAKELOCAL", "ListConfigRules", params{"CompliancePackId": "cp-1"}, list).object("ConfigRules"); ofPack["TotalCount"] != 1.0 {
		t.Error(ofPack)
	}
	for _, step := range []struct{ action, ids, want string }{
		{"StopConfigRules", "cr-own,cr-none", ";ConfigRuleNotExists"},
		{"StopConfigRules", "cr-own", "ConfigRuleStatusNotActive"},
		{"ActiveConfigRules", "cr-own", ""},
		{"DeleteConfigRules", "cr-own,cr-pack", ";ConfigRuleCanNotDelete"},
	} {
		if got := codes(step.action, step.ids); got != step.want {
			t.Errorf("%s: %s, want %s", step.action, got, step.want)
		}
	}
	if started := call("FAKELOCAL", "StartConfigRuleEvaluation", params{"CompliancePackId": "cp-1"}, reflected(t, reflect.TypeFor[config.StartConfigRuleEvaluationResponseBody]())); started["Result"] != true {
		t.Error(started)
	}
	if len(messages) > 0 {
		t.Error(messages)
	}
	for _, c := range []struct {
		version, action string
		p               params
	}{
		{version2019, "GetConfigRule", params{"ConfigRuleId": "cr-own"}},
		{version2019, "ListAggregateConfigRules", params{"AggregatorId": "ca-all"}},
		{version2019, "ListConfigRules", params{"MultiAccount": "true"}},
		{"2020-09-07", "StopConfigRules", params{"ConfigRuleIds": "cr-own"}},
	} {
		_, err := rpc(t, server, keyOf("FAKELOCAL"), c.version, c.action, c.p)
		wantCode(t, err, http.StatusNotImplemented, codeNotSimulated)
	}
}
