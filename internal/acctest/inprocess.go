package acctest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// InProcess is resource.UnitTest at some milliseconds a step instead of one to
// five seconds: the small core that the kill harness drives stands in for the
// CLI, step by step as the test framework does, with a provider of its own for
// each command. It is for what the provider does; what the CLI makes of it is
// shown by a test or two of each capability that stay with the CLI. What it
// cannot do (references to resources, for_each, most functions, import)
// ends the test. ACKGUARD_TEST_WITH_CLI=1 gives every such test to the CLI.
func InProcess(t *testing.T, test resource.TestCase) {
	t.Helper()
	if os.Getenv("ACKGUARD_TEST_WITH_CLI") != "" {
		resource.UnitTest(t, test)
		return
	}
	m := &machine{t: t, factories: test.ProtoV6ProviderFactories, state: map[string]object{}}
	rest := test
	rest.ProtoV6ProviderFactories, rest.Steps, rest.CheckDestroy = nil, nil, nil
	m.only("a test case", rest)
	defer func() { // after a failure too, as in the framework
		if err := m.destroyAll(); err != nil {
			t.Errorf("destroy at the end: %s", err)
		} else if test.CheckDestroy != nil {
			if err := test.CheckDestroy(&terraform.State{}); err != nil {
				t.Errorf("after destroy: %s", err)
			}
		}
	}()
	for i, step := range test.Steps {
		if step.PreConfig != nil {
			step.PreConfig()
		}
		err := m.step(step)
		switch {
		case step.ExpectError == nil && err != nil:
			t.Fatalf("step %d of %d: %s", i+1, len(test.Steps), err)
		case step.ExpectError != nil && err == nil:
			t.Fatalf("step %d of %d: no error, want %s", i+1, len(test.Steps), step.ExpectError)
		case step.ExpectError != nil && !step.ExpectError.MatchString(err.Error()):
			t.Fatalf("step %d of %d: %s\nwant %s", i+1, len(test.Steps), err, step.ExpectError)
		}
	}
}

// Said applies configurations one after the other and destroys what they made,
// in this process, and returns the errors and warnings on the way; an error
// ends it.
func (c *Cloud) Said(t *testing.T, configs ...string) []string {
	t.Helper()
	m := &machine{t: t, factories: c.Factories(), state: map[string]object{}}
	run := func() error {
		for _, m.config = range configs {
			p, err := m.plan(true, false)
			if err != nil {
				return err
			}
			if err := m.apply(p); err != nil {
				return err
			}
		}
		return m.destroyAll()
	}
	if err := run(); err != nil {
		return append(m.warnings, err.Error())
	}
	return m.warnings
}

// machine is a folder in which Terraform works, without Terraform.
type machine struct {
	t         *testing.T
	factories map[string]func() (tfprotov6.ProviderServer, error)
	config    string
	state     map[string]object // by address
	data      map[string]any    // what was read at the last apply, by address
	outputs   map[string]any
	warnings  []string
}

// only fails the test if anything is set that is not acted upon.
func (m *machine) only(what string, rest any) {
	m.t.Helper()
	if !reflect.ValueOf(rest).IsZero() {
		m.t.Fatalf("%s has something that is not done in this process: %+v", what, rest)
	}
}

func (m *machine) step(step resource.TestStep) error {
	m.t.Helper()
	rest := step
	rest.Config, rest.PreConfig, rest.ExpectError, rest.PlanOnly, rest.Destroy = "", nil, nil, false, false
	rest.Check, rest.ConfigStateChecks = nil, nil
	rest.ConfigPlanChecks.PreApply, rest.ConfigPlanChecks.PostApplyPostRefresh = nil, nil
	m.only("a step", rest)
	m.config = step.Config
	if !step.PlanOnly {
		p, err := m.plan(true, step.Destroy)
		if err != nil {
			return said(err)
		}
		if err := m.planChecks(p, step.ConfigPlanChecks.PreApply); err != nil {
			return err
		}
		if err := m.apply(p); err != nil {
			return said(err)
		}
		if step.Check != nil {
			if err := step.Check(&terraform.State{}); err != nil {
				return err
			}
		}
		if err := m.stateChecks(step.ConfigStateChecks); err != nil {
			return err
		}
	}
	for _, refresh := range []bool{false, true} {
		p, err := m.plan(refresh, step.Destroy)
		if err != nil {
			return said(err)
		}
		if refresh {
			if err := m.planChecks(p, step.ConfigPlanChecks.PostApplyPostRefresh); err != nil {
				return err
			}
		}
		if err := m.planChecks(p, []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}); err != nil {
			return fmt.Errorf("afterwards (refreshed: %t): %w", refresh, err)
		}
	}
	return nil
}

