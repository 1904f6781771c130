// Package permission knows which rights each feature of the provider needs, and makes the smallest RAM policies of them.
package permission

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// condition says when a feature needs an action; nil is always.
type condition struct {
	words string            // completes "needed …" on the page
	holds func(choice) bool // nil where no argument of the data source tells: it is counted in then
}

var (
	withoutRegions = &condition{"unless `regions` is set", func(c choice) bool { return len(c.regions) == 0 }}
	forTimezone    = &condition{words: "for `timezone` (a warning without it)"}
	forWaiting     = &condition{words: "unless `wait = false`"}
	forTriggers    = &condition{words: "for `triggers`"}
	forDetails     = &condition{words: "unless `details = false`"}
	forRecovery    = &condition{words: "after a run that was stopped"}
	forTakenAway   = &condition{words: "when a rule is taken out of the pack"}
	forAdded       = &condition{words: "when somebody added a rule by hand"}
	forMetering    = &condition{words: "for `metering_mode`"}
	forShards      = &condition{words: "for a higher `shard_count`"}
	forRows        = &condition{words: "unless `force_destroy` is set"}
	forProject     = &condition{words: "unless `project` is set"}
	forClusterName = &condition{words: "unless `cluster_name` is set (a warning without it)"}
	forInspection  = &condition{words: "for `source = \"inspection\"` without `logstore`"}
	forLookingOn   = &condition{words: "to look ahead (a warning without it)"}
	forIndex       = &condition{words: "for `index_enabled`"}
	forUnshipped   = &condition{words: "where nothing arrived lately"}
	forStopping    = &condition{words: "for `stop_on_destroy`"}
	forKubeconfig  = &condition{words: "unless `cluster_connection.kubeconfig_path` is set"}
	forEndpoint    = &condition{words: "unless `cluster_connection` names the endpoint or a kubeconfig"}
	forInstalling  = &condition{words: "where the component is missing"}
	forOwnLogs     = &condition{words: "unless `archive` is set"}
	forGaps        = &condition{words: "where a rule has no result of a cluster (a warning without it)"}
	byRules        = func(s compliance.Source) *condition {
		return &condition{"as far as the [rules](guides/rules.md) need it", func(c choice) bool { return c.sources[s] }}
	}
)

// in says whether a choice needs it.
func (n need) in(c choice) bool { return n.when == nil || n.when.holds == nil || n.when.holds(c) }

// need is one action that a feature needs, and what for.
type need struct {
	action string
	why    string
	when   *condition
	by     Holder // who does it, where not the action's own holder
}

func (n need) holder() Holder { return cmp.Or(n.by, actions[n.action].holder) }

// Feature is something that the provider offers, and what it may do.
type Feature struct {
	// Name is the full type name; list.NAME for a list resource; NAME.ARGUMENT for what an argument needs on top;
	// NAME.inventory for what it needs with inventory = "cloud_config" instead.
	Name string
	// Needless says why it needs no permission; only then Needs and With may be empty.
	Needless string
	// With are features whose needs it has too.
	With  []string
	Needs []need
	// Kubernetes are rights inside the clusters.
	Kubernetes []KubernetesRule
}

const (
	clusterList  = "ackguard_clusters"
	fromConfig   = ".inventory" // what a feature needs with the provider's inventory = "cloud_config", instead of what it needs else
	inspectTimer = "ackguard_cluster_inspection_schedule"

	exemption        = "ackguard_config_rule_exemption"
	auditLog         = "ackguard_cluster_audit_log"
	logArchive       = "ackguard_audit_log_archive"
	shipping         = "ackguard_audit_log_shipping"
	shippingStatus   = "ackguard_log_shipping_status"
	configCompliance = "ackguard_config_compliance"
	scanPolicy       = "ackguard_scan_policy"
	scanPolicies     = "ackguard_scan_policies"
	scanReport       = "ackguard_scan_report"
)

