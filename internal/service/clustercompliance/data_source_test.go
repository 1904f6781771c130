package clustercompliance_test

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
	address  = "data.ackguard_cluster_compliance.fleet"
	public   = "ack-cluster-public-endpoint-check"
	deletion = "ack-cluster-deletion-protection-enabled"
	network  = "ack-cluster-network-type-check"
	monitor  = "ack-cluster-node-monitorenabled"
)

// fleet is a data source over all of acctest.Fleet, or over the accounts given.
func fleet(arguments string, accounts ...string) string {
	if accounts == nil {
		accounts = []string{acctest.Retail, acctest.Logistics, acctest.Payments, acctest.Analytics}
	}
	return fmt.Sprintf(`
data "ackguard_cluster_compliance" "fleet" {
  account_ids = ["%s"]
%s
}`, strings.Join(accounts, `", "`), arguments)
}

func value(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

// object is a partial check of text attributes, given as name and value.
func object(pairs ...string) knownvalue.Check {
	checks := map[string]knownvalue.Check{}
	for i := 0; i < len(pairs); i += 2 {
		checks[pairs[i]] = knownvalue.StringExact(pairs[i+1])
	}
	return knownvalue.ObjectPartial(checks)
}

func unit(t *testing.T, cloud *acctest.Cloud, steps ...resource.TestStep) {
	t.Helper()
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// violate makes one cluster break one rule each.
func violate(scenario *simulator.Scenario) {
	acctest.Public(&scenario.Accounts[1].Clusters[0])
	acctest.Unprotected(&scenario.Accounts[2].Clusters[0])
	flannel := &scenario.Accounts[3].Clusters[0]
	flannel.MetaData = map[string]any{"Capabilities": map[string]any{"Network": "Flannel", "TerwayEniip": true}}
	flannel.Addons = []simulator.Addon{{Name: "flannel"}}
	scenario.Accounts[4].Clusters[0].NodePools[0].KubernetesConfig.CMSEnabled = new(false)
}

func TestCompliance_everyRule(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	violate(scenario)
	cloud := acctest.New(t, scenario)
	unit(t, cloud,
		resource.TestStep{
			Config: cloud.Provider("", fleet("")),
			ConfigStateChecks: []statecheck.StateCheck{
				value("findings", knownvalue.ListExact([]knownvalue.Check{
					object("rule_id", monitor, "severity", "high", "verdict", "NON_COMPLIANT", "account_id", acctest.Analytics, "region", "cn-hangzhou", "cluster_id", acctest.ClusterID("analytics-a")),
					object("rule_id", public, "severity", "high", "verdict", "NON_COMPLIANT", "account_id", acctest.Retail, "cluster_name", "retail"),
					object("rule_id", deletion, "severity", "medium", "verdict", "NON_COMPLIANT", "account_id", acctest.Logistics),
					object("rule_id", network, "severity", "medium", "verdict", "NON_COMPLIANT", "account_id", acctest.Payments, "region", "cn-shanghai"),
				})),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("findings").AtSliceIndex(1).AtMapKey("message"), knownvalue.StringRegexp(acctest.Says("https://203.0.113.24:6443"))),
				value("counts", knownvalue.MapExact(map[string]knownvalue.Check{
					"COMPLIANT": knownvalue.Int64Exact(16), "NON_COMPLIANT": knownvalue.Int64Exact(4), "NOT_APPLICABLE": knownvalue.Int64Exact(0),
					"INSUFFICIENT_DATA": knownvalue.Int64Exact(0), "IGNORED": knownvalue.Int64Exact(0), "ERROR": knownvalue.Int64Exact(0),
				})),
				value("verdicts", knownvalue.MapExact(map[string]knownvalue.Check{
					acctest.ClusterID("retail"):      knownvalue.MapExact(map[string]knownvalue.Check{public: knownvalue.StringExact("NON_COMPLIANT")}),
					acctest.ClusterID("logistics"):   knownvalue.MapExact(map[string]knownvalue.Check{deletion: knownvalue.StringExact("NON_COMPLIANT")}),
					acctest.ClusterID("payments"):    knownvalue.MapExact(map[string]knownvalue.Check{network: knownvalue.StringExact("NON_COMPLIANT")}),
					acctest.ClusterID("analytics-a"): knownvalue.MapExact(map[string]knownvalue.Check{monitor: knownvalue.StringExact("NON_COMPLIANT")}),
				})),
				value("rule_results", knownvalue.ListSizeExact(4)),
				value("complete", knownvalue.Bool(true)), value("compliant", knownvalue.Bool(false)), value("truncated", knownvalue.Bool(false)),
			},
		},
		resource.TestStep{ // the second plan changes nothing
			Config: cloud.Provider("", fleet("")), PlanOnly: true,
		},
		resource.TestStep{
			Config: cloud.Provider("", fleet("max_findings = 2")),
			ConfigStateChecks: []statecheck.StateCheck{
				value("findings", knownvalue.ListSizeExact(2)), value("truncated", knownvalue.Bool(true)), value("verdicts", knownvalue.MapSizeExact(4)),
			},
		},
		resource.TestStep{
			Config: cloud.Provider("", fleet("include_compliant = true")),
			ConfigStateChecks: []statecheck.StateCheck{
				value("findings", knownvalue.ListSizeExact(20)), value("verdicts", knownvalue.MapSizeExact(5)),
			},
		},
		resource.TestStep{
			Config: cloud.Provider("", fleet(fmt.Sprintf(`rules = [%q]
  cluster_ids = [%q, %q]`, deletion, acctest.ClusterID("logistics"), acctest.ClusterID("retail")))),
			ConfigStateChecks: []statecheck.StateCheck{
				value("findings", knownvalue.ListExact([]knownvalue.Check{object("rule_id", deletion, "cluster_name", "logistics")})),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("counts").AtMapKey("COMPLIANT"), knownvalue.Int64Exact(1)),
			},
		},
		resource.TestStep{
			Config:      cloud.Provider("", fleet(fmt.Sprintf(`cluster_ids = [%q]`, acctest.ClusterID("nosuch")))),
			ExpectError: acctest.Says("Cluster not found", acctest.ClusterID("nosuch"), "Check account_ids and regions"),
		},
	)
}

