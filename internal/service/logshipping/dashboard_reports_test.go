package logshipping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/logquery"
)

const (
	ann = "201234567890123456-1790000000"
	bob = "oidc:bob"
	ci  = "system:serviceaccount:ci:runner"
)

// aDay are the rows of a small fleet: two people, a service account and a node, in two clusters.
func aDay() []logquery.Row {
	const ten, eleven = 1_790_000_000 - 1_790_000_000%3600, 1_790_000_000 - 1_790_000_000%3600 + 3600
	at := func(time int64, user, verb, resource, name string, code int, more changes) logquery.Row {
		all := changes{"user.username": user, "verb": verb, "objectRef.resource": resource, "objectRef.name": name, "responseStatus.code": code}
		for path, value := range more {
			all[path] = value
		}
		if name == "" {
			all["objectRef.name"] = nil
		}
		row := event(all)
		row.Time = time
		return row
	}
	other := changes{"account_id": otherShop, "cluster_id": "c1a0000000000000000000000payments", "cluster_name": "payments", "objectRef.namespace": "pay"}
	rows := []logquery.Row{
		at(ten, ann, "create", "deployments", "web", 201, nil),
		at(ten+60, ann, "patch", "deployments", "web", 200, nil),
		at(ten+120, ann, "get", "secrets", "db", 200, nil),
		at(ten+180, bob, "deletecollection", "services", "", 200, nil),
		at(eleven, bob, "delete", "configmaps", "web", 403, nil),
		at(eleven+60, bob, "list", "secrets", "", 200, other),
		at(eleven+120, bob, "get", "pods", "web", 200, changes{"sourceIPs": []any{"47.96.0.1"}}),
		at(eleven+180, ci, "create", "pods", "job", 201, changes{"sourceIPs": []any{"47.96.0.1"}}),
		at(eleven+180, "system:node:n1", "update", "nodes", "n1", 200, nil),
		finding(nil), kubernetesEvent("SecurityInspectorConfigAuditStart"),
	}
	for _, row := range sameRequest(changes{"user.username": ann, "verb": "create", "objectRef.subresource": "exec", "responseStatus.code": 101}) {
		row.Time = eleven + 240
		rows = append(rows, row)
	}
	return rows
}

