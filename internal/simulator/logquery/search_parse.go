package logquery

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type searchKind int

const (
	sWord    searchKind = iota // unquoted
	sQuoted                    // "..."
	sPhrase                    // #"..."
	sOpen                      // (
	sClose                     // )
	sColon                     // :
	sCompare                   // > >= < <= =
	sRange                     // [1 10] and its open forms, only after `in`
	sEnd
)

// searchToken is a token; from and to are its bytes in the query, counted from 0.
type searchToken struct {
	kind          searchKind
	text          string // unescaped
	pattern       string // of a word: as text, with its wildcards marked (see wildcardMany, wildcardOne)
	from, to      int
	low, high     string // of a range
	lowIn, highIn bool
}

// Wildcards of a word are marked with these, so that an escaped or quoted star stays a star.
const (
	wildcardMany = '\uE000'
	wildcardOne  = '\uE001'
)

// lexSearch splits the search part into tokens; rest is what follows the pipe.
func lexSearch(text string) (tokens []searchToken, rest string, hasSQL bool, err error) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		start := i
		switch {
		case unicode.IsSpace(r):
			i += size
		case r == '|':
			return append(tokens, searchToken{kind: sEnd, from: i, to: i}), text[i+1:], true, nil
		case r == '(', r == ')', r == ':':
			kind := map[rune]searchKind{'(': sOpen, ')': sClose, ':': sColon}[r]
			i++
			tokens = append(tokens, searchToken{kind: kind, text: string(r), from: start, to: i})
		case r == '>' || r == '<' || r == '=':
			i++
			if r != '=' && i < len(text) && text[i] == '=' {
				i++
			}
			tokens = append(tokens, searchToken{kind: sCompare, text: text[start:i], from: start, to: i})
		case r == '"', r == '#' && strings.HasPrefix(text[i+1:], `"`):
			kind := sQuoted
			if r == '#' {
				kind = sPhrase
				i++
			}
			t, end, ok := unquote(text, i)
			if !ok {
				return nil, "", false, invalid("unclosed string quote")
			}
			i = end
			tokens = append(tokens, searchToken{kind: kind, text: t, from: start, to: i})
		default:
			t := lexWord(text, i)
			i = t.to
			tokens = append(tokens, t)
			if t.text == "in" {
				if rng, ok := lexRange(text, i); ok {
					i = rng.to
					tokens = append(tokens, rng)
				}
			}
		}
	}
	return append(tokens, searchToken{kind: sEnd, from: len(text), to: len(text)}), "", false, nil
}

// unquote reads the quoted text at i; \" and \\ are escapes.
func unquote(text string, i int) (string, int, bool) {
	var b strings.Builder
	for i++; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		case c == '"':
			return b.String(), i + 1, true
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, false
}

func lexWord(text string, i int) searchToken {
	var plain, pattern strings.Builder
	start := i
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
			plain.WriteByte(text[i+1])
			pattern.WriteByte(text[i+1])
			i += 2
			continue
		}
		if unicode.IsSpace(r) || strings.ContainsRune(`()":|><=`, r) || (r == '[' && plain.String() == "in") {
			break
		}
		mark := text[i : i+size]
		switch r {
		case '*':
			mark = string(wildcardMany)
		case '?':
			mark = string(wildcardOne)
		case wildcardMany, wildcardOne: // private characters of ours have no business in a query
			mark = string(utf8.RuneError)
		}
		plain.WriteString(text[i : i+size])
		pattern.WriteString(mark)
		i += size
	}
	return searchToken{kind: sWord, text: plain.String(), pattern: pattern.String(), from: start, to: i}
}

// lexRange reads `[1 10]` after `in`. Anything else is left to the parser to complain about.
func lexRange(text string, i int) (searchToken, bool) {
	for i < len(text) && unicode.IsSpace(rune(text[i])) {
		i++
	}
	if i == len(text) || (text[i] != '[' && text[i] != '(') {
		return searchToken{}, false
	}
	end := strings.IndexAny(text[i:], "])")
	if end < 0 {
		return searchToken{}, false
	}
	bounds := strings.Fields(text[i+1 : i+end])
	if len(bounds) != 2 || !isNumber(bounds[0]) || !isNumber(bounds[1]) {
		return searchToken{}, false
	}
	return searchToken{
		kind: sRange, text: text[i : i+end+1], from: i, to: i + end + 1,
		low: bounds[0], high: bounds[1], lowIn: text[i] == '[', highIn: text[i+end] == ']',
	}, true
}

