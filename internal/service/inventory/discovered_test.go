package inventory_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var members = []string{acctest.Retail, acctest.Logistics, acctest.Payments, acctest.Analytics}

// called counts the calls by action and forgets them.
func called(cloud *acctest.Cloud) map[string]int {
	counts := map[string]int{}
	for _, r := range cloud.Requests() {
		counts[r.Action]++
	}
	cloud.ResetRequests()
	return counts
}

// names are the clusters of a reading, without what only one of the inventories has.
func names(r acctest.Reading) string {
	var list []string
	clusters, _ := r.Attributes["clusters"].([]any)
	for _, c := range clusters {
		cluster, _ := c.(map[string]any)
		list = append(list, fmt.Sprint(cluster["name"]))
	}
	return strings.Join(list, " ")
}

// said fails unless there is one message with these phrases.
func said(t *testing.T, messages []string, phrases ...string) {
	t.Helper()
	if len(messages) != 1 {
		t.Fatalf("%d messages, want one: %q", len(messages), messages)
	}
	for _, phrase := range phrases {
		if !strings.Contains(messages[0], phrase) {
			t.Errorf("the message lacks %q: %s", phrase, messages[0])
		}
	}
}

// The inventory of Cloud Config says of every cluster what the accounts' own
// lists say, and when that was; with the provider's own identity and no call in
// a member.
func TestDiscovered_asTheFanOut(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Accounts[1].Clusters[0].Tags = []simulator.KeyValue{{Key: new("env"), Value: new("prod")}, {Key: new("empty"), Value: new("")}}
	scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster("registered", "cn-hangzhou", func(c *simulator.Cluster) {
		c.ClusterType, c.Profile, c.MasterURL = "ExternalKubernetes", nil, nil
	}))
	cloud := acctest.New(t, scenario)
	all := map[string]any{"account_ids": members}
	fanOut := cloud.Read(t, "ackguard_clusters", all, nil)
	if got, want := called(cloud), map[string]int{"GetCallerIdentity": 1, "AssumeRole": 4, "DescribeClustersV1": 4, "DescribeClustersForRegion": 5}; !maps.Equal(got, want) {
		t.Errorf("the fan-out called %v, want %v", got, want)
	}
	got := cloud.Read(t, "ackguard_clusters", all, acctest.FromCloudConfig())
	if calls, want := called(cloud), map[string]int{
		"GetCallerIdentity": 1, "GetAggregator": 1, "ListAggregateDiscoveredResources": 1, "GetAggregateDiscoveredResource": 6,
	}; !maps.Equal(calls, want) {
		t.Errorf("called %v, want %v", calls, want)
	}
	said(t, got.Warnings, "Clusters come from Cloud Config", acctest.DirectoryGroup, "may be missing")
	clusters, _ := got.Attributes["clusters"].([]any)
	for _, c := range clusters {
		cluster, _ := c.(map[string]any)
		if at, _ := cluster["observed_at"].(string); at == "" {
			t.Errorf("%v does not say when it was observed", cluster)
		}
		cluster["observed_at"] = nil
	}
	if want := fanOut.Attributes; len(fanOut.Errors)+len(got.Errors) > 0 || fmt.Sprint(want) != fmt.Sprint(got.Attributes) {
		t.Errorf("Cloud Config says\n%v\nthe accounts say\n%v\n%q", got.Attributes, want, got.Errors)
	}
}

// Without details there is one call for a hundred clusters; what the list does
// not say is null, and a filter on it an error.
func TestDiscovered_withoutDetails(t *testing.T) {
	t.Parallel()
	scenario := acctest.WithCloudConfig(acctest.Many(2, 60, "cn-hangzhou"))
	scenario.Accounts[1].Clusters[0].Tags = []simulator.KeyValue{{Key: new("env"), Value: new("prod")}}
	cloud := acctest.New(t, scenario)
	both := []string{acctest.ManyID(0), acctest.ManyID(1)}
	read := func(more ...any) acctest.Reading {
		t.Helper()
		return cloud.Read(t, "ackguard_clusters", acctest.With(map[string]any{"account_ids": both, "details": false}, more...), acctest.FromCloudConfig())
	}
	got := read()
	if calls, want := called(cloud), map[string]int{"GetCallerIdentity": 1, "GetAggregator": 1, "ListAggregateDiscoveredResources": 2}; !maps.Equal(calls, want) {
		t.Errorf("called %v, want %v", calls, want)
	}
	clusters, _ := got.Attributes["clusters"].([]any)
	if len(clusters) != 120 {
		t.Fatalf("%d clusters, want 120: %q", len(clusters), got.Errors)
	}
	one, _ := clusters[0].(map[string]any)
	if one["state"] != "running" || one["cluster_type"] != nil || one["deletion_protection"] != nil || one["observed_at"] == nil {
		t.Errorf("without details: %v", one)
	}
	if got := names(read("tags", map[string]string{"env": "prod"})); got != "m0rhangzhoun0" {
		t.Errorf("with the tag: %q", got)
	}
	if r := read("cluster_types", []string{"ManagedKubernetes"}); len(r.Errors) != 120 || !strings.Contains(r.Errors[0], "Cluster cannot be filtered") {
		t.Errorf("a filter on what the list lacks: %d errors", len(r.Errors))
	}
}

