package logquery

import (
	"slices"
	"strconv"
	"strings"
)

// query is a SELECT, or several joined by UNION, with what comes after.
type query struct {
	pos     position
	with    []named
	selects []*selection
	all     []bool // of the UNION before selects[i]; all[0] is of no use
	orderBy []order
	limit   int // rows; -1 without LIMIT or with LIMIT ALL
	limited bool
	offset  int
	paged   bool // LIMIT y, x
}

type named struct {
	name    string
	columns []string
	query   *query
}

type order struct {
	expr  *expr
	desc  bool
	nulls string // FIRST, LAST or "" as written
}

type selection struct {
	pos      position
	distinct bool
	items    []item
	from     []*relation // joined by commas; nil is the Logstore
	where    *expr
	groupBy  []*expr
	having   *expr
	nested   *query // a query in parentheses as a member of a UNION
}

type item struct {
	expr  *expr // nil is *
	of    string
	alias string
	pos   position
}

// relation is a table, a query or a join.
type relation struct {
	pos     position
	name    string
	query   *query
	alias   string
	columns []string

	join        string // JOIN, or one of CROSS, LEFT, RIGHT and FULL before it
	left, right *relation
	on          *expr
}

type exprKind int

const (
	eIdent exprKind = iota
	eString
	eInteger
	eDouble
	eBool
	eNull
	eMinus
	eArithmetic // + - * / %
	eConcat
	eCompare
	eAnd
	eOr
	eNot
	eBetween
	eIn
	eInQuery
	eLike
	eIsNull
	eDistinctFrom
	eCase // kids: operand or nil, else or nil, then pairs of when and then
	eCast
	eCall
	eQuery
	eExists
)

type expr struct {
	kind     exprKind
	pos      position
	text     string   // name, operator, type, literal
	of       []string // qualifiers of a name
	quoted   bool
	not      bool
	kids     []*expr
	query    *query
	distinct bool
	star     bool
	filter   *expr
}

type sqlParser struct {
	tokens []sqlToken
	pos    int
	depth  int
}

func parseSQL(text string) (*query, error) {
	tokens, err := lexSQL(text)
	if err != nil {
		return nil, err
	}
	p := &sqlParser{tokens: tokens}
	switch first := tokens[0]; {
	case first.kind == kEnd:
		return nil, invalid("%s: mismatched input '<EOF>'", first.pos)
	case first.kind == kIdent && !first.is("select") && !first.is("with"):
		return nil, notSimulated("%s after the pipe: only SELECT is", strings.ToUpper(first.text))
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	p.take(";")
	if t := p.peek(); t.kind != kEnd {
		return nil, p.unexpected(t)
	}
	return q, nil
}

func (p *sqlParser) peek() sqlToken { return p.tokens[p.pos] }

func (p *sqlParser) ahead(n int) sqlToken {
	return p.tokens[min(p.pos+n, len(p.tokens)-1)]
}

func (p *sqlParser) next() sqlToken {
	t := p.tokens[p.pos]
	if t.kind != kEnd {
		p.pos++
	}
	return t
}

// take takes the words if they are next, all or none.
func (p *sqlParser) take(words ...string) bool {
	for i, w := range words {
		if !p.ahead(i).is(w) {
			return false
		}
	}
	p.pos += len(words)
	return true
}

func (p *sqlParser) expect(word string) error {
	if t := p.peek(); !t.is(word) {
		if t.is("|") || t.is("?") || t.is("[") || t.is("->") {
			return p.unexpected(t)
		}
		return invalid("%s: mismatched input '%s' expecting '%s'", t.pos, t.text, word)
	}
	p.next()
	return nil
}

// outside names grammar that the service has and this package has not, by the word at which the parser stumbles.
var outside = map[string]string{
	"over": "window functions", "except": "EXCEPT", "intersect": "INTERSECT", "tablesample": "TABLESAMPLE",
	"offset": "OFFSET", "fetch": "FETCH", "[": "subscripts", "->": "lambda functions", "at": "AT TIME ZONE",
	"natural": "NATURAL JOIN", "using": "USING", "unnest": "UNNEST", "values": "VALUES", "interval": "INTERVAL",
	"array": "ARRAY", "row": "ROW", "extract": "EXTRACT", "map": "MAP", "grouping": "GROUPING SETS", "cube": "CUBE", "rollup": "ROLLUP",
	"lateral": "LATERAL", "recursive": "WITH RECURSIVE", "any": "quantified comparison", "all": "quantified comparison", "some": "quantified comparison",
	"table": "TABLE", "?": "parameters", "position": "POSITION", "normalize": "NORMALIZE", "window": "WINDOW",
	"current_date": "the time of the query", "current_time": "the time of the query", "current_timestamp": "the time of the query",
	"localtime": "the time of the query", "localtimestamp": "the time of the query", "current_user": "CURRENT_USER",
	"date": "literals of dates", "timestamp": "literals of times", "time": "literals of times",
}

func (p *sqlParser) unexpected(t sqlToken) *Error {
	if t.kind == kIdent || t.kind == kSymbol {
		if what, ok := outside[strings.ToLower(t.text)]; ok {
			return notSimulated("%s (%s)", what, t.pos)
		}
	}
	return invalid("%s: mismatched input '%s'", t.pos, t.text)
}

// deeper guards the recursion; the caller defers p.up().
func (p *sqlParser) deeper() error {
	if p.depth++; p.depth > maxDepth {
		return notSimulated("SQL nested more than %d deep", maxDepth)
	}
	return nil
}

func (p *sqlParser) up() { p.depth-- }

// reservedWords cannot be names without double quotes.
var reservedWords = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`alter and as between by case cast constraint create cross cube current_date current_path
		current_time current_timestamp current_user deallocate delete describe distinct drop else end escape except execute exists
		extract false for from full group grouping having in inner insert intersect into is join left like localtime localtimestamp
		natural normalize not null on or order outer prepare recursive right rollup select table then true uescape union unnest
		using values when where with`) {
		out[w] = true
	}
	return out
}()

