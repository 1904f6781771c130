package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Inspected gives a cluster the component security-inspector in a version, and an API server that answers.
func Inspected(version string, changes ...func(*simulator.Kubernetes)) func(*simulator.Cluster) {
	return func(c *simulator.Cluster) {
		Public(c)
		c.Addons = append(c.Addons, simulator.Addon{Name: "security-inspector", State: new("active"), Version: new(version)})
		c.Kubernetes = &simulator.Kubernetes{}
		for _, change := range changes {
			change(c.Kubernetes)
		}
	}
}

// InspectedFleet is Fleet whose cluster of Retail has the component.
func InspectedFleet(version string, changes ...func(*simulator.Kubernetes)) *simulator.Scenario {
	s := Fleet()
	Inspected(version, changes...)(&s.Accounts[1].Clusters[0])
	return s
}

func inspectedAt(version string) func() *simulator.Scenario {
	return func() *simulator.Scenario { return InspectedFleet(version, withToken) }
}

// uninspected is Fleet whose cluster of Retail has an endpoint and no component.
func uninspected() *simulator.Scenario {
	s := Fleet()
	Public(&s.Accounts[1].Clusters[0])
	s.Accounts[1].Clusters[0].Kubernetes = &simulator.Kubernetes{}
	withToken(s.Accounts[1].Clusters[0].Kubernetes)
	return s
}

// withToken saves the harness making a key and a certificate for each kubeconfig.
func withToken(k *simulator.Kubernetes) { k.Credential = "token" }

var (
	scanned = map[string]any{
		"account_id": Retail, "region": "cn-hangzhou", "cluster_id": ClusterID("retail"),
		"enabled_checks": []any{"hostPortSet"}, "disabled_checks": []any{"capabilitiesAdded", "notReadOnlyRootFileSystem"},
		"schedule": "30 3 * * *", "suspend": true,
		"white_list": []any{map[string]any{"workload": "web", "checks": []any{"hostIPCSet"}, "reason": "ticket 7"}},
	}
	scannedOtherwise = With(scanned, "disabled_checks", []any{"hostPortSet"}, "enabled_checks", nil, "suspend", nil,
		"white_list", []any{map[string]any{"workload": "db", "checks": []any{"hostPIDSet"}}})
	// scanLogs: a scan writes results, which stay.
	scanLogs = regexp.MustCompile(`^\+ log `)
)

var scanPolicy = []Lifecycle{
	{Name: "plain", Seed: inspectedAt("v0.16.8"), Create: scanned, Update: scannedOtherwise},
	{
		Name: "component", Seed: uninspected,
		Create: With(scanned, "component_version", "v0.13.0", "uninstall_on_destroy", true), Update: With(scannedOtherwise, "component_version", "v0.16.8", "uninstall_on_destroy", true),
	},
	{
		Name: "triggers", Seed: inspectedAt("v0.16.8"),
		Create: With(scanned, "triggers", map[string]any{"version": "1"}), Leaves: scanLogs,
	},
}