// isNumber tells whether s is a number as search statements have them.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, dot := strings.Cut(s, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!dot || digits(fraction))
}

type condKind int

const (
	cAnd condKind = iota
	cOr
	cNot
	cText    // full text or of a key
	cCompare // of a numeric key
	cExists
)

// condition is a node of a search: cAnd, cOr and cNot have kids.
type condition struct {
	kind condKind
	kids []*condition

	key     string // "" is full text
	hasKey  bool
	text    string // plain
	pattern string // with marked wildcards; "" if quoted
	quoted  bool
	phrase  bool
	op      string // of cCompare: > >= < <= = in
	low     string
	high    string
	lowIn   bool
	highIn  bool
}

type searchParser struct {
	tokens     []searchToken
	pos        int
	depth      int
	conditions int
	phrase     bool
}

func (p *searchParser) peek() searchToken { return p.tokens[p.pos] }

func (p *searchParser) next() searchToken {
	t := p.tokens[p.pos]
	if t.kind != sEnd {
		p.pos++
	}
	return t
}

func (p *searchParser) unexpected(t searchToken) *Error {
	near := t.text
	if t.kind == sEnd {
		near = "EOF"
	}
	//nolint:dupword // the service's words
	return invalid("ErrorType:QueryParseError.ErrorMessage:syntax error error position is from column:%d to column:%d,error near < %s >", t.from, t.to, near)
}

func keyword(t searchToken, word string) bool {
	return t.kind == sWord && strings.EqualFold(t.text, word)
}

func (p *searchParser) parse() (*condition, error) {
	if p.peek().kind == sEnd {
		return nil, nil //nolint:nilnil // no condition finds everything
	}
	c, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != sEnd {
		return nil, p.unexpected(t)
	}
	if c.kind == cExists && !c.hasKey { // a lone *
		return nil, nil //nolint:nilnil // as above
	}
	return c, nil
}

