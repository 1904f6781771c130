package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// inspectorRun is a run that has not ended.
type inspectorRun struct {
	due       time.Time
	clusterID string
	job       objectKey
}

// jobCreated starts a run if the Job is one of security-inspector's.
func (c *Cloud) jobCreated(state *clusterState, job map[string]any, now time.Time) {
	containers, _ := valueAt(job, "spec", "template", "spec", "containers").([]any)
	if !slices.ContainsFunc(containers, func(container any) bool {
		return strings.Contains(textField(container, "image"), "/security-inspector:")
	}) {
		return
	}
	key := objectKey{"batch", "jobs", textField(job, "metadata", "namespace"), textField(job, "metadata", "name")}
	c.setJobStatus(state, key, map[string]any{"active": json.Number("1"), "startTime": now.UTC().Format(time.RFC3339)})
	c.inspectorEvent(state, key, "Normal", "SecurityInspectorConfigAuditStart", "Start to running config audit", now)
	took := time.Duration(0)
	if i := state.now.inspector(); i != nil {
		took = duration(i.Duration)
	}
	c.runs = append(c.runs, inspectorRun{now.Add(took), state.clusterID, key})
	c.settleRuns(now)
}

// settleRuns ends the runs whose time has come.
func (c *Cloud) settleRuns(now time.Time) {
	due := []inspectorRun{}
	c.runs = slices.DeleteFunc(c.runs, func(r inspectorRun) bool {
		if r.due.After(now) {
			return false
		}
		due = append(due, r)
		return true
	})
	for _, r := range due {
		if state := c.clusters[r.clusterID]; state != nil && state.kubernetes != nil && state.kubernetes.objects[r.job] != nil {
			c.endRun(state, r)
		}
	}
}

// endRun writes what a run has found, as far as the configuration at its end lets it look.
func (c *Cloud) endRun(state *clusterState, r inspectorRun) {
	cluster, at := state.now.Cluster, r.due.UTC().Format(time.RFC3339)
	version, installed := inspectorOf(cluster)
	config := map[string]any(nil)
	if installed {
		layout := cluster.inspectorLayout(version)
		text := textField(state.kubernetes.objects[objectKey{"", "configmaps", layout.configNamespace, inspectorConfigMap}], "data", layout.key)
		_ = yaml.Unmarshal([]byte(text), &config)
	}
	if config == nil {
		c.setJobStatus(state, r.job, map[string]any{"failed": json.Number("1"), "conditions": []any{map[string]any{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}}})
		return
	}
	rows, high := []ClusterLogRow{}, 0
	if i := cluster.inspector(); i != nil {
		for _, finding := range i.Findings {
			severity := inspectorSeverity(config, textField(finding, "check_item"))
			if severity == "ignore" || inspectorExempts(config, finding) {
				continue
			}
			row := maps.Clone(finding)
			if row["severity"] == nil {
				row["severity"] = severity
			}
			if row["result"] == "fail" && (row["severity"] == "danger" || row["severity"] == "error") {
				high++
			}
			rows = append(rows, ClusterLogRow{Row: row})
		}
	}
	if err := c.writeInspection(state, cluster, rows, c.logTime(r.due)); err != nil {
		c.onUnexpected("security-inspector of cluster " + state.clusterID + ": " + err.Error())
	}
	c.inspectorEvent(state, r.job, "Normal", "SecurityInspectorConfigAuditFinished", "Finished running once config audit", r.due)
	if high > 0 {
		c.inspectorEvent(state, r.job, "Warning", "SecurityInspectorConfigAuditHighRiskFound", fmt.Sprintf("%d high risks have been found after running config audit", high), r.due)
	}
	c.setJobStatus(state, r.job, map[string]any{
		"succeeded": json.Number("1"), "startTime": textField(state.kubernetes.objects[r.job], "status", "startTime"), "completionTime": at,
		"conditions": []any{map[string]any{"type": "Complete", "status": "True", "lastTransitionTime": at}},
	})
}

