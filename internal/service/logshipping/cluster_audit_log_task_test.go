package logshipping_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var kcmLogs = map[string]any{"components": []any{"kcm"}}

// slowly is Fleet whose tasks take so long, by the clock that the provider waits by.
func slowly(t *testing.T, task string, changes ...func(*simulator.Scenario)) *acctest.Cloud {
	t.Helper()
	scenario := acctest.Fleet()
	scenario.Behaviour.TaskDuration = task
	for _, change := range changes {
		change(scenario)
	}
	return acctest.NewOneClock(t, scenario)
}

// A change is over when its task is: the two of a block go one after the other.
func TestClusterAuditLog_waitsForTasks(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]simulator.Consistency{
		"no lag": {}, "one read": {Reads: 1}, "many reads": {Reads: 5}, "a moment": {Duration: "500ms"}, "longer than the task": {Duration: "40s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := slowly(t, "20s", func(s *simulator.Scenario) { s.Behaviour.Consistency = lag })
			r := cloud.Resource(t, auditKind)
			for _, step := range []struct {
				do      func() error
				project string
				logs    *simulator.ControlPlaneLog
				tasks   int // at least so many times 20 s
			}{
				{func() error { return r.Apply(auditArguments("control_plane_logs", kcmLogs)) }, ownProject(), &simulator.ControlPlaneLog{Components: []string{"kcm"}, LogProject: ownProject(), LogTTL: "30"}, 2},
				{func() error { return r.Apply(auditArguments("project", central)) }, central, nil, 2},
				{func() error { return r.Apply(auditArguments("enabled", false)) }, "", nil, 1},
				{func() error { return r.Apply(auditArguments()) }, central, nil, 1},
				{r.Destroy, "", nil, 1},
				{func() error { return r.Apply(auditArguments()) }, ownProject(), nil, 1}, // made again at once
				{r.Destroy, "", nil, 1},
			} {
				began := cloud.Clock.Now()
				if err := step.do(); err != nil {
					t.Fatal(err)
				}
				if err := logsOf(cloud, step.project, step.logs); err != nil {
					t.Fatal(err)
				}
				if took := cloud.Clock.Now().Sub(began); took < time.Duration(step.tasks)*20*time.Second {
					t.Errorf("it was over after %s", took)
				}
			}
			if len(r.Warnings()) > 0 {
				t.Error(r.Warnings())
			}
		})
	}
}

func TestClusterAuditLog_taskFails(t *testing.T) {
	t.Parallel()
	cloud := slowly(t, "30s")
	config := func(arguments string) string { return cloud.Provider("", auditBlock(arguments)) }
	fails := func(fails bool) func() {
		return func() {
			cloud.Change(t, "retail", func(c *simulator.Cluster) {
				if c.TaskFailure = nil; fails {
					c.TaskFailure = &simulator.TaskFailure{Code: "ProjectNotExist", Message: "The project does not exist."}
				}
			})
		}
	}
	says := func(doing string) []string {
		return []string{doing + " the audit log of cluster " + acctest.ClusterID("retail") + " failed", "the service accepted the change of the audit log", "account " + acctest.Retail + ", region cn-hangzhou as task T-", ", but it ended as failed: ProjectNotExist: The project does not exist."}
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             holds(cloud, "", nil),
		Steps: []resource.TestStep{
			{PreConfig: fails(true), Config: config(""), ExpectError: acctest.Says(says("Changing")...)},
			// Tainted: what became of it is put back, and it is made anew.
			{PreConfig: fails(false), Config: config(""), ConfigPlanChecks: planned(plancheck.ResourceActionDestroyBeforeCreate), Check: holds(cloud, ownProject(), nil)},
			{PreConfig: fails(true), Config: config(`project = "central-logs"`), ExpectError: acctest.Says(says("Changing")...)},
			{PreConfig: fails(false), Config: config(""), ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
			{PreConfig: fails(true), Config: cloud.Provider("", ""), ExpectError: acctest.Says(says("Restoring")...)},
			{PreConfig: fails(false), Config: config(""), ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
		},
	})
}

// What was done before the second change failed is remembered, and put back: also where the tainted resource is made anew,
// and Terraform hands its destroy no private state.
func TestClusterAuditLog_secondChangeFails(t *testing.T) {
	t.Parallel()
	for name, goOn := range map[string]func(*acctest.Resource, map[string]any) error{
		"destroyed": func(*acctest.Resource, map[string]any) error { return nil },
		"made anew": (*acctest.Resource).Apply,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := found(t, "somewhere", nil)
			before := cloud.Snapshot()
			fault := cloud.AddFault(simulator.Fault{Action: "UpdateControlPlaneLog", Status: 400, Code: "InvalidParameter.log_project", Message: "no such project"})
			r := cloud.Resource(t, auditKind)
			wanted := auditArguments("project", central, "adopt_existing", true, "control_plane_logs", kcmLogs)
			says := acctest.Says("Changing the control-plane logs of cluster", "invalid", "InvalidParameter.log_project", "no such project")
			if err := r.Apply(wanted); err == nil || !says.MatchString(err.Error()) || !r.InState() {
				t.Errorf("in state %t, %v", r.InState(), err)
			}
			fault.Remove()
			if err := errors.Join(goOn(r, wanted), r.Destroy()); err != nil {
				t.Fatal(err)
			}
			if diff := changedSince(before, cloud); len(diff) > 0 || len(r.Warnings()) > 0 {
				t.Errorf("%q is left, said %q", diff, r.Warnings())
			}
		})
	}
}