// Accounts and regions are selected as in the fan-out; one account is asked for alone.
func TestDiscovered_selection(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	for _, c := range []struct {
		accounts, regions []string
		want              string
	}{
		{members, []string{"cn-shanghai"}, "payments analytics-b"},
		{[]string{acctest.Analytics}, nil, "analytics-a analytics-b"},
		{[]string{acctest.Analytics, acctest.Retail}, []string{"cn-hangzhou", "cn-beijing"}, "retail analytics-a"},
		{nil, nil, ""}, // the management account, which is in the group and has none
		{[]string{}, nil, ""},
	} {
		arguments := map[string]any{}
		if c.accounts != nil {
			arguments["account_ids"] = c.accounts
		}
		if c.regions != nil {
			arguments["regions"] = c.regions
		}
		r := cloud.Read(t, "ackguard_clusters", arguments, acctest.FromCloudConfig())
		if got := names(r); got != c.want || len(r.Errors) > 0 || r.Attributes["complete"] != true {
			t.Errorf("%v: %q, want %q; %q", arguments, got, c.want, r.Errors)
		}
		outcomes, _ := r.Attributes["outcomes"].([]any)
		for _, o := range outcomes {
			if outcome, _ := o.(map[string]any); c.regions != nil && fmt.Sprint(outcome["regions_examined"]) != fmt.Sprint(slices.Sorted(slices.Values(c.regions))) {
				t.Errorf("%v: examined %v", arguments, outcome)
			}
		}
	}
	if n := cloud.Count(simulator.Filter{Action: "ListAggregateDiscoveredResources", Where: func(r simulator.Request) bool {
		return strings.Contains(r.Query.Get("ResourceAccountId"), acctest.Analytics)
	}}); n != 1 {
		t.Errorf("%d lists of one account, want 1", n)
	}
	if n := cloud.Count(simulator.Filter{Action: "AssumeRole"}) + cloud.Count(simulator.Filter{Product: "cs"}); n != 0 {
		t.Errorf("%d calls in members", n)
	}
}

// What would be missing from the list is an error that names it, or a warning
// where the user accepts the risk.
func TestDiscovered_incomplete(t *testing.T) {
	t.Parallel()
	all := map[string]any{"account_ids": members}
	read := func(prepare func(*testing.T, *acctest.Cloud), more ...any) acctest.Reading {
		t.Helper()
		scenario := acctest.ConfigFleet()
		scenario.Behaviour.ConfigTaskDuration = "1h"
		cloud := acctest.New(t, scenario)
		prepare(t, cloud)
		return cloud.Read(t, "ackguard_clusters", acctest.With(all, more...), acctest.FromCloudConfig())
	}
	off := func(t *testing.T, cloud *acctest.Cloud) {
		t.Helper()
		if err := cloud.SetRecorderStatus(acctest.Logistics, "REGISTRABLE"); err != nil {
			t.Fatal(err)
		}
		if err := cloud.SetRecorderStatus(acctest.Payments, "BUILDING"); err != nil {
			t.Fatal(err)
		}
	}
	said(t, read(off).Errors, "Cluster list is not complete", acctest.Logistics+": not_activated: its configuration recorder is REGISTRABLE",
		acctest.Payments+": not_activated: its configuration recorder is BUILDING", "What to do: start the recorder")
	partly := read(off, "allow_partial", true)
	if got := names(partly); got != "retail analytics-a analytics-b" || partly.Attributes["complete"] != false || len(partly.Warnings) != 2 {
		t.Errorf("partly: %q, %v, %q", got, partly.Attributes["outcomes"], partly.Warnings)
	}
	only := map[string]any{"account_ids": []string{acctest.Retail}}
	cloud := acctest.New(t, acctest.ConfigFleet())
	off(t, cloud)
	if r := cloud.Read(t, "ackguard_clusters", only, acctest.FromCloudConfig()); names(r) != "retail" || r.Attributes["complete"] != true {
		t.Errorf("recorders of accounts that are not selected count: %v %q", r.Attributes, r.Errors)
	}
	fault := func(f simulator.Fault) func(*testing.T, *acctest.Cloud) {
		return func(_ *testing.T, cloud *acctest.Cloud) { cloud.AddFault(f) }
	}
	denied := func(action string) func(*testing.T, *acctest.Cloud) {
		return func(t *testing.T, cloud *acctest.Cloud) { t.Helper(); cloud.Deny(t, action) }
	}
	everyone := "- accounts " + strings.Join(members, ", ") + ": "
	for _, action := range []string{"config:GetAggregator", "config:ListAggregateDiscoveredResources"} {
		said(t, read(denied(action)).Errors, "Cluster list is not complete", everyone+"denied", action)
	}
	said(t, read(denied("config:GetAggregateDiscoveredResource")).Errors, "Cluster list is not complete", acctest.Retail, "denied", "config:GetAggregateDiscoveredResource")
	said(t, read(fault(simulator.Fault{Action: "ListAggregateDiscoveredResources", Status: 400, Code: "Throttling.User"})).Errors, everyone+"throttled", "Throttling.User")
	if r := read(fault(simulator.Fault{Product: "config", Status: 400, Code: "Throttling.User", Every: 2})); names(r) != "retail logistics payments analytics-a analytics-b" {
		t.Errorf("throttled now and then: %q", r.Errors)
	}
}

