package docs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/permission"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// proof is how a feature of the permission table is used, with nothing but the policies that are generated for it.
type proof struct {
	example string // path below examples; empty for what the CLI at hand may not have
	changed string // text of the example that a second apply replaces
	// role is the member role; guideRole if empty.
	role string
	// use does without the CLI, and returns what is said.
	use func(*testing.T, *acctest.Cloud) []string
}

// proofs has every feature.
var proofs = map[string]proof{
	"ackguard_member_accounts":           {example: "guides/permissions/directory.tf"},
	"ackguard_member_accounts.folder_id": {example: "guides/permissions/folder.tf"},
	clusterList:                          {example: "guides/permissions/inventory.tf"},
	"ackguard_cluster_compliance":        {example: "guides/permissions/compliance.tf"},
	inspections + "schedules":            {example: "guides/permissions/schedules.tf"},
	inspections + "report":               {example: "guides/permissions/reports.tf"},
	inspections + "schedule":             {example: "guides/permissions/schedule.tf", changed: "BYMINUTE=30"},
	inspections + "schedule.triggers":    {example: "guides/permissions/run.tf", changed: "BYMINUTE=30"},
	// Terraform 1.14 has these; here they are used in the protocol, which knows the default role.
	"list." + inspections + "schedule":             {role: fleet.DefaultMemberRole, use: listSchedules},
	"ackguard_run_cluster_inspection":              {role: fleet.DefaultMemberRole, use: invokes("ackguard_run_cluster_inspection")},
	"ackguard_config_rule_ack":                     lives("ackguard_config_rule_ack", ruleLife("account_id", retail)...),
	"ackguard_config_rule_ack.aggregator_id":       lives("ackguard_config_rule_ack", ruleLife("aggregator_id", acctest.DirectoryGroup)...),
	"ackguard_config_aggregator":                   lives("ackguard_config_aggregator", groupLife()...),
	"ackguard_config_recorder":                     {role: fleet.DefaultMemberRole, use: liveRecorder},
	"ackguard_config_baseline_ack":                 baselineProof("account_id", retail),
	"ackguard_config_baseline_ack.aggregator_id":   baselineProof("aggregator_id", acctest.DirectoryGroup),
	"ackguard_config_delivery":                     lives("ackguard_config_delivery", deliveryLife("account_id", retail)...),
	"ackguard_config_delivery.aggregator_id":       lives("ackguard_config_delivery", deliveryLife("aggregator_id", acctest.DirectoryGroup)...),
	"ackguard_rules":                               {example: "guides/permissions/rules.tf"},
	"ackguard_workload_compliance":                 {example: "data-sources/ackguard_workload_compliance/data-source.tf"},
	"ackguard_validating_admission_policy":         {example: "data-sources/ackguard_validating_admission_policy/data-source.tf"},
	"ackguard_required_ram_policy":                 {example: "data-sources/ackguard_required_ram_policy/data-source.tf"},
	"ackguard_config_rule_exemption":               lives("ackguard_config_rule_exemption", exemptionLife("account_id", retail, "cr-0a1b2c3d4e5f60718295")...),
	"ackguard_config_rule_exemption.aggregator_id": lives("ackguard_config_rule_exemption", exemptionLife("aggregator_id", acctest.DirectoryGroup, "cr-0a1b2c3d4e5f60718296")...),
	"ackguard_config_compliance":                   looks("ackguard_config_compliance", map[string]any{"account_id": retail}),
	"ackguard_config_compliance.aggregator_id":     looks("ackguard_config_compliance", map[string]any{"aggregator_id": acctest.DirectoryGroup}),
	"ackguard_config_compliance.check_parity":      looks("ackguard_config_compliance", map[string]any{"aggregator_id": acctest.DirectoryGroup, "check_parity": true}),
	"ackguard_config_managed_rules":                looks("ackguard_config_managed_rules", map[string]any{"account_id": retail}),
	"ackguard_audit_log_archive":                   lives("ackguard_audit_log_archive", archiveLife()...),
	"ackguard_audit_log_archive.adopt_existing_logstore": {role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		said := cloud.Live(t, "ackguard_audit_log_archive", archiveLife()...)
		return append(said, cloud.Live(t, "ackguard_audit_log_archive", onArchive("adopt_existing_project", true, "adopt_existing_logstore", true))...)
	}},
	"ackguard_audit_alert":                          lives("ackguard_audit_alert", onArchive("condition", "anonymous"), onArchive("condition", "anonymous", "severity", "low", "enabled", false)),
	"ackguard_audit_dashboard":                      lives("ackguard_audit_dashboard", onArchive("report", "overview"), onArchive("report", "overview", "time_range", "7d")),
	shippingKind:                                    ships(),
	shippingKind + ".verify":                        ships("verify", true),
	shippingKind + ".source_retention":              ships("source_retention", map[string]any{"days": 1, "index_enabled": false}),
	shippingStatusKind:                              glances(nil),
	shippingStatusKind + ".inventory":               glances(acctest.FromCloudConfig()),
	"ackguard_scan_report":                          reports(nil),
	"ackguard_scan_report.inventory":                reports(acctest.FromCloudConfig()),
	"ackguard_log_shipping_policies":                {example: "data-sources/ackguard_log_shipping_policies/data-source.tf"},
	"ackguard_audit_alert_conditions":               looks("ackguard_audit_alert_conditions", nil),
	"ackguard_cluster_audit_log":                    lives("ackguard_cluster_audit_log", auditLogLife()...),
	"ackguard_cluster_audit_log.control_plane_logs": lives("ackguard_cluster_audit_log", auditLogLife("control_plane_logs", map[string]any{"components": []any{"kcm"}})...),
	clusterList + ".inventory":                      discovers(clusterList),
	"ackguard_cluster_compliance.inventory":         discovers("ackguard_cluster_compliance"),
	inspections + "schedules.inventory":             discovers(inspections + "schedules"),
	inspections + "report.inventory":                discovers(inspections + "report"),
	scanPolicy:                                      scans(retailCluster, scanned(), scanned("suspend", true)),
	"ackguard_run_scan": {role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		reachable(t, cloud, retailCluster)
		return invokes("ackguard_run_scan")(t, cloud)
	}},
	scanPolicy + ".component_version":    scans(logisticsCluster, scannedLogistics("component_version", "v0.13.0"), scannedLogistics("component_version", "v0.16.8")),
	scanPolicy + ".uninstall_on_destroy": scans(retailCluster, scanned("uninstall_on_destroy", true)),
	scanPolicy + ".triggers":             scans(retailCluster, scanned("triggers", map[string]any{"version": "1"})),
	"ackguard_scan_policies":             scansListed(nil),
	"ackguard_scan_policies.inventory":   scansListed(acctest.FromCloudConfig()),
	"ackguard_scan_policy_manifests":     {example: "data-sources/ackguard_scan_policy_manifests/data-source.tf"},
	"ackguard_config_precheck": {role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		r := cloud.Read(t, "ackguard_config_precheck", map[string]any{
			"account_id": retail, "rule_ids": []any{preCheckable},
			"resources": []any{map[string]any{"logical_id": "web", "resource_type": "ACS::ECS::Instance", "properties": "{}"}},
		}, nil)
		return append(r.Errors, r.Warnings...)
	}},
}

