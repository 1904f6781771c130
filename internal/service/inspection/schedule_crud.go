package inspection

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// timezoneKey is where private state remembers that the time zone was asked for, for a cluster may have none.
const timezoneKey = "timezone_asked"

// Create implements resource.Resource.
func (r *scheduleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m scheduleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	wanted := m.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if !c.establish(ctx, wanted, resp) {
		return
	}
	m.ScheduleBefore = c.ScheduleBefore
	if c.Interrupted {
		// What nobody can be asked any more is asked by the next read.
		m.Timezone = types.StringNull()
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	} else {
		m.Timezone = r.timezone(ctx, c, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, timezoneKey, []byte(`true`))...)
	}
	m.runTriggered(ctx, c.client, &resp.Diagnostics)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *scheduleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m scheduleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	config, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cs.InspectConfig, bool, error) {
		return r.data.Observed.InspectConfig(ctx, c.scope, c.clusterID)
	}, &resp.Diagnostics)
	scoped.StoreIdentity(ctx, resp.Identity, m.identity(), &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) { // asked in the cluster's own account and region
		return
	}
	m.fromAPI(ctx, config, &resp.Diagnostics)
	asked, diags := req.Private.GetKey(ctx, timezoneKey)
	resp.Diagnostics.Append(diags...)
	if asked == nil {
		m.Timezone = r.timezone(ctx, c, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, timezoneKey, []byte(`true`))...)
	}
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *scheduleResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before scheduleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	wanted, stored := m.toAPI(ctx, &resp.Diagnostics), before.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if m.ScheduleBefore.IsUnknown() {
		m.ScheduleBefore = before.ScheduleBefore
	}
	if !sameConfig(wanted, stored) {
		changed := c.client.UpdateInspectConfig(ctx, c.clusterID, wanted)
		if !c.Stands("Updating", lifecycle.ReadNext, c.Settled(ctx, changed), &resp.Diagnostics) {
			return
		}
	}
	if m.runTriggered(ctx, c.client, &resp.Diagnostics); resp.Diagnostics.HasError() {
		// The old triggers stay in state, so the next apply runs it.
		m.Triggers, m.LastReportID = before.Triggers, before.LastReportID
	}
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *scheduleResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m scheduleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if m.ScheduleBefore.IsNull() {
		err := c.client.DeleteInspectConfig(ctx, c.clusterID)
		if err == nil {
			err = c.Gone(ctx)
		}
		c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
		return
	}
	var original scheduleBefore
	resp.Diagnostics.Append(m.ScheduleBefore.As(ctx, &original, basetypes.ObjectAsOptions{})...)
	if resp.Diagnostics.HasError() {
		return
	}
	config := cs.InspectConfig(original)
	_, found, err := c.client.InspectConfig(ctx, c.clusterID)
	if cs.IsClusterNotFound(err) || err == nil && !found {
		return // somebody deleted the schedule or the cluster: there is nothing to put back
	}
	if err == nil {
		c.expect(config)
		err = c.Settled(ctx, c.client.UpdateInspectConfig(ctx, c.clusterID, config))
	}
	c.Stands("Restoring", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// operation is one create, read, update or delete of a schedule.
type operation struct {
	scheduleModel
	lifecycle.Object[cs.InspectConfig]
	client    *cs.Client
	scope     fleet.Scope
	clusterID string
	forget    func()
}

// operation prepares an operation that is to end with the schedule as m has it.
func (r *scheduleResource) operation(ctx context.Context, m scheduleModel, timeout time.Duration, diags *diag.Diagnostics) *operation {
	scope, clusterID := fleet.Scope{AccountID: m.AccountID.ValueString(), Region: m.Region.ValueString()}, m.ClusterID.ValueString()
	client, err := r.data.Fleet.CS(scope)
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Container Service client", err))
	}
	c := &operation{
		scheduleModel: m, client: client, scope: scope, clusterID: clusterID,
		// What other data sources read of the cluster in this run does not hold after a change.
		forget: func() { r.data.Observed.Forget(scope, clusterID) },
	}
	c.Object = lifecycle.Object[cs.InspectConfig]{
		Name: m.name(), Place: m.place(), Kind: "an inspection schedule", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: func(ctx context.Context) (cs.InspectConfig, bool, error) { return client.InspectConfig(ctx, clusterID) },
		// Asked in its own account and region.
		Without: cs.IsClusterNotFound,
	}
	c.expect(m.toAPI(ctx, diags))
	return c
}

// expect says what the schedule is to be in the end.
func (c *operation) expect(wanted cs.InspectConfig) {
	c.Difference = func(is cs.InspectConfig) string { return difference(is, wanted) }
}

// establish creates the schedule, takes over one that equals the plan, or overwrites
// another if it may. It reports whether the schedule now stands as planned.
func (c *operation) establish(ctx context.Context, wanted cs.InspectConfig, resp *resource.CreateResponse) bool {
	c.ScheduleBefore = types.ObjectNull(scheduleBeforeTypes)
	existing, found, err := c.client.InspectConfig(ctx, c.clusterID)
	if err == nil && !found {
		changed := c.client.CreateInspectConfig(ctx, c.clusterID, wanted)
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
		resp.Diagnostics.Append(diagnostic.Error("Reading "+c.name(), err))
		return false
	case sameConfig(existing, wanted): // an earlier run got this far, or somebody made the same
		if c.AdoptExisting.ValueBool() {
			resp.Diagnostics.AddWarning(originalUnknown, fmt.Sprintf("%s is as planned already, and is taken over as it is. "+
				"If an earlier run was stopped after it had overwritten another schedule, what was there before is not known any more. "+
				"Destroy will delete this schedule; to leave it instead, take the resource out with terraform state rm.", c.place()))
		}
		return true
	case !c.AdoptExisting.ValueBool():
		resp.Diagnostics.Append(c.conflict(existing, wanted))
		return false
	}
	original, diags := types.ObjectValueFrom(ctx, scheduleBeforeTypes, scheduleBefore(existing))
	resp.Diagnostics.Append(diags...)
	c.ScheduleBefore = original
	return c.made(ctx, "Overwriting", c.client.UpdateInspectConfig(ctx, c.clusterID, wanted), resp)
}

