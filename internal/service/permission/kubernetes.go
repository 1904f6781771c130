package permission

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// KubernetesRule is a right inside the clusters.
type KubernetesRule struct {
	Namespace string // empty for rights in all namespaces and on what has none
	APIGroups []string
	Resources []string
	Names     []string // empty for all; lists and creates cannot be narrowed to some
	Verbs     []string
}

const (
	// rbacName is the name of every object of the manifest.
	rbacName = "ackguard"
	// RBACSubject stands in the manifest for the ID of the member role, which is another one in every account.
	RBACSubject = "MEMBER_ROLE_ID"

	rbacGroup = "rbac.authorization.k8s.io"
)

type (
	rbacRole struct {
		APIVersion string       `yaml:"apiVersion"`
		Kind       string       `yaml:"kind"`
		Metadata   rbacMetadata `yaml:"metadata"`
		Rules      []rbacRule   `yaml:"rules"`
	}
	rbacBinding struct {
		APIVersion string        `yaml:"apiVersion"`
		Kind       string        `yaml:"kind"`
		Metadata   rbacMetadata  `yaml:"metadata"`
		RoleRef    rbacReference `yaml:"roleRef"`
		Subjects   []rbacSubject `yaml:"subjects"`
	}
	rbacMetadata struct {
		Name      string `yaml:"name"`
		Namespace string `yaml:"namespace,omitempty"`
	}
	rbacRule struct {
		APIGroups []string `yaml:"apiGroups"`
		Resources []string `yaml:"resources"`
		Names     []string `yaml:"resourceNames,omitempty"`
		Verbs     []string `yaml:"verbs"`
	}
	rbacReference struct {
		APIGroup string `yaml:"apiGroup"`
		Kind     string `yaml:"kind"`
		Name     string `yaml:"name"`
	}
	rbacSubject struct {
		APIGroup string `yaml:"apiGroup"`
		Kind     string `yaml:"kind"`
		Name     string `yaml:"name"`
	}
)

// RBAC is the manifest of the rights inside a cluster, a role and its binding for each namespace, or "" if none are
// needed.
func (r Required) RBAC() (string, error) {
	byNamespace := map[string][]rbacRule{}
	for _, k := range r.Kubernetes {
		rule := rbacRule{sorted(k.APIGroups), sorted(k.Resources), sorted(k.Names), sorted(k.Verbs)}
		if !slices.ContainsFunc(byNamespace[k.Namespace], func(other rbacRule) bool { return compareRules(rule, other) == 0 }) {
			byNamespace[k.Namespace] = append(byNamespace[k.Namespace], rule)
		}
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	for _, namespace := range slices.Sorted(maps.Keys(byNamespace)) {
		rules, kind := byNamespace[namespace], "Role"
		if namespace == "" {
			kind = "ClusterRole"
		}
		slices.SortFunc(rules, compareRules)
		metadata := rbacMetadata{rbacName, namespace}
		for _, object := range []any{
			rbacRole{rbacGroup + "/v1", kind, metadata, rules},
			rbacBinding{rbacGroup + "/v1", kind + "Binding", metadata, rbacReference{rbacGroup, kind, rbacName}, []rbacSubject{{rbacGroup, "User", RBACSubject}}},
		} {
			if err := encoder.Encode(object); err != nil {
				return "", err
			}
		}
	}
	if b.Len() == 0 {
		return "", nil
	}
	return b.String(), encoder.Close()
}

func sorted(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func compareRules(a, b rbacRule) int {
	return cmp.Or(slices.Compare(a.APIGroups, b.APIGroups), slices.Compare(a.Resources, b.Resources), slices.Compare(a.Names, b.Names), slices.Compare(a.Verbs, b.Verbs))
}
