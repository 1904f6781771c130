package manifest

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	kjson "sigs.k8s.io/json"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	text := `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  creationTimestamp: 2001-01-01T00:00:00Z
  labels: {a: b, c: 1}
  managedFields: [{fieldsV1: {"f:spec": {}}}]
  annotation: {}
spec:
  replicas: "3"
  template:
    spec:
      hostNetwrk: true
      hostPID: "true"
      nodeSelector: [a]
      containers:
      - name: a
        securityContext: {Privileged: true, runAsUser: 1.5}
        ports: [{containerPort: 80}, 81]
        livenessProbe: {httpGet: {port: http}, periodSeconds: 5}
        readinessProbe: {httpGet: {port: 80.5}}
        resources: {limits: {cpu: 1, memory: 1Gi, x: 0.5, z: [1]}}
        args: [a, 1, null, true]
      volumes: [{secret: {secretName: x, defaultMode: 0644}}]
status: {anything: 1}
`
	want := []string{
		"metadata.annotation: Kubernetes knows no such field and passes over it; did you mean annotations?",
		"metadata.labels.c: a number stands where Kubernetes wants a text; the API server refuses the object",
		"spec.replicas: a text stands where Kubernetes wants an integer; the API server refuses the object",
		"spec.template.spec.containers[0].args[1]: a number stands where Kubernetes wants a text; the API server refuses the object",
		"spec.template.spec.containers[0].args[3]: a boolean stands where Kubernetes wants a text; the API server refuses the object",
		"spec.template.spec.containers[0].ports[1]: a number stands where Kubernetes wants an object; the API server refuses the object",
		"spec.template.spec.containers[0].readinessProbe.httpGet.port: a number stands where Kubernetes wants a text or an integer; the API server refuses the object",
		"spec.template.spec.containers[0].resources.limits.z: a list stands where Kubernetes wants a text or an integer or a number; the API server refuses the object",
		"spec.template.spec.containers[0].securityContext.Privileged: Kubernetes knows no such field and passes over it; did you mean privileged?",
		"spec.template.spec.containers[0].securityContext.runAsUser: a number stands where Kubernetes wants an integer; the API server refuses the object",
		"spec.template.spec.hostNetwrk: Kubernetes knows no such field and passes over it; did you mean hostNetwork?",
		"spec.template.spec.hostPID: a text stands where Kubernetes wants a boolean; the API server refuses the object",
		"spec.template.spec.nodeSelector: a list stands where Kubernetes wants an object; the API server refuses the object",
		"status.anything: Kubernetes knows no such field and passes over it",
	}
	for d := range Read("", []byte(text), Limits{}) {
		if d.Err != nil || !slices.Equal(d.Warnings, want) {
			t.Errorf("%v\n%s\nwant\n%s", d.Err, strings.Join(d.Warnings, "\n"), strings.Join(want, "\n"))
		}
	}
	unknown := strings.Repeat("- {a: 1}\n", 100)
	for d := range Read("", []byte("apiVersion: v1\nkind: Pod\nspec:\n containers:\n"+strings.ReplaceAll(unknown, "- ", " - ")), Limits{}) {
		if len(d.Warnings) != maxWarnings+1 || d.Warnings[maxWarnings] != "and 80 more" {
			t.Errorf("%d warnings, %q", len(d.Warnings), d.Warnings)
		}
	}
}

// FuzzCheck: what the API server's strict decoder finds, check finds, and nothing else.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"spec":{"replicas":1,"template":{"spec":{"hostNetwrk":true,"containers":[{"name":"a","args":[null]}]}}}}`))
	f.Add([]byte(`{"metadata":{"labels":{"a":1}},"spec":{"template":{"spec":{"terminationGracePeriodSeconds":1e3}}}}`))
	f.Add([]byte(`{"metadata":{"creationTimestamp":"2001-01-01T00:00:00Z"},"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":1}}}]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := decodeJSON(data, 50)
		object, isMap := value.(map[string]any)
		if err != nil || !isMap {
			return
		}
		warnings := check("apps/v1", "Deployment", object)
		var typed appsv1.Deployment
		strict, err := kjson.UnmarshalStrict(data, &typed, kjson.DisallowUnknownFields)
		if err == nil && (len(strict) > 0) != (len(warnings) > 0) {
			t.Errorf("%q: strict decoding finds %v, check %q", data, strict, warnings)
		}
		if err != nil && len(warnings) == 0 && strings.Contains(err.Error(), "cannot unmarshal") && !strings.Contains(err.Error(), "number") {
			t.Errorf("%q: decoding says %v, check nothing", data, err)
		}
	})
}
