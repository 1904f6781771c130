package simulator

import (
	"slices"
	"strings"
)

// managedRules are the documented rules for ACK and the one for ACS: identifier, title, default level and trigger. All of
// them take no parameters and cannot be pre-checked.
var managedRules = []ManagedRule{
	scheduled("ack-cluster-public-endpoint-check", "An ACK cluster without an Internet endpoint", 1),
	changed("ack-cluster-network-type-check", "Use the Terway network plugin for ACK clusters", 2),
	changed("ack-cluster-deletion-protection-enabled", "Enable release protection for ACK clusters", 2),    // level or trigger guessed
	scheduled("ack-cluster-node-monitorenabled", "Install the CloudMonitor agent on ACK cluster nodes", 1), // level or trigger guessed
	scheduled("ack-running-cluster-node-monitorenabled", "Install the CloudMonitor agent on running nodes in ACK clusters", 1),
	scheduled("ack-cluster-security-inspector-enabled", "Install and configure the inspection component for workload security threats", 1),
	scheduled("ack-cluster-configuation-inspect-enabled", "Enable the AIOps-based inspection feature", 2),
	scheduled("ack-cluster-api-server-audit-log-enabled", "Enable the API Server audit feature", 1),
	scheduled("ack-cluster-log-plugin-installed", "Install the audit log plugin", 2),
	scheduled("ack-cluster-advanced-audit-enabled", "Install the intra-container audit component", 1),
	scheduled("ack-cluster-control-plane-log-enable", "Enable logging for control plane components", 3),
	changed("ack-cluster-encryption-enabled", "Configure at-rest encryption for Secrets", 2),
	changed("ack-cluster-rrsa-enabled", "Enable the RRSA feature", 2),
	scheduled("ack-cluster-ram-authenticator-enabled", "Install the ack-ram-authenticator component", 2),
	changed("ack-cluster-supported-version", "Use a supported ACK version", 2),
	changed("ack-cluster-upgrade-latest-version", "The ACK cluster is running the latest version", 2),
	scheduled("ack-cluster-spec-check", "Use managed ACK clusters of the Professional Edition", 3), // level or trigger guessed
	scheduled("ack-cluster-node-multi-zone", "Use multi-zone ACK clusters at the region level", 1),
	scheduled("ack-cluster-node-pools-management-enabled", "Enable the managed node pool feature", 3),
	scheduled("ack-cluster-node-pools-auto-scaling-enabled", "Enable node autoscaling for node pools", 3),
	scheduled("ack-cluster-cost-exporter-enabled", "Install the cost analysis component", 2),
	scheduled("acs-cluster-node-multi-zone", "Use multi-zone ACS clusters at the region level", 1), // level or trigger guessed
	scheduled("ack-cluster-inspect-kubelet-version-outdate-check", "Kubelet version consistency", 2),
	changed("ack-cluster-inspect-core-dns-no-endpoint-check", "CoreDNS service backend count not zero", 1),
	scheduled("ack-cluster-inspect-coredns-has-only-one-replica-check", "CoreDNS replicas", 2),
	scheduled("ack-cluster-inspect-some-coredns-pods-not-ready-check", "CoreDNS pod status", 2),
	scheduled("ack-cluster-inspect-apiserver-clb-backend-abnormal-check", "API Server CLB backend status", 2),
	changed("ack-cluster-inspect-apiserver-clb-instance-not-exist-check", "CLB attached to API Server exists", 1),
	changed("ack-cluster-inspect-apiserver-clb-instance-status-check", "CLB is Normal", 1),
	changed("ack-cluster-inspect-apiserver-clb-listener-abnormal-check", "port 6443 listener normal", 1), // level or trigger guessed
	scheduled("ack-cluster-inspect-apiservice-not-available-check", "APIService availability", 2),
	scheduled("ack-cluster-inspect-autoscaler-abnormal-check", "elasticity component status", 2),
	scheduled("ack-cluster-inspect-node-pool-scaling-config-unavailable-check", "scaling configuration availability", 2),
	scheduled("ack-cluster-inspect-node-pool-security-group-unavailable-check", "security group availability", 2),
	scheduled("ack-cluster-inspect-node-pool-vswitch-unavailable-check", "vSwitch availability", 2),
	scheduled("ack-cluster-inspect-nodepool-scaling-group-unavailable-check", "scaling group availability", 2),
	scheduled("ack-cluster-inspect-loadbalancer-service-cert-id-mismatched-check", "LB Service certificate ID consistency", 2), // level or trigger guessed
	scheduled("ack-cluster-inspect-loadbalancer-service-instance-charge-type-mismatched-check", "LB Service billing method consistency", 2),
}

