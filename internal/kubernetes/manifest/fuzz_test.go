package manifest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"strings"
	"testing"

	kjson "k8s.io/apimachinery/pkg/util/json"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload/generate"
)

// seeds are texts that hold all that the tables of the tests are about.
func seeds(f *testing.F) {
	f.Helper()
	for _, text := range []string{
		"", "a: 1", "a: yes\ny: 0777\n0o17: 1_000\n1e3: 1e3", "a: 12345678901234567890\nb: 9223372036854775807\nc: 1.2345678901234567e18",
		"a: 2001-01-01\nb: !!binary aGk=\nc: !foo bar\nd: !!float 1\ne: !!str 1", "x: &x {b: 1}\nz:\n  b: 2\n  <<: *x", "a: &a [*a]",
		"- a\n-\n  - b\n- - c\n  - d", "a:\n- b: 1\n  c: 2\n- d", "a: |\n  x\n\n  y\nb: >-\n  z\n  z", "a: 'it''s'\nb: \"x\\ty\\u00e9\"", "? a\n: b",
		"a: b: c", "a: x # y\nb: x#y\nc: #z", "a: [1, {b: c}, ]\nd: {e, f: }", "k: -\nl: - 1", "a:\n  b:\n c: 1", "\ta: 1", "a: \"x\" y", "\"a\": 1\n'b': 2",
		"a: b\n  c\n d", "a: ~\nb: null\nc:\n", "1: a\n\"1\": b", "a: 1\na: 2", "a: .5\nb: -1\nc: +1\nd: 1.\ne: 0x1F\nf: 1e\ng: 08", "a: @x\nb: `x", "a: x:\nb: x:y\n c: 1",
		"---\na: 1\n--- # x\nb: 2\n...\nc: 3\n--- {d: 4}\n", "%YAML 1.2\n---\na: 1", "{\"a\": 1} {\"a\": [null, {\"b\": null}]}\n# x", "a: {{ .Values.x }}", "{{ if }}\na: 1\n{{ end }}",
		"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, spec: {hostNetwrk: 1}}\n- 1", "\uFEFFa: 1\r\nb: 2\r\n", "# c\ra: 1\u2028b: 2\u0085",
		"a: 1\n-  b\n", "a:\n  - b\n - c", "a: -1\n- 2", "a:  b  \nc:   # d\n  e: f", "a: !!null x", "a: *b", "a: 'x\n\n  y'", "a : b\nc :d\ne:f",
	} {
		f.Add([]byte(text))
	}
	objects, err := generate.Objects(5, 12, generate.Kinds()...)
	if err != nil {
		f.Fatal(err)
	}
	for object := range objects {
		text, err := yaml.Marshal(object)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
}

// FuzzDecodeYAML: the value is the one that sigs.k8s.io/yaml and the API server's JSON decoder have, and what they
// refuse is refused. Keys that only the strict decoder refuses are duplicates or override merged ones.
func FuzzDecodeYAML(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := decodeYAML(text, 1000)
		if errors.Is(err, errDuplicate) { // one of the two wins by chance there
			return
		}
		if _, refused := yaml.YAMLToJSON(text); refused != nil {
			if err == nil {
				t.Fatalf("%q is read as %v, which kubectl refuses: %v", text, got, refused)
			}
			return
		}
		if err != nil {
			if _, strict := yaml.YAMLToJSONStrict(text); strict == nil && !errors.Is(err, errDepth) {
				t.Fatalf("%q is refused: %v", text, err)
			}
			return
		}
		if want := fromSigs(t, text); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as\n%#v, by kubectl as\n%#v", text, got, want)
		}
	})
}

// fromSigs is the value that kubectl and then the API server make of a text.
func fromSigs(t *testing.T, text []byte) any {
	t.Helper()
	converted, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatalf("%q is read, which kubectl refuses: %v", text, err)
	}
	var value any
	if err := kjson.Unmarshal(converted, &value); err != nil {
		t.Fatalf("%q becomes %s: %v", text, converted, err)
	}
	return withoutNulls(value)
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, value any) bool { return value == nil })
		for key, value := range v {
			v[key] = withoutNulls(value)
		}
	case []any:
		for i, value := range v {
			v[i] = withoutNulls(value)
		}
	}
	return v
}

