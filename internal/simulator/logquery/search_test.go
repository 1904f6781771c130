package logquery

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// webIndex has one field of every kind.
func webIndex() *Index {
	return &Index{Keys: map[string]Key{
		"method": {Type: "text", Token: tokens}, "uri": {Type: "text", Token: tokens}, "agent": {Type: "text", Token: tokens},
		"host": {Type: "text"}, "Case": {Type: "text", Token: tokens, CaseSensitive: true},
		"status": {Type: "long"}, "time": {Type: "double", DocValue: true},
		"file info": {Type: "text", Token: tokens}, "remote": {Type: "text", Token: tokens}, "Source": {Type: "text"},
		"info": {Type: "json", Token: tokens, JSONKeys: map[string]JSONKey{
			"used": {Type: "long"}, "ok": {Type: "text"}, "a.b": {Type: "text"}, "x.y/z": {Type: "text"}, "list": {Type: "text"},
		}},
	}}
}

var webRows = []Row{
	0: {Time: 1, Topic: "nginx access", Source: "192.0.2.1", Fields: map[string]string{
		"method": "GET", "uri": "/request/path-2/file-0", "agent": "Mozilla/5.0 (Linux) Chrome", "host": "www.example.com", "Case": "internalError",
		"status": "200", "time": "60", "file info": "apsara data", "remote": "", "Source": "mine", "__tag__:__client_ip__": "192.0.2.7",
		"plain": "needle in unindexed", "info": `{"used":70,"ok":true,"a":{"b":"deep word"},"x":{"y/z":"dotted"},"list":["in"]}`,
	}},
	1: {Time: 2, Topic: "nginx", Source: "192.0.2.2", Fields: map[string]string{
		"method": "POST", "uri": "/other/path-2", "agent": "Chrome like Linux", "host": "cn*hangzhou", "status": "404", "time": "61.5",
		"remote": "null", "info": `{"used":"7","ok":false,"a.b":"flat"`, // broken off
	}},
	2: {Time: 3, Fields: map[string]string{
		"method": "get", "uri": "/request/x?q=redo_index/1", "host": `nginx"01"`, "status": "2.5", "time": "slow", "remote": "and",
		"agent": "like abc Gecko cn*,en", "info": "no json",
	}},
	3: {Time: 4, Fields: map[string]string{"method": "PUT", "status": "", "time": "-1"}},
}

func found(rows []map[string]string) string {
	var out []string
	for _, r := range rows {
		out = append(out, r["__time__"])
	}
	return strings.Join(out, " ")
}

