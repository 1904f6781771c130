package manifest

import (
	"maps"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v2"
)

// decodeBlock reads what nearly every manifest is written in: block maps and lists of one-line scalars in printable
// ASCII. Anything else, and anything wrong, is not its business: it gives up, and the library decides.
//
// It is here because the library takes ten times as long and was most of what judging thousands of workloads cost. It
// is no YAML parser to add to: whatever it reads must be what the library reads, which FuzzDecodeBlock holds it to.
func decodeBlock(text string, depth int) (object map[string]any, ok bool) {
	b := block{text: text}
	if !b.next() || b.done || b.indent != 0 {
		return nil, false
	}
	value, ok := b.mapping(0, depth)
	return value, ok && b.done
}

// block looks at one line at a time.
type block struct {
	text   string // what follows the line
	line   string // without its indentation
	indent int
	done   bool // there is no line any more
}

// next goes to the next line that holds something. It is false for one that must not be read here.
func (b *block) next() bool {
	for b.text != "" {
		end := strings.IndexByte(b.text, '\n')
		if end < 0 {
			return false
		}
		line := b.text[:end]
		b.text = b.text[end+1:]
		indent := 0
		for indent < len(line) && line[indent] == ' ' {
			indent++
		}
		line = line[indent:]
		for i := range len(line) {
			if line[i] < ' ' || line[i] > '~' {
				return false
			}
		}
		if line == "" || line[0] == '#' {
			continue
		}
		b.line, b.indent = line, indent
		return line[len(line)-1] != ' '
	}
	b.line, b.indent, b.done = "", -1, true
	return true
}

func (b *block) isElement() bool { return len(b.line) > 1 && b.line[0] == '-' && b.line[1] == ' ' }

// mapping begins with the line, whose keys stand at the indentation.
func (b *block) mapping(indent, depth int) (m map[string]any, ok bool) {
	if depth <= 0 {
		return nil, false
	}
	m, nulls := map[string]any{}, false
	for b.indent == indent {
		key, rest, ok := cutKey(b.line)
		if _, duplicate := m[key]; !ok || duplicate {
			return nil, false
		}
		var value any
		if rest != "" {
			value, ok = scalar(rest)
			ok = ok && b.next()
		} else if ok = b.next(); ok {
			value, ok = b.below(indent, depth-1)
		}
		if !ok || b.indent > indent {
			return nil, false
		}
		m[key] = value
		nulls = nulls || value == nil
	}
	if nulls {
		maps.DeleteFunc(m, func(_ string, value any) bool { return value == nil })
	}
	return m, true
}

// below is the value that stands on the lines after its key's; a list may stand as far out as the key.
func (b *block) below(indent, depth int) (any, bool) {
	switch {
	case b.indent >= indent && b.isElement():
		return b.list(b.indent, depth)
	case b.indent > indent:
		return b.mapping(b.indent, depth)
	default:
		return nil, true
	}
}

func (b *block) list(indent, depth int) (l []any, ok bool) {
	if depth <= 0 {
		return nil, false
	}
	for b.indent == indent && b.isElement() {
		b.line, b.indent = b.line[2:], indent+2
		var element any
		if _, _, isKey := cutKey(b.line); isKey {
			element, ok = b.mapping(b.indent, depth-1)
		} else if element, ok = scalar(b.line); ok {
			ok = b.next()
		}
		if !ok || b.indent > indent {
			return nil, false
		}
		l = append(l, element)
	}
	return l, true
}

// cutKey takes a line apart that begins with a plain key which is text to the library.
func cutKey(line string) (key, rest string, ok bool) {
	for i := range len(line) {
		c := line[i]
		switch {
		case isLetter(c):
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || c == '/'):
		case c == ':' && 0 < i && i < 200 && (i+1 == len(line) || line[i+1] == ' ') && !isWord(line[:i]):
			return line[:i], strings.TrimLeft(line[i+1:], " "), true
		default:
			return "", "", false
		}
	}
	return "", "", false
}

// isWord reports whether a text may be a boolean or null, in any spelling.
func isWord(text string) bool {
	if len(text) > 5 {
		return false
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	default:
		return false
	}
}

// scalar reads a value that stands alone to the line's end. It is not empty and does not end with a blank.
func scalar(text string) (any, bool) {
	first := text[0]
	switch {
	case text == "{}":
		return map[string]any{}, true
	case text == "[]":
		return []any{}, true
	case first == '"' || first == '\'':
		inner := text[1:]
		end := strings.IndexByte(inner, first)
		if end < 0 || end != len(inner)-1 || first == '"' && strings.IndexByte(inner, '\\') >= 0 {
			return nil, false
		}
		return inner[:end], true
	case isPlain(text):
		return plain(text)
	default:
		return nil, false
	}
}

func plain(text string) (any, bool) {
	first := text[0]
	switch {
	case text == "true", text == "false":
		return text == "true", true
	case isLetter(first) && isWord(text):
		return resolved(text)
	case isLetter(first), first == '/':
		return text, true
	case '0' <= first && first <= '9':
		return numeral(text)
	case first == '-' && len(text) > 1 && (isLetter(text[1]) || text[1] == '-'):
		return text, true // an option of a command
	case first == '-' && len(text) > 1 && '0' <= text[1] && text[1] <= '9':
		return resolved(text)
	default:
		return nil, false
	}
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// isPlain allows what cannot end a plain scalar or begin something else in its midst.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case isLetter(c), '0' <= c && c <= '9':
		case c == '.', c == '/', c == '-', c == '_', c == ' ', c == '=', c == ',', c == '@', c == '+':
		case c == ':' && i+1 < len(text) && text[i+1] != ' ':
		default:
			return false
		}
	}
	return true
}

// numeral reads a text that begins with a digit.
func numeral(text string) (any, bool) {
	digits := true
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9':
		case 'g' <= c && c <= 'n', 'p' <= c && c <= 'w', 'G' <= c && c <= 'N', 'P' <= c && c <= 'W', c == '/', c == '@':
			return text, true // no numeral has these, such as 500m or 1Gi
		default:
			digits = false
		}
	}
	if digits && len(text) < 19 && (text[0] != '0' || len(text) == 1) {
		i, err := strconv.ParseInt(text, 10, 64)
		return i, err == nil
	}
	return resolved(text)
}

// resolved leaves a plain scalar to the library.
func resolved(text string) (any, bool) {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return nil, false
	}
	switch value.(type) {
	case map[any]any, []any:
		return nil, false
	}
	value, err := jsonValue(value, 0)
	return value, err == nil
}
