package scan

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/workload"
)

type reportModel struct {
	AccountIDs       types.Set                     `tfsdk:"account_ids"`
	Regions          types.Set                     `tfsdk:"regions"`
	ClusterIDs       types.Set                     `tfsdk:"cluster_ids"`
	Projects         types.Map                     `tfsdk:"projects"`
	Archive          *logshipping.Archive          `tfsdk:"archive"`
	MaxAgeHours      types.Int64                   `tfsdk:"max_age_hours"`
	Compare          *compareModel                 `tfsdk:"compare_with_manifests"`
	FailOn           types.String                  `tfsdk:"fail_on"`
	RequireComplete  types.Bool                    `tfsdk:"require_complete"`
	IncludeCompliant types.Bool                    `tfsdk:"include_compliant"`
	MaxFindings      types.Int64                   `tfsdk:"max_findings"`
	Exemptions       []reportExemptionModel        `tfsdk:"exemption"`
	Clusters         []reportClusterModel          `tfsdk:"clusters"`
	Findings         []reportFindingModel          `tfsdk:"findings"`
	Differences      []differenceModel             `tfsdk:"differences"`
	Counts           map[string]int64              `tfsdk:"counts"`
	RuleResults      []clustercompliance.RuleModel `tfsdk:"rule_results"`
	Summary          *workload.SummaryModel        `tfsdk:"summary"`
	RecordLayout     types.String                  `tfsdk:"record_layout"`
	Outcomes         []inventory.OutcomeModel      `tfsdk:"outcomes"`
	Complete         types.Bool                    `tfsdk:"complete"`
	Compliant        types.Bool                    `tfsdk:"compliant"`
	Truncated        types.Bool                    `tfsdk:"truncated"`
}

type compareModel struct {
	Files            types.Set `tfsdk:"files"`
	Manifests        types.Map `tfsdk:"manifests"`
	PodTemplatePaths types.Map `tfsdk:"pod_template_paths"`
}

type reportExemptionModel struct {
	workload.ExemptionModel
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	ClusterID types.String `tfsdk:"cluster_id"`
}

func (m reportExemptionModel) exemption() compliance.Exemption {
	e := m.Exemption()
	e.AccountID, e.Region, e.ClusterID = m.AccountID.ValueString(), m.Region.ValueString(), m.ClusterID.ValueString()
	return e
}

type reportClusterModel struct {
	workload.ShareModel
	AccountID       types.String `tfsdk:"account_id"`
	Region          types.String `tfsdk:"region"`
	ClusterID       types.String `tfsdk:"cluster_id"`
	ClusterName     types.String `tfsdk:"cluster_name"`
	Verdict         types.String `tfsdk:"verdict"`
	Problem         types.String `tfsdk:"problem"`
	Project         types.String `tfsdk:"project"`
	LogStore        types.String `tfsdk:"logstore"`
	Rows            types.Int64  `tfsdk:"rows"`
	UnreadableRows  types.Int64  `tfsdk:"unreadable_rows"`
	StartedAt       types.String `tfsdk:"started_at"`
	FinishedAt      types.String `tfsdk:"finished_at"`
	HighRiskAt      types.String `tfsdk:"high_risk_at"`
	HighRiskMessage types.String `tfsdk:"high_risk_message"`
}

func (c *clusterReport) model(share workload.ShareModel, verdict compliance.Verdict) reportClusterModel {
	return reportClusterModel{
		ShareModel: share, AccountID: types.StringValue(c.AccountID), Region: types.StringValue(c.Region), ClusterID: types.StringValue(c.ClusterID),
		ClusterName: types.StringValue(c.Name), Verdict: types.StringValue(string(verdict)), Problem: value.OrNull(c.problem),
		Project: value.OrNull(c.project), LogStore: value.OrNull(c.store), Rows: types.Int64Value(int64(c.rows)), UnreadableRows: types.Int64Value(int64(c.unreadable)),
		StartedAt: instant(c.scan.started), FinishedAt: instant(c.scan.finished), HighRiskAt: instant(c.scan.highRiskAt), HighRiskMessage: value.OrNull(c.scan.highRisk),
	}
}

