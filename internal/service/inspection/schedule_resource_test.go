package inspection_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const address = "ackguard_cluster_inspection_schedule.this"

// schedule is a resource block for the cluster retail; arguments may follow.
func schedule(recurrence, arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  account_id = %q
  region     = "cn-hangzhou"
  cluster_id = %q
  recurrence = %q
%s
}`, acctest.Retail, acctest.ClusterID("retail"), recurrence, arguments)
}

const kind = "ackguard_cluster_inspection_schedule"

// arguments are those of schedule, for tests without the CLI.
func arguments(recurrence string, others ...any) map[string]any {
	return acctest.With(map[string]any{
		"account_id": acctest.Retail, "region": "cn-hangzhou", "cluster_id": acctest.ClusterID("retail"), "recurrence": recurrence,
	}, others...)
}

const (
	atTwo   = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
	atThree = "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"
)

func importID() string { return acctest.Retail + "/cn-hangzhou/" + acctest.ClusterID("retail") }

// stored checks what the cloud holds for the cluster retail; nil for nothing.
func stored(cloud *acctest.Cloud, want *simulator.InspectConfig) resource.TestCheckFunc {
	return acctest.Func(func() error { return holds(cloud, want) })
}

func holds(cloud *acctest.Cloud, want *simulator.InspectConfig) error {
	cluster, ok := cloud.Cluster(acctest.ClusterID("retail"))
	if !ok {
		return errors.New("the cluster is gone")
	}
	if got := cluster.InspectConfig; !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the cloud holds %+v, want %+v", got, want)
	}
	return nil
}

func TestSchedule_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	value := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             stored(cloud, nil),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", schedule(atTwo, "")),
				ConfigStateChecks: []statecheck.StateCheck{
					value("account_id", knownvalue.StringExact(acctest.Retail)), value("region", knownvalue.StringExact("cn-hangzhou")),
					value("enabled", knownvalue.Bool(true)), value("recurrence", knownvalue.StringExact(atTwo)),
					value("disabled_check_items", knownvalue.SetSizeExact(0)), value("timezone", knownvalue.StringExact("Asia/Shanghai")),
				},
				Check: stored(cloud, &simulator.InspectConfig{Enabled: true, Recurrence: atTwo, DisabledCheckItems: []string{}}),
			},
			{ // update in place, of every argument that the API has
				Config: cloud.Provider("", schedule(atThree, `
  enabled              = false
  disabled_check_items = ["B", "A"]`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
				Check: stored(cloud, &simulator.InspectConfig{Enabled: false, Recurrence: atThree, DisabledCheckItems: []string{"A", "B"}}),
			},
			{ // the same rule in another order and case is no change
				Config: cloud.Provider("", schedule("byminute=0;BYHOUR=03;freq=daily", `
  enabled              = false
  disabled_check_items = ["A", "B"]`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				ResourceName: address, ImportState: true, ImportStateId: importID(), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "cluster_id", ImportStateVerifyIgnore: []string{"recurrence"},
			},
			{ // another cluster replaces
				Config: cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  account_id = %q
  region     = "cn-shanghai"
  cluster_id = %q
  recurrence = %q
}`, acctest.Payments, acctest.ClusterID("payments"), atTwo)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
				}},
				Check: stored(cloud, nil),
			},
		},
	})
}

// A block without account_id and region is about the provider's own, and says
// which those are.
func TestSchedule_ownAccount(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].Clusters = []simulator.Cluster{acctest.Cluster("own", "cn-hangzhou")}
	scenario.Accounts[1].Users = []simulator.User{{
		UserName: "other", AttachedPolicies: []string{"AdministratorAccess"},
		AccessKeys: []simulator.AccessKey{{ID: "FAKE-RETAIL-KEY-ID", Secret: "fake-retail-key-secret"}},
	}}
	scenario.Accounts[0].Roles = []simulator.Role{{
		RoleName: "ResourceDirectoryAccountAccessRole", Trusts: []string{acctest.Retail}, AttachedPolicies: []string{"AdministratorAccess"},
	}}
	cloud := acctest.New(t, scenario)
	config := fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  cluster_id = %q
  recurrence = %q
}`, acctest.ClusterID("own"), atTwo)
	elsewhere := acctest.Says("State belongs to another account", acctest.Management, acctest.Retail, `account_id = "`+acctest.Management+`"`)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", config),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(address, tfjsonpath.New("account_id"), knownvalue.StringExact(acctest.Management)),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("region"), knownvalue.StringExact("cn-hangzhou")),
				}},
				Check: acctest.Func(func() error {
					if n := cloud.Count(simulator.Filter{Action: "AssumeRole"}); n != 0 {
						return fmt.Errorf("%d AssumeRole calls for one's own account", n)
					}
					return nil
				}),
			},
			{ // credentials of another account: an error that names both, no replacement
				Config:      cloud.ProviderWithKey("FAKE-RETAIL-KEY-ID", "fake-retail-key-secret", "", config),
				ExpectError: elsewhere,
			},
			{Config: cloud.Provider("", config), PlanOnly: true},
		},
	})
}

func TestSchedule_importBlock(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].InspectConfig = &simulator.InspectConfig{Enabled: true, Recurrence: atThree, DisabledCheckItems: []string{"A"}}
	cloud := acctest.New(t, scenario)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", schedule(atThree, `disabled_check_items = ["A"]`)+fmt.Sprintf(`
