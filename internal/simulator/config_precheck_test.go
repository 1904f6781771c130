package simulator

import (
	"net/http"
	"slices"
	"testing"

	"github.com/alibabacloud-go/tea/tea"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
)

// TestPreCheck: the vendor's own client pre-checks planned resources by the rules that the scenario says can do it.
func TestPreCheck(t *testing.T) {
	s := configScenario()
	s.ConfigManagedRules = append(s.ConfigManagedRules, ManagedRule{
		Identifier: "ack-bare", ConfigRuleName: "No table", RiskLevel: 1, MessageType: triggerChange, SupportPreview: true,
	}, ManagedRule{Identifier: "ack-none", ConfigRuleName: "No pre-check", RiskLevel: 1, MessageType: triggerChange})
	unexpected := []string{}
	_, server := startCloud(t, s, expectUnexpected(&unexpected))
	client, err := config.NewClient(keyOf("FAKELOCAL").config(server))
	if err != nil {
		t.Fatal(err)
	}
	listed := func(types ...string) (names []string) {
		t.Helper()
		for page := int64(1); ; page++ {
			answer, err := client.ListPreManagedRules(&config.ListPreManagedRulesRequest{PageNumber: new(page), PageSize: new(int64(1)), ResourceTypes: tea.StringSlice(types)})
			if err != nil {
				t.Fatal(err)
			}
			if len(answer.Body.ManagedRules) == 0 {
				return names
			}
			names = append(names, tea.StringValue(answer.Body.ManagedRules[0].Identifier)+" "+tea.StringValue(answer.Body.ManagedRules[0].ResourceType))
		}
	}
	const protection = "ecs-instance-deletion-protection-enabled"
	ecs, ack := protection+" ACS::ECS::Instance", "ack-bare ACS::ACK::Cluster"
	if all, clusters := listed(), listed("ACS::ACK::Cluster"); !slices.Equal(all, []string{ecs, ack}) || !slices.Equal(clusters, []string{ack}) {
		t.Error(all, clusters)
	}
	item := func(kind, properties string, rules ...string) *config.EvaluatePreConfigRulesRequestResourceEvaluateItems {
		i := &config.EvaluatePreConfigRulesRequestResourceEvaluateItems{ResourceLogicalId: new("a"), ResourceType: new(kind), ResourceProperties: new(properties)}
		for _, rule := range rules {
			i.Rules = append(i.Rules, &config.EvaluatePreConfigRulesRequestResourceEvaluateItemsRules{Identifier: new(rule)})
		}
		return i
	}
	for _, c := range []struct {
		item             *config.EvaluatePreConfigRulesRequestResourceEvaluateItems
		want, annotation string
	}{
		{item("ACS::ECS::Instance", `{"DeletionProtection":true}`, protection), "COMPLIANT", ""},
		{item("ACS::ECS::Instance", `{"DeletionProtection":false}`, protection), "NON_COMPLIANT", `{"configuration":"false","desiredValue":"true","operator":"StringEquals","property":"$.DeletionProtection","reason":""}`},
		{item("ACS::ECS::Instance", `{}`, protection), "NON_COMPLIANT", `{"configuration":"","desiredValue":"true","operator":"StringEquals","property":"$.DeletionProtection","reason":""}`},
		{item("ACS::ACK::Cluster", `{}`, protection), "NOT_APPLICABLE", `{"configuration":"","desiredValue":"","operator":"","property":"","reason":"the rule is not about this resource"}`},
		{item("ACS::ACK::Cluster", `{}`, "ack-bare"), "NOT_APPLICABLE", `{"configuration":"","desiredValue":"","operator":"","property":"","reason":"the rule is not about this resource"}`},
	} {
		answer, err := client.EvaluatePreConfigRules(&config.EvaluatePreConfigRulesRequest{
			EnableManagedRules: new(false), ResourceEvaluateItems: []*config.EvaluatePreConfigRulesRequestResourceEvaluateItems{c.item},
		})
		if err != nil {
			t.Fatal(err)
		}
		got := answer.Body.ResourceEvaluations[0]
		if tea.StringValue(got.ResourceLogicalId) != "a" || tea.StringValue(got.Rules[0].ComplianceType) != c.want || tea.StringValue(got.Rules[0].Annotation) != c.annotation {
			t.Errorf("%s: %s", c.item, got)
		}
	}
	local := configCaller{t, server, keyOf("FAKELOCAL")}
	items := func(properties, rule string) string {
		return `[{"ResourceType":"ACS::ACK::Cluster","ResourceProperties":"` + properties + `","Rules":[{"Identifier":"` + rule + `"}]}]`
	}
	local.refused(http.StatusNotImplemented, codeNotSimulated, "EvaluatePreConfigRules", params{"ResourceEvaluateItems": items("{}", "ack-bare"), "EnableManagedRules": "true"})
	local.refused(http.StatusBadRequest, "Invalid.Identifier.Value", "EvaluatePreConfigRules", params{"ResourceEvaluateItems": items("{}", "ack-none")})
	local.refused(http.StatusBadRequest, "Invalid.ResourceProperties.Value", "EvaluatePreConfigRules", params{"ResourceEvaluateItems": items("null", "ack-bare")})
	if made := local.do("EvaluatePreConfigRules", params{"ResourceEvaluateItems": items("{}", "ack-bare")}).list("ResourceEvaluations")[0].text("ResourceLogicalId"); made != "e30=" {
		t.Error("the logical ID should be the properties in Base64:", made)
	}
	if len(unexpected) != 1 {
		t.Errorf("unexpected: %q", unexpected)
	}
}
