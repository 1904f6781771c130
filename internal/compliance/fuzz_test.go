package compliance

import (
	"math/rand/v2"
	"path"
	"reflect"
	"slices"
	"testing"

	"github.com/google/cel-go/cel"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/catalog"
)

// FuzzParseRule: whatever a rule file holds, it is refused or it works; it never panics and never hangs.
func FuzzParseRule(f *testing.F) {
	entries, err := catalog.Files.ReadDir("cluster")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		data, err := catalog.Files.ReadFile(path.Join("cluster", e.Name()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(minimalRule))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRule(data)
		if err != nil {
			if r != nil {
				t.Error("a rule and an error")
			}
			return
		}
		_ = r.Verify()
		for _, c := range []*Cluster{{}, fullCluster(), gappedCluster()} {
			res := Evaluate(r, c)
			if !slices.Contains(verdicts, res.Verdict) || res.Verdict == Ignored {
				t.Errorf("verdict %q", res.Verdict)
			}
			if (res.Verdict == Compliant || res.Verdict == NotApplicable) != (res.Message == "") {
				t.Errorf("%s: message %q", res.Verdict, res.Message)
			}
		}
	})
}

// FuzzCompile: no expression that compiles, however odd, can be led to another result by facts that are missing.
func FuzzCompile(f *testing.F) {
	for i, text := range unknownExpressions {
		f.Add(text, uint64(i))
	}
	for _, r := range loadT(f).Rules() {
		f.Add(r.Applies, uint64(1))
		f.Add(r.Compliant, uint64(2))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		e, err := compile(text, cel.BoolType, false, map[Source]struct{}{})
		if err != nil {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 3))
		for range 4 {
			full := randomCluster(rng)
			gapped := clone(full)
			for _, s := range slots(gapped) {
				if rng.IntN(2) == 0 {
					s.remove(reasons()[rng.IntN(4)])
				}
			}
			before, after := e.eval(full), e.eval(gapped)
			if after.result != nil && after.result != before.result {
				t.Errorf("%v became %v", before, after)
			}
			if after.result == nil && after.err == nil && len(after.absent) == 0 {
				t.Errorf("neither a result nor what is in the way: %+v", after)
			}
		}
	})
}

// FuzzEvaluate: a cluster with gaps is judged as it would be with any values in the gaps, or not at all.
func FuzzEvaluate(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, seed*7919)
	}
	f.Fuzz(func(t *testing.T, cluster, gaps uint64) {
		rng := rand.New(rand.NewPCG(cluster, 1))
		full := randomCluster(rng)
		// Words at random are seldom a type of cluster that matters.
		full.ClusterType = Known([]string{"Kubernetes", "ManagedKubernetes", "ExternalKubernetes", "Ask", ""}[rng.IntN(5)])
		full.Profile = Known([]string{"Default", "Serverless", "acs", "Edge", ""}[rng.IntN(5)])
		rng = rand.New(rand.NewPCG(gaps, 2))
		gapped, kinds := clone(full), map[ReasonKind]bool{}
		for _, s := range slots(gapped) {
			if rng.IntN(3) == 0 {
				why := reasons()[rng.IntN(4)]
				s.remove(why)
				kinds[why.normalized().Kind] = true
			}
		}
		for _, r := range loadT(t).Rules() {
			before, after := Evaluate(r, full), Evaluate(r, gapped)
			if !before.Verdict.Decided() && full.Name != "" && len(before.Absent) == 0 {
				t.Errorf("%s: with every fact: %+v", r.ID, before)
			}
			if err := checkRemoval(r, before, after, "some", kinds); err != nil {
				t.Error(err)
			}
			if again := Evaluate(r, gapped); !reflect.DeepEqual(again, after) {
				t.Errorf("%s: want %+v again, got %+v", r.ID, after, again)
			}
		}
	})
}

func BenchmarkCompileCatalogue(b *testing.B) {
	for b.Loop() {
		if _, err := ReadSet(catalog.Files, "cluster", ParseRule); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	c := fullCluster()
	for _, r := range loadT(b).Rules() {
		b.Run(r.ID, func(b *testing.B) {
			for b.Loop() {
				Evaluate(r, c)
			}
		})
	}
}
