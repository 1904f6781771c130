package logshipping

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type statusDataSource struct{ data *providerdata.Data }

var _ datasource.DataSourceWithConfigure = (*statusDataSource)(nil)

// NewStatusDataSource is the data source ackguard_log_shipping_status.
func NewStatusDataSource() datasource.DataSource { return &statusDataSource{} }

// defaultMaxLag is how old, in seconds, a row may become that did not arrive.
const defaultMaxLag = 900

type statusModel struct {
	AccountIDs       types.Set                `tfsdk:"account_ids"`
	Regions          types.Set                `tfsdk:"regions"`
	Archive          sinkModel                `tfsdk:"archive"`
	Sources          types.Set                `tfsdk:"sources"`
	MaxLagSeconds    types.Int64              `tfsdk:"max_lag_seconds"`
	IncludeTimes     types.Bool               `tfsdk:"include_times"`
	FailOnUnverified types.Bool               `tfsdk:"fail_on_unverified"`
	Jobs             []statusJobModel         `tfsdk:"jobs"`
	Outcomes         []inventory.OutcomeModel `tfsdk:"outcomes"`
	Complete         types.Bool               `tfsdk:"complete"`
	Verified         types.Bool               `tfsdk:"verified"`
}

type statusJobModel struct {
	AccountID     types.String `tfsdk:"account_id"`
	Region        types.String `tfsdk:"region"`
	ClusterID     types.String `tfsdk:"cluster_id"`
	ClusterName   types.String `tfsdk:"cluster_name"`
	Source        types.String `tfsdk:"source"`
	Component     types.String `tfsdk:"component"`
	Project       types.String `tfsdk:"project"`
	LogStore      types.String `tfsdk:"logstore"`
	Name          types.String `tfsdk:"name"`
	State         types.String `tfsdk:"state"`
	RetentionDays types.Int64  `tfsdk:"retention_days"`
	IndexEnabled  types.Bool   `tfsdk:"index_enabled"`
	Archived      types.Bool   `tfsdk:"archived"`
	Late          types.Bool   `tfsdk:"late"`
	LastShippedAt types.String `tfsdk:"last_shipped_at"`
	LagSeconds    types.Int64  `tfsdk:"lag_seconds"`
	Verified      types.Bool   `tfsdk:"verified"`
	Problem       types.String `tfsdk:"problem"`
}

// Metadata implements datasource.DataSource.
func (d *statusDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_log_shipping_status"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *statusDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *statusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "How shipping to an archive stands, over one or many accounts: which jobs ship logs of their clusters there, and whether the rows arrive. " +
			"The jobs are those of the projects that the clusters' audit logs go to (`k8s-log-` and the cluster ID where auditing is off), whoever made them; jobs in other projects are not found.\n\n" +
			"The archive is asked once for all of them: what arrived within a day, by account, cluster and source. Only for a job of which nothing arrived lately, its source is asked for rows that were not shipped. " +
			"A second plan changes nothing: times and lags, which differ with every look, are left out unless `include_times` is true; `late` says what they come to.",
		Attributes: map[string]schema.Attribute{
			"account_ids": inventory.AccountIDsAttribute(),
			"regions":     inventory.RegionsAttribute(),
			"archive": schema.SingleNestedAttribute{
				Required: true, MarkdownDescription: "The archive, e.g. of `ackguard_audit_log_archive`.",
				Attributes: ArchiveAttributes(),
			},
			"sources": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "What every cluster is to ship, e.g. `[\"audit\", \"inspection\"]`: a cluster without a job for one of them has an entry with the state `ABSENT`. Not set, only the jobs that there are count.",
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.OneOf(sourceAudit, sourceInspection, sourceEvent, sourceIngress)),
				},
			},
			"max_lag_seconds": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.Between(60, 86400)},
				MarkdownDescription: "How old a row of the source may be that did not arrive, before its job is late: 60 to 86400, 900 by default.",
			},
			"include_times": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "Whether to fill `last_shipped_at` and `lag_seconds`. They differ with every look, and outputs made of them show a change with every plan.",
			},
			"fail_on_unverified": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Fail the plan unless `verified` is true. A data source that fails also blocks the apply that would fix the pipeline, and destroy: the provider's `enforcement = \"warn\"` " +
					"(environment `ACKGUARD_ENFORCEMENT`) lets them through.",
			},
			"jobs": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The jobs, by account, region, cluster and source.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":      text("Account of the job."),
					"region":          text("Region of the job."),
					"cluster_id":      text("Cluster whose logs it ships, by its script or by its Logstore's name; null if neither says."),
					"cluster_name":    text("Name of the cluster; null of one that is not among the selected."),
					"source":          text("What it ships, as `source` of `ackguard_audit_log_shipping`; `custom` for a Logstore that is not one of ACK's."),
					"component":       text("Component, of the control plane's."),
					"project":         text("Project of the job; null without one."),
					"logstore":        text("Logstore that it ships; null without a job."),
					"name":            text("Name of the job; null without one."),
					"state":           text("`STARTING`, `RUNNING`, `STOPPING` or `STOPPED`, or `ABSENT`: there is none."),
					"retention_days":  schema.Int64Attribute{Computed: true, MarkdownDescription: "For how many days the source keeps rows; null if it is not there."},
					"index_enabled":   flag("Whether the source has an index."),
					"archived":        flag("Whether the archive has rows of it; null where they cannot be told from those of other jobs, or the archive could not be read."),
					"late":            flag("Whether the source has a row that is older than `max_lag_seconds` and did not arrive; null where that cannot be told."),
					"last_shipped_at": text("Time of its newest row in the archive (RFC 3339), with `include_times` only; null if it has none."),
					"lag_seconds":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Age of the oldest row of the source that did not arrive, with `include_times` only; 0 if all did."},
					"verified":        flag("True: it runs, rows of it are in the archive, and it is not late. False: it does not run, or it is late. Null: nothing can be told."),
					"problem":         text("Why it is not verified; null if it is."),
				}},
			},
			"outcomes": inventory.OutcomesAttribute(),
			"complete": flag("Whether everything could be read."),
			"verified": flag("Whether everything could be read, there is at least one job, and every one is verified."),
		},
	}
}

