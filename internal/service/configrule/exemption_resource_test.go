package configrule_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	exemptionKind    = "ackguard_config_rule_exemption"
	exemptionAddress = exemptionKind + ".this"
)

// exemptionOf is an exemption from a rule of the directory's account group.
func exemptionOf(ruleID, accountID, name string, more ...any) map[string]any {
	return acctest.With(ofGroup("config_rule_id", ruleID, "resource_account_id", accountID, "cluster_id", acctest.ClusterID(name), "reason", "CHG-1042"), more...)
}

// exemption is the one of the cluster retail from cr-public, with further arguments.
func exemption(arguments string) string {
	return fmt.Sprintf(`
resource %q "this" {
  aggregator_id       = %q
  config_rule_id      = "cr-public"
  resource_account_id = %q
  cluster_id          = %q
%s
}`, exemptionKind, acctest.DirectoryGroup, acctest.Retail, acctest.ClusterID("retail"), arguments)
}

// day is a day from today in UTC+8.
func day(days int) string {
	return time.Now().In(time.FixedZone("", 8*60*60)).AddDate(0, 0, days).Format(time.DateOnly)
}

// result is what Cloud Config has of retail by cr-public.
func result(cloud *acctest.Cloud) string {
	for _, r := range cloud.ConfigResults("cr-public") {
		if r.ClusterID == acctest.ClusterID("retail") {
			return strings.TrimSpace(fmt.Sprint(r.ComplianceType, " ", r.IgnoreReason, " ", r.IgnoreDate))
		}
	}
	return ""
}

func resultIs(cloud *acctest.Cloud, want string) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if got := result(cloud); got != want {
			return fmt.Errorf("the cloud holds %q, want %q", got, want)
		}
		return nil
	})
}

// byHand acts on the result of retail as somebody in the console does.
func byHand(t *testing.T, cloud *acctest.Cloud, act func(cloudconfig.Owner, cloudconfig.Resource) error) {
	t.Helper()
	client, err := cloud.Fleet(t, nil).CloudConfig(acctest.Management)
	if err == nil {
		err = act(client.Of(acctest.DirectoryGroup), cloudconfig.Resource{AccountID: acctest.Retail, Region: "cn-hangzhou", ID: acctest.ClusterID("retail")})
	}
	if err != nil {
		t.Error(err)
	}
}

func TestExemption_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet())
	is := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(exemptionAddress, tfjsonpath.New(name), check)
	}
	does := func(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(exemptionAddress, a)}}
	}
	first, second := exemption("reason = \"CHG-1042\"\n  expires = \""+day(3)+"\""), exemption(`reason = "CHG-1043"`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", first),
				ConfigStateChecks: []statecheck.StateCheck{
					is("account_id", knownvalue.StringExact(acctest.Management)), is("region", knownvalue.StringExact("cn-hangzhou")), is("verdict", knownvalue.StringExact("IGNORED")), is("expires", knownvalue.StringExact(day(3))),
				},
				// The service's date is the first day on which the result shows again.
				Check: resultIs(cloud, "IGNORED CHG-1042 "+day(4)),
			},
			{
				ResourceName: exemptionAddress, ImportState: true, ImportStateIdFunc: exemptionID(acctest.DirectoryGroup, true), ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"reason"}, ImportStateVerifyIdentifierAttribute: "cluster_id",
			},
			{Config: cloud.Provider("", second), ConfigPlanChecks: does(plancheck.ResourceActionUpdate), Check: resultIs(cloud, "IGNORED CHG-1043")},
			{Config: cloud.Provider("", first), ConfigPlanChecks: does(plancheck.ResourceActionUpdate), Check: resultIs(cloud, "IGNORED CHG-1042 "+day(4))},
			{ // somebody takes it back, and somebody sets another date
				PreConfig: func() {
					byHand(t, cloud, func(o cloudconfig.Owner, r cloudconfig.Resource) error { return o.Revert(t.Context(), "cr-public", r) })
				},
				Config: cloud.Provider("", first), ConfigPlanChecks: does(plancheck.ResourceActionUpdate), Check: resultIs(cloud, "IGNORED CHG-1042 "+day(4)),
			},
			{
				PreConfig: func() {
					byHand(t, cloud, func(o cloudconfig.Owner, r cloudconfig.Resource) error {
						return o.Ignore(t.Context(), "cr-public", r, "mine", day(9))
					})
				},
				Config: cloud.Provider("", first), ConfigPlanChecks: does(plancheck.ResourceActionUpdate), Check: resultIs(cloud, "IGNORED CHG-1042 "+day(4)),
			},
			{ // the rule is gone, and with it the exemption
				PreConfig: func() {
					if err := cloud.DeleteConfigRule("cr-public"); err != nil {
						t.Error(err)
					}
				},
				Config:      cloud.Provider("", first),
				ExpectError: acctest.Says("Creating the exemption of cluster "+acctest.ClusterID("retail"), "ConfigRuleNotExists", "There is no such rule: check config_rule_id"),
			},
		},
	})
}

