package logshipping_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

// A job that is on its way to start, or to stop, when Ctrl-C is pressed is written down as accepted, with a warning; it
// is neither tainted nor made twice, and the next run goes on.
func TestShipping_interrupted(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	on, off := shippingBlock("verify = false\nsource_retention = { days = 1 }"), shippingBlock("verify = false\nenabled = false\nsource_retention = { days = 1 }")
	for name, c := range map[string]struct {
		before, after string
		method, call  string // Ctrl-C is pressed at the first look at the job after this
		next          string
	}{
		"create": {"", on, http.MethodPost, "/jobs", "0 added, 1 changed, 0 destroyed"}, // the source keeps its rows until the job runs
		"update": {on, off, http.MethodPut, "/jobs/", "0 added, 0 changed, 0 destroyed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.LogFleet()
			scenario.Behaviour.LogJobDuration = "3s"
			cloud := acctest.New(t, scenario)
			var mu sync.Mutex
			armed, sent := false, false
			came := make(chan struct{})
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				mu.Lock()
				defer mu.Unlock()
				switch {
				case !armed:
				case r.Method == c.method && strings.HasPrefix(r.URL.Path, c.call):
					sent = true
				case sent && r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/jobs/"):
					armed = false
					close(came)
				}
				return "", 0, false
			})
			w := acctest.NewWorkspace(t, cloud.Provider("", c.before))
			if c.before != "" {
				w.Must(t, "apply")
			}
			w.Write(t, "main.tf", cloud.Provider("", c.after))
			mu.Lock()
			armed = true
			mu.Unlock()
			output := w.Interrupted(t, came, "apply")
			if !acctest.Says("Change of a shipping job was not read back", "the run was interrupted", "The state has it as accepted").MatchString(output) {
				t.Errorf("said\n%s", output)
			}
			if state := w.State(t); len(state) != 1 || state[0].Status != "" {
				t.Errorf("state %+v\n%s", state, output)
			}
			for status := ""; status != "RUNNING" && status != "STOPPED"; <-time.After(50 * time.Millisecond) { // the CLI has no way to wait for it
				job, _, err := theJob(cloud)
				if err != nil {
					t.Fatal(err)
				}
				status = job.Status
			}
			if next := w.Must(t, "apply"); !strings.Contains(next, c.next) {
				t.Errorf("the next apply does not say %q\n%s", c.next, next)
			}
			w.Must(t, "destroy")
			if s, _ := cloud.LogStore(retailProject, retailAudit); s.TTL != 30 {
				t.Errorf("destroy leaves %d days", s.TTL)
			}
		})
	}
}
