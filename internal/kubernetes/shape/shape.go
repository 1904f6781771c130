// Package shape compares JSON values with the Go types of Kubernetes' objects, as the API server's decoder would, without
// decoding: that costs a twentieth and, unlike it, names the whole path and every field.
package shape

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// Shape is what a Go type accepts as JSON.
type Shape struct {
	accepts byte              // a bit set of the constants below
	fields  map[string]*Shape // of a struct
	element *Shape            // of a list or a map with free keys
	valid   func(string) bool // of a text, if not every one will do
	is      string            // what a valid text is
}

const (
	text byte = 1 << iota
	boolean
	integer
	number
	list
	object
	anything = text | boolean | integer | number | list | object
)

var shapes = struct {
	sync.RWMutex
	of map[reflect.Type]*Shape
}{of: map[reflect.Type]*Shape{
	reflect.TypeFor[intstr.IntOrString](): {accepts: text | integer},
	reflect.TypeFor[resource.Quantity]():  {accepts: text | integer | number, valid: isQuantity, is: "a quantity"},
	reflect.TypeFor[metav1.Time]():        {accepts: text},
	reflect.TypeFor[metav1.MicroTime]():   {accepts: text},
	reflect.TypeFor[metav1.Duration]():    {accepts: text},
	reflect.TypeFor[[]byte]():             {accepts: text},
}}

// Of is the shape of a type.
func Of(t reflect.Type) *Shape {
	shapes.RLock()
	s := shapes.of[t]
	shapes.RUnlock()
	if s != nil {
		return s
	}
	shapes.Lock()
	defer shapes.Unlock()
	return build(t)
}

// build needs the lock of shapes, under which nobody sees a shape whose fields are not all there yet.
func build(t reflect.Type) *Shape {
	if s := shapes.of[t]; s != nil {
		return s
	}
	s := &Shape{accepts: anything}
	shapes.of[t] = s
	if t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		*s = *build(t.Elem())
	case reflect.String:
		s.accepts = text
	case reflect.Bool:
		s.accepts = boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		s.accepts = integer
	case reflect.Float32, reflect.Float64:
		s.accepts = integer | number
	case reflect.Slice:
		s.accepts, s.element = list, build(t.Elem())
	case reflect.Map:
		s.accepts, s.element = object, build(t.Elem())
	case reflect.Struct:
		s.accepts, s.fields = object, map[string]*Shape{}
		for i := range t.NumField() {
			s.addField(t.Field(i))
		}
	default:
	}
	return s
}

func (s *Shape) addField(f reflect.StructField) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "-" || !f.IsExported():
	case name == "" && f.Anonymous:
		maps.Copy(s.fields, build(f.Type).fields)
	case name == "":
		s.fields[f.Name] = build(f.Type)
	default:
		s.fields[name] = build(f.Type)
	}
}

// isQuantity tells of a text what the API server's decoder would: blanks around it do not matter.
func isQuantity(text string) bool {
	// Almost all of them are so, and parsing costs as much as all other values together.
	switch digits := strings.TrimLeft(text, "0123456789"); digits {
	case "", "m", "Ki", "Mi", "Gi":
		if len(digits) < len(text) {
			return true
		}
	}
	_, err := resource.ParseQuantity(strings.TrimSpace(text))
	return err == nil
}

// Problem is what is wrong with one field.
type Problem struct {
	Path []any // of keys and indexes, strings and ints
	Text string
}

// Problems are the fields that the type does not have, and what Refused finds, in no order.
func (s *Shape) Problems(v any) []Problem {
	w := walk{unknown: true}
	w.value(s, v)
	return w.problems
}

// Refused are the values of another type than their field's, for which the API server refuses the object. What it does
// not know at all, such as a hole, is nothing to it.
func (s *Shape) Refused(v any) []Problem {
	w := walk{}
	w.value(s, v)
	return w.problems
}

type walk struct {
	problems []Problem
	path     []step // of the value that is looked at
	unknown  bool   // fields that the type does not have are problems
}

// step is a key, or an index where the key is empty: no pointers, so that a sound object costs no memory.
type step struct {
	key   string
	index int
}

func (w *walk) found(format string, of ...any) {
	path := make([]any, len(w.path))
	for i, s := range w.path {
		if path[i] = s.key; s.key == "" {
			path[i] = s.index
		}
	}
	w.problems = append(w.problems, Problem{path, fmt.Sprintf(format, of...)})
}

// inside looks at an entry of a value of the shape outer; it has no shape if its key is unknown.
func (w *walk) inside(at step, outer, s *Shape, v any) {
	w.path = append(w.path, at)
	if s != nil {
		w.value(s, v)
	} else if !w.unknown {
		// Nobody asks.
	} else if meant := nearest.To(at.key, slices.Collect(maps.Keys(outer.fields))); meant != "" {
		w.found("Kubernetes knows no such field and passes over it; did you mean %s?", meant)
	} else {
		w.found("Kubernetes knows no such field and passes over it")
	}
	w.path = w.path[:len(w.path)-1]
}

func (w *walk) value(s *Shape, v any) {
	if s.accepts == anything {
		return
	}
	is := kindOf(v)
	if is&s.accepts == 0 {
		if is != 0 {
			w.found("%s stands where Kubernetes wants %s; the API server refuses the object", NameOf(v), s.wants())
		}
		return
	}
	switch v := v.(type) {
	case string:
		if s.valid != nil && !s.valid(v) {
			w.found("the text is not %s; the API server refuses the object", s.is)
		}
	case map[string]any:
		for key, value := range v {
			inner := s.element
			if s.fields != nil {
				inner = s.fields[key]
			}
			w.inside(step{key: key}, s, inner, value)
		}
	case []any:
		for i, element := range v {
			w.inside(step{index: i}, s, s.element, element)
		}
	}
}

// kindOf is 0 for null.
func kindOf(v any) byte {
	switch v.(type) {
	case map[string]any:
		return object
	case []any:
		return list
	case string:
		return text
	case bool:
		return boolean
	case int64:
		return integer
	case float64:
		return number
	default:
		return 0
	}
}

func (s *Shape) wants() string {
	var names []string
	for _, kind := range []struct {
		bit  byte
		name string
	}{{text, "a text"}, {boolean, "a boolean"}, {integer, "an integer"}, {number, "a number"}, {list, "a list"}, {object, "an object"}} {
		if s.accepts&kind.bit != 0 {
			names = append(names, kind.name)
		}
	}
	return strings.Join(names, " or ")
}

// NameOf is what a JSON value is, in words.
func NameOf(value any) string {
	switch value.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a text"
	case bool:
		return "a boolean"
	case nil:
		return "null"
	default:
		return "a number"
	}
}

// Path writes a path of keys and indexes with dots and brackets.
func Path(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(step)
		default:
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return b.String()
}
