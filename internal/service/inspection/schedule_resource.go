// Package inspection is the Terraform surface of ACK's cluster inspection.
package inspection

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// defaultTimeout bounds an operation on one schedule; each is a few quick calls.
const defaultTimeout = 5 * time.Minute

type scheduleResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure   = (*scheduleResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*scheduleResource)(nil)
	_ resource.ResourceWithImportState = (*scheduleResource)(nil)
	_ resource.ResourceWithIdentity    = (*scheduleResource)(nil)
)

// NewScheduleResource is the resource ackguard_cluster_inspection_schedule.
func NewScheduleResource() resource.Resource { return &scheduleResource{} }

type scheduleModel struct {
	AccountID          types.String    `tfsdk:"account_id"`
	Region             types.String    `tfsdk:"region"`
	ClusterID          types.String    `tfsdk:"cluster_id"`
	Enabled            types.Bool      `tfsdk:"enabled"`
	Recurrence         recurrenceValue `tfsdk:"recurrence"`
	DisabledCheckItems types.Set       `tfsdk:"disabled_check_items"`
	AdoptExisting      types.Bool      `tfsdk:"adopt_existing"`
	ScheduleBefore     types.Object    `tfsdk:"schedule_before"` // see scheduleBefore
	Triggers           types.Map       `tfsdk:"triggers"`
	LastReportID       types.String    `tfsdk:"last_report_id"`
	Timezone           types.String    `tfsdk:"timezone"`
	Timeouts           timeouts.Value  `tfsdk:"timeouts"`
}

// scheduleBefore is the content of schedule_before. It is in the state and not in private state: of a tainted resource,
// Terraform gives its destroy the one and not the other (seen in 1.11.4).
type scheduleBefore struct {
	Enabled            bool     `tfsdk:"enabled"`
	Recurrence         string   `tfsdk:"recurrence"`
	DisabledCheckItems []string `tfsdk:"disabled_check_items"`
}

var scheduleBeforeTypes = map[string]attr.Type{
	"enabled": types.BoolType, "recurrence": types.StringType, "disabled_check_items": types.SetType{ElemType: types.StringType},
}

type scheduleIdentity struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	ClusterID types.String `tfsdk:"cluster_id"`
}

// Metadata implements resource.Resource.
func (r *scheduleResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster_inspection_schedule"
}

// Configure implements resource.ResourceWithConfigure.
func (r *scheduleResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *scheduleResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.Identity("cluster_id", "Cluster ID.")
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *scheduleResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyPlan(ctx, r.data, req, resp)
	planLastReport(ctx, req, resp)
	planBefore(ctx, req, resp)
}

// planBefore says that nothing is put back, unless adopt_existing asks for it.
func planBefore(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var adopt types.Bool
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("adopt_existing"), &adopt)...)
	if !adopt.IsUnknown() && !adopt.ValueBool() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("schedule_before"), types.ObjectNull(scheduleBeforeTypes))...)
	}
}

// ImportState implements resource.ResourceWithImportState.
func (r *scheduleResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.Import(ctx, r.data, req, resp, "cluster_id", validate.ClusterID())
	// What is imported was found, not adopted: destroy deletes it.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("adopt_existing"), types.BoolValue(false))...)
}

// Schema implements resource.Resource.
func (r *scheduleResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "When ACK inspects a cluster (the console's *Cluster Inspection*): a daily schedule with the check items that are left out. " +
			"A cluster has at most one. Deleting the schedule leaves the reports.\n\n" +
			"A change is read back until it shows, as long as `timeouts` allows (5 minutes by default). If the run is interrupted after the service has accepted the change, " +
			"the state has it as accepted, with a warning; a schedule that was never read back is waited for by the next read before it is taken for deleted.",
		Attributes: map[string]schema.Attribute{
			"account_id": scoped.AccountID(),
			"region":     scoped.Region(),
			"cluster_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Cluster to inspect. Another value replaces the resource.",
				Validators:          []validator.String{validate.ClusterID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"enabled": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the schedule runs; true by default.",
			},
			"recurrence": schema.StringAttribute{
				Required: true, CustomType: recurrenceType{},
				MarkdownDescription: "When it runs, as an RFC 5545 rule: `FREQ=DAILY` with `BYHOUR` and `BYMINUTE`, e.g. `" + recurrenceExample + "`; no `COUNT`, no `UNTIL`. " +
					"It is compared by meaning: the order of the parts does not matter. The API does not document whose time `BYHOUR` is; " +
					"`timezone` shows the cluster's zone, which it most likely is (inferred, not validated on a real account).",
				Validators:    []validator.String{recurrenceValidator{}},
				PlanModifiers: []planmodifier.String{keepEquivalent{}},
			},
			"disabled_check_items": schema.SetAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				Default:             setdefault.StaticValue(types.SetValueMust(types.StringType, nil)),
				MarkdownDescription: "Check items to leave out, e.g. `NginxIngressServiceAnnotationMultiTargets`; none by default, so that an item that somebody switched off shows as drift.",
				Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"adopt_existing": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "What to do when the cluster has another schedule already. False (default): fail, show the difference and how to import it. " +
					"True: overwrite it, and put it back on destroy, unless it is set to false before. A schedule that equals this block is taken over in either case, " +
					"also from a resource of the same cluster that is being replaced: do not combine `-replace` with `create_before_destroy`, which deletes it afterwards. " +
					"The original is kept in the state (`schedule_before`), for the schedule has no place for it: if Terraform is killed between overwriting it and saving the state, it is lost. " +
					"The next apply then finds a schedule that equals this block and takes it over with a warning: what was there before is not known, destroy will delete the schedule, and `terraform state rm` leaves it.",
			},
			"schedule_before": schema.SingleNestedAttribute{
				Computed: true, PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The schedule that `adopt_existing` has overwritten, which destroying puts back; null otherwise.",
				Attributes: map[string]schema.Attribute{
					"enabled":              schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it ran."},
					"recurrence":           schema.StringAttribute{Computed: true, MarkdownDescription: "When it ran."},
					"disabled_check_items": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Check items that were left out."},
				},
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.NoNullValues()},
				MarkdownDescription: "Any values. A change, or creating the resource with them, starts one inspection at once, e.g. after an upgrade: `{ version = var.kubernetes_version }`. " +
					"The schedule itself is untouched, and taking `triggers` away runs nothing. The same values on the same cluster do not run twice within the life of the service's client tokens.",
			},
			"last_report_id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Report of the inspection that `triggers` started last; null without one. `ackguard_cluster_inspection_report` reads it.",
			},
			"timezone": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The cluster's time zone when the resource was created or imported; null if the cluster does not say. " +
					"It is not read again with every plan, which would cost a second call per cluster.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
