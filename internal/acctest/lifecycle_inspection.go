package acctest

import (
	"regexp"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var (
	nightly = map[string]any{
		"account_id": Retail, "region": "cn-hangzhou", "cluster_id": ClusterID("retail"), "recurrence": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
	}
	atFour = With(nightly, "recurrence", "FREQ=DAILY;BYHOUR=4;BYMINUTE=0", "enabled", false, "disabled_check_items", []any{"B", "A"})
)

// foundSchedule is Fleet with a schedule that somebody made by hand.
func foundSchedule() *simulator.Scenario {
	s := Fleet()
	s.Accounts[1].Clusters[0].InspectConfig = &simulator.InspectConfig{Enabled: false, Recurrence: "FREQ=DAILY;BYHOUR=9;BYMINUTE=9", DisabledCheckItems: []string{"C"}}
	return s
}

// lostSchedule: the schedule has no place for the original, so a kill between overwriting it and saving the state loses it.
var lostSchedule = &Lost{
	Warning: "Schedule taken over; what was there before is not known", Lines: regexp.MustCompile(`^- cluster \w+retail\.inspect_config`),
}

var inspectionSchedule = []Lifecycle{
	{Name: "plain", Real: true, Seed: Fleet, Create: nightly, Update: atFour},
	{
		// Reports stay when the schedule goes; one that ran twice would be one more than without a kill.
		Name: "triggers", Seed: Fleet,
		Create: With(nightly, "triggers", map[string]any{"version": "1"}), Update: With(atFour, "triggers", map[string]any{"version": "2"}),
		Leaves: regexp.MustCompile(`^\+ cluster \w+\.inspect_reports`),
	},
	{
		Name: "adopt_existing", Seed: foundSchedule,
		Create: With(nightly, "adopt_existing", true), Update: With(atFour, "adopt_existing", true),
		Lost: lostSchedule,
	},
	{
		Name: "replaced", Seed: foundSchedule,
		Create: With(nightly, "adopt_existing", true),
		Update: map[string]any{
			"account_id": Payments, "region": "cn-shanghai", "cluster_id": ClusterID("payments"), "recurrence": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "adopt_existing": true,
		},
		Lost: lostSchedule,
	},
	{Name: "reads lag", Seed: lagging(Fleet), Create: nightly, Update: atFour},
	{
		Name: "adopt_existing, reads lag", Seed: lagging(foundSchedule),
		Create: With(nightly, "adopt_existing", true), Update: With(atFour, "adopt_existing", true),
		Lost: lostSchedule,
	},
}

// lagging is a cloud whose reads show a write only after two of them.
func lagging(seed func() *simulator.Scenario) func() *simulator.Scenario {
	return func() *simulator.Scenario {
		s := seed()
		s.Behaviour.Consistency.Reads = 2
		return s
	}
}
