package configrule_test

import (
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// official is the official provider's address.
const official = "registry.terraform.io/aliyun/alicloud"

// movable is a cloud with a rule in retail and one in the account group.
func movable(t *testing.T) *acctest.Cloud {
	t.Helper()
	scenario := acctest.ConfigFleet()
	rule := func(id string) []simulator.ConfigRule {
		return []simulator.ConfigRule{{
			ConfigRuleID: id, ConfigRuleName: "mine", Description: "Made by the official provider.", SourceIdentifier: publicEndpoint, RiskLevel: 2,
			ConfigRuleTriggerTypes: "ScheduledNotification", MaximumExecutionFrequency: "Six_Hours", ConfigScope: simulator.ConfigScope{RegionIDsScope: "cn-hangzhou,cn-shanghai"},
		}}
	}
	scenario.Accounts[1].CloudConfig.Rules = rule("cr-retail")
	scenario.Accounts[0].CloudConfig.Aggregators[0].Rules = rule("cr-group")
	return acctest.New(t, scenario)
}

// What the official provider wrote becomes ours, and nothing is planned.
func TestRule_moved(t *testing.T) {
	t.Parallel()
	block := func(owner, id string, more ...any) map[string]any {
		return acctest.With(map[string]any{
			owner: id, "source_identifier": publicEndpoint, "rule_name": "mine", "description": "Made by the official provider.", "risk_level": 2,
			"maximum_execution_frequency": "Six_Hours", "region_ids_scope": []any{"cn-shanghai", "cn-hangzhou"},
		}, more...)
	}
	former := func(more ...any) map[string]any {
		return acctest.With(map[string]any{
			"source_identifier": publicEndpoint, "source_owner": "ALIYUN", "risk_level": 2, "region_ids_scope": "cn-hangzhou,cn-shanghai",
			"resource_types_scope": []any{"ACS::ACK::Cluster"}, "input_parameters": nil, "timeouts": nil, "status": "ACTIVE", "a field of another version": 1,
		}, more...)
	}
	for name, c := range map[string]struct {
		kind          string
		former, block map[string]any
	}{
		"of an account": {
			"alicloud_config_rule", former("id", "cr-retail", "account_id", 100000000000003, "rule_name", "mine"), block("account_id", acctest.Retail),
		},
		"of an account group": {
			"alicloud_config_aggregate_config_rule", former("id", acctest.DirectoryGroup+":cr-group", "aggregator_id", acctest.DirectoryGroup, "aggregate_config_rule_name", "mine"),
			block("aggregator_id", acctest.DirectoryGroup),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := movable(t)
			before := cloud.Snapshot()
			r := cloud.Resource(t, ruleKind)
			if err := r.MoveFrom(official, c.kind, c.former); err != nil {
				t.Fatal(err)
			}
			if nothing, err := r.Settled(c.block); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
			if changed := before.Diff(cloud.Snapshot()); len(changed) > 0 {
				t.Errorf("moving changed %v", changed)
			}
			if err := r.Apply(acctest.With(c.block, "risk_level", 3)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRule_notMovable(t *testing.T) {
	t.Parallel()
	cloud := movable(t)
	for name, c := range map[string]struct {
		provider, kind string
		former         map[string]any
		says           string
	}{
		"custom rule":       {official, "alicloud_config_rule", map[string]any{"id": "cr-1", "source_owner": "CUSTOM_FC"}, "It is a custom rule"},
		"no ID":             {official, "alicloud_config_aggregate_config_rule", map[string]any{"id": "ca-1"}, "names no rule"},
		"another type":      {official, "alicloud_config_delivery", map[string]any{"id": "cdc-1"}, "Unable to Move"},
		"another provider":  {"registry.terraform.io/hashicorp/aws", "alicloud_config_rule", map[string]any{"id": "cr-1"}, "Unable to Move"},
		"state of no sense": {official, "alicloud_config_rule", map[string]any{"id": 7}, "Take the moved block away and import"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := cloud.Resource(t, ruleKind).MoveFrom(c.provider, c.kind, c.former); err == nil || !acctest.Says(c.says).MatchString(err.Error()) {
				t.Errorf("said %v", err)
			}
		})
	}
	t.Run("of an account that the state does not name", func(t *testing.T) {
		t.Parallel()
		r := cloud.Resource(t, ruleKind)
		if err := r.MoveFrom(official, "alicloud_config_rule", map[string]any{"id": "cr-retail", "source_identifier": publicEndpoint}); err != nil {
			t.Fatal(err)
		}
		says := acctest.Says("was moved and is not there", "in account "+acctest.Management, "terraform import ADDRESS ACCOUNT_ID/cr-retail")
		if _, err := r.Settled(ruleArguments()); err == nil || !says.MatchString(err.Error()) {
			t.Errorf("said %v", err)
		}
	})
}
