package clustercompliance_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func TestRules(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	const address = "data.ackguard_rules.some"
	config := func(arguments string) string {
		return cloud.Provider("", fmt.Sprintf("data \"ackguard_rules\" \"some\" {\n%s\n}\n", arguments))
	}
	check := func(at tfjsonpath.Path, c knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, at, c)
	}
	first := func(name string) tfjsonpath.Path { return tfjsonpath.New("rules").AtSliceIndex(0).AtMapKey(name) }
	unit(t, cloud,
		resource.TestStep{
			Config: config(""),
			ConfigStateChecks: []statecheck.StateCheck{
				check(tfjsonpath.New("ids"), acctest.Strings(deletion, network, monitor, public)),
				check(first("severity_source"), knownvalue.StringExact("inferred")),
				check(first("sources"), acctest.Strings("list", "detail")),
				check(first("cloud_config").AtMapKey("trigger"), knownvalue.NotNull()),
				check(first("cases"), knownvalue.NotNull()),
				check(first("title"), knownvalue.StringRegexp(acctest.Says("protection"))),
			},
			Check: acctest.Func(func() error {
				if n := cloud.Count(simulator.Filter{}); n != 0 {
					return fmt.Errorf("the catalogue made %d calls", n)
				}
				return nil
			}),
		},
		resource.TestStep{
			Config: config("min_severity = \"high\"\nlanguage = \"zh\""),
			ConfigStateChecks: []statecheck.StateCheck{
				check(tfjsonpath.New("ids"), acctest.Strings(monitor, public)),
				check(first("title"), knownvalue.StringRegexp(acctest.Says("节点"))),
			},
		},
		resource.TestStep{
			Config:            config(fmt.Sprintf("rule_ids = [%q]", public)),
			ConfigStateChecks: []statecheck.StateCheck{check(tfjsonpath.New("rules"), knownvalue.ListSizeExact(1))},
		},
		resource.TestStep{Config: config(`rule_ids = ["ack-cluster-public"]`), ExpectError: acctest.Says("Unknown rule", "The catalogue has:")},
	)
}
