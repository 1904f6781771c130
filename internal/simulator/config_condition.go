package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ConfigVerdict is what Cloud Config finds on a cluster by a rule that the simulator has no condition for.
type ConfigVerdict struct {
	Identifier     string `json:"Identifier" jsonschema:"required" jsonschema_description:"Identifier of the managed rule."`
	ComplianceType string `json:"ComplianceType" jsonschema:"required,enum=COMPLIANT,enum=NON_COMPLIANT,enum=NOT_APPLICABLE,enum=INSUFFICIENT_DATA" jsonschema_description:"The verdict."`
	Reason         string `json:"reason,omitzero" jsonschema_description:"Reason in the annotation."`
}

// verdict is the outcome of a condition, with what an annotation says.
type verdict struct {
	compliance                                           string
	configuration, desired, operator, property, inReason string
}

func compliant() verdict { return verdict{compliance: "COMPLIANT"} }

func notApplicable(why string) verdict {
	return verdict{compliance: "NOT_APPLICABLE", inReason: why}
}

func noData(why string) verdict { return verdict{compliance: "INSUFFICIENT_DATA", inReason: why} }

// annotation is JSON in a string; a compliant result has none.
func (v verdict) annotation() string {
	if v.compliance == "COMPLIANT" {
		return ""
	}
	text, err := json.Marshal(struct {
		Configuration string `json:"configuration"`
		DesiredValue  string `json:"desiredValue"`
		Operator      string `json:"operator"`
		Property      string `json:"property"`
		Reason        string `json:"reason"`
	}{v.configuration, v.desired, v.operator, v.property, v.inReason})
	if err != nil {
		panic(err)
	}
	return string(text)
}

const inspectionRulePrefix = "ack-cluster-inspect-"

// conditions are written from the title that the vendor's list gives each rule, on the cluster itself, and share nothing
// with what ackguard evaluates.
var conditions = map[string]func(*Cluster) verdict{
	"ack-cluster-public-endpoint-check":        judgePublicEndpoint,
	"ack-cluster-deletion-protection-enabled":  judgeDeletionProtection,
	"ack-cluster-network-type-check":           judgeTerway,
	"ack-cluster-node-monitorenabled":          judgeMonitor,
	"ack-cluster-configuation-inspect-enabled": judgeInspectionOn,
}

// judge evaluates a managed rule on a cluster.
func judge(identifier string, c *Cluster, at time.Time) verdict {
	if condition := conditions[identifier]; condition != nil {
		return condition(c)
	}
	var told *ConfigVerdict
	if i := slices.IndexFunc(c.ConfigVerdicts, func(v ConfigVerdict) bool { return v.Identifier == identifier }); i >= 0 {
		told = &c.ConfigVerdicts[i]
	}
	if strings.HasPrefix(identifier, inspectionRulePrefix) {
		return judgeInspection(identifier, c, told, at)
	}
	if told == nil {
		return noData("the scenario has no verdict for " + identifier)
	}
	return told.verdict()
}

func (v *ConfigVerdict) verdict() verdict {
	return verdict{compliance: v.ComplianceType, inReason: v.Reason}
}

// isRegistered says whether ACK only knows of a cluster and does not run its API server.
func (c *Cluster) isRegistered() bool { return c.ClusterType == "ExternalKubernetes" }

// hasNoNodes says whether pods of a cluster run without nodes of the account.
func (c *Cluster) hasNoNodes() bool {
	serverless := []string{"serverless", "acs", "ask.v2"}
	return c.isRegistered() || c.ClusterType == "Ask" || c.ClusterType == "ManagedKubernetes" && slices.Contains(serverless, strings.ToLower(value(c.Profile)))
}

// judgePublicEndpoint: no Internet endpoint.
func judgePublicEndpoint(c *Cluster) verdict {
	switch {
	case c.isRegistered():
		return notApplicable("a registered cluster has no endpoint of ACK")
	case c.MasterURL == nil || *c.MasterURL == (MasterURL{}):
		return noData("the cluster has no endpoints yet")
	case value(c.MasterURL.APIServerEndpoint) == "":
		return compliant()
	}
	return verdict{"NON_COMPLIANT", value(c.MasterURL.APIServerEndpoint), "", "StringEmpty", "$.master_url.api_server_endpoint", "The cluster has an Internet endpoint."}
}

// judgeDeletionProtection: release protection is on.
func judgeDeletionProtection(c *Cluster) verdict {
	switch {
	case c.isRegistered():
		return notApplicable("a registered cluster cannot be released by ACK")
	case c.DeletionProtection == nil:
		return noData("the cluster does not say whether it is protected")
	case *c.DeletionProtection:
		return compliant()
	}
	return verdict{"NON_COMPLIANT", "false", "true", "Equals", "$.deletion_protection", "Release protection is off."}
}