// Facts are fetched only when a verdict waits for them, each once.
func TestCompliance_fewestCalls(t *testing.T) {
	t.Parallel()
	calls := func(rules ...string) map[string]int {
		cloud := acctest.New(t, acctest.Fleet())
		seen := map[string]int{}
		unit(t, cloud, resource.TestStep{
			Config: cloud.Provider("", fleet(fmt.Sprintf(`rules = ["%s"]`, strings.Join(rules, `", "`)))),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{acctest.PlanFunc(func() error {
				for _, r := range cloud.Requests() {
					seen[r.Action]++
				}
				return nil
			})}},
		})
		return seen
	}
	lists := map[string]int{"GetCallerIdentity": 1, "AssumeRole": 4, "DescribeClustersV1": 4, "DescribeClustersForRegion": 5}
	with := func(more map[string]int) map[string]int {
		for k, v := range lists {
			more[k] = v
		}
		return more
	}
	for _, c := range []struct {
		rules []string
		want  map[string]int
	}{
		{[]string{deletion}, with(map[string]int{})},
		{[]string{public, deletion, network}, with(map[string]int{"DescribeClusterDetail": 5})},
		{[]string{monitor}, with(map[string]int{"DescribeClusterNodePools": 5})},
		{[]string{public, deletion, network, monitor}, with(map[string]int{"DescribeClusterDetail": 5, "DescribeClusterNodePools": 5})},
	} {
		// The CLI reads a data source in the refresh before a test's plan as well, so counts are compared per read.
		got := calls(c.rules...)
		reads := got["DescribeClustersV1"] / 4
		for action, n := range got {
			if n != reads*c.want[action] {
				t.Errorf("rules %v: %d calls of %s in %d reads, want %d each", c.rules, n, action, reads, c.want[action])
			}
		}
		if reads == 0 || len(got) != len(c.want) {
			t.Errorf("rules %v: calls %v, want per read %v", c.rules, got, c.want)
		}
	}
}

