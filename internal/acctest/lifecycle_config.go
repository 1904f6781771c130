package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

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

var (
	shops    = map[string]any{"aggregator_name": "shops", "aggregator_accounts": []any{Retail, Payments}}
	shopsTwo = map[string]any{
		"aggregator_name": "shops and more", "description": "All that sell.", "aggregator_accounts": []any{Retail, Logistics}, "tags": map[string]any{"team": "audit"},
	}
	production = map[string]any{"aggregator_name": "production", "aggregator_type": "FOLDER", "folder_ids": []any{"fd-prod000001"}}
	everybody  = map[string]any{"aggregator_name": "everybody", "aggregator_type": "RD"}
)

var configAggregator = []Lifecycle{
	{Name: "plain", Seed: ConfigFleet, Create: shops, Update: shopsTwo},
	{Name: "folder", Seed: ConfigFleet, Create: production, Update: With(production, "folder_ids", []any{"fd-shop000001", "fd-test000001"})},
	{Name: "directory", Seed: WithoutDirectoryGroup, Create: everybody, Update: With(everybody, "description", "All of us.")},
	{Name: "replaced", Seed: ConfigFleet, Create: shops, Update: production},
}

// WithoutDirectoryGroup is ConfigFleet without its account group.
func WithoutDirectoryGroup() *simulator.Scenario {
	s := ConfigFleet()
	s.Accounts[0].CloudConfig.Aggregators = nil
	return s
}

// RecorderOff is ConfigFleet in which the recorder of Retail was never started.
func RecorderOff() *simulator.Scenario {
	s := ConfigFleet()
	s.Accounts[1].CloudConfig = nil
	return s
}

var (
	recorderStopped = map[string]any{"account_id": Retail, "stop_on_destroy": true}
	recorderStays   = map[string]any{"account_id": Retail}
	moreTypes       = []any{"ACS::ACK::Cluster", "ACS::ECS::Instance"}
)

var configRecorder = []Lifecycle{
	{
		// There is no place in the cloud to write down who started it, so a recorder whose start was not written down stays on.
		Name: "started and stopped", Seed: RecorderOff, Create: recorderStopped, Update: With(recorderStopped, "resource_types", moreTypes),
		Lost: &Lost{Warning: "Configuration recorder stays on", Lines: regexp.MustCompile(`^\+ config ` + Retail)},
	},
	{
		Name: "started and left on", Seed: RecorderOff, Create: recorderStays, Update: With(recorderStays, "resource_types", moreTypes),
		Leaves: regexp.MustCompile(`^\+ config ` + Retail),
	},
	{
		Name: "on before", Seed: ConfigFleet, Create: With(recorderStopped, "resource_types", moreTypes), Update: With(recorderStopped, "resource_types", append(moreTypes, "ACS::VPC::VPC")),
		Leaves: regexp.MustCompile(`^[+~] config ` + Retail + `\.types`),
	},
}
