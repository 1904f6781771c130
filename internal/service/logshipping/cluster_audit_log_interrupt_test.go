package logshipping_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// A change whose task runs when Ctrl-C is pressed is written down as accepted, with a warning. The next run waits for it
// to show instead of planning it anew. One whose answer does not come is undone and made anew.
func TestClusterAuditLog_interrupted(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	plain, moved := auditBlock(""), auditBlock(`project = "central-logs"`)
	for name, c := range map[string]struct {
		method, call  string // Ctrl-C is pressed when this comes
		fault         simulator.Fault
		before, after string            // blocks; the command is destroy without after
		want          *acctest.Instance // in the state
		next          string            // what the CLI says of the next apply
		says          []string
	}{
		"create, task runs": {http.MethodGet, "/tasks/", simulator.Fault{}, "", plain, &acctest.Instance{}, "0 added, 0 changed, 0 destroyed", []string{"Change of an audit log was not read back", "Changing", "the run was interrupted and it still is running", "The state has it as accepted"}},
		"update, task runs": {http.MethodGet, "/tasks/", simulator.Fault{}, plain, moved, &acctest.Instance{}, "0 added, 1 changed, 0 destroyed", []string{"Change of an audit log was not read back", "the run was interrupted and it still is running"}},
		"delete, task runs": {http.MethodGet, "/tasks/", simulator.Fault{}, moved, "", nil, "1 added, 0 changed, 0 destroyed", []string{"Change of an audit log was not read back", "Restoring", "out of the state"}},
		"create, unanswered": {
			http.MethodPut, "/audit_log", simulator.Fault{Action: "UpdateClusterAuditLogConfig", Delay: "4s"}, "", plain, &acctest.Instance{Status: "tainted"}, "1 added, 0 changed, 1 destroyed", []string{"Changing the audit log of cluster", "network"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.Fleet()
			scenario.Behaviour.TaskDuration = "3s"
			cloud := acctest.New(t, scenario)
			var calls atomic.Int32
			nth := int32(1)
			if c.call == "/tasks/" {
				nth = 2 // by then the run has the answer of the first look
			}
			came, armed := make(chan struct{}), make(chan struct{})
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				select {
				case <-armed:
					if r.Method == c.method && strings.Contains(r.URL.Path, c.call) && calls.Add(1) == nth {
						close(came)
					}
				default:
				}
				return "", 0, false
			})
			w := acctest.NewWorkspace(t, cloud.Provider("", c.before))
			command := "destroy"
			if c.before != "" {
				w.Must(t, "apply")
			}
			if c.after != "" {
				command = "apply"
				w.Write(t, "main.tf", cloud.Provider("", c.after))
			}
			remove := func() {}
			if c.fault.Action != "" {
				remove = cloud.AddFault(c.fault).Remove
			}
			close(armed)
			output := w.Interrupted(t, came, command)
			remove()
			if !acctest.Says(c.says...).MatchString(output) {
				t.Errorf("said\n%s", output)
			}
			state := w.State(t)
			switch {
			case c.want == nil && len(state) != 0, c.want != nil && (len(state) != 1 || state[0].Status != c.want.Status):
				t.Errorf("state %+v, want %+v\n%s", state, c.want, output)
			}
			for taskRuns := func() bool { is, _ := cloud.Cluster(acctest.ClusterID("retail")); return is.State != "running" }; c.after == "" && taskRuns(); {
				<-time.After(50 * time.Millisecond) // the CLI has no way to wait for what is out of the state
			}
			if next := w.Must(t, "apply"); c.after != "" && !strings.Contains(next, c.next) {
				t.Errorf("the next apply does not say %q\n%s", c.next, next)
			}
			w.Must(t, "destroy")
			if err := logsOf(cloud, "", nil); err != nil {
				t.Error(err)
			}
		})
	}
}
