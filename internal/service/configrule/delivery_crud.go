package configrule

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// deliveryOperation is one create, read, update or delete of a delivery channel.
type deliveryOperation struct {
	lifecycle.Object[cloudconfig.StoredDelivery]
	api    cloudconfig.Owner
	id     string
	wanted cloudconfig.Delivery
	// regardless: the status does not matter, for it is set later.
	regardless bool
}

func (r *deliveryResource) operation(m deliveryModel, timeout time.Duration, diags *diag.Diagnostics) *deliveryOperation {
	c := &deliveryOperation{api: m.api(r.data, diags), id: m.DeliveryChannelID.ValueString(), wanted: m.toAPI()}
	name := m.Name.ValueString()
	if name == "" {
		name = c.id
	}
	name = fmt.Sprintf("the delivery channel %q %s", name, m.place())
	c.Object = lifecycle.Object[cloudconfig.StoredDelivery]{
		Name: name, Place: name, Kind: "a delivery channel", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read:       func(ctx context.Context) (cloudconfig.StoredDelivery, bool, error) { return c.api.Delivery(ctx, c.id) },
		Difference: c.difference,
	}
	return c
}

// Create implements resource.Resource.
func (r *deliveryResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m deliveryModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	m.settle(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Observed.ForgetConfig(m.AccountID.ValueString())

	c.regardless = true
	made := creation[cloudconfig.StoredDelivery]{
		Object: &c.Object,
		create: func(ctx context.Context, token string) (string, error) {
			return c.create(ctx, token, &resp.Diagnostics)
		},
		find: func(ctx context.Context) (string, error) {
			namesakes, err := c.namesakes(ctx)
			if err != nil || len(namesakes) == 0 {
				return "", err
			}
			return c.best(namesakes).ID, nil
		},
		looksFirst: true, // the service does not mind a second channel of the name
		found:      func(id string) { c.id = id },
		importID:   m.importID,
		complete: func(ctx context.Context, is cloudconfig.StoredDelivery) error {
			c.regardless = false
			if is.Status == c.wanted.Status {
				return nil
			}
			return c.Settled(ctx, c.api.UpdateDelivery(ctx, c.id, c.wanted))
		},
	}
	id, ok := made.run(ctx, &resp.Diagnostics)
	if id == "" {
		return
	}
	m.DeliveryChannelID = types.StringValue(id)
	if !ok || c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	scoped.Store(ctx, &resp.State, &m, resp.Identity, deliveryIdentity{m.owner, m.DeliveryChannelID}, &resp.Diagnostics)
}

// settle makes the defaults that could not be known when planning.
func (m *deliveryModel) settle(ctx context.Context, diags *diag.Diagnostics) {
	if m.ResourceTypes.IsUnknown() {
		m.ResourceTypes = types.SetNull(types.StringType)
	}
	if m.NonCompliant.IsUnknown() {
		m.NonCompliant = types.BoolNull()
	}
	m.fill(ctx, diags)
}

// create makes the channel, unless one of its name shows then that lagged when
// it was looked for, e.g. of a run that was killed: the new one goes again.
func (c *deliveryOperation) create(ctx context.Context, token string, diags *diag.Diagnostics) (string, error) {
	id, err := c.api.CreateDelivery(ctx, c.wanted, token)
	if err != nil {
		return id, err
	}
	list := lifecycle.Object[[]cloudconfig.StoredDelivery]{Clock: c.Clock, Read: func(ctx context.Context) (namesakes []cloudconfig.StoredDelivery, shows bool, err error) {
		namesakes, err = c.namesakes(ctx)
		for _, n := range namesakes {
			shows = shows || n.ID == id
		}
		return namesakes, shows, err
	}}
	namesakes, shows, err := list.Shown(ctx, c.Timeout)
	if err != nil || !shows || len(namesakes) < 2 {
		return id, nil //nolint:nilerr // it is made; reading it back says what is wrong
	}
	if err := c.api.DeleteDelivery(ctx, id); err != nil {
		problem := diagnostic.Error("Deleting the delivery channel "+id, err)
		diags.AddWarning("There are two delivery channels of one name", fmt.Sprintf(
			"One called %q showed only after this run had made another (%s), which could not be deleted again: delete one of them.\n\n%s", c.wanted.Name, id, problem.Detail()))
		return id, nil
	}
	return "", errFound
}

// namesakes are the channels of the wanted name.
func (c *deliveryOperation) namesakes(ctx context.Context) (list []cloudconfig.StoredDelivery, err error) {
	all, err := c.api.Deliveries(ctx)
	for _, d := range all {
		if d.Name == c.wanted.Name {
			list = append(list, d)
		}
	}
	return list, err
}

// best is the channel that equals the plan, else the first.
func (c *deliveryOperation) best(namesakes []cloudconfig.StoredDelivery) cloudconfig.StoredDelivery {
	for _, d := range namesakes {
		if c.difference(d) == "" {
			return d
		}
	}
	return namesakes[0]
}

// Read implements resource.Resource.
func (r *deliveryResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m deliveryModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	channel, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cloudconfig.StoredDelivery, bool, error) {
		return r.data.Observed.ConfigDelivery(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString(), c.id)
	}, &resp.Diagnostics)
	scoped.StoreIdentity(ctx, resp.Identity, deliveryIdentity{m.owner, m.DeliveryChannelID}, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	m.fromAPI(channel)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, deliveryIdentity{m.owner, m.DeliveryChannelID}, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *deliveryResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before deliveryModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	m.settle(ctx, &resp.Diagnostics)
	c := r.operation(m, timeout, &resp.Diagnostics)
	stored := r.operation(before, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Observed.ForgetConfig(m.AccountID.ValueString())

	if c.difference(cloudconfig.StoredDelivery{Delivery: stored.wanted}) != "" &&
		!c.Stands("Updating", lifecycle.ReadNext, c.Settled(ctx, c.api.UpdateDelivery(ctx, c.id, c.wanted)), &resp.Diagnostics) {
		return
	}
	scoped.Store(ctx, &resp.State, &m, resp.Identity, deliveryIdentity{m.owner, m.DeliveryChannelID}, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *deliveryResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m deliveryModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.data.Observed.ForgetConfig(m.AccountID.ValueString())

	err := c.api.DeleteDelivery(ctx, c.id)
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return
	case err == nil:
		err = c.Gone(ctx)
	}
	c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// difference lists what of a channel is not as planned.
func (c *deliveryOperation) difference(is cloudconfig.StoredDelivery) string {
	var d differences
	w := c.wanted
	d.Compare("delivery_channel_name", is.Name, w.Name)
	d.Compare("description", is.Description, w.Description)
	d.Compare("delivery_channel_type", is.Type, w.Type)
	d.Compare("delivery_channel_target_arn", is.TargetARN, w.TargetARN)
	d.Compare("delivery_channel_condition", is.Condition, w.Condition)
	d.Compare("configuration_item_change_notification", is.ConfigurationChanges, w.ConfigurationChanges)
	d.Compare("non_compliant_notification", is.NonCompliant, w.NonCompliant)
	d.Compare("configuration_snapshot", is.ConfigurationSnapshot, w.ConfigurationSnapshot)
	d.Compare("compliant_snapshot", is.CompliantSnapshot, w.CompliantSnapshot)
	d.Compare("delivery_snapshot_time", is.SnapshotTime, w.SnapshotTime)
	d.Compare("oversized_data_oss_target_arn", is.OversizedDataOSSTargetARN, w.OversizedDataOSSTargetARN)
	if !c.regardless {
		d.Compare("status", is.Status, w.Status)
	}
	return d.String()
}

func (m deliveryModel) toAPI() cloudconfig.Delivery {
	return cloudconfig.Delivery{
		Name: m.Name.ValueString(), Description: m.Description.ValueString(), Type: m.Type.ValueString(), TargetARN: m.TargetARN.ValueString(),
		Condition: m.Condition.ValueString(), ConfigurationChanges: m.ConfigurationChanges.ValueBool(), NonCompliant: m.NonCompliant.ValueBool(),
		ConfigurationSnapshot: m.ConfigurationSnapshot.ValueBool(), CompliantSnapshot: m.CompliantSnapshot.ValueBool(), SnapshotTime: m.SnapshotTime.ValueString(),
		OversizedDataOSSTargetARN: m.OversizedTargetARN.ValueString(), Status: m.Status.ValueInt64(),
	}
}

func (m *deliveryModel) fromAPI(d cloudconfig.StoredDelivery) {
	m.Name, m.Description, m.Type, m.TargetARN = types.StringValue(d.Name), value.OrNull(d.Description), types.StringValue(d.Type), types.StringValue(d.TargetARN)
	resourceTypes, level := cloudconfig.DeliveryFilters(d.Condition)
	m.ResourceTypes, m.LowestRiskLevel, m.Condition = someOf(resourceTypes), types.Int64Null(), types.StringValue(d.Condition)
	if level != 0 {
		m.LowestRiskLevel = types.Int64Value(level)
	}
	m.ConfigurationChanges, m.NonCompliant = types.BoolValue(d.ConfigurationChanges), types.BoolValue(d.NonCompliant)
	m.ConfigurationSnapshot, m.CompliantSnapshot = types.BoolValue(d.ConfigurationSnapshot), types.BoolValue(d.CompliantSnapshot)
	m.SnapshotTime, m.OversizedTargetARN, m.Status = value.OrNull(d.SnapshotTime), value.OrNull(d.OversizedDataOSSTargetARN), types.Int64Value(d.Status)
}
