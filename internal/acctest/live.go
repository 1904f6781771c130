package acctest

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Resource is one resource in this process, driven as Terraform drives it but
// without the CLI, which would take seconds for each step. Tests of what the
// CLI adds (syntax, imports, how a plan is shown) use the CLI.
type Resource struct {
	cloud    *Cloud
	kind     string
	state    object
	warnings []string
	t        *testing.T
}

// Resource returns a resource of this kind, which is not there yet.
func (c *Cloud) Resource(t *testing.T, kind string) *Resource {
	t.Helper()
	return &Resource{cloud: c, kind: kind, t: t}
}

// run works in a provider of its own, as each command of Terraform does: it
// knows nothing of what was read before.
func (r *Resource) run(work func(*core) error) error {
	r.t.Helper()
	c := r.cloud.core(r.t, r.kind)
	err := work(c)
	r.warnings = append(r.warnings, c.warnings...)
	return err
}

// Apply refreshes, plans and applies a block with these arguments, and checks
// that a second plan is empty.
func (r *Resource) Apply(arguments map[string]any) error {
	r.t.Helper()
	if err := r.run(func(c *core) error { return c.apply(r.t.Context(), r.state, arguments, r.save) }); err != nil {
		return err
	}
	switch nothing, err := r.Settled(arguments); {
	case err != nil:
		return err
	case !nothing:
		return errors.New("a second plan is not empty")
	}
	return nil
}

// ApplyPlanned applies a plan that was saved, after something has happened; what a second plan shows is not looked at.
func (r *Resource) ApplyPlanned(arguments map[string]any, between func()) error {
	r.t.Helper()
	return r.run(func(c *core) error {
		c.planned = between
		return c.apply(r.t.Context(), r.state, arguments, r.save)
	})
}

// Settled refreshes, and reports whether a plan for a block with these
// arguments is empty.
func (r *Resource) Settled(arguments map[string]any) (nothing bool, err error) {
	r.t.Helper()
	err = r.run(func(c *core) error {
		refreshed, err := c.refresh(r.t.Context(), r.state)
		if err != nil {
			return err
		}
		p, err := c.plan(r.t.Context(), refreshed, arguments)
		nothing = p.nothing
		return err
	})
	return nothing && err == nil, err
}

// Destroy refreshes and destroys.
func (r *Resource) Destroy() error {
	r.t.Helper()
	return r.run(func(c *core) error { return c.destroy(r.t.Context(), r.state, r.save) })
}

// Warnings are those of everything so far.
func (r *Resource) Warnings() []string { return r.warnings }

// InState reports whether the state has it.
func (r *Resource) InState() bool { return r.state.state != nil }

// Attributes are plain Go values, as those of a Reading; nil if the state does not have it.
func (r *Resource) Attributes() map[string]any {
	r.t.Helper()
	if r.state.state == nil {
		return nil
	}
	state, err := r.state.state.Unmarshal(r.cloud.core(r.t, r.kind).schema.ValueType())
	if err != nil {
		r.t.Fatal(err)
	}
	all, err := plain(state, whole)
	if err != nil {
		r.t.Fatal(err)
	}
	attributes, _ := all.(map[string]any)
	return attributes
}

func (r *Resource) save(o object) { r.state = o }

// Live takes a resource through a life: it is created with the first
// arguments, changed to each of the others, and destroyed. It returns every
// error and warning on the way; an error ends it.
func (c *Cloud) Live(t *testing.T, kind string, lives ...map[string]any) (said []string) {
	t.Helper()
	return c.LiveThrough(t, kind, func(int) {}, lives...)
}

// LiveThrough is Live with something that happens before each step, which are
// counted from 0.
func (c *Cloud) LiveThrough(t *testing.T, kind string, before func(step int), lives ...map[string]any) (said []string) {
	t.Helper()
	r := c.Resource(t, kind)
	for step, arguments := range lives {
		before(step)
		if err := r.Apply(arguments); err != nil {
			return append(r.Warnings(), err.Error())
		}
	}
	if err := r.Destroy(); err != nil {
		return append(r.Warnings(), err.Error())
	}
	return r.Warnings()
}

// MoveFrom takes over the state of a resource of another provider, as a moved
// block does. Settled then refreshes it first, as a plan does.
func (r *Resource) MoveFrom(provider, kind string, state map[string]any) error {
	r.t.Helper()
	return r.run(func(c *core) error {
		raw, err := json.Marshal(state)
		if err != nil {
			return err
		}
		answer, err := c.MoveResourceState(r.t.Context(), &tfprotov6.MoveResourceStateRequest{
			SourceProviderAddress: provider, SourceTypeName: kind, SourceState: &tfprotov6.RawState{JSON: raw}, TargetTypeName: c.kind,
		})
		if err != nil {
			return err
		}
		if err := c.note(answer.Diagnostics); err != nil {
			return err
		}
		r.state, err = c.object(answer.TargetState, answer.TargetPrivate, answer.TargetIdentity, false)
		return err
	})
}

// Look is Read with the provider's own arguments only, for tests to which errors
// and warnings are the same.
func (c *Cloud) Look(t *testing.T, kind string, arguments map[string]any) (attributes map[string]any, said []string) {
	t.Helper()
	r := c.Read(t, kind, arguments, nil)
	return r.Attributes, append(r.Errors, r.Warnings...)
}
