package logshipping_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
)

func TestConditionsDataSource(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	const kind = "ackguard_audit_alert_conditions"
	all, said := cloud.Look(t, kind, nil)
	ids, _ := all["ids"].([]any)
	if len(said) > 0 || len(ids) != len(logshipping.ConditionIDs()) {
		t.Fatalf("%v of %d, %v", ids, len(logshipping.ConditionIDs()), said)
	}
	conditions, _ := all["conditions"].([]any)
	for i, id := range logshipping.ConditionIDs() {
		c, _ := conditions[i].(map[string]any)
		if ids[i] != id || c["id"] != id || c["query"] != logshipping.QueryOf(id, nil) || c["title"] != logshipping.ConditionOf(id).Texts()["title"][0] || strings.Contains(c["query"].(string), "{") {
			t.Errorf("%s: %v", id, c)
		}
		filters, _ := c["filters"].([]any)
		if audit := c["source"] == "audit"; audit != slices.Contains(filters, any("exclude_users")) || !slices.Contains(filters, any("account_ids")) {
			t.Errorf("%s has the filters %v", id, filters)
		}
		if failing := id == "public_access_failing"; failing != (c["minimum_failure_percent"] != nil) {
			t.Errorf("%s: %v", id, c["minimum_failure_percent"])
		}
	}
	some, said := cloud.Look(t, kind, map[string]any{"sources": []any{"event", "inspection"}, "language": "zh"})
	conditions, _ = some["conditions"].([]any)
	if len(said) > 0 || len(conditions) != 2 {
		t.Fatalf("%v, %v", conditions, said)
	}
	first, _ := conditions[0].(map[string]any)
	if first["title"] != "配置巡检发现高危项" || first["provenance"] != "inferred" {
		t.Errorf("got %v", first)
	}
	if _, said := cloud.Look(t, kind, map[string]any{"sources": []any{"ingress"}}); !strings.Contains(strings.Join(said, "\n"), `value must be one of: ["audit" "event" "inspection"]`) {
		t.Error(said)
	}
}
