package workload

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type complianceModel struct {
	Files              types.Set                     `tfsdk:"files"`
	Manifests          types.Map                     `tfsdk:"manifests"`
	Objects            types.Dynamic                 `tfsdk:"objects"`
	PodTemplatePaths   types.Map                     `tfsdk:"pod_template_paths"`
	Profile            types.String                  `tfsdk:"profile"`
	PodSecurityVersion types.String                  `tfsdk:"pod_security_version"`
	Rules              types.Set                     `tfsdk:"rules"`
	FailOn             types.String                  `tfsdk:"fail_on"`
	IncludeCompliant   types.Bool                    `tfsdk:"include_compliant"`
	MaxFindings        types.Int64                   `tfsdk:"max_findings"`
	Exemptions         []ExemptionModel              `tfsdk:"exemption"`
	Findings           []findingModel                `tfsdk:"findings"`
	Counts             map[string]int64              `tfsdk:"counts"`
	RuleResults        []clustercompliance.RuleModel `tfsdk:"rule_results"`
	Summary            *SummaryModel                 `tfsdk:"summary"`
	Inputs             []inputModel                  `tfsdk:"inputs"`
	Warnings           []string                      `tfsdk:"warnings"`
	Complete           types.Bool                    `tfsdk:"complete"`
	Compliant          types.Bool                    `tfsdk:"compliant"`
	Truncated          types.Bool                    `tfsdk:"truncated"`
}

type findingModel struct {
	RuleID           types.String `tfsdk:"rule_id"`
	Severity         types.String `tfsdk:"severity"`
	Category         types.String `tfsdk:"category"`
	Verdict          types.String `tfsdk:"verdict"`
	Kind             types.String `tfsdk:"kind"`
	Namespace        types.String `tfsdk:"namespace"`
	Name             types.String `tfsdk:"name"`
	Container        types.String `tfsdk:"container"`
	Path             types.String `tfsdk:"path"`
	Source           types.String `tfsdk:"source"`
	Line             types.Int64  `tfsdk:"line"`
	Message          types.String `tfsdk:"message"`
	ExemptionReason  types.String `tfsdk:"exemption_reason"`
	ExpiredExemption types.String `tfsdk:"expired_exemption"`
}

func newFindingModel(f compliance.Finding) findingModel {
	m := findingModel{
		RuleID: types.StringValue(f.RuleID), Severity: types.StringValue(string(f.Severity)), Category: types.StringValue(f.Category),
		Verdict: types.StringValue(string(f.Verdict)), Kind: types.StringValue(f.Kind), Namespace: value.OrNull(f.Namespace), Name: value.OrNull(f.Name),
		Container: value.OrNull(f.Container), Path: value.OrNull(f.Path), Source: value.OrNull(f.Source), Message: value.OrNull(f.Message),
		ExemptionReason: value.OrNull(f.ExemptionReason), ExpiredExemption: value.OrNull(f.ExpiredExemption),
	}
	if f.Line > 0 {
		m.Line = types.Int64Value(int64(f.Line))
	}
	return m
}

type inputModel struct {
	Source  types.String `tfsdk:"source"`
	SHA256  types.String `tfsdk:"sha256"`
	Objects types.Int64  `tfsdk:"objects"`
	Judged  types.Int64  `tfsdk:"judged"`
}