// A group that is not there, or without an account that is asked for, is a
// mistake in the configuration.
func TestDiscovered_wrongGroup(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Accounts[0].CloudConfig.Aggregators = append(scenario.Accounts[0].CloudConfig.Aggregators, simulator.Aggregator{
		AggregatorID: "ca-some", AggregatorName: "some", Description: "Two.", AggregatorType: "CUSTOM", Accounts: []string{acctest.Retail, acctest.Payments},
	})
	cloud := acctest.New(t, scenario)
	group := func(id string) map[string]string {
		return map[string]string{"inventory": "cloud_config", "aggregator_id": id}
	}
	all := map[string]any{"account_ids": members}
	for _, kind := range []string{"ackguard_clusters", "ackguard_cluster_compliance", "ackguard_cluster_inspection_schedules", "ackguard_cluster_inspection_report"} {
		said(t, cloud.Read(t, kind, all, group("ca-none")).Errors, "Account group not found", "ca-none", "Check aggregator_id")
		said(t, cloud.Read(t, kind, all, group("ca-some")).Errors, "Account is not in the account group", "ca-some (some)", acctest.Logistics+", "+acctest.Analytics+".")
	}
	said(t, cloud.Read(t, "ackguard_clusters", nil, group("ca-some")).Errors, acctest.Management, "without account_ids it is the provider's own account")
	if got := names(cloud.Read(t, "ackguard_clusters", map[string]any{"account_ids": []string{acctest.Payments, acctest.Retail}}, group("ca-some"))); got != "retail payments" {
		t.Errorf("in the group: %q", got)
	}
}

// A cluster that is younger than the inventory's lag is missing, and one that
// was just deleted is still there; that is warned of, and no time is spent on it.
func TestDiscovered_lag(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Behaviour.ConfigInventoryDelay = "10m"
	now := time.Now()
	cloud := acctest.NewAt(t, scenario, func() time.Time { return now })
	now = now.Add(time.Minute)
	if err := cloud.AddCluster(acctest.Retail, acctest.Cluster("fresh", "cn-hangzhou")); err != nil {
		t.Fatal(err)
	}
	if err := cloud.DeleteCluster(acctest.ClusterID("payments")); err != nil {
		t.Fatal(err)
	}
	cloud.Change(t, "logistics", func(c *simulator.Cluster) { c.Name = "renamed" })
	read := func() acctest.Reading {
		t.Helper()
		return cloud.Read(t, "ackguard_clusters", map[string]any{"account_ids": members}, acctest.FromCloudConfig())
	}
	before := read()
	if got := names(before); got != "retail logistics payments analytics-a analytics-b" {
		t.Errorf("before the lag is over: %q %q", got, before.Errors)
	}
	said(t, before.Warnings, "Clusters come from Cloud Config")
	waited := cloud.Clock.Now()
	report := cloud.Read(t, "ackguard_cluster_compliance", map[string]any{"account_ids": []string{acctest.Retail}, "cluster_ids": []string{acctest.ClusterID("fresh")}}, acctest.FromCloudConfig())
	said(t, report.Errors, "Cluster not found", acctest.ClusterID("fresh"))
	if took := cloud.Clock.Now().Sub(waited); took > time.Second {
		t.Errorf("waited %s for a cluster of the inventory", took)
	}
	now = now.Add(10 * time.Minute)
	if got := names(read()); got != "fresh retail renamed analytics-a analytics-b" {
		t.Errorf("after: %q", got)
	}
}

