package clustercompliance

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type rulesDataSource struct{}

// NewRulesDataSource is the data source ackguard_rules.
func NewRulesDataSource() datasource.DataSource { return rulesDataSource{} }

type rulesModel struct {
	RuleIDs     types.Set     `tfsdk:"rule_ids"`
	MinSeverity types.String  `tfsdk:"min_severity"`
	Language    types.String  `tfsdk:"language"`
	IDs         []string      `tfsdk:"ids"`
	Rules       []ruleDetails `tfsdk:"rules"`
}

type ruleDetails struct {
	RuleID         types.String        `tfsdk:"rule_id"`
	Title          types.String        `tfsdk:"title"`
	Severity       types.String        `tfsdk:"severity"`
	SeveritySource types.String        `tfsdk:"severity_source"`
	Category       types.String        `tfsdk:"category"`
	Why            types.String        `tfsdk:"why"`
	Remediation    types.String        `tfsdk:"remediation"`
	Applies        types.String        `tfsdk:"applies"`
	Compliant      types.String        `tfsdk:"compliant"`
	Sources        []string            `tfsdk:"sources"`
	CloudConfig    *cloudConfigModel   `tfsdk:"cloud_config"`
	Maps           map[string][]string `tfsdk:"maps"`
	Cases          []caseModel         `tfsdk:"cases"`
}

type cloudConfigModel struct {
	Trigger    types.String `tfsdk:"trigger"`
	Frequency  types.String `tfsdk:"frequency"`
	RiskLevel  types.Int64  `tfsdk:"risk_level"`
	Provenance types.String `tfsdk:"provenance"`
}

type caseModel struct {
	Name types.String `tfsdk:"name"`
	Want types.String `tfsdk:"want"`
}

// Metadata implements datasource.DataSource.
func (rulesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_rules"
}

// Schema implements datasource.DataSource.
func (rulesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	severities := []string{}
	for _, s := range compliance.Severities() {
		severities = append(severities, string(s))
	}
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "The catalogue of cluster rules: what `ackguard_cluster_compliance` can judge. It makes no call.",
		Attributes: map[string]schema.Attribute{
			"rule_ids": schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Only these rules; all by default.", Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()}},
			"min_severity": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Only rules at least this severe: `" + strings.Join(severities, "`, `") + "`.",
				Validators: []validator.String{stringvalidator.OneOf(severities...)},
			},
			"language": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Language of titles, reasons and remediations: `en` (default) or `zh`.",
				Validators: []validator.String{stringvalidator.OneOf("en", "zh")},
			},
			"ids": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of `rules`."},
			"rules": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The rules, by ID.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"rule_id":         text("ID: Cloud Config's managed-rule identifier where there is one."),
					"title":           text("What it asks for."),
					"severity":        text("How bad a violation is."),
					"severity_source": text("`documented`, where Cloud Config's page has the level, or `inferred`."),
					"category":        text("Category."),
					"why":             text("Why it matters."),
					"remediation":     text("How to comply."),
					"applies":         text("CEL expression: which clusters it is about."),
					"compliant":       text("CEL expression: what it asks of them."),
					"sources":         schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What may be read for it: `list` (free), `detail`, `node_pools`, `addons` (a call per cluster each)."},
					"cloud_config": schema.SingleNestedAttribute{
						Computed: true, MarkdownDescription: "How Cloud Config runs its rule of the same identifier; null if it has none.",
						Attributes: map[string]schema.Attribute{
							"trigger": text("Trigger."), "frequency": text("Frequency; null for a rule that runs on changes."),
							"risk_level": schema.Int64Attribute{Computed: true, MarkdownDescription: "1 high, 2 medium, 3 low."},
							"provenance": text("`documented` or `inferred`."),
						},
					},
					"maps": schema.MapAttribute{
						Computed: true, ElementType: types.ListType{ElemType: types.StringType}, MarkdownDescription: "Controls of frameworks that it stands for.",
					},
					"cases": schema.ListNestedAttribute{
						Computed: true, MarkdownDescription: "The rule's own test cases.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{"name": text("Case."), "want": text("Verdict.")}},
					},
				}},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (rulesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m rulesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	catalogue, err := compliance.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
	}
	var ids []string
	resp.Diagnostics.Append(m.RuleIDs.ElementsAs(ctx, &ids, false)...)
	if resp.Diagnostics.HasError() {
		return
	}
	rules, err := catalogue.Select(ids)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("rule_ids"), "Unknown rule", catalogue.Explain(err))
		return
	}
	m.IDs, m.Rules = []string{}, []ruleDetails{}
	for _, r := range rules {
		if m.MinSeverity.IsNull() || r.Severity.AtLeast(compliance.Severity(m.MinSeverity.ValueString())) {
			m.IDs, m.Rules = append(m.IDs, r.ID), append(m.Rules, newRuleDetails(r, m.Language.ValueString() == "zh"))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func newRuleDetails(r *compliance.Rule, chinese bool) ruleDetails {
	in := func(t compliance.Text) types.String {
		if chinese {
			return types.StringValue(strings.TrimSpace(t.ZH))
		}
		return types.StringValue(strings.TrimSpace(t.EN))
	}
	details := ruleDetails{
		RuleID: types.StringValue(r.ID), Title: in(r.Title), Severity: types.StringValue(string(r.Severity)),
		SeveritySource: types.StringValue(string(r.SeveritySource)), Category: types.StringValue(r.Category),
		Why: in(r.Why), Remediation: in(r.Remediation), Applies: types.StringValue(strings.TrimSpace(r.Applies)),
		Compliant: types.StringValue(strings.TrimSpace(r.Compliant)), Sources: []string{}, Maps: map[string][]string{}, Cases: []caseModel{},
	}
	for _, s := range r.Sources() {
		details.Sources = append(details.Sources, string(s))
	}
	for framework, controls := range r.Maps {
		details.Maps[framework] = controls
	}
	for _, c := range r.Tests {
		details.Cases = append(details.Cases, caseModel{types.StringValue(c.Name), types.StringValue(string(c.Want))})
	}
	if c := r.CloudConfig; c != nil {
		details.CloudConfig = &cloudConfigModel{
			Trigger: types.StringValue(c.Trigger), Frequency: value.OrNull(c.Frequency),
			RiskLevel: types.Int64Value(int64(c.RiskLevel)), Provenance: types.StringValue(string(c.Provenance)),
		}
	}
	return details
}