// judgeTerway: Terway is the network plug-in.
func judgeTerway(c *Cluster) verdict {
	if c.hasNoNodes() {
		return notApplicable("the cluster has no network plug-in")
	}
	names, known := []string{}, c.Addons != nil
	for i := range c.Addons {
		names = append(names, c.Addons[i].Name)
	}
	if list, ok := c.MetaData["Addons"].([]any); ok {
		known = true
		for _, item := range list {
			if addon, ok := item.(map[string]any); ok {
				name, _ := addon["name"].(string)
				names = append(names, name)
			}
		}
	}
	if capabilities, ok := c.MetaData["Capabilities"].(map[string]any); ok {
		if network, ok := capabilities["Network"].(string); ok && network != "" {
			known = true
			names = append(names, network)
		}
	}
	switch {
	case slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "terway") }):
		return compliant()
	case !known:
		return noData("the cluster does not say what is installed")
	}
	return verdict{"NON_COMPLIANT", strings.Join(names, ","), "terway", "Contains", "$.meta_data.Addons", "The cluster does not use Terway."}
}

// judgeMonitor: the CloudMonitor agent is on the nodes.
func judgeMonitor(c *Cluster) verdict {
	if c.hasNoNodes() {
		return notApplicable("the cluster has no nodes")
	}
	without, unknown, nodes := []string{}, false, 0 // a cluster without node pools says so in its list of them
	if c.ClusterType == "Kubernetes" {
		nodes++
		flag := c.Parameters["CloudMonitorFlags"]
		if c.ControlPlaneConfig != nil && c.ControlPlaneConfig.CloudMonitorFlags != nil {
			flag = strconv.FormatBool(*c.ControlPlaneConfig.CloudMonitorFlags)
		}
		switch strings.ToLower(flag) {
		case "true":
		case "false":
			without = append(without, "control plane")
		default:
			unknown = true
		}
	}
	for i := range c.NodePools {
		pool := &c.NodePools[i]
		if pool.Status == nil || pool.Status.TotalNodes == nil {
			unknown = true
			continue
		}
		if *pool.Status.TotalNodes == 0 {
			continue
		}
		nodes++
		switch {
		case pool.KubernetesConfig == nil || pool.KubernetesConfig.CMSEnabled == nil:
			unknown = true
		case !*pool.KubernetesConfig.CMSEnabled:
			name := fmt.Sprintf("node pool %d", i+1)
			if pool.NodepoolInfo != nil && pool.NodepoolInfo.Name != nil {
				name = *pool.NodepoolInfo.Name
			}
			without = append(without, name)
		}
	}
	switch {
	case len(without) > 0:
		return verdict{"NON_COMPLIANT", strings.Join(without, ","), "", "Empty", "$.nodepools", "The CloudMonitor agent is not on all nodes."}
	case unknown:
		return noData("it is not known whether all nodes have the agent")
	case nodes == 0:
		return notApplicable("the cluster has no nodes")
	}
	return compliant()
}

// judgeInspectionOn: the cluster is inspected.
func judgeInspectionOn(c *Cluster) verdict {
	if c.InspectConfig != nil && c.InspectConfig.Enabled {
		return compliant()
	}
	return verdict{"NON_COMPLIANT", "false", "true", "Equals", "$.inspect_config.enabled", "The cluster is not inspected."}
}

// judgeInspection reads the latest finished report: off is not applicable, on without a report is no data.
func judgeInspection(identifier string, c *Cluster, told *ConfigVerdict, at time.Time) verdict {
	if c.InspectConfig == nil || !c.InspectConfig.Enabled {
		return notApplicable("the inspection of the cluster is off")
	}
	var latest *InspectReport
	for i := range c.InspectReports {
		start, end := c.InspectReports[i].times()
		if at.Before(end) {
			continue
		}
		if latest != nil {
			if before, _ := latest.times(); start.Before(before) {
				continue
			}
		}
		latest = &c.InspectReports[i]
	}
	switch {
	case latest == nil:
		return noData("no inspection has finished")
	case told != nil:
		return told.verdict()
	}
	item := strings.TrimSuffix(strings.TrimPrefix(identifier, inspectionRulePrefix), "-check")
	for i := range latest.CheckItemResults {
		found := &latest.CheckItemResults[i]
		if !strings.EqualFold(found.CheckItemUID, strings.ReplaceAll(item, "-", "")) {
			continue
		}
		switch found.Result {
		case "disable":
			return notApplicable("the check item is switched off")
		case "true":
			return verdict{"NON_COMPLIANT", "true", "false", "Equals", "$." + found.CheckItemUID, "The inspection found the item abnormal."}
		}
	}
	return compliant()
}