// setJobStatus writes as the controller of Jobs does.
func (c *Cloud) setJobStatus(state *clusterState, key objectKey, status map[string]any) {
	job := maps.Clone(state.kubernetes.objects[key])
	meta := maps.Clone(metadata(job))
	meta["resourceVersion"] = state.kubernetes.next()
	job["metadata"], job["status"] = meta, status
	state.kubernetes.objects[key] = job
}

// inspectorEvent writes an event to the cluster, and to the Logstore of the collector.
func (c *Cloud) inspectorEvent(state *clusterState, job objectKey, kind, reason, message string, now time.Time) {
	at, store := now.UTC().Format(time.RFC3339), state.kubernetes
	event, err := plainObject(map[string]any{
		"apiVersion": "v1", "kind": "Event", "type": kind, "reason": reason, "message": message, "count": 1, "firstTimestamp": at, "lastTimestamp": at,
		"metadata":       map[string]any{"name": job.name + "." + store.suffix(16), "namespace": job.namespace},
		"involvedObject": map[string]any{"kind": "Job", "apiVersion": "batch/v1", "namespace": job.namespace, "name": job.name, "uid": textField(store.objects[job], "metadata", "uid")},
		"source":         map[string]any{"component": "security-inspector"},
	})
	if err != nil {
		panic("simulator: " + err.Error())
	}
	store.put(inspectorManager, event, now)
	if err := c.writeEvents(state, state.now.Cluster, []ClusterLogRow{{Row: event}}, c.logTime(now)); err != nil {
		c.onUnexpected("events of cluster " + state.clusterID + ": " + err.Error())
	}
}

// inspectorGroups are the groups of the older dialect.
var inspectorGroups = []string{"resources", "images", "healthChecks", "networking", "security"}

// inspectorSpellings are the keys of a published check id in the newer dialect, where they differ.
var inspectorSpellings = map[string][]string{
	"notReadOnlyRootFileSystem": {"notReadOnlyRootFilesystem", "notReadOnlyRootFileSystem"},
	"capabilitiesAdded":         {"dangerousCapabilities", "insecureCapabilities", "capabilitiesAdded"},
}

// inspectorSeverity is what a configuration says of a check; one that it does not name is off.
func inspectorSeverity(config map[string]any, check string) string {
	if checks, flat := config["checks"].(map[string]any); flat {
		worst := "ignore"
		for _, key := range append([]string{check}, inspectorSpellings[check]...) {
			switch text, _ := checks[key].(string); {
			case text == "danger", text == "warning" && worst == "ignore":
				worst = text
			}
		}
		return worst
	}
	if check == "capabilitiesAdded" {
		for _, severity := range []string{"error", "warning"} {
			lists, _ := valueAt(config, "security", "capabilities", severity).(map[string]any)
			for _, list := range lists {
				if items, _ := list.([]any); len(items) > 0 {
					return severity
				}
			}
		}
		return "ignore"
	}
	for _, group := range inspectorGroups {
		if text := textField(config, group, check); text != "" {
			return text
		}
	}
	return "ignore"
}

// inspectorExempts says whether a white list spares a finding. The older dialect knows no namespaces.
func inspectorExempts(config, finding map[string]any) bool {
	if off, _ := config["disallowExemptions"].(bool); off {
		return false
	}
	_, flat := config["checks"].(map[string]any)
	entries, _ := config["exemptions"].([]any)
	check := textField(finding, "check_item")
	return slices.ContainsFunc(entries, func(entry any) bool {
		if namespace := textField(entry, "namespace"); flat && namespace != "" && namespace != textField(finding, "namespace") {
			return false
		}
		names, _ := valueAt(entry, "controllerNames").([]any)
		rules, _ := valueAt(entry, "rules").([]any)
		named := len(names) == 0 && flat || slices.ContainsFunc(names, func(name any) bool { return strings.HasPrefix(textField(finding, "name"), fmt.Sprint(name)) })
		ruled := len(rules) == 0 && flat || slices.ContainsFunc(rules, func(rule any) bool {
			return rule == check || slices.Contains(inspectorSpellings[check], fmt.Sprint(rule))
		})
		return named && ruled
	})
}
