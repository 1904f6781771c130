package workload

import (
	"maps"
	"testing"

	"github.com/google/cel-go/common/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// An expression sees what it can of a list with holes, and of nothing else does it make up a value.
func TestHoles(t *testing.T) {
	t.Parallel()
	hole := []any{"a", Unknown}
	for _, c := range []struct {
		name, text string
		container  map[string]any
		want       any // Unknown where no value may come out.
		partly     bool
	}{
		{"has of a hole", `has(container.x)`, map[string]any{"x": Unknown}, Unknown, true},
		{"has beside a hole", `has(container.y)`, map[string]any{"x": Unknown}, false, true},
		{"has of what has a hole", `has(container.x)`, map[string]any{"x": map[string]any{"y": Unknown}}, true, true},
		{"has below a hole", `has(container.x.y)`, map[string]any{"x": Unknown}, Unknown, true},
		{"optional select of a hole", `container.?x.orValue(1) == 1`, map[string]any{"x": Unknown}, Unknown, true},
		{"optional select below a hole", `container.?x.?y.orValue(1) == 1`, map[string]any{"x": Unknown}, Unknown, true},
		{"optional select beside a hole", `container.?x.?y.orValue(1) == 1`, map[string]any{"x": map[string]any{"z": Unknown}}, true, true},
		{"in, found", `"a" in container.x`, map[string]any{"x": hole}, true, true},
		{"in, not found", `"b" in container.x`, map[string]any{"x": hole}, Unknown, true},
		{"in a sum, not found", `"b" in container.x + container.y`, map[string]any{"x": hole, "y": []any{"c"}}, Unknown, true},
		{"in the other sum, not found", `"b" in container.y + container.x`, map[string]any{"x": hole, "y": []any{"c"}}, Unknown, true},
		{"in a sum, found", `"c" in container.x + container.y`, map[string]any{"x": hole, "y": []any{"c"}}, true, true},
		{"in the sum with another list", `"b" in ["c"] + container.x`, map[string]any{"x": hole}, Unknown, false},
		{"key of a map, there", `"a" in container.x`, map[string]any{"x": map[string]any{"a": "b", "c": Unknown}}, true, true},
		{"key of a map, a hole", `"c" in container.x`, map[string]any{"x": map[string]any{"a": "b", "c": Unknown}}, Unknown, true},
		{"size of a list", `container.x.size() == 2`, map[string]any{"x": hole}, true, true},
		{"size of a map", `container.x.size() == 1`, map[string]any{"x": map[string]any{"a": Unknown}}, Unknown, true},
		{"all, one offends", `container.x.all(e, e == "b")`, map[string]any{"x": hole}, false, true},
		{"all, none offends", `container.x.all(e, e == "a")`, map[string]any{"x": hole}, Unknown, true},
		{"exists, one is there", `container.x.exists(e, e == "a")`, map[string]any{"x": hole}, true, true},
		{"exists, none is there", `container.x.exists(e, e == "b")`, map[string]any{"x": hole}, Unknown, true},
		{"exists_one", `container.x.exists_one(e, e == "a")`, map[string]any{"x": hole}, Unknown, true},
		{"filter", `container.x.filter(e, e == "a").size() == 1`, map[string]any{"x": hole}, Unknown, true},
		{"keys of a map", `container.x.exists(k, k == "b")`, map[string]any{"x": map[string]any{"a": Unknown}}, Unknown, true},
		{"index of the known", `container.x[0] == "a"`, map[string]any{"x": hole}, true, true},
		{"index of the hole", `container.x[1] == "a"`, map[string]any{"x": hole}, Unknown, true},
		{"a list is no text", `container.x == "a"`, map[string]any{"x": hole}, false, true},
		{"lists that are compared", `container.x == ["a", "b"]`, map[string]any{"x": hole}, Unknown, false},
		{"lists that are compared the other way", `["a", "b"] != container.x`, map[string]any{"x": hole}, Unknown, false},
		{"maps that are compared", `container.x == container.y`, map[string]any{"y": map[string]any{"a": Unknown}, "x": map[string]any{"a": "b"}}, Unknown, false},
		{"list in a list", `container.x in [["a", "b"]]`, map[string]any{"x": hole}, Unknown, false},
		{"position", `container.x.indexOf("b") == -1`, map[string]any{"x": hole}, Unknown, false},
		{"sorted", `container.x.isSorted()`, map[string]any{"x": hole}, Unknown, false},
		{"sets", `sets.contains(container.x, ["b"])`, map[string]any{"x": hole}, Unknown, false},
		{"joined", `container.x.join(",") == "a,b"`, map[string]any{"x": hole}, Unknown, false},
		{"position in a text", `container.x[0].indexOf("b") == -1`, map[string]any{"x": hole}, Unknown, false},
		{"text", `container.x[0].startsWith("a") && container.x[0].matches("^a")`, map[string]any{"x": hole}, true, true},
		{"quantity", `isQuantity("1") && quantity(container.x[1]).isGreaterThan(quantity("1"))`, map[string]any{"x": hole}, Unknown, true},
		{"made of what is known", `container.x.map(e, e == "a").indexOf(false) == -1 && ["b"].join("") == "b"`, map[string]any{"x": []any{"a"}, "y": Unknown}, true, true},
		{"made of what is not known", `container.x.map(e, e == "a").indexOf(false) == -1`, map[string]any{"x": hole}, Unknown, true},
		{"one of two lists", `(container.y == 1 ? ["b"] : container.x).indexOf("b") == -1`, map[string]any{"x": hole, "y": int64(2)}, Unknown, false},
		{"one of two lists the other way", `(container.y == 2 ? container.x : ["b"]).indexOf("b") == -1`, map[string]any{"x": hole, "y": int64(2)}, Unknown, false},
		{"a list or a default", `container.?x.orValue(["b"]).indexOf("b") == -1`, map[string]any{"x": hole}, Unknown, false},
		{"a list plus another", `(["c"] + container.x).indexOf("b") == -1`, map[string]any{"x": hole}, Unknown, false},
		{"a list in a list", `[container.x].map(l, l).indexOf(["a", "b"]) == -1`, map[string]any{"x": hole}, Unknown, false},
		{"another optional list", `container.?y.or(container.?x).orValue(["c"]).indexOf("c") == -1`, map[string]any{"x": hole}, Unknown, false},
		{"in the list of lists", `["a", "b"] in container.x`, map[string]any{"x": []any{hole}}, Unknown, false},
		{"a scalar that may be a list", `container.x == container.z`, map[string]any{"x": "a", "z": hole}, Unknown, false},
		{"in, in a list of its own", `container.x in ["a", "b"]`, map[string]any{"x": hole}, false, true},
		{"nothing is missing", `container.x == ["a"] && container.x.indexOf("b") == -1`, map[string]any{"x": []any{"a"}}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, err := compile(ScopeContainer, c.text, types.BoolType, true)
			if err != nil {
				t.Fatal(err)
			}
			if e.partly != c.partly {
				t.Errorf("partly is %t, want %t", e.partly, c.partly)
			}
			got, known, err := e.eval(&scopeValues{container: celValue(c.container)})
			if err != nil {
				t.Fatal(err)
			}
			if !known {
				got = Unknown
			}
			if got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// The expressions of the built-in rules look into what is known in part.
func TestHoles_builtIn(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Rules() {
		for _, e := range []*expression{r.applies, r.compliant, r.message, r.fieldIndex} {
			if e != nil && !e.partly {
				t.Errorf("%s: an expression hands lists or maps to a function: a hole anywhere would decide", r.ID)
			}
		}
	}
}

// What is known of an object with holes is judged, and nothing else.
func TestEvaluate_holes(t *testing.T) {
	t.Parallel()
	catalogue, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	safe := map[string]any{"name": "safe", "image": "a:1", "securityContext": map[string]any{"privileged": false}}
	pod := func(spec map[string]any) map[string]any {
		return map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "p"}, "spec": spec}
	}
	role := func(kind string, metadata any) map[string]any {
		return map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": []any{
			map[string]any{"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{"*"}},
		}}
	}
	const unknown, good, bad = compliance.InsufficientData, compliance.Compliant, compliance.NonCompliant
	type verdicts map[string]compliance.Verdict // By container; empty for the whole.
	for _, c := range []struct {
		name   string
		object map[string]any
		rule   string
		want   verdicts
	}{
		{"container not known", pod(map[string]any{"containers": []any{Unknown, safe}}), "runAsPrivileged", verdicts{"": unknown, "safe": good}},
		{"container's name not known", pod(map[string]any{"containers": []any{map[string]any{"name": Unknown, "image": "a"}, safe}}), "tagNotSpecified", verdicts{NotKnownYet: bad, "safe": good}},
		{"containers not known", pod(map[string]any{"containers": Unknown}), "tagNotSpecified", verdicts{"": unknown}},
		{"containers not known, pod known", pod(map[string]any{"containers": Unknown, "hostPID": true}), "hostPIDSet", verdicts{"": bad}},
		{"init containers not known", pod(map[string]any{"containers": []any{safe}, "initContainers": Unknown}), "tagNotSpecified", verdicts{"safe": good, "": unknown}},
		{"init containers not known nor judged", pod(map[string]any{"containers": []any{safe}, "initContainers": Unknown}), "livenessProbeMissing", verdicts{"safe": bad}},
		{"ephemeral containers not known nor judged", pod(map[string]any{"containers": []any{safe}, "ephemeralContainers": Unknown}), "tagNotSpecified", verdicts{"safe": good}},
		{"pod's context not known, container decides", pod(map[string]any{"securityContext": Unknown, "containers": []any{map[string]any{"name": "user", "securityContext": map[string]any{"runAsUser": int64(1)}}, safe}}), "runAsRootAllowed", verdicts{"user": good, "safe": unknown}},
		{"context not known in part", pod(map[string]any{"containers": []any{map[string]any{"name": "a", "securityContext": map[string]any{"privileged": Unknown, "readOnlyRootFilesystem": true}}}}), "notReadOnlyRootFileSystem", verdicts{"a": good}},
		{"probe known in part", pod(map[string]any{"containers": []any{map[string]any{"name": "a", "livenessProbe": map[string]any{"exec": Unknown}}}}), "livenessProbeMissing", verdicts{"a": good}},
		{"image not known", pod(map[string]any{"containers": []any{map[string]any{"name": "a", "image": Unknown}}}), "tagNotSpecified", verdicts{"a": unknown}},
		{"pod not known", map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"template": Unknown}}, "tagNotSpecified", verdicts{"": unknown}},
		{"job not known", map[string]any{"apiVersion": "batch/v1", "kind": "Job", "spec": Unknown}, "livenessProbeMissing", verdicts{"": compliance.NotApplicable}},
		{"kind not known", map[string]any{"apiVersion": "apps/v1", "kind": Unknown}, "livenessProbeMissing", verdicts{"": unknown}},
		{"object's name not known", map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": Unknown}, "spec": map[string]any{"containers": []any{safe}}}, "tagNotSpecified", verdicts{"safe": good}},
		{"ClusterRole's name not known", role("ClusterRole", map[string]any{"name": Unknown}), "rbacWildcard", verdicts{"": unknown}},
		{"ClusterRole's metadata not known", role("ClusterRole", Unknown), "rbacWildcard", verdicts{"": unknown}},
		{"Role's name does not matter", role("Role", map[string]any{"name": Unknown}), "rbacWildcard", verdicts{"": bad}},
		{"a default role perhaps", role("ClusterRole", map[string]any{"name": Unknown}), "defaultRoleTampered", verdicts{"": unknown}},
		{"a verb not known", map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": map[string]any{"name": "r"}, "rules": []any{
			map[string]any{"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{"get", Unknown}},
		}}, "rbacWildcard", verdicts{"": unknown}},
		{"a verb not known beside a bad one", map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": map[string]any{"name": "r"}, "rules": []any{
			map[string]any{"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{Unknown, "*"}},
		}}, "rbacWildcard", verdicts{"": bad}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rule, err := catalogue.Lookup(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			got := verdicts{}
			for _, f := range Evaluate(c.object, Options{Rules: []*Rule{rule}}) {
				got[f.Container] = f.Verdict
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