func instant(at time.Time) types.String {
	if at.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(at.UTC().Format(time.RFC3339))
}

type reportFindingModel struct {
	RuleID           types.String      `tfsdk:"rule_id"`
	Severity         types.String      `tfsdk:"severity"`
	Category         types.String      `tfsdk:"category"`
	Verdict          types.String      `tfsdk:"verdict"`
	AccountID        types.String      `tfsdk:"account_id"`
	Region           types.String      `tfsdk:"region"`
	ClusterID        types.String      `tfsdk:"cluster_id"`
	ClusterName      types.String      `tfsdk:"cluster_name"`
	Kind             types.String      `tfsdk:"kind"`
	Namespace        types.String      `tfsdk:"namespace"`
	Name             types.String      `tfsdk:"name"`
	Container        types.String      `tfsdk:"container"`
	Message          types.String      `tfsdk:"message"`
	OtherColumns     map[string]string `tfsdk:"other_columns"`
	ExemptionReason  types.String      `tfsdk:"exemption_reason"`
	ExpiredExemption types.String      `tfsdk:"expired_exemption"`
}

func newReportFindingModel(f compliance.Finding, other map[string]string) reportFindingModel {
	return reportFindingModel{
		RuleID: types.StringValue(f.RuleID), Severity: types.StringValue(string(f.Severity)), Category: types.StringValue(f.Category), Verdict: types.StringValue(string(f.Verdict)),
		AccountID: types.StringValue(f.AccountID), Region: types.StringValue(f.Region), ClusterID: types.StringValue(f.ClusterID), ClusterName: types.StringValue(f.ClusterName),
		Kind: types.StringValue(f.Kind), Namespace: value.OrNull(f.Namespace), Name: types.StringValue(f.Name), Container: value.OrNull(f.Container),
		Message: value.OrNull(f.Message), OtherColumns: other, ExemptionReason: value.OrNull(f.ExemptionReason), ExpiredExemption: value.OrNull(f.ExpiredExemption),
	}
}

type differenceModel struct {
	RuleID          types.String `tfsdk:"rule_id"`
	ClusterID       types.String `tfsdk:"cluster_id"`
	Kind            types.String `tfsdk:"kind"`
	Namespace       types.String `tfsdk:"namespace"`
	Name            types.String `tfsdk:"name"`
	Container       types.String `tfsdk:"container"`
	ClusterVerdict  types.String `tfsdk:"cluster_verdict"`
	ManifestVerdict types.String `tfsdk:"manifest_verdict"`
	Source          types.String `tfsdk:"source"`
	Line            types.Int64  `tfsdk:"line"`
	Message         types.String `tfsdk:"message"`
}

func (d difference) model() differenceModel {
	m := differenceModel{
		RuleID: types.StringValue(d.cluster.RuleID), ClusterID: types.StringValue(d.cluster.ClusterID), Kind: types.StringValue(d.cluster.Kind),
		Namespace: value.OrNull(d.cluster.Namespace), Name: types.StringValue(d.cluster.Name), Container: value.OrNull(d.cluster.Container),
		ClusterVerdict: types.StringValue(string(d.cluster.Verdict)), ManifestVerdict: types.StringValue(string(d.manifest.Verdict)),
		Source: value.OrNull(d.manifest.Source), Message: value.OrNull(d.cluster.Message),
	}
	if worse(d.manifest.Verdict, d.cluster.Verdict) {
		m.Container, m.Message = value.OrNull(d.manifest.Container), value.OrNull(d.manifest.Message)
	}
	if d.manifest.Line > 0 {
		m.Line = types.Int64Value(int64(d.manifest.Line))
	}
	return m
}
