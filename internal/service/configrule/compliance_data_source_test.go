package configrule_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	configCompliance   = "ackguard_config_compliance"
	deletionProtection = "ack-cluster-deletion-protection-enabled"
	networkType        = "ack-cluster-network-type-check"
	nodeMonitor        = "ack-cluster-node-monitorenabled"
	upgradeLatest      = "ack-cluster-upgrade-latest-version"
)

// watched is a managed rule as a scenario has it: by change for what the service judges by change.
func watched(id, identifier string, changes ...func(*simulator.ConfigRule)) simulator.ConfigRule {
	r := simulator.ConfigRule{ConfigRuleID: id, ConfigRuleName: id, SourceIdentifier: identifier, RiskLevel: 1, ConfigRuleTriggerTypes: "ScheduledNotification", MaximumExecutionFrequency: "TwentyFour_Hours"}
	if identifier == networkType || identifier == deletionProtection {
		r.RiskLevel, r.ConfigRuleTriggerTypes, r.MaximumExecutionFrequency = 2, "ConfigurationItemChangeNotification", ""
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// watchedFleet has a rule of the group for each rule of our catalogue, and three clusters that violate one each.
func watchedFleet(more ...simulator.ConfigRule) *simulator.Scenario {
	s := acctest.ConfigFleet()
	acctest.Public(&s.Accounts[1].Clusters[0])
	acctest.Unprotected(&s.Accounts[2].Clusters[0])
	s.Accounts[4].Clusters[0].NodePools[0].KubernetesConfig.CMSEnabled = new(false)
	s.Accounts[0].CloudConfig.Aggregators[0].Rules = append([]simulator.ConfigRule{
		watched("cr-public", publicEndpoint), watched("cr-deletion", deletionProtection), watched("cr-network", networkType), watched("cr-monitor", nodeMonitor),
	}, more...)
	return s
}

func ofGroup(more ...any) map[string]any {
	return acctest.With(map[string]any{"aggregator_id": acctest.DirectoryGroup}, more...)
}

// brief is a list of objects with some of their attributes.
func brief(list any, names ...string) (lines []string) {
	items, _ := list.([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		var parts []string
		for _, name := range names {
			parts = append(parts, fmt.Sprint(object[name]))
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return lines
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s is\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// stands checks what a report says of itself.
func stands(t *testing.T, got map[string]any, complete, compliant bool) {
	t.Helper()
	if got["complete"] != complete || got["compliant"] != compliant {
		t.Errorf("complete is %v and compliant %v, want %t and %t", got["complete"], got["compliant"], complete, compliant)
	}
}

func silent(t *testing.T, said []string) {
	t.Helper()
	if len(said) > 0 {
		t.Fatalf("it says %q", said)
	}
}

func says(t *testing.T, said []string, phrases ...string) {
	t.Helper()
	if text := strings.Join(said, "\n"); !acctest.Says(phrases...).MatchString(text) {
		t.Errorf("%q is missing in:\n%s", phrases, text)
	}
}

// editResults has the service answer otherwise than it judges: keep says which results it has, and may change them.
func editResults(t *testing.T, cloud *acctest.Cloud, keep func(item map[string]any, ruleID, clusterID string) bool) {
	t.Helper()
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.Header.Get("x-acs-action") != "ListAggregateConfigRuleEvaluationResults" {
			return "", 0, false
		}
		recorded := httptest.NewRecorder()
		cloud.ServeHTTP(recorded, r)
		var answer struct {
			EvaluationResults struct {
				EvaluationResultList []map[string]any `json:"EvaluationResultList"`
				NextToken            string           `json:"NextToken,omitempty"`
			} `json:"EvaluationResults"`
		}
		if err := json.Unmarshal(recorded.Body.Bytes(), &answer); err != nil {
			t.Error(err)
		}
		list := &answer.EvaluationResults.EvaluationResultList
		*list = slices.DeleteFunc(*list, func(item map[string]any) bool {
			var named struct {
				EvaluationResultIdentifier struct {
					EvaluationResultQualifier struct {
						ConfigRuleID string `json:"ConfigRuleId"`
						ResourceID   string `json:"ResourceId"`
					} `json:"EvaluationResultQualifier"`
				} `json:"EvaluationResultIdentifier"`
			}
			text, _ := json.Marshal(item)
			_ = json.Unmarshal(text, &named)
			q := named.EvaluationResultIdentifier.EvaluationResultQualifier
			return !keep(item, q.ConfigRuleID, q.ResourceID)
		})
		body, _ := json.Marshal(answer)
		return string(body), recorded.Code, true
	})
}

func TestConfigCompliance_directory(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet(watched("cr-off", upgradeLatest, func(r *simulator.ConfigRule) { r.ConfigRuleState = "INACTIVE" })))
	const address = "data." + configCompliance + ".all"
	config := func(arguments string) string {
		return cloud.Provider("", fmt.Sprintf("data %q \"all\" {\n  aggregator_id = %q\n%s\n}\n", configCompliance, acctest.DirectoryGroup, arguments))
	}
	is := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config(""),
				ConfigStateChecks: []statecheck.StateCheck{
					is("account_id", knownvalue.StringExact(acctest.Management)), is("complete", knownvalue.Bool(true)), is("compliant", knownvalue.Bool(false)),
					is("parity", knownvalue.Null()), is("parity_complete", knownvalue.Null()), is("rule_results", knownvalue.ListSizeExact(5)),
					is("counts", knownvalue.MapPartial(map[string]knownvalue.Check{"NON_COMPLIANT": knownvalue.Int64Exact(3), "COMPLIANT": knownvalue.Int64Exact(17), "INSUFFICIENT_DATA": knownvalue.Int64Exact(0)})),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("findings").AtSliceIndex(1), knownvalue.ObjectExact(map[string]knownvalue.Check{
						"rule_id": knownvalue.StringExact(publicEndpoint), "config_rule_id": knownvalue.StringExact("cr-public"), "severity": knownvalue.StringExact("high"),
						"verdict": knownvalue.StringExact("NON_COMPLIANT"), "account_id": knownvalue.StringExact(acctest.Retail), "region": knownvalue.StringExact("cn-hangzhou"),
						"cluster_id": knownvalue.StringExact(acctest.ClusterID("retail")), "cluster_name": knownvalue.StringExact("retail"),
						"message":  knownvalue.StringExact(`The cluster has an Internet endpoint. ($.master_url.api_server_endpoint is "https://203.0.113.24:6443", wanted: StringEmpty)`),
						"resource": knownvalue.Null(), "path": knownvalue.Null(), "exemption_reason": knownvalue.Null(), "expired_exemption": knownvalue.Null(),
					})),
				},
				Check: acctest.Func(func() error { // the test framework refreshes a few times
					lists, results, sessions := cloud.Count(simulator.Filter{Action: "ListAggregateConfigRules"}), cloud.Count(simulator.Filter{Action: "ListAggregateConfigRuleEvaluationResults"}), cloud.Count(simulator.Filter{Action: "AssumeRole"})
					if lists != results || sessions+cloud.Count(simulator.Filter{Action: "GetAggregateConfigRule"}) > 0 {
						return fmt.Errorf("%d lists of rules, %d pages of results, %d sessions", lists, results, sessions)
					}
					return nil
				}),
			},
			{Config: config("check_parity = true"), ConfigStateChecks: []statecheck.StateCheck{is("parity", knownvalue.ListSizeExact(0)), is("parity_complete", knownvalue.Bool(true))}},
			{Config: config("check_parity = true"), PlanOnly: true},
			{
				Config:      config(`fail_on = "high"`),
				ExpectError: acctest.Says("2 finding(s) of severity high or worse", "cluster retail", "The cluster has an Internet endpoint", "How to fix:", "ackguard_config_rule_exemption", "ACKGUARD_ENFORCEMENT=warn"),
			},
			{Config: config("fail_on = \"medium\"\n  rule_ids = [\"" + networkType + "\"]"), ConfigStateChecks: []statecheck.StateCheck{is("compliant", knownvalue.Bool(true))}},
		},
	})
}

