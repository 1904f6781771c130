package logshipping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

const (
	shopAccount = "100000000000003"
	shopCluster = "c1a00000000000000000000000retail1"
	otherShop   = "100000000000005"
)

// event is an audit row as the archive has it, of a person who reads a pod, with changes: keys are paths such as
// user.username, and nil takes a field away.
func event(changes map[string]any) logquery.Row {
	fields := map[string]any{
		"account_id": shopAccount, "region": "cn-hangzhou", "cluster_id": shopCluster, "cluster_name": "retail", "log_source": "audit",
		"auditID": fmt.Sprintf("id-%d", rand.Int64()), "level": "Metadata", "stage": "ResponseComplete", "verb": "get", "requestURI": "/api/v1/namespaces/shop/pods/web",
		"sourceIPs": []any{"10.0.0.7"}, "user": map[string]any{"username": "201234567890123456", "groups": []any{"system:authenticated"}},
		"objectRef":      map[string]any{"resource": "pods", "namespace": "shop", "name": "web"},
		"responseStatus": map[string]any{"code": 200},
	}
	for path, value := range changes {
		key, leaf, nested := strings.Cut(path, ".")
		if !nested {
			fields[key] = value
			if value == nil {
				delete(fields, key)
			}
			continue
		}
		object, _ := fields[key].(map[string]any)
		object = maps.Clone(object)
		object[leaf] = value
		if value == nil {
			delete(object, leaf)
		}
		fields[key] = object
	}
	return row(fields)
}

// row writes fields as Log Service stores them: objects and lists as JSON text.
func row(fields map[string]any) logquery.Row {
	r := logquery.Row{Time: 1_790_000_000, Fields: map[string]string{}}
	for key, value := range fields {
		text, ok := value.(string)
		if !ok {
			raw, _ := json.Marshal(value)
			text = string(raw)
		}
		r.Fields[key] = text
	}
	return r
}

func finding(changes map[string]string) logquery.Row {
	r := row(map[string]any{
		"account_id": shopAccount, "region": "cn-hangzhou", "cluster_id": shopCluster, "cluster_name": "retail", "log_source": "inspection",
		"kind": "Deployment", "name": "web", "namespace": "shop", "check_type": "security", "check_item": "runAsRootAllowed", "result": "fail", "severity": "danger", "message": "",
	})
	maps.Copy(r.Fields, changes)
	return r
}

func kubernetesEvent(reason string) logquery.Row {
	return row(map[string]any{
		"account_id": shopAccount, "region": "cn-hangzhou", "cluster_id": shopCluster, "cluster_name": "retail", "log_source": "event",
		"level": "Warning", "eventId": map[string]any{"reason": reason, "message": "2 high risks have been found after running config audit"},
	})
}

// times is a row so many times, each with its own ID.
func times(n int, changes map[string]any) (rows []logquery.Row) {
	for range n {
		rows = append(rows, event(changes))
	}
	return rows
}

// sameRequest is one request that was recorded when it started and when it ended.
func sameRequest(changes map[string]any) []logquery.Row {
	changes = maps.Clone(changes)
	changes["auditID"] = "one"
	changes["stage"] = "ResponseStarted"
	started := event(changes)
	changes["stage"] = "ResponseComplete"
	return []logquery.Row{started, event(changes)}
}

type changes = map[string]any

