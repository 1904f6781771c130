package configrule

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type aggregatorResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*aggregatorResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*aggregatorResource)(nil)
	_ resource.ResourceWithImportState    = (*aggregatorResource)(nil)
	_ resource.ResourceWithIdentity       = (*aggregatorResource)(nil)
	_ resource.ResourceWithValidateConfig = (*aggregatorResource)(nil)
	_ resource.ResourceWithMoveState      = (*aggregatorResource)(nil)
)

// NewAggregatorResource is the resource ackguard_config_aggregator.
func NewAggregatorResource() resource.Resource { return &aggregatorResource{} }

type aggregatorModel struct {
	aggregatorIdentity
	Name                   types.String   `tfsdk:"aggregator_name"`
	Description            types.String   `tfsdk:"description"`
	Type                   types.String   `tfsdk:"aggregator_type"`
	Accounts               types.Set      `tfsdk:"aggregator_accounts"`
	FolderIDs              types.Set      `tfsdk:"folder_ids"`
	Tags                   types.Map      `tfsdk:"tags"`
	MembersWithoutRecorder types.List     `tfsdk:"members_without_recorder"`
	Timeouts               timeouts.Value `tfsdk:"timeouts"`
}

type aggregatorIdentity struct {
	AccountID    types.String `tfsdk:"account_id"`
	AggregatorID types.String `tfsdk:"aggregator_id"`
}

// Metadata implements resource.Resource.
func (r *aggregatorResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_aggregator"
}

// Configure implements resource.ResourceWithConfigure.
func (r *aggregatorResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *aggregatorResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"account_id":    identityschema.StringAttribute{OptionalForImport: true, Description: "Account that has the group; the provider's own if not set."},
		"aggregator_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Account group ID."},
	}}
}

// ImportState implements resource.ResourceWithImportState.
func (r *aggregatorResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var account, group types.String
	if req.ID != "" {
		before, after, found := strings.Cut(req.ID, "/")
		if !found || before == "" || after == "" {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is not of the form account_id/aggregator_id, e.g. 1234567890123456/ca-04b3fd170e340007****.", req.ID))
			return
		}
		account, group = types.StringValue(before), types.StringValue(after)
	} else {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("account_id"), &account)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("aggregator_id"), &group)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	account = scoped.OwnAccount(ctx, r.data, account, &resp.Diagnostics)
	scoped.CheckPart(ctx, &resp.Diagnostics, "account_id", account, validate.AccountID())
	scoped.CheckPart(ctx, &resp.Diagnostics, "aggregator_id", group, validate.AggregatorID())
	scoped.SetImported(ctx, resp, map[string]types.String{"account_id": account, "aggregator_id": group})
}

// formerAggregator is what alicloud_config_aggregator writes of a group. Names
// and types of the accounts say nothing that the directory does not know.
type formerAggregator struct {
	ID          string `json:"id"`
	Name        string `json:"aggregator_name"`
	Description string `json:"description"`
	Type        string `json:"aggregator_type"`
	FolderID    string `json:"folder_id"`
	Accounts    []struct {
		ID string `json:"account_id"`
	} `json:"aggregator_accounts"`
}

// MoveState implements resource.ResourceWithMoveState.
func (r *aggregatorResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{moved.From("alicloud_config_aggregator", func(f formerAggregator) (map[string]attr.Value, error) {
		var accounts []string
		for _, a := range f.Accounts {
			if f.Type == cloudconfig.AggregatorCustom { // of the others it lists whoever is in it
				accounts = append(accounts, a.ID)
			}
		}
		return map[string]attr.Value{
			"aggregator_id": types.StringValue(f.ID), "aggregator_name": types.StringValue(f.Name), "description": types.StringValue(f.Description),
			"aggregator_type": types.StringValue(f.Type), "aggregator_accounts": setOf(accounts), "folder_ids": setOf(cloudconfig.CommaList(f.FolderID)),
		}, nil
	})}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *aggregatorResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	moved.RefuseUnread(ctx, req, resp)
	if resp.Diagnostics.HasError() {
		return
	}
	scoped.ModifyAccount(ctx, r.data, req, resp)
	if !req.State.Raw.IsNull() && !req.Plan.Raw.IsNull() {
		keepOneTag(ctx, req, resp)
	}
}

