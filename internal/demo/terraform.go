package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// planFile is where each plan is saved.
const planFile = "tfplan"

// diagnostic is an error or a warning, as Terraform's JSON has it.
type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address"`
}

// planned is how one plan ended.
type planned struct {
	failed      bool
	diagnostics []diagnostic
	plan        *tfjson.Plan // nil if it failed
}

// plan plans with -json for the diagnostics, and reads the saved plan for
// everything else.
func (c *cli) plan(ctx context.Context, env map[string]string, flags ...string) (planned, error) {
	stdout, stderr, code, err := c.run(ctx, env, append([]string{"plan", "-json", "-input=false", "-no-color", "-out=" + planFile}, flags...)...)
	if err != nil {
		return planned{}, err
	}
	p := planned{failed: code != 0}
	if p.diagnostics, err = diagnostics(stdout); err != nil {
		return planned{}, err
	}
	if p.failed {
		if len(p.diagnostics) == 0 {
			return planned{}, fmt.Errorf("plan ended with exit code %d and no diagnostic:\n%s%s", code, stdout, stderr)
		}
		return p, nil
	}
	shown, err := c.must(ctx, "show", "-json", "-no-color", planFile)
	if err != nil {
		return planned{}, err
	}
	p.plan, err = decodePlan(shown)
	return p, err
}

// apply applies the saved plan and returns Terraform's own summary.
func (c *cli) apply(ctx context.Context) (string, error) {
	stdout, stderr, code, err := c.run(ctx, nil, "apply", "-json", "-input=false", "-no-color", planFile)
	if err != nil {
		return "", err
	}
	found, err := diagnostics(stdout)
	if err != nil {
		return "", err
	}
	if code != 0 {
		var text strings.Builder
		for _, d := range found {
			fmt.Fprintf(&text, "\n%s: %s (%s)\n%s", d.Severity, d.Summary, d.Address, d.Detail)
		}
		return "", fmt.Errorf("apply ended with exit code %d:%s%s", code, text.String(), stderr)
	}
	summary := ""
	err = events(stdout, func(e event) {
		if e.Type == "change_summary" {
			summary = e.Message
		}
	})
	return summary, err
}

// event is one line of Terraform's JSON output.
type event struct {
	Type       string     `json:"type"`
	Message    string     `json:"@message"`
	Diagnostic diagnostic `json:"diagnostic"`
}

func events(output []byte, each func(event)) error {
	for line := range bytes.Lines(output) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("terraform wrote a line that is no JSON: %q", line)
		}
		each(e)
	}
	return nil
}

func diagnostics(output []byte) ([]diagnostic, error) {
	var all []diagnostic
	err := events(output, func(e event) {
		if e.Type == "diagnostic" {
			all = append(all, e.Diagnostic)
		}
	})
	return all, err
}

func decodePlan(text []byte) (*tfjson.Plan, error) {
	plan := &tfjson.Plan{}
	if err := json.Unmarshal(text, plan); err != nil {
		return nil, fmt.Errorf("the plan's JSON cannot be decoded: %w", err)
	}
	return plan, nil
}

// The outputs of examples/demo.
type (
	account struct {
		Name       string `json:"name"`
		Management bool   `json:"management"`
		JoinMethod string `json:"join_method"`
		Status     string `json:"status"`
	}
	finding struct {
		RuleID          string `json:"rule_id"`
		Severity        string `json:"severity"`
		Verdict         string `json:"verdict"`
		AccountID       string `json:"account_id"`
		ClusterID       string `json:"cluster_id"`
		ClusterName     string `json:"cluster_name"`
		Message         string `json:"message"`
		ExemptionReason string `json:"exemption_reason"`
	}
	outcome struct {
		AccountID    string `json:"account_id"`
		Region       string `json:"region"`
		Outcome      string `json:"outcome"`
		ErrorCode    string `json:"error_code"`
		ActionNeeded string `json:"action_needed"`
	}
	verdicts map[string]map[string]string
)

// output decodes an output's values before and after a plan.
func output[T any](plan *tfjson.Plan, name string) (before, after T, err error) {
	change := plan.OutputChanges[name]
	if change == nil {
		return before, after, mismatch("the plan's output_changes", "an entry "+name, "none")
	}
	for value, into := range map[*any]*T{&change.Before: &before, &change.After: &after} {
		text, err := json.Marshal(*value)
		if err != nil {
			return before, after, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return before, after, fmt.Errorf("the output %s has another shape than examples/demo gives it: %w", name, err)
		}
	}
	return before, after, nil
}