// figures are rows of a result as text, with the columns that are named.
func figures(rows []map[string]string, columns ...string) string {
	var lines []string
	for _, row := range rows {
		var parts []string
		for _, column := range columns {
			parts = append(parts, row[column])
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return strings.Join(lines, "\n")
}

// Every chart counts what it says.
func TestReports_figures(t *testing.T) {
	t.Parallel()
	operations := []string{"creates", "updates", "deletes", "accesses"}
	for chart, want := range map[string]struct {
		columns []string
		lines   string
	}{
		"overview/requests":        {[]string{"cnt"}, "8"},
		"overview/users":           {[]string{"cnt"}, "2"},
		"overview/clusters":        {[]string{"cnt"}, "2"},
		"overview/public-requests": {[]string{"cnt"}, "2"},
		"overview/operations-by-user": {
			append([]string{"user_name", "ram_user_id"}, append(operations, "refused", "clusters")...),
			ann + " 201234567890123456 2 1 0 1 0 1\n" + bob + "  0 0 2 2 1 2",
		},
		"overview/operations-over-time":             {append(operations, "refused"), "1 1 1 1 0\n1 0 1 2 1"},
		"overview/public-access":                    {[]string{"source_ip", "cluster_name", "cnt", "failed"}, "47.96.0.1 retail 2 0"},
		"overview/refused":                          {[]string{"user_name", "cluster_name", "cnt"}, bob + " retail 1"},
		"overview/commands":                         {[]string{"user_name", "operation", "target_namespace", "target_name", "code", "cluster_name", "audit_id"}, ann + " create shop web 101 retail one"},
		"overview/deletions":                        {[]string{"user_name", "target_resource", "target_name"}, bob + " services *"},
		"overview/secrets":                          {[]string{"user_name", "operation", "target_namespace", "target_name", "cluster_name"}, bob + " list pay * payments\n" + ann + " get shop db retail"},
		"operations_overview/workloads":             {append([]string{"target_resource"}, operations...), "deployments 1 1 0 0\npods 1 0 0 1"},
		"operations_overview/workloads-over-time":   {operations, "1 1 0 0\n1 0 0 1"},
		"operations_overview/network":               {append([]string{"target_resource"}, operations...), "services 0 0 1 0"},
		"operations_overview/network-over-time":     {operations, "0 0 1 0"},
		"operations_overview/storage":               {append([]string{"target_resource"}, operations...), "secrets 0 0 0 2"},
		"operations_overview/storage-over-time":     {operations, "0 0 0 1\n0 0 0 1"},
		"operation_details/users":                   {[]string{"cnt"}, "2"},
		"operation_details/namespaces":              {[]string{"cnt"}, "2"},
		"operation_details/verbs":                   {[]string{"cnt"}, "6"},
		"operation_details/success-percent":         {[]string{"cnt"}, "87"},
		"operation_details/namespaces-by-operation": {append([]string{"target_namespace"}, operations...), "pay 0 0 0 1\nshop 2 1 2 2"},
		"operation_details/operations-over-time":    {operations, "1 1 1 1\n1 0 1 2"},
		"operation_details/operations": {
			[]string{"user_name", "operation", "target_resource", "code"},
			ann + " create pods 101\n" + bob + " get pods 200\n" + bob + " list secrets 200\n" + bob + " delete configmaps 403\n" + bob + " deletecollection services 200\n" + ann + " get secrets 200\n" + ann + " patch deployments 200\n" + ann + " create deployments 201",
		},
	} {
		id, name, _ := strings.Cut(chart, "/")
		c, ok := logshipping.ChartsOf(id, logshipping.Filters{})[name]
		if !ok {
			t.Errorf("there is no chart %s", chart)
			continue
		}
		if got := figures(ask(t, c.Search.Query, aDay()), want.columns...); got != want.lines {
			t.Errorf("%s:\n%s\nwant\n%s", chart, got, want.lines)
		}
	}
}

// All charts have their columns, names in both languages and a place of their own, and count nothing of nobody.
func TestReports_whole(t *testing.T) {
	t.Parallel()
	titles := map[string]bool{}
	for _, id := range logshipping.ReportIDs() {
		for _, name := range logshipping.ChartNames(id) {
			if name[0] == "" || name[1] == "" || name[0] == name[1] {
				t.Errorf("%s: a name is %q", id, name)
			}
		}
		var placed []sls.ChartDisplay
		for name, c := range logshipping.ChartsOf(id, logshipping.Filters{}) {
			if titles[c.Title] || !strings.HasPrefix(c.Title, "ackguard-") {
				t.Errorf("the title %s is there twice, or not ours", c.Title)
			}
			titles[c.Title] = true
			rows := ask(t, c.Search.Query, aDay())
			for _, column := range append(append([]string{}, c.Display.XAxis...), c.Display.YAxis...) {
				for _, row := range rows {
					if _, ok := row[column]; !ok {
						t.Errorf("%s/%s: the result lacks %s: %v", id, name, column, row)
					}
				}
			}
			if c.Type == "table" && len(rows) > 0 && len(rows[0]) != len(c.Display.XAxis)+len(c.Display.YAxis) {
				t.Errorf("%s/%s: the result has columns that the table does not show: %v", id, name, rows[0])
			}
			for _, row := range ask(t, c.Search.Query, nil) {
				if c.Type != "number" || row["cnt"] != "0" {
					t.Errorf("%s/%s: of no rows there is %v", id, name, row)
				}
			}
			d := c.Display
			for _, other := range placed {
				if d.XPos < other.XPos+other.Width && other.XPos < d.XPos+d.Width && d.YPos < other.YPos+other.Height && other.YPos < d.YPos+d.Height {
					t.Errorf("%s/%s lies over %s", id, name, other.DisplayName)
				}
			}
			placed = append(placed, d)
		}
	}
}

// Filters reach every chart: what is left out shows in none.
func TestReports_filters(t *testing.T) {
	t.Parallel()
	for _, id := range logshipping.ReportIDs() {
		for name := range logshipping.ChartsOf(id, logshipping.Filters{}) {
			for what, f := range map[string]logshipping.Filters{
				"account": {AccountIDs: []string{"100000000000009"}}, "cluster": {ClusterIDs: []string{"c1a00000000000000000000000retail9"}}, "namespace": {Namespaces: []string{"nowhere"}},
				"not namespace": {ExcludeNamespaces: []string{"shop", "pay"}}, "user": {Users: []string{"nobody"}}, "not user": {ExcludeUsers: []string{"201234567890123456", bob, ci, "system:node:n1"}},
				"resource": {Resources: []string{"leases"}},
			} {
				f.SystemUsers = true
				query := logshipping.ChartsOf(id, f)[name].Search.Query
				for _, row := range ask(t, query, aDay()) {
					if row["cnt"] != "0" {
						t.Errorf("%s/%s, %s: %v: %s", id, name, what, row, query)
					}
				}
			}
			with := logshipping.ChartsOf(id, logshipping.Filters{SystemUsers: true})[name].Search.Query
			without := logshipping.ChartsOf(id, logshipping.Filters{})[name].Search.Query
			always := name == "public-requests" || name == "public-access" || name == "refused" || name == "commands"
			if (with == without) != always {
				t.Errorf("%s/%s: components always count: %t", id, name, with == without)
			}
		}
	}
	one := logshipping.ChartsOf("operation_details", logshipping.Filters{Resources: []string{"secrets"}, Users: []string{"201234567890123456"}})["operations"]
	if got := figures(ask(t, one.Search.Query, aDay()), "user_name", "target_resource"); got != ann+" secrets" {
		t.Error(fmt.Sprint(got))
	}
}
