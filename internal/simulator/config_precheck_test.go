package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

// preCheck evaluates one resource by rules and returns the verdicts.
func preCheck(c configCaller, kind, properties string, identifiers ...string) (logicalID string, rules []object) {
	c.t.Helper()
	wanted := []map[string]string{}
	for _, id := range identifiers {
		wanted = append(wanted, map[string]string{"Identifier": id})
	}
	text, err := json.Marshal([]map[string]any{{"ResourceType": kind, "ResourceProperties": properties, "Rules": wanted}})
	if err != nil {
		c.t.Fatal(err)
	}
	one := c.do("EvaluatePreConfigRules", params{"ResourceEvaluateItems": string(text)}).list("ResourceEvaluations")[0]
	return one.text("ResourceLogicalId"), one.list("Rules")
}

// TestNoPreChecks: by default no rule for ACK can be checked before.
func TestNoPreChecks(t *testing.T) {
	_, _, local := startConfig(t, configScenario())
	if list := local.do("ListPreManagedRules", nil).list("ManagedRules"); len(list) != 0 {
		t.Error(list)
	}
	id, rules := preCheck(local, "ACS::ACK::Cluster", `{"DeletionProtection":false}`, deletionRule)
	if id != "eyJEZWxldGlvblByb3RlY3Rpb24iOmZhbHNlfQ==" || rules[0].text("ComplianceType") != "NOT_APPLICABLE" || rules[0]["Annotation"] != nil {
		t.Error(id, rules)
	}
	for _, bad := range []string{`[{"Rules":[{"Identifier":"ack-none"}]}]`, `[{"ResourceProperties":"{"}]`, `{`} {
		local.refused(http.StatusBadRequest, "Invalid.ResourceEvaluateItems.Value", "EvaluatePreConfigRules", params{"ResourceEvaluateItems": bad})
	}
}

func TestPreChecks(t *testing.T) {
	s := configScenario()
	s.ConfigPreManagedRules = []PreManagedRule{
		{Identifier: deletionRule, HelpURL: "https://example.com", Property: "DeletionProtection", Desired: "true", Absent: "NON_COMPLIANT"},
		{Identifier: publicEndpoint, Property: "Network.Public", Desired: "false", Absent: "COMPLIANT"},
		{Identifier: "ack-cluster-rrsa-enabled", Property: "Rrsa", Desired: "on"},
	}
	messages := []string{}
	_, _, local := startConfig(t, s, expectUnexpected(&messages))
	for properties, want := range map[string]string{
		`{"DeletionProtection":true,"Network":{"Public":false},"Rrsa":"on"}`: "COMPLIANT,COMPLIANT,COMPLIANT",
		`{"DeletionProtection":"false","Network":{"Public":true},"Rrsa":1}`:  "NON_COMPLIANT,NON_COMPLIANT,NON_COMPLIANT",
		`{"Network":"none"}`: "NON_COMPLIANT,COMPLIANT,NOT_APPLICABLE",
	} {
		_, rules := preCheck(local, "ACS::ACK::Cluster", properties, deletionRule, publicEndpoint, "ack-cluster-rrsa-enabled")
		got := []string{}
		for _, r := range rules {
			got = append(got, r.text("ComplianceType"))
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s: %v, want %s", properties, got, want)
		}
	}
	_, rules := preCheck(local, "ACS::ACK::Cluster", `{"DeletionProtection":false}`, deletionRule)
	annotation := map[string]string{}
	if err := json.Unmarshal([]byte(rules[0].text("Annotation")), &annotation); err != nil || annotation["configuration"] != "false" || annotation["desiredValue"] != "true" ||
		annotation["property"] != "$.DeletionProtection" || rules[0].text("HelpUrl") != "https://example.com" {
		t.Error(rules, err)
	}
	if _, rules = preCheck(local, "ACS::ECS::Instance", `{"DeletionProtection":false}`, deletionRule); rules[0].text("ComplianceType") != "NOT_APPLICABLE" {
		t.Error("a rule for clusters was applied to an instance:", rules)
	}
	if list := local.do("ListPreManagedRules", params{"PageNumber": "2", "PageSize": "2", "ResourceTypes": `["ACS::ACK::Cluster"]`}).list("ManagedRules"); len(list) != 1 || list[0].text("Identifier") != "ack-cluster-rrsa-enabled" {
		t.Error(list)
	}
	if list := local.do("ListPreManagedRules", params{"ResourceTypes": `["ACS::ECS::Instance"]`}).list("ManagedRules"); len(list) != 0 {
		t.Error(list)
	}
	for _, r := range local.do("ListManagedRules", params{"PageSize": "100"}).object("ManagedRules").list("ManagedRuleList") {
		if want := r.text("Identifier") == deletionRule || r.text("Identifier") == publicEndpoint || r.text("Identifier") == "ack-cluster-rrsa-enabled"; r["SupportPreviewManagedRule"] != want {
			t.Error(r)
		}
	}
	if len(messages) > 0 {
		t.Error(messages)
	}
	local.refused(http.StatusNotImplemented, codeNotSimulated, "EvaluatePreConfigRules", params{"ResourceEvaluateItems": "[]", "EnableManagedRules": "true"})
}

// TestPreChecksWithTheSDK: the vendor's own client, which writes lists as JSON text.
func TestPreChecksWithTheSDK(t *testing.T) {
	s := configScenario()
	s.ConfigPreManagedRules = []PreManagedRule{{Identifier: deletionRule, Property: "DeletionProtection", Desired: "true"}}
	_, server := startCloud(t, s)
	client, err := config.NewClient(keyOf("FAKELOCAL").config(server))
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.ListPreManagedRules(&config.ListPreManagedRulesRequest{ResourceTypes: []*string{new("ACS::ACK::Cluster")}})
	if err != nil || len(list.Body.ManagedRules) != 1 {
		t.Fatal(list, err)
	}
	answer, err := client.EvaluatePreConfigRules(&config.EvaluatePreConfigRulesRequest{ResourceEvaluateItems: []*config.EvaluatePreConfigRulesRequestResourceEvaluateItems{{
		ResourceLogicalId: new("cluster"), ResourceType: new("ACS::ACK::Cluster"), ResourceProperties: new(`{"DeletionProtection":false}`),
		Rules: []*config.EvaluatePreConfigRulesRequestResourceEvaluateItemsRules{{Identifier: list.Body.ManagedRules[0].Identifier, InputParameters: new("{}")}},
	}}})
	if err != nil || tea.StringValue(answer.Body.ResourceEvaluations[0].ResourceLogicalId) != "cluster" || tea.StringValue(answer.Body.ResourceEvaluations[0].Rules[0].ComplianceType) != "NON_COMPLIANT" {
		t.Error(answer, err)
	}
}
