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
	{Name: "plain", Seed: ConfigFleet, Create: retailBaseline, Update: lessBaseline},
	{Name: "account group", Seed: ConfigFleet, Create: groupBaseline, Update: With(groupBaseline, "rule_ids", []any{"ack-cluster-public-endpoint-check", "ack-cluster-network-type-check"})},
	{Name: "replaced", Seed: ConfigFleet, Create: With(retailBaseline, "tags", map[string]any{"owner": "platform"}), Update: retailBaseline},
	{Name: "reads lag", Seed: lagging(ConfigFleet), Create: retailBaseline, Update: lessBaseline},
}

var (
	retailDelivery = map[string]any{"account_id": Retail, "delivery_channel_target_arn": LogStore}
	groupDelivery  = map[string]any{"aggregator_id": DirectoryGroup, "delivery_channel_target_arn": LogStore, "status": 0}
	// snapshots delivers more, and less of the rest.
	snapshots = With(retailDelivery, "description", "Snapshots too.", "resource_types", []any{}, "lowest_risk_level", 2, "configuration_snapshot", true, "compliant_snapshot", true,
		"delivery_snapshot_time", "09:10Z", "non_compliant_notification", false, "status", 0)
)

var configDelivery = []Lifecycle{
	{Name: "plain", Seed: ConfigFleet, Create: retailDelivery, Update: snapshots},
	{Name: "account group", Seed: ConfigFleet, Create: groupDelivery, Update: With(groupDelivery, "status", 1)},
	{
		Name: "replaced", Seed: ConfigFleet, Create: retailDelivery,
		Update: With(retailDelivery, "delivery_channel_type", "OSS", "delivery_channel_target_arn", "acs:oss:cn-hangzhou:"+Payments+":config"),
	},
	{Name: "reads lag", Seed: lagging(ConfigFleet), Create: retailDelivery, Update: snapshots},
}
