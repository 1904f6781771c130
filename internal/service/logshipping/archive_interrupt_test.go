package logshipping_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

// Where everything was accepted when Ctrl-C is pressed, the state has it, with a warning; where something is left to do,
// the next run goes on from there.
func TestArchive_interrupted(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	plain := archiveBlock("")
	const noIndex, noStore, store = `{"errorCode":"IndexConfigNotExist","errorMessage":"not yet"}`, `{"errorCode":"LogStoreNotExist","errorMessage":"not yet"}`, `{"logstoreName":"clusters","ttl":180}`
	for name, c := range map[string]struct {
		before, after string // blocks; the command is destroy without after
		method, path  string // the change after which reads are answered so
		read          string
		status        int
		kept          int    // resources in the state
		next          string // what the CLI says of the next apply
		says          []string
	}{
		"create, last step": {"", plain, http.MethodPost, "/index", noIndex, 404, 1, "0 added, 0 changed, 0 destroyed", []string{"Change of an audit log archive was not read back", "the run was interrupted", "The state has it as accepted"}},
		"create, on the way": {
			"", plain, http.MethodPost, "/logstores", noStore, 404, 0, "1 added, 0 changed, 0 destroyed",
			[]string{"Audit log archive is not finished", "This run has made the project ack-audit", "the next apply finds it and goes on from there", "Creating the log store", "the run was interrupted"},
		},
		"update":             {plain, archiveBlock("retention_days = 7"), http.MethodPut, "/logstores/clusters", noStore, 404, 1, "0 added, 0 changed, 0 destroyed", []string{"Changing the log store", "the run was interrupted"}},
		"delete, on the way": {plain, "", http.MethodDelete, "/logstores/clusters", store, 200, 1, "0 added, 1 changed, 0 destroyed", []string{"Deleting the log store", "the run was interrupted and it still is there"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			var armed, changed atomic.Bool
			var reads atomic.Int32
			came := make(chan struct{})
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				switch {
				case !armed.Load() || !strings.HasSuffix(r.URL.Path, c.path) && !strings.HasSuffix(r.URL.Path, "/clusters"):
				case r.Method == c.method && strings.HasSuffix(r.URL.Path, c.path):
					changed.Store(true)
				case r.Method == http.MethodGet && changed.Load() && (c.path == "/index") == strings.HasSuffix(r.URL.Path, "/index"):
					if reads.Add(1) == 2 { // by now the run has the answer of the first
						close(came)
					}
					return c.read, c.status, true
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
			armed.Store(true)
			output := w.Interrupted(t, came, command)
			armed.Store(false)
			for _, phrase := range c.says {
				if !acctest.Says(phrase).MatchString(output) {
					t.Errorf("it does not say %q\n%s", phrase, output)
				}
			}
			if state := w.State(t); len(state) != c.kept || c.kept > 0 && state[0].Status != "" {
				t.Errorf("state %+v", state)
			}
			if next := w.Must(t, "apply"); !strings.Contains(next, c.next) {
				t.Errorf("the next apply does not say %q\n%s", c.next, next)
			}
			if output, err := w.Terraform(t, "destroy"); err != nil || len(cloud.LogProjects()) > 0 {
				t.Errorf("projects %q, %v\n%s", cloud.LogProjects(), err, output)
			}
		})
	}
}
