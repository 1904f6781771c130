package inspector_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
)

// writer makes up configurations in every style that the two dialects may be written in.
type writer struct {
	*rand.Rand
	b        strings.Builder
	br       string
	severest string
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteString(pick(w.Rand, []string{"", "", "", " # why", "   # it's: [odd] \"text\""}) + w.br)
	switch w.IntN(8) {
	case 0:
		w.b.WriteString("  # a remark of its own" + w.br)
	case 1:
		w.b.WriteString(w.br)
	}
}

func (w *writer) severity() string {
	word := pick(w.Rand, []string{"ignore", "warning", w.severest})
	return pick(w.Rand, []string{word, word, `"` + word + `"`, "'" + word + "'"})
}

// mapping is a key with severities, in block or flow style.
func (w *writer) mapping(name string, ids []string) {
	if len(ids) == 0 {
		return
	}
	if w.IntN(4) == 0 {
		parts := make([]string, 0, len(ids))
		for _, id := range ids {
			parts = append(parts, id+": "+w.severity())
		}
		w.line("%s: {%s}", name, strings.Join(parts, pick(w.Rand, []string{", ", ",", " , "})))
		return
	}
	w.line("%s:", name)
	for _, id := range ids {
		w.line("    %s: %s", id, w.severity())
	}
}

func (w *writer) exemptions(isFlat bool) {
	switch w.IntN(6) {
	case 0: // none
	case 1:
		w.line("exemptions:")
	case 2:
		w.line("exemptions: %s", pick(w.Rand, []string{"[]", "[ ]", "null", "~"}))
	case 3:
		w.line(`exemptions: [{controllerNames: [a], rules: [b]}, {controllerNames: ["it's"], rules: ['b']}]`)
	default:
		indent := pick(w.Rand, []string{"", "  ", "    "})
		w.line("exemptions:")
		for range 1 + w.IntN(3) {
			w.line("%s- controllerNames:", indent)
			for range 1 + w.IntN(2) {
				w.line("%s  - %s", indent, pick(w.Rand, []string{"web", "db", `"q"`}))
			}
			if isFlat {
				w.line("%s  namespace: %s", indent, pick(w.Rand, []string{"shop", "ops"}))
			}
			w.line("%s  rules: [%s]", indent, pick(w.Rand, []string{"hostIPCSet", "tagNotSpecified, hostPIDSet"}))
		}
	}
}

func (w *writer) others() {
	switch w.IntN(4) {
	case 0:
		w.line("displayName: %s", pick(w.Rand, []string{"ours", `"ünïcode: #1"`, "'it''s'"}))
	case 1:
		w.b.WriteString("notes: |" + w.br + "  checks:" + w.br + "    hostIPCSet: danger" + w.br)
	case 2:
		w.line("controllers_to_scan: [Deployments, Jobs]")
	}
}

func someIDs(r *rand.Rand, group string, other bool) (ids []string) {
	for _, c := range inspector.Checks {
		if group != "" && (c.Group != group || c.ID == "capabilitiesAdded") || r.IntN(4) == 0 {
			continue
		}
		if other && c.Other != "" {
			ids = append(ids, c.Other)
			continue
		}
		ids = append(ids, c.ID)
	}
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids
}

// config makes up a text; its policies need no confirmation.
func config(r *rand.Rand) (text string, isFlat bool) {
	w := &writer{Rand: r, br: pick(r, []string{"\n", "\n", "\r\n"}), severest: "danger"}
	isFlat = r.IntN(2) == 0
	w.b.WriteString(pick(r, []string{"", "# header" + w.br, "---" + w.br}))
	parts := []func(){func() { w.exemptions(isFlat) }, w.others}
	if isFlat {
		parts = append(parts, func() { w.mapping("checks", append(someIDs(r, "", r.IntN(2) == 0), "own")) })
	} else {
		w.severest = "error"
		parts = append(parts,
			func() { w.mapping("networking", []string{"hostNetworkSet", "hostPortSet"}) },
			func() { w.mapping("resources", someIDs(r, "resources", false)) },
			func() {
				w.line("security:")
				for _, id := range someIDs(r, "security", r.IntN(2) == 0) {
					w.line("  %s: %s", id, w.severity())
				}
				w.line("  capabilities:")
				w.line("    error:")
				w.line("      ifAnyAdded: %s", pick(r, []string{"[]", "[ALL]", w.br + "        - ALL" + w.br + "        - SYS_ADMIN"}))
				w.line("    warning:")
				w.line("      ifAnyAddedBeyond: %s", pick(r, []string{"[]", "[CHOWN , KILL]"}))
			})
	}
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for _, part := range parts {
		part()
	}
	text = w.b.String()
	if r.IntN(4) == 0 && !strings.HasSuffix(text, "danger"+w.br) {
		text = strings.TrimSuffix(text, w.br)
	}
	return text, isFlat
}

