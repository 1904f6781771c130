package logshipping

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// componentField is of the control plane only; the others are in index.go.
const componentField = "component"

// originFields are in the order in which a script has them.
var originFields = []string{accountField, regionField, clusterField, clusterName, logSourceField, componentField}

// scriptStart is how all our scripts begin: every row gets more fields.
const scriptStart = "* | extend "

// fieldName is a name that SPL takes without quotes, and that is none of the service's own.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// extending is the SPL that adds fields to each row; those that are empty are left out.
func extending(fields map[string]string) string {
	var parts []string
	add := func(name string) {
		if fields[name] != "" {
			parts = append(parts, name+"='"+strings.ReplaceAll(fields[name], "'", "''")+"'")
		}
	}
	for _, name := range originFields {
		add(name)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(originFields, name) {
			add(name)
		}
	}
	return scriptStart + strings.Join(parts, ", ")
}

// scriptHead is scriptStart, however it is spaced.
var scriptHead = regexp.MustCompile(`^\s*\*\s*\|\s*extend\s+`)

// assignment is one field of a script.
var assignment = regexp.MustCompile(`^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*'((?:[^']|'')*)'\s*(,|$)`)

// extended are the fields that a script adds; ours is false of a script that does anything else.
func extended(script string) (fields map[string]string, ours bool) {
	head := scriptHead.FindString(script)
	if head == "" {
		return nil, false
	}
	fields, more := map[string]string{}, true
	for left := script[len(head):]; more; {
		match := assignment.FindStringSubmatch(left)
		if match == nil {
			return nil, false
		}
		if _, twice := fields[match[1]]; twice {
			return nil, false
		}
		fields[match[1]] = strings.ReplaceAll(match[2], "''", "'")
		left, more = left[len(match[0]):], match[3] == ","
	}
	return fields, true
}

// sameScript compares scripts by what they do.
func sameScript(a, b string) bool {
	if a == b {
		return true
	}
	first, ours := extended(a)
	second, too := extended(b)
	return ours && too && maps.Equal(first, second)
}
