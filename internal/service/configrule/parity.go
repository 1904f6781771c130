package configrule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/clustercompliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// parity holds Cloud Config's verdicts against those of our own rules on the
// live clusters. Ours are held, for they come first; the service's pass by.
type parity struct {
	planned     map[plannedKey]compliance.Finding
	rules       map[string]bool // identifiers that both sides have
	unread      []fleet.Outcome
	differences []difference
}

type plannedKey struct{ ruleID, clusterID string }

// difference is where the two sides say something else. A verdict is empty where a side has none.
type difference struct {
	ruleID, configRuleID       string
	cluster                    cluster
	planVerdict, configVerdict compliance.Verdict
	planMessage, configMessage string
	recorded                   time.Time
}

// loadCatalogue is for a test that breaks a rule.
var loadCatalogue = compliance.Load

// newParity judges the clusters of the accounts by those of the rules that the catalogue has too.
func newParity(ctx context.Context, data *providerdata.Data, t *tally, accountIDs []string, diags *diag.Diagnostics) *parity {
	catalogue, err := loadCatalogue()
	if err != nil {
		diags.AddError("The rule catalogue is broken", err.Error())
		return nil
	}
	p := &parity{planned: map[plannedKey]compliance.Finding{}, rules: map[string]bool{}}
	var ids []string
	for _, rule := range t.sorted() {
		if _, err := catalogue.Lookup(rule.SourceIdentifier); err == nil && rule.State != cloudconfig.RuleInactive {
			p.rules[rule.SourceIdentifier], ids = true, append(ids, rule.SourceIdentifier)
		}
	}
	if len(ids) == 0 {
		return p
	}
	rules, err := catalogue.Select(ids)
	if err != nil {
		diags.AddError("The rule catalogue is broken", err.Error())
		return nil
	}
	judged := clustercompliance.Judge(ctx, data, rules, inventory.Selection{AccountIDs: accountIDs}, types.SetNull(types.StringType), diags)
	p.unread = judged.Failures()
	for _, f := range judged.Findings {
		p.planned[plannedKey{f.RuleID, f.ClusterID}] = f
		t.at(cluster{f.AccountID, f.Region, f.ClusterID, f.ClusterName})
	}
	return p
}

// compare takes one result of the service.
func (p *parity) compare(rule *ruleTally, r cloudconfig.Result, verdict compliance.Verdict, message string) {
	if !p.rules[rule.SourceIdentifier] {
		return
	}
	d := difference{
		ruleID: rule.SourceIdentifier, configRuleID: rule.ID, cluster: cluster{r.AccountID, r.Region, r.ResourceID, r.Name},
		configVerdict: verdict, configMessage: message, recorded: r.Recorded,
	}
	planned, ok := p.planned[plannedKey{rule.SourceIdentifier, r.ResourceID}]
	switch {
	case ok && planned.Verdict == unignored(verdict):
		return
	case ok:
		d.planVerdict, d.planMessage = planned.Verdict, planned.Message
	case p.wasUnread(r.AccountID, r.Region):
		return // the warning says so
	default:
		d.planMessage = "the cluster is not in the account's lists"
	}
	p.differences = append(p.differences, d)
}

// unignored is what an acknowledged result hides: only violations can be acknowledged.
func unignored(v compliance.Verdict) compliance.Verdict {
	if v == compliance.Ignored {
		return compliance.NonCompliant
	}
	return v
}

// missing takes a cluster that a rule covers and has no result of.
func (p *parity) missing(rule *ruleTally, c cluster) {
	planned, ok := p.planned[plannedKey{rule.SourceIdentifier, c.id}]
	if ok {
		p.differences = append(p.differences, difference{
			ruleID: rule.SourceIdentifier, configRuleID: rule.ID, cluster: c, planVerdict: planned.Verdict, planMessage: planned.Message, configMessage: noResult,
		})
	}
}

func (p *parity) wasUnread(accountID, region string) bool {
	return slices.ContainsFunc(p.unread, func(o fleet.Outcome) bool {
		return o.AccountID == accountID && (o.Region == "" || o.Region == region)
	})
}

// parityModel is a difference as the data source shows it.
type parityModel struct {
	RuleID        types.String `tfsdk:"rule_id"`
	ConfigRuleID  types.String `tfsdk:"config_rule_id"`
	AccountID     types.String `tfsdk:"account_id"`
	Region        types.String `tfsdk:"region"`
	ClusterID     types.String `tfsdk:"cluster_id"`
	ClusterName   types.String `tfsdk:"cluster_name"`
	PlanVerdict   types.String `tfsdk:"plan_verdict"`
	PlanMessage   types.String `tfsdk:"plan_message"`
	ConfigVerdict types.String `tfsdk:"config_verdict"`
	ConfigMessage types.String `tfsdk:"config_message"`
	Recorded      types.String `tfsdk:"recorded"`
}