func policy(r *rand.Rand, isFlat bool) (p inspector.Policy) {
	for _, id := range append(someIDs(r, "", r.IntN(2) == 0), "own") {
		switch r.IntN(3) {
		case 0:
			p.Enabled = append(p.Enabled, id)
		case 1:
			p.Disabled = append(p.Disabled, id)
		}
	}
	for range r.IntN(4) {
		e := inspector.Exemption{Workload: pick(r, []string{"web", "db", "true", "007"}), Checks: someIDs(r, "", false)[:1+r.IntN(3)], Reason: pick(r, []string{"", "why: # not", "two\nlines"})}
		if isFlat && r.IntN(2) == 0 {
			e.Namespace = pick(r, []string{"shop", "ops", "null"})
		}
		if isFlat && r.IntN(3) == 0 {
			e.Containers = []string{"c"}
		}
		if !slices.ContainsFunc(p.Exemptions, func(o inspector.Exemption) bool { o.Reason = e.Reason; return reflect.DeepEqual(o, e) }) {
			p.Exemptions = append(p.Exemptions, e)
		}
	}
	p.Confirmed = []string{inspector.NamespaceField, inspector.ContainersField}
	return p
}

// meant checks that a configuration says what a policy wants.
func meant(t *testing.T, p inspector.Policy, r inspector.Result) {
	t.Helper()
	c := parse(t, r.Text)
	for _, list := range []struct {
		ids []string
		on  bool
	}{{p.Enabled, true}, {p.Disabled, false}} {
		for _, id := range list.ids {
			on, known := c.Check(id)
			if known == slices.Contains(r.Unsupported, id) || known && on != list.on {
				t.Errorf("check %s: on %t, known %t, unsupported %q", id, on, known, r.Unsupported)
			}
		}
	}
	for _, e := range p.Exemptions {
		if !c.Exempts(e) {
			t.Errorf("%+v is not exempt", e)
		}
	}
}

// untouched are the lines that no policy changes: those that name no check, no list of capabilities and no exemptions.
func untouched(text string) (lines []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		key, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		if inspector.Known(key) || strings.HasPrefix(key, "ifAny") || key == "own" || strings.Contains(line, "{") || strings.HasPrefix(line, "exemptions") ||
			strings.HasPrefix(line, "        - ") {
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// Whatever is changed: it means what the policy says, a second time changes nothing, the other lines stay, other checks
// stay, and undone it is the same bytes again.
func TestApply_propertyUndoGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	changed, added := 0, 0
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 7))
		text, isFlat := config(r)
		p := policy(r, isFlat)
		first := apply(t, text, p, inspector.Before{})
		meant(t, p, first)
		if again := apply(t, first.Text, p, first.Before); again.Text != first.Text || !reflect.DeepEqual(again.Before, first.Before) {
			t.Errorf("a second time, it is\n%s\nand was\n%s", again.Text, first.Text)
		}
		if got, want := untouched(first.Text), untouched(text); !reflect.DeepEqual(got, want) {
			t.Errorf("other lines are\n%q\nand were\n%q", got, want)
		}
		before, after := parse(t, text), parse(t, first.Text)
		for _, s := range before.Settings() {
			if on, _ := after.Check(s.ID); on != s.On && !mentions(p, s.ID) {
				t.Errorf("check %s was changed", s.ID)
			}
		}
		// By way of another policy, too.
		q := policy(r, isFlat)
		q.Dropped = p.Exemptions
		second := apply(t, first.Text, q, first.Before)
		meant(t, q, second)
		for name, result := range map[string]inspector.Result{"the first": first, "the second": second} {
			if back := apply(t, result.Text, inspector.Policy{}, result.Before); back.Text != text {
				t.Errorf("undone after %s policy, it is\n%q\nand was\n%q\nwith\n%q between", name, back.Text, text, result.Text)
			} else if len(back.Before.Checks) != 0 || back.Before.Stand != "" || len(back.Before.Added)+len(back.Before.Kept) != 0 {
				t.Errorf("undone, there is left to undo: %+v", back.Before)
			}
		}
		if first.Text != text {
			changed++
		}
		if len(first.Before.Added) > 0 {
			added++
		}
		if t.Failed() {
			t.Fatalf("seed %d, policy %+v, of\n%s", seed, p, text)
		}
	}
	if changed < 190 || added < 90 {
		t.Errorf("%d policies changed something, %d added an exemption: too few to prove it", changed, added)
	}
}