// cases are rows that each condition must fire for, and rows that it must not.
var cases = map[string]struct{ fires, calm map[string][]logquery.Row }{
	"public_access": {
		fires: map[string][]logquery.Row{
			"from the Internet":            {event(changes{"sourceIPs": []any{"203.0.114.9"}})},
			"refused":                      {event(changes{"sourceIPs": []any{"203.0.114.9"}, "responseStatus.code": 403})},
			"behind a header that says 10": {event(changes{"sourceIPs": []any{"10.1.2.3", "47.96.0.1"}})},
			"a component":                  {event(changes{"sourceIPs": []any{"47.96.0.1"}, "user.username": "system:node:cn-hangzhou.1"})},
		},
		calm: map[string][]logquery.Row{
			"from the VPC": {event(nil)}, "another private network": {event(changes{"sourceIPs": []any{"172.16.3.4"}})},
			"no address": {event(changes{"sourceIPs": nil})}, "the API server itself": {event(changes{"sourceIPs": []any{"::1"}})},
		},
	},
	"public_access_failing": {
		fires: map[string][]logquery.Row{
			"half of ten": append(times(5, changes{"sourceIPs": []any{"47.96.0.1"}}), times(5, changes{"sourceIPs": []any{"47.96.0.1"}, "responseStatus.code": 401})...),
		},
		calm: map[string][]logquery.Row{
			"four of ten":        append(times(6, changes{"sourceIPs": []any{"47.96.0.1"}}), times(4, changes{"sourceIPs": []any{"47.96.0.1"}, "responseStatus.code": 401})...),
			"nine":               times(9, changes{"sourceIPs": []any{"47.96.0.1"}, "responseStatus.code": 403}),
			"ten of the VPC":     times(10, changes{"responseStatus.code": 403}),
			"five each from two": append(times(5, changes{"sourceIPs": []any{"47.96.0.1"}, "responseStatus.code": 403}), times(5, changes{"sourceIPs": []any{"47.96.0.2"}, "responseStatus.code": 403})...),
		},
	},
	"exec_into_container": {
		fires: map[string][]logquery.Row{
			"POST":            {event(changes{"verb": "create", "objectRef.subresource": "exec", "responseStatus.code": 101, "stage": "ResponseStarted"})},
			"WebSocket":       {event(changes{"verb": "get", "objectRef.subresource": "exec", "responseStatus.code": 101})},
			"attach":          {event(changes{"verb": "get", "objectRef.subresource": "attach"})},
			"portforward":     {event(changes{"verb": "create", "objectRef.subresource": "portforward"})},
			"debug":           {event(changes{"verb": "patch", "objectRef.subresource": "ephemeralcontainers"})},
			"service account": {event(changes{"verb": "create", "objectRef.subresource": "exec", "user.username": "system:serviceaccount:ci:runner"})},
			"unknown answer":  {event(changes{"verb": "create", "objectRef.subresource": "exec", "responseStatus": nil})},
		},
		calm: map[string][]logquery.Row{
			"reads a pod": {event(nil)}, "reads its log": {event(changes{"objectRef.subresource": "log"})},
			"refused":            {event(changes{"verb": "create", "objectRef.subresource": "exec", "responseStatus.code": 403})},
			"reads debug":        {event(changes{"verb": "get", "objectRef.subresource": "ephemeralcontainers"})},
			"a pod named exec":   {event(changes{"objectRef.name": "exec"})},
			"exec of no pod":     {event(changes{"verb": "create", "objectRef.resource": "nodes", "objectRef.subresource": "exec"})},
			"proxy of a service": {event(changes{"verb": "get", "objectRef.resource": "services", "objectRef.subresource": "proxy"})},
		},
	},
	"secret_access": {
		fires: map[string][]logquery.Row{
			"get":  {event(changes{"objectRef.resource": "secrets", "objectRef.name": "db"})},
			"list": {event(changes{"objectRef.resource": "secrets", "objectRef.name": nil, "verb": "list"})}, "watch": sameRequest(changes{"objectRef.resource": "secrets", "verb": "watch"}),
			"anonymous": {event(changes{"objectRef.resource": "secrets", "user.username": "system:anonymous"})},
		},
		calm: map[string][]logquery.Row{
			"service account": {event(changes{"objectRef.resource": "secrets", "user.username": "system:serviceaccount:kube-system:x"})},
			"node":            {event(changes{"objectRef.resource": "secrets", "user.username": "system:node:n1"})},
			"refused":         {event(changes{"objectRef.resource": "secrets", "responseStatus.code": 403})},
			"configmaps":      {event(changes{"objectRef.resource": "configmaps"})}, "created": {event(changes{"objectRef.resource": "secrets", "verb": "create"})},
		},
	},
	"rbac_change": {
		fires: map[string][]logquery.Row{
			"binding": {event(changes{"objectRef.resource": "clusterrolebindings", "verb": "create", "objectRef.namespace": nil})}, "role": {event(changes{"objectRef.resource": "roles", "verb": "patch"})},
			"deleted": {event(changes{"objectRef.resource": "rolebindings", "verb": "deletecollection", "objectRef.name": nil})},
		},
		calm: map[string][]logquery.Row{
			"reads": {event(changes{"objectRef.resource": "clusterroles"})}, "refused": {event(changes{"objectRef.resource": "clusterroles", "verb": "create", "responseStatus.code": 403})},
			"controller": {event(changes{"objectRef.resource": "clusterroles", "verb": "update", "user.username": "system:serviceaccount:kube-system:clusterrole-aggregation-controller"})},
			"deployment": {event(changes{"objectRef.resource": "deployments", "verb": "create"})},
		},
	},
	"resource_deleted": {
		fires: map[string][]logquery.Row{
			"one": {event(changes{"verb": "delete"})}, "all": {event(changes{"verb": "deletecollection", "objectRef.name": nil})},
		},
		calm: map[string][]logquery.Row{
			"controller": {event(changes{"verb": "delete", "user.username": "system:kube-controller-manager"})}, "refused": {event(changes{"verb": "delete", "responseStatus.code": 404})},
			"changed": {event(changes{"verb": "update"})},
		},
	},
	"resource_modified": {
		fires: map[string][]logquery.Row{
			"update": {event(changes{"verb": "update"})}, "patch": {event(changes{"verb": "patch", "objectRef.resource": "deployments"})},
			"a user who is called node": {event(changes{"verb": "patch", "user.username": "oidc:node"})},
		},
		calm: map[string][]logquery.Row{
			"lease": {event(changes{"verb": "update", "objectRef.resource": "leases"})}, "node": {event(changes{"verb": "patch", "user.username": "system:node:n1"})},
			"created": {event(changes{"verb": "create"})}, "refused": {event(changes{"verb": "patch", "responseStatus.code": 409})},
		},
	},
	"drain_eviction": {
		fires: map[string][]logquery.Row{
			"person":     {event(changes{"verb": "create", "objectRef.subresource": "eviction", "responseStatus.code": 201})},
			"autoscaler": {event(changes{"verb": "create", "objectRef.subresource": "eviction", "user.username": "system:serviceaccount:kube-system:cluster-autoscaler"})},
		},
		calm: map[string][]logquery.Row{
			"a budget forbids it": {event(changes{"verb": "create", "objectRef.subresource": "eviction", "responseStatus.code": 429})},
			"deleted":             {event(changes{"verb": "delete"})}, "a pod named eviction": {event(changes{"verb": "create", "objectRef.name": "eviction"})},
		},
	},
	"forbidden": {
		fires: map[string][]logquery.Row{
			"ten": times(10, changes{"responseStatus.code": 403}), "unknown": times(10, changes{"responseStatus.code": 401, "user": nil}),
		},
		calm: map[string][]logquery.Row{
			"nine": times(9, changes{"responseStatus.code": 403}), "not found": times(10, changes{"responseStatus.code": 404}),
			"five each of two": append(times(5, changes{"responseStatus.code": 403}), times(5, changes{"responseStatus.code": 403, "user.username": "another"})...),
			"answered":         times(10, changes{"requestURI": "/api/v1/pods/403"}),
		},
	},
	"anonymous": {
		fires: map[string][]logquery.Row{
			"pods": {event(changes{"user.username": "system:anonymous"})}, "a path": {event(changes{"user.username": "system:anonymous", "objectRef": nil, "requestURI": "/versions"})},
		},
		calm: map[string][]logquery.Row{
			"health": {event(changes{"user.username": "system:anonymous", "objectRef": nil, "requestURI": "/healthz"})}, "health of a part": {event(changes{"user.username": "system:anonymous", "objectRef": nil, "requestURI": "/livez/etcd?verbose"})},
			"version": {event(changes{"user.username": "system:anonymous", "objectRef": nil, "requestURI": "/version?timeout=32s"})}, "refused": {event(changes{"user.username": "system:anonymous", "responseStatus.code": 403})},
			"a name of the same words": {event(changes{"user.username": "anonymous:system"})}, "a person": {event(nil)},
		},
	},
	"token_request": {
		fires: map[string][]logquery.Row{
			"person": {event(changes{"verb": "create", "objectRef.resource": "serviceaccounts", "objectRef.subresource": "token", "responseStatus.code": 201})},
		},
		calm: map[string][]logquery.Row{
			"kubelet":    {event(changes{"verb": "create", "objectRef.resource": "serviceaccounts", "objectRef.subresource": "token", "user.username": "system:node:n1"})},
			"an account": {event(changes{"verb": "create", "objectRef.resource": "serviceaccounts"})}, "refused": {event(changes{"verb": "create", "objectRef.resource": "serviceaccounts", "objectRef.subresource": "token", "responseStatus.code": 403})},
			"a review": {event(changes{"verb": "create", "objectRef.resource": "tokenreviews"})},
		},
	},
	"high_risk_finding": {
		fires: map[string][]logquery.Row{"danger": {finding(nil)}, "a result that nobody knows": {finding(map[string]string{"result": "?"})}},
		calm: map[string][]logquery.Row{
			"warning": {finding(map[string]string{"severity": "warning"})}, "passed": {finding(map[string]string{"result": "pass"})}, "an audit row": {event(changes{"objectRef.name": "danger"})},
		},
	},
	"high_risk_event": {
		fires: map[string][]logquery.Row{"found": {kubernetesEvent("SecurityInspectorConfigAuditHighRiskFound")}},
		calm:  map[string][]logquery.Row{"started": {kubernetesEvent("SecurityInspectorConfigAuditStart")}, "finished": {kubernetesEvent("SecurityInspectorConfigAuditFinished")}},
	},
}

