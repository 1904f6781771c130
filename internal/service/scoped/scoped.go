// Package scoped gives every resource the same account_id and region: in the
// schema, in the plan, in the identity and in the import ID.
package scoped

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// AccountID is the argument account_id of a resource.
func AccountID() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "Account to work in; the provider's own account if not set. Another value replaces the resource.",
		Validators:          []validator.String{validate.AccountID()},
		PlanModifiers:       replaceOnChange(),
	}
}

// Region is the argument region of a regional resource.
func Region() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "Region to work in; the provider's region if not set. Another value replaces the resource.",
		PlanModifiers:       replaceOnChange(),
	}
}

func replaceOnChange() []planmodifier.String {
	return []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()}
}

// Part is a part of an object's own name, below account and region.
type Part struct {
	Key, Description string
	Check            validator.String
}

// Identity is the identity schema of a regional resource whose own part is
// named key. Account and region may be left out of an import.
func Identity(key, description string) identityschema.Schema {
	return IdentityOf(Part{Key: key, Description: description})
}

// IdentityOf is Identity for a resource that takes several parts to name.
func IdentityOf(parts ...Part) identityschema.Schema {
	attributes := map[string]identityschema.Attribute{
		"account_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Account; the provider's own if not set."},
		"region":     identityschema.StringAttribute{OptionalForImport: true, Description: "Region; the provider's if not set."},
	}
	for _, p := range parts {
		attributes[p.Key] = identityschema.StringAttribute{RequiredForImport: true, Description: p.Description}
	}
	return identityschema.Schema{Attributes: attributes}
}

// ModifyPlan puts the effective account and region into the plan. State that
// belongs elsewhere than a block without the argument now resolves to is an
// error: replacing it would destroy in one account and create in another
// because somebody changed the provider block or the credentials.
func ModifyPlan(ctx context.Context, data *providerdata.Data, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if data == nil || req.Plan.Raw.IsNull() {
		return
	}
	ModifyAccount(ctx, data, req, resp)
	effective(ctx, req, resp, "region", "region", func() (string, error) { return data.Fleet.Region(), nil })
	var region types.String
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("region"), &region)...)
	if problem := providerdata.CheckRegion(region.ValueString(), data.SkipRegionValidation || region.IsUnknown()); problem != "" {
		resp.Diagnostics.AddAttributeError(path.Root("region"), "Unknown region", problem)
	}
}

// ModifyAccount is ModifyPlan for a resource that has an account and no region.
func ModifyAccount(ctx context.Context, data *providerdata.Data, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if data == nil || req.Plan.Raw.IsNull() {
		return
	}
	effective(ctx, req, resp, "account_id", "account", func() (string, error) { return data.Fleet.AccountID(ctx, "") })
}

func effective(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, argument, noun string, fallback func() (string, error)) {
	var configured types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(argument), &configured)...)
	if resp.Diagnostics.HasError() || !configured.IsNull() {
		return
	}
	value, err := fallback()
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Asking for the provider's own account", err))
		return
	}
	if !req.State.Raw.IsNull() {
		var stored types.String
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(argument), &stored)...)
		if stored.ValueString() != "" && stored.ValueString() != value {
			resp.Diagnostics.AddAttributeError(path.Root(argument), "State belongs to another "+noun, fmt.Sprintf(
				"This resource is in %s %s, but without %s in its block it resolves to the provider's %s %s. "+
					"Set %s = %q to keep it where it is, or use the credentials and provider block that it was made with.",
				noun, stored.ValueString(), argument, noun, value, argument, stored.ValueString()))
			return
		}
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(argument), types.StringValue(value))...)
}

// Import reads an import ID of the form account_id/region/KEY, or an identity,
// and puts the parts into the state.
func Import(ctx context.Context, data *providerdata.Data, req resource.ImportStateRequest, resp *resource.ImportStateResponse, key string, check validator.String) {
	ImportOf(ctx, data, req, resp, Part{Key: key, Check: check})
}

// ImportOf is Import for a resource that takes several parts to name:
// account_id/region/KEY/KEY.
func ImportOf(ctx context.Context, data *providerdata.Data, req resource.ImportStateRequest, resp *resource.ImportStateResponse, own ...Part) {
	var account, region types.String
	parts := map[string]types.String{}
	if req.ID != "" {
		given := strings.Split(req.ID, "/")
		if len(given) != 2+len(own) || slices.Contains(given, "") {
			form := []string{"account_id", "region"}
			for _, p := range own {
				form = append(form, p.Key)
			}
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is not of the form %s, e.g. 1234567890123456/cn-hangzhou/….", req.ID, strings.Join(form, "/")))
			return
		}
		account, region = types.StringValue(given[0]), types.StringValue(given[1])
		for i, p := range own {
			parts[p.Key] = types.StringValue(given[2+i])
		}
	} else {
		read := func(key string) (value types.String) {
			resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(key), &value)...)
			return value
		}
		account, region = read("account_id"), read("region")
		for _, p := range own {
			parts[p.Key] = read(p.Key)
		}
		if resp.Diagnostics.HasError() {
			return
		}
		if account = OwnAccount(ctx, data, account, &resp.Diagnostics); resp.Diagnostics.HasError() {
			return
		}
		if region.ValueString() == "" {
			region = types.StringValue(data.Fleet.Region())
		}
	}
	CheckPart(ctx, &resp.Diagnostics, "account_id", account, validate.AccountID())
	for _, p := range own {
		CheckPart(ctx, &resp.Diagnostics, p.Key, parts[p.Key], p.Check)
	}
	if problem := providerdata.CheckRegion(region.ValueString(), data.SkipRegionValidation); problem != "" {
		resp.Diagnostics.AddError("Unknown region in the import ID", problem)
	}
	parts["account_id"], parts["region"] = account, region
	SetImported(ctx, resp, parts)
}

// OwnAccount is an account ID, or the provider's own account where it is empty.
func OwnAccount(ctx context.Context, data *providerdata.Data, account types.String, diags *diag.Diagnostics) types.String {
	id, err := data.Fleet.AccountID(ctx, account.ValueString())
	if err != nil {
		diags.Append(diagnostic.Error("Asking for the provider's own account", err))
		return account
	}
	return types.StringValue(id)
}

// Of is the account and region that two arguments stand for, with the provider's own where they are empty. Errors are in
// diags, and the scope is of no use then.
func Of(ctx context.Context, data *providerdata.Data, account, region types.String, diags *diag.Diagnostics) fleet.Scope {
	scope := fleet.Scope{
		AccountID: OwnAccount(ctx, data, account, diags).ValueString(), Region: cmp.Or(region.ValueString(), data.Fleet.Region()),
	}
	if problem := providerdata.CheckRegion(scope.Region, data.SkipRegionValidation); problem != "" {
		diags.AddAttributeError(path.Root("region"), "Unknown region", problem)
	}
	return scope
}

// SetImported puts the parts of an import into the state and the identity.
func SetImported(ctx context.Context, resp *resource.ImportStateResponse, parts map[string]types.String) {
	for name, value := range parts {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		if resp.Identity != nil {
			resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root(name), value)...)
		}
	}
}

// CheckPart checks one part of an import as its argument would be.
func CheckPart(ctx context.Context, diags *diag.Diagnostics, name string, value types.String, check validator.String) {
	var answer validator.StringResponse
	check.ValidateString(ctx, validator.StringRequest{Path: path.Root(name), PathExpression: path.MatchRoot(name), ConfigValue: value}, &answer)
	diags.Append(answer.Diagnostics...)
}
