package workload

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
)

// ExemptionModel is the content of an exemption block about workloads.
type ExemptionModel struct {
	RuleID    types.String `tfsdk:"rule_id"`
	Kind      types.String `tfsdk:"kind"`
	Namespace types.String `tfsdk:"namespace"`
	Name      types.String `tfsdk:"name"`
	Container types.String `tfsdk:"container"`
	Reason    types.String `tfsdk:"reason"`
	Owner     types.String `tfsdk:"owner"`
	Expires   types.String `tfsdk:"expires"`
}

// Exemption is the block as reports apply it.
func (e ExemptionModel) Exemption() compliance.Exemption {
	return compliance.Exemption{
		RuleID: e.RuleID.ValueString(), Kind: e.Kind.ValueString(), Namespace: e.Namespace.ValueString(), Name: e.Name.ValueString(),
		Container: e.Container.ValueString(), Reason: e.Reason.ValueString(), Owner: e.Owner.ValueString(), Expires: e.Expires.ValueString(),
	}
}

// ExemptionAttributes are those of ExemptionModel.
func ExemptionAttributes() map[string]schema.Attribute {
	selector := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description + " An asterisk stands for any characters."}
	}
	return map[string]schema.Attribute{
		"rule_id":   schema.StringAttribute{Required: true, MarkdownDescription: "Rule."},
		"kind":      selector("Only objects of this kind."),
		"namespace": selector("Only in this namespace."),
		"name":      selector("Only objects of this name."),
		"container": selector("Only this container."),
		"reason":    schema.StringAttribute{Required: true, MarkdownDescription: "Why the violation is accepted; not empty."},
		"owner":     schema.StringAttribute{Optional: true, MarkdownDescription: "Who answers for it."},
		"expires":   schema.StringAttribute{Optional: true, MarkdownDescription: "Last day on which it holds, `YYYY-MM-DD` in UTC+8; for good if not set."},
	}
}

// Bullets are lines as a list in a diagnostic, which spells out the first of many.
func Bullets(lines []string) string {
	out := make([]string, 0, len(lines))
	for i, l := range lines {
		if i == clustercompliance.MaxWords {
			out = append(out, fmt.Sprintf("- and %d more", len(lines)-clustercompliance.MaxWords))
			break
		}
		out = append(out, "- "+l)
	}
	return strings.Join(out, "\n")
}