// Every condition fires for what it is about, for nothing that is near it, and tells whose it is.
func TestConditions_cases(t *testing.T) {
	t.Parallel()
	for _, id := range logshipping.ConditionIDs() {
		c := logshipping.ConditionOf(id)
		if len(cases[id].fires) < 1 || len(cases[id].calm) < 2 {
			t.Errorf("%s has too few cases", id)
		}
		query := logshipping.QueryOf(id, nil)
		for name, rows := range cases[id].fires {
			got := ask(t, query, rows)
			if len(got) != 1 {
				t.Errorf("%s, %s: %d rows: %v", id, name, len(got), got)
				continue
			}
			for column, want := range map[string]string{"account_id": shopAccount, "cluster_id": shopCluster, "cluster_name": "retail"} {
				if got[0][column] != want {
					t.Errorf("%s, %s: %s is %q", id, name, column, got[0][column])
				}
			}
			for _, column := range append(slices.Clone(c.Labels), columnsIn(c)...) {
				if _, ok := got[0][column]; !ok {
					t.Errorf("%s: the result has no column %s: %v", id, column, got[0])
				}
			}
			for _, from := range []string{c.Labels[0], c.Labels[1]} {
				if from != "account_id" && from != "cluster_id" {
					t.Errorf("%s: label %s comes before account and cluster", id, from)
				}
			}
		}
		for name, rows := range cases[id].calm {
			if got := ask(t, query, rows); len(got) != 0 {
				t.Errorf("%s fires, %s: %v", id, name, got)
			}
		}
	}
	if len(cases) != len(logshipping.ConditionIDs()) {
		t.Errorf("%d conditions have cases, of %d", len(cases), len(logshipping.ConditionIDs()))
	}
}

