package workload

import (
	"fmt"
	"slices"
	"strings"
)

// template is where a kind has its pod's spec.
type template struct {
	group, kind string // The group that serves it today.
	// What an admission policy calls it.
	version, resource string
	path              []string
}

var templates = []template{
	{"", "Pod", "v1", "pods", []string{"spec"}},
	{"", "ReplicationController", "v1", "replicationcontrollers", []string{"spec", "template", "spec"}},
	{"apps", "Deployment", "v1", "deployments", []string{"spec", "template", "spec"}},
	{"apps", "ReplicaSet", "v1", "replicasets", []string{"spec", "template", "spec"}},
	{"apps", "DaemonSet", "v1", "daemonsets", []string{"spec", "template", "spec"}},
	{"apps", "StatefulSet", "v1", "statefulsets", []string{"spec", "template", "spec"}},
	{"batch", "Job", "v1", "jobs", []string{"spec", "template", "spec"}},
	{"batch", "CronJob", "v1", "cronjobs", []string{"spec", "jobTemplate", "spec", "template", "spec"}},
}

// rbacGroup is the API group of rbacKinds.
const rbacGroup = "rbac.authorization.k8s.io"

var rbacKinds = []string{"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}

// Templates maps a custom resource, as GROUP/KIND, to the path of its pod template, such as spec.template.
type Templates map[string]string

// kindOf is what an object is to the rules.
type kindOf struct {
	workload bool
	rbac     bool
	path     []string // Of the pod's spec.
}

func kindFor(apiVersion, kind string, custom Templates) kindOf {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		group = ""
	}
	if path := custom[group+"/"+kind]; path != "" {
		return kindOf{workload: true, path: append(strings.Split(path, "."), "spec")}
	}
	if strings.Contains(group, ".") && group != rbacGroup {
		return kindOf{} // A custom resource, which may have a kind of the same name.
	}
	// A group that is not the kind's own is a mistake that the API server refuses: what it holds is judged all the same.
	for i := range templates {
		if t := &templates[i]; t.kind == kind {
			return kindOf{workload: true, path: t.path}
		}
	}
	return kindOf{rbac: slices.Contains(rbacKinds, kind)}
}

// Around returns a whole object of a built-in workload kind around a pod's spec.
func Around(kind string, podSpec any) (map[string]any, error) {
	i := slices.IndexFunc(templates, func(t template) bool { return t.kind == kind })
	if i < 0 {
		return nil, fmt.Errorf("%q is no workload kind", kind)
	}
	t := templates[i]
	apiVersion := t.version
	if t.group != "" {
		apiVersion = t.group + "/" + t.version
	}
	labels := map[string]any{"app": "case"}
	at := podSpec
	for j := len(t.path) - 1; j > 0; j-- {
		inner := map[string]any{t.path[j]: at}
		if t.path[j-1] == "template" {
			inner["metadata"] = map[string]any{"labels": labels}
		}
		at = inner
	}
	if spec, ok := at.(map[string]any); ok {
		switch kind {
		case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
			spec["selector"] = map[string]any{"matchLabels": labels}
			if kind == "StatefulSet" {
				spec["serviceName"] = "case"
			}
		case "ReplicationController":
			spec["selector"] = labels
		case "CronJob":
			spec["schedule"] = "0 3 * * *"
		}
	}
	if pod, ok := podSpec.(map[string]any); ok && (kind == "Job" || kind == "CronJob") && pod["restartPolicy"] == nil {
		pod["restartPolicy"] = "Never"
	}
	return map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": "case", "namespace": "default"}, "spec": at}, nil
}