// A list that says it has more than it holds is read again, and never believed.
func TestDiscovered_lostItems(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	total, calls := 3, 0
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.Header.Get("x-acs-action") != "ListAggregateDiscoveredResources" {
			return "", 0, false
		}
		calls++
		item := func(id, region string) string {
			return fmt.Sprintf(`{"AccountId":%s,"ResourceOwnerId":%s,"Region":%q,"ResourceId":%q,"ResourceName":"a","ResourceType":"ACS::ACK::Cluster","ResourceDeleted":1}`, acctest.Retail, acctest.Retail, region, acctest.ClusterID(id))
		}
		return fmt.Sprintf(`{"DiscoveredResourceProfiles":{"DiscoveredResourceProfileList":[%s,%s],"NextToken":"","TotalCount":%d}}`, item("retail", "cn-hangzhou"), item("retail", "cn-hangzhou"), total), http.StatusOK, true
	})
	all := map[string]any{"account_ids": []string{acctest.Retail}, "details": false}
	said(t, cloud.Read(t, "ackguard_clusters", all, acctest.FromCloudConfig()).Errors, "the list says that it has 3 items and holds 2")
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
	total = 2
	r := cloud.Read(t, "ackguard_clusters", all, acctest.FromCloudConfig())
	clusters, _ := r.Attributes["clusters"].([]any)
	if names(r) != "a" || clusters[0].(map[string]any)["observed_at"] != nil {
		t.Errorf("a cluster twice: %v %q", r.Attributes, r.Errors)
	}
}

// Through the CLI: for_each over the inventory, whose answers are the same with every plan.
func TestDiscovered_cli(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	config := func(group string) string {
		return cloud.Provider("inventory = \"cloud_config\"\n"+group, allClusters+`
resource "ackguard_cluster_inspection_schedule" "all" {
  for_each   = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
}

output "observed" {
  value = { for c in data.ackguard_clusters.all.clusters : c.name => c.observed_at }
}
`)
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		{Config: config(""), ExpectError: acctest.Says("Missing aggregator_id", "ACKGUARD_AGGREGATOR_ID")},
		{Config: config(`aggregator_id = "directory"`), ExpectError: acctest.Says("must be the ID of an account group")},
		{
			Config: config(`aggregator_id = "` + acctest.DirectoryGroup + `"`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(5)),
			},
		},
		{Config: cloud.Provider("", "")}, // a state with for_each cannot be read by the framework at the end
	}})
}

// Data sources of one run share the group, the list and the snapshots.
func TestDiscovered_shared(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	p := cloud.ProtocolWith(t, acctest.FromCloudConfig())
	all := map[string]any{"account_ids": members}
	for _, kind := range []string{"ackguard_clusters", "ackguard_cluster_compliance", "ackguard_cluster_inspection_schedules", "ackguard_clusters"} {
		if r := p.Read(t, kind, all); len(r.Errors) > 0 {
			t.Fatalf("%s: %q", kind, r.Errors)
		}
	}
	if calls, want := called(cloud), map[string]int{
		"GetCallerIdentity": 1, "GetAggregator": 1, "ListAggregateDiscoveredResources": 1, "GetAggregateDiscoveredResource": 5,
		"AssumeRole": 4, "DescribeClusterNodePools": 5, "GetClusterInspectConfig": 5,
	}; !maps.Equal(calls, want) {
		t.Errorf("called %v, want %v", calls, want)
	}
}

// The environment chooses the inventory as the block does; what makes no sense is said.
func TestDiscovered_environment(t *testing.T) {
	cloud := acctest.New(t, acctest.ConfigFleet())
	t.Setenv("ACKGUARD_INVENTORY", "cloud_config")
	t.Setenv("ACKGUARD_AGGREGATOR_ID", acctest.DirectoryGroup)
	read := func(provider map[string]string) string {
		t.Helper()
		r := cloud.Read(t, "ackguard_clusters", map[string]any{"account_ids": []string{acctest.Retail}}, provider)
		return strings.Join(append(r.Warnings, r.Errors...), " ")
	}
	if got := read(nil); !strings.Contains(got, "Clusters come from Cloud Config") {
		t.Errorf("by the environment: %q", got)
	}
	if got := read(map[string]string{"inventory": "accounts"}); got != "" {
		t.Errorf("the block goes before the environment: %q", got)
	}
	if got := read(map[string]string{"aggregator_id": "ca-none"}); !strings.Contains(got, "ca-none") {
		t.Errorf("the block's group goes before the environment's: %q", got)
	}
	for name, wrong := range map[string]string{"ACKGUARD_INVENTORY": `ACKGUARD_INVENTORY is "wrong"; it must be "accounts" or "cloud_config"`, "ACKGUARD_AGGREGATOR_ID": `"wrong" must be the ID of an account group`} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "wrong")
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{{
				Config: cloud.Provider("", "data \"ackguard_clusters\" \"all\" {}\n"), PlanOnly: true, ExpectError: acctest.Says(wrong),
			}}})
		})
	}
}
