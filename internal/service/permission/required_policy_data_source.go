package permission

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type requiredPolicyDataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*requiredPolicyDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*requiredPolicyDataSource)(nil)
)

// NewRequiredPolicyDataSource is the data source ackguard_required_ram_policy.
func NewRequiredPolicyDataSource() datasource.DataSource { return &requiredPolicyDataSource{} }

type requiredPolicyModel struct {
	Features          types.Set     `tfsdk:"features"`
	Rules             types.Set     `tfsdk:"rules"`
	Regions           types.Set     `tfsdk:"regions"`
	TrustedPrincipals types.Set     `tfsdk:"trusted_principals"`
	ExternalID        types.String  `tfsdk:"external_id"`
	MemberPolicy      types.String  `tfsdk:"member_policy"`
	TrustPolicy       types.String  `tfsdk:"trust_policy"`
	ProviderPolicy    types.String  `tfsdk:"provider_policy"`
	KubernetesRBAC    types.String  `tfsdk:"kubernetes_rbac"`
	Actions           []actionModel `tfsdk:"actions"`
}

type actionModel struct {
	Action     types.String `tfsdk:"action"`
	Resources  []string     `tfsdk:"resources"`
	NeededBy   []string     `tfsdk:"needed_by"`
	Where      types.String `tfsdk:"where"`
	Provenance types.String `tfsdk:"provenance"`
	Why        []string     `tfsdk:"why"`
}

// Metadata implements datasource.DataSource.
func (d *requiredPolicyDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_required_ram_policy"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *requiredPolicyDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *requiredPolicyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	strings := func(description string, checks ...validator.Set) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: append([]validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()}, checks...),
		}
	}
	list := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	features := strings("What is used, by its full type name. `list.NAME` is a list resource, `NAME.ARGUMENT` what an argument needs on top: " + quoted(Names()) + ".")
	features.Optional, features.Required = false, true
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "The smallest RAM policies for what is used: of the role in each member, of the identity that Terraform starts with, and the role's trust policy. " +
			"No action has a wildcard. It asks the cloud for nothing, but for the provider's own account where `trusted_principals` does not say whom to trust.",
		Attributes: map[string]schema.Attribute{
			"features": features,
			"rules": strings("The `rules` of `ackguard_cluster_compliance`; all of the catalogue by default. Fewer rules may need fewer actions. " +
				"Without that feature it changes nothing."),
			"regions": strings("The `regions` that are set wherever the features have the argument. The global cluster list is not needed then, and calls on a cluster are allowed in these regions only. " +
				"The lists themselves cannot be narrowed to a region (documented)."),
			"trusted_principals": strings("Who may assume the role in the members: account IDs, which stand for every identity of that account that may call `sts:AssumeRole`, or ARNs. The provider's own account by default.",
				setvalidator.ValueStringsAre(validate.Principal())),
			"external_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "External ID that the trust policy asks for; the `member_role` block of the provider sends it. It is not hidden: whoever may read the role sees it in the trust policy, " +
					"and whoever reviews the plan has to. It protects from being confused with another customer, not from somebody who holds the keys.",
				Validators: []validator.String{stringvalidator.LengthBetween(2, 1224)},
			},
			"member_policy":   text("Policy of the role in each member, in JSON. Where the provider's own account is among the `account_ids`, its identity needs this too. Null if the features need nothing there."),
			"trust_policy":    text("Trust policy of that role, in JSON. Null if no role is needed."),
			"provider_policy": text("Policy of the identity that Terraform starts with, in JSON: to become the role in the members, by the names in the provider block, and to read the directory. With `assume_role` blocks, that is the last of their roles. Null if the features need nothing there."),
			"kubernetes_rbac": text("Manifest of the roles inside each cluster, with their bindings, in YAML; `" + RBACSubject + "` stands for the ID of the member role, which differs by account. " +
				"Null if the features need no rights inside a cluster."),
			"actions": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The actions of the policies, by `where` and name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"action":     text("RAM action."),
					"resources":  list("ARNs that it has to be allowed on."),
					"needed_by":  list("Features that need it."),
					"where":      text("`member`, the role in each member, or `provider`, the identity that Terraform starts with."),
					"provenance": text("`documented`, where a help page names the action, or `inferred` from the name of the call."),
					"why":        list("What it is for."),
				}},
			},
		},
	}
}