// columnsIn are the columns that the messages of a condition name.
func columnsIn(c logshipping.ReadyCondition) (columns []string) {
	for _, message := range c.Texts()["message"] {
		for _, match := range regexp.MustCompile(`\$\{([^}]*)\}`).FindAllStringSubmatch(message, -1) {
			columns = append(columns, match[1])
		}
	}
	return columns
}

// Both languages say everything, with the same columns.
func TestConditions_texts(t *testing.T) {
	t.Parallel()
	column := regexp.MustCompile(`\$\{[^}]*\}`)
	for _, id := range logshipping.ConditionIDs() {
		for name, texts := range logshipping.ConditionOf(id).Texts() {
			if texts[0] == "" || texts[1] == "" || texts[0] == texts[1] {
				t.Errorf("%s: %s is %q", id, name, texts)
			}
			en, zh := column.FindAllString(texts[0], -1), column.FindAllString(texts[1], -1)
			slices.Sort(en)
			slices.Sort(zh)
			if !slices.Equal(en, zh) {
				t.Errorf("%s: %s has columns %v and %v", id, name, en, zh)
			}
		}
	}
}

// A row of one request that is recorded twice is one; a longer list shows whose requests are most first.
func TestConditions_count(t *testing.T) {
	t.Parallel()
	rows := sameRequest(changes{"verb": "create", "objectRef.subresource": "exec", "responseStatus.code": 101})
	rows = append(rows, times(2, changes{"verb": "create", "objectRef.subresource": "exec", "user.username": "other", "sourceIPs": []any{"10.0.0.9"}})...)
	got := ask(t, logshipping.QueryOf("exec_into_container", nil), rows)
	if len(got) != 2 || got[0]["user_name"] != "other" || got[0]["cnt"] != "2" || got[0]["source_ip"] != "10.0.0.9" || got[1]["cnt"] != "1" || got[1]["target_name"] != "web" || got[1]["target_subresource"] != "exec" {
		t.Errorf("got %v", got)
	}
	if got := ask(t, logshipping.QueryOf("exec_into_container", func(s *logshipping.Settings) { s.MinimumCount = 2 }), rows); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	list := ask(t, logshipping.QueryOf("secret_access", nil), []logquery.Row{event(changes{"objectRef.resource": "secrets", "objectRef.name": nil, "verb": "list"})})
	if len(list) != 1 || list[0]["target_name"] != "*" {
		t.Errorf("a list of Secrets is %v", list)
	}
}

