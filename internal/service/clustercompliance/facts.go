// Package clustercompliance is the Terraform surface of the cluster rules.
package clustercompliance

import (
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
)

// factsFromList starts a cluster's facts with what the list says. The regional
// list says all that a list can; the inventory's leaves the rest to the snapshot.
func factsFromList(c inventory.Cluster) *compliance.Cluster {
	facts := compliance.Unfetched()
	facts.AccountID, facts.Region, facts.ClusterID, facts.Name = c.AccountID, c.Region, c.ClusterID, c.Name
	if !c.Discovered {
		addList(&facts, c.Cluster, "the cluster list does not say")
	}
	return &facts
}

// addSnapshot adds what Cloud Config's snapshot of a cluster says. What it
// lacks of DescribeClusterDetail is left for a call in the cluster's account.
func addSnapshot(facts *compliance.Cluster, snapshot cs.Cluster) {
	addList(facts, snapshot, "Cloud Config's snapshot of the cluster does not say")
	knowDetail(facts, snapshot)
}

// addList adds what a list says, or a snapshot in its place.
func addList(facts *compliance.Cluster, c cs.Cluster, lacks string) {
	setKnown(&facts.ClusterType, c.ClusterType)
	setKnown(&facts.Profile, c.Profile)
	setKnown(&facts.ClusterSpec, c.ClusterSpec)
	setKnown(&facts.State, c.State)
	setKnown(&facts.CurrentVersion, c.CurrentVersion)
	if setKnown(&facts.DeletionProtection, c.DeletionProtection); c.DeletionProtection == nil {
		facts.DeletionProtection = compliance.Absent[bool](compliance.Reason{Kind: compliance.NotFetched, Source: compliance.SourceDetail})
	}
	facts.Settle(compliance.SourceList, missing(lacks))
}

// addDetail adds what DescribeClusterDetail says.
func addDetail(facts *compliance.Cluster, detail cs.Cluster) {
	knowDetail(facts, detail)
	if _, err := detail.Endpoints(); err != nil {
		facts.PublicEndpoint = compliance.Absent[string](missing(err.Error()))
	}
	facts.Settle(compliance.SourceDetail, missing("DescribeClusterDetail does not say"))
}

// knowDetail adds the facts that an answer of DescribeClusterDetail has.
func knowDetail(facts *compliance.Cluster, detail cs.Cluster) {
	if !facts.DeletionProtection.Known() {
		setKnown(&facts.DeletionProtection, detail.DeletionProtection)
	}
	if endpoints, err := detail.Endpoints(); err == nil {
		public := "" // only an intranet endpoint
		if endpoints.APIServerEndpoint != nil {
			public = *endpoints.APIServerEndpoint
		}
		facts.PublicEndpoint = compliance.Known(public)
	}
	if plugin, ok := networkPluginOf(detail); ok {
		facts.NetworkPlugin = compliance.Known(plugin)
	} else if facts.NetworkPlugin.Reason().Kind == compliance.NotFetched {
		facts.NetworkPlugin = compliance.Absent[string](compliance.Reason{Kind: compliance.NotFetched, Source: compliance.SourceAddons})
	}
	if detail.ControlPlaneConfig != nil && detail.ControlPlaneConfig.CloudMonitorFlags != nil {
		facts.ControlPlaneMonitor = compliance.Known(*detail.ControlPlaneConfig.CloudMonitorFlags)
	} else if flag, ok := parseBool(detail.Parameters.CloudMonitorFlags); ok {
		facts.ControlPlaneMonitor = compliance.Known(flag)
	}
}

// addNodePools adds what DescribeClusterNodePools says.
func addNodePools(facts *compliance.Cluster, pools []cs.NodePool) {
	list := make([]compliance.NodePool, 0, len(pools))
	for _, p := range pools {
		pool := compliance.NodePool{
			ID: p.ID, Name: p.Name,
			TotalNodes: compliance.Absent[int64](missing("DescribeClusterNodePools does not say")),
			CMSEnabled: compliance.Absent[bool](missing("DescribeClusterNodePools does not say")),
		}
		setKnown(&pool.TotalNodes, p.TotalNodes)
		setKnown(&pool.CMSEnabled, p.CMSEnabled)
		list = append(list, pool)
	}
	facts.NodePools = compliance.Known(list)
	facts.Settle(compliance.SourceNodePools, missing("DescribeClusterNodePools does not say"))
}

// addAddons adds what ListClusterAddonInstances says. A cluster without any
// add-on is one that is not set up yet, so nothing follows from it.
func addAddons(facts *compliance.Cluster, addons []cs.Addon) {
	if len(addons) > 0 {
		plugin := ""
		for _, a := range addons {
			plugin = betterPlugin(plugin, a.Name)
		}
		facts.NetworkPlugin = compliance.Known(plugin)
	}
	facts.Settle(compliance.SourceAddons, missing("no add-on is installed, and meta_data does not name the network plug-in"))
}

// networkPluginOf reads the plug-in from meta_data: the add-ons that are
// installed are the evidence, Capabilities.Network is what the cluster was
// created with. network_mode ("vpc" always) and Capabilities.TerwayEniip (a
// capability of the platform) say nothing.
func networkPluginOf(detail cs.Cluster) (string, bool) {
	meta, err := detail.MetaData.Get()
	if err != nil {
		return "", false
	}
	plugin := ""
	for _, a := range meta.Addons {
		if a.Disabled == nil || !*a.Disabled {
			plugin = betterPlugin(plugin, a.Name)
		}
	}
	if plugin == "" && meta.Capabilities.Network != nil {
		plugin = strings.ToLower(*meta.Capabilities.Network)
	}
	return plugin, plugin != ""
}

// betterPlugin is the network plug-in among an earlier find and one more
// add-on: Terway's agent before its controller, and Terway before Flannel.
func betterPlugin(found, addon string) string {
	addon = strings.ToLower(addon)
	switch {
	case strings.HasPrefix(addon, "terway") && (!strings.HasPrefix(found, "terway") || found == "terway-controlplane"):
		return addon
	case (addon == "flannel" || addon == "kube-flannel-ds") && found == "":
		return "flannel"
	}
	return found
}

// parseBool reads the strings in which parameters hold booleans; anything
// else is not known, least of all true.
func parseBool(text *string) (value, ok bool) {
	if text == nil {
		return false, false
	}
	switch strings.ToLower(*text) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

func setKnown[T any](fact *compliance.Fact[T], value *T) {
	if value != nil {
		*fact = compliance.Known(*value)
	}
}

func missing(text string) compliance.Reason {
	return compliance.Reason{Kind: compliance.Unavailable, Text: text}
}
