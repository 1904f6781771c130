package configrule_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/configrule"
)

// broken is the catalogue with one field of one rule replaced.
func broken(t *testing.T, id, field string, change func(string) string) *compliance.Catalogue {
	t.Helper()
	catalogue, err := compliance.Load()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("../../compliance/catalog/cluster", id+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	expression, _ := file[field].(string)
	file[field] = change(expression)
	if text, err = yaml.Marshal(file); err != nil {
		t.Fatal(err)
	}
	wrong, err := compliance.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	rules := catalogue.Rules()
	for i, rule := range rules {
		if rule.ID == id {
			rules[i] = wrong
		}
	}
	other, err := compliance.NewCatalogue(rules...)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

// A rule of ours that is wrong in any way is found by what Cloud Config says,
// whose simulator knows nothing of our rules. It is not parallel: the catalogue
// is one for all.
func TestConfigCompliance_brokenRule(t *testing.T) {
	cloud := acctest.New(t, watchedFleet())
	catalogue, err := compliance.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range catalogue.Rules() {
		for name, b := range map[string]struct {
			field  string
			change func(string) string
		}{
			"the other way round": {"compliant", func(e string) string { return "!(" + e + ")" }},
			"never applies":       {"applies", func(e string) string { return "(" + e + ") && cluster.cluster_type == 'none'" }},
		} {
			t.Run(rule.ID+"/"+name, func(t *testing.T) {
				defer configrule.UseCatalogue(broken(t, rule.ID, b.field, b.change))()
				got, _ := cloud.Look(t, configCompliance, ofGroup("check_parity", true))
				list := brief(got["parity"], "rule_id", "plan_verdict", "config_verdict")
				for _, line := range list {
					if !strings.HasPrefix(line, rule.ID+" ") {
						t.Errorf("another rule differs: %s", line)
					}
				}
				if len(list) != 5 { // of every cluster of the fleet
					t.Errorf("%d differences: %q", len(list), list)
				}
			})
		}
	}
	got, _ := cloud.Look(t, configCompliance, ofGroup("check_parity", true))
	same(t, "parity of the real catalogue", brief(got["parity"], "rule_id"))
}

// A rule that belongs to a compliance pack is not deleted, and the error names the pack.
func TestRule_ofPack(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	pack := cloud.Resource(t, "ackguard_config_baseline_ack")
	if err := pack.Apply(map[string]any{"account_id": acctest.Retail, "rule_ids": []any{publicEndpoint}}); err != nil {
		t.Fatal(err)
	}
	rules := cloud.ConfigRules()
	if len(rules) != 1 {
		t.Fatalf("rules: %+v", rules)
	}
	r := cloud.Resource(t, ruleKind)
	if err := r.MoveFrom(official, "alicloud_config_rule", map[string]any{"id": rules[0].ConfigRuleID, "account_id": acctest.Retail, "source_identifier": publicEndpoint}); err != nil {
		t.Fatal(err)
	}
	says := acctest.Says("Rule belongs to a compliance pack", "ackguard ACK baseline", "terraform state rm", "ConfigRuleCanNotDelete")
	if err := r.Destroy(); err == nil || !says.MatchString(err.Error()) || !r.InState() {
		t.Errorf("in state %t, %v", r.InState(), err)
	}
}
