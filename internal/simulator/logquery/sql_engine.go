package logquery

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"modernc.org/sqlite"
)

// register adds our functions to the SQLite driver, for all databases that are opened after. Their names start with p_.
var register = sync.OnceFunc(func() {
	scalar := func(name string, n int, f func(a []driver.Value) (driver.Value, error)) {
		sqlite.MustRegisterDeterministicScalarFunction(name, int32(n), func(_ *sqlite.FunctionContext, a []driver.Value) (driver.Value, error) {
			if slices.Contains(a, nil) {
				return nil, nil
			}
			v, err := f(a)
			return v, carried(err)
		})
	}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		for i := range functions[name] {
			v := &functions[name][i]
			n := len(v.args)
			if v.variadic {
				n = -1
			}
			scalar(v.sqlName, n, v.call)
		}
	}
	for op, f := range map[string]struct {
		what string
		f    func(a, b int64) (int64, error)
	}{
		"add": {"addition", add64}, "sub": {"subtraction", subtract64}, "mul": {"multiplication", multiply64},
		"div": {"division", divide64}, "mod": {"modulus", remainder64},
	} {
		scalar("p_"+op+"_bigint", 2, wholeOp(f.what, f.f, false))
		scalar("p_"+op+"_integer", 2, wholeOp(f.what, f.f, true))
	}
	scalar("p_div_double", 2, func(a []driver.Value) (driver.Value, error) { return finite(float(a[0]) / float(a[1])) })
	scalar("p_mod_double", 2, func(a []driver.Value) (driver.Value, error) { return finite(mod(float(a[0]), float(a[1]))) })
	scalar("p_like", -1, likeValue) // a name can be registered once only
	scalar("p_cast", 3, func(a []driver.Value) (driver.Value, error) { return castValue(a[0], text(a[1]), text(a[2])) })
	scalar("p_try_cast", 3, func(a []driver.Value) (driver.Value, error) {
		v, err := castValue(a[0], text(a[1]), text(a[2]))
		if err != nil {
			v = nil
		}
		return v, nil
	})
	scalar("p_cardinality", 2, func(a []driver.Value) (driver.Value, error) { return int64(len(elements(a[1]))), nil })
	scalar("p_array_distinct", 2, arrayDistinct)
	scalar("p_array_sort", 2, arraySort)
	scalar("p_array_join", -1, arrayJoin)
	scalar("p_contains", 3, contains)
	scalar("p_element_at", 3, elementAt)
	aggregate := func(name string, n int32, create func() sqlite.AggregateFunction) {
		sqlite.MustRegisterFunction(name, &sqlite.FunctionImpl{
			NArgs: n, Deterministic: true,
			MakeAggregate: func(sqlite.FunctionContext) (sqlite.AggregateFunction, error) { return create(), nil },
		})
	}
	aggregate("p_array_agg", 1, func() sqlite.AggregateFunction { return &arrayAgg{} })
	aggregate("p_max_by", 2, func() sqlite.AggregateFunction { return &extremeBy{sign: 1} })
	aggregate("p_min_by", 2, func() sqlite.AggregateFunction { return &extremeBy{sign: -1} })
})

func init() { // names of variants are needed before anything is registered
	for name, variants := range functions {
		variants = slices.Clone(variants) // some names share their variants
		for i := range variants {
			variants[i].sqlName = "p_" + name + "_" + strconv.Itoa(i)
		}
		functions[name] = variants
	}
}

type arrayAgg struct{ list []any }

func (a *arrayAgg) Step(_ *sqlite.FunctionContext, args []driver.Value) error {
	a.list = append(a.list, encodeElement(args[0]))
	return nil
}

func (a *arrayAgg) WindowInverse(*sqlite.FunctionContext, []driver.Value) error {
	return errors.New("array_agg over a window")
}

func (a *arrayAgg) WindowValue(*sqlite.FunctionContext) (driver.Value, error) {
	if a.list == nil {
		return nil, nil
	}
	return encodeJSON(a.list), nil
}

func (a *arrayAgg) Final(*sqlite.FunctionContext) {}

