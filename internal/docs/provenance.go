package docs

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Provenance says how sure the behaviour of one object is. Every resource and
// data source has an entry: a test fails otherwise.
type Provenance struct {
	Documented []string // On a help page, in the vendor's published SDK or in the vendor's own tools.
	Inferred   []string // Concluded, or seen only in other people's code.
	Validated  string   // Day of the last run on a real account, YYYY-MM-DD; empty for never.
}

// provenance is by page: the folder under docs and the full name.
var provenance = map[string]Provenance{
	"data-sources/ackguard_member_accounts": {
		Documented: []string{
			"`ListAccounts` and `GetResourceDirectory` with their fields, and that only the management account and delegated administrators may call them",
			"the RAM action `resourcemanager:ListAccounts`",
		},
		Inferred: []string{
			"that `ListAccounts` leaves the management account out",
			"which statuses mean that an account can be worked in",
			"that invited accounts do not have the role `ResourceDirectoryAccountAccessRole`",
			"the RAM action `resourcemanager:GetResourceDirectory`",
		},
	},
	"data-sources/ackguard_clusters": {
		Documented: []string{
			"`DescribeClustersV1` (all regions) and `DescribeClustersForRegion` (one region) with their fields",
			"that the global list may be stale or partial, and the regional one is to be preferred",
			"the RAM actions `cs:DescribeClustersForRegion`, `cs:DescribeClustersV1` and `cs:GetClusters`",
			"`ListAggregateDiscoveredResources`, `GetAggregateDiscoveredResource` and `GetAggregator` with their fields, and that `UpdateTime` (`observed_at`) is when a resource was last updated, by the published SDK",
		},
		Inferred: []string{
			"that the global list needs both `cs:DescribeClustersV1` and `cs:GetClusters`: help pages name the one, the other, or both",
			"that a region missing from the global list has no cluster: a cluster made moments ago in a region that had none may show only when `regions` names the region",
			"the largest page size (50 is used)",
			"that a snapshot of Cloud Config is what `DescribeClusterDetail` answers, and how late it shows changes",
			"that only an account whose `RecorderStatus` is `REGISTERED` shows all its clusters, and that `TotalCount` counts the whole list",
			"the RAM actions of the inventory, which are named like their calls",
		},
	},
	"data-sources/ackguard_cluster_compliance": {
		Documented: []string{
			"the fields of clusters, node pools and add-ons, by the published SDK",
			"the RAM actions `cs:DescribeClusterDetail` and `cs:DescribeClusterNodePools`",
			"the words of the verdicts and the last day of an exemption (UTC+8), which are Cloud Config's",
		},
		Inferred: []string{
			"which fields prove a public endpoint, the network plug-in and the CloudMonitor agent: what Cloud Config's own rules look at is not public",
			"that an empty `master_url` says nothing about a public endpoint",
			"severity, trigger and risk level where the [rule catalogue](../guides/rules.md) says so",
			"the RAM action `cs:ListClusterAddonInstances`",
			"with `inventory = \"cloud_config\"`: that a snapshot is what `DescribeClusterDetail` answers; what it lacks is asked in the cluster's account",
		},
	},
	"resources/ackguard_cluster_inspection_schedule": {
		Documented: []string{
			"the create, get, update and delete calls of the inspection configuration with their fields and RAM actions",
			"the form of `recurrence`, and that the update call names it `scheduleTime`",
			"that a cluster answers only at the endpoint of its own region",
		},
		Inferred: []string{
			"whose time `BYHOUR` means",
			"what the get call answers for a cluster without a schedule (not found and an empty answer are both understood)",
			"the error codes of a schedule that exists already",
			"that deleting the schedule keeps the reports",
			"that a change shows at once; it is read back in any case",
			"how long the service remembers the client tokens behind `triggers`",
		},
	},
	"resources/ackguard_scan_policy": {
		Documented: []string{
			"the names of the ConfigMap and the CronJob, that edits of the CronJob survive upgrades, and that tasks run in the namespace `security-inspector` since v0.14.0, by the component's release notes",
			"the ids of 17 checks, and that the component wraps the open-source engine Polaris, by the help page",
			"the calls on add-ons and kubeconfigs with their fields, by the published SDK, and the RAM action `cs:DescribeClusterUserKubeconfig`",
			"both dialects of the engine's configuration, its defaults and how it matches exemptions, by its source",
		},
		Inferred: []string{
			"the whole way: the vendor publishes no API for these settings, and its console calls unpublished ones",
			"that the ConfigMap holds a configuration of the engine, under which key and in which dialect; it is detected, and refused where it is not recognised",
			"that the white list is the configuration's `exemptions`",
			"how later checks are named, and which severity checks have by default in the component",
			"that a Job made from the CronJob's template is what *scan now* does",
			"whether an upgrade writes the configuration anew: it would show as drift",
			"the RAM actions of the calls on add-ons, which are named like their calls",
		},
	},
	"data-sources/ackguard_scan_policies": {
		Documented: []string{"see [`ackguard_scan_policy`](../resources/scan_policy.md)"},
		Inferred:   []string{"what it says there of the ConfigMap and the CronJob"},
	},
	"data-sources/ackguard_scan_policy_manifests": {
		Documented: []string{"see [`ackguard_scan_policy`](../resources/scan_policy.md)"},
		Inferred:   []string{"what it says there of the ConfigMap"},
	},
	"resources/ackguard_audit_log_archive": {
		Documented: []string{
			"the calls on projects, log stores, shards, indexes and metering modes with their fields, by the published SDK, and their RAM actions",
			"that names of projects are unique, the rules for names, and the bounds of retention, hot storage, the infrequent access tier before the archive, and shards",
			"that of an encryption only whether it is on can be changed, and that the mode cannot, in which SQL is a matter of `standard`",
			"that an index holds for rows that come after it, the delimiters of words, and the fields of audit logs and events that documented queries and alerts use",
			"the state that the official provider writes of `alicloud_log_store`",
		},
		Inferred: []string{
			"the other fields of audit logs, which are named like those of Kubernetes' audit events, and all fields of inspection results",
			"that hot storage of all days is the same as hot storage that is not set, which the service has no way to send, and that zero takes the infrequent access tier away",
			"that encryption may be added to a log store that never had any",
			"that a number of shards that `GetLogStore` tells is of those that take rows (where it is lower than planned, the shards are counted)",
			"whether a project of another account is refused or not there: the error says both",
			"that deleting a log store deletes its index, and deleting a project frees its name",
			"that names which begin with `internal-` are of the service itself, and do not keep a project from being deleted",
		},
	},
	"resources/ackguard_audit_log_shipping": {
		Documented: []string{
			"the calls on data-transformation jobs with their fields and states, by the published SDK: that a new job starts at once, and that one has to stand still to be changed",
			"that SPL is the language of the current version, and that an empty script passes rows through, by the vendor's own Terraform modules",
			"the two roles of a job across accounts with their policies, and the names of jobs and of the Logstores of a cluster's logs",
			"that an index is deleted as a whole, that `hot_ttl` is at most the retention, the metering modes, and the quota of jobs",
			"that the ACK console's reports need the index of the audit log's Logstore",
			"the RAM actions, and the state that the official provider writes of `alicloud_log_etl`",
		},
		Inferred: []string{
			"how many characters of the cluster's ID the Logstore of inspection results has in its name: whatever part of it fits is found",
			"that a job is not checked when it is made, so that a wrong role shows in `internal-etl-log` only; and the fields of the rows there (`message` is looked at, as a help)",
			"that a job goes on where it was after a restart",
			"that the quotes of an SPL text are doubled inside",
			"how long a right that was given just now takes to hold: changes of a job that are refused are tried for a minute",
			"the code for a name that is taken, and that a call to start a job that has started is refused",
		},
	},
	"data-sources/ackguard_log_shipping_policies": {
		Documented: []string{"the policies of both roles, by Log Service's pages on custom roles across accounts; that wildcards may stand in resources"},
		Inferred:   []string{"that the service assumes a role of the account which has both source and archive as `log.aliyuncs.com`", "the Logstores that ACK writes to by default"},
	},
	"data-sources/ackguard_log_shipping_status": {
		Documented: []string{
			"the calls on jobs, Logstores, indexes, cursors and rows with their fields, by the published SDK, and their RAM actions",
			"the names of the Logstores of a cluster's logs",
		},
		Inferred: []string{
			"that the time of a row in the archive is the one that it had in the source, and that it arrives there within `max_lag_seconds` of it",
			"that a project of a cluster without auditing is called `k8s-log-` and the cluster ID",
		},
	},
	"resources/ackguard_audit_alert": {
		Documented: []string{
			"the calls on alerts with their fields (version 2.0 of their configuration), the numbers of the severities, and that an alert is switched on and off by calls of its own, by the published SDK",
			"the built-in policies `sls.builtin.dynamic` and `sls.builtin` and the dashboard `internal-alert-analysis`, by samples of the published SDKs",
			"that a query of an alert covers 24 hours at most, that without a condition any row of the result fires, and that the search part of a query has 30 conditions at most",
			"the filters and fields of the conditions whose `provenance` in `ackguard_audit_alert_conditions` is `documented`, and the fields of those that are `composed`",
			"that a WebSocket client opens a session in a container with GET, by Kubernetes' mapping of methods to verbs",
			"the RAM actions",
		},
		Inferred: []string{
			"the fields of inspection results, which `high_risk_finding` looks at",
			"that the name of a RAM user in a cluster is the user's ID, or the ID and a suffix",
			"how often an alert can be evaluated (from once a minute to once a day here)",
			"that a mute is taken away by leaving it out of an update",
			"that an update leaves an alert on or off as it was; it is read back and switched in any case",
			"the error code of a name that is taken; the words of the message are known",
		},
	},
	"resources/ackguard_audit_dashboard": {
		Documented: []string{
			"the calls on dashboards with the fields of charts, by the published SDK",
			"what the three reports of ACK's audit logs show, and the queries and fields that they are made of",
			"that a filter of the type *Filter* puts a field and a value in front of every chart's query",
			"that a project has 100 dashboards at most and a dashboard 200 charts, by default",
			"the RAM actions",
		},
		Inferred: []string{
			"the words for kinds of charts but `table` and `map`, and the grid on which they stand: 20 columns",
			"that the name of a RAM user in a cluster is the user's ID, or the ID and a suffix",
			"the error code of a name that is taken; the words of the message are known",
			"which characters a dashboard's name may have (those of a job's name are let through here)",
		},
	},
	"data-sources/ackguard_audit_alert_conditions": {
		Documented: []string{"the filters and fields of conditions whose `provenance` is `documented`, and the fields of those that are `composed`"},
		Inferred:   []string{"the fields of conditions whose `provenance` is `inferred`, and all severities"},
	},
	"resources/ackguard_cluster_audit_log": {
		Documented: []string{
			"`GetClusterAuditProject`, `UpdateClusterAuditLogConfig`, `CheckControlPlaneLogEnable`, `UpdateControlPlaneLog` and `DescribeTaskInfo` with their fields and RAM actions, and that the second update needs `cs:EnableCoreControlPlaneComponentsLog` besides",
			"the default projects, that only managed clusters have control-plane logs and change the project of the audit log, and that these logs are kept for 1 to 3000 days, 30 by default",
			"that auditing of a registered cluster cannot be switched off",
			"the names of the Logstores",
		},
		Inferred: []string{
			"that `CheckControlPlaneLogEnable` never lists the audit log, by its documented list of components: the audit log is read through `GetClusterAuditProject` only",
			"that a Logstore stays with what it holds when its log is switched off or goes to another project",
			"what the calls answer for logs that are off (a project or a retention that is named all the same changes nothing)",
			"that a change that asks for what there is already does no harm, whether it is taken or refused",
			"how the service says that a cluster is being changed otherwise, and which states of a task are its end",
			"that a change shows once its task has ended; it is read back in any case",
		},
	},
	"resources/ackguard_config_rule_ack": {
		Documented: []string{
			"the calls on rules and their twins on account groups with their fields, by the published SDK",
			"that `config_rule_trigger_types` of a managed rule cannot be changed, and that a rule's name, level, frequency and scopes can",
			"that folders restrict only rules of an account group of type `RD`",
			"that a call on several rules answers with status 200 and a result for each",
			"the error codes of a name that is taken, of a rule that is gone and of Cloud Config not being activated",
		},
		Inferred: []string{
			"the RAM actions, which are named like their calls",
			"that a rule's name is compared as it is, and taken once per account or account group",
			"which answer says that a managed rule does not exist (any refusal of the identifier counts)",
			"that an empty scope in an update takes the scope away, and that no way exists to send an empty list of tags",
			"that an inactive rule refuses to be evaluated",
		},
	},
	"resources/ackguard_config_baseline_ack": {
		Documented: []string{
			"the calls on compliance packs and their twins on account groups with their fields, by the published SDK",
			"that the rules in an update replace those of the pack, that a rule with an ID is taken as it is, and that an update without rules leaves them alone, by the published SDK",
			"that a pack is created, then active, and that a pack with an operation under way refuses others",
			"that the name, the level and the scopes of a pack can be changed, and that rules are deleted with a pack only if that is asked for",
			"that an account can have 5 packs",
			"the RAM actions `config:UpdateCompliancePack` and `config:UpdateAggregateCompliancePack`",
		},
		Inferred: []string{
			"the other RAM actions, which are named like their calls",
			"that a rule which an update names by its ID keeps its results, and takes the level that the update gives it",
			"what becomes of a rule that an update leaves out: deleted with the update, or left standing alone (both are understood)",
			"that a rule which is taken out of a pack by its own call stays",
			"how the service names the rules of a pack, and that these names may be taken while rules are being deleted",
			"that an empty scope in an update takes the scope away, and that no way exists to send an empty list of tags",
			"the error codes of a name that is taken (a pack is looked for by its name first)",
		},
	},
	"resources/ackguard_config_delivery": {
		Documented: []string{
			"the calls on delivery channels and their twins on account groups with their fields, by the published SDK",
			"the forms of targets, of the snapshot's time and of the two filters, and which type delivers what",
			"that status 1 delivers and 0 does not, and that the type cannot be changed",
			"that there can be 5 channels per account and per account group",
		},
		Inferred: []string{
			"the RAM actions, which are named like their calls",
			"that several channels may have one name (a channel is looked for by its name first)",
			"that an empty value in an update takes it away, also the filters and the snapshot's time",
			"whether the filter of resource types bounds events that go to a log store: the pages of the create call say so, those of the update call name snapshots only",
			"that a new channel delivers at once",
		},
	},
	"resources/ackguard_config_aggregator": {
		Documented: []string{
			"the calls on account groups with their fields, and that a group's type cannot be changed",
			"who may have account groups, that an account has 5 at most and one of type `RD`, and that a group has 200 accounts at most",
			"that a group is built after it was made (status 0, then 1), and that deleting it deletes its rules, packs and results for good, and leaves its members' service-linked roles",
			"that the name of a member account may be left out of the request",
			"the RAM action `config:UpdateAggregator`, and that it can be narrowed to one group, which the policies here do not",
			"the state that the official provider writes of `alicloud_config_aggregator`",
		},
		Inferred: []string{
			"the other RAM actions, which are named like their calls",
			"the error codes of a name that is taken and of a second group of type `RD` (any refusal is looked into)",
			"that several folders can be named, which the API's reference says and its guide does not",
			"that tags in an update replace all, and that no way exists to send none",
			"that any status of a member's recorder other than `REGISTERED` means that nothing of it is seen",
		},
	},
	"resources/ackguard_config_recorder": {
		Documented: []string{
			"the calls on the recorder with their fields and its four statuses, by the published SDK",
			"that stopping clears the account's rules and results, by the published SDK",
		},
		Inferred: []string{
			"the RAM actions, which are named like their calls",
			"that an update sets all resource types at once, so that those that are there have to be sent along",
			"that starting is asked for in the account itself, by its own role, and that an account whose recorder was never started answers `REGISTRABLE` or `AccountNotExisted`",
			"what a recorder that is on and lists no types records: it is an error, and nothing is changed",
			"that a stopped recorder is `REGISTRABLE`",
		},
	},
	"resources/ackguard_config_rule_exemption": {
		Documented: []string{
			"the calls that acknowledge results and take that back, and their twins on account groups, with their fields, by the published SDK",
			"that `IgnoreDate` is the day from which the result shows again, and that without it the result stays acknowledged until it is taken back",
			"that a rule goes on evaluating what is acknowledged, and that the result is `IGNORED`",
			"that no call tells the reason",
			"the RAM actions `config:IgnoreEvaluationResults` and `config:IgnoreAggregateEvaluationResults`",
		},
		Inferred: []string{
			"that `IgnoreDate` begins at midnight of UTC+8",
			"that only a `NON_COMPLIANT` result can be acknowledged",
			"that acknowledging again changes reason and date in place",
			"the other RAM actions, which are named like their calls",
		},
	},
	"data-sources/ackguard_config_compliance": {
		Documented: []string{
			"the lists of rules and of results and their twins on account groups with their fields, filters and paging, by the published SDK",
			"the words of the verdicts and of the states, and that 1, 2 and 3 are high, medium and low",
			"that a scheduled rule judges once a period",
		},
		Inferred: []string{
			"that a list of results without a rule has those of all rules",
			"that a cluster without a result is one that the rule does not cover or has not judged yet",
			"the RAM actions, which are named like their calls",
			"which fields our rules look at, where `parity` compares",
		},
	},
	"data-sources/ackguard_config_managed_rules": {
		Documented: []string{"`ListManagedRules` with its fields and filter, by the published SDK"},
		Inferred:   []string{"the RAM action `config:ListManagedRules`", "trigger and frequency, where they are those of our catalogue and `ackguard_rules` says so"},
	},
	"data-sources/ackguard_config_precheck": {
		Documented: []string{
			"`ListPreManagedRules` and `EvaluatePreConfigRules` with their fields and verdicts, by the published SDK",
			"that `EnableManagedRules` makes the service create a rule (it is always false here)",
			"that the rules for ACK have no dry run, by their pages",
		},
		Inferred: []string{
			"that none or few of the rules for ACK can be pre-checked: the service is asked which can",
			"that `ResourceTypeFormat`, whose only known value is an example, may be left out, and how properties of a planned cluster are named",
			"how the list of rules ends, for it has no total",
			"how many resources one call takes (all are sent in one)",
			"the RAM actions, which are named like their calls",
		},
	},
	"data-sources/ackguard_scan_report": {
		Documented: []string{
			"the start of the Logstore's name and that its project is the one of the cluster's logs, by Log Service's page on the logs of cloud products",
			"the columns of the inspection's report page: kind, name, namespace, type and item of the check, result; and its categories",
			"reasons and messages of the component's events, and the IDs of 17 check items",
			"`GetLogs` and `ListLogStores` with their fields, by the published SDK, and their RAM actions",
		},
		Inferred: []string{
			"the layout of a row of results: the names of its columns (`kind`, `name`, `namespace`, `container`, `check_type`, `check_item`, `result`, `severity`, `message`, `task_id` and other spellings) and the words of its result",
			"how many characters of the cluster's ID the Logstore has in its name: whatever part of it fits is found",
			"that the event collector has the event as JSON text in the field `eventId`, and does not say of which cluster it is",
			"that rows of one scan come less than ten minutes apart, where no event tells when it started",
		},
	},
	"data-sources/ackguard_workload_compliance": {
		Documented: []string{"the IDs, subjects and remediations of the 17 check items of ACK's inspection, and the severity of `privilegeEscalationAllowed`"},
		Inferred: []string{
			"the exact semantics of 16 of them: those of the open-source engine whose names they carry", "all other severities",
			"IDs and bounds of `rbacWildcard`, `clusterAdminBinding`, `defaultRoleTampered`, `plaintextAccessKey`: the inspection has such items, their IDs are not published",
		},
	},
	"data-sources/ackguard_validating_admission_policy": {
		Documented: []string{"the API admissionregistration.k8s.io/v1 and what the API server sets before admission"},
	},
	"functions/evaluate_manifest": {
		Documented: []string{"as `ackguard_workload_compliance`"}, Inferred: []string{"as `ackguard_workload_compliance`"},
	},
	"data-sources/ackguard_rules": {
		Documented: []string{"the identifiers of the rules, which are Cloud Config's"},
		Inferred:   []string{"severity, trigger and risk level where `severity_source` and `cloud_config.provenance` say so"},
	},
	"data-sources/ackguard_required_ram_policy": {
		Documented: []string{
			"the form of RAM policies and trust policies, and that a custom policy has 6,144 characters at most",
			"the actions with `provenance` `documented`, and that those on a cluster can be narrowed to clusters, and the lists cannot",
		},
		Inferred: []string{
			"the other actions: that they are named like their calls",
			"that the global list needs both `cs:DescribeClustersV1` and `cs:GetClusters`: help pages name the one, the other, or both",
		},
	},
	"data-sources/ackguard_cluster_inspection_schedules": {
		Documented: []string{"the get call of the inspection configuration with its fields and RAM action"},
		Inferred:   []string{"what the get call answers for a cluster without a schedule (not found and an empty answer are both understood)"},
	},
	"data-sources/ackguard_cluster_inspection_report": {
		Documented: []string{"`ListClusterInspectReports` and `GetClusterInspectReportDetail` with their fields, languages and page size", "that `result` is `true` for an abnormal item"},
		Inferred:   []string{"the RAM actions `cs:ListClusterInspectReports` and `cs:GetClusterInspectReportDetail`", "the order of the reports, on which nothing rests: the latest is found by its start time"},
	},
	"actions/ackguard_run_scan": {
		Documented: []string{"the name of the CronJob and the namespaces of the component's tasks, and that one scan runs at a time, by the component's release notes; the Kubernetes API"},
		Inferred:   []string{"that a Job of the CronJob's template is a scan: the console's own call is not public"},
	},
	"actions/ackguard_run_cluster_inspection": {
		Documented: []string{"`RunClusterInspect` with its client token and RAM action"},
		Inferred:   []string{"the RAM action `cs:GetClusterInspectReportDetail`", "how long the service remembers a client token"},
	},
	"list-resources/ackguard_cluster_inspection_schedule": {
		Documented: []string{"the get call of the inspection configuration with its fields and RAM action"},
		Inferred:   []string{"what the get call answers for a cluster without a schedule"},
	},
	"functions/spread_daily": {
		Documented: []string{"the form of a recurrence that the inspection takes"},
	},
	"functions/log_shipping_cost": {
		Documented: []string{"what each metering mode charges for", "that transformation is included where ingested data is charged"},
		Inferred:   []string{"the defaults of `compression` and `index_ratio`", "that an index is stored at the size given by `index_ratio` for as long as its rows"},
	},
}

