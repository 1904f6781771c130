package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

func (s *story) schedule(ctx context.Context) error {
	s.step("A schedule on every cluster", "One resource with for_each, one provider block, no alias: each schedule names its account and region.")
	s.do(s.command("apply tfplan"))
	summary, err := s.terraform.apply(ctx)
	if err != nil {
		return err
	}
	rows := [][]cell{plain("CLUSTER", "ACCOUNT", "REGION", "INSPECTION")}
	for _, at := range s.readable {
		now := s.recurrence(at)
		rows = append(rows, plain(at.name, at.account, at.region, now))
		if now != declared {
			return mismatch("the schedule of "+at.name+" in the cloud", declared, now)
		}
	}
	s.table(rows...)
	s.say(fmt.Sprintf("%s had %s, which somebody made in the console. It was overwritten because of adopt_existing_schedules; destroy puts it back.",
		s.core.name, s.existing))
	s.blank()
	s.proved("Terraform says: %s", summary)
	s.proved("the cloud has the schedule on all %d clusters", len(s.readable))
	p, err := s.terraform.plan(ctx, nil)
	if err == nil {
		err = expectPass(p)
	}
	if err == nil {
		err = expectQuiet(p.plan)
	}
	if err != nil {
		return err
	}
	s.proved("a second plan finds nothing to do")
	return nil
}

// recurrence is when the cloud inspects a cluster, "" for never.
func (s *story) recurrence(at place) string {
	if c, ok := s.land.Cluster(at.id); ok && c.InspectConfig != nil {
		return c.InspectConfig.Recurrence
	}
	return ""
}

func (s *story) meddle(ctx context.Context) error {
	s.step("Meanwhile, outside Terraform", "A colleague moves one inspection into office hours and turns off a deletion protection: "+
		"two signed API calls with the member accounts' own roles.")
	s.do(
		"UpdateClusterInspectConfig "+s.edge.name+" scheduleTime="+changed,
		"ModifyCluster "+s.core.name+" deletion_protection=false",
	)
	if err := s.colleague.setSchedule(ctx, s.edge, changed); err != nil {
		return err
	}
	if err := s.colleague.unprotect(ctx, s.core); err != nil {
		return err
	}
	if now := s.recurrence(s.edge); now != changed {
		return mismatch("the schedule of "+s.edge.name+" in the cloud", changed, now)
	}
	if c, ok := s.land.Cluster(s.core.id); !ok || c.DeletionProtection == nil || *c.DeletionProtection {
		return mismatch("the deletion protection of "+s.core.name+" in the cloud", "false", "another value")
	}
	s.proved("the cloud took both")
	return nil
}

func (s *story) notice(ctx context.Context) error {
	s.step("The next plan notices both", "What Terraform manages shows as drift; what it only judges shows as a new finding.")
	s.do(s.command("plan -out=tfplan"))
	p, err := s.terraform.plan(ctx, nil)
	if err == nil {
		err = expectPass(p)
	}
	if err != nil {
		return err
	}
	s.say("Drift, and what Terraform will do about it:")
	rows := [][]cell{plain("", "CLUSTER", "ATTRIBUTE", "FROM", "TO")}
	for _, list := range []struct {
		name string
		all  []*tfjson.ResourceChange
	}{{"drift", p.plan.ResourceDrift}, {"update", p.plan.ResourceChanges}} {
		for _, r := range list.all {
			if r.Change.Actions.Update() {
				for _, attribute := range differing(r.Change) {
					rows = append(rows, plain(list.name, s.name(r), attribute,
						fmt.Sprint(attributeOf(r.Change.Before, attribute)), fmt.Sprint(attributeOf(r.Change.After, attribute))))
				}
			}
		}
	}
	s.table(rows...)
	s.say("The new finding, in the check:")
	s.blank()
	// A check's own diagnostic carries no address; the plan's results do.
	_, problems := checkResult(p.plan, checkAddress)
	s.diagnose([]diagnostic{{Severity: "warning", Summary: "Check block assertion failed", Address: checkAddress, Detail: problems}}, "warning")

	address, worse := scheduleAddress(s.edge), fmt.Sprintf("%s %s: COMPLIANT -> NON_COMPLIANT", s.core.id, protectionRule)
	for _, err := range []error{
		expectDrift(p.plan, address, "recurrence", declared, changed),
		expectUpdate(p.plan, address, "recurrence", changed, declared),
		expectActions(p.plan, tfjson.ActionUpdate, address),
		expectVerdictChanges(p.plan, worse),
		expectCheck(p.plan, checkAddress, tfjson.CheckStatusFail, s.core.name),
	} {
		if err != nil {
			return err
		}
	}
	s.proved("resource_drift: %s, from %s to %s, and nothing else", address, declared, changed)
	s.proved("resource_changes: an update of that address back to %s, and nothing else", declared)
	s.proved("output_changes: in the map verdicts, only %s", worse)
	s.proved("%s failed and names %s; it is of medium severity, so fail_on = \"high\" lets the repair through", checkAddress, s.core.name)
	return nil
}

