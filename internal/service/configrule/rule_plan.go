package configrule

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// defaults are what a managed rule is set to where a block does not say.
type defaults struct {
	name, trigger, frequency string
	riskLevel                int64
	resourceTypes            []string
}

// planDefaults asks the service for what a new rule leaves out. A rule that
// exists keeps what it has.
func (r *ruleResource) planDefaults(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m ruleModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || m.AccountID.IsUnknown() || m.SourceIdentifier.IsUnknown() {
		return
	}
	defer func() { checkFrequency(ctx, req, resp) }()
	if !req.State.Raw.IsNull() {
		var before types.String
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("source_identifier"), &before)...)
		if before.Equal(m.SourceIdentifier) {
			if !m.TriggerTypes.IsUnknown() && !scheduled(m.TriggerTypes.ValueString()) {
				resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("maximum_execution_frequency"), types.StringNull())...)
			}
			return
		}
		// Replaced: what the old rule had by default says nothing about the new one.
		r.unset(ctx, req, &m, &resp.Diagnostics)
	}
	m.fill(defaultsOf(ctx, r.data, m.AccountID.ValueString(), m.SourceIdentifier.ValueString(), path.Root("source_identifier"), &resp.Diagnostics), &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
	}
}

// checkFrequency refuses a frequency for a rule that is not scheduled by default, which validation cannot know.
func checkFrequency(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var frequency, triggers types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("maximum_execution_frequency"), &frequency)...)
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("config_rule_trigger_types"), &triggers)...)
	if !frequency.IsNull() && !triggers.IsUnknown() && !scheduled(triggers.ValueString()) {
		frequencyWithoutSchedule(triggers.ValueString(), &resp.Diagnostics)
	}
}

func frequencyWithoutSchedule(triggers string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("maximum_execution_frequency"), "Frequency without a schedule",
		"maximum_execution_frequency is how often a rule with the trigger "+cloudconfig.TriggerScheduled+" runs; this rule has only "+triggers+".")
}

func (r *ruleResource) unset(ctx context.Context, req resource.ModifyPlanRequest, m *ruleModel, diags *diag.Diagnostics) {
	var given ruleModel
	diags.Append(req.Config.Get(ctx, &given)...)
	m.RuleName, m.TriggerTypes, m.Frequency, m.RiskLevel, m.ResourceTypes = given.RuleName, given.TriggerTypes, given.Frequency, given.RiskLevel, given.ResourceTypes
	m.ConfigRuleID, m.ConfigRuleARN = types.StringUnknown(), types.StringUnknown()
}

// fill puts defaults where the block says nothing.
func (m *ruleModel) fill(d defaults, diags *diag.Diagnostics) {
	var missing []string
	text := func(argument string, field *types.String, value string) {
		if !field.IsNull() && !field.IsUnknown() {
			return
		}
		if *field = types.StringValue(value); value == "" {
			missing = append(missing, argument)
		}
	}
	text("rule_name", &m.RuleName, d.name)
	text("config_rule_trigger_types", &m.TriggerTypes, d.trigger)
	if m.RiskLevel.IsNull() || m.RiskLevel.IsUnknown() {
		if m.RiskLevel = types.Int64Value(d.riskLevel); d.riskLevel == 0 {
			missing = append(missing, "risk_level")
		}
	}
	switch {
	case !scheduled(m.TriggerTypes.ValueString()):
		m.Frequency = types.StringNull()
	default:
		text("maximum_execution_frequency", &m.Frequency, d.frequency)
	}
	if m.ResourceTypes.IsNull() || m.ResourceTypes.IsUnknown() {
		m.ResourceTypes = setOf(d.resourceTypes)
	}
	if len(missing) > 0 {
		diags.AddAttributeError(path.Root("source_identifier"), "Defaults of the rule are not known", fmt.Sprintf(
			"Neither Cloud Config nor our catalogue says what %s of %s should be. Check the identifier, or set %s in the block.",
			strings.Join(missing, ", "), m.SourceIdentifier.ValueString(), strings.Join(missing, ", ")))
	}
}

// defaultsOf asks Cloud Config (GetManagedRule), and takes from our catalogue
// what it does not say. at is the argument that names the rule.
func defaultsOf(ctx context.Context, data *providerdata.Data, accountID, identifier string, at path.Path, diags *diag.Diagnostics) defaults {
	d := defaults{resourceTypes: []string{cloudconfig.ACKCluster}}
	catalogue, err := compliance.Load()
	if err != nil {
		diags.AddError("The catalogue of rules cannot be loaded", err.Error())
		return d
	}
	origin := "our catalogue does not have it either"
	if rule, err := catalogue.Lookup(identifier); err == nil && rule.CloudConfig != nil {
		c := rule.CloudConfig
		d.name, d.trigger, d.frequency, d.riskLevel = rule.Title.EN, c.Trigger, c.Frequency, int64(c.RiskLevel)
		origin = fmt.Sprintf("the defaults are those of our catalogue (%s)", c.Provenance)
	}
	managed, found, err := data.Observed.ManagedRule(ctx, accountID, identifier)
	switch {
	case err != nil:
		problem := diagnostic.Error("Asking Cloud Config for the managed rule "+identifier, err)
		diags.AddAttributeWarning(at, "Managed rule could not be checked", problem.Summary()+"\n\n"+problem.Detail()+"\n\n"+diagnostic.UpperFirst(origin)+".")
	case !found:
		diags.AddAttributeWarning(at, "Managed rule is not known", fmt.Sprintf(
			"Cloud Config does not know %q, so creating the rule will most likely fail; %s. The data source ackguard_config_managed_rules lists what there is.", identifier, origin))
	default:
		if managed.Name != "" {
			d.name = managed.Name
		}
		if managed.Trigger != "" {
			d.trigger, d.frequency = managed.Trigger, managed.Frequency
		}
		if managed.RiskLevel != 0 {
			d.riskLevel = managed.RiskLevel
		}
		if len(managed.ResourceTypes) > 0 {
			d.resourceTypes = managed.ResourceTypes
		}
	}
	return d
}
