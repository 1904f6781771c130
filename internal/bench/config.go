package bench

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Results of Cloud Config: every rule has one of every cluster.
const (
	configRules    = 200
	configClusters = 2000
	configPage     = 100 // results in a page, the most that the service gives
	configAimMB    = 100
)

// configScenario is a directory in which every hundredth cluster violates every rule.
func configScenario() *simulator.Scenario {
	s := acctest.WithCloudConfig(acctest.Many(20, configClusters/20/len(twoRegions), twoRegions...))
	n := 0
	for a := range s.Accounts {
		for c := range s.Accounts[a].Clusters {
			if n++; n%100 == 0 {
				acctest.Public(&s.Accounts[a].Clusters[c])
				acctest.Unprotected(&s.Accounts[a].Clusters[c])
			}
		}
	}
	identifiers := []string{"ack-cluster-public-endpoint-check", "ack-cluster-deletion-protection-enabled"}
	group := &s.Accounts[0].CloudConfig.Aggregators[0]
	for i := range configRules {
		group.Rules = append(group.Rules, simulator.ConfigRule{
			ConfigRuleName: fmt.Sprintf("rule %d", i), SourceIdentifier: identifiers[i%len(identifiers)], RiskLevel: 1, ConfigRuleTriggerTypes: "ConfigurationItemChangeNotification",
		})
	}
	return s
}

// configResults measures a plan that goes through all results of a directory.
func configResults(ctx context.Context, s Setup) ([]Figure, error) {
	cloud, err := simulator.New(configScenario(), simulator.Options{})
	if err != nil {
		return nil, err
	}
	server, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer server.Close()
	run, err := newRun(s, "config_results", append(environment(cloud, server), "ALIBABA_CLOUD_ENDPOINT_CONFIG=http://"+server.Addr()),
		configuration("requests_per_second = 0", fmt.Sprintf(`data "ackguard_config_compliance" "all" {
  aggregator_id = %q
}

output "counts" {
  value = "${data.ackguard_config_compliance.all.counts.NON_COMPLIANT} of ${sum(values(data.ackguard_config_compliance.all.counts))}"
}
`, acctest.DirectoryGroup)))
	if err != nil {
		return nil, err
	}
	const results, violations = configRules * configClusters, configRules * configClusters / 100
	seconds, peak := math.Inf(1), 0.0
	for range 2 {
		cloud.ResetRequests()
		most := watchMemory(s.Binary)
		out, err := run.output(ctx, "plan", "-input=false", "-no-color")
		peak = max(peak, most())
		if err != nil {
			return nil, err
		}
		if want := fmt.Sprintf(`"%d of %d"`, violations, results); !strings.Contains(out, want) {
			return nil, fmt.Errorf("the plan does not count %s:\n%s", want, out)
		}
		seconds = min(seconds, (span(cloud.Requests()) - latency).Seconds())
	}
	input := fmt.Sprintf("%d rules x %d clusters, 1 %% of them in violation, no latency", configRules, configClusters)
	calls := len(cloud.Requests())
	figures := []Figure{
		{"config_results_s", seconds, "s", "from the first call to the last of config_compliance, quickest of 2: " + input},
		{"config_results_calls", float64(calls), "calls", fmt.Sprintf("expected %d: who the provider is, a page of rules for each hundred, and a page for each hundred results: %s", 1+configRules/configPage+results/configPage, input)},
	}
	if peak > 0 {
		figures = append(figures, Figure{"config_results_rss_mb", peak, "MB", fmt.Sprintf("most resident memory of the provider; aim %d: %s", configAimMB, input)})
	}
	return figures, nil
}
