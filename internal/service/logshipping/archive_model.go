package logshipping

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/differing"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// toAPI is the log store as planned. A tier that is not set is zero.
func (m archiveModel) toAPI(ctx context.Context, diags *diag.Diagnostics) sls.LogStore {
	store := sls.LogStore{
		Name: m.LogStore.ValueString(), Mode: sls.Standard,
		TTL: int(m.RetentionDays.ValueInt64()), HotTTL: int(m.HotDays.ValueInt64()), InfrequentAccessTTL: int(m.InfrequentAccessDays.ValueInt64()),
		ShardCount: int(m.ShardCount.ValueInt64()), AutoSplit: m.AutoSplit.ValueBool(), MaxSplitShard: int(m.MaxSplitShards.ValueInt64()),
	}
	if !m.Encryption.IsNull() && !m.Encryption.IsUnknown() {
		var e encryptionModel
		diags.Append(m.Encryption.As(ctx, &e, asGiven)...)
		store.Encryption = &sls.Encryption{Enabled: e.Enabled.ValueBool(), Type: e.Type.ValueString(), KeyID: e.KeyID.ValueString(), RoleARN: e.RoleARN.ValueString(), Region: e.Region.ValueString()}
	}
	return store
}

// tiers are for how many days rows are in each tier, however the service has it:
// a hot tier that is not set or as long as the retention is all of it.
type tiers struct{ kept, hot, infrequent int }

func tiersOf(s sls.LogStore) tiers {
	t := tiers{kept: s.TTL, hot: s.HotTTL, infrequent: s.InfrequentAccessTTL}
	if t.hot == 0 || t.hot > t.kept {
		t.hot = t.kept
	}
	if rest := t.kept - t.hot; t.infrequent == 0 || t.infrequent > rest {
		t.infrequent = rest
	}
	return t
}

// archived reports whether anything is left for the archive tier.
func (t tiers) archived() bool { return t.hot+t.infrequent < t.kept }

// storeDifference lists what of a log store is not as planned; shards are another matter.
func (c *archiveOperation) storeDifference(is sls.LogStore) string {
	var d differing.List
	a, b := tiersOf(is), tiersOf(c.wanted)
	d.Compare("retention_days", is.TTL, c.wanted.TTL)
	if a.kept == b.kept {
		d.Compare("hot_days", a.hot, b.hot)
	} else if c.wanted.HotTTL != 0 {
		d.Compare("hot_days", is.HotTTL, c.wanted.HotTTL)
	}
	if a.archived() || b.archived() {
		d.Compare("infrequent_access_days", is.InfrequentAccessTTL, c.wanted.InfrequentAccessTTL)
	}
	d.Compare("auto_split", is.AutoSplit, c.wanted.AutoSplit)
	if c.wanted.AutoSplit {
		d.Compare("max_split_shards", is.MaxSplitShard, c.wanted.MaxSplitShard)
	}
	d.Compare("encryption", encrypted(is), encrypted(c.wanted))
	return d.String()
}

// encrypted words whether and how rows are encrypted.
func encrypted(s sls.LogStore) string {
	if s.Encryption == nil || !s.Encryption.Enabled {
		return "off"
	}
	e := s.Encryption
	return cmp.Or(e.Type, "default") + " with " + cmp.Or(e.KeyID, "the service's key")
}

// encryptionFixed lists what differs of what cannot be changed.
func encryptionFixed(is, wanted sls.Encryption) string {
	var d differing.List
	d.Compare("type", is.Type, wanted.Type)
	d.Compare("kms_key_id", is.KeyID, wanted.KeyID)
	d.Compare("kms_role_arn", is.RoleARN, wanted.RoleARN)
	d.Compare("kms_region", is.Region, wanted.Region)
	return d.String()
}

// over is the wanted log store for an update of the one that is there.
func (c *archiveOperation) over(is sls.LogStore) sls.LogStore {
	store, w := is, c.wanted
	store.TTL, store.HotTTL, store.InfrequentAccessTTL = w.TTL, w.HotTTL, w.InfrequentAccessTTL
	// Not hot once is hot for some days for good: all days is the same as not set. Fewer than it takes are left out.
	if is.HotTTL != 0 && w.HotTTL == 0 && w.TTL >= minHotDays {
		store.HotTTL = w.TTL
	}
	store.AutoSplit, store.MaxSplitShard = w.AutoSplit, w.MaxSplitShard
	switch {
	case w.Encryption != nil:
		store.Encryption = w.Encryption
	case is.Encryption != nil:
		off := *is.Encryption
		off.Enabled = false
		store.Encryption = &off
	}
	return store
}

