package docs

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	landingZone = "examples/landing-zone/"
	logShipping = "examples/log-shipping/"
	workloads   = "examples/workloads/"
)

// The whole of Cloud Config for a directory and the logs of three accounts, as
// a platform team lives with them: applied, violated, seen a day later, gated,
// exempted, changed by hand, put right, destroyed.
func TestExample_landingZone(t *testing.T) {
	t.Parallel()
	scenario := acctest.WithLogs(acctest.WithoutDirectoryGroup())
	for i := range scenario.Accounts {
		if scenario.Accounts[i].AccountID == acctest.CentralAccount {
			scenario.Accounts[i].LogService = nil // the example makes the archive
		}
	}
	cloud := acctest.New(t, scenario)
	before := cloud.Snapshot()
	own := regexp.MustCompile(`(?s)^.*?\nterraform \{.*?\n\}\n`)
	shipping, err := filepath.Abs(filepath.Join(root, logShipping))
	if err != nil {
		t.Fatal(err)
	}
	w := acctest.NewWorkspace(t, cloud.Provider("", strings.ReplaceAll(own.ReplaceAllString(read(t, landingZone+"main.tf"), ""), "../log-shipping", shipping)))
	w.Modules(t)
	retailCluster := acctest.ClusterID("retail")
	logs, err := json.Marshal(map[string]any{
		"account_id": acctest.CentralAccount, "member_account_ids": []string{acctest.Retail, acctest.Logistics, acctest.Analytics},
		"inspected_cluster_ids": []string{retailCluster}, "force_destroy": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := json.Marshal(map[string]any{retailCluster: map[string]any{
		"account_id": acctest.Retail, "region": "cn-hangzhou", "reason": "CHG-1042", "expires": time.Now().AddDate(0, 0, 30).Format(time.DateOnly),
	}})
	if err != nil {
		t.Fatal(err)
	}
	exempted := "-var=accepted_public_endpoints=" + string(accepted)
	// run fails the test unless the command ends as wanted and says all that it should, and nothing that starts with a minus.
	run := func(passes bool, says []string, arguments ...string) {
		t.Helper()
		output, err := w.Terraform(t, append(arguments, "-var=logs="+string(logs), "-var=log_store_arn=acs:log:cn-hangzhou:"+acctest.Logistics+":project/audit/logstore/config")...)
		if passes != (err == nil) {
			t.Fatalf("%v: %v\n%s", arguments, err, output)
		}
		for _, phrase := range says {
			unwanted, no := strings.CutPrefix(phrase, "-")
			if acctest.Says(unwanted).Match(output) == no {
				t.Errorf("%v: %q\n%s", arguments, phrase, output)
			}
		}
	}

	run(true, []string{"-High-risk clusters", "logs_not_verified  = {}"}, "apply")
	run(true, []string{"No changes", "-High-risk"}, "plan")

	cloud.Change(t, "retail", acctest.Public)
	run(true, []string{"No changes", "-High-risk"}, "plan") // the rule runs every 24 hours
	cloud.AdvanceConfig(25 * time.Hour)
	run(true, []string{"High-risk clusters: retail (" + acctest.Retail + ")"}, "plan")
	run(false, []string{"1 finding(s) of severity high or worse", "retail"}, "plan", "-var=fail_on=high")

	run(true, []string{"-High-risk clusters"}, "apply", exempted)
	run(true, []string{"No changes", "-High-risk"}, "plan", exempted, "-var=fail_on=high")

	// By hand: a rule of the pack is made milder.
	for _, rule := range cloud.ConfigRules() {
		if rule.SourceIdentifier == "ack-cluster-public-endpoint-check" {
			if err := cloud.UpdateConfigRule(rule.ConfigRuleID, func(r *simulator.ConfigRule) { r.RiskLevel = 3 }); err != nil {
				t.Fatal(err)
			}
		}
	}
	run(true, []string{"ackguard_config_baseline_ack.directory will be updated in-place"}, "plan", exempted)
	run(true, nil, "apply", exempted)
	run(true, []string{"No changes"}, "plan", exempted)

	cloud.AdvanceConfig(40 * 24 * time.Hour) // past the exemption's last day, by the service's clock
	run(true, []string{"ackguard_config_rule_exemption.public_endpoint", "will be updated in-place"}, "plan", exempted)

	run(true, nil, "destroy", exempted)
	left := before.Diff(cloud.Snapshot())
	for _, line := range left {
		// The cluster that was changed stays as it is, and rows where they were written.
		if !strings.Contains(line, "cluster ") && !strings.Contains(line, ".rows") && !strings.HasSuffix(line, ".tags = []") {
			t.Errorf("left behind: %s", line)
		}
	}
}
