package configrule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// planRules puts into the plan which rules the pack has, and at which level.
func (r *baselineResource) planRules(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, given, before baselineModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &given)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	m.RuleIDs, m.EffectiveRiskLevels, m.Rules = given.RuleIDs, types.MapUnknown(types.Int64Type), types.MapUnknown(types.StringType)
	if m.RuleIDs.IsNull() {
		m.RuleIDs = setOf(catalogued(&resp.Diagnostics))
	}
	if !m.AccountID.IsUnknown() && known(ctx, m.RuleIDs) && known(ctx, m.RuleRiskLevels) {
		m.level(ctx, r, before, &resp.Diagnostics)
		if same := m.EffectiveRiskLevels.Equal(before.EffectiveRiskLevels) && m.RuleIDs.Equal(before.RuleIDs); same && m.RuleIDs.Equal(setOf(before.keys(ctx, &resp.Diagnostics))) {
			m.Rules = before.Rules
		}
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
	}
}

// known reports whether a value has nothing unknown in it.
func known(ctx context.Context, v attr.Value) bool {
	raw, err := v.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}

// keys are those of the rules that were made for the pack.
func (m baselineModel) keys(ctx context.Context, diags *diag.Diagnostics) []string {
	return slices.Collect(maps.Keys(stringsOf(ctx, m.Rules, diags)))
}

// catalogued are the rules of our catalogue that Cloud Config has.
func catalogued(diags *diag.Diagnostics) []string {
	catalogue, err := compliance.Load()
	if err != nil {
		diags.AddError("The catalogue of rules cannot be loaded", err.Error())
		return nil
	}
	var ids []string
	for _, rule := range catalogue.Rules() {
		if rule.CloudConfig != nil {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// level fills in the level of each rule: the block's, else our catalogue's,
// else the managed rule's. Cloud Config is asked for what the pack does not
// have yet, and for what our catalogue lacks.
func (m *baselineModel) level(ctx context.Context, r *baselineResource, before baselineModel, diags *diag.Diagnostics) {
	ids := texts(ctx, m.RuleIDs, diags)
	overrides, was := levelsOf(ctx, m.RuleRiskLevels, diags), levelsOf(ctx, before.EffectiveRiskLevels, diags)
	for _, id := range slices.Sorted(maps.Keys(overrides)) {
		if !slices.Contains(ids, id) {
			diags.AddAttributeError(path.Root("rule_risk_levels").AtMapKey(id), "Level of a rule that is not in the pack",
				fmt.Sprintf("rule_risk_levels sets the level of %q, and rule_ids does not have it. The pack has: %s.", id, strings.Join(ids, ", ")))
		}
	}
	catalogue, err := compliance.Load()
	if err != nil {
		diags.AddError("The catalogue of rules cannot be loaded", err.Error())
		return
	}
	levels := map[string]int64{}
	for _, id := range ids {
		at := path.Root("rule_ids")
		if rule, err := catalogue.Lookup(id); err == nil && rule.CloudConfig != nil {
			levels[id] = int64(rule.CloudConfig.RiskLevel)
		}
		if levels[id] == 0 || was[id] == 0 {
			d := defaultsOf(ctx, r.data, m.AccountID.ValueString(), id, at, diags)
			if levels[id] == 0 {
				levels[id] = d.riskLevel
			}
		}
		if level, ok := overrides[id]; ok {
			levels[id] = level
		}
		if levels[id] == 0 {
			levels[id] = was[id] // a rule that is there keeps its level if nobody can be asked
		}
		if levels[id] == 0 {
			diags.AddAttributeError(at, "Level of the rule is not known", fmt.Sprintf(
				"Neither Cloud Config nor our catalogue says which risk level %s should have. Check the identifier, or set its level in rule_risk_levels.", id))
		}
	}
	m.EffectiveRiskLevels = levelsTo(levels)
}

func levelsOf(ctx context.Context, m types.Map, diags *diag.Diagnostics) map[string]int64 {
	levels := map[string]int64{}
	if !m.IsNull() && !m.IsUnknown() {
		diags.Append(m.ElementsAs(ctx, &levels, false)...)
	}
	return levels
}

func levelsTo(levels map[string]int64) types.Map {
	elements := map[string]attr.Value{}
	for key, level := range levels {
		elements[key] = types.Int64Value(level)
	}
	return types.MapValueMust(types.Int64Type, elements)
}
