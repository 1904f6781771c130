package logshipping

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// Create implements resource.Resource.
func (r *shippingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m shippingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, shippingTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c := r.located(ctx, m, timeout, &resp.Diagnostics)
	if c == nil {
		return
	}
	defer c.forget()
	var is reading
	var reads sync.WaitGroup
	reads.Go(func() { is.job, is.found, is.err = c.Read(ctx) })
	c.precheck(ctx, &resp.Diagnostics)
	if reads.Wait(); resp.Diagnostics.HasError() {
		return
	}
	c.creating = true
	ok, may := c.establish(ctx, is, &resp.Diagnostics)
	if !may {
		return
	}
	if !ok || c.Interrupted {
		c.results(untold("Nothing was done: the job was not read back."))
		c.completeBefore()
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	} else {
		c.finish(ctx, shippingModel{}, &resp.Diagnostics)
	}
	c.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *shippingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m shippingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, shippingTimeout)
	resp.Diagnostics.Append(diags...)
	unread := m.Region.IsNull()
	moved.Account(ctx, r.data, &m.AccountID, &resp.Diagnostics)
	moved.Region(r.data, &m.Region)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	job, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (sls.Job, bool, error) {
		return r.data.Observed.LogJob(ctx, c.scope, m.Project.ValueString(), m.Name.ValueString())
	}, &resp.Diagnostics)
	switch {
	case err == nil && !found && unread:
		place := fmt.Sprintf("in project %s of account %s, region %s", m.Project.ValueString(), m.AccountID.ValueString(), m.Region.ValueString())
		resp.Diagnostics.Append(moved.Elsewhere(c.Name, place, fmt.Sprintf("ACCOUNT_ID/REGION/%s/%s", m.Project.ValueString(), m.Name.ValueString())))
		return
	case err == nil && !found: // asked in its own account, region and project
		c.warnLeft(ctx, &resp.Diagnostics)
	}
	scoped.StoreIdentity(ctx, resp.Identity, m.shippingIdentity, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	imported := m.Source.IsNull()
	if m.fromJob(ctx, job, &resp.Diagnostics); imported {
		m.derive(ctx, job, &resp.Diagnostics)
	}
	if m.readRetention(ctx, r.data, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *shippingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before shippingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, shippingTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c := r.located(ctx, m, timeout, &resp.Diagnostics)
	if c == nil {
		return
	}
	defer c.forget()
	if c.IndexBefore.IsUnknown() {
		c.IndexBefore = before.IndexBefore
	}
	if !c.sameJob(ctx, before, &resp.Diagnostics) && !c.change(ctx, c.wanted, &resp.Diagnostics) {
		return
	}
	if c.finish(ctx, before, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	c.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource. What the source kept before is put back first: nothing is lost by that, and as
// long as the job is there, the next run knows that something is left to do.
func (r *shippingResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m shippingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, shippingTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	retained := m.retention(ctx, &resp.Diagnostics)
	if c.restore(ctx, set(retained.Days), set(retained.IndexEnabled), &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	if !m.JobBefore.IsNull() {
		c.putBack(ctx, &resp.Diagnostics)
		return
	}
	err := c.patiently(ctx, func(ctx context.Context) error {
		return c.client.DeleteJob(ctx, m.Project.ValueString(), m.Name.ValueString())
	})
	if err == nil || lifecycle.MayHaveHappened(err) && ctx.Err() == nil {
		if gone := c.Gone(ctx); err == nil || gone == nil {
			err = gone
		}
	}
	c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// putBack makes the job what it was before adopt_existing.
func (c *shippingOperation) putBack(ctx context.Context, diags *diag.Diagnostics) {
	original, err := sls.JobOf(c.JobBefore.ValueString())
	if err != nil {
		diags.AddError("Restoring "+c.Name+" failed", "What was there before (job_before) cannot be decoded: "+err.Error())
		return
	}
	if _, found, err := c.Read(ctx); err == nil && !found {
		return // somebody deleted it: there is nothing to put back
	}
	c.expect(original)
	c.Enabled = types.BoolValue(runs(original))
	if c.change(ctx, original, diags) {
		c.turn(ctx, diags)
	}
}

// finish does what follows on a job that is as planned: it is started or stopped, verified, and its source's retention
// shortened. before is the state, or empty.
func (c *shippingOperation) finish(ctx context.Context, before shippingModel, diags *diag.Diagnostics) {
	if c.turn(ctx, diags); diags.HasError() {
		return
	}
	if c.Verified.IsUnknown() || c.Verification.IsUnknown() {
		c.results(c.verify(ctx, diags))
	}
	if !c.Interrupted { // the next plan shows what the source keeps
		c.retain(ctx, before, diags)
	}
	c.completeBefore()
}

// completeBefore is for what there was nothing to be remembered of.
func (c *shippingOperation) completeBefore() {
	if c.JobBefore.IsUnknown() {
		c.JobBefore = types.StringNull()
	}
	if c.IndexBefore.IsUnknown() {
		c.IndexBefore = types.StringNull()
	}
}

// results puts what verifying has found into the state, and where the job is.
func (c *shippingOperation) results(v verdict) {
	c.Verified, c.Verification, c.LagSeconds = types.BoolPointerValue(v.verified), types.StringValue(v.text), types.Int64PointerValue(v.lag)
	c.Status = types.StringValue(c.seen.Status)
	if c.seen.Status == "" {
		c.Status = types.StringNull()
	}
}

// verify looks whether rows arrive, if that is asked for.
func (c *shippingOperation) verify(ctx context.Context, diags *diag.Diagnostics) verdict {
	switch {
	case !c.Verify.ValueBool():
		return untold("Nothing was done: verify is false.")
	case !c.Enabled.ValueBool():
		return untold("Nothing was done: enabled is false.")
	case c.seen.Status != sls.Running:
		return untold("Nothing was done: the job does not run yet.")
	}
	archive := c.archive(ctx, diags)
	client, err := c.data.Fleet.SLS(archive.scope())
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Log Service client", err))
		return untold("Nothing was done: there is no client.")
	}
	timeout, err := time.ParseDuration(c.VerifyTimeout.ValueString())
	if err != nil {
		timeout, _ = time.ParseDuration(defaultVerifyTimeout)
	}
	v := verifier{
		clock: c.Clock, timeout: min(timeout, c.Timeout),
		source:  place{c.client, c.Project.ValueString(), c.LogStore.ValueString()},
		archive: place{client, archive.Project.ValueString(), archive.LogStore.ValueString()},
		jobName: c.shippingModel.Name.ValueString(), member: c.AccountID.ValueString(), logAccount: archive.AccountID.ValueString(),
		reader: c.SourceRoleARN.ValueString(), writer: c.DestinationRoleARN.ValueString(),
	}
	if !c.PassThrough.ValueBool() {
		v.fields = c.fields(ctx, diags)
	}
	return v.run(ctx, diags)
}
