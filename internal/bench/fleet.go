package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var twoRegions = []string{"cn-hangzhou", "cn-shanghai"}

var (
	fleet1k  = fleetPlan{name: "fleet_1k", accounts: 100, clusters: 5, regions: twoRegions, concurrency: 32, arguments: "requests_per_second = 0", findings: true}
	fleet10k = fleetPlan{name: "fleet_10k", accounts: 1000, clusters: 5, regions: twoRegions, concurrency: 32, arguments: "requests_per_second = 0", findings: true}
)

// planFleets measures plans that judge 1,000 and 10,000 clusters, and whether
// they cost in proportion.
func planFleets(ctx context.Context, s Setup) ([]Figure, error) {
	var figures []Figure
	var results []planned
	for _, f := range []struct {
		fleetPlan
		times, megabytes int
	}{{fleet1k, 3, 150}, {fleet10k, 2, 300}} {
		r, closeCloud, err := f.planTimes(ctx, s, f.times)
		if err != nil {
			return nil, err
		}
		closeCloud()
		results = append(results, r)
		figures = append(figures,
			Figure{f.name + "_s", r.plan.Seconds(), "s", fmt.Sprintf("terraform plan, quickest of %d: %s", f.times, f)},
			Figure{f.name + "_ratio", r.read.Seconds() / f.bound().Seconds(), "ratio", fmt.Sprintf("wall of the data source over %s; aim 1.25: %s", f.bound(), f)},
			Figure{f.name + "_calls", float64(r.calls), "calls", fmt.Sprintf("expected %d: %s", f.calls(), f)},
		)
		if r.peak > 0 {
			figures = append(figures, Figure{f.name + "_rss_mb", r.peak, "MB", fmt.Sprintf("most resident memory of the provider; aim %d: %s", f.megabytes, f)})
		}
	}
	return append(figures,
		Figure{"fleet_linear_calls", float64(results[1].calls) / float64(10*results[0].calls), "ratio", "calls of 10,000 clusters over ten times those of 1,000; aim 0.9 to 1.1"},
		Figure{"fleet_linear_wall", results[1].read.Seconds() / (10 * results[0].read.Seconds()), "ratio", "the same for the wall of the data source; aim 0.9 to 1.1"},
	), nil
}

// planFaults measures how many more calls a plan makes where 1 % of the calls
// fail in the service and 1 % lose their connection, and holds its results to
// those without faults.
func planFaults(ctx context.Context, s Setup) ([]Figure, error) {
	results := make([]string, 2)
	calls := make([]int, 2)
	for i, change := range []func(*simulator.Scenario){nil, func(scenario *simulator.Scenario) {
		scenario.Faults = append(scenario.Faults,
			simulator.Fault{Probability: 0.01, Delay: latency.String(), Status: 500, Code: "InternalError"},
			simulator.Fault{Probability: 0.01, Delay: latency.String(), Reset: simulator.ResetBeforeCommit})
	}} {
		f := fleet1k
		f.name, f.change = "fleet_faults", change
		f.outputs = "\noutput \"result\" {\n  value = data.ackguard_cluster_compliance.fleet\n}\n"
		r, closeCloud, err := f.apply(ctx, s)
		if err != nil {
			return nil, err
		}
		defer closeCloud()
		calls[i] = r.cloud.Count(simulator.Filter{})
		if results[i], err = r.run.output(ctx, "output", "-json"); err != nil {
			return nil, err
		}
	}
	if results[0] != results[1] {
		return nil, errors.New("the results with faults differ from those without")
	}
	return []Figure{{"fleet_faults_calls_ratio", float64(calls[1]) / float64(calls[0]), "ratio",
		"calls where 1 % of them fail in the service and 1 % lose their connection, over those without; same verdicts; aim 1.1: " + fleet1k.String()}}, nil
}