func TestConfigCompliance_selection(t *testing.T) {
	t.Parallel()
	s := watchedFleet(watched("cr-off", upgradeLatest, func(r *simulator.ConfigRule) { r.ConfigRuleState = "INACTIVE" }))
	s.Accounts[1].CloudConfig.Rules = []simulator.ConfigRule{watched("cr-own", publicEndpoint)}
	cloud := acctest.New(t, s)
	found := func(arguments map[string]any) ([]string, map[string]any) {
		t.Helper()
		got, said := cloud.Look(t, configCompliance, arguments)
		silent(t, said)
		return brief(got["findings"], "rule_id", "verdict", "account_id", "config_rule_id"), got
	}
	list, _ := found(map[string]any{"account_id": acctest.Retail})
	same(t, "what the account's own rules find", list, publicEndpoint+" NON_COMPLIANT "+acctest.Retail+" cr-own")
	list, got := found(ofGroup("account_ids", []any{acctest.Logistics}))
	same(t, "what is found in one account", list, deletionProtection+" NON_COMPLIANT "+acctest.Logistics+" cr-deletion")
	same(t, "its verdict", []string{fmt.Sprint(got["verdicts"])}, fmt.Sprintf("map[%s:map[%s:NON_COMPLIANT]]", acctest.ClusterID("logistics"), deletionProtection))
	list, _ = found(ofGroup("account_ids", []any{acctest.Logistics, acctest.Payments, acctest.Analytics}, "rule_ids", []any{nodeMonitor, deletionProtection}, "max_findings", 1))
	same(t, "what is found at most", list, nodeMonitor+" NON_COMPLIANT "+acctest.Analytics+" cr-monitor")
	// A rule that is off counts only where it is named, and then nothing is known.
	list, got = found(ofGroup("config_rule_ids", []any{"cr-off"}))
	same(t, "what an inactive rule says", list, upgradeLatest+" INSUFFICIENT_DATA "+acctest.Management+" cr-off")
	stands(t, got, false, false)

	_, said := cloud.Look(t, configCompliance, ofGroup("rule_ids", []any{"ack-cluster-no-such-check", networkType}))
	says(t, said, "Rule of Cloud Config not found", "of account group "+acctest.DirectoryGroup, "ack-cluster-no-such-check", "ACKGUARD_ENFORCEMENT=warn")
	_, said = cloud.Look(t, configCompliance, map[string]any{"account_ids": []any{acctest.Retail}})
	says(t, said, "Accounts without an account group")
	_, said = cloud.Look(t, configCompliance, map[string]any{"aggregator_id": "ca-nosuch"})
	says(t, said, "Listing the Cloud Config rules of account group ca-nosuch")
	got, said = cloud.Look(t, configCompliance, map[string]any{"account_id": acctest.Payments})
	silent(t, said)
	same(t, "what is found in an account without rules", brief(got["findings"], "rule_id"))
	stands(t, got, true, false)
}

