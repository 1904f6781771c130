package compliance

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	endpoint = "ack-cluster-public-endpoint-check"
	deletion = "ack-cluster-deletion-protection-enabled"
	terway   = "ack-cluster-network-type-check"
	monitor  = "ack-cluster-node-monitorenabled"
)

func TestVerdictMatrix(t *testing.T) {
	pool := func(nodes int64, cms ...bool) NodePool {
		p := NodePool{ID: fmt.Sprintf("np-%d-%v", nodes, cms), TotalNodes: Known(nodes)}
		if len(cms) > 0 {
			p.CMSEnabled = Known(cms[0])
		}
		return p
	}
	pools := func(p ...NodePool) func(*Cluster) { return func(c *Cluster) { c.NodePools = Known(p) } }
	of := func(clusterType, profile string, more ...func(*Cluster)) *Cluster {
		return with(func(c *Cluster) {
			c.ClusterType = Known(clusterType)
			c.Profile = Known(profile)
			// What would be a violation if the rule applied.
			c.PublicEndpoint, c.DeletionProtection, c.NetworkPlugin = Known("https://203.0.113.7:6443"), Known(false), Known("flannel")
			for _, change := range more {
				change(c)
			}
		})
	}
	nothing := func(clusterType, state string) *Cluster {
		return &Cluster{ClusterType: Known(clusterType), Profile: Known("Default"), State: Known(state)}
	}
	control := func(on bool) func(*Cluster) { return func(c *Cluster) { c.ControlPlaneMonitor = Known(on) } }
	controlAbsent := func(c *Cluster) { c.ControlPlaneMonitor = Fact[bool]{} }
	bad := [3]Verdict{NonCompliant, NonCompliant, NonCompliant}
	serverless := [3]Verdict{NonCompliant, NonCompliant, NotApplicable}
	none := [3]Verdict{NotApplicable, NotApplicable, NotApplicable}
	lacking := [3]Verdict{InsufficientData, InsufficientData, InsufficientData}
	for _, c := range []struct {
		name    string
		cluster *Cluster
		want    [3]Verdict // Of endpoint, deletion and terway.
		monitor Verdict
	}{
		{"managed", of("ManagedKubernetes", "Default"), bad, NonCompliant},
		{"edge", of("ManagedKubernetes", "Edge"), bad, NonCompliant},
		{"lingjun", of("ManagedKubernetes", "Lingjun"), bad, NonCompliant},
		{"registered", of("ExternalKubernetes", "Default"), none, NotApplicable},
		{"registered, nothing read", nothing("ExternalKubernetes", "running"), none, NotApplicable},
		{"registered, no profile", &Cluster{ClusterType: Known("ExternalKubernetes")}, none, NotApplicable},
		{"serverless", of("ManagedKubernetes", "Serverless"), serverless, NotApplicable},
		{"serverless in lower case", of("ManagedKubernetes", "serverless"), serverless, NotApplicable},
		{"ACS", of("ManagedKubernetes", "Acs"), serverless, NotApplicable},
		{"ACS in capitals", of("ManagedKubernetes", "ACS"), serverless, NotApplicable},
		{"Ask", of("Ask", ""), serverless, NotApplicable},
		{"no pool", of("ManagedKubernetes", "Default", pools()), bad, NotApplicable},
		{"empty pools", of("ManagedKubernetes", "Default", pools(pool(0, false), pool(0))), bad, NotApplicable},
		{"agent everywhere", of("ManagedKubernetes", "Default", pools(pool(1, true), pool(0))), bad, Compliant},
		{"agent unread", of("ManagedKubernetes", "Default", pools(pool(1, true), pool(2))), bad, InsufficientData},
		{"agent unread, another without", of("ManagedKubernetes", "Default", pools(pool(1), pool(2, false))), bad, NonCompliant},
		{"agent unread, an empty one without", of("ManagedKubernetes", "Default", pools(pool(1), pool(0, false))), bad, InsufficientData},
		{"dedicated, all", of("Kubernetes", "Default", pools(pool(1, true)), control(true)), bad, Compliant},
		{"dedicated, control plane without", of("Kubernetes", "Default", pools(pool(1, true)), control(false)), bad, NonCompliant},
		{"dedicated, control plane unread", of("Kubernetes", "Default", pools(pool(1, true)), controlAbsent), bad, InsufficientData},
		{"dedicated, control plane unread, a pool without", of("Kubernetes", "Default", pools(pool(1, false)), controlAbsent), bad, NonCompliant},
		{"dedicated, no pool", of("Kubernetes", "Default", pools(), control(true)), bad, Compliant},
		{"dedicated, empty pools", of("Kubernetes", "Default", pools(pool(0, false)), control(false)), bad, NonCompliant},
		{"initial", nothing("ManagedKubernetes", "initial"), lacking, InsufficientData},
		{"failed", nothing("ManagedKubernetes", "failed"), lacking, InsufficientData},
		{"dedicated, initial", nothing("Kubernetes", "initial"), lacking, InsufficientData},
	} {
		want := map[string]Verdict{endpoint: c.want[0], deletion: c.want[1], terway: c.want[2], monitor: c.monitor}
		for _, r := range loadT(t).Rules() {
			if got := Evaluate(r, c.cluster); got.Verdict != want[r.ID] {
				t.Errorf("%s: %s: want %s, got %s (%s)", c.name, r.ID, want[r.ID], got.Verdict, got.Message)
			}
		}
	}
}