func TestSearch(t *testing.T) {
	line := webIndex()
	line.Line = &Line{Token: tokens}
	include := &Index{Line: &Line{Token: tokens, IncludeKeys: []string{"plain"}}}
	exclude := &Index{Line: &Line{Token: tokens, ExcludeKeys: []string{"plain"}}}
	exact := &Index{Line: &Line{Token: tokens, CaseSensitive: true}}
	whole := &Index{Line: &Line{}}
	for _, c := range []struct {
		query string
		index *Index // nil is webIndex
		want  string
	}{
		// No condition.
		{"", nil, "1 2 3 4"},
		{"  ", nil, "1 2 3 4"},
		{"*", nil, "1 2 3 4"},
		{"* and method:put", nil, "4"},
		{"* not method:put", nil, "1 2 3"},
		// Keys, blanks, case.
		{"method:GET", nil, "1 3"},
		{"method : GET", nil, "1 3"},
		{"method: get", nil, "1 3"},
		{"METHOD:get", nil, "1 3"},
		{`"method":"get"`, nil, "1 3"},
		{`"file info":apsara`, nil, "1"},
		{"Case:internalError", nil, "1"},
		{"Case:internalerror", nil, ""},
		// and, or, not, adjacency, precedence.
		{"method:get and uri:request", nil, "1 3"},
		{"method:get AND uri:request", nil, "1 3"},
		{"method:get status:200", nil, "1"},
		{"method:get not status:200", nil, "3"},
		{"method:get and not status:200", nil, "3"},
		{"not method:get not method:post", nil, "4"},
		{"not method:get and method:post", nil, "2"},
		{"method:put or method:get status:200", nil, "1 4"},
		{"method:get status:200 or method:put", nil, "1 4"},
		{"(method:put or method:get) status:200", nil, "1"},
		{"not (method:put or method:get)", nil, "2"},
		{"not (not method:get)", nil, "1 3"},
		{"not NOT method:get", nil, "1 3"},
		{"method:put or not method:get or method:get", nil, "1 2 3 4"},
		// Words: several are all wanted, in any order; delimiters split them.
		{`agent:"Linux Chrome"`, nil, "1 2"},
		{"agent:Linux and agent:Chrome", nil, "1 2"},
		{"uri:/request/path-2", nil, "1"},
		{"uri:path", nil, ""},
		{"host:example", nil, ""}, // no delimiters: the whole value
		{"host:www.example.com", nil, "1"},
		{`remote:"and"`, nil, "3"},
		{`"and"`, nil, "3"},
		// Phrases.
		{`#"redo_index/1"`, nil, "3"},
		{`uri:#"path-2/file"`, nil, ""}, // file is no word, so the first step finds nothing
		{`agent:#"Chrome like"`, nil, "2"},
		{`agent:#"like Chrome"`, nil, ""},
		{`agent : #"chrome LIKE" or method:put`, nil, "2 4"},
		// Escapes.
		{`host:nginx\"01\"`, nil, "3"},
		{`host:"nginx\"01\""`, nil, "3"},
		// Wildcards.
		{"host:www*com", nil, "1"},
		{"host:www.exampl?.com", nil, "1"},
		{"host:www.exampl?com", nil, ""},
		{"uri:/request* not uri:/file-0", nil, "3"},
		{"moz*", nil, "1"},
		{"mo*la", nil, "1"},
		{"moz?lla", nil, "1"},
		{`agent:"cn*"`, nil, "3"}, // in quotes a star is a star
		{`host:"cn*"`, nil, ""},
		{`host:cn*`, nil, "2"},
		// Existence and emptiness.
		{"remote:*", nil, "1 2 3"},
		{"not remote:*", nil, "4"},
		{`remote:""`, nil, "1"},
		{`not remote:""`, nil, "2 3 4"},
		{`remote:"null"`, nil, "2"},
		{"status:*", nil, "1 2 3 4"},
		{`status:""`, nil, "4"},
		{`status:"" or not status > -1000`, nil, "3 4"},
		// Numbers: a long that is none is not found.
		{"status=200", nil, "1"},
		{"status = 200", nil, "1"},
		{"status:200", nil, "1"},
		{"status>200", nil, "2"},
		{"status >= 200", nil, "1 2"},
		{"status<404", nil, "1"},
		{"status <= 404", nil, "1 2"},
		{"status < 200.5", nil, "1"},
		{"status in [200 404]", nil, "1 2"},
		{"status in (200 404]", nil, "2"},
		{"status in [200 404)", nil, "1"},
		{"status in (200 404)", nil, ""},
		{"status in[200 404]", nil, "1 2"},
		{"time > 60", nil, "2"},
		{"time in [60 61.5]", nil, "1 2"},
		{"time = -1", nil, "4"},
		{"not time > -100000", nil, "3"},
		{"status < 99999999999999999999", nil, "1 2"},
		// Reserved fields.
		{`__topic__:"nginx access"`, nil, "1"},
		{"__topic__:nginx", nil, "2"},
		{"__topic__:nginx*", nil, "1 2"},
		{"__source__:192.0.2.*", nil, "1 2"},
		{"source:192.0.2.2", nil, "2"},
		{"Source:mine", nil, "1"},
		{"__tag__:__client_ip__:192.0.2.7", nil, "1"},
		{`"__tag__:__client_ip__":192.0.2.7`, nil, "1"},
		{"__tag__:__client_ip__:192.0.2.*", nil, "1"},
		{"not __tag__:other:*", nil, "1 2 3 4"},
		// JSON: leaves, also of what is broken off; names with dots; no arrays.
		{"info.used > 60", nil, "1"},
		{"info.used = 7", nil, "2"},
		{"info.ok : true", nil, "1"},
		{"info.a.b:word", nil, "1"},
		{"info.a.b:flat", nil, "2"},
		{"info.x.y/z:dotted", nil, "1"},
		{"info.list:*", nil, ""},
		// Full text: text fields only, or the line.
		{"chrome", nil, "1 2"},
		{"needle", nil, ""},
		{"200", nil, ""},
		{"deep", nil, "1"},
		{`"GET Chrome"`, nil, "1"}, // words of several fields
		{"needle", line, "1"},
		{"plain", line, "1"}, // names of fields too
		{"200", line, ""},
		{"deep", line, "1"},
		{"needle", include, "1"},
		{"chrome", include, ""},
		{"needle", exclude, ""},
		{"chrome", exclude, "1 2"},
		{"200", exclude, "1"},
		{"CHROME", exact, ""},
		{"Chrome", exact, "1 2"},
		{"GET", exact, "1"},
		{"needle", whole, ""},
		{`"needle in unindexed"`, whole, "1"},
		{"needle*", whole, "1"},
	} {
		index := c.index
		if index == nil {
			index = webIndex()
		}
		r, err := run(c.query, webRows, index, Options{})
		if err != nil {
			t.Errorf("%s: %s", c.query, err)
			continue
		}
		if got := found(r.Rows); got != c.want {
			t.Errorf("%s: found %q, want %q", c.query, got, c.want)
		}
	}
}

