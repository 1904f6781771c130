package acctest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// allForReal in the environment has KillForReal try every life.
const allForReal = "ACKGUARD_KILL_FOR_REAL"

// KillForReal is KillAtEveryCall with the real CLI and the provider's own
// binary, which it kills with SIGKILL, at the calls that change something. It
// returns how many points it tries: those of lives that are Real, or of all but
// those whose reads lag, for which the binary would really wait.
func KillForReal(t *testing.T, kind string, l Lifecycle) (points int) {
	t.Helper()
	if l.lags() || !l.Real && os.Getenv(allForReal) == "" {
		return 0
	}
	for _, op := range l.operations() {
		calm := life{lifecycle: l, kind: kind, op: op, again: applyDestroy}
		base := calm.run(t)
		for i, call := range base.calls {
			if !call.changed {
				continue
			}
			for _, committed := range []bool{false, true} {
				points++
				t.Run(fmt.Sprintf("%s/%s %s", op.name, call.action, point{committed: committed}.fate()), func(t *testing.T) {
					t.Parallel()
					killed := calm
					killed.at, killed.committed = like(base.calls[:i+1]), committed
					killed.judge(t, base, killed.runForReal(t))
				})
			}
		}
	}
	return points
}

// like cuts at a call like the last of these, when it comes for as many times:
// the CLI starts a provider for each of its phases, which ask for keys anew, so
// that calls cannot be counted over all.
func like(calls []apiCall) func([]apiCall) bool {
	times := func(calls []apiCall, like apiCall) (n int) {
		for _, c := range calls {
			if c.action == like.action && c.path == like.path {
				n++
			}
		}
		return n
	}
	wanted := calls[len(calls)-1]
	return func(seen []apiCall) bool {
		last := seen[len(seen)-1]
		return last.action == wanted.action && last.path == wanted.path && times(seen, wanted) == times(calls, wanted)
	}
}

func (l life) runForReal(t *testing.T) ending {
	t.Helper()
	NeedsSignals(t)
	cloud := unserved(t, l.lifecycle.Seed(), time.Now)
	start := cloud.Snapshot()
	var connection atomic.Pointer[line]
	connection.Store(&line{cloud: cloud})
	reached := *cloud
	reached.endpoint = behind(t, cloud, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { connection.Load().ServeHTTP(w, r) }))
	w := NewWorkspace(t, reached.Provider("", ""))
	block := func(arguments map[string]any) {
		text, err := json.Marshal(map[string]any{"resource": map[string]any{l.kind: map[string]any{"this": arguments}}})
		if err != nil {
			t.Fatal(err)
		}
		w.Write(t, "resource.tf.json", string(text))
	}
	terraform := func(command string) string {
		output, err := w.Terraform(t, command)
		if err != nil {
			t.Fatalf("%s: %s\n%s", command, err, output)
		}
		return string(output)
	}

	if l.op.before != nil {
		block(l.op.before)
		terraform("apply")
	}
	var run *Run
	started := make(chan struct{})
	cut := &line{cloud: cloud, at: l.at, committed: l.committed, cut: func() { <-started; run.Kill() }}
	connection.Store(cut)
	command := "destroy"
	if l.op.after != nil {
		block(l.op.after)
		command = "apply"
	}
	run = w.Start(t, command)
	close(started)
	err := run.Wait()
	if err == nil || !cut.isDead() {
		t.Fatalf("%s was not killed: %v\n%s", command, err, run.Output())
	}
	connection.Store(&line{cloud: cloud})
	output := terraform("apply") + terraform("destroy")
	end := ending{calls: cut.carried(), killed: true, left: start.Diff(cloud.Snapshot())}
	if lost := l.lifecycle.Lost; lost != nil && Says(lost.Warning).MatchString(output) {
		end.warnings = []string{lost.Warning}
	}
	return end
}
