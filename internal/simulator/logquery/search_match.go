package logquery

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxFuzzyWords = 100
	maxValueBytes = 512 << 10 // of a field; the rest is not searched
)

// textIndex is how one field, or the line, is split into words.
type textIndex struct {
	tokens string // delimiters; "" keeps a value whole
	exact  bool   // case counts
	chn    bool
	ascii  [utf8.RuneSelf]bool // which of the first characters are in tokens
}

func newTextIndex(tokens []string, exact, chn bool) textIndex {
	x := textIndex{tokens: strings.Join(tokens, ""), exact: exact, chn: chn}
	for _, r := range x.tokens {
		if r < utf8.RuneSelf {
			x.ascii[r] = true
		}
	}
	return x
}

func (x *textIndex) delimiter(r rune) bool {
	if r < utf8.RuneSelf {
		return x.ascii[r]
	}
	return strings.ContainsRune(x.tokens, r)
}

func (x *textIndex) fold(s string) string {
	if x.exact {
		return s
	}
	return strings.ToLower(s)
}

// words splits a value. Wildcards that are marked in a pattern are never delimiters.
func (x *textIndex) words(s string) []string {
	s = x.fold(s)
	if x.tokens == "" {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	return strings.FieldsFunc(s, x.delimiter)
}

// leaf is an indexed field, or an indexed leaf of a json field.
type leaf struct {
	name  string // as in queries
	alias string
	field string
	path  string // in the json value of field
	json  bool
	typ   string // text, long, double; json for a json field as a whole
	doc   bool
	text  textIndex
}

// leaves lists what the index has, by name.
func (x *Index) leaves() map[string]leaf {
	out := map[string]leaf{}
	for name, k := range x.Keys {
		text := newTextIndex(k.Token, k.CaseSensitive, k.Chn)
		out[name] = leaf{name: name, alias: k.Alias, field: name, typ: k.Type, doc: k.DocValue, text: text}
		if k.Type != "json" {
			continue
		}
		for path, j := range k.JSONKeys {
			full := name + "." + path
			if _, taken := x.Keys[full]; !taken {
				out[full] = leaf{name: full, alias: j.Alias, field: name, path: path, json: true, typ: j.Type, doc: j.DocValue, text: text}
			}
		}
	}
	return out
}

// reader reads the leaves of one row; a json value is parsed once.
type reader struct {
	row   *Row
	cache map[string]any
}

func (r *reader) reset(row *Row) {
	r.row = row
	clear(r.cache)
}

// value is the leaf's text. A json leaf that is missing, null, an object or an array is not there.
func (r *reader) value(l *leaf) (string, bool) {
	v, ok := r.row.field(l.field)
	if len(v) > maxValueBytes {
		v = v[:maxValueBytes]
	}
	if !ok || !l.json {
		return v, ok
	}
	tree, seen := r.cache[l.field]
	if !seen {
		tree = parseJSON(v)
		if r.cache == nil {
			r.cache = map[string]any{}
		}
		r.cache[l.field] = tree
	}
	return scalar(descend(tree, l.path))
}

// number is the leaf's value as its type has it, or nil: a long that is no whole number cannot be queried.
func number(typ, text string) any {
	if typ == "long" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		return nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xX_nNpP") {
		return f
	}
	return nil
}

// group is fields that are split alike: a full-text search looks at their words together.
type group struct {
	text   textIndex
	leaves []*leaf
	line   bool // and whatever the line index takes
}

type matcher struct {
	root   *condition
	index  *Index
	leaves map[string]leaf
	groups []*group
	tests  map[*condition]func(r *reader) bool
	fuzzy  []*fuzzy
}

// fuzzy is a word with wildcards, and the words that it may stand for.
type fuzzy struct {
	shown string
	match func(word string) bool
	each  func(r *reader, f func(word string))
}

func newMatcher(root *condition, index *Index) (*matcher, error) {
	m := &matcher{root: root, index: index, leaves: index.leaves(), tests: map[*condition]func(*reader) bool{}}
	m.group()
	if err := m.prepare(root); err != nil {
		return nil, err
	}
	return m, nil
}

