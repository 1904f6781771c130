package configrule_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	recorderKind    = "ackguard_config_recorder"
	recorderAddress = recorderKind + ".this"
	instances       = "ACS::ECS::Instance"
	networks        = "ACS::VPC::VPC"
)

func recorder(arguments string) string {
	return fmt.Sprintf("resource %q \"this\" {\n  account_id = %q\n%s\n}\n", recorderKind, acctest.Retail, arguments)
}

func recorderAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(recorderAddress, a)}}
}

func recorderOf(t *testing.T, cloud *acctest.Cloud) cloudconfig.Recorder {
	t.Helper()
	r, err := config(t, cloud, acctest.Retail).Recorder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func records(t *testing.T, cloud *acctest.Cloud, types ...string) resource.TestCheckFunc {
	t.Helper()
	return acctest.Func(func() error {
		if r := recorderOf(t, cloud); r.Status != cloudconfig.RecorderRegistered || !slices.Equal(slices.Sorted(slices.Values(r.ResourceTypes)), types) {
			return fmt.Errorf("the recorder is %+v", r)
		}
		return nil
	})
}

func TestRecorder_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.RecorderOff())
	known := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(recorderAddress, tfjsonpath.New(name), check)
	}
	change := func(types ...string) func() {
		return func() {
			if err := config(t, cloud, acctest.Retail).UpdateRecorder(t.Context(), types); err != nil {
				t.Error(err)
			}
		}
	}
	both := recorder(fmt.Sprintf("stop_on_destroy = true\nresource_types = [%q, %q]", cloudconfig.ACKCluster, instances))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy: acctest.Func(func() error {
			if r := recorderOf(t, cloud); r.Status != cloudconfig.RecorderRegistrable {
				return fmt.Errorf("the recorder is %+v", r)
			}
			return nil
		}),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", recorder("")),
				ConfigStateChecks: []statecheck.StateCheck{
					known("started", knownvalue.Bool(true)), known("status", knownvalue.StringExact("REGISTERED")), known("stop_on_destroy", knownvalue.Bool(false)),
					known("resource_types", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact(cloudconfig.ACKCluster)})),
				},
				Check: records(t, cloud, cloudconfig.ACKCluster),
			},
			{ // what others record stays
				PreConfig:        change(networks, cloudconfig.ACKCluster),
				Config:           cloud.Provider("", both),
				ConfigPlanChecks: recorderAction(plancheck.ResourceActionUpdate),
				Check:            records(t, cloud, cloudconfig.ACKCluster, instances, networks),
			},
			{
				ResourceName: recorderAddress, ImportState: true, ImportStateId: acctest.Retail, ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "account_id",
				// An import does not know who started it, and what must be recorded is only in the block.
				ImportStateVerifyIgnore: []string{"started", "stop_on_destroy", "resource_types"},
			},
			{ // a type is taken away by hand
				PreConfig:        change(networks, cloudconfig.ACKCluster),
				Config:           cloud.Provider("", both),
				ConfigPlanChecks: recorderAction(plancheck.ResourceActionUpdate),
				Check:            records(t, cloud, cloudconfig.ACKCluster, instances, networks),
			},
			{ // a type is taken out of the block
				Config:            cloud.Provider("", recorder("stop_on_destroy = true")),
				ConfigPlanChecks:  recorderAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{known("resource_types", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact(cloudconfig.ACKCluster)})), known("started", knownvalue.Bool(true))},
				Check:             records(t, cloud, cloudconfig.ACKCluster, instances, networks),
			},
			{ // stopped by hand
				PreConfig: func() {
					if err := cloud.SetRecorderStatus(acctest.Retail, cloudconfig.RecorderRegistrable); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", recorder("stop_on_destroy = true")),
				ConfigPlanChecks: recorderAction(plancheck.ResourceActionCreate),
				Check:            records(t, cloud, cloudconfig.ACKCluster),
			},
			{ResourceName: recorderAddress, ImportState: true, ImportStateId: "retail", ExpectError: acctest.Says("must be an Alibaba Cloud account ID")},
		},
	})
}

func ofRetail(more ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": acctest.Retail}, more...)
}

