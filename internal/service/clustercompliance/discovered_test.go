package clustercompliance_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Whatever the clusters are like, Cloud Config's inventory leads to the same
// verdicts as the fan-out; and whatever fails on the way, a verdict stays or
// says that it is not known.
func TestRandomFleets_discovered(t *testing.T) {
	t.Parallel()
	const fleets = 40
	read, partly := 0, 0
	for seed := range uint64(fleets) {
		r := rand.New(rand.NewPCG(seed, 5))
		scenario := acctest.WithCloudConfig(randomFleet(r))
		expected, failed := readOnce(t, acctest.New(t, scenario), scenario, nil)
		if failed != "" {
			t.Fatalf("seed %d: the fan-out: %s", seed, failed)
		}
		cloud := acctest.New(t, scenario)
		got, failed := readOnce(t, cloud, scenario, acctest.FromCloudConfig())
		if failed != "" || !maps.Equal(expected.verdicts, got.verdicts) || !maps.Equal(expected.outcomes, got.outcomes) || expected.complete != got.complete || expected.compliant != got.compliant {
			t.Errorf("seed %d: %s\nthe accounts say %+v\nCloud Config says %+v", seed, failed, expected, got)
		}
		cloud = acctest.New(t, scenario)
		script := randomInventoryFaults(r, cloud)
		got, failed = readOnce(t, cloud, scenario, acctest.FromCloudConfig())
		if failed != "" {
			continue
		}
		read++
		for _, problem := range compareReadings(scenario, expected, got) {
			t.Errorf("seed %d: %s\nfaults: %s", seed, problem, script)
		}
		if !maps.Equal(expected.verdicts, got.verdicts) {
			partly++
		}
	}
	if read < fleets*3/4 || partly < fleets/5 || partly > fleets*4/5 {
		t.Errorf("of %d fleets %d were read, %d not wholly: the faults are too dull, or too sharp, to prove anything", fleets, read, partly)
	}
}

// randomInventoryFaults breaks calls of the inventory, for some or for good.
func randomInventoryFaults(r *rand.Rand, cloud *acctest.Cloud) string {
	var script strings.Builder
	actions := []string{"GetAggregator", "ListAggregateDiscoveredResources", "GetAggregateDiscoveredResource", "GetAggregateDiscoveredResource", "DescribeClusterNodePools", ""}
	effects := []simulator.Fault{
		{Status: 400, Code: "Throttling.User"}, {Status: 503, Code: "ServiceUnavailable"}, {Reset: simulator.ResetAfterCommit},
		{Body: simulator.BodyTruncated}, {Body: simulator.BodyMalformed}, {Body: simulator.BodyHTML},
		{Status: 403, Code: "NoPermission"}, {Status: 400, Code: "AccountNotExisted"}, {Status: 404, Code: "ResourceNotExists"},
	}
	for range 1 + r.IntN(2) {
		f := effects[r.IntN(len(effects))]
		if f.Action = actions[r.IntN(len(actions))]; f.Action == "" {
			f.Product = "config"
		}
		switch r.IntN(4) {
		case 0:
			f.First = int64(1 + r.IntN(8))
		case 1:
			f.Every = int64(2 + r.IntN(4))
		case 2:
			f.Probability = 0.1 + 0.6*r.Float64()
		}
		cloud.AddFault(f)
		fmt.Fprintf(&script, "%+v; ", f)
	}
	return script.String()
}

