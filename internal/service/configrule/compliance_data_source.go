package configrule

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type complianceDataSource struct{ data *providerdata.Data }

var (
	_ datasource.DataSourceWithConfigure      = (*complianceDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*complianceDataSource)(nil)
)

// NewComplianceDataSource is the data source ackguard_config_compliance.
func NewComplianceDataSource() datasource.DataSource { return &complianceDataSource{} }

type complianceModel struct {
	owner
	AccountIDs     types.Set                    `tfsdk:"account_ids"`
	RuleIDs        types.Set                    `tfsdk:"rule_ids"`
	ConfigRuleIDs  types.Set                    `tfsdk:"config_rule_ids"`
	PackID         types.String                 `tfsdk:"compliance_pack_id"`
	FailOn         types.String                 `tfsdk:"fail_on"`
	MaxFindings    types.Int64                  `tfsdk:"max_findings"`
	CheckParity    types.Bool                   `tfsdk:"check_parity"`
	Findings       []foundModel                 `tfsdk:"findings"`
	Counts         map[string]int64             `tfsdk:"counts"`
	RuleResults    []ruleResultModel            `tfsdk:"rule_results"`
	Verdicts       map[string]map[string]string `tfsdk:"verdicts"`
	Complete       types.Bool                   `tfsdk:"complete"`
	Compliant      types.Bool                   `tfsdk:"compliant"`
	Truncated      types.Bool                   `tfsdk:"truncated"`
	Parity         types.List                   `tfsdk:"parity"`
	ParityComplete types.Bool                   `tfsdk:"parity_complete"`
}

// foundModel is a finding of Cloud Config: as ours, and by which of its rules.
type foundModel struct {
	clustercompliance.FindingModel
	ConfigRuleID types.String `tfsdk:"config_rule_id"`
}

type ruleResultModel struct {
	clustercompliance.RuleModel
	ConfigRuleID   types.String `tfsdk:"config_rule_id"`
	ConfigRuleName types.String `tfsdk:"config_rule_name"`
	PackID         types.String `tfsdk:"compliance_pack_id"`
	State          types.String `tfsdk:"state"`
}

// Metadata implements datasource.DataSource.
func (d *complianceDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_compliance"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *complianceDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// ownedBy are the arguments account_id and aggregator_id of a data source.
func ownedBy(what string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"account_id": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: "Account " + what + ", or the account that has the account group; the provider's own account if not set.",
			Validators: []validator.String{validate.AccountID()},
		},
		"aggregator_id": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Account group " + what + ": one chain of calls answers for all its accounts.",
			Validators: []validator.String{validate.AggregatorID()},
		},
	}
}

