package clustercompliance

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

type dataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*dataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*dataSource)(nil)
)

// NewDataSource is the data source ackguard_cluster_compliance.
func NewDataSource() datasource.DataSource { return &dataSource{} }

// Metadata implements datasource.DataSource.
func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster_compliance"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig. It needs
// no credentials, so a typo in a rule ID shows with terraform validate.
func (d *dataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var rules types.Set
	var blocks types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("rules"), &rules)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("exemption"), &blocks)...)
	catalogue, err := compliance.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for _, v := range rules.Elements() {
		if id, ok := v.(types.String); ok && !id.IsUnknown() {
			if _, err := catalogue.Lookup(id.ValueString()); err != nil {
				resp.Diagnostics.AddAttributeError(path.Root("rules"), "Unknown rule", catalogue.Explain(err))
			}
		}
	}
	if blocks.IsUnknown() {
		return
	}
	for i := range blocks.Elements() {
		at := path.Root("exemption").AtListIndex(i)
		var block exemptionModel
		if diags := req.Config.GetAttribute(ctx, at, &block); diags.HasError() || !block.known() {
			continue // a dynamic block whose content is not known yet is checked when it is read
		}
		resp.Diagnostics.Append(ExemptionErrors(at, catalogue.Validate(block.exemption()), catalogue.Explain)...)
	}
}

// Read implements datasource.DataSource.
func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	rules, exemptions := m.selected(ctx, &resp.Diagnostics)
	selection := inventory.Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	judged := Judge(ctx, d.data, rules, selection, m.ClusterIDs, &resp.Diagnostics)
	report := compliance.NewReport(judged.Findings, exemptions, d.data.Fleet.Clock().Now())
	m.fill(report, rules)
	m.Outcomes = judged.Outcomes()
	failures, absent := judged.Failures(), judged.Absent
	undecided := report.Counts[compliance.Error] + report.Counts[compliance.InsufficientData]
	complete := len(failures) == 0 && len(absent) == 0 && undecided == 0
	m.Complete, m.Inventory = types.BoolValue(complete), types.StringValue(d.data.Inventory())
	// Of nothing, nothing is known.
	m.Compliant = types.BoolValue(complete && len(selection.AccountIDs) > 0 && report.Counts[compliance.NonCompliant] == 0)

	resp.Diagnostics.Append(d.accountDiagnostics(m, failures, absent)...)
	resp.Diagnostics.Append(ExemptionWarnings(report, func(e compliance.Exemption) bool {
		return !unread(e, failures) && m.mayMatch(ctx, e, rules, selection)
	})...)
	Gate{Data: d.data, FailOn: m.FailOn, Accept: "add an exemption block with a reason"}.Check(report, Remediations(rules), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// selected resolves the arguments rules and exemption. They are checked again
// here, for ValidateConfig cannot see values that were unknown then.
func (m *model) selected(ctx context.Context, diags *diag.Diagnostics) ([]*compliance.Rule, []compliance.Exemption) {
	catalogue, err := compliance.Load()
	if err != nil {
		diags.AddError("The rule catalogue is broken", err.Error())
		return nil, nil
	}
	var ids []string
	if !m.Rules.IsNull() {
		diags.Append(m.Rules.ElementsAs(ctx, &ids, false)...)
	}
	rules, err := catalogue.Select(ids)
	if err != nil {
		diags.AddAttributeError(path.Root("rules"), "Unknown rule", catalogue.Explain(err))
	}
	var exemptions []compliance.Exemption
	for i, block := range m.Exemptions {
		diags.Append(ExemptionErrors(path.Root("exemption").AtListIndex(i), catalogue.Validate(block.exemption()), catalogue.Explain)...)
		exemptions = append(exemptions, block.exemption())
	}
	return rules, exemptions
}

// accountDiagnostics is the one warning (or error) about what could not be read.
func (d *dataSource) accountDiagnostics(m model, failures []fleet.Outcome, absent []string) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(absent) > 0 && len(failures) == 0 {
		summary, detail := inventory.ClustersNotFound(absent)
		d.data.Enforce(&diags, summary, detail, "cluster_ids")
	}
	if len(failures) == 0 {
		return diags
	}
	detail := "These accounts, regions or clusters could not be read; nothing is known about what is in them, and they count as neither compliant nor violating:\n" +
		inventory.Describe(failures) + inventory.PerhapsBecause(absent)
	if m.RequireAllAccounts.ValueBool() {
		d.data.Enforce(&diags, "Not all accounts could be read", detail, "require_all_accounts")
	} else {
		diags.AddWarning("Not all accounts could be read", detail)
	}
	return diags
}

// mayMatch reports whether an exemption is about something that was looked at:
// one list of exemptions may serve several data sources.
func (m model) mayMatch(ctx context.Context, e compliance.Exemption, rules []*compliance.Rule, selection inventory.Selection) bool {
	var clusters []string
	if !m.ClusterIDs.IsNull() {
		_ = m.ClusterIDs.ElementsAs(ctx, &clusters, false) // reported where the clusters are picked
	}
	among := func(value string, list []string) bool {
		return value == "" || list == nil || slices.Contains(list, value)
	}
	return slices.ContainsFunc(rules, func(r *compliance.Rule) bool { return r.ID == e.RuleID }) &&
		among(e.AccountID, selection.AccountIDs) && among(e.Region, selection.Regions) && among(e.ClusterID, clusters)
}

// unread reports whether an exemption's account could not be read: it may cover something after all.
func unread(e compliance.Exemption, failures []fleet.Outcome) bool {
	return slices.ContainsFunc(failures, func(o fleet.Outcome) bool {
		return (e.AccountID == "" || e.AccountID == o.AccountID) && (e.Region == "" || o.Region == "" || e.Region == o.Region)
	})
}