// planQuota measures a plan whose accounts take ten calls a second, which the
// provider does not know.
func planQuota(ctx context.Context, s Setup) ([]Figure, error) {
	const perSecond, burst = 10, 10
	f := fleetPlan{name: "fleet_quota", accounts: 100, clusters: 20, regions: twoRegions, concurrency: 32, change: func(scenario *simulator.Scenario) {
		scenario.Quotas = []simulator.Quota{{Product: "cs", RequestsPerSecond: perSecond, Burst: burst}}
	}}
	r, closeCloud, err := f.planTimes(ctx, s, 1)
	if err != nil {
		return nil, err
	}
	defer closeCloud()
	inAccount := len(f.regions) * (1 + f.clusters*callsPerCluster)
	dictated := time.Duration(inAccount-burst) * time.Second / perSecond
	refused := r.cloud.Count(simulator.Filter{Code: "Throttling.User"})
	if answered := r.calls - refused; answered != f.calls() {
		return nil, fmt.Errorf("%d calls were answered, want %d", answered, f.calls())
	}
	return []Figure{
		{"fleet_quota_ratio", r.read.Seconds() / dictated.Seconds(), "ratio", fmt.Sprintf("wall of the data source over the %s that %d calls at %d a second take in each account; aim 1.3: %s", dictated, inAccount, perSecond, f)},
		{"fleet_quota_refused", float64(refused), "calls", fmt.Sprintf("refused by the quota and sent again, beside %d that were answered", f.calls())},
	}, nil
}

// stateSize measures the state of 1,000 clusters of which a tenth has
// findings, and holds a second plan to no change.
func stateSize(ctx context.Context, s Setup) ([]Figure, error) {
	f := fleet1k
	f.name = "compliance_state"
	r, closeCloud, err := f.apply(ctx, s)
	if err != nil {
		return nil, err
	}
	defer closeCloud()
	info, err := os.Stat(filepath.Join(r.run.dir, "terraform.tfstate"))
	if err != nil {
		return nil, err
	}
	if err := r.run.cli(ctx, "plan", "-input=false", "-detailed-exitcode"); err != nil {
		return nil, fmt.Errorf("a second plan shows a change: %w", err)
	}
	return []Figure{{"compliance_state_kb", float64(info.Size()) / 1e3, "kB", "terraform.tfstate, 10 % of the clusters with two findings each; a second plan shows no change; aim 300: " + f.String()}}, nil
}

// refreshSchedules measures the refresh of 1,000 schedules.
func refreshSchedules(ctx context.Context, s Setup) ([]Figure, error) {
	f := fleet1k
	scenario := f.scenario()
	scenario.Faults = nil
	cloud, err := simulator.New(scenario, simulator.Options{})
	if err != nil {
		return nil, err
	}
	server, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer server.Close()
	run, err := newRun(s, "schedules_1k", append(environment(cloud, server), "TF_CLI_ARGS="), configuration("requests_per_second = 0\n  max_concurrency = 32", `variable "clusters" {
  type = map(object({ account_id = string, region = string }))
}

resource "ackguard_cluster_inspection_schedule" "all" {
  for_each   = var.clusters
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = provider::ackguard::spread_daily(each.key, "01:00-05:00")
}
`))
	if err != nil {
		return nil, err
	}
	clusters, err := run.giveClusters(scenario)
	if err != nil {
		return nil, err
	}
	if err := run.cli(ctx, "apply", "-input=false", "-auto-approve", "-parallelism=32"); err != nil {
		return nil, err
	}
	cloud.ResetRequests()
	cloud.AddFault(simulator.Fault{Delay: latency.String()})
	out, err := run.output(ctx, "plan", "-input=false", "-no-color")
	if err != nil {
		return nil, err
	}
	if !strings.Contains(out, "No changes") {
		return nil, fmt.Errorf("the refresh of what was just applied shows a change:\n%s", out)
	}
	requests := cloud.Requests()
	expected := 1 + f.accounts + clusters
	return []Figure{
		{"schedules_1k_refresh_s", span(requests).Seconds(), "s", fmt.Sprintf("from the first call to the last of a plan with %d schedules in %d accounts, %s a call, Terraform's parallelism 10", clusters, f.accounts, latency)},
		{"schedules_1k_refresh_calls", float64(len(requests)), "calls", fmt.Sprintf("expected %d: one for each schedule, a session for each account, and who the provider is", expected)},
	}, nil
}