// group collects what full-text search looks at: the text fields and what the line index takes.
func (m *matcher) group() {
	find := func(text textIndex) *group {
		for _, g := range m.groups {
			if g.text == text {
				return g
			}
		}
		g := &group{text: text}
		m.groups = append(m.groups, g)
		return g
	}
	for _, name := range slices.Sorted(maps.Keys(m.leaves)) {
		if l := m.leaves[name]; l.typ == "text" {
			g := find(l.text)
			g.leaves = append(g.leaves, &l)
		}
	}
	if line := m.index.Line; line != nil {
		find(newTextIndex(line.Token, line.CaseSensitive, line.Chn)).line = true
	}
}

// inLine tells whether the line index takes a field.
func (m *matcher) inLine(name string) bool {
	line := m.index.Line
	switch {
	case line == nil:
		return false
	case len(line.IncludeKeys) > 0:
		return slices.Contains(line.IncludeKeys, name)
	}
	return !slices.Contains(line.ExcludeKeys, name)
}

// texts gives the texts of a group.
func (m *matcher) texts(g *group, r *reader, f func(string)) {
	for _, l := range g.leaves {
		if v, ok := r.value(l); ok {
			f(v)
		}
	}
	if !g.line {
		return
	}
	for name, v := range r.row.Fields {
		if !m.inLine(name) {
			continue
		}
		f(name)
		if _, keyed := m.index.Keys[name]; !keyed { // the field's own index takes precedence
			f(v)
		}
	}
	if r.row.Topic != "" && m.inLine("__topic__") {
		f(r.row.Topic)
	}
	if r.row.Source != "" && m.inLine("__source__") {
		f(r.row.Source)
	}
}

// prepare compiles the conditions.
func (m *matcher) prepare(c *condition) (err error) {
	switch c.kind {
	case cAnd, cOr, cNot:
		for _, kid := range c.kids {
			if err := m.prepare(kid); err != nil {
				return err
			}
		}
		return nil
	case cExists:
		if !c.hasKey {
			m.tests[c] = func(*reader) bool { return true }
			return nil
		}
	}
	if !c.hasKey {
		m.tests[c], err = m.fullText(c)
		return err
	}
	l, err := m.lookUp(c.key)
	if err != nil {
		return err
	}
	m.tests[c], err = m.field(c, l)
	return err
}

// lookUp finds the index of a key. Keys are found in another case too, because `Source` is how a field of one's own
// named source is to be asked for.
func (m *matcher) lookUp(key string) (*leaf, error) {
	switch key {
	case "__topic__", "__source__", "source":
		if key == "source" {
			key = "__source__"
		}
		if l, ok := m.leaves[key]; ok {
			return &l, nil
		}
		return &leaf{name: key, field: key, typ: "text"}, nil
	}
	if l, ok := m.leaves[key]; ok {
		return &l, nil
	}
	var found []leaf
	for name, l := range m.leaves {
		if strings.EqualFold(name, key) {
			found = append(found, l)
		}
	}
	switch {
	case len(found) == 1:
		return &found[0], nil
	case len(found) > 1:
		return nil, notSimulated("which of %d fields `%s` means where only the case differs", len(found), key)
	case strings.HasPrefix(key, "__tag__:"): // tags are indexed whole by themselves
		return &leaf{name: key, field: key, typ: "text"}, nil
	}
	return nil, invalid(`key (%s) is not config as key value config,if symbol : is  in your log,please wrap : with quotation mark "`, key)
}

func (m *matcher) field(c *condition, l *leaf) (func(*reader) bool, error) {
	if c.kind == cExists {
		return func(r *reader) bool { _, ok := r.value(l); return ok }, nil
	}
	switch l.typ {
	case "long", "double":
		return m.numeric(c, l)
	case "text":
		if c.kind == cCompare {
			return nil, invalid("key (%s) is not config as numberic column", l.name)
		}
		return m.fieldText(c, l)
	}
	return nil, notSimulated("a search in %s as a whole: only the leaves of a json field are indexed", l.name)
}

