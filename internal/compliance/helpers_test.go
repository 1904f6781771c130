package compliance

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func loadT(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seeded returns a generator with a fresh seed, and prints the seed when the test fails.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// clone copies what slots may change.
func clone(c *Cluster) *Cluster {
	out := *c
	if pools, ok := c.NodePools.Get(); ok {
		out.NodePools = Known(slices.Clone(pools))
	}
	return &out
}

// slot is one fact of a cluster, inside list elements too.
type slot struct {
	path   string
	remove func(Reason)
}

// slots lists the known facts and identities of c. Those of the elements come before the list that holds them.
func slots(c *Cluster) []slot {
	var out []slot
	identity := func(path string, p *string) {
		if *p != "" {
			out = append(out, slot{path, func(Reason) { *p = "" }})
		}
	}
	add := func(prefix string) func(*field, settableFact) {
		return func(f *field, fact settableFact) {
			if _, _, known := fact.read(); known {
				out = append(out, slot{prefix + f.name, fact.setAbsent})
			}
		}
	}
	if pools, ok := c.NodePools.Get(); ok {
		for i := range pools {
			identity("node_pool.id", &pools[i].ID)
			identity("node_pool.name", &pools[i].Name)
			forEachFact(&pools[i], add("node_pool."))
		}
	}
	identity("name", &c.Name)
	forEachFact(c, add(""))
	return out
}

func reasons() []Reason {
	return []Reason{
		{},
		{Kind: Unavailable, Source: SourceDetail, Text: "the field is missing"},
		{Kind: Failed, Source: SourceDetail, Text: "Forbidden.RAM: no permission"},
		{Kind: NotFetched, Source: SourceNodePools},
	}
}

// fullCluster has every fact.
func fullCluster() *Cluster {
	return &Cluster{
		AccountID: "100000000000001", Region: "cn-hangzhou", ClusterID: "c1", Name: "prod",
		ClusterType: Known("ManagedKubernetes"), Profile: Known("Default"), ClusterSpec: Known("ack.pro.small"),
		State: Known("running"), CurrentVersion: Known("1.34.1-aliyun.1"), DeletionProtection: Known(true),
		PublicEndpoint: Known(""), NetworkPlugin: Known("terway-eniip"), ControlPlaneMonitor: Known(true),
		NodePools: Known([]NodePool{
			{ID: "np-1", Name: "default", TotalNodes: Known[int64](3), CMSEnabled: Known(true)},
			{ID: "np-2", Name: "gpu", TotalNodes: Known[int64](1), CMSEnabled: Known(false)},
		}),
	}
}

// with returns the full cluster with a change.
func with(change func(*Cluster)) *Cluster {
	c := fullCluster()
	change(c)
	return c
}

// fetch is a cloud that holds truth: it fills in what c waits for from source, and settles the rest.
func fetch(t testing.TB, c, truth *Cluster, source Source) {
	t.Helper()
	known := map[string]factReader{}
	forEachFact(truth, func(f *field, fact settableFact) { known[f.name] = fact })
	forEachFact(c, func(f *field, fact settableFact) {
		_, why, ok := fact.read()
		if ok || why.Kind != NotFetched || why.Source != source {
			return
		}
		switch from := known[f.name].(type) {
		case *Fact[string]:
			*fact.(*Fact[string]) = *from
		case *Fact[bool]:
			*fact.(*Fact[bool]) = *from
		case *Fact[[]NodePool]:
			*fact.(*Fact[[]NodePool]) = *from
		default:
			t.Fatalf("a fact of type %T", from)
		}
	})
	c.Settle(source, Reason{Kind: Unavailable, Text: "not in the answer"})
}

func countOf(c Counts) map[Verdict]int {
	out := maps.Clone(c)
	maps.DeleteFunc(out, func(_ Verdict, n int) bool { return n == 0 })
	return out
}