// name is the cluster of a schedule's address.
func (s *story) name(r *tfjson.ResourceChange) string {
	for _, at := range s.readable {
		if r.Address == scheduleAddress(at) {
			return at.name
		}
	}
	return r.Address
}

// differing are the attributes that a change changes.
func differing(change *tfjson.Change) []string {
	after, _ := change.After.(map[string]any)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(after)), func(name string) bool {
		return fmt.Sprint(attributeOf(change.Before, name)) == fmt.Sprint(after[name])
	})
}

func (s *story) repair(ctx context.Context) error {
	s.step("Repair", "Applying that plan puts the schedule back. The deletion protection is another team's to turn on: the finding stays until they do.")
	s.do(s.command("apply tfplan"))
	summary, err := s.terraform.apply(ctx)
	if err != nil {
		return err
	}
	if now := s.recurrence(s.edge); now != declared {
		return mismatch("the schedule of "+s.edge.name+" in the cloud", declared, now)
	}
	s.proved("Terraform says: %s", summary)
	s.proved("the cloud has the declared schedule of %s again", s.edge.name)
	return nil
}

func (s *story) leave(ctx context.Context) error {
	s.step("Leaving, although findings are open", "The exemptions are gone, so the gate is shut, and a gate in a data source stops destroy as well. "+
		"It must not lock the door behind the fire: the error names the switch.")
	if err := s.set(append(s.base(), `fail_on                  = "high"`)...); err != nil {
		return err
	}
	s.do(s.command("plan -destroy"))
	p, err := s.terraform.plan(ctx, nil, "-destroy")
	if err != nil {
		return err
	}
	if err := expectError(p, complianceAddress, "of severity high or worse", "ACKGUARD_ENFORCEMENT=warn"); err != nil {
		return err
	}
	for _, d := range p.diagnostics {
		paragraphs := strings.Split(d.Detail, "\n\n")
		d.Detail = "[…]\n\n" + paragraphs[len(paragraphs)-1]
		s.diagnose([]diagnostic{d}, "error")
	}
	s.proved("destroying fails, and says how it would not")
	s.do("ACKGUARD_ENFORCEMENT=warn "+s.command("plan -destroy -out=tfplan"), s.command("apply tfplan"))
	p, err = s.terraform.plan(ctx, map[string]string{"ACKGUARD_ENFORCEMENT": "warn"}, "-destroy")
	if err == nil {
		err = expectPass(p)
	}
	if err == nil {
		err = expectActions(p.plan, tfjson.ActionDelete, s.addresses()...)
	}
	if err != nil {
		return err
	}
	s.proved("the same findings stop it no longer: it deletes the %d schedules and nothing else", len(s.readable))
	summary, err := s.terraform.apply(ctx)
	if err != nil {
		return err
	}
	s.proved("Terraform says: %s", summary)
	var left []string
	for _, line := range s.original.Diff(s.land.Snapshot()) {
		// The cloud's own clock does not count, and an empty list is what a schedule without one means.
		if !strings.Contains(line, ".updated = ") && !strings.HasSuffix(line, ".disabledCheckItems = []") {
			left = append(left, line)
		}
	}
	if err := expectLines("what differs in the cloud from the start", left, []string{
		"~ cluster " + s.core.id + ".deletion_protection = false, was true",
	}); err != nil {
		return err
	}
	s.proved("the cloud is as it was: the schedule of %s is restored, all others are gone, and what differs is the colleague's deletion protection", s.core.name)
	return nil
}
