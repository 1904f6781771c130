package inventory_test

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

const allClusters = `
data "ackguard_member_accounts" "all" {}

data "ackguard_clusters" "all" {
  account_ids = data.ackguard_member_accounts.all.ids
}
`

func TestClusters_wholeFleet(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", allClusters),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.ackguard_member_accounts.all", tfjsonpath.New("ids"), acctest.Strings(
					acctest.Retail, acctest.Logistics, acctest.Payments, acctest.Analytics)),
				statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListExact([]knownvalue.Check{
					clusterCheck(acctest.Retail, "cn-hangzhou", "retail"),
					clusterCheck(acctest.Logistics, "cn-hangzhou", "logistics"),
					clusterCheck(acctest.Payments, "cn-shanghai", "payments"),
					clusterCheck(acctest.Analytics, "cn-hangzhou", "analytics-a"),
					clusterCheck(acctest.Analytics, "cn-shanghai", "analytics-b"),
				})),
				statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("complete"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("outcomes").AtSliceIndex(3), knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"account_id": knownvalue.StringExact(acctest.Analytics), "outcome": knownvalue.StringExact("ok"),
					"regions_examined": acctest.Strings("cn-hangzhou", "cn-shanghai"),
				})),
			},
		}},
	})
}

func clusterCheck(account, region, name string) knownvalue.Check {
	return knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"account_id": knownvalue.StringExact(account), "region": knownvalue.StringExact(region),
		"cluster_id": knownvalue.StringExact(acctest.ClusterID(name)), "name": knownvalue.StringExact(name),
		"cluster_type": knownvalue.StringExact("ManagedKubernetes"), "profile": knownvalue.StringExact("Default"),
		"state": knownvalue.StringExact("running"), "deletion_protection": knownvalue.Bool(true),
		"timezone": knownvalue.StringExact("Asia/Shanghai"),
	})
}

// A page that is dropped would look like clusters that were deleted.
func TestClusters_everyPage(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts = scenario.Accounts[:2]
	for i := range 119 {
		scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster(fmt.Sprintf("n%d", i), "cn-hangzhou"))
	}
	cloud := acctest.New(t, scenario)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", allClusters),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(120)),
			},
			Check: acctest.Func(func() error {
				if n := cloud.Count(simulator.Filter{Action: "DescribeClustersForRegion"}); n%3 != 0 {
					return fmt.Errorf("%d calls for 120 clusters, want 3 pages a read", n)
				}
				return nil
			}),
		}},
	})
}

func TestClusters_filters(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster("edge", "cn-hangzhou", func(c *simulator.Cluster) {
		c.Profile, c.State, c.ClusterType = new("Edge"), "failed", "Kubernetes"
		c.Tags = []simulator.KeyValue{{Key: new("env"), Value: new("prod")}}
	}))
	cloud := acctest.New(t, scenario)
	filter := func(arguments string) string {
		return cloud.Provider("", fmt.Sprintf(`
data "ackguard_clusters" "some" {
  account_ids = [%q, %q]
%s
}`, acctest.Retail, acctest.Payments, arguments))
	}
	only := func(names ...string) []statecheck.StateCheck {
		var checks []knownvalue.Check
		for _, name := range names {
			checks = append(checks, knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)}))
		}
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.ackguard_clusters.some", tfjsonpath.New("clusters"), knownvalue.ListExact(checks))}
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: filter(``), ConfigStateChecks: only("edge", "retail", "payments")},
			{Config: filter(`regions = ["cn-shanghai"]`), ConfigStateChecks: only("payments")},
			{Config: filter(`name_regex = "^re"`), ConfigStateChecks: only("retail")},
			{Config: filter(`profiles = ["Edge"]`), ConfigStateChecks: only("edge")},
			{Config: filter(`states = ["running"]`), ConfigStateChecks: only("retail", "payments")},
			{Config: filter(`cluster_types = ["Kubernetes"]`), ConfigStateChecks: only("edge")},
			{Config: filter(`tags = { env = "prod" }`), ConfigStateChecks: only("edge")},
			{Config: filter(`tags = { env = "test" }`), ConfigStateChecks: only()},
			{Config: filter(`name_regex = "("`), ExpectError: acctest.Says("Invalid regular expression")},
			{Config: filter(`regions = ["cn-hangzou"]`), ExpectError: acctest.Says(`"cn-hangzou" is not a region`, `Did you mean "cn-hangzhou"?`)},
		},
	})
}

// Explicit accounts work from any account that the members trust, without the
// right to list them.
func TestClusters_explicitAccountsWithoutListAccounts(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Deny(t, "resourcemanager:*")
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      cloud.Provider("", allClusters),
				ExpectError: acctest.Says("resourcemanager:GetResourceDirectory", "With explicit account_ids everything else works"),
			},
			{
				Config: cloud.Provider("", fmt.Sprintf(`data "ackguard_clusters" "all" { account_ids = [%q] }`, acctest.Retail)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(1)),
				},
			},
		},
	})
}

