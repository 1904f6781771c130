package logquery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Types of Presto, as its messages spell them. Arrays are `array(varchar)` and the like.
const (
	tUnknown   = "unknown" // of NULL
	tBoolean   = "boolean"
	tInteger   = "integer"
	tBigint    = "bigint"
	tDouble    = "double"
	tVarchar   = "varchar"
	tJSON      = "json"
	tTimestamp = "timestamp"
)

func arrayOf(elem string) string { return "array(" + elem + ")" }

// elemOf is the element's type of an array, "" of what is none.
func elemOf(typ string) string {
	if e, ok := strings.CutPrefix(typ, "array("); ok {
		return strings.TrimSuffix(e, ")")
	}
	return ""
}

func isNumeric(typ string) bool { return typ == tInteger || typ == tBigint || typ == tDouble }

// node is an expression whose names and types are known, with the SQLite that computes it. Two nodes with the same sql
// are the same expression.
type node struct {
	sql    string
	typ    string
	kids   []*node
	pos    position
	column string // of a column: its name as written
	agg    bool   // is an aggregate
	hasAgg bool   // is or has one
	depth  int
	number *int64 // of a whole-number literal
}

const maxNodeDepth = 200 // SQLite refuses expressions deeper than 1000

func newNode(e *expr, typ, sql string, kids ...*node) (*node, error) {
	n := &node{sql: sql, typ: typ, kids: kids, pos: e.pos}
	for _, k := range kids {
		n.hasAgg = n.hasAgg || k.hasAgg
		n.depth = max(n.depth, k.depth+1)
	}
	if n.depth > maxNodeDepth || len(sql) > 8*maxQueryBytes {
		return nil, notSimulated("an expression this large (%s)", e.pos)
	}
	return n, nil
}

// scopeColumn is a column that a query may name.
type scopeColumn struct {
	relation, name string
	typ, sql       string
	base           int  // of the Logstore: which column, else -1
	hidden         bool // the field's own name where the index has an alias for it
}

type scope []scopeColumn

// output is a column of a query's answer.
type output struct {
	name string
	typ  string
}

// env is the names of WITH that a query may use.
type env struct {
	outer *env
	named named
}

const maxSelects = 200

type resolver struct {
	base     []baseColumn
	used     []bool // which of base the query reads
	logstore string
	tables   int
	selects  int
	distinct int
	scope    scope
	env      *env             // of the query that is being resolved
	outer    []scope          // of the queries around a subquery
	aliases  map[string]*node // names of the select list, in lower case
	first    bool             // whether those win over columns
	clause   string           // that must not have aggregates
	inAgg    bool
	conflict bool // a name was both an alias and another column
}

func (r *resolver) table() string {
	r.tables++
	return "t" + strconv.Itoa(r.tables)
}

// top resolves the whole statement. The default LIMIT is added.
func (r *resolver) top(q *query) (string, []output, error) {
	sql, out, err := r.query(q, nil, true)
	if err != nil {
		return "", nil, err
	}
	if r.distinct > 10 {
		return "", nil, invalid("max distinct num is:10, please use approx_distinct")
	}
	seen := map[string]bool{}
	for _, o := range out {
		if seen[o.name] {
			return "", nil, notSimulated("two columns named %s in the answer", o.name)
		}
		seen[o.name] = true
	}
	return sql, out, nil
}

// query resolves a query to a SELECT whose columns are c0, c1 and so on.
func (r *resolver) query(q *query, e *env, top bool) (string, []output, error) {
	for _, n := range q.with {
		e = &env{e, n}
	}
	var sql string
	var out []output
	var err error
	if len(q.selects) == 1 && q.selects[0].nested == nil {
		sql, out, err = r.selection(q, q.selects[0], e, top)
	} else {
		sql, out, err = r.union(q, e)
	}
	if err != nil {
		return "", nil, err
	}
	switch {
	case q.paged && !top:
		return "", nil, invalid("%s: LIMIT y, x cannot be used in a subquery", q.pos)
	case q.limited:
		sql += fmt.Sprintf(" LIMIT %d OFFSET %d", q.limit, q.offset)
	case top:
		sql += fmt.Sprintf(" LIMIT %d", defaultRows)
	}
	return sql, out, nil
}

