// Package differing words what of an object is not as planned, argument by argument.
package differing

import (
	"fmt"
	"slices"
	"strings"
)

// List is what differs; its zero value is nothing.
type List []string

// Compare notes an argument whose value is not the wanted one.
func (l *List) Compare(argument string, is, wanted any) {
	if a, b := fmt.Sprintf("%#v", is), fmt.Sprintf("%#v", wanted); a != b {
		l.Note(argument, is, wanted)
	}
}

// Note notes an argument that was compared otherwise.
func (l *List) Note(argument string, is, wanted any) {
	*l = append(*l, fmt.Sprintf("%s is %s, not %s", argument, shown(is), shown(wanted)))
}

// Sets compares lists whose order means nothing.
func (l *List) Sets(argument string, is, wanted []string) {
	is, wanted = slices.Clone(is), slices.Clone(wanted)
	slices.Sort(is)
	slices.Sort(wanted)
	if !slices.Equal(is, wanted) {
		*l = append(*l, fmt.Sprintf("%s is %q, not %q", argument, is, wanted))
	}
}

func shown(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}

// String is the list for messages; empty for nothing.
func (l List) String() string { return strings.Join(l, "; ") }
