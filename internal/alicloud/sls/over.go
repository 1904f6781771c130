package sls

import (
	"encoding/json"
	"strings"
)

// over is an object as JSON, laid over what was read before: fields that are
// only in the latter stay, at every depth. The service has more fields than we
// know, and an update replaces the whole. Elements of lists correspond by their
// place; a list is as long as the object has it. Fields of what was read whose
// dotted path is in without do not stay.
func over(read json.RawMessage, object any, without ...string) (string, error) {
	text, err := json.Marshal(object)
	if err != nil || len(read) == 0 {
		return string(text), err
	}
	var before, after any
	if err := json.Unmarshal(read, &before); err != nil {
		return "", err
	}
	if err := json.Unmarshal(text, &after); err != nil {
		return "", err
	}
	for _, path := range without {
		remove(before, strings.Split(path, "."))
	}
	text, err = json.Marshal(laidOver(before, after))
	return string(text), err
}

func remove(from any, path []string) {
	fields, ok := from.(map[string]any)
	switch {
	case !ok:
	case len(path) == 1:
		delete(fields, path[0])
	default:
		remove(fields[path[0]], path[1:])
	}
}

func laidOver(before, after any) any {
	switch after := after.(type) {
	case map[string]any:
		before, _ := before.(map[string]any)
		all := map[string]any{}
		for name, value := range before {
			all[name] = value
		}
		for name, value := range after {
			all[name] = laidOver(before[name], value)
		}
		return all
	case []any:
		before, _ := before.([]any)
		list := make([]any, len(after))
		for i, value := range after {
			if i < len(before) {
				value = laidOver(before[i], value)
			}
			list[i] = value
		}
		return list
	}
	return after
}