const defaultRows = 100

func (r *resolver) union(q *query, e *env) (string, []output, error) {
	type branch struct {
		sql string
		out []output
	}
	var branches []branch
	var out []output
	for _, s := range q.selects {
		inner := s.nested
		if inner == nil {
			inner = &query{pos: s.pos, selects: []*selection{s}, all: []bool{false}, limit: -1}
		}
		sql, o, err := r.query(inner, e, false)
		if err != nil {
			return "", nil, err
		}
		if out == nil {
			out = slices.Clone(o)
		}
		if len(o) != len(out) {
			return "", nil, invalid("%s: UNION query has different number of fields: %d, %d", s.pos, len(out), len(o))
		}
		for i := range o {
			t := common(out[i].typ, o[i].typ)
			if t == "" {
				return "", nil, invalid("%s: column %d in UNION query has incompatible types: %s, %s", s.pos, i+1, out[i].typ, o[i].typ)
			}
			out[i].typ = t
		}
		branches = append(branches, branch{sql, o})
	}
	var b strings.Builder
	for i, br := range branches {
		if i > 0 {
			b.WriteString(" UNION ")
			if q.all[i] {
				b.WriteString("ALL ")
			}
		}
		cols := make([]string, len(out))
		for j := range out {
			cols[j] = coerceSQL(fmt.Sprintf("c%d", j), br.out[j].typ, out[j].typ) + fmt.Sprintf(" AS c%d", j)
		}
		fmt.Fprintf(&b, "SELECT %s FROM (%s)", strings.Join(cols, ", "), br.sql)
		if i > 0 && !q.all[i] {
			if err := comparableColumns(q.pos, "UNION", out); err != nil {
				return "", nil, err
			}
		}
	}
	if len(q.orderBy) == 0 {
		return "SELECT * FROM (" + b.String() + ")", out, nil
	}
	t := r.table()
	var sc scope
	nodes := make([]*node, len(out))
	for i, o := range out {
		sql := fmt.Sprintf("%s.c%d", t, i)
		sc = append(sc, scopeColumn{name: o.name, typ: o.typ, sql: sql, base: -1})
		nodes[i] = &node{sql: sql, typ: o.typ, column: o.name}
	}
	defer r.enter(sc)()
	order, err := r.order(q, nodes, false, nil, nil)
	return fmt.Sprintf("SELECT * FROM (%s) AS %s%s", b.String(), t, order), out, err
}

// comparableColumns refuses what Presto compares in a way that text does not.
func comparableColumns(at position, what string, out []output) error {
	for _, o := range out {
		if o.typ == tJSON || elemOf(o.typ) != "" {
			return notSimulated("%s over values of type %s (%s)", what, o.typ, at)
		}
	}
	return nil
}

// enter makes sc the scope; the result goes back.
func (r *resolver) enter(sc scope) func() {
	saved := *r
	r.scope, r.aliases, r.clause, r.inAgg, r.first = sc, nil, "", false, false
	return func() {
		r.scope, r.aliases, r.clause, r.inAgg, r.first = saved.scope, saved.aliases, saved.clause, saved.inAgg, saved.first
	}
}

