package inspection_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Only the schedule's own not-found removes it from state. Nothing that goes
// wrong on the way to it does, whatever its code or status.
func TestSchedule_staysInState(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"user unknown to STS":         {Action: "AssumeRole", Status: 404, Code: "EntityNotExist.User"},
		"account unknown to STS":      {Action: "AssumeRole", Status: 404, Code: "InvalidAccount.NotFound"},
		"something unknown to STS":    {Action: "AssumeRole", Status: 404, Code: "Something.NotFound"},
		"RAM role of the service":     {Action: "GetClusterInspectConfig", Status: 404, Code: "ErrorRamRoleNotFound"},
		"region":                      {Action: "GetClusterInspectConfig", Status: 404, Code: "InvalidRegion.NotFound"},
		"product":                     {Action: "GetClusterInspectConfig", Status: 404, Code: "InvalidProduct.NotFound"},
		"a bare number":               {Action: "GetClusterInspectConfig", Status: 404, Code: "404"},
		"caller's identity not found": {Action: "GetCallerIdentity", Status: 404, Code: "EntityNotExist.Whoever"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			staysInState(t, cloud, func() func() { return cloud.AddFault(fault).Remove })
		})
	}
	for name, body := range map[string]string{
		"null": `null`, "nothing": ``, "an empty object": `{}`, "an array": `[]`, "a page": `<html>login</html>`,
		"an error in a 200": `{"code":"Throttling.User","message":"Request was denied due to user flow control."}`,
		"a denial in a 200": `{"Code":"Forbidden.RAM","Message":"no","RequestId":"R-1"}`,
	} {
		t.Run("200 with "+name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			broken := false
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				return body, http.StatusOK, broken && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/inspectConfig")
			})
			staysInState(t, cloud, func() func() { broken = true; return func() { broken = false } })
		})
	}
}

// staysInState creates a schedule, refreshes it while something is broken, and
// sees it in state afterwards.
func staysInState(t *testing.T, cloud *acctest.Cloud, breakIt func() (repair func())) {
	t.Helper()
	r, wanted := cloud.Resource(t, kind), arguments(atTwo)
	if err := r.Apply(wanted); err != nil {
		t.Fatal(err)
	}
	repair := breakIt()
	if _, err := r.Settled(wanted); err == nil {
		t.Error("nothing was broken")
	}
	repair()
	if nothing, err := r.Settled(wanted); err != nil || !nothing {
		t.Errorf("it is planned anew, %v", err)
	}
}

// A delete that something in between answers leaves the schedule: an error,
// and it stays in state.
func TestSchedule_deleteThatNeverArrives(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"a page": `<html>login</html>`, "an answer": `{"requestId":"R-1"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			broken := false
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				return body, http.StatusOK, broken && r.Method == http.MethodDelete
			})
			r := cloud.Resource(t, kind)
			if err := r.Apply(arguments(atTwo)); err != nil {
				t.Fatal(err)
			}
			broken = true
			if err := r.Destroy(); err == nil || !strings.Contains(err.Error(), "Deleting the inspection schedule") || !r.InState() {
				t.Errorf("in state %t, %v", r.InState(), err)
			}
			broken = false
			if nothing, err := r.Settled(arguments(atTwo)); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
		})
	}
}

// What adopt_existing overwrites is put back also if overwriting it failed half
// way: Terraform hands the destroy of a tainted resource no private state.
func TestSchedule_adoptedAndTainted(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].InspectConfig = &simulator.InspectConfig{Enabled: true, Recurrence: atThree, DisabledCheckItems: []string{"A"}}
	cloud := acctest.New(t, scenario)
	before := cloud.Snapshot()
	fault := cloud.AddFault(simulator.Fault{Action: "UpdateClusterInspectConfig", Status: http.StatusInternalServerError, Code: "InternalError"})
	r := cloud.Resource(t, kind)
	wanted := arguments(atTwo, "adopt_existing", true)
	if err := r.Apply(wanted); err == nil || !r.InState() {
		t.Fatalf("in state %t, %v", r.InState(), err)
	}
	fault.Remove()
	if err := errors.Join(r.Apply(wanted), r.Destroy()); err != nil {
		t.Fatal(err)
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("%q is left", diff)
	}
}

func TestSchedule_nullItemChangesNothing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", schedule(atTwo, `disabled_check_items = [null]`)), ExpectError: acctest.Says("Null")},
			{Config: cloud.Provider("", schedule(atTwo, `disabled_check_items = ["A"]`))},
			{Config: cloud.Provider("", schedule(atTwo, `disabled_check_items = ["A", null]`)), ExpectError: acctest.Says("Null")},
			{
				Config: cloud.Provider("", schedule(atTwo, `disabled_check_items = ["A"]`)), PlanOnly: true,
			},
		},
	})
}

// Whatever spelling is accepted arrives as the one that the API documents.
func TestSchedule_sentInItsCanonicalSpelling(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", schedule(" byminute = 30,30 ; BYHOUR=02,2;freq=daily;", "")),
			Check:  stored(cloud, &simulator.InspectConfig{Enabled: true, Recurrence: atTwo, DisabledCheckItems: []string{}}),
		}},
	})
}

// Who takes adopt_existing back wants the original no more.
func TestSchedule_adoptTakenBack(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].InspectConfig = &simulator.InspectConfig{Enabled: false, Recurrence: atThree}
	cloud := acctest.New(t, scenario)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             stored(cloud, nil),
		Steps: []resource.TestStep{
			{Config: cloud.Provider("", schedule(atTwo, "adopt_existing = true"))},
			{Config: cloud.Provider("", schedule(atTwo, "adopt_existing = false"))},
		},
	})
}

// An answer that leaves out whether the schedule runs does not mean that it is off.
func TestSchedule_enabledAbsent(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		return fmt.Sprintf(`{"requestId":"R-1","recurrence":%q}`, atTwo), http.StatusOK, r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/inspectConfig")
	})
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps:                    []resource.TestStep{{Config: cloud.Provider("", schedule(atTwo, "")), ExpectError: acctest.Says("cannot be told whether the schedule runs")}},
	})
}

// A cluster without a time zone is asked for it once.
func TestSchedule_timezoneAskedOnce(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].Timezone = nil
	cloud := acctest.New(t, scenario)
	config := cloud.Provider("", schedule(atTwo, ""))
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{Config: config, PlanOnly: true},
			{
				Config: config,
				Check: acctest.Func(func() error {
					if n := cloud.Count(simulator.Filter{Action: "DescribeClusterDetail"}); n != 1 {
						return fmt.Errorf("%d calls for the time zone", n)
					}
					return nil
				}),
			},
		},
	})
}