// change is what is to become of one resource.
type change struct {
	address string
	core    *core
	before  object
	plan    plan
	delete  bool
}

// gone: nobody wants it, and the refresh has shown that it is not there.
func (c change) gone() bool { return c.delete && c.before.state == nil }

func (c change) actions() tfjson.Actions {
	switch {
	case c.gone():
		return tfjson.Actions{tfjson.ActionNoop}
	case c.delete:
		return tfjson.Actions{tfjson.ActionDelete}
	case c.before.state == nil:
		return tfjson.Actions{tfjson.ActionCreate}
	case c.plan.replace:
		return tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
	case c.plan.nothing:
		return tfjson.Actions{tfjson.ActionNoop}
	}
	return tfjson.Actions{tfjson.ActionUpdate}
}

// outputBlock is as much of an output as a test has.
var outputBlock = &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{{Name: "value"}}}

// planned is a plan of everything.
type planned struct {
	changes       []change
	data, outputs map[string]any
}

// plan does what terraform plan does: it checks what is written, configures
// the provider, reads the data sources, and refreshes and plans each resource.
func (m *machine) plan(refresh, destroy bool) (*planned, error) {
	m.t.Helper()
	w, p, err := m.start(true)
	if err != nil {
		return nil, err
	}
	ctx, result := m.t.Context(), &planned{data: map[string]any{}, outputs: map[string]any{}}
	read, problems := scope{}, []error(nil)
	for _, b := range w.data {
		if errors.Join(problems...) != nil && m.literal(p.Schemas.DataSourceSchemas, b) == nil {
			continue // it may wait for what has failed
		}
		value, err := m.read(ctx, p, b, read)
		problems = append(problems, err)
		read.add(b, value)
		result.data[address(b)] = value
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if !destroy {
		for _, b := range w.outputs {
			result.outputs[b.Labels[0]] = m.evaluate(outputBlock, b.Body, read)["value"]
		}
	}
	blocks := map[string]*hclsyntax.Block{}
	for _, b := range w.resources {
		if !destroy {
			blocks[address(b)] = b
		}
	}
	for _, at := range slices.Sorted(maps.Keys(merged(m.state, blocks))) {
		kind, _, _ := strings.Cut(at, ".")
		c := change{address: at, core: newCore(m.t, p, kind), before: m.state[at]}
		problems = append(problems, m.planOne(ctx, &c, blocks[at], read, refresh))
		m.warnings = append(m.warnings, c.core.warnings...)
		result.changes = append(result.changes, c)
	}
	return result, errors.Join(problems...)
}

// planOne plans one resource; without a block it is to be deleted.
func (m *machine) planOne(ctx context.Context, c *change, b *hclsyntax.Block, read scope, refresh bool) (err error) {
	m.t.Helper()
	if refresh {
		if c.before, err = c.core.refresh(ctx, c.before); err != nil {
			return err
		}
	}
	if b == nil {
		c.delete = true
		return nil
	}
	c.plan, err = c.core.plan(ctx, c.before, m.evaluate(c.core.schema.Block, b.Body, read))
	return err
}

// merged has the keys of both.
func merged(state map[string]object, blocks map[string]*hclsyntax.Block) map[string]bool {
	all := map[string]bool{}
	for at := range state {
		all[at] = true
	}
	for at := range blocks {
		all[at] = true
	}
	return all
}

// apply does what terraform apply does with a plan.
func (m *machine) apply(planned *planned) error {
	m.t.Helper()
	_, p, err := m.start(false)
	if err != nil {
		return err
	}
	m.data, m.outputs = planned.data, planned.outputs
	var problems []error
	for _, c := range planned.changes {
		save := func(o object) {
			if m.state[c.address] = o; o.state == nil {
				delete(m.state, c.address)
			}
		}
		save(c.before)
		one := newCore(m.t, p, c.core.kind)
		if err := one.carryOut(m.t.Context(), c, save); err != nil {
			problems = append(problems, err)
		}
		m.warnings = append(m.warnings, one.warnings...)
	}
	return errors.Join(problems...)
}

func (c *core) carryOut(ctx context.Context, one change, save func(object)) error {
	switch {
	case one.gone():
		return nil
	case one.delete:
		return c.delete(ctx, one.before, save)
	case one.before.state != nil && one.plan.replace:
		if err := c.delete(ctx, one.before, save); err != nil {
			return err
		}
		one.before = object{}
	case one.plan.nothing:
		return nil
	}
	return c.change(ctx, one.before, one.plan, save)
}

// destroyAll does what terraform destroy -refresh=false does.
func (m *machine) destroyAll() error {
	m.t.Helper()
	if len(m.state) == 0 {
		return nil
	}
	_, p, err := m.start(true)
	if err != nil {
		return err
	}
	all := &planned{}
	for _, at := range slices.Sorted(maps.Keys(m.state)) {
		kind, _, _ := strings.Cut(at, ".")
		all.changes = append(all.changes, change{address: at, core: newCore(m.t, p, kind), before: m.state[at], delete: true})
	}
	return m.apply(all)
}

// start starts a provider of the configuration.
func (m *machine) start(validate bool) (written, *Protocol, error) {
	m.t.Helper()
	w, err := parse(m.config)
	if err != nil {
		m.t.Fatalf("this is not done in this process: %s", err)
	}
	p := unconfigured(m.t, m.factories)
	config := m.encode(p.Schemas.Provider.Block, w.provider, nil)
	if validate {
		if err := m.validate(p, w, config); err != nil {
			return w, p, err
		}
	}
	answer, err := p.ConfigureProvider(m.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		return w, p, err
	}
	return w, p, m.note(answer.Diagnostics)
}

// validate checks the provider block and every block that refers to nothing;
// the others are checked when their values are known.
func (m *machine) validate(p *Protocol, w written, config *tfprotov6.DynamicValue) error {
	m.t.Helper()
	ctx := m.t.Context()
	answer, err := p.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		return err
	}
	problems := []error{m.note(answer.Diagnostics)}
	for _, b := range w.data {
		if config := m.literal(p.Schemas.DataSourceSchemas, b); config != nil {
			problems = append(problems, m.validateData(ctx, p, b.Labels[0], config))
		}
	}
	for _, b := range w.resources {
		if config := m.literal(p.Schemas.ResourceSchemas, b); config != nil {
			answer, err := p.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: b.Labels[0], Config: config})
			if err != nil {
				return err
			}
			problems = append(problems, errorsOnly(answer.Diagnostics)) // planning it says the warnings again
		}
	}
	return errors.Join(problems...)
}

