package manifest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

// outline of a document: its object's name or its error, and where it is.
func outline(text string, limits Limits) (all []string) {
	for d := range Read("file", []byte(text), limits) {
		at := fmt.Sprintf("%d@%d", d.Index, d.Line)
		if d.Item != "" {
			at += " " + d.Item
		}
		if d.Err != nil {
			all = append(all, at+" "+d.Err.Error())
			continue
		}
		metadata, _ := d.Object["metadata"].(map[string]any)
		all = append(all, fmt.Sprintf("%s %v", at, metadata["name"]))
		for _, warning := range d.Warnings {
			all = append(all, at+" warning: "+warning)
		}
	}
	return all
}

func pod(name string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\n"
}

func jsonPod(name string) string {
	return `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "` + name + `"}}`
}

func TestRead_streams(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                        {"", nil},
		"one":                            {pod("a"), []string{"0@1 a"}},
		"two":                            {pod("a") + "---\n" + pod("b"), []string{"0@1 a", "1@5 b"}},
		"separators around":              {"---\n" + pod("a") + "---\n---\n\n---", []string{"0@2 a"}},
		"separator in a block scalar":    {"x-data:\n  x: |\n    ---\n    y\napiVersion: x/v1\nkind: X\nmetadata: {name: a}", []string{"0@1 a"}},
		"separator with a comment":       {pod("a") + "--- # next\n" + pod("b"), []string{"0@1 a", "1@5 b"}},
		"CRLF":                           {strings.ReplaceAll(pod("a")+"---\n"+pod("b"), "\n", "\r\n"), []string{"0@1 a", "1@5 b"}},
		"end mark and separator":         {pod("a") + "...\n---\n" + pod("b"), []string{"0@1 a", "1@6 b"}},
		"end mark alone":                 {pod("a") + "...\n" + pod("b"), []string{"0@1 a", "0@1 warning: more text follows the document's end without a line --- before it; kubectl passes over it"}},
		"JSON after JSON":                {jsonPod("a") + "\n" + jsonPod("b") + jsonPod("c"), []string{"0@1 a", "1@2 b", "2@2 c"}},
		"JSON over lines":                {"\n" + strings.ReplaceAll(jsonPod("a")+"\n"+jsonPod("b"), ", ", ",\n\t"), []string{"0@2 a", "1@5 b"}},
		"JSON, separator, YAML":          {jsonPod("a") + "\n---\n" + pod("b"), []string{"0@1 a", "1@3 b"}},
		"JSON, comment":                  {jsonPod("a") + "\n# that was it\n", []string{"0@1 a"}},
		"JSON, YAML":                     {jsonPod("a") + "\n" + pod("b"), []string{"0@1 a", "1@2 b"}},
		"YAML that resembles JSON":       {`{"apiVersion": v1, "kind": Pod, "metadata": {"name": 'a}"{'},}`, []string{"0@1 a}\"{"}},
		"YAML that resembles, over more": {"{\"apiVersion\": v1, # }\n\"kind\": Pod, \"metadata\": {\"name\": a}} # }", []string{"0@1 a"}},
		"braces in JSON's texts":         {`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a}\"{\\"}}`, []string{`0@1 a}"{\`}},
		"inline": {pod("a") + "--- {apiVersion: v1, kind: Pod}\n---\n" + pod("b"), []string{
			"0@1 a", "1@4 line 4: text stands beside the --- that begins the document, which kubectl refuses: put it on the next line", "2@6 b",
		}},
		"inline at the end": {pod("a") + "--- x", []string{
			"0@1 a", "1@4 line 4: text stands beside the --- that begins the document, which kubectl refuses: put it on the next line",
		}},
		"directive": {"# x\n%YAML 1.2\n---\n" + pod("a"), []string{
			"0@2 line 2: a % directive such as %YAML stands before the document; kubectl refuses it: remove the line", "1@4 a",
		}},
		"comments only":   {"# a\n---\n# b\n" + pod("a") + "---\n  # c", []string{"0@4 a"}},
		"null":            {"null\n---\n" + pod("a"), []string{"0@3 a"}},
		"byte order mark": {"\uFEFF" + pod("a"), []string{"0@1 a"}},
		"mark and JSON":   {"\uFEFF" + jsonPod("a"), []string{"0@1 a"}},
		"UTF-16":          {"\xff\xfea\x00", []string{"0@0 the text is UTF-16, which kubectl cannot read: save it as UTF-8"}},
		"broken between": {pod("a") + "---\na: [\n---\n" + pod("b"), []string{
			"0@1 a", "1@5 line 5: not valid YAML: did not find expected node content", "2@7 b",
		}},
		"broken JSON between": {jsonPod("a") + "\n{\"a\": [}\n" + jsonPod("b"), []string{
			"0@1 a", "1@2 line 2, column 8: not valid JSON: invalid character '}' looking for beginning of value", "2@3 b",
		}},
		"more JSON than its braces": {jsonPod("a") + "}\n" + jsonPod("b"), []string{
			"0@1 a", "1@1 line 1: not valid YAML: did not find expected node content", "2@2 b",
		}},
		"duplicate in JSON": {"\n{\"a\": {\"x\": 1,\n  \"y\": [{\"x\": 1}], \"x\": 2}}", []string{
			`0@2 line 3, column 20: the key "x" stands twice in the same map, first on line 2; kubectl would silently take the last`,
		}},
		"duplicate in YAML": {pod("z") + "---\na: 1\na: 2", []string{
			"0@1 z", `1@5 line 6, column 1: the key "a" stands twice in the same map, first on line 5; kubectl would silently take the last`,
		}},
		"no object":     {"- a\n---\nhello", []string{"0@1 line 1: a list stands where an object with apiVersion and kind should", "1@3 line 3: a text stands where an object with apiVersion and kind should"}},
		"no kind":       {"replicas: 1", []string{"0@1 line 1: the object has no kind, so it is none that kubectl would apply"}},
		"no apiVersion": {"kind: Pod", []string{"0@1 line 1: the object has no apiVersion, so it is none that kubectl would apply"}},
		"template": {pod("a") + "---\nkind: Pod\n{{- if .Values.x }}\nmetadata: {}\n{{- end }}\n---\n" + pod("b"), []string{
			"0@1 a", "1@5 line 6: " + unrendered, "2@10 b",
		}},
		"template in JSON": {`{"kind": {{ .Values.kind }}}`, []string{"0@1 line 1: " + unrendered}},
		"template beside":  {"--- {{ include \"x\" . }}", []string{"0@1 line 1: " + unrendered}},
		"template at once": {"{{- include \"x\" . }}\n---\n" + pod("b"), []string{"0@1 line 1: " + unrendered, "1@3 b"}},
		"template that is valid YAML": {"apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .Release.Name }}-x\"}", []string{
			"0@1 line 1: " + unrendered + " (in metadata.name)",
		}},
		"somebody else's braces": {"apiVersion: x/v1\nkind: Rule\nmetadata: {name: a}\nsummary: \"{{ $value }} {{workflow.name}}\"\n", []string{"0@1 a"}},
		"a ConfigMap's template": {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '{{ .Values.a }}'}", []string{"0@1 a"}},
		"all values": {"apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: '{{ toYaml .Values }}'}}", []string{
			"0@1 line 1: " + unrendered + " (in metadata.labels.x)",
		}},
		"somebody else's braces in an image": {"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: 'r/{{ app }}:1'}]}", []string{
			"0@1 line 1: " + unrendered + " (in spec.containers[0].image)",
		}},
		"in the image of a workflow": {"apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nmetadata: {name: a}\nspec: {templates: [{image: '{{inputs.parameters.image}}'}]}", []string{"0@1 a"}},
		"kind of another spelling": {"apiVersion: apps/v1\nkind: deployment\n---\napiVersion: v1\nkind: 'Pod '\n---\napiVersion: apps\nkind: Deploymnt\n---\napiVersion: x\nkind: cronJob", []string{
			`0@1 line 1: Kubernetes has no kind "deployment" in apps/v1, so kubectl refuses the object; did you mean Deployment?`,
			`1@4 line 4: Kubernetes has no kind "Pod " in v1, so kubectl refuses the object; did you mean Pod?`,
			`2@7 line 7: Kubernetes has no kind "Deploymnt" in apps, so kubectl refuses the object; did you mean Deployment?`,
			`3@10 line 10: Kubernetes has no kind "cronJob" in x, so kubectl refuses the object; did you mean CronJob?`,
		}},
		"kinds that are no slip":  {"apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: b}\n---\napiVersion: example.com/v1\nkind: pod\nmetadata: {name: c}\n---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: d}", []string{"0@1 a", "1@5 b", "2@9 c", "3@13 d"}},
		"template in a comment":   {"# {{ .Values.x }}\n" + pod("a"), []string{"0@2 a"}},
		"odd line's end":          {"# c\rapiVersion: v1\rkind: Pod\rmetadata: {name: a}", []string{"0@1 a"}},
		"text after a flow style": {"{apiVersion: v1, kind: Pod, metadata: {name: a}}\n{x: 1}", []string{"0@1 a", "0@1 warning: more text follows the document's end without a line --- before it; kubectl passes over it"}},
	} {
		if got := outline(c.text, Limits{}); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestRead_lists(t *testing.T) {
	t.Parallel()
	text := pod("first") + `---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}}
- apiVersion: apps/v1
  kind: DeploymentList
  items:
  - metadata: {name: b}
- text
- {apiVersion: v1, kind: PodList, items: [{kind: Pod}]}
---
{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}, "spec": {"hostNetwrk": true}}, {"kind": "Pod"}]}
---
apiVersion: v1
kind: List
---
apiVersion: example.com/v1
kind: AllowList
metadata: {name: custom}
---
apiVersion: v1
kind: List
items: {a: 1}
---
apiVersion: apps/v1
kind: DeploymentList
items: text
---
apiVersion: v1
kind: Bundle
items: [{apiVersion: v1, kind: Pod, metadata: {name: d}}, 7]
---
apiVersion: v1
kind: Menu
metadata: {name: not a list}
items: [{name: soup}]
`
	want := []string{
		"0@1 first", "1@5 items[0] a", "1@5 items[1].items[0] b",
		"1@5 items[2] line 13, column 3: a text stands where an object with apiVersion and kind should",
		"1@5 items[3].items[0] line 14, column 43: the object has no apiVersion, so it is none that kubectl would apply",
		"2@16 items[0] c",
		"2@16 items[0] warning: spec.hostNetwrk: Kubernetes knows no such field and passes over it; did you mean hostNetwork?",
		"2@16 items[1] line 17, column 97: the object has no apiVersion, so it is none that kubectl would apply",
		"3@22 custom",
		"4@26 line 26: an object stands where the list of a List's items should",
		"5@30 line 30: a text stands where the list of a List's items should",
		"6@34 items[0] d", "6@34 items[1] line 36, column 59: a number stands where an object with apiVersion and kind should",
		"7@38 not a list",
	}
	if got := outline(text, Limits{}); !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for d := range Read("", []byte(text), Limits{}) {
		if d.Item == "items[1].items[0]" && (d.Object["kind"] != "Deployment" || d.Object["apiVersion"] != "apps/v1") {
			t.Errorf("the item of a DeploymentList is %v", d.Object)
		}
	}
}

func TestRead_limits(t *testing.T) {
	t.Parallel()
	three := pod("a") + "---\n" + pod("b") + "---\n" + pod("c")
	for name, c := range map[string]struct {
		text   string
		limits Limits
		want   []string
	}{
		"bytes":          {three, Limits{Bytes: 20}, []string{fmt.Sprintf("0@0 %d bytes are more than the 20 that are read of one input: split it", len(three))}},
		"documents":      {three, Limits{Documents: 2}, []string{"0@1 a", "1@5 b", "2@9 line 9: more than 2 objects: the rest is not read"}},
		"document bytes": {pod("a") + "---\n#" + strings.Repeat("x", 50) + "\n" + pod("b") + "---\n" + pod("c"), Limits{DocumentBytes: 60}, []string{"0@1 a", "1@6 line 6: 97 bytes are more than the 60 that are read of one document: split it", "2@10 c"}},
		"depth":          {"a: [[[1]]]\n---\n" + pod("b"), Limits{Depth: 3}, []string{"0@1 line 1: more than 3 maps and lists stand inside each other", "1@3 b"}},
		"depth of JSON":  {`{"a": [[[1]]]} ` + jsonPod("b"), Limits{Depth: 3}, []string{"0@1 line 1: more than 3 maps and lists stand inside each other", "1@1 b"}},
	} {
		if got := outline(c.text, c.limits); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestRead_parallel: what is large enough for goroutines comes out whole, in order and the same in both formats, and
// goroutines end when the caller does.
func TestRead_parallel(t *testing.T) {
	const n = 300
	objects, err := generate.Objects(7, n, generate.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Collect(objects)
	for _, format := range []string{"yaml", "json"} {
		var text strings.Builder
		if err := generate.Write(&text, format, slices.Values(want)); err != nil {
			t.Fatal(err)
		}
		if text.Len() < 2*parallelBytes {
			t.Fatalf("%d bytes prove nothing", text.Len())
		}
		i := 0
		for d := range Read(format, []byte(text.String()), Limits{}) {
			if d.Err != nil || d.Index != i || len(d.Warnings) > 0 || !reflect.DeepEqual(d.Object, want[i]) {
				t.Fatalf("%s: document %d is %+v, want %v", format, i, d, want[i])
			}
			i++
		}
		if i != n {
			t.Errorf("%s: %d of %d", format, i, n)
		}
		before := runtime.NumGoroutine()
		for range Read(format, []byte(text.String()), Limits{}) {
			break
		}
		// Their work has ended; the runtime may take a moment to see them off.
		for i := 0; runtime.NumGoroutine() > before && i < 1_000_000; i++ {
			runtime.Gosched()
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%s: %d goroutines are left", format, after-before)
		}
	}
}

// endless is a device.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// What has no end is not read to it.
func TestReadAll(t *testing.T) {
	t.Parallel()
	var large *DocumentError
	if _, err := ReadAll(endless{}); !errors.As(err, &large) {
		t.Errorf("of an endless input: %v", err)
	}
	if data, err := ReadAll(strings.NewReader("a")); err != nil || string(data) != "a" {
		t.Errorf("%q, %v", data, err)
	}
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(file); err != nil || string(data) != "a" {
		t.Errorf("%q, %v", data, err)
	}
	if err := os.Truncate(file, MaxBytes+1); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(file); !errors.As(err, &large) {
		t.Errorf("of a large file: %v", err)
	}
	for _, name := range []string{filepath.Dir(file), file + ".gone"} {
		if _, err := ReadFile(name); err == nil || errors.As(err, &large) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := ReadFile("/dev/zero"); !errors.As(err, &large) {
			t.Errorf("of a device: %v", err)
		}
	}
}