// scheduled is a rule that is evaluated every 24 hours.
func scheduled(identifier, name string, level int64) ManagedRule {
	return ManagedRule{Identifier: identifier, ConfigRuleName: name, RiskLevel: level, MessageType: triggerScheduled, MaximumExecutionFrequency: "TwentyFour_Hours"}
}

// changed is a rule that is evaluated when a cluster changes.
func changed(identifier, name string, level int64) ManagedRule {
	return ManagedRule{Identifier: identifier, ConfigRuleName: name, RiskLevel: level, MessageType: triggerChange}
}

// managedRule finds a rule among the documented ones and those that a scenario adds.
func managedRule(added []ManagedRule, identifier string) *ManagedRule {
	for _, list := range [][]ManagedRule{managedRules, added} {
		if at := slices.IndexFunc(list, func(r ManagedRule) bool { return r.Identifier == identifier }); at >= 0 {
			return &list[at]
		}
	}
	return nil
}

var managedRuleOperations = []operation{
	configOperation("GetManagedRule", getManagedRule, parameter{name: "Identifier", required: true}),
	configOperation("ListManagedRules", listManagedRules, slices.Concat(pageParameters, []parameter{
		{name: "FilterType", enum: []string{"ALL", "UNCOVERED_RESOURCE"}}, {name: "Keyword"}, {name: "ResourceTypes"}, {name: "RiskLevel", kind: "int", min: 1, max: 3},
	})...),
}

func (r *ManagedRule) resourceTypes() []string {
	if r.ResourceTypes == nil {
		return []string{ackClusterType}
	}
	return r.ResourceTypes
}

// head is what the list and the single answer have in common.
func (r *ManagedRule) head() map[string]any {
	return map[string]any{
		"Identifier": r.Identifier, "ConfigRuleName": r.ConfigRuleName, "Description": r.Description, "RiskLevel": r.RiskLevel,
		"Scope": map[string]any{"ComplianceResourceTypes": r.resourceTypes()}, "Labels": []string{},
	}
}

// details is the trigger as three answers carry it.
func (r *ManagedRule) details() []map[string]any {
	detail := map[string]any{"MessageType": r.MessageType}
	if r.MaximumExecutionFrequency != "" {
		detail["MaximumExecutionFrequency"] = r.MaximumExecutionFrequency
	}
	return []map[string]any{detail}
}

func mapOf(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func getManagedRule(cl *call) (any, *apiError) {
	r := managedRule(cl.config.managed, cl.params.Get("Identifier"))
	if r == nil {
		return nil, configError("Invalid.Identifier.Value", "The specified Identifier is invalid.")
	}
	item := r.head()
	item["CompulsoryInputParameterDetails"], item["OptionalInputParameterDetails"] = mapOf(r.Compulsory), mapOf(r.Optional)
	item["SourceDetails"] = r.details()
	return map[string]any{"RequestId": "", "ManagedRule": item}, nil
}

func listManagedRules(cl *call) (any, *apiError) {
	if cl.params.Get("FilterType") == "UNCOVERED_RESOURCE" {
		return nil, notSimulated("the FilterType UNCOVERED_RESOURCE of ListManagedRules is not simulated")
	}
	list := []map[string]any{}
	wanted, keyword, level := commaList(cl.params.Get("ResourceTypes")), cl.params.Get("Keyword"), number(cl.params, "RiskLevel", 0)
	for _, r := range slices.Concat(managedRules, cl.config.managed) {
		hasType := len(wanted) == 0 || slices.ContainsFunc(r.resourceTypes(), func(kind string) bool { return slices.Contains(wanted, kind) })
		hasWord := matchesFold(strings.Join([]string{r.Identifier, r.ConfigRuleName, r.Description}, "\n"), keyword)
		if hasType && hasWord && (level == 0 || r.RiskLevel == int64(level)) {
			item := r.head()
			item["SupportPreviewManagedRule"] = r.SupportPreview
			list = append(list, item)
		}
	}
	return map[string]any{"RequestId": "", "ManagedRules": cl.configPage("ManagedRuleList", list)}, nil
}