// Schema implements datasource.DataSource.
func (d *complianceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	set := func(description string, check validator.String) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(check)},
		}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	findings, rules, attributes := clustercompliance.FindingAttributes(), clustercompliance.RuleAttributes(), ownedBy("whose results are read")
	findings["config_rule_id"] = text("Rule of Cloud Config.")
	findings["cluster_id"] = text("Cluster; null where the finding is about a rule as a whole.")
	findings["path"], findings["resource"] = text("Always null: findings have the same attributes as those of `ackguard_cluster_compliance`."), text("Always null.")
	findings["exemption_reason"], findings["expired_exemption"] = text("Always null: the service does not tell the reason."), text("Always null.")
	findings["message"] = text("What Cloud Config's annotation says, or why there is no result.")
	rules["config_rule_id"], rules["config_rule_name"] = text("Rule of Cloud Config."), text("Its name there.")
	rules["compliance_pack_id"] = text("Compliance pack that the rule belongs to; null for none.")
	rules["state"] = text("`ACTIVE`, `EVALUATING` or `INACTIVE`.")
	rules["title"] = text("What it asks for: the catalogue's title, or the rule's name in Cloud Config.")
	rules["remediation"] = text("How to comply; null where the catalogue does not have the rule.")
	with := map[string]schema.Attribute{
		"account_ids":     set("Only clusters of these accounts of the account group.", validate.AccountID()),
		"rule_ids":        set("Only these rules, by identifier, e.g. `ack-cluster-public-endpoint-check`. One that no rule has is an error, which `enforcement` applies to.", stringvalidator.LengthAtLeast(1)),
		"config_rule_ids": set("Only these rules, by their ID in Cloud Config. One that does not exist is an error, which `enforcement` applies to.", validate.ConfigRuleID()),
		"compliance_pack_id": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Only the rules of this compliance pack.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"fail_on":      clustercompliance.FailOnAttribute("`INSUFFICIENT_DATA` does not count: `complete` is for that."),
		"max_findings": clustercompliance.MaxFindingsAttribute(),
		"check_parity": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Judge the live clusters by the rules that the catalogue has too, as `ackguard_cluster_compliance` does, and list where the verdicts differ in `parity`. " +
				"It costs that data source's calls, and needs its access to every account; a cluster that Cloud Config has not found yet shows then, too.",
		},
		"findings": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "What somebody must act on: `NON_COMPLIANT` and `INSUFFICIENT_DATA`, by severity, rule, account, region and cluster.",
			NestedObject: schema.NestedAttributeObject{Attributes: findings},
		},
		"counts": clustercompliance.CountsAttribute(),
		"rule_results": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "The rules, by identifier.", NestedObject: schema.NestedAttributeObject{Attributes: rules},
		},
		"verdicts": schema.MapAttribute{
			Computed: true, ElementType: types.MapType{ElemType: types.StringType},
			MarkdownDescription: "Verdict by cluster ID and rule ID, of what somebody must act on; the worst where several rules of Cloud Config have the identifier.",
		},
		"complete":  flag("Whether every rule has judged every cluster that it covers: false while a rule is being evaluated, or has no result of a cluster yet."),
		"compliant": flag("Whether that is so, there is a result at all, and none is `NON_COMPLIANT`."),
		"truncated": flag("Whether there are more findings than `max_findings`."),
		"parity": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Where the verdict at plan time and Cloud Config's differ, by rule, account, region and cluster; null without `check_parity`. `IGNORED` counts as the `NON_COMPLIANT` that it hides.",
			NestedObject:        schema.NestedAttributeObject{Attributes: parityAttributes()},
		},
		"parity_complete": flag("Whether every cluster of the selected accounts was compared; null without `check_parity`."),
	}
	for name, a := range with {
		attributes[name] = a
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What Cloud Config says of ACK's clusters, by its rules of an account or of an account group: findings as `ackguard_cluster_compliance` has them, without a session in any member account. " +
			"The number of calls grows with the number of results, a hundred a call, and not with accounts and regions.\n\n" +
			"A verdict is as old as its evaluation: up to the rule's period. A rule that is being evaluated, and a cluster that a rule covers and has no result of, is `INSUFFICIENT_DATA` and never a pass. " +
			"Which clusters there are is known from the results themselves: a cluster that no rule has a result of yet shows only with `check_parity`; " +
			"and where a rule's scope has tags, resource groups, folders or names, a cluster without a result counts as one that it does not cover. " +
			"Rules that are `INACTIVE` count only where `rule_ids` or `config_rule_ids` names them.",
		Attributes: attributes,
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig.
func (d *complianceDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var accounts types.Set
	var group types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("account_ids"), &accounts)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("aggregator_id"), &group)...)
	if !accounts.IsNull() && group.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("account_ids"), "Accounts without an account group",
			"account_ids selects accounts of an account group, and there is no aggregator_id: account_id selects one account.")
	}
}

