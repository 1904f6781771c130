package logshipping_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

// A change that was accepted when Ctrl-C is pressed, and does not show yet, is written down with a warning. The next run
// waits for it to show instead of planning it anew.
func TestAlertAndDashboard_interrupted(t *testing.T) {
	t.Parallel()
	acctest.NeedsSignals(t)
	alert, dashboard := alertBlock(`  condition = "anonymous"`), dashboardBlock(`  report = "overview"`)
	for name, c := range map[string]struct {
		before, after string // blocks; the command is destroy without after
		method        string // of the change after which nothing shows
		path          string
		hidden        string // what reads answer from then on
		next          string // what the CLI says of the next apply
		says          []string
	}{
		"alert, create": {"", alert, http.MethodPost, "/jobs", `{"errorCode":"JobNotExist","errorMessage":"not yet"}`, "0 added, 0 changed, 0 destroyed", []string{"Change of an alert was not read back", "Creating", "the run was interrupted", "The state has it as accepted"}},
		"alert, update": {
			alert, strings.Replace(alert, `"anonymous"`, "\"anonymous\"\n  severity = \"low\"", 1), http.MethodPut, "/jobs", `{"errorCode":"JobNotExist","errorMessage":"not yet"}`, "0 added, 0 changed, 0 destroyed",
			[]string{"Change of an alert was not read back", "Updating", "The state has it as accepted"},
		},
		"dashboard, create": {"", dashboard, http.MethodPost, "/dashboards", `{"errorCode":"DashboardNotExist","errorMessage":"not yet"}`, "0 added, 0 changed, 0 destroyed", []string{"Change of a dashboard was not read back", "Creating", "The state has it as accepted"}},
		"dashboard, update": {
			dashboard, strings.Replace(dashboard, `"overview"`, "\"overview\"\n  time_range = \"7d\"", 1), http.MethodPut, "/dashboards", `{"errorCode":"DashboardNotExist","errorMessage":"not yet"}`, "0 added, 0 changed, 0 destroyed",
			[]string{"Change of a dashboard was not read back", "Updating", "The state has it as accepted"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.WatchedArchive())
			var armed, changed atomic.Bool
			var once sync.Once
			came := make(chan struct{})
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				switch {
				case !armed.Load() || !strings.HasPrefix(r.URL.Path, c.path):
				case r.Method == c.method:
					changed.Store(true)
				case r.Method == http.MethodGet && changed.Load():
					once.Do(func() { close(came) })
					return c.hidden, http.StatusNotFound, true
				}
				return "", 0, false
			})
			w := acctest.NewWorkspace(t, cloud.Provider("", c.before))
			if c.before != "" {
				w.Must(t, "apply")
			}
			w.Write(t, "main.tf", cloud.Provider("", c.after))
			armed.Store(true)
			output := w.Interrupted(t, came, "apply")
			armed.Store(false)
			if !acctest.Says(c.says...).MatchString(output) {
				t.Errorf("said\n%s", output)
			}
			if state := w.State(t); len(state) != 1 || state[0].Status != "" {
				t.Errorf("state %+v", state)
			}
			if next := w.Must(t, "apply"); !strings.Contains(next, c.next) {
				t.Errorf("the next apply does not say %q\n%s", c.next, next)
			}
			if output, err := w.Terraform(t, "destroy"); err != nil {
				t.Errorf("%v\n%s", err, output)
			}
			if project, _ := cloud.LogProject(acctest.WatchedProject); len(project.Jobs)+len(project.Dashboards) > 0 {
				t.Errorf("left is %+v", project)
			}
		})
	}
}