// features is the one table of what needs what. Whatever the provider offers is in it: a test of internal/provider
// looks.
var features = []Feature{
	{Name: "ackguard_member_accounts", Needs: []need{
		{action: "resourcemanager:GetResourceDirectory", why: "finds the directory and its management account"},
		{action: "resourcemanager:ListAccounts", why: "lists the members"},
	}},
	{Name: "ackguard_member_accounts.folder_id", With: []string{"ackguard_member_accounts"}, Needs: []need{
		{action: "resourcemanager:GetFolder", why: "tells an empty folder from a misspelt one"},
	}},
	{Name: clusterList, Needs: []need{
		{action: "cs:DescribeClustersForRegion", why: "lists the clusters of a region"},
		{action: "cs:DescribeClustersV1", why: "finds the regions that have clusters", when: withoutRegions},
		{action: "cs:GetClusters", why: "the same call: help pages name either action or both", when: withoutRegions},
	}},
	{Name: clusterList + fromConfig, Needs: append(groupNeeds(), need{
		action: "config:GetAggregateDiscoveredResource", why: "reads what the list lacks; not with `details = false`", when: forDetails,
	})},
	{Name: "ackguard_cluster_compliance", With: []string{clusterList}, Needs: sourceNeeds()},
	{Name: "ackguard_cluster_compliance" + fromConfig, Needs: append(append(groupNeeds(), need{
		action: "config:GetAggregateDiscoveredResource", why: "reads facts of a cluster that rules ask for",
	}), sourceNeeds()...)},
	{Name: inspectTimer, Needs: []need{
		{action: "cs:CreateClusterInspectConfig", why: "creates the schedule"},
		{action: "cs:GetClusterInspectConfig", why: "reads the schedule"},
		{action: "cs:UpdateClusterInspectConfig", why: "changes the schedule"},
		{action: "cs:DeleteClusterInspectConfig", why: "deletes the schedule"},
		{action: "cs:DescribeClusterDetail", why: "reads `timezone`; without it there is a warning, and the schedule works", when: forTimezone},
	}},
	{Name: inspectTimer + ".triggers", With: []string{inspectTimer}, Needs: []need{
		{action: "cs:RunClusterInspect", why: "starts an inspection"},
	}},
	{Name: "ackguard_cluster_inspection_schedules", With: []string{clusterList}, Needs: []need{
		{action: "cs:GetClusterInspectConfig", why: "reads the schedule"},
	}},
	{Name: "ackguard_cluster_inspection_schedules" + fromConfig, Needs: append(groupNeeds(), need{
		action: "cs:GetClusterInspectConfig", why: "reads the schedule",
	})},
	{Name: "list." + inspectTimer, With: []string{"ackguard_cluster_inspection_schedules"}},
	{Name: "ackguard_cluster_inspection_report", With: []string{clusterList}, Needs: []need{
		{action: "cs:ListClusterInspectReports", why: "finds the latest report"},
		{action: "cs:GetClusterInspectReportDetail", why: "reads a report"},
	}},
	{Name: "ackguard_cluster_inspection_report" + fromConfig, Needs: append(groupNeeds(),
		need{action: "cs:ListClusterInspectReports", why: "finds the latest report"},
		need{action: "cs:GetClusterInspectReportDetail", why: "reads a report"},
	)},
	{Name: "ackguard_run_cluster_inspection", Needs: []need{
		{action: "cs:RunClusterInspect", why: "starts an inspection"},
		{action: "cs:GetClusterInspectReportDetail", why: "waits for the report; not with `wait = false`", when: forWaiting},
	}},
	{Name: "ackguard_config_rule_ack", Needs: ruleNeeds("", Member)},
	{Name: "ackguard_config_rule_ack.aggregator_id", Needs: ruleNeeds("Aggregate", Provider)},
	{Name: "ackguard_config_baseline_ack", Needs: baselineNeeds("", Member)},
	{Name: "ackguard_config_baseline_ack.aggregator_id", Needs: baselineNeeds("Aggregate", Provider)},
	{Name: "ackguard_config_delivery", Needs: deliveryNeeds("")},
	{Name: "ackguard_config_delivery.aggregator_id", Needs: deliveryNeeds("Aggregate")},
	{Name: "ackguard_config_aggregator", Needs: []need{
		{action: "config:CreateAggregator", why: "creates the account group"},
		{action: "config:GetAggregator", why: "reads the account group and the recorders of its members"},
		{action: "config:UpdateAggregator", why: "changes the account group"},
		{action: "config:DeleteAggregators", why: "deletes the account group"},
		{action: "config:ListAggregators", why: "finds a group of the same name, or of the whole directory, that is there already", when: forRecovery},
	}},
	{Name: "ackguard_config_recorder", Needs: []need{
		{action: "config:GetConfigurationRecorder", why: "reads the recorder"},
		{action: "config:StartConfigurationRecorder", why: "starts the recorder"},
		{action: "config:UpdateConfigurationRecorder", why: "adds resource types that the recorder lacks"},
		{action: "config:StopConfigurationRecorder", why: "stops a recorder that the resource started", when: forStopping},
	}},
	{Name: exemption, Needs: exemptionNeeds("")},
	{Name: exemption + ".aggregator_id", Needs: exemptionNeeds("Aggregate")},
	{Name: configCompliance, Needs: resultNeeds("")},
	{Name: configCompliance + ".aggregator_id", Needs: resultNeeds("Aggregate")},
	{Name: configCompliance + ".check_parity", With: []string{configCompliance + ".aggregator_id", "ackguard_cluster_compliance"}, Needs: parityNeeds()},
	{Name: "ackguard_config_managed_rules", Needs: []need{{action: "config:ListManagedRules", why: "lists the rules that the service offers"}}},
	{Name: "ackguard_config_precheck", Needs: []need{
		{action: "config:ListPreManagedRules", why: "tells which rules can judge planned resources"},
		{action: "config:EvaluatePreConfigRules", why: "judges planned resources"},
	}},
	{Name: logArchive, Needs: []need{
		{action: "log:GetProject", why: "reads the project"},
		{action: "log:CreateProject", why: "creates the project"},
		{action: "log:UpdateProject", why: "changes the project's description"},
		{action: "log:DeleteProject", why: "deletes the project"},
		{action: "log:GetLogStore", why: "reads the log store"},
		{action: "log:CreateLogStore", why: "creates the log store"},
		{action: "log:UpdateLogStore", why: "changes the log store"},
		{action: "log:DeleteLogStore", why: "deletes the log store"},
		{action: "log:GetIndex", why: "reads the index"},
		{action: "log:CreateIndex", why: "creates the index"},
		{action: "log:UpdateIndex", why: "adds what the index lacks"},
		{action: "log:GetLogStoreMeteringMode", why: "reads the metering mode"},
		{action: "log:UpdateLogStoreMeteringMode", why: "changes the metering mode", when: forMetering},
		{action: "log:SplitShard", why: "makes more shards", when: forShards},
		{action: "log:ListShards", why: "counts the shards, and finds out whether they hold rows before they are deleted"},
		{action: "log:GetCursorOrData", why: "finds out whether the log store holds rows before it is deleted", when: forRows},
		{action: "log:ListLogStores", why: "tells a project of an earlier run from another, and an empty one before it is deleted"},
		{action: "log:ListJobs", why: "finds out whether the project is empty before it is deleted"},
		{action: "log:ListDashboard", why: "finds out whether the project is empty before it is deleted"},
	}},
	{Name: logArchive + ".adopt_existing_logstore", With: []string{logArchive}, Needs: []need{
		{action: "log:DeleteIndex", why: "takes the index away again where there was none"},
	}},
	{Name: shipping, Needs: []need{
		{action: "cs:GetClusterAuditProject", why: "finds the project of the cluster's logs", when: forProject},
		{action: "cs:DescribeClusterDetail", why: "reads the cluster's name; without it rows do not carry it", when: forClusterName},
		{action: "log:ListLogStores", why: "finds the log store of inspection results", when: forInspection},
		{action: "log:GetLogStore", why: "looks for the source and, in the log account, for the archive"},
		{action: "log:ListJobs", why: "counts the project's jobs, which have a quota", when: forLookingOn},
		{action: "log:GetProject", why: "finds the region of the archive, in the log account", when: forLookingOn},
		{action: "log:GetJob", why: "reads the job"},
		{action: "log:CreateJob", why: "creates the job"},
		{action: "log:UpdateJob", why: "changes, starts and stops the job"},
		{action: "log:DeleteJob", why: "deletes the job"},
	}},
	{Name: shipping + ".verify", With: []string{shipping}, Needs: []need{
		{action: "log:PostLogStoreLogs", why: "writes a probe row to the source"},
		{action: "log:GetLogStoreLogs", why: "looks for it in the archive, in the log account; and for what the service says of a job that does not work, in the member"},
	}},
	{Name: shipping + ".source_retention", With: []string{shipping}, Needs: []need{
		{action: "log:UpdateLogStore", why: "changes for how long the source keeps rows"},
		{action: "log:ListTagResources", why: "reads what is to be put back"},
		{action: "log:TagResources", why: "writes down what is to be put back"},
		{action: "log:UntagResources", why: "takes that away again"},
		{action: "log:GetLogStoreMeteringMode", why: "finds out whether it saves anything to take the index away (a warning without it)", when: forIndex},
		{action: "log:GetIndex", why: "reads the source's index", when: forIndex},
		{action: "log:DeleteIndex", why: "takes the source's index away", when: forIndex},
		{action: "log:CreateIndex", why: "puts it back", when: forIndex},
	}},
	{Name: shippingStatus, With: []string{clusterList}, Needs: statusNeeds()},
	{Name: shippingStatus + fromConfig, Needs: append(groupNeeds(), statusNeeds()...)},
	{Name: "ackguard_log_shipping_policies", Needless: "it makes no call"},
	{Name: "ackguard_audit_alert", Needs: []need{
		{action: "log:GetJob", why: "reads the alert"},
		{action: "log:CreateJob", why: "creates the alert"},
		{action: "log:UpdateJob", why: "changes the alert, and switches it on and off"},
		{action: "log:DeleteJob", why: "deletes the alert"},
	}},
	{Name: "ackguard_audit_dashboard", Needs: []need{
		{action: "log:GetDashboard", why: "reads the dashboard"},
		{action: "log:CreateDashboard", why: "creates the dashboard"},
		{action: "log:UpdateDashboard", why: "changes the dashboard"},
		{action: "log:DeleteDashboard", why: "deletes the dashboard"},
	}},
	{Name: "ackguard_audit_alert_conditions", Needless: "it makes no call"},
	{Name: auditLog, Needs: []need{
		{action: "cs:GetClusterAuditProject", why: "reads whether auditing is on"},
		{action: "cs:UpdateClusterAuditLogConfig", why: "switches auditing on, to another project, or off"},
		{action: "cs:DescribeTaskInfo", why: "waits for the end of a change"},
	}},
	{Name: auditLog + ".control_plane_logs", With: []string{auditLog}, Needs: []need{
		{action: "cs:CheckControlPlaneLogEnable", why: "reads which components' logs are collected; an import asks too, and warns without it"},
		{action: "cs:UpdateControlPlaneLog", why: "changes which components' logs are collected"},
		{action: "cs:EnableCoreControlPlaneComponentsLog", why: "the same call: its page names both actions"},
	}},
	{Name: scanPolicy, Needs: scanNeeds(forKubeconfig), Kubernetes: scanRights("get", "update")},
	{Name: scanPolicy + ".component_version", With: []string{scanPolicy}, Needs: []need{
		{action: "cs:InstallClusterAddons", why: "installs the component, also for `install_component`", when: forInstalling},
		{action: "cs:UpgradeClusterAddons", why: "takes the component to another version"},
		{action: "cs:DescribeTaskInfo", why: "waits for the end of a change"},
	}},
	{Name: scanPolicy + ".uninstall_on_destroy", With: []string{scanPolicy}, Needs: []need{
		{action: "cs:UnInstallClusterAddons", why: "uninstalls the component"},
		{action: "cs:DescribeTaskInfo", why: "waits for the end of a change"},
	}},
	{Name: scanPolicy + ".triggers", With: []string{scanPolicy}, Kubernetes: runRights()},
	{Name: "ackguard_run_scan", Needs: scanNeeds(nil), Kubernetes: startRights()},
	{Name: scanPolicies, With: []string{clusterList}, Needs: scanNeeds(nil), Kubernetes: scanRights("get")},
	{Name: scanPolicies + fromConfig, Needs: append(groupNeeds(), scanNeeds(nil)...), Kubernetes: scanRights("get")},
	{Name: scanReport, With: []string{clusterList}, Needs: reportNeeds()},
	{Name: scanReport + fromConfig, Needs: append(groupNeeds(), reportNeeds()...)},
	{Name: "ackguard_scan_policy_manifests", Needless: "it makes no call"},
	{Name: "ackguard_rules", Needless: "it makes no call"},
	{Name: "ackguard_workload_compliance", Needless: "it makes no call"},
	{Name: "ackguard_validating_admission_policy", Needless: "it makes no call"},
	{Name: "ackguard_required_ram_policy", Needless: "its only call is `sts:GetCallerIdentity`, which needs no permission"},
}