func TestSearch_audit(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"NOT user.username: serviceaccount", "100 300 400 500 600 700 800 900"},
		{"NOT user.username: node NOT user.username: serviceaccount NOT user.username: anonymous", "100 300 400 500 800 900"},
		{"(verb : update or verb : patch) NOT user.username: node", "500"},
		{"eviction and objectRef.resource: pods and verb: create", "700"},
		{`responseStatus.code = 403 or user.username: "system:anonymous"`, "300 700"},
		{"annotations.authorization.k8s.io/reason: RBAC and verb: delete", "400"},
		{"objectRef.name: api", "400"},
		{"not objectRef.name: *", "900"},
	} {
		if got := found(mustRun(t, c.query, auditRows(), auditIndex(), Options{}).Rows); got != c.want {
			t.Errorf("%s: found %q, want %q", c.query, got, c.want)
		}
	}
}

func TestSearch_errors(t *testing.T) {
	near := func(from, to int, word string) string {
		//nolint:dupword // the service's words
		return fmt.Sprintf("ErrorType:QueryParseError.ErrorMessage:syntax error error position is from column:%d to column:%d,error near < %s >", from, to, word)
	}
	chn := webIndex()
	chn.Line = &Line{Token: tokens, Chn: true}
	twice := webIndex()
	twice.Keys["STATUS"] = Key{Type: "text"}
	many := webIndex()
	for _, c := range []struct {
		query         string
		index         *Index
		code, message string
	}{
		{"nosuch:x", nil, codeInvalid, `key (nosuch) is not config as key value config,if symbol : is  in your log,please wrap : with quotation mark "`},
		{"info.nosuch:x", nil, codeInvalid, `key (info.nosuch) is not config as key value config,if symbol : is  in your log,please wrap : with quotation mark "`},
		{"method:x", &Index{Line: &Line{}}, codeInvalid, `key (method) is not config as key value config,if symbol : is  in your log,please wrap : with quotation mark "`},
		{"method > 3", nil, codeInvalid, "key (method) is not config as numberic column"},
		{"a or", nil, codeInvalid, near(4, 4, "EOF")},
		{"a and", nil, codeInvalid, near(5, 5, "EOF")},
		{"not", nil, codeInvalid, near(3, 3, "EOF")},
		{"or a", nil, codeInvalid, near(0, 2, "or")},
		{"(a", nil, codeInvalid, near(2, 2, "EOF")},
		{"a)", nil, codeInvalid, near(1, 2, ")")},
		{"()", nil, codeInvalid, near(1, 2, ")")},
		{"method:(a or b)", nil, codeInvalid, near(7, 8, "(")},
		{"uri:a:b", nil, codeInvalid, near(5, 6, ":")},
		{":a", nil, codeInvalid, near(0, 1, ":")},
		{"method:", nil, codeInvalid, near(7, 7, "EOF")},
		{"a sort b", nil, codeInvalid, near(2, 6, "sort")},
		{"group by", nil, codeInvalid, near(0, 5, "group")},
		{"status > x", nil, codeInvalid, near(9, 10, "x")},
		{"status in [1]", nil, codeInvalid, near(10, 13, "[1]")},
		{"status IN [1 2]", nil, codeInvalid, `key (status) is not config as key value config`},
		{"__time__ > 3", nil, codeInvalid, near(0, 8, "__time__")},
		{"__time__: 3", nil, codeInvalid, near(0, 8, "__time__")},
		{`"open`, nil, codeInvalid, "unclosed string quote"},
		{"*x", nil, codeInvalid, "only support * or ? in the middle or end of the query"},
		{"method:?et", nil, codeInvalid, "only support * or ? in the middle or end of the query"},
		{"uri:request/*x", nil, codeInvalid, "only support * or ? in the middle or end of the query"},
		{"status:20*", nil, codeInvalid, "only support * or ? in the middle or end of the query"},
		{strings.Repeat("x", 64) + "*", nil, codeInvalid, "a word with * or ? must not be longer than 64 characters"},
		{strings.Repeat("x ", 31), nil, codeInvalid, "condition number 31 is more than 30"},
		{`not #"a b"`, nil, codeInvalid, "phrase search cannot be used with not"},
		{`not (a or #"a b")`, nil, codeInvalid, "phrase search cannot be used with not"},
		{`#"a b" | select 1`, nil, codeInvalid, "phrase search cannot be used with an analytic statement"},
		{`#"a b" not c | select 1`, nil, codeInvalid, "phrase search cannot be used with an analytic statement"},
		{"select verb", nil, codeInvalid, "sql query must follow search query,please read syntax doc"},
		{"a", &Index{}, codeNoIndex, "logstore without index config"},
		{"status:ok", nil, codeNotSimulated, `the word "ok" in the numeric field status: what the service says to it is not documented`},
		{`status:#"200"`, nil, codeNotSimulated, "a phrase in the numeric field status"},
		{"info:x", nil, codeNotSimulated, "a search in info as a whole: only the leaves of a json field are indexed"},
		{"Status:x", twice, codeNotSimulated, "which of 2 fields `Status` means where only the case differs"},
		{"上海", chn, codeNotSimulated, `Chinese words: "上海" is split by a dictionary that is not here`},
		{`""`, nil, codeNotSimulated, `a search for "" without a key`},
		{"wart*", many, codeNotSimulated, `"wart*" stands for more than 100 words, of which the service takes a sample`},
		{strings.Repeat("(", 101) + "a" + strings.Repeat(")", 101), nil, codeNotSimulated, "a search nested more than 100 deep"},
		{strings.Repeat("not ", 101) + "a", nil, codeNotSimulated, "a search nested more than 100 deep"},
		{strings.Repeat("x", maxQueryBytes+1), nil, codeNotSimulated, "a query of more than 262144 bytes"},
	} {
		index, rows := c.index, webRows
		switch index {
		case nil:
			index = webIndex()
		case many:
			for i := range 101 {
				rows = append(slices.Clone(rows), Row{Fields: map[string]string{"method": fmt.Sprintf("wart%d", i)}})
			}
		}
		if c.query == "status IN [1 2]" { // only the lower-case in is an operator: these are the words status, IN, [1, 2]
			if got := found(mustRun(t, c.query, rows, index, Options{}).Rows); got != "" {
				t.Errorf("%s: found %q", c.query, got)
			}
			continue
		}
		_, err := run(c.query, rows, index, Options{})
		if err == nil {
			t.Errorf("%.100s: no error", c.query)
			continue
		}
		t.Run(fmt.Sprintf("%.30s", c.query), func(t *testing.T) { wantError(t, err, c.code, c.message) })
	}
	if _, err := run("a", webRows, nil, Options{}); err == nil {
		t.Error("no error without an index")
	}
}

