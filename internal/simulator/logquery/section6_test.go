package logquery

import (
	"fmt"
	"testing"
)

// tokens are those of the console's default.
var tokens = []string{",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t", "\r"}

func textKey() Key { return Key{Type: "text", Token: tokens, DocValue: true} }

func leaf2(typ string) JSONKey { return JSONKey{Type: typ, DocValue: true} }

// auditIndex is the index of audit rows.
func auditIndex() *Index {
	object := func(leaves map[string]JSONKey) Key {
		return Key{Type: "json", Token: tokens, DocValue: true, JSONKeys: leaves}
	}
	return &Index{
		Line: &Line{Token: tokens},
		Keys: map[string]Key{
			"auditID": textKey(), "verb": textKey(), "stage": textKey(), "requestURI": textKey(), "sourceIPs": textKey(),
			"cluster_id": textKey(), "level": textKey(),
			"user":           object(map[string]JSONKey{"username": leaf2("text")}),
			"responseStatus": object(map[string]JSONKey{"code": leaf2("long")}),
			"objectRef": object(map[string]JSONKey{
				"resource": leaf2("text"), "subresource": leaf2("text"), "namespace": leaf2("text"), "name": leaf2("text"),
			}),
			"annotations": object(map[string]JSONKey{"authorization.k8s.io/reason": leaf2("text")}),
		},
	}
}

type event struct {
	time                                            int64
	verb, user, resource, sub, ns, name, stage, ips string
	code                                            int
}

func (e event) row(id int) Row {
	if e.stage == "" {
		e.stage = "ResponseComplete"
	}
	if e.ips == "" {
		e.ips = `["10.0.0.1"]`
	}
	uri := fmt.Sprintf("/api/v1/namespaces/%s/%s/%s/%s?timeout=10s", e.ns, e.resource, e.name, e.sub)
	return Row{Time: e.time, Topic: "audit", Source: "10.0.0.9", Fields: map[string]string{
		"auditID": fmt.Sprintf("id-%d", id), "verb": e.verb, "stage": e.stage, "sourceIPs": e.ips, "requestURI": uri,
		"user":           fmt.Sprintf(`{"username":%q,"groups":["system:authenticated"]}`, e.user),
		"objectRef":      fmt.Sprintf(`{"resource":%q,"subresource":%q,"namespace":%q,"name":%q}`, e.resource, e.sub, e.ns, e.name),
		"responseStatus": fmt.Sprintf(`{"metadata":{},"code":%d}`, e.code),
		"annotations":    `{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding"}`,
	}}
}

func auditRows() []Row {
	events := []event{
		{time: 100, verb: "create", user: "alice", resource: "pods", sub: "exec", ns: "default", name: "web-1", stage: "ResponseStarted", ips: `["8.8.8.8"]`, code: 101},
		{time: 200, verb: "get", user: "system:serviceaccount:kube-system:x", resource: "secrets", ns: "kube-system", name: "token", code: 200},
		{time: 300, verb: "get", user: "bob", resource: "secrets", ns: "default", name: "db", ips: `["8.8.8.8","10.1.1.1"]`, code: 403},
		{time: 400, verb: "delete", user: "alice", resource: "deployments", ns: "prod", name: "api", code: 200},
		{time: 500, verb: "update", user: "alice", resource: "configmaps", ns: "prod", name: "cfg", code: 200},
		{time: 600, verb: "patch", user: "system:node:n1", resource: "nodes", name: "n1", code: 200},
		{time: 700, verb: "create", user: "system:anonymous", resource: "pods", sub: "eviction", ns: "prod", name: "api-1", code: 201},
		{time: 800, verb: "create", user: "alice", resource: "clusterrolebindings", name: "admin", ips: `["8.8.4.4"]`, code: 201},
	}
	rows := make([]Row, len(events))
	for i, e := range events {
		rows[i] = e.row(i)
	}
	return rows
}

func mustRun(t *testing.T, query string, rows []Row, index *Index, o Options) *Result {
	t.Helper()
	q, err := Parse(query)
	if err != nil {
		t.Fatalf("%s: %s", query, err)
	}
	r, err := q.Run(rows, index, o)
	if err != nil {
		t.Fatalf("%s: %s", query, err)
	}
	return r
}

func TestSmoke(t *testing.T) {
	for _, q := range []string{
		`verb : create and objectRef.subresource:exec and stage: ResponseStarted | SELECT auditID, "user.username" as user, requestURI, "responseStatus.code" as code, sourceIPs limit 10000`,
		`* | select count(DISTINCT ip) as ip_count, sum(total) as total, sum(failCount) as failCount from (select CASE WHEN json_array_length(sourceIPs)=1 then json_format(json_array_get(sourceIPs,0)) ELSE sourceIPs END as ip, count(1) as total, count_if("responseStatus.code" > 399) as failCount from log WHERE ip_to_domain(json_format(json_array_get(sourceIPs,0)))='internet' group by ip limit 10000)`,
		`(verb: delete or verb: deletecollection) NOT user.username: node NOT user.username: serviceaccount | select "user.username" as user, "objectRef.resource" as resource, "objectRef.namespace" as namespace, "objectRef.name" as name, count(1) as cnt group by user,resource,namespace,name`,
		`* | select __time__ - __time__ % 3600 as t, count(*) group by t order by t`,
		`* | select date_format(from_unixtime(__time__ - __time__ % 3600), '%m-%d %H:%i') as t, avg("responseStatus.code") as a, array_join(array_agg(distinct verb), ',') v group by t order by t`,
	} {
		t.Logf("%+v", mustRun(t, q, auditRows(), auditIndex(), Options{}))
	}
}