// scanNeeds are what it takes to find the component and to open the cluster's own API; asked is when it takes a
// kubeconfig of the service.
func scanNeeds(asked *condition) []need {
	return []need{
		{action: "cs:ListClusterAddonInstances", why: "finds the component"},
		{action: "cs:DescribeClusterUserKubeconfig", why: "opens the cluster's own API", when: asked},
		{action: "cs:DescribeClusterDetail", why: "finds out whether the cluster has a public endpoint", when: forEndpoint},
	}
}

// scanRights are the rights on the component's two objects, wherever they may be.
func scanRights(verbs ...string) (rules []KubernetesRule) {
	for _, namespace := range inspector.Namespaces("") {
		rules = append(rules,
			KubernetesRule{Namespace: namespace, APIGroups: []string{""}, Resources: []string{"configmaps"}, Names: []string{inspector.ConfigMapName}, Verbs: verbs},
			KubernetesRule{Namespace: namespace, APIGroups: []string{"batch"}, Resources: []string{"cronjobs"}, Names: []string{inspector.CronJobName}, Verbs: verbs})
	}
	return rules
}

// runRights are those to start a scan beside the others.
func runRights() (rules []KubernetesRule) {
	for _, namespace := range inspector.Namespaces("") {
		rules = append(rules, KubernetesRule{Namespace: namespace, APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"list", "create"}})
	}
	return rules
}

