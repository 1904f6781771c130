package logshipping

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// Create implements resource.Resource.
func (r *archiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m archiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, archiveTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	c.adopting = m.AdoptProject.ValueBool()
	stands := c.establish(ctx, &resp.Diagnostics)
	switch {
	case !stands && !c.LogStoreBefore.IsNull() && !c.LogStoreBefore.IsUnknown(): // in the state, tainted, for what was there before is known to nobody else
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	case !stands:
		c.unfinished(&resp.Diagnostics)
		return
	case c.interrupted():
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	c.finish()
	c.archiveModel.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// finish makes the model what the state has after a change.
func (c *archiveOperation) finish() {
	if c.Description.IsUnknown() {
		c.Description = value.OrNull(defaultDescription)
		if c.described != nil {
			c.Description = value.OrNull(c.described.Description)
		}
	}
	c.settle()
}

// unfinished says what a create that failed has made: the next one goes on from there, and nobody else looks at it.
func (c *archiveOperation) unfinished(diags *diag.Diagnostics) {
	for _, name := range c.made {
		diags.AddWarning(archiveUnfinished, fmt.Sprintf(
			"This run has made %s in account %s, region %s. It is not in the state: the next apply finds it and goes on from there. To give up instead, delete it by hand.", name, c.scope.AccountID, c.scope.Region))
	}
}

// Read implements resource.Resource.
func (r *archiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m archiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	unread := moved.Account(ctx, r.data, &m.AccountID, &resp.Diagnostics)
	moved.Region(r.data, &m.Region)
	timeout, diags := m.Timeouts.Read(ctx, archiveTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	is, found, err := c.whole.Refresh(ctx, req.Private, resp.Private, r.observed(c), &resp.Diagnostics)
	// Where destroy would leave the project, or nothing was there at an import, nothing of this resource is left.
	leaves := m.AdoptProject.ValueBool() || m.AdoptLogStore.ValueBool() || m.Endpoint.IsNull()
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+c.whole.Name, err))
		return
	case !found && unread:
		resp.Diagnostics.Append(moved.Elsewhere(c.whole.Name, fmt.Sprintf("in account %s, region %s", c.scope.AccountID, c.scope.Region), "ACCOUNT_ID/REGION/"+m.Project.ValueString()+"/"+m.LogStore.ValueString()))
		return
	case is.project == nil || !found && leaves:
		scoped.StoreIdentity(ctx, resp.Identity, m.identity(), &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	case !found:
		lacks, err := c.fields.Lacks("")
		if err != nil {
			resp.Diagnostics.AddError("Reading "+c.index.Name+" failed", err.Error())
		}
		resp.Diagnostics.AddWarning(storeGone, fmt.Sprintf("%s is gone, with its rows; its project is there. The next apply makes the log store anew.", diagnostic.UpperFirst(c.whole.Place)))
		m.withoutStore(lacks)
	default:
		r.readStore(ctx, c, &m, *is.store, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	m.Description, m.Endpoint = value.OrNull(is.project.Description), types.StringValue(sls.Endpoint(c.scope.Region))
	for _, flag := range []*types.Bool{&m.ForceDestroy, &m.AdoptProject, &m.AdoptLogStore} { // unset after an import: what is imported was found, not adopted
		*flag = types.BoolValue(flag.ValueBool())
	}
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// observed looks at project and log store as this run has seen them.
func (r *archiveResource) observed(c *archiveOperation) func(context.Context) (archiveParts, bool, error) {
	project, store := c.Project.ValueString(), c.LogStore.ValueString()
	return func(ctx context.Context) (archiveParts, bool, error) {
		return parts(ctx,
			func(ctx context.Context) (sls.Project, bool, error) {
				return r.data.Observed.LogProject(ctx, c.scope, project)
			},
			func(ctx context.Context) (sls.LogStore, bool, error) {
				return r.data.Observed.LogStore(ctx, c.scope, project, store)
			})
	}
}

// readStore reads what belongs to a log store that is there.
func (r *archiveResource) readStore(ctx context.Context, c *archiveOperation, m *archiveModel, is sls.LogStore, diags *diag.Diagnostics) {
	project, store := m.Project.ValueString(), m.LogStore.ValueString()
	if is.Mode != "" && is.Mode != sls.Standard {
		diags.AddWarning("Log store has no SQL", fmt.Sprintf("%s is of the mode %q, in which alerts and dashboards do not work; it cannot be changed.", diagnostic.UpperFirst(c.store.Place), is.Mode))
	}
	m.fromAPI(is)
	shards := is.ShardCount
	if int64(shards) < m.ShardCount.ValueInt64() { // whether the log store's own count knows of splits is not documented
		open, err := c.client.Shards(ctx, project, store)
		if err != nil {
			diags.Append(diagnostic.Error("Reading the shards of "+c.store.Name, err))
			return
		}
		shards = len(open)
	}
	if m.ShardCount.IsNull() || int64(shards) < m.ShardCount.ValueInt64() {
		m.ShardCount = types.Int64Value(int64(shards))
	}
	index, _, err := r.data.Observed.LogIndex(ctx, c.scope, project, store)
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.index.Name, err))
		return
	}
	lacks, err := c.fields.Lacks(index)
	if err != nil {
		diags.AddError("Reading "+c.index.Name+" failed", diagnostic.UpperFirst(err.Error())+".")
		return
	}
	mode, err := r.data.Observed.LogMeteringMode(ctx, c.scope, project, store)
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.metering.Name, err))
		return
	}
	m.MissingIndexFields, m.MeteringMode = setOfTexts(lacks), types.StringValue(mode)
}

// Update implements resource.Resource.
func (r *archiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before archiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, archiveTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	c.own = true
	c.dropped = gone(textsOfMap(before.AdditionalIndexFields), textsOfMap(m.AdditionalIndexFields))
	c.adopting = m.DescriptionBefore.IsUnknown()
	if !c.establish(ctx, &resp.Diagnostics) {
		return
	}
	c.finish()
	c.archiveModel.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *archiveResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m archiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, archiveTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	switch {
	case !m.AdoptLogStore.ValueBool():
		if !c.remove(ctx, &resp.Diagnostics) {
			return
		}
	case m.LogStoreBefore.IsNull():
		resp.Diagnostics.AddWarning(storeStays, fmt.Sprintf("%s is left as it is, with adopt_existing_logstore: what was there before is not known.", diagnostic.UpperFirst(c.store.Place)))
	default:
		if !c.restore(ctx, &resp.Diagnostics) {
			return
		}
	}
	if m.AdoptProject.ValueBool() || m.AdoptLogStore.ValueBool() {
		c.restoreDescription(ctx, &resp.Diagnostics)
		return
	}
	c.removeProject(ctx, &resp.Diagnostics)
}
