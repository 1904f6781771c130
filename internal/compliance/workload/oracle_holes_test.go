package workload

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// place is where a hole can be: an entry of a map, which may be absent, or an element of a list.
type place struct {
	parent any
	key    string
	index  int
	name   string // The key, or the key of the list.
}

func (p place) get() any {
	if m, ok := p.parent.(map[string]any); ok {
		return m[p.key]
	}
	return p.parent.([]any)[p.index]
}

// put writes a value; nil takes a map's entry away, as null does.
func (p place) put(v any) {
	switch parent := p.parent.(type) {
	case map[string]any:
		if v == nil {
			delete(parent, p.key)
		} else {
			parent[p.key] = v
		}
	case []any:
		parent[p.index] = v
	}
}

// vocabulary is what rules read; an absent one of them can be the hole.
var vocabulary = []string{
	"hostNetwork", "hostPID", "securityContext", "runAsNonRoot", "runAsUser", "privileged", "capabilities", "add", "image", "resources", "limits",
	"requests", "cpu", "memory", "livenessProbe", "ports", "hostPort", "env", "value", "volumes", "hostPath", "initContainers", "subjects", "rules",
	"verbs", "resources", "apiGroups", "nonResourceURLs", "name", "roleRef",
}

func places(v any, name string) []place {
	var out []place
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			out = append(append(out, place{parent: x, key: k, name: k}), places(x[k], k)...)
		}
	case []any:
		for i, e := range x {
			out = append(append(out, place{parent: x, index: i, name: name + "[]"}), places(e, name)...)
		}
	}
	return out
}

func clone(v any) any {
	switch x := v.(type) {
	case map[string]any:
		m := maps.Clone(x)
		for k, e := range m {
			m[k] = clone(e)
		}
		return m
	case []any:
		l := slices.Clone(x)
		for i, e := range l {
			l[i] = clone(e)
		}
		return l
	}
	return v
}

// donors are the values that random objects have under each name.
func donors(objects []map[string]any) map[string][]any {
	out := map[string][]any{}
	for _, o := range objects {
		for _, p := range places(o, "") {
			out[p.name] = append(out[p.name], p.get())
		}
	}
	return out
}

func randomObjects(from, to uint64, odd bool) []map[string]any {
	var out []map[string]any
	for seed := from; seed < to; seed++ {
		r := newSpecRandom(seed, odd)
		for _, o := range []map[string]any{r.pod().object(), r.access().object()} {
			out = append(out, normalize(o).(map[string]any))
		}
	}
	return out
}

func byRule(object map[string]any, rules []*Rule) map[string][]compliance.Finding {
	out := map[string][]compliance.Finding{}
	for _, f := range Evaluate(object, Options{Rules: rules}) {
		out[f.RuleID] = append(out[f.RuleID], f)
	}
	return out
}

// pairs calls f with every two findings of a rule that are about the same thing, which the first knows less of.
func pairs(holed map[string]any, less, more []compliance.Finding, f func(less, more compliance.Finding)) {
	n := 0
	if spec, ok := podSpecOf(holed); ok {
		list, _ := spec["containers"].([]any)
		n = len(list)
	}
	for i, l := range less {
		switch fromEnd := len(more) - len(less) + i; {
		case len(less) == len(more) || i < n && i < len(more):
			f(l, more[i])
		case i > 0 && fromEnd >= 0 && n == 0: // Init containers behind containers that are not known.
			f(l, more[fromEnd])
		}
	}
}

