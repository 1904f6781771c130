package manifest

import (
	"bytes"
	"iter"
	"unicode/utf8"
)

// chunk is the text of one document.
type chunk struct {
	bytes []byte
	line  int // of the input, from 1, on which bytes begin
	json  bool
	// whole is the text that a JSON value is the first of, which may make sense as YAML only; follows marks the others.
	whole   []byte
	follows bool
	// beside is the text after --- on its line, which kubectl refuses.
	beside []byte
}

// byteOrderMark may begin a file that was written on Windows.
var byteOrderMark = []byte("\uFEFF")

// separator is how a line begins that ends a document, wherever it stands: a block scalar has its lines indented.
var separator = []byte("---")

var separatorLine = append([]byte("\n"), separator...)

// chunks yields the documents of a stream, in order, without those that hold only blanks and comments. Lines that begin
// with --- separate them, as k8s.io/apimachinery's YAMLReader has it, and text that begins with a brace is a series of
// JSON values, as its YAMLOrJSONDecoder has it.
func chunks(data []byte) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		line := 1
		var beside []byte
		for len(data) > 0 || len(beside) > 0 {
			end := len(data)
			if bytes.HasPrefix(data, separator) {
				end = 0
			} else if i := bytes.Index(data, separatorLine); i >= 0 {
				end = i + 1
			}
			text := data[:end]
			if !yieldChunk(chunk{bytes: text, line: line, beside: beside}, yield) {
				return
			}
			line += bytes.Count(text, []byte("\n"))
			data, beside = data[end:], nil
			if len(data) > 0 {
				rest, next, _ := bytes.Cut(data[len(separator):], []byte("\n"))
				if rest = bytes.TrimSpace(rest); len(rest) > 0 && rest[0] != '#' {
					beside = rest
				}
				data = next
				line++
			}
		}
	}
}

func yieldChunk(c chunk, yield func(chunk) bool) bool {
	if len(c.beside) > 0 {
		c.line--
		return yield(c)
	}
	start, content := content(c.bytes)
	if !content {
		return true
	}
	if c.bytes[start] != '{' || !jsonLike(c.bytes[start+1:]) {
		return yield(c)
	}
	return yieldJSON(c, start, yield)
}

// maxRepairs of an input's text: each costs a look at all that follows.
const maxRepairs = 100

// yieldJSON takes apart values that stand one after the other. After a value whose braces do not close, and after other
// text, the next value is taken to begin with the next brace that begins a line.
func yieldJSON(c chunk, start int, yield func(chunk) bool) bool {
	text, line, whole, follows := c.bytes, c.line, c.bytes, false
	for repairs := 0; ; {
		line += bytes.Count(text[:start], []byte("\n"))
		text = text[start:]
		json, end := text[0] == '{', 0
		if json {
			end = valueEnd(text)
		}
		if end == 0 {
			end = len(text)
			if next := bytes.Index(text, []byte("\n{")); next >= 0 && repairs < maxRepairs {
				repairs, end = repairs+1, next+1
			}
		}
		if !yield(chunk{bytes: text[:end], line: line, json: json, whole: whole, follows: follows}) {
			return false
		}
		line += bytes.Count(text[:end], []byte("\n"))
		text, whole, follows = text[end:], nil, true
		next, more := content(text)
		if !more {
			return true
		}
		start = next
	}
}

// content is where a text has its first character that is neither blank nor comment. A text with characters that only
// YAML takes for a line's end is left to the library from there on.
func content(text []byte) (start int, found bool) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\n':
		case '\r':
		case '#':
			end := bytes.IndexByte(text[i:], '\n')
			if end < 0 {
				end = len(text) - i
			}
			if comment := text[i:min(i+end+1, len(text))]; otherLineEnds(comment) || !utf8.Valid(comment) {
				return i, true
			}
			i += end
		default:
			return i, true
		}
	}
	return len(text), false
}

// jsonLike tells the text after a brace of JSON from that of YAML's flow style and of templates.
func jsonLike(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) == 0 || text[0] == '"' || text[0] == '}'
}

// valueEnd is where the JSON object ends that a text begins with; 0 if its braces do not close.
func valueEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}
