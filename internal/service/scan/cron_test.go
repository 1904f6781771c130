package scan

import "testing"

func TestCronProblem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"30 2 * * *": "", "*/5 0-23/2 1,15 jan-mar MON-fri": "", "0 0 ? * 6": "", "  0  2 * * 0 ": "", "59 23 31 12 6": "",
		"0 2 * *":               "it has 4 fields and not five: minute, hour, day of month, month, day of week",
		"60 2 * * *":            `"60" is no minute: 0 to 59, a range, * or either with a step, e.g. */5`,
		"0 2 0 * *":             `"0" is no day of month: 1 to 31, a range, * or either with a step, e.g. */5`,
		"0 2 * 13 *":            `"13" is no month: 1 to 12, a range, * or either with a step, e.g. */5`,
		"0 2 * * 7":             `"7" is no day of week: 0 to 6, a range, * or either with a step, e.g. */5`,
		"0 5-2 * * *":           `"5-2" is no hour: 0 to 23, a range, * or either with a step, e.g. */5`,
		"*/0 2 * * *":           `"*/0" is no minute: 0 to 59, a range, * or either with a step, e.g. */5`,
		"1, 2 * * *":            `"1," is no minute: 0 to 59, a range, * or either with a step, e.g. */5`,
		"+1 2 * * *":            `"+1" is no minute: 0 to 59, a range, * or either with a step, e.g. */5`,
		"0 2 * foo *":           `"foo" is no month: 1 to 12, a range, * or either with a step, e.g. */5`,
		"CRON_TZ=UTC 0 2 * * *": "it has 6 fields and not five: minute, hour, day of month, month, day of week",
		"":                      "it has 0 fields and not five: minute, hour, day of month, month, day of week",
	} {
		if got := cronProblem(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
