package shape

import (
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestIsQuantity(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "0", "1", "100m", "1Gi", "1GB", "m", "Gi", "1.5", ".5", "1e3", "-1", "+1", " 1 ", "1 Gi", "0x10", "abc", "１", "1mi", "99999999999999999999999999Ki",
	} {
		var q resource.Quantity
		if got, want := isQuantity(text), q.UnmarshalJSON([]byte(`"`+text+`"`)) == nil; got != want {
			t.Errorf("%q: %t, the API server's decoder says %t", text, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	s := Of(reflect.TypeFor[corev1.Container]())
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"sound":          {map[string]any{"name": "a", "ports": []any{nil, map[string]any{"hostPort": int64(1)}}, "resources": map[string]any{"limits": map[string]any{"cpu": 0.5, "memory": "1Gi"}}}, ""},
		"no such field":  {map[string]any{"nam": int64(1)}, ""},
		"not a mapping":  {map[string]any{"securityContext": "privileged"}, "securityContext: a text stands where Kubernetes wants an object; the API server refuses the object"},
		"inside a list":  {map[string]any{"ports": []any{map[string]any{}, "80"}}, "ports[1]: a text stands where Kubernetes wants an object; the API server refuses the object"},
		"no quantity":    {map[string]any{"resources": map[string]any{"limits": map[string]any{"cpu": "lots"}}}, "resources.limits.cpu: the text is not a quantity; the API server refuses the object"},
		"value not ours": {map[string]any{"securityContext": struct{}{}}, ""},
	} {
		got := ""
		for _, p := range s.Refused(c.value) {
			got = Path(p.Path) + ": " + p.Text
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
