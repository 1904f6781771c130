package logshipping

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// watched is which object of a project an alert or a dashboard is.
type watched struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Project   types.String `tfsdk:"project"`
	Name      types.String `tfsdk:"name"`
}

var (
	watchedProject = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	watchedStore   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]$`)
	watchedName    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]$`)
)

func watchedProjectValidator() validator.String {
	return stringvalidator.RegexMatches(watchedProject, "must be the name of a project: 3 to 63 lower-case letters, digits and hyphens, a letter or digit first and last")
}

func watchedStoreValidator() validator.String {
	return stringvalidator.RegexMatches(watchedStore, "must be the name of a Logstore: 2 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first and last")
}

func watchedNameValidator() validator.String {
	return stringvalidator.RegexMatches(watchedName, "must be 2 to 64 lower-case letters, digits, hyphens and underscores, a letter or digit first and last")
}

// watchedAttributes are the arguments of watched, and the Logstore.
func watchedAttributes(object, name string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"account_id": scoped.AccountID(),
		"region":     scoped.Region(),
		"project": schema.StringAttribute{
			Required: true, MarkdownDescription: "Project of the archive, which has the " + object + " too. Another value replaces the resource.",
			Validators: []validator.String{watchedProjectValidator()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"logstore": schema.StringAttribute{
			Required: true, Validators: []validator.String{watchedStoreValidator()},
			MarkdownDescription: "Logstore of the archive. It needs the index that `ackguard_audit_log_archive` makes: queries use its fields.",
		},
		"name": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: name + " Another value replaces the resource.",
			Validators: []validator.String{watchedNameValidator()}, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
		},
	}
}

func watchedIdentity() identityschema.Schema {
	identity := scoped.Identity("name", "Name.")
	identity.Attributes["project"] = identityschema.StringAttribute{RequiredForImport: true, Description: "Project."}
	return identity
}

// importWatched reads account_id/region/project/name, or an identity.
func importWatched(ctx context.Context, data *providerdata.Data, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var w watched
	if req.ID != "" {
		parts := strings.Split(req.ID, "/")
		if len(parts) != 4 {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is not of the form account_id/region/project/name, e.g. 1234567890123456/cn-hangzhou/audit-archive/….", req.ID))
			return
		}
		w = watched{types.StringValue(parts[0]), types.StringValue(parts[1]), types.StringValue(parts[2]), types.StringValue(parts[3])}
	} else {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &w)...)
		if resp.Diagnostics.HasError() {
			return
		}
		if w.Region.ValueString() == "" {
			w.Region = types.StringValue(data.Fleet.Region())
		}
	}
	if w.AccountID = scoped.OwnAccount(ctx, data, w.AccountID, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	scoped.CheckPart(ctx, &resp.Diagnostics, "account_id", w.AccountID, validate.AccountID())
	scoped.CheckPart(ctx, &resp.Diagnostics, "project", w.Project, watchedProjectValidator())
	scoped.CheckPart(ctx, &resp.Diagnostics, "name", w.Name, watchedNameValidator())
	if problem := providerdata.CheckRegion(w.Region.ValueString(), data.SkipRegionValidation); problem != "" {
		resp.Diagnostics.AddError("Unknown region in the import ID", problem)
	}
	scoped.SetImported(ctx, resp, map[string]types.String{"account_id": w.AccountID, "region": w.Region, "project": w.Project, "name": w.Name})
}

func (w watched) scope() fleet.Scope {
	return fleet.Scope{AccountID: w.AccountID.ValueString(), Region: w.Region.ValueString()}
}

func (w watched) client(data *providerdata.Data, diags *diag.Diagnostics) *sls.Client {
	client, err := data.Fleet.SLS(w.scope())
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Log Service client", err))
	}
	return client
}

// called names the object in messages.
func (w watched) called(kind string) string {
	return fmt.Sprintf("the %s %s of project %s", kind, w.Name.ValueString(), w.Project.ValueString())
}

// place is called with account and region, for messages without a call's error.
func (w watched) place(kind string) string {
	return fmt.Sprintf("%s in account %s, region %s", w.called(kind), w.AccountID.ValueString(), w.Region.ValueString())
}

func (w watched) importID() string {
	return strings.Join([]string{w.AccountID.ValueString(), w.Region.ValueString(), w.Project.ValueString(), w.Name.ValueString()}, "/")
}

// planName puts the default into the plan where the block has no name. A default that changes replaces the resource.
func planName(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, fallback types.String) {
	var given, before types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("name"), &given)...)
	if !given.IsNull() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("name"), fallback)...)
	if req.State.Raw.IsNull() {
		return
	}
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("name"), &before)...)
	if !before.Equal(fallback) {
		resp.RequiresReplace.Append(path.Root("name"))
	}
}

// store writes a model and its identity.
func (w watched) store(ctx context.Context, state *tfsdk.State, model any, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	diags.Append(state.Set(ctx, model)...)
	w.storeIdentity(ctx, identity, diags)
}

// storeIdentity is due after every read, even of what is gone.
func (w watched) storeIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	if identity != nil {
		diags.Append(identity.Set(ctx, w)...)
	}
}
