package acctest

import "github.com/ackguard/terraform-provider-ackguard/internal/simulator"

// DirectoryGroup is the account group of ConfigFleet that holds the whole directory.
const DirectoryGroup = "ca-directory00000001"

// FromCloudConfig are the provider's arguments that take the clusters from that group.
func FromCloudConfig() map[string]string {
	return map[string]string{"inventory": "cloud_config", "aggregator_id": DirectoryGroup}
}

// ConfigFleet is Fleet with Cloud Config recording in every account, and an
// account group of the whole directory in the management account. Nothing in
// it takes time.
func ConfigFleet() *simulator.Scenario { return WithCloudConfig(Fleet()) }

// WithCloudConfig adds that to a scenario whose first account is the
// management account.
func WithCloudConfig(s *simulator.Scenario) *simulator.Scenario {
	for i := range s.Accounts {
		s.Accounts[i].CloudConfig = &simulator.CloudConfig{}
	}
	s.Accounts[0].CloudConfig.Aggregators = []simulator.Aggregator{{
		AggregatorID: DirectoryGroup, AggregatorName: "directory", Description: "All accounts.", AggregatorType: "RD",
	}}
	return s
}

// LogStore is a log store of another account of the directory, for delivery channels.
const LogStore = "acs:log:cn-hangzhou:" + Payments + ":project/audit/logstore/config"
