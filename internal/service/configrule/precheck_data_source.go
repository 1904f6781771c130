package configrule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type precheckDataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*precheckDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*precheckDataSource)(nil)
)

// NewPrecheckDataSource is the data source ackguard_config_precheck.
func NewPrecheckDataSource() datasource.DataSource { return &precheckDataSource{} }

type precheckModel struct {
	AccountID   types.String          `tfsdk:"account_id"`
	Resources   types.List            `tfsdk:"resources"`
	RuleIDs     types.Set             `tfsdk:"rule_ids"`
	Results     []precheckResultModel `tfsdk:"results"`
	Unsupported []string              `tfsdk:"unsupported_rule_ids"`
	Complete    types.Bool            `tfsdk:"complete"`
	Compliant   types.Bool            `tfsdk:"compliant"`
}

type plannedModel struct {
	LogicalID    types.String `tfsdk:"logical_id"`
	ResourceType types.String `tfsdk:"resource_type"`
	Properties   types.String `tfsdk:"properties"`
}

func (p plannedModel) kind() string {
	return cmp.Or(p.ResourceType.ValueString(), cloudconfig.ACKCluster)
}

type precheckResultModel struct {
	LogicalID     types.String `tfsdk:"logical_id"`
	ResourceType  types.String `tfsdk:"resource_type"`
	RuleID        types.String `tfsdk:"rule_id"`
	Verdict       types.String `tfsdk:"verdict"`
	Reason        types.String `tfsdk:"reason"`
	Property      types.String `tfsdk:"property"`
	Configuration types.String `tfsdk:"configuration"`
	DesiredValue  types.String `tfsdk:"desired_value"`
	HelpURL       types.String `tfsdk:"help_url"`
}

// Metadata implements datasource.DataSource.
func (d *precheckDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_precheck"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *precheckDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *precheckDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "Asks Cloud Config itself what it thinks of resources that are only planned, by its managed rules (`EvaluatePreConfigRules`). No rule and no resource is created. " +
			"The service can judge so by some of its rules only; the pages of the rules for ACK say that they have no dry run. " +
			"A rule that it does not offer for this is `INSUFFICIENT_DATA` and in `unsupported_rule_ids`, never a pass. " +
			"It is asked once everything in `resources` is known: with a value that only the apply brings, during the apply.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: "Account whose Cloud Config is asked; the provider's own if not set.",
				Validators: []validator.String{validate.AccountID()},
			},
			"resources": schema.ListNestedAttribute{
				Required: true, MarkdownDescription: "The planned resources.",
				Validators: []validator.List{listvalidator.SizeAtLeast(1)},
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"logical_id": schema.StringAttribute{
						Required: true, MarkdownDescription: "Name of the resource in the results, e.g. its address in the configuration; different for each.",
						Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"resource_type": schema.StringAttribute{
						Optional: true, MarkdownDescription: "Resource type of Cloud Config; `" + cloudconfig.ACKCluster + "` by default.",
						Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"properties": schema.StringAttribute{
						Required: true, MarkdownDescription: "The resource's properties as a JSON object, named as the vendor's API names them (`jsonencode`). The example of the vendor's page has those of a creation, e.g. `DeletionProtection`.",
						Validators: []validator.String{validate.JSONObject()},
					},
				}},
			},
			"rule_ids": schema.SetAttribute{
				Required: true, ElementType: types.StringType, MarkdownDescription: "Identifiers of managed rules, e.g. `ack-cluster-public-endpoint-check`. They are applied with their default parameters.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
			},
			"results": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "One result for each resource and rule, by `logical_id` and rule.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"logical_id":    text("Resource."),
					"resource_type": text("Its type."),
					"rule_id":       text("Rule."),
					"verdict":       text("`COMPLIANT`, `NON_COMPLIANT` or `NOT_APPLICABLE`, as the service says; `INSUFFICIENT_DATA` where it says nothing."),
					"reason":        text("Why; null for a resource that complies."),
					"property":      text("Property that the rule looked at; null if the service does not say."),
					"configuration": text("What it is; null if the service does not say."),
					"desired_value": text("What it should be; null if the service does not say."),
					"help_url":      text("The vendor's page about how to comply; null if there is none."),
				}},
			},
			"unsupported_rule_ids": schema.ListAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "Rules that the service cannot pre-check for at least one of the resources (`ListPreManagedRules` does not have them).",
			},
			"complete":  schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the service judged every resource by every rule."},
			"compliant": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it judged all of it, and nothing is `NON_COMPLIANT`."},
		},
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *precheckDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var list types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("resources"), &list)...)
	if resp.Diagnostics.HasError() || list.IsUnknown() {
		return
	}
	// A dynamic list may still hold unknown objects.
	for i, element := range list.Elements() {
		if element.IsUnknown() || element.IsNull() {
			if element.IsNull() {
				resp.Diagnostics.AddAttributeError(path.Root("resources").AtListIndex(i), "Null resource", "A resource must not be null.")
			}
			return
		}
	}
	var planned []plannedModel
	resp.Diagnostics.Append(list.ElementsAs(ctx, &planned, false)...)
	namedTwice(planned, &resp.Diagnostics)
}

// namedTwice refuses logical IDs by which results could not be told apart.
func namedTwice(planned []plannedModel, diags *diag.Diagnostics) {
	seen := map[string]bool{}
	for i, p := range planned {
		if id := p.LogicalID.ValueString(); id != "" && seen[id] {
			diags.AddAttributeError(path.Root("resources").AtListIndex(i).AtName("logical_id"), "Resource named twice",
				fmt.Sprintf("Two resources have the logical_id %q; results could not be told apart.", id))
		} else {
			seen[id] = true
		}
	}
}

