package inspection

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
)

const (
	// originalKey is where private state keeps what adopt_existing overwrote.
	originalKey = "original"
	// forgotten stands where an original was that destroy is not to put back any more.
	forgotten = "null"
	// timezoneKey is where private state remembers that the time zone was asked for, for a cluster may have none.
	timezoneKey = "timezone_asked"
	// readBackEvery is the pause between two looks at whether a change took.
	readBackEvery = 2 * time.Second
	// readBackTries bounds those looks; the service is expected to show a change at once.
	readBackTries = 10
)

// Create implements resource.Resource.
func (r *scheduleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m scheduleModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	client := r.client(m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	wanted := m.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	existing, found, err := client.InspectConfig(ctx, m.ClusterID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+m.name(), err))
	case !found:
		changed := client.CreateInspectConfig(ctx, m.ClusterID.ValueString(), wanted)
		if err = r.settled(ctx, client, m, wanted, changed); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("Creating "+m.name(), err))
			m.storeTainted(ctx, changed, resp)
		}
	case sameConfig(existing, wanted): // an earlier run got this far, or somebody made the same
	case !m.AdoptExisting.ValueBool():
		resp.Diagnostics.Append(m.conflict(existing, wanted))
	default:
		original, err := json.Marshal(existing)
		if err != nil {
			resp.Diagnostics.AddError("Remembering the existing schedule failed", err.Error())
			return
		}
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, originalKey, original)...)
		changed := client.UpdateInspectConfig(ctx, m.ClusterID.ValueString(), wanted)
		if err = r.settled(ctx, client, m, wanted, changed); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("Overwriting "+m.name(), err))
			m.storeTainted(ctx, changed, resp)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	m.Timezone = r.timezone(ctx, client, m, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, timezoneKey, []byte(`true`))...)
	m.runTriggered(ctx, client, &resp.Diagnostics)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *scheduleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m scheduleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	client := r.client(m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	config, found, err := client.InspectConfig(ctx, m.ClusterID.ValueString())
	switch {
	case cs.IsClusterNotFound(err), err == nil && !found:
		// Asked in the cluster's own account and region: it is gone.
		m.storeIdentity(ctx, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+m.name(), err))
		return
	}
	m.fromAPI(ctx, config, &resp.Diagnostics)
	asked, diags := req.Private.GetKey(ctx, timezoneKey)
	resp.Diagnostics.Append(diags...)
	if asked == nil {
		m.Timezone = r.timezone(ctx, client, m, &resp.Diagnostics)
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
	client := r.client(m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	wanted, stored := m.toAPI(ctx, &resp.Diagnostics), before.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !m.AdoptExisting.ValueBool() && before.AdoptExisting.ValueBool() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, originalKey, []byte(forgotten))...)
	}
	if !sameConfig(wanted, stored) {
		err := client.UpdateInspectConfig(ctx, m.ClusterID.ValueString(), wanted)
		if err = r.settled(ctx, client, m, wanted, err); err != nil {
			resp.Diagnostics.Append(diagnostic.Error("Updating "+m.name(), err))
			return
		}
	}
	if m.runTriggered(ctx, client, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return // the old triggers stay in state, so the next apply runs it
	}
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *scheduleResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m scheduleModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	original, diags := req.Private.GetKey(ctx, originalKey)
	resp.Diagnostics.Append(diags...)
	client := r.client(m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	if original == nil || string(original) == forgotten {
		err := client.DeleteInspectConfig(ctx, m.ClusterID.ValueString())
		if err == nil {
			err = r.gone(ctx, client, m)
		}
		if err != nil {
			resp.Diagnostics.Append(diagnostic.Error("Deleting "+m.name(), err))
		}
		return
	}
	var config cs.InspectConfig
	if err := json.Unmarshal(original, &config); err != nil {
		resp.Diagnostics.AddError("Restoring "+m.name()+" failed", "What was there before cannot be decoded: "+err.Error())
		return
	}
	_, found, err := client.InspectConfig(ctx, m.ClusterID.ValueString())
	if cs.IsClusterNotFound(err) || err == nil && !found {
		return // somebody deleted the schedule or the cluster: there is nothing to put back
	}
	if err == nil {
		err = client.UpdateInspectConfig(ctx, m.ClusterID.ValueString(), config)
	}
	if err = r.settled(ctx, client, m, config, err); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Restoring "+m.name(), err))
	}
}

