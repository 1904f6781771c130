package bench

import (
	"context"
	"fmt"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// listPage is how many clusters a page of Cloud Config's inventory has.
const listPage = 100

// inventories measures the list of all clusters of one fleet: by asking each
// account, and by asking an account group of Cloud Config, with and without
// what only a cluster's snapshot says.
func inventories(ctx context.Context, s Setup) ([]Figure, error) {
	fleet := fleet1k
	fleet.source, fleet.change = "ackguard_clusters", func(scenario *simulator.Scenario) { acctest.WithCloudConfig(scenario) }
	lists := fleet.accounts * len(fleet.regions)
	all := lists * fleet.clusters
	group := 1 + 1 + (all+listPage-1)/listPage // who the provider is, the group, its pages
	fromGroup := fmt.Sprintf("%s\n  inventory = \"cloud_config\"\n  aggregator_id = %q", fleet.arguments, acctest.DirectoryGroup)
	var figures []Figure
	for _, way := range []struct {
		name, arguments, asked, words string
		expected                      int
	}{
		{"inventory_fanout", fleet.arguments, "", "the lists of each account", 1 + fleet.accounts + lists},
		{"inventory_cloud_config", fromGroup, "", "the inventory of an account group, with a snapshot for each cluster", group + all},
		{"inventory_cloud_config_list", fromGroup, "details = false", "the inventory of an account group without snapshots", group},
	} {
		f := fleet
		f.name, f.arguments, f.asked = way.name, way.arguments, way.asked
		r, closeCloud, err := f.planTimes(ctx, s, 2)
		if err != nil {
			return nil, err
		}
		closeCloud()
		figures = append(figures,
			Figure{way.name + "_calls", float64(r.calls), "calls", fmt.Sprintf("expected %d: ackguard_clusters, %s: %s", way.expected, way.words, f)},
			Figure{way.name + "_s", r.read.Seconds(), "s", fmt.Sprintf("wall of the data source, quickest of 2, without a limit of calls a second: ackguard_clusters, %s: %s", way.words, f)})
	}
	return figures, nil
}