// startRights are those of the action that starts a scan and waits for it.
func startRights() (rules []KubernetesRule) {
	for _, namespace := range inspector.Namespaces("") {
		rules = append(rules,
			KubernetesRule{Namespace: namespace, APIGroups: []string{"batch"}, Resources: []string{"cronjobs"}, Names: []string{inspector.CronJobName}, Verbs: []string{"get"}},
			KubernetesRule{Namespace: namespace, APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"list", "create", "get"}})
	}
	return rules
}

// statusNeeds are what the status of shipping needs beyond the cluster lists.
func statusNeeds() []need {
	return []need{
		{action: "cs:GetClusterAuditProject", why: "finds the project of each cluster's logs"},
		{action: "log:ListJobs", why: "finds the jobs that ship to the archive"},
		{action: "log:GetLogStore", why: "reads for how long a source keeps rows"},
		{action: "log:GetIndex", why: "finds out whether a source has an index"},
		{action: "log:GetLogStoreLogs", why: "asks the archive what arrived, in the log account"},
		{action: "log:ListShards", why: "looks for rows of a source that did not arrive", when: forUnshipped},
		{action: "log:GetCursorOrData", why: "looks for rows of a source that did not arrive", when: forUnshipped},
	}
}

// reportNeeds are what it takes to read the results of scans.
func reportNeeds() []need {
	return []need{
		{action: "cs:GetClusterAuditProject", why: "finds the project of each cluster's logs, unless `projects` has it", when: forOwnLogs},
		{action: "log:ListLogStores", why: "finds the Logstore of each cluster's results", when: forOwnLogs},
		{action: "log:GetLogStoreLogs", why: "reads results and events; with `archive`, in the log account"},
	}
}

