package strict

import (
	"fmt"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

type inner struct {
	Name  string   `json:"name" jsonschema:"required"`
	Count *int32   `json:"count,omitzero"`
	Ratio *float64 `json:"ratio,omitzero"`
	Kind  *string  `json:"kind,omitzero" jsonschema:"enum=a,enum=b"`
}

type outer struct {
	List []inner        `json:"list,omitzero"`
	Free map[string]any `json:"free,omitzero"`
	On   *bool          `json:"on,omitzero"`
}

func TestJSON(t *testing.T) {
	for body, want := range map[string]string{
		`{"list":[{"name":"x","count":3,"ratio":1,"kind":"a"}],"free":{"a":[1,2.5,null,true,{"b":"c"}]},"on":false}`: "[]",
		`{"list":[{"nam":"x"}]}`:                    `[unknown field "nam" in inner (did you mean "name"?) inner has no "name"]`,
		`{"List":[]}`:                               `[unknown field "List" in outer (did you mean "list"?)]`,
		`{"list":{}}`:                               `[list must be a list, not a mapping]`,
		`{"list":[3]}`:                              `[list[0] must be a mapping, not the number 3]`,
		`{"list":[{"name":null}]}`:                  `[list[0].name must be a string, not null]`,
		`{"list":[{"name":1}]}`:                     `[list[0].name is the number 1, but the API has a string here: write "1"]`,
		`{"list":[{"name":"","count":1.5}]}`:        `[list[0].count must be a whole number, not the number 1.5]`,
		`{"list":[{"name":"","count":3000000000}]}`: `[list[0].count must be a whole number, not the number 3000000000]`,
		`{"list":[{"name":"","kind":"c"}]}`:         `[kind is "c", want one of a, b]`,
		`{"on":"true"}`:                             `[on must be true or false, not "true"]`,
		`{} {}`:                                     `[the body goes on after its JSON value]`,
		`[]`:                                        `[the document must be a mapping, not a list]`,
	} {
		var v outer
		if got := fmt.Sprint(JSON([]byte(body), &v)); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", body, got, want)
		}
	}
	var v outer
	if problems := JSON([]byte(`{"on":`), &v); len(problems) != 1 || problems[0].Kind != Syntax {
		t.Errorf("problems %v", problems)
	}
}

func TestYAMLKeepsValues(t *testing.T) {
	var v outer
	lines, problems := YAML([]byte("list:\n  - name: 2026-01-01\n    count: 0x10\nfree: {when: 2026-01-01, n: 1, x: ~}\n"), &v)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if v.List[0].Name != "2026-01-01" || *v.List[0].Count != 16 || fmt.Sprint(v.Free) != "map[n:1 when:2026-01-01 x:<nil>]" || lines["list[0].count"] != 3 {
		t.Errorf("%+v %v", v, lines)
	}
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{"cluser_type": "cluster_type", "clusterType": "cluster_type", "x": "", "stat": "state"} {
		if got := nearest.To(name, []string{"cluster_type", "state", "region_id"}); got != want {
			t.Errorf("nearest to %s is %q, want %q", name, got, want)
		}
	}
}
