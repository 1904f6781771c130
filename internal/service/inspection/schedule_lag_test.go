package inspection_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// lagging is a cloud whose reads lag so far behind writes, by the clock that
// the provider waits by.
func lagging(t *testing.T, lag simulator.Consistency) *acctest.Cloud {
	t.Helper()
	scenario := acctest.Fleet()
	scenario.Behaviour.Consistency = lag
	return acctest.NewOneClock(t, scenario)
}

// A schedule that does not show yet, that still shows what it was, or that
// still shows although it is gone, is waited for.
func TestSchedule_readsLag(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]simulator.Consistency{
		"one read": {Reads: 1}, "many reads": {Reads: 12}, "a moment": {Duration: "500ms"}, "two minutes": {Duration: "2m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := lagging(t, lag)
			r := cloud.Resource(t, kind)
			for _, step := range []struct {
				do   func() error
				want *simulator.InspectConfig
			}{
				{func() error { return r.Apply(arguments(atTwo)) }, &simulator.InspectConfig{Enabled: true, Recurrence: atTwo, DisabledCheckItems: []string{}}},
				{func() error { return r.Apply(arguments(atThree, "enabled", false)) }, &simulator.InspectConfig{Enabled: false, Recurrence: atThree, DisabledCheckItems: []string{}}},
				{r.Destroy, nil},
				// Made again at once.
				{func() error { return r.Apply(arguments(atTwo)) }, &simulator.InspectConfig{Enabled: true, Recurrence: atTwo, DisabledCheckItems: []string{}}},
				{r.Destroy, nil},
			} {
				if err := errors.Join(step.do(), holds(cloud, step.want)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// When the operation's own timeout is up, the message says what was missing.
func TestSchedule_lagsTooLong(t *testing.T) {
	t.Parallel()
	const short = `
  timeouts {
    create = "3m"
    update = "20s"
    delete = "10s"
  }`
	cloud := lagging(t, simulator.Consistency{Duration: "2m"})
	wait := func() { cloud.Clock.Advance(2 * time.Minute) }
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             stored(cloud, nil),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", schedule(atTwo, "timeouts {\n create = \"90s\"\n }")),
				ExpectError: acctest.Says("Creating the inspection schedule", "accepted the change", "account "+acctest.Retail+", region cn-hangzhou",
					"the time was up after 1m30s and it still cannot be read"),
			},
			{ // tainted: made anew, without an orphan
				PreConfig: wait, Config: cloud.Provider("", schedule(atTwo, short)),
			},
			{
				Config:      cloud.Provider("", schedule(atThree, short)),
				ExpectError: acctest.Says("Updating the inspection schedule", "the time was up after 20s", "recurrence is \""+atTwo+"\", not \""+atThree+"\""),
			},
			{PreConfig: wait, Config: cloud.Provider("", schedule(atThree, short))},
			{
				Config:      cloud.Provider("", ""),
				ExpectError: acctest.Says("Deleting the inspection schedule", "accepted the delete", "the time was up after 10s and it still is there"),
			},
			{PreConfig: wait, Config: cloud.Provider("", "")},
		},
	})
}

// What stands in the way at the end is the message, not that time is up.
func TestSchedule_lastErrorIsSaid(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	fault := cloud.AddFault(simulator.Fault{Action: "GetClusterInspectConfig", After: 1, Status: 503, Code: "ServiceUnavailable"})
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             stored(cloud, nil),
		Steps: []resource.TestStep{
			{
				Config:      cloud.Provider("", schedule(atTwo, "timeouts {\n create = \"1m\"\n }")),
				ExpectError: acctest.Says("Creating the inspection schedule", "server", "the last read failed", "ServiceUnavailable", "request ID"),
			},
			{PreConfig: fault.Remove, Config: cloud.Provider("", schedule(atTwo, ""))},
		},
	})
}

// A report that was just started may not be readable at once.
func TestReport_lags(t *testing.T) {
	t.Parallel()
	cloud := lagging(t, simulator.Consistency{Duration: "20s"})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{{
			Config: cloud.Provider("", schedule(atTwo, "triggers = { version = \"1\" }")+fmt.Sprintf(`
data "ackguard_cluster_inspection_report" "new" {
  account_ids = [%q]
  cluster_ids = [ackguard_cluster_inspection_schedule.this.cluster_id]
  report_id   = ackguard_cluster_inspection_schedule.this.last_report_id
}`, acctest.Retail)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.ackguard_cluster_inspection_report.new", tfjsonpath.New("complete"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue("data.ackguard_cluster_inspection_report.new", tfjsonpath.New("reports"), knownvalue.ListSizeExact(1)),
			},
		}},
	})
}

// A fleet's warnings of one kind are one.
func TestSchedule_warningsFold(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.DenyMember(t, acctest.Analytics, "cs:DescribeClusterDetail")
	w := acctest.NewWorkspace(t, cloud.Provider("", fmt.Sprintf(`
resource "ackguard_cluster_inspection_schedule" "all" {
  for_each   = { cn-hangzhou = %[2]q, cn-shanghai = %[3]q }
  account_id = %[1]q
  region     = each.key
  cluster_id = each.value
  recurrence = %[4]q
}`, acctest.Analytics, acctest.ClusterID("analytics-a"), acctest.ClusterID("analytics-b"), atTwo)))
	output, err := w.Terraform(t, "apply")
	if err != nil {
		t.Fatalf("%s\n%s", err, output)
	}
	const summary = "Warning: Time zone of a cluster could not be read"
	if n := strings.Count(string(output), summary); n != 1 || !acctest.Says(summary, "cs:DescribeClusterDetail", "and one more similar warning elsewhere").Match(output) {
		t.Errorf("said %d times\n%s", n, output)
	}
}
