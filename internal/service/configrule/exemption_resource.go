package configrule

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type exemptionResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*exemptionResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*exemptionResource)(nil)
	_ resource.ResourceWithImportState    = (*exemptionResource)(nil)
	_ resource.ResourceWithIdentity       = (*exemptionResource)(nil)
	_ resource.ResourceWithValidateConfig = (*exemptionResource)(nil)
)

// NewExemptionResource is the resource ackguard_config_rule_exemption.
func NewExemptionResource() resource.Resource { return &exemptionResource{} }

// exempted is which result is acknowledged.
type exempted struct {
	owner
	ConfigRuleID      types.String `tfsdk:"config_rule_id"`
	ResourceAccountID types.String `tfsdk:"resource_account_id"`
	Region            types.String `tfsdk:"region"`
	ClusterID         types.String `tfsdk:"cluster_id"`
}

type exemptionModel struct {
	exempted
	Reason   types.String   `tfsdk:"reason"`
	Expires  types.String   `tfsdk:"expires"`
	Verdict  types.String   `tfsdk:"verdict"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// Metadata implements resource.Resource.
func (r *exemptionResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_rule_exemption"
}

// Configure implements resource.ResourceWithConfigure.
func (r *exemptionResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *exemptionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = ownedIdentity("config_rule_id", "Rule ID.")
	for name, a := range map[string]identityschema.StringAttribute{
		"resource_account_id": {OptionalForImport: true, Description: "Account of the cluster; account_id if not set."},
		"region":              {OptionalForImport: true, Description: "Region of the cluster; the provider's if not set."},
		"cluster_id":          {RequiredForImport: true, Description: "Cluster."},
	} {
		resp.IdentitySchema.Attributes[name] = a
	}
}

// exemptionIDs are the forms of an import ID.
const exemptionIDs = "account_id/config_rule_id/region/cluster_id, aggregator_id/config_rule_id/resource_account_id/region/cluster_id " +
	"or account_id/aggregator_id/config_rule_id/resource_account_id/region/cluster_id"

// ImportState implements resource.ResourceWithImportState.
func (r *exemptionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var e exempted
	names := map[string]*types.String{
		"account_id": &e.AccountID, "aggregator_id": &e.AggregatorID, "config_rule_id": &e.ConfigRuleID,
		"resource_account_id": &e.ResourceAccountID, "region": &e.Region, "cluster_id": &e.ClusterID,
	}
	if req.ID != "" {
		parts := strings.Split(req.ID, "/")
		var order []string
		switch {
		case len(parts) == 4:
			order = []string{"account_id", "config_rule_id", "region", "cluster_id"}
		case len(parts) == 5 && strings.HasPrefix(parts[0], "ca-"):
			order = []string{"aggregator_id", "config_rule_id", "resource_account_id", "region", "cluster_id"}
		case len(parts) == 6:
			order = []string{"account_id", "aggregator_id", "config_rule_id", "resource_account_id", "region", "cluster_id"}
		default:
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is not of the form %s.", req.ID, exemptionIDs))
			return
		}
		for i, name := range order {
			*names[name] = types.StringValue(parts[i])
		}
	} else {
		for name, part := range names {
			resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(name), part)...)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if e.AccountID = scoped.OwnAccount(ctx, r.data, e.AccountID, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	if e.ResourceAccountID.ValueString() == "" {
		e.ResourceAccountID = e.AccountID
	}
	if e.Region.ValueString() == "" {
		e.Region = types.StringValue(r.data.Fleet.Region())
	}
	for name, check := range map[string]validator.String{
		"account_id": validate.AccountID(), "aggregator_id": validate.AggregatorID(), "config_rule_id": validate.ConfigRuleID(),
		"resource_account_id": validate.AccountID(), "cluster_id": validate.ClusterID(),
	} {
		scoped.CheckPart(ctx, &resp.Diagnostics, name, *names[name], check)
	}
	if problem := providerdata.CheckRegion(e.Region.ValueString(), r.data.SkipRegionValidation); problem != "" {
		resp.Diagnostics.AddError("Unknown region in the import ID", problem)
	}
	values := map[string]types.String{}
	for name, part := range names {
		values[name] = *part
	}
	scoped.SetImported(ctx, resp, values)
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *exemptionResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m exemptionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	at := path.Root("resource_account_id")
	switch {
	case resp.Diagnostics.HasError() || m.AggregatorID.IsUnknown() || m.ResourceAccountID.IsUnknown() || m.AccountID.IsUnknown():
	case !m.AggregatorID.IsNull() && m.ResourceAccountID.IsNull():
		resp.Diagnostics.AddAttributeError(at, "Account of the cluster is missing", "A rule of an account group judges clusters of many accounts: resource_account_id says whose this one is.")
	case m.AggregatorID.IsNull() && !m.AccountID.IsNull() && !m.ResourceAccountID.IsNull() && !m.ResourceAccountID.Equal(m.AccountID):
		resp.Diagnostics.AddAttributeError(at, "Cluster of another account", "A rule of one account judges the clusters of that account: leave resource_account_id out, or set aggregator_id to the account group that has the rule.")
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *exemptionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyPlan(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	var m exemptionModel
	var configured types.String
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("resource_account_id"), &configured)...)
	if configured.IsNull() && m.AggregatorID.IsNull() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("resource_account_id"), m.AccountID)...)
	}
	if resp.Diagnostics.HasError() || m.Expires.IsUnknown() || !expired(m.Expires, r.data) {
		return
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(tooLate(m.Expires))
		return
	}
	var before exemptionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	switch {
	case resp.Diagnostics.HasError():
	case !before.Expires.Equal(m.Expires):
		resp.Diagnostics.Append(tooLate(m.Expires))
	case before.Verdict.ValueString() != cloudconfig.Ignored:
		// Only a warning: one that ran out must not keep the whole configuration from being planned.
		resp.Diagnostics.AddAttributeWarning(path.Root("expires"), "Exemption has expired", fmt.Sprintf(
			"The last day of the exemption of cluster %s from rule %s was %s: Cloud Config shows the result again, as %s. The plan wants to renew it, which the apply will refuse for this date. "+
				"Agree on a new date and change expires, or fix the cluster and remove the block.",
			m.ClusterID.ValueString(), m.ConfigRuleID.ValueString(), m.Expires.ValueString(), before.Verdict.ValueString()))
	}
}

// Schema implements resource.Resource.
func (r *exemptionResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	account, region := scoped.AccountID(), scoped.Region()
	account.MarkdownDescription = "Account of the cluster: required with `aggregator_id`, `account_id` without. Another value replaces the resource."
	region.MarkdownDescription = "Region of the cluster; the provider's region if not set. Another value replaces the resource."
	attributes := map[string]schema.Attribute{
		"config_rule_id": schema.StringAttribute{
			Required: true, MarkdownDescription: "Rule of Cloud Config that the cluster violates. Another value replaces the resource.",
			Validators: []validator.String{validate.ConfigRuleID()}, PlanModifiers: replace,
		},
		"resource_account_id": account,
		"region":              region,
		"cluster_id": schema.StringAttribute{
			Required: true, MarkdownDescription: "Cluster. Another value replaces the resource.",
			Validators: []validator.String{validate.ClusterID()}, PlanModifiers: replace,
		},
		"reason": schema.StringAttribute{
			Required: true, MarkdownDescription: "Why the violation is accepted. The service does not tell it: a change by hand does not show, and after an import it is written once.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"expires": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Last day on which it holds, `YYYY-MM-DD` in UTC+8, as in an `exemption` of `ackguard_cluster_compliance`; until it is taken back if not set. " +
				"Cloud Config calls the day after it `IgnoreDate`: the first on which the result shows again.",
			Validators: []validator.String{validate.Day()},
		},
		"verdict": schema.StringAttribute{
			Computed: true, Default: stringdefault.StaticString(cloudconfig.Ignored),
			MarkdownDescription: "What Cloud Config shows: `IGNORED` while the exemption holds. Anything else is drift, and planned to become `IGNORED` again.",
		},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Acknowledges that a cluster violates a rule of Cloud Config: the result is `IGNORED` until the last day, or until the resource is destroyed. " +
			"Only a `NON_COMPLIANT` result can be acknowledged; of a new rule or cluster it is waited for, within the create timeout.\n\n" +
			"When the last day is over, the plan wants to renew the exemption and warns, and the apply is refused until `expires` is a new date or the block is gone. " +
			"An acknowledgement with the same last day that is there already is taken over as it is, with its reason; one with another day is an error that says how to import it.",
		Attributes: with(attributes, ownerAttributes("the rule")),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
