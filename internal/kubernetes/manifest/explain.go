package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// alreadySet is how the YAML library names a duplicate key.
const alreadySet = "already set in map"

const unrendered = "this looks like a Helm template that was not rendered: {{ … }} stands where a value should; " +
	"give the output of `helm template` (or of the data source helm_template) instead"

var (
	// libraryError takes a message of go.yaml.in/yaml/v2 apart.
	libraryError = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\n\s*)?(?:line (\d+): )?(?s:(.*))$`)
	// parserError is a message whose line the library counts from 0; it counts the others from 1.
	parserError = regexp.MustCompile(`^(did not find expected (<|node content|'-' indicator|key$|',' or)|found undefined tag handle|` +
		`found duplicate %|found incompatible YAML)`)
	// valueInError and keyInError are what the library quotes of a document, which may be a Secret's; unknownAnchor too, for a
	// password may begin with an asterisk.
	valueInError  = regexp.MustCompile("`[^`]*`? as a")
	keyInError    = regexp.MustCompile("map key: .*")
	unknownAnchor = regexp.MustCompile(`^unknown anchor '([^']*)' referenced`)
	// helmOnly is what only a chart's template says. Other programs have braces too: Argo, Prometheus, kubectl.
	helmOnly = regexp.MustCompile(`\{\{[^}]*(\.(Values\b|(Release|Chart|Capabilities)\.)|\b(include|template)\s+")`)
)

// explain says in words of our own what is wrong with a YAML document and where, as far as the library tells.
func (c *chunk) explain(err error, limits Limits) *DocumentError {
	if errors.Is(err, errDepth) {
		return &DocumentError{Line: c.contentLine(), Text: fmt.Sprintf("more than %d maps and lists stand inside each other", limits.Depth)}
	}
	if line := templateLine(c.bytes); line > 0 {
		return &DocumentError{Line: c.line + line - 1, Text: unrendered}
	}
	if start, _ := content(c.bytes); start < len(c.bytes) && c.bytes[start] == '%' {
		return &DocumentError{Line: c.contentLine(), Text: "a % directive such as %YAML stands before the document; " +
			"kubectl refuses it: remove the line"}
	}
	if strings.Contains(err.Error(), alreadySet) {
		if found := duplicateKey(c.bytes); found != nil {
			problem := &DocumentError{Line: c.contentLine(), Text: found.text()}
			if found.line > 0 {
				problem.Line, problem.Column = c.line+found.line-1, found.column
				if c.line > 1 {
					found.first += c.line - 1
					problem.Text = found.text()
				}
			}
			return problem
		}
	}
	parts := libraryError.FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(parts[1]) // none is 0
	if anchor := unknownAnchor.FindStringSubmatch(parts[2]); anchor != nil {
		// The library does not say where.
		line = 1 + bytes.Count(c.bytes[:max(bytes.Index(c.bytes, []byte("*"+anchor[1])), 0)], []byte("\n"))
		parts[2] = "an anchor is referred to that is not there before it"
	}
	text, _, _ := strings.Cut(keyInError.ReplaceAllString(valueInError.ReplaceAllString(parts[2], "a value"), "map key"), "\n")
	if parserError.MatchString(text) || line == 0 {
		line++
	}
	// What is unfinished is missed behind the last line.
	line = min(line, 1+bytes.Count(bytes.TrimRight(c.bytes, "\r\n"), []byte("\n")))
	if !utf8.Valid(c.bytes) {
		line, text = 1+bytes.Count(c.bytes[:firstInvalid(c.bytes)], []byte("\n")), "the text is not UTF-8"
	}
	return &DocumentError{Line: c.line + line - 1, Text: "not valid YAML: " + text + c.tabHint(line)}
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// tabHint names the commonest cause of the library's unclearest message.
func (c *chunk) tabHint(line int) string {
	n := 0
	for text := range bytes.Lines(c.bytes) {
		if n++; n == line {
			if bytes.HasPrefix(bytes.TrimLeft(text, " "), []byte("\t")) {
				return " (the line is indented with a tab; YAML allows spaces only)"
			}
			break
		}
	}
	return ""
}

// contentLine is the line of the input on which the chunk's first content stands.
func (c *chunk) contentLine() int {
	start, _ := content(c.bytes)
	return c.line + bytes.Count(c.bytes[:start], []byte("\n"))
}

// templateLine is the first line with {{ that is no comment, from 1; 0 if there is none.
func templateLine(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if bytes.Contains(line, []byte("{{")) && !bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			return n
		}
	}
	return 0
}

// unrenderedPath finds a chart's template in an object that happens to be valid YAML. Texts of several lines are
// somebody's data, such as a template that a ConfigMap carries. No pod has an image with braces, whoever's they are.
func unrenderedPath(v any, path []any, isPod bool) []any {
	switch v := v.(type) {
	case string:
		if !strings.Contains(v, "\n") && helmOnly.MatchString(v) {
			return path
		}
	case map[string]any:
		for key, value := range v {
			inner := slices.Concat(path, []any{key})
			if text, _ := value.(string); helmOnly.MatchString(key) || isPod && key == "image" && strings.Contains(text, "{{") {
				return inner
			}
			if found := unrenderedPath(value, inner, isPod); found != nil {
				return found
			}
		}
	case []any:
		for i, value := range v {
			if found := unrenderedPath(value, slices.Concat(path, []any{i}), isPod); found != nil {
				return found
			}
		}
	}
	return nil
}
