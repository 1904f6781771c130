package logshipping

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

const (
	dashboardNoun = "dashboard"
	// unknownDashboard is the same for every dashboard, so that the CLI shows a fleet's warnings as one.
	unknownDashboard = "Dashboard taken over; what was there before is not known"
)

// dashboardOperation is one create, read, update or delete of a dashboard.
type dashboardOperation struct {
	dashboardModel
	lifecycle.Object[sls.Dashboard]
	client *sls.Client
	forget func()
}

// operation prepares an operation that is to end with the dashboard as m has it.
func (r *dashboardResource) operation(m dashboardModel, timeout time.Duration, diags *diag.Diagnostics) *dashboardOperation {
	c := &dashboardOperation{
		dashboardModel: m, client: m.client(r.data, diags),
		forget: func() { r.data.Observed.ForgetLogAlert(m.scope(), m.Project.ValueString(), m.Name.ValueString()) },
	}
	c.Object = lifecycle.Object[sls.Dashboard]{
		Name: m.called(dashboardNoun), Place: m.place(dashboardNoun), Kind: "a dashboard", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: func(ctx context.Context) (sls.Dashboard, bool, error) {
			return c.client.Dashboard(ctx, m.Project.ValueString(), m.Name.ValueString())
		},
		Difference: func(d sls.Dashboard) string { return m.differences(context.Background(), d) },
	}
	return c
}

// settle makes the defaults that could not be known when planning.
func (m *dashboardModel) settle(ctx context.Context, diags *diag.Diagnostics) {
	if m.Name.IsUnknown() {
		m.Name = types.StringValue(defaultDashboardName(m.Report))
	}
	for _, s := range []*types.String{&m.DisplayName, &m.Description} {
		if s.IsUnknown() {
			*s = types.StringNull()
		}
	}
	m.fill(ctx, diags)
}

// Create implements resource.Resource.
func (r *dashboardResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m dashboardModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	m.settle(ctx, &resp.Diagnostics)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if !c.establish(ctx, resp) {
		return
	}
	if c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	m.Before = c.Before
	m.store(ctx, &resp.State, &m, resp.Identity, &resp.Diagnostics)
}

// establish creates the dashboard, takes over one that has the report, or puts
// the report into another if it may. It reports whether it now stands as planned.
func (c *dashboardOperation) establish(ctx context.Context, resp *resource.CreateResponse) bool {
	c.Before = types.StringNull()
	existing, found, err := c.Read(ctx)
	if err == nil && !found {
		changed := c.client.CreateDashboard(ctx, c.Project.ValueString(), c.toAPI(ctx, sls.Dashboard{}, &resp.Diagnostics))
		if !alicloud.Is(changed, alicloud.Conflict) {
			return c.made(ctx, "Creating", changed, resp)
		}
		// There is one all the same: of an earlier run that was killed, or of somebody else, and the read missed it.
		if existing, found, err = c.Shown(ctx, c.Timeout); err == nil && !found {
			err = changed
		}
	}
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+c.Name, err))
		return false
	case c.Difference(existing) == "": // an earlier run got this far
		if c.AdoptExisting.ValueBool() {
			resp.Diagnostics.AddWarning(unknownDashboard, fmt.Sprintf("%s has the report as planned already, and is taken over as it is. "+
				"If an earlier run was stopped after it had changed another dashboard, what was there before is not known any more. "+
				"Destroy will delete this dashboard; to leave it instead, take the resource out with terraform state rm.", c.Place))
		}
		return true
	case !c.AdoptExisting.ValueBool():
		resp.Diagnostics.Append(c.conflict(dashboardNoun, "a dashboard", c.Difference(existing), "or set adopt_existing = true to put the report into it and restore it on destroy, "))
		return false
	}
	c.Before = types.StringValue(existing.JSON())
	return c.made(ctx, "Changing", c.client.UpdateDashboard(ctx, c.Project.ValueString(), c.toAPI(ctx, existing, &resp.Diagnostics)), resp)
}

// made sees a create through. What may have been made although it failed is
// kept as tainted, so that the next run undoes it instead of losing track of it.
func (c *dashboardOperation) made(ctx context.Context, doing string, changed error, resp *resource.CreateResponse) bool {
	if c.Stands(doing, lifecycle.ReadNext, c.Settled(ctx, changed), &resp.Diagnostics) {
		return true
	}
	if lifecycle.MayHaveHappened(changed) {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
		c.store(ctx, &resp.State, &c.dashboardModel, resp.Identity, &resp.Diagnostics)
	}
	return false
}

// Read implements resource.Resource.
func (r *dashboardResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m dashboardModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	dashboard, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (sls.Dashboard, bool, error) {
		return r.data.Observed.LogDashboard(ctx, m.scope(), m.Project.ValueString(), m.Name.ValueString())
	}, &resp.Diagnostics)
	scoped.StoreIdentity(ctx, resp.Identity, m.watched, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	m.fromAPI(ctx, dashboard, &resp.Diagnostics)
	m.store(ctx, &resp.State, &m, resp.Identity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *dashboardResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before dashboardModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	m.settle(ctx, &resp.Diagnostics)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if m.Before.IsUnknown() {
		m.Before = before.Before
	}
	is, found, err := c.Read(ctx)
	if err == nil && !found {
		resp.Diagnostics.AddError("Updating "+c.Name+" failed", c.Place+" is gone since the plan was made: plan again to create it.")
		return
	}
	if err == nil && c.Difference(is) != "" {
		err = c.Settled(ctx, c.client.UpdateDashboard(ctx, m.Project.ValueString(), m.toAPI(ctx, is, &resp.Diagnostics)))
	}
	if !c.Stands("Updating", lifecycle.ReadNext, err, &resp.Diagnostics) {
		return
	}
	m.store(ctx, &resp.State, &m, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *dashboardResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m dashboardModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if m.Before.IsNull() {
		err := c.client.DeleteDashboard(ctx, m.Project.ValueString(), m.Name.ValueString())
		if err == nil {
			err = c.Gone(ctx)
		}
		c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
		return
	}
	was, err := sls.DashboardOf(m.Before.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Restoring "+c.Name+" failed", "What was there before cannot be decoded: "+err.Error())
		return
	}
	_, found, err := c.Read(ctx)
	if err == nil && !found {
		return // somebody deleted the dashboard or the project: there is nothing to put back
	}
	if err == nil {
		c.Difference = func(is sls.Dashboard) string { return unlike(is, was) }
		err = c.Settled(ctx, c.client.UpdateDashboard(ctx, m.Project.ValueString(), was))
	}
	c.Stands("Restoring", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// unlike says that a dashboard is not as another was read.
func unlike(is, was sls.Dashboard) string {
	switch {
	case is.DisplayName != was.DisplayName || is.Description != was.Description:
		return "its names are others"
	case len(is.Charts) != len(was.Charts):
		return fmt.Sprintf("it has %d charts, not %d", len(is.Charts), len(was.Charts))
	}
	for i := range is.Charts {
		if is.Charts[i].Title != was.Charts[i].Title || is.Charts[i].Search != was.Charts[i].Search {
			return "chart " + was.Charts[i].Title + " is another"
		}
	}
	return ""
}
