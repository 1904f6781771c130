package manifest

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Position is where in the input a path of the object's keys and indexes (strings and ints) stands, from 1: the key of
// a map's entry, the beginning of a list's element. Of a path that the object does not have it is the position of the
// nearest part around it that is there. Zero when unknown. The text is parsed again for it: ask for findings only.
func (d *Document) Position(path []any) (line, column int) {
	if len(d.text.bytes) == 0 {
		return 0, 0
	}
	whole := slices.Concat(d.inner, path)
	if d.text.json {
		if offset, ok := locateJSON(d.text.bytes, whole); ok {
			return d.text.position(offset)
		}
		return 0, 0
	}
	root := parse(d.text.bytes)
	if root == nil {
		return 0, 0
	}
	line, column = locate(root, whole)
	return d.text.line + line - 1, column
}

// jsonWalk reads a JSON value token by token; the library that decodes has no positions.
type jsonWalk struct {
	text    []byte
	decoder *json.Decoder
}

func newJSONWalk(text []byte) *jsonWalk {
	return &jsonWalk{text, json.NewDecoder(bytes.NewReader(text))}
}

// next is a token and the offset of its first byte.
func (w *jsonWalk) next() (token json.Token, offset int, ok bool) {
	offset = int(w.decoder.InputOffset())
	for offset < len(w.text) && bytes.IndexByte([]byte(" \t\r\n,:"), w.text[offset]) >= 0 {
		offset++
	}
	token, err := w.decoder.Token()
	return token, offset, err == nil
}

// skip passes over the rest of a value whose first token was read.
func (w *jsonWalk) skip(token json.Token) {
	for depth := 0; ; {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return
		}
		var ok bool
		if token, _, ok = w.next(); !ok {
			return
		}
	}
}

// locateJSON is the offset of a path's last step that is there.
func locateJSON(text []byte, path []any) (offset int, ok bool) {
	w := newJSONWalk(text)
	token, found, ok := w.next()
	for _, step := range path {
		var at int
		if token, at, ok = w.enter(token, step); !ok {
			return found, true
		}
		found = at
	}
	return found, ok
}

// enter goes to an entry of the value that a token begins and gives the entry's value's first token.
func (w *jsonWalk) enter(token json.Token, step any) (value json.Token, offset int, ok bool) {
	switch step := step.(type) {
	case int:
		for i := 0; token == json.Delim('[') && w.decoder.More(); i++ {
			if value, offset, ok = w.next(); !ok || i == step {
				return value, offset, ok
			}
			w.skip(value)
		}
	case string:
		for token == json.Delim('{') && w.decoder.More() {
			key, at, _ := w.next()
			if value, _, ok = w.next(); !ok || key == step {
				return value, at, ok
			}
			w.skip(value)
		}
	}
	return nil, 0, false
}

// duplicateJSON finds the first duplicate key of a valid JSON value: its name, its offset and the first one's.
func duplicateJSON(text []byte) (name string, offset, first int, found bool) {
	w := newJSONWalk(text)
	type level struct {
		keys   map[string]int // nil in a list
		inside bool           // the next token is an entry's value
	}
	var levels []level
	for {
		token, at, ok := w.next()
		if !ok {
			return "", 0, 0, false
		}
		if n := len(levels); n > 0 && levels[n-1].keys != nil {
			if key, isText := token.(string); isText && !levels[n-1].inside {
				if first, found = levels[n-1].keys[key]; found {
					return key, at, first, true
				}
				levels[n-1].keys[key], levels[n-1].inside = at, true
				continue
			}
			levels[n-1].inside = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{keys: map[string]int{}})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		}
	}
}