// checkRemoval is the promise of the engine: without some facts, a verdict stays or is no verdict.
func checkRemoval(r *Rule, before, after Result, what string, kinds map[ReasonKind]bool) error {
	if after.Verdict == before.Verdict {
		return nil
	}
	if after.Verdict.Decided() {
		return fmt.Errorf("%s: without %s: %s became %s", r.ID, what, before.Verdict, after.Verdict)
	}
	if after.Verdict == Error && !kinds[Failed] {
		return fmt.Errorf("%s: without %s: ERROR though no call failed: %s", r.ID, what, after.Message)
	}
	if after.Message == "" || len(after.Absent) == 0 {
		return fmt.Errorf("%s: without %s: %s does not say what is missing", r.ID, what, after.Verdict)
	}
	return nil
}

func TestRemovedFactsNeverChangeAVerdict(t *testing.T) {
	rng := seeded(t)
	for _, r := range loadT(t).Rules() {
		for _, c := range r.Tests {
			before := Evaluate(r, &c.Cluster)
			for i := range slots(clone(&c.Cluster)) {
				for _, why := range reasons() {
					changed := clone(&c.Cluster)
					s := slots(changed)[i]
					s.remove(why)
					kinds := map[ReasonKind]bool{why.normalized().Kind: true}
					if err := checkRemoval(r, before, Evaluate(r, changed), s.path, kinds); err != nil {
						t.Errorf("case %q: %v", c.Name, err)
					}
				}
			}
			for range 200 {
				changed := clone(&c.Cluster)
				var removed []string
				kinds := map[ReasonKind]bool{}
				for _, s := range slots(changed) {
					if rng.IntN(3) == 0 {
						why := reasons()[rng.IntN(4)]
						s.remove(why)
						removed = append(removed, s.path)
						kinds[why.normalized().Kind] = true
					}
				}
				if err := checkRemoval(r, before, Evaluate(r, changed), strings.Join(removed, ", "), kinds); err != nil {
					t.Errorf("case %q: %v", c.Name, err)
				}
			}
		}
	}
}