func (p *sqlParser) isName(t sqlToken) bool {
	return t.kind == kQuoted || (t.kind == kIdent && !reservedWords[strings.ToLower(t.text)])
}

func (p *sqlParser) name() (string, error) {
	t := p.peek()
	if !p.isName(t) {
		return "", p.unexpected(t)
	}
	p.next()
	return t.text, nil
}

// alias reads `[AS] name`. Without AS, words that go on the query are no names.
func (p *sqlParser) alias() (string, error) {
	if p.take("as") {
		return p.name()
	}
	t := p.peek()
	if !p.isName(t) {
		return "", nil
	}
	if t.kind == kIdent {
		switch strings.ToLower(t.text) {
		case "limit", "offset", "fetch", "over", "tablesample", "filter", "window":
			return "", nil
		}
	}
	p.next()
	return t.text, nil
}

func (p *sqlParser) query() (*query, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.up()
	q := &query{pos: p.peek().pos, limit: -1}
	if p.take("with") {
		if err := p.with(q); err != nil {
			return nil, err
		}
	}
	q.all = []bool{false}
	for {
		s, err := p.selection()
		if err != nil {
			return nil, err
		}
		q.selects = append(q.selects, s)
		if !p.take("union") {
			break
		}
		all := p.take("all")
		if !all {
			p.take("distinct")
		}
		q.all = append(q.all, all)
	}
	if p.take("order", "by") {
		if err := p.orderBy(q); err != nil {
			return nil, err
		}
	}
	return q, p.limit(q)
}

func (p *sqlParser) with(q *query) error {
	if t := p.peek(); t.is("recursive") {
		return p.unexpected(t)
	}
	for {
		name, err := p.name()
		if err != nil {
			return err
		}
		columns, err := p.columnNames()
		if err != nil {
			return err
		}
		if err := p.expect("as"); err != nil {
			return err
		}
		inner, err := p.parenthesized()
		if err != nil {
			return err
		}
		q.with = append(q.with, named{name, columns, inner})
		if !p.take(",") {
			return nil
		}
	}
}

func (p *sqlParser) columnNames() ([]string, error) {
	if !p.take("(") {
		return nil, nil
	}
	var out []string
	for {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		out = append(out, name)
		if !p.take(",") {
			return out, p.expect(")")
		}
	}
}