// lives proves a resource's needs in this process: created with the first arguments, changed to each of the others,
// destroyed.
func lives(kind string, arguments ...map[string]any) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		return cloud.Live(t, kind, arguments...)
	}}
}

// logisticsCluster has a public endpoint and no component.
const logisticsCluster = "c1b0000000000000000000000logistic"

func scanned(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"account_id": retail, "region": "cn-hangzhou", "cluster_id": retailCluster, "disabled_checks": []any{"hostPortSet"}, "schedule": "30 2 * * *",
	}, more...)
}

func scannedLogistics(more ...any) map[string]any {
	return acctest.With(scanned("account_id", "100000000000004", "cluster_id", logisticsCluster), more...)
}

// reachable gives a cluster a public endpoint, which the cloud of the tests answers for.
func reachable(t *testing.T, cloud *acctest.Cloud, clusterID string) {
	t.Helper()
	if err := cloud.UpdateCluster(clusterID, acctest.Public); err != nil {
		t.Fatal(err)
	}
}

// scans proves what a scan policy needs.
func scans(clusterID string, arguments ...map[string]any) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		reachable(t, cloud, clusterID)
		return cloud.Live(t, scanPolicy, arguments...)
	}}
}

// scansListed proves what their list needs.
func scansListed(provider map[string]string) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		reachable(t, cloud, retailCluster)
		r := cloud.Read(t, "ackguard_scan_policies", map[string]any{"account_ids": []string{retail}}, provider)
		lag := func(warning string) bool { return strings.HasPrefix(warning, "Clusters come from Cloud Config") }
		return append(r.Errors, slices.DeleteFunc(r.Warnings, lag)...)
	}}
}

const (
	shippingKind       = "ackguard_audit_log_shipping"
	shippingStatusKind = "ackguard_log_shipping_status"
)