import {
  to = %s
  id = %q
}`, address, importID())),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
				}},
			},
			{ResourceName: address, ImportState: true, ImportStateId: "nonsense", ExpectError: acctest.Says(`"nonsense" is not of the form account_id/region/cluster_id`)},
			{ResourceName: address, ImportState: true, ImportStateId: "1/cn-hangzhou/" + acctest.ClusterID("retail"), ExpectError: acctest.Says("must be an Alibaba Cloud account ID")},
			{ResourceName: address, ImportState: true, ImportStateId: acctest.Retail + "/cn-hangzhou/c1", ExpectError: acctest.Says("must be an ACK cluster ID")},
			{ResourceName: address, ImportState: true, ImportStateId: acctest.Retail + "/cn-nowhere/" + acctest.ClusterID("retail"), ExpectError: acctest.Says(`"cn-nowhere" is not a region`)},
			{ResourceName: address, ImportState: true, ImportStateId: acctest.Payments + "/cn-shanghai/" + acctest.ClusterID("payments"), ExpectError: acctest.Says("Cannot import non-existent remote object")},
		},
	})
}

func TestSchedule_driftAndDisappearance(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	action := func(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, a)}}
	}
	want := stored(cloud, &simulator.InspectConfig{Enabled: true, Recurrence: atTwo, DisabledCheckItems: []string{}})
	change := func(change func(*simulator.Cluster)) func() {
		return func() { cloud.Change(t, "retail", change) }
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", schedule(atTwo, "")), Check: want},
			{
				PreConfig: change(func(c *simulator.Cluster) {
					c.InspectConfig = &simulator.InspectConfig{Enabled: false, Recurrence: atThree, DisabledCheckItems: []string{"A"}}
				}),
				Config: cloud.Provider("", schedule(atTwo, "")), ConfigPlanChecks: action(plancheck.ResourceActionUpdate), Check: want,
			},
			{
				PreConfig: change(func(c *simulator.Cluster) { c.InspectConfig = nil }),
				Config:    cloud.Provider("", schedule(atTwo, "")), ConfigPlanChecks: action(plancheck.ResourceActionCreate), Check: want,
			},
			{
				PreConfig: func() {
					if err := cloud.DeleteCluster(acctest.ClusterID("retail")); err != nil {
						t.Fatal(err)
					}
				},
				Config:      cloud.Provider("", schedule(atTwo, "")),
				ExpectError: acctest.Says("ErrorClusterNotFound", "a cluster answers only in its own region"),
			},
		},
	})
}

// The API documents no form for "there is no schedule"; the other one is a 200 without a recurrence.
func TestSchedule_emptyAnswerMeansNone(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Behaviour.InspectConfigMissing = "empty"
	cloud := acctest.New(t, scenario)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             stored(cloud, nil),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", schedule(atTwo, ""))},
			{
				PreConfig: func() { cloud.Change(t, "retail", func(c *simulator.Cluster) { c.InspectConfig = nil }) },
				Config:    cloud.Provider("", schedule(atTwo, "")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

func TestSchedule_takeOver(t *testing.T) {
	t.Parallel()
	other := simulator.InspectConfig{Enabled: false, Recurrence: atThree, DisabledCheckItems: []string{"A"}}
	withOther := func() *acctest.Cloud {
		scenario := acctest.Fleet()
		copied := other
		scenario.Accounts[1].Clusters[0].InspectConfig = &copied
		return acctest.New(t, scenario)
	}
	t.Run("another schedule is an error that shows the way", func(t *testing.T) {
		t.Parallel()
		cloud := withOther()
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			CheckDestroy:             stored(cloud, &other),
			Steps: []resource.TestStep{{
				Config: cloud.Provider("", schedule(atTwo, "")),
				ExpectError: acctest.Says("Cluster has another inspection schedule", "enabled is false, not true", `recurrence is "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"`,
					`disabled_check_items is ["A"]`, "terraform import ADDRESS "+importID()),
			}},
		})
	})
	t.Run("adopt_existing overwrites and puts back", func(t *testing.T) {
		t.Parallel()
		cloud := withOther()
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			CheckDestroy:             stored(cloud, &other),
			Steps: []resource.TestStep{
				{
					Config: cloud.Provider("", schedule(atTwo, "adopt_existing = true")),
					Check:  stored(cloud, &simulator.InspectConfig{Enabled: true, Recurrence: atTwo, DisabledCheckItems: []string{}}),
				},
				{ // what is to be put back outlives updates
					Config: cloud.Provider("", schedule("FREQ=DAILY;BYHOUR=4;BYMINUTE=4", "adopt_existing = true")),
				},
			},
		})
	})
	t.Run("the same schedule is taken over", func(t *testing.T) {
		t.Parallel()
		cloud := withOther()
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			CheckDestroy:             stored(cloud, nil),
			Steps: []resource.TestStep{{
				Config: cloud.Provider("", schedule("FREQ=DAILY;BYMINUTE=0;BYHOUR=3", `
  enabled              = false
  disabled_check_items = ["A"]`)),
				Check: acctest.Func(func() error {
					if n := cloud.Count(simulator.Filter{Action: "CreateClusterInspectConfig"}) + cloud.Count(simulator.Filter{Action: "UpdateClusterInspectConfig"}); n != 0 {
						return fmt.Errorf("%d changes of a schedule that was as planned", n)
					}
					return nil
				}),
			}},
		})
	})
}

func TestSchedule_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	for recurrence, message := range map[string]string{
		"FREQ=WEEKLY;BYHOUR=2;BYMINUTE=0":                      `FREQ=WEEKLY: the inspection runs daily only`,
		"FREQ=DAILY;BYHOUR=2":                                  `BYMINUTE is missing`,
		"FREQ=DAILY;BYMINUTE=2":                                `BYHOUR is missing`,
		"BYHOUR=2;BYMINUTE=2":                                  `FREQ is missing`,
		"FREQ=DAILY;BYHOUR=24;BYMINUTE=0":                      `"24" is not a number from 0 to 23`,
		"FREQ=DAILY;BYHOUR=2;BYMINUTE=0;COUNT=3":               `COUNT is not allowed: a schedule has no end`,
		"FREQ=DAILY;BYHOUR=2;BYMINUTE=0;UNTIL=20270101T000000": `UNTIL is not allowed`,
		"0 2 * * *": `the part "0 2 * * *" is not of the form NAME=VALUE`,
	} {
		t.Run(recurrence, func(t *testing.T) {
			t.Parallel()
			acctest.InProcess(t, resource.TestCase{
				ProtoV6ProviderFactories: cloud.Factories(),
				Steps: []resource.TestStep{{
					Config: cloud.Provider("", schedule(recurrence, "")), PlanOnly: true,
					ExpectError: acctest.Says("Invalid recurrence", message),
				}},
			})
		})
	}
	t.Run("cluster of another region", func(t *testing.T) {
		t.Parallel()
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			Steps: []resource.TestStep{{
				Config: cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  account_id = %q
  region     = "cn-hangzhou"
  cluster_id = %q
  recurrence = %q
}`, acctest.Payments, acctest.ClusterID("payments"), atTwo)),
				ExpectError: acctest.Says("ErrorClusterNotFound", "check that the cluster is in account "+acctest.Payments+" and region cn-hangzhou"),
			}},
		})
	})
	t.Run("region and cluster ID", func(t *testing.T) {
		t.Parallel()
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			Steps: []resource.TestStep{
				{
					Config: cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  region     = "cn-hangzou"
  cluster_id = %q
  recurrence = %q
}`, acctest.ClusterID("retail"), atTwo)), PlanOnly: true,
					ExpectError: acctest.Says(`"cn-hangzou" is not a region`, `Did you mean "cn-hangzhou"?`),
				},
				{
					Config: cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "this" {
  cluster_id = "my-cluster"
  recurrence = %q
}`, atTwo)), PlanOnly: true,
					ExpectError: acctest.Says("must be an ACK cluster ID"),
				},
			},
		})
	})
}