// ruleNeeds are what a rule needs in an account, or with Aggregate in an account group.
func ruleNeeds(group string, by Holder) []need {
	config := func(verb, noun string) string { return "config:" + verb + group + noun }
	return []need{
		{action: "config:GetManagedRule", why: "reads the defaults of a new rule; without it there is a warning, and our catalogue's are taken", by: by},
		{action: config("Create", "ConfigRule"), why: "creates the rule"},
		{action: config("Get", "ConfigRule"), why: "reads the rule"},
		{action: config("Update", "ConfigRule"), why: "changes the rule"},
		{action: config("Active", "ConfigRules"), why: "sets `status`"},
		{action: config("Deactive", "ConfigRules"), why: "sets `status`"},
		{action: config("Delete", "ConfigRules"), why: "deletes the rule"},
		{action: config("List", "ConfigRules"), why: "finds a rule of the same name that a run before has made", when: forRecovery},
		{action: config("Start", "ConfigRuleEvaluation"), why: "evaluates the rule when `triggers` change", when: forTriggers},
	}
}

// baselineNeeds are what a compliance pack needs in an account, or with Aggregate in an account group.
func baselineNeeds(group string, by Holder) []need {
	config := func(verb, noun string) string { return "config:" + verb + group + noun }
	return []need{
		{action: "config:GetManagedRule", why: "looks whether a new rule of the pack exists; without it there is a warning", by: by},
		{action: config("List", "CompliancePacks"), why: "finds a pack of the same name"},
		{action: config("Create", "CompliancePack"), why: "creates the pack with its rules"},
		{action: config("Get", "CompliancePack"), why: "reads the pack"},
		{action: config("Update", "CompliancePack"), why: "changes the pack and its rules"},
		{action: config("Delete", "CompliancePacks"), why: "deletes the pack with its rules"},
		{action: config("List", "ConfigRules"), why: "looks whether the rules of a pack that is deleted, and rules that were taken out, are gone"},
		{action: config("Delete", "ConfigRules"), why: "deletes a rule that was taken out of the pack and stands alone", when: forTakenAway},
		{action: config("Detach", "ConfigRuleToCompliancePack"), why: "takes out a rule and keeps it", when: forAdded},
	}
}

