package configrule

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type baselineResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure   = (*baselineResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*baselineResource)(nil)
	_ resource.ResourceWithImportState = (*baselineResource)(nil)
	_ resource.ResourceWithIdentity    = (*baselineResource)(nil)
)

// NewBaselineResource is the resource ackguard_config_baseline_ack.
func NewBaselineResource() resource.Resource { return &baselineResource{} }

const (
	defaultPackName = "ackguard ACK baseline"
	// defaultPackLevel is the service's own default.
	defaultPackLevel = 2
)

type baselineModel struct {
	owner
	scopes
	CompliancePackID    types.String   `tfsdk:"compliance_pack_id"`
	Name                types.String   `tfsdk:"compliance_pack_name"`
	Description         types.String   `tfsdk:"description"`
	RiskLevel           types.Int64    `tfsdk:"risk_level"`
	RuleIDs             types.Set      `tfsdk:"rule_ids"`
	RuleRiskLevels      types.Map      `tfsdk:"rule_risk_levels"`
	EffectiveRiskLevels types.Map      `tfsdk:"effective_risk_levels"`
	Rules               types.Map      `tfsdk:"rules"`
	Tags                types.Map      `tfsdk:"tags"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

type baselineIdentity struct {
	owner
	CompliancePackID types.String `tfsdk:"compliance_pack_id"`
}

// Metadata implements resource.Resource.
func (r *baselineResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_baseline_ack"
}

// Configure implements resource.ResourceWithConfigure.
func (r *baselineResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *baselineResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = ownedIdentity("compliance_pack_id", "Compliance pack ID.")
}

// ImportState implements resource.ResourceWithImportState.
func (r *baselineResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importOwned(ctx, r.data, req, resp, "compliance_pack_id", validate.CompliancePackID())
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *baselineResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyAccount(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	r.planRules(ctx, req, resp)
}

// Schema implements resource.Resource.
func (r *baselineResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	ruleIDs := setAttribute("Identifiers of the managed rules in the pack; by default those of our catalogue that Cloud Config has, which `ackguard_rules` lists. " +
		"One more, here or in the catalogue of a newer provider, is added in place, and the others keep their results. One less is deleted. " +
		"One that the service does not know is warned about when planning. In the state, a rule that somebody added by hand stands as its identifier or its ID, and the next apply takes it out of the pack without deleting it.")
	ruleIDs.Computed = true
	attributes := map[string]schema.Attribute{
		"compliance_pack_id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Compliance pack ID.", PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"compliance_pack_name": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(defaultPackName),
			MarkdownDescription: "Name, once per account or account group; `" + defaultPackName + "` by default.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"description": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Description.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"risk_level": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultPackLevel),
			MarkdownDescription: "Of the pack: 1 high, 2 medium, the default, 3 low. The rules have their own.",
			Validators:          []validator.Int64{int64validator.Between(1, 3)},
		},
		"rule_ids": ruleIDs,
		"rule_risk_levels": schema.MapAttribute{
			Optional: true, ElementType: types.Int64Type,
			MarkdownDescription: "Levels of single rules, by identifier: 1 high, 2 medium, 3 low. Others have the level of our catalogue, and those that it lacks the managed rule's.",
			Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(), mapvalidator.ValueInt64sAre(int64validator.Between(1, 3))},
		},
		"effective_risk_levels": schema.MapAttribute{
			Computed: true, ElementType: types.Int64Type, MarkdownDescription: "Levels of all rules, by identifier.",
		},
		"rules": schema.MapAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of the rules that were made for the pack, by identifier. They are deleted with it.",
		},
		"tags": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: "Tags of the pack. Taking the last one away replaces the resource: the API has no way to send none.",
			Validators:    []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
			PlanModifiers: []planmodifier.Map{replaceWhenEmptied{}},
		},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The rules of our catalogue as one compliance pack of Cloud Config, in one account or in all accounts of an account group: the baseline of a landing zone in one block. " +
			"For a single rule, or another schedule, use `ackguard_config_rule_ack`.\n\n" +
			"A pack of the same name that equals the block is taken over; another one is an error that says how to import it. " +
			"What somebody changes by hand shows in the plan and is put right: a rule that was taken out, deleted, added, or that has another level.",
		Attributes: with(with(attributes, scopeAttributes()), ownerAttributes("the pack")),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