func (p *sqlParser) parenthesized() (*query, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	return q, p.expect(")")
}

func (p *sqlParser) orderBy(q *query) error {
	for {
		e, err := p.expr()
		if err != nil {
			return err
		}
		o := order{expr: e}
		if p.take("desc") {
			o.desc = true
		} else {
			p.take("asc")
		}
		if p.take("nulls") {
			switch {
			case p.take("first"):
				o.nulls = "FIRST"
			case p.take("last"):
				o.nulls = "LAST"
			default:
				return p.unexpected(p.peek())
			}
		}
		q.orderBy = append(q.orderBy, o)
		if !p.take(",") {
			return nil
		}
	}
}

func (p *sqlParser) limit(q *query) error {
	at := p.peek().pos
	if !p.take("limit") {
		return nil
	}
	q.limited = true
	if p.take("all") {
		return notSimulated("LIMIT ALL (%s)", at)
	}
	n, err := p.count()
	if err != nil {
		return err
	}
	q.limit = n
	if !p.take(",") {
		return checkLimit(at, n, 0, maxRows)
	}
	q.paged = true
	q.offset = n
	if q.limit, err = p.count(); err != nil {
		return err
	}
	return checkLimit(at, q.limit, q.offset, maxPage)
}

const (
	maxRows = 1_000_000
	maxPage = 10_000
)

func checkLimit(at position, rows, offset, most int) error {
	if rows > most || offset > maxRows || rows+offset > maxRows {
		return invalid("%s: reading data with pagination only allow reading max %d", at, most)
	}
	return nil
}

func (p *sqlParser) count() (int, error) {
	t := p.next()
	if t.kind != kInteger {
		return 0, p.unexpected(t)
	}
	n, err := strconv.Atoi(t.text)
	if err != nil || n > 1<<40 {
		n = 1 << 40
	}
	return n, nil
}

func (p *sqlParser) selection() (*selection, error) {
	s := &selection{pos: p.peek().pos}
	if t := p.peek(); t.is("(") {
		inner, err := p.parenthesized()
		if err != nil {
			return nil, err
		}
		s.nested = inner
		return s, nil
	}
	if !p.take("select") {
		return nil, p.unexpected(p.peek())
	}
	if p.take("distinct") {
		s.distinct = true
	} else {
		p.take("all")
	}
	if err := p.items(s); err != nil {
		return nil, err
	}
	if p.take("from") {
		for {
			r, err := p.relation()
			if err != nil {
				return nil, err
			}
			s.from = append(s.from, r)
			if !p.take(",") {
				break
			}
		}
	}
	return s, p.rest(s)
}

// rest reads WHERE, GROUP BY and HAVING.
func (p *sqlParser) rest(s *selection) (err error) {
	if p.take("where") {
		if s.where, err = p.expr(); err != nil {
			return err
		}
	}
	if p.take("group", "by") {
		for {
			if t := p.peek(); t.is("grouping") || t.is("cube") || t.is("rollup") || (t.is("(") && p.ahead(1).is(")")) {
				return notSimulated("grouping sets (%s)", t.pos)
			}
			e, err := p.expr()
			if err != nil {
				return err
			}
			s.groupBy = append(s.groupBy, e)
			if !p.take(",") {
				break
			}
		}
	}
	if p.take("having") {
		if s.having, err = p.expr(); err != nil {
			return err
		}
	}
	return nil
}

func (p *sqlParser) items(s *selection) error {
	for {
		it := item{pos: p.peek().pos}
		switch {
		case p.take("*"):
		case p.isName(p.peek()) && p.ahead(1).is(".") && p.ahead(2).is("*"):
			it.of = p.next().text
			p.pos += 2
		default:
			e, err := p.expr()
			if err != nil {
				return err
			}
			it.expr = e
			if it.alias, err = p.alias(); err != nil {
				return err
			}
		}
		s.items = append(s.items, it)
		if !p.take(",") {
			return nil
		}
	}
}