func podSpecOf(object map[string]any) (map[string]any, bool) {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	var at any = object
	for _, key := range kindFor(apiVersion, kind, nil).path {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	spec, ok := at.(map[string]any)
	return spec, ok
}

// bore makes up to three holes at random, and returns what they are with the values that were there.
func bore(r specRandom, object map[string]any, count int) (holes []place, were []any) {
	for range count {
		all := places(object, "")
		p := pick(r, all...)
		if m, ok := p.get().(map[string]any); ok && r.chance(40) {
			key := pick(r, vocabulary...)
			p = place{parent: m, key: key, name: key}
		}
		if p.get() == Unknown {
			continue
		}
		holes, were = append(holes, p), append(were, clone(p.get()))
		p.put(Unknown)
	}
	return holes, were
}

var simpleFillings = []any{
	nil, true, false, int64(0), int64(1), int64(80), "", "true", "ALL", "*", "get", "cluster-admin", "system:anonymous", "system:discovery", "a:1", "a:latest",
	map[string]any{}, []any{}, []any{"ALL"}, []any{"*"}, []any{nil}, map[string]any{"path": "/"},
}

// What is decided although values are not known is what any values would have it be.
func TestOracle_holes(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	rules := c.Rules()
	from := donors(randomObjects(5000, 5100, true))
	decided, undecided := 0, 0
	for seed := range uint64(300) {
		r := newSpecRandom(10000+seed, seed%4 == 3)
		object := randomObjects(10000+seed, 10001+seed, seed%4 == 3)[seed%2]
		holes, were := bore(r, object, 1+r.IntN(3))
		less := byRule(object, rules)
		holed := clone(object).(map[string]any)
		for try := range 8 {
			for i, h := range holes {
				switch {
				case try == 0:
					h.put(were[i])
				case r.chance(50) && len(from[h.name]) > 0:
					h.put(clone(pick(r, from[h.name]...)))
				default:
					h.put(clone(pick(r, simpleFillings...)))
				}
			}
			more := byRule(object, rules)
			for _, rule := range rules {
				pairs(holed, less[rule.ID], more[rule.ID], func(l, m compliance.Finding) {
					if !l.Verdict.Decided() {
						undecided++
						return
					}
					decided++
					if l.Verdict != compliance.NonCompliant && m.Verdict == compliance.Error && strings.HasSuffix(m.Message, "the API server refuses the object") {
						return // What is not known counts as of the right type.
					}
					if l.Verdict != m.Verdict {
						t.Errorf("seed %d, %s: %s of %q with holes, %s (%s) when they are filled\n%v\n%v", seed, rule.ID, l.Verdict, l.Container, m.Verdict, m.Message, holed, object)
					}
				})
			}
		}
	}
	if decided < 5000 || undecided < 500 {
		t.Errorf("%d verdicts were decided and %d were not: the holes try nothing", decided, undecided)
	}
}

// No verdict waits for a value that would not change it: for each that waits for one single value, two values are found
// that make it differ. Holes that decide where the pod is, or whether there is one, are left aside.
func TestOracle_needless(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	rules := c.Rules()
	from := donors(randomObjects(5000, 5300, false))
	type one struct {
		rule string
		i    int
	}
	total := 0
	for seed := range uint64(400) {
		r := newSpecRandom(20000+seed, false)
		object := randomObjects(20000+seed, 20001+seed, false)[seed%2]
		holes, were := bore(r, object, 1)
		if slices.Contains([]string{"apiVersion", "kind", "spec", "template", "jobTemplate"}, holes[0].name) {
			continue
		}
		less, holed := byRule(object, rules), clone(object).(map[string]any)
		seen := map[one]compliance.Verdict{}
		waiting := map[one]bool{}
		for n := range 300 {
			switch values := from[holes[0].name]; {
			case n == 0:
				holes[0].put(were[0])
			case n <= len(simpleFillings):
				holes[0].put(clone(simpleFillings[n-1]))
			case len(values) > 0:
				holes[0].put(clone(pick(r, values...)))
			}
			more := byRule(object, rules)
			for _, rule := range rules {
				i := 0
				pairs(holed, less[rule.ID], more[rule.ID], func(l, m compliance.Finding) {
					i++
					if at := (one{rule.ID, i}); l.Verdict == compliance.InsufficientData && n == 0 {
						seen[at], waiting[at] = m.Verdict, true
					} else if seen[at] != m.Verdict {
						delete(waiting, at)
					}
				})
			}
			if len(waiting) == 0 {
				break
			}
		}
		total += len(seen)
		for at := range waiting {
			t.Errorf("seed %d, %s: INSUFFICIENT_DATA for want of %s, and always %s when it is known\n%v", seed, at.rule, holes[0].name, seen[at], holed)
		}
	}
	if total < 100 {
		t.Errorf("only %d verdicts waited for a value", total)
	}
}