func (r *resolver) selection(q *query, s *selection, e *env, top bool) (string, []output, error) {
	if r.selects++; r.selects > maxSelects {
		return "", nil, notSimulated("more than %d SELECTs, those of WITH counted at each use", maxSelects)
	}
	from := s.from
	if from == nil {
		if !top {
			return "", nil, invalid("you are using nested sql, please specify FROM LOGSTORE in the innermost sql")
		}
		from = []*relation{{pos: s.pos, name: "log"}}
	}
	var sc scope
	var tables []string
	for _, rel := range from {
		sql, cols, err := r.relation(rel, e)
		if err != nil {
			return "", nil, err
		}
		tables = append(tables, sql)
		sc = append(sc, cols...)
	}
	defer r.enter(sc)()
	saved := r.env
	r.env = e
	defer func() { r.env = saved }()

	var b strings.Builder
	where := ""
	if s.where != nil {
		n, err := r.boolean(s.where, "WHERE")
		if err != nil {
			return "", nil, err
		}
		where = " WHERE " + n.sql
	}
	items, out, err := r.items(s)
	if err != nil {
		return "", nil, err
	}
	g, err := r.grouping(q, s, items, out)
	if err != nil {
		return "", nil, err
	}
	b.WriteString("SELECT ")
	if s.distinct {
		b.WriteString("DISTINCT ")
		r.distinct++
		if err := comparableColumns(s.pos, "DISTINCT", out); err != nil {
			return "", nil, err
		}
	}
	for i, n := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s AS c%d", n.sql, i)
	}
	b.WriteString(" FROM " + strings.Join(tables, " CROSS JOIN ") + where + g)
	return b.String(), out, nil
}

// items resolves the select list.
func (r *resolver) items(s *selection) ([]*node, []output, error) {
	var nodes []*node
	var out []output
	for _, it := range s.items {
		if it.expr == nil {
			n, o, err := r.star(it)
			if err != nil {
				return nil, nil, err
			}
			nodes, out = append(nodes, n...), append(out, o...)
			continue
		}
		n, err := r.expr(it.expr)
		if err != nil {
			return nil, nil, err
		}
		name := it.alias
		switch {
		case name != "":
		case n.column != "":
			name = n.column
		default:
			name = fmt.Sprintf("_col%d", len(out))
		}
		nodes, out = append(nodes, n), append(out, output{name, n.typ})
	}
	return nodes, out, nil
}

func (r *resolver) star(it item) ([]*node, []output, error) {
	var nodes []*node
	var out []output
	for _, c := range r.scope {
		if it.of != "" && !strings.EqualFold(it.of, c.relation) {
			continue
		}
		if c.hidden {
			return nil, nil, notSimulated("* where the index has aliases (%s)", it.pos)
		}
		nodes = append(nodes, r.read(c, &expr{pos: it.pos, text: c.name}))
		out = append(out, output{c.name, c.typ})
	}
	if len(nodes) == 0 {
		return nil, nil, invalid("%s: Table '%s' not found", it.pos, it.of)
	}
	return nodes, out, nil
}

// grouping resolves GROUP BY, HAVING and ORDER BY, and checks that what is selected can be selected.
//
// An alias in GROUP BY is what the service adds to Presto, and which of an alias and a column of the same name wins is
// not documented: the reading that makes a valid query does, and where both do, nobody can tell.
func (r *resolver) grouping(q *query, s *selection, items []*node, out []output) (string, error) {
	r.aliases = map[string]*node{}
	for i, o := range out {
		name := strings.ToLower(o.name)
		if _, twice := r.aliases[name]; twice && r.aliases[name] != nil && r.aliases[name].sql != items[i].sql {
			r.aliases[name] = nil // ambiguous
			continue
		}
		r.aliases[name] = items[i]
	}
	r.conflict = false
	distinct := r.distinct
	sql, err := r.grouped(q, s, items, [2]bool{true, true})
	if !r.conflict {
		return sql, err
	}
	valid := map[string]bool{}
	if err == nil {
		valid[sql] = true
	}
	for _, aliasFirst := range [][2]bool{{true, false}, {false, true}, {false, false}} {
		r.distinct = distinct
		if other, err := r.grouped(q, s, items, aliasFirst); err == nil {
			valid[other] = true
		}
	}
	if len(valid) > 1 {
		return "", notSimulated("a name that is both a column and the alias of something else: which one GROUP BY and HAVING mean is not documented (%s)", s.pos)
	}
	for other := range valid {
		return other, nil
	}
	return sql, err
}