func (p *sqlParser) relation() (*relation, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.up()
	left, err := p.primaryRelation()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		if n > maxDepth {
			return nil, notSimulated("more than %d joins", maxDepth)
		}
		r := &relation{pos: p.peek().pos, left: left}
		switch {
		case p.take("cross", "join"):
			r.join = "CROSS JOIN"
		case p.take("join"), p.take("inner", "join"):
			r.join = "JOIN"
		case p.take("left", "join"), p.take("left", "outer", "join"):
			r.join = "LEFT JOIN"
		case p.take("right", "join"), p.take("right", "outer", "join"):
			r.join = "RIGHT JOIN"
		case p.take("full", "join"), p.take("full", "outer", "join"):
			r.join = "FULL JOIN"
		default:
			return left, nil
		}
		if r.right, err = p.primaryRelation(); err != nil {
			return nil, err
		}
		if r.join != "CROSS JOIN" {
			if err := p.expect("on"); err != nil {
				if t := p.peek(); t.is("using") {
					return nil, p.unexpected(t)
				}
				return nil, err
			}
			if r.on, err = p.expr(); err != nil {
				return nil, err
			}
		}
		left = r
	}
}

func (p *sqlParser) primaryRelation() (*relation, error) {
	t := p.peek()
	r := &relation{pos: t.pos}
	switch {
	case t.is("(") && (p.ahead(1).is("select") || p.ahead(1).is("with") || p.ahead(1).is("(")):
		q, err := p.parenthesized()
		if err != nil {
			return nil, err
		}
		r.query = q
	case t.is("("):
		p.next()
		inner, err := p.relation()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case t.is("lateral") || t.is("unnest"):
		return nil, p.unexpected(t)
	default:
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		if p.peek().is(".") || p.peek().is("(") {
			return nil, notSimulated("tables other than the Logstore (%s)", t.pos)
		}
		r.name = name
	}
	var err error
	if r.alias, err = p.alias(); err != nil {
		return nil, err
	}
	if r.alias != "" {
		r.columns, err = p.columnNames()
	}
	return r, err
}

func (p *sqlParser) expr() (*expr, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.up()
	return p.chain(eOr, "or", func() (*expr, error) { return p.chain(eAnd, "and", p.not) })
}