// Filters let through what they name and nothing else.
func TestConditions_filters(t *testing.T) {
	t.Parallel()
	deleted := func(more changes) logquery.Row {
		all := changes{"verb": "delete"}
		maps.Copy(all, more)
		return event(all)
	}
	for name, test := range map[string]struct {
		filters    logshipping.Filters
		fires, not logquery.Row
	}{
		"account":        {logshipping.Filters{AccountIDs: []string{shopAccount, otherShop}}, deleted(changes{"account_id": otherShop}), deleted(changes{"account_id": "100000000000004"})},
		"cluster":        {logshipping.Filters{ClusterIDs: []string{shopCluster}}, deleted(nil), deleted(changes{"cluster_id": "c1a00000000000000000000000retail2"})},
		"namespace":      {logshipping.Filters{Namespaces: []string{"shop"}}, deleted(nil), deleted(changes{"objectRef.namespace": "shop-test"})},
		"no namespace":   {logshipping.Filters{Namespaces: []string{"shop"}}, deleted(nil), deleted(changes{"objectRef.namespace": nil})},
		"not namespace":  {logshipping.Filters{ExcludeNamespaces: []string{"kube-system", "test"}}, deleted(changes{"objectRef.namespace": nil}), deleted(changes{"objectRef.namespace": "test"})},
		"user":           {logshipping.Filters{Users: []string{"oidc:ann"}}, deleted(changes{"user.username": "oidc:ann"}), deleted(changes{"user.username": "ann"})},
		"RAM user":       {logshipping.Filters{Users: []string{"201234567890123456"}}, deleted(changes{"user.username": "201234567890123456-1790000000"}), deleted(changes{"user.username": "2012345678901234567"})},
		"not user":       {logshipping.Filters{ExcludeUsers: []string{"admin", "it's"}}, deleted(changes{"user.username": "oidc:admin"}), deleted(changes{"user.username": "it's"})},
		"not RAM user":   {logshipping.Filters{ExcludeUsers: []string{"201234567890123456"}}, deleted(changes{"user.username": "x-201234567890123456"}), deleted(changes{"user.username": "201234567890123456-a"})},
		"no user at all": {logshipping.Filters{ExcludeUsers: []string{"admin"}}, deleted(changes{"user": nil}), deleted(changes{"user.username": "admin"})},
		"components":     {logshipping.Filters{SystemUsers: true, Namespaces: []string{"shop"}}, deleted(changes{"user.username": "system:serviceaccount:ci:x"}), deleted(changes{"user.username": "system:node:n", "objectRef.namespace": "x"})},
	} {
		query := logshipping.QueryOf("resource_deleted", func(s *logshipping.Settings) { s.Filters = test.filters })
		if got := ask(t, query, []logquery.Row{test.fires}); len(got) != 1 {
			t.Errorf("%s: it does not fire: %s", name, query)
		}
		if got := ask(t, query, []logquery.Row{test.not}); len(got) != 0 {
			t.Errorf("%s: it fires: %v", name, got)
		}
	}
}