var parityType = types.ObjectType{AttrTypes: func() map[string]attr.Type {
	all := map[string]attr.Type{}
	for name := range parityAttributes() {
		all[name] = types.StringType
	}
	return all
}()}

func parityAttributes() map[string]schema.Attribute {
	text := attribute.Text
	return map[string]schema.Attribute{
		"rule_id":        text("Rule: the identifier that both sides have."),
		"config_rule_id": text("Rule of Cloud Config."),
		"account_id":     text("Account of the cluster."),
		"region":         text("Region of the cluster."),
		"cluster_id":     text("Cluster."),
		"cluster_name":   text("Name of the cluster."),
		"plan_verdict":   text("What our rule says of the cluster now; null for a cluster that its account's lists do not have."),
		"plan_message":   text("Why."),
		"config_verdict": text("What Cloud Config says; null where it has no result of the cluster yet."),
		"config_message": text("Why: its annotation."),
		"recorded":       text("When Cloud Config recorded that, in UTC. It changes only when the service evaluates the cluster anew."),
	}
}

// models are the differences, in order.
func (p *parity) models() []parityModel {
	slices.SortFunc(p.differences, func(a, b difference) int {
		return cmp.Or(strings.Compare(a.ruleID, b.ruleID), strings.Compare(a.cluster.accountID, b.cluster.accountID), strings.Compare(a.cluster.region, b.cluster.region),
			strings.Compare(a.cluster.id, b.cluster.id), strings.Compare(a.configRuleID, b.configRuleID))
	})
	models := []parityModel{}
	for _, d := range p.differences {
		m := parityModel{
			RuleID: types.StringValue(d.ruleID), ConfigRuleID: types.StringValue(d.configRuleID), AccountID: types.StringValue(d.cluster.accountID),
			Region: types.StringValue(d.cluster.region), ClusterID: types.StringValue(d.cluster.id), ClusterName: value.OrNull(d.cluster.name),
			PlanVerdict: value.OrNull(string(d.planVerdict)), PlanMessage: value.OrNull(d.planMessage),
			ConfigVerdict: value.OrNull(string(d.configVerdict)), ConfigMessage: value.OrNull(d.configMessage),
		}
		if !d.recorded.IsZero() {
			m.Recorded = types.StringValue(d.recorded.UTC().Format(time.RFC3339))
		}
		models = append(models, m)
	}
	return models
}

// warn tells of differences, with the age of what Cloud Config says, which
// would change in the state with every plan.
func (p *parity) warn(now time.Time, diags *diag.Diagnostics) {
	if len(p.unread) > 0 {
		diags.AddWarning("Not all accounts could be read", "Cloud Config's verdicts are not compared with ours in these accounts, regions or clusters:\n"+inventory.Describe(p.unread))
	}
	if len(p.differences) == 0 {
		return
	}
	var lines []string
	for _, d := range p.differences[:min(clustercompliance.MaxWords, len(p.differences))] {
		lines = append(lines, fmt.Sprintf("- %s: cluster %s (%s), account %s, region %s: %s when planning%s, %s in Cloud Config%s%s", d.ruleID, d.cluster.name, d.cluster.id, d.cluster.accountID, d.cluster.region,
			cmp.Or(string(d.planVerdict), "nothing"), because(d.planMessage), cmp.Or(string(d.configVerdict), "nothing"), age(now, d.recorded), because(d.configMessage)))
	}
	if more := len(p.differences) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("- and %d more", more))
	}
	diags.AddWarning("Cloud Config and the plan differ", "The same rule says something else of the same cluster. An old verdict of Cloud Config is of before a change, until its period ends; "+
		"trigger an evaluation, or wait for it. Where both looked at the same cluster, one of them is wrong: please report it.\n"+strings.Join(lines, "\n"))
}

func because(message string) string {
	if message == "" {
		return ""
	}
	return " (" + message + ")"
}

// age words how old a verdict is, in hours or days.
func age(now, recorded time.Time) string {
	if recorded.IsZero() {
		return ""
	}
	switch hours := int(now.Sub(recorded).Hours()); {
	case hours < 1:
		return " within the last hour"
	case hours < 48:
		return fmt.Sprintf(" %d hour(s) ago", hours)
	default:
		return fmt.Sprintf(" %d days ago", hours/24)
	}
}