// over is the log store as it was before, as far as one can be made so that is there.
func (b logStoreBefore) over(is sls.LogStore) sls.LogStore {
	was := is
	was.TTL, was.HotTTL, was.InfrequentAccessTTL = int(b.RetentionDays), int(b.HotDays), int(b.InfrequentAccessDays)
	was.AutoSplit, was.MaxSplitShard = b.AutoSplit, int(b.MaxSplitShards)
	if is.Encryption != nil {
		encryption := *is.Encryption
		encryption.Enabled = b.Encrypted
		was.Encryption = &encryption
	}
	return was
}

// fromAPI takes over what a log store is.
func (m *archiveModel) fromAPI(s sls.LogStore) {
	t := tiersOf(s)
	m.RetentionDays = types.Int64Value(int64(s.TTL))
	// What is the same stays as the block has it.
	if t.hot < t.kept || m.HotDays.ValueInt64() != int64(t.kept) {
		m.HotDays = daysOrNull(t.hot, t.hot < t.kept)
	}
	if t.archived() || m.InfrequentAccessDays.IsNull() || int(m.InfrequentAccessDays.ValueInt64()) != t.infrequent {
		m.InfrequentAccessDays = daysOrNull(s.InfrequentAccessTTL, t.archived())
	}
	m.AutoSplit = types.BoolValue(s.AutoSplit)
	if s.AutoSplit || m.MaxSplitShards.IsNull() {
		m.MaxSplitShards = types.Int64Value(int64(s.MaxSplitShard))
	}
	if s.Encryption == nil || !s.Encryption.Enabled && m.Encryption.IsNull() {
		m.Encryption = types.ObjectNull(encryptionTypes)
		return
	}
	e := s.Encryption
	m.Encryption = types.ObjectValueMust(encryptionTypes, map[string]attr.Value{
		"enabled": types.BoolValue(e.Enabled), "type": types.StringValue(cmp.Or(e.Type, "default")),
		"kms_key_id": value.OrNull(e.KeyID), "kms_role_arn": value.OrNull(e.RoleARN), "kms_region": value.OrNull(e.Region),
	})
}

func daysOrNull(days int, set bool) types.Int64 {
	if !set {
		return types.Int64Null()
	}
	return types.Int64Value(int64(days))
}

// withoutStore empties what only a log store has: the plan shows it as what is to be made.
func (m *archiveModel) withoutStore(lacks []string) {
	m.RetentionDays, m.HotDays, m.InfrequentAccessDays, m.ShardCount, m.MaxSplitShards = types.Int64Null(), types.Int64Null(), types.Int64Null(), types.Int64Null(), types.Int64Null()
	m.AutoSplit, m.Encryption, m.MeteringMode = types.BoolNull(), types.ObjectNull(encryptionTypes), types.StringNull()
	m.MissingIndexFields = setOfTexts(lacks)
}

// settle makes of what could not be known when planning what a state can hold.
func (m *archiveModel) settle() {
	if m.MeteringMode.IsUnknown() {
		m.MeteringMode = types.StringNull()
	}
	if m.Description.IsUnknown() {
		m.Description = types.StringNull()
	}
	if m.LogStoreBefore.IsUnknown() {
		m.LogStoreBefore = types.ObjectNull(logStoreBeforeTypes)
	}
	if m.DescriptionBefore.IsUnknown() {
		m.DescriptionBefore = types.StringNull()
	}
	m.Endpoint, m.MissingIndexFields = types.StringValue(sls.Endpoint(m.Region.ValueString())), setOfTexts(nil)
}

func (m archiveModel) identity() archiveIdentity {
	return archiveIdentity{m.AccountID, m.Region, m.Project, m.LogStore}
}

func (m archiveModel) store(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	scoped.Store(ctx, state, &m, identity, m.identity(), diags)
}

// setOfTexts is a set that may be empty, which is not null.
func setOfTexts(list []string) types.Set {
	return types.SetValueMust(types.StringType, textValues(list))
}

// gone are the keys of a map that another one does not have, sorted.
func gone(before, after map[string]string) (list []string) {
	for name := range before {
		if _, stays := after[name]; !stays {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
