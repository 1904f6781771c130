package simulator

import (
	"runtime"
	"strconv"
	"testing"
)

// manyResults is an account group with rules over a fleet in which every cluster has an endpoint of its own.
func manyResults(rules, clusters int) *Scenario {
	s := fleetScenario(clusters)
	for i := range s.Accounts[1].Clusters {
		s.Accounts[1].Clusters[i].MasterURL.APIServerEndpoint = new("https://203.0.113.7:" + strconv.Itoa(i+1))
	}
	group := Aggregator{AggregatorID: "ca-all", AggregatorName: "all", Description: "everything", AggregatorType: "RD"}
	for i := range rules {
		group.Rules = append(group.Rules, ConfigRule{
			ConfigRuleID: "cr-" + strconv.Itoa(i), ConfigRuleName: strconv.Itoa(i), SourceIdentifier: managedRules[i%len(managedRules)].Identifier, RiskLevel: 1, ConfigRuleTriggerTypes: triggerChange,
		})
	}
	s.Accounts[0].CloudConfig = &CloudConfig{Aggregators: []Aggregator{group}}
	s.Accounts[1].CloudConfig = &CloudConfig{}
	return s
}

// BenchmarkConfigResults: 200 rules over 2,000 clusters have 400,000 results; bytes/result is the heap that they take.
func BenchmarkConfigResults(b *testing.B) {
	const rules, clusters = 200, 2000
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	s := manyResults(rules, clusters)
	var cloud *Cloud
	for b.Loop() {
		before := heap()
		c, err := New(s, Options{})
		if err != nil {
			b.Fatal(err)
		}
		cloud = c
		b.ReportMetric((heap()-before)/(rules*clusters), "bytes/result")
	}
	if got := len(cloud.ConfigResults("cr-0")); got != clusters {
		b.Fatalf("%d results, want %d", got, clusters)
	}
}

// TestResultsAreLazy: an evaluation finds no verdict before somebody asks, and what was found does not depend on when.
func TestResultsAreLazy(t *testing.T) {
	cloud, _ := startCloud(t, manyResults(2, 20))
	found := func() (n int) {
		for _, r := range cloud.config.rules {
			for i := range r.results {
				if r.results[i].kind != "" {
					n++
				}
			}
		}
		return n
	}
	if n := found(); n != 0 {
		t.Errorf("%d verdicts were found before anybody asked", n)
	}
	late, _ := startCloud(t, manyResults(2, 20))
	if early := cloud.ConfigResults("cr-0"); len(early) != 20 || found() != 20 {
		t.Errorf("%d verdicts of %d are known", found(), len(early))
	}
	for _, c := range []*Cloud{cloud, late} {
		if err := c.UpdateCluster(clusterID("3"), func(c *Cluster) { c.MasterURL.APIServerEndpoint = nil }); err != nil {
			t.Fatal(err)
		}
	}
	for i, one := range late.ConfigResults("cr-0") {
		same := cloud.ConfigResults("cr-0")[i]
		if want := one.ClusterID == clusterID("3"); one.ComplianceType != same.ComplianceType || (one.ComplianceType == "COMPLIANT") != want {
			t.Error(one, same)
		}
	}
	// Nobody had asked, and still it is known that the cluster was non-compliant.
	if at := late.config.rules[0].resultOf(clusterID("3")).lastBad(); at.IsZero() {
		t.Error("an earlier verdict is lost")
	}
}
