package workload

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
)

// Schema implements datasource.DataSource.
func (d *complianceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "Judges Kubernetes manifests before they reach a cluster, by the check items of ACK's workload inspection and some beside them. It makes no call.\n\n" +
			"Judged are Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Jobs, CronJobs, custom resources with a pod template at a given path, and RBAC roles and bindings; everything else is read and left alone. " +
			"Terraform reads the data source during the plan when all its arguments are known then, and during the apply otherwise; the function `evaluate_manifest` judges planned objects.",
		Attributes: map[string]schema.Attribute{
			"objects": schema.DynamicAttribute{
				Optional: true, MarkdownDescription: "Manifests as objects: one, or a list of them. They are arguments, and so in the state.",
			},
			"profile": schema.StringAttribute{
				Optional: true, MarkdownDescription: "What to judge by: `ack` (default), the check items of the inspection and ours beside them; `pss-baseline` or `pss-restricted`, the Pod Security Standards by the library that Kubernetes itself uses.",
				Validators: []validator.String{stringvalidator.OneOf(profiles()...)},
			},
			"pod_security_version": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Version of the Pod Security Standards, such as `v1.34`; `latest` by default. Profile `ack` has none.",
			},
			"rules": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "IDs of the rules of the profile to apply, in the inspection's spelling or another version's; all by default.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
			},
			"fail_on": clustercompliance.FailOnAttribute("`ERROR` does not count: `complete` is for that."),
			"include_compliant": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "List every verdict in `findings`, not only those that somebody must act on.",
			},
			"max_findings": clustercompliance.MaxFindingsAttribute(),
			"findings": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "What somebody must act on: `NON_COMPLIANT` and `ERROR`, by severity, rule and object; with `include_compliant` the others after them.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"rule_id": text("Rule."), "severity": text("Severity of the rule."), "category": text("Category of the rule."),
					"verdict": text("`COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE`, `IGNORED` (exempted) or `ERROR`."),
					"kind":    text("Kind of the object."), "namespace": text("Its namespace; null where the manifest has none."), "name": text("Its name."),
					"container": text("Container; null for what is said of the whole."),
					"path":      text("Field that the rule is about."), "source": text("File, or name of the text; null for an object."),
					"line":    number("Line of the source at which the field stands, or what would hold it; null where it is not known."),
					"message": text("What is wrong."), "exemption_reason": text("Reason of the exemption, where the verdict is `IGNORED`."),
					"expired_exemption": text("Last day of the exemption that no longer covers this finding."),
				}},
			},
			"counts": clustercompliance.CountsAttribute(),
			"rule_results": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The rules that were applied.",
				NestedObject: schema.NestedAttributeObject{Attributes: clustercompliance.RuleAttributes()},
			},
			"summary": SummaryAttribute(),
			"inputs": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "Files and texts that were read.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"source": text("File, or name of the text."), "sha256": text("SHA-256 of its bytes, hexadecimal."),
					"objects": number("Objects in it."), "judged": number("Objects that a rule is about."),
				}},
			},
			"warnings":  schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Fields that Kubernetes does not know, misspelt ones among them."},
			"complete":  flag("Whether everything was read and judged."),
			"compliant": flag("Whether all of it was read and nothing that is not exempted is `NON_COMPLIANT`. Where nothing was judged it is true too, with a warning: `summary.items` is 0 then."),
			"truncated": flag("Whether there are more findings than `max_findings`."),
		},
		Blocks: map[string]schema.Block{
			"exemption": schema.ListNestedBlock{
				MarkdownDescription: "Accepts violations of one rule. What the selectors leave open matches everything. One that matches nothing is warned about.",
				NestedObject:        schema.NestedBlockObject{Attributes: ExemptionAttributes()},
			},
		},
	}
	maps.Copy(resp.Schema.Attributes, ManifestAttributes())
}