// control_plane_logs that fail to come into a block leave what was there before in the state.
func TestClusterAuditLog_addedLogsFail(t *testing.T) {
	t.Parallel()
	cloud := found(t, "", &simulator.ControlPlaneLog{Components: []string{"scheduler"}, LogProject: "somewhere", LogTTL: "90"})
	before := cloud.Snapshot()
	r := cloud.Resource(t, auditKind)
	if err := r.Apply(auditArguments()); err != nil {
		t.Fatal(err)
	}
	wanted := auditArguments("adopt_existing", true, "control_plane_logs", kcmLogs)
	fault := cloud.AddFault(simulator.Fault{Action: "DescribeTaskInfo", Status: 403, Code: "Forbidden.RAM", First: 1})
	if err := r.Apply(wanted); err == nil {
		t.Fatal("nothing failed")
	}
	fault.Remove()
	if err := errors.Join(r.Apply(wanted), r.Destroy()); err != nil {
		t.Fatal(err)
	}
	if diff := changedSince(before, cloud); len(diff) > 0 || len(r.Warnings()) > 0 {
		t.Errorf("%q is left, said %q", diff, r.Warnings())
	}
}

// When the operation's own timeout is up, the message says what was waited for. The next run takes up where this one
// left: it waits for the cluster to take changes again.
func TestClusterAuditLog_taskOutlastsTheTimeout(t *testing.T) {
	t.Parallel()
	cloud := slowly(t, "75s")
	r := cloud.Resource(t, auditKind)
	short := map[string]any{"create": "30s", "update": "20s", "delete": "10s"}
	fails := func(err error, doing, after string) {
		t.Helper()
		says := acctest.Says(doing+" the audit log of cluster", "the service accepted the change", "account "+acctest.Retail+", region cn-hangzhou as task T-", ", but the time was up after "+after+" and it still is running")
		if err == nil || !says.MatchString(err.Error()) || !r.InState() {
			t.Errorf("in state %t, %v", r.InState(), err)
		}
	}
	succeeds := func(err error, project string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if err := logsOf(cloud, project, nil); err != nil {
			t.Error(err)
		}
	}
	fails(r.Apply(auditArguments("timeouts", short)), "Changing", "30s")
	cloud.Clock.Advance(75 * time.Second) // tainted: undone and made anew, for which a task has to end too
	fails(r.Apply(auditArguments("timeouts", short)), "Restoring", "10s")
	cloud.Clock.Advance(75 * time.Second)
	r = cloud.Resource(t, auditKind)
	succeeds(r.Apply(auditArguments("timeouts", map[string]any{"update": "20s", "delete": "10s"})), ownProject())
	fails(r.Apply(auditArguments("project", central, "timeouts", map[string]any{"update": "20s", "delete": "10s"})), "Changing", "20s")
	succeeds(r.Apply(auditArguments("project", central, "timeouts", map[string]any{"delete": "10s"})), central)
	fails(r.Destroy(), "Restoring", "10s")
	succeeds(r.Apply(auditArguments("project", central)), central) // it waits until the cluster is free again
	succeeds(r.Destroy(), "")
}

