package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// auditCalls are the calls that v4 of the SDK does not type, on one cluster.
type auditCalls struct {
	t      *testing.T
	server *Server
	name   string
}

func (a auditCalls) read() object {
	a.t.Helper()
	answer, err := roa(a.t, a.server, keyOf("FAKELOCAL"), "GetClusterAuditProject", http.MethodGet, "/clusters/"+clusterID(a.name)+"/audit", nil, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer
}

func (a auditCalls) update(body map[string]any) (object, error) {
	a.t.Helper()
	return roa(a.t, a.server, keyOf("FAKELOCAL"), "UpdateClusterAuditLogConfig", http.MethodPut, "/clusters/"+clusterID(a.name)+"/audit_log", nil, body)
}

func (a auditCalls) task(answer object) object {
	a.t.Helper()
	task, err := roa(a.t, a.server, keyOf("FAKELOCAL"), "DescribeTaskInfo", http.MethodGet, "/tasks/"+answer.text("task_id"), nil, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return task
}

// want checks what is read of auditing, and that meta_data says the same.
func (a auditCalls) want(when string, on bool, project string) {
	a.t.Helper()
	if got := a.read(); got["audit_enabled"] != on || got.text("sls_project_name") != project {
		a.t.Errorf("%s: %v, want %v %q", when, got, on, project)
	}
	detail, err := csClient(a.t, a.server, keyOf("FAKELOCAL"), true).DescribeClusterDetail(tea.String(clusterID(a.name)))
	if err != nil {
		a.t.Fatal(err)
	}
	var meta object
	if err := json.Unmarshal([]byte(tea.StringValue(detail.Body.MetaData)), &meta); err != nil || meta.text("AuditProjectName") != project {
		a.t.Errorf("%s: meta_data %v, %v", when, meta, err)
	}
}

func TestAuditLog(t *testing.T) {
	at, s := &clock{now: time.Now()}, testScenario()
	s.Behaviour.TaskDuration = "10s"
	cloud, server := startCloud(t, s, withClock(at))
	a := auditCalls{t, server, "one"}
	before := cloud.Snapshot()
	a.want("at first", false, "")

	own := "k8s-log-" + clusterID("one")
	for _, step := range []struct {
		body    map[string]any
		on      bool
		project string
	}{
		{map[string]any{}, true, own},
		{map[string]any{"disable": false, "sls_project_name": "central"}, true, "central"},
		{map[string]any{"disable": false}, true, "central"},
		{map[string]any{"disable": true}, false, ""},
		{map[string]any{"disable": true}, false, ""},
	} {
		was := a.read()
		answer, err := a.update(step.body)
		if err != nil {
			t.Fatal(err)
		}
		if task := a.task(answer); answer.text("cluster_id") != clusterID("one") || task["state"] != "running" || fmt.Sprint(a.read()) != fmt.Sprint(was) {
			t.Errorf("%v: %v, task %v, reads %v", step.body, answer, task, a.read())
		}
		_, err = a.update(step.body)
		wantCode(t, err, http.StatusBadRequest, "ErrorClusterState")
		at.Advance(10 * time.Second)
		if task := a.task(answer); task["state"] != "success" || task["error"] != nil {
			t.Errorf("%v: task %v", step.body, task)
		}
		a.want(fmt.Sprint(step.body), step.on, step.project)
	}
	// The Logstores stay, with what is in them.
	if diff := slices.DeleteFunc(before.Diff(cloud.Snapshot()), func(line string) bool { return strings.HasPrefix(line, "+ log ") }); len(diff) > 0 {
		t.Errorf("on and off again leaves %q", diff)
	}
}

// Where a scenario says it makes no difference.
func TestAuditLogOfTheScenario(t *testing.T) {
	s := testScenario()
	clusters := s.Accounts[1].Clusters
	clusters[0].MetaData = map[string]any{"AuditProjectName": "central"}
	clusters[1].AuditLog = &AuditLog{}
	cloud, server := startCloud(t, s)
	auditCalls{t, server, "one"}.want("in meta_data", true, "central")
	auditCalls{t, server, "two"}.want("in audit_log", true, "k8s-log-"+clusterID("two"))
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.AuditLog = nil }); err != nil {
		t.Fatal(err)
	}
	auditCalls{t, server, "one"}.want("switched off", false, "")
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MetaData["AuditProjectName"] = "other" }); err != nil {
		t.Fatal(err)
	}
	auditCalls{t, server, "one"}.want("switched on in meta_data", true, "other")
	added := testScenario().Accounts[1].Clusters[0]
	added.ClusterID, added.MetaData = clusterID("four"), map[string]any{"AuditProjectName": "new"}
	if err := cloud.AddCluster(testMember, added); err != nil {
		t.Fatal(err)
	}
	auditCalls{t, server, "four"}.want("added", true, "new")
	if added.MetaData["AuditProjectName"] != "new" {
		t.Error("the caller's cluster was changed")
	}
}

