package compliance

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

func TestZeroFactIsAbsent(t *testing.T) {
	var f Fact[bool]
	if v, ok := f.Get(); ok || v || f.Known() || f.Reason() != (Reason{Unavailable, "", "not provided"}) {
		t.Errorf("got %+v", f)
	}
	if k := Known(false); !k.Known() || k.Reason() != (Reason{}) {
		t.Errorf("got %+v", k)
	}
	for in, want := range map[Reason]Reason{
		{}:                               {Unavailable, "", "not provided"},
		{Kind: "typo"}:                   {Unavailable, "", "not provided"},
		{Kind: NotFetched, Source: "x"}:  {NotFetched, "x", "not fetched yet"},
		{Kind: Failed}:                   {Failed, "", "the call failed"},
		{Kind: Failed, Text: "Throttle"}: {Failed, "", "Throttle"},
	} {
		if got := Absent[int64](in).Reason(); got != want {
			t.Errorf("%+v: want %+v, got %+v", in, want, got)
		}
	}
}

func TestZeroClusterPassesNothing(t *testing.T) {
	for _, r := range loadT(t).Rules() {
		if got := Evaluate(r, &Cluster{}); got.Verdict != InsufficientData || got.Message == "" || len(got.Needs) != 0 {
			t.Errorf("%s: got %+v", r.ID, got)
		}
	}
}

func TestUnfetchedAndSettle(t *testing.T) {
	c := Unfetched()
	forEachFact(&c, func(f *field, fact settableFact) {
		if _, why, known := fact.read(); known || why.Kind != NotFetched || why.Source != f.sources[0] {
			t.Errorf("%s: %+v", f.name, why)
		}
	})
	c.NodePools = Known([]NodePool{{ID: "np-1", CMSEnabled: Absent[bool](Reason{Kind: NotFetched, Source: SourceNodePools})}})
	before := c
	c.Settle(SourceNodePools, Reason{Kind: Failed, Text: "Throttling"})
	pools, _ := c.NodePools.Get()
	if got := pools[0].CMSEnabled.Reason(); got != (Reason{Failed, SourceNodePools, "Throttling"}) {
		t.Errorf("got %+v", got)
	}
	if pools, _ := before.NodePools.Get(); pools[0].CMSEnabled.Reason().Kind != NotFetched {
		t.Error("Settle wrote to the node pools of another cluster")
	}
	c.Settle(SourceList, Reason{Kind: NotFetched})
	if got := c.ClusterType.Reason(); got.Kind != Unavailable || got.Source != SourceList {
		t.Errorf("a settled fact waits for its source again: %+v", got)
	}
	if got := c.PublicEndpoint.Reason().Kind; got != NotFetched {
		t.Errorf("a fact of another source was settled: %s", got)
	}
	c.Settle(SourceDetail, Reason{Kind: NotFetched, Source: SourceAddons})
	if got := c.NetworkPlugin.Reason(); got.Kind != NotFetched || got.Source != SourceAddons {
		t.Errorf("a fact was not sent on to the next source: %+v", got)
	}
}

func TestFactDocs(t *testing.T) {
	docs := FactDocs()
	want := clusterObject.goType.NumField() + nodePoolObject.goType.NumField()
	if len(docs) != want {
		t.Errorf("want %d, got %d", want, len(docs))
	}
	for _, d := range docs {
		if d.Doc == "" || d.From == "" || len(d.Sources) == 0 {
			t.Errorf("%+v", d)
		}
		for _, s := range d.Sources {
			if !slices.Contains(Sources(), s) {
				t.Errorf("%s: source %q", d.Path, s)
			}
		}
	}
	last := docs[len(docs)-1]
	if last.Path != "cluster.node_pools[].cms_enabled" || last.Type != "bool" || fmt.Sprint(last.Sources) != "[node_pools]" {
		t.Errorf("got %+v", last)
	}
}

func TestSchemaRefusesMistakes(t *testing.T) {
	type plain struct {
		N int `cel:"n" source:"list" from:"x" doc:"x"`
	}
	type untyped struct {
		N Fact[float64] `cel:"n" source:"list" from:"x" doc:"x"`
	}
	type undocumented struct {
		N Fact[bool] `cel:"n" source:"list" from:"x"`
	}
	type twice struct {
		N Fact[bool] `cel:"n" source:"list" from:"x" doc:"x"`
		M Fact[bool] `cel:"n" source:"list" from:"x" doc:"x"`
	}
	type sourceless struct {
		N Fact[bool] `cel:"n" from:"x" doc:"x"`
	}
	for _, v := range []any{plain{}, untyped{}, undocumented{}, twice{}, sourceless{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T was accepted", v)
				}
			}()
			mustObject(reflect.TypeOf(v))
		}()
	}
}

func TestWholeObjectsHaveNoValue(t *testing.T) {
	v := newReading(false).cluster(fullCluster())
	if _, err := v.ConvertToNative(reflect.TypeFor[string]()); err == nil {
		t.Error("converted")
	}
	if got := v.Equal(v); got.Type().TypeName() != "error" {
		t.Errorf("compared: %v", got)
	}
	if got := v.ConvertToType(v.Type()); got.Type().TypeName() != "error" {
		t.Errorf("converted: %v", got)
	}
}

func TestSources_call(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Sources() {
		if s.Call() == "" || seen[s.Call()] {
			t.Errorf("source %s has no call of its own: %q", s, s.Call())
		}
		seen[s.Call()] = true
	}
}
