package workload

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/manifest"
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
	var profile, version types.String
	var rules types.Set
	for name, into := range map[string]any{
		"files": &files, "manifests": &texts, "objects": &objects, "profile": &profile, "pod_security_version": &version, "rules": &rules,
	} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), into)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if files.IsNull() && texts.IsNull() && objects.IsNull() {
		resp.Diagnostics.AddError("Nothing to judge", "Set files, manifests or objects.")
	}
	if profile.IsUnknown() || version.IsUnknown() {
		return
	}
	c := criteriaFor(profile, version, knownTexts(rules), nil, &resp.Diagnostics)
	if c == nil {
		return
	}
	var blocks types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("exemption"), &blocks)...)
	for i, b := range blocks.Elements() {
		if HasUnknown(b) {
			continue // a dynamic block whose content is not known yet is checked when it is read
		}
		at := path.Root("exemption").AtListIndex(i)
		var block ExemptionModel
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &block)...)
		resp.Diagnostics.Append(exemptionErrors(at, block, c)...)
	}
}

// HasUnknown reports whether a value or anything in it is not known yet.
func HasUnknown(v attr.Value) bool {
	plain, err := valueOf(v)
	return err == nil && workload.HasHoles(plain)
}

func exemptionErrors(at path.Path, block ExemptionModel, c *criteria) diag.Diagnostics {
	return clustercompliance.ExemptionErrors(at, c.validate(block.Exemption()), c.explain)
}

// Read implements datasource.DataSource.
func (d *complianceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m complianceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := m.criteria(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	exemptions := m.exemptions(c, &resp.Diagnostics)
	j := newJudge(c, m.IncludeCompliant.ValueBool())
	m.judge(ctx, j, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	report := j.report(exemptions, d.data.Fleet.Clock().Now())
	m.fill(report, j)
	d.diagnose(m, j, report, &resp.Diagnostics)
	clustercompliance.Gate{Data: d.data, FailOn: m.FailOn, Accept: "add an exemption block with a reason"}.
		Check(report, c.remediations(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *complianceModel) criteria(ctx context.Context, diags *diag.Diagnostics) *criteria {
	var ids []string
	var templates workload.Templates
	diags.Append(m.Rules.ElementsAs(ctx, &ids, false)...)
	if !m.PodTemplatePaths.IsNull() {
		diags.Append(m.PodTemplatePaths.ElementsAs(ctx, &templates, false)...)
	}
	return criteriaFor(m.Profile, m.PodSecurityVersion, ids, templates, diags)
}

// criteriaFor are the criteria that the arguments name, or nil and why not.
func criteriaFor(profile, version types.String, ids []string, templates workload.Templates, diags *diag.Diagnostics) *criteria {
	c, err := newCriteria(profile.ValueString(), version.ValueString(), ids, nil, templates)
	var unknown *unknownRules
	switch {
	case errors.As(err, &unknown):
		diags.AddAttributeError(path.Root("rules"), "Unknown rule", err.Error())
	case err != nil:
		diags.AddAttributeError(path.Root("profile"), "Profile cannot be used", err.Error()+".")
	}
	return c
}

func knownTexts(set types.Set) []string {
	var out []string
	for _, v := range set.Elements() {
		if s, ok := v.(types.String); ok && !s.IsUnknown() {
			out = append(out, s.ValueString())
		}
	}
	return out
}

// exemptions name rules by their IDs, whatever spelling the blocks have.
func (m *complianceModel) exemptions(c *criteria, diags *diag.Diagnostics) []compliance.Exemption {
	var all []compliance.Exemption
	for i, block := range m.Exemptions {
		diags.Append(exemptionErrors(path.Root("exemption").AtListIndex(i), block, c)...)
		all = append(all, c.exemption(block.Exemption()))
	}
	return all
}

func (m *complianceModel) judge(ctx context.Context, j *judge, diags *diag.Diagnostics) {
	var patterns []string
	if !m.Files.IsNull() {
		diags.Append(m.Files.ElementsAs(ctx, &patterns, false)...)
	}
	if err := j.readFiles(patterns); err != nil {
		diags.AddAttributeError(path.Root("files"), "Files could not be read", err.Error())
	}
	texts := map[string]string{}
	if !m.Manifests.IsNull() {
		diags.Append(m.Manifests.ElementsAs(ctx, &texts, false)...)
	}
	j.readTexts(texts)
	if m.Objects.IsNull() {
		return
	}
	v, err := valueOf(m.Objects)
	if err == nil {
		var objects []map[string]any
		objects, err = objectsOf(v)
		for _, object := range objects {
			j.object(object, nil)
			for _, w := range manifest.Check(object) {
				j.warnings = append(j.warnings, workload.Name(object)+": "+w)
			}
		}
	}
	if err != nil {
		diags.AddAttributeError(path.Root("objects"), "Objects could not be read", err.Error()+".")
	}
}

func (m *complianceModel) fill(report *compliance.Report, j *judge) {
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
	m.RuleResults = clustercompliance.RuleModels(report, j.criteria.rules)
	m.Summary = j.items.Model()
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
		d.data.Enforce(diags, "Manifests could not be read", "These documents were not judged; all others were:\n"+Bullets(j.unreadable), "manifests")
	}
	if m.Summary.Items.ValueInt64() == 0 && len(j.unreadable) == 0 {
		diags.AddWarning("Nothing was judged", "No rule is about any of the objects that were given, so compliant is true of nothing. Check what files matches, and pod_template_paths if the workloads are custom resources; "+
			"inputs has the number of objects of each file and how many were judged. If that must not happen, require summary.items > 0 in a postcondition.")
	}
	if len(m.Warnings) > 0 {
		diags.AddWarning("Fields that Kubernetes does not know", "The API server drops these fields, or refuses them under strict validation; a check that looks for the right name does not see them:\n"+Bullets(m.Warnings))
	}
	diags.Append(clustercompliance.ExemptionWarnings(report, func(e compliance.Exemption) bool { return j.criteria.selected(e.RuleID) })...)
}