func (p *searchParser) or() (*condition, error) {
	first, err := p.and()
	if err != nil {
		return nil, err
	}
	kids := []*condition{first}
	for keyword(p.peek(), "or") {
		p.next()
		c, err := p.and()
		if err != nil {
			return nil, err
		}
		kids = append(kids, c)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &condition{kind: cOr, kids: kids}, nil
}

// and reads `a and b`, `a b`, `a not b` and `a and not b`: all the same precedence.
func (p *searchParser) and() (*condition, error) {
	first, err := p.not()
	if err != nil {
		return nil, err
	}
	kids := []*condition{first}
	for {
		t := p.peek()
		if t.kind == sEnd || t.kind == sClose || keyword(t, "or") {
			break
		}
		if keyword(t, "and") {
			p.next()
		}
		c, err := p.not()
		if err != nil {
			return nil, err
		}
		kids = append(kids, c)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &condition{kind: cAnd, kids: kids}, nil
}

func (p *searchParser) not() (*condition, error) {
	if !keyword(p.peek(), "not") {
		return p.primary()
	}
	p.next()
	if p.depth++; p.depth > maxDepth {
		return nil, notSimulated("a search nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	before := p.phrase
	p.phrase = false
	c, err := p.not()
	if err != nil {
		return nil, err
	}
	if p.phrase {
		return nil, invalid("phrase search cannot be used with not")
	}
	p.phrase = before
	return &condition{kind: cNot, kids: []*condition{c}}, nil
}

func (p *searchParser) primary() (*condition, error) {
	t := p.next()
	switch t.kind {
	case sOpen:
		if p.depth++; p.depth > maxDepth {
			return nil, notSimulated("a search nested more than %d deep", maxDepth)
		}
		defer func() { p.depth-- }()
		c, err := p.or()
		if err != nil {
			return nil, err
		}
		if end := p.next(); end.kind != sClose {
			return nil, p.unexpected(end)
		}
		return c, nil
	case sPhrase:
		return p.term(t, "", false)
	case sWord, sQuoted:
		if t.kind == sWord && p.reserved(t) {
			return nil, p.unexpected(t)
		}
		return p.keyOrTerm(t)
	}
	return nil, p.unexpected(t)
}

// reserved tells whether a word has to be quoted to be searched for.
func (p *searchParser) reserved(t searchToken) bool {
	switch strings.ToLower(t.text) {
	case "and", "or", "not", "sort", "asc", "desc", "avg", "sum", "min", "max", "limit":
		return true
	case "group":
		return keyword(p.peek(), "by")
	}
	return t.text == "in"
}

func (p *searchParser) keyOrTerm(t searchToken) (*condition, error) {
	switch after := p.peek(); {
	case after.kind == sColon:
		p.next()
		key := t.text
		if t.kind == sWord && key == "__tag__" { // __tag__:name:value
			name := p.next()
			if name.kind != sWord && name.kind != sQuoted {
				return nil, p.unexpected(name)
			}
			key += ":" + name.text
			if colon := p.next(); colon.kind != sColon {
				return nil, p.unexpected(colon)
			}
		}
		if key == "__time__" {
			return nil, p.unexpected(t) // time is an argument of GetLogs
		}
		value := p.next()
		switch value.kind {
		case sWord, sQuoted, sPhrase:
			if value.kind == sWord && p.reserved(value) {
				return nil, p.unexpected(value)
			}
			return p.term(value, key, true)
		}
		return nil, p.unexpected(value)
	case after.kind == sCompare:
		p.next()
		value := p.next()
		if (value.kind != sWord && value.kind != sQuoted) || !isNumber(value.text) {
			return nil, p.unexpected(value)
		}
		return p.count(&condition{kind: cCompare, key: t.text, hasKey: true, op: after.text, low: value.text}, t)
	case after.kind == sWord && after.text == "in":
		p.next()
		rng := p.next()
		if rng.kind != sRange {
			return nil, p.unexpected(rng)
		}
		return p.count(&condition{
			kind: cCompare, key: t.text, hasKey: true, op: "in",
			low: rng.low, high: rng.high, lowIn: rng.lowIn, highIn: rng.highIn,
		}, t)
	}
	return p.term(t, "", false)
}

func (p *searchParser) count(c *condition, key searchToken) (*condition, error) {
	if key.text == "__time__" {
		return nil, p.unexpected(key)
	}
	p.conditions++
	return c, nil
}

func (p *searchParser) term(t searchToken, key string, hasKey bool) (*condition, error) {
	p.conditions++
	c := &condition{kind: cText, key: key, hasKey: hasKey, text: t.text, quoted: t.kind != sWord}
	if t.kind == sPhrase {
		p.phrase = true
		c.phrase = true
	}
	if t.kind != sWord {
		return c, nil
	}
	if t.pattern == string(wildcardMany) {
		c.kind = cExists
		return c, nil
	}
	c.pattern = t.pattern
	if strings.ContainsAny(c.pattern, string([]rune{wildcardMany, wildcardOne})) {
		if utf8.RuneCountInString(t.text) > 64 {
			return nil, invalid("a word with * or ? must not be longer than 64 characters")
		}
		if r, _ := utf8.DecodeRuneInString(c.pattern); r == wildcardMany || r == wildcardOne {
			return nil, errWildcard()
		}
	}
	return c, nil
}

func errWildcard() *Error {
	return invalid("only support * or ? in the middle or end of the query")
}

// compareNumber is -1, 0 or 1 for a value of a field against a number of the query.
func compareNumber(value any, number string) int {
	if n, ok := value.(int64); ok {
		if m, err := strconv.ParseInt(number, 10, 64); err == nil {
			return compare(n, m)
		}
		value = float64(n)
	}
	v, _ := value.(float64)
	m, err := strconv.ParseFloat(number, 64)
	if err != nil { // out of range: ParseFloat gives an infinity
		return compare(v, m)
	}
	return compare(v, m)
}

func compare[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
