package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"
)

// TestLogQueryRefusals: what a query may not be.
func TestLogQueryRefusals(t *testing.T) {
	s := logScenario()
	p := &s.Accounts[1].LogService.Projects[0]
	p.LogStores[0].Index.Keys = map[string]LogIndexKey{"verb": {Type: "text", DocValue: true}}
	p.LogStores = append(p.LogStores, LogStore{LogStoreName: "bare", TTL: 1}, LogStore{LogStoreName: "cheap", TTL: 1, Mode: "query", Index: p.LogStores[0].Index})
	messages := []string{}
	_, server := startCloud(t, s, expectUnexpected(&messages))
	query := func(more string) string { return `{"from":1,"to":2` + more + `}` }
	for _, c := range []struct{ method, path, body, code, message string }{
		{"POST", "/logstores/bare/logs", query(""), "404 IndexConfigNotExist", "without index config"},
		{"GET", "/logstores/bare?type=histogram&from=1&to=2", "", "404 IndexConfigNotExist", "without index config"},
		{"POST", "/logstores/none/logs", query(""), "404 LogStoreNotExist", "none"},
		{"POST", "/logstores/cheap/logs", query(`,"query":"* | select 1"`), "400 ParameterInvalid", "analysis"},
		{"POST", "/logstores/cheap/logs", query(`,"query":"a"`), "", ""},
		{"POST", "/logstores/audit/logs", query(`,"query":"(a"`), "400 ParameterInvalid", ""},
		{"POST", "/logstores/audit/logs", query(`,"query":"* | select nothing"`), "400 ParameterInvalid", "nothing"},
		{"POST", "/logstores/audit/logs", query(`,"line":101`), "400 ParameterInvalid", "101"},
		{"POST", "/logstores/audit/logs", query(`,"offset":-1`), "400 ParameterInvalid", "-1"},
		{"POST", "/logstores/audit/logs", `{"from":2,"to":2}`, "400 ParameterInvalid", "not before"},
		{"POST", "/logstores/audit/logs", `{"from":2}`, "400 ParameterInvalid", "to"},
		{"GET", "/logstores/audit?type=histogram&from=2&to=1", "", "400 ParameterInvalid", "not before"},
		{"GET", "/logstores/audit?type=histogram&from=1&to=2&query=*%20%7C%20select%201", "", "400 ParameterInvalid", "analytic"},
		{"POST", "/logstores/audit/logs", query(`,"highlight":true`), "501 Simulator.NotSimulated", "highlight"},
		{"POST", "/logstores/audit/logs", query(`,"fromNs":1`), "501 Simulator.NotSimulated", "fromNs"},
		{"POST", "/logstores/audit/logs", query(`,"query":"* | select ip_to_country('1.1.1.1')"`), "501 Simulator.NotSimulated", "ip_to_country"},
		{"POST", "/logstores/audit/logs", query(`,"colour":1`), "400 Simulator.UnknownParameter", "colour"},
	} {
		code, message := logCall(t, server, keyOf("FAKELOCAL"), c.method, c.path, c.body)
		if code != c.code || !strings.Contains(message, c.message) {
			t.Errorf("%s %s: %s %s, want %s %s", c.path, c.body, code, message, c.code, c.message)
		}
	}
	code, message := logCall(t, server, keyOf("FAKELOOKER"), "POST", "/logstores/audit/logs", query(""))
	if code != "401 Unauthorized" || !strings.Contains(message, "log:GetLogStoreLogs, resource: acs:log:cn-hangzhou:"+testMember+":project/p-one/logstore/audit") {
		t.Error(code, message)
	}
	if code, message = logCall(t, server, keyOf("FAKELOOKER"), "GET", "/logstores/audit?type=histogram&from=1&to=2", ""); code != "401 Unauthorized" || !strings.Contains(message, "log:GetLogStoreHistogram") {
		t.Error(code, message)
	}
}

// TestLogQueryPlain: who asks for no compression of the service's own gets JSON.
func TestLogQueryPlain(t *testing.T) {
	_, server := startCloud(t, logScenario())
	code, text := logCall(t, server, keyOf("FAKELOCAL"), "POST", "/logstores/audit/logs", fmt.Sprintf(`{"from":0,"to":%d,"query":"list"}`, time.Now().Unix()+1))
	answer := struct {
		Meta logMeta             `json:"meta"`
		Data []map[string]string `json:"data"`
	}{}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || code != "" || answer.Meta.Progress != "Complete" || answer.Meta.Count != 1 || answer.Data[0]["__topic__"] != "t" {
		t.Errorf("%s %s %v", code, text, err)
	}
}

