package logshipping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
}`, acctest.Retail, retailID, acctest.ReaderRole, acctest.CentralAccount, acctest.WriterRole, acctest.ArchiveProject, acctest.ArchiveStore, arguments)
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
		if s.Accounts[i].AccountID == acctest.CentralAccount {
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
	cloud := acctest.New(t, acctest.LogFleet())
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
			cloud := acctest.New(t, c.scenario)
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

// Where the source may not be written to, the newest row tells.
func TestShipping_progress(t *testing.T) {
	t.Parallel()
	row := simulator.LogRow{Fields: map[string]string{"verb": "get"}}
	denied := func(s *simulator.Scenario, rows ...simulator.LogRow) *simulator.Scenario {
		s.Accounts[1].LogService.Projects[0].LogStores[0].Rows = rows
		return s
	}
	for name, c := range map[string]struct {
		scenario     *simulator.Scenario
		block        map[string]any
		unreadable   bool
		verified     any
		verification string
		says         []string // nothing if nothing is said
	}{
		"it arrived": {
			denied(acctest.LogFleet(), row), shipping(), false, true, "The newest row of " + retailProject + "/" + retailAudit + " is in collect-logs/collect-cluster-security-logs.", nil,
		},
		"it did not": {
			denied(writer(acctest.LogFleet(), func(r *simulator.Role) { r.Trusts = []string{"ecs.aliyuncs.com"} }), row), shipping(), false, false,
			"The newest row of " + retailProject + "/" + retailAudit + " is not in collect-logs/collect-cluster-security-logs, and nothing arrived within 2m0s.", []string{"Rows do not arrive", "names the role that writes"},
		},
		"nothing to ship": {
			denied(acctest.LogFleet()), shipping(), false, nil, "The source has no rows to ship, and may not be written to.", []string{"Whether rows arrive could not be told", "log:PostLogStoreLogs"},
		},
		"pass through": {
			denied(acctest.LogFleet(), row), shipping("pass_through", true), false, nil, "The source may not be written to, and rows of this job cannot be told apart in the archive.",
			[]string{"Whether rows arrive could not be told", "only a probe row would show", "log:PostLogStoreLogs"},
		},
		"archive cannot be read": {
			denied(acctest.LogFleet(), row), shipping(), true, nil, "The archive could not be searched for the source's rows.",
			[]string{"Whether rows arrive could not be told", "account " + acctest.CentralAccount, "allow the RAM action log:GetLogStoreLogs"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, c.scenario)
			if c.unreadable {
				cloud.DenyMember(t, acctest.CentralAccount, "log:GetLogStoreLogs")
			}
			cloud.DenyMember(t, acctest.Retail, "log:PostLogStoreLogs")
			r := cloud.Resource(t, shippingKind)
			mustDo(t, r.Apply(c.block))
			is := r.Attributes()
			if fmt.Sprint(is["verified"]) != fmt.Sprint(c.verified) || is["verification"] != c.verification {
				t.Errorf("verified %v: %v", is["verified"], is["verification"])
			}
			said := strings.Join(r.Warnings(), "\n")
			if (c.says == nil) != (said == "") || !acctest.Says(c.says...).MatchString(said) {
				t.Errorf("said %q", said)
			}
			mustDo(t, r.Destroy())
		})
	}
	t.Run("nothing may be read", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.LogFleet())
		cloud.DenyMember(t, acctest.Retail, "log:PostLogStoreLogs", "log:GetCursorOrData")
		said := strings.Join(cloud.Live(t, shippingKind, shipping()), "\n")
		if !acctest.Says("Whether rows arrive could not be told", "neither written to nor read", "log:GetCursorOrData").MatchString(said) {
			t.Errorf("said %s", said)
		}
	})
	t.Run("probe cannot be searched", func(t *testing.T) {
		t.Parallel()
		cloud := unreadableArchive(t, acctest.LogFleet())
		said := strings.Join(cloud.Live(t, shippingKind, shipping()), "\n")
		if !acctest.Says("Whether rows arrive could not be told", "The archive could not be searched for the probe row", "log:GetLogStoreLogs").MatchString(said) {
			t.Errorf("said %s", said)
		}
	})
}

// unreadableArchive is a cloud in which the archive may not be read.
func unreadableArchive(t *testing.T, scenario *simulator.Scenario) *acctest.Cloud {
	t.Helper()
	cloud := acctest.New(t, scenario)
	cloud.DenyMember(t, acctest.CentralAccount, "log:GetLogStoreLogs")
	return cloud
}

// A job that works through old rows is not wrong, though its probe row has to wait.
func TestShipping_behind(t *testing.T) {
	t.Parallel()
	for name, probe := range map[string]bool{"probe": true, "no probe": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.LogFleet()
			s.Accounts[1].LogService.Projects[0].LogStores[0].Rows = []simulator.LogRow{{Fields: map[string]string{"verb": "get"}}}
			s.Behaviour.LogShippingDelay = "24h" // nothing comes by itself
			// With every second that goes by, an older row arrives.
			var began time.Time
			sent := 0
			cloud := acctest.New(t, s)
			beforeSearch(t, cloud, func() {
				if began.IsZero() {
					began = cloud.Clock.Now()
				}
				if gone := int(cloud.Clock.Now().Sub(began).Seconds()); gone > sent {
					sent = gone
					mustDo(t, cloud.AppendLogRows(acctest.ArchiveProject, acctest.ArchiveStore, simulator.LogRow{Time: began.Add(-time.Hour).Unix() + int64(gone), Fields: map[string]string{
						"account_id": acctest.Retail, "cluster_id": retailID, "log_source": "audit",
					}}))
				}
			})
			if !probe {
				cloud.DenyMember(t, acctest.Retail, "log:PostLogStoreLogs")
			}
			r := cloud.Resource(t, shippingKind)
			mustDo(t, r.Apply(shipping()))
			is := r.Attributes()
			lag, _ := is["lag_seconds"].(int64)
			if is["verified"] != true || !strings.Contains(fmt.Sprint(is["verification"]), "works through what the source has kept") || lag < 3000 || lag > 4000 || len(r.Warnings()) > 0 {
				t.Errorf("verified %v, %v seconds: %v; said %v", is["verified"], is["lag_seconds"], is["verification"], r.Warnings())
			}
			mustDo(t, r.Destroy())
		})
	}
}

// What is verified is of the last apply that changed something; verify_triggers is one.
func TestShipping_verifiedAgain(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, writer(acctest.LogFleet(), func(r *simulator.Role) { r.Trusts = []string{acctest.Logistics + "@log.aliyuncs.com"} }))
	r := cloud.Resource(t, shippingKind)
	is := func(want any) {
		t.Helper()
		if got := r.Attributes()["verified"]; got != want {
			t.Errorf("verified %v, want %v", got, want)
		}
	}
	mustDo(t, r.Apply(shipping()))
	is(false)
	mustDo(t, cloud.UpdateAccount(acctest.CentralAccount, func(a *simulator.Account) { a.Roles[1].Trusts = []string{acctest.Retail + "@log.aliyuncs.com"} }))
	mustDo(t, r.Apply(shipping()))
	is(false)
	mustDo(t, r.Apply(shipping("verify_triggers", map[string]any{"trust": "2"})))
	is(true)
	mustDo(t, r.Apply(shipping("verify_triggers", map[string]any{"trust": "2"}, "verify", false)))
	is(nil)
	mustDo(t, r.Destroy())
}
