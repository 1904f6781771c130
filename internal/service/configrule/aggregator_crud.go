package configrule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// aggregatorOperation is one create, read, update or delete of an account group.
type aggregatorOperation struct {
	lifecycle.Object[cloudconfig.StoredAggregator]
	api    *cloudconfig.Client
	id     string
	wanted cloudconfig.Aggregator
	// unbuilt: whether the group is built does not matter yet.
	unbuilt bool
	// seen is the group as it was read last; nil before.
	seen   *cloudconfig.StoredAggregator
	forget func()
}

func (r *aggregatorResource) operation(ctx context.Context, m aggregatorModel, timeout time.Duration, diags *diag.Diagnostics) *aggregatorOperation {
	c := &aggregatorOperation{
		api: client(r.data, m.AccountID, diags), id: m.AggregatorID.ValueString(), wanted: m.toAPI(ctx, diags),
		forget: func() { r.data.Observed.ForgetConfig(m.AccountID.ValueString()) },
	}
	name := fmt.Sprintf("the account group %q in account %s", cmp.Or(m.Name.ValueString(), c.id), m.AccountID.ValueString())
	c.Object = lifecycle.Object[cloudconfig.StoredAggregator]{
		Name: name, Place: name, Kind: "an account group", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: func(ctx context.Context) (cloudconfig.StoredAggregator, bool, error) {
			group, found, err := c.api.Aggregator(ctx, c.id)
			if err == nil && found {
				c.seen = &group
			}
			return group, found, err
		},
		Difference: c.difference,
	}
	return c
}

// Create implements resource.Resource.
func (r *aggregatorResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m aggregatorModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	c.unbuilt = true
	made := creation[cloudconfig.StoredAggregator]{
		Object: &c.Object, create: c.create, find: c.find, found: func(id string) { c.id = id }, importID: m.importID,
		another: func(id string, is cloudconfig.StoredAggregator, difference string) diag.Diagnostic {
			return c.another(m, id, is, difference)
		},
		complete: func(ctx context.Context, _ cloudconfig.StoredAggregator) error {
			c.unbuilt = false
			return c.Settled(ctx, nil)
		},
	}
	id, ok := made.run(ctx, &resp.Diagnostics)
	if id == "" {
		return
	}
	m.AggregatorID = types.StringValue(id)
	if !ok || c.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	c.members(&m, &resp.Diagnostics)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.aggregatorIdentity, &resp.Diagnostics)
}

// create makes the group. Which code says that there is one of the whole
// directory already is not public, so it is looked for after any refusal.
func (c *aggregatorOperation) create(ctx context.Context, token string) (string, error) {
	id, err := c.api.CreateAggregator(ctx, c.wanted, token)
	var refused *alicloud.Error
	if c.wanted.Type == cloudconfig.AggregatorDirectory && errors.As(err, &refused) && refused.Kind == alicloud.Invalid {
		if other, findErr := c.find(ctx); findErr == nil && other != "" {
			refused.Kind = alicloud.Conflict
		}
	}
	return id, err
}

// find looks for a group of the name, or of the whole directory, of which there is one at most.
func (c *aggregatorOperation) find(ctx context.Context) (id string, err error) {
	groups, err := c.api.Aggregators(ctx)
	for _, g := range groups {
		switch {
		case g.Deleting:
		case g.Name == c.wanted.Name:
			return g.ID, nil
		case g.Type == cloudconfig.AggregatorDirectory && c.wanted.Type == g.Type:
			id = g.ID
		}
	}
	return id, err
}

// another refuses to take over a group that somebody made otherwise.
func (c *aggregatorOperation) another(m aggregatorModel, id string, is cloudconfig.StoredAggregator, difference string) diag.Diagnostic {
	if is.Name == c.wanted.Name {
		return creation[cloudconfig.StoredAggregator]{Object: &c.Object, importID: m.importID}.conflict(id, is, difference)
	}
	return diag.NewErrorDiagnostic("There is an account group of the whole directory already", fmt.Sprintf(
		"Account %s has one at most, and has the account group %q (%s), which differs from this block: %s.\n\nImport it to manage it from here on:\n\n  terraform import ADDRESS %s\n\nor refer to it by its ID.",
		m.AccountID.ValueString(), is.Name, id, difference, m.importID(id)))
}

func (m aggregatorModel) importID(id string) string { return m.AccountID.ValueString() + "/" + id }

