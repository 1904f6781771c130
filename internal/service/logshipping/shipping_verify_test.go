package logshipping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	shippingKind    = "ackguard_audit_log_shipping"
	shippingAddress = shippingKind + ".this"
)

// shippingBlock ships the audit log of retail, with further arguments.
func shippingBlock(arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_audit_log_shipping" "this" {
  account_id           = %[1]q
  cluster_id           = %[2]q
  source               = "audit"
  source_role_arn      = "acs:ram::%[1]s:role/%[3]s"
  destination_role_arn = "acs:ram::%[4]s:role/%[5]s"
  archive = {
    account_id = %[4]q
    region     = "cn-hangzhou"
    project    = %[6]q
    logstore   = %[7]q
  }
%[8]s
}`, acctest.Retail, retailID, acctest.ReaderRole, acctest.LogAccount, acctest.WriterRole, acctest.ArchiveProject, acctest.ArchiveStore, arguments)
}

var (
	retailID      = acctest.ClusterID("retail")
	retailProject = acctest.LogProject("retail")
	retailAudit   = "audit-" + retailID
	retailJob     = "ackguard-audit-" + retailID[:12]
)

// shipping are the arguments of such a block.
func shipping(more ...any) map[string]any {
	return acctest.ShippingArguments(acctest.Retail, "retail", more...)
}

func shippingKnown(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(shippingAddress, tfjsonpath.New(name), check)
}

func shippingAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(shippingAddress, a)}}
}

// writer changes the role that writes to the archive.
func writer(s *simulator.Scenario, change func(*simulator.Role)) *simulator.Scenario {
	for i := range s.Accounts {
		if s.Accounts[i].AccountID == acctest.LogAccount {
			change(&s.Accounts[i].Roles[1])
		}
	}
	return s
}

// reader changes the role that reads in retail.
func reader(s *simulator.Scenario, change func(*simulator.Role)) *simulator.Scenario {
	change(&s.Accounts[1].Roles[1])
	return s
}

// A row that arrives is proof; the source's retention is shortened after it.
func TestShipping_verified(t *testing.T) {
	t.Parallel()
	cloud := searchable(t, acctest.LogFleet())
	block := cloud.Provider("", shippingBlock("source_retention = { days = 1 }"))
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: block,
				ConfigStateChecks: []statecheck.StateCheck{
					shippingKnown("verified", knownvalue.Bool(true)), shippingKnown("status", knownvalue.StringExact("RUNNING")), shippingKnown("lag_seconds", knownvalue.Int64Exact(0)),
					shippingKnown("verification", knownvalue.StringExact("A probe row that was written to "+retailProject+"/"+retailAudit+" arrived in collect-logs/collect-cluster-security-logs.")),
				},
				Check: acctest.Func(func() error {
					rows := cloud.LogRows(acctest.ArchiveProject, acctest.ArchiveStore)
					if len(rows) != 1 || rows[0].Fields["account_id"] != acctest.Retail || rows[0].Fields["cluster_id"] != retailID || rows[0].Fields["cluster_name"] != "retail" ||
						rows[0].Fields["log_source"] != "audit" || rows[0].Fields["region"] != "cn-hangzhou" || rows[0].Fields["ackguard_probe"] == "" {
						return fmt.Errorf("the archive has %v", rows)
					}
					if store, _ := cloud.LogStore(retailProject, retailAudit); store.TTL != 1 {
						return fmt.Errorf("the source keeps rows for %d days", store.TTL)
					}
					return nil
				}),
			},
			{Config: block, ConfigPlanChecks: shippingAction(plancheck.ResourceActionNoop)},
		},
	})
	if store, _ := cloud.LogStore(retailProject, retailAudit); store.TTL != 30 {
		t.Errorf("destroy left %d days", store.TTL)
	}
	if p, _ := cloud.LogProject(retailProject); len(p.Tags) != 1 || len(p.Jobs) != 0 {
		t.Errorf("destroy left %+v", p)
	}
}

// A role that is wrong is a warning with the policies that mend it, and no taint. What the source keeps is not shortened.
func TestShipping_notVerified(t *testing.T) {
	t.Parallel()
	trust := `{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["` + acctest.Retail + `@log.aliyuncs.com"]}}]}`
	policy := `{"Version":"1","Statement":[{"Effect":"Allow","Action":["log:Post*","log:BatchPost*"],"Resource":["acs:log:*:*:project/collect-logs/logstore/collect-cluster-security-logs"]}]}`
	serviceTrust := `{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["log.aliyuncs.com"]}}]}`
	for name, c := range map[string]struct {
		scenario *simulator.Scenario
		says     []string
		not      string
	}{
		"writer does not trust the member": {
			writer(acctest.LogFleet(), func(r *simulator.Role) { r.Trusts = []string{acctest.Logistics + "@log.aliyuncs.com"} }),
			[]string{"Rows do not arrive in the archive", "names the role that writes", trust, policy}, serviceTrust,
		},
		"writer may not write": {
			writer(acctest.LogFleet(), func(r *simulator.Role) { r.Policies[0].Statement[0].Action = []string{"log:Get*"} }),
			[]string{"names the role that writes", "log:PostLogStoreLogs", policy}, serviceTrust,
		},
		"reader does not trust the service": {
			reader(acctest.LogFleet(), func(r *simulator.Role) { r.Trusts = []string{"ecs.aliyuncs.com"} }),
			[]string{"names the role that reads", serviceTrust, "log:CreateConsumerGroup", "acs:log:*:*:project/" + retailProject + "/logstore/" + retailAudit + "/*"}, trust,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := searchable(t, c.scenario)
			r := cloud.Resource(t, shippingKind)
			if err := r.Apply(shipping()); err != nil {
				t.Fatal(err) // an error, or a second plan that is not empty
			}
			said := strings.Join(r.Warnings(), "\n")
			if !acctest.Says(c.says...).MatchString(said) || strings.Contains(said, c.not) {
				t.Errorf("said %s", said)
			}
			if err := r.Apply(shipping("source_retention", map[string]any{"days": 1})); err == nil || !strings.Contains(err.Error(), "a second plan is not empty") {
				t.Errorf("the difference does not show: %v", err)
			}
			if said := strings.Join(r.Warnings(), "\n"); !strings.Contains(said, "Source keeps its rows, for they were not seen to arrive") {
				t.Errorf("said %s", said)
			}
			if store, _ := cloud.LogStore(retailProject, retailAudit); store.TTL != 30 {
				t.Errorf("rows are kept for %d days", store.TTL)
			}
			if err := r.Destroy(); err != nil {
				t.Error(err)
			}
		})
	}
}
