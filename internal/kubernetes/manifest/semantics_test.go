package manifest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestDecodeYAML_semantics has the table of how decoders differ, line by line, and what kubectl makes of each.
func TestDecodeYAML_semantics(t *testing.T) {
	t.Parallel()
	object := func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	for name, c := range map[string]struct {
		text string
		want any    // nil is an empty document
		err  string // part of the error
	}{
		"duplicate key":                {text: "a: 1\na: 2", err: `the key "a" stands twice`},
		"duplicate key, deep":          {text: "x:\n- a: 1\n  b: 2\n  a: 1", err: `line 4, column 3: the key "a" stands twice in the same map, first on line 2`},
		"duplicate key, both null":     {text: "a:\nb: 1\na:", err: "stands twice"},
		"duplicate key, flow":          {text: "{a: 1, a: 2}", err: "stands twice"},
		"keys that become the same":    {text: "1: a\n\"1\": b", err: `the key "1" stands twice`},
		"key 1 and yes":                {text: "yes: a\non: b", err: `the key "true" stands twice`},
		"boolean yes":                  {text: "a: yes", want: object("a", true)},
		"boolean on":                   {text: "a: on", want: object("a", true)},
		"boolean Off":                  {text: "a: Off", want: object("a", false)},
		"boolean y":                    {text: "a: y", want: object("a", true)},
		"boolean N":                    {text: "a: N", want: object("a", false)},
		"boolean tRUE is a text":       {text: "a: tRUE", want: object("a", "tRUE")},
		"key y":                        {text: "y: 1", want: object("true", int64(1))},
		"key n":                        {text: "n: 1", want: object("false", int64(1))},
		"quoted yes":                   {text: "a: \"yes\"\nb: 'on'", want: object("a", "yes", "b", "on")},
		"octal":                        {text: "a: 0777", want: object("a", int64(511))},
		"octal, new style":             {text: "a: 0o17", want: object("a", int64(15))},
		"underscores":                  {text: "a: 1_000", want: object("a", int64(1000))},
		"hexadecimal":                  {text: "a: 0x1F", want: object("a", int64(31))},
		"binary number":                {text: "a: 0b101", want: object("a", int64(5))},
		"sexagesimal is a text":        {text: "a: 1:30", want: object("a", "1:30")},
		"exponent":                     {text: "a: 1e3", want: object("a", int64(1000))},
		"float":                        {text: "a: 1.5\nb: -0.0\nc: 1e100", want: object("a", 1.5, "b", int64(0), "c", 1e100)},
		"too large for an integer":     {text: "a: 12345678901234567890", want: object("a", 1.2345678901234567e+19)},
		"largest integer":              {text: "a: 9223372036854775807", want: object("a", int64(9223372036854775807))},
		"infinite":                     {text: "a: .inf", err: "a number that JSON cannot"},
		"date":                         {text: "a: 2001-01-01", want: object("a", "2001-01-01")},
		"merge":                        {text: "x: &x {b: 1}\ny1:\n  <<: *x\n  c: 2", want: object("x", object("b", int64(1)), "y1", object("b", int64(1), "c", int64(2)))},
		"override after a merge":       {text: "x: &x {b: 1}\nz:\n  <<: *x\n  b: 2", want: object("x", object("b", int64(1)), "z", object("b", int64(2)))},
		"override before a merge":      {text: "x: &x {b: 1}\nz:\n  b: 2\n  <<: *x", want: object("x", object("b", int64(1)), "z", object("b", int64(1)))},
		"override and duplicate":       {text: "x: &x {b: 1}\nz:\n  <<: *x\n  b: 2\n  b: 3", err: `the key "b" stands twice`},
		"alias":                        {text: "a: &a [1]\nb: *a", want: object("a", []any{int64(1)}, "b", []any{int64(1)})},
		"key 1":                        {text: "1: a", want: object("1", "a")},
		"key 1.5":                      {text: "1.5: a", want: object("1.5", "a")},
		"key true":                     {text: "true: a", want: object("true", "a")},
		"key null":                     {text: "~: a", err: "a key is null"},
		"key that is a map":            {text: "{a: 1}: b", err: "not valid YAML: invalid map key"},
		"CRLF":                         {text: "a: 1\r\nb: |\r\n  x\r\n  y\r\n", want: object("a", int64(1), "b", "x\ny\n")},
		"block scalar without newline": {text: "a: |\n  x", want: object("a", "x\n")},
		"binary":                       {text: "a: !!binary aGk=", want: object("a", "hi")},
		"binary that is not UTF-8":     {text: "a: !!binary /w==", want: object("a", "\uFFFD")},
		"unknown tag":                  {text: "a: !foo bar", want: object("a", "bar")},
		"text by tag":                  {text: "a: !!str 1", want: object("a", "1")},
		"float by tag":                 {text: "a: !!float 1", want: object("a", int64(1))},
		"tab":                          {text: "a:\n\tb: 1", err: "line 2: not valid YAML: found character that cannot start any token (the line is indented with a tab"},
		"comments only":                {text: "# a\n  # b\n"},
		"null":                         {text: "null"},
		"null entries":                 {text: "a: null\nb: ~\nc:\nd: [null, {e: null}]", want: object("d", []any{nil, object()})},
		"cyclic alias":                 {text: "a: &a\n  b: *a", err: "anchor 'a' value contains itself"},
		"cyclic merge":                 {text: "a: &a\n  <<: *a", err: "contains itself"},
		"alias bomb":                   {text: bomb(), err: "excessive aliasing"},
		"unknown anchor":               {text: "a: *nobody", err: "line 1: not valid YAML: an anchor is referred to that is not there before it"},
		"unfinished":                   {text: "a: [1,", err: "line 1: not valid YAML: did not find expected node content"},
		"unfinished, later":            {text: "a: 1\nb: [1,\nc: {", err: "line 3: not valid YAML"},
		"wrong indentation":            {text: "a:\n  b: 1\n c: 2", err: "line 3: not valid YAML: did not find expected key"},
		"value of a value":             {text: "x: 1\na: b: c", err: "line 2: not valid YAML: mapping values are not allowed"},
		"not UTF-8":                    {text: "a: 1\nb: \xff", err: "line 2: not valid YAML: the text is not UTF-8"},
		"no quoting of anchors":        {text: "data:\n  password: *secret", err: "line 2: not valid YAML: an anchor is referred to"},
		"no quoting of values":         {text: "data: {password: !!int secret}", err: "not valid YAML: cannot decode !!str a value !!int"},
		"a map of 300 levels":          {text: strings.Repeat("{a: ", 300) + strings.Repeat("}", 300), err: "more than 200 maps and lists stand inside each other"},
		"a list of 20000 levels":       {text: strings.Repeat("[", 20000), err: "exceeded max depth"},
	} {
		document := chunk{bytes: []byte(c.text), line: 1}
		got, err := document.decodeYAML(Limits{}.withDefaults())
		switch {
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: error %v, want %q", name, err, c.err)
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.err == "" && !reflect.DeepEqual(got, c.want):
			t.Errorf("%s: %#v, want %#v", name, got, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v quotes a value", name, err)
		}
	}
}

// bomb is a document of a kilobyte that stands for a thousand million texts.
func bomb() string {
	var text strings.Builder
	element := "x"
	for i := range 10 {
		fmt.Fprintf(&text, "a%d: &a%d [%s%s]\n", i, i, strings.Repeat(element+", ", 8), element)
		element = fmt.Sprintf("*a%d", i)
	}
	return text.String()
}
