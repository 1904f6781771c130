package logshipping

import (
	"context"
	"fmt"
	"strings"
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

const alertNoun = "alert"

// alertOperation is one create, read, update or delete of an alert.
type alertOperation struct {
	alertModel
	lifecycle.Object[sls.Alert]
	client *sls.Client
	forget func()
	// regardless are the arguments that do not matter yet, for they are set later.
	regardless []string
}

// operation prepares an operation that is to end with the alert as m has it.
func (r *alertResource) operation(m alertModel, timeout time.Duration, diags *diag.Diagnostics) *alertOperation {
	c := &alertOperation{
		alertModel: m, client: m.client(r.data, diags),
		forget: func() { r.data.Observed.ForgetLogAlert(m.scope(), m.Project.ValueString(), m.Name.ValueString()) },
	}
	c.Object = lifecycle.Object[sls.Alert]{
		Name: m.called(alertNoun), Place: m.place(alertNoun), Kind: "an alert", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: func(ctx context.Context) (sls.Alert, bool, error) {
			return c.client.Alert(ctx, m.Project.ValueString(), m.Name.ValueString())
		},
		Difference: func(a sls.Alert) string { return c.differences(context.Background(), a, c.regardless...) },
	}
	return c
}

// settle makes the defaults that could not be known when planning.
func (m *alertModel) settle(ctx context.Context, diags *diag.Diagnostics) {
	if m.Name.IsUnknown() {
		m.Name = types.StringValue(defaultAlertName(m.Condition))
	}
	for _, s := range []*types.String{&m.DisplayName, &m.Description, &m.Severity, &m.Window} {
		if s.IsUnknown() {
			*s = types.StringNull()
		}
	}
	for _, n := range []*types.Int64{&m.MinimumCount, &m.MinimumFailurePercent} {
		if n.IsUnknown() {
			*n = types.Int64Null()
		}
	}
	m.fill(ctx, diags)
}

func defaultAlertName(condition types.String) string {
	return "ackguard-" + strings.ReplaceAll(condition.ValueString(), "_", "-")
}

// Create implements resource.Resource.
func (r *alertResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m alertModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	m.settle(ctx, &resp.Diagnostics)
	c := r.operation(m, timeout, &resp.Diagnostics)
	wanted := m.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	c.regardless = []string{"enabled"}
	existing, found, err := c.Read(ctx)
	if err == nil && !found {
		changed := c.client.CreateAlert(ctx, m.Project.ValueString(), wanted)
		if alicloud.Is(changed, alicloud.Conflict) { // of an earlier run that was killed, or of somebody else, and the read missed it
			if existing, found, err = c.Shown(ctx, c.Timeout); err == nil && !found {
				err = changed
			}
		} else if !c.made(ctx, changed, resp) {
			return
		}
	}
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+c.Name, err))
		return
	case found && c.Difference(existing) != "":
		resp.Diagnostics.Append(m.conflict(alertNoun, "an alert", c.Difference(existing)))
		return
	}
	if !c.Interrupted && !c.Stands("Creating", lifecycle.ReadNext, c.switched(ctx), &resp.Diagnostics) || c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	m.store(ctx, &resp.State, &m, resp.Identity, &resp.Diagnostics)
}

// made sees a create through. What may have been made although it failed is
// kept as tainted, so that the next run undoes it instead of losing track of it.
func (c *alertOperation) made(ctx context.Context, changed error, resp *resource.CreateResponse) bool {
	if c.Stands("Creating", lifecycle.ReadNext, c.Settled(ctx, changed), &resp.Diagnostics) {
		return true
	}
	if lifecycle.MayHaveHappened(changed) {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
		c.store(ctx, &resp.State, &c.alertModel, resp.Identity, &resp.Diagnostics)
	}
	return false
}

// switched turns the alert on or off, if it is not as it should be.
func (c *alertOperation) switched(ctx context.Context) error {
	c.regardless = nil
	is, found, err := c.Read(ctx)
	if err != nil || !found || is.Enabled() == c.Enabled.ValueBool() {
		return err
	}
	return c.Settled(ctx, c.client.SetAlertEnabled(ctx, c.Project.ValueString(), c.watched.Name.ValueString(), c.Enabled.ValueBool()))
}

// Read implements resource.Resource.
func (r *alertResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m alertModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	alert, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (sls.Alert, bool, error) {
		return r.data.Observed.LogAlert(ctx, m.scope(), m.Project.ValueString(), m.Name.ValueString())
	}, &resp.Diagnostics)
	scoped.StoreIdentity(ctx, resp.Identity, m.watched, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	m.fromAPI(ctx, alert, &resp.Diagnostics)
	m.store(ctx, &resp.State, &m, resp.Identity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *alertResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m alertModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Update(ctx, watchTimeout)
	resp.Diagnostics.Append(diags...)
	m.settle(ctx, &resp.Diagnostics)
	c := r.operation(m, timeout, &resp.Diagnostics)
	wanted := m.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	c.regardless = []string{"enabled"}
	is, found, err := c.Read(ctx)
	if err == nil && !found {
		resp.Diagnostics.AddError("Updating "+c.Name+" failed", c.Place+" is gone since the plan was made: plan again to create it.")
		return
	}
	if err == nil && c.Difference(is) != "" {
		err = c.Settled(ctx, c.client.UpdateAlert(ctx, m.Project.ValueString(), wanted.Over(is)))
	}
	if err == nil {
		err = c.switched(ctx)
	}
	if !c.Stands("Updating", lifecycle.ReadNext, err, &resp.Diagnostics) {
		return
	}
	m.store(ctx, &resp.State, &m, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *alertResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m alertModel
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

	err := c.client.DeleteJob(ctx, m.Project.ValueString(), m.Name.ValueString())
	if err == nil {
		err = c.Gone(ctx)
	}
	c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// conflict refuses to overwrite what somebody made otherwise, and says how to go on.
func (w watched) conflict(noun, kind, difference string, more ...string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("There is "+kind+" of this name already", fmt.Sprintf(
		"%s exists and differs from this block: %s.\n\nImport it to manage it from here on:\n\n  terraform import ADDRESS %s\n\n%s",
		strings.ToUpper(w.place(noun)[:1])+w.place(noun)[1:], difference, w.importID(), strings.Join(append(more, "or choose another name."), "")))
}
