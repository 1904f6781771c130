package clustercompliance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

// ExemptionErrors are the problems of the exemption block at a path; explain words that of a rule that is not known.
func ExemptionErrors(at path.Path, problems []*compliance.FieldError, explain func(error) string) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, problem := range problems {
		detail := problem.Err.Error() + "."
		var unknown *compliance.UnknownRuleError
		if errors.As(problem.Err, &unknown) {
			detail = explain(problem.Err)
		}
		diags.AddAttributeError(at.AtName(problem.Field), "Invalid exemption", detail)
	}
	return diags
}

// ExemptionWarnings names exemptions that ended, and those that cover nothing although they are about what was looked at.
func ExemptionWarnings(report *compliance.Report, lookedAt func(compliance.Exemption) bool) diag.Diagnostics {
	var diags diag.Diagnostics
	var unused, expired []string
	for _, e := range report.UnusedExemptions {
		if lookedAt(e) {
			unused = append(unused, "- "+describeExemption(e))
		}
	}
	for _, e := range report.ExpiredExemptions {
		expired = append(expired, fmt.Sprintf("- %s: its last day was %s", describeExemption(e), e.Expires))
	}
	if len(unused) > 0 {
		diags.AddWarning("Exemption matches nothing",
			"No finding needs these exemptions any more, or their selectors are wrong; remove or correct them:\n"+strings.Join(unused, "\n"))
	}
	if len(expired) > 0 {
		diags.AddWarning("Exemption expired",
			"These exemptions no longer hold; what they covered is a finding again. Fix it, or agree on a new date:\n"+strings.Join(expired, "\n"))
	}
	return diags
}

func describeExemption(e compliance.Exemption) string {
	parts := []string{"rule " + e.RuleID}
	for _, part := range [][2]string{
		{"account", e.AccountID}, {"region", e.Region}, {"cluster", e.ClusterID},
		{"kind", e.Kind}, {"namespace", e.Namespace}, {"name", e.Name}, {"container", e.Container},
	} {
		if part[1] != "" {
			parts = append(parts, part[0]+" "+part[1])
		}
	}
	return fmt.Sprintf("%s (%s)", strings.Join(parts, ", "), e.Reason)
}
