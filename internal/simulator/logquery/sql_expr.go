package logquery

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

func (r *resolver) exprs(list []*expr) ([]*node, error) {
	out := make([]*node, len(list))
	for i, e := range list {
		n, err := r.expr(e)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func (r *resolver) expr(e *expr) (*node, error) {
	switch e.kind {
	case eIdent:
		return r.ident(e)
	case eString, eInteger, eDouble, eBool, eNull:
		return literal(e)
	case eMinus:
		return r.minus(e)
	case eCase:
		return r.caseOf(e)
	case eCall:
		return r.call(e)
	case eInQuery, eQuery, eExists:
		return r.subquery(e)
	}
	kids, err := r.exprs(e.kids)
	if err != nil {
		return nil, err
	}
	switch e.kind {
	case eArithmetic:
		return arithmetic(e, kids[0], kids[1])
	case eConcat:
		return concat(e, kids)
	case eCompare, eDistinctFrom:
		return comparison(e, kids)
	case eAnd, eOr, eNot:
		return logical(e, kids)
	case eBetween:
		return between(e, kids)
	case eIn:
		return in(e, kids)
	case eLike:
		return like(e, kids)
	case eIsNull:
		op := " IS NULL)"
		if e.not {
			op = " IS NOT NULL)"
		}
		return newNode(e, tBoolean, "("+kids[0].sql+op, kids...)
	case eCast:
		return cast(e, kids[0])
	}
	return nil, notSimulated("this expression (%s)", e.pos)
}

func quoteSQL(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func literal(e *expr) (*node, error) {
	switch e.kind {
	case eString:
		return newNode(e, tVarchar, quoteSQL(e.text))
	case eBool:
		if strings.EqualFold(e.text, "true") {
			return newNode(e, tBoolean, "(1 = 1)")
		}
		return newNode(e, tBoolean, "(1 = 0)")
	case eNull:
		return newNode(e, tUnknown, "NULL")
	case eInteger:
		v, err := strconv.ParseInt(e.text, 10, 64)
		if err != nil {
			return nil, invalid("%s: Invalid numeric literal: %s", e.pos, e.text)
		}
		return whole(e, v)
	}
	v, err := strconv.ParseFloat(e.text, 64)
	if err != nil || math.IsInf(v, 0) {
		return nil, notSimulated("the number %s (%s)", e.text, e.pos)
	}
	return newNode(e, tDouble, realSQL(v))
}

func whole(e *expr, v int64) (*node, error) {
	typ := tInteger
	if v > math.MaxInt32 || v < math.MinInt32 {
		typ = tBigint
	}
	n, err := newNode(e, typ, strconv.FormatInt(v, 10))
	if err == nil {
		n.number = &v
	}
	return n, err
}

func realSQL(v float64) string {
	s := strconv.FormatFloat(v, 'e', -1, 64)
	if !strings.Contains(s, ".") {
		s = strings.Replace(s, "e", ".0e", 1)
	}
	return s
}

func (r *resolver) minus(e *expr) (*node, error) {
	n, err := r.expr(e.kids[0])
	if err != nil {
		return nil, err
	}
	switch {
	case n.number != nil && *n.number != math.MinInt64:
		return whole(e, -*n.number)
	case n.typ == tDouble:
		return newNode(e, tDouble, "(0.0 - "+n.sql+")", n)
	case n.typ == tInteger || n.typ == tBigint:
		zero, err := whole(e, 0)
		if err != nil {
			return nil, err
		}
		return arithmetic(&expr{pos: e.pos, text: "-"}, zero, n)
	}
	return nil, invalid("%s: '-' cannot be applied to %s", e.pos, n.typ)
}

var wholeOps = map[string]string{"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod"}

func arithmetic(e *expr, a, b *node) (*node, error) {
	t := common(a.typ, b.typ)
	if !isNumeric(t) {
		if t == tUnknown {
			return newNode(e, tUnknown, "NULL", a, b)
		}
		if a.typ == tTimestamp || b.typ == tTimestamp {
			return nil, notSimulated("arithmetic with times (%s)", e.pos)
		}
		return nil, invalid("%s: '%s' cannot be applied to %s, %s", e.pos, e.text, a.typ, b.typ)
	}
	a, b = coerce(a, t), coerce(b, t)
	switch {
	case t == tDouble && e.text == "/":
		return newNode(e, t, fmt.Sprintf("p_div_double(%s, %s)", a.sql, b.sql), a, b)
	case t == tDouble && e.text == "%":
		return newNode(e, t, fmt.Sprintf("p_mod_double(%s, %s)", a.sql, b.sql), a, b)
	case t == tDouble, (e.text == "/" || e.text == "%") && b.number != nil && *b.number > 0:
		return newNode(e, t, fmt.Sprintf("(%s %s %s)", a.sql, e.text, b.sql), a, b)
	}
	return newNode(e, t, fmt.Sprintf("p_%s_%s(%s, %s)", wholeOps[e.text], t, a.sql, b.sql), a, b)
}

func concat(e *expr, kids []*node) (*node, error) {
	for _, k := range kids {
		if elemOf(k.typ) != "" {
			return nil, notSimulated("|| of arrays (%s)", e.pos)
		}
	}
	if common(common(kids[0].typ, kids[1].typ), tVarchar) != tVarchar {
		return nil, invalid("%s: '||' cannot be applied to %s, %s", e.pos, kids[0].typ, kids[1].typ)
	}
	return newNode(e, tVarchar, "("+kids[0].sql+" || "+kids[1].sql+")", kids...)
}

// same turns nodes into one type that = and < know, or says why not.
func same(e *expr, op string, kids []*node) ([]*node, error) {
	t := kids[0].typ
	for _, k := range kids[1:] {
		c := common(t, k.typ)
		if c == "" {
			return nil, invalid("%s: '%s' cannot be applied to %s, %s", e.pos, op, t, k.typ)
		}
		t = c
	}
	if t == tJSON || elemOf(t) != "" {
		return nil, notSimulated("comparing values of type %s (%s)", t, e.pos)
	}
	out := make([]*node, len(kids))
	for i, k := range kids {
		out[i] = coerce(k, t)
	}
	return out, nil
}

func comparison(e *expr, kids []*node) (*node, error) {
	kids, err := same(e, e.text, kids)
	if err != nil {
		return nil, err
	}
	op := e.text
	if e.kind == eDistinctFrom {
		op = "IS NOT"
		if e.not {
			op = "IS"
		}
	}
	return newNode(e, tBoolean, "("+kids[0].sql+" "+op+" "+kids[1].sql+")", kids...)
}

func logical(e *expr, kids []*node) (*node, error) {
	var list []string
	for i, k := range kids {
		if k.typ != tBoolean && k.typ != tUnknown {
			switch {
			case e.kind == eNot:
				return nil, invalid("%s: Value of logical NOT expression must evaluate to a boolean (actual: %s)", k.pos, k.typ)
			case i == 0:
				return nil, invalid("%s: Left side of logical expression must evaluate to a boolean (actual: %s)", k.pos, k.typ)
			}
			return nil, invalid("%s: Right side of logical expression must evaluate to a boolean (actual: %s)", k.pos, k.typ)
		}
		list = append(list, k.sql)
	}
	if e.kind == eNot {
		return newNode(e, tBoolean, "(NOT "+list[0]+")", kids...)
	}
	return newNode(e, tBoolean, "("+balanced(list, " "+e.text+" ")+")", kids...)
}

// balanced joins with parentheses by halves, so that a long chain is no deep tree for SQLite.
func balanced(list []string, op string) string {
	if len(list) <= 16 {
		return strings.Join(list, op)
	}
	half := len(list) / 2
	return "(" + balanced(list[:half], op) + ")" + op + "(" + balanced(list[half:], op) + ")"
}

func not(e *expr) string {
	if e.not {
		return "NOT "
	}
	return ""
}

func between(e *expr, kids []*node) (*node, error) {
	kids, err := same(e, "BETWEEN", kids)
	if err != nil {
		return nil, err
	}
	return newNode(e, tBoolean, fmt.Sprintf("(%s %sBETWEEN %s AND %s)", kids[0].sql, not(e), kids[1].sql, kids[2].sql), kids...)
}

func in(e *expr, kids []*node) (*node, error) {
	t := kids[0].typ
	for _, k := range kids[1:] {
		c := common(t, k.typ)
		if c == "" {
			return nil, invalid("%s: IN value and list items must be the same type: %s", k.pos, kids[0].typ)
		}
		t = c
	}
	kids, err := same(e, "IN", kids)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(kids)-1)
	for i, k := range kids[1:] {
		list[i] = k.sql
	}
	return newNode(e, tBoolean, fmt.Sprintf("(%s %sIN (%s))", kids[0].sql, not(e), strings.Join(list, ", ")), kids...)
}

func like(e *expr, kids []*node) (*node, error) {
	for i, what := range []string{"Left side of LIKE expression", "Pattern for LIKE expression", "Escape for LIKE expression"}[:len(kids)] {
		if k := kids[i]; k.typ != tVarchar && k.typ != tUnknown {
			return nil, invalid("%s: %s must evaluate to a varchar (actual: %s)", k.pos, what, k.typ)
		}
	}
	args := make([]string, len(kids))
	for i, k := range kids {
		args[i] = k.sql
	}
	return newNode(e, tBoolean, "("+not(e)+"p_like("+strings.Join(args, ", ")+"))", kids...)
}

func (r *resolver) caseOf(e *expr) (*node, error) {
	var operand *node
	var err error
	if e.kids[0] != nil {
		if operand, err = r.expr(e.kids[0]); err != nil {
			return nil, err
		}
	}
	var kids, values []*node
	var whens []string
	for i := 2; i < len(e.kids); i += 2 {
		when, err := r.expr(e.kids[i])
		if err != nil {
			return nil, err
		}
		if operand != nil {
			if when, err = comparison(&expr{kind: eCompare, pos: e.kids[i].pos, text: "="}, []*node{operand, when}); err != nil {
				return nil, err
			}
		}
		if when.typ != tBoolean && when.typ != tUnknown {
			return nil, invalid("%s: CASE WHEN clause must evaluate to a boolean (actual: %s)", e.kids[i].pos, when.typ)
		}
		then, err := r.expr(e.kids[i+1])
		if err != nil {
			return nil, err
		}
		kids, values, whens = append(kids, when), append(values, then), append(whens, when.sql)
	}
	otherwise, err := newNode(e, tUnknown, "NULL")
	if e.kids[1] != nil {
		otherwise, err = r.expr(e.kids[1])
	}
	if err != nil {
		return nil, err
	}
	return choose(e, "All CASE results must be the same type", whens, kids, append(values, otherwise))
}

// choose is CASE WHEN whens[i] THEN values[i] ... ELSE the last value.
func choose(e *expr, complaint string, whens []string, conds, values []*node) (*node, error) {
	values, t, err := unify(e, complaint, values)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("(CASE")
	for i, w := range whens {
		fmt.Fprintf(&b, " WHEN %s THEN %s", w, values[i].sql)
	}
	fmt.Fprintf(&b, " ELSE %s END)", values[len(whens)].sql)
	return newNode(e, t, b.String(), append(conds, values...)...)
}

// unify turns values into their common type.
func unify(e *expr, complaint string, values []*node) ([]*node, string, error) {
	t := values[0].typ
	for _, v := range values[1:] {
		c := common(t, v.typ)
		if c == "" {
			return nil, "", invalid("%s: %s: %s", e.pos, complaint, t)
		}
		t = c
	}
	out := make([]*node, len(values))
	for i, v := range values {
		out[i] = coerce(v, t)
	}
	return out, t, nil
}

func cast(e *expr, n *node) (*node, error) {
	to := e.text
	switch to {
	case "int":
		to = tInteger
	case tBigint, tInteger, tDouble, tVarchar, tBoolean:
	default:
		return nil, notSimulated("CAST to %s (%s)", to, e.pos)
	}
	switch {
	case n.typ == to && !e.not:
		return n, nil
	case n.typ == tUnknown:
		return newNode(e, to, "NULL", n)
	case n.typ == tBigint && to == tDouble, n.typ == tInteger && (to == tDouble || to == tBigint):
		return newNode(e, to, coerceSQL(n.sql, n.typ, to), n)
	}
	switch n.typ {
	case tBoolean, tInteger, tBigint, tDouble, tVarchar:
	case tTimestamp:
		if to == tVarchar {
			break
		}
		return nil, invalid("%s: Cannot cast timestamp to %s", e.pos, to)
	default:
		return nil, notSimulated("CAST from %s (%s)", n.typ, e.pos)
	}
	name := "p_cast"
	if e.not {
		name = "p_try_cast"
	}
	return newNode(e, to, fmt.Sprintf("%s(%s, '%s', '%s')", name, n.sql, n.typ, to), n)
}

// subquery resolves IN (SELECT ...), EXISTS and a SELECT that is a value.
func (r *resolver) subquery(e *expr) (*node, error) {
	var left *node
	if e.kind == eInQuery {
		var err error
		if left, err = r.expr(e.kids[0]); err != nil {
			return nil, err
		}
	}
	r.outer = append(r.outer, r.scope)
	leave := r.enter(nil)
	sql, out, err := r.query(e.query, r.env, false)
	leave()
	r.outer = r.outer[:len(r.outer)-1]
	if err != nil {
		return nil, err
	}
	if e.kind == eExists {
		return newNode(e, tBoolean, "EXISTS ("+sql+")")
	}
	if len(out) != 1 {
		return nil, invalid("%s: Multiple columns returned by subquery are not yet supported. Found %d", e.pos, len(out))
	}
	if e.kind == eQuery {
		if !oneRow(e.query) {
			return nil, notSimulated("a subquery as a value that may have several rows (%s)", e.pos)
		}
		return newNode(e, out[0].typ, "("+sql+")")
	}
	t := common(left.typ, out[0].typ)
	if t == "" {
		return nil, invalid("%s: value and result of subquery must be of the same type for IN expression: %s vs %s", e.pos, left.typ, out[0].typ)
	}
	if err := comparableColumns(e.pos, "IN", []output{{typ: t}}); err != nil {
		return nil, err
	}
	left = coerce(left, t)
	sql = "SELECT " + coerceSQL("c0", out[0].typ, t) + " FROM (" + sql + ")"
	return newNode(e, tBoolean, fmt.Sprintf("(%s %sIN (%s))", left.sql, not(e), sql), left)
}

// oneRow tells whether a query can have no more than one row.
func oneRow(q *query) bool {
	if q.limited && q.limit <= 1 {
		return true
	}
	if len(q.selects) != 1 || q.selects[0].nested != nil || len(q.selects[0].groupBy) > 0 {
		return false
	}
	for _, it := range q.selects[0].items {
		if it.expr != nil && hasAggregate(it.expr) {
			return true
		}
	}
	return false
}

func hasAggregate(e *expr) bool {
	if e == nil {
		return false
	}
	if _, ok := aggregates[e.text]; ok && e.kind == eCall {
		return true
	}
	for _, k := range e.kids {
		if hasAggregate(k) {
			return true
		}
	}
	return false
}