// What destroying leaves is said, and only a recorder that the resource started is stopped.
func TestRecorder_destroy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off       bool
		arguments map[string]any
		says      []string
		status    string
	}{
		"left on":           {true, ofRetail(), []string{"Configuration recorder stays on", "of account " + acctest.Retail, "stop_on_destroy is not set"}, cloudconfig.RecorderRegistered},
		"started, stopped":  {true, ofRetail("stop_on_destroy", true), nil, cloudconfig.RecorderRegistrable},
		"on before":         {false, ofRetail("stop_on_destroy", true), []string{"Configuration recorder stays on", "it was on before this resource"}, cloudconfig.RecorderRegistered},
		"on before, a type": {false, ofRetail("resource_types", []any{instances}), []string{"with all resource types that it records"}, cloudconfig.RecorderRegistered},
	} {
		scenario := acctest.ConfigFleet()
		if c.off {
			scenario = acctest.RecorderOff()
		}
		cloud := acctest.New(t, scenario)
		t.Run(name, func(t *testing.T) {
			said(t, cloud, recorderKind, one(c.arguments), c.says...)
			if r := recorderOf(t, cloud); r.Status != c.status || c.status == cloudconfig.RecorderRegistered && !slices.Contains(r.ResourceTypes, cloudconfig.ACKCluster) {
				t.Errorf("the recorder is %+v", r)
			}
		})
	}
}

func TestRecorder_takesTime(t *testing.T) {
	t.Parallel()
	scenario := acctest.RecorderOff()
	scenario.Behaviour.ConfigTaskDuration = "5m"
	cloud := acctest.NewOneClock(t, scenario)
	block := ofRetail("stop_on_destroy", true, "resource_types", []any{cloudconfig.ACKCluster, instances})
	began := cloud.Clock.Now()
	said(t, cloud, recorderKind, one(block))
	if waited := cloud.Clock.Now().Sub(began); waited.Minutes() < 10 { // building and rebuilding
		t.Errorf("it waited for %s", waited)
	}
	said(t, cloud, recorderKind, one(acctest.With(block, "timeouts", map[string]any{"create": "1m"})),
		"Starting the configuration recorder of account "+acctest.Retail, "the service accepted the change", `status is "BUILDING", not "REGISTERED"`)
}

func TestRecorder_refused(t *testing.T) {
	t.Parallel()
	types := ofRetail("stop_on_destroy", true, "resource_types", []any{instances})
	for name, c := range map[string]struct {
		before func(*testing.T, *acctest.Cloud)
		says   []string
	}{
		"starting is not allowed": {
			func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				c.DenyMember(t, acctest.Retail, "config:StartConfigurationRecorder")
			},
			[]string{"Starting the configuration recorder", "denied", "account " + acctest.Retail, "allow the RAM action config:StartConfigurationRecorder"},
		},
		"throttled": {
			func(_ *testing.T, c *acctest.Cloud) {
				c.AddFault(simulator.Fault{Action: "UpdateConfigurationRecorder", Status: 400, Code: "Throttling.User", First: 40})
			}, []string{"throttled", "Throttling.User", "lower requests_per_second"},
		},
		"not stopped": {
			func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				c.Behind(t, func(r *http.Request) (string, int, bool) {
					return `{"RequestId":"R1","StopConfigurationRecorderResult":false}`, 200, r.Header.Get("x-acs-action") == "StopConfigurationRecorder"
				})
			}, []string{"Stopping the configuration recorder", "did not stop the recorder"},
		},
		"says nothing of what it records": {
			func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				c.Behind(t, func(r *http.Request) (string, int, bool) {
					return `{"RequestId":"R1","ConfigurationRecorder":{"ConfigurationRecorderStatus":"REGISTERED","ResourceTypes":[]}}`, 200, r.Header.Get("x-acs-action") == "GetConfigurationRecorder"
				})
			}, []string{"lists no resource type that it records", "choose the types once in the console"},
		},
		"no status": {
			func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				c.Behind(t, func(r *http.Request) (string, int, bool) {
					return `{"RequestId":"R1","ConfigurationRecorder":{}}`, 200, r.Header.Get("x-acs-action") == "GetConfigurationRecorder"
				})
			}, []string{"it has no status"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.RecorderOff())
			c.before(t, cloud)
			said(t, cloud, recorderKind, one(types), c.says...)
		})
	}
	cloud := acctest.New(t, acctest.RecorderOff())
	said(t, cloud, recorderKind, one(ofRetail("resource_types", []any{"clusters"})), "must be a resource type of Cloud Config, e.g. ACS::ACK::Cluster")
	said(t, cloud, recorderKind, one(ofRetail("resource_types", []any{})), "must contain at least 1 elements")
}

// Answers that get lost are found out about.
func TestRecorder_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"Start", "Update", "Stop"} {
		for _, reset := range []string{simulator.ResetBeforeCommit, simulator.ResetAfterCommit} {
			cloud := acctest.New(t, acctest.RecorderOff())
			start := cloud.Snapshot()
			cloud.AddFault(simulator.Fault{Action: verb + "ConfigurationRecorder", Reset: reset, First: 1})
			said(t, cloud, recorderKind, one(ofRetail("stop_on_destroy", true, "resource_types", []any{instances})))
			if left := start.Diff(cloud.Snapshot()); len(left) > 0 {
				t.Errorf("%s lost %s: %s is left", verb, reset, strings.Join(left, ", "))
			}
		}
	}
}
