package clustercompliance_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// randomFleets is how many fleets are judged; each has a seed of its own, which a failure names.
const randomFleets = 200

// reading is what one read of the data source says.
type reading struct {
	verdicts            map[string]string // by cluster and rule
	outcomes            map[string]string // of each account's own entry
	complete, compliant bool
}

// Whatever fails, and however often: an account whose outcome is ok has the
// verdicts of the run in which nothing fails, a verdict that differs is one
// that says so, and no account disappears.
func TestRandomFleets(t *testing.T) {
	t.Parallel()
	read, partly, wholly := 0, 0, 0
	for seed := range uint64(randomFleets) {
		r := rand.New(rand.NewPCG(seed, 4))
		scenario := randomFleet(r)
		expected, failed := readOnce(t, acctest.New(t, scenario), scenario, nil)
		if failed != "" {
			t.Fatalf("seed %d: without a fault: %s", seed, failed)
		}
		cloud := acctest.New(t, scenario)
		script := randomFaults(t, r, cloud, scenario)
		got, failed := readOnce(t, cloud, scenario, nil)
		if failed != "" {
			continue // an error is honest; that not all end so is asserted below
		}
		read++
		for _, problem := range compareReadings(scenario, expected, got) {
			t.Errorf("seed %d: %s\nfaults: %s", seed, problem, script)
		}
		bad := slices.DeleteFunc(slices.Collect(maps.Values(got.outcomes)), func(outcome string) bool { return outcome == "ok" })
		if len(bad) > 0 {
			partly++
		} else {
			wholly++
		}
	}
	t.Logf("%d fleets: %d read, of which %d in part and %d wholly in spite of faults", randomFleets, read, partly, wholly)
	if read < randomFleets*3/4 || partly < randomFleets/5 || wholly < randomFleets/5 {
		t.Errorf("of %d fleets only %d were read, %d in part and %d wholly: the faults are too dull to prove anything", randomFleets, read, partly, wholly)
	}
}

func randomFleet(r *rand.Rand) *simulator.Scenario {
	s := acctest.Fleet()
	s.Accounts = s.Accounts[:1]
	changes := []func(*simulator.Cluster){
		acctest.Public, acctest.Unprotected,
		func(c *simulator.Cluster) { c.MasterURL = nil },
		func(c *simulator.Cluster) { c.DeletionProtection = nil },
		func(c *simulator.Cluster) {
			c.MetaData = map[string]any{"Capabilities": map[string]any{"Network": "Flannel"}}
		},
		func(c *simulator.Cluster) { c.MetaData = nil },
		func(c *simulator.Cluster) { c.MetaData, c.Addons = nil, nil },
		func(c *simulator.Cluster) {
			for _, p := range c.NodePools {
				p.KubernetesConfig.CMSEnabled = new(false)
			}
		},
		func(c *simulator.Cluster) { c.NodePools = nil },
		func(c *simulator.Cluster) { c.Profile = new("Serverless") },
		func(c *simulator.Cluster) { c.ClusterType, c.Profile, c.MasterURL = "ExternalKubernetes", nil, nil },
	}
	for a := range 1 + r.IntN(5) {
		var clusters []simulator.Cluster
		for n := range r.IntN(5) {
			c := acctest.Cluster(fmt.Sprintf("m%dn%d", a, n), []string{"cn-hangzhou", "cn-shanghai", "cn-beijing"}[r.IntN(3)])
			for range r.IntN(3) {
				changes[r.IntN(len(changes))](&c)
			}
			clusters = append(clusters, c)
		}
		s.Accounts = append(s.Accounts, acctest.Member(acctest.ManyID(a), fmt.Sprintf("member-%d", a), "fd-prod000001", clusters...))
	}
	return s
}

