package demo

import (
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

// drifted is what the plan of the scene "The next plan notices both" looks like.
const drifted = `{
  "format_version": "1.2", "terraform_version": "1.11.4",
  "resource_drift": [{
    "address": "s.nightly[\"c1\"]", "mode": "managed", "type": "s", "name": "nightly", "index": "c1",
    "change": {"actions": ["update"], "before": {"recurrence": "a"}, "after": {"recurrence": "b"}}
  }],
  "resource_changes": [
    {"address": "s.nightly[\"c1\"]", "mode": "managed", "type": "s", "name": "nightly", "index": "c1",
     "change": {"actions": ["update"], "before": {"recurrence": "b"}, "after": {"recurrence": "a"}}},
    {"address": "s.nightly[\"c2\"]", "mode": "managed", "type": "s", "name": "nightly", "index": "c2",
     "change": {"actions": ["no-op"], "before": {"recurrence": "a"}, "after": {"recurrence": "a"}}}
  ],
  "output_changes": {
    "verdicts": {"actions": ["update"],
      "before": {"c1": {"r1": "COMPLIANT", "r2": "COMPLIANT"}}, "after": {"c1": {"r1": "NON_COMPLIANT", "r2": "COMPLIANT"}}},
    "outcomes": {"actions": ["no-op"],
      "before": [], "after": [{"account_id": "1", "outcome": "denied", "error_code": "E"}, {"account_id": "2", "region": "r", "outcome": "error"}]}
  },
  "checks": [{"address": {"kind": "check", "name": "p", "to_display": "check.p"}, "status": "fail",
    "instances": [{"address": {"to_display": "check.p"}, "status": "fail", "problems": [{"message": "c1 is bare"}]}]}]
}`

// quiet is a plan that has nothing to do.
const quiet = `{
  "format_version": "1.2", "terraform_version": "1.11.4",
  "resource_changes": [
    {"address": "s.x", "mode": "managed", "type": "s", "name": "x", "change": {"actions": ["no-op"], "before": {}, "after": {}}},
    {"address": "data.d.x", "mode": "data", "type": "d", "name": "x", "change": {"actions": ["read"], "before": null, "after": {}}}
  ],
  "output_changes": {"verdicts": {"actions": ["no-op"], "before": {}, "after": {}}}
}`

// TestPlanAssertionsCanFail: an assertion that holds on the right plan fails
// on one that differs in what it is about.
func TestPlanAssertionsCanFail(t *testing.T) {
	const c1, c2 = `s.nightly["c1"]`, `s.nightly["c2"]`
	const worse = "c1 r1: COMPLIANT -> NON_COMPLIANT"
	drift := func(p *tfjson.Plan) error { return expectDrift(p, c1, "recurrence", "a", "b") }
	update := func(p *tfjson.Plan) error { return expectUpdate(p, c1, "recurrence", "b", "a") }
	actions := func(p *tfjson.Plan) error { return expectActions(p, tfjson.ActionUpdate, c1) }
	changes := func(p *tfjson.Plan) error { return expectVerdictChanges(p, worse) }
	verdict := func(p *tfjson.Plan) error {
		return expectVerdict(p, place{id: "c1", name: "one"}, "r1", "NON_COMPLIANT")
	}
	denied := func(p *tfjson.Plan) error { return expectOutcome(p, "1", "denied", "E") }
	check := func(p *tfjson.Plan) error {
		return expectCheck(p, "check.p", tfjson.CheckStatusFail, "c1", "bare")
	}
	for name, c := range map[string]struct {
		assert func(*tfjson.Plan) error
		spoil  func(*tfjson.Plan)
		says   string
	}{
		"no drift":            {drift, func(p *tfjson.Plan) { p.ResourceDrift = nil }, "seen:     nothing"},
		"drift of another":    {drift, func(p *tfjson.Plan) { p.ResourceDrift[0].Address = c2 }, "resource_drift of " + c1},
		"drift of two":        {drift, func(p *tfjson.Plan) { p.ResourceDrift = append(p.ResourceDrift, p.ResourceChanges[1]) }, c2},
		"drift to another":    {drift, func(p *tfjson.Plan) { set(p.ResourceDrift[0].Change.After, "recurrence", "x") }, "from a to x"},
		"drift from another":  {drift, func(p *tfjson.Plan) { set(p.ResourceDrift[0].Change.Before, "recurrence", "x") }, "from x to b"},
		"drift that deletes":  {drift, func(p *tfjson.Plan) { p.ResourceDrift[0].Change.Actions = tfjson.Actions{"delete"} }, "[delete]"},
		"no update":           {update, func(p *tfjson.Plan) { p.ResourceChanges = p.ResourceChanges[1:] }, "seen:     nothing"},
		"a replacement":       {update, func(p *tfjson.Plan) { p.ResourceChanges[0].Change.Actions = tfjson.Actions{"delete", "create"} }, "[delete create]"},
		"update to another":   {update, func(p *tfjson.Plan) { set(p.ResourceChanges[0].Change.After, "recurrence", "x") }, "from b to x"},
		"one more action":     {actions, func(p *tfjson.Plan) { p.ResourceChanges[1].Change.Actions = tfjson.Actions{"delete"} }, "delete " + c2},
		"no action":           {actions, func(p *tfjson.Plan) { p.ResourceChanges[0].Change.Actions = tfjson.Actions{"no-op"} }, "seen:     nothing"},
		"no verdicts":         {changes, func(p *tfjson.Plan) { delete(p.OutputChanges, "verdicts") }, "output_changes"},
		"verdicts unchanged":  {changes, func(p *tfjson.Plan) { p.OutputChanges["verdicts"].Actions = tfjson.Actions{"no-op"} }, "an update"},
		"same verdict":        {changes, func(p *tfjson.Plan) { set(in(p.OutputChanges["verdicts"].After, "c1"), "r1", "COMPLIANT") }, worse},
		"one more verdict":    {changes, func(p *tfjson.Plan) { set(in(p.OutputChanges["verdicts"].After, "c1"), "r2", "ERROR") }, "c1 r2: COMPLIANT -> ERROR"},
		"one cluster less":    {changes, func(p *tfjson.Plan) { set(p.OutputChanges["verdicts"].Before, "c3", map[string]any{}) }, worse},
		"another verdict":     {verdict, func(p *tfjson.Plan) { set(in(p.OutputChanges["verdicts"].After, "c1"), "r1", "ERROR") }, "ERROR"},
		"verdicts of a shape": {verdict, func(p *tfjson.Plan) { p.OutputChanges["verdicts"].After = "text" }, "another shape"},
		"no outcome":          {denied, func(p *tfjson.Plan) { p.OutputChanges["outcomes"].After = []any{} }, "seen:     nothing"},
		"another outcome":     {denied, func(p *tfjson.Plan) { set(outcomeOf(p), "outcome", "ok") }, "ok E"},
		"another code":        {denied, func(p *tfjson.Plan) { set(outcomeOf(p), "error_code", "F") }, "denied F"},
		"a region's outcome":  {denied, func(p *tfjson.Plan) { set(outcomeOf(p), "region", "r") }, "seen:     nothing"},
		"no check":            {check, func(p *tfjson.Plan) { p.Checks = nil }, "seen:     nothing"},
		"check passes":        {check, func(p *tfjson.Plan) { p.Checks[0].Status = tfjson.CheckStatusPass }, "pass c1 is bare"},
		"check of another":    {check, func(p *tfjson.Plan) { p.Checks[0].Instances[0].Problems[0].Message = "c2 is bare" }, "c2 is bare"},
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, drifted, c.assert, c.spoil, c.says)
		})
	}
}