// TestLogQueryTimes: queries see rows by their time, what ttl has left, what an index was there for, and complete
// answers only when it is time.
func TestLogQueryTimes(t *testing.T) {
	s := logScenario()
	s.Behaviour.LogQueryIncomplete = 2
	cloud, server := startCloud(t, s)
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	now := time.Now().Unix()
	ask := func(from, to int64) (string, int) {
		answer := must[*sls.GetLogsV3Response](t)(c.GetLogsV3("p-one", "audit", &sls.GetLogRequest{From: from, To: to, Query: "*"}))
		return answer.Meta.Progress, len(answer.Logs)
	}
	for _, want := range []string{"Incomplete 0", "Incomplete 0", "Complete 2", "Incomplete 0"} {
		if progress, n := ask(0, now+9); fmt.Sprint(progress, " ", n) != want {
			t.Errorf("%s %d, want %s", progress, n, want)
		}
	}
	if answer := must[*sls.GetHistogramsResponse](t)(c.GetHistograms("p-one", "audit", "", 0, now, "*")); answer.IsComplete() || answer.Count != 0 {
		t.Errorf("%+v", answer)
	}

	cloud, server = startCloud(t, logScenario())
	c = logClient(t, server, keyOf("FAKELOCAL"), v4)
	rows := func(when string, want int) {
		t.Helper()
		if _, n := ask(0, 1<<32-1); n != want {
			t.Errorf("%s: %d rows, want %d", when, n, want)
		}
		if all, err := cloud.QueryLogs("p-one", "audit", "*"); err != nil || len(all) != want {
			t.Errorf("%s: %d rows, %v, want %d", when, len(all), err, want)
		}
	}
	if _, n := ask(now-7200, now); n != 1 {
		t.Errorf("%d rows of the last two hours", n)
	}
	rows("at first", 2)
	cloud.AdvanceLogs(29 * 24 * time.Hour)
	rows("one is too old", 1)
	mustDo(t, c.DeleteIndex("p-one", "audit"))
	_, err := c.GetLogsV3("p-one", "audit", &sls.GetLogRequest{From: 0, To: now, Query: "*"})
	wantLogCode(t, err, http.StatusNotFound, "IndexConfigNotExist")
	mustDo(t, cloud.AppendLogRows("p-one", "audit", LogRow{Fields: map[string]string{"verb": "unseen"}}))
	mustDo(t, c.CreateIndex("p-one", "audit", sls.Index{Line: &sls.IndexLine{Token: []string{" "}}}))
	rows("a new index", 0)
	mustDo(t, cloud.AppendLogRows("p-one", "audit", LogRow{Fields: map[string]string{"verb": "seen"}}))
	rows("rows after it", 1)
	if _, err := cloud.QueryLogs("p-one", "none", "*"); err == nil {
		t.Error("a Logstore that is not there has rows")
	}
	if _, err := cloud.QueryLogs("p-one", "audit", "(a"); err == nil {
		t.Error("no query has rows")
	}
	mustDo(t, cloud.UpdateLogStore("p-one", "audit", func(s *LogStore) { s.Index.Keys = map[string]LogIndexKey{"a": {Type: "json", IndexAll: true}} }))
	if _, err := cloud.QueryLogs("p-one", "audit", "*"); err == nil || !strings.Contains(err.Error(), "index_all") {
		t.Error(err)
	}
}

// TestAuditQueries runs queries of the documentation on rows that a cluster has written, as they are and shipped.
func TestAuditQueries(t *testing.T) {
	id := clusterID("one")
	s := testScenario()
	s.Accounts[1].Clusters[0].AuditLog = &AuditLog{}
	cloud, _ := startCloud(t, s)
	event := func(verb, resource, user string, code int, more ...string) map[string]any {
		object := map[string]any{"resource": resource, "namespace": "shop", "name": "one"}
		if len(more) > 0 {
			object["subresource"] = more[0]
		}
		return map[string]any{
			"auditID": verb + "-" + resource, "stage": "ResponseComplete", "verb": verb, "requestURI": "/api/v1/" + resource, "sourceIPs": []string{"203.0.113.7"},
			"user": map[string]any{"username": user, "groups": []string{"system:authenticated"}}, "objectRef": object, "responseStatus": map[string]any{"code": code},
			"annotations": map[string]any{"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: allowed"},
		}
	}
	mustDo(t, cloud.WriteAudit(id,
		event("create", "pods", "jane", 101, "exec"), event("delete", "pods", "jane", 200), event("delete", "pods", "system:serviceaccount:kube-system:job-controller", 200),
		event("list", "secrets", "kubernetes-admin", 200), event("get", "secrets", "joe", 403)))
	mustDo(t, cloud.WriteEvent(id, map[string]any{"type": "Warning", "reason": "SecurityInspectorConfigAuditHighRiskFound", "message": "2 high risks have been found after running config audit"}))
	mustDo(t, cloud.WriteInspection(id, map[string]any{"kind": "Deployment", "namespace": "shop", "severity": "danger", "result": "failed"}))
	for _, q := range []struct {
		store, query string
		want         []string
	}{
		{"audit-" + id, `verb : create and objectRef.subresource:exec | SELECT auditID, "user.username" as user, "responseStatus.code" as code limit 10000`, []string{"map[auditID:create-pods code:101 user:jane]"}},
		{"audit-" + id, `(verb: delete or verb: deletecollection) NOT user.username: serviceaccount | select "user.username" as user, count(1) as cnt group by user`, []string{"map[cnt:1 user:jane]"}},
		{"audit-" + id, `objectRef.resource: secrets and (verb: get or verb: list) | select count(1) as n, count_if("responseStatus.code" = 403) as denied`, []string{"map[denied:1 n:2]"}},
		{"audit-" + id, `responseStatus.code = 403 | select "annotations.authorization.k8s.io/reason" as reason`, []string{"map[reason:RBAC: allowed]"}},
		{"audit-" + id, `* | select count(DISTINCT json_format(json_array_get(sourceIPs,0))) as ips`, []string{"map[ips:1]"}},
		{"k8s-event", `SecurityInspectorConfigAuditHighRiskFound | select count(1) as cnt`, []string{"map[cnt:1]"}},
		{"k8s-event", `level: Warning and eventId.reason: SecurityInspectorConfigAuditHighRiskFound | select "eventId.message" as message`, []string{"map[message:2 high risks have been found after running config audit]"}},
		{"security-inspector-configaudit-" + id[:12], `severity: danger | select namespace, count(1) as n group by namespace`, []string{"map[n:1 namespace:shop]"}},
	} {
		rows, err := cloud.QueryLogs("k8s-log-"+id, q.store, q.query)
		got := []string{}
		for _, row := range rows {
			got = append(got, fmt.Sprint(row))
		}
		if err != nil || !slices.Equal(got, q.want) {
			t.Errorf("%s: %v %v", q.query, got, err)
		}
	}
}
