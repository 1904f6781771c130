package logshipping_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	auditKind    = "ackguard_cluster_audit_log"
	auditAddress = auditKind + ".this"
	central      = "central-logs"
)

// auditBlock is a resource block for the cluster retail; arguments may follow.
func auditBlock(arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_cluster_audit_log" "this" {
  account_id = %q
  region     = "cn-hangzhou"
  cluster_id = %q
%s
}`, acctest.Retail, acctest.ClusterID("retail"), arguments)
}

// auditArguments are those of auditBlock, for tests without the CLI.
func auditArguments(others ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": acctest.Retail, "region": "cn-hangzhou", "cluster_id": acctest.ClusterID("retail")}, others...)
}

func auditImportID() string { return acctest.Retail + "/cn-hangzhou/" + acctest.ClusterID("retail") }

func ownProject() string { return "k8s-log-" + acctest.ClusterID("retail") }

// logsOf checks what the cloud holds for the cluster retail: the project of the audit log, or "" for none, and the
// control-plane logs, or nil for none.
func logsOf(cloud *acctest.Cloud, project string, logs *simulator.ControlPlaneLog) error {
	cluster, ok := cloud.Cluster(acctest.ClusterID("retail"))
	if !ok {
		return errors.New("the cluster is gone")
	}
	is := ""
	if cluster.AuditLog != nil {
		is = cluster.AuditLog.SLSProjectName
	}
	if is != project || !reflect.DeepEqual(cluster.ControlPlaneLog, logs) {
		return fmt.Errorf("the cloud holds %q and %+v, want %q and %+v", is, cluster.ControlPlaneLog, project, logs)
	}
	return nil
}

func holds(cloud *acctest.Cloud, project string, logs *simulator.ControlPlaneLog) resource.TestCheckFunc {
	return acctest.Func(func() error { return logsOf(cloud, project, logs) })
}

// found is Fleet in which the cluster retail has logs.
func found(t *testing.T, project string, logs *simulator.ControlPlaneLog) *acctest.Cloud {
	t.Helper()
	scenario := acctest.Fleet()
	cluster := &scenario.Accounts[1].Clusters[0]
	if project != "" {
		cluster.AuditLog = &simulator.AuditLog{SLSProjectName: project}
	}
	cluster.ControlPlaneLog = logs
	return acctest.New(t, scenario)
}

func planned(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(auditAddress, a)}}
}

func TestClusterAuditLog_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	value := func(check knownvalue.Check, path tfjsonpath.Path) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(auditAddress, path, check)
	}
	text := knownvalue.StringExact
	logs := tfjsonpath.New("control_plane_logs")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             holds(cloud, "", nil),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", auditBlock("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(auditAddress, tfjsonpath.New("logstore"), text("audit-"+acctest.ClusterID("retail"))),
					plancheck.ExpectUnknownValue(auditAddress, tfjsonpath.New("project")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					value(knownvalue.Bool(true), tfjsonpath.New("enabled")), value(text(ownProject()), tfjsonpath.New("project")),
					value(knownvalue.Null(), logs), value(text("audit-"+acctest.ClusterID("retail")), tfjsonpath.New("logstore")),
				},
				Check: holds(cloud, ownProject(), nil),
			},
			{ // update in place, of every argument that the API has
				Config: cloud.Provider("", auditBlock(`
  project            = "central-logs"
  control_plane_logs = { components = ["kcm", "apiserver"] }`)),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					value(knownvalue.Int64Exact(30), logs.AtMapKey("ttl_days")), value(text(ownProject()), logs.AtMapKey("project")),
				},
				Check: holds(cloud, central, &simulator.ControlPlaneLog{Components: []string{"apiserver", "kcm"}, LogProject: ownProject(), LogTTL: "30"}),
			},
			{ // without project, the project stays
				Config: cloud.Provider("", auditBlock(`
  control_plane_logs = {
    components = ["ccm"]
    ttl_days   = 7
    project    = "central-logs"
  }`)),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				Check:            holds(cloud, central, &simulator.ControlPlaneLog{Components: []string{"ccm"}, LogProject: central, LogTTL: "7"}),
			},
			{
				ResourceName: auditAddress, ImportState: true, ImportStateId: auditImportID(), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "cluster_id", ImportStateVerifyIgnore: []string{"audit_log_before", "control_plane_logs_before"},
			},
			{ // off: the state remembers where it went
				Config:            cloud.Provider("", auditBlock("enabled = false")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{value(text(central), tfjsonpath.New("project")), value(knownvalue.Null(), logs)},
				Check:             holds(cloud, "", nil),
			},
			{ // another cluster replaces
				Config: cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_audit_log" "this" {
  account_id = %q
  region     = "cn-shanghai"
  cluster_id = %q
}`, acctest.Payments, acctest.ClusterID("payments"))),
				ConfigPlanChecks: planned(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					value(text("k8s-log-"+acctest.ClusterID("payments")), tfjsonpath.New("project")), value(text("audit-"+acctest.ClusterID("payments")), tfjsonpath.New("logstore")),
				},
				Check: holds(cloud, "", nil),
			},
		},
	})
}

