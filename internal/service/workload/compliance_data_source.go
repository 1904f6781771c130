package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

type complianceDataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*complianceDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*complianceDataSource)(nil)
)

// NewComplianceDataSource is the data source ackguard_workload_compliance.
func NewComplianceDataSource() datasource.DataSource { return &complianceDataSource{} }

// Metadata implements datasource.DataSource.
func (d *complianceDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_workload_compliance"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *complianceDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *complianceDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var files types.Set
	var texts types.Map
	var objects types.Dynamic
	var rules types.Set
	for name, into := range map[string]any{"files": &files, "manifests": &texts, "objects": &objects, "rules": &rules} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), into)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if files.IsNull() && texts.IsNull() && objects.IsNull() {
		resp.Diagnostics.AddError("Nothing to judge", "Set files, manifests or objects.")
	}
	catalogue, err := workload.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
		return
	}
	checkRules(catalogue, path.Root("rules"), rules.Elements(), &resp.Diagnostics)
	var blocks types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("exemption"), &blocks)...)
	for i, b := range blocks.Elements() {
		if HasUnknown(b) {
			continue // a dynamic block whose content is not known yet is checked when it is read
		}
		at := path.Root("exemption").AtListIndex(i)
		var block exemptionModel
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &block)...)
		resp.Diagnostics.Append(exemptionErrors(at, block, catalogue)...)
	}
}

// HasUnknown reports whether a value or anything in it is not known yet.
func HasUnknown(v attr.Value) bool {
	plain, err := valueOf(v)
	return err == nil && workload.HasHoles(plain)
}

func checkRules(catalogue *workload.Catalogue, at path.Path, ids []attr.Value, diags *diag.Diagnostics) {
	for _, v := range ids {
		if id, ok := v.(types.String); ok && !id.IsUnknown() {
			if _, err := catalogue.Lookup(id.ValueString()); err != nil {
				diags.AddAttributeError(at, "Unknown rule", catalogue.Explain(err))
			}
		}
	}
}

func exemptionErrors(at path.Path, block exemptionModel, catalogue *workload.Catalogue) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, problem := range catalogue.Validate(block.exemption()) {
		detail := problem.Err.Error() + "."
		var unknown *compliance.UnknownRuleError
		if errors.As(problem.Err, &unknown) {
			detail = catalogue.Explain(problem.Err)
		}
		diags.AddAttributeError(at.AtName(problem.Field), "Invalid exemption", detail)
	}
	return diags
}

