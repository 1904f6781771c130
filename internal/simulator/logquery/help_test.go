package logquery

import (
	"errors"
	"fmt"
	"testing"
)

// tokens are the delimiters of the console's default.
var tokens = []string{",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t", "\r"}

func textKey() Key { return Key{Type: "text", Token: tokens, DocValue: true} }

func leafKey(typ string) JSONKey { return JSONKey{Type: typ, DocValue: true} }

// auditIndex is an index of audit rows, as the archive has it.
func auditIndex() *Index {
	object := func(leaves map[string]JSONKey) Key {
		return Key{Type: "json", Token: tokens, DocValue: true, JSONKeys: leaves}
	}
	return &Index{
		Line:       &Line{Token: tokens},
		MaxTextLen: 16384,
		Keys: map[string]Key{
			"auditID": textKey(), "verb": textKey(), "stage": textKey(), "requestURI": textKey(), "sourceIPs": textKey(),
			"account_id": textKey(), "cluster_id": textKey(),
			"user":           object(map[string]JSONKey{"username": leafKey("text")}),
			"responseStatus": object(map[string]JSONKey{"code": leafKey("long")}),
			"objectRef": object(map[string]JSONKey{
				"resource": leafKey("text"), "subresource": leafKey("text"), "namespace": leafKey("text"), "name": leafKey("text"),
			}),
			"annotations": object(map[string]JSONKey{"authorization.k8s.io/reason": leafKey("text")}),
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
	uri := "/api/v1/namespaces/" + e.ns + "/" + e.resource + "/" + e.name
	if e.sub != "" {
		uri += "/" + e.sub + "?timeout=10s"
	}
	name := fmt.Sprintf(`,"name":%q`, e.name)
	if e.name == "" {
		name = ""
	}
	return Row{Time: e.time, Topic: "audit", Source: "10.0.0.9", Fields: map[string]string{
		"auditID": fmt.Sprintf("id-%d", id), "verb": e.verb, "stage": e.stage, "sourceIPs": e.ips, "requestURI": uri,
		"account_id": "1234567890123456", "cluster_id": fmt.Sprintf("c%d", id%2),
		"user":           fmt.Sprintf(`{"username":%q,"groups":["system:authenticated"]}`, e.user),
		"objectRef":      fmt.Sprintf(`{"resource":%q,"subresource":%q,"namespace":%q%s}`, e.resource, e.sub, e.ns, name),
		"responseStatus": fmt.Sprintf(`{"metadata":{},"code":%d}`, e.code),
		"annotations":    `{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding"}`,
	}}
}

var auditEvents = []event{
	0: {time: 100, verb: "create", user: "alice", resource: "pods", sub: "exec", ns: "default", name: "web-1", stage: "ResponseStarted", ips: `["8.8.8.8"]`, code: 101},
	1: {time: 200, verb: "get", user: "system:serviceaccount:kube-system:x", resource: "secrets", ns: "kube-system", name: "token", code: 200},
	2: {time: 300, verb: "get", user: "bob", resource: "secrets", ns: "default", name: "db", ips: `["8.8.8.8","10.1.1.1"]`, code: 403},
	3: {time: 400, verb: "delete", user: "alice", resource: "deployments", ns: "prod", name: "api", code: 200},
	4: {time: 500, verb: "update", user: "alice", resource: "configmaps", ns: "prod", name: "cfg", code: 200},
	5: {time: 600, verb: "patch", user: "system:node:n1", resource: "nodes", name: "n1", code: 200},
	6: {time: 700, verb: "create", user: "system:anonymous", resource: "pods", sub: "eviction", ns: "prod", name: "api-1", code: 201},
	7: {time: 800, verb: "create", user: "alice", resource: "clusterrolebindings", name: "admin", ips: `["8.8.4.4"]`, code: 201},
	8: {time: 900, verb: "list", user: "bob", resource: "secrets", ns: "default", code: 200},
}

func auditRows() []Row {
	rows := make([]Row, len(auditEvents))
	for i, e := range auditEvents {
		rows[i] = e.row(i)
	}
	return rows
}

func run(query string, rows []Row, index *Index, o Options) (*Result, error) {
	q, err := Parse(query)
	if err != nil {
		return nil, err
	}
	return q.Run(rows, index, o)
}

func mustRun(t testing.TB, query string, rows []Row, index *Index, o Options) *Result {
	t.Helper()
	r, err := run(query, rows, index, o)
	if err != nil {
		t.Fatalf("%s\n%s", query, err)
	}
	return r
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error", err)
	}
	if e.Code != code || e.Message != message {
		t.Errorf("got %s: %s\nwant %s: %s", e.Code, e.Message, code, message)
	}
}
