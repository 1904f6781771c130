package manifest

import (
	"reflect"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

// TestDecodeBlock_generated: what the figures are measured on does without the library, and is the same with it.
func TestDecodeBlock_generated(t *testing.T) {
	t.Parallel()
	objects, err := generate.Objects(11, 200, generate.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	for object := range objects {
		text, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := decodeBlock(string(text), 50)
		if !ok && object["kind"] != "CronJob" { // whose schedule has asterisks
			t.Errorf("left to the library:\n%s", text)
		}
		want, err := decodeByLibrary(text, 50)
		if err != nil || ok && !reflect.DeepEqual(any(got), want) {
			t.Errorf("%v, by the library %v, %v", got, want, err)
		}
	}
}

// TestDecodeBlock_givesUp: what it must not read.
func TestDecodeBlock_givesUp(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "# a\n", "a: 1", " a: 1\n", "- a\n", "a: 1\na: 2\n", "a:\nb: 1\na: 1\n", "y: 1\n", "No: 1\n", "1: a\n", "<<: *a\n", "a: |\n  b\n", "a: &x b\n", "a: *x\n", "a: !t b\n",
		"a: [1]\n", "a: {b: 1}\n", "a: b: c\n", "a: b:\n", "a: b # c\n", "a: b\n  c\n", "a: b\n c: d\n", "a:\n  b: 1\n c: 2\n", "a:\n- b\n  c\n", "a:\n  - b\n - c\n", "- - a\n",
		"a:\n- - b\n", "a:\tb\n", "\ta: b\n", "a: b\r\n", "a: é\n", "a: \"\\n\"\n", "a: 'b''c'\n", "a: 'b' c\n", "a: \"b\nc\"\n", "a: - b\n", "a: -\n", "a: ? b\n", "? a\n", "a: @b\n", "a: `b\n",
		"a: %b\n", "%YAML 1.1\n", "a: b \n", "a: \n", "a: {{ b }}\n", "a\n", "a:b\n", "---\na: b\n", "a: b\n...\n", "a: .inf\n", "a: 1\n- b\n", "a:\n  - b\n  c: d\n",
	} {
		if got, ok := decodeBlock(text, 50); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if _, ok := decodeBlock("a:\n- b:\n    c: 1\n", 3); ok {
		t.Error("four levels are read where three are allowed")
	}
	if got, ok := decodeBlock("a:\n- b:\n    c: 1\n", 4); !ok {
		t.Errorf("four levels: %v", got)
	}
}
