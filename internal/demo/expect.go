package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// mismatch is an assertion that did not hold.
func mismatch(what, expected, seen string) error {
	return fmt.Errorf("%s is not as it should be\n  expected: %s\n  seen:     %s", what, expected, cmp.Or(seen, "nothing"))
}

// expectError wants a plan that failed with an error of one address, and only
// that one, whose detail has all the parts.
func expectError(p planned, address, summary string, parts ...string) error {
	what := "the failing plan"
	if !p.failed {
		return mismatch(what, "an error from "+address, "a plan that passes")
	}
	var found []diagnostic
	for _, d := range p.diagnostics {
		if d.Severity == "error" {
			found = append(found, d)
		}
	}
	if len(found) != 1 || found[0].Address != address || !strings.Contains(found[0].Summary, summary) {
		return mismatch(what, fmt.Sprintf("one error from %s: %s", address, summary), describe(found))
	}
	for _, part := range parts {
		if !strings.Contains(found[0].Detail, part) {
			return mismatch(what, fmt.Sprintf("an error that says %q", part), describe(found))
		}
	}
	return nil
}

// expectPass wants a plan without an error.
func expectPass(p planned) error {
	if p.failed || p.plan == nil {
		return mismatch("the plan", "no error", describe(p.diagnostics))
	}
	return nil
}

// expectWarning wants a warning of one address whose text has all the parts.
func expectWarning(p planned, address string, parts ...string) error {
	for _, d := range p.diagnostics {
		text := d.Summary + "\n" + d.Detail
		if d.Severity == "warning" && d.Address == address && !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) }) {
			return nil
		}
	}
	return mismatch("the plan's warnings", fmt.Sprintf("one from %s with %q", address, parts), describe(p.diagnostics))
}

func describe(all []diagnostic) string {
	lines := make([]string, 0, len(all))
	for _, d := range all {
		lines = append(lines, fmt.Sprintf("%s from %s: %s: %s", d.Severity, d.Address, d.Summary, d.Detail))
	}
	return strings.Join(lines, "\n")
}

// expectActions wants the plan to do one thing to exactly these addresses, and
// nothing to any other.
func expectActions(plan *tfjson.Plan, action tfjson.Action, addresses ...string) error {
	var expected, seen []string
	for _, address := range addresses {
		expected = append(expected, string(action)+" "+address)
	}
	for _, r := range plan.ResourceChanges {
		if r.Mode == tfjson.ManagedResourceMode && !r.Change.Actions.NoOp() {
			words := make([]string, 0, len(r.Change.Actions))
			for _, a := range r.Change.Actions {
				words = append(words, string(a))
			}
			seen = append(seen, strings.Join(words, "+")+" "+r.Address)
		}
	}
	slices.Sort(expected)
	slices.Sort(seen)
	if !slices.Equal(expected, seen) {
		return mismatch("what the plan does", strings.Join(expected, ", "), strings.Join(seen, ", "))
	}
	return nil
}

// expectDrift wants the plan's resource_drift to have exactly one entry: this
// attribute of this address, which somebody changed.
func expectDrift(plan *tfjson.Plan, address, attribute string, before, after any) error {
	if len(plan.ResourceDrift) != 1 {
		seen := make([]string, 0, len(plan.ResourceDrift))
		for _, r := range plan.ResourceDrift {
			seen = append(seen, r.Address)
		}
		return mismatch("resource_drift", address, strings.Join(seen, ", "))
	}
	return expectChange("resource_drift", plan.ResourceDrift, tfjson.ActionUpdate, address, attribute, before, after)
}

// expectUpdate wants the plan to change this attribute of this address.
func expectUpdate(plan *tfjson.Plan, address, attribute string, before, after any) error {
	return expectChange("resource_changes", plan.ResourceChanges, tfjson.ActionUpdate, address, attribute, before, after)
}

// expectCreate wants the plan to create this address with this attribute.
func expectCreate(plan *tfjson.Plan, address, attribute string, after any) error {
	return expectChange("resource_changes", plan.ResourceChanges, tfjson.ActionCreate, address, attribute, nil, after)
}

