package acctest

var (
	publicEndpointRule = map[string]any{"account_id": Retail, "source_identifier": "ack-cluster-public-endpoint-check"}
	publicEndpointOff  = With(publicEndpointRule, "risk_level", 2, "description", "Off for now.", "status", "INACTIVE", "region_ids_scope", []any{"cn-hangzhou"})
	groupEndpointRule  = map[string]any{"aggregator_id": DirectoryGroup, "source_identifier": "ack-cluster-public-endpoint-check", "status": "INACTIVE"}
)

var configRule = []Lifecycle{
	{Name: "plain", Seed: ConfigFleet, Create: publicEndpointRule, Update: publicEndpointOff},
	{Name: "account group", Seed: ConfigFleet, Create: groupEndpointRule, Update: With(groupEndpointRule, "status", "ACTIVE", "folder_ids_scope", []any{"fd-prod000001"})},
	{Name: "triggers", Seed: ConfigFleet, Create: publicEndpointRule, Update: With(publicEndpointRule, "risk_level", 3, "triggers", map[string]any{"version": "2"})},
	{Name: "replaced", Seed: ConfigFleet, Create: publicEndpointRule, Update: With(publicEndpointRule, "account_id", Payments)},
	{Name: "reads lag", Seed: lagging(ConfigFleet), Create: publicEndpointRule, Update: publicEndpointOff},
}
