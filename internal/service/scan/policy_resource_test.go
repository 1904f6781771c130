package scan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
)

const address = kind + ".this"

func block(account, region, cluster, arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_scan_policy" "this" {
  account_id = %q
  region     = %q
  cluster_id = %q
%s
}
`, account, region, acctest.ClusterID(cluster), arguments)
}

// What the CLI has a part in: a life with an import by block of all that the console has set up, an import by command, a
// replacement, and a state without secrets.
func TestPolicy_cli(t *testing.T) {
	t.Parallel()
	scenario := acctest.InspectedFleet(newest)
	acctest.Inspected(newest)(&scenario.Accounts[3].Clusters[0])
	cloud := acctest.New(t, scenario)
	start := cloud.Snapshot()
	value := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
	}
	action := func(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, a)}}
	}
	id := acctest.Retail + "/cn-hangzhou/" + retail
	retailBlock := func(arguments string) string { return block(acctest.Retail, "cn-hangzhou", "retail", arguments) }
	// What the configuration of the cluster has.
	found := `
  enabled_checks = [
    "hostIPCSet", "hostPIDSet", "privilegeEscalationAllowed", "runAsPrivileged", "runAsRootAllowed", "notReadOnlyRootFileSystem", "capabilitiesAdded",
    "insecureCapabilities", "anonymousUserRBACBinding", "hostNetworkSet", "hostPortSet", "cpuRequestsMissing", "cpuLimitsMissing", "memoryRequestsMissing",
    "memoryLimitsMissing", "readinessProbeMissing", "livenessProbeMissing", "tagNotSpecified",
  ]
  disabled_checks = ["pullPolicyNotAlways"]
  schedule        = "0 2 * * *"
  suspend         = false
  white_list = [
    { workload = "kube-apiserver", checks = ["hostNetworkSet", "hostPortSet"] },
    { workload = "kube-proxy", checks = ["hostNetworkSet", "hostPortSet"] },
  ]`
	some := `
  disabled_checks = ["hostPortSet"]
  suspend         = true`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy: acctest.Func(func() error {
			if diff := start.Diff(cloud.Snapshot()); len(diff) > 0 {
				return fmt.Errorf("destroy leaves %q", diff)
			}
			return nil
		}),
		Steps: []resource.TestStep{
			{
				Config:           cloud.Provider("", retailBlock(found)+fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id)),
				ConfigPlanChecks: action(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{
					value("dialect", knownvalue.StringExact("flat")), value("config_namespace", knownvalue.StringExact(own)), value("component_version_installed", knownvalue.StringExact(newest)),
				},
			},
			{ // less is declared: nothing changes in the cluster but what is asked for
				Config: cloud.Provider("", retailBlock(some)), ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{value("enabled_checks", knownvalue.Null()), value("white_list", knownvalue.Null()), value("schedule", knownvalue.Null())},
				Check: func(s *terraform.State) error {
					if text := config(t, cloud, own); !strings.Contains(text, "hostPortSet: ignore") || !strings.Contains(text, "kube-proxy") || !strings.Contains(text, "pullPolicyNotAlways: ignore") {
						return fmt.Errorf("the configuration is\n%s", text)
					}
					if text := s.String(); strings.Contains(text, "certificate") || strings.Contains(text, "BEGIN") {
						return errors.New("the state holds a secret")
					}
					return nil
				},
			},
			{Config: cloud.Provider("", retailBlock(some)), PlanOnly: true},
			{
				ResourceName: address, ImportState: true, ImportStateId: id, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "cluster_id",
				ImportStateVerifyIgnore: []string{"enabled_checks", "disabled_checks", "schedule", "white_list", "policy_before"},
			},
			{ResourceName: address, ImportState: true, ImportStateId: "nonsense", ExpectError: acctest.Says(`"nonsense" is not of the form account_id/region/cluster_id`)},
			{ResourceName: address, ImportState: true, ImportStateId: acctest.Logistics + "/cn-hangzhou/" + acctest.ClusterID("logistics"), ExpectError: acctest.Says("Cannot import non-existent remote object")},
			{ // another cluster replaces
				Config: cloud.Provider("", block(acctest.Payments, "cn-shanghai", "payments", some)), ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
			},
			{ // naming what is found already replaces nothing, naming another does
				Config: cloud.Provider("", block(acctest.Payments, "cn-shanghai", "payments", some+`
  objects = { config_map_namespace = "security-inspector", config_key = "config.yaml" }`)),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			},
			{
				Config: cloud.Provider("", block(acctest.Payments, "cn-shanghai", "payments", some+`
  objects = { config_map_namespace = "kube-system" }`)),
				PlanOnly: true, ExpectNonEmptyPlan: true,
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
				}},
			},
		},
	})
}

// A name of an object that is known at apply only may be another object's: the one that is managed is put back first.
func TestPolicy_cliUnknownName(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	start := config(t, cloud, own)
	other := map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "other", "namespace": own}, "data": map[string]any{"config.yaml": start},
	}
	if err := cloud.CreateKubernetesObject(retail, other); err != nil {
		t.Fatal(err)
	}
	off := "\n  disabled_checks = [\"hostPortSet\"]"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", block(acctest.Retail, "cn-hangzhou", "retail", off))},
			{
				Config: cloud.Provider("", `
resource "terraform_data" "later" {
  input = "other"
}
`+block(acctest.Retail, "cn-hangzhou", "retail", off+"\n  objects = { config_map = terraform_data.later.output }")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate)}},
				Check: acctest.Func(func() error {
					object, _ := cloud.KubernetesObject(retail, "configmaps", own, "other")
					if text := config(t, cloud, own); text != start || !strings.Contains(fmt.Sprint(object["data"]), "hostPortSet: ignore") {
						return fmt.Errorf("the one is\n%s\nand the other %v", text, object["data"])
					}
					return nil
				}),
			},
		},
	})
}
