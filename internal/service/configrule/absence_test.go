package configrule_test

import (
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// A not-found that is not the object's own removes nothing from state, of any
// resource of Cloud Config, and a delete that meets it is not done.
func TestConfig_foreignNotFound(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		cloud     *acctest.Cloud
		arguments map[string]any
	}{
		ruleKind:                       {acctest.New(t, acctest.ConfigFleet()), ruleArguments()},
		exemptionKind:                  {acctest.New(t, watchedFleet()), exemptionOf("cr-public", acctest.Retail, "retail")},
		"ackguard_config_aggregator":   {acctest.New(t, acctest.ConfigFleet()), map[string]any{"aggregator_name": "shops", "aggregator_accounts": []any{acctest.Retail}}},
		"ackguard_config_baseline_ack": {acctest.New(t, acctest.ConfigFleet()), map[string]any{"account_id": acctest.Retail}},
		"ackguard_config_delivery": {acctest.New(t, acctest.ConfigFleet()), map[string]any{
			"account_id": acctest.Retail, "delivery_channel_target_arn": "acs:log:cn-hangzhou:" + acctest.Logistics + ":project/audit/logstore/config",
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := c.cloud.Resource(t, kind)
			if err := r.Apply(c.arguments); err != nil {
				t.Fatal(err)
			}
			foreign := c.cloud.AddFault(simulator.Fault{Product: "config", Status: 404, Code: "Something.NotFound"})
			if _, err := r.Settled(c.arguments); err == nil || !strings.Contains(err.Error(), "Something.NotFound") {
				t.Errorf("reading says %v", err)
			}
			if err := r.Destroy(); err == nil || !r.InState() {
				t.Errorf("destroying says %v, in state %t", err, r.InState())
			}
			foreign.Remove()
			if nothing, err := r.Settled(c.arguments); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
		})
	}
}