// hostile are pieces of names that break out of a query that is put together without care.
var hostile = []string{`'`, `''`, `"`, `\`, `' or 1=1 --`, `|`, ` | select 1`, `)`, `(`, `*`, `?`, `%`, `_`, ` or `, ` and not `, `{users}`, `{count}`, `${x}`, `;`, `/*`, `--`, `:`, ` `, `a`, `1`, `-`, `字`, `@`, "`"}

// Whatever a user is called, a filter for the name finds it and nothing else, and the query tells it again.
func TestConditions_hostileNames(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	name := func() string {
		var b strings.Builder
		for range 1 + random.IntN(5) {
			b.WriteString(hostile[random.IntN(len(hostile))])
		}
		return b.String()
	}
	for range 300 {
		user, other := name(), name()
		if user == other {
			continue
		}
		rows := []logquery.Row{event(changes{"verb": "delete", "user.username": user}), event(changes{"verb": "delete", "user.username": other})}
		for what, filters := range map[string]logshipping.Filters{
			user:  {Users: []string{user}},
			other: {ExcludeUsers: []string{user}},
		} {
			query := logshipping.QueryOf("resource_deleted", func(s *logshipping.Settings) { s.Filters = filters })
			got := ask(t, query, rows)
			if len(got) != 1 || got[0]["user_name"] != what {
				t.Fatalf("filter %v: got %v, want %q: %s", filters, got, what, query)
			}
			id, s, ok := logshipping.Recognize(query)
			if !ok || id != "resource_deleted" || !slices.Equal(s.Filters.Users, filters.Users) || !slices.Equal(s.Filters.ExcludeUsers, filters.ExcludeUsers) {
				t.Fatalf("%s is recognized as %v of %q, %t", query, s, id, ok)
			}
		}
	}
}

// A query tells which condition and settings gave it; any other query does not.
func TestConditions_recognized(t *testing.T) {
	t.Parallel()
	for _, id := range logshipping.ConditionIDs() {
		c := logshipping.ConditionOf(id)
		full := logshipping.Settings{Filters: logshipping.Filters{AccountIDs: []string{shopAccount, otherShop}, ClusterIDs: []string{shopCluster}}, MinimumCount: 7, MinimumFailurePercent: c.MinimumFailurePercent}
		full.Filters.SystemUsers = c.SystemUsers
		if c.Source == "audit" {
			full.Filters.Namespaces, full.Filters.ExcludeNamespaces, full.Filters.Users, full.Filters.ExcludeUsers, full.Filters.SystemUsers = []string{"a"}, []string{"b", "c"}, []string{"u"}, []string{"v", "w"}, !c.SystemUsers
		}
		query := logshipping.QueryOf(id, func(s *logshipping.Settings) { *s = full })
		got, s, ok := logshipping.Recognize(query)
		if !ok || got != id || fmt.Sprint(s) != fmt.Sprint(full) {
			t.Errorf("%s: got %s, %v, %t; want %v", id, got, s, ok, full)
		}
		for _, other := range []string{strings.Replace(query, "limit 1000", "limit 10", 1), query + " ", strings.Replace(query, "cluster_id", "region", 1), strings.Replace(query, "in ('u')", "in ('x')", 1), "* | select 1"} {
			if got, _, ok := logshipping.Recognize(other); ok && other != query {
				t.Errorf("%s is recognized as %s", other, got)
			}
		}
	}
}

// What Log Service would refuse, or what would find nothing, is refused when planning.
func TestConditions_problems(t *testing.T) {
	t.Parallel()
	many := make([]string, 25)
	for id, s := range map[string]logshipping.Settings{
		"rbac_change":       {Filters: logshipping.Filters{ClusterIDs: many}},
		"high_risk_event":   {Filters: logshipping.Filters{Namespaces: []string{"a"}}},
		"high_risk_finding": {Filters: logshipping.Filters{Users: []string{"a"}}},
	} {
		if logshipping.ProblemOf(id, s) == "" {
			t.Errorf("%s has no problem with %v", id, s)
		}
	}
	for _, id := range logshipping.ConditionIDs() {
		if problem := logshipping.ProblemOf(id, logshipping.Settings{Filters: logshipping.Filters{AccountIDs: make([]string, 12)}}); problem != "" {
			t.Errorf("%s: %s", id, problem)
		}
	}
	// The bound is the engine's own: what is let through is taken.
	for n := range 30 {
		clusters := make([]string, n)
		for i := range clusters {
			clusters[i] = fmt.Sprintf("c%032d", i)
		}
		s := logshipping.Settings{Filters: logshipping.Filters{ClusterIDs: clusters}, MinimumCount: 1}
		_, err := logquery.Parse(logshipping.QueryOf("rbac_change", func(all *logshipping.Settings) { *all = s }))
		if refused := logshipping.ProblemOf("rbac_change", s) != ""; refused != (err != nil) {
			t.Errorf("%d clusters: refused is %t, and the engine says %v", n, refused, err)
		}
	}
}