// keepOneTag refuses to take the last tag away: the API has no way to send
// none, and replacing the group would delete its rules with their results.
func keepOneTag(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var before, after aggregatorModel
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &after)...)
	if replaced := !after.AccountID.Equal(before.AccountID) || !after.Type.Equal(before.Type); !replaced && !before.Tags.IsNull() && after.Tags.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("tags"), "Last tag of an account group",
			"The API has no way to take the last tag of an account group away. Leave one in the block, or take it away in the console: the next plan sees that it is gone.")
	}
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *aggregatorResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m aggregatorModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || m.Type.IsUnknown() {
		return
	}
	kind := m.Type.ValueString()
	if m.Type.IsNull() {
		kind = cloudconfig.AggregatorCustom
	}
	checkMembers(kind, cloudconfig.AggregatorCustom, "aggregator_accounts", "accounts", m.Accounts, &resp.Diagnostics)
	checkMembers(kind, cloudconfig.AggregatorFolder, "folder_ids", "folders", m.FolderIDs, &resp.Diagnostics)
}

// checkMembers wants an argument for groups of one type, and for no other.
func checkMembers(kind, of, argument, noun string, members types.Set, diags *diag.Diagnostics) {
	switch {
	case kind != of && !members.IsNull():
		diags.AddAttributeError(path.Root(argument), "Argument of another type of account group",
			fmt.Sprintf("%s lists the %s of an account group of type %s; this one is of type %s.", argument, noun, of, kind))
	case kind == of && members.IsNull():
		diags.AddAttributeError(path.Root(argument), "Account group without "+noun,
			fmt.Sprintf("An account group of type %s needs %s: it holds the %s that are listed there.", of, argument, noun))
	}
}

var folderID = regexp.MustCompile(`^(fd|r)-[0-9A-Za-z]+$`)

// Schema implements resource.Resource.
func (r *aggregatorResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	account := scoped.AccountID()
	account.MarkdownDescription = "Account that has the group: the management account of the resource directory, or a delegated administrator for `config.aliyuncs.com`; " +
		"the provider's own account if not set. Another value replaces the resource."
	resp.Schema = schema.Schema{
		MarkdownDescription: "An account group (aggregator) of Cloud Config: rules and compliance packs of the group hold in all its accounts, and their results come together in it.\n\n" +
			"The resource waits until the group is built. A group of the same name that equals the block is taken over; another one is an error that says how to import it. " +
			"The API has limits of 5 groups an account, of them one of type `RD`, and of 200 accounts a group.\n\n" +
			"A member whose recorder is off is a hole: Cloud Config sees nothing in it. There is one warning that names such members, and `members_without_recorder` lists them; `ackguard_config_recorder` starts a recorder.\n\n" +
			"~> Destroying or replacing the group deletes its rules and compliance packs with all their results, which cannot be recovered. The recorders of its members stay on.\n\n" +
			"A `moved` block takes over `alicloud_config_aggregator` of the official provider; then `aggregator_accounts` becomes a set of account IDs, and `folder_id` the set `folder_ids`. " +
			"The group is looked for in the provider's own account.",
		Attributes: map[string]schema.Attribute{
			"account_id": account,
			"aggregator_id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Account group ID.", PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"aggregator_name": schema.StringAttribute{
				Required: true, MarkdownDescription: "Name, once per account.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString("Managed by Terraform."),
				MarkdownDescription: "Description, which the API requires; `Managed by Terraform.` by default.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"aggregator_type": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(cloudconfig.AggregatorCustom),
				MarkdownDescription: "`RD` for the whole resource directory, `FOLDER` for what is in folders, both of which follow the directory, or `CUSTOM`, the default, for accounts that are listed. Another value replaces the resource.",
				Validators:          []validator.String{stringvalidator.OneOf(cloudconfig.AggregatorDirectory, cloudconfig.AggregatorFolder, cloudconfig.AggregatorCustom)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"aggregator_accounts": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Account IDs of a `CUSTOM` group, 200 at most, e.g. `ids` of `ackguard_member_accounts`.",
				Validators:          []validator.Set{setvalidator.SizeBetween(1, 200), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.AccountID())},
			},
			"folder_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Folders of the resource directory, of a `FOLDER` group. The console lets choose one; the API takes several.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(
					stringvalidator.RegexMatches(folderID, "must be the ID of a folder: fd-, or r- for the root, and letters or digits"))},
			},
			"tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.SizeBetween(1, 20), mapvalidator.NoNullValues()},
				MarkdownDescription: "Tags of the group, 20 at most. The last one can be taken away only in the console: the API has no way to send none.",
			},
			"members_without_recorder": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "IDs of the members whose recorder is not known to be on, sorted; an empty list if all record. Null where the run was stopped before the group was read.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
