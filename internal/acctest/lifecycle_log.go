package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var (
	auditOn    = map[string]any{"account_id": Retail, "region": "cn-hangzhou", "cluster_id": ClusterID("retail")}
	auditMoved = With(auditOn, "project", "central-logs")
	someLogs   = map[string]any{"components": []any{"apiserver", "kcm"}}
	otherLogs  = map[string]any{"components": []any{"ccm"}, "ttl_days": 7, "project": "central-logs"}
)

// LogsOn is Fleet in which Retail's cluster has logs that somebody set up.
func LogsOn() *simulator.Scenario {
	s := Fleet()
	cluster := &s.Accounts[1].Clusters[0]
	cluster.AuditLog = &simulator.AuditLog{SLSProjectName: "somebodys-logs"}
	cluster.ControlPlaneLog = &simulator.ControlPlaneLog{Components: []string{"scheduler"}, LogProject: "somebodys-logs", LogTTL: "90"}
	return s
}

func onlyAuditOn() *simulator.Scenario {
	s := LogsOn()
	s.Accounts[1].Clusters[0].ControlPlaneLog = nil
	return s
}

// lostLogs: private state is saved only when an operation ends, and the cluster has no place for what was there before.
var lostLogs = &Lost{Warning: "Log settings of a cluster stay", Lines: regexp.MustCompile(`^[-+~] cluster \w+\.(audit_log|control_plane_log)\b`)}

// logPlaces: switching logs off leaves the project and the Logstores, with all that was logged.
var logPlaces = regexp.MustCompile(`^\+ log `)

var clusterAuditLog = []Lifecycle{
	{Name: "plain", Seed: Fleet, Create: auditOn, Update: auditMoved, Lost: lostLogs, Leaves: logPlaces},
	{Name: "auditing on before", Seed: onlyAuditOn, Create: With(auditOn, "control_plane_logs", someLogs), Update: With(auditOn, "enabled", false), Lost: lostLogs, Leaves: logPlaces},
	{
		Name: "control-plane logs", Seed: Fleet,
		Create: With(auditOn, "control_plane_logs", someLogs), Update: With(auditMoved, "control_plane_logs", otherLogs),
		Lost: lostLogs, Leaves: logPlaces,
	},
	{Name: "control-plane logs added", Seed: Fleet, Create: auditOn, Update: With(auditOn, "control_plane_logs", someLogs), Lost: lostLogs, Leaves: logPlaces},
	{Name: "control-plane logs taken away", Seed: Fleet, Create: With(auditOn, "control_plane_logs", someLogs), Update: auditOn, Lost: lostLogs, Leaves: logPlaces},
	{
		Name: "adopt_existing", Seed: LogsOn,
		Create: With(auditMoved, "adopt_existing", true, "control_plane_logs", otherLogs),
		Update: With(auditOn, "adopt_existing", true, "enabled", false, "control_plane_logs", someLogs),
		Lost:   lostLogs, Leaves: logPlaces,
	},
	{
		Name: "replaced", Seed: LogsOn,
		Create: With(auditMoved, "adopt_existing", true), Update: map[string]any{"account_id": Payments, "region": "cn-shanghai", "cluster_id": ClusterID("payments")},
		Lost: lostLogs, Leaves: logPlaces,
	},
	{
		Name: "reads lag", Seed: lagging(Fleet),
		Create: With(auditOn, "control_plane_logs", someLogs), Update: With(auditMoved, "control_plane_logs", otherLogs),
		Lost: lostLogs, Leaves: logPlaces,
	},
	{
		Name: "adopt_existing, reads lag", Seed: lagging(LogsOn),
		Create: With(auditMoved, "adopt_existing", true, "control_plane_logs", otherLogs), Update: With(auditOn, "adopt_existing", true, "enabled", false),
		Lost: lostLogs, Leaves: logPlaces,
	},
}
