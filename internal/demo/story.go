package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// What the story is about, by the names that examples/demo gives it.
const (
	complianceAddress = "data.ackguard_cluster_compliance.fleet"
	clustersAddress   = "data.ackguard_clusters.all"
	checkAddress      = "check.deletion_protection"

	publicEndpointRule = "ack-cluster-public-endpoint-check"
	nodeMonitorRule    = "ack-cluster-node-monitorenabled"
	protectionRule     = "ack-cluster-deletion-protection-enabled"
	networkRule        = "ack-cluster-network-type-check"

	declared = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30" // the variable's default
	changed  = "FREQ=DAILY;BYHOUR=14;BYMINUTE=0" // the colleague's
)

func scheduleAddress(at place) string {
	return fmt.Sprintf("ackguard_cluster_inspection_schedule.nightly[%q]", at.id)
}

// story is the demo, scene by scene.
type story struct {
	*screen
	land      *landscape
	terraform *cli
	plugins   string
	colleague colleague

	edge, core, sandbox, next place // clusters that have a role of their own
	denied                    string
	readable                  []place // every cluster of an account that can be read
	original                  simulator.Snapshot
	existing                  string // the schedule that core has before the demo
}

// cast finds the clusters and accounts of the story in the scenario.
func (s *story) cast() (err error) {
	for name, into := range map[string]*place{
		"logistics-prod-edge": &s.edge, "retail-prod-core": &s.core, "retail-test-sandbox": &s.sandbox, "retail-prod-next": &s.next,
	} {
		if *into, err = s.land.cluster(name); err != nil {
			return err
		}
	}
	if s.denied, err = s.land.account("acquired-company"); err != nil {
		return err
	}
	for _, a := range s.land.scenario.Accounts {
		for _, c := range a.Clusters {
			if c.ClusterID == s.core.id && c.InspectConfig != nil {
				s.existing = c.InspectConfig.Recurrence
			}
			if a.AccountID != s.denied {
				s.readable = append(s.readable, place{account: a.AccountID, region: c.RegionID, id: c.ClusterID, name: c.Name})
			}
		}
	}
	if s.existing == "" {
		return fmt.Errorf("the scenario has no schedule on %s, which the demo adopts", s.core.name)
	}
	return nil
}

func (s *story) scenes() []func(context.Context) error {
	return []func(context.Context) error{
		s.start, s.incomplete, s.look, s.gate, s.exempt, s.schedule, s.meddle, s.notice, s.repair, s.leave,
	}
}

