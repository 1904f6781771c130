// Package manifest reads Kubernetes objects from text as kubectl and the API server would: YAML by the rules of
// sigs.k8s.io/yaml (YAML 1.1: yes is true, 0777 is octal), JSON by those of k8s.io/apimachinery, in streams and Lists.
// What one of them is wrong about is that document's error; the others are read all the same.
package manifest

import "fmt"

// MaxBytes is how much of one input is read by default: whoever reads a file looks at its size first.
const MaxBytes = 32 << 20

// Limits bound what is read, so that an input costs memory in proportion to what these allow: a document of nothing but
// tiny values takes about a hundred times its size while the YAML library has it, a usual one thirty times. A zero is
// the default.
type Limits struct {
	Bytes         int // of an input; 32 MiB
	Documents     int // of an input, items of Lists included; 100,000
	DocumentBytes int // of one document, a List counting as one; 4 MiB
	Depth         int // of maps and lists inside each other; 200
}

func (l Limits) withDefaults() Limits {
	for _, field := range []struct {
		value  *int
		normal int
	}{{&l.Bytes, MaxBytes}, {&l.Documents, 100_000}, {&l.DocumentBytes, 4 << 20}, {&l.Depth, 200}} {
		if *field.value <= 0 {
			*field.value = field.normal
		}
	}
	return l
}

// Document is one object of an input, or why there is none.
type Document struct {
	Source string // name of the input, such as a file's path
	Index  int    // place in the input, from 0, empty documents not counted; items of a List share their document's
	Line   int    // of the input on which the document begins, from 1; for an item, on which its List begins
	Item   string // path inside a List, such as "items[3]"; empty otherwise

	// Object holds JSON shapes only: map[string]any, []any, string, bool, int64, float64. Map entries that are null are
	// left out, as the API server drops them; a null in a list stays nil. Object is nil when Err is set.
	Object map[string]any
	// Err is a *DocumentError.
	Err error
	// Warnings name fields that the types of a known kind do not have or that hold another type, with their path, and
	// text that kubectl would pass over. They quote names, never values.
	Warnings []string

	text  chunk
	inner []any // path of the item inside the document's object
}

// DocumentError is what is wrong with one document.
type DocumentError struct {
	Line, Column int // of the input, from 1; zero when unknown
	Text         string
}

// Error gives the position, as far as it is known, and the text.
func (e *DocumentError) Error() string {
	switch {
	case e.Line == 0:
		return e.Text
	case e.Column == 0:
		return fmt.Sprintf("line %d: %s", e.Line, e.Text)
	default:
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
	}
}