// chain reads a AND b AND c as one node, so that long chains stay flat.
func (p *sqlParser) chain(kind exprKind, word string, operand func() (*expr, error)) (*expr, error) {
	first, err := operand()
	if err != nil {
		return nil, err
	}
	kids := []*expr{first}
	for p.take(word) {
		e, err := operand()
		if err != nil {
			return nil, err
		}
		kids = append(kids, e)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &expr{kind: kind, pos: first.pos, text: strings.ToUpper(word), kids: kids}, nil
}

func (p *sqlParser) not() (*expr, error) {
	t := p.peek()
	if !p.take("not") {
		return p.predicate()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.up()
	e, err := p.not()
	if err != nil {
		return nil, err
	}
	return &expr{kind: eNot, pos: t.pos, kids: []*expr{e}}, nil
}

var comparisons = []string{"=", "<>", "!=", "<", "<=", ">", ">="}

// predicate reads comparisons, BETWEEN, IN, LIKE and IS.
func (p *sqlParser) predicate() (*expr, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		if n > maxDepth {
			return nil, notSimulated("more than %d comparisons in a row", maxDepth)
		}
		t := p.peek()
		switch {
		case t.kind == kSymbol && slices.Contains(comparisons, t.text):
			p.next()
			if a := p.peek(); a.is("all") || a.is("any") || a.is("some") {
				return nil, p.unexpected(a)
			}
			right, err := p.sum()
			if err != nil {
				return nil, err
			}
			op := t.text
			if op == "!=" {
				op = "<>"
			}
			left = &expr{kind: eCompare, pos: t.pos, text: op, kids: []*expr{left, right}}
		case p.take("is"):
			if left, err = p.is(left, t.pos); err != nil {
				return nil, err
			}
		case t.is("not") || t.is("between") || t.is("in") || t.is("like"):
			if left, err = p.membership(left); err != nil {
				return nil, err
			}
		default:
			return left, nil
		}
	}
}

func (p *sqlParser) is(left *expr, at position) (*expr, error) {
	not := p.take("not")
	if p.take("null") {
		return &expr{kind: eIsNull, pos: at, not: not, kids: []*expr{left}}, nil
	}
	if !p.take("distinct", "from") {
		return nil, p.unexpected(p.peek())
	}
	right, err := p.sum()
	if err != nil {
		return nil, err
	}
	return &expr{kind: eDistinctFrom, pos: at, text: "IS DISTINCT FROM", not: not, kids: []*expr{left, right}}, nil
}

func (p *sqlParser) membership(left *expr) (*expr, error) {
	e := &expr{pos: p.peek().pos, not: p.take("not"), kids: []*expr{left}}
	add := func() error {
		k, err := p.sum()
		e.kids = append(e.kids, k)
		return err
	}
	switch {
	case p.take("between"):
		e.kind = eBetween
		if err := add(); err != nil {
			return nil, err
		}
		if err := p.expect("and"); err != nil {
			return nil, err
		}
		return e, add()
	case p.take("like"):
		e.kind = eLike
		if err := add(); err != nil {
			return nil, err
		}
		if p.take("escape") {
			return e, add()
		}
		return e, nil
	case p.take("in"):
		if p.peek().is("(") && (p.ahead(1).is("select") || p.ahead(1).is("with")) {
			q, err := p.parenthesized()
			e.kind, e.query = eInQuery, q
			return e, err
		}
		e.kind = eIn
		list, err := p.list()
		e.kids = append(e.kids, list...)
		return e, err
	}
	return nil, p.unexpected(p.peek())
}

// list reads expressions in parentheses, at least one.
func (p *sqlParser) list() ([]*expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var out []*expr
	for {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if !p.take(",") {
			return out, p.expect(")")
		}
	}
}

func (p *sqlParser) sum() (*expr, error) {
	return p.binary([]string{"+", "-", "||"}, func() (*expr, error) { return p.binary([]string{"*", "/", "%"}, p.unary) })
}

func (p *sqlParser) binary(ops []string, operand func() (*expr, error)) (*expr, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		t := p.peek()
		if t.kind != kSymbol || !slices.Contains(ops, t.text) {
			return left, nil
		}
		if n > maxDepth {
			return nil, notSimulated("more than %d operators in a row", maxDepth)
		}
		p.next()
		right, err := operand()
		if err != nil {
			return nil, err
		}
		kind := eArithmetic
		if t.text == "||" {
			kind = eConcat
		}
		left = &expr{kind: kind, pos: t.pos, text: t.text, kids: []*expr{left, right}}
	}
}

