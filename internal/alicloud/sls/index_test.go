package sls_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

var fields = sls.IndexFields{
	"verb":  {Type: sls.Text},
	"code":  {Type: sls.Long},
	"user":  {Type: sls.JSON, Keys: map[string]string{"username": sls.Text, "age": sls.Long}},
	"whole": {Type: sls.JSON},
}

// decoded is an index as plain values.
func decoded(t *testing.T, index string) map[string]any {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(index), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func lacks(t *testing.T, index string) []string {
	t.Helper()
	list, err := fields.Lacks(index)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// An index that was made of the fields lacks nothing, and lacks what is taken out of it or changed.
func TestIndexFields_lacks(t *testing.T) {
	t.Parallel()
	if got := lacks(t, ""); !slices.Equal(got, []string{"code", "line", "user", "verb", "whole"}) {
		t.Errorf("nothing lacks %q", got)
	}
	whole, err := fields.Into("")
	if err != nil {
		t.Fatal(err)
	}
	if got := lacks(t, whole); len(got) > 0 {
		t.Errorf("the whole lacks %q", got)
	}
	at := func(index map[string]any, path string) map[string]any {
		for _, name := range strings.Split(path, "/") {
			index, _ = index[name].(map[string]any)
		}
		return index
	}
	console := []any{",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t", "\r"}
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   []string
	}{
		"field":              {func(i map[string]any) { delete(at(i, "keys"), "verb") }, []string{"verb"}},
		"type":               {func(i map[string]any) { at(i, "keys/code")["type"] = "double" }, []string{"code"}},
		"for search only":    {func(i map[string]any) { at(i, "keys/verb")["doc_value"] = false }, []string{"verb"}},
		"one word":           {func(i map[string]any) { at(i, "keys/user")["token"] = []any{} }, []string{"user"}},
		"console's words":    {func(i map[string]any) { at(i, "keys/user")["token"], at(i, "line")["token"] = console, console }, nil},
		"part":               {func(i map[string]any) { delete(at(i, "keys/user/json_keys"), "username") }, []string{"user.username"}},
		"type of a part":     {func(i map[string]any) { at(i, "keys/user/json_keys/age")["type"] = "text" }, []string{"user.age"}},
		"part, search only":  {func(i map[string]any) { at(i, "keys/user/json_keys/age")["doc_value"] = false }, []string{"user.age"}},
		"texts of a JSON":    {func(i map[string]any) { at(i, "keys/whole")["index_all"] = false }, []string{"whole"}},
		"full text":          {func(i map[string]any) { delete(i, "line") }, []string{"line"}},
		"full text of few":   {func(i map[string]any) { at(i, "line")["include_keys"] = []any{"verb"} }, []string{"line"}},
		"full text but some": {func(i map[string]any) { at(i, "line")["exclude_keys"] = []any{"verb"} }, []string{"line"}},
		"words of full text": {func(i map[string]any) { at(i, "line")["token"] = []any{" "} }, []string{"line"}},
		"something besides":  {func(i map[string]any) { at(i, "keys")["mine"] = map[string]any{"type": "text"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			index := decoded(t, whole)
			c.change(index)
			changed, err := json.Marshal(index)
			if err != nil {
				t.Fatal(err)
			}
			if got := lacks(t, string(changed)); !slices.Equal(got, c.want) {
				t.Errorf("it lacks %q, want %q", got, c.want)
			}
			repaired, err := fields.Into(string(changed))
			if err != nil {
				t.Fatal(err)
			}
			if got := lacks(t, repaired); len(got) > 0 {
				t.Errorf("repaired, it lacks %q", got)
			}
			if c.want == nil && !reflect.DeepEqual(decoded(t, repaired), index) {
				t.Errorf("it was changed to %s", repaired)
			}
		})
	}
}

// What is there besides stays, whether we know it or not.
func TestIndexFields_into(t *testing.T) {
	t.Parallel()
	there := `{"max_text_len":4096,"log_reduce":true,"new":{"a":[1]},"line":{"token":[" "],"chn":true},"keys":{
		"mine":{"type":"long","alias":"m"},"dropped":{"type":"text"},"verb":{"type":"text","token":[],"caseSensitive":true,"chn":true,"unknown":7},
		"user":{"type":"json","token":[" "],"doc_value":true,"max_depth":3,"json_keys":{"team":{"type":"text","alias":"t"},"username":{"type":"long"}}}}}`
	got, err := fields.Into(there, "dropped", "verb")
	if err != nil {
		t.Fatal(err)
	}
	index := decoded(t, got)
	keys, _ := index["keys"].(map[string]any)
	verb, _ := keys["verb"].(map[string]any)
	user, _ := keys["user"].(map[string]any)
	if index["max_text_len"] != 4096.0 || index["log_reduce"] != true || index["new"] == nil {
		t.Errorf("the index became %s", got)
	}
	if _, stays := keys["dropped"]; stays || keys["mine"] == nil {
		t.Errorf("the fields became %s", got)
	}
	if verb["caseSensitive"] != true || verb["chn"] != true || verb["unknown"] != 7.0 || verb["doc_value"] != true {
		t.Errorf("verb became %v", verb)
	}
	want := map[string]any{
		"team": map[string]any{"type": "text", "alias": "t"}, "username": map[string]any{"type": "text", "doc_value": true}, "age": map[string]any{"type": "long", "doc_value": true},
	}
	if !reflect.DeepEqual(user["json_keys"], want) || user["max_depth"] != 3.0 {
		t.Errorf("user became %v", user)
	}
	for _, broken := range []string{"[", `{"keys":[]}`} {
		if _, err := fields.Into(broken); err == nil {
			t.Errorf("%s was taken", broken)
		}
	}
}

func TestSameIndex(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"", "", true},
		{`{"ttl":1,"line":{},"keys":{"a":{"type":"text","alias":""}}}`, `{"line":{},"ttl":2,"lastModifyTime":7,"keys":{"a":{"alias":"","type":"text"}}}`, true},
		{`{"line":{}}`, `{"line":{},"keys":{"a":{"type":"text"}}}`, false},
		{`{"keys":{"a":{"type":"long"}}}`, `{"keys":{"a":{"type":"text"}}}`, false},
		{`{"line":{"token":[" "]}}`, `{"line":{"token":[","]}}`, false},
		{`{"line":{}}`, "", false},
		{"[", "[", false},
	} {
		if sls.SameIndex(c.a, c.b) != c.same || sls.SameIndex(c.b, c.a) != c.same {
			t.Errorf("%q and %q", c.a, c.b)
		}
	}
}