func (r *scheduleResource) client(m scheduleModel, diags *diag.Diagnostics) *cs.Client {
	client, err := r.data.Fleet.CS(fleet.Scope{AccountID: m.AccountID.ValueString(), Region: m.Region.ValueString()})
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Container Service client", err))
	}
	return client
}

// settled turns the result of a change into the truth: it reads back until the
// schedule is as wanted. A change whose answer got lost may have happened; one
// that was accepted may not have (the update call spells the recurrence
// differently from the others, and an unknown spelling would be ignored).
func (r *scheduleResource) settled(ctx context.Context, client *cs.Client, m scheduleModel, wanted cs.InspectConfig, changed error) error {
	if !mayHaveHappened(changed) && !alicloud.Is(changed, alicloud.Conflict) {
		return changed
	}
	for try := 1; ; try++ {
		config, found, err := client.InspectConfig(ctx, m.ClusterID.ValueString())
		switch {
		case err == nil && found && sameConfig(config, wanted):
			return nil
		case changed != nil:
			return changed
		case err != nil:
			return err
		case try == readBackTries && !found:
			return fmt.Errorf("the service accepted the change, but %s still cannot be read", m.name())
		case try == readBackTries:
			return fmt.Errorf("the service accepted the change, but %s still is not as planned: %s", m.name(), difference(config, wanted))
		}
		if err := r.data.Fleet.Clock().Sleep(ctx, readBackEvery); err != nil {
			return fmt.Errorf("the service accepted the change, but %s was not as planned when the time was up: %s", m.name(), difference(config, wanted))
		}
	}
}

// gone reads until the schedule is not there any more: a delete that was only
// accepted would leave an orphan that nobody looks for.
func (r *scheduleResource) gone(ctx context.Context, client *cs.Client, m scheduleModel) error {
	for try := 1; ; try++ {
		_, found, err := client.InspectConfig(ctx, m.ClusterID.ValueString())
		switch {
		case cs.IsClusterNotFound(err), err == nil && !found:
			return nil
		case err != nil:
			return err
		case try == readBackTries || r.data.Fleet.Clock().Sleep(ctx, readBackEvery) != nil:
			return fmt.Errorf("the service accepted the delete, but %s is still there", m.name())
		}
	}
}

// timezone is for people who read the schedule. Not being allowed to read the
// cluster is no reason to fail what succeeded.
func (r *scheduleResource) timezone(ctx context.Context, client *cs.Client, m scheduleModel, diags *diag.Diagnostics) types.String {
	cluster, err := client.ClusterDetail(ctx, m.ClusterID.ValueString())
	if err != nil {
		d := diagnostic.Error("Reading the time zone of cluster "+m.ClusterID.ValueString(), err)
		diags.AddWarning(d.Summary(), d.Detail())
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

func (m scheduleModel) store(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	diags.Append(state.Set(ctx, &m)...)
	m.storeIdentity(ctx, identity, diags)
}

// storeIdentity is due after every read, even of what is gone.
func (m scheduleModel) storeIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	if identity != nil {
		diags.Append(identity.Set(ctx, scheduleIdentity{m.AccountID, m.Region, m.ClusterID})...)
	}
}

// storeTainted keeps what may have been made in the state although the create
// failed, so that the next run undoes it instead of losing track of it.
func (m scheduleModel) storeTainted(ctx context.Context, changed error, resp *resource.CreateResponse) {
	if !mayHaveHappened(changed) {
		return
	}
	m.Timezone, m.LastReportID = types.StringNull(), types.StringNull()
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// mayHaveHappened tells a change that was accepted, or whose answer got lost,
// from one that was refused.
func mayHaveHappened(changed error) bool {
	switch alicloud.KindOf(changed) {
	case alicloud.Network, alicloud.Server:
		return true
	}
	return changed == nil
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
