package clustercompliance_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// A 200 that holds no answer is not the answer that there is nothing.
func TestCompliance_answersThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body, rule string }{
		"no pools":             {"/nodepools", `{}`, monitor},
		"null":                 {"/nodepools", `null`, monitor},
		"denial in a 200":      {"/nodepools", `{"Code":"Forbidden.RAM","Message":"no"}`, monitor},
		"null among the pools": {"/nodepools", `{"nodepools":[null]}`, monitor},
		"page":                 {"/nodepools", `<html></html>`, monitor},
		"empty detail":         {acctest.ClusterID("retail"), `{}`, public},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				return c.body, http.StatusOK, strings.HasSuffix(r.URL.Path, c.path)
			})
			unit(t, cloud, resource.TestStep{
				Config: cloud.Provider("", fleet("", acctest.Retail)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("verdicts").AtMapKey(acctest.ClusterID("retail")).AtMapKey(c.rule), knownvalue.StringExact("ERROR")),
					value("complete", knownvalue.Bool(false)), value("compliant", knownvalue.Bool(false)),
				},
			})
		})
	}
}

// The endpoints of a cluster that is being made are empty: no proof of anything.
func TestCompliance_bothEndpointsEmpty(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].MasterURL = &simulator.MasterURL{APIServerEndpoint: new(""), IntranetAPIServerEndpoint: new("")}
	cloud := acctest.New(t, scenario)
	unit(t, cloud, resource.TestStep{
		Config: cloud.Provider("", fleet("", acctest.Retail)),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("verdicts").AtMapKey(acctest.ClusterID("retail")).AtMapKey(public), knownvalue.StringExact("INSUFFICIENT_DATA")),
			value("compliant", knownvalue.Bool(false)),
		},
	})
}

// Nothing selected is no clean bill, and a null is no selection.
func TestCompliance_nothingSelected(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	bad := func(body string) resource.TestStep {
		return resource.TestStep{Config: cloud.Provider("", body), ExpectError: acctest.Says("Error:")}
	}
	unit(t, cloud,
		bad(fleet(`regions = []`)), bad(fleet(`cluster_ids = []`)), bad(fleet(fmt.Sprintf(`cluster_ids = [null, %q]`, acctest.ClusterID("retail")))),
		bad(fmt.Sprintf("data \"ackguard_cluster_compliance\" \"fleet\" {\n  account_ids = [%q, null]\n}", acctest.Retail)),
		resource.TestStep{
			Config:            cloud.Provider("", "data \"ackguard_cluster_compliance\" \"fleet\" {\n  account_ids = []\n}"),
			ConfigStateChecks: []statecheck.StateCheck{value("compliant", knownvalue.Bool(false))},
		},
	)
}

// The limit cuts passes before violations.
func TestCompliance_limitKeepsViolations(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	acctest.Unprotected(&scenario.Accounts[2].Clusters[0]) // of medium severity, behind the passes of high ones
	cloud := acctest.New(t, scenario)
	unit(t, cloud, resource.TestStep{
		Config: cloud.Provider("", fleet("include_compliant = true\nmax_findings = 2")),
		ConfigStateChecks: []statecheck.StateCheck{
			value("findings", knownvalue.ListSizeExact(2)),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("findings").AtSliceIndex(0), object("rule_id", deletion, "verdict", "NON_COMPLIANT")),
		},
	})
}

// One list of exemptions serves several blocks: what a block does not look at
// is not unused.
func TestCompliance_exemptionsOfOthers(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	exemption := func(rule, selector, value string) string {
		return fmt.Sprintf("exemption {\nrule_id = %q\n%s = %q\nreason = \"because\"\n}\n", rule, selector, value)
	}
	warnings := acctest.Warnings(t, cloud, cloud.Provider("", fleet(fmt.Sprintf("rules = [%q]\nregions = [\"cn-hangzhou\"]\n", deletion)+
		exemption(public, "account_id", acctest.Retail)+exemption(deletion, "account_id", acctest.Payments)+exemption(deletion, "region", "cn-shanghai"), acctest.Retail)))
	if len(warnings) != 0 {
		t.Errorf("warnings: %v", warnings)
	}
}

// A cluster that was deleted must not block destroy under enforcement = "warn".
func TestCompliance_missingClusterUnderWarn(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	body := fleet(fmt.Sprintf("cluster_ids = [%q]", acctest.ClusterID("nosuch")))
	unit(t, cloud,
		resource.TestStep{Config: cloud.Provider("", body), ExpectError: acctest.Says("Cluster not found", "ACKGUARD_ENFORCEMENT=warn")},
		resource.TestStep{
			Config:            cloud.Provider(`enforcement = "warn"`, body),
			ConfigStateChecks: []statecheck.StateCheck{value("complete", knownvalue.Bool(false)), value("compliant", knownvalue.Bool(false))},
		},
	)
}