// What nobody has judged yet is never a pass.
func TestConfigCompliance_notYetJudged(t *testing.T) {
	t.Parallel()
	hangzhou := func(r *simulator.ConfigRule) { r.RegionIDsScope = "cn-hangzhou" }
	s := acctest.ConfigFleet()
	s.Accounts[0].CloudConfig.Aggregators[0].Rules = []simulator.ConfigRule{
		watched("cr-network", networkType), watched("cr-public", publicEndpoint), watched("cr-local", upgradeLatest, hangzhou),
	}
	for i := range s.Accounts[1:] {
		for j := range s.Accounts[i+1].Clusters {
			s.Accounts[i+1].Clusters[j].ConfigVerdicts = []simulator.ConfigVerdict{{Identifier: upgradeLatest, ComplianceType: "COMPLIANT"}}
		}
	}
	cloud := acctest.New(t, s)
	got, said := cloud.Look(t, configCompliance, ofGroup())
	silent(t, said)
	// The rule of one region has no results of the other, and misses none.
	same(t, "what is found in a fleet that complies", brief(got["findings"], "rule_id"))
	stands(t, got, true, true)
	if n := cloud.Count(simulator.Filter{Action: "GetAggregateConfigRule"}); n != 1 {
		t.Errorf("%d rules were read for what they cover, want the one with gaps", n)
	}

	// A result that the service does not have yet.
	editResults(t, cloud, func(_ map[string]any, ruleID, clusterID string) bool {
		return ruleID != "cr-public" || clusterID != acctest.ClusterID("retail")
	})
	got, said = cloud.Look(t, configCompliance, ofGroup())
	silent(t, said)
	same(t, "what is missing", brief(got["findings"], "rule_id", "verdict", "cluster_id", "message"), publicEndpoint+" INSUFFICIENT_DATA "+acctest.ClusterID("retail")+" Cloud Config has no result yet")
	stands(t, got, false, false)
}