// The four rules use a small part of CEL; expressions at random use more of it.
func TestRemovedFactsNeverChangeARandomExpression(t *testing.T) {
	rng := seeded(t)
	for range 400 {
		text := randomBool(rng, 4, false)
		e := mustCompile(t, text)
		for range 20 {
			full := randomCluster(rng)
			before := e.eval(full)
			changed := clone(full)
			var removed []string
			for _, s := range slots(changed) {
				if rng.IntN(3) == 0 {
					s.remove(reasons()[rng.IntN(4)])
					removed = append(removed, s.path)
				}
			}
			after := e.eval(changed)
			if after.result != nil && after.result != before.result {
				t.Errorf("%s\nwithout %v: %v became %v", text, removed, before.result, after.result)
			}
			if after.result == nil && after.err == nil && len(after.absent) == 0 {
				t.Errorf("%s: neither result, error nor absent facts", text)
			}
		}
	}
}

func randomCluster(rng *rand.Rand) *Cluster {
	word := func() string { return []string{"", "a", "terway-eniip", "Default"}[rng.IntN(4)] }
	c := &Cluster{
		AccountID: word(), Region: word(), ClusterID: word(), Name: word(), ClusterType: Known(word()), Profile: Known(word()),
		ClusterSpec: Known(word()), State: Known(word()), CurrentVersion: Known(word()), DeletionProtection: Known(rng.IntN(2) == 0),
		PublicEndpoint: Known(word()), NetworkPlugin: Known(word()), ControlPlaneMonitor: Known(rng.IntN(2) == 0),
	}
	pools := make([]NodePool, rng.IntN(4))
	for i := range pools {
		pools[i] = NodePool{ID: word(), Name: word(), TotalNodes: Known(rng.Int64N(3)), CMSEnabled: Known(rng.IntN(2) == 0)}
	}
	c.NodePools = Known(pools)
	return c
}

func randomBool(rng *rand.Rand, depth int, inPool bool) string {
	sub := func() string { return randomBool(rng, depth-1, inPool) }
	str := func() string {
		choices := []string{`cluster.public_endpoint`, `cluster.name`, `cluster.profile.lowerAscii()`, `"a"`, `""`,
			`(cluster.state + "-" + cluster.network_plugin)`, `(cluster.deletion_protection ? cluster.state : "a")`}
		if inPool {
			choices = append(choices, `p.name`, `p.id`)
		}
		return choices[rng.IntN(len(choices))]
	}
	number := func() string {
		choices := []string{`0`, `1`, `2`, `size(cluster.node_pools)`, `size(cluster.public_endpoint)`}
		if inPool {
			choices = append(choices, `p.total_nodes`, `(6 / p.total_nodes)`)
		}
		return choices[rng.IntN(len(choices))]
	}
	if depth == 0 {
		choices := []string{
			`cluster.deletion_protection`, `cluster.control_plane_monitor`,
			str() + ` == ` + str(), str() + ` != ` + str(), str() + ` in ["", "a"]`, str() + ` in [` + str() + `]`,
			str() + `.startsWith(` + str() + `)`, str() + `.matches("^a")`, number() + ` > ` + number(), number() + ` == ` + number(),
			`[` + str() + `, ` + str() + `] == [` + str() + `, "a"]`, `{"k": ` + number() + `}["k"] <= 1`,
			`cluster.node_pools[` + number() + `].cms_enabled`,
		}
		if inPool {
			choices = append(choices, `p.cms_enabled`, `p.cms_enabled`, `!p.cms_enabled`)
		}
		return choices[rng.IntN(len(choices))]
	}
	kinds := 10
	if inPool {
		kinds = 4
	}
	pool := func() string { return randomBool(rng, min(depth-1, 2), true) }
	switch rng.IntN(kinds) {
	case 0:
		return `(` + sub() + ` && ` + sub() + `)`
	case 1:
		return `(` + sub() + ` || ` + sub() + `)`
	case 2:
		return `!(` + sub() + `)`
	case 3:
		return `((` + sub() + `) ? (` + sub() + `) : (` + sub() + `))`
	case 4:
		return `cluster.node_pools.all(p, ` + pool() + `)`
	case 5:
		return `cluster.node_pools.exists(p, ` + pool() + `)`
	case 6:
		return `cluster.node_pools.exists_one(p, ` + pool() + `)`
	case 7:
		return `cluster.node_pools.filter(p, ` + pool() + `).size() == ` + number()
	case 8:
		return `cluster.node_pools.filter(p, ` + pool() + `).all(p, ` + pool() + `)`
	default:
		return `(` + sub() + `) in cluster.node_pools.map(p, ` + pool() + `)`
	}
}

