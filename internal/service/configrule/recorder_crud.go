package configrule

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// recorderOperation is one create, read, update or delete of a recorder.
type recorderOperation struct {
	lifecycle.Object[cloudconfig.Recorder]
	api *cloudconfig.Client
	// types are those that must be recorded; while it is only started, none.
	types   []string
	started bool
	// seen is the recorder as it was read last.
	seen   cloudconfig.Recorder
	forget func()
}

func (r *recorderResource) operation(m recorderModel, timeout time.Duration, diags *diag.Diagnostics) *recorderOperation {
	c := &recorderOperation{
		api: client(r.data, m.AccountID, diags), started: m.Started.ValueBool(),
		forget: func() { r.data.Observed.ForgetRecorder(m.AccountID.ValueString()) },
	}
	name := "the configuration recorder of account " + m.AccountID.ValueString()
	c.Object = lifecycle.Object[cloudconfig.Recorder]{
		Name: name, Place: name, Kind: "a configuration recorder", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: func(ctx context.Context) (recorder cloudconfig.Recorder, on bool, err error) {
			recorder, err = c.api.Recorder(ctx)
			if err == nil {
				c.seen = recorder
			}
			return recorder, isOn(recorder), err
		},
		Difference: c.difference,
	}
	return c
}

func isOn(r cloudconfig.Recorder) bool { return r.Status != cloudconfig.RecorderRegistrable }

// difference lists what of a recorder is not as planned.
func (c *recorderOperation) difference(is cloudconfig.Recorder) string {
	var d differences
	d.Compare("status", is.Status, cloudconfig.RecorderRegistered)
	for _, kind := range c.missing(is) {
		d.List = append(d.List, kind+" is not recorded")
	}
	return d.String()
}

func (c *recorderOperation) missing(is cloudconfig.Recorder) []string {
	return slices.DeleteFunc(slices.Clone(c.types), func(kind string) bool { return slices.Contains(is.ResourceTypes, kind) })
}

// record has the recorder on, and the types recorded.
func (c *recorderOperation) record(ctx context.Context, wanted []string) error {
	recorder, on, err := c.Read(ctx)
	if err != nil {
		return err
	}
	var changed error
	if !on {
		changed = c.api.StartRecorder(ctx)
		c.started = lifecycle.MayHaveHappened(changed)
	}
	if !on || recorder.Status != cloudconfig.RecorderRegistered {
		if err := c.Settled(ctx, changed); err != nil {
			return err
		}
	}
	recorder, c.types = c.seen, wanted
	missing := c.missing(recorder)
	switch {
	case len(missing) == 0:
		return nil
	case len(recorder.ResourceTypes) == 0:
		return fmt.Errorf("%s says that it is on and lists no resource type that it records. Whether that means all of them is not documented, so setting ours might take others away: "+
			"choose the types once in the console of Cloud Config, then apply again", c.Place)
	}
	return c.Settled(ctx, c.api.UpdateRecorder(ctx, append(slices.Clone(recorder.ResourceTypes), missing...)))
}

// Create implements resource.Resource.
func (r *recorderResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m recorderModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, recorderTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	ok := c.Stands("Starting", lifecycle.ReadNext, c.record(ctx, texts(ctx, m.ResourceTypes, &resp.Diagnostics)), &resp.Diagnostics)
	if !ok && !c.started {
		return // nothing was changed that the state has to remember
	}
	if !ok || c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	c.keep(&m)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.recorderIdentity, &resp.Diagnostics)
}

// keep writes into the model what is known of the recorder.
func (c *recorderOperation) keep(m *recorderModel) {
	m.Started, m.Status = types.BoolValue(c.started), types.StringValue(c.seen.Status)
}

// Read implements resource.Resource.
func (r *recorderResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m recorderModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	recorder, on, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cloudconfig.Recorder, bool, error) {
		recorder, err := r.data.Observed.Recorder(ctx, m.AccountID.ValueString())
		return recorder, isOn(recorder), err
	}, &resp.Diagnostics)
	scoped.StoreIdentity(ctx, resp.Identity, m.recorderIdentity, &resp.Diagnostics)
	if !c.Stays(ctx, on, err, resp) {
		return
	}
	if m.ResourceTypes.IsNull() { // imported
		m.ResourceTypes = recordedByDefault
	}
	m.ResourceTypes, c.seen = recorded(m.ResourceTypes, recorder.ResourceTypes), recorder
	m.StopOnDestroy = types.BoolValue(m.StopOnDestroy.ValueBool())
	c.keep(&m)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.recorderIdentity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *recorderResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m recorderModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Update(ctx, recorderTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if !c.Stands("Updating", lifecycle.ReadNext, c.record(ctx, texts(ctx, m.ResourceTypes, &resp.Diagnostics)), &resp.Diagnostics) {
		return
	}
	started := m.Started // planned; a recorder that went off since was started again, which the next plan has no need to know
	c.keep(&m)
	m.Started = started
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.recorderIdentity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *recorderResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m recorderModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if !m.StopOnDestroy.ValueBool() || !c.started {
		why := "stop_on_destroy is not set"
		if m.StopOnDestroy.ValueBool() {
			why = "it was on before this resource, or it is not known that this resource started it"
		}
		// The same summary for every account, so that the CLI shows a fleet's as one.
		resp.Diagnostics.AddWarning("Configuration recorder stays on", fmt.Sprintf(
			"%s stays on with all resource types that it records: %s. It is out of the state; stop it in the console of Cloud Config if nobody needs it.", diagnostic.UpperFirst(c.Name), why))
		return
	}
	_, on, err := c.Read(ctx)
	if err == nil && on {
		if err = c.api.StopRecorder(ctx); lifecycle.MayHaveHappened(err) {
			err = c.Gone(ctx)
		}
	}
	c.Stands("Stopping", lifecycle.OutOfState, err, &resp.Diagnostics)
}
