package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	catalog "github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/workload"
)

// defaultMaxAge is how old results may be.
const defaultMaxAge = 168 * time.Hour

type reportDataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*reportDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*reportDataSource)(nil)
)

// NewReportDataSource is the data source ackguard_scan_report.
func NewReportDataSource() datasource.DataSource { return &reportDataSource{} }

// Metadata implements datasource.DataSource.
func (d *reportDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_scan_report"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *reportDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *reportDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var compare types.Object
	var blocks types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("compare_with_manifests"), &compare)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("exemption"), &blocks)...)
	catalogue, err := catalog.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if given := compare.Attributes(); !compare.IsNull() && !compare.IsUnknown() && given["files"].IsNull() && given["manifests"].IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("compare_with_manifests"), "Nothing to compare with", "Set files or manifests.")
	}
	for i, b := range blocks.Elements() {
		if workload.HasUnknown(b) {
			continue // a dynamic block whose content is not known yet is checked when it is read
		}
		at := path.Root("exemption").AtListIndex(i)
		var block reportExemptionModel
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &block)...)
		resp.Diagnostics.Append(reportExemptionErrors(at, block.exemption(), catalogue)...)
	}
}

// reportExemptionErrors accepts checks that the catalogue does not have: a newer component may.
func reportExemptionErrors(at path.Path, e compliance.Exemption, catalogue *catalog.Catalogue) diag.Diagnostics {
	problems := slices.DeleteFunc(catalogue.Validate(e), func(p *compliance.FieldError) bool {
		var unknown *compliance.UnknownRuleError
		return errors.As(p.Err, &unknown)
	})
	return clustercompliance.ExemptionErrors(at, problems, catalogue.Explain)
}

