package inspection

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		window        string
		from, minutes int
	}{{"01:00-05:00", 60, 240}, {"22:30-04:00", 1350, 330}, {"00:00-23:59", 0, 1439}, {"05:00-05:01", 300, 1}} {
		if from, minutes, err := parseWindow(c.window); err != nil || from != c.from || minutes != c.minutes {
			t.Errorf("%s: %d, %d, %v", c.window, from, minutes, err)
		}
	}
	for window, why := range map[string]string{
		"": "no hyphen", "01:00": "no hyphen", "1-5": `"1" is not a time`, "25:00-01:00": `"25:00"`, "01:00-01:00": "no length", "01:00-02:60": `"02:60"`,
	} {
		if _, _, err := parseWindow(window); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", window, err, why)
		}
	}
}

// 1,500 clusters in four hours: no minute gets much more than its share, and
// none is left empty for long.
func TestSpread_even(t *testing.T) {
	t.Parallel()
	const clusters, minutes = 1500, 240
	count := make([]int, minutes)
	for i := range clusters {
		count[spread(fmt.Sprintf("c%032d", i), minutes)]++
	}
	for minute, n := range count {
		if n > 20 { // 6.25 on average
			t.Errorf("%d clusters in minute %d", n, minute)
		}
	}
	if got := spread("c00000000000000000000000000000042", minutes); got != 210 {
		t.Errorf("minute %d; a cluster's time must never change between versions", got)
	}
}