func TestRun_page(t *testing.T) {
	rows := make([]Row, 250)
	for i := range rows {
		rows[i] = Row{Time: int64((i * 7) % 250), Fields: map[string]string{"a": "b"}}
	}
	index := &Index{Line: &Line{}}
	for _, c := range []struct {
		o           Options
		first, last string
		n           int
	}{
		{Options{}, "0", "99", 100},
		{Options{Line: 10}, "0", "9", 10},
		{Options{Line: 10, Offset: 5}, "5", "14", 10},
		{Options{Line: 10, Reverse: true}, "249", "240", 10},
		{Options{Line: 100, Offset: 200}, "200", "249", 50},
		{Options{Offset: 300}, "", "", 0},
	} {
		r := mustRun(t, "b", rows, index, c.o)
		if len(r.Rows) != c.n || r.ProcessedRows != 250 || r.HasSQL || r.WhereQuery != "b" || r.Keys != nil {
			t.Fatalf("%+v: %d rows, %+v", c.o, len(r.Rows), *r)
		}
		if c.n > 0 && (r.Rows[0]["__time__"] != c.first || r.Rows[c.n-1]["__time__"] != c.last) {
			t.Errorf("%+v: %s to %s", c.o, r.Rows[0]["__time__"], r.Rows[c.n-1]["__time__"])
		}
	}
	for _, o := range []Options{{Line: 101}, {Line: -1}, {Offset: -1}} {
		_, err := run("b", rows, index, o)
		wantError(t, err, codeInvalid, "line must be 0 to 100 and offset not negative")
	}
}