// grouped reads the clauses; aliasFirst tells for GROUP BY and for HAVING whether aliases win over columns.
func (r *resolver) grouped(q *query, s *selection, items []*node, aliasFirst [2]bool) (string, error) {
	r.first = aliasFirst[0]
	var b strings.Builder
	keys := map[string]bool{}
	aggregated := len(s.groupBy) > 0 || s.having != nil
	for _, n := range items {
		aggregated = aggregated || n.hasAgg
	}
	var list []string
	for _, e := range s.groupBy {
		n, err := r.ordinal(e, items, "GROUP BY")
		if err != nil {
			return "", err
		}
		if n.hasAgg {
			return "", invalid("%s: GROUP BY clause cannot contain aggregations or window functions", e.pos)
		}
		if n.typ == tJSON || elemOf(n.typ) != "" {
			return "", notSimulated("GROUP BY over values of type %s (%s)", n.typ, e.pos)
		}
		keys[n.sql] = true
		list = append(list, notOrdinal(n))
	}
	if len(list) > 0 {
		b.WriteString(" GROUP BY " + strings.Join(list, ", "))
	}
	var having *node
	r.first = aliasFirst[1]
	if s.having != nil {
		var err error
		if having, err = r.boolean(s.having, ""); err != nil {
			return "", err
		}
		b.WriteString(" HAVING " + having.sql)
	}
	r.first = true // in ORDER BY, names of the select list win, as in Presto
	conflict := r.conflict
	order, err := r.order(q, items, s.distinct, &aggregated, keys)
	r.conflict = conflict
	if err != nil {
		return "", err
	}
	b.WriteString(order)
	if !aggregated {
		return b.String(), nil
	}
	for _, n := range items {
		if err := groupedBy(n, keys); err != nil {
			return "", err
		}
	}
	if having != nil {
		if err := groupedBy(having, keys); err != nil {
			return "", err
		}
	}
	if len(list) == 0 && !anyAggregate(items) {
		// A constant beside HAVING: SQLite would not see that there is one group.
		return "", notSimulated("HAVING without GROUP BY and without an aggregate (%s)", s.pos)
	}
	return b.String(), nil
}

func anyAggregate(nodes []*node) bool {
	return slices.ContainsFunc(nodes, func(n *node) bool { return n.hasAgg })
}

// notOrdinal keeps SQLite from taking a number for the position of a column.
func notOrdinal(n *node) string {
	if n.number != nil {
		return "(" + n.sql + " + 0)"
	}
	return n.sql
}

// groupedBy checks that an expression rests on group keys and aggregates only.
func groupedBy(n *node, keys map[string]bool) error {
	if n.agg || keys[n.sql] {
		return nil
	}
	if n.column != "" {
		return invalid("%s: Column '%s' not in GROUP BY clause;please add the column in the index attribute", n.pos, n.column)
	}
	for _, k := range n.kids {
		if err := groupedBy(k, keys); err != nil {
			return err
		}
	}
	return nil
}

// ordinal resolves an expression, or the number of a selected one.
func (r *resolver) ordinal(e *expr, items []*node, clause string) (*node, error) {
	if e.kind != eInteger {
		return r.expr(e)
	}
	i, err := strconv.Atoi(e.text)
	if err != nil || i < 1 || i > len(items) {
		return nil, invalid("%s: %s position %s is not in select list", e.pos, clause, e.text)
	}
	return items[i-1], nil
}