// quoted lists names as code.
func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// ValidateConfig implements datasource.DataSourceWithValidateConfig. It needs no credentials, so a typo shows with
// terraform validate.
func (d *requiredPolicyDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var m requiredPolicyModel
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("features"), &m.Features)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("rules"), &m.Rules)...)
	for _, name := range known(m.Features) {
		_, err := Require(Choice{Features: []string{name}})
		report(&resp.Diagnostics, err)
	}
	for _, rule := range known(m.Rules) {
		_, err := Require(Choice{Rules: []string{rule}})
		report(&resp.Diagnostics, err)
	}
}

// known are the elements of a set whose values are known.
func known(set types.Set) []string {
	var list []string
	for _, element := range set.Elements() {
		if text, ok := element.(types.String); ok && !text.IsUnknown() && !text.IsNull() {
			list = append(list, text.ValueString())
		}
	}
	return list
}

// report words an error of Require.
func report(diags *diag.Diagnostics, err error) {
	var feature *UnknownFeatureError
	var rule *compliance.UnknownRuleError
	switch {
	case err == nil:
	case errors.As(err, &feature):
		diags.AddAttributeError(path.Root("features"), "Unknown feature", feature.Error())
	case errors.As(err, &rule):
		detail := err.Error()
		if catalogue, broken := compliance.Load(); broken == nil {
			detail = catalogue.Explain(err)
		}
		diags.AddAttributeError(path.Root("rules"), "Unknown rule", detail)
	default:
		diags.AddError("The rule catalogue is broken", err.Error())
	}
}

// Read implements datasource.DataSource.
func (d *requiredPolicyDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m requiredPolicyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := Choice{Features: known(m.Features), Rules: known(m.Rules), Regions: known(m.Regions), Roles: d.data.Fleet.MemberRoles()}
	for _, region := range c.Regions {
		if problem := providerdata.CheckRegion(region, d.data.SkipRegionValidation); problem != "" {
			resp.Diagnostics.AddAttributeError(path.Root("regions"), "Unknown region", problem)
		}
	}
	required, err := Require(c)
	report(&resp.Diagnostics, err)
	if resp.Diagnostics.HasError() {
		return
	}
	m.fill(required, &resp.Diagnostics)
	if !m.MemberPolicy.IsNull() {
		m.trust(ctx, d.data, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *requiredPolicyModel) fill(required Required, diags *diag.Diagnostics) {
	policy := func(h Holder) types.String {
		text, err := required.Policy(h)
		if err != nil {
			diags.AddError("Policy is too long", err.Error())
		}
		return value.OrNull(text)
	}
	m.MemberPolicy, m.ProviderPolicy = policy(Member), policy(Provider)
	manifest, err := required.RBAC()
	if err != nil {
		diags.AddError("Kubernetes manifest cannot be written", err.Error())
	}
	m.KubernetesRBAC = value.OrNull(manifest)
	m.Actions = []actionModel{}
	for _, a := range required.Actions {
		m.Actions = append(m.Actions, actionModel{
			Action: types.StringValue(a.Name), Resources: a.Resources, NeededBy: a.NeededBy,
			Where: types.StringValue(string(a.Holder)), Provenance: types.StringValue(string(a.Provenance)), Why: a.Why,
		})
	}
}

// trust makes the trust policy. Only where nobody is named it asks who the provider is.
func (m *requiredPolicyModel) trust(ctx context.Context, data *providerdata.Data, diags *diag.Diagnostics) {
	principals := known(m.TrustedPrincipals)
	if len(principals) == 0 {
		own, err := data.Fleet.AccountID(ctx, "")
		if err != nil {
			diags.Append(diagnostic.Error("Asking for the provider's own account", err))
			return
		}
		principals = []string{own}
	}
	text, err := Trust(principals, m.ExternalID.ValueString())
	if err != nil {
		diags.AddError("Trust policy cannot be written", err.Error())
	}
	m.TrustPolicy = types.StringValue(text)
}
