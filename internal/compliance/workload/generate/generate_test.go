package generate

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestObjects(t *testing.T) {
	t.Parallel()
	const n = 400
	objects, err := Objects(1, n, Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(objects)
	kinds, fields, same := map[any]int{}, map[string]map[string]int{}, 0
	for i, object := range all {
		kinds[object["kind"]]++
		if again := Object(1, i, object["kind"].(string)); !reflect.DeepEqual(again, object) {
			t.Errorf("object %d is another one the second time", i)
		}
		if reflect.DeepEqual(Object(2, i, object["kind"].(string)), object) {
			same++ // a small one by chance
		}
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"hostNetwork", "hostIPC", "hostPID", "hostPort", "runAsNonRoot", "runAsUser", "privileged",
			"allowPrivilegeEscalation", "add", "readOnlyRootFilesystem", "limits", "requests", "readinessProbe", "livenessProbe", "hostPath"} {
			if fields[field] == nil {
				fields[field] = map[string]int{}
			}
			_, value, has := strings.Cut(string(text), `"`+field+`":`)
			switch {
			case !has:
				fields[field]["absent"]++
			default:
				fields[field][value[:min(4, len(value))]]++
			}
		}
	}
	if same > n/20 {
		t.Errorf("%d objects are the same for another seed", same)
	}
	for _, kind := range Kinds() {
		if kinds[kind] != n/len(Kinds()) {
			t.Errorf("%d of kind %s", kinds[kind], kind)
		}
	}
	for field, values := range fields {
		if len(values) < 2 {
			t.Errorf("%s is always %v", field, values)
		}
	}
	if _, err := Objects(1, 1, "Deploiment"); err == nil || !strings.Contains(err.Error(), "Deploiment") {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	const n = 200
	texts := map[string]string{}
	for _, format := range []string{"yaml", "json"} {
		objects, err := Objects(1, n)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := Write(&out, format, objects); err != nil {
			t.Fatal(err)
		}
		texts[format] = out.String()
	}
	if size := len(texts["yaml"]) / n; size < 1300 || size > 1600 {
		t.Errorf("a Deployment has %d bytes", size)
	}
	documents, lines := strings.Split(texts["yaml"], "---\n"), strings.Split(strings.TrimSpace(texts["json"]), "\n")
	if len(documents) != n || len(lines) != n {
		t.Fatalf("%d documents, %d lines", len(documents), len(lines))
	}
	for i := range n {
		var fromYAML, fromJSON any
		if err := yaml.Unmarshal([]byte(documents[i]), &fromYAML); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(lines[i]), &fromJSON); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(fromYAML, fromJSON) {
			t.Errorf("object %d differs between the formats", i)
		}
	}
	if err := Write(&bytes.Buffer{}, "toml", slices.Values([]map[string]any{})); err == nil {
		t.Error("an unknown format is no error")
	}
}
