package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// Where LogFleet has its logs.
const (
	// CentralAccount is the account that has the archive.
	CentralAccount = Payments
	// ArchiveProject and ArchiveStore are the archive, in cn-hangzhou.
	ArchiveProject = "collect-logs"
	ArchiveStore   = "collect-cluster-security-logs"
	// ReaderRole and WriterRole are the roles of every job.
	ReaderRole = "ackguard-log-reader"
	WriterRole = "ackguard-log-writer"
)

// LogProject is the project of a cluster's logs.
func LogProject(cluster string) string { return "k8s-log-" + ClusterID(cluster) }

// LogFleet is Fleet in which the clusters of Retail, Logistics and Analytics write audit logs, inspection results and
// events, and Payments has an archive for them.
func LogFleet() *simulator.Scenario { return WithLogs(Fleet()) }

// WithLogs gives the accounts of Fleet what LogFleet has.
func WithLogs(s *simulator.Scenario) *simulator.Scenario {
	for i := range s.Accounts {
		account := &s.Accounts[i]
		if account.AccountID == Management {
			continue
		}
		if account.AccountID == CentralAccount {
			account.Roles = append(account.Roles, simulator.Role{
				RoleName: WriterRole, Trusts: []string{Retail + "@log.aliyuncs.com", Logistics + "@log.aliyuncs.com", Analytics + "@log.aliyuncs.com"},
				Policies: []rampolicy.Document{allowing([]string{"log:Post*", "log:BatchPost*"}, "acs:log:*:*:project/"+ArchiveProject+"/logstore/"+ArchiveStore)},
			})
			account.LogService = &simulator.LogService{Projects: []simulator.LogProject{{
				ProjectName: ArchiveProject, Region: "cn-hangzhou",
				LogStores: []simulator.LogStore{{LogStoreName: ArchiveStore, TTL: 180, Index: archiveIndex()}},
			}}}
			continue
		}
		account.Roles = append(account.Roles, simulator.Role{
			RoleName: ReaderRole, Trusts: []string{"log.aliyuncs.com"}, Policies: []rampolicy.Document{allowing(readActions, "acs:log:*:*:project/k8s-log-*/logstore/*")},
		})
		for j := range account.Clusters {
			cluster := &account.Clusters[j]
			project := simulator.LogProject{ProjectName: "k8s-log-" + cluster.ClusterID, Region: cluster.RegionID, Tags: []simulator.LogTag{{Key: "team", Value: "platform"}}}
			for _, store := range []string{"audit-" + cluster.ClusterID, "security-inspector-configaudit-" + cluster.ClusterID[:12], "k8s-event", "apiserver-" + cluster.ClusterID} {
				project.LogStores = append(project.LogStores, simulator.LogStore{
					LogStoreName: store, TTL: 30, MeteringMode: "ChargeByFunction", Index: fullText(),
				})
			}
			cluster.AuditLog = &simulator.AuditLog{SLSProjectName: project.ProjectName}
			if account.LogService == nil {
				account.LogService = &simulator.LogService{}
			}
			account.LogService.Projects = append(account.LogService.Projects, project)
		}
	}
	return s
}

// readActions are what Log Service's pages on custom roles name for the role that reads.
var readActions = []string{
	"log:ListShards", "log:GetCursorOrData", "log:GetConsumerGroupCheckPoint", "log:UpdateConsumerGroup", "log:ConsumerGroupHeartBeat",
	"log:ConsumerGroupUpdateCheckPoint", "log:ListConsumerGroup", "log:CreateConsumerGroup",
}

func allowing(actions []string, resources ...string) rampolicy.Document {
	return rampolicy.Document{Version: "1", Statement: []rampolicy.Statement{{Effect: "Allow", Action: actions, Resource: resources}}}
}

// fullText is an index of everything, with what GetIndex adds, for that comes back with it.
func fullText() *simulator.LogIndex {
	return &simulator.LogIndex{TTL: 30, MaxTextLen: 2048, Line: &simulator.LogIndexLine{Token: []string{" ", ",", ":", "\""}}}
}

// archiveIndex is fullText with the fields that jobs add.
func archiveIndex() *simulator.LogIndex {
	x := fullText()
	x.Keys = map[string]simulator.LogIndexKey{}
	for _, name := range []string{"account_id", "region", "cluster_id", "cluster_name", "log_source", "ackguard_probe"} {
		x.Keys[name] = simulator.LogIndexKey{Type: "text", Token: x.Line.Token, DocValue: true}
	}
	return x
}