// A role that is gone says nothing about the schedule: it stays in state.
func TestSchedule_deniedStaysInState(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	config := cloud.Provider("", schedule(atTwo, ""))
	var saved []simulator.Role
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					account, _ := cloud.Account(acctest.Retail)
					saved = account.Roles
					cloud.RemoveRole(t, acctest.Retail)
				},
				Config:      config,
				ExpectError: acctest.Says("Reading the inspection schedule of cluster", "EntityNotExist.Role", "create the role"),
			},
			{
				PreConfig: func() { cloud.SetRoles(t, acctest.Retail, saved) },
				Config:    config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop), // not created again: it never left the state
				}},
			},
			{
				PreConfig:   func() { cloud.DenyMember(t, acctest.Retail, "cs:GetClusterInspectConfig") },
				Config:      config,
				ExpectError: acctest.Says("denied", "account "+acctest.Retail, "allow the RAM action cs:GetClusterInspectConfig"),
			},
			{
				PreConfig: func() { cloud.AllowMember(t, acctest.Retail) },
				Config:    config, PlanOnly: true,
			},
		},
	})
}

func TestSchedule_faults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"throttled twice":            {Product: "cs", Status: 400, Code: "Throttling.User", First: 2},
		"throttled by another code":  {Product: "cs", Status: 503, Code: "QPS Limit Exceeded", First: 1},
		"server error on reads":      {Action: "GetClusterInspectConfig", Status: 500, Code: "InternalError", First: 2},
		"cut before the read":        {Action: "GetClusterInspectConfig", Reset: simulator.ResetBeforeCommit, First: 2},
		"create committed, then cut": {Action: "CreateClusterInspectConfig", Reset: simulator.ResetAfterCommit, First: 1},
		"truncated answer":           {Action: "GetClusterInspectConfig", Body: simulator.BodyTruncated, First: 1},
		"a proxy's error page":       {Action: "GetClusterInspectConfig", Body: simulator.BodyHTML, First: 1},
		"delete committed, then cut": {Action: "DeleteClusterInspectConfig", Reset: simulator.ResetAfterCommit, First: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			hits := cloud.AddFault(fault)
			if said := cloud.Live(t, kind, arguments(atTwo)); len(said) > 0 {
				t.Error(said)
			}
			if err := holds(cloud, nil); err != nil {
				t.Error(err)
			}
			if hits.Hits() == 0 {
				t.Error("the fault never struck")
			}
		})
	}
	t.Run("throttled to the end", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.Fleet())
		cloud.AddFault(simulator.Fault{Product: "cs", Status: 429, Code: "Throttling.Api", Message: "Request was denied due to api flow control."})
		acctest.InProcess(t, resource.TestCase{
			ProtoV6ProviderFactories: cloud.Factories(),
			Steps: []resource.TestStep{{
				Config:      cloud.Provider("", schedule(atTwo, "")),
				ExpectError: acctest.Says("throttled", "Throttling.Api", "6 attempts", "lower requests_per_second"),
			}},
		})
	})
	t.Run("update that never arrives", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.Fleet())
		r := cloud.Resource(t, kind)
		if err := r.Apply(arguments(atTwo)); err != nil {
			t.Fatal(err)
		}
		cloud.AddFault(simulator.Fault{Action: "UpdateClusterInspectConfig", Reset: simulator.ResetBeforeCommit})
		says := acctest.Says("Updating the inspection schedule", "network", "UpdateClusterInspectConfig")
		if err := r.Apply(arguments(atThree)); err == nil || !says.MatchString(err.Error()) {
			t.Errorf("said %v", err)
		}
	})
}

// The update call spells the recurrence differently from the others. Should
// the service take the call and ignore that, it must not pass for a change.
func TestSchedule_updateThatIsAcceptedAndIgnored(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		return `{"requestId":"R-1"}`, http.StatusOK, r.Method == http.MethodPut
	})
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", schedule(atTwo, ""))},
			{
				Config: cloud.Provider("", schedule(atThree, "")),
				ExpectError: acctest.Says("Updating the inspection schedule", "accepted the change of the inspection schedule", "account "+acctest.Retail, "the time was up after 5m0s and it still is not as planned",
					`recurrence is "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", not "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"`),
			},
		},
	})
}