// exemptionID is what imports the exemption of retail.
func exemptionID(owner string, group bool) resource.ImportStateIdFunc {
	return func(*terraform.State) (string, error) {
		if group {
			return owner + "/cr-public/" + acctest.Retail + "/cn-hangzhou/" + acctest.ClusterID("retail"), nil
		}
		return owner + "/cr-own/cn-hangzhou/" + acctest.ClusterID("retail"), nil
	}
}

// Past its last day the result shows again: the plan says so, and the apply waits for a decision.
func TestExemption_expired(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet())
	config := cloud.Provider("", exemption("reason = \"CHG-1042\"\n  expires = \""+day(0)+"\""))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: config, Check: resultIs(cloud, "IGNORED CHG-1042 "+day(1))}, // today is the last day
			{
				PreConfig: func() {
					cloud.AdvanceConfig(24 * time.Hour)
					cloud.Clock.Advance(24 * time.Hour)
				},
				Config: config, PlanOnly: true, ExpectNonEmptyPlan: true, // not an error: everything else can be planned
			},
			{Config: config, ExpectError: acctest.Says("Exemption would be over already", day(0)+" is over in UTC+8", "Change expires to a later day, or remove the block")},
			{Config: cloud.Provider("", exemption("reason = \"CHG-1042\"\n  expires = \""+day(-1)+"\"")), PlanOnly: true, ExpectError: acctest.Says("Exemption would be over already")},
			{Config: cloud.Provider("", exemption("reason = \"CHG-1050\"\n  expires = \""+day(5)+"\"")), Check: resultIs(cloud, "IGNORED CHG-1050 "+day(6))},
			{
				PreConfig: func() {
					cloud.AdvanceConfig(10 * 24 * time.Hour)
					cloud.Clock.Advance(10 * 24 * time.Hour)
				},
				Config: cloud.Provider("", ""), Check: resultIs(cloud, "NON_COMPLIANT"), // removing the block has nothing left to do
			},
		},
	})
	if n := cloud.Count(simulator.Filter{Action: "RevertAggregateEvaluationResults"}); n != 0 {
		t.Errorf("%d results were taken back that were not acknowledged", n)
	}
}

// What the words of a plan say of one that ran out.
func TestExemption_expiredWarning(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, watchedFleet())
	arguments := exemptionOf("cr-public", acctest.Retail, "retail", "expires", day(0))
	said := cloud.LiveThrough(t, exemptionKind, func(step int) {
		if step == 1 {
			cloud.AdvanceConfig(24 * time.Hour)
			cloud.Clock.Advance(24 * time.Hour)
		}
	}, arguments, acctest.With(arguments, "reason", "still needed"))
	says(t, said, "Exemption has expired", "was "+day(0), "as NON_COMPLIANT", "Agree on a new date and change expires, or fix the cluster and remove the block", "Exemption would be over already")
}