func (p *sqlParser) unary() (*expr, error) {
	t := p.peek()
	if !p.take("-") && !p.take("+") {
		return p.primary()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.up()
	e, err := p.unary()
	if err != nil || t.text == "+" {
		return e, err
	}
	return &expr{kind: eMinus, pos: t.pos, kids: []*expr{e}}, nil
}

func (p *sqlParser) primary() (*expr, error) {
	e, err := p.atom()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.is("[") || (t.is("at") && p.ahead(1).is("time")) {
		return nil, p.unexpected(t)
	}
	return e, nil
}

func (p *sqlParser) atom() (*expr, error) {
	t := p.peek()
	literal := func(kind exprKind) (*expr, error) {
		p.next()
		return &expr{kind: kind, pos: t.pos, text: t.text}, nil
	}
	switch t.kind {
	case kString:
		return literal(eString)
	case kInteger:
		return literal(eInteger)
	case kDouble:
		return literal(eDouble)
	case kEnd:
		return nil, p.unexpected(t)
	case kSymbol:
		return p.inParentheses(t)
	case kIdent:
		switch strings.ToLower(t.text) {
		case "true", "false":
			return literal(eBool)
		case "null":
			return literal(eNull)
		case "case":
			return p.caseOf()
		case "cast", "try_cast":
			if p.ahead(1).is("(") {
				return p.cast()
			}
		case "exists":
			p.next()
			q, err := p.parenthesized()
			return &expr{kind: eExists, pos: t.pos, query: q}, err
		case "extract", "normalize", "row", "array", "map", "position", "grouping":
			if n := p.ahead(1); n.is("(") || n.is("[") {
				return nil, p.unexpected(t)
			}
		case "interval", "date", "timestamp", "time":
			if n := p.ahead(1); n.kind == kString {
				return nil, p.unexpected(t)
			}
		}
	}
	return p.nameOrCall()
}

func (p *sqlParser) inParentheses(t sqlToken) (*expr, error) {
	if !t.is("(") {
		return nil, p.unexpected(t)
	}
	if p.ahead(1).is("select") || p.ahead(1).is("with") {
		q, err := p.parenthesized()
		return &expr{kind: eQuery, pos: t.pos, query: q}, err
	}
	list, err := p.list()
	if err != nil {
		return nil, err
	}
	if len(list) > 1 {
		return nil, notSimulated("rows of several values (%s)", t.pos)
	}
	return list[0], nil
}

func (p *sqlParser) caseOf() (*expr, error) {
	e := &expr{kind: eCase, pos: p.next().pos, kids: []*expr{nil, nil}}
	var err error
	if !p.peek().is("when") {
		if e.kids[0], err = p.expr(); err != nil {
			return nil, err
		}
	}
	for p.take("when") {
		when, err := p.expr()
		if err != nil {
			return nil, err
		}
		if err := p.expect("then"); err != nil {
			return nil, err
		}
		then, err := p.expr()
		if err != nil {
			return nil, err
		}
		e.kids = append(e.kids, when, then)
	}
	if len(e.kids) == 2 {
		return nil, p.unexpected(p.peek())
	}
	if p.take("else") {
		if e.kids[1], err = p.expr(); err != nil {
			return nil, err
		}
	}
	return e, p.expect("end")
}

func (p *sqlParser) cast() (*expr, error) {
	t := p.next()
	e := &expr{kind: eCast, pos: t.pos, not: t.is("try_cast")}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	inner, err := p.expr()
	if err != nil {
		return nil, err
	}
	e.kids = []*expr{inner}
	if err := p.expect("as"); err != nil {
		return nil, err
	}
	typ := p.next()
	if typ.kind != kIdent {
		return nil, p.unexpected(typ)
	}
	e.text = strings.ToLower(typ.text)
	if t := p.peek(); t.is("(") || t.is("with") || t.is("without") || t.is("precision") {
		return nil, notSimulated("CAST to a type with parameters (%s)", t.pos)
	}
	return e, p.expect(")")
}

func (p *sqlParser) nameOrCall() (*expr, error) {
	t := p.peek()
	callable := t.kind == kIdent && p.ahead(1).is("(")
	isFunction := callable && (t.is("left") || t.is("right"))
	if !p.isName(t) && !isFunction {
		return nil, p.unexpected(t)
	}
	p.next()
	if callable {
		return p.call(t)
	}
	e := &expr{kind: eIdent, pos: t.pos, text: t.text, quoted: t.kind == kQuoted}
	for p.take(".") {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		e.of = append(e.of, e.text)
		e.text = name
	}
	if p.peek().is("->") {
		return nil, p.unexpected(p.peek())
	}
	return e, nil
}

func (p *sqlParser) call(t sqlToken) (*expr, error) {
	e := &expr{kind: eCall, pos: t.pos, text: strings.ToLower(t.text)}
	p.next()
	switch {
	case p.take("*"):
		e.star = true
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	case p.take(")"):
	default:
		if p.take("distinct") {
			e.distinct = true
		} else {
			p.take("all")
		}
		for {
			arg, err := p.expr()
			if err != nil {
				return nil, err
			}
			e.kids = append(e.kids, arg)
			if !p.take(",") {
				break
			}
		}
		if t := p.peek(); t.is("order") {
			return nil, notSimulated("ORDER BY in an aggregate (%s)", t.pos)
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	if p.peek().is("filter") && p.ahead(1).is("(") {
		p.pos += 2
		if err := p.expect("where"); err != nil {
			return nil, err
		}
		var err error
		if e.filter, err = p.expr(); err != nil {
			return nil, err
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	if n := p.peek(); n.is("over") || (n.is("ignore") && p.ahead(1).is("nulls")) {
		return nil, notSimulated("window functions (%s)", n.pos)
	}
	return e, nil
}
