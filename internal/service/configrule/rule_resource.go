package configrule

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type ruleResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*ruleResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*ruleResource)(nil)
	_ resource.ResourceWithImportState    = (*ruleResource)(nil)
	_ resource.ResourceWithMoveState      = (*ruleResource)(nil)
	_ resource.ResourceWithIdentity       = (*ruleResource)(nil)
	_ resource.ResourceWithValidateConfig = (*ruleResource)(nil)
)

// NewRuleResource is the resource ackguard_config_rule_ack.
func NewRuleResource() resource.Resource { return &ruleResource{} }

type ruleModel struct {
	owner
	scopes
	ConfigRuleID      types.String   `tfsdk:"config_rule_id"`
	ConfigRuleARN     types.String   `tfsdk:"config_rule_arn"`
	SourceIdentifier  types.String   `tfsdk:"source_identifier"`
	RuleName          types.String   `tfsdk:"rule_name"`
	Description       types.String   `tfsdk:"description"`
	RiskLevel         types.Int64    `tfsdk:"risk_level"`
	TriggerTypes      types.String   `tfsdk:"config_rule_trigger_types"`
	Frequency         types.String   `tfsdk:"maximum_execution_frequency"`
	InputParameters   types.Map      `tfsdk:"input_parameters"`
	ResourceTypes     types.Set      `tfsdk:"resource_types_scope"`
	ResourceName      types.String   `tfsdk:"resource_name_scope"`
	TagKeyLogic       types.String   `tfsdk:"tag_key_logic_scope"`
	AccountIDs        types.Set      `tfsdk:"account_ids_scope"`
	ExcludeAccountIDs types.Set      `tfsdk:"exclude_account_ids_scope"`
	FolderIDs         types.Set      `tfsdk:"folder_ids_scope"`
	ExcludeFolderIDs  types.Set      `tfsdk:"exclude_folder_ids_scope"`
	Status            types.String   `tfsdk:"status"`
	Tags              types.Map      `tfsdk:"tags"`
	Triggers          types.Map      `tfsdk:"triggers"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

type ruleIdentity struct {
	owner
	ConfigRuleID types.String `tfsdk:"config_rule_id"`
}

// Metadata implements resource.Resource.
func (r *ruleResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_rule_ack"
}

// Configure implements resource.ResourceWithConfigure.
func (r *ruleResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *ruleResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = ownedIdentity("config_rule_id", "Rule ID.")
}

// ImportState implements resource.ResourceWithImportState.
func (r *ruleResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importOwned(ctx, r.data, req, resp, "config_rule_id", validate.ConfigRuleID())
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *ruleResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	moved.RefuseUnread(ctx, req, resp)
	if resp.Diagnostics.HasError() {
		return
	}
	scoped.ModifyAccount(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	r.planDefaults(ctx, req, resp)
}

// groupScopes are the scopes that only a rule of an account group has.
var groupScopes = []string{"account_ids_scope", "exclude_account_ids_scope", "folder_ids_scope", "exclude_folder_ids_scope"}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *ruleResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m ruleModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.AggregatorID.IsNull() {
		for _, name := range groupScopes {
			var scope types.Set
			resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), &scope)...)
			if !scope.IsNull() {
				resp.Diagnostics.AddAttributeError(path.Root(name), "Scope without an account group",
					name+" selects accounts of an account group, and this rule has no aggregator_id: it is for one account.")
			}
		}
	}
	if !m.Frequency.IsNull() && !m.TriggerTypes.IsNull() && !m.TriggerTypes.IsUnknown() && !scheduled(m.TriggerTypes.ValueString()) {
		frequencyWithoutSchedule(m.TriggerTypes.ValueString(), &resp.Diagnostics)
	}
}

// Schema implements resource.Resource.
func (r *ruleResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"config_rule_id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Rule ID.", PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"config_rule_arn": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Rule ARN.", PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"source_identifier": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "Identifier of the managed rule, e.g. `ack-cluster-public-endpoint-check`; `ackguard_config_managed_rules` lists them. " +
				"One that the service does not know is warned about when planning. Another value replaces the resource.",
			Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"rule_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Name, once per account or account group; the managed rule's name by default.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"description": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Description.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"risk_level": schema.Int64Attribute{
			Optional: true, Computed: true,
			MarkdownDescription: "1 high, 2 medium, 3 low; the managed rule's level by default.",
			Validators:          []validator.Int64{int64validator.Between(1, 3)},
			PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		},
		"config_rule_trigger_types": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "When it is evaluated: `ConfigurationItemChangeNotification`, `ScheduledNotification`, or both with a comma between; as the managed rule has it by default. " +
				"The API changes it only for custom rules, so another value replaces the resource.",
			Validators:    []validator.String{stringvalidator.RegexMatches(triggerTypes, "must be ConfigurationItemChangeNotification, ScheduledNotification, or both with a comma between")},
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
		},
		"maximum_execution_frequency": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "How often a scheduled rule runs: `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or `TwentyFour_Hours`; as the managed rule has it by default. Null for a rule that is not scheduled.",
			Validators:          []validator.String{stringvalidator.OneOf(cloudconfig.Frequencies...)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"input_parameters": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: "Parameters of the managed rule. The documented rules for ACK have none.",
			Validators: []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
		},
		"resource_types_scope": schema.SetAttribute{
			Optional: true, Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Resource types; those of the managed rule by default, which is `ACS::ACK::Cluster`.",
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
			PlanModifiers:       []planmodifier.Set{setplanmodifier.UseStateForUnknown()},
		},
		"resource_name_scope": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Only clusters of this name.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"tag_key_logic_scope": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString("OR"),
			MarkdownDescription: "How several `tags_scope` go together: `AND` or `OR`, the default.",
			Validators:          []validator.String{stringvalidator.OneOf("AND", "OR")},
		},
		"account_ids_scope":         setAttribute("Only these accounts of the account group.", validate.AccountID()),
		"exclude_account_ids_scope": setAttribute("Not these accounts of the account group.", validate.AccountID()),
		"folder_ids_scope":          setAttribute("Only accounts below these folders, in an account group of type `RD`."),
		"exclude_folder_ids_scope":  setAttribute("Not the accounts below these folders, in an account group of type `RD`."),
		"status": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(cloudconfig.RuleActive),
			MarkdownDescription: "`ACTIVE`, the default, or `INACTIVE`: a rule that is not evaluated any more and keeps its results.",
			Validators:          []validator.String{stringvalidator.OneOf(cloudconfig.RuleActive, cloudconfig.RuleInactive)},
		},
		"tags": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: "Tags of the rule itself. Taking the last one away replaces the resource: the API has no way to send none.",
			Validators:    []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
			PlanModifiers: []planmodifier.Map{replaceWhenEmptied{}},
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.NoNullValues()},
			MarkdownDescription: "Any values. A change evaluates the rule at once, e.g. after a change of the clusters; creating it does so by itself. The service refuses it for an `INACTIVE` rule.",
		},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A Cloud Config rule that watches ACK's clusters, in one account or in all accounts of an account group. The same identifier is evaluated when planning by `ackguard_cluster_compliance`, " +
			"as far as our catalogue has it; `ackguard_config_compliance` reads what Cloud Config found.\n\n" +
			"A rule of the same name that equals the block is taken over; another one is an error that says how to import it. A rule that belongs to a compliance pack cannot be deleted.",
		Attributes: with(with(attributes, scopeAttributes()), ownerAttributes("the rule")),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
