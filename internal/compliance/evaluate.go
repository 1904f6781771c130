package compliance

import (
	"fmt"
	"slices"
	"strings"
)

// Result is what one rule says about one cluster.
type Result struct {
	RuleID   string
	Severity Severity
	Verdict  Verdict
	Message  string // What is wrong or missing, in English; empty for COMPLIANT and NOT_APPLICABLE.

	// Absent are the facts that stood in the way of a verdict, sorted by path; set for INSUFFICIENT_DATA and ERROR.
	Absent []AbsentFact
	// Needs are the sources that could still change the verdict or complete the message, cheapest first. The result is
	// final when it is empty. A caller asks the first, calls Cluster.Settle, and evaluates again: any order leads to the
	// same result, but a cheap source often makes a dear one unnecessary.
	Needs []Source
}

// Evaluate judges a cluster by a rule. The result depends on nothing but the two.
//
// Facts that are absent yield INSUFFICIENT_DATA, or ERROR when reading one of them failed, unless the facts at hand
// decide by themselves: one node pool without the agent is a violation whatever the others are.
func Evaluate(r *Rule, c *Cluster) Result {
	res := Result{RuleID: r.ID, Severity: r.Severity}
	for _, step := range []struct {
		name     string
		expr     *expression
		ifFalse  Verdict
		describe bool
	}{
		{name: "applies", expr: r.applies, ifFalse: NotApplicable},
		{name: "compliant", expr: r.compliant, ifFalse: NonCompliant, describe: true},
	} {
		v := step.expr.eval(c)
		if v.err != nil {
			res.Verdict = Error
			res.Message = Clean(fmt.Sprintf("the expression %q of the rule failed: %v", step.name, v.err))
			return res
		}
		if len(v.absent) > 0 {
			res.undecided(v.absent)
			return res
		}
		if v.result == false {
			res.Verdict = step.ifFalse
			if step.describe {
				res.describe(r, c)
			}
			return res
		}
	}
	res.Verdict = Compliant
	return res
}

// undecided fills in a result that absent facts prevent.
func (res *Result) undecided(absent []AbsentFact) {
	res.Absent = slices.Clone(absent)
	slices.SortFunc(res.Absent, func(a, b AbsentFact) int { return strings.Compare(a.Path, b.Path) })
	res.Verdict = InsufficientData
	if slices.ContainsFunc(absent, func(a AbsentFact) bool { return a.Reason.Kind == Failed }) {
		res.Verdict = Error
	}
	res.Message = Clean(explain(res.Absent))
	res.Needs = needs(absent, nil)
}

// describe evaluates the message of a violation. Whatever becomes of it, the verdict stands.
func (res *Result) describe(r *Rule, c *Cluster) {
	v := r.message.eval(c)
	text, _ := v.result.(string)
	switch res.Message = Clean(text); {
	case v.err != nil:
		res.Message = Clean(fmt.Sprintf("%s: not so; the rule's message failed: %v", r.Title.EN, v.err))
	case len(v.absent) > 0:
		res.Message = Clean(fmt.Sprintf("%s: not so; %s", r.Title.EN, explain(v.absent)))
	case res.Message == "":
		res.Message = Clean(r.Title.EN + ": not so")
	}
	res.Needs = needs(v.absent, v.needs)
}

func needs(absent []AbsentFact, more map[Source]struct{}) []Source {
	set := map[Source]struct{}{}
	for s := range more {
		set[s] = struct{}{}
	}
	for _, a := range absent {
		if a.Reason.Kind == NotFetched {
			set[a.Reason.Source] = struct{}{}
		}
	}
	return sortSources(set)
}

// maxExplained is how many absent facts a message names; Result.Absent has them all.
const maxExplained = 5

func explain(absent []AbsentFact) string {
	var parts []string
	for i, a := range absent {
		if i == maxExplained {
			parts = append(parts, fmt.Sprintf("and %d more", len(absent)-i))
			break
		}
		verb := "is not known"
		if a.Reason.Kind == Failed {
			verb = "could not be read"
		}
		parts = append(parts, fmt.Sprintf("%s %s: %s", a.Path, verb, a.Reason.Text))
	}
	return strings.Join(parts, "; ")
}
