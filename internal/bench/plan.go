package bench

import (
	"bytes"
	"context"
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
	latency            = 20 * time.Millisecond
	smallAccounts      = 20
	smallClusters      = 5
	smallConcurrency   = 16
	callsPerCluster    = 2 // detail and node pools; the list has the rest
	callsPerAccount    = 2 // AssumeRole and the regional list
	longestChainOfSome = 5 // identity, AssumeRole, list, detail, node pools
)

// SmallCalls is how many calls one plan of the small fleet must make.
const SmallCalls = 1 + smallAccounts*(callsPerAccount+smallClusters*callsPerCluster)

// planSmall measures one plan that judges 100 clusters in 20 accounts.
func planSmall(ctx context.Context, s Setup) ([]Figure, error) {
	cloud, server, err := smallCloud()
	if err != nil {
		return nil, err
	}
	defer server.Close()

	var ids []string
	for a := range smallAccounts {
		ids = append(ids, fmt.Sprintf("%q", acctest.ManyID(a)))
	}
	config := configuration(
		fmt.Sprintf("requests_per_second = 0\n  max_concurrency = %d", smallConcurrency),
		fmt.Sprintf("data \"ackguard_cluster_compliance\" \"fleet\" {\n  account_ids = [%s]\n  regions = [\"cn-hangzhou\"]\n}\n", strings.Join(ids, ", ")))
	run, err := newRun(s, "plan_small", append(environment(cloud, server), "TF_CLI_ARGS="), config)
	if err != nil {
		return nil, err
	}
	bestPlan, bestRead, calls := time.Hour, time.Hour, 0
	for range 3 {
		cloud.ResetRequests()
		began := time.Now()
		if err := run.cli(ctx, "plan", "-input=false"); err != nil {
			return nil, err
		}
		bestPlan = min(bestPlan, time.Since(began))
		requests := cloud.Requests()
		calls = len(requests)
		bestRead = min(bestRead, span(requests))
	}
	bound := max(longestChainOfSome*latency, SmallCalls*latency/smallConcurrency)
	input := fmt.Sprintf("%d accounts x %d clusters, 1 region, %s a call, max_concurrency %d", smallAccounts, smallClusters, latency, smallConcurrency)
	return []Figure{
		{"plan_small_s", bestPlan.Seconds(), "s", "terraform plan, quickest of 3: " + input},
		{"plan_small_calls", float64(calls), "calls", fmt.Sprintf("expected %d: %s", SmallCalls, input)},
		{"plan_small_ratio", bestRead.Seconds() / bound.Seconds(), "ratio", fmt.Sprintf("wall of the data source over max(critical path, calls x latency / max_concurrency) = %s; aim 1.5: %s", bound, input)},
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

func smallCloud() (*simulator.Cloud, *simulator.Server, error) {
	cloud, err := simulator.New(acctest.Many(smallAccounts, smallClusters, "cn-hangzhou"), simulator.Options{})
	if err != nil {
		return nil, nil, err
	}
	cloud.AddFault(simulator.Fault{Delay: latency.String()})
	server, err := cloud.Start("127.0.0.1:0")
	return cloud, server, err
}

func environment(cloud *simulator.Cloud, server *simulator.Server) []string {
	key, endpoint := cloud.ManagementKey(), "http://"+server.Addr()
	return []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + key.ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + key.Secret, "ALIBABA_CLOUD_REGION=cn-hangzhou",
		"ALIBABA_CLOUD_ENDPOINT_CS=" + endpoint, "ALIBABA_CLOUD_ENDPOINT_STS=" + endpoint, "ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER=" + endpoint,
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
	command := exec.CommandContext(ctx, r.setup.CLI, arguments...)
	command.Dir, command.Env = r.dir, append(os.Environ(), r.env...)
	var out, failure bytes.Buffer
	command.Stdout, command.Stderr = &out, &failure
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s%s", r.setup.CLI, arguments[0], err, out.String(), failure.String())
	}
	return nil
}