// Read implements datasource.DataSource.
func (d *complianceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m complianceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	catalogue, err := workload.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
		return
	}
	options := m.options(ctx, catalogue, &resp.Diagnostics)
	exemptions := m.exemptions(catalogue, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	j := newJudge(options, m.IncludeCompliant.ValueBool())
	m.judge(ctx, j, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	report := j.report(exemptions, d.data.Fleet.Clock().Now())
	m.fill(report, options.Rules, j)
	d.diagnose(m, j, report, &resp.Diagnostics)
	clustercompliance.Gate{Data: d.data, FailOn: m.FailOn, Accept: "add an exemption block with a reason"}.
		Check(report, clustercompliance.Remediations(options.Rules), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *complianceModel) options(ctx context.Context, catalogue *workload.Catalogue, diags *diag.Diagnostics) workload.Options {
	var ids []string
	var o workload.Options
	diags.Append(m.Rules.ElementsAs(ctx, &ids, false)...)
	rules, err := catalogue.Select(ids)
	if err != nil {
		diags.AddAttributeError(path.Root("rules"), "Unknown rule", catalogue.Explain(err))
	}
	o.Rules = rules
	if !m.PodTemplatePaths.IsNull() {
		diags.Append(m.PodTemplatePaths.ElementsAs(ctx, &o.Templates, false)...)
	}
	return o
}

// exemptions names rules by their IDs, whatever spelling the blocks have.
func (m *complianceModel) exemptions(catalogue *workload.Catalogue, diags *diag.Diagnostics) []compliance.Exemption {
	var all []compliance.Exemption
	for i, block := range m.Exemptions {
		diags.Append(exemptionErrors(path.Root("exemption").AtListIndex(i), block, catalogue)...)
		e := block.exemption()
		if r, err := catalogue.Lookup(e.RuleID); err == nil {
			e.RuleID = r.ID
		}
		all = append(all, e)
	}
	return all
}

func (m *complianceModel) judge(ctx context.Context, j *judge, diags *diag.Diagnostics) {
	var patterns []string
	if !m.Files.IsNull() {
		diags.Append(m.Files.ElementsAs(ctx, &patterns, false)...)
	}
	files, err := expand(patterns)
	if err != nil {
		diags.AddAttributeError(path.Root("files"), "Files could not be read", err.Error())
	}
	for _, name := range files {
		data, err := os.ReadFile(name) //nolint:gosec // the files that the configuration names
		if err != nil {
			diags.AddAttributeError(path.Root("files"), "Files could not be read", err.Error())
			continue
		}
		j.read(name, data)
	}
	texts := map[string]string{}
	if !m.Manifests.IsNull() {
		diags.Append(m.Manifests.ElementsAs(ctx, &texts, false)...)
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		j.read(name, []byte(texts[name]))
	}
	if m.Objects.IsNull() {
		return
	}
	v, err := valueOf(m.Objects)
	if err == nil {
		var objects []map[string]any
		objects, err = objectsOf(v)
		for _, object := range objects {
			j.object(object, nil)
		}
	}
	if err != nil {
		diags.AddAttributeError(path.Root("objects"), "Objects could not be read", err.Error()+".")
	}
}

func (m *complianceModel) fill(report *compliance.Report, rules []*workload.Rule, j *judge) {
	listed, _ := report.Actionable(0)
	if m.IncludeCompliant.ValueBool() {
		for _, f := range report.Findings {
			if !f.Verdict.Actionable() {
				listed = append(listed, f)
			}
		}
	}
	m.Findings = []findingModel{}
	listed, m.Truncated = clustercompliance.Limited(listed, m.MaxFindings)
	for _, f := range listed {
		m.Findings = append(m.Findings, newFindingModel(f))
	}
	m.Counts = clustercompliance.CountsModel(report.Counts)
	m.RuleResults = clustercompliance.RuleModels(report, rules)
	m.Summary = j.items.model()
	m.Inputs = []inputModel{}
	for _, in := range j.inputs {
		m.Inputs = append(m.Inputs, inputModel{
			Source: types.StringValue(in.name), SHA256: types.StringValue(in.digest),
			Objects: types.Int64Value(int64(in.objects)), Judged: types.Int64Value(int64(in.judged)),
		})
	}
	m.Warnings = append([]string{}, j.warnings...)
	unread := report.Counts[compliance.Error] + report.Counts[compliance.InsufficientData]
	complete := len(j.unreadable) == 0 && unread == 0
	m.Complete = types.BoolValue(complete)
	m.Compliant = types.BoolValue(complete && report.Counts[compliance.NonCompliant] == 0)
}

func (d *complianceDataSource) diagnose(m complianceModel, j *judge, report *compliance.Report, diags *diag.Diagnostics) {
	if len(j.unreadable) > 0 {
		d.data.Enforce(diags, "Manifests could not be read", "These documents were not judged; all others were:\n"+few(prefixed(j.unreadable)), "manifests")
	}
	if len(m.Warnings) > 0 {
		diags.AddWarning("Fields that Kubernetes does not know", "The API server drops these fields, or refuses them under strict validation; a check that looks for the right name does not see them:\n"+few(prefixed(m.Warnings)))
	}
	var unused, expired []string
	for _, e := range report.UnusedExemptions {
		if slices.ContainsFunc(j.options.Rules, func(r *workload.Rule) bool { return r.ID == e.RuleID }) {
			unused = append(unused, describeExemption(e))
		}
	}
	for _, e := range report.ExpiredExemptions {
		expired = append(expired, describeExemption(e)+": its last day was "+e.Expires)
	}
	if len(unused) > 0 {
		diags.AddWarning("Exemption matches nothing", "No finding needs these exemptions any more, or their selectors are wrong; remove or correct them:\n"+few(prefixed(unused)))
	}
	if len(expired) > 0 {
		diags.AddWarning("Exemption expired", "These exemptions no longer hold; what they covered is a finding again. Fix it, or agree on a new date:\n"+few(prefixed(expired)))
	}
}

func describeExemption(e compliance.Exemption) string {
	text := e.RuleID
	for _, s := range []struct{ name, value string }{{"kind", e.Kind}, {"namespace", e.Namespace}, {"name", e.Name}, {"container", e.Container}} {
		if s.value != "" {
			text += fmt.Sprintf(", %s %s", s.name, s.value)
		}
	}
	return text
}

func prefixed(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = "- " + l
	}
	return out
}

func few(lines []string) string {
	if len(lines) > clustercompliance.MaxWords {
		lines = append(lines[:clustercompliance.MaxWords:clustercompliance.MaxWords], fmt.Sprintf("- and %d more", len(lines)-clustercompliance.MaxWords))
	}
	return strings.Join(lines, "\n")
}
