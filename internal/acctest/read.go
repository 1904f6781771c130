package acctest

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Reading is what a data source says.
type Reading struct {
	// Attributes are plain Go values: string, int64, bool, []any, map[string]any, nil. None where there is an error.
	Attributes       map[string]any
	Errors, Warnings []string // summary and detail
}

// Read reads a data source in this process, without the CLI, through a provider
// with these further arguments. Arguments that are rejected are an error of the
// reading, as everything else is.
func (c *Cloud) Read(t testing.TB, kind string, arguments map[string]any, provider map[string]string) (r Reading) {
	t.Helper()
	return c.ProtocolWith(t, provider).Read(t, kind, arguments)
}

// Read reads a data source.
func (p *Protocol) Read(t testing.TB, kind string, arguments map[string]any) (r Reading) {
	t.Helper()
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
	if r.note(valid.Diagnostics); len(r.Errors) > 0 {
		return r
	}
	answer, err := p.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if r.note(answer.Diagnostics); len(r.Errors) > 0 {
		return r
	}
	state, err := answer.State.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	r.Attributes, _ = plain(t, state).(map[string]any)
	return r
}

func (r *Reading) note(diagnostics []*tfprotov6.Diagnostic) {
	for _, d := range diagnostics {
		text := d.Summary + ": " + d.Detail
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			r.Errors = append(r.Errors, text)
		} else {
			r.Warnings = append(r.Warnings, text)
		}
	}
}

// plain is a known value of Terraform's as Go's. Numbers of this provider are whole.
func plain(t testing.TB, v tftypes.Value) any {
	t.Helper()
	as := func(target any) {
		if err := v.As(target); err != nil {
			t.Fatal(err)
		}
	}
	switch kind := v.Type(); {
	case v.IsNull():
		return nil
	case kind.Is(tftypes.String):
		var s string
		as(&s)
		return s
	case kind.Is(tftypes.Bool):
		var b bool
		as(&b)
		return b
	case kind.Is(tftypes.Number):
		var n big.Float
		as(&n)
		i, _ := n.Int64()
		return i
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		parts, values := map[string]tftypes.Value{}, map[string]any{}
		as(&parts)
		for name, part := range parts {
			values[name] = plain(t, part)
		}
		return values
	}
	var parts []tftypes.Value
	as(&parts)
	list := make([]any, 0, len(parts))
	for _, part := range parts {
		list = append(list, plain(t, part))
	}
	return list
}