// A rule that is being evaluated.
func TestConfigCompliance_evaluating(t *testing.T) {
	t.Parallel()
	s := watchedFleet()
	s.Behaviour.ConfigEvaluationDelay = "1h"
	cloud := acctest.New(t, s)
	got, said := cloud.Look(t, configCompliance, ofGroup("fail_on", "high"))
	silent(t, said)
	same(t, "what is known", brief(got["findings"], "config_rule_id", "verdict", "cluster_id"),
		"cr-monitor INSUFFICIENT_DATA <nil>", "cr-public INSUFFICIENT_DATA <nil>", "cr-deletion INSUFFICIENT_DATA <nil>", "cr-network INSUFFICIENT_DATA <nil>")
	stands(t, got, false, false)
}

// Our rules and the service's say the same, and where one of them does not, it shows.
func TestConfigCompliance_parity(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet())
	look := func() ([]string, []string) {
		t.Helper()
		got, said := cloud.Look(t, configCompliance, ofGroup("check_parity", true))
		return brief(got["parity"], "rule_id", "cluster_name", "plan_verdict", "config_verdict", "recorded"), said
	}
	list, said := look()
	silent(t, said)
	same(t, "parity", list)
	recorded := cloud.ConfigResults("cr-public")[0].Recorded.UTC().Format(time.RFC3339)
	pass := func(d time.Duration) {
		cloud.AdvanceConfig(d)
		cloud.Clock.Advance(d)
	}

	// Behind the back of a rule that looks once a day.
	pass(5 * time.Hour)
	cloud.Change(t, "payments", acctest.Public)
	list, said = look()
	same(t, "parity after a change", list, publicEndpoint+" payments NON_COMPLIANT COMPLIANT "+recorded)
	says(t, said, "Cloud Config and the plan differ", "NON_COMPLIANT when planning", "203.0.113.24", "COMPLIANT in Cloud Config 5 hour(s) ago")
	pass(20 * time.Hour)
	list, said = look()
	silent(t, said)
	same(t, "parity after the rule's period", list)
}

