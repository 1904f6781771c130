// Package generate makes workloads that look like a company's: what the figures and the property tests judge. The same
// seed gives the same objects, and an object depends on the seed and its number alone.
package generate

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
)

// Kinds are those that can be made, Deployment first.
func Kinds() []string {
	return []string{
		"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob",
		"RoleBinding", "ClusterRoleBinding",
	}
}

// Objects yields n objects of the kinds in turn; without a kind, Deployments. Each has an init container and two
// containers, about 1.4 kB of YAML, some fields of which pass the checks and some fail; all are what an API server
// accepts. Shapes are JSON's as encoding/json would have them, integers int64. An unknown kind is an error.
func Objects(seed uint64, n int, kinds ...string) (iter.Seq[map[string]any], error) {
	if len(kinds) == 0 {
		kinds = Kinds()[:1]
	}
	for _, kind := range kinds {
		if !slices.Contains(Kinds(), kind) {
			return nil, fmt.Errorf("kind %q cannot be generated, only %q", kind, Kinds())
		}
	}
	return func(yield func(map[string]any) bool) {
		for i := range n {
			if !yield(Object(seed, i, kinds[i%len(kinds)])) {
				return
			}
		}
	}, nil
}

// Object is the object of that number; kind is one of Kinds.
func Object(seed uint64, number int, kind string) map[string]any {
	g := &generator{rand.New(rand.NewPCG(seed, uint64(number)))} //nolint:gosec // reproducible, guards nothing
	service := g.pick(services...)
	name := fmt.Sprintf("%s-%s-%04d", g.pick(teams...), service, number)
	labels := map[string]any{"app": name}
	metadata := map[string]any{"name": name, "namespace": g.pick(namespaces...), "labels": labels}
	object := map[string]any{"apiVersion": apiVersion(kind), "kind": kind, "metadata": metadata}
	if kind == "ClusterRoleBinding" || kind == "RoleBinding" {
		object["roleRef"] = map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
		object["subjects"] = g.subjects(metadata)
		if kind == "ClusterRoleBinding" {
			delete(metadata, "namespace")
		}
		return object
	}
	pod := g.podSpec(service, kind)
	template := map[string]any{"metadata": map[string]any{"labels": labels}, "spec": pod}
	replicas := int64(1 + g.IntN(5))
	switch kind {
	case "Pod":
		object["spec"] = pod
	case "Job":
		object["spec"] = map[string]any{"backoffLimit": int64(3), "template": template}
	case "CronJob":
		object["spec"] = map[string]any{
			"schedule":    fmt.Sprintf("%d %d * * *", g.IntN(60), g.IntN(24)),
			"jobTemplate": map[string]any{"spec": map[string]any{"template": template}},
		}
	case "ReplicationController":
		object["spec"] = map[string]any{"replicas": replicas, "selector": labels, "template": template}
	default:
		spec := map[string]any{"selector": map[string]any{"matchLabels": labels}, "template": template}
		if kind != "DaemonSet" {
			spec["replicas"] = replicas
		}
		if kind == "StatefulSet" {
			spec["serviceName"] = name
		}
		object["spec"] = spec
	}
	return object
}

func apiVersion(kind string) string {
	switch kind {
	case "Pod", "ReplicationController":
		return "v1"
	case "Job", "CronJob":
		return "batch/v1"
	case "RoleBinding", "ClusterRoleBinding":
		return "rbac.authorization.k8s.io/v1"
	default:
		return "apps/v1"
	}
}

var (
	teams      = []string{"checkout", "catalog", "billing", "search", "identity"}
	services   = []string{"api", "web", "worker", "gateway", "scheduler", "importer"}
	namespaces = []string{"production", "staging", "payments", "platform", "default"}
)

type generator struct{ *rand.Rand }

func (g *generator) pick(from ...string) string { return from[g.IntN(len(from))] }

// chance is true in so many cases of a hundred.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) subjects(metadata map[string]any) []any {
	subjects := []any{map[string]any{
		"kind": "ServiceAccount", "name": g.pick(services...), "namespace": metadata["namespace"],
	}}
	if g.chance(20) {
		subjects = append(subjects, map[string]any{
			"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "system:anonymous",
		})
	}
	return subjects
}