// Read implements datasource.DataSource.
func (d *statusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m statusModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if problem := providerdata.CheckRegion(m.Archive.Region.ValueString(), d.data.SkipRegionValidation); problem != "" {
		resp.Diagnostics.AddAttributeError(path.Root("archive").AtName("region"), "Unknown region", problem)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	selection := inventory.Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listings := inventory.List(ctx, d.data, selection)
	s := statusReader{data: d.data, archive: m.Archive, maxLag: time.Duration(defaultMaxLag) * time.Second, now: d.data.Fleet.Clock().Now()}
	if !m.MaxLagSeconds.IsNull() {
		s.maxLag = time.Duration(m.MaxLagSeconds.ValueInt64()) * time.Second
	}
	if !m.Sources.IsNull() {
		resp.Diagnostics.Append(m.Sources.ElementsAs(ctx, &s.required, false)...)
		slices.Sort(s.required)
	}
	pipes := s.read(ctx, inventory.AllClusters(listings))
	m.Jobs = []statusJobModel{}
	verified := len(pipes) > 0
	for _, p := range pipes {
		m.Jobs = append(m.Jobs, p.model(m.IncludeTimes.ValueBool()))
		verified = verified && p.verified != nil && *p.verified
	}
	if logAccount := m.Archive.AccountID.ValueString(); !slices.ContainsFunc(listings, func(l inventory.AccountListing) bool { return l.AccountID == logAccount }) {
		listings = append(listings, inventory.AccountListing{AccountID: logAccount})
	}
	m.Outcomes = inventory.OutcomeModels(listings, s.failures)
	failures := append(inventory.Failures(listings), s.failures...)
	m.Complete, m.Verified = types.BoolValue(len(failures) == 0), types.BoolValue(verified && len(failures) == 0)
	if len(failures) > 0 {
		resp.Diagnostics.AddWarning("Log shipping is not known as a whole", "These accounts, regions or Logstores could not be read; what is shipped of them is not known:\n"+inventory.Describe(failures))
	}
	if m.FailOnUnverified.ValueBool() && !m.Verified.ValueBool() {
		d.gate(pipes, failures, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// maxWords bounds how many jobs a diagnostic spells out.
const maxWords = 20

// gate is fail_on_unverified.
func (d *statusDataSource) gate(pipes []pipe, failures []fleet.Outcome, diags *diag.Diagnostics) {
	var lines []string
	for _, p := range pipes {
		if p.verified == nil || !*p.verified {
			lines = append(lines, fmt.Sprintf("- %s: %s", p.name(), p.problem))
		}
	}
	summary := fmt.Sprintf("%d of %d shipping jobs are not verified", len(lines), len(pipes))
	switch {
	case len(pipes) == 0 && len(failures) == 0:
		summary, lines = "Nothing is shipped", []string{"No job of the selected accounts ships to this archive."}
	case len(lines) == 0:
		summary, lines = "Log shipping is not known as a whole", []string{"Something could not be read, so that it is not certain that all is shipped: see the warning."}
	case len(lines) > maxWords:
		lines = append(lines[:maxWords:maxWords], fmt.Sprintf("- and %d more", len(lines)-maxWords))
	}
	d.data.Enforce(diags, summary, strings.Join(lines, "\n"), "fail_on_unverified")
}

func (p pipe) model(times bool) statusJobModel {
	m := statusJobModel{
		AccountID: types.StringValue(p.AccountID), Region: types.StringValue(p.Region), ClusterID: value.OrNull(p.clusterID), ClusterName: value.OrNull(p.clusterName),
		Source: types.StringValue(p.source), Component: value.OrNull(p.component), Project: value.OrNull(p.project), LogStore: value.OrNull(p.job.LogStore),
		Name: value.OrNull(p.job.Name), State: types.StringValue(p.state()), RetentionDays: types.Int64PointerValue(p.days), IndexEnabled: types.BoolPointerValue(p.indexed),
		Archived: types.BoolPointerValue(p.archived), Late: types.BoolPointerValue(p.late), Verified: types.BoolPointerValue(p.verified), Problem: value.OrNull(p.problem),
	}
	if times {
		m.LagSeconds = types.Int64PointerValue(p.lag)
		if !p.last.IsZero() {
			m.LastShippedAt = types.StringValue(p.last.UTC().Format(time.RFC3339))
		}
	}
	return m
}
