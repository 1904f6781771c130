package logshipping

import (
	"fmt"
	"slices"
	"strings"
)

// What can be shipped of a cluster; custom is any Logstore.
const (
	sourceAudit        = "audit"
	sourceInspection   = "inspection"
	sourceEvent        = "event"
	sourceIngress      = "ingress"
	sourceControlPlane = "control_plane"
	sourceCustom       = "custom"
)

var (
	shippingSources = []string{sourceAudit, sourceInspection, sourceEvent, sourceIngress, sourceControlPlane, sourceCustom}
	// shippedComponents are those of the control plane whose Logstores are documented.
	shippedComponents = []string{"apiserver", "kcm", "scheduler", "ccm"}
)

// Names of projects and Logstores that ACK writes to (Log Service's page on the logs of cloud products).
const (
	projectPrefix    = "k8s-log-"
	auditPrefix      = "audit-"
	inspectionPrefix = "security-inspector-configaudit-"
	eventStore       = "k8s-event"
	ingressStore     = "nginx-ingress"
)

// knownStore is the Logstore of a source, where its name follows from the cluster; "" for one that has to be looked for.
func knownStore(source, component, clusterID string) string {
	switch source {
	case sourceAudit:
		return auditPrefix + clusterID
	case sourceControlPlane:
		return component + "-" + clusterID
	case sourceEvent:
		return eventStore
	case sourceIngress:
		return ingressStore
	}
	return ""
}

// inspectionStore finds a cluster's Logstore of inspection results among those of a project. Its name ends in the
// start of the cluster's ID; how many characters that are is not documented.
func inspectionStore(stores []string, clusterID string) (string, error) {
	var matching []string
	for _, store := range stores {
		if part, ok := strings.CutPrefix(store, inspectionPrefix); ok && part != "" && strings.HasPrefix(clusterID, part) {
			matching = append(matching, store)
		}
	}
	switch len(matching) {
	case 1:
		return matching[0], nil
	case 0:
		return "", fmt.Errorf("no Logstore of it is called %s and the start of the cluster ID %s: %s. "+
			"It is made by the first inspection of the add-on security-inspector", inspectionPrefix, clusterID, listed(stores))
	}
	return "", fmt.Errorf("several Logstores of it are called %s and a start of the cluster ID %s: %s", inspectionPrefix, clusterID, listed(matching))
}

// listed words what a project has.
func listed(stores []string) string {
	if len(stores) == 0 {
		return "it has none"
	}
	const most = 20
	if len(stores) > most {
		return fmt.Sprintf("it has %s and %d more", strings.Join(stores[:most], ", "), len(stores)-most)
	}
	return "it has " + strings.Join(stores, ", ")
}

// sourceOf tells from a Logstore's name what it holds: of which cluster or component, where the name says so.
func sourceOf(store, project string) (source, component, clusterID string) {
	if id, ok := strings.CutPrefix(project, projectPrefix); ok {
		clusterID = id
	}
	if id, ok := strings.CutPrefix(store, auditPrefix); ok && isClusterID(id) {
		return sourceAudit, "", id
	}
	if part, ok := strings.CutPrefix(store, inspectionPrefix); ok && part != "" {
		if !strings.HasPrefix(clusterID, part) {
			clusterID = ""
		}
		return sourceInspection, "", clusterID
	}
	for _, name := range shippedComponents {
		if id, ok := strings.CutPrefix(store, name+"-"); ok && isClusterID(id) {
			return sourceControlPlane, name, id
		}
	}
	switch store {
	case eventStore:
		return sourceEvent, "", clusterID
	case ingressStore:
		return sourceIngress, "", clusterID
	}
	return sourceCustom, "", ""
}

// idStart is how much of a cluster's ID is in the name of a job.
const idStart = 12

// maxJobName is the length of a job's name.
const maxJobName = 64

// defaultJobName is what a job is called: by source and cluster, or by the Logstore of a custom one. It is "" where
// that would be too long.
func defaultJobName(source, component, clusterID, store string) string {
	what := source
	if component != "" {
		what = component
	}
	name := "ackguard-" + what + "-" + clusterID[:min(idStart, len(clusterID))]
	if source == sourceCustom {
		name = "ackguard-" + what + "-" + store
	}
	if len(name) > maxJobName {
		return ""
	}
	return name
}

// reservedFields are what additional_fields cannot be called.
func reservedFields() []string { return slices.Clone(originFields) }
