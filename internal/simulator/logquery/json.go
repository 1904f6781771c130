package logquery

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// object is a JSON object; members keep their order, the last of equal names counts.
type object struct {
	names  []string
	values map[string]any
}

// parseJSON reads a value: object, []any, string, json.Number, bool or nil. Of a value that is broken off, what came
// before is kept, as the service does; what is no JSON at all is nil.
func parseJSON(text string) any {
	v, _ := decodeJSON(text)
	return v
}

// decodeJSON also tells whether text is one valid JSON value.
func decodeJSON(text string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return v, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, false
	}
	return v, true
}

var errDeep = errors.New("nested too deep")

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > 200 {
		return nil, errDeep
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := &object{values: map[string]any{}}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return o, err
			}
			key, _ := name.(string)
			v, err := decodeValue(d, depth+1)
			if _, again := o.values[key]; !again {
				o.names = append(o.names, key)
			}
			if err == nil || v != nil {
				o.values[key] = v
			}
			if err != nil {
				return o, err
			}
		}
		_, err = d.Token()
		return o, err
	case json.Delim('['):
		a := []any{}
		for d.More() {
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return a, err
			}
			a = append(a, v)
		}
		_, err = d.Token()
		return a, err
	}
	return t, nil
}

// descend follows a path a.b.c; the names of members may have dots themselves.
func descend(v any, path string) any {
	o, ok := v.(*object)
	if !ok {
		return nil
	}
	if v, ok := o.values[path]; ok {
		return v
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if inner, ok := o.values[path[:i]]; ok {
			if found := descend(inner, path[i+1:]); found != nil {
				return found
			}
		}
	}
	return nil
}

// scalar is the text of a leaf.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// encodeJSON writes a value without blanks.
func encodeJSON(v any) string {
	var b bytes.Buffer
	writeJSON(&b, v)
	return b.String()
}

func writeJSON(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case *object:
		b.WriteByte('{')
		for i, name := range v.names {
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(b, name)
			b.WriteByte(':')
			writeJSON(b, v.values[name])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, e)
		}
		b.WriteByte(']')
	case string:
		writeString(b, v)
	case json.Number:
		b.WriteString(v.String())
	case bool:
		b.WriteString(strconv.FormatBool(v))
	default:
		b.WriteString("null")
	}
}

func writeString(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	b.Truncate(b.Len() - 1)
}
