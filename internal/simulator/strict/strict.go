// Package strict decodes YAML and JSON into Go structs and refuses everything that the structs do not name: unknown and
// duplicated fields, wrong types, values outside an enumeration, missing required fields. encoding/json alone matches
// names without regard to case and stops at the first error without a line number.
//
// A struct field is known by its json tag; its jsonschema tag says "required" and "enum=...", so that a schema made by
// reflection and this decoder cannot disagree.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Kind classifies a problem.
type Kind string

// Kinds of problems.
const (
	Unknown   Kind = "unknown"
	Type      Kind = "type"
	Required  Kind = "required"
	Enum      Kind = "enum"
	Duplicate Kind = "duplicate"
	Syntax    Kind = "syntax"
)

// Problem is one finding. Line is 0 for JSON; Path is dotted, with indexes, from the root.
type Problem struct {
	Kind    Kind
	Line    int
	Path    string
	Message string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Message
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Message)
}

// StringAccepter is a type that may be written as a plain string as well as in its own form.
type StringAccepter interface{ AcceptString(string) error }

// maxDepth keeps hostile input from exhausting the stack.
const maxDepth = 64

// YAML decodes one YAML document into dst, a pointer to a struct, and returns every problem in it. Lines maps the path
// of each value to its line, for checks that come after decoding.
func YAML(data []byte, dst any) (lines map[string]int, problems []Problem) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, []Problem{{Kind: Syntax, Message: "the file is empty"}}
		}
		return nil, []Problem{{Kind: Syntax, Message: err.Error()}}
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, []Problem{{Kind: Syntax, Message: "the file holds more than one YAML document"}}
	}
	w := &walker{lines: map[string]int{}}
	tree := w.value(document.Content[0], reflect.TypeOf(dst).Elem(), "", 0)
	if len(w.problems) > 0 {
		return w.lines, w.problems
	}
	return w.lines, fill(tree, dst)
}

// JSON decodes a JSON body into dst and returns every problem in it.
func JSON(data []byte, dst any) []Problem {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return []Problem{{Kind: Syntax, Message: "the body is not JSON: " + err.Error()}}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return []Problem{{Kind: Syntax, Message: "the body goes on after its JSON value"}}
	}
	w := &walker{}
	w.value(jsonNode(tree), reflect.TypeOf(dst).Elem(), "", 0)
	if len(w.problems) > 0 {
		return w.problems
	}
	return fill(tree, dst)
}

// fill goes through encoding/json, whose looseness cannot matter once the walker has found nothing.
func fill(tree, dst any) []Problem {
	data, err := json.Marshal(tree)
	if err == nil {
		err = json.Unmarshal(data, dst)
	}
	if err != nil {
		return []Problem{{Kind: Type, Message: err.Error()}}
	}
	return nil
}

// jsonNode turns decoded JSON into the tree that the walker reads.
func jsonNode(v any) *yaml.Node {
	switch v := v.(type) {
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case string:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(v.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v.String()}
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range v {
			n.Content = append(n.Content, jsonNode(item))
		}
		return n
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, jsonNode(v[key]))
		}
		return n
	}
	panic(fmt.Sprintf("encoding/json decoded into a %T", v))
}

// field is what the walker knows of a struct field.
type field struct {
	Name     string
	Type     reflect.Type
	Required bool
	Enum     []string
}

// fieldCache keeps big scenarios from parsing the same tags for every object.
var fieldCache sync.Map

// fields lists the fields of a struct by their JSON names.
func fields(t reflect.Type) []field {
	if cached, ok := fieldCache.Load(t); ok {
		if known, ok := cached.([]field); ok {
			return known
		}
	}
	list := make([]field, 0, t.NumField())
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			// As encoding/json has it, the fields of an embedded struct are the outer one's.
			list = append(list, fields(f.Type)...)
		}
		if name == "-" || name == "" {
			continue
		}
		known := field{Name: name, Type: f.Type}
		for part := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
			if part == "required" {
				known.Required = true
			}
			if value, ok := strings.CutPrefix(part, "enum="); ok {
				known.Enum = append(known.Enum, value)
			}
		}
		list = append(list, known)
	}
	fieldCache.Store(t, list)
	return list
}

// noun makes "node pool" of NodePool.
func noun(t reflect.Type) string {
	var b strings.Builder
	name := t.Name()
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && (!unicode.IsUpper(rune(name[i-1])) || i+1 < len(name) && unicode.IsLower(rune(name[i+1]))) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
