package logquery

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type sqlKind int

const (
	kIdent sqlKind = iota
	kQuoted
	kString
	kInteger
	kDouble
	kSymbol
	kEnd
)

type position struct{ line, column int }

func (p position) String() string { return fmt.Sprintf("line %d:%d", p.line, p.column) }

type sqlToken struct {
	kind sqlKind
	text string // of kQuoted and kString: unescaped
	pos  position
}

// is tells whether the token is a keyword or a symbol.
func (t sqlToken) is(word string) bool {
	return (t.kind == kIdent && strings.EqualFold(t.text, word)) || (t.kind == kSymbol && t.text == word)
}

type sqlLexer struct {
	text string
	i    int
	pos  position
}

func lexSQL(text string) ([]sqlToken, error) {
	l := &sqlLexer{text: text, pos: position{1, 1}}
	var out []sqlToken
	for {
		if err := l.blanks(); err != nil {
			return nil, err
		}
		if l.i == len(text) {
			return append(out, sqlToken{kind: kEnd, text: "<EOF>", pos: l.pos}), nil
		}
		t, err := l.token()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
}

func (l *sqlLexer) rune() rune {
	r, _ := utf8.DecodeRuneInString(l.text[l.i:])
	return r
}

func (l *sqlLexer) has(prefix string) bool { return strings.HasPrefix(l.text[l.i:], prefix) }

// skip moves n bytes on, keeping count of lines and columns.
func (l *sqlLexer) skip(n int) {
	for _, r := range l.text[l.i : l.i+n] {
		l.pos.column++
		if r == '\n' {
			l.pos = position{l.pos.line + 1, 1}
		}
	}
	l.i += n
}

// blanks skips blanks and comments.
func (l *sqlLexer) blanks() error {
	for l.i < len(l.text) {
		switch r, size := utf8.DecodeRuneInString(l.text[l.i:]); {
		case unicode.IsSpace(r):
			l.skip(size)
		case l.has("--"):
			n := strings.IndexByte(l.text[l.i:], '\n')
			if n < 0 {
				n = len(l.text) - l.i
			}
			l.skip(n)
		case l.has("/*"):
			n := strings.Index(l.text[l.i+2:], "*/")
			if n < 0 {
				return invalid("%s: mismatched input '/*'", l.pos)
			}
			l.skip(n + 4)
		default:
			return nil
		}
	}
	return nil
}

func isLetter(r rune) bool { return r == '_' || (r < utf8.RuneSelf && unicode.IsLetter(r)) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (l *sqlLexer) token() (sqlToken, error) {
	t := sqlToken{pos: l.pos}
	r := l.rune()
	switch {
	case r == '\'' || r == '"':
		return l.quoted(t, byte(r))
	case isLetter(r):
		return l.ident(t)
	case isDigit(r), r == '.' && l.i+1 < len(l.text) && isDigit(rune(l.text[l.i+1])):
		return l.number(t)
	}
	t.kind = kSymbol
	for _, s := range []string{"<>", "!=", "<=", ">=", "||", "->", "=>"} {
		if l.has(s) {
			t.text = s
			l.skip(2)
			return t, nil
		}
	}
	t.text = string(r)
	if r == '|' {
		return t, notSimulated("a second pipe (%s)", t.pos)
	}
	if strings.ContainsRune("()[],.;+-*/%=<>?", r) {
		l.skip(1)
		return t, nil
	}
	return t, invalid("%s: extraneous input '%s'", t.pos, t.text)
}

func (l *sqlLexer) quoted(t sqlToken, quote byte) (sqlToken, error) {
	t.kind = kString
	if quote == '"' {
		t.kind = kQuoted
	}
	var b strings.Builder
	j := l.i + 1
	for ; ; j++ {
		if j >= len(l.text) {
			if quote == '"' {
				return t, invalid("unclosed string quote")
			}
			return t, invalid("%s: mismatched input '''", t.pos)
		}
		if l.text[j] != quote {
			b.WriteByte(l.text[j])
			continue
		}
		if j+1 < len(l.text) && l.text[j+1] == quote {
			b.WriteByte(quote)
			j++
			continue
		}
		break
	}
	t.text = b.String()
	if strings.ContainsRune(t.text, 0) {
		return t, notSimulated("a zero byte in SQL")
	}
	if t.kind == kQuoted && t.text == "" {
		return t, invalid("%s: Zero-length delimited identifier not allowed", t.pos)
	}
	l.skip(j + 1 - l.i)
	return t, nil
}

func (l *sqlLexer) ident(t sqlToken) (sqlToken, error) {
	t.kind = kIdent
	j := l.i
	for j < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[j:])
		if !isLetter(r) && !isDigit(r) && r != '@' && r != ':' {
			break
		}
		j += size
	}
	t.text = l.text[l.i:j]
	if at := strings.IndexAny(t.text, "@:"); at >= 0 {
		return t, invalid("%s: identifiers must not contain '%c'", t.pos, t.text[at])
	}
	l.skip(j - l.i)
	return t, nil
}

func (l *sqlLexer) number(t sqlToken) (sqlToken, error) {
	j := l.i
	digits := func() {
		for j < len(l.text) && isDigit(rune(l.text[j])) {
			j++
		}
	}
	t.kind = kInteger
	digits()
	if j < len(l.text) && l.text[j] == '.' {
		t.kind = kDouble
		j++
		digits()
	}
	if j < len(l.text) && (l.text[j] == 'e' || l.text[j] == 'E') {
		k := j + 1
		if k < len(l.text) && (l.text[k] == '+' || l.text[k] == '-') {
			k++
		}
		if k < len(l.text) && isDigit(rune(l.text[k])) {
			t.kind = kDouble
			j = k
			digits()
		}
	}
	if j < len(l.text) && isLetter(rune(l.text[j])) {
		return t, invalid("%s: identifiers must not start with a digit; surround the identifier with double quotes", t.pos)
	}
	t.text = l.text[l.i:j]
	l.skip(j - l.i)
	return t, nil
}