// order resolves ORDER BY. aggregated and keys are nil for a UNION.
func (r *resolver) order(q *query, items []*node, distinct bool, aggregated *bool, keys map[string]bool) (string, error) {
	var list []string
	var nodes []*node
	for _, o := range q.orderBy {
		n, err := r.ordinal(o.expr, items, "ORDER BY")
		if err != nil {
			return "", err
		}
		if n.typ == tJSON || elemOf(n.typ) != "" {
			return "", invalid("%s: Type %s is not orderable, and therefore cannot be used in ORDER BY", o.expr.pos, n.typ)
		}
		if distinct && !slices.ContainsFunc(items, func(i *node) bool { return i.sql == n.sql }) {
			return "", invalid("%s: For SELECT DISTINCT, ORDER BY expressions must appear in select list", o.expr.pos)
		}
		nodes = append(nodes, n)
		sql := notOrdinal(n)
		if o.desc {
			sql += " DESC"
		}
		nulls := o.nulls
		if nulls == "" {
			nulls = "LAST" // in Presto whichever the direction
		}
		list = append(list, sql+" NULLS "+nulls)
	}
	if aggregated != nil {
		*aggregated = *aggregated || anyAggregate(nodes)
		if *aggregated {
			for _, n := range nodes {
				if err := groupedBy(n, keys); err != nil {
					return "", err
				}
			}
		}
	}
	if len(list) == 0 {
		return "", nil
	}
	return " ORDER BY " + strings.Join(list, ", "), nil
}

// relation gives what stands in FROM and the columns that it brings.
func (r *resolver) relation(rel *relation, e *env) (string, scope, error) {
	if rel.join != "" {
		return r.join(rel, e)
	}
	if rel.query != nil {
		sql, out, err := r.query(rel.query, e, false)
		if err != nil {
			return "", nil, err
		}
		return r.derived(rel, sql, out, rel.columns)
	}
	for at := e; at != nil; at = at.outer {
		if !strings.EqualFold(at.named.name, rel.name) {
			continue
		}
		sql, out, err := r.query(at.named.query, at.outer, false)
		if err != nil {
			return "", nil, err
		}
		columns := rel.columns
		if columns == nil {
			columns = at.named.columns
		}
		return r.derived(rel, sql, out, columns)
	}
	if !strings.EqualFold(rel.name, "log") && rel.name != r.logstore {
		return "", nil, notSimulated("tables other than the Logstore: %s (%s)", rel.name, rel.pos)
	}
	if rel.columns != nil {
		return "", nil, notSimulated("names for the columns of the Logstore (%s)", rel.pos)
	}
	name := rel.name
	if rel.alias != "" {
		name = rel.alias
	}
	t := r.table()
	var sc scope
	for i, c := range r.base {
		sql := fmt.Sprintf("%s.c%d", t, i)
		sc = append(sc, scopeColumn{relation: name, name: c.name, typ: c.typ, sql: sql, base: i, hidden: c.alias != ""})
		if c.alias != "" {
			sc = append(sc, scopeColumn{relation: name, name: c.alias, typ: c.typ, sql: sql, base: i})
		}
	}
	return "log AS " + t, sc, nil
}

func (r *resolver) derived(rel *relation, sql string, out []output, columns []string) (string, scope, error) {
	if columns != nil && len(columns) != len(out) {
		return "", nil, invalid("%s: Column alias list has %d entries but '%s' has %d columns available", rel.pos, len(columns), rel.alias, len(out))
	}
	name := rel.alias
	if name == "" {
		name = rel.name
	}
	t := r.table()
	sc := make(scope, len(out))
	for i, o := range out {
		if columns != nil {
			o.name = columns[i]
		}
		sc[i] = scopeColumn{relation: name, name: o.name, typ: o.typ, sql: fmt.Sprintf("%s.c%d", t, i), base: -1}
	}
	return "(" + sql + ") AS " + t, sc, nil
}

func (r *resolver) join(rel *relation, e *env) (string, scope, error) {
	left, sc, err := r.relation(rel.left, e)
	if err != nil {
		return "", nil, err
	}
	right, more, err := r.relation(rel.right, e)
	if err != nil {
		return "", nil, err
	}
	if rel.right.join != "" {
		right = "(" + right + ")"
	}
	sc = append(slices.Clone(sc), more...)
	sql := left + " " + rel.join + " " + right
	if rel.on == nil {
		return sql, sc, nil
	}
	defer r.enter(sc)()
	n, err := r.boolean(rel.on, "JOIN")
	if err != nil {
		return "", nil, err
	}
	return sql + " ON " + n.sql, sc, nil
}

