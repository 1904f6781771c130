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
	if items, isList := Items(object); isList {
		switch items := items.(type) {
		case nil:
		case []any:
			x.items(items)
		default:
			x.fail("%s stands where the list of a List's items should", shape.NameOf(items))
		}
		return
	}
	if bytes.Contains(x.text.bytes, []byte("{{")) && kind != "ConfigMap" && kind != "Secret" {
		if path := unrenderedPath(object, []any{}, known[[2]string{version, kind}] != nil); path != nil {
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
		if text := Misspelt(version, kind); text != "" {
			x.fail("%s", text)
			return
		}
		x.add(Document{Object: object, Warnings: check(version, kind, object)})
	}
}

func (x *expansion) items(items []any) {
	outer := x.path
	for i, item := range items {
		x.path = slices.Concat(outer, []any{"items", i})
		x.document(item)
	}
	x.path = outer
}

// Items are the items of a List, a list or nil unless they are wrong; isList is false for an object of its own. Those of a
// List of one kind may leave out what the List's kind says, as the API server's answers do: it is filled in.
func Items(object map[string]any) (items any, isList bool) {
	name, _ := object["kind"].(string)
	version, _ := object["apiVersion"].(string)
	kind, named := strings.CutSuffix(name, "List")
	items = object["items"]
	switch of := items.(type) {
	case nil, string, bool, int64, float64, map[string]any:
		// A custom resource may be called so.
		return items, named && (kind == "" || known[[2]string{version, kind}] != nil)
	case []any:
		if !named {
			// kubectl takes everything that has items for a List, whatever its kind.
			return items, slices.ContainsFunc(of, func(item any) bool {
				object, _ := item.(map[string]any)
				return object["kind"] != nil && object["apiVersion"] != nil
			})
		}
		for _, item := range of {
			if object, isMap := item.(map[string]any); isMap && kind != "" && object["kind"] == nil && object["apiVersion"] == nil {
				object["kind"], object["apiVersion"] = kind, version
			}
		}
	}
	return items, true
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
