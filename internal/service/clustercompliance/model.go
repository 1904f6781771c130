package clustercompliance

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type model struct {
	AccountIDs         types.Set                    `tfsdk:"account_ids"`
	Regions            types.Set                    `tfsdk:"regions"`
	ClusterIDs         types.Set                    `tfsdk:"cluster_ids"`
	Rules              types.Set                    `tfsdk:"rules"`
	FailOn             types.String                 `tfsdk:"fail_on"`
	RequireAllAccounts types.Bool                   `tfsdk:"require_all_accounts"`
	IncludeCompliant   types.Bool                   `tfsdk:"include_compliant"`
	MaxFindings        types.Int64                  `tfsdk:"max_findings"`
	Exemptions         []exemptionModel             `tfsdk:"exemption"`
	Findings           []FindingModel               `tfsdk:"findings"`
	Counts             map[string]int64             `tfsdk:"counts"`
	RuleResults        []RuleModel                  `tfsdk:"rule_results"`
	Verdicts           map[string]map[string]string `tfsdk:"verdicts"`
	Outcomes           []inventory.OutcomeModel     `tfsdk:"outcomes"`
	Complete           types.Bool                   `tfsdk:"complete"`
	Compliant          types.Bool                   `tfsdk:"compliant"`
	Truncated          types.Bool                   `tfsdk:"truncated"`
	Inventory          types.String                 `tfsdk:"inventory"`
}

type exemptionModel struct {
	RuleID    types.String `tfsdk:"rule_id"`
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	ClusterID types.String `tfsdk:"cluster_id"`
	Reason    types.String `tfsdk:"reason"`
	Owner     types.String `tfsdk:"owner"`
	Expires   types.String `tfsdk:"expires"`
}

func (e exemptionModel) exemption() compliance.Exemption {
	return compliance.Exemption{
		RuleID: e.RuleID.ValueString(), AccountID: e.AccountID.ValueString(), Region: e.Region.ValueString(),
		ClusterID: e.ClusterID.ValueString(), Reason: e.Reason.ValueString(), Owner: e.Owner.ValueString(), Expires: e.Expires.ValueString(),
	}
}

// known reports whether nothing of the block waits for an apply.
func (e exemptionModel) known() bool {
	for _, v := range []types.String{e.RuleID, e.AccountID, e.Region, e.ClusterID, e.Reason, e.Owner, e.Expires} {
		if v.IsUnknown() {
			return false
		}
	}
	return true
}

// FindingModel is a finding as data sources show it.
type FindingModel struct {
	RuleID           types.String `tfsdk:"rule_id"`
	Severity         types.String `tfsdk:"severity"`
	Verdict          types.String `tfsdk:"verdict"`
	AccountID        types.String `tfsdk:"account_id"`
	Region           types.String `tfsdk:"region"`
	ClusterID        types.String `tfsdk:"cluster_id"`
	ClusterName      types.String `tfsdk:"cluster_name"`
	Resource         types.String `tfsdk:"resource"`
	Path             types.String `tfsdk:"path"`
	Message          types.String `tfsdk:"message"`
	ExemptionReason  types.String `tfsdk:"exemption_reason"`
	ExpiredExemption types.String `tfsdk:"expired_exemption"`
}

// NewFindingModel is a finding as data sources show it.
func NewFindingModel(f compliance.Finding) FindingModel {
	return FindingModel{
		RuleID: types.StringValue(f.RuleID), Severity: types.StringValue(string(f.Severity)), Verdict: types.StringValue(string(f.Verdict)),
		AccountID: value.OrNull(f.AccountID), Region: value.OrNull(f.Region), ClusterID: value.OrNull(f.ClusterID), ClusterName: value.OrNull(f.ClusterName),
		Resource: value.OrNull(f.Resource), Path: value.OrNull(f.Path), Message: value.OrNull(f.Message),
		ExemptionReason: value.OrNull(f.ExemptionReason), ExpiredExemption: value.OrNull(f.ExpiredExemption),
	}
}

// RuleModel is a rule with the number of its verdicts of each kind.
type RuleModel struct {
	RuleID      types.String     `tfsdk:"rule_id"`
	Title       types.String     `tfsdk:"title"`
	Severity    types.String     `tfsdk:"severity"`
	Remediation types.String     `tfsdk:"remediation"`
	Counts      map[string]int64 `tfsdk:"counts"`
}

// CountsModel is counts as data sources show them.
func CountsModel(counts compliance.Counts) map[string]int64 {
	m := map[string]int64{}
	for verdict, n := range counts {
		m[string(verdict)] = int64(n)
	}
	return m
}

// defaultMaxFindings bounds findings unless max_findings does.
const defaultMaxFindings = 1000

// Limited cuts findings after max_findings, and says whether there are more.
func Limited(findings []compliance.Finding, maxFindings types.Int64) ([]compliance.Finding, types.Bool) {
	limit := defaultMaxFindings
	if !maxFindings.IsNull() {
		limit = int(maxFindings.ValueInt64())
	}
	return findings[:min(limit, len(findings))], types.BoolValue(len(findings) > limit)
}

// fill turns the report into the data source's results.
func (m *model) fill(report *compliance.Report, rules []*compliance.Rule) {
	listed, _ := report.Actionable(0)
	shown := listed
	if m.IncludeCompliant.ValueBool() {
		// What somebody must act on stays in front: the limit must not cut a violation for the sake of a pass.
		shown = report.Findings
		for _, f := range report.Findings {
			if !f.Verdict.Actionable() {
				listed = append(listed, f)
			}
		}
	}
	m.Findings = []FindingModel{}
	listed, m.Truncated = Limited(listed, m.MaxFindings)
	for _, f := range listed {
		m.Findings = append(m.Findings, NewFindingModel(f))
	}
	m.Verdicts = map[string]map[string]string{}
	for _, f := range shown {
		if m.Verdicts[f.ClusterID] == nil {
			m.Verdicts[f.ClusterID] = map[string]string{}
		}
		m.Verdicts[f.ClusterID][f.RuleID] = string(f.Verdict)
	}
	m.Counts = CountsModel(report.Counts)
	m.RuleResults = RuleModels(report, rules)
}

// RuleModels are the rules with their counts in the report.
func RuleModels[R interface{ About() *compliance.Metadata }](report *compliance.Report, rules []R) []RuleModel {
	byRule := map[string]compliance.Counts{}
	for _, r := range report.ByRule {
		byRule[r.RuleID] = r.Counts
	}
	models := []RuleModel{}
	for _, rule := range rules {
		r := rule.About()
		models = append(models, RuleModel{
			RuleID: types.StringValue(r.ID), Title: types.StringValue(r.Title.EN), Severity: types.StringValue(string(r.Severity)),
			Remediation: types.StringValue(r.Remediation.EN), Counts: CountsModel(byRule[r.ID]),
		})
	}
	return models
}
