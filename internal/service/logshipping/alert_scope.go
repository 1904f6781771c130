package logshipping

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
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

// watchedAttributes are the arguments of watched, whose name is checked so, and the Logstore.
func watchedAttributes(object, name string, check validator.String) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"account_id": scoped.AccountID(),
		"region":     scoped.Region(),
		"project": schema.StringAttribute{
			Required: true, MarkdownDescription: "Project of the archive, which has the " + object + " too. Another value replaces the resource.",
			Validators: []validator.String{validate.LogProject()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"logstore": schema.StringAttribute{
			Required: true, Validators: []validator.String{validate.LogStore()},
			MarkdownDescription: "Logstore of the archive. It needs the index that `ackguard_audit_log_archive` makes: queries use its fields.",
		},
		"name": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: name + " Another value replaces the resource.",
			Validators: []validator.String{check}, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
		},
	}
}

// watchedParts name the object below account and region. name checks its name.
func watchedParts(name validator.String) []scoped.Part {
	return []scoped.Part{
		{Key: "project", Description: "Project.", Check: validate.LogProject()},
		{Key: "name", Description: "Name.", Check: name},
	}
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
	scoped.Store(ctx, state, model, identity, w, diags)
}
