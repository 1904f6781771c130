package inspection

import (
	"strings"
	"testing"
)

func TestSameRecurrence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", true},
		{"FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "byminute=30;byhour=02;freq=daily;", true},
		{"FREQ=DAILY;BYHOUR=14,2;BYMINUTE=0", "FREQ=DAILY;BYHOUR=2,14,2;BYMINUTE=00", true},
		{"FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=DAILY;BYHOUR=2;BYMINUTE=31", false},
		{"FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", false},
		{"FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=DAILY;INTERVAL=2;BYHOUR=2;BYMINUTE=30", false},
		{"something else", "something else", true}, // as text, for nobody can read it
		{"", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", false},
	} {
		if got := sameRecurrence(c.a, c.b); got != c.want || got != sameRecurrence(c.b, c.a) {
			t.Errorf("%q and %q: same is %t, want %t", c.a, c.b, got, c.want)
		}
	}
}

// A rule that is accepted has exactly the documented parts, and equals itself
// however it is spelt.
func FuzzParseRecurrence(f *testing.F) {
	for _, seed := range []string{recurrenceExample, "FREQ=DAILY;BYHOUR=1,2;BYMINUTE=3", "freq=daily;byminute=0;byhour=23;", ";", "FREQ=DAILY;BYHOUR=;BYMINUTE=1", "FREQ=DAILY;BYHOUR=+1;BYMINUTE=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRecurrence(text)
		if err != nil {
			return
		}
		if len(r.hours) == 0 || len(r.minutes) == 0 || r.hours[len(r.hours)-1] > 23 || r.minutes[len(r.minutes)-1] > 59 {
			t.Errorf("%q was accepted as %+v", text, r)
		}
		if !sameRecurrence(text, strings.ToLower(text)) {
			t.Errorf("%q differs from itself in lower case", text)
		}
	})
}
