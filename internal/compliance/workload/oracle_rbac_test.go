package workload

import (
	"slices"
	"strings"
)

type specSubject struct{ kind, name field[string] }

type specRole struct {
	verbs, groups, resources, paths field[[]string]
}

// specAccess is a Role, ClusterRole, RoleBinding or ClusterRoleBinding.
type specAccess struct {
	kind, name string
	rules      field[[]specRole]
	subjects   field[[]specSubject]
	roleKind   string
	roleName   string
}

func (a *specAccess) object() map[string]any {
	metadata := map[string]any{"generateName": "case-"}
	if a.name != "" {
		metadata = map[string]any{"name": a.name}
	}
	object := map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": a.kind, "metadata": metadata}
	if strings.HasSuffix(a.kind, "Binding") {
		object["roleRef"] = map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": a.roleKind, "name": a.roleName}
		a.subjects.render(object, "subjects", func(subjects []specSubject) any {
			return renderList(subjects, func(s specSubject) any {
				m := map[string]any{}
				s.kind.render(m, "kind", plain)
				s.name.render(m, "name", plain)
				return m
			})
		})
		return object
	}
	words := func(list []string) any { return renderList(list, func(s string) any { return s }) }
	a.rules.render(object, "rules", func(rules []specRole) any {
		return renderList(rules, func(r specRole) any {
			m := map[string]any{}
			r.verbs.render(m, "verbs", words)
			r.groups.render(m, "apiGroups", words)
			r.resources.render(m, "resources", words)
			r.paths.render(m, "nonResourceURLs", words)
			return m
		})
	})
	return object
}

func (r specRandom) access() *specAccess {
	a := &specAccess{kind: pick(r, "Role", "ClusterRole", "ClusterRole", "RoleBinding", "ClusterRoleBinding")}
	a.name = pick(r, "case", "cluster-admin", "system:node", "system:basic-user", "system:discovery", "system:public-info-viewer", "my-system:x", "")
	a.roleKind, a.roleName = pick(r, "ClusterRole", "ClusterRole", "Role"), pick(r, "cluster-admin", "view", "cluster-admins")
	if a.kind == "ClusterRoleBinding" {
		a.roleKind = "ClusterRole"
	}
	a.subjects = some(r, []any{"everyone", map[string]any{}}, func() []specSubject {
		return several(r, 3, func(int) specSubject {
			return specSubject{
				kind: field[string]{set: true, value: pick(r, "User", "Group", "ServiceAccount")},
				name: some(r, []any{int64(218812345678901234), true}, func() string {
					return pick(r, "system:anonymous", "system:unauthenticated", "system:anonymous2", "jane", "", "system:masters", "system:masters")
				}),
			}
		})
	})
	a.rules = some(r, []any{"all", int64(1)}, func() []specRole { return several(r, 3, func(int) specRole { return r.role() }) })
	return a
}

// role is a rule as the API server accepts it: either on resources of groups, or on paths.
func (r specRandom) role() specRole {
	words := func(from ...string) field[[]string] {
		list := []string{pick(r, from...)}
		if r.chance(30) {
			list = append(list, pick(r, from...))
		}
		return field[[]string]{set: true, value: list}
	}
	none := func() field[[]string] {
		return pick(r, field[[]string]{}, field[[]string]{null: true}, field[[]string]{set: true})
	}
	if r.chance(60) {
		return specRole{
			verbs: words("get", "get", "get", "get", "get", "get", "list", "*", "create"), groups: none(), resources: none(),
			paths: words("/api", "/apis/*", "/healthz", "/version/", "/metrics", "/livez", "*", "/", "/apis/apps/v1", "/apis*", "/openapi/v3*"),
		}
	}
	return specRole{
		verbs: words("get", "create", "create", "create", "*"), paths: none(),
		groups:    words("", "apps", "authorization.k8s.io", "authorization.k8s.io", "authorization.k8s.io", "*"),
		resources: words("pods", "secrets", "selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectrulesreviews", "*", "*/scale", "deployments/scale"),
	}
}