// ShippingArguments ship the audit log of a cluster of an account in cn-hangzhou.
func ShippingArguments(account, cluster string, more ...any) map[string]any {
	return With(map[string]any{
		"account_id": account, "region": "cn-hangzhou", "cluster_id": ClusterID(cluster), "source": "audit",
		"source_role_arn": "acs:ram::" + account + ":role/" + ReaderRole, "destination_role_arn": "acs:ram::" + CentralAccount + ":role/" + WriterRole,
		"archive": map[string]any{"account_id": CentralAccount, "region": "cn-hangzhou", "project": ArchiveProject, "logstore": ArchiveStore},
	}, more...)
}

var (
	shipped  = ShippingArguments(Retail, "retail", "verify", false)
	changed  = With(shipped, "description", "To the log account.", "additional_fields", map[string]any{"environment": "production"})
	retained = With(shipped, "source_retention", map[string]any{"days": 1, "index_enabled": false})
)

// foundJob is LogFleet with a job of this name that somebody made by hand.
func foundJob() *simulator.Scenario {
	s := LogFleet()
	s.Accounts[1].LogService.Projects[0].Jobs = []simulator.LogJob{{
		Name: "ackguard-audit-" + ClusterID("retail")[:12], DisplayName: "mine", Type: "ETL", Status: "STOPPED", Schedule: simulator.LogSchedule{Type: "Resident"},
		Configuration: map[string]any{
			"logstore": "audit-" + ClusterID("retail"), "roleArn": "acs:ram::" + Retail + ":role/" + ReaderRole, "script": "", "lang": "SPL", "version": 2, "accessKeyId": "", "accessKeySecret": "",
			"sinks": []any{map[string]any{
				"name": "target", "project": ArchiveProject, "logstore": ArchiveStore, "roleArn": "acs:ram::" + CentralAccount + ":role/" + WriterRole, "type": "AliyunLOG",
				"endpoint": "cn-hangzhou.log.aliyuncs.com", "datasets": []any{"__UNNAMED__"}, "accessKeyId": "", "accessKeySecret": "",
			}},
		},
	}}
	return s
}

var (
	// lostJob: a job has no place for the original, so a kill between overwriting it and saving the state loses it.
	lostJob = &Lost{Warning: "Job taken over; what was there before is not known", Lines: regexp.MustCompile(`^- log k8s-log-\w+\.jobs`)}
	// lostIndex: an index is too large for a tag.
	lostIndex = &Lost{Warning: "Index of a source is not known", Lines: regexp.MustCompile(`^[-+~] log k8s-log-\w+\.logstores\[\d+\]\.index`)}
)

var logShipping = []Lifecycle{
	{Name: "plain", Seed: LogFleet, Create: shipped, Update: changed},
	{Name: "stopped", Seed: LogFleet, Create: shipped, Update: With(changed, "enabled", false)},
	{Name: "started", Seed: LogFleet, Create: With(shipped, "enabled", false), Update: changed},
	{Name: "retention", Seed: LogFleet, Create: With(shipped, "source_retention", map[string]any{"days": 1}), Update: With(shipped, "source_retention", map[string]any{"days": 7})},
	{Name: "index", Seed: LogFleet, Create: retained, Update: With(retained, "source_retention", map[string]any{"days": 2, "index_enabled": true}), Lost: lostIndex},
	{Name: "retention added", Seed: LogFleet, Create: shipped, Update: With(changed, "source_retention", map[string]any{"days": 1, "index_enabled": false}), Lost: lostIndex},
	{Name: "retention taken away", Seed: LogFleet, Create: retained, Update: shipped, Lost: lostIndex},
	{Name: "adopt_existing", Seed: foundJob, Create: With(shipped, "adopt_existing", true), Update: With(changed, "adopt_existing", true), Lost: lostJob},
	{Name: "replaced", Seed: LogFleet, Create: retained, Update: ShippingArguments(Logistics, "logistics", "verify", false), Lost: lostIndex},
	{Name: "reads lag", Seed: lagging(LogFleet), Create: shipped, Update: changed},
}
