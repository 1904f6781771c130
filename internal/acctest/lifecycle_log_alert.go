package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// The archive of WatchedArchive, in the account Payments in cn-hangzhou.
const (
	WatchedProject = "audit-archive"
	WatchedStore   = "audit"
)

// WatchedArchive is Fleet in which Payments has an archive of audit logs.
func WatchedArchive() *simulator.Scenario {
	s := Fleet()
	s.Accounts[3].LogService = &simulator.LogService{Projects: []simulator.LogProject{{
		ProjectName: WatchedProject, Region: "cn-hangzhou", Description: "Audit logs of all accounts.",
		LogStores: []simulator.LogStore{{LogStoreName: WatchedStore, TTL: 180}},
	}}}
	return s
}

var (
	onArchive = map[string]any{"account_id": Payments, "region": "cn-hangzhou", "project": WatchedProject, "logstore": WatchedStore}
	onExec    = With(onArchive, "condition", "exec_into_container")
	execOff   = With(onExec, "enabled", false, "severity", "critical", "filters", map[string]any{"namespaces": []any{"shop"}, "exclude_users": []any{"ci"}}, "labels", map[string]any{"team": "platform"})
	ownQuery  = map[string]any{"query": "verb: delete | select count(1) as cnt", "condition": "cnt > 3"}
)

var auditAlert = []Lifecycle{
	{Name: "plain", Seed: WatchedArchive, Create: onExec, Update: execOff},
	{Name: "made off, switched on", Seed: WatchedArchive, Create: execOff, Update: onExec},
	{
		Name: "own query", Seed: WatchedArchive, Create: With(onArchive, "name", "deletions", "query", ownQuery),
		Update: With(onArchive, "name", "deletions", "condition", "resource_deleted", "mute_until", "2030-01-31T06:00:00Z"),
	},
	{Name: "replaced", Seed: WatchedArchive, Create: onExec, Update: With(onArchive, "condition", "secret_access")},
}

// ForeignDashboard is WatchedArchive with a dashboard of somebody, of the name that the report would have.
func ForeignDashboard() *simulator.Scenario {
	s := WatchedArchive()
	s.Accounts[3].LogService.Projects[0].Dashboards = []simulator.LogDashboard{{
		DashboardName: "ackguard-audit-overview", DisplayName: "Mine", Description: "By hand.", Attribute: map[string]any{"type": "grid"},
		Charts: []map[string]any{
			{
				"title": "errors", "type": "table", "search": map[string]any{"logstore": WatchedStore, "topic": "", "query": "* | select 1", "start": "-3600s", "end": "now", "tokens": []any{"a"}},
				"display": map[string]any{"xAxis": []any{"a"}, "yAxis": []any{"b"}, "xPos": 0, "yPos": 0, "width": 10, "height": 12, "displayName": "Errors", "colour": "red"}, "action": map[string]any{"a": 1},
			},
			{"title": "1700000000000-filter", "type": "filter", "search": map[string]any{"nothing": "known"}, "display": map[string]any{"xPos": "left"}},
		},
	}}
	return s
}

// lostDashboard: a dashboard has no place for the original, so a kill between changing it and saving the state loses it.
var lostDashboard = &Lost{
	Warning: "Dashboard taken over; what was there before is not known", Lines: regexp.MustCompile(`^[-~] log ` + WatchedProject + `\.dashboards`),
}

var (
	overview  = With(onArchive, "report", "overview")
	inChinese = With(overview, "language", "zh", "time_range", "7d", "filters", map[string]any{"namespaces": []any{"shop"}})
	details   = With(onArchive, "report", "operation_details", "resources", []any{"secrets"})
)

var auditDashboard = []Lifecycle{
	{Name: "plain", Seed: WatchedArchive, Create: overview, Update: inChinese},
	{Name: "replaced", Seed: WatchedArchive, Create: overview, Update: details},
	{Name: "adopt_existing", Seed: ForeignDashboard, Create: With(overview, "adopt_existing", true), Update: With(inChinese, "adopt_existing", true), Lost: lostDashboard},
}