func TestDemandDrivenReachesTheSameResult(t *testing.T) {
	rng := seeded(t)
	for _, r := range loadT(t).Rules() {
		for _, c := range r.Tests {
			want := Evaluate(r, &c.Cluster)
			for range 30 {
				have := Unfetched()
				have.AccountID, have.Region, have.ClusterID, have.Name = c.Cluster.AccountID, c.Cluster.Region, c.Cluster.ClusterID, c.Cluster.Name
				asked := map[Source]bool{}
				got := Evaluate(r, &have)
				for len(got.Needs) > 0 {
					source := got.Needs[rng.IntN(len(got.Needs))]
					if asked[source] || !slices.Contains(r.Sources(), source) {
						t.Fatalf("%s: case %q: %s is needed again, or not among %v", r.ID, c.Name, source, r.Sources())
					}
					asked[source] = true
					fetch(t, &have, &c.Cluster, source)
					next := Evaluate(r, &have)
					if got.Verdict.Decided() && next.Verdict != got.Verdict {
						t.Fatalf("%s: case %q: %s became %s", r.ID, c.Name, got.Verdict, next.Verdict)
					}
					got = next
				}
				if got.Verdict != want.Verdict || (got.Verdict.Decided() && got.Message != want.Message) {
					t.Errorf("%s: case %q: want %s (%s), got %s (%s)", r.ID, c.Name, want.Verdict, want.Message, got.Verdict, got.Message)
				}
			}
		}
	}
}

func TestNoCallForWhatTheListTells(t *testing.T) {
	registered := Unfetched()
	registered.ClusterType = Known("ExternalKubernetes")
	serverless := Unfetched()
	serverless.ClusterType, serverless.Profile = Known("ManagedKubernetes"), Known("Serverless")
	managed := Unfetched()
	managed.ClusterType, managed.Profile, managed.DeletionProtection = Known("ManagedKubernetes"), Known("Default"), Known(true)
	dedicated := Unfetched()
	dedicated.ClusterType = Known("Kubernetes")
	for _, c := range []struct {
		name    string
		cluster Cluster
		want    map[string]string
	}{
		{"nothing", Unfetched(), map[string]string{endpoint: "[list]", deletion: "[list]", terway: "[list]", monitor: "[list node_pools]"}},
		{"registered", registered, map[string]string{endpoint: "[]", deletion: "[]", terway: "[]", monitor: "[]"}},
		{"serverless", serverless, map[string]string{endpoint: "[detail]", deletion: "[list]", terway: "[]", monitor: "[]"}},
		{"managed", managed, map[string]string{endpoint: "[detail]", deletion: "[]", terway: "[detail]", monitor: "[node_pools]"}},
		{"dedicated", dedicated, map[string]string{endpoint: "[detail]", deletion: "[list]", terway: "[detail]", monitor: "[detail node_pools]"}},
	} {
		for _, r := range loadT(t).Rules() {
			if got := fmt.Sprint(Evaluate(r, &c.cluster).Needs); got != c.want[r.ID] {
				t.Errorf("%s: %s: want %s, got %s", c.name, r.ID, c.want[r.ID], got)
			}
		}
	}
}

