package acctest

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
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
	all, err := plain(state, whole)
	if err != nil {
		t.Fatal(err)
	}
	r.Attributes, _ = all.(map[string]any)
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