// A cluster that somebody else changes is waited for.
func TestClusterAuditLog_busyCluster(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"by its code":          {Status: 400, Code: "ErrorClusterState", Message: "not now"},
		"by a number and text": {Status: 400, Code: "400", Message: "cannot operate cluster where state is updating"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			fault.Action, fault.First = "UpdateClusterAuditLogConfig", 5
			busy := cloud.AddFault(fault)
			if said := cloud.Live(t, auditKind, auditArguments()); len(said) > 0 || busy.Hits() != 5 {
				t.Errorf("%q after %d refusals", said, busy.Hits())
			}
		})
	}
	t.Run("for ever", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.Fleet())
		cloud.Change(t, "retail", func(c *simulator.Cluster) { c.State = "upgrading" })
		r := cloud.Resource(t, auditKind)
		says := acctest.Says("Changing the audit log of cluster", "the cluster is being changed otherwise, and was waited for 15m0s", "cannot operate cluster where state is upgrading", "request ID")
		if err := r.Apply(auditArguments()); err == nil || !says.MatchString(err.Error()) || r.InState() {
			t.Errorf("in state %t, %v", r.InState(), err)
		}
	})
}

func TestClusterAuditLog_faults(t *testing.T) {
	t.Parallel()
	cut := func(action, reset string) simulator.Fault {
		return simulator.Fault{Action: action, Reset: reset, First: 1}
	}
	for name, fault := range map[string]simulator.Fault{
		"throttled twice":           {Product: "cs", Status: 400, Code: "Throttling.User", First: 2},
		"throttled by another code": {Product: "cs", Status: 503, Code: "QPS Limit Exceeded", First: 1},
		"task throttled":            {Action: "DescribeTaskInfo", Status: 400, Code: "Throttling.User", First: 9},
		"task: server error":        {Action: "DescribeTaskInfo", Status: 500, Code: "InternalError", First: 9},
		"server error on reads":     {Action: "GetClusterAuditProject", Status: 500, Code: "InternalError", First: 2},
		"truncated answer":          {Action: "CheckControlPlaneLogEnable", Body: simulator.BodyTruncated, First: 1},
		"a proxy's error page":      {Action: "GetClusterAuditProject", Body: simulator.BodyHTML, First: 1},
		"answer lost":               cut("UpdateClusterAuditLogConfig", simulator.ResetAfterCommit),
		"request lost":              cut("UpdateClusterAuditLogConfig", simulator.ResetBeforeCommit),
		"other answer lost":         cut("UpdateControlPlaneLog", simulator.ResetAfterCommit),
		"task cut":                  cut("DescribeTaskInfo", simulator.ResetBeforeCommit),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := slowly(t, "90s")
			before := cloud.Snapshot()
			hits := cloud.AddFault(fault)
			if said := cloud.Live(t, auditKind, auditArguments("control_plane_logs", kcmLogs)); len(said) > 0 {
				t.Error(said)
			}
			if diff := changedSince(before, cloud); len(diff) > 0 {
				t.Errorf("%q is left", diff)
			}
			if hits.Hits() == 0 {
				t.Error("the fault never struck")
			}
		})
	}
	t.Run("throttled to the end", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.Fleet())
		cloud.AddFault(simulator.Fault{Product: "cs", Status: 429, Code: "Throttling.Api", Message: "Request was denied due to api flow control."})
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			Steps: []resource.TestStep{{
				Config: cloud.Provider("", auditBlock("")), ExpectError: acctest.Says("throttled", "Throttling.Api", "6 attempts", "lower requests_per_second"),
			}},
		})
	})
	t.Run("answers lost to the end", func(t *testing.T) {
		t.Parallel()
		cloud := slowly(t, "90s")
		fault := cloud.AddFault(simulator.Fault{Action: "UpdateClusterAuditLogConfig", Reset: simulator.ResetBeforeCommit})
		r := cloud.Resource(t, auditKind)
		says := acctest.Says("Changing the audit log of cluster", "network", "UpdateClusterAuditLogConfig", "account "+acctest.Retail)
		if err := r.Apply(auditArguments()); err == nil || !says.MatchString(err.Error()) {
			t.Errorf("said %v", err)
		}
		// It may have happened, so it is in the state, and the next run puts it right.
		if !r.InState() {
			t.Error("it is not in the state")
		}
		fault.Remove()
		if err := r.Apply(auditArguments()); err != nil {
			t.Error(err)
		}
		if err := logsOf(cloud, ownProject(), nil); err != nil {
			t.Error(err)
		}
	})
}

