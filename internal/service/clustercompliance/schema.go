package clustercompliance

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// Schema implements datasource.DataSource.
func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Judges the live clusters of one or many accounts by the rules of the catalogue, with every plan. " +
			"An account that cannot be read is an outcome and part of one warning, and what could not be read is never a pass: " +
			"`complete` and `compliant` are false then.\n\n" +
			"A fact is fetched only when a rule's verdict waits for it: deletion protection alone needs nothing beyond the cluster lists.",
		Attributes: map[string]schema.Attribute{
			"account_ids": inventory.AccountIDsAttribute(),
			"regions":     inventory.RegionsAttribute(),
			"cluster_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Judge only these clusters. One that is not found is an error, or part of the warning where an account could not be read; in up to 20 lists it is looked for during 15 seconds, for a new cluster may show late.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.ClusterID())},
			},
			"rules": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "IDs of the rules to apply; all of the catalogue by default.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
			},
			"fail_on": FailOnAttribute("`INSUFFICIENT_DATA` and `ERROR` do not count: `require_all_accounts` and `complete` are for those."),
			"require_all_accounts": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Fail the plan when a call for an account, a region or a cluster's facts failed, instead of warning. `enforcement` applies here too. " +
					"A fact that the service answered without (`INSUFFICIENT_DATA`) is no failed call; `complete` covers both.",
			},
			"include_compliant": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "List every verdict in `findings` and `verdicts`, not only those that somebody must act on. State grows with clusters times rules then.",
			},
			"max_findings": MaxFindingsAttribute(),
			"findings": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "What somebody must act on: `NON_COMPLIANT`, `ERROR` and `INSUFFICIENT_DATA`, by severity, rule, account, region and cluster; with `include_compliant` the others after them.",
				NestedObject:        schema.NestedAttributeObject{Attributes: FindingAttributes()},
			},
			"counts": CountsAttribute(),
			"rule_results": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The rules that were applied.",
				NestedObject: schema.NestedAttributeObject{Attributes: RuleAttributes()},
			},
			"verdicts": schema.MapAttribute{
				Computed: true, ElementType: types.MapType{ElemType: types.StringType},
				MarkdownDescription: "Verdict by cluster ID and rule ID, compact enough for an output. Without `include_compliant` only those that somebody must act on.",
			},
			"outcomes":  inventory.OutcomesAttribute(),
			"complete":  flag("Whether every selected account, cluster and fact was read."),
			"compliant": flag("Whether all of it was read and nothing that is not exempted is `NON_COMPLIANT`."),
			"truncated": flag("Whether there are more findings than `max_findings`."),
		},
		Blocks: map[string]schema.Block{
			"exemption": schema.ListNestedBlock{
				MarkdownDescription: "Accepts violations of one rule. What the selectors leave open matches everything. " +
					"An exemption never hides a fact that could not be read. One that matches nothing is warned about.",
				NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
					"rule_id": schema.StringAttribute{Required: true, MarkdownDescription: "Rule."},
					"account_id": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Only in this account.", Validators: []validator.String{validate.AccountID()},
					},
					"region": schema.StringAttribute{Optional: true, MarkdownDescription: "Only in this region."},
					"cluster_id": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Only on this cluster.", Validators: []validator.String{validate.ClusterID()},
					},
					"reason":  schema.StringAttribute{Required: true, MarkdownDescription: "Why the violation is accepted; not empty."},
					"owner":   schema.StringAttribute{Optional: true, MarkdownDescription: "Who answers for it."},
					"expires": schema.StringAttribute{Optional: true, MarkdownDescription: "Last day on which it holds, `YYYY-MM-DD` in UTC+8; for good if not set."},
				}},
			},
		},
	}
}

// MaxFindingsAttribute is the argument max_findings.
func MaxFindingsAttribute() schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional: true, MarkdownDescription: "At most so many `findings`, the most severe first; 1000 by default. Counts and `verdicts` are whole in any case.",
		Validators: []validator.Int64{int64validator.AtLeast(1)},
	}
}

// FindingAttributes are those of a finding.
func FindingAttributes() map[string]schema.Attribute {
	text := attribute.Text
	return map[string]schema.Attribute{
		"rule_id":           text("Rule."),
		"severity":          text("Severity of the rule."),
		"verdict":           text("`COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE`, `INSUFFICIENT_DATA`, `IGNORED` (exempted) or `ERROR`."),
		"account_id":        text("Account of the cluster."),
		"region":            text("Region of the cluster."),
		"cluster_id":        text("Cluster."),
		"cluster_name":      text("Name of the cluster."),
		"resource":          text("What inside the cluster; null for the cluster itself."),
		"path":              text("The fact that could not be read; null otherwise."),
		"message":           text("What is wrong, or which fact is missing and why."),
		"exemption_reason":  text("Reason of the exemption, where the verdict is `IGNORED`."),
		"expired_exemption": text("Last day of the exemption that no longer covers this finding."),
	}
}

// CountsAttribute is a number of verdicts of each kind.
func CountsAttribute() schema.MapAttribute {
	return schema.MapAttribute{Computed: true, ElementType: types.Int64Type, MarkdownDescription: "Number of verdicts of each kind."}
}

// RuleAttributes are those of a rule with its counts.
func RuleAttributes() map[string]schema.Attribute {
	text := attribute.Text
	return map[string]schema.Attribute{
		"rule_id":     text("Rule."),
		"title":       text("What it asks for."),
		"severity":    text("Severity."),
		"remediation": text("How to comply."),
		"counts":      CountsAttribute(),
	}
}