func (m *matcher) numeric(c *condition, l *leaf) (func(*reader) bool, error) {
	if c.kind == cText {
		switch {
		case c.phrase:
			return nil, notSimulated("a phrase in the numeric field %s", l.name)
		case c.text == "" && c.quoted:
			return func(r *reader) bool { v, ok := r.value(l); return ok && v == "" }, nil
		case !c.quoted && c.pattern != c.text:
			return nil, errWildcard()
		case !isNumber(c.text):
			return nil, notSimulated("the word %q in the numeric field %s: what the service says to it is not documented", c.text, l.name)
		}
	}
	return func(r *reader) bool {
		text, ok := r.value(l)
		if !ok {
			return false
		}
		n := number(l.typ, text)
		return n != nil && c.holds(n)
	}, nil
}

// holds compares a number with those of the condition.
func (c *condition) holds(n any) bool {
	if c.kind == cText { // key:1
		return compareNumber(n, c.text) == 0
	}
	d := compareNumber(n, c.low)
	switch c.op {
	case "=":
		return d == 0
	case ">":
		return d > 0
	case ">=":
		return d >= 0
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	}
	h := compareNumber(n, c.high)
	return (d > 0 || (d == 0 && c.lowIn)) && (h < 0 || (h == 0 && c.highIn))
}

// wanted is the words that a condition asks for, as one text index sees them.
type wanted struct {
	plain []string
	fuzzy []func(string) bool
}

func (m *matcher) want(c *condition, x *textIndex, each func(r *reader, f func(string))) (wanted, error) {
	var w wanted
	if x.chn && isHan(c.text) {
		return w, notSimulated("Chinese words: %q is split by a dictionary that is not here", c.text)
	}
	text := c.text
	if !c.quoted {
		text = c.pattern
	}
	for _, word := range x.words(text) {
		if !strings.ContainsAny(word, string([]rune{wildcardMany, wildcardOne})) {
			w.plain = append(w.plain, word)
			continue
		}
		if r, _ := utf8.DecodeRuneInString(word); r == wildcardMany || r == wildcardOne {
			return w, errWildcard()
		}
		match := func(s string) bool { return glob(word, s) }
		w.fuzzy = append(w.fuzzy, match)
		m.fuzzy = append(m.fuzzy, &fuzzy{shown: c.text, match: match, each: each})
	}
	return w, nil
}

// in tells whether all words are among those that each gives.
func (w wanted) in(each func(f func(word string))) bool {
	if len(w.plain)+len(w.fuzzy) == 0 {
		return false
	}
	var few [8]bool
	got := few[:0]
	for range len(w.plain) + len(w.fuzzy) {
		got = append(got, false)
	}
	each(func(word string) {
		for i, p := range w.plain {
			if p == word {
				got[i] = true
			}
		}
		for i, match := range w.fuzzy {
			if at := len(w.plain) + i; !got[at] && match(word) {
				got[at] = true
			}
		}
	})
	return !slices.Contains(got, false)
}

func (m *matcher) fieldText(c *condition, l *leaf) (func(*reader) bool, error) {
	if c.quoted && c.text == "" {
		return func(r *reader) bool { v, ok := r.value(l); return ok && v == "" }, nil
	}
	words := func(r *reader, f func(string)) {
		if v, ok := r.value(l); ok {
			eachWord(&l.text, v, f)
		}
	}
	w, err := m.want(c, &l.text, words)
	if err != nil {
		return nil, err
	}
	test := func(r *reader) bool { return w.in(func(f func(string)) { words(r, f) }) }
	if !c.phrase {
		return test, nil
	}
	phrase := l.text.fold(c.text)
	return func(r *reader) bool {
		v, ok := r.value(l)
		return ok && test(r) && strings.Contains(l.text.fold(v), phrase)
	}, nil
}