// Whether the service takes a change to what there is already is not documented: if it refuses that, nothing is wrong.
func TestClusterAuditLog_changeOfNothingRefused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	r := cloud.Resource(t, auditKind)
	if err := r.Apply(auditArguments()); err != nil {
		t.Fatal(err)
	}
	// Somebody switches it off, and the refresh of destroy sees it.
	cloud.Change(t, "retail", func(c *simulator.Cluster) { c.AuditLog = nil })
	refused := cloud.AddFault(simulator.Fault{Action: "UpdateClusterAuditLogConfig", Status: 400, Code: "AuditLogDisabled", Message: "auditing is off already"})
	if err := r.Destroy(); err != nil || len(r.Warnings()) > 0 || refused.Hits() != 1 {
		t.Errorf("%v %q after %d calls", err, r.Warnings(), refused.Hits())
	}
}

// Each right that is missing is named, and nothing leaves the state.
func TestClusterAuditLog_denied(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	config := cloud.Provider("", auditBlock(`control_plane_logs = { components = ["kcm"] }`))
	changed := cloud.Provider("", auditBlock(`control_plane_logs = { components = ["ccm"] }`+"\n"+`project = "central-logs"`))
	var saved []simulator.Role
	step := func(action, config string, says ...string) []resource.TestStep {
		says = append(says, "denied", "account "+acctest.Retail, "allow the RAM action "+action)
		return []resource.TestStep{
			{PreConfig: func() { cloud.DenyMember(t, acctest.Retail, action) }, Config: config, ExpectError: acctest.Says(says...)},
			{PreConfig: func() { cloud.AllowMember(t, acctest.Retail) }, Config: config},
			{Config: cloud.Provider("", auditBlock(`control_plane_logs = { components = ["kcm"] }`))},
		}
	}
	steps := []resource.TestStep{{Config: config}}
	steps = append(steps, step("cs:GetClusterAuditProject", config, "Reading the audit log of cluster")...)
	steps = append(steps, step("cs:CheckControlPlaneLogEnable", config, "Reading the control-plane logs of cluster")...)
	steps = append(steps, step("cs:UpdateClusterAuditLogConfig", changed, "Changing the audit log of cluster")...)
	steps = append(steps, step("cs:UpdateControlPlaneLog", changed, "Changing the control-plane logs of cluster")...)
	steps = append(steps, step("cs:EnableCoreControlPlaneComponentsLog", changed, "Changing the control-plane logs of cluster")...)
	steps = append(
		steps,
		resource.TestStep{
			PreConfig: func() { cloud.DenyMember(t, acctest.Retail, "cs:DescribeTaskInfo") }, Config: cloud.Provider("", auditBlock("enabled = false")),
			ExpectError: acctest.Says("Changing the audit log of cluster", "denied", "the service accepted the change", "as task T-", "allow the RAM action cs:DescribeTaskInfo"),
		},
		resource.TestStep{PreConfig: func() { cloud.AllowMember(t, acctest.Retail) }, Config: config},
		resource.TestStep{
			PreConfig: func() {
				account, _ := cloud.Account(acctest.Retail)
				saved = account.Roles
				cloud.RemoveRole(t, acctest.Retail)
			},
			Config: config, ExpectError: acctest.Says("Reading the audit log of cluster", "EntityNotExist.Role", "create the role"),
		},
		resource.TestStep{PreConfig: func() { cloud.SetRoles(t, acctest.Retail, saved) }, Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
	)
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// Only that the cluster is gone removes the settings from the state. Nothing else that goes wrong on the way does, and an
// answer that does not say whether auditing is on does not mean that it is off.
func TestClusterAuditLog_staysInState(t *testing.T) {
	t.Parallel()
	breaks := map[string]func(*testing.T, *acctest.Cloud) func(){}
	for name, fault := range map[string]simulator.Fault{
		"account unknown to STS": {Action: "AssumeRole", Status: 404, Code: "InvalidAccount.NotFound"},
		"project not found":      {Action: "GetClusterAuditProject", Status: 404, Code: "ProjectNotExist"},
		"something not found":    {Action: "GetClusterAuditProject", Status: 404, Code: "ErrorAuditLogNotFound"},
		"a bare number":          {Action: "CheckControlPlaneLogEnable", Status: 404, Code: "404"},
		"logs not found":         {Action: "CheckControlPlaneLogEnable", Status: 404, Code: "ErrorLogNotFound"},
	} {
		breaks[name] = func(_ *testing.T, c *acctest.Cloud) func() { return c.AddFault(fault).Remove }
	}
	for name, answer := range map[string]struct{ suffix, body string }{
		"null":                 {"/audit", `null`},
		"an empty object":      {"/audit", `{}`},
		"no audit_enabled":     {"/audit", `{"sls_project_name":"central-logs"}`},
		"audit_enabled: null":  {"/audit", `{"audit_enabled":null,"sls_project_name":"central-logs"}`},
		"an error in a 200":    {"/audit", `{"code":"Throttling.User","message":"Request was denied due to user flow control."}`},
		"no components":        {"/controlplanelog", `{"log_project":"central-logs","log_ttl":"30"}`},
		"retention of a month": {"/controlplanelog", `{"components":["kcm"],"log_ttl":"a month"}`},
	} {
		breaks[name] = func(t *testing.T, c *acctest.Cloud) func() {
			t.Helper()
			broken := true
			c.Behind(t, func(r *http.Request) (string, int, bool) {
				return answer.body, http.StatusOK, broken && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, answer.suffix)
			})
			return func() { broken = false }
		}
	}
	for name, breakIt := range breaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			r, wanted := cloud.Resource(t, auditKind), auditArguments("control_plane_logs", kcmLogs)
			if err := r.Apply(wanted); err != nil {
				t.Fatal(err)
			}
			repair := breakIt(t, cloud)
			if _, err := r.Settled(wanted); err == nil {
				t.Error("nothing was broken")
			}
			repair()
			if nothing, err := r.Settled(wanted); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
		})
	}
}