// Read implements datasource.DataSource.
func (d *reportDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m reportModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	catalogue, err := catalog.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	exemptions := m.exemptions(catalogue, &resp.Diagnostics)
	manifests := m.manifests(ctx, d.data, &resp.Diagnostics)
	reader := d.reader(ctx, m, catalogue, &resp.Diagnostics)
	selection := inventory.Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listings, clusters, absent := inventory.Find(ctx, d.data, selection, m.ClusterIDs, &resp.Diagnostics)
	reports := inventory.OverClusters(ctx, d.data, "Reading results of scans", clusters, reader.read)
	var findings []compliance.Finding
	var unread []fleet.Outcome
	for _, r := range reports {
		findings, unread = append(findings, r.findings...), append(unread, r.failures...)
	}
	settleSeverities(findings)
	report := compliance.NewReport(findings, exemptions, reader.now)
	rules := rulesOf(report, catalogue)
	m.fill(report, rules, reports)
	if m.Compare != nil {
		m.Differences = []differenceModel{}
		for _, difference := range compareWithManifests(report.Findings, manifests) {
			m.Differences = append(m.Differences, difference.model())
		}
	}
	if m.Archive != nil && !slices.ContainsFunc(listings, func(l inventory.AccountListing) bool { return l.AccountID == m.Archive.AccountID.ValueString() }) {
		listings = append(listings, inventory.AccountListing{AccountID: m.Archive.AccountID.ValueString()})
	}
	m.Outcomes = inventory.OutcomeModels(listings, unread)
	failures := append(inventory.Failures(listings), unread...)
	gaps := gapsOf(reports)
	complete := len(failures) == 0 && len(absent) == 0 && len(gaps) == 0
	m.Complete = types.BoolValue(complete)
	m.Compliant = types.BoolValue(complete && len(reports) > 0 && report.Counts[compliance.NonCompliant] == 0)
	d.diagnose(m, failures, absent, gaps, &resp.Diagnostics)
	unknown := unknownChecks(rules, catalogue)
	if len(unknown) > 0 {
		resp.Diagnostics.AddWarning("Checks that are not known", "The catalogue does not have these checks of the clusters; their findings have the severity and category of the rows:\n"+workload.Bullets(unknown))
	}
	resp.Diagnostics.Append(clustercompliance.ExemptionWarnings(report, func(e compliance.Exemption) bool { return lookedAt(e, reports, failures) })...)
	clustercompliance.Gate{Data: d.data, FailOn: m.FailOn, Accept: "add an exemption block with a reason"}.
		Check(report, clustercompliance.Remediations(rules), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// exemptions name checks by their IDs, whatever spelling the blocks have.
func (m *reportModel) exemptions(catalogue *catalog.Catalogue, diags *diag.Diagnostics) (all []compliance.Exemption) {
	for i, block := range m.Exemptions {
		e := block.exemption()
		diags.Append(reportExemptionErrors(path.Root("exemption").AtListIndex(i), e, catalogue)...)
		if r, err := catalogue.Lookup(e.RuleID); err == nil {
			e.RuleID = r.ID
		}
		all = append(all, e)
	}
	return all
}

// manifests are what the rules say of those that results are compared with.
func (m *reportModel) manifests(ctx context.Context, data *providerdata.Data, diags *diag.Diagnostics) []compliance.Finding {
	if m.Compare == nil {
		return nil
	}
	const argument = "compare_with_manifests"
	var files []string
	texts, templates := map[string]string{}, catalog.Templates{}
	if !m.Compare.Files.IsNull() {
		diags.Append(m.Compare.Files.ElementsAs(ctx, &files, false)...)
	}
	if !m.Compare.Manifests.IsNull() {
		diags.Append(m.Compare.Manifests.ElementsAs(ctx, &texts, false)...)
	}
	if !m.Compare.PodTemplatePaths.IsNull() {
		diags.Append(m.Compare.PodTemplatePaths.ElementsAs(ctx, &templates, false)...)
	}
	judged, err := workload.JudgeManifests(files, texts, templates)
	if err != nil {
		diags.AddAttributeError(path.Root(argument), "Manifests could not be read", err.Error())
	}
	if len(judged.Unreadable) > 0 {
		data.Enforce(diags, "Manifests could not be read", "These documents were not compared; all others were:\n"+workload.Bullets(judged.Unreadable), argument)
	}
	return judged.Findings
}

func (d *reportDataSource) reader(ctx context.Context, m reportModel, catalogue *catalog.Catalogue, diags *diag.Diagnostics) *reportReader {
	r := &reportReader{data: d.data, catalogue: catalogue, archive: m.Archive, now: d.data.Fleet.Clock().Now()}
	if m.Archive != nil {
		if problem := providerdata.CheckRegion(m.Archive.Region.ValueString(), d.data.SkipRegionValidation); problem != "" {
			diags.AddAttributeError(path.Root("archive").AtName("region"), "Unknown region", problem)
		}
	}
	if !m.Projects.IsNull() {
		diags.Append(m.Projects.ElementsAs(ctx, &r.projects, false)...)
	}
	age := defaultMaxAge
	if !m.MaxAgeHours.IsNull() {
		age = time.Duration(m.MaxAgeHours.ValueInt64()) * time.Hour
	}
	r.since = r.now.Add(-age)
	return r
}

// settleSeverities gives a check one severity, the worst: rows of one that the catalogue does not have may differ.
func settleSeverities(findings []compliance.Finding) {
	worst := map[string]compliance.Severity{}
	for _, f := range findings {
		if !worst[f.RuleID].AtLeast(f.Severity) {
			worst[f.RuleID] = f.Severity
		}
	}
	for i := range findings {
		findings[i].Severity = worst[findings[i].RuleID]
	}
}

// rulesOf are the checks that there are results of: the catalogue's, and bare ones for those that it does not have.
func rulesOf(report *compliance.Report, catalogue *catalog.Catalogue) (rules []*compliance.Metadata) {
	for _, counted := range report.ByRule {
		rule := &compliance.Metadata{ID: counted.RuleID, Title: compliance.Text{EN: counted.RuleID}, Severity: counted.Severity}
		if known, err := catalogue.Lookup(counted.RuleID); err == nil {
			rule = known.About()
		}
		rules = append(rules, rule)
	}
	return rules
}

func unknownChecks(rules []*compliance.Metadata, catalogue *catalog.Catalogue) (ids []string) {
	for _, r := range rules {
		if _, err := catalogue.Lookup(r.ID); err != nil {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (m *reportModel) fill(report *compliance.Report, rules []*compliance.Metadata, reports []clusterReport) {
	var all workload.Tally
	tallies, violations, other := map[string]*workload.Tally{}, map[string]int{}, map[itemKey]map[string]string{}
	for _, r := range reports {
		tallies[r.ClusterID] = &workload.Tally{}
		for key, columns := range r.other {
			other[key] = columns
		}
	}
	listed, _ := report.Actionable(0)
	for _, f := range report.Findings {
		all.Add(&f)
		tallies[f.ClusterID].Add(&f)
		if f.Verdict == compliance.NonCompliant {
			violations[f.ClusterID]++
		} else if m.IncludeCompliant.ValueBool() {
			listed = append(listed, f)
		}
	}
	listed, m.Truncated = clustercompliance.Limited(listed, m.MaxFindings)
	m.Findings = []reportFindingModel{}
	for _, f := range listed {
		m.Findings = append(m.Findings, newReportFindingModel(f, other[keyOf(f)]))
	}
	m.Clusters = []reportClusterModel{}
	for _, r := range reports {
		m.Clusters = append(m.Clusters, r.model(tallies[r.ClusterID].Model().ShareModel, r.verdict(violations[r.ClusterID])))
	}
	m.Counts, m.RuleResults = clustercompliance.CountsModel(report.Counts), clustercompliance.RuleModels(report, rules)
	m.Summary, m.RecordLayout = all.Model(), types.StringValue(recordLayout)
}

// gapsOf are the clusters whose results are missing or not known as a whole, without those that a failed call says it of.
func gapsOf(reports []clusterReport) (lines []string) {
	for _, r := range reports {
		if r.problem != "" && len(r.failures) == 0 {
			lines = append(lines, fmt.Sprintf("cluster %s (%s), account %s, region %s: %s", r.Name, r.ClusterID, r.AccountID, r.Region, r.problem))
		}
	}
	return lines
}

// diagnose says what is not known, as one warning or error.
func (d *reportDataSource) diagnose(m reportModel, failures []fleet.Outcome, absent, gaps []string, diags *diag.Diagnostics) {
	if len(absent) > 0 && len(failures) == 0 {
		summary, detail := inventory.ClustersNotFound(absent)
		d.data.Enforce(diags, summary, detail, "cluster_ids")
	}
	detail := ""
	if len(failures) > 0 {
		detail = "These accounts, regions or Logstores could not be read; nothing is known about what is in them:\n" + inventory.Describe(failures) + inventory.PerhapsBecause(absent)
	}
	if len(gaps) > 0 {
		if detail != "" {
			detail += "\n\n"
		}
		detail += "These clusters count as neither compliant nor violating beyond what is listed:\n" + workload.Bullets(gaps)
	}
	switch summary := "Results of scans are not known as a whole"; {
	case detail == "":
	case m.RequireComplete.ValueBool():
		d.data.Enforce(diags, summary, detail, "require_complete")
	default:
		diags.AddWarning(summary, detail)
	}
}

// lookedAt reports whether an exemption is about a cluster that was read, and about none that was not.
func lookedAt(e compliance.Exemption, reports []clusterReport, failures []fleet.Outcome) bool {
	among := func(selector, value string) bool { return selector == "" || value == "" || selector == value }
	if slices.ContainsFunc(failures, func(o fleet.Outcome) bool { return among(e.AccountID, o.AccountID) && among(e.Region, o.Region) }) {
		return false
	}
	read := false
	for _, r := range reports {
		if among(e.AccountID, r.AccountID) && among(e.Region, r.Region) && among(e.ClusterID, r.ClusterID) {
			if r.problem != "" {
				return false
			}
			read = true
		}
	}
	return read
}
