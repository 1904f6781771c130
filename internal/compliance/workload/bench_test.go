package workload

import "testing"

func BenchmarkEvaluate(b *testing.B) {
	c, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	full := map[string]any{
		"securityContext": map[string]any{"runAsNonRoot": true, "privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []any{"ALL"}}},
		"resources":       map[string]any{"requests": map[string]any{"cpu": "1", "memory": "1Gi"}, "limits": map[string]any{"cpu": "1", "memory": "1Gi"}},
		"readinessProbe":  map[string]any{"tcpSocket": map[string]any{"port": int64(80)}}, "livenessProbe": map[string]any{"tcpSocket": map[string]any{"port": int64(80)}},
		"ports": []any{map[string]any{"containerPort": int64(80)}}, "env": []any{map[string]any{"name": "A", "value": "b"}},
	}
	object, err := Around("Deployment", map[string]any{"containers": []any{container("a", full), container("b", full)}, "initContainers": []any{container("c", full)}})
	if err != nil {
		b.Fatal(err)
	}
	o := Options{}
	for _, r := range c.Rules() {
		if r.Published {
			o.Rules = append(o.Rules, r)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(object, o)
	}
}
func BenchmarkRule(b *testing.B) {
	c, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	object, err := Around("Deployment", map[string]any{"containers": []any{container("a", map[string]any{"securityContext": map[string]any{"runAsNonRoot": true}})}})
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range c.Rules() {
		b.Run(r.ID, func(b *testing.B) {
			o := Options{Rules: []*Rule{r}}
			b.ReportAllocs()
			for b.Loop() {
				Evaluate(object, o)
			}
		})
	}
}
