package docs

import (
	"encoding/json"
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
)

// The whole of Cloud Config for a directory, as a platform team lives with it:
// applied, violated, seen a day later, gated, exempted, changed by hand, put
// right, destroyed.
func TestExample_landingZone(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.WithoutDirectoryGroup())
	before := cloud.Snapshot()
	own := regexp.MustCompile(`(?s)^.*?\nterraform \{.*?\n\}\n`)
	w := acctest.NewWorkspace(t, cloud.Provider("", own.ReplaceAllString(read(t, landingZone+"main.tf"), "")))
	retailCluster := acctest.ClusterID("retail")
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
		output, err := w.Terraform(t, append(arguments, "-var=log_store_arn=acs:log:cn-hangzhou:"+acctest.Logistics+":project/audit/logstore/config")...)
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

	run(true, []string{"-High-risk clusters"}, "apply")
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
		if !strings.Contains(line, "cluster ") { // the cluster that was changed stays as it is
			t.Errorf("left behind: %s", line)
		}
	}
}