// extremeBy is max_by (sign 1) and min_by (-1).
type extremeBy struct {
	sign      int
	value, by driver.Value
}

func (x *extremeBy) Step(_ *sqlite.FunctionContext, args []driver.Value) error {
	if args[1] != nil && (x.by == nil || compareValues(args[1], x.by)*x.sign > 0) {
		x.value, x.by = args[0], args[1]
	}
	return nil
}

func (x *extremeBy) WindowInverse(*sqlite.FunctionContext, []driver.Value) error {
	return errors.New("max_by or min_by over a window")
}

func (x *extremeBy) WindowValue(*sqlite.FunctionContext) (driver.Value, error) { return x.value, nil }

func (x *extremeBy) Final(*sqlite.FunctionContext) {}

// errorMark is around the parts of an *Error that goes through SQLite, which only keeps text.
const errorMark = "\x01"

func carried(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return errors.New(errorMark + e.Code + errorMark + strings.ReplaceAll(e.Message, "\x00", "") + errorMark)
	}
	return err
}

// fromSQLite is the *Error that went in, or one for SQLite's own complaint.
func fromSQLite(err error) *Error {
	if parts := strings.Split(err.Error(), errorMark); len(parts) == 4 {
		return &Error{Code: parts[1], Message: parts[2], Status: 400}
	}
	if strings.Contains(err.Error(), "integer overflow") {
		return invalid("bigint addition overflow")
	}
	return notSimulated("what the engine says to this: %s", err)
}

// baseColumn is a column of the Logstore.
type baseColumn struct {
	name, alias string
	typ         string
	leaf        *leaf // nil of __time__
}

const defaultTextLen = 2048

// columns lists the columns of an index: its analytic fields and leaves by name, then the reserved ones.
func (x *Index) columns() ([]baseColumn, error) {
	leaves := x.leaves()
	var out []baseColumn
	for _, name := range slices.Sorted(maps.Keys(leaves)) {
		l := leaves[name]
		if !l.doc {
			continue
		}
		c := baseColumn{name: name, alias: l.alias, typ: tVarchar, leaf: &l}
		switch l.typ {
		case "long":
			c.typ = tBigint
		case "double":
			c.typ = tDouble
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, nil
	}
	for _, name := range []string{"__source__", "__topic__"} {
		if l, ok := leaves[name]; !ok || !l.doc {
			out = append(out, baseColumn{name: name, typ: tVarchar, leaf: &leaf{name: name, field: name, typ: "text"}})
		}
	}
	out = append(out, baseColumn{name: "__time__", typ: tBigint})
	seen := map[string]bool{}
	for _, c := range out {
		seen[strings.ToLower(c.name)] = true
	}
	for _, c := range out {
		if c.alias == "" {
			continue
		}
		if name := strings.ToLower(c.alias); seen[name] {
			return nil, invalid("duplicate column conflicts: %s", c.alias)
		}
		seen[strings.ToLower(c.alias)] = true
	}
	return out, nil
}

// runSQL runs the statement over rows in a database of its own.
func (q *Query) runSQL(result *Result, rows []*Row, index *Index, o Options) error {
	base, err := index.columns()
	if err != nil {
		return err
	}
	if base == nil {
		name := o.Logstore
		if name == "" {
			name = "log"
		}
		return invalid("logstore (%s) is not found", name)
	}
	r := &resolver{base: base, used: make([]bool, len(base)), logstore: o.Logstore}
	statement, out, err := r.top(q.stmt)
	if err != nil {
		return err
	}
	register()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return fromSQLite(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection is a database
	if err := load(db, base, r.used, rows, index); err != nil {
		return err
	}
	if result.Rows, err = read(db, statement, out); err != nil {
		return err
	}
	for _, c := range out {
		result.Keys = append(result.Keys, c.name)
	}
	if !q.stmt.limited {
		result.Limited = defaultRows
	}
	return nil
}

func read(db *sql.DB, statement string, out []output) ([]map[string]string, error) {
	rows, err := db.QueryContext(context.Background(), statement)
	if err != nil {
		return nil, fromSQLite(err)
	}
	defer rows.Close()
	found := []map[string]string{}
	values := make([]any, len(out))
	into := make([]any, len(out))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fromSQLite(err)
		}
		row := make(map[string]string, len(out))
		for i, c := range out {
			if !fits(values[i], c.typ) {
				return nil, notSimulated("a value of the engine's that is no %s in column %s", c.typ, c.name)
			}
			row[c.name] = render(values[i], c.typ)
		}
		found = append(found, row)
	}
	if err := rows.Err(); err != nil {
		return nil, fromSQLite(err)
	}
	return found, nil
}

