package acctest

import "github.com/ackguard/terraform-provider-ackguard/internal/simulator"

// violatedFleet is ConfigFleet whose cluster retail violates the rule cr-public of the account group, and cr-own of its account.
func violatedFleet() *simulator.Scenario {
	s := ConfigFleet()
	Public(&s.Accounts[1].Clusters[0])
	rule := func(id string) []simulator.ConfigRule {
		return []simulator.ConfigRule{{
			ConfigRuleID: id, ConfigRuleName: id, SourceIdentifier: "ack-cluster-public-endpoint-check", RiskLevel: 1,
			ConfigRuleTriggerTypes: "ScheduledNotification", MaximumExecutionFrequency: "TwentyFour_Hours",
		}}
	}
	s.Accounts[0].CloudConfig.Aggregators[0].Rules, s.Accounts[1].CloudConfig.Rules = rule("cr-public"), rule("cr-own")
	return s
}

var (
	ownExemption   = map[string]any{"account_id": Retail, "config_rule_id": "cr-own", "cluster_id": ClusterID("retail"), "reason": "migration"}
	groupExemption = map[string]any{"aggregator_id": DirectoryGroup, "config_rule_id": "cr-public", "resource_account_id": Retail, "cluster_id": ClusterID("retail"), "reason": "migration", "expires": "2199-01-31"}
)

var configExemption = []Lifecycle{
	{Name: "plain", Seed: violatedFleet, Create: ownExemption, Update: With(ownExemption, "reason", "another", "expires", "2199-01-31")},
	{Name: "account group", Seed: violatedFleet, Create: groupExemption, Update: With(groupExemption, "expires", "2199-02-28")},
	{Name: "replaced", Seed: violatedFleet, Create: groupExemption, Update: ownExemption},
}
