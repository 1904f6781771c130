package workload

import "testing"

// What a policy would judge is judged, also under a group that the API server refuses; a custom resource is another matter.
func TestKindFor(t *testing.T) {
	t.Parallel()
	custom := Templates{"apps.kruise.io/CloneSet": "spec.template"}
	for apiVersion, kinds := range map[string]map[string]bool{
		"v1":                               {"Pod": true, "Deployment": true, "Service": false, "Role": true},
		"apps/v1":                          {"Deployment": true, "StatefulSet": true, "Pod": true},
		"extensions/v1beta1":               {"Deployment": true},
		"batch/v1beta1":                    {"CronJob": true},
		"rbac.authorization.k8s.io/v1":     {"Role": true, "ClusterRoleBinding": true, "Deployment": true},
		"rbac.authorization.k8s.io":        {"RoleBinding": true},
		"app/v1":                           {"Deployment": true, "ClusterRole": true, "Application": false},
		"example.com/v1":                   {"Deployment": false, "Job": false},
		"apps.kruise.io/v1alpha1":          {"CloneSet": true, "SidecarSet": false},
		"rbac.authorization.k8s.io.evil/v": {"Role": false},
	} {
		for kind, want := range kinds {
			if k := kindFor(apiVersion, kind, custom); (k.workload || k.rbac) != want {
				t.Errorf("%s %s: %+v", apiVersion, kind, k)
			}
		}
	}
}
