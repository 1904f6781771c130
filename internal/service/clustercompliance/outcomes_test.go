package clustercompliance_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// ways are the ways in which an account can fail: each is an outcome of its
// own that says what to do, and none costs another account its verdicts.
var ways = []struct {
	name          string
	fail          func(t *testing.T, cloud *acctest.Cloud, account string)
	outcome, code string
	todo          string
}{
	{"none", func(*testing.T, *acctest.Cloud, string) {}, "ok", "", ""},
	{"no role", func(t *testing.T, c *acctest.Cloud, a string) { t.Helper(); c.RemoveRole(t, a) }, "denied", "EntityNotExist.Role", "create the role"},
	{"role of somebody else", func(t *testing.T, c *acctest.Cloud, a string) {
		t.Helper()
		c.SetRoles(t, a, []simulator.Role{{RoleName: "ResourceDirectoryAccountAccessRole", Trusts: []string{acctest.ManyID(0)}, AttachedPolicies: []string{"AdministratorAccess"}}})
	}, "denied", "NoPermission", "trust policy"},
	{"denied action", func(t *testing.T, c *acctest.Cloud, a string) {
		t.Helper()
		c.DenyMember(t, a, "cs:DescribeClustersForRegion")
	}, "denied", "Forbidden.RAM", "allow the RAM action cs:DescribeClustersForRegion"},
	{"control policy", func(t *testing.T, c *acctest.Cloud, a string) {
		t.Helper()
		if err := c.SetControlPolicies([]simulator.ControlPolicy{{
			PolicyName: "no-ack", Targets: []string{a},
			PolicyDocument: rampolicy.Document{Version: "1", Statement: []rampolicy.Statement{{Effect: "Deny", Action: []string{"cs:*"}, Resource: []string{"*"}}}},
		}}); err != nil {
			t.Fatal(err)
		}
	}, "denied", "Forbidden.RAM", "in the control policies that hold for account"},
	{"suspended", answers(simulator.Fault{Product: "cs", Status: 403, Code: "Account.Suspended"}), "denied", "Account.Suspended", "it is suspended"},
	{"not activated", answers(simulator.Fault{Product: "cs", Status: 400, Code: "ProductNotActivated"}), "not_activated", "ProductNotActivated", "open the product behind cs"},
	{"region not enabled", answers(simulator.Fault{Product: "cs", Status: 400, Code: "InvalidRegionId.NotEnabled"}), "error", "InvalidRegionId.NotEnabled", "take region cn-hangzhou out of regions"},
	{"throttled to the end", answers(simulator.Fault{Product: "cs", Status: 400, Code: "Throttling.User"}), "throttled", "Throttling.User", "lower requests_per_second"},
	{"server error", answers(simulator.Fault{Product: "cs", Status: 500, Code: "InternalError"}), "error", "InternalError", "the service failed"},
	{"network cut", answers(simulator.Fault{Product: "cs", Reset: simulator.ResetBeforeCommit}), "error", "", "check the network path"},
}

func answers(f simulator.Fault) func(*testing.T, *acctest.Cloud, string) {
	return func(_ *testing.T, c *acctest.Cloud, account string) {
		f.AccountID = account
		c.AddFault(f)
	}
}

func TestCompliance_everyWayToFail(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Many(len(ways), 1, "cn-hangzhou"))
	var accounts []string
	outcomes := []knownvalue.Check{}
	for i, way := range ways {
		account := acctest.ManyID(i)
		accounts = append(accounts, account)
		way.fail(t, cloud, account)
		said := map[string]knownvalue.Check{
			"account_id": knownvalue.StringExact(account), "outcome": knownvalue.StringExact(way.outcome),
			"error_code": knownvalue.Null(), "action_needed": knownvalue.Null(),
		}
		if way.code != "" {
			said["error_code"] = knownvalue.StringExact(way.code)
		}
		if way.todo != "" {
			said["action_needed"] = knownvalue.StringRegexp(acctest.Says(way.todo))
		}
		outcomes = append(outcomes, knownvalue.ObjectPartial(said))
		if way.outcome != "ok" { // and one more for the region
			said = map[string]knownvalue.Check{"account_id": said["account_id"], "region": knownvalue.StringExact("cn-hangzhou"), "outcome": said["outcome"], "action_needed": said["action_needed"]}
			outcomes = append(outcomes, knownvalue.ObjectPartial(said))
		}
	}
	config := cloud.Provider("", fleet("regions = [\"cn-hangzhou\"]\ninclude_compliant = true", accounts...))
	unit(t, cloud, resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{
		value("outcomes", knownvalue.ListExact(outcomes)),
		value("complete", knownvalue.Bool(false)), value("compliant", knownvalue.Bool(false)),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("verdicts"), knownvalue.MapSizeExact(1)),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("counts").AtMapKey("COMPLIANT"), knownvalue.Int64Exact(4)),
	}})
	// One warning, however many accounts; it names each of them.
	warnings := acctest.Warnings(t, cloud, config)
	if len(warnings) != 1 {
		t.Errorf("%d warnings: %v", len(warnings), warnings)
	}
	for _, detail := range warnings {
		for i, way := range ways {
			if named := strings.Contains(detail, acctest.ManyID(i)); named != (way.outcome != "ok") {
				t.Errorf("%s: account %s in the warning: %t", way.name, acctest.ManyID(i), named)
			}
		}
	}
}

// A list may show a new cluster late. One that is named is waited for, within
// a bound, so that an apply which has just made it can judge it.
func TestCompliance_listMissesNewCluster(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reads int64
		error *regexp.Regexp
	}{
		"shows late": {3, nil}, "never shows": {1000, acctest.Says("Cluster not found", acctest.ClusterID("new"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := acctest.Fleet()
			scenario.Behaviour.Consistency.Reads = c.reads
			cloud := acctest.New(t, scenario)
			config := cloud.Provider("", fleet("cluster_ids = [\""+acctest.ClusterID("new")+"\"]", acctest.Retail))
			added := false
			step := resource.TestStep{PreConfig: func() {
				if err := cloud.AddCluster(acctest.Retail, acctest.Cluster("new", "cn-hangzhou", acctest.Public)); err != nil && !added {
					t.Error(err)
				}
				added = true
			}, Config: config, ExpectError: c.error}
			if c.error == nil {
				step.ConfigStateChecks = []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("verdicts").AtMapKey(acctest.ClusterID("new")).AtMapKey(public), knownvalue.StringExact("NON_COMPLIANT")),
				}
			}
			unit(t, cloud, step)
		})
	}
}
