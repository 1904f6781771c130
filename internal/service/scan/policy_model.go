package scan

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

func (m policyModel) objects(ctx context.Context, diags *diag.Diagnostics) (o objectsModel) {
	if !m.Objects.IsNull() && !m.Objects.IsUnknown() {
		diags.Append(m.Objects.As(ctx, &o, basetypes.ObjectAsOptions{UnhandledUnknownAsEmpty: true})...)
	}
	return o
}

func (m policyModel) names(ctx context.Context, diags *diag.Diagnostics) names {
	o := m.objects(ctx, diags)
	return names{
		configMap: o.ConfigMap.ValueString(), configMapNamespace: o.ConfigMapNamespace.ValueString(), configKey: o.ConfigKey.ValueString(),
		cronJob: o.CronJob.ValueString(), cronJobNamespace: o.CronJobNamespace.ValueString(),
	}
}

// wantsConfig: the block declares something that stands in the ConfigMap.
func (m policyModel) wantsConfig() bool {
	return !m.Enabled.IsNull() || !m.Disabled.IsNull() || !m.WhiteList.IsNull()
}

// wantsTiming: the block declares something that stands in the CronJob.
func (m policyModel) wantsTiming() bool { return !m.Schedule.IsNull() || !m.Suspend.IsNull() }

// policy is what the block declares of the configuration.
func (m policyModel) policy(ctx context.Context, diags *diag.Diagnostics) inspector.Policy {
	p := inspector.Policy{Exemptions: m.exemptions(ctx, diags)}
	diags.Append(m.Enabled.ElementsAs(ctx, &p.Enabled, false)...)
	diags.Append(m.Disabled.ElementsAs(ctx, &p.Disabled, false)...)
	diags.Append(m.Confirmed.ElementsAs(ctx, &p.Confirmed, false)...)
	slices.Sort(p.Enabled)
	slices.Sort(p.Disabled)
	return p
}

func (e whiteListEntry) exemption() inspector.Exemption {
	return inspector.Exemption{
		Namespace: e.Namespace.ValueString(), Workload: e.Workload.ValueString(), Containers: sorted(e.Containers), Checks: sorted(e.Checks), Reason: e.Reason.ValueString(),
	}
}

func sorted(items []string) []string { return slices.Compact(slices.Sorted(slices.Values(items))) }

func (m policyModel) entries(ctx context.Context, diags *diag.Diagnostics) (entries []whiteListEntry) {
	diags.Append(m.WhiteList.ElementsAs(ctx, &entries, false)...)
	return entries
}

