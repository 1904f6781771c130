package inspection

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/observed"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

const (
	defaultLanguage = "en_US"
	// reportWait is how long a report that is asked for by its ID may lag: it is often the one that a resource has just
	// started. What a list leaves out cannot be missed, so a list is not waited for.
	reportWait = 30 * time.Second
)

type reportDataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*reportDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*reportDataSource)(nil)
)

// NewReportDataSource is the data source ackguard_cluster_inspection_report.
func NewReportDataSource() datasource.DataSource { return &reportDataSource{} }

// Metadata implements datasource.DataSource.
func (d *reportDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster_inspection_report"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *reportDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *reportDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var report types.String
	var clusters types.Set
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("report_id"), &report)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("cluster_ids"), &clusters)...)
	if !report.IsNull() && !clusters.IsUnknown() && len(clusters.Elements()) != 1 {
		resp.Diagnostics.AddAttributeError(path.Root("report_id"), "Report of which cluster?",
			"A report belongs to one cluster: set cluster_ids to that cluster, or leave report_id out for the latest report of each.")
	}
}

// Read implements datasource.DataSource.
func (d *reportDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m reportsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	selection := inventory.Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listings, clusters, absent := inventory.Find(ctx, d.data, selection, m.ClusterIDs, &resp.Diagnostics)
	want := wantedReport{id: m.ReportID.ValueString(), language: defaultLanguage}
	if l := m.Language.ValueString(); l != "" {
		want.language = l
	}
	results := inventory.OverClusters(ctx, d.data, "Reading inspection reports", clusters, func(ctx context.Context, c inventory.Cluster) clusterReport {
		return readReport(ctx, d.data.Observed, d.data.Fleet.Clock(), c, want)
	})
	m.Reports, m.WithoutReport = []reportModel{}, []string{}
	var failures []fleet.Outcome
	for _, r := range results {
		switch {
		case r.err != nil:
			failures = append(failures, fleet.OutcomeOf(r.cluster.Scope, r.err))
		case r.report.ReportID == "":
			m.WithoutReport = append(m.WithoutReport, r.cluster.ClusterID)
		default:
			m.Reports = append(m.Reports, r.model(m.IncludeNormal.ValueBool()))
		}
	}
	m.Outcomes = inventory.OutcomeModels(listings, failures)
	failures = append(inventory.Failures(listings), failures...)
	m.Complete = types.BoolValue(len(failures) == 0 && len(absent) == 0)
	if len(absent) > 0 && len(failures) == 0 {
		summary, detail := inventory.ClustersNotFound(absent)
		resp.Diagnostics.AddAttributeError(path.Root("cluster_ids"), summary, detail)
	}
	if len(failures) > 0 {
		resp.Diagnostics.AddWarning("Not all inspection reports could be read",
			"Nothing is known about the inspections of these accounts, regions or clusters:\n"+inventory.Describe(failures)+inventory.PerhapsBecause(absent))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

type wantedReport struct{ id, language string }

type clusterReport struct {
	cluster inventory.Cluster
	report  cs.InspectReport
	items   []cs.InspectItem
	err     error
}

// readReport reads a cluster's report with its items: the one asked for, or
// the latest that is completed, or else the latest.
func readReport(ctx context.Context, store *observed.Store, now clock.Clock, c inventory.Cluster, want wantedReport) clusterReport {
	result := clusterReport{cluster: c}
	id := want.id
	if id == "" {
		reports, err := store.InspectReports(ctx, c.Scope, c.ClusterID)
		if err != nil {
			result.err = err
			return result
		}
		if len(reports) == 0 {
			return result
		}
		id = slices.MaxFunc(reports, olderReport).ReportID
	}
	read := func(ctx context.Context) error {
		result.report, result.items, result.err = store.InspectReportDetail(ctx, c.Scope, c.ClusterID, id, want.language)
		return result.err
	}
	if want.id == "" {
		_ = read(ctx)
	} else {
		// What is left when the time is up is the last answer, which read has kept.
		_ = settle.Until(ctx, now, reportWait, func(ctx context.Context) (string, error) {
			if err := read(ctx); !cs.IsReportNotFound(err) {
				return "", err
			}
			return "cannot be read", nil
		})
	}
	if result.err == nil && result.report.ReportID == "" {
		result.report.ReportID = id
	}
	return result
}

// olderReport orders running reports before completed ones, then by start. The
// times are RFC 3339 in one zone, so their text sorts as they do.
func olderReport(a, b cs.InspectReport) int {
	rank := func(r cs.InspectReport) string {
		if r.Status == "completed" {
			return "1" + r.StartTime
		}
		return "0" + r.StartTime
	}
	return strings.Compare(rank(a), rank(b))
}

// languageValidator allows the languages that the API documents.
var languageValidator = stringvalidator.OneOf("en_US", "zh_CN")