// fits guards against a value that SQLite has turned into another type.
func fits(v any, typ string) bool {
	switch v.(type) {
	case nil:
		return true
	case int64:
		return typ == tBigint || typ == tInteger || typ == tBoolean || typ == tTimestamp
	case float64:
		return typ == tDouble
	case string:
		return typ == tVarchar || typ == tJSON || elemOf(typ) != ""
	}
	return false
}

var sqliteTypes = map[string]string{tBigint: "INTEGER", tDouble: "REAL", tVarchar: "TEXT"}

// maxParameters of an INSERT: fewer cost more statements, more cost the driver, which looks for each among all.
const maxParameters = 200

// load makes the table log with the columns that are used.
func load(db *sql.DB, base []baseColumn, used []bool, rows []*Row, index *Index) error {
	columns, names := []string{"one INTEGER"}, []string{"one"}
	var take []int
	for i, c := range base {
		if used[i] {
			take = append(take, i)
			name := fmt.Sprintf("c%d", i)
			columns, names = append(columns, name+" "+sqliteTypes[c.typ]), append(names, name)
		}
	}
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, "CREATE TABLE log ("+strings.Join(columns, ", ")+")"); err != nil {
		return fromSQLite(err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fromSQLite(err)
	}
	defer tx.Rollback() //nolint:errcheck // of no effect after Commit
	textLen := index.MaxTextLen
	if textLen <= 0 {
		textLen = defaultTextLen
	}
	width := len(take) + 1
	batch := max(1, maxParameters/width)
	insert := "INSERT INTO log (" + strings.Join(names, ", ") + ") VALUES "
	tuple := "(?" + strings.Repeat(", ?", width-1) + ")"
	var stmt *sql.Stmt
	rd := &reader{}
	for len(rows) > 0 {
		n := min(batch, len(rows))
		if stmt == nil || n < batch {
			if stmt != nil {
				_ = stmt.Close() // nothing can be pending
			}
			if stmt, err = tx.PrepareContext(ctx, insert+tuple+strings.Repeat(", "+tuple, n-1)); err != nil {
				return fromSQLite(err)
			}
		}
		args := make([]any, 0, n*width)
		for _, row := range rows[:n] {
			rd.reset(row)
			args = append(args, int64(1))
			for _, i := range take {
				v, err := base[i].value(rd, textLen)
				if err != nil {
					return err
				}
				args = append(args, v)
			}
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return fromSQLite(err)
		}
		rows = rows[n:]
	}
	if stmt != nil {
		_ = stmt.Close()
	}
	if err := tx.Commit(); err != nil {
		return fromSQLite(err)
	}
	return nil
}

func (c *baseColumn) value(r *reader, textLen int) (any, error) {
	if c.leaf == nil {
		return r.row.Time, nil
	}
	v, ok := r.value(c.leaf)
	if !ok {
		return nil, nil
	}
	if c.typ != tVarchar {
		return number(c.leaf.typ, v), nil
	}
	if strings.IndexByte(v, 0) >= 0 {
		return nil, notSimulated("a zero byte in the field %s", c.name)
	}
	if len(v) > textLen {
		v = v[:textLen]
		for i := 0; i < utf8.UTFMax-1 && len(v) > 0; i++ { // no half of a character
			if r, size := utf8.DecodeLastRuneInString(v); r != utf8.RuneError || size != 1 {
				break
			}
			v = v[:len(v)-1]
		}
	}
	return v, nil
}
