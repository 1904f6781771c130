package permission

import (
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// Every action of the table is used, every need is in the table, and none has a wildcard.
func TestTable(t *testing.T) {
	t.Parallel()
	used := map[string]bool{"sts:AssumeRole": true}
	for _, f := range features {
		needs, _, err := f.all()
		if err != nil {
			t.Errorf("%s: %s", f.Name, err)
		}
		if (len(needs) == 0) != (f.Needless != "") {
			t.Errorf("%s: either it needs something, or Needless says why not", f.Name)
		}
		for _, n := range needs {
			if _, ok := actions[n.action]; !ok {
				t.Errorf("%s needs %s, which is not in the table of actions", f.Name, n.action)
			}
			if n.why == "" {
				t.Errorf("%s does not say what %s is for", f.Name, n.action)
			}
			used[n.action] = true
		}
	}
	for name := range actions {
		if !used[name] || strings.ContainsAny(name, "*?") {
			t.Errorf("%s: used %v", name, used[name])
		}
	}
	if names := Names(); len(names) != len(slices.Compact(names)) {
		t.Errorf("a feature is there twice: %q", names)
	}
}

// The order in which things are asked for does not show.
func TestRequire_deterministic(t *testing.T) {
	t.Parallel()
	names, regions := Names(), []string{"cn-shanghai", "cn-hangzhou", "cn-beijing"}
	roles := []fleet.MemberRole{{Name: "ackguard"}, {AccountID: "100000000000008", Name: "audit"}}
	text := func() string {
		r, err := Require(Choice{Features: names, Regions: regions, Roles: roles})
		if err != nil {
			t.Fatal(err)
		}
		member, err := r.Policy(Member)
		if err != nil {
			t.Fatal(err)
		}
		provider, err := r.Policy(Provider)
		if err != nil {
			t.Fatal(err)
		}
		return member + provider
	}
	first := text()
	slices.Reverse(names)
	slices.Reverse(regions)
	slices.Reverse(roles)
	names, regions = append(names, names[0]), append(regions, regions[0])
	if second := text(); first != second {
		t.Errorf("%s\n%s", first, second)
	}
	t.Logf("all features in three regions: %d characters", len(first))
}

// The manifest of a feature with rights inside the clusters.
func TestRBAC(t *testing.T) {
	t.Parallel()
	r := Required{Kubernetes: []KubernetesRule{
		{APIGroups: []string{"apps"}, Resources: []string{"statefulsets", "deployments"}, Verbs: []string{"list", "get"}},
		{Namespace: "kube-system", APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get"}},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments", "statefulsets"}, Verbs: []string{"get", "list"}},
	}}
	const want = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ackguard
rules:
  - apiGroups:
      - apps
    resources:
      - deployments
      - statefulsets
    verbs:
      - get
      - list
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ackguard
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ackguard
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: MEMBER_ROLE_ID
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ackguard
  namespace: kube-system
rules:
  - apiGroups:
      - ""
    resources:
      - configmaps
    verbs:
      - get
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ackguard
  namespace: kube-system
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: ackguard
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: MEMBER_ROLE_ID
`
	got, err := r.RBAC()
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if none, err := (Required{}).RBAC(); none != "" || err != nil {
		t.Errorf("%q, %v", none, err)
	}
}
