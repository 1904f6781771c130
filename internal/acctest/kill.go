package acctest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// killEverywhere is the environment variable that has every life killed at every call.
const killEverywhere = "ACKGUARD_KILL_EVERYWHERE"

// Operations that a provider is killed in.
const (
	opCreate = "create"
	opUpdate = "update"
	opDelete = "delete"
)

// KillAtEveryCall kills the provider at every API call of a life's create,
// update and delete, one that changes the cloud once with its effect and once
// without, applies again and destroys. It returns how many points it tried, and
// at how many of them something was lost and said to be.
//
// What a kill leaves is the cloud and the state. Where neither has changed since
// the point before, a point says nothing new, and is tried only in a resource's
// first life and in lives where reads lag and something can be lost; with
// ACKGUARD_KILL_EVERYWHERE=1 in all.
//
// The CLI would need minutes for that, so a small core drives the provider in
// this process. What a SIGKILL leaves is the state from before and whatever the
// cloud has committed; KillForReal shows that this is so.
func KillAtEveryCall(t *testing.T, kind string, l Lifecycle) (points, lost int) {
	t.Helper()
	everywhere := os.Getenv(killEverywhere) != "" || l.Name == Lifecycles[kind][0].Name || l.Lost != nil && l.lags()
	for _, op := range l.operations() {
		for _, again := range op.recoveries(l) {
			calm := life{lifecycle: l, kind: kind, op: op, again: again}
			base := calm.run(t)
			if len(base.calls) == 0 {
				t.Errorf("%s makes no call, so nothing was proved", op.name)
			}
			calm.isCalm(t, base)
			for _, p := range pointsOf(base.calls, everywhere) {
				points++
				t.Run(fmt.Sprintf("%s/%02d %s %s, then %s", op.name, p.call, base.calls[p.call-1].action, p.fate(), again), func(t *testing.T) {
					killed := calm
					killed.at, killed.committed = nth(p.call), p.committed
					end := killed.run(t)
					if !end.killed {
						t.Fatalf("the call did not come again: the calls were %v", end.calls)
					}
					if killed.judge(t, base, end) {
						lost++
					}
				})
			}
		}
	}
	if l.Lost != nil && lost == 0 && !t.Failed() {
		t.Errorf("nothing is ever lost, so Lost is out of date: %q", l.Lost.Warning)
	}
	return points, lost
}

// point is where the provider is killed: at a call, counted from 1, that takes effect or not.
type point struct {
	call      int
	committed bool
}

func (p point) fate() string {
	if p.committed {
		return "committed"
	}
	return "not committed"
}

// pointsOf are those of an operation that made these calls: each that leaves
// something else than the one before, or everywhere.
func pointsOf(calls []apiCall, everywhere bool) (points []point) {
	type leaves struct{ changes, saves int }
	is := leaves{changes: -1}
	try := func(p point, l leaves) {
		if everywhere || l != is {
			points, is = append(points, p), l
		}
	}
	changes := 0
	for n, call := range calls {
		if !call.changed { // committed or not is the same
			try(point{n + 1, true}, leaves{changes, call.saves})
			continue
		}
		try(point{n + 1, false}, leaves{changes, call.saves})
		changes++
		try(point{n + 1, true}, leaves{changes, call.saves})
	}
	return points
}

// operation is one run of Terraform that can be killed.
type operation struct {
	name          string
	before, after map[string]any // arguments; nil for no block
}

func (l Lifecycle) operations() []operation {
	all := []operation{{opCreate, nil, l.Create}}
	if l.Update != nil {
		all = append(all, operation{opUpdate, l.Create, l.Update})
	}
	return append(all, operation{opDelete, l.Create, nil})
}

// Ways to go on after a kill.
const (
	applyDestroy = "apply and destroy"
	onlyDestroy  = "destroy"
)

func (o operation) recoveries(l Lifecycle) []string {
	switch {
	case o.name != opDelete:
		return []string{applyDestroy}
	case l.lags(): // an apply that still sees what was deleted rightly does nothing, so it proves nothing
		return []string{onlyDestroy}
	}
	return []string{onlyDestroy, applyDestroy}
}

// life is one life of a resource, killed in one place or in none.
type life struct {
	lifecycle Lifecycle
	kind      string
	op        operation
	again     string
	at        func([]apiCall) bool
	committed bool
}

// ending is what a life leaves.
type ending struct {
	calls    []apiCall // of the operation
	killed   bool
	left     []string // differences of the cloud at the end from the cloud at the start
	warnings []string // after the kill
}

