package configrule_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func TestManagedRules(t *testing.T) {
	t.Parallel()
	const kind = "ackguard_config_managed_rules"
	scenario := acctest.ConfigFleet()
	scenario.ConfigManagedRules = []simulator.ManagedRule{
		{Identifier: "ack-new", ConfigRuleName: "New", RiskLevel: 3, MessageType: "ConfigurationItemChangeNotification", SupportPreview: true},
		{Identifier: "ecs-new", ConfigRuleName: "Not of ACK", RiskLevel: 3, MessageType: "ConfigurationItemChangeNotification", ResourceTypes: []string{"ACS::ECS::Instance"}},
	}
	cloud := acctest.New(t, scenario)
	got, said := cloud.Look(t, kind, map[string]any{})
	silent(t, said)
	lines := brief(got["rules"], "rule_id", "risk_level", "trigger", "frequency", "evaluated_at_plan", "supports_pre_check")
	for _, want := range []string{
		"ack-new 3 <nil> <nil> false true", publicEndpoint + " 1 ScheduledNotification TwentyFour_Hours true false", networkType + " 2 ConfigurationItemChangeNotification <nil> true false",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is missing in %q", want, lines)
		}
	}
	ids, _ := got["ids"].([]any)
	if len(ids) < 30 || slices.Contains(ids, any("ecs-new")) || !slices.IsSortedFunc(ids, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
		t.Errorf("the identifiers are %v", ids)
	}
	same(t, "what the service does not list", []string{fmt.Sprint(got["not_listed"], " ", got["account_id"])}, "[]"+" "+acctest.Management)

	// One of ours that the service has no more.
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		return `{"RequestId":"1","ManagedRules":{"ManagedRuleList":[],"PageNumber":1,"PageSize":100,"TotalCount":0}}`, http.StatusOK, r.Header.Get("x-acs-action") == "ListManagedRules"
	})
	got, said = cloud.Look(t, kind, map[string]any{"account_id": acctest.Retail})
	silent(t, said)
	same(t, "what the service does not list", brief([]any{got}, "rules", "not_listed"), fmt.Sprint("[] [", deletionProtection, " ", networkType, " ", nodeMonitor, " ", publicEndpoint, "]"))

	cloud = acctest.New(t, acctest.ConfigFleet())
	cloud.DenyMember(t, acctest.Retail, "config:ListManagedRules")
	_, said = cloud.Look(t, kind, map[string]any{"account_id": acctest.Retail})
	says(t, said, "Listing the managed rules of Cloud Config in account "+acctest.Retail, "denied", "config:ListManagedRules")
	_, said = cloud.Look(t, kind, map[string]any{"account_id": "retail"})
	says(t, said, "must be an Alibaba Cloud account ID")
}