// Read implements resource.Resource.
func (r *aggregatorResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m aggregatorModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	unread := moved.Account(ctx, r.data, &m.AccountID, &resp.Diagnostics)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	group, found, err := c.Refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cloudconfig.StoredAggregator, bool, error) {
		return r.data.Observed.Aggregator(ctx, m.AccountID.ValueString(), c.id)
	}, &resp.Diagnostics)
	if err == nil && !found && unread {
		resp.Diagnostics.Append(moved.Elsewhere(fmt.Sprintf("the account group %s", c.id), "in account "+m.AccountID.ValueString(), "ACCOUNT_ID/"+c.id))
		return
	}
	scoped.StoreIdentity(ctx, resp.Identity, m.aggregatorIdentity, &resp.Diagnostics)
	if !c.Stays(ctx, found, err, resp) {
		return
	}
	m.fromAPI(group)
	c.seen = &group
	c.members(&m, &resp.Diagnostics)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.aggregatorIdentity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *aggregatorResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before aggregatorModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	var changed error
	if c.difference(cloudconfig.StoredAggregator{Aggregator: before.toAPI(ctx, &resp.Diagnostics), Ready: true}) != "" {
		changed = c.api.UpdateAggregator(ctx, c.id, c.wanted)
	}
	if !c.Stands("Updating", lifecycle.ReadNext, c.Settled(ctx, changed), &resp.Diagnostics) {
		return
	}
	c.members(&m, &resp.Diagnostics)
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.aggregatorIdentity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *aggregatorResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m aggregatorModel
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

	err := c.api.DeleteAggregator(ctx, c.id)
	if alicloud.Is(err, alicloud.NotFound) {
		return
	}
	if err == nil {
		err = c.Gone(ctx)
	}
	c.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}

// difference lists what of a group is not as planned.
func (c *aggregatorOperation) difference(is cloudconfig.StoredAggregator) string {
	var d differences
	w := c.wanted
	d.Compare("aggregator_name", is.Name, w.Name)
	d.Compare("description", is.Description, w.Description)
	d.Compare("aggregator_type", is.Type, w.Type)
	d.Sets("aggregator_accounts", is.AccountIDs, w.AccountIDs)
	d.Sets("folder_ids", is.FolderIDs, w.FolderIDs)
	d.tags("tags", is.Tags, w.Tags)
	if !c.unbuilt && !is.Ready {
		d.List = append(d.List, "it is still being built")
	}
	return d.String()
}

func (m aggregatorModel) toAPI(ctx context.Context, diags *diag.Diagnostics) cloudconfig.Aggregator {
	return cloudconfig.Aggregator{
		Name: m.Name.ValueString(), Description: m.Description.ValueString(), Type: m.Type.ValueString(),
		AccountIDs: texts(ctx, m.Accounts, diags), FolderIDs: texts(ctx, m.FolderIDs, diags), Tags: tagMapFrom(ctx, m.Tags, diags),
	}
}

func (m *aggregatorModel) fromAPI(g cloudconfig.StoredAggregator) {
	m.Name, m.Description, m.Type = types.StringValue(g.Name), types.StringValue(g.Description), types.StringValue(g.Type)
	m.Accounts, m.FolderIDs, m.Tags = setOf(g.AccountIDs), setOf(g.FolderIDs), tagMapTo(g.Tags)
}

// members lists the members that do not record, and warns of them.
func (c *aggregatorOperation) members(m *aggregatorModel, diags *diag.Diagnostics) {
	m.MembersWithoutRecorder = types.ListNull(types.StringType)
	if c.seen == nil || c.Interrupted {
		return // nothing is known, which is not the same as none
	}
	ids, words := []attr.Value{}, []string{}
	members := slices.SortedFunc(slices.Values(c.seen.Members), func(a, b cloudconfig.Member) int { return cmp.Compare(a.AccountID, b.AccountID) })
	for _, member := range members {
		if member.RecorderStatus == cloudconfig.RecorderRegistered {
			continue
		}
		ids = append(ids, types.StringValue(member.AccountID))
		words = append(words, fmt.Sprintf("%s (%s)", member.AccountID, strings.Join(slices.DeleteFunc(
			[]string{member.Name, cmp.Or(member.RecorderStatus, "status not known")}, func(s string) bool { return s == "" }), ", ")))
	}
	m.MembersWithoutRecorder = types.ListValueMust(types.StringType, ids)
	if len(words) > 0 {
		// The same summary for every group, so that the CLI shows them as one.
		diags.AddWarning("Members of an account group do not record", fmt.Sprintf(
			"Cloud Config sees no resources of these members of %s, and no rule of the group finds anything in them: %s. Start their recorders, e.g. with ackguard_config_recorder.",
			c.Name, strings.Join(words, ", ")))
	}
}
