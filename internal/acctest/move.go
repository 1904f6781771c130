package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Former is a resource of another provider, with its state as that provider writes it.
type Former struct {
	Provider, Kind, State string
}

// Moved does what Terraform does for a moved block: it takes over the state,
// refreshes it and plans the arguments. It returns the attributes of the
// refreshed state, nil if there is none; whether the plan changes nothing; and
// every error and warning on the way.
func (c *Cloud) Moved(t *testing.T, kind string, former Former, arguments map[string]any) (is map[string]tftypes.Value, nothing bool, said []string) {
	t.Helper()
	core := c.core(t, kind)
	o, err := core.move(t, former)
	if err == nil {
		o, err = core.refresh(t.Context(), o)
	}
	if err != nil {
		return nil, false, append(core.warnings, err.Error())
	}
	if o.state == nil {
		return nil, false, core.warnings
	}
	is = Attributes(t, core.schema.ValueType(), o.state)
	p, err := core.plan(t.Context(), o, arguments)
	if err != nil {
		return is, false, append(core.warnings, err.Error())
	}
	return is, p.nothing, core.warnings
}

// MovedUnread plans on a state that was moved, as -refresh=false does, and returns what is said.
func (c *Cloud) MovedUnread(t *testing.T, kind string, former Former, arguments map[string]any) []string {
	t.Helper()
	core := c.core(t, kind)
	o, err := core.move(t, former)
	if err == nil {
		_, err = core.plan(t.Context(), o, arguments)
	}
	if err != nil {
		return append(core.warnings, err.Error())
	}
	return core.warnings
}

func (c *core) move(t *testing.T, former Former) (object, error) {
	t.Helper()
	answer, err := c.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: former.Provider, SourceTypeName: former.Kind, SourceState: &tfprotov6.RawState{JSON: []byte(former.State)}, TargetTypeName: c.kind,
	})
	if err != nil {
		return object{}, err
	}
	if err := c.note(answer.Diagnostics); err != nil {
		return object{}, err
	}
	return c.object(answer.TargetState, answer.TargetPrivate, answer.TargetIdentity, false)
}