// exemptions are the entries of the white list, in an order that does not depend on the set's.
func (m policyModel) exemptions(ctx context.Context, diags *diag.Diagnostics) (list []inspector.Exemption) {
	for _, e := range m.entries(ctx, diags) {
		list = append(list, e.exemption())
	}
	slices.SortFunc(list, func(a, b inspector.Exemption) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Workload, b.Workload), slices.Compare(a.Containers, b.Containers), slices.Compare(a.Checks, b.Checks), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

// setWhiteList puts entries into the model.
func (m *policyModel) setWhiteList(ctx context.Context, entries []whiteListEntry, diags *diag.Diagnostics) {
	set, d := types.SetValueFrom(ctx, whiteListTypes, entries)
	diags.Append(d...)
	m.WhiteList = set
}

func entryOf(e inspector.Exemption) whiteListEntry {
	return whiteListEntry{Namespace: value.OrNull(e.Namespace), Workload: types.StringValue(e.Workload), Checks: e.Checks, Containers: e.Containers}
}

func stringSet(ids []string) types.Set {
	values := make([]string, 0, len(ids))
	values = append(values, ids...)
	set, _ := types.SetValueFrom(context.Background(), types.StringType, values) // strings always have a form
	return set
}

// fromConfig puts what the configuration has into the model: of what the block declares, what still holds; after an import, everything.
func (m *policyModel) fromConfig(ctx context.Context, c *inspector.Config, imported bool, diags *diag.Diagnostics) {
	if imported {
		m.importConfig(ctx, c, diags)
		return
	}
	var unsupported []string
	diags.Append(m.Unsupported.ElementsAs(ctx, &unsupported, false)...)
	var still []string
	holds := func(set types.Set, want bool) types.Set {
		if set.IsNull() {
			return set
		}
		var ids, kept []string
		diags.Append(set.ElementsAs(ctx, &ids, false)...)
		for _, id := range ids {
			on, known := c.Check(id)
			if !known && slices.Contains(unsupported, id) {
				still = append(still, id)
				kept = append(kept, id)
				continue
			}
			if on == want {
				kept = append(kept, id)
			}
		}
		return stringSet(kept)
	}
	m.Enabled, m.Disabled = holds(m.Enabled, true), holds(m.Disabled, false)
	m.Unsupported = stringSet(still)
	if !m.WhiteList.IsNull() {
		entries := slices.DeleteFunc(m.entries(ctx, diags), func(e whiteListEntry) bool { return !c.Exempts(e.exemption()) })
		m.setWhiteList(ctx, entries, diags)
	}
}

func (m *policyModel) importConfig(ctx context.Context, c *inspector.Config, diags *diag.Diagnostics) {
	on, off := listed(c)
	m.Enabled, m.Disabled, m.Unsupported = stringSet(on), stringSet(off), stringSet(nil)
	entries := []whiteListEntry{}
	for _, e := range c.Exemptions() {
		entries = append(entries, entryOf(e))
	}
	m.setWhiteList(ctx, entries, diags)
}

// listed are the checks of a configuration, by their published ids where no two of them are the same.
func listed(c *inspector.Config) (on, off []string) {
	settings := c.Settings()
	for _, s := range settings {
		id := inspector.Canonical(s.ID)
		if id != s.ID && slices.ContainsFunc(settings, func(other inspector.Setting) bool { return other.ID == id }) {
			id = s.ID
		}
		if s.On {
			on = append(on, id)
		} else {
			off = append(off, id)
		}
	}
	return sorted(on), sorted(off)
}

// fromTiming puts what the CronJob has into the model, as far as the block declares it.
func (m *policyModel) fromTiming(t timing, imported bool) {
	if imported || !m.Schedule.IsNull() && !sameCron(m.Schedule.ValueString(), t.Schedule) {
		m.Schedule = types.StringValue(t.Schedule)
	}
	if imported || !m.Suspend.IsNull() {
		m.Suspend = types.BoolValue(t.Suspend)
	}
}

// withoutTiming is for a cluster without the CronJob.
func (m *policyModel) withoutTiming() { m.Schedule, m.Suspend = types.StringNull(), types.BoolNull() }

// found is what a policy found, as the state keeps it.
type found struct {
	config *inspector.Before
	timing *foundTiming
}

func (m policyModel) before(ctx context.Context, diags *diag.Diagnostics) (f found) {
	if m.Before.IsNull() || m.Before.IsUnknown() {
		return found{}
	}
	var before policyBefore
	diags.Append(m.Before.As(ctx, &before, basetypes.ObjectAsOptions{})...)
	if text := before.Config.ValueString(); text != "" {
		f.config = &inspector.Before{}
		if err := json.Unmarshal([]byte(text), f.config); err != nil {
			diags.AddError("State of the policy is damaged", "policy_before.config is no JSON of this provider: "+err.Error()+".")
		}
	}
	if !before.Schedule.IsNull() || !before.Suspend.IsNull() {
		f.timing = &foundTiming{Schedule: before.Schedule.ValueStringPointer(), Suspend: before.Suspend.ValueBoolPointer()}
	}
	return f
}

func (f found) object(ctx context.Context, diags *diag.Diagnostics) types.Object {
	if f.config == nil && f.timing == nil {
		return types.ObjectNull(policyBeforeTypes)
	}
	before := policyBefore{}
	if f.config != nil {
		text, err := json.Marshal(f.config)
		if err != nil {
			diags.AddError("State of the policy cannot be written", err.Error())
		}
		before.Config = types.StringValue(string(text))
	}
	if f.timing != nil {
		before.Schedule, before.Suspend = types.StringPointerValue(f.timing.Schedule), types.BoolPointerValue(f.timing.Suspend)
	}
	object, d := types.ObjectValueFrom(ctx, policyBeforeTypes, before)
	diags.Append(d...)
	return object
}

func (m policyModel) store(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	scoped.Store(ctx, state, &m, identity, m.policyIdentity, diags)
}
