package configrule

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type managedRulesDataSource struct{ data *providerdata.Data }

var _ datasource.DataSourceWithConfigure = (*managedRulesDataSource)(nil)

// NewManagedRulesDataSource is the data source ackguard_config_managed_rules.
func NewManagedRulesDataSource() datasource.DataSource { return &managedRulesDataSource{} }

type managedRulesModel struct {
	AccountID types.String       `tfsdk:"account_id"`
	IDs       []string           `tfsdk:"ids"`
	Rules     []managedRuleModel `tfsdk:"rules"`
	NotListed []string           `tfsdk:"not_listed"`
}

type managedRuleModel struct {
	RuleID           types.String `tfsdk:"rule_id"`
	Name             types.String `tfsdk:"name"`
	Description      types.String `tfsdk:"description"`
	HelpURL          types.String `tfsdk:"help_url"`
	RiskLevel        types.Int64  `tfsdk:"risk_level"`
	Trigger          types.String `tfsdk:"trigger"`
	Frequency        types.String `tfsdk:"frequency"`
	Labels           []string     `tfsdk:"labels"`
	EvaluatedAtPlan  types.Bool   `tfsdk:"evaluated_at_plan"`
	SupportsPreCheck types.Bool   `tfsdk:"supports_pre_check"`
}

// Metadata implements datasource.DataSource.
func (d *managedRulesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_managed_rules"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *managedRulesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *managedRulesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	list := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The managed rules that Cloud Config itself lists for ACK's clusters, and which of them our catalogue evaluates at plan time too. It costs one call; the list is the service's, and the same in every account.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: "Account that asks; the provider's own account if not set.", Validators: []validator.String{validate.AccountID()},
			},
			"ids": list("Identifiers of `rules`."),
			"rules": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The rules, by identifier.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"rule_id":            text("Identifier: `source_identifier` of `ackguard_config_rule_ack`."),
					"name":               text("Name."),
					"description":        text("What it asks for."),
					"help_url":           text("Page about it."),
					"risk_level":         schema.Int64Attribute{Computed: true, MarkdownDescription: "1 high, 2 medium, 3 low."},
					"trigger":            text("`ConfigurationItemChangeNotification` or `ScheduledNotification`, where the list or our catalogue says so; null otherwise."),
					"frequency":          text("How often a scheduled rule runs; null where that is not known."),
					"labels":             list("Labels, sorted."),
					"evaluated_at_plan":  flag("Whether our catalogue has the rule, so that `ackguard_cluster_compliance` evaluates it at plan time."),
					"supports_pre_check": flag("Whether the service can judge a planned resource by it."),
				}},
			},
			"not_listed": list("Rules of our catalogue that the service does not list, sorted."),
		},
	}
}

// Read implements datasource.DataSource.
func (d *managedRulesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m managedRulesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.AccountID = scoped.OwnAccount(ctx, d.data, m.AccountID, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	catalogue, err := compliance.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
		return
	}
	managed, err := d.data.Observed.ManagedRules(ctx, m.AccountID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Listing the managed rules of Cloud Config in account "+m.AccountID.ValueString(), err))
		return
	}
	m.fill(managed, catalogue)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *managedRulesModel) fill(managed []cloudconfig.ManagedRule, catalogue *compliance.Catalogue) {
	managed = slices.Clone(managed)
	slices.SortFunc(managed, func(a, b cloudconfig.ManagedRule) int { return strings.Compare(a.Identifier, b.Identifier) })
	m.IDs, m.Rules = []string{}, []managedRuleModel{}
	for _, r := range managed {
		own, err := catalogue.Lookup(r.Identifier)
		trigger, frequency := r.Trigger, r.Frequency
		if err == nil && trigger == "" && own.CloudConfig != nil {
			trigger, frequency = own.CloudConfig.Trigger, own.CloudConfig.Frequency
		}
		model := managedRuleModel{
			RuleID: types.StringValue(r.Identifier), Name: value.OrNull(r.Name), Description: value.OrNull(r.Description), HelpURL: value.OrNull(r.HelpURL),
			Trigger: value.OrNull(trigger), Frequency: value.OrNull(frequency), Labels: sortedTexts(r.Labels),
			EvaluatedAtPlan: types.BoolValue(err == nil), SupportsPreCheck: types.BoolValue(r.SupportsPreCheck),
		}
		if r.RiskLevel != 0 {
			model.RiskLevel = types.Int64Value(r.RiskLevel)
		}
		m.IDs, m.Rules = append(m.IDs, r.Identifier), append(m.Rules, model)
	}
	m.NotListed = slices.DeleteFunc(catalogue.IDs(), func(id string) bool { return slices.Contains(m.IDs, id) })
}

func sortedTexts(list []string) []string {
	sorted := append([]string{}, list...)
	slices.Sort(sorted)
	return sorted
}
