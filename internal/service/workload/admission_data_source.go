package workload

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"sigs.k8s.io/yaml"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type admissionDataSource struct{}

// NewAdmissionDataSource is the data source ackguard_validating_admission_policy.
func NewAdmissionDataSource() datasource.DataSource { return admissionDataSource{} }

var _ datasource.DataSourceWithValidateConfig = admissionDataSource{}

type admissionModel struct {
	Rules             types.Set     `tfsdk:"rules"`
	NamePrefix        types.String  `tfsdk:"name_prefix"`
	ValidationActions types.Set     `tfsdk:"validation_actions"`
	FailurePolicy     types.String  `tfsdk:"failure_policy"`
	ExcludeNamespaces types.Set     `tfsdk:"exclude_namespaces"`
	Policies          []policyModel `tfsdk:"policies"`
	YAML              types.String  `tfsdk:"yaml"`
}

type policyModel struct {
	RuleID     types.String `tfsdk:"rule_id"`
	Name       types.String `tfsdk:"name"`
	Policy     types.String `tfsdk:"policy"`
	Binding    types.String `tfsdk:"binding"`
	Difference types.String `tfsdk:"difference"`
}

// Metadata implements datasource.DataSource.
func (admissionDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_validating_admission_policy"
}

// Schema implements datasource.DataSource.
func (admissionDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	words := func(description string, checks ...validator.String) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(checks...)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Renders workload rules as ValidatingAdmissionPolicy (Kubernetes 1.30 and later): the API server then refuses, at admission, what `ackguard_workload_compliance` finds at plan time, by the same expressions. It makes no call; apply the objects with the provider or the tool of your choice.\n\n" +
			"A policy looks at workloads when they are created and when their `spec` changes. Pods that a Job owns are left out of the rules on probes. A custom resource's pod template is judged when its Pods are made.",
		Attributes: map[string]schema.Attribute{
			"rules":              words("IDs of the rules to render; all by default."),
			"name_prefix":        schema.StringAttribute{Optional: true, MarkdownDescription: "Prefix of the objects' names, a DNS label; `ackguard` by default.", Validators: []validator.String{stringvalidator.RegexMatches(dnsLabel, "want a DNS label of at most 30 characters")}},
			"validation_actions": words("What becomes of a violation: `Deny` (default), `Warn` (a warning to the caller), `Audit` (an annotation of the audit event). `Deny` and `Warn` exclude each other.", stringvalidator.OneOf(workload.ValidationActions...)),
			"failure_policy": schema.StringAttribute{
				Optional: true, MarkdownDescription: "What becomes of a request on which an expression fails: `Fail` (default) or `Ignore`.", Validators: []validator.String{stringvalidator.OneOf(workload.FailurePolicies...)},
			},
			"exclude_namespaces": words("Namespaces that are left alone, such as `kube-system`. Cluster-wide RBAC objects have no namespace and are always judged.", stringvalidator.LengthAtLeast(1)),
			"policies": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The objects, a pair for each rule, by rule ID.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"rule_id": text("Rule."), "name": text("Name of both objects."),
					"policy": text("The ValidatingAdmissionPolicy as YAML."), "binding": text("The ValidatingAdmissionPolicyBinding as YAML."),
					"difference": text("Where the API server changes objects before admission, so that it may answer otherwise than the plan; null where it does not."),
				}},
			},
			"yaml": text("All objects as one YAML stream."),
		},
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (admissionDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var rules, actions types.Set
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("rules"), &rules)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("validation_actions"), &actions)...)
	catalogue, err := workload.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
		return
	}
	checkRules(catalogue, path.Root("rules"), rules.Elements(), &resp.Diagnostics)
	chosen := map[string]bool{}
	for _, a := range actions.Elements() {
		if s, ok := a.(types.String); ok {
			chosen[s.ValueString()] = true
		}
	}
	if chosen["Deny"] && chosen["Warn"] {
		resp.Diagnostics.AddAttributeError(path.Root("validation_actions"), "Actions exclude each other", "The API server refuses a binding with both Deny and Warn.")
	}
}

func checkRules(catalogue *workload.Catalogue, at path.Path, ids []attr.Value, diags *diag.Diagnostics) {
	for _, v := range ids {
		if id, ok := v.(types.String); ok && !id.IsUnknown() {
			if _, err := catalogue.Lookup(id.ValueString()); err != nil {
				diags.AddAttributeError(at, "Unknown rule", catalogue.Explain(err))
			}
		}
	}
}

// Read implements datasource.DataSource.
func (admissionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m admissionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	catalogue, err := workload.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
	}
	var ids []string
	o := workload.PolicyOptions{NamePrefix: m.NamePrefix.ValueString(), FailurePolicy: m.FailurePolicy.ValueString()}
	resp.Diagnostics.Append(m.Rules.ElementsAs(ctx, &ids, false)...)
	resp.Diagnostics.Append(m.ValidationActions.ElementsAs(ctx, &o.ValidationActions, false)...)
	resp.Diagnostics.Append(m.ExcludeNamespaces.ElementsAs(ctx, &o.ExcludeNamespaces, false)...)
	if resp.Diagnostics.HasError() {
		return
	}
	rules, err := catalogue.Select(ids)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("rules"), "Unknown rule", catalogue.Explain(err))
		return
	}
	m.Policies = []policyModel{}
	var stream []string
	for _, r := range rules {
		p := workload.RenderPolicy(r, o)
		policy, binding := marshal(p.Policy), marshal(p.Binding)
		stream = append(stream, policy, binding)
		m.Policies = append(m.Policies, policyModel{
			RuleID: types.StringValue(r.ID), Name: types.StringValue(p.Name), Policy: types.StringValue(policy), Binding: types.StringValue(binding),
			Difference: value.OrNull(strings.TrimSpace(r.Admission.EN)),
		})
	}
	m.YAML = types.StringValue(strings.Join(stream, "---\n"))
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func marshal(object map[string]any) string {
	text, err := yaml.Marshal(object)
	if err != nil {
		panic(err) // maps, lists and strings always have a YAML form
	}
	return string(text)
}
