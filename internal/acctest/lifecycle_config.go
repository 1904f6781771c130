package acctest

import "github.com/ackguard/terraform-provider-ackguard/internal/simulator"

var (
	publicEndpointRule = map[string]any{"account_id": Retail, "source_identifier": "ack-cluster-public-endpoint-check"}
	publicEndpointOff  = With(publicEndpointRule, "risk_level", 2, "description", "Off for now.", "status", "INACTIVE", "region_ids_scope", []any{"cn-hangzhou"})
	groupEndpointRule  = map[string]any{"aggregator_id": DirectoryGroup, "source_identifier": "ack-cluster-public-endpoint-check", "status": "INACTIVE"}
)

var configRule = []Lifecycle{
	{Name: "plain", Real: true, Seed: ConfigFleet, Create: publicEndpointRule, Update: publicEndpointOff},
	{Name: "account group", Seed: ConfigFleet, Create: groupEndpointRule, Update: With(groupEndpointRule, "status", "ACTIVE", "folder_ids_scope", []any{"fd-prod000001"})},
	{Name: "triggers", Seed: ConfigFleet, Create: publicEndpointRule, Update: With(publicEndpointRule, "risk_level", 3, "triggers", map[string]any{"version": "2"})},
	{Name: "replaced", Seed: ConfigFleet, Create: publicEndpointRule, Update: With(publicEndpointRule, "account_id", Payments)},
	{Name: "reads lag", Seed: lagging(ConfigFleet), Create: publicEndpointRule, Update: publicEndpointOff},
}

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
	{Name: "plain", Real: true, Seed: violatedFleet, Create: ownExemption, Update: With(ownExemption, "reason", "another", "expires", "2199-01-31")},
	{Name: "account group", Seed: violatedFleet, Create: groupExemption, Update: With(groupExemption, "expires", "2199-02-28")},
	{Name: "replaced", Seed: violatedFleet, Create: groupExemption, Update: ownExemption},
}
