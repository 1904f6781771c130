package acctest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// core is as much of Terraform's core as the life of one resource needs, so
// that a whole run takes milliseconds and can be cut anywhere.
type core struct {
	*Protocol
	kind     string
	schema   *tfprotov6.Schema
	warnings []string
	planned  func() // Happens between plan and apply, if it is there.
}

// object is what the state file has of a resource; the zero value is none.
type object struct {
	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

func (c *Cloud) core(t *testing.T, kind string) *core {
	t.Helper()
	return newCore(t, c.Protocol(t), kind)
}

func newCore(t *testing.T, p *Protocol, kind string) *core {
	t.Helper()
	schema, ok := p.Schemas.ResourceSchemas[kind]
	if !ok {
		t.Fatalf("the provider has no resource %s", kind)
	}
	return &core{Protocol: p, kind: kind, schema: schema}
}

// apply does what terraform apply does for one block: refresh, plan, and
// change. Each step's result goes to save as soon as it is there.
func (c *core) apply(ctx context.Context, o object, arguments map[string]any, save func(object)) error {
	o, err := c.refresh(ctx, o)
	if err != nil {
		return err
	}
	save(o)
	p, err := c.plan(ctx, o, arguments)
	if err == nil && c.planned != nil {
		c.planned()
	}
	switch {
	case err != nil:
		return err
	case p.nothing:
		return nil
	case p.replace:
		if o.tainted {
			o.private = nil // as Terraform 1.11 does: the plan of the replacement knows nothing of what was there
		}
		if err := c.delete(ctx, o, save); err != nil {
			return err
		}
		o = object{}
	}
	return c.change(ctx, o, p, save)
}

// destroy does what terraform destroy does.
func (c *core) destroy(ctx context.Context, o object, save func(object)) error {
	o, err := c.refresh(ctx, o)
	if err != nil {
		return err
	}
	save(o)
	if o.state == nil {
		return nil
	}
	return c.delete(ctx, o, save)
}

func (c *core) refresh(ctx context.Context, o object) (object, error) {
	if o.state == nil {
		return o, nil
	}
	answer, err := c.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: c.kind, CurrentState: o.state, Private: o.private, CurrentIdentity: o.identity})
	if err != nil {
		return o, err
	}
	if err := c.note(answer.Diagnostics); err != nil {
		return o, err
	}
	return c.object(answer.NewState, answer.Private, answer.NewIdentity, o.tainted)
}

// plan is a planned change.
type plan struct {
	config, state    *tfprotov6.DynamicValue
	private          []byte
	identity         *tfprotov6.ResourceIdentityData
	nothing, replace bool
}

func (c *core) plan(ctx context.Context, o object, arguments map[string]any) (plan, error) {
	config, err := c.config(arguments)
	if err != nil {
		return plan{}, err
	}
	p := plan{replace: o.tainted, config: config}
	valid, err := c.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: c.kind, Config: config})
	if err != nil {
		return p, err
	}
	if err := c.note(valid.Diagnostics); err != nil {
		return p, err
	}
	if o.tainted {
		o = object{} // as if there were none: it is going to be replaced
	}
	answer, err := c.planFrom(ctx, o, config)
	if err != nil {
		return p, err
	}
	if o.state != nil && len(answer.RequiresReplace) > 0 {
		p.replace = true
		if answer, err = c.planFrom(ctx, object{private: answer.PlannedPrivate}, config); err != nil {
			return p, err
		}
	}
	p.state, p.private, p.identity = answer.PlannedState, answer.PlannedPrivate, answer.PlannedIdentity
	if o.state != nil && !p.replace {
		before, after, err := c.two(o.state, p.state)
		if err != nil {
			return p, err
		}
		p.nothing = before.Equal(after)
	}
	return p, nil
}

func (c *core) planFrom(ctx context.Context, o object, config *tfprotov6.DynamicValue) (*tfprotov6.PlanResourceChangeResponse, error) {
	prior := o.state
	if prior == nil {
		prior = c.null()
	}
	before, configured, err := c.two(prior, config)
	if err != nil {
		return nil, err
	}
	proposed, err := proposedBlock(c.schema.Block, before, configured)
	if err != nil {
		return nil, err
	}
	wire, err := tfprotov6.NewDynamicValue(c.schema.ValueType(), proposed)
	if err != nil {
		return nil, err
	}
	answer, err := c.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.kind, PriorState: prior, ProposedNewState: &wire, Config: config, PriorPrivate: o.private, PriorIdentity: o.identity,
	})
	if err != nil {
		return nil, err
	}
	return answer, c.note(answer.Diagnostics)
}