// A rule costs what its facts cost: those in the snapshot nothing in the
// cluster's account, node pools and add-ons a role and a call there.
func TestDiscovered_calls(t *testing.T) {
	t.Parallel()
	const accounts, regions, clusters = 3, 2, 2
	const all = accounts * regions * clusters
	inventory := map[string]int{"GetCallerIdentity": 1, "GetAggregator": 1, "ListAggregateDiscoveredResources": 1, "GetAggregateDiscoveredResource": all}
	in := func(more map[string]int) map[string]int {
		sum := maps.Clone(inventory)
		maps.Copy(sum, more)
		return sum
	}
	ids := []string{acctest.ManyID(0), acctest.ManyID(1), acctest.ManyID(2)}
	bare := func(c *simulator.Cluster) { c.MetaData = nil }
	for name, c := range map[string]struct {
		rules  []string
		change func(*simulator.Cluster) // of the first cluster
		want   map[string]int
		fanOut map[string]int
	}{
		"deletion protection": {rules: []string{deletion}, want: inventory, fanOut: map[string]int{}},
		"public endpoint":     {rules: []string{public, deletion, network}, want: inventory, fanOut: map[string]int{"DescribeClusterDetail": all}},
		"node pools":          {want: in(map[string]int{"AssumeRole": accounts, "DescribeClusterNodePools": all}), fanOut: map[string]int{"DescribeClusterDetail": all, "DescribeClusterNodePools": all}},
		"add-ons":             {rules: []string{network}, change: bare, want: in(map[string]int{"AssumeRole": 1, "ListClusterAddonInstances": 1}), fanOut: map[string]int{"DescribeClusterDetail": all, "ListClusterAddonInstances": 1}},
		"what a snapshot lacks": {
			rules: []string{public}, change: func(c *simulator.Cluster) { c.MasterURL = nil },
			want: in(map[string]int{"AssumeRole": 1, "DescribeClusterDetail": 1}), fanOut: map[string]int{"DescribeClusterDetail": all},
		},
	} {
		scenario := acctest.WithCloudConfig(acctest.Many(accounts, clusters, "cn-hangzhou", "cn-shanghai"))
		if c.change != nil {
			c.change(&scenario.Accounts[1].Clusters[0])
		}
		cloud := acctest.New(t, scenario)
		arguments := map[string]any{"account_ids": ids, "include_compliant": true}
		if c.rules != nil {
			arguments["rules"] = c.rules
		}
		count := func() map[string]int {
			counts := map[string]int{}
			for _, r := range cloud.Requests() {
				counts[r.Action]++
			}
			cloud.ResetRequests()
			return counts
		}
		discovered := cloud.Read(t, "ackguard_cluster_compliance", arguments, acctest.FromCloudConfig())
		if got := count(); !maps.Equal(got, c.want) {
			t.Errorf("%s: called %v, want %v", name, got, c.want)
		}
		fanOut := cloud.Read(t, "ackguard_cluster_compliance", arguments, nil)
		maps.Copy(c.fanOut, map[string]int{"GetCallerIdentity": 1, "AssumeRole": accounts, "DescribeClustersV1": accounts, "DescribeClustersForRegion": accounts * regions})
		if got := count(); !maps.Equal(got, c.fanOut) {
			t.Errorf("%s: the fan-out called %v, want %v", name, got, c.fanOut)
		}
		if discovered.Attributes["inventory"] != "cloud_config" || fanOut.Attributes["inventory"] != "accounts" {
			t.Errorf("%s: it does not say where the facts come from: %v, %v", name, discovered.Attributes["inventory"], fanOut.Attributes["inventory"])
		}
		discovered.Attributes["inventory"], fanOut.Attributes["inventory"] = nil, nil
		if fmt.Sprint(discovered) != fmt.Sprint(fanOut) {
			t.Errorf("%s: Cloud Config says\n%v\nthe accounts say\n%v", name, discovered, fanOut)
		}
	}
}

// A report degrades: what cannot be read is one warning that names the
// accounts together, and nothing is compliant.
func TestDiscovered_degrades(t *testing.T) {
	t.Parallel()
	ids := []string{acctest.Retail, acctest.Logistics}
	for name, c := range map[string]struct {
		action  string
		phrases []string
	}{
		"list":     {"config:ListAggregateDiscoveredResources", []string{"- accounts " + acctest.Retail + ", " + acctest.Logistics + ": denied"}},
		"snapshot": {"config:GetAggregateDiscoveredResource", []string{"account " + acctest.Retail + ", region cn-hangzhou: denied", "account " + acctest.Logistics}},
	} {
		cloud := acctest.New(t, acctest.ConfigFleet())
		cloud.Deny(t, c.action)
		r := cloud.Read(t, "ackguard_cluster_compliance", map[string]any{"account_ids": ids, "rules": []string{public}}, acctest.FromCloudConfig())
		if len(r.Errors) > 0 || len(r.Warnings) != 1 || r.Attributes["complete"] != false || r.Attributes["compliant"] != false {
			t.Fatalf("%s: %+v", name, r)
		}
		for _, phrase := range append(c.phrases, c.action) {
			if !strings.Contains(r.Warnings[0], phrase) {
				t.Errorf("%s: the warning lacks %q: %s", name, phrase, r.Warnings[0])
			}
		}
		for _, o := range r.Attributes["outcomes"].([]any) {
			if o.(map[string]any)["outcome"] != "denied" {
				t.Errorf("%s: %v", name, o)
			}
		}
		if n := cloud.Count(simulator.Filter{Product: "cs"}); n != 0 {
			t.Errorf("%s: %d calls of cs make up for what was denied", name, n)
		}
	}
}

// A verdict is about what the inventory has seen: a change shows with its lag.
func TestDiscovered_lag(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Behaviour.ConfigInventoryDelay = "10m"
	now := time.Now()
	cloud := acctest.NewAt(t, scenario, func() time.Time { return now })
	now = now.Add(time.Minute)
	cloud.Change(t, "retail", acctest.Public)
	verdict := func() any {
		t.Helper()
		r := cloud.Read(t, "ackguard_cluster_compliance", map[string]any{"account_ids": []string{acctest.Retail}, "rules": []string{public}}, acctest.FromCloudConfig())
		if len(r.Errors)+len(r.Warnings) > 0 {
			t.Fatal(r.Errors, r.Warnings)
		}
		return r.Attributes["compliant"]
	}
	if verdict() != true {
		t.Error("the change shows before the inventory has it")
	}
	now = now.Add(10 * time.Minute)
	if verdict() != false {
		t.Error("the change does not show")
	}
}
