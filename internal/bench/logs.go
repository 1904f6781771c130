package bench

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// Shipping of logs: one flow for each cluster.
const (
	shippingAccounts    = 20
	shippingClusters    = 10
	shippingRuns        = 3
	shippingConcurrency = 32 // calls
	// shippingParallelism is of resources: twice as many, so that calls are under way while flows compute.
	shippingParallelism = 2 * shippingConcurrency
	logAccount          = "100000000000002"
	archiveProject      = "collect-logs"
	archiveStore        = "collect-cluster-security-logs"
)

// allow is a policy of some actions on everything.
func allow(actions ...string) []rampolicy.Document {
	return []rampolicy.Document{{Version: "1", Statement: []rampolicy.Statement{{Effect: "Allow", Action: actions, Resource: rampolicy.Strings{"*"}}}}}
}

// shippingScenario is members whose clusters have an audit log of their own, and a log account that may be written to.
func shippingScenario() *simulator.Scenario {
	s := acctest.Many(shippingAccounts, shippingClusters, "cn-hangzhou")
	index := &simulator.LogIndex{Line: &simulator.LogIndexLine{Token: []string{" ", ":"}}}
	var writers []string
	for a := range s.Accounts[1:] {
		account := &s.Accounts[a+1]
		writers = append(writers, account.AccountID+"@log.aliyuncs.com")
		account.Roles = append(account.Roles, simulator.Role{RoleName: "ackguard-log-reader", Trusts: []string{"log.aliyuncs.com"}, Policies: allow("log:*")})
		account.LogService = &simulator.LogService{}
		for c := range account.Clusters {
			cluster := &account.Clusters[c]
			cluster.AuditLog = &simulator.AuditLog{}
			account.LogService.Projects = append(account.LogService.Projects, simulator.LogProject{
				ProjectName: "k8s-log-" + cluster.ClusterID, Region: cluster.RegionID,
				LogStores: []simulator.LogStore{{LogStoreName: "audit-" + cluster.ClusterID, TTL: 30, Index: index}},
			})
		}
	}
	logs := acctest.Member(logAccount, "logs", "fd-prod000001")
	logs.Roles = append(logs.Roles, simulator.Role{RoleName: "ackguard-log-writer", Trusts: writers, Policies: allow("log:Post*")})
	s.Accounts = append(s.Accounts, logs)
	return s
}

const shippingConfiguration = `variable "clusters" {
  type = map(object({ account_id = string, region = string }))
}

resource "ackguard_audit_log_archive" "clusters" {
  account_id = "` + logAccount + `"
  project    = "` + archiveProject + `"
  logstore   = "` + archiveStore + `"
}

resource "ackguard_audit_log_shipping" "audit" {
  for_each   = var.clusters
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  source     = "audit"
  archive = {
    account_id = "` + logAccount + `"
    region     = "cn-hangzhou"
    project    = ackguard_audit_log_archive.clusters.project
    logstore   = ackguard_audit_log_archive.clusters.logstore
  }
  source_role_arn      = "acs:ram::${each.value.account_id}:role/ackguard-log-reader"
  destination_role_arn = "acs:ram::` + logAccount + `:role/ackguard-log-writer"
  source_retention     = { days = 1 }
}
`

// shipLogs measures the apply of 200 flows at once, each verified, and its bound: what the calls take if as many as may
// be are always under way. The CLI, the provider and the simulator compute for seconds in that time, which a machine of few
// cores adds to the wait; calls that take twice as long show what one with twice as many would do.
func shipLogs(ctx context.Context, s Setup) ([]Figure, error) {
	figures, err := shipLogsAt(ctx, s, "shipping_200", latency)
	if err != nil {
		return nil, err
	}
	slower, err := shipLogsAt(ctx, s, "shipping_200_slow_calls", 2*latency)
	return append(figures, slower...), err
}

// shipLogsAt gives the quickest of some applies.
func shipLogsAt(ctx context.Context, s Setup, name string, latency time.Duration) (quickest []Figure, err error) {
	for range shippingRuns {
		figures, err := shipLogsOnce(ctx, s, name, latency)
		if err != nil {
			return nil, err
		}
		if quickest == nil || figures[0].Value < quickest[0].Value {
			quickest = figures
		}
	}
	return quickest, nil
}

func shipLogsOnce(ctx context.Context, s Setup, name string, latency time.Duration) ([]Figure, error) {
	scenario := shippingScenario()
	cloud, err := simulator.New(scenario, simulator.Options{})
	if err != nil {
		return nil, err
	}
	server, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer server.Close()
	run, err := newRun(s, name, append(environment(cloud, server), "TF_CLI_ARGS="),
		configuration(fmt.Sprintf("requests_per_second = 0\n  max_concurrency = %d", shippingConcurrency), shippingConfiguration))
	if err != nil {
		return nil, err
	}
	clusters, err := run.giveClusters(scenario)
	if err != nil {
		return nil, err
	}
	// The archive's one chain of calls is no part of what is measured.
	if err := run.cli(ctx, "apply", "-input=false", "-auto-approve", "-target=ackguard_audit_log_archive.clusters"); err != nil {
		return nil, err
	}
	if err := run.cli(ctx, "plan", "-input=false", "-parallelism="+strconv.Itoa(shippingParallelism), "-out=plan"); err != nil {
		return nil, err
	}
	cloud.ResetRequests()
	delayed := cloud.AddFault(simulator.Fault{Delay: latency.String()})
	if err := run.cli(ctx, "apply", "-input=false", "-parallelism="+strconv.Itoa(shippingParallelism), "plan"); err != nil {
		return nil, err
	}
	delayed.Remove()
	requests := cloud.Requests()
	if rows := len(cloud.LogRows(archiveProject, archiveStore)); rows < clusters {
		return nil, fmt.Errorf("the archive has %d rows, and %d flows that were verified", rows, clusters)
	}
	if err := run.cli(ctx, "plan", "-input=false", "-detailed-exitcode", "-parallelism="+strconv.Itoa(shippingParallelism)); err != nil {
		return nil, fmt.Errorf("a second plan shows a change: %w", err)
	}
	bound := time.Duration(len(requests)) * latency / shippingConcurrency
	wall := span(requests)
	input := fmt.Sprintf("apply of a saved plan, quickest of %d, of %d flows in %d accounts, each created, verified by a row that arrives, its source shortened; %s a call, max_concurrency %d, -parallelism=%d, %d CPUs", shippingRuns, clusters, shippingAccounts, latency, shippingConcurrency, shippingParallelism, runtime.NumCPU())
	return []Figure{
		{name + "_s", wall.Seconds(), "s", "from the first call to the last: " + input},
		{name + "_calls", float64(len(requests)), "calls", fmt.Sprintf("%.1f a flow: %s", float64(len(requests))/float64(clusters), input)},
		{name + "_ratio", wall.Seconds() / bound.Seconds(), "ratio", fmt.Sprintf("wall over %s, what so many calls take %d at a time; aim 1.5: %s", bound, shippingConcurrency, input)},
	}, nil
}
