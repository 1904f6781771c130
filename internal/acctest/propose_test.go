package acctest

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What core proposes: configured values win, computed ones that are not
// configured stay, a list of blocks pairs by position.
func TestProposed(t *testing.T) {
	t.Parallel()
	rule := &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "name", Type: tftypes.String, Required: true},
		{Name: "id", Type: tftypes.String, Computed: true},
	}}
	block := &tfprotov6.SchemaBlock{
		Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "size", Type: tftypes.Number, Optional: true, Computed: true},
			{Name: "note", Type: tftypes.String, Optional: true},
			{Name: "target", Optional: true, NestedType: &tfprotov6.SchemaObject{Nesting: tfprotov6.SchemaObjectNestingModeSingle, Attributes: rule.Attributes}},
		},
		BlockTypes: []*tfprotov6.SchemaNestedBlock{
			{TypeName: "rule", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, Block: rule},
			{TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeSingle, Block: &tfprotov6.SchemaBlock{
				Attributes: []*tfprotov6.SchemaAttribute{{Name: "create", Type: tftypes.String, Optional: true}},
			}},
		},
	}
	kind := (&tfprotov6.Schema{Block: block}).ValueType()
	value := func(text string) tftypes.Value {
		t.Helper()
		v, err := (&tfprotov6.DynamicValue{JSON: []byte(text)}).Unmarshal(kind)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	config := func(arguments map[string]any) tftypes.Value {
		t.Helper()
		whole, err := completeBlock(block, arguments)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		return value(string(text))
	}
	configured := map[string]any{
		"target": map[string]any{"name": "t"}, "rule": []any{map[string]any{"name": "new"}, map[string]any{"name": "b"}},
	}
	for name, c := range map[string]struct {
		prior, want tftypes.Value
		arguments   map[string]any
	}{
		"nothing before": {
			tftypes.NewValue(kind, nil),
			value(`{"size":null,"note":null,"target":{"name":"t","id":null},"rule":[{"name":"new","id":null},{"name":"b","id":null}],"timeouts":null}`),
			configured,
		},
		"something before": {
			value(`{"size":3,"note":"old","target":{"name":"t","id":"T"},"rule":[{"name":"a","id":"A"}],"timeouts":{"create":"1m"}}`),
			value(`{"size":3,"note":null,"target":{"name":"t","id":"T"},"rule":[{"name":"new","id":"A"},{"name":"b","id":null}],"timeouts":null}`),
			configured,
		},
		"nested left out": {
			value(`{"size":3,"note":"old","target":{"name":"t","id":"T"},"rule":[{"name":"a","id":"A"}],"timeouts":null}`),
			value(`{"size":5,"note":"new","target":null,"rule":[],"timeouts":{"create":null}}`),
			map[string]any{"size": 5, "note": "new", "timeouts": map[string]any{}},
		},
	} {
		got, err := proposedBlock(block, c.prior, config(c.arguments))
		if err != nil || !got.Equal(c.want) {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, got, c.want)
		}
	}
	if _, err := completeBlock(block, map[string]any{"sise": 3}); err == nil {
		t.Error("a misspelt argument passed")
	}
}
