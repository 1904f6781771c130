package workload

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
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
	share := func() map[string]schema.Attribute {
		return map[string]schema.Attribute{
			"items":   number("Judged items: a rule on a workload or on one of its containers; `NOT_APPLICABLE` ones are left out."),
			"passed":  number("Items that are `COMPLIANT` or `IGNORED`."),
			"percent": schema.Float64Attribute{Computed: true, MarkdownDescription: "Per cent of the items that passed, rounded down to a tenth; null of none."},
		}
	}
	shares := func(description string) schema.MapNestedAttribute {
		return schema.MapNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: share()}}
	}
	summary := share()
	summary["by_kind"] = shares("The same by kind of object.")
	summary["by_category"] = shares("The same by category: `health`, `image`, `network`, `resource`, `security`.")
	text := attribute.Text
	selector := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description + " An asterisk stands for any characters."}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Judges Kubernetes manifests before they reach a cluster, by the check items of ACK's workload inspection and some beside them. It makes no call.\n\n" +
			"Judged are Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Jobs, CronJobs, custom resources with a pod template at a given path, and RBAC roles and bindings; everything else is read and left alone. " +
			"Terraform reads the data source during the plan when all its arguments are known then, and during the apply otherwise; the function `evaluate_manifest` judges planned objects.",
		Attributes: map[string]schema.Attribute{
			"files": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Manifests to read: paths, patterns such as `${path.module}/k8s/*.yaml`, or folders, which stand for every `.yaml`, `.yml` and `.json` file below them. One that matches nothing is an error. " +
					"Of a file, only its path, its digest and the findings reach the state.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"manifests": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Manifests as YAML or JSON text, such as the output of a Helm template, by a name of your own that findings carry. The texts are arguments, and so in the state: do not pass Secrets here.",
				Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
			},
			"objects": schema.DynamicAttribute{
				Optional: true, MarkdownDescription: "Manifests as objects: one, or a list of them. They are arguments, and so in the state.",
			},
			"pod_template_paths": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Custom resources that have a pod template: its path, such as `spec.template`, by `GROUP/KIND`, such as `apps.kruise.io/CloneSet`.",
				Validators:          []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues()},
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
			"summary": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "Figures as on the inspection's report page.", Attributes: summary,
			},
			"inputs": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "Files and texts that were read.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"source": text("File, or name of the text."), "sha256": text("SHA-256 of its bytes, hexadecimal."),
					"objects": number("Objects in it."), "judged": number("Objects that a rule is about."),
				}},
			},
			"warnings":  schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Fields that Kubernetes does not know, misspelt ones among them."},
			"complete":  flag("Whether everything was read and judged."),
			"compliant": flag("Whether all of it was read and nothing that is not exempted is `NON_COMPLIANT`."),
			"truncated": flag("Whether there are more findings than `max_findings`."),
		},
		Blocks: map[string]schema.Block{
			"exemption": schema.ListNestedBlock{
				MarkdownDescription: "Accepts violations of one rule. What the selectors leave open matches everything. One that matches nothing is warned about.",
				NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
					"rule_id":   schema.StringAttribute{Required: true, MarkdownDescription: "Rule."},
					"kind":      selector("Only objects of this kind."),
					"namespace": selector("Only in this namespace."),
					"name":      selector("Only objects of this name."),
					"container": selector("Only this container."),
					"reason":    schema.StringAttribute{Required: true, MarkdownDescription: "Why the violation is accepted; not empty."},
					"owner":     schema.StringAttribute{Optional: true, MarkdownDescription: "Who answers for it."},
					"expires":   schema.StringAttribute{Optional: true, MarkdownDescription: "Last day on which it holds, `YYYY-MM-DD` in UTC+8; for good if not set."},
				}},
			},
		},
	}
}
