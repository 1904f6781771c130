package inspection_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// arrivals notes when each call of Container Service arrives, and tells of the
// n-th with a given method and end of path.
type arrivals struct {
	mu    sync.Mutex
	times []time.Time

	method, suffix string
	left           int
	came           chan struct{}
}

func watch(t *testing.T, cloud *acctest.Cloud, method, suffix string, n int) *arrivals {
	t.Helper()
	a := &arrivals{method: method, suffix: suffix, left: n, came: make(chan struct{})}
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if strings.Contains(r.URL.Path, "clusters") {
			a.times = append(a.times, time.Now())
		}
		if r.Method == a.method && strings.HasSuffix(r.URL.Path, a.suffix) {
			if a.left--; a.left == 0 {
				close(a.came)
			}
		}
		return "", 0, false
	})
	return a
}

// moment is how long after the call Ctrl-C is pressed.
const moment = 100 * time.Millisecond

func (a *arrivals) interrupted(t *testing.T, w *acctest.Workspace, command string) (output string, pressed, back time.Time) {
	t.Helper()
	return w.InterruptedAfter(t, a.came, moment, command)
}

func (a *arrivals) last() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.MaxFunc(a.times, time.Time.Compare)
}

func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.times)
}

func TestInterrupt_fanOut(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	const accounts, delay = 30, time.Second
	scenario := acctest.Many(accounts, 1, "cn-hangzhou")
	cloud := acctest.New(t, scenario)
	cloud.AddFault(simulator.Fault{Product: "cs", Delay: delay.String()})
	a := watch(t, cloud, http.MethodGet, "", 6)
	w := acctest.NewWorkspace(t, cloud.Provider("max_concurrency = 2", `
data "ackguard_member_accounts" "all" {}
data "ackguard_cluster_inspection_schedules" "all" {
  account_ids = data.ackguard_member_accounts.all.ids
}`))
	output, pressed, back := a.interrupted(t, w, "plan")
	if late := back.Sub(a.last().Add(delay)); late > 2*time.Second {
		t.Errorf("the CLI was back %s after the last answer was due\n%s", late, output)
	}
	// Ctrl-C goes through the CLI before it reaches the provider.
	if late := a.last().Sub(pressed); late > 500*time.Millisecond {
		t.Errorf("a call started %s after Ctrl-C", late)
	}
	if n := a.count(); n >= accounts {
		t.Errorf("%d calls: the fan-out was not cut short", n)
	}
}

// A change that is under way when Ctrl-C is pressed is written down as what it
// became: made, or perhaps made.
func TestInterrupt_change(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	const inTime, tooLate = "1s", "4s" // on either side of the 1.5 s that an answer is waited for
	before, after := schedule(atTwo, ""), schedule(atThree, "")
	for name, c := range map[string]struct {
		method, action, delay string
		before, after         string // blocks; the command is destroy without after
		want                  *acctest.Instance
		next                  string // what the CLI says of the next apply
	}{
		"create, answered":   {http.MethodPost, "CreateClusterInspectConfig", inTime, "", after, &acctest.Instance{}, "0 added, 0 changed, 0 destroyed"},
		"update, answered":   {http.MethodPut, "UpdateClusterInspectConfig", inTime, before, after, &acctest.Instance{}, "0 added, 0 changed, 0 destroyed"},
		"delete, answered":   {http.MethodDelete, "DeleteClusterInspectConfig", inTime, after, "", nil, "1 added, 0 changed, 0 destroyed"},
		"create, unanswered": {http.MethodPost, "CreateClusterInspectConfig", tooLate, "", after, &acctest.Instance{Status: "tainted"}, "1 added, 0 changed, 1 destroyed"},
		"update, unanswered": {http.MethodPut, "UpdateClusterInspectConfig", tooLate, before, after, &acctest.Instance{}, "0 changed"},
		"delete, unanswered": {http.MethodDelete, "DeleteClusterInspectConfig", tooLate, after, "", &acctest.Instance{}, "1 added, 0 changed, 0 destroyed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			a := watch(t, cloud, c.method, "/inspectConfig", 1)
			w := acctest.NewWorkspace(t, cloud.Provider("", c.before))
			command := "destroy"
			if c.after != "" {
				command = "apply"
			}
			if c.before != "" {
				w.Must(t, "apply")
			}
			if c.after != "" {
				w.Write(t, "main.tf", cloud.Provider("", c.after))
			}
			fault := cloud.AddFault(simulator.Fault{Action: c.action, Delay: c.delay})
			output, pressed, back := a.interrupted(t, w, command)
			if took := back.Sub(pressed); took > 5*time.Second {
				t.Errorf("the CLI was back after %s", took)
			}
			fault.Remove()
			answered := c.delay == inTime
			if said := acctest.Says("Change of an inspection schedule was not read back", acctest.ClusterID("retail"), "interrupted").MatchString(output); said != answered {
				t.Errorf("said that it was not read back: %t\n%s", said, output)
			}
			state := w.State(t)
			switch {
			case c.want == nil && len(state) != 0, c.want != nil && (len(state) != 1 || state[0].Status != c.want.Status):
				t.Errorf("state %+v, want %+v\n%s", state, c.want, output)
			case c.want != nil && answered && state[0].Attributes["recurrence"] != atThree:
				t.Errorf("recurrence in the state is %v", state[0].Attributes["recurrence"])
			}
			if next := w.Must(t, "apply"); !strings.Contains(next, c.next) {
				t.Errorf("the next apply does not say %q\n%s", c.next, next)
			}
			if cluster, _ := cloud.Cluster(acctest.ClusterID("retail")); cluster.InspectConfig == nil || cluster.InspectConfig.Recurrence != atThree {
				t.Errorf("after the next apply the cloud holds %+v", cluster.InspectConfig)
			}
			w.Must(t, "destroy")
			if cluster, _ := cloud.Cluster(acctest.ClusterID("retail")); cluster.InspectConfig != nil {
				t.Errorf("destroy left %+v", cluster.InspectConfig)
			}
		})
	}
}

// A wait for what does not show ends at once. The next run, which may come
// before it shows, waits for it instead of dropping it.
func TestInterrupt_wait(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	scenario := acctest.Fleet()
	scenario.Behaviour.Consistency.Reads = 5
	cloud := acctest.New(t, scenario)
	a := watch(t, cloud, http.MethodGet, "/inspectConfig", 4) // before the create, and three looks after it
	w := acctest.NewWorkspace(t, cloud.Provider("", schedule(atTwo, "")))
	output, pressed, back := a.interrupted(t, w, "apply")
	if took := back.Sub(pressed); took > 2*time.Second {
		t.Errorf("the CLI was back after %s\n%s", took, output)
	}
	if !acctest.Says("was not read back", "interrupted and it still cannot be read").MatchString(output) {
		t.Errorf("said\n%s", output)
	}
	if state := w.State(t); len(state) != 1 || state[0].Status != "" {
		t.Errorf("state %+v", state)
	}
	if plan, err := w.Terraform(t, "plan"); err != nil || !acctest.Says("No changes").Match(plan) {
		t.Errorf("plan: %v\n%s", err, plan)
	}
}
