package acctest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// A harness that lets everything pass would make every test of it worthless.
func TestInProcess_fails(t *testing.T) {
	t.Parallel()
	const block = "ackguard_cluster_inspection_schedule.this"
	schedule := func(arguments string) string {
		return fmt.Sprintf("resource \"ackguard_cluster_inspection_schedule\" \"this\" {\n  account_id = %q\n  cluster_id = %q\n%s\n}\n", Retail, ClusterID("retail"), arguments)
	}
	const atTwo, atThree = `recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"`, `recurrence = "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"`
	state := func(address, name string, check knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)}
	}
	before := func(check plancheck.PlanCheck) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{check}}
	}
	const clusters = "data \"ackguard_clusters\" \"all\" {\n  account_ids = [\"" + Retail + "\"]\n}\noutput \"complete\" {\n  value = data.ackguard_clusters.all.complete\n}\n"
	for name, c := range map[string]struct {
		body string
		step resource.TestStep
		want string // empty for a step that passes
	}{
		"as it should be": {schedule(atTwo) + clusters, resource.TestStep{
			ConfigPlanChecks:  before(plancheck.ExpectResourceAction(block, plancheck.ResourceActionUpdate)),
			ConfigStateChecks: append(state(block, "enabled", knownvalue.Bool(true)), statecheck.ExpectKnownOutputValue("complete", knownvalue.Bool(true))),
		}, ""},
		"another action":             {schedule(atTwo), resource.TestStep{ConfigPlanChecks: before(plancheck.ExpectResourceAction(block, plancheck.ResourceActionCreate))}, "expected Create"},
		"a plan that is empty":       {schedule(atTwo), resource.TestStep{ConfigPlanChecks: before(plancheck.ExpectEmptyPlan())}, "expected empty plan"},
		"another planned value":      {schedule(atTwo), resource.TestStep{ConfigPlanChecks: before(plancheck.ExpectKnownValue(block, tfjsonpath.New("enabled"), knownvalue.Bool(false)))}, "enabled"},
		"another value":              {schedule(atTwo), resource.TestStep{ConfigStateChecks: state(block, "enabled", knownvalue.Bool(false))}, "expected value false"},
		"another value that is read": {clusters, resource.TestStep{ConfigStateChecks: state("data.ackguard_clusters.all", "complete", knownvalue.Bool(false))}, "expected value false"},
		"another output":             {clusters, resource.TestStep{ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("complete", knownvalue.Bool(false))}}, "expected value false"},
		"a check":                    {schedule(atTwo), resource.TestStep{Check: Func(func() error { return errors.New("not so") })}, "not so"},
		"a difference":               {schedule(atTwo), resource.TestStep{PlanOnly: true}, "planned action(s): [update]"},
		"a block that is missing":    {"", resource.TestStep{PlanOnly: true}, "planned action(s): [delete]"},
		"a bad value":                {schedule(`recurrence = "sometimes"`), resource.TestStep{PlanOnly: true}, "Error: Invalid recurrence"},
		"a missing argument":         {schedule(""), resource.TestStep{PlanOnly: true}, "recurrence"},
		"what cannot be read":        {"data \"ackguard_clusters\" \"all\" {\n  account_ids = [\"" + Retail + "\"]\n  regions = [\"cn-nowhere\"]\n}\n", resource.TestStep{}, "cn-nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := New(t, Fleet())
			m := &machine{t: t, factories: cloud.Factories(), state: map[string]object{}}
			if err := m.step(resource.TestStep{Config: cloud.Provider("", schedule(atThree))}); err != nil {
				t.Fatal(err)
			}
			c.step.Config = cloud.Provider("", c.body)
			err := m.step(c.step)
			if (err == nil) != (c.want == "") || err != nil && !Says(c.want).MatchString(err.Error()) {
				t.Errorf("%v, want %q", err, c.want)
			}
			m.config = cloud.Provider("", "")
			if err := m.destroyAll(); err != nil {
				t.Error(err)
			}
			if cluster, _ := cloud.Cluster(ClusterID("retail")); cluster.InspectConfig != nil {
				t.Errorf("destroy left %+v", cluster.InspectConfig)
			}
		})
	}
}