// Read implements datasource.DataSource.
func (d *complianceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m complianceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.AccountID = scoped.OwnAccount(ctx, d.data, m.AccountID, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	rules, err := d.data.Observed.ConfigRules(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Listing the Cloud Config rules "+m.place(), err))
		return
	}
	selected, inactive := m.selectRules(ctx, d.data, rules, &resp.Diagnostics)
	t := newTally(selected)
	if m.CheckParity.ValueBool() && !resp.Diagnostics.HasError() {
		if accounts := m.accounts(ctx, d.data, &resp.Diagnostics); !resp.Diagnostics.HasError() {
			t.parity = newParity(ctx, d.data, t, accounts, &resp.Diagnostics)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if err := m.stream(ctx, d.data, t, selected, texts(ctx, m.AccountIDs, &resp.Diagnostics)); err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Reading the results of Cloud Config "+m.place(), err))
		return
	}
	t.close(ctx, d.data, m.owner, &resp.Diagnostics)
	report := compliance.NewReport(t.findings, nil, d.data.Fleet.Clock().Now())
	m.fill(ctx, t, report, inactive, &resp.Diagnostics)
	if t.parity != nil {
		t.parity.warn(d.data.Fleet.Clock().Now(), &resp.Diagnostics)
	}
	catalogue, err := compliance.Load()
	if err != nil {
		resp.Diagnostics.AddError("The rule catalogue is broken", err.Error())
		return
	}
	clustercompliance.Gate{
		Data: d.data, FailOn: m.FailOn, Accept: "acknowledge it with ackguard_config_rule_exemption",
	}.Check(report, clustercompliance.Remediations(catalogue.Rules()), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// selectRules are the rules that count, and those that are inactive and do not.
func (m *complianceModel) selectRules(ctx context.Context, data *providerdata.Data, rules []cloudconfig.StoredRule, diags *diag.Diagnostics) (selected, inactive []cloudconfig.StoredRule) {
	identifiers, ids := texts(ctx, m.RuleIDs, diags), texts(ctx, m.ConfigRuleIDs, diags)
	found := map[string]bool{}
	for _, r := range rules {
		switch {
		case r.State == cloudconfig.RuleDeleting,
			m.PackID.ValueString() != "" && r.PackID != m.PackID.ValueString(),
			identifiers != nil && !slices.Contains(identifiers, r.SourceIdentifier),
			ids != nil && !slices.Contains(ids, r.ID):
		case r.State == cloudconfig.RuleInactive && identifiers == nil && ids == nil:
			inactive = append(inactive, r)
		default:
			found[r.SourceIdentifier], found[r.ID] = true, true
			selected = append(selected, r)
		}
	}
	for argument, wanted := range map[string][]string{"rule_ids": identifiers, "config_rule_ids": ids} {
		missing := slices.DeleteFunc(slices.Clone(wanted), func(id string) bool { return found[id] })
		if len(missing) > 0 {
			data.Enforce(diags, "Rule of Cloud Config not found", fmt.Sprintf(
				"No rule of Cloud Config for ACK's clusters %s is the one that %s names: %s. What no rule looks at is neither compliant nor violating.", m.place(), argument, strings.Join(missing, ", ")), argument)
		}
	}
	return selected, inactive
}

// whole reports whether all rules count, so that one chain of calls answers.
func (m *complianceModel) whole() bool { return m.RuleIDs.IsNull() && m.ConfigRuleIDs.IsNull() }

// stream puts the results into the tally, of these accounts only if there are any, sorted.
func (m *complianceModel) stream(ctx context.Context, data *providerdata.Data, t *tally, rules []cloudconfig.StoredRule, accounts []string) error {
	filters := []cloudconfig.ResultFilter{{PackID: m.PackID.ValueString()}}
	if !m.whole() {
		filters = nil
		for _, r := range rules {
			filters = append(filters, cloudconfig.ResultFilter{RuleID: r.ID})
		}
	}
	if len(rules) == 0 {
		return nil
	}
	for _, f := range filters {
		if len(accounts) == 1 {
			f.AccountID = accounts[0]
		}
		if err := data.Observed.ConfigResults(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString(), f, func(r cloudconfig.Result) error {
			if r.AccountID == "" {
				r.AccountID = m.AccountID.ValueString()
			}
			if _, wanted := slices.BinarySearch(accounts, r.AccountID); wanted || len(accounts) == 0 {
				t.add(r)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// accounts are those whose clusters Cloud Config judges.
func (m *complianceModel) accounts(ctx context.Context, data *providerdata.Data, diags *diag.Diagnostics) []string {
	if m.AggregatorID.IsNull() {
		return []string{m.AccountID.ValueString()}
	}
	if !m.AccountIDs.IsNull() {
		return texts(ctx, m.AccountIDs, diags)
	}
	group, found, err := data.Observed.Aggregator(ctx, m.AccountID.ValueString(), m.AggregatorID.ValueString())
	if err != nil {
		diags.Append(diagnostic.Error("Reading the account group "+m.AggregatorID.ValueString(), err))
		return nil
	}
	if !found {
		diags.AddAttributeError(path.Root("aggregator_id"), "Account group not found", "There is no account group "+m.AggregatorID.ValueString()+" in account "+m.AccountID.ValueString()+".")
		return nil
	}
	var accounts []string
	for _, member := range group.Members {
		accounts = append(accounts, member.AccountID)
	}
	return accounts
}

// fill turns the tally into the data source's results.
func (m *complianceModel) fill(ctx context.Context, t *tally, report *compliance.Report, inactive []cloudconfig.StoredRule, diags *diag.Diagnostics) {
	shown, truncated := clustercompliance.Limited(report.Findings, m.MaxFindings)
	m.Findings, m.Truncated = []foundModel{}, truncated
	for _, f := range shown {
		m.Findings = append(m.Findings, foundModel{clustercompliance.NewFindingModel(f), types.StringValue(f.ConfigRuleID)})
	}
	m.Verdicts = map[string]map[string]string{}
	for _, f := range report.Findings {
		if f.ClusterID == "" {
			continue
		}
		if m.Verdicts[f.ClusterID] == nil {
			m.Verdicts[f.ClusterID] = map[string]string{}
		}
		if m.Verdicts[f.ClusterID][f.RuleID] != string(compliance.NonCompliant) {
			m.Verdicts[f.ClusterID][f.RuleID] = string(f.Verdict)
		}
	}
	total := compliance.Counts{}
	m.RuleResults = []ruleResultModel{}
	for _, r := range t.sorted() {
		for verdict, n := range r.counts {
			total[verdict] += n
		}
		m.RuleResults = append(m.RuleResults, r.model())
	}
	for _, r := range newTally(inactive).sorted() {
		m.RuleResults = append(m.RuleResults, r.model())
	}
	slices.SortStableFunc(m.RuleResults, func(a, b ruleResultModel) int { return strings.Compare(a.RuleID.ValueString(), b.RuleID.ValueString()) })
	m.Counts = clustercompliance.CountsModel(everyVerdict(total))
	complete := total[compliance.InsufficientData] == 0 && !diags.HasError()
	m.Complete = types.BoolValue(complete)
	// Of nothing, nothing is known.
	m.Compliant = types.BoolValue(complete && t.results > 0 && total[compliance.NonCompliant] == 0)
	m.Parity, m.ParityComplete = types.ListNull(parityType), types.BoolNull()
	if t.parity != nil {
		list, more := types.ListValueFrom(ctx, parityType, t.parity.models())
		diags.Append(more...)
		m.Parity, m.ParityComplete = list, types.BoolValue(len(t.parity.unread) == 0)
	}
}

// everyVerdict has every verdict, those without a result too.
func everyVerdict(counts compliance.Counts) compliance.Counts {
	all := compliance.Counts{}
	for _, v := range compliance.Verdicts() {
		all[v] = counts[v]
	}
	return all
}

func (r *ruleTally) model() ruleResultModel {
	m := ruleResultModel{
		RuleModel: clustercompliance.RuleModel{
			RuleID: types.StringValue(r.ruleID()), Title: value.OrNull(r.Name), Severity: types.StringValue(string(r.severity)), Counts: clustercompliance.CountsModel(everyVerdict(r.counts)),
		},
		ConfigRuleID: types.StringValue(r.ID), ConfigRuleName: value.OrNull(r.Name), PackID: value.OrNull(r.PackID), State: types.StringValue(r.State),
	}
	if catalogue, err := compliance.Load(); err == nil {
		if rule, err := catalogue.Lookup(r.SourceIdentifier); err == nil {
			m.Title, m.Remediation = types.StringValue(rule.Title.EN), types.StringValue(strings.TrimSpace(rule.Remediation.EN))
		}
	}
	return m
}