func ruleT(t testing.TB, replace ...string) *Rule {
	t.Helper()
	r, err := ParseRule([]byte(strings.NewReplacer(replace...).Replace(minimalRule)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEvaluateMessages(t *testing.T) {
	failed := Reason{Kind: Failed, Source: SourceDetail, Text: "Forbidden.RAM:\x1b[31m no\npermission"}
	open := with(func(c *Cluster) { c.PublicEndpoint = Known("a\x00b\u2028c") })
	long := with(func(c *Cluster) { c.PublicEndpoint = Known(strings.Repeat("界", 5000)) })
	many := with(func(c *Cluster) { c.NodePools = Known(make([]NodePool, 9)) })
	const compliantText = `cluster.public_endpoint == ""`
	for _, c := range []struct {
		name    string
		rule    *Rule
		cluster *Cluster
		verdict Verdict
		want    string
	}{
		{"failed call", ruleT(t), with(func(c *Cluster) { c.PublicEndpoint = Absent[string](failed) }), Error,
			"public_endpoint could not be read: Forbidden.RAM: [31m no permission"},
		{"control characters", ruleT(t), open, NonCompliant, "open at a b c"},
		{"long", ruleT(t), long, NonCompliant, "open at " + strings.Repeat("界", maxMessage-9) + "…"},
		{"broken message", ruleT(t, `'"open at " + cluster.public_endpoint'`, `string(1 / (size(cluster.node_pools) - 2))`), open, NonCompliant,
			"t: not so; the rule's message failed: division by zero"},
		{"empty message", ruleT(t, `'"open at " + cluster.public_endpoint'`, `"' '"`), open, NonCompliant, "t: not so"},
		{"message without its fact", ruleT(t, `"open at " + cluster.public_endpoint`, `"at " + cluster.region`),
			with(func(c *Cluster) { c.PublicEndpoint, c.Region = Known("x"), "" }), NonCompliant, "t: not so; region is not known: not provided"},
		{"broken expression", ruleT(t, compliantText, `1 / (size(cluster.node_pools) - 2) == 1`), open, Error,
			`the expression "compliant" of the rule failed: division by zero`},
		{"broken applies", ruleT(t, `cluster.cluster_type != "ExternalKubernetes"`, `cluster.node_pools[5].cms_enabled`), open, Error,
			`the expression "applies" of the rule failed: index out of bounds: 5`},
		{"many", ruleT(t, compliantText, `cluster.node_pools.all(p, p.cms_enabled)`), many, InsufficientData, "; and 4 more"},
	} {
		got := Evaluate(c.rule, c.cluster)
		if got.Verdict != c.verdict || !strings.Contains(got.Message, c.want) {
			t.Errorf("%s: want %s %q, got %s %q", c.name, c.verdict, c.want, got.Verdict, got.Message)
		}
	}
}

func TestEvaluateOfMixedReasons(t *testing.T) {
	r := ruleT(t, `cluster.public_endpoint == ""`, `cluster.public_endpoint == "" && cluster.deletion_protection && cluster.control_plane_monitor`)
	c := with(func(c *Cluster) {
		c.PublicEndpoint = Absent[string](Reason{Kind: NotFetched, Source: SourceDetail})
		c.DeletionProtection = Absent[bool](Reason{Kind: Failed, Source: SourceList, Text: "Throttling"})
		c.ControlPlaneMonitor = Absent[bool](Reason{Kind: NotFetched, Source: "elsewhere"})
	})
	got := Evaluate(r, c)
	if got.Verdict != Error || fmt.Sprint(got.Needs) != "[detail]" || len(got.Absent) != 3 || got.Absent[0].Path != "control_plane_monitor" {
		t.Errorf("got %+v", got)
	}
	c.PublicEndpoint = Known("x")
	if got := Evaluate(r, c); got.Verdict != NonCompliant || got.Absent != nil {
		t.Errorf("got %+v", got)
	}
}

func TestEvaluateConcurrently(t *testing.T) {
	rules, c := loadT(t).Rules(), gappedCluster()
	var want []Result
	for _, r := range rules {
		want = append(want, Evaluate(r, c))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				for i, r := range rules {
					if got := Evaluate(r, c); !reflect.DeepEqual(got, want[i]) {
						t.Errorf("%s: want %+v, got %+v", r.ID, want[i], got)
					}
				}
			}
		})
	}
	wg.Wait()
}