// eachWord is x.words without the slice.
func eachWord(x *textIndex, v string, f func(string)) {
	v = x.fold(v)
	if x.tokens == "" {
		if v != "" {
			f(v)
		}
		return
	}
	start := -1
	for i, r := range v {
		if x.delimiter(r) {
			if start >= 0 {
				f(v[start:i])
				start = -1
			}
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		f(v[start:])
	}
}

func (m *matcher) fullText(c *condition) (func(*reader) bool, error) {
	if c.kind == cText && c.quoted && c.text == "" {
		return nil, notSimulated(`a search for "" without a key`)
	}
	type groupTest struct {
		g *group
		w wanted
	}
	var tests []groupTest
	for _, g := range m.groups {
		each := func(r *reader, f func(string)) {
			m.texts(g, r, func(text string) { eachWord(&g.text, text, f) })
		}
		w, err := m.want(c, &g.text, each)
		if err != nil {
			return nil, err
		}
		tests = append(tests, groupTest{g, w})
	}
	return func(r *reader) bool {
		for _, t := range tests {
			if !t.w.in(func(f func(string)) {
				m.texts(t.g, r, func(text string) { eachWord(&t.g.text, text, f) })
			}) {
				continue
			}
			if !c.phrase {
				return true
			}
			found := false
			phrase := t.g.text.fold(c.text)
			m.texts(t.g, r, func(text string) { found = found || strings.Contains(t.g.text.fold(text), phrase) })
			if found {
				return true
			}
		}
		return false
	}, nil
}

// run gives the rows that match.
func (m *matcher) run(rows []Row) ([]*Row, error) {
	if err := m.check(rows); err != nil {
		return nil, err
	}
	var out []*Row
	r := &reader{}
	for i := range rows {
		r.reset(&rows[i])
		if m.eval(m.root, r) {
			out = append(out, &rows[i])
		}
	}
	return out, nil
}

// check refuses what the service answers in a way that is not known: a word with wildcards that stands for more than a
// hundred words, of which it takes a sample, and Chinese text where the index splits Chinese.
func (m *matcher) check(rows []Row) error {
	chn := m.index.Line != nil && m.index.Line.Chn
	for _, k := range m.index.Keys {
		chn = chn || k.Chn
	}
	r := &reader{}
	if chn {
		for i := range rows {
			for _, v := range rows[i].Fields {
				if isHan(v) {
					return notSimulated("Chinese words: the index splits them by a dictionary that is not here")
				}
			}
		}
	}
	for _, f := range m.fuzzy {
		words := map[string]bool{}
		for i := range rows {
			r.reset(&rows[i])
			f.each(r, func(word string) {
				if !words[word] && f.match(word) {
					words[strings.Clone(word)] = true
				}
			})
			if len(words) > maxFuzzyWords {
				return notSimulated("%q stands for more than %d words, of which the service takes a sample", f.shown, maxFuzzyWords)
			}
		}
	}
	return nil
}

func (m *matcher) eval(c *condition, r *reader) bool {
	switch c.kind {
	case cAnd:
		for _, kid := range c.kids {
			if !m.eval(kid, r) {
				return false
			}
		}
		return true
	case cOr:
		for _, kid := range c.kids {
			if m.eval(kid, r) {
				return true
			}
		}
		return false
	case cNot:
		return !m.eval(c.kids[0], r)
	}
	return m.tests[c](r)
}

// glob matches a word against a pattern with marked wildcards.
func glob(pattern, s string) bool { return globRunes([]rune(pattern), []rune(s)) }

func globRunes(p, w []rune) bool {
	pi, wi, star, mark := 0, 0, -1, 0
	for wi < len(w) {
		switch {
		case pi < len(p) && (p[pi] == wildcardOne || (p[pi] != wildcardMany && p[pi] == w[wi])):
			pi++
			wi++
		case pi < len(p) && p[pi] == wildcardMany:
			star, mark = pi, wi
			pi++
		case star >= 0:
			mark++
			pi, wi = star+1, mark
		default:
			return false
		}
	}
	for pi < len(p) && p[pi] == wildcardMany {
		pi++
	}
	return pi == len(p)
}