func (m *machine) validateData(ctx context.Context, p *Protocol, kind string, config *tfprotov6.DynamicValue) error {
	answer, err := p.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: config})
	if err != nil {
		return err
	}
	return m.note(answer.Diagnostics)
}

func (m *machine) read(ctx context.Context, p *Protocol, b *hclsyntax.Block, read scope) (any, error) {
	m.t.Helper()
	schema := m.schema(p.Schemas.DataSourceSchemas, b)
	config := m.encode(schema.Block, b.Body, read)
	if m.literal(p.Schemas.DataSourceSchemas, b) == nil {
		if err := m.validateData(ctx, p, b.Labels[0], config); err != nil {
			return nil, err
		}
	}
	answer, err := p.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: b.Labels[0], Config: config})
	if err != nil {
		return nil, err
	}
	if err := m.note(answer.Diagnostics); err != nil {
		return nil, err
	}
	value, err := answer.State.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	return plain(value, digits)
}

func (m *machine) schema(schemas map[string]*tfprotov6.Schema, b *hclsyntax.Block) *tfprotov6.Schema {
	m.t.Helper()
	schema, ok := schemas[b.Labels[0]]
	if !ok {
		m.t.Fatalf("the provider has no %s", address(b))
	}
	return schema
}

// literal is a block's value, or nil if it refers to something.
func (m *machine) literal(schemas map[string]*tfprotov6.Schema, b *hclsyntax.Block) *tfprotov6.DynamicValue {
	m.t.Helper()
	schema := m.schema(schemas, b)
	in, err := scope{}.context()
	if err != nil {
		m.t.Fatal(err)
	}
	all, err := arguments(schema.Block, b.Body, in)
	if err != nil {
		return nil
	}
	value, err := encoded(schema.Block, all)
	if err != nil {
		m.t.Fatalf("%s: %s", address(b), err)
	}
	return value
}