// boolean resolves a condition. clause names one that must not have aggregates.
func (r *resolver) boolean(e *expr, clause string) (*node, error) {
	saved := r.clause
	r.clause = clause
	defer func() { r.clause = saved }()
	n, err := r.expr(e)
	if err != nil {
		return nil, err
	}
	if n.typ != tBoolean && n.typ != tUnknown {
		if clause == "" {
			clause = "HAVING"
		}
		return nil, invalid("%s: %s clause must evaluate to a boolean: actual type %s", e.pos, clause, n.typ)
	}
	return n, nil
}

// common is the type to which both can be turned, "" if there is none.
func common(a, b string) string {
	switch {
	case a == b, b == tUnknown:
		return a
	case a == tUnknown:
		return b
	case isNumeric(a) && isNumeric(b):
		if a == tDouble || b == tDouble {
			return tDouble
		}
		return tBigint
	}
	return ""
}

func coerceSQL(sql, from, to string) string {
	if to == tDouble && (from == tInteger || from == tBigint) {
		return "CAST(" + sql + " AS REAL)"
	}
	return sql
}

// coerce turns a node into a type that common gave.
func coerce(n *node, to string) *node {
	if n.typ == to {
		return n
	}
	sql := coerceSQL(n.sql, n.typ, to)
	out := &node{sql: sql, typ: to, pos: n.pos, kids: []*node{n}, hasAgg: n.hasAgg, depth: n.depth}
	if sql == n.sql {
		out.kids, out.column, out.agg, out.number = n.kids, n.column, n.agg, n.number
	}
	return out
}

// read is a column.
func (r *resolver) read(c scopeColumn, e *expr) *node {
	if c.base >= 0 {
		r.used[c.base] = true
	}
	return &node{sql: c.sql, typ: c.typ, pos: e.pos, column: e.text}
}

func (sc scope) find(e *expr) (found []scopeColumn) {
	for _, c := range sc {
		if !strings.EqualFold(c.name, e.text) || (len(e.of) > 0 && !strings.EqualFold(e.of[len(e.of)-1], c.relation)) {
			continue
		}
		if !slices.ContainsFunc(found, func(f scopeColumn) bool { return f.sql == c.sql }) {
			found = append(found, c)
		}
	}
	return found
}

func (r *resolver) ident(e *expr) (*node, error) {
	if len(e.of) > 1 {
		return nil, notSimulated("names of more than two parts (%s)", e.pos)
	}
	found := r.scope.find(e)
	var alias *node
	if len(e.of) == 0 && r.aliases != nil && r.clause == "" && !r.inAgg {
		n, ok := r.aliases[strings.ToLower(e.text)]
		if ok && n == nil {
			return nil, invalid("%s: Column '%s' is ambiguous", e.pos, e.text)
		}
		alias = n
	}
	if alias != nil {
		if len(found) > 0 && !slices.ContainsFunc(found, func(c scopeColumn) bool { return c.sql == alias.sql }) {
			r.conflict = true
			if !r.first {
				alias = nil
			}
		}
		if alias != nil {
			return alias, nil
		}
	}
	switch len(found) {
	case 1:
		if found[0].hidden {
			return nil, notSimulated("the name of a field that has an alias in the index: SQL calls it by that (%s)", e.pos)
		}
		return r.read(found[0], e), nil
	case 0:
		return nil, r.unresolved(e)
	}
	return nil, invalid("%s: Column '%s' is ambiguous", e.pos, e.text)
}

func (r *resolver) unresolved(e *expr) error {
	for _, sc := range r.outer {
		if len(sc.find(e)) > 0 {
			return notSimulated("a subquery that reads the query around it (%s)", e.pos)
		}
	}
	name := strings.Join(append(slices.Clone(e.of), e.text), ".")
	if e.quoted {
		return invalid(`%s: Column '%s' cannot be resolved; it seems %s is wrapper by ";if %s is a string ,not a key field, please use '%s'`, e.pos, name, name, name, name)
	}
	return invalid("%s: Column '%s' cannot be resolved;please add the column in the index attribute", e.pos, name)
}