// randomFaults breaks things, for some calls or for good, and says what.
func randomFaults(t *testing.T, r *rand.Rand, cloud *acctest.Cloud, s *simulator.Scenario) string {
	t.Helper()
	var script strings.Builder
	actions := []string{"AssumeRole", "DescribeClustersV1", "DescribeClustersForRegion", "DescribeClusterDetail", "DescribeClusterNodePools", "ListClusterAddonInstances", ""}
	effects := []simulator.Fault{
		{Status: 400, Code: "Throttling.User"}, {Status: 429, Code: "Throttling.Api", RetryAfter: "700"}, {Status: 503, Code: "ServiceUnavailable"},
		{Status: 500, Code: "InternalError"}, {Reset: simulator.ResetBeforeCommit}, {Reset: simulator.ResetAfterCommit},
		{Body: simulator.BodyTruncated}, {Body: simulator.BodyMalformed}, {Body: simulator.BodyHTML},
		{Status: 403, Code: "Forbidden.RAM"}, {Status: 400, Code: "ProductNotActivated"}, {Status: 400, Code: "InvalidRegionId"},
		{Status: 404, Code: "ErrorClusterNotFound"}, {Status: 404, Code: "404"},
	}
	for range 1 + r.IntN(3) {
		account := s.Accounts[1+r.IntN(len(s.Accounts)-1)].AccountID
		switch r.IntN(8) {
		case 0:
			cloud.RemoveRole(t, account)
			script.WriteString("no role in " + account + "; ")
			continue
		case 1:
			action := actions[2+r.IntN(4)]
			if a, _ := cloud.Account(account); len(a.Roles) > 0 {
				cloud.DenyMember(t, account, "cs:"+action)
			}
			script.WriteString(action + " denied in " + account + "; ")
			continue
		}
		f := effects[r.IntN(len(effects))]
		if f.Action = actions[r.IntN(len(actions))]; f.Action != "AssumeRole" {
			f.Product = "cs" // who the provider is has to be known for anything
			if r.IntN(2) == 0 {
				f.AccountID = account
			}
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

// readOnce reads the data source over all members, or says which error it ends with.
func readOnce(t *testing.T, cloud *acctest.Cloud, s *simulator.Scenario, provider map[string]string) (reading, string) {
	t.Helper()
	var ids []string
	for _, a := range s.Accounts[1:] {
		ids = append(ids, a.AccountID)
	}
	r := cloud.Read(t, "ackguard_cluster_compliance", map[string]any{"account_ids": ids, "include_compliant": true}, provider)
	if len(r.Errors) > 0 {
		return reading{}, r.Errors[0]
	}
	got := reading{verdicts: map[string]string{}, outcomes: map[string]string{}}
	got.complete, got.compliant = r.Attributes["complete"] == true, r.Attributes["compliant"] == true
	for cluster, v := range r.Attributes["verdicts"].(map[string]any) {
		for rule, verdict := range v.(map[string]any) {
			got.verdicts[cluster+" "+rule] = verdict.(string)
		}
	}
	for _, v := range r.Attributes["outcomes"].([]any) {
		if entry := v.(map[string]any); entry["region"] == nil {
			got.outcomes[entry["account_id"].(string)] = entry["outcome"].(string)
		}
	}
	return got, ""
}

// compareReadings says what a run with faults must not differ in from one without.
func compareReadings(s *simulator.Scenario, expected, got reading) (problems []string) {
	for _, a := range s.Accounts[1:] {
		outcome, there := got.outcomes[a.AccountID]
		if !there {
			problems = append(problems, "account "+a.AccountID+" disappeared")
		}
		for _, c := range a.Clusters {
			for _, rule := range []string{public, deletion, network, monitor} {
				want, have := expected.verdicts[c.ClusterID+" "+rule], got.verdicts[c.ClusterID+" "+rule]
				unknown := have == "" || have == "ERROR" || have == "INSUFFICIENT_DATA"
				switch {
				case have == want:
				case outcome == "ok":
					problems = append(problems, fmt.Sprintf("cluster %s, rule %s: %q instead of %q in an account that is ok", c.ClusterID, rule, have, want))
				case !unknown:
					problems = append(problems, fmt.Sprintf("cluster %s, rule %s: the verdict became %q, it was %q", c.ClusterID, rule, have, want))
				}
				if have != want && got.complete {
					problems = append(problems, fmt.Sprintf("complete, although cluster %s, rule %s is %q instead of %q", c.ClusterID, rule, have, want))
				}
			}
		}
	}
	for key := range maps.Keys(got.verdicts) {
		if expected.verdicts[key] == "" {
			problems = append(problems, "a verdict on "+key+", which is not there")
		}
	}
	if got.compliant && (!expected.compliant || !got.complete) {
		problems = append(problems, fmt.Sprintf("compliant is true; complete is %t, and without faults compliant is %t", got.complete, expected.compliant))
	}
	return problems
}
