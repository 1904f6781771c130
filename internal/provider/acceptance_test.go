package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

// What every account must do: it runs on the simulator, and with TF_ACC=1 on
// a real one.
func TestAcc_clusterSeenJudgedAndScheduled(t *testing.T) {
	target := acctest.NewTarget(t)
	const address = "ackguard_cluster_inspection_schedule.this"
	config := func(recurrence string, enabled bool) string {
		return target.Config(fmt.Sprintf(`
data "ackguard_clusters" "this" {
  account_ids = [%[1]q]
  regions     = [%[2]q]
}

data "ackguard_cluster_compliance" "this" {
  account_ids       = [%[1]q]
  regions           = [%[2]q]
  cluster_ids       = [%[3]q]
  include_compliant = true
}

output "seen" {
  value = contains([for c in data.ackguard_clusters.this.clusters : c.cluster_id], %[3]q)
}

output "judged" {
  value = length(data.ackguard_cluster_compliance.this.verdicts[%[3]q])
}

resource "ackguard_cluster_inspection_schedule" "this" {
  account_id = %[1]q
  region     = %[2]q
  cluster_id = %[3]q
  recurrence = %[4]q
  enabled    = %[5]t
}
`, target.AccountID, target.Region, target.ClusterID, recurrence, enabled))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: target.Factories,
		Steps: []resource.TestStep{
			{
				Config: config("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", true),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownOutputValue("seen", knownvalue.Bool(true)),
					statecheck.ExpectKnownOutputValue("judged", knownvalue.Int64Exact(4)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
				},
			},
			{
				Config: config("FREQ=DAILY;BYHOUR=4;BYMINUTE=45", false),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
			{
				ResourceName: address, ImportState: true, ImportStateId: target.AccountID + "/" + target.Region + "/" + target.ClusterID,
				ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "cluster_id",
			},
		},
	})
}