// centralArchive is the archive of the demo's fleet.
func centralArchive() map[string]any {
	return map[string]any{"account_id": logAccount, "region": "cn-hangzhou", "project": "audit-central", "logstore": "audit"}
}

// shippingBlock ships inspection results of the retail cluster.
func shippingBlock(more ...any) map[string]any {
	return acctest.With(map[string]any{
		"account_id": retail, "region": "cn-hangzhou", "cluster_id": retailCluster, "source": "inspection", "archive": centralArchive(),
		"source_role_arn": "acs:ram::" + retail + ":role/ackguard-log-reader", "destination_role_arn": "acs:ram::" + logAccount + ":role/ackguard-log-writer", "verify": false,
	}, more...)
}

// shippable gives the accounts the roles that jobs work with, and the archive an index.
func shippable(t *testing.T, cloud *acctest.Cloud) {
	t.Helper()
	allow := func(actions ...string) []rampolicy.Document {
		return []rampolicy.Document{{Version: "1", Statement: []rampolicy.Statement{{Effect: "Allow", Action: actions, Resource: rampolicy.Strings{"*"}}}}}
	}
	for account, role := range map[string]simulator.Role{
		retail: {RoleName: "ackguard-log-reader", Trusts: []string{"log.aliyuncs.com"}, Policies: allow(
			"log:ListShards", "log:GetCursorOrData", "log:GetConsumerGroupCheckPoint", "log:UpdateConsumerGroup", "log:ConsumerGroupHeartBeat",
			"log:ConsumerGroupUpdateCheckPoint", "log:ListConsumerGroup", "log:CreateConsumerGroup",
		)},
		logAccount: {RoleName: "ackguard-log-writer", Trusts: []string{retail + "@log.aliyuncs.com"}, Policies: allow("log:Post*")},
	} {
		if err := cloud.UpdateAccount(account, func(a *simulator.Account) { a.Roles = append(a.Roles, role) }); err != nil {
			t.Fatal(err)
		}
	}
	err := cloud.UpdateLogStore("audit-central", "audit", func(s *simulator.LogStore) {
		s.Index = &simulator.LogIndex{Line: &simulator.LogIndexLine{Token: []string{" ", ":"}}, Keys: map[string]simulator.LogIndexKey{}}
		for _, name := range []string{"account_id", "cluster_id", "log_source", "ackguard_probe"} {
			s.Index.Keys[name] = simulator.LogIndexKey{Type: "text", Token: []string{" "}, DocValue: true}
		}
	})
	if err == nil {
		err = cloud.UpdateLogStore("k8s-log-"+retailCluster, "security-inspector-configaudit-"+retailCluster[:12], func(s *simulator.LogStore) { s.MeteringMode = "ChargeByFunction" })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ships proves what a shipping job needs, with further arguments. That the index goes is said in any case.
func ships(more ...any) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		shippable(t, cloud)
		said := cloud.Live(t, shippingKind, shippingBlock(more...), shippingBlock(append(more, "description", "To the log account.")...))
		return slices.DeleteFunc(said, func(s string) bool { return strings.HasPrefix(s, "Index of a shipped Logstore is taken away") })
	}}
}

// glances proves what the status of shipping needs: nothing arrived of the job that there is.
func glances(provider map[string]string) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		shippable(t, cloud)
		job := simulator.LogJob{Name: "ship", Type: "ETL", Schedule: simulator.LogSchedule{Type: "Resident"}, Configuration: map[string]any{
			"logstore": "audit-" + retailCluster, "roleArn": "acs:ram::" + retail + ":role/none", "lang": "SPL", "version": 2,
			"script": "* | extend account_id='" + retail + "', cluster_id='" + retailCluster + "', log_source='audit'",
			"sinks": []any{map[string]any{
				"name": "archive", "project": "audit-central", "logstore": "audit", "roleArn": "acs:ram::" + logAccount + ":role/ackguard-log-writer", "type": "AliyunLOG",
				"endpoint": "https://cn-hangzhou.log.aliyuncs.com", "datasets": []any{"__UNNAMED__"},
			}},
		}}
		if err := cloud.AddLogJob("k8s-log-"+retailCluster, job); err != nil {
			t.Fatal(err)
		}
		r := cloud.Read(t, shippingStatusKind, map[string]any{"account_ids": []string{retail}, "archive": centralArchive()}, provider)
		lag := func(warning string) bool { return strings.HasPrefix(warning, "Clusters come from Cloud Config") }
		return append(r.Errors, slices.DeleteFunc(r.Warnings, lag)...)
	}}
}

