package configrule

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// cluster is a cluster as results name it.
type cluster struct{ accountID, region, id, name string }

// tally counts results as they come, and keeps of them only what somebody must
// act on: a directory has more results than fit in memory.
type tally struct {
	rules    map[string]*ruleTally // by ID; those that count
	clusters []cluster             // all that some result, or the inventory, has
	index    map[string]int        // into clusters, by cluster ID
	findings []compliance.Finding
	results  int
	parity   *parity // nil unless asked for
}

// ruleTally is a rule with what was found by it.
type ruleTally struct {
	cloudconfig.StoredRule
	severity compliance.Severity
	counts   compliance.Counts
	seen     bits // clusters with a result, by index
	results  int
}

// ruleID is the identifier that says what the rule asks for; a rule that is no managed one goes by its own ID.
func (r *ruleTally) ruleID() string {
	if r.SourceIdentifier == "" {
		return r.ID
	}
	return r.SourceIdentifier
}

func newTally(rules []cloudconfig.StoredRule) *tally {
	t := &tally{rules: map[string]*ruleTally{}, index: map[string]int{}}
	for _, r := range rules {
		t.rules[r.ID] = &ruleTally{StoredRule: r, severity: severityOf(r.RiskLevel), counts: compliance.Counts{}}
	}
	return t
}

// severityOf is a risk level as a severity.
func severityOf(riskLevel int64) compliance.Severity {
	switch riskLevel {
	case 1:
		return compliance.High
	case 2:
		return compliance.Medium
	}
	return compliance.Low
}

// at is the index of a cluster.
func (t *tally) at(c cluster) int {
	i, ok := t.index[c.id]
	if !ok {
		i = len(t.clusters)
		t.index[c.id], t.clusters = i, append(t.clusters, c)
	}
	return i
}

// add takes one result. A result that comes twice, because something moved between two pages, counts once.
func (t *tally) add(r cloudconfig.Result) {
	rule := t.rules[r.RuleID]
	if rule == nil {
		return // of a rule that does not count
	}
	i := t.at(cluster{r.AccountID, r.Region, r.ResourceID, r.Name})
	if rule.seen.has(i) {
		return
	}
	rule.seen.set(i)
	rule.results++
	t.results++
	verdict, message := judged(r)
	t.count(rule, verdict)
	if verdict.Actionable() {
		t.findings = append(t.findings, t.finding(rule, t.clusters[i], verdict, message))
	}
	if t.parity != nil {
		t.parity.compare(rule, r, verdict, message)
	}
}

func (t *tally) count(rule *ruleTally, verdict compliance.Verdict) { rule.counts[verdict]++ }

func (t *tally) finding(rule *ruleTally, c cluster, verdict compliance.Verdict, message string) compliance.Finding {
	return compliance.Finding{
		RuleID: rule.ruleID(), Severity: rule.severity, Verdict: verdict, AccountID: c.accountID, Region: c.region, ClusterID: c.id, ClusterName: c.name,
		Message: message, ConfigRuleID: rule.ID,
	}
}

// judged is what a result says, and why.
func judged(r cloudconfig.Result) (compliance.Verdict, string) {
	switch r.Verdict {
	case cloudconfig.Compliant, cloudconfig.NonCompliant, cloudconfig.NotApplicable, cloudconfig.InsufficientData, cloudconfig.Ignored:
		return compliance.Verdict(r.Verdict), annotationText(r.Annotation)
	}
	return compliance.InsufficientData, fmt.Sprintf("Cloud Config says %q, which this version does not know", r.Verdict)
}

// annotationText words why Cloud Config says what it says.
func annotationText(a cloudconfig.Annotation) string {
	text := strings.TrimSpace(a.Reason)
	if a.Property == "" {
		return text
	}
	value := fmt.Sprintf("%s is %q", a.Property, a.Configuration)
	if a.Operator != "" {
		value += strings.TrimRight(fmt.Sprintf(", wanted: %s %s", a.Operator, a.DesiredValue), " ")
	}
	if text == "" {
		return value
	}
	return text + " (" + value + ")"
}

// gap is a rule that said nothing of some clusters.
type gap struct {
	rule    *ruleTally
	without []int // indexes of clusters
	scope   cloudconfig.StoredRule
	err     error
}

