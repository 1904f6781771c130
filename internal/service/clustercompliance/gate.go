package clustercompliance

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// MaxWords bounds how many findings a diagnostic spells out.
const MaxWords = 20

// FailOnAttribute is the argument fail_on. otherwise says what stands for the findings that it does not count.
func FailOnAttribute(otherwise string) schema.StringAttribute {
	severities := []string{}
	for _, s := range compliance.Severities() {
		severities = append(severities, string(s))
	}
	return schema.StringAttribute{
		Optional: true,
		MarkdownDescription: "Fail the plan when an unexempted `NON_COMPLIANT` finding is at least this severe: `" + strings.Join(severities, "`, `") + "`. " +
			"A data source that fails also blocks the apply that would fix the finding, and destroy: the provider's `enforcement = \"warn\"` " +
			"(environment `ACKGUARD_ENFORCEMENT`) lets them through. " + otherwise + " " +
			"Without `fail_on`, use a `check` or a postcondition on the results.",
		Validators: []validator.String{stringvalidator.OneOf(severities...)},
	}
}

// Gate is fail_on of a data source with findings.
type Gate struct {
	Data   *providerdata.Data
	FailOn types.String
	// Accept says what to do to live with a finding for a time, e.g. "add an exemption block with a reason".
	Accept string
}

// Remediations are what to do about violations of rules, by rule ID.
func Remediations[R interface{ About() *compliance.Metadata }](rules []R) map[string]string {
	m := make(map[string]string, len(rules))
	for _, r := range rules {
		m[r.About().ID] = strings.TrimSpace(r.About().Remediation.EN)
	}
	return m
}

// Check fails the plan, or warns, when a finding is as severe as fail_on.
func (g Gate) Check(report *compliance.Report, remediations map[string]string, diags *diag.Diagnostics) {
	if g.FailOn.IsNull() {
		return
	}
	threshold := compliance.Severity(g.FailOn.ValueString())
	var lines []string
	broken := map[string]bool{}
	for _, finding := range report.Findings {
		if finding.Verdict == compliance.NonCompliant && finding.Severity.AtLeast(threshold) {
			lines, broken[finding.RuleID] = append(lines, findingLine(finding)), true
		}
	}
	if len(lines) == 0 {
		return
	}
	summary := fmt.Sprintf("%d finding(s) of severity %s or worse", len(lines), threshold)
	if len(lines) > MaxWords {
		lines = append(lines[:MaxWords:MaxWords], fmt.Sprintf("- and %d more", len(lines)-MaxWords))
	}
	fixes := []string{"\nHow to fix:"}
	for _, id := range slices.Sorted(maps.Keys(broken)) {
		if fix := remediations[id]; fix != "" {
			fixes = append(fixes, fmt.Sprintf("- %s: %s", id, fix))
		}
	}
	if len(fixes) > 1 {
		lines = append(lines, fixes...)
	}
	lines = append(lines, "\nTo accept a finding for a time, "+g.Accept+".")
	g.Data.Enforce(diags, summary, strings.Join(lines, "\n"), "fail_on")
}

func findingLine(f compliance.Finding) string {
	var where []string
	if f.Kind != "" {
		where = append(where, f.Resource)
	}
	if f.Container != "" {
		where = append(where, "container "+f.Container)
	}
	switch {
	case f.Line > 0:
		where = append(where, fmt.Sprintf("%s:%d", f.Source, f.Line))
	case f.Source != "":
		where = append(where, f.Source)
	}
	if f.ClusterID != "" {
		where = append(where, fmt.Sprintf("cluster %s (%s), account %s, region %s", f.ClusterName, f.ClusterID, f.AccountID, f.Region))
	}
	line := fmt.Sprintf("- %s (%s): %s: %s", f.RuleID, f.Severity, strings.Join(where, ", "), f.Message)
	if f.ExpiredExemption != "" {
		line += fmt.Sprintf(" (its exemption expired on %s)", f.ExpiredExemption)
	}
	return line
}