func TestExemption_refused(t *testing.T) {
	t.Parallel()
	scenario := watchedFleet()
	scenario.Accounts[1].CloudConfig.Rules = []simulator.ConfigRule{watched("cr-own", publicEndpoint)}
	own := map[string]any{"account_id": acctest.Retail, "config_rule_id": "cr-own", "cluster_id": acctest.ClusterID("retail"), "reason": "CHG-1042"}
	cloud := acctest.New(t, scenario)
	refused := func(arguments map[string]any, phrases ...string) {
		t.Helper()
		says(t, cloud.Live(t, exemptionKind, arguments), phrases...)
	}
	silent(t, cloud.Live(t, exemptionKind, own, acctest.With(own, "expires", day(30))))
	refused(acctest.With(own, "expires", day(-1)), "Exemption would be over already", day(-1))
	refused(acctest.With(own, "expires", "soon"), "Invalid day", `must be a day as YYYY-MM-DD: "soon" is none`)
	refused(acctest.With(own, "reason", ""), "string length must be at least 1")
	refused(acctest.With(own, "resource_account_id", acctest.Payments), "Cluster of another account")
	refused(ofGroup("config_rule_id", "cr-public", "cluster_id", acctest.ClusterID("retail"), "reason", "x"), "Account of the cluster is missing")
	refused(exemptionOf("cr-public", acctest.Payments, "payments", "region", "cn-shanghai"), "Creating the exemption of cluster "+acctest.ClusterID("payments"), "the result is COMPLIANT, and only a violation can be acknowledged")
	refused(exemptionOf("cr-public", acctest.Payments, "retail"), "the time was up after 5m0s and it still has no result")
	refused(exemptionOf("cr-nosuch", acctest.Retail, "retail"), "ConfigRuleNotExists", "There is no such rule")

	byHand(t, cloud, func(o cloudconfig.Owner, r cloudconfig.Resource) error {
		return o.Ignore(t.Context(), "cr-public", r, "mine", day(9))
	})
	refused(exemptionOf("cr-public", acctest.Retail, "retail", "expires", day(3)), "The result is acknowledged already", `expires is "`+day(8)+`", not "`+day(3)+`"`,
		"terraform import ADDRESS "+acctest.Management+"/"+acctest.DirectoryGroup+"/cr-public/"+acctest.Retail+"/cn-hangzhou/"+acctest.ClusterID("retail"))
	silent(t, cloud.Live(t, exemptionKind, exemptionOf("cr-public", acctest.Retail, "retail", "expires", day(8)))) // the same day is taken over
	if got := result(cloud); got != "NON_COMPLIANT" {
		t.Errorf("destroying what was taken over leaves %s", got)
	}

	cloud.Deny(t, "config:IgnoreAggregateEvaluationResults")
	refused(exemptionOf("cr-public", acctest.Retail, "retail"), "denied", "allow the RAM action config:IgnoreAggregateEvaluationResults")
	cloud.DenyMember(t, acctest.Retail, "config:RevertEvaluationResults")
	refused(own, "Deleting the exemption", "denied", "account "+acctest.Retail, "config:RevertEvaluationResults")
}

// A call that is throttled is repeated, and one whose answer got lost has happened.
func TestExemption_stumbles(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		{Action: "IgnoreAggregateEvaluationResults", Status: 400, Code: "Throttling.User", First: 2},
		{Action: "IgnoreAggregateEvaluationResults", Reset: simulator.ResetAfterCommit, First: 20},
		{Action: "RevertAggregateEvaluationResults", Reset: simulator.ResetAfterCommit, First: 1},
		{Action: "ListAggregateConfigRuleEvaluationResults", Status: 503, Code: "ServiceUnavailable", First: 2},
	} {
		cloud := acctest.New(t, watchedFleet())
		cloud.AddFault(fault)
		silent(t, cloud.Live(t, exemptionKind, exemptionOf("cr-public", acctest.Retail, "retail")))
		if got := result(cloud); got != "NON_COMPLIANT" {
			t.Errorf("after %+v: %s", fault, got)
		}
	}
}

// The first evaluation of a rule is waited for, and acknowledged results count as what they hide.
func TestExemption_waits(t *testing.T) {
	t.Parallel()
	scenario := watchedFleet()
	scenario.Behaviour.ConfigEvaluationDelay = "1m"
	cloud := acctest.New(t, scenario)
	looked := 0
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.Header.Get("x-acs-action") == "ListAggregateConfigRuleEvaluationResults" {
			if looked++; looked == 3 {
				cloud.AdvanceConfig(time.Minute)
			}
		}
		return "", 0, false
	})
	said := cloud.LiveThrough(t, exemptionKind, func(step int) {
		if step != 1 {
			return
		}
		got, said := cloud.Look(t, configCompliance, ofGroup("check_parity", true))
		silent(t, said)
		same(t, "parity with an exemption", brief(got["parity"], "rule_id", "cluster_name"))
		counts, _ := got["counts"].(map[string]any)
		same(t, "its counts", []string{fmt.Sprint(counts["IGNORED"], " ", counts["NON_COMPLIANT"])}, "1 2")
	}, exemptionOf("cr-public", acctest.Retail, "retail"), exemptionOf("cr-public", acctest.Retail, "retail", "reason", "another"))
	silent(t, said)
	if looked < 3 {
		t.Errorf("it looked %d times", looked)
	}
}
