package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Lifecycles is how each resource is created, changed and destroyed, for the
// harness that kills the provider at every call of it. A resource without an
// entry fails a test.
var Lifecycles = map[string][]Lifecycle{
	"ackguard_cluster_inspection_schedule": inspectionSchedule,
	"ackguard_config_rule_ack":             configRule,
	"ackguard_config_delivery":             configDelivery,
	"ackguard_config_baseline_ack":         configBaseline,
	"ackguard_config_aggregator":           configAggregator,
	"ackguard_config_recorder":             configRecorder,
	"ackguard_config_rule_exemption":       configExemption,
	"ackguard_cluster_audit_log":           clusterAuditLog,
	"ackguard_audit_log_archive":           auditLogArchive,
	"ackguard_audit_alert":                 auditAlert,
	"ackguard_audit_dashboard":             auditDashboard,
	"ackguard_audit_log_shipping":          logShipping,
	"ackguard_scan_policy":                 scanPolicy,
}

// Lifecycle is one way through a resource's life. Arguments are as in
// Terraform's JSON syntax: strings, bools, numbers, []any and map[string]any.
type Lifecycle struct {
	Name string
	// Seed is the cloud before, new at each call.
	Seed func() *simulator.Scenario
	// Create and Update are the block's arguments; without Update it is not changed.
	Create, Update map[string]any
	// Real: KillForReal tries this life too, at some ten seconds of machine time a point. Not every life needs it: it shows that
	// the small core is right, not that the resource is.
	Real bool
	// Leaves matches the lines of Snapshot.Diff that a life leaves behind as documented. How many of them and where is
	// compared with a life that nothing disturbed; without Leaves the cloud must be as before.
	Leaves *regexp.Regexp
	// Lost is for what cannot be put back after a kill in the wrong moment.
	Lost *Lost
}

// Lost is what a kill may cost, as long as it is said.
type Lost struct {
	// Warning is the start of the warning that says it.
	Warning string
	// Lines matches the lines of Snapshot.Diff that may be left then.
	Lines *regexp.Regexp
}

// lags reports whether the cloud's reads lag behind writes.
func (l Lifecycle) lags() bool { return l.Seed().Behaviour.Consistency != simulator.Consistency{} }

// With is a copy of arguments with others.
func With(arguments map[string]any, others ...any) map[string]any {
	all := map[string]any{}
	for name, value := range arguments {
		all[name] = value
	}
	for i := 0; i < len(others); i += 2 {
		name, _ := others[i].(string)
		all[name] = others[i+1]
	}
	return all
}