// reports proves what results of scans need: those of the retail cluster are there, with events.
func reports(provider map[string]string) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		now := cloud.Clock.Now().UTC().Format(time.RFC3339)
		err := cloud.WriteEvent(retailCluster,
			map[string]any{"type": "Normal", "reason": "SecurityInspectorConfigAuditStart", "lastTimestamp": now}, map[string]any{"type": "Normal", "reason": "SecurityInspectorConfigAuditFinished", "lastTimestamp": now})
		if err == nil {
			err = cloud.WriteInspection(retailCluster, map[string]any{"kind": "Pod", "name": "web", "check_item": "hostPIDSet", "result": "pass"})
		}
		if err != nil {
			t.Fatal(err)
		}
		r := cloud.Read(t, "ackguard_scan_report", map[string]any{"account_ids": []string{retail}, "cluster_ids": []string{retailCluster}}, provider)
		lag := func(warning string) bool { return strings.HasPrefix(warning, "Clusters come from Cloud Config") }
		return append(r.Errors, slices.DeleteFunc(r.Warnings, lag)...)
	}}
}

// looks proves a data source's needs in this process.
func looks(kind string, arguments map[string]any) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		_, said := cloud.Look(t, kind, arguments)
		return said
	}}
}

// exemptionLife is of the retail cluster that is not protected from deletion.
func exemptionLife(owner, id, rule string) []map[string]any {
	block := map[string]any{owner: id, "resource_account_id": retail, "config_rule_id": rule, "region": "cn-shanghai", "cluster_id": "c1a00000000000000000000000retail2", "reason": "CHG-1042"}
	return []map[string]any{block, acctest.With(block, "expires", "2199-01-31")}
}

// discovers proves what a data source needs with the inventory of Cloud Config, in this process: one cluster's snapshot
// lacks what rules ask for.
func discovers(kind string) proof {
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		if err := cloud.UpdateCluster(retailCluster, func(c *simulator.Cluster) { c.MasterURL, c.MetaData = nil, nil }); err != nil {
			t.Fatal(err)
		}
		r := cloud.Read(t, kind, map[string]any{"account_ids": []string{retail}}, acctest.FromCloudConfig())
		lag := func(warning string) bool { return strings.HasPrefix(warning, "Clusters come from Cloud Config") }
		return append(r.Errors, slices.DeleteFunc(r.Warnings, lag)...)
	}}
}