func TestClusters_incompleteIsAnError(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.RemoveRole(t, acctest.Logistics)
	partial := cloud.Provider("", fmt.Sprintf(`
data "ackguard_clusters" "all" {
  account_ids   = [%q, %q]
  allow_partial = true
}`, acctest.Retail, acctest.Logistics))
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      cloud.Provider("", allClusters),
				ExpectError: acctest.Says("Cluster list is not complete", acctest.Logistics+": denied:", "EntityNotExist.Role", "request ID", "create the role"),
			},
			{
				Config: partial,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(1)),
					statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("complete"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("outcomes").AtSliceIndex(1), knownvalue.ObjectPartial(map[string]knownvalue.Check{
						"account_id": knownvalue.StringExact(acctest.Logistics), "outcome": knownvalue.StringExact("denied"),
						"error_code": knownvalue.StringExact("EntityNotExist.Role"), "regions_examined": knownvalue.ListSizeExact(0),
					})),
				},
			},
		},
	})
}

// Peers were bitten by regional lists that show a cluster of another region,
// or one twice: it is counted once, where it is.
func TestClusters_onceEach(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	lean := func(name, region string) string {
		return fmt.Sprintf(`{"cluster_id":%q,"name":%q,"region_id":%q,"state":"running"}`, acctest.ClusterID(name), name, region)
	}
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		clusters := []string{lean("a", "cn-hangzhou"), lean("b", "cn-shanghai"), lean("a", "cn-hangzhou")}
		return fmt.Sprintf(`{"clusters":[%s],"page_info":{"page_number":1,"page_size":50,"total_count":3}}`, strings.Join(clusters, ",")),
			http.StatusOK, strings.HasPrefix(r.URL.Path, "/regions/")
	})
	at := func(region, name string) knownvalue.Check {
		return knownvalue.ObjectPartial(map[string]knownvalue.Check{"region": knownvalue.StringExact(region), "name": knownvalue.StringExact(name)})
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", fmt.Sprintf(`
data "ackguard_clusters" "all" {
  account_ids = [%q]
  regions     = ["cn-hangzhou", "cn-shanghai"]
}`, acctest.Retail)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"),
					knownvalue.ListExact([]knownvalue.Check{at("cn-hangzhou", "a"), at("cn-shanghai", "b")})),
			},
		}},
	})
}

// Without page_info nobody can tell whether the list is whole.
func TestClusters_noPageInfo(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		return `{"clusters":[]}`, http.StatusOK, strings.HasPrefix(r.URL.Path, "/regions/")
	})
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config:      cloud.Provider("", fmt.Sprintf(`data "ackguard_clusters" "all" { account_ids = [%q] }`, acctest.Retail)),
			ExpectError: acctest.Says("does not say how many items the list has"),
		}},
	})
}

// What a module passes by mistake must not end as an empty list, which
// destroys everything under for_each.
func TestClusters_nothingIsNotEverything(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	bad := func(arguments string, phrases ...string) resource.TestStep {
		return resource.TestStep{
			Config: cloud.Provider("", "data \"ackguard_clusters\" \"all\" {\n"+arguments+"\n}\n"), ExpectError: acctest.Says(phrases...),
		}
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			bad(fmt.Sprintf(`account_ids = [%q, null]`, acctest.Retail), "Null"),
			bad(`regions = [null]`, "Null"),
			bad(`regions = []`, "at least 1"),
			bad(`states = [null, "running"]`, "Null"),
			bad(`tags = { a = null }`, "Null"),
			{Config: cloud.Provider("", "data \"ackguard_member_accounts\" \"all\" {\n  folder_id = \"fd-typo\"\n}\n"), ExpectError: acctest.Says("Folder not found", "fd-typo")},
			{
				Config: cloud.Provider("", "data \"ackguard_clusters\" \"all\" {\n  account_ids = []\n}\n"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(0)),
				},
			},
		},
	})
	warnings := acctest.Warnings(t, cloud, cloud.Provider("", "data \"ackguard_clusters\" \"all\" {\n  account_ids = []\n}\n"))
	if warnings["No account is selected"] == "" {
		t.Errorf("an empty selection is not warned about: %v", warnings)
	}
}

// A filter on a field that a cluster lacks cannot be decided.
func TestClusters_filterOnAbsentField(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].Profile = nil
	scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster("registered", "cn-hangzhou", func(c *simulator.Cluster) {
		c.ClusterType, c.Profile = "ExternalKubernetes", nil
	}))
	cloud := acctest.New(t, scenario)
	config := func(arguments string) string {
		return cloud.Provider("", fmt.Sprintf("data \"ackguard_clusters\" \"all\" {\n  account_ids = [%q]\n%s\n}\n", acctest.Retail, arguments))
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: config(`profiles = ["Default"]`), ExpectError: acctest.Says("Cluster cannot be filtered", "profiles", "cluster retail")},
			{ // a registered cluster has no profile by nature
				PreConfig: func() { cloud.Change(t, "retail", func(c *simulator.Cluster) { c.Profile = new("Default") }) },
				Config:    config(`profiles = ["Default"]`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(1)),
				},
			},
		},
	})
}

// A wrong key is said once, and not once for each account.
func TestClusters_wrongKeyOnce(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Many(30, 1, "cn-hangzhou"))
	var accounts []string
	for m := range 30 {
		accounts = append(accounts, fmt.Sprintf("%q", acctest.ManyID(m)))
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config:      cloud.ProviderWithKey("FAKE-NO-SUCH-KEY", "x", "", fmt.Sprintf("data \"ackguard_clusters\" \"all\" {\n  account_ids = [%s]\n}\n", strings.Join(accounts, ", "))),
			ExpectError: acctest.Says("Asking for the provider's own account: denied", "InvalidAccessKeyId.NotFound"),
		}},
	})
	if n := cloud.Count(simulator.Filter{}); n > 3 {
		t.Errorf("%d calls with a wrong key", n)
	}
}
