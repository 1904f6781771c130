package bench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	latency = 20 * time.Millisecond
	// callsPerCluster: detail and node pools; the list has the rest of what the four rules ask.
	callsPerCluster = 2
	// longestChain: identity, AssumeRole, list, detail, node pools.
	longestChain = 5
)

// fleetPlan is a fleet and the plan that judges it, with a latency for each call.
type fleetPlan struct {
	name        string
	accounts    int
	clusters    int // in each region of each account
	regions     []string
	concurrency int
	arguments   string // of the provider, besides
	source      string // the data source; ackguard_cluster_compliance if empty
	asked       string // its arguments, besides
	outputs     string // of the configuration, besides
	findings    bool   // every tenth cluster violates two rules
	change      func(*simulator.Scenario)
}

var small = fleetPlan{name: "plan_small", accounts: 20, clusters: 5, regions: []string{"cn-hangzhou"}, concurrency: 16, arguments: "requests_per_second = 0"}

// calls is how many calls one plan must make: who the provider is, a session
// for each account, a list for each region, and the facts of each cluster.
func (p fleetPlan) calls() int {
	lists := p.accounts * len(p.regions)
	return 1 + p.accounts + lists + lists*p.clusters*callsPerCluster
}

// bound is the time that no plan can beat.
func (p fleetPlan) bound() time.Duration {
	return max(longestChain*latency, time.Duration(p.calls())*latency/time.Duration(p.concurrency))
}

func (p fleetPlan) String() string {
	return fmt.Sprintf("%d accounts x %d regions x %d clusters, %s a call, max_concurrency %d", p.accounts, len(p.regions), p.clusters, latency, p.concurrency)
}

func (p fleetPlan) scenario() *simulator.Scenario {
	s := acctest.Many(p.accounts, p.clusters, p.regions...)
	n := 0
	for a := range s.Accounts {
		for c := range s.Accounts[a].Clusters {
			if n++; p.findings && n%10 == 0 {
				acctest.Public(&s.Accounts[a].Clusters[c])
				acctest.Unprotected(&s.Accounts[a].Clusters[c])
			}
		}
	}
	if p.change != nil {
		p.change(s)
	}
	s.Faults = append(s.Faults, simulator.Fault{Delay: latency.String()})
	return s
}

func (p fleetPlan) configuration() string {
	return configuration(
		fmt.Sprintf("max_concurrency = %d\n  %s", p.concurrency, p.arguments),
		fmt.Sprintf("data %q \"fleet\" {\n  account_ids = [for n in range(%d) : format(\"2%%014d\", n + 1)]\n  regions     = [\"%s\"]\n  %s\n}\n%s",
			cmp.Or(p.source, "ackguard_cluster_compliance"), p.accounts, strings.Join(p.regions, `", "`), p.asked, p.outputs))
}

// planned is what plans of a fleet took.
type planned struct {
	cloud *simulator.Cloud
	run   cliRun
	plan  time.Duration // of the whole command, the quickest
	read  time.Duration // of the data source, the quickest
	calls int           // of the last
	peak  float64       // resident megabytes of the provider, the most
}

// planTimes plans the fleet so many times. The cloud stays until close is called.
func (p fleetPlan) planTimes(ctx context.Context, s Setup, times int) (r planned, closeCloud func(), err error) {
	cloud, err := simulator.New(p.scenario(), simulator.Options{})
	if err != nil {
		return r, nil, err
	}
	server, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		return r, nil, err
	}
	closeCloud = func() { _ = server.Close() }
	defer func() {
		if err != nil {
			closeCloud()
		}
	}()
	r = planned{cloud: cloud, plan: time.Hour, read: time.Hour}
	if r.run, err = newRun(s, p.name, append(environment(cloud, server), "TF_CLI_ARGS="), p.configuration()); err != nil {
		return r, nil, err
	}
	for range times {
		cloud.ResetRequests()
		memory := watchMemory(s.Binary)
		began := time.Now()
		err = r.run.cli(ctx, "plan", "-input=false")
		r.plan = min(r.plan, time.Since(began))
		r.peak = max(r.peak, memory())
		if err != nil {
			return r, nil, err
		}
		requests := cloud.Requests()
		r.calls, r.read = len(requests), min(r.read, span(requests))
	}
	return r, closeCloud, nil
}

