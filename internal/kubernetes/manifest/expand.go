package manifest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/shape"
)

// expansion turns a document's value into the objects that it holds.
type expansion struct {
	text      chunk
	documents []Document
	path      []any
}

func (x *expansion) document(value any) {
	object, isMap := value.(map[string]any)
	if !isMap {
		x.fail("%s stands where an object with apiVersion and kind should", shape.NameOf(value))
		return
	}
	kind, _ := object["kind"].(string)
	version, _ := object["apiVersion"].(string)
	if strings.HasSuffix(kind, "List") {
		items, isList := object["items"].([]any)
		if isList || kind == "List" && object["items"] == nil {
			x.items(items, strings.TrimSuffix(kind, "List"), version)
			return
		}
	}
	if bytes.Contains(x.text.bytes, []byte("{{")) && kind != "ConfigMap" && kind != "Secret" {
		if path := unrenderedPath(object, []any{}); path != nil {
			x.fail("%s (in %s)", unrendered, shape.Path(path))
			return
		}
	}
	switch {
	case kind == "":
		x.fail("the object has no kind, so it is none that kubectl would apply")
	case version == "":
		x.fail("the object has no apiVersion, so it is none that kubectl would apply")
	default:
		x.add(Document{Object: object, Warnings: check(version, kind, object)})
	}
}

// items of a List of one kind may leave out what the List's kind says, as the API server's answers do.
func (x *expansion) items(items []any, kind, version string) {
	outer := x.path
	for i, item := range items {
		if object, isMap := item.(map[string]any); isMap && kind != "" && object["kind"] == nil && object["apiVersion"] == nil {
			object["kind"], object["apiVersion"] = kind, version
		}
		x.path = slices.Concat(outer, []any{"items", i})
		x.document(item)
	}
	x.path = outer
}

func (x *expansion) add(d Document) {
	d.text, d.inner, d.Item = x.text, x.path, shape.Path(x.path)
	x.documents = append(x.documents, d)
}

func (x *expansion) fail(format string, of ...any) {
	problem := &DocumentError{Text: fmt.Sprintf(format, of...)}
	problem.Line = x.text.contentLine()
	if len(x.path) > 0 {
		probe := Document{text: x.text, inner: x.path}
		problem.Line, problem.Column = probe.Position(nil)
	}
	x.add(Document{Err: problem})
}
