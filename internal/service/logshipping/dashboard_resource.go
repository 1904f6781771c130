package logshipping

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type dashboardResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*dashboardResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*dashboardResource)(nil)
	_ resource.ResourceWithImportState    = (*dashboardResource)(nil)
	_ resource.ResourceWithIdentity       = (*dashboardResource)(nil)
	_ resource.ResourceWithValidateConfig = (*dashboardResource)(nil)
)

// NewDashboardResource is the resource ackguard_audit_dashboard.
func NewDashboardResource() resource.Resource { return &dashboardResource{} }

const defaultTimeRange = "1d"

type dashboardModel struct {
	watched
	LogStore      types.String `tfsdk:"logstore"`
	Report        types.String `tfsdk:"report"`
	DisplayName   types.String `tfsdk:"display_name"`
	Description   types.String `tfsdk:"description"`
	Language      types.String `tfsdk:"language"`
	TimeRange     types.String `tfsdk:"time_range"`
	Filters       types.Object `tfsdk:"filters"`
	Resources     types.Set    `tfsdk:"resources"`
	AdoptExisting types.Bool   `tfsdk:"adopt_existing"`
	// Before is in the state and not in private state, which the destroy of a tainted resource does not see.
	Before   types.String   `tfsdk:"dashboard_before"`
	Charts   types.Map      `tfsdk:"charts"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// chartModel is what is held of a chart: where it stands is for people to arrange.
type chartModel struct {
	DisplayName types.String `tfsdk:"display_name"`
	Type        types.String `tfsdk:"type"`
	LogStore    types.String `tfsdk:"logstore"`
	Query       types.String `tfsdk:"query"`
	Start       types.String `tfsdk:"start"`
	End         types.String `tfsdk:"end"`
	XAxis       types.List   `tfsdk:"x_axis"`
	YAxis       types.List   `tfsdk:"y_axis"`
}

var chartType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"display_name": types.StringType, "type": types.StringType, "logstore": types.StringType, "query": types.StringType,
	"start": types.StringType, "end": types.StringType, "x_axis": listOfText, "y_axis": listOfText,
}}

// Metadata implements resource.Resource.
func (r *dashboardResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_audit_dashboard"
}

// Configure implements resource.ResourceWithConfigure.
func (r *dashboardResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *dashboardResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.IdentityOf(watchedParts(validate.LogDashboard())...)
}

// ImportState implements resource.ResourceWithImportState.
func (r *dashboardResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.ImportOf(ctx, r.data, req, resp, watchedParts(validate.LogDashboard())...)
	// What is imported was found, not adopted: destroy deletes it.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("adopt_existing"), types.BoolValue(false))...)
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *dashboardResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m dashboardModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if window := spanOf(m.TimeRange.ValueString()); window > maxTimeRange {
		resp.Diagnostics.AddAttributeError(path.Root("time_range"), "Time range out of bounds", fmt.Sprintf("time_range is at most 365d, not %s.", m.TimeRange.ValueString()))
	}
	if m.Report.IsUnknown() {
		return
	}
	if !m.Resources.IsNull() && m.Report.ValueString() != reportDetails {
		resp.Diagnostics.AddAttributeError(path.Root("resources"), "Only for operation details", "resources narrows the report operation_details; the others are about all kinds of resources.")
	}
	report, ok := reportOf(m.Report.ValueString())
	if !ok {
		return // the schema says so
	}
	f, known := m.filters(ctx, &resp.Diagnostics)
	if n := report.searched() + f.searched(); known && n > maxSearchConditions {
		resp.Diagnostics.AddAttributeError(path.Root("filters"), "Filters do not fit the report", fmt.Sprintf(
			"Log Service takes %d conditions in the search part of a query, and one of this report would have %d: %d of its own and one for each account, cluster, namespace and resource. "+
				"Leave filters.account_ids or filters.cluster_ids out where it means all, or make several dashboards.", maxSearchConditions, n, report.searched()))
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *dashboardResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyPlan(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	var m, given dashboardModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &given)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.DisplayName, m.Description = given.DisplayName, given.Description
	if given.Name.IsNull() {
		m.Name = types.StringUnknown()
		if !m.Report.IsUnknown() {
			m.Name = types.StringValue(defaultDashboardName(m.Report))
		}
	}
	if !m.AdoptExisting.IsUnknown() && !m.AdoptExisting.ValueBool() {
		m.Before = types.StringNull() // nothing is put back unless adopt_existing asks for it
	}
	m.fill(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
	planName(ctx, req, resp, m.Name)
}

// fill puts defaults where the block says nothing, as far as they can be known.
func (m *dashboardModel) fill(ctx context.Context, diags diagnosticsSink) {
	m.Charts = types.MapUnknown(chartType)
	report, known := reportOf(m.Report.ValueString())
	if !known || m.Language.IsUnknown() {
		for _, s := range []*types.String{&m.DisplayName, &m.Description} {
			if s.IsNull() {
				*s = types.StringUnknown()
			}
		}
		return
	}
	orDefault(&m.DisplayName, report.Title.in(m.Language.ValueString()))
	orDefault(&m.Description, report.Description.in(m.Language.ValueString()))
	if f, known := m.filters(ctx, diags); known && !m.LogStore.IsUnknown() && !m.TimeRange.IsUnknown() {
		m.Charts = chartsTo(ctx, m.wanted(report, f), diags)
	}
}

func defaultDashboardName(report types.String) string {
	return "ackguard-audit-" + strings.ReplaceAll(report.ValueString(), "_", "-")
}

// Schema implements resource.Resource.
func (r *dashboardResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	columns := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	attributes := watchedAttributes("dashboard", "Name of the dashboard, once per project; `ackguard-audit-` and the report by default.", validate.LogDashboard())
	for name, a := range map[string]schema.Attribute{
		"report": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.OneOf(reportIDs()...)}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "What it shows: `overview` (who did what, use from the Internet, commands in containers, deletions, Secrets that were read, refused requests), " +
				"`operations_overview` (created, changed, deleted and read, by kind of resource and over time) or `operation_details` (every operation on some `resources`, or on all). Another value replaces the resource.",
		},
		"display_name": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: "Title of the dashboard; that of the report by default.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"description": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Description; that of the report by default."},
		"language": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(english), Validators: []validator.String{stringvalidator.OneOf(english, chinese)},
			MarkdownDescription: "Language of titles: `en` (default) or `zh`. The columns of the results have English names.",
		},
		"time_range": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(defaultTimeRange), Validators: []validator.String{spanValidator()},
			MarkdownDescription: "How far the charts look back when the dashboard is opened, e.g. `4h` or `7d`; `" + defaultTimeRange + "` by default. In the console it can be changed for all charts at once.",
		},
		"filters": filtersAttribute("What of the archive the charts look at; all if not set. These are fixed, and work beside what somebody filters for in the console. " +
			"Use from the Internet, refused requests and commands in containers always count components of Kubernetes too; the other charts do not by default. Up to 30 conditions fit into the search part of a query: each account, cluster, namespace and resource is one."),
		"resources": schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: "For `operation_details`: only operations on these kinds of resources, in the plural as paths of the API have them, e.g. `deployments`; all if not set.",
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(stringvalidator.RegexMatches(namespaceName, "must be a kind of resource in the plural, e.g. deployments")),
			},
		},
		"adopt_existing": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "What to do when there is a dashboard of this name that differs. False (default): fail, show the difference and how to import it. " +
				"True: put the report into it, and put the dashboard back as it was on destroy, unless this is set to false before. " +
				"The original is kept in `dashboard_before`, for a dashboard has no place for it: if Terraform is killed between changing it and saving the state, it is lost. " +
				"The next apply then finds a dashboard that has the report and takes it over with a warning: what was there before is not known, destroy will delete the dashboard, and `terraform state rm` leaves it.",
		},
		"dashboard_before": schema.StringAttribute{
			Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "What `adopt_existing` found and destroy puts back, in JSON as Log Service has it; null if there was nothing.",
		},
		"charts": schema.MapNestedAttribute{
			Computed: true,
			MarkdownDescription: "The report's charts with their queries, by the name that Log Service knows them by (it begins with `" + chartPrefix + "` and is not shown). A chart that somebody changed or deleted shows in a plan, and the next apply repairs it. " +
				"Position and size are given once and left as people arrange them.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"display_name": computed("Title."), "type": computed("Kind of chart."), "logstore": computed("Logstore."), "query": computed("Query."),
				"start": computed("Beginning of the time range."), "end": computed("End of the time range."),
				"x_axis": columns("Columns that name what is counted."), "y_axis": columns("Columns that count."),
			}},
		},
	} {
		attributes[name] = a
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A report on an archive of audit logs, as a dashboard of Log Service: the three reports that ACK makes of each cluster's audit logs, over all clusters and accounts that are shipped to the archive. " +
			"A project has 100 dashboards at most by default.\n\n" +
			"The whole dashboard can be filtered in the console: *Add Filter*, type *Filter*, with one of the fields `account_id`, `cluster_id`, `objectRef.namespace`, `user.username` or `objectRef.resource`; it is put in front of every chart's query, and the time range is chosen at the top. " +
			"No page documents how such a filter is stored, so the resource makes none, and keeps those that are added: charts whose name does not begin with `" + chartPrefix + "` are not touched.\n\n" +
			"A dashboard of the same name that has the report as planned is taken over. A change is read back until it shows, as long as `timeouts` allows (5 minutes by default).",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
