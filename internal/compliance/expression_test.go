package compliance

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
)

func mustCompile(t testing.TB, text string) *expression {
	t.Helper()
	e, err := compile(text, cel.BoolType, false, map[Source]struct{}{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// A gap in every place where an expression can meet one.
func gappedCluster() *Cluster {
	return with(func(c *Cluster) {
		c.PublicEndpoint = Absent[string](Reason{Kind: Unavailable, Source: SourceDetail, Text: "master_url is empty"})
		c.DeletionProtection = Fact[bool]{}
		c.NodePools = Known([]NodePool{
			{ID: "np-1", Name: "default", TotalNodes: Known[int64](3), CMSEnabled: Known(true)},
			{ID: "np-2", TotalNodes: Known[int64](1)},
		})
	})
}

// unknownExpressions touch a gap of gappedCluster in every way that CEL has.
var unknownExpressions = []string{
	`cluster.deletion_protection`,
	`!cluster.deletion_protection`,
	`cluster.deletion_protection == false`,
	`cluster.deletion_protection != true`,
	`cluster.public_endpoint == ""`,
	`cluster.public_endpoint != ""`,
	`"" == cluster.public_endpoint`,
	`cluster.public_endpoint == cluster.public_endpoint`,
	`[cluster.public_endpoint] == [""]`,
	`[cluster.public_endpoint] != [""]`,
	`{"a": cluster.public_endpoint} == {"a": ""}`,
	`{cluster.public_endpoint: 1} == {"": 1}`,
	`dyn(cluster.public_endpoint) == 1`,
	`cluster.public_endpoint in ["", "x"]`,
	`cluster.public_endpoint in [cluster.name]`,
	`cluster.name in [cluster.public_endpoint]`,
	`cluster.public_endpoint in {"": 1}`,
	`size(cluster.public_endpoint) == 0`,
	`cluster.public_endpoint.size() < 1`,
	`cluster.public_endpoint.startsWith("")`,
	`cluster.public_endpoint.lowerAscii().contains("x")`,
	`cluster.public_endpoint.matches("^$")`,
	`cluster.public_endpoint.find("x") == ""`,
	`cluster.name.contains(cluster.public_endpoint)`,
	`("a" + cluster.public_endpoint) == "a"`,
	`"%s".format([cluster.public_endpoint]) == ""`,
	`isURL(cluster.public_endpoint)`,
	`string(cluster.deletion_protection) == "true"`,
	`cluster.deletion_protection ? true : true`,
	`cluster.deletion_protection ? cluster.name == "prod" : true`,
	`true ? cluster.deletion_protection : true`,
	`(true ? cluster.public_endpoint : "") == ""`,
	`(cluster.deletion_protection ? "" : cluster.name) == ""`,
	`true && cluster.deletion_protection`,
	`cluster.deletion_protection && true`,
	`false || cluster.deletion_protection`,
	`cluster.deletion_protection || cluster.public_endpoint == ""`,
	`cluster.deletion_protection || 1 / 0 == 1`,
	`cluster.node_pools.all(p, p.cms_enabled)`,
	`cluster.node_pools.exists(p, !p.cms_enabled)`,
	`cluster.node_pools.exists_one(p, p.cms_enabled)`,
	`cluster.node_pools.filter(p, p.cms_enabled).size() == 1`,
	`cluster.node_pools.filter(p, !p.cms_enabled).size() == 0`,
	`cluster.node_pools.map(p, p.cms_enabled) == [true, false]`,
	`cluster.node_pools.map(p, p.cms_enabled).size() == 2`,
	`cluster.node_pools.map(p, p.cms_enabled, p.total_nodes).size() == 1`,
	`false in cluster.node_pools.map(p, p.cms_enabled)`,
	`cluster.node_pools.map(p, p).all(p, p.cms_enabled)`,
	`cluster.node_pools.filter(p, true).all(p, p.cms_enabled)`,
	`(cluster.node_pools + cluster.node_pools).all(p, p.cms_enabled)`,
	`[cluster.node_pools[0], cluster.node_pools[1]].all(p, p.cms_enabled)`,
	`[cluster].all(c, c.public_endpoint == "")`,
	`cluster.node_pools.all(p, p.name != "")`,
	`cluster.node_pools[1].cms_enabled`,
	`!cluster.node_pools[1].cms_enabled`,
	`cluster.node_pools[size(cluster.public_endpoint)].cms_enabled`,
	`[1, 2][size(cluster.public_endpoint)] == 1`,
	`cluster.node_pools.all(i, p, p.cms_enabled)`,
	`cluster.node_pools.transformList(i, p, p.cms_enabled).size() == 2`,
	`cluster.node_pools.all(p, cluster.node_pools.all(q, q.cms_enabled || p.cms_enabled))`,
	`["a", "b"].all(x, x != cluster.public_endpoint)`,
	`[cluster.public_endpoint, "b"].isSorted()`,
	`sets.contains([cluster.public_endpoint], ["b"])`,
}

func TestUnknownStaysUnknown(t *testing.T) {
	for _, text := range unknownExpressions {
		v := mustCompile(t, text).eval(gappedCluster())
		if v.err != nil || v.result != nil || len(v.absent) == 0 {
			t.Errorf("%s: want unknown, got %v %v", text, v.result, v.err)
		}
	}
}

func TestDecidedInSpiteOfUnknowns(t *testing.T) {
	for text, want := range map[string]bool{
		`false && cluster.deletion_protection`:                          false,
		`cluster.deletion_protection && false`:                          false,
		`true || cluster.deletion_protection`:                           true,
		`cluster.deletion_protection || true`:                           true,
		`cluster.public_endpoint in []`:                                 false,
		`cluster.node_pools.exists(p, p.cms_enabled)`:                   true,
		`cluster.node_pools.all(p, !p.cms_enabled)`:                     false,
		`cluster.node_pools.all(p, p.total_nodes != 1 || p.id != "")`:   true,
		`cluster.node_pools.size() == 2`:                                true,
		`cluster.node_pools[0].cms_enabled`:                             true,
		`cluster.node_pools.all(p, p.total_nodes < 2 || p.cms_enabled)`: true,
		`true ? true : cluster.deletion_protection`:                     true,
	} {
		v := mustCompile(t, text).eval(gappedCluster())
		if v.result != want {
			t.Errorf("%s: want %v, got %+v", text, want, v)
		}
	}
}

func TestErrorsAreNotResults(t *testing.T) {
	for _, text := range []string{
		`1 / (cluster.node_pools.size() - 2) == 1`,
		`cluster.node_pools[7].cms_enabled`,
		`{"a": 1}[cluster.name] == 1`,
		`int(cluster.name) == 1`,
		`true && 1 / 0 == 1`,
		`cluster.name.matches(cluster.name + "(")`,
	} {
		v := mustCompile(t, text).eval(fullCluster())
		if v.err == nil || v.result != nil {
			t.Errorf("%s: want an error, got %+v", text, v)
		}
	}
}

func TestRefusedExpressions(t *testing.T) {
	for text, want := range map[string]string{
		``:                                                            "empty",
		`cluster.public_endpiont == ""`:                               "undefined field",
		`cluster.node_pools.all(p, p.cms)`:                            "undefined field",
		`clutser.name == ""`:                                          "undeclared reference",
		`cluster.deletion_protection == "true"`:                       "no matching overload",
		`cluster.name`:                                                "yields string; want bool",
		`dyn(true)`:                                                   "yields dyn; want bool",
		`has(cluster.public_endpoint)`:                                "has() is not allowed",
		`!has(cluster.public_endpoint) || true`:                       "has() is not allowed",
		`has({"a": 1}.a)`:                                             "has() is not allowed",
		`cluster.node_pools.all(p, !has(p.id))`:                       "has() is not allowed",
		`cluster.?public_endpoint.orValue("") == ""`:                  "optional",
		`cluster.node_pools[?0].hasValue()`:                           "optional",
		`optional.of(cluster.name).hasValue()`:                        "optional",
		`optional.none().hasValue()`:                                  "optional",
		`[?optional.of(1)].size() == 1`:                               "optional",
		`cluster == cluster`:                                          "whole",
		`cluster.node_pools == cluster.node_pools`:                    "whole",
		`cluster.node_pools != []`:                                    "whole",
		`cluster.node_pools[0] in cluster.node_pools`:                 "whole",
		`dyn(cluster).public_endpoint == ""`:                          "whole",
		`dyn(cluster.node_pools) == []`:                               "whole",
		`type(cluster) == type(cluster)`:                              "whole",
		`"%s".format([cluster]) == ""`:                                "formatting",
		`{"a": cluster}["a"].public_endpoint == ""`:                   "whole",
		`sets.contains(cluster.node_pools, [])`:                       "whole",
		`cluster.node_pools.isSorted()`:                               "",
		`cluster.node_pools.transformMap(i, p, p)[0].cms_enabled`:     "whole",
		`ackguard.Cluster{public_endpoint: ""}.public_endpoint == ""`: "",
		`cluster.node_pools.all(p, cluster.node_pools.all(q, cluster.node_pools.all(r, p.name + q.name + r.name == "")))`: "can cost up to",
		`type(cluster.public_endpoint) == string`:   "can cost up to",
		`["x"].map(x, cluster) == []`:               "whole",
		strings.Repeat("!", maxExpression) + `true`: "bytes long",
	} {
		_, err := compile(text, cel.BoolType, false, map[Source]struct{}{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: want an error with %q, got %v", text, want, err)
		}
	}
}

func TestCostLimitAtRunTime(t *testing.T) {
	// More pools than the estimate assumes, with longer names.
	pools := make([]NodePool, 20000)
	for i := range pools {
		pools[i] = NodePool{ID: strconv.Itoa(i), Name: strings.Repeat("x", 1000)}
	}
	c := with(func(c *Cluster) { c.NodePools = Known(pools) })
	v := mustCompile(t, `cluster.node_pools.all(p, p.name.matches("^x*$"))`).eval(c)
	if v.err == nil || !strings.Contains(v.err.Error(), "cost limit") {
		t.Errorf("want the cost limit, got %+v", v)
	}
}

func TestPresenceInMessages(t *testing.T) {
	sources := map[Source]struct{}{}
	e, err := compile(`(has(cluster.public_endpoint) ? cluster.public_endpoint : "unknown") + `+
		`cluster.node_pools.filter(p, has(p.cms_enabled)).map(p, p.id).join(",") + (has(cluster.name) ? "" : " nameless")`,
		cel.StringType, true, sources)
	if err != nil {
		t.Fatal(err)
	}
	c := gappedCluster()
	c.Name = ""
	if v := e.eval(c); v.result != "unknownnp-1 nameless" || len(v.needs) != 0 {
		t.Errorf("got %+v", v)
	}
	c.PublicEndpoint = Absent[string](Reason{Kind: NotFetched, Source: SourceDetail})
	if v := e.eval(c); v.result != "unknownnp-1 nameless" || len(v.needs) != 1 {
		t.Errorf("what has() did not find fetched is not needed: %+v", v)
	}
	if got := fmt.Sprint(sortSources(sources)); got != "[list detail node_pools]" {
		t.Errorf("sources %s", got)
	}
}

func TestAbsentFactsAreNamed(t *testing.T) {
	c := gappedCluster()
	pools, _ := c.NodePools.Get()
	pools[0].ID, pools[0].CMSEnabled = "", Absent[bool](Reason{Kind: Failed, Source: SourceNodePools, Text: "Throttling"})
	v := mustCompile(t, `cluster.node_pools.all(p, p.cms_enabled) && cluster.public_endpoint == ""`).eval(c)
	got := map[string]Reason{}
	for _, a := range v.absent {
		got[a.Path] = a.Reason
	}
	want := map[string]Reason{
		`node_pools[0].cms_enabled`:      {Failed, SourceNodePools, "Throttling"},
		`node_pools["np-2"].cms_enabled`: {Unavailable, "", "not provided"},
		`public_endpoint`:                {Unavailable, SourceDetail, "master_url is empty"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("want %v, got %v", want, got)
	}
}
