package acctest

import "github.com/ackguard/terraform-provider-ackguard/internal/simulator"

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
	{Name: "plain", Real: true, Seed: WatchedArchive, Create: onExec, Update: execOff},
	{Name: "made off, switched on", Seed: WatchedArchive, Create: execOff, Update: onExec},
	{
		Name: "own query", Seed: WatchedArchive, Create: With(onArchive, "name", "deletions", "query", ownQuery),
		Update: With(onArchive, "name", "deletions", "condition", "resource_deleted", "mute_until", "2030-01-31T06:00:00Z"),
	},
	{Name: "replaced", Seed: WatchedArchive, Create: onExec, Update: With(onArchive, "condition", "secret_access")},
}