// The verdict matrix, from the wire to the verdict.
func TestCompliance_matrix(t *testing.T) {
	t.Parallel()
	type want map[string]string // rule -> verdict
	cases := []struct {
		name   string
		change func(*simulator.Cluster)
		want   want
	}{
		{"plain", func(*simulator.Cluster) {}, want{public: "COMPLIANT", deletion: "COMPLIANT", network: "COMPLIANT", monitor: "COMPLIANT"}},
		{"registered", func(c *simulator.Cluster) {
			c.ClusterType, c.Profile, c.MasterURL, c.MetaData, c.NodePools, c.Addons = "ExternalKubernetes", nil, &simulator.MasterURL{}, nil, nil, nil
		}, want{public: "NOT_APPLICABLE", deletion: "NOT_APPLICABLE", network: "NOT_APPLICABLE", monitor: "NOT_APPLICABLE"}},
		{"serverless", func(c *simulator.Cluster) { c.Profile, c.NodePools, c.MetaData = new("Serverless"), nil, nil },
			want{public: "COMPLIANT", deletion: "COMPLIANT", network: "NOT_APPLICABLE", monitor: "NOT_APPLICABLE"}},
		{"acs", func(c *simulator.Cluster) { c.Profile, c.NodePools, c.MetaData = new("Acs"), nil, nil },
			want{public: "COMPLIANT", network: "NOT_APPLICABLE", monitor: "NOT_APPLICABLE"}},
		{"nopools", func(c *simulator.Cluster) { c.NodePools = nil }, want{monitor: "NOT_APPLICABLE"}},
		{"emptypools", func(c *simulator.Cluster) {
			c.NodePools[0].Status.TotalNodes, c.NodePools[0].KubernetesConfig.CMSEnabled = new(int64(0)), new(false)
		}, want{monitor: "NOT_APPLICABLE"}},
		{"cmsabsent", func(c *simulator.Cluster) { c.NodePools[0].KubernetesConfig.CMSEnabled = nil }, want{monitor: "INSUFFICIENT_DATA"}},
		{"nokubeconfig", func(c *simulator.Cluster) { c.NodePools[0].KubernetesConfig = nil }, want{monitor: "INSUFFICIENT_DATA"}},
		{"nostatus", func(c *simulator.Cluster) {
			c.NodePools[0].Status, c.NodePools[0].KubernetesConfig.CMSEnabled = nil, new(false)
		}, want{monitor: "INSUFFICIENT_DATA"}},
		{"dedicatedtrue", func(c *simulator.Cluster) {
			c.ClusterType, c.Parameters = "Kubernetes", map[string]string{"CloudMonitorFlags": "True"}
		}, want{monitor: "COMPLIANT"}},
		{"dedicatedfalse", func(c *simulator.Cluster) {
			c.ClusterType, c.Parameters = "Kubernetes", map[string]string{"CloudMonitorFlags": "False"}
		}, want{monitor: "NON_COMPLIANT"}},
		{"dedicatednoflag", func(c *simulator.Cluster) { c.ClusterType = "Kubernetes" }, want{monitor: "INSUFFICIENT_DATA"}},
		{"dedicatedodd", func(c *simulator.Cluster) {
			c.ClusterType, c.Parameters = "Kubernetes", map[string]string{"CloudMonitorFlags": "yes"}
		}, want{monitor: "INSUFFICIENT_DATA"}},
		{"initial", func(c *simulator.Cluster) {
			c.State, c.MasterURL, c.MetaData, c.NodePools, c.Addons = "initial", &simulator.MasterURL{}, nil, nil, nil
		}, want{public: "INSUFFICIENT_DATA", deletion: "COMPLIANT", network: "INSUFFICIENT_DATA", monitor: "NOT_APPLICABLE"}},
		{"failed", func(c *simulator.Cluster) {
			c.State, c.MasterURL, c.MetaData, c.DeletionProtection, c.Addons = "failed", nil, nil, nil, nil
		}, want{public: "INSUFFICIENT_DATA", deletion: "INSUFFICIENT_DATA", network: "INSUFFICIENT_DATA"}},
		{"intranetonly", func(c *simulator.Cluster) {
			c.MasterURL = &simulator.MasterURL{IntranetAPIServerEndpoint: new("https://10.0.0.1:6443")}
		}, want{public: "COMPLIANT"}},
		{"public", acctest.Public, want{public: "NON_COMPLIANT"}},
		{"addonsdecide", func(c *simulator.Cluster) {
			c.MetaData, c.Addons = map[string]any{"Capabilities": map[string]any{"TerwayEniip": true}}, []simulator.Addon{{Name: "flannel"}}
		}, want{network: "NON_COMPLIANT"}},
		{"addonsterway", func(c *simulator.Cluster) {
			c.MetaData, c.NetworkMode = nil, new("vpc")
		}, want{network: "COMPLIANT"}},
		{"uppercase", func(c *simulator.Cluster) {
			c.MetaData = map[string]any{"Capabilities": map[string]any{"Network": "Terway"}}
		}, want{network: "COMPLIANT"}},
		{"metadataaddons", func(c *simulator.Cluster) {
			c.MetaData = map[string]any{"Addons": []any{map[string]any{"name": "terway-eniip", "disabled": true}, map[string]any{"name": "flannel"}}}
		}, want{network: "NON_COMPLIANT"}},
	}
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters = nil
	var checks []statecheck.StateCheck
	for _, c := range cases {
		scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster(c.name, "cn-hangzhou", c.change))
		for rule, verdict := range c.want {
			checks = append(checks, statecheck.ExpectKnownValue(address,
				tfjsonpath.New("verdicts").AtMapKey(acctest.ClusterID(c.name)).AtMapKey(rule), knownvalue.StringExact(verdict)))
		}
	}
	cloud := acctest.New(t, scenario)
	unit(t, cloud, resource.TestStep{
		Config:            cloud.Provider("", fleet("include_compliant = true", acctest.Retail)),
		ConfigStateChecks: append(checks, value("complete", knownvalue.Bool(false)), value("compliant", knownvalue.Bool(false))),
	})
}

