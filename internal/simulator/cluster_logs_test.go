package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// wantStores checks the Logstores of a project with their ttl.
func wantStores(t *testing.T, cloud *Cloud, when, project string, want ...string) {
	t.Helper()
	got := []string{}
	p, _ := cloud.LogProject(project)
	for i := range p.LogStores {
		s := &p.LogStores[i]
		if s.Index == nil || p.AccountID != testMember {
			t.Errorf("%s: %s of %s has the index %v", when, s.LogStoreName, p.AccountID, s.Index)
		}
		got = append(got, fmt.Sprintf("%s %d", s.LogStoreName, s.TTL))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %s has %q, want %q", when, project, got, want)
	}
}

// TestClusterLogPlaces: settings of a cluster make the Logstores that they need, and never take one away.
func TestClusterLogPlaces(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	id, own := clusterID("one"), "k8s-log-"+clusterID("one")
	a := auditCalls{t, server, "one"}
	update := func(body map[string]any) {
		t.Helper()
		if _, err := a.update(body); err != nil {
			t.Fatal(err)
		}
	}
	control := func(body map[string]any) {
		t.Helper()
		if _, err := roa(t, server, keyOf("FAKELOCAL"), "UpdateControlPlaneLog", http.MethodPut, "/clusters/"+id+"/controlplanelog", nil, body); err != nil {
			t.Fatal(err)
		}
	}
	update(map[string]any{})
	wantStores(t, cloud, "on", own, "audit-"+id+" 30")
	mustDo(t, cloud.WriteAudit(id, map[string]any{"verb": "get"}))
	update(map[string]any{"sls_project_name": "central"})
	wantStores(t, cloud, "moved", "central", "audit-"+id+" 30")
	update(map[string]any{"disable": true})
	wantStores(t, cloud, "off", own, "audit-"+id+" 30")
	if rows := cloud.LogRows(own, "audit-"+id); len(rows) != 1 {
		t.Errorf("off left %v", rows)
	}
	mustDo(t, cloud.UpdateLogStore(own, "audit-"+id, func(s *LogStore) { s.TTL = 1 }))
	update(map[string]any{})
	wantStores(t, cloud, "on again", own, "audit-"+id+" 1")

	control(map[string]any{"components": []string{"kcm", "apiserver"}, "log_ttl": "7"})
	wantStores(t, cloud, "components", own, "apiserver-"+id+" 7", "audit-"+id+" 1", "kcm-"+id+" 7")
	control(map[string]any{"components": []string{"kcm"}, "log_ttl": "9"})
	control(map[string]any{"components": []string{}})
	wantStores(t, cloud, "no components", own, "apiserver-"+id+" 7", "audit-"+id+" 1", "kcm-"+id+" 9")

	mustDo(t, cloud.UpdateCluster(clusterID("two"), func(c *Cluster) { c.ClusterType, c.AuditLog = "Kubernetes", &AuditLog{} }))
	wantStores(t, cloud, "dedicated", "k8s-log-"+clusterID("two"), "audit-"+clusterID("two")+" 365")

	mustDo(t, cloud.AddLogProject(testOther, LogProject{ProjectName: "strange", Region: "cn-hangzhou"}))
	for _, change := range []func(*Cluster){
		func(c *Cluster) { c.AuditLog = &AuditLog{SLSProjectName: "strange"} },
		func(c *Cluster) { c.AuditLog = &AuditLog{SLSProjectName: "NO"} },
		func(c *Cluster) {
			c.ControlPlaneLog = &ControlPlaneLog{LogProject: "strange", Components: []string{"kcm"}, LogTTL: "1"}
		},
	} {
		if err := cloud.UpdateCluster(id, change); err == nil {
			t.Error("a cluster logs where it cannot")
		}
	}
	s := testScenario()
	s.Accounts[3].LogService = &LogService{Projects: []LogProject{{ProjectName: "strange", Region: "cn-hangzhou"}}}
	s.Accounts[1].Clusters[0].AuditLog = &AuditLog{SLSProjectName: "strange"}
	if _, err := New(s, Options{}); err == nil || !strings.Contains(err.Error(), id) {
		t.Error(err)
	}
}

// TestClusterLogElsewhere: what the cloud does with another account's project nobody knows.
func TestClusterLogElsewhere(t *testing.T) {
	messages := []string{}
	cloud, server := startCloud(t, testScenario(), expectUnexpected(&messages))
	mustDo(t, cloud.AddLogProject(testOther, LogProject{ProjectName: "strange", Region: "cn-hangzhou"}))
	_, err := auditCalls{t, server, "one"}.update(map[string]any{"sls_project_name": "strange"})
	wantCode(t, err, http.StatusNotImplemented, codeNotSimulated)
	_, err = roa(t, server, keyOf("FAKELOCAL"), "UpdateControlPlaneLog", http.MethodPut, "/clusters/"+clusterID("one")+"/controlplanelog", nil, map[string]any{"components": []string{"kcm"}, "log_project": "strange"})
	wantCode(t, err, http.StatusNotImplemented, codeNotSimulated)
	if len(messages) != 2 {
		t.Error(messages)
	}
}