func TestQuietCanFail(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*tfjson.Plan)
		says  string
	}{
		"drift":  {func(p *tfjson.Plan) { p.ResourceDrift = p.ResourceChanges }, "resource_drift"},
		"output": {func(p *tfjson.Plan) { p.OutputChanges["verdicts"].Actions = tfjson.Actions{"update"} }, "output_changes"},
		"action": {func(p *tfjson.Plan) { p.ResourceChanges[0].Change.Actions = tfjson.Actions{"update"} }, "update s.x"},
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, quiet, expectQuiet, c.spoil, c.says)
		})
	}
}

func wantFailure(t *testing.T, text string, assert func(*tfjson.Plan) error, spoil func(*tfjson.Plan), says string) {
	t.Helper()
	plan, err := decodePlan([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := assert(plan); err != nil {
		t.Fatalf("on the right plan: %s", err)
	}
	spoil(plan)
	if err := assert(plan); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%v, want an error that says %q", err, says)
	}
}

func in(object any, name string) any {
	values, _ := object.(map[string]any)
	return values[name]
}

func set(object any, name string, value any) {
	values, _ := object.(map[string]any)
	values[name] = value
}

func outcomeOf(p *tfjson.Plan) any {
	all, _ := p.OutputChanges["outcomes"].After.([]any)
	return all[0]
}

func TestDiagnosticAssertionsCanFail(t *testing.T) {
	const stream = `{"@level":"info","@message":"Terraform 1.11.4","type":"version"}
{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"2 findings","detail":"r1: c1","address":"data.d.x"}}
{"@level":"warn","type":"diagnostic","diagnostic":{"severity":"warning","summary":"Not all","detail":"account 1","address":"data.d.x"}}
`
	all, err := diagnostics([]byte(stream))
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	right := planned{failed: true, diagnostics: all}
	if err := expectError(right, "data.d.x", "findings", "r1", "c1"); err != nil {
		t.Error(err)
	}
	if err := expectWarning(right, "data.d.x", "Not all", "account 1"); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"a plan that passes":      expectError(planned{diagnostics: all}, "data.d.x", "findings"),
		"no error":                expectError(planned{failed: true, diagnostics: all[1:]}, "data.d.x", "findings"),
		"a second error":          expectError(planned{failed: true, diagnostics: append(all, all[0])}, "data.d.x", "findings"),
		"another address":         expectError(right, "data.d.y", "findings"),
		"another summary":         expectError(right, "data.d.x", "Not all"),
		"another detail":          expectError(right, "data.d.x", "findings", "r2"),
		"a plan that fails":       expectPass(right),
		"no such warning":         expectWarning(right, "data.d.x", "account 2"),
		"warning of another":      expectWarning(right, "data.d.y", "account 1"),
		"an error, not a warning": expectWarning(right, "data.d.x", "findings"),
		"other lines":             expectLines("lines", []string{"a"}, []string{"b"}),
	} {
		if err == nil || !strings.Contains(err.Error(), "expected: ") {
			t.Errorf("%s: %v, want an error that says what was expected", name, err)
		}
	}
	if _, err := diagnostics([]byte("Error: no JSON\n")); err == nil {
		t.Error("a line that is no JSON was accepted")
	}
}
