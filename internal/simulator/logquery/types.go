package logquery

import (
	"fmt"
	"maps"
	"strconv"
)

// Row is a log: when it happened (Unix seconds) and its fields. Tags are fields named `__tag__:x`. Topic and Source
// are `__topic__` and `__source__`, which Fields must not repeat.
type Row struct {
	Time   int64
	Fields map[string]string
	Topic  string
	Source string
}

// Index is the index configuration of a Logstore, as CreateIndex takes it and GetIndex gives it.
type Index struct {
	Keys               map[string]Key `json:"keys,omitempty"`
	Line               *Line          `json:"line,omitempty"`
	TTL                int            `json:"ttl,omitempty"`
	MaxTextLen         int            `json:"max_text_len,omitempty"` // bytes of a value that SQL sees; 0 is the default of 2048
	LogReduce          bool           `json:"log_reduce"`
	LogReduceWhiteList []string       `json:"log_reduce_white_list,omitempty"`
	LogReduceBlackList []string       `json:"log_reduce_black_list,omitempty"`
	ScanIndex          bool           `json:"scan_index,omitempty"`
}

// Key is the index of one field. Type is text, long, double or json; Token, CaseSensitive and Chn are for text and for
// the text leaves of json. DocValue ("Enable Analytics") makes it a column of SQL.
type Key struct {
	Token         []string           `json:"token"`
	CaseSensitive bool               `json:"caseSensitive"`
	Type          string             `json:"type"`
	DocValue      bool               `json:"doc_value,omitempty"`
	Alias         string             `json:"alias,omitempty"`
	Chn           bool               `json:"chn"`
	JSONKeys      map[string]JSONKey `json:"json_keys,omitempty"`
}

// JSONKey is the index of one leaf of a json field; its name is the path, `a.b.c`.
type JSONKey struct {
	Type     string `json:"type"`
	Alias    string `json:"alias,omitempty"`
	DocValue bool   `json:"doc_value,omitempty"`
}

// Line is the full-text index.
type Line struct {
	Token         []string `json:"token"`
	CaseSensitive bool     `json:"caseSensitive"`
	IncludeKeys   []string `json:"include_keys,omitempty"`
	ExcludeKeys   []string `json:"exclude_keys,omitempty"`
	Chn           bool     `json:"chn"`
}

// Options are the arguments of GetLogs besides the query. Without SQL, Line rows (0 is the default of 100, also the
// most) from Offset on are returned, the newest first if Reverse. With SQL all three are ignored: its own LIMIT counts.
type Options struct {
	Line    int
	Offset  int
	Reverse bool
	// Logstore is the name by which SQL may call the Logstore besides `log`.
	Logstore string
}

// Result is an answer of GetLogs. All values are text, null is "null".
type Result struct {
	Rows          []map[string]string
	Keys          []string // the columns of SQL, in order; nil without SQL
	HasSQL        bool
	WhereQuery    string // the query before the pipe
	AggQuery      string // and after it
	ProcessedRows int    // rows that the search found, before Line and Offset, or that SQL worked on
	Limited       int    // 100 where SQL had no LIMIT of its own, else 0
}

const (
	codeInvalid      = "ParameterInvalid"
	codeNoIndex      = "IndexConfigNotExist"
	codeNotSimulated = "Simulator.NotSimulated"
)

// Error is an error of GetLogs. Code is ParameterInvalid or IndexConfigNotExist as the service has them, or
// Simulator.NotSimulated for a query that the service may well take and this package does not.
type Error struct {
	Code, Message string
	Status        int
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func invalid(format string, args ...any) *Error {
	return &Error{Code: codeInvalid, Message: fmt.Sprintf(format, args...), Status: 400}
}

func notSimulated(format string, args ...any) *Error {
	return &Error{Code: codeNotSimulated, Message: fmt.Sprintf(format, args...), Status: 400}
}

func errNoIndex() *Error {
	return &Error{Code: codeNoIndex, Message: "logstore without index config", Status: 404}
}

// found is the row as GetLogs returns it.
func (r *Row) found() map[string]string {
	out := maps.Clone(r.Fields)
	if out == nil {
		out = map[string]string{}
	}
	out["__time__"] = strconv.FormatInt(r.Time, 10)
	out["__topic__"] = r.Topic
	out["__source__"] = r.Source
	return out
}

// field is the value of a field; json leaves are not fields.
func (r *Row) field(name string) (string, bool) {
	switch name {
	case "__topic__":
		return r.Topic, true
	case "__source__":
		return r.Source, true
	}
	v, ok := r.Fields[name]
	return v, ok
}
