package logquery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// object is a JSON object; members keep their order, and the first of equal names counts.
type object struct{ members []member }

type member struct {
	name  string
	value any
}

func (o *object) get(name string) (any, bool) {
	for i := range o.members {
		if o.members[i].name == name {
			return o.members[i].value, true
		}
	}
	return nil, false
}

// parseJSON reads a value: *object, []any, string, json.Number, bool or nil. Of a value that is broken off, what came
// before is kept, as the service does; what is no JSON at all is nil.
func parseJSON(text string) any {
	v, _ := decodeJSON(text)
	return v
}

var (
	errSyntax = errors.New("no JSON")
	errCut    = errors.New("broken off")
	errDeep   = errors.New("nested too deep")
)

// decodeJSON gives, with an error, what could be read. A search may read the leaves of every row, which
// encoding/json is too slow for.
func decodeJSON(text string) (any, error) {
	d := jsonReader{text: text}
	v, err := d.value(0)
	if err != nil {
		return v, err
	}
	if d.blanks(); d.i < len(text) {
		return v, errSyntax
	}
	return v, nil
}

type jsonReader struct {
	text string
	i    int
}

func (d *jsonReader) blanks() {
	for d.i < len(d.text) && strings.IndexByte(" \t\r\n", d.text[d.i]) >= 0 {
		d.i++
	}
}

// next is the next character after blanks, errCut at the end.
func (d *jsonReader) next() (byte, error) {
	if d.blanks(); d.i == len(d.text) {
		return 0, errCut
	}
	return d.text[d.i], nil
}

func (d *jsonReader) value(depth int) (any, error) {
	if depth > 200 {
		return nil, errDeep
	}
	c, err := d.next()
	if err != nil {
		return nil, err
	}
	switch c {
	case '{':
		return d.object(depth)
	case '[':
		return d.array(depth)
	case '"':
		s, err := d.string()
		if err != nil {
			return nil, err
		}
		return s, nil
	case 't':
		return true, d.word("true")
	case 'f':
		return false, d.word("false")
	case 'n':
		return nil, d.word("null")
	}
	return d.number()
}

func (d *jsonReader) word(w string) error {
	switch rest := d.text[d.i:]; {
	case strings.HasPrefix(rest, w):
		d.i += len(w)
		return nil
	case strings.HasPrefix(w, rest):
		return errCut
	}
	return errSyntax
}

func (d *jsonReader) object(depth int) (any, error) {
	o := &object{}
	d.i++
	for first := true; ; first = false {
		c, err := d.next()
		if err != nil {
			return o, err
		}
		if c == '}' {
			d.i++
			return o, nil
		}
		if !first {
			if c != ',' {
				return o, errSyntax
			}
			d.i++
			if c, err = d.next(); err != nil {
				return o, err
			}
		}
		if c != '"' {
			return o, errSyntax
		}
		name, err := d.string()
		if err != nil {
			return o, err
		}
		if c, err = d.next(); err != nil {
			return o, err
		}
		if c != ':' {
			return o, errSyntax
		}
		d.i++
		v, err := d.value(depth + 1)
		if err == nil || isContainer(v) {
			o.members = append(o.members, member{name, v})
		}
		if err != nil {
			return o, err
		}
	}
}

func isContainer(v any) bool {
	switch v.(type) {
	case *object, []any:
		return true
	}
	return false
}

func (d *jsonReader) array(depth int) (any, error) {
	list := []any{}
	d.i++
	for first := true; ; first = false {
		c, err := d.next()
		if err != nil {
			return list, err
		}
		if c == ']' {
			d.i++
			return list, nil
		}
		if !first {
			if c != ',' {
				return list, errSyntax
			}
			d.i++
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return list, err
		}
		list = append(list, v)
	}
}

// number reads a number; one at the very end of a broken value may lack digits, so it only counts if the value ends there
// or goes on.
func (d *jsonReader) number() (any, error) {
	start := d.i
	digits := func() bool {
		from := d.i
		for d.i < len(d.text) && isDigit(rune(d.text[d.i])) {
			d.i++
		}
		return d.i > from
	}
	at := func(set string) bool { return d.i < len(d.text) && strings.IndexByte(set, d.text[d.i]) >= 0 }
	failed := func() (any, error) {
		if d.i == len(d.text) {
			return nil, errCut
		}
		return nil, errSyntax
	}
	if at("-") {
		d.i++
	}
	if at("0") {
		d.i++
	} else if !digits() {
		return failed()
	}
	if at(".") {
		if d.i++; !digits() {
			return failed()
		}
	}
	if at("eE") {
		d.i++
		if at("+-") {
			d.i++
		}
		if !digits() {
			return failed()
		}
	}
	return json.Number(d.text[start:d.i]), nil
}

func (d *jsonReader) string() (string, error) {
	d.i++
	start := d.i
	for ; d.i < len(d.text); d.i++ {
		switch c := d.text[d.i]; {
		case c == '"':
			d.i++
			return d.text[start : d.i-1], nil
		case c == '\\':
			return d.escaped(start)
		case c < ' ':
			return "", errSyntax
		}
	}
	return "", errCut
}

// escaped goes on where the first escape of a string is met.
func (d *jsonReader) escaped(start int) (string, error) {
	var b strings.Builder
	b.WriteString(d.text[start:d.i])
	for d.i < len(d.text) {
		c := d.text[d.i]
		d.i++
		switch {
		case c == '"':
			return b.String(), nil
		case c < ' ':
			return "", errSyntax
		case c != '\\':
			b.WriteByte(c)
			continue
		}
		if d.i == len(d.text) {
			return "", errCut
		}
		c = d.text[d.i]
		d.i++
		if c == 'u' {
			r, err := d.hex()
			if err != nil {
				return "", err
			}
			if utf16.IsSurrogate(r) && strings.HasPrefix(d.text[d.i:], `\u`) {
				back := d.i
				d.i += 2
				low, err := d.hex()
				if err != nil {
					return "", err
				}
				if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
					d.i = back
				}
			}
			b.WriteRune(r) // half of a pair becomes U+FFFD
			continue
		}
		at := strings.IndexByte(`"\/bfnrt`, c)
		if at < 0 {
			return "", errSyntax
		}
		b.WriteByte("\"\\/\b\f\n\r\t"[at])
	}
	return "", errCut
}

func (d *jsonReader) hex() (rune, error) {
	if len(d.text)-d.i < 4 {
		return 0, errCut
	}
	n, err := strconv.ParseUint(d.text[d.i:d.i+4], 16, 16)
	if err != nil {
		return 0, errSyntax
	}
	d.i += 4
	return rune(n), nil
}

// descend follows a path a.b.c; the names of members may have dots themselves.
func descend(v any, path string) any {
	o, ok := v.(*object)
	if !ok {
		return nil
	}
	if v, ok := o.get(path); ok {
		return v
	}
	for i := range len(path) {
		if path[i] != '.' {
			continue
		}
		if inner, ok := o.get(path[:i]); ok {
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
		for i, m := range v.members {
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(b, m.name)
			b.WriteByte(':')
			writeJSON(b, m.value)
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
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strings.ContainsRune("\b\f\n\r\t", r):
			b.WriteByte('\\')
			b.WriteByte("bfnrt"[strings.IndexRune("\b\f\n\r\t", r)])
		case r < ' ':
			fmt.Fprintf(b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
