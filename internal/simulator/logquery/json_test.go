package logquery

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// plain is a value as encoding/json has it.
func plain(v any) any {
	switch v := v.(type) {
	case *object:
		out := map[string]any{}
		for _, m := range v.members {
			out[m.name] = plain(m.value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	case string:
		return strings.ToValidUTF8(v, "\uFFFD")
	}
	return v
}

func compareJSON(t *testing.T, text string) {
	t.Helper()
	var want any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	err := d.Decode(&want)
	valid := err == nil && json.Valid([]byte(text))
	got, gotErr := decodeJSON(text)
	if (gotErr == nil) != valid {
		t.Fatalf("%q: %v, encoding/json says %v", text, gotErr, valid)
	}
	if valid && strings.ToValidUTF8(text, "") == text && !reflect.DeepEqual(plain(got), want) {
		t.Fatalf("%q: %#v, want %#v", text, plain(got), want)
	}
	if valid && !json.Valid([]byte(encodeJSON(got))) {
		t.Fatalf("%q: encoded as %q", text, encodeJSON(got))
	}
}

var jsonSeeds = []string{
	`{"a":[1,-2.5e+3,true,false,null,"x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"],"b":{}}`, `[]`, `{}`, `""`, `0`, `-0.1`, `01`, `1.`, `1e`, `-`, `tru`, `truex`, `[1,]`, `{"a"}`, `{"a":1,}`,
	`{"a":1}x`, `"\ud83d"`, `"\ud83d\u0041"`, `"\u12"`, `"\uzzzz"`, "\"\x01\"", "", " ", `{"a":{"b":"c"`, "[[[[", `"abc`, `{,}`, `[,]`, `{"a" 1}`, `nul`, `"\x"`, `"\`,
}

func TestDecodeJSON(t *testing.T) {
	for _, s := range jsonSeeds {
		compareJSON(t, s)
	}
	for text, want := range map[string]string{
		`{"a":1,"b":{"c":"d"`:    `{"a":1,"b":{"c":"d"}}`,
		`{"a":1,"b":"cut`:        `{"a":1}`,
		`{"a":[1,2`:              `{"a":[1,2]}`,
		`none`:                   `null`,
		`{"a":1,"a":2}`:          `{"a":1,"a":2}`,
		`{"a":tr`:                `{}`,
		strings.Repeat("[", 300): strings.Repeat("[", 1) + strings.Repeat("]", 1),
	} {
		if got := encodeJSON(parseJSON(text)); got != want {
			t.Errorf("%.30s: got %s, want %s", text, got, want)
		}
	}
	if got, _ := scalar(descend(parseJSON(`{"a":{"b.c":"x"},"a.b":{"d":1}}`), "a.b.d")); got != "1" {
		t.Errorf("a.b.d is %q", got)
	}
}

// FuzzDecodeJSON: the reader takes what encoding/json takes, with the same values.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range jsonSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 500 { // below our limit of nesting
			compareJSON(t, text)
		}
	})
}