func TestCompliance_gate(t *testing.T) {
	// Not parallel: it sets the environment.
	scenario := acctest.Fleet()
	violate(scenario)
	cloud := acctest.New(t, scenario)
	gate := fleet(`fail_on = "high"`)
	exempt := fmt.Sprintf(`
  exemption {
    rule_id    = %q
    cluster_id = %q
    reason     = "partner integration, CHG-1042"
    owner      = "platform@example.com"
  }
  exemption {
    rule_id    = %q
    account_id = %q
    reason     = "agent comes with the next image"
    expires    = "2099-12-31"
  }`, public, acctest.ClusterID("retail"), monitor, acctest.Analytics)
	schedule := fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  account_id = %q
  cluster_id = %q
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
}`, acctest.Retail, acctest.ClusterID("retail"))
	unit(t, cloud,
		resource.TestStep{
			Config: cloud.Provider("", gate),
			ExpectError: acctest.Says("2 finding(s) of severity high or worse", monitor, "cluster analytics-a", acctest.Analytics, public, "203.0.113.24", "How to fix:",
				"also blocks an apply that fixes it, and destroy", "ACKGUARD_ENFORCEMENT=warn"),
		},
		resource.TestStep{
			Config:      cloud.Provider(`enforcement = "error"`, gate),
			ExpectError: acctest.Says(`set enforcement = "warn" in the provider block`),
		},
		resource.TestStep{ // a fix can be applied while the gate is red
			PreConfig: func() { t.Setenv("ACKGUARD_ENFORCEMENT", "warn") },
			Config:    cloud.Provider("", gate+schedule),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("ackguard_cluster_inspection_schedule.this", tfjsonpath.New("enabled"), knownvalue.Bool(true)),
			},
		},
		resource.TestStep{ // and destroy works
			Config: cloud.Provider("", gate+schedule), Destroy: true,
		},
		resource.TestStep{
			PreConfig: func() { t.Setenv("ACKGUARD_ENFORCEMENT", "nonsense") },
			Config:    cloud.Provider("", gate), ExpectError: acctest.Says(`ACKGUARD_ENFORCEMENT is "nonsense"; it must be "error" or "warn"`),
		},
		resource.TestStep{ // exempted with a reason, the same plan passes
			PreConfig: func() { t.Setenv("ACKGUARD_ENFORCEMENT", "") },
			Config:    cloud.Provider("", fleet(`fail_on = "high"`+exempt)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("counts").AtMapKey("IGNORED"), knownvalue.Int64Exact(2)),
				value("findings", knownvalue.ListSizeExact(2)), value("compliant", knownvalue.Bool(false)),
			},
		},
		resource.TestStep{
			Config:      cloud.Provider("", fleet(`fail_on = "medium"`+exempt)),
			ExpectError: acctest.Says("2 finding(s) of severity medium or worse", deletion, network),
		},
		resource.TestStep{ // an expired exemption is a finding again, and says so
			Config:      cloud.Provider("", fleet(`fail_on = "high"`+strings.Replace(exempt, "2099-12-31", "2020-01-01", 1))),
			ExpectError: acctest.Says("1 finding(s) of severity high or worse", monitor, "(its exemption expired on 2020-01-01)"),
		},
	)
}

func TestCompliance_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	bad := func(arguments string, phrases ...string) resource.TestStep {
		return resource.TestStep{Config: cloud.Provider("", fleet(arguments)), PlanOnly: true, ExpectError: acctest.Says(phrases...)}
	}
	exemption := func(arguments string) string { return "exemption {\n" + arguments + "\n}" }
	unit(t, cloud,
		bad(`rules = ["ack-cluster-public-endpoint-chek"]`, "Unknown rule", "ack-cluster-public-endpoint-chek", public, "The catalogue has:"),
		bad(`rules = []`, "set must contain at least 1 elements"),
		bad(`fail_on = "severe"`, `"critical" "high" "medium" "low"`),
		bad(exemption(fmt.Sprintf(`rule_id = %q`, public)), "reason", "required"),
		bad(exemption(fmt.Sprintf("rule_id = %q\nreason = \"  \"", public)), "Invalid exemption", "reason"),
		bad(exemption("rule_id = \"ack-cluster-deletion-protection\"\nreason = \"x\""), "Invalid exemption", deletion),
		bad(exemption(fmt.Sprintf("rule_id = %q\nreason = \"x\"\nexpires = \"31.12.2026\"", public)), "Invalid exemption", "31.12.2026"),
		bad(`cluster_ids = ["my-cluster"]`, "must be an ACK cluster ID"),
		bad(`regions = ["cn-hangzou"]`, `"cn-hangzou" is not a region`),
	)
}

func TestCompliance_exemptionWarnings(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.RemoveRole(t, acctest.Logistics)
	exemption := func(rule, account string) string {
		return fmt.Sprintf("exemption {\nrule_id = %q\naccount_id = %q\nreason = \"because\"\n}\n", rule, account)
	}
	warnings := acctest.Warnings(t, cloud, cloud.Provider("", fleet(exemption(public, acctest.Retail)+exemption(deletion, acctest.Logistics))))
	if w := warnings["Exemption matches nothing"]; !strings.Contains(w, acctest.Retail) || strings.Contains(w, acctest.Logistics) {
		t.Errorf("warning about exemptions: %q; want the one of the readable account only", w)
	}
}

// A denied account is an outcome and part of the one warning; it is neither
// skipped nor a pass.
func TestCompliance_unreadable(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	violate(scenario)
	cloud := acctest.New(t, scenario)
	cloud.RemoveRole(t, acctest.Logistics)
	cloud.DenyMember(t, acctest.Retail, "cs:DescribeClusterDetail")
	cloud.AddFault(simulator.Fault{Product: "cs", AccountID: acctest.Payments, Status: 429, Code: "Throttling.User"})

	outcome := func(account, region, status, code string) knownvalue.Check {
		checks := map[string]knownvalue.Check{
			"account_id": knownvalue.StringExact(account), "outcome": knownvalue.StringExact(status),
			"region": knownvalue.Null(), "error_code": knownvalue.Null(), "action_needed": knownvalue.Null(),
		}
		if region != "" {
			checks["region"] = knownvalue.StringExact(region)
		}
		if code != "" {
			checks["error_code"], checks["action_needed"] = knownvalue.StringExact(code), knownvalue.NotNull()
		}
		return knownvalue.ObjectPartial(checks)
	}
	unit(t, cloud, resource.TestStep{
		Config: cloud.Provider("", fleet("")),
		ConfigStateChecks: []statecheck.StateCheck{
			value("outcomes", knownvalue.ListExact([]knownvalue.Check{
				outcome(acctest.Retail, "", "denied", "Forbidden.RAM"),
				outcome(acctest.Retail, "cn-hangzhou", "denied", "Forbidden.RAM"),
				outcome(acctest.Logistics, "", "denied", "EntityNotExist.Role"),
				outcome(acctest.Payments, "", "throttled", "Throttling.User"),
				outcome(acctest.Analytics, "", "ok", ""),
			})),
			value("findings", knownvalue.ListExact([]knownvalue.Check{
				object("rule_id", monitor, "verdict", "NON_COMPLIANT", "cluster_name", "analytics-a"),
				object("rule_id", public, "verdict", "ERROR", "cluster_name", "retail", "path", "public_endpoint"),
				object("rule_id", network, "verdict", "ERROR", "cluster_name", "retail"),
			})),
			value("complete", knownvalue.Bool(false)), value("compliant", knownvalue.Bool(false)),
		},
	})
	warnings := acctest.Warnings(t, cloud, cloud.Provider("", fleet("")))
	text := warnings["Not all accounts could be read"]
	for _, phrase := range []string{
		acctest.Retail, "cs:DescribeClusterDetail", "request ID", acctest.Logistics, "create the role", acctest.Payments, "throttled",
	} {
		if !strings.Contains(text, phrase) {
			t.Errorf("the warning does not say %q:\n%s", phrase, text)
		}
	}
	if len(warnings) != 1 {
		t.Errorf("%d warnings, want one: %v", len(warnings), warnings)
	}
	unit(t, cloud, resource.TestStep{
		Config:      cloud.Provider("", fleet("require_all_accounts = true")),
		ExpectError: acctest.Says("Not all accounts could be read", acctest.Retail, acctest.Logistics, acctest.Payments),
	})
}

// Nothing readable at all is not a clean bill of health.
func TestCompliance_nothingReadable(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.RemoveRole(t, acctest.Retail)
	unit(t, cloud, resource.TestStep{
		Config: cloud.Provider("", fleet(`fail_on = "low"`, acctest.Retail)),
		ConfigStateChecks: []statecheck.StateCheck{
			value("findings", knownvalue.ListSizeExact(0)), value("complete", knownvalue.Bool(false)), value("compliant", knownvalue.Bool(false)),
		},
	})
}