// TestClusterLogRows: what clusters write, from a scenario and from a test.
func TestClusterLogRows(t *testing.T) {
	id, own := clusterID("one"), "k8s-log-"+clusterID("one")
	s := testScenario()
	one := &s.Accounts[1].Clusters[0]
	one.AuditLog = &AuditLog{}
	one.AuditEvents = []ClusterLogRow{{Row: map[string]any{"verb": "list"}}, {Age: "48h", Row: map[string]any{"verb": "get", "user": map[string]any{"username": "jane"}}}}
	one.KubernetesEvents = []ClusterLogRow{{Age: "1h", Row: map[string]any{"type": "Warning", "reason": "Killing"}}}
	one.InspectionFindings = []ClusterLogRow{{Row: map[string]any{"kind": "Deployment", "severity": "danger"}}}
	s.Accounts[1].Clusters[1].AuditEvents = one.AuditEvents
	cloud, _ := startCloud(t, s)
	wantStores(t, cloud, "scenario", own, "audit-"+id+" 30", "k8s-event 90", "security-inspector-configaudit-"+id[:12]+" 30")
	rows := cloud.LogRows(own, "audit-"+id)
	if len(rows) != 2 || fmt.Sprint(rows[0].Fields) != `map[user:{"username":"jane"} verb:get]` || rows[1].Time-rows[0].Time != 48*3600 {
		t.Errorf("%v", rows)
	}
	if c, _ := cloud.Cluster(id); c.AuditEvents != nil || c.KubernetesEvents != nil || c.InspectionFindings != nil {
		t.Error("rows stay in the cluster")
	}
	if names := cloud.LogProjects(); len(names) != 1 {
		t.Errorf("auditing of two is off, and there are %v", names)
	}

	type event struct {
		Verb   string         `json:"verb"`
		Stage  string         `json:"stageTimestamp"`
		IPs    []string       `json:"sourceIPs"`
		Status map[string]any `json:"responseStatus"`
	}
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	mustDo(t, cloud.WriteAudit(id, event{"create", at.Format(time.RFC3339Nano), []string{"10.0.0.1"}, map[string]any{"code": 201}}, map[string]any{"verb": "watch"}))
	rows = cloud.LogRows(own, "audit-"+id)[2:]
	if len(rows) != 2 || rows[0].Time != at.Unix() || rows[0].Fields["sourceIPs"] != `["10.0.0.1"]` || rows[0].Fields["responseStatus"] != `{"code":201}` || rows[1].Fields["verb"] != "watch" {
		t.Errorf("%v", rows)
	}
	mustDo(t, cloud.WriteAudit(clusterID("two"), map[string]any{"verb": "get"}))
	if names := cloud.LogProjects(); len(names) != 1 {
		t.Errorf("an audit log that is off was written to: %v", names)
	}
	mustDo(t, cloud.WriteEvent(clusterID("two"), map[string]any{"type": "Normal", "reason": "SecurityInspectorConfigAuditFinished"}))
	mustDo(t, cloud.WriteInspection(clusterID("two"), map[string]any{"check_item": "runAsRoot", "result": "failed"}))
	two := "k8s-log-" + clusterID("two")
	wantStores(t, cloud, "auditing off", two, "k8s-event 90", "security-inspector-configaudit-"+clusterID("two")[:12]+" 30")
	row, object := cloud.LogRows(two, "k8s-event")[0].Fields, object{}
	if err := json.Unmarshal([]byte(row["eventId"]), &object); err != nil || row["level"] != "Normal" || object.text("reason") != "SecurityInspectorConfigAuditFinished" {
		t.Errorf("%v %v", row, err)
	}

	added := testScenario().Accounts[1].Clusters[0]
	added.ClusterID, added.AuditLog, added.AuditEvents = clusterID("four"), &AuditLog{}, one.AuditEvents[:1]
	mustDo(t, cloud.AddCluster(testMember, added))
	wantStores(t, cloud, "added", "k8s-log-"+clusterID("four"), "audit-"+clusterID("four")+" 30")
	for what, err := range map[string]error{
		"no cluster": cloud.WriteAudit(clusterID("none"), map[string]any{}),
		"no object":  cloud.WriteAudit(id, "text"),
		"no JSON":    cloud.WriteEvent(id, func() {}),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	s = testScenario()
	s.Accounts[1].Clusters[0].AuditEvents = []ClusterLogRow{{Age: "old", Row: map[string]any{}}}
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "clusters[0].audit_events[0].age") {
		t.Error(err)
	}
}