func expectChange(where string, all []*tfjson.ResourceChange, action tfjson.Action, address, attribute string, before, after any) error {
	what := where + " of " + address
	expected := fmt.Sprintf("%s %s from %v to %v", action, attribute, before, after)
	at := slices.IndexFunc(all, func(r *tfjson.ResourceChange) bool { return r.Address == address })
	if at < 0 {
		return mismatch(what, expected, "")
	}
	change := all[at].Change
	was, is := attributeOf(change.Before, attribute), attributeOf(change.After, attribute)
	if len(change.Actions) != 1 || change.Actions[0] != action || was != before || is != after {
		return mismatch(what, expected, fmt.Sprintf("%v %s from %v to %v", change.Actions, attribute, was, is))
	}
	return nil
}

// attributeOf is a value of an object, nil where there is no object.
func attributeOf(object any, attribute string) any {
	values, _ := object.(map[string]any)
	return values[attribute]
}

// expectVerdict wants one verdict after the plan.
func expectVerdict(plan *tfjson.Plan, at place, rule, verdict string) error {
	_, after, err := output[verdicts](plan, "verdicts")
	if err == nil && after[at.id][rule] != verdict {
		err = mismatch("the verdict on "+at.name+" by "+rule, verdict, after[at.id][rule])
	}
	return err
}

// expectVerdictChanges wants exactly these changes of the verdict map, as
// "cluster rule: before -> after".
func expectVerdictChanges(plan *tfjson.Plan, expected ...string) error {
	before, after, err := output[verdicts](plan, "verdicts")
	if err != nil {
		return err
	}
	if len(expected) > 0 && !plan.OutputChanges["verdicts"].Actions.Update() {
		return mismatch("output_changes of verdicts", "an update", fmt.Sprint(plan.OutputChanges["verdicts"].Actions))
	}
	seen := []string{}
	for _, cluster := range slices.Sorted(maps.Keys(after)) {
		for _, rule := range slices.Sorted(maps.Keys(after[cluster])) {
			if was, is := before[cluster][rule], after[cluster][rule]; was != is {
				seen = append(seen, fmt.Sprintf("%s %s: %s -> %s", cluster, rule, was, is))
			}
		}
	}
	if len(before) != len(after) || !slices.Equal(seen, expected) {
		return mismatch("output_changes of verdicts", strings.Join(expected, ", "), strings.Join(seen, ", "))
	}
	return nil
}

// expectOutcome wants an account's own outcome.
func expectOutcome(plan *tfjson.Plan, accountID, status, code string) error {
	_, after, err := output[[]outcome](plan, "outcomes")
	if err != nil {
		return err
	}
	for _, o := range after {
		if o.AccountID == accountID && o.Region == "" {
			if o.Outcome != status || o.ErrorCode != code {
				return mismatch("the outcome of account "+accountID, status+" "+code, o.Outcome+" "+o.ErrorCode)
			}
			return nil
		}
	}
	return mismatch("the outcome of account "+accountID, status+" "+code, "")
}

// expectCheck wants a check block's status and, if it failed, a problem that
// has all the parts.
func expectCheck(plan *tfjson.Plan, address string, status tfjson.CheckStatus, parts ...string) error {
	seen, problems := checkResult(plan, address)
	if seen != status || slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(problems, part) }) {
		return mismatch("the result of "+address, fmt.Sprintf("%s %q", status, parts), strings.TrimSpace(string(seen)+" "+problems))
	}
	return nil
}

// checkResult is a check block's status, "" if the plan has none, and its
// problems.
func checkResult(plan *tfjson.Plan, address string) (status tfjson.CheckStatus, problems string) {
	var messages []string
	for _, c := range plan.Checks {
		if c.Address.ToDisplay != address {
			continue
		}
		status = c.Status
		for _, instance := range c.Instances {
			for _, p := range instance.Problems {
				messages = append(messages, p.Message)
			}
		}
	}
	return status, strings.Join(messages, "\n")
}

// expectQuiet wants a plan that finds the world as it was left: nothing
// drifted, nothing to do, no output with another value.
func expectQuiet(plan *tfjson.Plan) error {
	if len(plan.ResourceDrift) > 0 {
		return mismatch("resource_drift", "nothing", plan.ResourceDrift[0].Address)
	}
	for name, change := range plan.OutputChanges {
		if !change.Actions.NoOp() {
			return mismatch("output_changes", "nothing", fmt.Sprintf("%v %s", change.Actions, name))
		}
	}
	return expectActions(plan, tfjson.ActionNoop)
}

// expectLines wants these lines, in this order.
func expectLines(what string, seen, expected []string) error {
	if !slices.Equal(seen, expected) {
		return mismatch(what, strings.Join(expected, "\n            "), strings.Join(seen, "\n            "))
	}
	return nil
}