// deliveryNeeds are what a delivery channel needs in an account, or with Aggregate in an account group.
func deliveryNeeds(group string) []need {
	config := func(verb, noun string) string { return "config:" + verb + group + noun }
	return []need{
		{action: config("List", "ConfigDeliveryChannels"), why: "finds a channel of the same name"},
		{action: config("Create", "ConfigDeliveryChannel"), why: "creates the channel"},
		{action: config("Get", "ConfigDeliveryChannel"), why: "reads the channel"},
		{action: config("Update", "ConfigDeliveryChannel"), why: "changes the channel"},
		{action: config("Delete", "ConfigDeliveryChannel"), why: "deletes the channel"},
	}
}

// exemptionNeeds are what an exemption needs in an account, or with Aggregate in an account group.
func exemptionNeeds(group string) []need {
	return []need{
		{action: "config:List" + group + "ConfigRuleEvaluationResults", why: "reads the result"},
		{action: "config:Ignore" + group + "EvaluationResults", why: "acknowledges the result"},
		{action: "config:Revert" + group + "EvaluationResults", why: "takes the acknowledgement back"},
	}
}

// resultNeeds are what the results of an account, or with Aggregate of an account group, need.
func resultNeeds(group string) []need {
	return []need{
		{action: "config:List" + group + "ConfigRules", why: "lists the rules"},
		{action: "config:List" + group + "ConfigRuleEvaluationResults", why: "reads the results"},
		{action: "config:Get" + group + "ConfigRule", why: "tells a cluster that a rule does not cover from one that it has not judged", when: forGaps},
	}
}

// parityNeeds are what the comparison needs on top, for an account group that holds the provider's own account too.
func parityNeeds() []need {
	list := []need{{action: "config:GetAggregator", why: "finds the accounts of the account group"}}
	own := append([]need{{action: "cs:DescribeClustersForRegion"}, {action: "cs:DescribeClustersV1"}, {action: "cs:GetClusters"}}, sourceNeeds()...)
	for _, n := range own {
		n.by, n.why = Provider, "judges the clusters of the provider's own account, which an account group of the whole directory holds"
		list = append(list, n)
	}
	return list
}

// groupNeeds are what a list out of the inventory of an account group needs.
func groupNeeds() []need {
	return []need{
		{action: "config:GetAggregator", why: "tells which accounts are in the account group and are recorded"},
		{action: "config:ListAggregateDiscoveredResources", why: "lists the clusters of all accounts"},
	}
}

// sourceNeeds are the calls that rules cost beyond the cluster lists.
func sourceNeeds() []need {
	var list []need
	for _, s := range compliance.Sources() {
		if s != compliance.SourceList {
			list = append(list, need{action: "cs:" + s.Call(), why: "reads facts of a cluster that rules ask for (`" + string(s) + "`)", when: byRules(s)})
		}
	}
	return list
}

// Names are the names of all features, sorted.
func Names() []string {
	names := make([]string, 0, len(features))
	for _, f := range features {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// UnknownFeatureError is returned for a name that no feature has.
type UnknownFeatureError struct{ Name string }

// Error implements error.
func (e *UnknownFeatureError) Error() string {
	hint := ""
	if near := nearest.To(e.Name, Names()); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	return fmt.Sprintf("This version has no feature %q.%s Its features are: %s.", e.Name, hint, strings.Join(Names(), ", "))
}

// lookup finds a feature.
func lookup(name string) (Feature, error) {
	if i := slices.IndexFunc(features, func(f Feature) bool { return f.Name == name }); i >= 0 {
		return features[i], nil
	}
	return Feature{}, &UnknownFeatureError{name}
}

// all are the feature's needs with those of the features that it builds on.
func (f Feature) all() (needs []need, rules []KubernetesRule, err error) {
	for _, name := range f.With {
		other, err := lookup(name)
		if err != nil {
			return nil, nil, err
		}
		more, moreRules, err := other.all()
		if err != nil {
			return nil, nil, err
		}
		needs, rules = append(needs, more...), append(rules, moreRules...)
	}
	return append(needs, f.Needs...), append(rules, f.Kubernetes...), nil
}