func TestAuditLogByType(t *testing.T) {
	s := testScenario()
	clusters := s.Accounts[1].Clusters
	clusters[0].ClusterType, clusters[0].AuditLog = "Kubernetes", &AuditLog{}
	clusters[1].ClusterType, clusters[1].AuditLog = "ExternalKubernetes", &AuditLog{}
	_, server := startCloud(t, s)
	dedicated, registered := auditCalls{t, server, "one"}, auditCalls{t, server, "two"}
	_, err := dedicated.update(map[string]any{"sls_project_name": "central"})
	wantCode(t, err, http.StatusBadRequest, "ErrorNotSupport")
	if _, err := dedicated.update(map[string]any{"disable": true}); err != nil {
		t.Error(err)
	}
	_, err = registered.update(map[string]any{"disable": true})
	wantCode(t, err, http.StatusBadRequest, "ErrorNotSupport")
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	_, err = client.CheckControlPlaneLogEnable(tea.String(clusterID("one")))
	wantCode(t, err, http.StatusBadRequest, "ErrorNotSupport")
	_, err = client.UpdateControlPlaneLog(tea.String(clusterID("two")), &cs.UpdateControlPlaneLogRequest{})
	wantCode(t, err, http.StatusBadRequest, "ErrorNotSupport")
}

func TestControlPlaneLog(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	client, id := csClient(t, server, keyOf("FAKELOCAL"), true), tea.String(clusterID("one"))
	before := cloud.Snapshot()
	want := func(when, want string) {
		t.Helper()
		read, err := client.CheckControlPlaneLogEnable(id)
		if err != nil {
			t.Fatal(err)
		}
		b := read.Body
		if got := fmt.Sprint(tea.StringSliceValue(b.Components), tea.StringValue(b.LogProject), tea.StringValue(b.LogTtl), tea.StringValue(b.Aliuid)); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	update := func(r cs.UpdateControlPlaneLogRequest) error {
		answer, err := client.UpdateControlPlaneLog(id, &r)
		if err == nil && tea.StringValue(answer.Body.TaskId) == "" {
			t.Error("no task")
		}
		return err
	}
	want("at first", "[]30"+testMember)
	for _, step := range []struct {
		request cs.UpdateControlPlaneLogRequest
		want    string
	}{
		{cs.UpdateControlPlaneLogRequest{Components: tea.StringSlice([]string{"kcm", "apiserver"})}, "[kcm apiserver]k8s-log-" + clusterID("one") + "30"},
		{cs.UpdateControlPlaneLogRequest{LogTtl: tea.String("7"), LogProject: tea.String("central"), Aliuid: tea.String(testMember)}, "[kcm apiserver]central7"},
		{cs.UpdateControlPlaneLogRequest{Components: []*string{}}, "[]30"},
	} {
		if err := update(step.request); err != nil {
			t.Fatal(err)
		}
		want(step.request.String(), step.want+testMember)
	}
	// The Logstores stay, with what is in them.
	if diff := slices.DeleteFunc(before.Diff(cloud.Snapshot()), func(line string) bool { return strings.HasPrefix(line, "+ log ") }); len(diff) > 0 {
		t.Errorf("on and off again leaves %q", diff)
	}
	for field, request := range map[string]cs.UpdateControlPlaneLogRequest{
		"components": {Components: tea.StringSlice([]string{"audit"})}, "log_ttl": {LogTtl: tea.String("3001")}, "aliuid": {Aliuid: tea.String(testOther)},
	} {
		wantCode(t, update(request), http.StatusBadRequest, "InvalidParameter."+field)
	}

	// The page names a second action that a caller must have.
	if err := cloud.UpdateAccount(testMember, func(a *Account) {
		a.Users[0].Policies = []rampolicy.Document{{Statement: []rampolicy.Statement{{
			Effect: "Deny", Action: rampolicy.Strings{"cs:EnableCoreControlPlaneComponentsLog"}, Resource: rampolicy.Strings{"*"},
		}}}}
	}); err != nil {
		t.Fatal(err)
	}
	err := update(cs.UpdateControlPlaneLogRequest{})
	wantCode(t, err, http.StatusForbidden, "Forbidden.RAM")
	if !strings.Contains(err.Error(), "cs:EnableCoreControlPlaneComponentsLog") {
		t.Error(err)
	}
}

func TestTaskThatFails(t *testing.T) {
	s := testScenario()
	s.Behaviour.TaskDuration = "10s"
	s.Accounts[1].Clusters[0].TaskFailure = &TaskFailure{Code: "ProjectNotExist", Message: "no such project"}
	at := &clock{now: time.Now()}
	cloud, server := startCloud(t, s, withClock(at))
	a := auditCalls{t, server, "one"}
	before := cloud.Snapshot()
	answer, err := a.update(map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	if task := a.task(answer); task["state"] != "running" || task["error"] != nil {
		t.Errorf("at first %v", task)
	}
	at.Advance(10 * time.Second)
	if task := a.task(answer); task["state"] != "failed" || fmt.Sprint(task["error"]) != "map[code:ProjectNotExist message:no such project]" {
		t.Errorf("then %v", task)
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("it leaves %q", diff)
	}
}

// A change shows late, as any of a cluster.
func TestAuditLogLags(t *testing.T) {
	_, server, _ := laggingCloud(t, Consistency{Reads: 1})
	a := auditCalls{t, server, "one"}
	if _, err := a.update(map[string]any{}); err != nil {
		t.Fatal(err)
	}
	for _, on := range []bool{false, true} {
		if got := a.read(); got["audit_enabled"] != on {
			t.Errorf("%v, want %t", got, on)
		}
	}
	client, id := csClient(t, server, keyOf("FAKELOCAL"), true), tea.String(clusterID("two"))
	if _, err := client.UpdateControlPlaneLog(id, &cs.UpdateControlPlaneLogRequest{Components: tea.StringSlice([]string{"ccm"})}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1} {
		if got, err := client.CheckControlPlaneLogEnable(id); err != nil || len(got.Body.Components) != n {
			t.Errorf("%v %v, want %d", got, err, n)
		}
	}
}
