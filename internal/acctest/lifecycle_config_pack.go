package acctest

var (
	retailBaseline = map[string]any{"account_id": Retail}
	// lessBaseline has rules less, and changes others.
	lessBaseline = With(retailBaseline, "compliance_pack_name", "two rules", "description", "Two for now.", "risk_level", 1,
		"rule_ids", []any{"ack-cluster-public-endpoint-check", "ack-cluster-network-type-check"},
		"rule_risk_levels", map[string]any{"ack-cluster-public-endpoint-check": 3}, "region_ids_scope", []any{"cn-hangzhou"})
	groupBaseline = map[string]any{"aggregator_id": DirectoryGroup, "rule_ids": []any{"ack-cluster-public-endpoint-check"}}
)

var configBaseline = []Lifecycle{
	{Name: "plain", Real: true, Seed: ConfigFleet, Create: retailBaseline, Update: lessBaseline},
	{Name: "account group", Seed: ConfigFleet, Create: groupBaseline, Update: With(groupBaseline, "rule_ids", []any{"ack-cluster-public-endpoint-check", "ack-cluster-network-type-check"})},
	{Name: "replaced", Seed: ConfigFleet, Create: With(retailBaseline, "tags", map[string]any{"owner": "platform"}), Update: retailBaseline},
	{Name: "reads lag", Seed: lagging(ConfigFleet), Create: retailBaseline, Update: lessBaseline},
}