// Read implements datasource.DataSource.
func (d *precheckDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m precheckModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	var planned []plannedModel
	var rules []string
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(m.Resources.ElementsAs(ctx, &planned, false)...)
		rules = texts(ctx, m.RuleIDs, &resp.Diagnostics)
		namedTwice(planned, &resp.Diagnostics) // what was unknown when it was validated
	}
	if resp.Diagnostics.HasError() {
		return
	}
	account, err := d.data.Fleet.AccountID(ctx, m.AccountID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Asking for the provider's own account", err))
		return
	}
	supported, err := d.supported(ctx, account, planned)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Asking which rules can judge planned resources", err))
		return
	}
	judged, err := d.judged(ctx, account, planned, rules, supported)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Pre-checking resources", err))
		return
	}
	m.AccountID = types.StringValue(account)
	m.fill(planned, rules, supported, judged)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// supported are the rules that can judge planned resources, by type.
func (d *precheckDataSource) supported(ctx context.Context, account string, planned []plannedModel) (map[cloudconfig.PreRule]bool, error) {
	kinds := map[string]bool{}
	for _, p := range planned {
		kinds[p.kind()] = true
	}
	list, err := d.data.Observed.PreRules(ctx, account, slices.Sorted(maps.Keys(kinds)))
	supported := map[cloudconfig.PreRule]bool{}
	for _, r := range list {
		supported[r] = true
	}
	return supported, err
}

// verdictOn names a verdict.
type verdictOn struct{ logicalID, rule string }

// judged asks the service by the rules that it offers; without any, not at all.
func (d *precheckDataSource) judged(ctx context.Context, account string, planned []plannedModel, rules []string, supported map[cloudconfig.PreRule]bool) (map[verdictOn]cloudconfig.PreResult, error) {
	var asked []cloudconfig.Planned
	for _, p := range planned {
		item := cloudconfig.Planned{LogicalID: p.LogicalID.ValueString(), ResourceType: p.kind(), Properties: p.Properties.ValueString()}
		for _, rule := range rules {
			if supported[cloudconfig.PreRule{Identifier: rule, ResourceType: item.ResourceType}] {
				item.Rules = append(item.Rules, rule)
			}
		}
		if len(item.Rules) > 0 {
			asked = append(asked, item)
		}
	}
	judged := map[verdictOn]cloudconfig.PreResult{}
	if len(asked) == 0 {
		return judged, nil
	}
	results, err := d.data.Observed.PreCheck(ctx, account, asked)
	for _, r := range results {
		judged[verdictOn{r.LogicalID, r.Rule}] = r
	}
	return judged, err
}

// fill has a result for each resource and rule, whatever the service left out.
func (m *precheckModel) fill(planned []plannedModel, rules []string, supported map[cloudconfig.PreRule]bool, judged map[verdictOn]cloudconfig.PreResult) {
	m.Results, m.Unsupported = []precheckResultModel{}, []string{}
	complete, compliant := true, true
	planned = slices.SortedFunc(slices.Values(planned), func(a, b plannedModel) int {
		return strings.Compare(a.LogicalID.ValueString(), b.LogicalID.ValueString())
	})
	for _, p := range planned {
		for _, rule := range rules {
			r := judged[verdictOn{p.LogicalID.ValueString(), rule}]
			reason := r.Annotation.Reason
			switch {
			case !supported[cloudconfig.PreRule{Identifier: rule, ResourceType: p.kind()}]:
				reason = "not supported: the service does not offer this rule for planned resources of type " + p.kind()
				r = cloudconfig.PreResult{Verdict: cloudconfig.InsufficientData}
				m.Unsupported = append(m.Unsupported, rule)
			case r.Verdict == "":
				reason, r.Verdict = "the service's answer leaves this resource and rule out", cloudconfig.InsufficientData
			case r.Verdict != cloudconfig.Compliant && r.Verdict != cloudconfig.NonCompliant && r.Verdict != cloudconfig.NotApplicable:
				reason, r.Verdict = fmt.Sprintf("the service answers %q, which this version does not know", r.Verdict), cloudconfig.InsufficientData
			case reason == "" && r.Annotation.Property != "":
				reason = strings.TrimSpace(fmt.Sprintf("%s is %q; wanted: %s %q", r.Annotation.Property, r.Annotation.Configuration, r.Annotation.Operator, r.Annotation.DesiredValue))
			}
			complete = complete && r.Verdict != cloudconfig.InsufficientData
			compliant = compliant && r.Verdict != cloudconfig.NonCompliant
			m.Results = append(m.Results, precheckResultModel{
				LogicalID: p.LogicalID, ResourceType: types.StringValue(p.kind()), RuleID: types.StringValue(rule), Verdict: types.StringValue(r.Verdict),
				Reason: value.OrNull(reason), Property: value.OrNull(r.Annotation.Property), Configuration: value.OrNull(r.Annotation.Configuration),
				DesiredValue: value.OrNull(r.Annotation.DesiredValue), HelpURL: value.OrNull(r.HelpURL),
			})
		}
	}
	slices.Sort(m.Unsupported)
	m.Unsupported = slices.Compact(m.Unsupported)
	m.Complete, m.Compliant = types.BoolValue(complete), types.BoolValue(complete && compliant)
}
