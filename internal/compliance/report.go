package compliance

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Finding is a result with the identity of what it is about: the shape that every report shares.
type Finding struct {
	RuleID      string
	Severity    Severity
	Verdict     Verdict
	AccountID   string
	Region      string
	ClusterID   string
	ClusterName string
	Resource    string // What inside the cluster, such as Deployment/shop/web; empty for the cluster itself.
	Path        string // The first fact that could not be read, or the offending field of a workload; else empty.
	Message     string
	Category    string // Of the rule; set for workloads.
	Workload           // Zero for other resources.
	// ConfigRuleID is the rule of Cloud Config that says so; empty for a verdict of our own.
	ConfigRuleID string

	ExemptionReason  string // Set when IGNORED.
	ExemptionOwner   string // Set when IGNORED and the exemption names one.
	ExemptionExpires string // Set when IGNORED and the exemption ends.
	ExpiredExemption string // The last day of an exemption that no longer hides this violation.
}

// Workload names what is judged inside a cluster: a workload, one of its containers, or an RBAC object.
type Workload struct {
	Kind      string
	Namespace string // Empty for what has none, and where the manifest leaves it out.
	Name      string
	Container string // Empty for what is said of the whole.
	Source    string // The input that it was read from, such as a file's path.
	Line      int    // Of Source, from 1; 0 when not known.
}

// Finding returns the result as a finding on the cluster.
func (res Result) Finding(c *Cluster) Finding {
	f := Finding{
		RuleID: res.RuleID, Severity: res.Severity, Verdict: res.Verdict, Message: res.Message,
		AccountID: c.AccountID, Region: c.Region, ClusterID: c.ClusterID, ClusterName: c.Name,
	}
	if len(res.Absent) > 0 {
		f.Path = res.Absent[0].Path
	}
	return f
}

// compareFindings orders findings: the most severe first, then by rule, account, region and cluster.
func compareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity.rank(), a.Severity.rank()),
		strings.Compare(a.RuleID, b.RuleID),
		strings.Compare(a.AccountID, b.AccountID),
		strings.Compare(a.Region, b.Region),
		strings.Compare(a.ClusterID, b.ClusterID),
		strings.Compare(a.Resource, b.Resource),
		strings.Compare(a.Source, b.Source),
		cmp.Compare(a.Line, b.Line),
		strings.Compare(a.Container, b.Container),
		strings.Compare(a.Path, b.Path),
		strings.Compare(string(a.Verdict), string(b.Verdict)),
		strings.Compare(a.Message, b.Message),
		strings.Compare(a.ConfigRuleID, b.ConfigRuleID),
	)
}

// Counts is a number of findings for each verdict; every verdict is a key.
type Counts map[Verdict]int

func newCounts() Counts {
	c := Counts{}
	for _, v := range verdicts {
		c[v] = 0
	}
	return c
}

// RuleCounts is the counts of one rule.
type RuleCounts struct {
	RuleID   string
	Severity Severity
	Counts   Counts
}

// Report is findings in order, with exemptions applied and everything counted.
type Report struct {
	Findings []Finding
	Counts   Counts
	ByRule   []RuleCounts // The most severe rules first, then by ID; rules without a finding are left out.

	// UnusedExemptions matched no violation and nothing that might be one, in the order given: they can go.
	UnusedExemptions []Exemption
	// ExpiredExemptions no longer hold, in the order given, whether they match anything or not.
	ExpiredExemptions []Exemption
}

// NewReport applies the exemptions as of now to the findings, sorts and counts them. It leaves its arguments as they
// are. Findings in any order give the same report.
func NewReport(findings []Finding, exemptions []Exemption, now time.Time) *Report {
	r := &Report{Findings: make([]Finding, 0, len(findings)), Counts: newCounts()}
	used := make([]bool, len(exemptions))
	for _, f := range findings {
		r.Findings = append(r.Findings, exempt(f, exemptions, now, used))
	}
	slices.SortFunc(r.Findings, compareFindings)
	for _, f := range r.Findings {
		r.Count(f.RuleID, f.Severity, f.Verdict, 1)
	}
	for i, e := range exemptions {
		if !used[i] {
			r.UnusedExemptions = append(r.UnusedExemptions, e)
		}
		if e.Expired(now) {
			r.ExpiredExemptions = append(r.ExpiredExemptions, e)
		}
	}
	return r
}

// Count adds n verdicts of a rule to the counts alone: for what is too much to be listed.
func (r *Report) Count(ruleID string, severity Severity, v Verdict, n int) {
	r.Counts[v] += n
	order := func(a, b RuleCounts) int {
		return cmp.Or(cmp.Compare(b.Severity.rank(), a.Severity.rank()), strings.Compare(a.RuleID, b.RuleID))
	}
	entry := RuleCounts{RuleID: ruleID, Severity: severity}
	i, found := slices.BinarySearchFunc(r.ByRule, entry, order)
	if !found {
		entry.Counts = newCounts()
		r.ByRule = slices.Insert(r.ByRule, i, entry)
	}
	r.ByRule[i].Counts[v] += n
}

// Actionable returns the findings that someone must act on, in order: NON_COMPLIANT (among them those whose exemption
// expired), ERROR and INSUFFICIENT_DATA. At most limit are returned, the most severe, and truncated tells whether there
// are more; limit 0 or less means all. The report's counts are never truncated.
func (r *Report) Actionable(limit int) (findings []Finding, truncated bool) {
	for _, f := range r.Findings {
		if !f.Verdict.Actionable() {
			continue
		}
		if limit > 0 && len(findings) == limit {
			return findings, true
		}
		findings = append(findings, f)
	}
	return findings, false
}

// Worst returns the highest severity among the findings with one of the given verdicts, or "" when there is none.
func (r *Report) Worst(of ...Verdict) Severity {
	// Findings are sorted by severity.
	for _, f := range r.Findings {
		if slices.Contains(of, f.Verdict) {
			return f.Severity
		}
	}
	return ""
}