// change creates or updates.
func (c *core) change(ctx context.Context, o object, p plan, save func(object)) error {
	creates := o.state == nil
	if creates {
		o.state = c.null()
	}
	answer, err := c.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.kind, PriorState: o.state, PlannedState: p.state, Config: p.config, PlannedPrivate: p.private, PlannedIdentity: p.identity,
	})
	if err != nil {
		return err
	}
	problem := c.note(answer.Diagnostics)
	after, err := c.object(answer.NewState, answer.Private, answer.NewIdentity, creates && problem != nil)
	if err != nil {
		return errors.Join(problem, err)
	}
	save(after)
	if problem != nil {
		return problem
	}
	return c.asPlanned(p.state, answer.NewState)
}

func (c *core) delete(ctx context.Context, o object, save func(object)) error {
	planned, err := c.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.kind, PriorState: o.state, ProposedNewState: c.null(), Config: c.null(), PriorPrivate: o.private, PriorIdentity: o.identity,
	})
	if err != nil {
		return err
	}
	if err := c.note(planned.Diagnostics); err != nil {
		return err
	}
	answer, err := c.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.kind, PriorState: o.state, PlannedState: c.null(), Config: c.null(), PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	if err != nil {
		return err
	}
	problem := c.note(answer.Diagnostics)
	after, err := c.object(answer.NewState, answer.Private, answer.NewIdentity, o.tainted)
	if err == nil {
		save(after)
	}
	return errors.Join(problem, err)
}

// asPlanned is core's own check of what a provider returns: everything that
// the plan knew must have come true.
func (c *core) asPlanned(planned, is *tfprotov6.DynamicValue) error {
	want, got, err := c.two(planned, is)
	if err != nil {
		return err
	}
	if !got.IsFullyKnown() {
		return errors.New("the provider returned unknown values after apply")
	}
	wants, gots := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if err := errors.Join(want.As(&wants), got.As(&gots)); err != nil {
		return err
	}
	for name, value := range wants {
		if value.IsFullyKnown() && !value.Equal(gots[name]) {
			return fmt.Errorf("the provider produced an inconsistent result after apply: %s was planned as %s and is %s", name, value, gots[name])
		}
	}
	return nil
}

func (c *core) object(state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData, tainted bool) (object, error) {
	if state == nil {
		return object{}, nil
	}
	value, err := state.Unmarshal(c.schema.ValueType())
	if err != nil || value.IsNull() {
		return object{}, err
	}
	return object{state: state, private: private, identity: identity, tainted: tainted}, nil
}

func (c *core) null() *tfprotov6.DynamicValue {
	value, err := tfprotov6.NewDynamicValue(c.schema.ValueType(), tftypes.NewValue(c.schema.ValueType(), nil))
	if err != nil {
		panic(err) // null is of every type
	}
	return &value
}

func (c *core) two(a, b *tfprotov6.DynamicValue) (tftypes.Value, tftypes.Value, error) {
	x, first := a.Unmarshal(c.schema.ValueType())
	y, second := b.Unmarshal(c.schema.ValueType())
	return x, y, errors.Join(first, second)
}

func (c *core) note(diagnostics []*tfprotov6.Diagnostic) error { return note(&c.warnings, diagnostics) }

// note keeps warnings and returns errors.
func note(warnings *[]string, diagnostics []*tfprotov6.Diagnostic) error {
	var problems []error
	for _, d := range diagnostics {
		text := d.Summary + ": " + d.Detail
		if d.Attribute != nil {
			text += "\n" + d.Attribute.String() // the CLI shows the line
		}
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			problems = append(problems, errors.New(text))
		} else {
			*warnings = append(*warnings, text)
		}
	}
	return errors.Join(problems...)
}

// config is a block with these arguments and everything else null.
func (c *core) config(arguments map[string]any) (*tfprotov6.DynamicValue, error) {
	value, err := encoded(c.schema.Block, arguments)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.kind, err)
	}
	return value, nil
}
