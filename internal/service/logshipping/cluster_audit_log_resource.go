// Package logshipping is the Terraform surface of logs: what clusters write, where it goes, and what watches it.
package logshipping

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

const (
	// clusterLogTimeout bounds a change: the service works on the control plane, one task after the other.
	clusterLogTimeout = 15 * time.Minute
	// clusterLogReadTimeout bounds a read, which is a quick call or two.
	clusterLogReadTimeout = 5 * time.Minute
)

type clusterAuditLogResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure   = (*clusterAuditLogResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*clusterAuditLogResource)(nil)
	_ resource.ResourceWithImportState = (*clusterAuditLogResource)(nil)
	_ resource.ResourceWithIdentity    = (*clusterAuditLogResource)(nil)
)

// NewClusterAuditLogResource is the resource ackguard_cluster_audit_log.
func NewClusterAuditLogResource() resource.Resource { return &clusterAuditLogResource{} }

type clusterAuditLogModel struct {
	clusterAuditLogIdentity
	Enabled          types.Bool     `tfsdk:"enabled"`
	Project          types.String   `tfsdk:"project"`
	ControlPlaneLogs types.Object   `tfsdk:"control_plane_logs"` // see controlPlaneLogs
	AdoptExisting    types.Bool     `tfsdk:"adopt_existing"`
	AuditLogBefore   types.Object   `tfsdk:"audit_log_before"`          // see auditLogBefore
	LogsBefore       types.Object   `tfsdk:"control_plane_logs_before"` // see controlPlaneLogsBefore
	Logstore         types.String   `tfsdk:"logstore"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

type clusterAuditLogIdentity struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	ClusterID types.String `tfsdk:"cluster_id"`
}

// controlPlaneLogs is the content of control_plane_logs.
type controlPlaneLogs struct {
	Components types.Set    `tfsdk:"components"`
	TTLDays    types.Int64  `tfsdk:"ttl_days"`
	Project    types.String `tfsdk:"project"`
}

// auditLogBefore is the content of audit_log_before.
type auditLogBefore struct {
	Enabled types.Bool   `tfsdk:"enabled"`
	Project types.String `tfsdk:"project"`
	Certain types.Bool   `tfsdk:"certain"`
}

// controlPlaneLogsBefore is the content of control_plane_logs_before.
type controlPlaneLogsBefore struct {
	controlPlaneLogs
	Certain types.Bool `tfsdk:"certain"`
}

// Metadata implements resource.Resource.
func (r *clusterAuditLogResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster_audit_log"
}

// Configure implements resource.ResourceWithConfigure.
func (r *clusterAuditLogResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *clusterAuditLogResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.Identity("cluster_id", "Cluster ID.")
}

// ImportState implements resource.ResourceWithImportState.
func (r *clusterAuditLogResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.Import(ctx, r.data, req, resp, "cluster_id", validate.ClusterID())
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("adopt_existing"), types.BoolValue(false))...)
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *clusterAuditLogResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyPlan(ctx, r.data, req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	var cluster types.String
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("cluster_id"), &cluster)...)
	if !cluster.IsUnknown() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("logstore"), auditLogstore(cluster))...)
	}
	planLogsBefore(ctx, req, resp)
}

// planLogsBefore keeps control_plane_logs_before, unless control_plane_logs comes or goes.
func planLogsBefore(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var was, is, before types.Object
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("control_plane_logs"), &was)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("control_plane_logs"), &is)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("control_plane_logs_before"), &before)...)
	switch {
	case is.IsNull():
		before = types.ObjectNull(controlPlaneLogsBeforeTypes)
	case was.IsNull() && before.IsNull():
		before = types.ObjectUnknown(controlPlaneLogsBeforeTypes)
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("control_plane_logs_before"), before)...)
}

// auditLogstore is the Logstore that the service writes a cluster's audit log to.
func auditLogstore(clusterID types.String) types.String {
	return types.StringValue("audit-" + clusterID.ValueString())
}

func certain() schema.BoolAttribute {
	return schema.BoolAttribute{
		Computed: true, MarkdownDescription: "False if the setting was as planned already: if an earlier run was killed after it had changed it, what was there before that is not known. Destroying then warns.",
	}
}

// Schema implements resource.Resource.
func (r *clusterAuditLogResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The audit log of a cluster's API server: on or off, and the project of Log Service that it goes to; and, if asked for, the logs of the control plane's components. " +
			"A cluster always has these settings, so the resource changes them, and destroying it puts back what was there before, e.g. switches off what this resource had switched on. " +
			"To leave them as they are, take the resource out with `terraform state rm` or a `removed` block.\n\n" +
			"What was there before is kept in the state (`audit_log_before`, `control_plane_logs_before`), for the cluster has no place for it. Where it could not be kept, destroying leaves the settings as they are, with a warning: after an import; " +
			"and if Terraform was killed between a change and saving the state, so that the next apply found the settings as planned already.\n\n" +
			"A change is a task of the service. It is waited for as long as `timeouts` allows (15 minutes by default), and read back until it shows; a cluster that is being changed otherwise is waited for as well. " +
			"If the run is interrupted after the service has accepted a change, the state has it as accepted, with a warning.\n\n" +
			"Switching auditing off, or to another project, stops the writing. The Logstore with what it holds stays (inferred: no page says that it is deleted).",
		Attributes: map[string]schema.Attribute{
			"account_id": scoped.AccountID(),
			"region":     scoped.Region(),
			"cluster_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Cluster whose logs it is about. Another value replaces the resource.",
				Validators:          []validator.String{validate.ClusterID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"enabled": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the API server writes an audit log; true by default. The service cannot switch it off in registered clusters.",
			},
			"project": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Project of Log Service that the audit log goes to. Not set, it is the one that it goes to already, or the service chooses `k8s-log-` and the cluster ID. " +
					"In the state of a cluster without auditing, the one that it went to last, or null. In clusters other than managed ones, the service does not change it once auditing is on.",
				Validators:    []validator.String{validate.LogProject()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
			},
			"control_plane_logs": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "Logs of the control plane's components, which only managed clusters have. Not set, they are neither changed nor read. " +
					"Taken away again, what was there before is put back, as by destroying the resource.",
				Attributes: map[string]schema.Attribute{
					"components": schema.SetAttribute{
						Required: true, ElementType: types.StringType,
						MarkdownDescription: "Components whose logs are collected, e.g. `apiserver`, `kcm`, `scheduler`, `ccm`, `controlplane-events`. Each has a Logstore of its own, e.g. `kcm-` and the cluster ID. " +
							"The audit log is none of them: that is `enabled`.",
						Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(componentValidator{})},
					},
					"ttl_days": schema.Int64Attribute{
						Optional: true, Computed: true, Default: int64default.StaticInt64(30),
						MarkdownDescription: "For how many days these logs are kept: 1 to 3000, 30 by default. It does not bound the audit log, whose retention is that of its Logstore.",
						Validators:          []validator.Int64{int64validator.Between(1, 3000)},
					},
					"project": schema.StringAttribute{
						Optional: true, Computed: true,
						MarkdownDescription: "Project of Log Service that they go to. Not set, it is the one that they go to already, or the service chooses `k8s-log-` and the cluster ID.",
						Validators:          []validator.String{validate.LogProject()},
						PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
					},
				},
			},
			"adopt_existing": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "What to do when logs are on already, and differ from this block: auditing to another project or though `enabled` is false, or other components, retention or project of `control_plane_logs`. " +
					"False (default): fail, show the difference and how to import them. True: overwrite them. Destroying puts them back in either case. " +
					"Settings that equal this block are taken over as they are.",
			},
			"audit_log_before": schema.SingleNestedAttribute{
				Computed: true, PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "What the audit log was when this resource came to it, which destroying puts back. Null after an import: then destroying leaves it as it is.",
				Attributes: map[string]schema.Attribute{
					"enabled": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it was on."},
					"project": schema.StringAttribute{Computed: true, MarkdownDescription: "Project that it went to, if the service said so."},
					"certain": certain(),
				},
			},
			"control_plane_logs_before": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "What the control-plane logs were when `control_plane_logs` came into the block, which taking it away and destroying put back. Null without it, and after an import.",
				Attributes: map[string]schema.Attribute{
					"components": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Components whose logs were collected."},
					"ttl_days":   schema.Int64Attribute{Computed: true, MarkdownDescription: "For how many days they were kept, if the service said so."},
					"project":    schema.StringAttribute{Computed: true, MarkdownDescription: "Project that they went to, if the service said so."},
					"certain":    certain(),
				},
			},
			"logstore": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Logstore of the audit log in the project: `audit-` and the cluster ID. It is there from the first time that auditing is on.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