// FuzzDecodeJSON: the value is the one of the API server's decoder.
func FuzzDecodeJSON(f *testing.F) {
	for _, text := range []string{
		`{"a": 1, "b": [null, {"c": null}], "d": 1.0, "e": 1e3, "f": 12345678901234567890, "g": "\ud83d\ude00\u0000"}`, `{"a":1,"a":2}`, `{"a":{"b":1}} x`, `{`, `null`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want map[string]any
		wantErr := kjson.Unmarshal(text, &want)
		got, err := decodeJSON(text, 1000)
		var repeated duplicateError
		name, _, _, found := duplicateJSON(text)
		switch {
		case errors.As(err, &repeated):
			if wantErr != nil || !found {
				t.Errorf("%q has a duplicate key (%v), which is not found", text, err)
			}
		case errors.Is(err, errDepth):
		case (err == nil) != (wantErr == nil):
			t.Errorf("%q: %v, but %v", text, err, wantErr)
		case err == nil && found:
			t.Errorf("%q has %q twice", text, name)
		case err == nil && !reflect.DeepEqual(got, withoutNulls(want)):
			t.Errorf("%q: %#v, want %#v", text, got, want)
		}
	})
}

// FuzzChunks: the documents of a YAML stream are those of kubectl's reader.
func FuzzChunks(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		// What may be JSON is taken apart further. Of two carriage returns kubectl's reader leaves one to the library.
		if bytes.IndexByte(data, '{') >= 0 || bytes.Contains(data, []byte("\r\r")) {
			return
		}
		data = append(data, '\n')
		reader := kyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
		// next is kubectl's next document that holds anything. Its reader leaves the separator with a first document.
		next := func() ([]byte, error) {
			for {
				text, err := reader.Read()
				if bytes.HasPrefix(text, separator) {
					_, text, _ = bytes.Cut(text, []byte("\n"))
				}
				if _, is := content(text); is || err != nil {
					return text, err
				}
			}
		}
		for c := range chunks(data) {
			want, err := next()
			switch {
			case errors.Is(err, io.EOF):
				t.Fatalf("%q has the document %q, to kubectl none", data, c.bytes)
			case err != nil:
				return // kubectl stops at text beside a separator, the document before it unread
			case len(c.beside) > 0:
				t.Fatalf("%q has %q beside a separator, to kubectl not", data, c.beside)
			}
			got := strings.TrimRight(strings.ReplaceAll(string(c.bytes), "\r\n", "\n"), "\r\n")
			if got != strings.TrimRight(string(want), "\r\n") { // kubectl's reader ends a last line, and all with a newline alone
				t.Fatalf("%q has the document %q, to kubectl %q", data, got, want)
			}
			if before := data[:min(cap(data)-cap(c.bytes), len(data))]; c.line != 1+bytes.Count(before, []byte("\n")) {
				t.Fatalf("%q has the document %q on line %d", data, c.bytes, c.line)
			}
		}
		if want, err := next(); !errors.Is(err, io.EOF) {
			t.Fatalf("%q has no document any more, to kubectl %q, %v", data, want, err)
		}
	})
}

// FuzzRead: whatever an input holds, its documents come in order, each an object or an error, in JSON shapes, without
// null entries, and their positions are inside the input. Nothing panics, nothing hangs.
func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{Bytes: 1 << 20, Documents: 50, DocumentBytes: 1 << 16, Depth: 50}
		index, line, last := 0, 0, 1+bytes.Count(data, []byte("\n"))
		for d := range Read("x", data, limits) {
			if (d.Object == nil) == (d.Err == nil) || d.Source != "x" {
				t.Fatalf("%q: %+v", data, d)
			}
			if d.Index != index && d.Index != index+1 || d.Line < line || d.Line > last {
				t.Fatalf("%q: document %d on line %d after %d on %d", data, d.Index, d.Line, index, line)
			}
			index, line = d.Index, d.Line
			if problem := (*DocumentError)(nil); d.Err != nil && (!errors.As(d.Err, &problem) || problem.Line > last || problem.Text == "") {
				t.Fatalf("%q: %+v", data, d.Err)
			}
			if err := shapesOf(d.Object, 50); err != nil {
				t.Fatalf("%q: %v", data, err)
			}
			each(d.Object, nil, func(path []any, _ any) {
				if line, _ := d.Position(path); len(data) < 200 && (line < 0 || line > last) {
					t.Fatalf("%q: %v is on line %d", data, path, line)
				}
			})
		}
	})
}

func shapesOf(v any, depth int) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value == nil {
				return fmt.Errorf("%q is null", key)
			}
			if err := shapesOf(value, depth-1); err != nil {
				return err
			}
		}
	case []any:
		for _, value := range v {
			if err := shapesOf(value, depth-1); err != nil {
				return err
			}
		}
	case string, bool, int64, float64, nil:
	default:
		return fmt.Errorf("%T", v)
	}
	if depth < 0 {
		return errDepth
	}
	return nil
}