// apply applies the fleet's configuration once. The cloud stays until close is called.
func (p fleetPlan) apply(ctx context.Context, s Setup) (r planned, closeCloud func(), err error) {
	if r, closeCloud, err = p.planTimes(ctx, s, 0); err != nil {
		return r, nil, err
	}
	if err = r.run.cli(ctx, "apply", "-input=false", "-auto-approve"); err != nil {
		closeCloud()
	}
	return r, closeCloud, err
}

// planSmall measures one plan that judges 100 clusters in 20 accounts.
func planSmall(ctx context.Context, s Setup) ([]Figure, error) {
	r, closeCloud, err := small.planTimes(ctx, s, 3)
	if err != nil {
		return nil, err
	}
	defer closeCloud()
	return []Figure{
		{"plan_small_s", r.plan.Seconds(), "s", "terraform plan, quickest of 3: " + small.String()},
		{"plan_small_calls", float64(r.calls), "calls", fmt.Sprintf("expected %d: %s", small.calls(), small)},
		{"plan_small_ratio", r.read.Seconds() / small.bound().Seconds(), "ratio", fmt.Sprintf("wall of the data source over max(critical path, calls x latency / max_concurrency) = %s; aim 1.5: %s", small.bound(), small)},
	}, nil
}

// span is the time from the arrival of the first call to the end of the last,
// which arrived a latency before. The data source is all that calls.
func span(requests []simulator.Request) time.Duration {
	var first, last time.Time
	for _, r := range requests {
		if first.IsZero() || r.Time.Before(first) {
			first = r.Time
		}
		if r.Time.After(last) {
			last = r.Time
		}
	}
	return last.Sub(first) + latency
}

func environment(cloud *simulator.Cloud, server *simulator.Server) []string {
	key, endpoint := cloud.ManagementKey(), "http://"+server.Addr()
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + key.ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + key.Secret, "ALIBABA_CLOUD_REGION=cn-hangzhou",
		"ALIBABA_CLOUD_ENDPOINT_CS=" + endpoint, "ALIBABA_CLOUD_ENDPOINT_STS=" + endpoint, "ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER=" + endpoint,
		"ALIBABA_CLOUD_ENDPOINT_CONFIG=" + endpoint,
		"ALIBABA_CLOUD_ENDPOINT_SLS=" + endpoint,
	}
}

// configuration is a whole configuration with these provider arguments.
func configuration(arguments, body string) string {
	return fmt.Sprintf("terraform {\n  required_providers {\n    ackguard = { source = %q }\n  }\n}\n\nprovider \"ackguard\" {\n  %s\n}\n\n%s", provider.Address, arguments, body)
}

// cliRun is a folder with a configuration and the environment to run the CLI in.
type cliRun struct {
	setup Setup
	dir   string
	env   []string
}

// giveClusters sets the variable clusters: where each cluster is, by its ID. It returns how many there are.
func (r cliRun) giveClusters(scenario *simulator.Scenario) (int, error) {
	clusters := map[string]map[string]string{}
	for _, a := range scenario.Accounts {
		for _, c := range a.Clusters {
			clusters[c.ClusterID] = map[string]string{"account_id": a.AccountID, "region": c.RegionID}
		}
	}
	variables, err := json.Marshal(map[string]any{"clusters": clusters})
	if err != nil {
		return 0, err
	}
	return len(clusters), os.WriteFile(filepath.Join(r.dir, "clusters.auto.tfvars.json"), variables, 0o600)
}

func newRun(s Setup, name string, env []string, config string) (cliRun, error) {
	dir, err := os.MkdirTemp(s.Dir, name+"-")
	if err != nil {
		return cliRun{}, err
	}
	cliConfig := filepath.Join(dir, "cli.tfrc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n", provider.Address, filepath.Dir(s.Binary))
	if err := os.WriteFile(cliConfig, []byte(overrides), 0o600); err != nil {
		return cliRun{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		return cliRun{}, err
	}
	return cliRun{s, dir, append([]string{"TF_CLI_CONFIG_FILE=" + cliConfig, "CHECKPOINT_DISABLE=1", "TF_LOG="}, env...)}, nil
}

func (r cliRun) cli(ctx context.Context, arguments ...string) error {
	_, err := r.output(ctx, arguments...)
	return err
}

func (r cliRun) output(ctx context.Context, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, r.setup.CLI, arguments...)
	command.Dir, command.Env = r.dir, append(os.Environ(), r.env...)
	var out, failure bytes.Buffer
	command.Stdout, command.Stderr = &out, &failure
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", r.setup.CLI, arguments[0], err, out.String(), failure.String())
	}
	return out.String(), nil
}