// baselineProof makes a pack, to which somebody adds a rule by hand, and takes over another, from which a rule is taken
// out that was not made for it.
func baselineProof(owner, id string) proof {
	const kind = "ackguard_config_baseline_ack"
	return proof{role: fleet.DefaultMemberRole, use: func(t *testing.T, cloud *acctest.Cloud) []string {
		t.Helper()
		both := map[string]any{owner: id, "rule_ids": []any{"ack-cluster-public-endpoint-check", "ack-cluster-network-type-check"}}
		one := []any{"ack-cluster-public-endpoint-check"}
		add := func(step int) {
			for _, pack := range cloud.ConfigPacks() {
				if step == 1 && pack.CompliancePackName == "ackguard ACK baseline" {
					rule := "cr-0a1b2c3d4e5f60718293"
					if pack.AggregatorID != "" {
						rule = "cr-0a1b2c3d4e5f60718294"
					}
					if err := cloud.UpdateConfigPack(pack.CompliancePackID, func(p *simulator.CompliancePack) {
						p.ConfigRules = append(p.ConfigRules, simulator.CompliancePackRule{ConfigRuleID: rule})
					}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if said := cloud.LiveThrough(t, kind, add, both, acctest.With(both, "rule_ids", one)); len(said) > 0 {
			return said
		}
		network := acctest.With(both, "compliance_pack_name", "network")
		return cloud.Live(t, kind, network, acctest.With(network, "rule_ids", one))
	}}
}

// archiveLife is of an archive that is made anew.
func archiveLife() []map[string]any {
	block := onArchive("project", "ack-audit-archive")
	return []map[string]any{block, acctest.With(block, "description", "For the auditors.", "retention_days", 365, "shard_count", 3, "metering_mode", "ChargeByFunction", "additional_index_fields", map[string]any{"tenant": "text"})}
}

// onArchive are arguments of what watches the archive.
func onArchive(more ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": logAccount, "region": "cn-hangzhou", "project": "audit-central", "logstore": "audit"}, more...)
}

// auditLogLife is of a cluster whose auditing is off.
func auditLogLife(more ...any) []map[string]any {
	block := acctest.With(map[string]any{"account_id": "100000000000004", "region": "cn-hangzhou", "cluster_id": "c1b0000000000000000000000logistic"}, more...)
	return []map[string]any{block, acctest.With(block, "project", "central-logs")}
}

func deliveryLife(owner, id string) []map[string]any {
	block := map[string]any{owner: id, "delivery_channel_target_arn": logStore}
	return []map[string]any{block, acctest.With(block, "description", "To the log account.")}
}

// ruleLife takes over the rule that is there, so that it has to be found.
func ruleLife(owner, id string) []map[string]any {
	block := func(more ...any) map[string]any {
		return acctest.With(map[string]any{owner: id, "source_identifier": "ack-cluster-network-type-check", "rule_name": "terway"}, more...)
	}
	return []map[string]any{block(), block("risk_level", 3, "status", "INACTIVE"), block("risk_level", 3, "triggers", map[string]any{"version": "1"})}
}

// groupLife takes over the group that is there, so that it has to be found.
func groupLife() []map[string]any {
	group := map[string]any{"aggregator_name": "directory", "description": "All accounts.", "aggregator_type": "RD"}
	return []map[string]any{group, acctest.With(group, "description", "Everybody.")}
}

// liveRecorder starts a recorder that is off, adds a type and stops it.
func liveRecorder(t *testing.T, cloud *acctest.Cloud) []string {
	t.Helper()
	if err := cloud.SetRecorderStatus(retail, "REGISTRABLE"); err != nil {
		t.Fatal(err)
	}
	recorder := map[string]any{"account_id": retail, "stop_on_destroy": true}
	return cloud.Live(t, "ackguard_config_recorder", recorder, acctest.With(recorder, "resource_types", []any{"ACS::ACK::Cluster", "ACS::ECS::Instance"}))
}

// required are the policies of features: of the provider's identity and of the role in each member.
func required(t *testing.T, c permission.Choice) (provider, member []rampolicy.Document) {
	t.Helper()
	r, err := permission.Require(c)
	if err != nil {
		t.Fatal(err)
	}
	document := func(h permission.Holder) []rampolicy.Document {
		text, err := r.Policy(h)
		if err != nil {
			t.Fatal(err)
		}
		if text == "" {
			return nil
		}
		return []rampolicy.Document{parse(t, text)}
	}
	return document(permission.Provider), document(permission.Member)
}

// parse reads a policy as strictly as the simulator does.
func parse(t *testing.T, text string) (d rampolicy.Document) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if err := d.Check(d.Statement[0].Principal != nil); err != nil || d.Version != "1" {
		t.Fatalf("%v in %s", err, text)
	}
	return d
}

func policy(t *testing.T, name string) rampolicy.Document {
	t.Helper()
	return parse(t, read(t, permissions+name+".json"))
}

// lacking is policies without an action.
func lacking(policies []rampolicy.Document, action string) (list []rampolicy.Document) {
	for _, p := range policies {
		var left []rampolicy.Statement
		for _, s := range p.Statement {
			s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == action })
			if len(s.Action) > 0 {
				left = append(left, s)
			}
		}
		if p.Statement = left; len(left) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// allowed are the actions of policies.
func allowed(policies []rampolicy.Document) (list []string) {
	for _, p := range policies {
		for _, s := range p.Statement {
			list = append(list, s.Action...)
		}
	}
	return list
}

// The policies that are generated for a feature are enough for it, from the
// first plan to destroy and without a warning; and no action of them is one too
// many: without it, Terraform names it.
func TestPermissions_proof(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	for _, feature := range permission.Names() {
		p, ok := proofs[feature]
		if !ok {
			t.Errorf("nothing proves that the policies of %s are enough and not too much: add it to proofs", feature)
			continue
		}
		t.Run(feature, func(t *testing.T) {
			t.Parallel()
			provider, member := required(t, permission.Choice{Features: []string{feature}, Roles: []fleet.MemberRole{{Name: cmp.Or(p.role, guideRole)}}})
			if said := p.apply(t, w, provider, member, ""); len(said) > 0 {
				t.Errorf("the policies are not enough: %s", said)
			}
			for _, action := range slices.Concat(allowed(provider), allowed(member)) {
				if strings.ContainsAny(action, "*?") {
					t.Errorf("%s has a wildcard", action)
				}
				said := strings.Join(p.apply(t, w, lacking(provider, action), lacking(member, action), action), "\n")
				if !strings.Contains(said, action) {
					t.Errorf("without %s, Terraform does not name it: %q", action, said)
				}
			}
		})
	}
}

// entrusted is the demo's fleet, in which identity and roles have these policies and no other.
func entrusted(t *testing.T, role string, provider, member []rampolicy.Document) *acctest.Cloud {
	t.Helper()
	trust, err := permission.Trust([]string{guideAccount}, "")
	if err != nil {
		t.Fatal(err)
	}
	document := parse(t, trust)
	scenario := demoFleet(t)
	for i := range scenario.Accounts {
		scenario.Accounts[i].Roles = []simulator.Role{{RoleName: role, TrustPolicy: &document, Policies: member}}
	}
	user := &scenario.Accounts[0].Users[0]
	user.AttachedPolicies, user.Policies = nil, provider
	return acctest.New(t, scenario)
}

// apply uses a feature from the first plan to destroy, and returns the errors and warnings: with the CLI, or in this
// process if an action is missing, of which there are many.
func (p proof) apply(t *testing.T, w workshop, provider, member []rampolicy.Document, missing string) (said []string) {
	t.Helper()
	cloud := entrusted(t, cmp.Or(p.role, guideRole), provider, member)
	if p.use != nil {
		return p.use(t, cloud)
	}
	configs := []string{cloud.Provider(`member_role_name = "`+guideRole+`"`, read(t, "examples/"+p.example))}
	if p.changed != "" {
		configs = append(configs, strings.ReplaceAll(configs[0], p.changed, "BYMINUTE=45"))
	}
	if missing != "" {
		return cloud.Said(t, configs...)
	}
	dir := t.TempDir()
	for _, config := range configs {
		said = append(said, w.terraform(t, dir, config, "apply", "-auto-approve")...)
	}
	if strings.Contains(configs[0], "\nresource ") {
		said = append(said, w.terraform(t, dir, configs[0], "destroy", "-auto-approve")...)
	}
	return said
}

const retail, retailCluster = "100000000000003", "c1a00000000000000000000000retail1"

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func listSchedules(t *testing.T, cloud *acctest.Cloud) (said []string) {
	t.Helper()
	const kind = inspections + "schedule"
	p := cloud.Protocol(t)
	lister, _ := p.ProviderServer.(tfprotov6.ListResourceServer)
	strings := tftypes.List{ElementType: tftypes.String}
	stream, err := lister.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: kind, Config: acctest.Fill(t, p.Schemas.ListResourceSchemas[kind].ValueType(), map[string]tftypes.Value{
			"account_ids": tftypes.NewValue(strings, []tftypes.Value{text(retail)}), "regions": tftypes.NewValue(strings, nil),
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for result := range stream.Results {
		said = append(said, diagnostics(result.Diagnostics)...)
	}
	return said
}

// invokes runs an action on the retail cluster.
func invokes(kind string) func(*testing.T, *acctest.Cloud) []string {
	return func(t *testing.T, cloud *acctest.Cloud) (said []string) {
		t.Helper()
		p := cloud.Protocol(t)
		server, _ := p.ProviderServer.(tfprotov6.ActionServer)
		stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
			ActionType: kind, Config: acctest.Fill(t, p.Schemas.ActionSchemas[kind].Schema.ValueType(), map[string]tftypes.Value{
				"account_id": text(retail), "cluster_id": text(retailCluster),
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		for event := range stream.Events {
			if e, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
				said = append(said, diagnostics(e.Diagnostics)...)
			}
		}
		return said
	}
}

func diagnostics(list []*tfprotov6.Diagnostic) (said []string) {
	for _, d := range list {
		said = append(said, d.Summary+": "+d.Detail)
	}
	return said
}

// A role that may work in one region works there and nowhere else, although the list shows clusters of both.
func TestPermissions_region(t *testing.T) {
	t.Parallel()
	provider, member := required(t, permission.Choice{
		Features: []string{"ackguard_cluster_compliance"}, Regions: []string{"cn-hangzhou"}, Roles: []fleet.MemberRole{{Name: guideRole}},
	})
	if slices.Contains(allowed(member), "cs:DescribeClustersV1") || slices.Contains(allowed(member), "cs:GetClusters") {
		t.Errorf("the global list is allowed: %v", member)
	}
	cloud := entrusted(t, guideRole, provider, member)
	w := newWorkshop(t)
	judge := func(region string) string {
		t.Helper()
		config := cloud.Provider(`member_role_name = "`+guideRole+`"`, "data \"ackguard_cluster_compliance\" \"one\" {\n  account_ids = [\"100000000000003\", \"100000000000004\", \"100000000000005\", \"100000000000006\"]\n"+region+"\n}\n")
		return strings.Join(w.terraform(t, t.TempDir(), config, "apply", "-auto-approve"), "\n")
	}
	if said := judge(`  regions = ["cn-hangzhou"]`); said != "" {
		t.Errorf("in its region: %s", said)
	}
	if said := judge(`  regions = ["cn-shanghai"]`); !strings.Contains(said, "cs:DescribeClusterDetail") || !strings.Contains(said, "region cn-shanghai") {
		t.Errorf("in another region: %q", said)
	}
	if said := judge(""); !strings.Contains(said, "cs:DescribeClustersV1") {
		t.Errorf("in all regions: %q", said)
	}
}

// terraform runs a command on a configuration, with the provider's own binary,
// and returns the errors and warnings.
func (w workshop) terraform(t *testing.T, dir, config string, arguments ...string) (said []string) {
	t.Helper()
	settings := filepath.Join(dir, "dev.tfrc")
	for path, text := range map[string]string{
		filepath.Join(dir, "main.tf"): config,
		settings:                      w.override(),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), filepath.Join(w.dir, "cli", "terraform"), append(arguments, "-json", "-input=false")...)
	command.Dir, command.Env = dir, append(w.environment(), "TF_CLI_CONFIG_FILE="+settings)
	output, err := command.Output()
	if len(output) == 0 {
		t.Fatalf("%v: %v", arguments, err)
	}
	for line := range bytes.SplitSeq(output, []byte("\n")) {
		var message struct {
			Diagnostic struct {
				Summary string `json:"summary"`
				Detail  string `json:"detail"`
			} `json:"diagnostic"`
		}
		if json.Unmarshal(line, &message) != nil || message.Diagnostic.Summary == "" || message.Diagnostic.Summary == "Provider development overrides are in effect" {
			continue
		}
		said = append(said, message.Diagnostic.Summary+": "+message.Diagnostic.Detail)
	}
	if (err != nil) && len(said) == 0 {
		t.Fatalf("%v failed without saying why: %s", arguments, output)
	}
	return said
}

// With regions, the global list is not needed; a role that asks for an external
// ID is entered with it and not without; and an account that has no role says so.
func TestGuide_permissionsOfRoles(t *testing.T) {
	t.Parallel()
	scenario := demoFleet(t)
	trust, external, inventory := policy(t, "trust"), policy(t, "trust-external-id"), policy(t, "member-inventory")
	regional := policy(t, "member-inventory-of-a-region")
	for i := range scenario.Accounts {
		switch a := &scenario.Accounts[i]; a.AccountID {
		case "100000000000003", "100000000000004":
			a.Roles = []simulator.Role{{RoleName: "ackguard", TrustPolicy: &trust, Policies: []rampolicy.Document{regional}}}
		case "100000000000008":
			a.Roles = []simulator.Role{{RoleName: "ackguard-audit", TrustPolicy: &external, Policies: []rampolicy.Document{inventory}}}
		default:
			a.Roles = nil
		}
	}
	cloud := acctest.New(t, scenario)
	clusters := func(account string) string {
		return "data \"ackguard_clusters\" \"of\" {\n  account_ids = [\"" + account + "\"]\n}\n"
	}
	member := func(id string) string {
		return "member_role_name = \"ackguard\"\nmember_role {\n  account_id = \"100000000000008\"\n  role_name = \"ackguard-audit\"\n" + id + "}\n"
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		{Config: cloud.Provider(member(""), read(t, permissions+"inventory-of-a-region.tf"))},
		{Config: cloud.Provider(member("external_id = \"acquired-company-2026\"\n"), clusters("100000000000008"))},
		{
			Config:      cloud.Provider(member(""), clusters("100000000000008")),
			ExpectError: acctest.Says("NoPermission", "sts:AssumeRole", "trust policy", "external ID"),
		},
		{
			Config:      cloud.Provider(member(""), clusters("100000000000005")),
			ExpectError: acctest.Says("EntityNotExist.Role", "create the role"),
		},
	}})
}

// The policies of the guides allow what the table of the index page names, and
// no policy has an action that the table lacks.
func TestGuide_permissionsTable(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(read(t, "docs/index.md"), "## Permissions")
	table, _, _ = strings.Cut(table, "\n## ")
	inPolicies := map[string]bool{}
	for path, shown := range shownPolicies {
		if shown.holder == "" {
			continue // a trust policy
		}
		for _, action := range allowed([]rampolicy.Document{parse(t, read(t, path))}) {
			inPolicies[action] = true
			if !strings.Contains(table, "`"+action+"`") {
				t.Errorf("the table lacks %s", action)
			}
		}
	}
	// Only for an argument, and the guide says so.
	guide := read(t, "docs/guides/permissions.md")
	for _, action := range []string{"resourcemanager:GetFolder", "cs:CheckControlPlaneLogEnable", "cs:UpdateControlPlaneLog", "cs:EnableCoreControlPlaneComponentsLog"} {
		inPolicies[action] = strings.Contains(guide, "`"+action+"`")
	}
	for _, word := range strings.Split(table, "`") {
		product, name, ok := strings.Cut(word, ":")
		if ok && slices.Contains([]string{"cs", "resourcemanager", "sts"}, product) && !strings.ContainsAny(name, "* ") && !inPolicies[word] && word != "sts:GetCallerIdentity" {
			t.Errorf("no policy of the guide has %s", word)
		}
	}
}

// The template of the guide makes a role in every member through which all its features work. The directory is read with
// the management account, in which the identity works itself and needs the member policy too.
func TestGuide_memberRole(t *testing.T) {
	t.Parallel()
	provider, member := required(t, permission.Choice{
		Features: []string{"ackguard_member_accounts", clusterList, "ackguard_cluster_compliance", inspections + "schedule"}, Roles: []fleet.MemberRole{{Name: guideRole}},
	})
	cloud := entrusted(t, "nobody", slices.Concat(provider, member), nil)
	role := `member_role_name = "` + guideRole + `"`
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		{
			Config: cloud.Provider(role, read(t, permissions+"member-role.tf")),
			Check: func(s *terraform.State) error {
				rendered, _ := s.RootModule().Outputs["member_role_template"].Value.(string)
				folders, _ := s.RootModule().Outputs["member_folders"].Value.([]any)
				return deploy(t, cloud, rendered, folders)
			},
		},
		{
			Config: cloud.Provider(role, read(t, "examples/guides/multi-account/directory.tf")+schedules),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("unread", knownvalue.ObjectExact(map[string]knownvalue.Check{})),
			},
		},
		// The test framework cannot read a state with for_each at the end.
		{Config: cloud.Provider(role, "")},
	}})
	if created, deleted := cloud.Count(simulator.Filter{Action: "CreateClusterInspectConfig"}), cloud.Count(simulator.Filter{Action: "DeleteClusterInspectConfig"}); created == 0 || created != deleted {
		t.Errorf("%d schedules created, %d deleted", created, deleted)
	}
}