// provenanceMark starts what this program appends to a page, so that it can be
// replaced.
const provenanceMark = "\n<!-- provenance: generated by ackguard-docs from internal/docs/provenance.go -->\n"

// withProvenance ends a page with its provenance.
func withProvenance(page []byte, p Provenance) []byte {
	if at := bytes.Index(page, []byte(provenanceMark)); at >= 0 {
		page = page[:at]
	}
	return append(bytes.TrimRight(bytes.Clone(page), "\n"), "\n"+provenanceMark+p.String()...)
}

// String is the section that ends a page.
func (p Provenance) String() string {
	return fmt.Sprintf("\n## Provenance\n\n"+
		"- **Documented** (help pages, the published SDK, the vendor's own tools): %s.\n"+
		"- **Inferred** (not stated anywhere public): %s.\n"+
		"- **Last validated on a real account**: %s. The tests run against a simulator.\n",
		cmp.Or(strings.Join(p.Documented, "; "), "nothing"), cmp.Or(strings.Join(p.Inferred, "; "), "nothing"), cmp.Or(p.Validated, "never"))
}

// object is one thing that has a page of its own.
type object struct{ folder, name string }

// page is the object's page below docs.
func (o object) page() string {
	return filepath.Join(o.folder, strings.TrimPrefix(o.name, "ackguard_")+".md")
}

func (o object) key() string { return o.folder + "/" + o.name }

// objects lists what the provider offers, in the order of the pages.
func objects(ctx context.Context) ([]object, error) {
	s, err := offered(ctx)
	if err != nil {
		return nil, err
	}
	var list []object
	list = append(list, named("resources", s.schemas.ResourceSchemas)...)
	list = append(list, named("data-sources", s.schemas.DataSourceSchemas)...)
	list = append(list, named("ephemeral-resources", s.schemas.EphemeralResourceSchemas)...)
	list = append(list, named("list-resources", s.schemas.ListResourceSchemas)...)
	list = append(list, named("actions", s.schemas.ActionSchemas)...)
	list = append(list, named("functions", s.schemas.Functions)...)
	slices.SortFunc(list, func(a, b object) int { return cmp.Compare(a.key(), b.key()) })
	return list, nil
}

func named[T any](folder string, schemas map[string]T) []object {
	var list []object
	for name := range schemas {
		list = append(list, object{folder, name})
	}
	return list
}
