package logquery

import (
	"slices"
	"strings"
	"unicode"
)

const (
	maxQueryBytes = 256 << 10 // no documented limit; keeps a hostile query cheap
	maxConditions = 30
	maxDepth      = 100
	defaultLine   = 100
)

// Query is a parsed query; it may be run many times, also at once.
type Query struct {
	where  string
	sql    string
	hasSQL bool
	search *condition // nil matches every row
	phrase bool
	stmt   *query
}

// Parse reads `search` or `search | SQL`. What depends on the index (which keys there are, of which type) is Run's to
// judge. Errors are *Error.
func Parse(text string) (*Query, error) {
	if len(text) > maxQueryBytes {
		return nil, notSimulated("a query of more than %d bytes", maxQueryBytes)
	}
	tokens, rest, hasSQL, err := lexSearch(text)
	if err != nil {
		return nil, err
	}
	q := &Query{hasSQL: hasSQL, where: strings.TrimSpace(text)}
	if hasSQL {
		q.where = strings.TrimSpace(text[:len(text)-len(rest)-1])
		q.sql = strings.TrimSpace(rest)
	} else if first, after, _ := strings.Cut(q.where, " "); strings.EqualFold(first, "select") && strings.TrimSpace(after) != "" {
		return nil, invalid("sql query must follow search query,please read syntax doc")
	}
	p := searchParser{tokens: tokens}
	if q.search, err = p.parse(); err != nil {
		return nil, err
	}
	if p.conditions > maxConditions {
		return nil, invalid("condition number %d is more than %d", p.conditions, maxConditions)
	}
	q.phrase = p.phrase
	if !hasSQL {
		return q, nil
	}
	if p.phrase {
		return nil, invalid("phrase search cannot be used with an analytic statement")
	}
	if q.stmt, err = parseSQL(q.sql); err != nil {
		return nil, err
	}
	return q, nil
}

// HasSQL tells whether there is SQL after a pipe.
func (q *Query) HasSQL() bool { return q.hasSQL }

// Filter gives the rows that the search part finds, in the order in which they came: for GetHistograms.
func (q *Query) Filter(rows []Row, index *Index) ([]Row, error) {
	found, err := q.filter(rows, index)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(found))
	for i, r := range found {
		out[i] = *r
	}
	return out, nil
}

func (q *Query) filter(rows []Row, index *Index) ([]*Row, error) {
	if index == nil || (index.Line == nil && len(index.Keys) == 0) {
		return nil, errNoIndex()
	}
	if q.search == nil {
		out := make([]*Row, len(rows))
		for i := range rows {
			out[i] = &rows[i]
		}
		return out, nil
	}
	m, err := newMatcher(q.search, index)
	if err != nil {
		return nil, err
	}
	return m.run(rows)
}

// Run answers the query over the rows of a Logstore, which may be in any order and are not changed. An index that is nil
// or empty is IndexConfigNotExist. Errors are *Error.
func (q *Query) Run(rows []Row, index *Index, o Options) (*Result, error) {
	found, err := q.filter(rows, index)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b *Row) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	r := &Result{HasSQL: q.hasSQL, WhereQuery: q.where, AggQuery: q.sql, ProcessedRows: len(found)}
	if q.hasSQL {
		return r, q.runSQL(r, found, index, o)
	}
	line := o.Line
	if line == 0 {
		line = defaultLine
	}
	if line < 0 || line > defaultLine || o.Offset < 0 {
		return nil, invalid("line must be 0 to %d and offset not negative", defaultLine)
	}
	if o.Reverse {
		slices.Reverse(found)
	}
	found = found[min(o.Offset, len(found)):]
	found = found[:min(line, len(found))]
	r.Rows = make([]map[string]string, len(found))
	for i, row := range found {
		r.Rows[i] = row.found()
	}
	return r, nil
}

// isHan tells whether the text needs the service's dictionary of Chinese words to be split.
func isHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