// set writes the variables of the plans that follow.
func (s *story) set(lines ...string) error {
	s.do(append([]string{"# demo.auto.tfvars"}, lines...)...)
	return os.WriteFile(filepath.Join(s.terraform.directory, "demo.auto.tfvars"), []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// command is a command as one would type it.
func (s *story) command(arguments string) string {
	return filepath.Base(s.terraform.path) + " " + arguments
}

func (s *story) start(ctx context.Context) error {
	s.step("A cloud in a box", fmt.Sprintf("The simulator serves a landing zone with %d accounts at %s and checks every signature, "+
		"as the cloud does. %s gets the provider that was just built, and keys of the management account.",
		len(s.land.scenario.Accounts), s.land.server.URL(), s.terraform.version))
	s.original = s.land.Snapshot()
	s.do(s.command("init"))
	if _, err := s.terraform.must(ctx, "init", "-input=false", "-no-color", "-plugin-dir="+s.plugins); err != nil {
		return err
	}
	_, err := s.terraform.must(ctx, "validate", "-no-color")
	if err == nil {
		s.proved("the configuration is valid")
	}
	return err
}

func (s *story) incomplete(ctx context.Context) error {
	s.step("A list that drives for_each is complete or an error", "One account was invited last week and has no role yet that anybody could assume. "+
		"Its clusters cannot be listed, so the list that the schedules are made from is refused.")
	s.do(s.command("plan"))
	p, err := s.terraform.plan(ctx, nil)
	if err != nil {
		return err
	}
	s.diagnose(p.diagnostics, "error")
	if err := expectError(p, clustersAddress, "Cluster list is not complete", s.denied, "EntityNotExist.Role"); err != nil {
		return err
	}
	s.proved("the plan fails and names account %s", s.denied)
	return nil
}

// base are the variables that every later plan has.
func (s *story) base() []string {
	return []string{
		fmt.Sprintf("excluded_account_ids     = [%q] # acquired-company: no role yet", s.denied),
		"adopt_existing_schedules = true",
	}
}

func (s *story) look(ctx context.Context) error {
	s.step("Accounts and verdicts", "The account is left out of the schedules on purpose. It is judged all the same: what reports does not fail, it says what it could not read.")
	if err := s.set(s.base()...); err != nil {
		return err
	}
	s.do(s.command("plan"))
	p, err := s.terraform.plan(ctx, nil)
	if err == nil {
		err = expectPass(p)
	}
	if err != nil {
		return err
	}
	r, err := newReport(p.plan)
	if err != nil {
		return err
	}
	r.showAccounts(s.screen)
	s.blank()
	s.say("Every rule on every cluster, while Terraform plans:")
	r.showVerdicts(s.screen)
	s.say("Why:")
	s.blank()
	r.showReasons(s.screen, func(finding) bool { return true })
	if err := s.assertLook(p, r); err != nil {
		return err
	}
	s.proved("output accounts lists all %d accounts of the landing zone", len(r.accounts))
	s.proved("outcome of account %s: denied, EntityNotExist.Role, and a warning that names it", s.denied)
	s.proved("%d clusters have a verdict by every rule; what could not be read is INSUFFICIENT_DATA, never a pass", len(r.verdicts))
	return nil
}

func (s *story) assertLook(p planned, r report) error {
	for _, a := range s.land.scenario.Accounts {
		if _, listed := r.accounts[a.AccountID]; !listed {
			return mismatch("the output accounts", "an entry "+a.AccountID, "none")
		}
		status, code := "ok", ""
		if a.AccountID == s.denied {
			status, code = "denied", "EntityNotExist.Role"
		}
		if err := expectOutcome(p.plan, a.AccountID, status, code); err != nil {
			return err
		}
	}
	if err := expectWarning(p, complianceAddress, "Not all accounts could be read", s.denied); err != nil {
		return err
	}
	rules := []string{publicEndpointRule, nodeMonitorRule, protectionRule, networkRule}
	for _, at := range s.readable {
		for _, rule := range rules {
			if r.verdicts[at.id][rule] == "" {
				return mismatch("the verdict on "+at.name+" by "+rule, "one", "")
			}
		}
	}
	if len(r.verdicts) != len(s.readable) {
		return mismatch("the number of clusters with verdicts", strconv.Itoa(len(s.readable)), strconv.Itoa(len(r.verdicts)))
	}
	for _, v := range []struct {
		at            place
		rule, verdict string
	}{
		{s.edge, publicEndpointRule, "NON_COMPLIANT"},
		{s.edge, nodeMonitorRule, "NON_COMPLIANT"},
		{s.edge, protectionRule, "COMPLIANT"},
		{s.core, publicEndpointRule, "COMPLIANT"},
		{s.core, protectionRule, "COMPLIANT"},
		{s.sandbox, nodeMonitorRule, "INSUFFICIENT_DATA"},
		{s.next, publicEndpointRule, "INSUFFICIENT_DATA"},
	} {
		if err := expectVerdict(p.plan, v.at, v.rule, v.verdict); err != nil {
			return err
		}
	}
	return expectCheck(p.plan, checkAddress, tfjson.CheckStatusPass)
}

func (s *story) gate(ctx context.Context) error {
	s.step("The gate", "fail_on turns findings into a failing plan.")
	if err := s.set(append(s.base(), `fail_on                  = "high"`)...); err != nil {
		return err
	}
	s.do(s.command("plan"))
	p, err := s.terraform.plan(ctx, nil)
	if err != nil {
		return err
	}
	s.diagnose(p.diagnostics, "error")
	if err := expectError(p, complianceAddress, "of severity high or worse", publicEndpointRule, nodeMonitorRule, s.edge.id, "https://"); err != nil {
		return err
	}
	s.proved("one error from %s, with rule, cluster and reason of each finding", complianceAddress)
	return nil
}

// exemptions accept the two findings of high severity for a quarter.
func (s *story) exemptions() []string {
	lines := append(s.base(), `fail_on                  = "high"`, "exemptions = [")
	expires := time.Now().AddDate(0, 3, 0).Format(time.DateOnly)
	for _, e := range [][2]string{
		{publicEndpointRule, "partners call this API server until they moved to the VPN, CHG-1042"},
		{nodeMonitorRule, "the batch pool reports to the team's own monitoring, CHG-1043"},
	} {
		lines = append(lines,
			"  {",
			fmt.Sprintf("    rule_id    = %q", e[0]),
			fmt.Sprintf("    cluster_id = %q", s.edge.id),
			fmt.Sprintf("    reason     = %q", e[1]),
			fmt.Sprintf("    expires    = %q", expires),
			"  },")
	}
	return append(lines, "]")
}

func (s *story) exempt(ctx context.Context) error {
	s.step("Exemptions have a reason and an end", "The findings are known and accepted for a quarter. An exemption hides nothing: the verdict is IGNORED and the reason is on record.")
	if err := s.set(s.exemptions()...); err != nil {
		return err
	}
	s.do(s.command("plan -out=tfplan"))
	p, err := s.terraform.plan(ctx, nil)
	if err == nil {
		err = expectPass(p)
	}
	if err != nil {
		return err
	}
	r, err := newReport(p.plan)
	if err != nil {
		return err
	}
	r.showReasons(s.screen, func(f finding) bool { return f.Verdict == "IGNORED" })
	for _, rule := range []string{publicEndpointRule, nodeMonitorRule} {
		if err := expectVerdict(p.plan, s.edge, rule, "IGNORED"); err != nil {
			return err
		}
	}
	exempted := slices.Collect(func(yield func(string) bool) {
		for _, f := range r.findings {
			if f.Verdict == "IGNORED" && strings.Contains(f.ExemptionReason, "CHG-104") && !yield(f.RuleID) {
				return
			}
		}
	})
	slices.Sort(exempted)
	if err := expectLines("the exempted findings", exempted, []string{nodeMonitorRule, publicEndpointRule}); err != nil {
		return err
	}
	if err := s.assertCreates(p.plan); err != nil {
		return err
	}
	s.proved("the same plan passes, both verdicts are IGNORED, and it creates a schedule on each of the %d clusters", len(s.readable))
	return nil
}

func (s *story) assertCreates(plan *tfjson.Plan) error {
	for _, at := range s.readable {
		address := scheduleAddress(at)
		if err := expectCreate(plan, address, "recurrence", declared); err != nil {
			return err
		}
		if err := expectCreate(plan, address, "account_id", at.account); err != nil {
			return err
		}
		if err := expectCreate(plan, address, "region", at.region); err != nil {
			return err
		}
	}
	return expectActions(plan, tfjson.ActionCreate, s.addresses()...)
}

func (s *story) addresses() []string {
	all := make([]string, 0, len(s.readable))
	for _, at := range s.readable {
		all = append(all, scheduleAddress(at))
	}
	return all
}
