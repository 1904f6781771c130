package sls

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Types of indexed fields. Only fields of a row itself are JSON.
const (
	Text   = "text"
	Long   = "long"
	Double = "double"
	JSON   = "json"
)

// IndexField is how a field of a row is to be indexed: for search, and for SQL
// (doc_value).
type IndexField struct {
	Type string
	// Keys are the fields of a JSON field with their types, by path; without any, all of its texts are indexed.
	Keys map[string]string
}

// IndexFields are the fields that an index is to have at least, by name, beside
// a full-text index of the whole row.
type IndexFields map[string]IndexField

// FullText is the name of the full-text index among what an index lacks.
const FullText = "line"

// delimiters are what the published SDK's default index separates words by.
var delimiters = []string{
	" ", "\n", "\t", "\r", ",", ";", "[", "]", "{", "}", "(", ")", "&", "^", "*", "#", "@", "~", "=", "<", ">", "/", "\\", "?", ":", "'", "\"",
}

// neededDelimiters make words of the parts of user names, URIs and JSON. The
// console's default delimiters are others than the SDK's, and have these too.
var neededDelimiters = []string{" ", ",", ":", "/", "\"", "[", "]"}

// indexed is as much of an index as is looked at, as the wire has it.
type indexed struct {
	Keys map[string]indexedKey `json:"keys"`
	Line *struct {
		Token       []string `json:"token"`
		IncludeKeys []string `json:"include_keys"`
		ExcludeKeys []string `json:"exclude_keys"`
	} `json:"line"`
}

type indexedKey struct {
	Type     string             `json:"type"`
	Token    []string           `json:"token"`
	DocValue bool               `json:"doc_value"`
	IndexAll bool               `json:"index_all"`
	JSONKeys map[string]jsonKey `json:"json_keys"`
}

type jsonKey struct {
	Type     string `json:"type"`
	DocValue bool   `json:"doc_value"`
}

// Lacks names what an index lacks of the fields, sorted: a field, or
// FIELD.PATH where only a part of it is missing. What is indexed as another
// type, not for SQL, or without the delimiters that make words, is lacking. An
// empty index lacks all.
func (f IndexFields) Lacks(index string) ([]string, error) {
	is, err := decodeIndex(index)
	if err != nil {
		return nil, err
	}
	var lacks []string
	if is.Line == nil || !splits(is.Line.Token) || len(is.Line.IncludeKeys)+len(is.Line.ExcludeKeys) > 0 {
		lacks = append(lacks, FullText)
	}
	for name, want := range f {
		lacks = append(lacks, want.lacks(name, is.Keys[name])...)
	}
	slices.Sort(lacks)
	return lacks, nil
}

func decodeIndex(index string) (is indexed, err error) {
	if index == "" {
		return is, nil
	}
	if err = json.Unmarshal([]byte(index), &is); err != nil {
		err = fmt.Errorf("the index cannot be decoded: %w", err)
	}
	return is, err
}

func (f IndexField) lacks(name string, is indexedKey) []string {
	words := f.Type == Text || f.Type == JSON
	switch {
	case is.Type != f.Type, words && !splits(is.Token):
		return []string{name}
	case f.Type == JSON && len(f.Keys) == 0:
		if !is.IndexAll {
			return []string{name}
		}
		return nil
	case f.Type != JSON && !is.DocValue:
		return []string{name}
	}
	var lacks []string
	for path, kind := range f.Keys {
		if at := is.JSONKeys[path]; at.Type != kind || !at.DocValue {
			lacks = append(lacks, name+"."+path)
		}
	}
	return lacks
}

func splits(token []string) bool {
	return !slices.ContainsFunc(neededDelimiters, func(d string) bool { return !slices.Contains(token, d) })
}

// Into adds to an index what it lacks of the fields, and takes away the fields
// named without, unless they are among the fields. All else of the index stays,
// also what we do not know. An empty index is a new one.
func (f IndexFields) Into(index string, without ...string) (string, error) {
	lacks, err := f.Lacks(index)
	if err != nil {
		return "", err
	}
	whole := map[string]any{}
	if index != "" {
		if err := json.Unmarshal([]byte(index), &whole); err != nil {
			return "", err
		}
	}
	keys, _ := whole["keys"].(map[string]any)
	if keys == nil {
		keys = map[string]any{}
	}
	for _, name := range without {
		if _, wanted := f[name]; !wanted {
			delete(keys, name)
		}
	}
	if slices.Contains(lacks, FullText) {
		whole["line"] = map[string]any{"token": delimiters, "caseSensitive": false, "chn": false}
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if slices.ContainsFunc(lacks, func(l string) bool { return l == name || strings.HasPrefix(l, name+".") }) {
			keys[name] = f[name].over(keys[name])
		}
	}
	whole["keys"] = keys
	text, err := json.Marshal(whole)
	return string(text), err
}

// over is the field as the wire has it, laid over what is there of the same type.
func (f IndexField) over(there any) map[string]any {
	key, _ := there.(map[string]any)
	if key == nil || key["type"] != f.Type {
		key = map[string]any{"caseSensitive": false, "chn": false}
	}
	key["type"], key["doc_value"] = f.Type, true
	switch f.Type {
	case Long, Double:
		key["token"] = []string{}
		return key
	case Text:
		key["token"] = delimiters
		return key
	}
	key["token"] = delimiters
	if len(f.Keys) == 0 {
		key["index_all"], key["max_depth"] = true, wholeDepth
		return key
	}
	paths, _ := key["json_keys"].(map[string]any)
	if paths == nil {
		paths = map[string]any{}
	}
	for path, kind := range f.Keys {
		paths[path] = map[string]any{"type": kind, "doc_value": true}
	}
	key["json_keys"] = paths
	return key
}

// wholeDepth is the max_depth of a JSON field that is indexed at every depth.
const wholeDepth = -1

// SameIndex reports whether two indexes make the same searchable; an empty one
// is none. What the service adds to an index, e.g. how long it is kept, does not
// matter.
func SameIndex(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	var is, other struct {
		Keys any `json:"keys"`
		Line any `json:"line"`
	}
	return json.Unmarshal([]byte(a), &is) == nil && json.Unmarshal([]byte(b), &other) == nil && reflect.DeepEqual(is, other)
}
