package logshipping

import (
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

// Fields that the jobs of ackguard_audit_log_shipping add to every row.
const (
	accountField   = "account_id"
	regionField    = "region"
	clusterField   = "cluster_id"
	clusterName    = "cluster_name"
	logSourceField = "log_source"
	// probeField is in the row that a verification writes, and in no other.
	probeField = "ackguard_probe"
)

// indexEntry is a field of the archive's standard index.
type indexEntry struct {
	name string
	kind string
	// keys are the indexed parts of a JSON field; texts, unless numbers has them.
	keys, numbers []string
	// source is what writes the field, and where its name is from.
	source string
}

// Sources of fields. An inferred one is named like what it comes from, and no page says so.
const (
	byShipping  = "added by the jobs of `ackguard_audit_log_shipping`"
	byProbe     = "the row by which `ackguard_audit_log_shipping` verifies"
	byAudit     = "audit events of Kubernetes, as documented queries use them"
	byAuditType = "other parts of audit events (inferred as fields)"
	byInspector = "results of inspections (inferred from the columns of their report)"
	byEvents    = "Kubernetes' events, some parts of which documented alerts use"
)

// standardIndex is what the archive's index has for queries to work on every
// source. Kubernetes' names are case-sensitive, searches are not.
var standardIndex = []indexEntry{
	{name: accountField, kind: sls.Text, source: byShipping},
	{name: regionField, kind: sls.Text, source: byShipping},
	{name: clusterField, kind: sls.Text, source: byShipping},
	{name: clusterName, kind: sls.Text, source: byShipping},
	{name: logSourceField, kind: sls.Text, source: byShipping},
	{name: probeField, kind: sls.Text, source: byProbe},

	{name: "auditID", kind: sls.Text, source: byAudit},
	{name: "stage", kind: sls.Text, source: byAudit},
	{name: "verb", kind: sls.Text, source: byAudit},
	{name: "requestURI", kind: sls.Text, source: byAudit},
	{name: "sourceIPs", kind: sls.Text, source: byAudit}, // a list as JSON text: parts of lists cannot be indexed
	{name: "requestObject", kind: sls.Text, source: byAudit},
	{name: "user", kind: sls.JSON, keys: []string{"username", "uid", "groups"}, source: byAudit},
	{name: "objectRef", kind: sls.JSON, keys: []string{"resource", "subresource", "namespace", "name", "apiGroup", "apiVersion"}, source: byAudit},
	{name: "responseStatus", kind: sls.JSON, keys: []string{"status", "reason", "message"}, numbers: []string{"code"}, source: byAudit},
	{name: "annotations", kind: sls.JSON, keys: []string{"authorization.k8s.io/decision", "authorization.k8s.io/reason"}, source: byAudit},
	{name: "level", kind: sls.Text, source: byAuditType}, // of an event too
	{name: "userAgent", kind: sls.Text, source: byAuditType},
	{name: "requestReceivedTimestamp", kind: sls.Text, source: byAuditType},
	{name: "stageTimestamp", kind: sls.Text, source: byAuditType},
	{name: "impersonatedUser", kind: sls.JSON, keys: []string{"username", "groups"}, source: byAuditType},

	{name: "kind", kind: sls.Text, source: byInspector},
	{name: "name", kind: sls.Text, source: byInspector},
	{name: "namespace", kind: sls.Text, source: byInspector},
	{name: "check_type", kind: sls.Text, source: byInspector},
	{name: "check_item", kind: sls.Text, source: byInspector},
	{name: "result", kind: sls.Text, source: byInspector},
	{name: "severity", kind: sls.Text, source: byInspector},
	{name: "message", kind: sls.Text, source: byInspector},

	{
		name: "eventId", kind: sls.JSON, source: byEvents,
		keys: []string{"message", "metadata.namespace", "involvedObject.kind", "involvedObject.name", "reason", "type", "involvedObject.namespace", "source.component"},
	},
}

// indexList words the fields of the standard index in Markdown, by what writes them.
func indexList() string {
	var parts []string
	for _, source := range []string{byShipping, byProbe, byAudit, byAuditType, byInspector, byEvents} {
		var names []string
		for _, e := range standardIndex {
			if e.source != source {
				continue
			}
			for _, part := range slices.Concat(e.keys, e.numbers) {
				names = append(names, "`"+e.name+"."+part+"`")
			}
			if e.kind != sls.JSON {
				names = append(names, "`"+e.name+"`")
			}
		}
		parts = append(parts, source+": "+strings.Join(names, ", "))
	}
	return strings.Join(parts, "; ")
}

// inStandardIndex finds an entry of the standard index.
func inStandardIndex(name string) bool {
	for _, e := range standardIndex {
		if e.name == name {
			return true
		}
	}
	return false
}

// auditIndex is the standard index with additional fields, by name with their types.
func auditIndex(additional map[string]string) sls.IndexFields {
	fields := sls.IndexFields{}
	for _, e := range standardIndex {
		field := sls.IndexField{Type: e.kind}
		if e.kind == sls.JSON {
			field.Keys = map[string]string{}
			for _, path := range e.keys {
				field.Keys[path] = sls.Text
			}
			for _, path := range e.numbers {
				field.Keys[path] = sls.Long
			}
		}
		fields[e.name] = field
	}
	for name, kind := range additional {
		fields[name] = sls.IndexField{Type: kind}
	}
	return fields
}
