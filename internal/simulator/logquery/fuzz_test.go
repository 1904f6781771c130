package logquery

import (
	"errors"
	"testing"
)

// FuzzParse feeds the parsers, and whatever they take to an index and rows: nothing panics, and every error is ours.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`(verb: a or verb : b) NOT user.username: node and x > 1 | select "a.b" as c, count(*) from log where t like '%x' group by c having count(*) > 1 order by c desc limit 1, 2`,
		`n in [1 10) and #"a b" or __tag__:x:y and s:"\"" | with w as (select 1) select * from w a join (select n from log) b on a.n = b.n union all select case when true then 1 else n end`,
		`* | select cast(json_extract_scalar(js, '$.a[0]["b"]') as double) / 2 % 3, n in (select n from log), -n between 1 and 2 is null`,
		"t:a*b?c not (not t)", `"unclosed`, "in [", "* | select 'x", "|", "| select", "a | b | c", "* | select ((((1))))", "* | select n[1] -> x", "* | select 1e999, .5, 1.e3",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		check := func(err error) bool {
			var e *Error
			if err != nil && (!errors.As(err, &e) || e.Code == "" || e.Message == "" || e.Status == 0) {
				t.Fatalf("%q: %#v", text, err)
			}
			return err == nil
		}
		q, err := Parse(text)
		if !check(err) {
			return
		}
		if !check(errOf(q.Run(kinds[:2], kindsIndex(), Options{}))) {
			return
		}
		check(errOf(q.Run(webRows, webIndex(), Options{})))
	})
}

func errOf(_ *Result, err error) error { return err }

// FuzzMatch compares wildcards with a plain reading of what they mean.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**", "")
	f.Fuzz(func(t *testing.T, pattern, word string) {
		if len(pattern) > 12 || len(word) > 20 {
			return
		}
		var marked []rune
		for _, r := range pattern {
			switch r {
			case '*':
				r = wildcardMany
			case '?':
				r = wildcardOne
			}
			marked = append(marked, r)
		}
		if got, want := globRunes(marked, []rune(word)), plainGlob(marked, []rune(word)); got != want {
			t.Errorf("%q against %q: %v, want %v", pattern, word, got, want)
		}
	})
}

func plainGlob(p, w []rune) bool {
	switch {
	case len(p) == 0:
		return len(w) == 0
	case p[0] == wildcardMany:
		return plainGlob(p[1:], w) || (len(w) > 0 && plainGlob(p, w[1:]))
	}
	return len(w) > 0 && (p[0] == wildcardOne || p[0] == w[0]) && plainGlob(p[1:], w[1:])
}