// close adds what the service has not judged: a rule that is being evaluated,
// one that nothing evaluates, and clusters that a rule covers and has no result
// of. The list does not tell what a rule covers, so a rule with gaps is read.
func (t *tally) close(ctx context.Context, data *providerdata.Data, o owner, diags *diag.Diagnostics) {
	var gaps []gap
	for _, rule := range t.sorted() {
		switch rule.State {
		case cloudconfig.RuleEvaluating:
			t.aboutRule(rule, o, "Cloud Config is evaluating the rule; what it has of it may be of before")
			continue
		case cloudconfig.RuleInactive:
			t.aboutRule(rule, o, "the rule is INACTIVE: nothing evaluates it")
			continue
		}
		if g := (gap{rule: rule, without: t.unseen(rule)}); len(g.without) > 0 || rule.results == 0 {
			gaps = append(gaps, g)
		}
	}
	for _, g := range fleet.Each(ctx, data.Fleet.MaxConcurrency(), gaps, func(ctx context.Context, g gap) gap {
		var found bool
		if g.scope, found, g.err = data.Observed.ConfigRule(ctx, o.AccountID.ValueString(), o.AggregatorID.ValueString(), g.rule.ID); g.err == nil && !found {
			g.without = nil // deleted meanwhile
			g.scope.State = cloudconfig.RuleDeleting
		}
		return g
	}) {
		t.closeGap(g, o, diags)
	}
}

func (t *tally) closeGap(g gap, o owner, diags *diag.Diagnostics) {
	switch {
	case g.err != nil:
		problem := diagnostic.Error(fmt.Sprintf("Reading what the Cloud Config rule %s %s covers", g.rule.ID, o.place()), g.err)
		diags.AddWarning(problem.Summary(), problem.Detail()+"\n\nIt has no result of some clusters, and whether it should have is not known: complete and compliant are false.")
		t.aboutRule(g.rule, o, "the rule has no result of some clusters, and what it covers could not be read")
		return
	case g.scope.State == cloudconfig.RuleDeleting:
		return
	}
	certain := decidable(g.scope)
	covered := false
	for _, i := range g.without {
		if certain && covers(g.scope, t.clusters[i]) {
			covered = true
			t.count(g.rule, compliance.InsufficientData)
			t.findings = append(t.findings, t.finding(g.rule, t.clusters[i], compliance.InsufficientData, noResult))
			if t.parity != nil {
				t.parity.missing(g.rule, t.clusters[i])
			}
		}
	}
	// A rule without a single result has judged nothing, unless it is certain that there is nothing for it to judge.
	if g.rule.results == 0 && !covered && (!certain || len(t.clusters) == 0) {
		t.aboutRule(g.rule, o, "Cloud Config has no result of this rule yet")
	}
}

const noResult = "Cloud Config has no result yet"

// aboutRule is a finding on a rule as a whole.
func (t *tally) aboutRule(rule *ruleTally, o owner, message string) {
	t.count(rule, compliance.InsufficientData)
	t.findings = append(t.findings, t.finding(rule, cluster{accountID: o.AccountID.ValueString()}, compliance.InsufficientData, message))
}

// unseen are the clusters that a rule has no result of.
func (t *tally) unseen(rule *ruleTally) (without []int) {
	for i := range t.clusters {
		if !rule.seen.has(i) {
			without = append(without, i)
		}
	}
	return without
}

func (t *tally) sorted() []*ruleTally {
	list := make([]*ruleTally, 0, len(t.rules))
	for _, r := range t.rules {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *ruleTally) int {
		return strings.Compare(a.ruleID()+"\x00"+a.ID, b.ruleID()+"\x00"+b.ID)
	})
	return list
}

// decidable reports whether a cluster's account, region and ID say whether a rule covers it.
func decidable(r cloudconfig.StoredRule) bool {
	s := r.Scope
	return len(s.Tags)+len(s.ExcludeTags)+len(s.ResourceGroupIDs)+len(s.ExcludeResourceGroupIDs)+len(r.FolderIDs)+len(r.ExcludeFolderIDs) == 0 && r.ResourceNames == ""
}

// covers reports whether a rule whose scope is decidable covers a cluster.
func covers(r cloudconfig.StoredRule, c cluster) bool {
	within := func(only, except []string, have string) bool {
		return (len(only) == 0 || slices.Contains(only, have)) && !slices.Contains(except, have)
	}
	return within(r.Scope.RegionIDs, r.Scope.ExcludeRegionIDs, c.region) && within(r.Scope.ResourceIDs, r.Scope.ExcludeResourceIDs, c.id) &&
		within(r.AccountIDs, r.ExcludeAccountIDs, c.accountID)
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]&(1<<(i%64)) != 0 }

func (b *bits) set(i int) {
	for i/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}
