package inspector

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// splice replaces text[start:end].
func (c *Config) splice(start, end int, with string) string {
	return c.text[:start] + with + c.text[end:]
}

func unfit(what string) *RefusedError {
	return refuse(Unfit, "the configuration cannot be changed in place: %s; change it by hand, or write it in a plainer form", what)
}

// offset is where a node starts. The parser counts columns in characters.
func (c *Config) offset(n *yaml.Node) (int, error) {
	if n.Line < 1 || n.Line > len(c.lines) {
		return 0, unfit("a position in it is not known")
	}
	at := c.lines[n.Line-1]
	for range n.Column - 1 {
		if at >= len(c.text) {
			return 0, unfit("a position in it is not known")
		}
		_, size := utf8.DecodeRuneInString(c.text[at:])
		at += size
	}
	return at, nil
}

// span is the range of a node's text. A block collection's ends with its last item.
func (c *Config) span(n *yaml.Node) (start, end int, err error) {
	if start, err = c.offset(n); err != nil {
		return 0, 0, err
	}
	if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		return 0, 0, unfit("a value has an anchor or a tag")
	}
	rest := c.text[start:]
	switch n.Kind {
	case yaml.AliasNode:
		return 0, 0, unfit("a value is an alias")
	case yaml.ScalarNode:
		end, err = scalarEnd(n, rest)
		return start, start + end, err
	}
	at := start
	if len(n.Content) > 0 {
		if _, at, err = c.span(n.Content[len(n.Content)-1]); err != nil {
			return 0, 0, err
		}
	}
	closing := ""
	switch {
	case n.Style&yaml.FlowStyle == 0:
		return start, at, nil
	case strings.HasPrefix(rest, "["):
		closing = "]"
	case strings.HasPrefix(rest, "{"):
		closing = "}"
	default:
		return 0, 0, unfit("a collection does not start with a bracket")
	}
	if len(n.Content) == 0 {
		at++
	}
	for at < len(c.text) {
		switch {
		case strings.HasPrefix(c.text[at:], closing):
			return start, at + 1, nil
		case c.text[at] == '#':
			for at < len(c.text) && breakAt(c.text, at) == 0 {
				at++
			}
		case breakAt(c.text, at) > 0:
			at += breakAt(c.text, at)
		case strings.ContainsRune(" \t,:", rune(c.text[at])):
			at++
		default:
			return 0, 0, unfit("the end of a collection is not found")
		}
	}
	return 0, 0, unfit("the end of a collection is not found")
}

// scalarEnd is the length of a scalar at the start of a text.
func scalarEnd(n *yaml.Node, rest string) (int, error) {
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 0, unfit("a value is a block of text")
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := 1; i < len(rest); i++ {
			if rest[i] != '\'' {
				continue
			}
			if i+1 < len(rest) && rest[i+1] == '\'' {
				i++
				continue
			}
			return i + 1, nil
		}
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := 1; i < len(rest); i++ {
			switch rest[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
	case strings.HasPrefix(rest, n.Value):
		return len(n.Value), nil
	}
	return 0, unfit("a value is not where the parser says")
}

// line is the range of the line that holds an offset, without its break, and where the next begins.
func (c *Config) line(at int) (start, end, next int) {
	for _, begin := range c.lines {
		if begin > at {
			break
		}
		start = begin
	}
	end = start
	for end < len(c.text) && breakAt(c.text, end) == 0 {
		end++
	}
	if end < len(c.text) {
		return start, end, end + breakAt(c.text, end)
	}
	return start, end, end
}

// lineBreak is the break that the text's lines end with.
func (c *Config) lineBreak() string {
	_, end, next := c.line(0)
	if end == next {
		return "\n"
	}
	return c.text[end:next]
}

// remark reports whether the rest of a line is blank or a comment.
func remark(rest string) bool {
	trimmed := strings.TrimLeft(rest, " \t")
	return trimmed == "" || strings.HasPrefix(trimmed, "#") && (len(trimmed) < len(rest))
}

// afterColon is the offset behind the colon of a key, where what belongs to it begins.
func (c *Config) afterColon(key *yaml.Node) (int, error) {
	_, at, err := c.span(key)
	if err != nil {
		return 0, err
	}
	for at < len(c.text) && (c.text[at] == ' ' || c.text[at] == '\t') {
		at++
	}
	if at >= len(c.text) || c.text[at] != ':' {
		return 0, unfit("a key is not followed by its colon")
	}
	return at + 1, nil
}

// identical reports whether two trees mean the same, in the same order.
func identical(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Anchor != b.Anchor || a.Kind != yaml.MappingNode && a.Kind != yaml.SequenceNode && a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !identical(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// changed is the configuration of a changed text. It is refused unless it differs in nothing but what was meant: c.root
// has been changed to that.
func (c *Config) changed(text string) (*Config, error) {
	root, err := parse(text)
	if err != nil || !identical(root, c.root) {
		return nil, unfit("the change would reach further than it should")
	}
	return &Config{Dialect: c.Dialect, text: text, root: root, lines: lineStarts(text)}, nil
}