// The demo's fleet has clusters of every kind, and violations of every rule.
func TestConfigCompliance_parityOfTheDemo(t *testing.T) {
	t.Parallel()
	demo, err := simulator.LoadScenario("../../../examples/demo/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	acctest.WithCloudConfig(demo)
	demo.Accounts[0].CloudConfig.Aggregators[0].Rules = watchedFleet().Accounts[0].CloudConfig.Aggregators[0].Rules
	got, said := acctest.New(t, demo).Look(t, configCompliance, ofGroup("check_parity", true))
	says(t, said, "are not compared with ours", "100000000000008") // an account without the role
	same(t, "parity", brief(got["parity"], "rule_id", "cluster_name", "plan_verdict", "plan_message", "config_verdict", "config_message"))
	same(t, "parity's completeness", []string{fmt.Sprint(got["parity_complete"])}, "false")
}

// A verdict of the service that is not ours, whoever of the two is wrong.
func TestConfigCompliance_disparity(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet())
	editResults(t, cloud, func(item map[string]any, ruleID, clusterID string) bool {
		if ruleID == "cr-network" && clusterID == acctest.ClusterID("payments") {
			item["ComplianceType"] = "NON_COMPLIANT"
		}
		return true
	})
	got, said := cloud.Look(t, configCompliance, ofGroup("check_parity", true))
	says(t, said, "one of them is wrong")
	same(t, "parity where one is wrong", brief(got["parity"], "rule_id", "cluster_name", "plan_verdict", "config_verdict", "config_rule_id"), networkType+" payments COMPLIANT NON_COMPLIANT cr-network")

	// A fact of ours that is wrong: the pools of a cluster that has some.
	cloud = acctest.New(t, watchedFleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		return `{"nodepools":[]}`, http.StatusOK, r.URL.Path == "/clusters/"+acctest.ClusterID("payments")+"/nodepools"
	})
	got, said = cloud.Look(t, configCompliance, ofGroup("check_parity", true))
	says(t, said, "one of them is wrong", nodeMonitor)
	same(t, "parity with a wrong fact", brief(got["parity"], "rule_id", "cluster_name", "plan_verdict", "config_verdict"), nodeMonitor+" payments NOT_APPLICABLE COMPLIANT")

	// A fact that we cannot read is a difference, not agreement.
	cloud = acctest.New(t, watchedFleet())
	cloud.DenyMember(t, acctest.Payments, "cs:DescribeClusterNodePools")
	got, said = cloud.Look(t, configCompliance, ofGroup("check_parity", true))
	says(t, said, "Not all accounts could be read", acctest.Payments, "cs:DescribeClusterNodePools")
	same(t, "parity where a fact is not read", brief(got["parity"], "rule_id", "cluster_name", "plan_verdict", "config_verdict"), nodeMonitor+" payments ERROR COMPLIANT")
	same(t, "its completeness", []string{fmt.Sprint(got["parity_complete"], got["complete"])}, "false true")

	// Nor is an account that we cannot read at all.
	cloud = acctest.New(t, watchedFleet())
	cloud.RemoveRole(t, acctest.Retail)
	got, said = cloud.Look(t, configCompliance, ofGroup("check_parity", true))
	says(t, said, "are not compared with ours", acctest.Retail)
	same(t, "parity where an account is not read", []string{fmt.Sprint(got["parity"], got["parity_complete"])}, "[] false")
}

func TestConfigCompliance_refused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet())
	cloud.AddFault(simulator.Fault{Action: "ListAggregateConfigRuleEvaluationResults", Status: 400, Code: "Throttling.User", First: 20})
	_, said := cloud.Look(t, configCompliance, ofGroup())
	says(t, said, "Reading the results of Cloud Config of account group "+acctest.DirectoryGroup, "throttled", "Throttling.User")
	cloud = acctest.New(t, watchedFleet())
	cloud.Deny(t, "config:ListAggregateConfigRuleEvaluationResults")
	_, said = cloud.Look(t, configCompliance, ofGroup())
	says(t, said, "denied", "account "+acctest.Management, "allow the RAM action config:ListAggregateConfigRuleEvaluationResults")
	scoped := watchedFleet(watched("cr-scoped", upgradeLatest, func(r *simulator.ConfigRule) { r.RegionIDsScope = "cn-shanghai" }))
	cloud = acctest.New(t, scoped)
	cloud.Deny(t, "config:GetAggregateConfigRule")
	got, said := cloud.Look(t, configCompliance, ofGroup())
	says(t, said, "Reading what the Cloud Config rule cr-scoped", "config:GetAggregateConfigRule", "complete and compliant are false")
	same(t, "its completeness", []string{fmt.Sprint(got["complete"])}, "false")
}