func (l life) run(t *testing.T) ending {
	t.Helper()
	cloud := unserved(t, l.lifecycle.Seed(), time.Now)
	start := cloud.Snapshot()
	var state object
	if l.op.before != nil {
		must(t, "preparing", l.instance(t, cloud, nil, &state, func(c *core, ctx context.Context, save func(object)) error {
			return c.apply(ctx, state, l.op.before, save)
		}))
	}

	connection := &line{cloud: cloud, at: l.at, committed: l.committed, watched: l.at == nil}
	err := l.instance(t, cloud, connection, &state, func(c *core, ctx context.Context, save func(object)) error {
		if l.op.after == nil {
			return c.destroy(ctx, state, save)
		}
		return c.apply(ctx, state, l.op.after, save)
	})
	end := ending{calls: connection.carried(), killed: connection.isDead()}
	if !end.killed {
		must(t, l.op.name, err)
	}

	if l.again == applyDestroy {
		arguments := l.op.after
		if arguments == nil {
			arguments = l.op.before
		}
		must(t, "apply after the kill", l.instance(t, cloud, nil, &state, func(c *core, ctx context.Context, save func(object)) error {
			err := c.apply(ctx, state, arguments, save)
			end.warnings = append(end.warnings, c.warnings...)
			return err
		}))
		must(t, "second plan", l.instance(t, cloud, nil, &state, func(c *core, ctx context.Context, _ func(object)) error {
			refreshed, err := c.refresh(ctx, state)
			if err != nil {
				return err
			}
			p, err := c.plan(ctx, refreshed, arguments)
			if err == nil && !p.nothing {
				err = fmt.Errorf("it is not empty: there was %t, replacement %t", refreshed.state != nil, p.replace)
			}
			return err
		}))
	}
	must(t, "destroy", l.instance(t, cloud, nil, &state, func(c *core, ctx context.Context, save func(object)) error {
		err := c.destroy(ctx, state, save)
		end.warnings = append(end.warnings, c.warnings...)
		return err
	}))
	if state.state != nil {
		t.Error("destroy left the resource in the state")
	}
	end.left = start.Diff(cloud.Snapshot())
	return end
}

// instance runs work in a provider of its own. Once its line is cut, nothing
// that it returns reaches the state any more.
func (l life) instance(t *testing.T, cloud *Cloud, through *line, state *object, work func(*core, context.Context, func(object)) error) error {
	t.Helper()
	if through == nil {
		through = &line{cloud: cloud}
	}
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	through.cut = kill
	reached := *cloud
	reached.endpoint = behind(t, cloud, through)
	return work(reached.core(t, l.kind), ctx, func(o object) { through.save(state, o) })
}

func must(t *testing.T, doing string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %s", doing, err)
	}
}

// isCalm checks the life that nothing disturbed, which the others are compared with.
func (l life) isCalm(t *testing.T, base ending) {
	t.Helper()
	if l.op.name != opDelete && !slices.ContainsFunc(base.calls, func(c apiCall) bool { return c.changed }) {
		t.Errorf("%s changes nothing in the cloud, so nothing was proved", l.op.name)
	}
	if leaves := l.lifecycle.Leaves; leaves != nil && len(base.left) == 0 {
		t.Errorf("%s leaves nothing behind, so Leaves %s is out of date", l.op.name, leaves)
	}
	for _, line := range base.left {
		if leaves := l.lifecycle.Leaves; leaves == nil || !leaves.MatchString(line) {
			t.Errorf("%s and destroy, undisturbed, leave %s", l.op.name, line)
		}
	}
}

// judge compares what a killed life leaves with what an undisturbed one does:
// the same, or less where a warning said so, which it reports.
func (l life) judge(t *testing.T, base, end ending) (less bool) {
	t.Helper()
	want, got := places(base.left), places(end.left)
	lost := l.lifecycle.Lost
	said := lost != nil && slices.ContainsFunc(end.warnings, func(w string) bool { return strings.HasPrefix(w, lost.Warning) })
	for _, place := range got {
		switch {
		case slices.Contains(want, place):
		case said && lost.Lines.MatchString(place):
			less = true
		default:
			t.Errorf("destroy leaves %s; warnings %q", place, end.warnings)
		}
	}
	for _, place := range want {
		if !slices.Contains(got, place) {
			t.Errorf("there is no %s, which a life without a kill leaves", place)
		}
	}
	return less
}

// places is differences without values, which have times and made-up IDs in them.
func places(lines []string) []string {
	list := make([]string, 0, len(lines))
	for _, line := range lines {
		place, _, _ := strings.Cut(line, " = ")
		list = append(list, place)
	}
	return list
}