// schedules are those of every cluster in the members.
const schedules = `
data "ackguard_clusters" "all" {
  account_ids = data.ackguard_member_accounts.all.ids
}

resource "ackguard_cluster_inspection_schedule" "nightly" {
  for_each       = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }
  account_id     = each.value.account_id
  region         = each.value.region
  cluster_id     = each.key
  recurrence     = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
  adopt_existing = true
}
`

// deploy does what a stack group with service-managed permissions does: it makes the template's role in each member of
// the folders.
func deploy(t *testing.T, cloud *acctest.Cloud, rendered string, folders []any) error {
	t.Helper()
	var template struct {
		Version     string `json:"ROSTemplateFormatVersion"`
		Description string `json:"Description"`
		Resources   map[string]struct {
			Type       string `json:"Type"`
			Properties struct {
				RoleName string             `json:"RoleName"`
				Trust    rampolicy.Document `json:"AssumeRolePolicyDocument"`
				Policies []struct {
					Name     string             `json:"PolicyName"`
					Document rampolicy.Document `json:"PolicyDocument"`
				} `json:"Policies"`
			} `json:"Properties"`
		} `json:"Resources"`
	}
	decoder := json.NewDecoder(strings.NewReader(rendered))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&template); err != nil {
		return fmt.Errorf("%w in %s", err, rendered)
	}
	var role simulator.Role
	for _, r := range template.Resources {
		p := r.Properties
		if r.Type != "ALIYUN::RAM::Role" || len(p.Policies) != 1 || p.Policies[0].Name == "" {
			return fmt.Errorf("resource %+v", r)
		}
		role = simulator.Role{RoleName: p.RoleName, TrustPolicy: &p.Trust, Policies: []rampolicy.Document{p.Policies[0].Document}}
	}
	members := 0
	for _, a := range demoFleet(t).Accounts {
		if slices.Contains(folders, any(a.FolderID)) {
			members++
			cloud.SetRoles(t, a.AccountID, []simulator.Role{role})
		}
	}
	if members != 7 {
		return fmt.Errorf("%d members in %v", members, folders)
	}
	return nil
}