func TestClusterAuditLog_import(t *testing.T) {
	t.Parallel()
	cloud := found(t, central, &simulator.ControlPlaneLog{Components: []string{"kcm"}, LogProject: central, LogTTL: "7"})
	block := auditBlock(`
  project            = "central-logs"
  control_plane_logs = {
    components = ["kcm"]
    ttl_days   = 7
  }`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		// What was there before is not known, so it stays.
		CheckDestroy: holds(cloud, central, &simulator.ControlPlaneLog{Components: []string{"kcm"}, LogProject: central, LogTTL: "7"}),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", block) + fmt.Sprintf(`
import {
  to = %s
  id = %q
}`, auditAddress, auditImportID()),
				ConfigPlanChecks: planned(plancheck.ResourceActionNoop),
			},
			{ResourceName: auditAddress, ImportState: true, ImportStateId: "nonsense", ExpectError: acctest.Says(`"nonsense" is not of the form account_id/region/cluster_id`)},
			{ResourceName: auditAddress, ImportState: true, ImportStateId: acctest.Retail + "/cn-hangzhou/c1", ExpectError: acctest.Says("must be an ACK cluster ID")},
			{ResourceName: auditAddress, ImportState: true, ImportStateId: acctest.Retail + "/cn-hangzhou/" + acctest.ClusterID("nobody"), ExpectError: acctest.Says("Cannot import non-existent remote object")},
		},
	})
}

// importing reads by the protocol what an import brings.
func importing(t *testing.T, cloud *acctest.Cloud, given map[string]tftypes.Value) (state map[string]tftypes.Value, said []string) {
	t.Helper()
	p := cloud.Protocol(t)
	imported, err := p.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: auditKind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: acctest.Fill(t, p.Identities[auditKind].ValueType(), given)},
	})
	if err != nil {
		t.Fatal(err)
	}
	acctest.NoDiagnostics(t, imported.Diagnostics)
	got := imported.ImportedResources[0]
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: auditKind, CurrentState: got.State, CurrentIdentity: got.Identity, Private: got.Private})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range read.Diagnostics {
		said = append(said, fmt.Sprintf("%s: %s: %s", d.Severity, d.Summary, d.Detail))
	}
	return acctest.Attributes(t, p.Schemas.ResourceSchemas[auditKind].ValueType(), read.NewState), said
}

// Import by identity needs Terraform 1.12; here it is asked for in the protocol. Account and region may be left out.
func TestClusterAuditLog_importByIdentity(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].Clusters = []simulator.Cluster{acctest.Cluster("own", "cn-hangzhou", func(c *simulator.Cluster) { c.AuditLog = &simulator.AuditLog{} })}
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	state, said := importing(t, acctest.New(t, scenario), map[string]tftypes.Value{"cluster_id": text(acctest.ClusterID("own"))})
	if len(said) > 0 {
		t.Error(said)
	}
	for name, want := range map[string]string{
		"account_id": acctest.Management, "region": "cn-hangzhou", "project": "k8s-log-" + acctest.ClusterID("own"), "logstore": "audit-" + acctest.ClusterID("own"),
	} {
		if !state[name].Equal(text(want)) {
			t.Errorf("%s is %s, want %s", name, state[name], want)
		}
	}
	if !state["control_plane_logs"].IsNull() {
		t.Errorf("control_plane_logs is %s", state["control_plane_logs"])
	}
}

// A dedicated cluster has no control-plane logs, and is imported without them.
func TestClusterAuditLog_importWithoutControlPlane(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	cluster := &scenario.Accounts[0]
	cluster.Clusters = []simulator.Cluster{acctest.Cluster("own", "cn-hangzhou", func(c *simulator.Cluster) {
		c.AuditLog, c.ClusterType, c.ClusterSpec = &simulator.AuditLog{}, "Kubernetes", nil
	})}
	state, said := importing(t, acctest.New(t, scenario), map[string]tftypes.Value{"cluster_id": tftypes.NewValue(tftypes.String, acctest.ClusterID("own"))})
	if len(said) != 1 || !acctest.Says("WARNING", "Control-plane logs of a cluster were not imported", "Reading the control-plane logs", "only managed clusters").MatchString(said[0]) {
		t.Error(said)
	}
	if !state["control_plane_logs"].IsNull() || !state["enabled"].Equal(tftypes.NewValue(tftypes.Bool, true)) {
		t.Error(state)
	}
}

func TestClusterAuditLog_driftAndDisappearance(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	config := cloud.Provider("", auditBlock(`
  project            = "central-logs"
  control_plane_logs = { components = ["kcm"] }`))
	want := holds(cloud, central, &simulator.ControlPlaneLog{Components: []string{"kcm"}, LogProject: ownProject(), LogTTL: "30"})
	change := func(change func(*simulator.Cluster)) func() { return func() { cloud.Change(t, "retail", change) } }
	steps := []resource.TestStep{{Config: config, Check: want}}
	for _, drift := range []func(*simulator.Cluster){
		func(c *simulator.Cluster) { c.AuditLog = nil },
		func(c *simulator.Cluster) { c.AuditLog.SLSProjectName = "elsewhere" },
		func(c *simulator.Cluster) { c.ControlPlaneLog = nil },
		func(c *simulator.Cluster) { c.ControlPlaneLog.Components = []string{"ccm", "kcm"} },
		func(c *simulator.Cluster) { c.ControlPlaneLog.LogTTL = "7" },
	} {
		steps = append(steps, resource.TestStep{PreConfig: change(drift), Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), Check: want})
	}
	steps = append(
		steps,
		// Where the block names no project, the place that somebody chose is as good.
		resource.TestStep{
			PreConfig: change(func(c *simulator.Cluster) { c.ControlPlaneLog.LogProject = "elsewhere" }), Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionNoop),
		},
		resource.TestStep{
			PreConfig: func() {
				if err := cloud.DeleteCluster(acctest.ClusterID("retail")); err != nil {
					t.Fatal(err)
				}
			},
			Config: config, ExpectError: acctest.Says("Reading the audit log of cluster", "ErrorClusterNotFound", "a cluster answers only in its own region"),
		},
	)
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// A cluster that is deleted between the refresh and destroy takes its settings along.
func TestClusterAuditLog_clusterGone(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	r := cloud.Resource(t, auditKind)
	if err := r.Apply(auditArguments("control_plane_logs", map[string]any{"components": []any{"kcm"}})); err != nil {
		t.Fatal(err)
	}
	gone := cloud.AddFault(simulator.Fault{Action: "UpdateControlPlaneLog", Status: 404, Code: "ErrorClusterNotFound", First: 1})
	alsoGone := cloud.AddFault(simulator.Fault{Action: "UpdateClusterAuditLogConfig", Status: 404, Code: "ErrorClusterNotFound", First: 1})
	if err := r.Destroy(); err != nil || len(r.Warnings()) > 0 || r.InState() || gone.Hits()+alsoGone.Hits() != 2 {
		t.Errorf("%v %v, in state %t", err, r.Warnings(), r.InState())
	}
}

// CheckControlPlaneLogEnable never lists the audit log: whoever asked it would plan to switch auditing on for ever.
func TestClusterAuditLog_readThroughTheRightCall(t *testing.T) {
	t.Parallel()
	cloud := found(t, ownProject(), nil)
	r := cloud.Resource(t, auditKind)
	if err := r.Apply(auditArguments()); err != nil {
		t.Fatal(err)
	}
	for action, calls := range map[string]bool{"GetClusterAuditProject": true, "CheckControlPlaneLogEnable": false, "UpdateClusterAuditLogConfig": false, "UpdateControlPlaneLog": false} {
		if n := cloud.Count(simulator.Filter{Action: action}); (n > 0) != calls {
			t.Errorf("%d calls of %s", n, action)
		}
	}
	cloud.Change(t, "retail", func(c *simulator.Cluster) { c.AuditLog = nil })
	if nothing, err := r.Settled(auditArguments()); err != nil || nothing {
		t.Errorf("auditing that was switched off is not planned, %v", err)
	}
}

func TestClusterAuditLog_takeOver(t *testing.T) {
	t.Parallel()
	scheduler := &simulator.ControlPlaneLog{Components: []string{"scheduler"}, LogProject: "somewhere", LogTTL: "90"}
	kcm := map[string]any{"components": []any{"kcm"}}
	stays := acctest.Says("Log settings of a cluster stay", "account "+acctest.Retail, "ends as this resource found it")
	for name, c := range map[string]struct {
		project   string // what is there before
		logs      *simulator.ControlPlaneLog
		arguments map[string]any
		refused   []string // what the error says; then nothing is changed
		applied   string   // what the cloud holds afterwards
		warns     int      // on destroy
	}{
		"off and on":               {"", nil, auditArguments(), nil, ownProject(), 0},
		"off and off":              {"", nil, auditArguments("enabled", false), nil, "", 0},
		"on and on":                {central, nil, auditArguments(), nil, central, 1},
		"on and on, by name":       {central, nil, auditArguments("project", central), nil, central, 1},
		"on elsewhere":             {"somewhere", nil, auditArguments("project", central), []string{`project is "somewhere", not "central-logs"`}, "", 0},
		"on elsewhere, adopted":    {"somewhere", nil, auditArguments("project", central, "adopt_existing", true), nil, central, 0},
		"on and off":               {"somewhere", nil, auditArguments("enabled", false), []string{`enabled is true, not false`}, "", 0},
		"on and off, adopted":      {"somewhere", nil, auditArguments("enabled", false, "adopt_existing", true), nil, "", 0},
		"off and off, adopted":     {"", nil, auditArguments("enabled", false, "adopt_existing", true), nil, "", 1},
		"logs, not asked for":      {"", scheduler, auditArguments(), nil, ownProject(), 0},
		"other logs":               {"", scheduler, auditArguments("control_plane_logs", kcm), []string{`control_plane_logs.components is ["scheduler"], not ["kcm"]`, `ttl_days is 90, not 30`}, "", 0},
		"other logs, adopted":      {"", scheduler, auditArguments("control_plane_logs", kcm, "adopt_existing", true), nil, ownProject(), 0},
		"the same logs":            {"", scheduler, auditArguments("control_plane_logs", map[string]any{"components": []any{"scheduler"}, "ttl_days": 90}), nil, ownProject(), 1},
		"the same logs, elsewhere": {"", scheduler, auditArguments("control_plane_logs", map[string]any{"components": []any{"scheduler"}, "ttl_days": 90, "project": central}), []string{`control_plane_logs.project is "somewhere", not "central-logs"`}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := found(t, c.project, c.logs)
			before := cloud.Snapshot()
			r := cloud.Resource(t, auditKind)
			err := r.Apply(c.arguments)
			if len(c.refused) > 0 {
				says := acctest.Says(append(append([]string{"Cluster has other log settings", "account " + acctest.Retail}, c.refused...), "terraform import ADDRESS "+auditImportID(), "adopt_existing = true")...)
				if err == nil || !says.MatchString(err.Error()) || r.InState() {
					t.Errorf("said %v", err)
				}
				if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
					t.Errorf("a refusal changed %q", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if cluster, _ := cloud.Cluster(acctest.ClusterID("retail")); c.applied == "" && cluster.AuditLog != nil || c.applied != "" && (cluster.AuditLog == nil || cluster.AuditLog.SLSProjectName != c.applied) {
				t.Errorf("the cloud holds %+v, want %q", cluster.AuditLog, c.applied)
			}
			if n := len(r.Warnings()); n > 0 {
				t.Errorf("creating warns: %q", r.Warnings())
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			if diff := changedSince(before, cloud); len(diff) > 0 {
				t.Errorf("destroy leaves %q", diff)
			}
			if len(r.Warnings()) != c.warns || c.warns > 0 && !stays.MatchString(r.Warnings()[0]) {
				t.Errorf("destroying warns: %q", r.Warnings())
			}
		})
	}
}

// What is to be put back outlives updates, and does not depend on adopt_existing, which only says what may be overwritten.
func TestClusterAuditLog_putBackAfterUpdates(t *testing.T) {
	t.Parallel()
	cloud := found(t, "somewhere", &simulator.ControlPlaneLog{Components: []string{"scheduler"}, LogProject: "somewhere", LogTTL: "90"})
	before := cloud.Snapshot()
	kcm := map[string]any{"components": []any{"kcm"}}
	said := cloud.Live(
		t, auditKind, auditArguments("project", central, "control_plane_logs", kcm, "adopt_existing", true),
		auditArguments("enabled", false, "control_plane_logs", map[string]any{"components": []any{"ccm"}}),
		auditArguments("project", central, "control_plane_logs", kcm),
	)
	if diff := changedSince(before, cloud); len(diff) > 0 || len(said) > 0 {
		t.Errorf("%q is left, said %q", diff, said)
	}
}

// control_plane_logs comes and goes within the life of the resource: what was there is overwritten only if it may be, and comes back.
func TestClusterAuditLog_controlPlaneLogsComeAndGo(t *testing.T) {
	t.Parallel()
	scheduler := &simulator.ControlPlaneLog{Components: []string{"scheduler"}, LogProject: "somewhere", LogTTL: "90"}
	cloud := found(t, "", scheduler)
	kcm := map[string]any{"components": []any{"kcm"}}
	r := cloud.Resource(t, auditKind)
	if err := r.Apply(auditArguments()); err != nil {
		t.Fatal(err)
	}
	says := acctest.Says("Cluster has other log settings", `is ["scheduler"], not ["kcm"]`, "Make the block equal, or set adopt_existing = true")
	if err := r.Apply(auditArguments("project", central, "control_plane_logs", kcm)); err == nil || !says.MatchString(err.Error()) || strings.Contains(err.Error(), "terraform import") {
		t.Errorf("said %v", err)
	}
	if err := logsOf(cloud, ownProject(), scheduler); err != nil {
		t.Errorf("a refusal changed something: %s", err)
	}
	if err := r.Apply(auditArguments("control_plane_logs", kcm, "adopt_existing", true)); err != nil {
		t.Fatal(err)
	}
	if err := logsOf(cloud, ownProject(), &simulator.ControlPlaneLog{Components: []string{"kcm"}, LogProject: "somewhere", LogTTL: "30"}); err != nil {
		t.Error(err)
	}
	for range 2 { // the second time it finds what it has put back, which differs again
		if err := r.Apply(auditArguments()); err != nil {
			t.Fatal(err)
		}
		if err := logsOf(cloud, ownProject(), scheduler); err != nil {
			t.Error(err)
		}
		if err := r.Apply(auditArguments("control_plane_logs", kcm, "adopt_existing", true)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Destroy(); err != nil || len(r.Warnings()) > 0 {
		t.Errorf("%v %q", err, r.Warnings())
	}
	if err := logsOf(cloud, "", scheduler); err != nil {
		t.Error(err)
	}
}

func TestClusterAuditLog_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	for block, message := range map[string][]string{
		`project = "Central"`:                                                              {"Invalid Attribute Value Match", "project must be the name of a project of Log Service: 3 to 63 lower-case letters, digits and hyphens, no hyphen at the ends"},
		`project = "-central"`:                                                             {"project must be the name of a project of Log Service"},
		`project = "` + strings.Repeat("a", 64) + `"`:                                      {"project must be the name of a project of Log Service"},
		`control_plane_logs = {}`:                                                          {`components`},
		`control_plane_logs = { components = [] }`:                                         {"components set must contain at least 1 elements"},
		`control_plane_logs = { components = [null] }`:                                     {"Null"},
		`control_plane_logs = { components = ["audit"] }`:                                  {"Audit log is no component", "The audit log of the API server is switched by enabled"},
		`control_plane_logs = { components = ["Kube Scheduler"] }`:                         {"Invalid component", `"Kube Scheduler" must be the name of a component as the API has it`},
		`control_plane_logs = { components = ["kcm"], ttl_days = 0 }`:                      {"ttl_days value must be between 1 and 3000, got: 0"},
		`control_plane_logs = { components = ["kcm"], ttl_days = 3001 }`:                   {"ttl_days value must be between 1 and 3000, got: 3001"},
		`control_plane_logs = { components = ["kcm"], project = "a" }`:                     {"project must be the name of a project of Log Service"},
		`timeouts { create = "soon" }`:                                                     {"timeout"},
		`control_plane_logs = { components = ["kcm"] }` + "\n" + `adopt_existing = "some"`: {"adopt_existing"},
	} {
		t.Run(block, func(t *testing.T) {
			t.Parallel()
			acctest.InProcess(t, resource.TestCase{
				ProtoV6ProviderFactories: cloud.Factories(),
				Steps:                    []resource.TestStep{{Config: cloud.Provider("", auditBlock(block)), PlanOnly: true, ExpectError: acctest.Says(message...)}},
			})
		})
	}
	for name, c := range map[string]struct{ block, message string }{
		"cluster ID": {`cluster_id = "my-cluster"`, "must be an ACK cluster ID"},
		"region":     {`region = "cn-hangzou"` + "\n" + `cluster_id = "` + acctest.ClusterID("retail") + `"`, `Did you mean "cn-hangzhou"?`},
		"account":    {`account_id = "retail"` + "\n" + `cluster_id = "` + acctest.ClusterID("retail") + `"`, "must be an Alibaba Cloud account ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.InProcess(t, resource.TestCase{
				ProtoV6ProviderFactories: cloud.Factories(),
				Steps: []resource.TestStep{{
					Config: cloud.Provider("", "resource \""+auditKind+"\" \"this\" {\n"+c.block+"\n}"), PlanOnly: true, ExpectError: acctest.Says(c.message),
				}},
			})
		})
	}
	for name, c := range map[string]struct {
		change  func(*simulator.Cluster)
		block   string
		message []string
	}{
		"control-plane logs of a dedicated cluster": {
			func(c *simulator.Cluster) { c.ClusterType = "Kubernetes" }, `control_plane_logs = { components = ["kcm"] }`,
			[]string{"Reading the control-plane logs of cluster", "ErrorNotSupport", "only managed clusters have control-plane logs"},
		},
		"a component that the service does not have": {
			func(*simulator.Cluster) {}, `control_plane_logs = { components = ["etcd"] }`,
			[]string{"Changing the control-plane logs of cluster", "InvalidParameter.components", `component "etcd" is not supported`, "request ID"},
		},
		"another project of a dedicated cluster": {
			func(c *simulator.Cluster) {
				c.ClusterType, c.AuditLog = "Kubernetes", &simulator.AuditLog{SLSProjectName: "somewhere"}
			},
			"project = \"central-logs\"\nadopt_existing = true",
			[]string{"Changing the audit log of cluster", "account " + acctest.Retail, "ErrorNotSupport", "only managed clusters can change the project"},
		},
		"cluster of another region": {
			func(*simulator.Cluster) {}, "", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			cloud.Change(t, "retail", c.change)
			config, message := auditBlock(c.block), c.message
			if message == nil {
				config = strings.Replace(config, acctest.ClusterID("retail"), acctest.ClusterID("payments"), 1)
				message = []string{"Reading the audit log of cluster", "ErrorClusterNotFound", "check that the cluster is in account " + acctest.Retail + " and region cn-hangzhou"}
			}
			acctest.InProcess(t, resource.TestCase{
				ProtoV6ProviderFactories: cloud.Factories(),
				Steps:                    []resource.TestStep{{Config: cloud.Provider("", config), ExpectError: acctest.Says(message...)}},
			})
		})
	}
}

// State of another account than the block resolves to is an error, as with every resource.
func TestClusterAuditLog_ownAccount(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].Clusters = []simulator.Cluster{acctest.Cluster("own", "cn-hangzhou")}
	cloud := acctest.New(t, scenario)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", fmt.Sprintf("resource %q \"this\" {\n cluster_id = %q\n}", auditKind, acctest.ClusterID("own"))),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(auditAddress, tfjsonpath.New("account_id"), knownvalue.StringExact(acctest.Management)),
				plancheck.ExpectKnownValue(auditAddress, tfjsonpath.New("region"), knownvalue.StringExact("cn-hangzhou")),
			}},
		}},
	})
}