// A service that still names the project of an audit log that is off changes nothing.
func TestClusterAuditLog_projectWhileOff(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		cluster, _ := cloud.Cluster(acctest.ClusterID("retail"))
		return `{"audit_enabled":false,"sls_project_name":"last-time"}`, http.StatusOK, cluster.AuditLog == nil && strings.HasSuffix(r.URL.Path, "/audit")
	})
	said := cloud.Live(t, auditKind, auditArguments("enabled", false), auditArguments("project", central), auditArguments("enabled", false), auditArguments("enabled", false, "project", "planned-logs"))
	if err := logsOf(cloud, "", nil); err != nil || len(said) > 0 {
		t.Errorf("%v %q", err, said)
	}
}

// A change that is taken and not done must not pass for one.
func TestClusterAuditLog_acceptedAndIgnored(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"with a task": `{"task_id":"T-1","cluster_id":"c1"}`, "without": `{"cluster_id":"c1"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				if strings.HasSuffix(r.URL.Path, "/T-1") {
					return `{"task_id":"T-1","state":"success"}`, http.StatusOK, true
				}
				return answer, http.StatusOK, r.Method == http.MethodPut
			})
			acctest.InProcess(t, resource.TestCase{
				ProtoV6ProviderFactories: cloud.Factories(),
				Steps: []resource.TestStep{{
					Config: cloud.Provider("", auditBlock("")),
					ExpectError: acctest.Says("Changing the audit log of cluster", "the service accepted the change of the audit log of cluster",
						"account "+acctest.Retail, "the time was up after 15m0s and it still is not as planned: enabled is false, not true"),
				}},
			})
		})
	}
}

// What is sent is what the API documents: the retention as text, and nothing that the block leaves to the service.
func TestClusterAuditLog_sent(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	if said := cloud.Live(t, auditKind, auditArguments("control_plane_logs", kcmLogs), auditArguments("project", central)); len(said) > 0 {
		t.Fatal(said)
	}
	var got []string
	for _, r := range cloud.Requests(simulator.Filter{}) {
		if r.Method == http.MethodPut {
			got = append(got, fmt.Sprintf("%s %s", r.Action, r.Body))
		}
	}
	want := []string{
		`UpdateClusterAuditLogConfig {"disable":false}`, `UpdateControlPlaneLog {"components":["kcm"],"log_ttl":"30"}`,
		`UpdateClusterAuditLogConfig {"disable":false,"sls_project_name":"central-logs"}`, `UpdateControlPlaneLog {"components":[]}`,
		`UpdateClusterAuditLogConfig {"disable":true}`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
