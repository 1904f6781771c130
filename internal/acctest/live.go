package acctest

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Live takes a resource through a life in this process, without the CLI: it is
// created with the first arguments, changed to each of the others, and
// destroyed. It returns every error and warning on the way; an error ends it.
func (c *Cloud) Live(t *testing.T, kind string, lives ...map[string]any) (said []string) {
	t.Helper()
	return c.LiveThrough(t, kind, func(int) {}, lives...)
}

// LiveThrough is Live with something that happens before each step, which are
// counted from 0.
func (c *Cloud) LiveThrough(t *testing.T, kind string, before func(step int), lives ...map[string]any) (said []string) {
	t.Helper()
	core := c.core(t, kind)
	var state object
	save := func(o object) { state = o }
	for step, arguments := range lives {
		before(step)
		if err := core.apply(t.Context(), state, arguments, save); err != nil {
			return append(core.warnings, err.Error())
		}
	}
	if err := core.destroy(t.Context(), state, save); err != nil {
		return append(core.warnings, err.Error())
	}
	return core.warnings
}

// Look reads a data source in this process, without the CLI. It returns its
// attributes as JSON has them, and every error and warning.
func (c *Cloud) Look(t *testing.T, kind string, arguments map[string]any) (attributes map[string]any, said []string) {
	t.Helper()
	p := c.Protocol(t)
	schema, ok := p.Schemas.DataSourceSchemas[kind]
	if !ok {
		t.Fatalf("the provider has no data source %s", kind)
	}
	block, err := completeBlock(schema.Block, arguments)
	if err != nil {
		t.Fatalf("%s: %s", kind, err)
	}
	text, err := json.Marshal(block)
	if err != nil {
		t.Fatal(err)
	}
	config := &tfprotov6.DynamicValue{JSON: text}
	valid, err := p.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if said = words(valid.Diagnostics); len(said) > 0 {
		return nil, said
	}
	answer, err := p.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	said = words(answer.Diagnostics)
	if answer.State == nil {
		return nil, said
	}
	state, err := answer.State.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	attributes, _ = plain(t, state).(map[string]any)
	return attributes, said
}

func words(diagnostics []*tfprotov6.Diagnostic) (said []string) {
	for _, d := range diagnostics {
		said = append(said, d.Summary+": "+d.Detail)
	}
	return said
}

// plain is a value as JSON has it, with whole numbers as int64.
func plain(t *testing.T, v tftypes.Value) any {
	t.Helper()
	if v.IsNull() {
		return nil
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	switch kind := v.Type(); {
	case kind.Is(tftypes.String):
		var s string
		must(v.As(&s))
		return s
	case kind.Is(tftypes.Bool):
		var b bool
		must(v.As(&b))
		return b
	case kind.Is(tftypes.Number):
		var n big.Float
		must(v.As(&n))
		i, _ := n.Int64()
		return i
	case kind.Is(tftypes.Map{}), kind.Is(tftypes.Object{}):
		var members map[string]tftypes.Value
		must(v.As(&members))
		all := map[string]any{}
		for name, member := range members {
			all[name] = plain(t, member)
		}
		return all
	default:
		var items []tftypes.Value
		must(v.As(&items))
		all := []any{}
		for _, item := range items {
			all = append(all, plain(t, item))
		}
		return all
	}
}