func TestRun_row(t *testing.T) {
	rows := []Row{{Time: 5, Topic: "t", Source: "s", Fields: map[string]string{"a": "b", "__tag__:x": "y"}}}
	got := mustRun(t, "*", rows, &Index{Line: &Line{}}, Options{}).Rows[0]
	want := map[string]string{"a": "b", "__tag__:x": "y", "__time__": "5", "__topic__": "t", "__source__": "s"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(rows[0].Fields) != 2 {
		t.Error("the row was changed")
	}
}

// The index is read and written as CreateIndex has it.
func TestIndex_wire(t *testing.T) {
	const body = `{"keys":{"n":{"token":null,"caseSensitive":false,"type":"long","doc_value":true,"alias":"num","chn":false},` +
		`"u":{"token":[","," "],"caseSensitive":true,"type":"json","chn":true,"json_keys":{"a.b":{"type":"text","alias":"ab","doc_value":true}}}},` +
		`"line":{"token":["\n"],"caseSensitive":true,"include_keys":["a"],"exclude_keys":["b"],"chn":true},"ttl":7,"max_text_len":4096,` +
		`"log_reduce":true,"log_reduce_white_list":["w"],"log_reduce_black_list":["x"],"scan_index":true}`
	var x Index
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != body {
		t.Errorf("got\n%s\nwant\n%s", out, body)
	}
}

func TestFilter(t *testing.T) {
	q, err := Parse("method:get | select count(*)")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := q.Filter(webRows, webIndex())
	if err != nil || len(rows) != 2 || !q.HasSQL() {
		t.Fatalf("%v, %v", rows, err)
	}
	if _, err := q.Filter(webRows, nil); err == nil {
		t.Error("no error without an index")
	}
}

// randomQuery makes a search of the words a, b and c, the fields f and n, and what joins them.
func randomQuery(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return []string{
			"a", "b", "c", "f:a", `f:"b c"`, "f:*", "n > 1", "n in [1 2)", "n:2", "__topic__:a", "a*", `f:""`, "j.k:a", "j.n <= 1",
		}[r.IntN(14)]
	}
	a, b := randomQuery(r, depth-1), randomQuery(r, depth-1)
	return []string{
		"(" + a + ") and (" + b + ")", "(" + a + ") or (" + b + ")", "not (" + a + ")", "(" + a + ") not (" + b + ")",
	}[r.IntN(4)]
}

