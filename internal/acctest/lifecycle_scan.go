package acctest

import (
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
