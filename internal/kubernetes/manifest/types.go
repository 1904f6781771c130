package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/shape"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// known are the types of the kinds whose fields are checked, by apiVersion and kind.
var known = map[[2]string]reflect.Type{
	{"v1", "Pod"}:                                              reflect.TypeFor[corev1.Pod](),
	{"v1", "PodTemplate"}:                                      reflect.TypeFor[corev1.PodTemplate](),
	{"v1", "ReplicationController"}:                            reflect.TypeFor[corev1.ReplicationController](),
	{"v1", "ServiceAccount"}:                                   reflect.TypeFor[corev1.ServiceAccount](),
	{"apps/v1", "Deployment"}:                                  reflect.TypeFor[appsv1.Deployment](),
	{"apps/v1", "StatefulSet"}:                                 reflect.TypeFor[appsv1.StatefulSet](),
	{"apps/v1", "DaemonSet"}:                                   reflect.TypeFor[appsv1.DaemonSet](),
	{"apps/v1", "ReplicaSet"}:                                  reflect.TypeFor[appsv1.ReplicaSet](),
	{"batch/v1", "Job"}:                                        reflect.TypeFor[batchv1.Job](),
	{"batch/v1", "CronJob"}:                                    reflect.TypeFor[batchv1.CronJob](),
	{rbacv1.SchemeGroupVersion.String(), "Role"}:               reflect.TypeFor[rbacv1.Role](),
	{rbacv1.SchemeGroupVersion.String(), "ClusterRole"}:        reflect.TypeFor[rbacv1.ClusterRole](),
	{rbacv1.SchemeGroupVersion.String(), "RoleBinding"}:        reflect.TypeFor[rbacv1.RoleBinding](),
	{rbacv1.SchemeGroupVersion.String(), "ClusterRoleBinding"}: reflect.TypeFor[rbacv1.ClusterRoleBinding](),
}

// maxWarnings of one document; a foreign document under a known kind would have hundreds.
const maxWarnings = 20

// Check compares an object with the Go type of its kind, if that is known, and gives what Document's Warnings say.
func Check(object map[string]any) []string {
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	return check(version, kind, object)
}

func check(version, kind string, object map[string]any) []string {
	t, isKnown := known[[2]string{version, kind}]
	if !isKnown {
		return nil
	}
	problems := shape.Of(t).Problems(object)
	if len(problems) == 0 {
		return nil
	}
	warnings := make([]string, len(problems))
	for i, p := range problems {
		warnings[i] = shape.Path(p.Path) + ": " + p.Text
	}
	slices.Sort(warnings)
	if more := len(warnings) - maxWarnings; more > 0 {
		warnings = append(warnings[:maxWarnings], fmt.Sprintf("and %d more", more))
	}
	return warnings
}

// Misspelt says so of a kind that its API group does not have and that resembles one whose fields are checked; empty of
// others.
func Misspelt(version, kind string) string {
	if meant := meant(version, kind); meant != "" {
		return fmt.Sprintf("Kubernetes has no kind %q in %s, so kubectl refuses the object; did you mean %s?", kind, version, meant)
	}
	return ""
}

func meant(version, kind string) string {
	if known[[2]string{version, kind}] != nil {
		return ""
	}
	group, _, _ := strings.Cut(version, "/")
	var ofGroup []string
	same := ""
	for of := range known {
		g, _, named := strings.Cut(of[0], "/")
		switch {
		case of[1] == kind:
			return ""
		case named && g == group:
			ofGroup = append(ofGroup, of[1])
		case strings.EqualFold(of[1], strings.TrimSpace(kind)) && !strings.Contains(group, "."): // No custom resource's.
			same = of[1]
		}
	}
	if same != "" {
		return same
	}
	return nearest.To(kind, ofGroup)
}
