package strict

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"

	"go.yaml.in/yaml/v3"
)

// walker compares a tree with a Go type and turns it into plain JSON values on the way.
type walker struct {
	problems []Problem
	lines    map[string]int
}

func (w *walker) add(kind Kind, n *yaml.Node, path, format string, args ...any) any {
	w.problems = append(w.problems, Problem{Kind: kind, Line: n.Line, Path: path, Message: fmt.Sprintf(format, args...)})
	return nil
}

func (w *walker) value(n *yaml.Node, t reflect.Type, path string, depth int) any {
	if w.lines != nil {
		w.lines[path] = n.Line
	}
	if depth > maxDepth {
		return w.add(Type, n, path, "%s is nested more than %d levels deep", label(path), maxDepth)
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return w.add(Syntax, n, path, "%s uses a YAML anchor or alias, write the value out", label(path))
	}
	if t.Kind() == reflect.Pointer {
		return w.value(n, t.Elem(), path, depth)
	}
	if accepter, ok := reflect.Zero(t).Interface().(StringAccepter); ok && n.Kind == yaml.ScalarNode && isString(n) {
		if err := accepter.AcceptString(n.Value); err != nil {
			return w.add(Type, n, path, "%s: %s", label(path), err)
		}
		return n.Value
	}
	switch t.Kind() {
	case reflect.Interface:
		return w.free(n, path, depth)
	case reflect.Struct:
		return w.object(n, t, path, depth)
	case reflect.Map:
		return w.mapping(n, t, path, depth)
	case reflect.Slice:
		return w.list(n, t, path, depth)
	default:
		return w.scalar(n, t, path)
	}
}

func isString(n *yaml.Node) bool { return n.ShortTag() == "!!str" || n.ShortTag() == "!!timestamp" }

func isNumber(n *yaml.Node) bool { return n.ShortTag() == "!!int" || n.ShortTag() == "!!float" }

func fits(number int64, kind reflect.Kind) bool {
	switch kind {
	case reflect.Int32:
		return number >= math.MinInt32 && number <= math.MaxInt32
	case reflect.Uint64:
		return number >= 0
	default:
		return true
	}
}

func label(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// what describes a node in the words of its format.
func what(n *yaml.Node) string {
	switch n.ShortTag() {
	case "!!map":
		return "a mapping"
	case "!!seq":
		return "a list"
	case "!!null":
		return "null"
	case "!!bool":
		return "the boolean " + n.Value
	case "!!int", "!!float":
		return "the number " + n.Value
	default:
		return strconv.Quote(n.Value)
	}
}

func (w *walker) object(n *yaml.Node, t reflect.Type, path string, depth int) any {
	if n.Kind != yaml.MappingNode {
		return w.add(Type, n, path, "%s must be a mapping, not %s", label(path), what(n))
	}
	known := fields(t)
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.Name
	}
	tree, seen := map[string]any{}, map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, item := n.Content[i], n.Content[i+1]
		at := slices.Index(names, key.Value)
		switch {
		case at < 0:
			hint := ""
			if nearest := nearest.To(key.Value, names); nearest != "" {
				hint = fmt.Sprintf(" (did you mean %q?)", nearest)
			}
			w.add(Unknown, key, join(path, key.Value), "unknown field %q in %s%s", key.Value, noun(t), hint)
		case seen[key.Value]:
			w.add(Duplicate, key, join(path, key.Value), "field %q appears twice in %s", key.Value, noun(t))
		default:
			seen[key.Value] = true
			value := w.value(item, known[at].Type, join(path, key.Value), depth+1)
			if enum := known[at].Enum; len(enum) > 0 && item.Kind == yaml.ScalarNode && isString(item) && !slices.Contains(enum, item.Value) {
				w.add(Enum, item, join(path, key.Value), "%s is %q, want one of %s", key.Value, item.Value, strings.Join(enum, ", "))
			}
			tree[key.Value] = value
		}
	}
	for _, f := range known {
		if f.Required && !seen[f.Name] {
			w.add(Required, n, join(path, f.Name), "%s has no %q", noun(t), f.Name)
		}
	}
	return tree
}

func (w *walker) mapping(n *yaml.Node, t reflect.Type, path string, depth int) any {
	if n.Kind != yaml.MappingNode {
		return w.add(Type, n, path, "%s must be a mapping, not %s", label(path), what(n))
	}
	tree := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			w.add(Type, key, path, "%s has a key that is not a string", label(path))
			continue
		}
		if _, twice := tree[key.Value]; twice {
			w.add(Duplicate, key, join(path, key.Value), "key %q appears twice in %s", key.Value, label(path))
			continue
		}
		tree[key.Value] = w.value(n.Content[i+1], t.Elem(), join(path, key.Value), depth+1)
	}
	return tree
}

func (w *walker) list(n *yaml.Node, t reflect.Type, path string, depth int) any {
	if n.Kind != yaml.SequenceNode {
		return w.add(Type, n, path, "%s must be a list, not %s", label(path), what(n))
	}
	tree := make([]any, 0, len(n.Content))
	for i, item := range n.Content {
		tree = append(tree, w.value(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i), depth+1))
	}
	return tree
}

func (w *walker) scalar(n *yaml.Node, t reflect.Type, path string) any {
	if n.Kind != yaml.ScalarNode {
		return w.add(Type, n, path, "%s must be %s, not %s", label(path), kindName(t), what(n))
	}
	switch t.Kind() {
	case reflect.String:
		if isString(n) {
			return n.Value
		}
		if isNumber(n) || n.ShortTag() == "!!bool" {
			return w.add(Type, n, path, "%s is %s, but the API has a string here: write \"%s\"", label(path), what(n), n.Value)
		}
	case reflect.Bool:
		if n.ShortTag() == "!!bool" {
			return strings.EqualFold(n.Value, "true")
		}
	case reflect.Float32, reflect.Float64:
		var number float64
		if err := n.Decode(&number); err == nil && isNumber(n) && !math.IsInf(number, 0) && !math.IsNaN(number) {
			return number
		}
	default:
		var number int64
		if err := n.Decode(&number); err == nil && n.ShortTag() == "!!int" && fits(number, t.Kind()) {
			return number
		}
	}
	return w.add(Type, n, path, "%s must be %s, not %s", label(path), kindName(t), what(n))
}

// free turns a value that the API leaves untyped into plain JSON values.
func (w *walker) free(n *yaml.Node, path string, depth int) any {
	switch n.ShortTag() {
	case "!!map":
		return w.mapping(n, reflect.TypeFor[map[string]any](), path, depth)
	case "!!seq":
		return w.list(n, reflect.TypeFor[[]any](), path, depth)
	case "!!bool":
		return w.scalar(n, reflect.TypeFor[bool](), path)
	case "!!int":
		return w.scalar(n, reflect.TypeFor[int64](), path)
	case "!!float":
		return w.scalar(n, reflect.TypeFor[float64](), path)
	case "!!null":
		return nil
	default:
		return n.Value
	}
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}