func randomRows(r *rand.Rand) []Row {
	rows := make([]Row, 40)
	for i := range rows {
		f := map[string]string{}
		pick := func(name string, values ...string) {
			if v := values[r.IntN(len(values))]; v != "-" {
				f[name] = v
			}
		}
		pick("f", "a", "b", "c", "a b", "c,b", "", "ab", "-")
		pick("g", "a", "b", "-", "c a")
		pick("n", "1", "2", "3", "x", "", "-")
		pick("j", `{"k":"a","n":1}`, `{"k":"b"`, `{"n":2,"k":null}`, "x", "-")
		rows[i] = Row{Time: int64(i), Topic: []string{"", "a", "b"}[r.IntN(3)], Fields: f}
	}
	return rows
}

// The laws of boolean algebra hold for whatever is searched.
func TestSearch_algebra(t *testing.T) {
	keys := map[string]Key{
		"f": {Type: "text", Token: []string{" ", ","}}, "n": {Type: "long"},
		"j": {Type: "json", Token: []string{" "}, JSONKeys: map[string]JSONKey{"k": {Type: "text"}, "n": {Type: "long"}}},
	}
	indexes := []*Index{{Keys: keys}, {Keys: keys, Line: &Line{Token: []string{" "}}}}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		rows, index := randomRows(r), indexes[r.IntN(2)]
		a, b, c := randomQuery(r, 2), randomQuery(r, 2), randomQuery(r, 1)
		get := func(q string) string {
			res, err := run(q, rows, index, Options{})
			if err != nil {
				if strings.Contains(err.Error(), "condition number") {
					return "too many"
				}
				t.Fatalf("%s: %s", q, err)
			}
			return found(res.Rows)
		}
		for _, law := range [][2]string{
			{"not ((%[1]s) and (%[2]s))", "(not (%[1]s)) or (not (%[2]s))"},
			{"not ((%[1]s) or (%[2]s))", "not (%[1]s) not (%[2]s)"},
			{"not NOT (%[1]s)", "%[1]s"},
			{"(%[1]s) and ((%[2]s) or (%[3]s))", "(%[1]s) (%[2]s) or (%[1]s) (%[3]s)"},
			{"(%[1]s) and (%[2]s)", "(%[2]s) (%[1]s)"},
			{"(%[1]s) or (%[2]s) and (%[3]s)", "(%[1]s) or ((%[2]s) and (%[3]s))"},
			{"(%[1]s) not (%[1]s)", "(%[2]s) and not (%[2]s)"},
		} {
			x, y := fmt.Sprintf(law[0]+"%.0[3]s%.0[2]s", a, b, c), fmt.Sprintf(law[1]+"%.0[3]s%.0[2]s%.0[1]s", a, b, c)
			gx, gy := get(x), get(y)
			if gx != gy && gx != "too many" && gy != "too many" {
				t.Fatalf("%s\nfinds %s\n%s\nfinds %s", x, gx, y, gy)
			}
		}
	}
}