// Whichever of the imported entries are dropped: these are gone, and all others are there.
func TestApply_propertyDropsWhatWasImported(t *testing.T) {
	t.Parallel()
	dropped := 0
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 11))
		text, _ := config(r)
		var drop, keep []inspector.Exemption
		for _, e := range parse(t, text).Exemptions() {
			if r.IntN(2) == 0 {
				drop = append(drop, e)
			} else {
				keep = append(keep, e)
			}
		}
		result := apply(t, text, inspector.Policy{Exemptions: keep, Dropped: drop}, inspector.Before{})
		for _, left := range parse(t, result.Text).Exemptions() {
			if !slices.ContainsFunc(keep, left.Same) {
				t.Errorf("%+v is left", left)
			}
		}
		meant(t, inspector.Policy{Exemptions: keep}, result)
		if t.Failed() {
			t.Fatalf("seed %d: %+v dropped of\n%s\nleaves\n%s", seed, drop, text, result.Text)
		}
		dropped += len(drop)
	}
	if dropped < 100 {
		t.Errorf("%d entries were dropped: too few to prove it", dropped)
	}
}

func mentions(p inspector.Policy, id string) bool {
	same := func(other string) bool { return inspector.Canonical(other) == inspector.Canonical(id) }
	return slices.ContainsFunc(p.Enabled, same) || slices.ContainsFunc(p.Disabled, same)
}

// Whatever a ConfigMap holds is refused, or changed and undone to the same bytes and checks.
func FuzzApply(f *testing.F) {
	f.Add(flat, true)
	f.Add(grouped, false)
	f.Add(`{"checks":{"hostIPCSet":"danger"},"exemptions":[]}`, true)
	f.Add("checks: {hostIPCSet: danger}\nexemptions: ~ # none", false)
	for seed := range uint64(20) {
		text, _ := config(rand.New(rand.NewPCG(seed, 1)))
		f.Add(text, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, exempt bool) {
		p := inspector.Policy{
			Enabled: []string{"hostNetworkSet", "capabilitiesAdded"}, Disabled: []string{"hostIPCSet", "notReadOnlyRootFileSystem"}, Confirmed: []string{inspector.NamespaceField},
		}
		if exempt {
			p.Exemptions = []inspector.Exemption{{Workload: "web", Checks: []string{"hostIPCSet"}, Reason: "why"}}
		}
		var refused *inspector.RefusedError
		r, err := inspector.Apply(text, p, inspector.Before{})
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("%T: %s", err, err)
			}
			return
		}
		meant(t, p, r)
		back, err := inspector.Apply(r.Text, inspector.Policy{}, r.Before)
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("%T: %s", err, err)
			}
			return
		}
		if back.Text != text {
			t.Errorf("undone, it is\n%q\nand was\n%q\nwith\n%q between", back.Text, text, r.Text)
		}
	})
}
