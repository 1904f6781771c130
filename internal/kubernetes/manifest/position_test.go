package manifest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

func TestPosition(t *testing.T) {
	t.Parallel()
	yes := `# first
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {labels: {y: 'x'}, name: a}
  base: &base
    hostPID: true
    nested: {deep: 1}
  spec:
    <<: *base
    hostNetwork: true
    containers:
    - name: x
      args:
        - a
        - "b"
    more: *base
`
	tight := `{"kind":"List", "items": [
	{"apiVersion": "v1", "kind": "Pod", "skip": {"spec": [{"a": 1}, []]},
	 "spec": {"hostNetwork" : true, "containers": [ {"name": "\ud83d\ude00"},
		{"args": [1,
"b"]}]}}]}`
	for _, c := range []struct {
		text         string
		path         []any
		line, column int
	}{
		{yes, nil, 5, 3},
		{yes, []any{"spec"}, 11, 3},
		{yes, []any{"spec", "hostNetwork"}, 13, 5},
		{yes, []any{"spec", "containers", 0, "args", 1}, 18, 11},
		{yes, []any{"spec", "containers", 0, "resources", "limits"}, 15, 7}, // the container lacks them
		{yes, []any{"spec", "containers", 7}, 14, 5},
		{yes, []any{"spec", "hostPID"}, 9, 5},                  // merged
		{yes, []any{"spec", "more", "nested", "deep"}, 10, 14}, // by alias
		{yes, []any{"metadata", "labels", "true"}, 7, 23},
		{yes, []any{0}, 5, 3},
		{tight, nil, 2, 2},
		{tight, []any{"spec", "hostNetwork"}, 3, 12},
		{tight, []any{"spec", "containers", 1, "args", 1}, 5, 1},
		{tight, []any{"spec", "containers", 0, "image"}, 3, 50},
		{tight, []any{"spec", "hostNetwork", "x"}, 3, 12},
		{tight, []any{"absent"}, 2, 2},
	} {
		n := 0
		for d := range Read("", []byte("# before\n---\n"+c.text), Limits{}) {
			if line, column := d.Position(c.path); line != c.line+2 || column != c.column {
				t.Errorf("%v of %.20q: %d:%d, want %d:%d", c.path, c.text, line, column, c.line+2, c.column)
			}
			n++
		}
		if n != 1 {
			t.Errorf("%d documents", n)
		}
	}
	if line, column := (&Document{}).Position(nil); line != 0 || column != 0 {
		t.Errorf("of nothing: %d:%d", line, column)
	}
}

// TestPosition_every asks for each path of generated objects: the text there must begin with the key or the element.
func TestPosition_every(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"yaml", "json"} {
		objects, err := generate.Objects(3, 10, generate.Kinds()...)
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := generate.Write(&text, format, objects); err != nil {
			t.Fatal(err)
		}
		lines, asked := strings.Split(text.String(), "\n"), 0
		for d := range Read("", text.Bytes(), Limits{}) {
			each(d.Object, nil, func(path []any, v any) {
				line, column := d.Position(path)
				want := strings.TrimSpace(scalarText(t, v))
				if key, isKey := path[len(path)-1].(string); isKey {
					want = key
				}
				asked++
				if got := strings.TrimPrefix(lines[line-1][column-1:], `"`); !strings.HasPrefix(got, want) {
					t.Errorf("%s %v is at %d:%d, %q", format, path, line, column, got)
				}
			})
		}
		if asked < 300 {
			t.Errorf("%s: %d paths", format, asked)
		}
	}
}

func each(v any, path []any, f func(path []any, v any)) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			inner := append(slices.Clone(path), key)
			f(inner, value)
			each(value, inner, f)
		}
	case []any:
		for i, value := range v {
			inner := append(slices.Clone(path), i)
			f(inner, value)
			each(value, inner, f)
		}
	}
}

// scalarText is how a scalar begins in both formats; nothing for maps and lists.
func scalarText(t *testing.T, v any) string {
	t.Helper()
	switch v := v.(type) {
	case string:
		return v
	case map[string]any, []any:
		return ""
	default:
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}
