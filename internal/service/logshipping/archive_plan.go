package logshipping

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/differing"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// asGiven reads an object whose parts may be unknown.
var asGiven = basetypes.ObjectAsOptions{}

// ModifyPlan implements resource.ResourceWithModifyPlan: what goes by what there is already.
func (r *archiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	moved.RefuseUnread(ctx, req, resp)
	if resp.Diagnostics.HasError() {
		return
	}
	scoped.ModifyPlan(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	var m, given archiveModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &given)...)
	var before *archiveModel
	if !req.State.Raw.IsNull() {
		before = &archiveModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, before)...)
		if !before.sameStore(m) {
			before = nil // replaced: what the old one had says nothing about the new one
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	m.complete(given, before)
	if before != nil {
		m.refuse(ctx, *before, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
}

func (m archiveModel) sameStore(other archiveModel) bool {
	return m.AccountID.Equal(other.AccountID) && m.Region.Equal(other.Region) && m.Project.Equal(other.Project) && m.LogStore.Equal(other.LogStore)
}

// complete plans what the block leaves out: as it is, or what a new one gets.
func (m *archiveModel) complete(given archiveModel, before *archiveModel) {
	m.MissingIndexFields = setOfTexts(nil)
	m.Endpoint = types.StringUnknown()
	if !m.Region.IsUnknown() {
		m.Endpoint = types.StringValue(sls.Endpoint(m.Region.ValueString()))
	}
	if given.ShardCount.IsNull() {
		if m.ShardCount = types.Int64Value(defaultShards); before != nil && !before.ShardCount.IsNull() {
			m.ShardCount = before.ShardCount
		}
	}
	if given.MeteringMode.IsNull() {
		if m.MeteringMode = types.StringUnknown(); before != nil && !before.MeteringMode.IsNull() {
			m.MeteringMode = before.MeteringMode
		}
	}
	m.LogStoreBefore, m.DescriptionBefore = planBefore(m.AdoptLogStore, before, types.ObjectUnknown(logStoreBeforeTypes), types.ObjectNull(logStoreBeforeTypes), func(b *archiveModel) (types.Bool, types.Object) {
		return b.AdoptLogStore, b.LogStoreBefore
	}), planBefore(m.AdoptProject, before, types.StringUnknown(), types.StringNull(), func(b *archiveModel) (types.Bool, types.String) {
		return b.AdoptProject, b.DescriptionBefore
	})
	if given.Description.IsNull() {
		switch {
		case before != nil:
			m.Description = before.Description
		case m.AdoptProject.IsUnknown() || m.AdoptProject.ValueBool():
			m.Description = types.StringUnknown()
		default:
			m.Description = types.StringValue(defaultDescription)
		}
	}
}

// planBefore plans what is known of something that is adopted: nothing unless it is, what is known already, or what
// adopting it will tell.
func planBefore[T attr.Value](adopt types.Bool, before *archiveModel, unknown, none T, of func(*archiveModel) (types.Bool, T)) T {
	switch {
	case !adopt.IsUnknown() && !adopt.ValueBool():
		return none
	case before == nil:
		return unknown
	}
	if was, known := of(before); was.ValueBool() {
		return known
	}
	return unknown
}

// refuse refuses what would lose rows, or what the service cannot do.
func (m archiveModel) refuse(ctx context.Context, before archiveModel, diags *diag.Diagnostics) {
	if !m.ShardCount.IsUnknown() && m.ShardCount.ValueInt64() < before.ShardCount.ValueInt64() {
		diags.AddAttributeError(path.Root("shard_count"), "Shards cannot be taken away", fmt.Sprintf(
			"%s has at least %d shards, and shard_count is %d. Shards become fewer by merging them in the console, which is for whoever knows the load. Set shard_count = %d, or leave it out.",
			diagnostic.UpperFirst(m.place()), before.ShardCount.ValueInt64(), m.ShardCount.ValueInt64(), before.ShardCount.ValueInt64()))
	}
	if !before.HotDays.IsNull() && m.HotDays.IsNull() && !m.RetentionDays.IsUnknown() && m.RetentionDays.ValueInt64() < minHotDays {
		diags.AddAttributeError(path.Root("retention_days"), "Hot days cannot be taken back", fmt.Sprintf(
			"%s has hot_days, which can be made as long as retention_days and not taken back, and they are at least %d. Set retention_days to %d or more.", diagnostic.UpperFirst(m.place()), minHotDays, minHotDays))
	}
	if m.Encryption.IsNull() || before.Encryption.IsNull() || m.Encryption.IsUnknown() {
		return
	}
	var wanted, is encryptionModel
	diags.Append(m.Encryption.As(ctx, &wanted, asGiven)...)
	diags.Append(before.Encryption.As(ctx, &is, asGiven)...)
	if difference := wanted.fixedDifference(is); difference != "" {
		diags.AddAttributeError(path.Root("encryption"), "Encryption cannot be changed", fmt.Sprintf(
			"Of the encryption of %s, only enabled can be changed: %s. Replacing the log store would lose its rows. Make another archive with the new encryption, ship to it, and let this one run out.",
			m.place(), difference))
	}
}

// fixedDifference lists what differs of what is there for good. What is not known is no difference yet.
func (e encryptionModel) fixedDifference(is encryptionModel) string {
	var d differing.List
	for _, part := range []struct {
		argument   string
		is, wanted types.String
	}{
		{"type", is.Type, e.Type}, {"kms_key_id", is.KeyID, e.KeyID}, {"kms_role_arn", is.RoleARN, e.RoleARN}, {"kms_region", is.Region, e.Region},
	} {
		if !part.wanted.IsUnknown() {
			d.Compare(part.argument, part.is.ValueString(), part.wanted.ValueString())
		}
	}
	return d.String()
}