// Summaries are the same for every cluster, so that the CLI shows a fleet's warnings as one.
const (
	originalUnknown = "Schedule taken over; what was there before is not known"
	noTimezone      = "Time zone of a cluster could not be read"
)

// made sees a create through. What may have been made although it failed is
// kept as tainted, so that the next run undoes it instead of losing track of it.
func (c *operation) made(ctx context.Context, doing string, changed error, resp *resource.CreateResponse) bool {
	if c.Stands(doing, lifecycle.ReadNext, c.Settled(ctx, changed), &resp.Diagnostics) {
		return true
	}
	if lifecycle.MayHaveHappened(changed) {
		m := c.scheduleModel
		m.Timezone, m.LastReportID = types.StringNull(), types.StringNull()
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
		m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
	}
	return false
}

// timezone is for people who read the schedule. Not being allowed to read the
// cluster is no reason to fail what succeeded.
func (r *scheduleResource) timezone(ctx context.Context, c *operation, diags *diag.Diagnostics) types.String {
	cluster, err := r.data.Observed.ClusterDetail(ctx, c.scope, c.clusterID)
	if err != nil {
		d := diagnostic.Error("Reading the time zone of cluster "+c.clusterID, err)
		diags.AddWarning(noTimezone, d.Summary()+"\n\n"+d.Detail())
		return types.StringNull()
	}
	if zone := cluster.EffectiveTimezone(); zone != "" {
		return types.StringValue(zone)
	}
	return types.StringNull()
}

func (m scheduleModel) name() string {
	return fmt.Sprintf("the inspection schedule of cluster %s", m.ClusterID.ValueString())
}

// place is name with the account and the region, for messages without a call's error.
func (m scheduleModel) place() string {
	return fmt.Sprintf("%s in account %s, region %s", m.name(), m.AccountID.ValueString(), m.Region.ValueString())
}

func (m scheduleModel) toAPI(ctx context.Context, diags *diag.Diagnostics) cs.InspectConfig {
	config := cs.InspectConfig{Enabled: m.Enabled.ValueBool(), Recurrence: canonical(m.Recurrence.ValueString())}
	diags.Append(m.DisabledCheckItems.ElementsAs(ctx, &config.DisabledCheckItems, false)...)
	slices.Sort(config.DisabledCheckItems)
	return config
}

func (m *scheduleModel) fromAPI(ctx context.Context, config cs.InspectConfig, diags *diag.Diagnostics) {
	items, d := types.SetValueFrom(ctx, types.StringType, config.DisabledCheckItems)
	diags.Append(d...)
	if len(config.DisabledCheckItems) == 0 {
		items = types.SetValueMust(types.StringType, nil)
	}
	m.Enabled, m.DisabledCheckItems = types.BoolValue(config.Enabled), items
	m.Recurrence = recurrenceValue{types.StringValue(config.Recurrence)}
}

func (m scheduleModel) identity() scheduleIdentity {
	return scheduleIdentity{m.AccountID, m.Region, m.ClusterID}
}

func (m scheduleModel) store(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	scoped.Store(ctx, state, &m, identity, m.identity(), diags)
}

// conflict refuses to overwrite somebody's schedule, and says how to go on.
func (m scheduleModel) conflict(existing, wanted cs.InspectConfig) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Cluster has another inspection schedule",
		fmt.Sprintf("Cluster %s in account %s, region %s has a schedule that differs from this block: %s.\n\n"+
			"Import it to manage it from here on:\n\n  terraform import ADDRESS %s/%s/%s\n\n"+
			"or set adopt_existing = true to overwrite it now and put it back on destroy.",
			m.ClusterID.ValueString(), m.AccountID.ValueString(), m.Region.ValueString(), difference(existing, wanted),
			m.AccountID.ValueString(), m.Region.ValueString(), m.ClusterID.ValueString()))
}

func sameConfig(a, b cs.InspectConfig) bool { return difference(a, b) == "" }

// difference lists what two schedules differ in, by the names of the arguments.
func difference(is, wanted cs.InspectConfig) string {
	var parts []string
	if is.Enabled != wanted.Enabled {
		parts = append(parts, fmt.Sprintf("enabled is %t, not %t", is.Enabled, wanted.Enabled))
	}
	if !sameRecurrence(is.Recurrence, wanted.Recurrence) {
		parts = append(parts, fmt.Sprintf("recurrence is %q, not %q", is.Recurrence, wanted.Recurrence))
	}
	if a, b := sortedUnique(is.DisabledCheckItems), sortedUnique(wanted.DisabledCheckItems); !slices.Equal(a, b) {
		parts = append(parts, fmt.Sprintf("disabled_check_items is %q, not %q", a, b))
	}
	return strings.Join(parts, "; ")
}

func sortedUnique(items []string) []string {
	items = slices.Clone(items)
	slices.Sort(items)
	return slices.Compact(items)
}
