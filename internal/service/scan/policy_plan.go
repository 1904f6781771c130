package scan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
)

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *policyResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	checkLists(ctx, req.Config, &resp.Diagnostics)
}

// checkLists refuses a check that is to be both on and off, or that is named twice in its two spellings.
func checkLists(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) {
	enabled, disabled := knownIDs(ctx, config, "enabled_checks", diags), knownIDs(ctx, config, "disabled_checks", diags)
	seen := map[string]string{}
	for _, list := range []struct {
		name string
		ids  []string
	}{{"enabled_checks", enabled}, {"disabled_checks", disabled}} {
		for _, id := range list.ids {
			canonical := inspector.Canonical(id)
			if other, twice := seen[canonical]; twice {
				diags.AddAttributeError(path.Root(list.name), "Check is named twice",
					fmt.Sprintf("%s has %q, and %s: they are one check. Name it once.", list.name, id, other))
			}
			seen[canonical] = fmt.Sprintf("%s has %q", list.name, id)
			unknownCheck(id, path.Root(list.name), diags)
		}
	}
}

// unknownCheck warns of an id that is not published: later versions of the component have some.
func unknownCheck(id string, at path.Path, diags *diag.Diagnostics) {
	if inspector.Known(id) {
		return
	}
	hint := ""
	if near := nearest.To(id, inspector.IDs()); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	diags.AddAttributeWarning(at, "Check is not a published one",
		fmt.Sprintf("%q is none of the ids that the vendor publishes.%s It is used as far as the component in the cluster knows it.", id, hint))
}

// knownIDs are the elements of a set that are known.
func knownIDs(ctx context.Context, config tfsdk.Config, name string, diags *diag.Diagnostics) (ids []string) {
	var set types.Set
	diags.Append(config.GetAttribute(ctx, path.Root(name), &set)...)
	for _, element := range set.Elements() {
		if id, ok := element.(types.String); ok && !id.IsNull() && !id.IsUnknown() {
			ids = append(ids, id.ValueString())
		}
	}
	slices.Sort(ids)
	return ids
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *policyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyPlan(ctx, r.data, req, resp)
	if req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	var plan, state policyModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &plan)...)
	created := req.State.Raw.IsNull()
	if !created {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	set := func(name string, value attr.Value) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), value)...)
	}
	set("last_scan_job", plannedScan(plan, state, created))
	if created {
		return
	}
	resp.RequiresReplace = append(resp.RequiresReplace, plan.elsewhere(ctx, state, &resp.Diagnostics)...)
	checks := !plan.Enabled.Equal(state.Enabled) || !plan.Disabled.Equal(state.Disabled)
	other := !plan.ComponentVersion.Equal(state.ComponentVersion) || !plan.ComponentName.Equal(state.ComponentName)
	if other {
		// Another version may have its objects elsewhere, and other checks.
		for _, name := range []string{"dialect", "config_namespace", "config_key", "cronjob_namespace", "component_version_installed"} {
			set(name, types.StringUnknown())
		}
	}
	if checks || other {
		set("unsupported_checks", types.SetUnknown(types.StringType))
	}
	if checks || other || !plan.WhiteList.Equal(state.WhiteList) || !plan.Schedule.Equal(state.Schedule) || !plan.Suspend.Equal(state.Suspend) {
		set("policy_before", types.ObjectUnknown(policyBeforeTypes))
	}
}

// plannedScan says in the plan whether a scan will run: only then is its Job not known yet.
func plannedScan(plan, state policyModel, created bool) types.String {
	switch {
	case plan.Triggers.IsNull() && !created && !state.Triggers.IsNull(): // taking triggers away runs nothing
	case !plan.Triggers.IsNull() && (created || !plan.Triggers.Equal(state.Triggers)):
		return types.StringUnknown()
	}
	if created {
		return types.StringNull()
	}
	return state.LastScanJob
}

// elsewhere are the arguments that name other objects than those that are managed.
func (m policyModel) elsewhere(ctx context.Context, state policyModel, diags *diag.Diagnostics) (paths path.Paths) {
	is, was := m.objects(ctx, diags), state.objects(ctx, diags)
	for _, c := range []struct {
		argument string
		now      types.String
		managed  string
		fallback string // what it is without the argument
	}{
		{"config_map", is.ConfigMap, orElse(was.ConfigMap, inspector.ConfigMapName), inspector.ConfigMapName},
		{"config_map_namespace", is.ConfigMapNamespace, state.ConfigNamespace.ValueString(), state.ConfigNamespace.ValueString()},
		{"config_key", is.ConfigKey, state.ConfigKey.ValueString(), state.ConfigKey.ValueString()},
		{"cron_job", is.CronJob, orElse(was.CronJob, inspector.CronJobName), inspector.CronJobName},
		{"cron_job_namespace", is.CronJobNamespace, state.CronJobNamespace.ValueString(), state.CronJobNamespace.ValueString()},
	} {
		// What is not known yet may be another: managing that without putting this one back would lose what was found.
		if c.managed != "" && (m.Objects.IsUnknown() || c.now.IsUnknown() || orElse(c.now, c.fallback) != c.managed) {
			paths = append(paths, path.Root("objects").AtName(c.argument))
		}
	}
	return paths
}

func orElse(value types.String, fallback string) string {
	if value.ValueString() == "" {
		return fallback
	}
	return value.ValueString()
}

// list is for messages.
func list(ids []string) string { return strings.Join(ids, ", ") }