// The oracle for RBAC objects.

func anonymousUser(a *specAccess) judgement {
	if !strings.HasSuffix(a.kind, "Binding") {
		return notAbout
	}
	if a.subjects.odd != nil {
		return refused
	}
	odd := slices.ContainsFunc(a.subjects.value, func(s specSubject) bool { return s.name.odd != nil })
	for i, s := range a.subjects.value {
		if name, ok := s.name.good(); ok && name == "system:anonymous" {
			return failAt("subjects", i, ".name")
		}
	}
	return refusedOr(odd, pass)
}

func clusterAdmin(a *specAccess) judgement {
	if !strings.HasSuffix(a.kind, "Binding") {
		return notAbout
	}
	odd := a.subjects.odd != nil || slices.ContainsFunc(a.subjects.value, func(s specSubject) bool { return s.name.odd != nil })
	others := slices.ContainsFunc(a.subjects.value, func(s specSubject) bool { return s.kind.value != "Group" || s.name.value != "system:masters" })
	switch {
	// The cluster's own is for its administrators, and is somebody's else as soon as it names another.
	case a.kind == "ClusterRoleBinding" && a.name == "cluster-admin" && !others && !odd:
		return notApplicable
	// cluster-admin is a ClusterRole: a Role of that name allows what its namespace's owner wrote into it.
	case a.roleKind == "ClusterRole" && a.roleName == "cluster-admin":
		return refusedOr(odd, fail)
	}
	return refusedOr(odd, pass)
}

func wildcard(a *specAccess) judgement {
	switch {
	case strings.HasSuffix(a.kind, "Binding"):
		return notAbout
	case a.kind == "ClusterRole" && (a.name == "cluster-admin" || strings.HasPrefix(a.name, "system:")):
		return notApplicable
	case a.rules.odd != nil:
		return refused
	}
	for i, r := range a.rules.value {
		for _, list := range [][]string{r.verbs.value, r.groups.value, r.resources.value} {
			if slices.Contains(list, "*") {
				return failAt("rules", i, "")
			}
		}
		if slices.Contains(r.resources.value, "*/scale") {
			return failAt("rules", i, "")
		}
	}
	return pass
}

// defaultGrants is what Kubernetes gives the default roles for everyone: verb and path, or verb, group and resource.
var defaultGrants = map[string][]string{
	"system:basic-user": {
		"create authorization.k8s.io selfsubjectaccessreviews", "create authorization.k8s.io selfsubjectrulesreviews",
		"create authentication.k8s.io selfsubjectreviews",
	},
	"system:discovery": {
		"get /api", "get /api/*", "get /apis", "get /apis/*", "get /healthz", "get /livez", "get /openapi", "get /openapi/*", "get /readyz",
		"get /version", "get /version/",
	},
	"system:public-info-viewer": {"get /healthz", "get /livez", "get /readyz", "get /version", "get /version/"},
}

func tampered(a *specAccess) judgement {
	if a.kind != "ClusterRole" {
		return notAbout
	}
	grants, ok := defaultGrants[a.name]
	switch {
	case !ok:
		return notApplicable
	case a.rules.odd != nil:
		return refused
	}
	for _, r := range a.rules.value {
		for _, verb := range r.verbs.value {
			for _, path := range r.paths.value {
				// What ends in an asterisk grants every path that begins so.
				granted := func(grant string) bool {
					within, open := strings.CutSuffix(grant, "*")
					return grant == verb+" "+path || open && strings.HasPrefix(verb+" "+path, within)
				}
				if !slices.ContainsFunc(grants, granted) {
					return fail
				}
			}
			for _, group := range r.groups.value {
				for _, resource := range r.resources.value {
					if !slices.Contains(grants, verb+" "+group+" "+resource) {
						return fail
					}
				}
			}
		}
	}
	return pass
}
