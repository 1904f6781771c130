package scan

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
)

func TestNewResult(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row     map[string]string
		verdict compliance.Verdict
		other   int
		problem string
	}{
		"as the simulator":            {map[string]string{"kind": "Pod", "name": "a", "check_item": "x", "result": "Pass", "__time__": "7", "cluster_id": "c"}, compliance.Compliant, 0, ""},
		"other spellings":             {map[string]string{"resourceKind": "Pod", "resourceName": "a", "checkId": "x", "success": "false", "new": "1"}, compliance.NonCompliant, 1, ""},
		"both, and they differ":       {map[string]string{"kind": "Pod", "name": "a", "check_item": "x", "result": "pass", "success": "false"}, compliance.NonCompliant, 0, ""},
		"both, and one is odd":        {map[string]string{"kind": "Pod", "name": "a", "check_item": "x", "result": "abnormal", "success": "true"}, "", 0, "neither pass nor fail"},
		"one fails, and one is odd":   {map[string]string{"kind": "Pod", "name": "a", "check_item": "x", "result": "abnormal", "success": "false"}, compliance.NonCompliant, 0, ""},
		"true may mean abnormal":      {map[string]string{"kind": "Pod", "name": "a", "check_item": "x", "result": "true"}, "", 0, "neither pass nor fail"},
		"empty columns are not there": {map[string]string{"kind": "", "name": "a", "check_item": "", "result": ""}, "", 0, "no column kind, check_item, result; there are check_item, kind, name, result"},
		"nothing":                     {nil, "", 0, "no column kind, name, check_item, result"},
	} {
		got, err := newResult(c.row)
		switch {
		case c.problem != "":
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: %v, want %q", name, err, c.problem)
			}
		case err != nil || got.verdict != c.verdict || len(got.other) != c.other:
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// The order in which the service gives events of a second is not known.
func TestLastScanOf_anyOrder(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC)
	events := []scanEvent{
		{scanStarted, "", day}, {scanFinished, "", day.Add(time.Minute)}, {scanHighRisk, "9 high risks", day.Add(time.Minute)},
		{scanStarted, "", day.Add(24 * time.Hour)}, {scanFinished, "", day.Add(24 * time.Hour)}, {scanHighRisk, "2 high risks", day.Add(24 * time.Hour)},
		{scanStarted, "", day.Add(25 * time.Hour)}, {scanHighRisk, "1 high risk", day.Add(25 * time.Hour)},
	}
	want := lastScan{started: day.Add(24 * time.Hour), finished: day.Add(24 * time.Hour), next: day.Add(25 * time.Hour), highRisk: "2 high risks", highRiskAt: day.Add(24 * time.Hour)}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if got := lastScanOf(events); got != want {
			t.Fatalf("%+v of %v", got, events)
		}
	}
	if got := lastScanOf(events[:0]); got.told() || !got.covers(day) {
		t.Errorf("no events tell %+v", got)
	}
}