func (m *machine) evaluate(schema *tfprotov6.SchemaBlock, body *hclsyntax.Body, read scope) map[string]any {
	m.t.Helper()
	in, err := read.context()
	if err != nil {
		m.t.Fatal(err)
	}
	all, err := arguments(schema, body, in)
	if err != nil {
		m.t.Fatalf("this is not done in this process: %s", err)
	}
	return all
}

func (m *machine) encode(schema *tfprotov6.SchemaBlock, body *hclsyntax.Body, read scope) *tfprotov6.DynamicValue {
	m.t.Helper()
	value, err := encoded(schema, m.evaluate(schema, body, read))
	if err != nil {
		m.t.Fatal(err)
	}
	return value
}

func (m *machine) note(diagnostics []*tfprotov6.Diagnostic) error {
	return note(&m.warnings, diagnostics)
}

// said marks what the CLI would have printed: it is not the failure of a check.
func said(err error) error { return fmt.Errorf("Error: %w", err) } //nolint:staticcheck // as the CLI says it

func errorsOnly(diagnostics []*tfprotov6.Diagnostic) error {
	var warnings []string
	return note(&warnings, diagnostics)
}

func (m *machine) planChecks(p *planned, checks []plancheck.PlanCheck) error {
	m.t.Helper()
	all := &tfjson.Plan{OutputChanges: map[string]*tfjson.Change{}}
	for name, value := range p.outputs {
		actions := tfjson.Actions{tfjson.ActionUpdate}
		if was, ok := m.outputs[name]; !ok {
			actions = tfjson.Actions{tfjson.ActionCreate}
		} else if reflect.DeepEqual(was, value) {
			actions = tfjson.Actions{tfjson.ActionNoop}
		}
		all.OutputChanges[name] = &tfjson.Change{Actions: actions, Before: m.outputs[name], After: value, AfterUnknown: false}
	}
	for _, c := range p.changes {
		before, after := m.value(c.core, c.before.state), m.value(c.core, c.plan.state)
		kind, name, _ := strings.Cut(c.address, ".")
		all.ResourceChanges = append(all.ResourceChanges, &tfjson.ResourceChange{
			Address: c.address, Type: kind, Name: name, Mode: tfjson.ManagedResourceMode,
			Change: &tfjson.Change{Actions: c.actions(), Before: before, After: after},
		})
	}
	var problems []error
	for _, check := range checks {
		var answer plancheck.CheckPlanResponse
		check.CheckPlan(m.t.Context(), plancheck.CheckPlanRequest{Plan: all}, &answer)
		problems = append(problems, answer.Error)
	}
	return errors.Join(problems...)
}

func (m *machine) stateChecks(checks []statecheck.StateCheck) error {
	m.t.Helper()
	if len(checks) == 0 {
		return nil
	}
	_, p, err := m.start(false)
	if err != nil {
		return err
	}
	root := &tfjson.StateModule{}
	add := func(at string, mode tfjson.ResourceMode, value any) {
		attributes, _ := value.(map[string]any)
		kind, name, _ := strings.Cut(strings.TrimPrefix(at, "data."), ".")
		root.Resources = append(root.Resources, &tfjson.StateResource{Address: at, Mode: mode, Type: kind, Name: name, AttributeValues: attributes})
	}
	for at, value := range m.data {
		add(at, tfjson.DataResourceMode, value)
	}
	for at, o := range m.state {
		kind, _, _ := strings.Cut(at, ".")
		add(at, tfjson.ManagedResourceMode, m.value(newCore(m.t, p, kind), o.state))
	}
	values := &tfjson.StateValues{RootModule: root, Outputs: map[string]*tfjson.StateOutput{}}
	for name, value := range m.outputs {
		values.Outputs[name] = &tfjson.StateOutput{Value: value}
	}
	var problems []error
	for _, check := range checks {
		var answer statecheck.CheckStateResponse
		check.CheckState(m.t.Context(), statecheck.CheckStateRequest{State: &tfjson.State{Values: values}}, &answer)
		problems = append(problems, answer.Error)
	}
	return errors.Join(problems...)
}

// value is a resource as the CLI's JSON has it.
func (m *machine) value(c *core, wire *tfprotov6.DynamicValue) any {
	m.t.Helper()
	if wire == nil {
		return nil
	}
	value, err := wire.Unmarshal(c.schema.ValueType())
	if err != nil {
		m.t.Fatal(err)
	}
	all, err := plain(value, digits)
	if err != nil {
		m.t.Fatal(err)
	}
	return all
}
