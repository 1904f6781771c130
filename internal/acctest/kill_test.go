package acctest

import (
	"slices"
	"testing"
)

// No point that leaves something of its own may be missing.
func TestPointsOf(t *testing.T) {
	t.Parallel()
	read := func(saves int) apiCall { return apiCall{saves: saves} }
	change := func(saves int) apiCall { return apiCall{saves: saves, changed: true} }
	for name, c := range map[string]struct {
		calls []apiCall
		want  []point
	}{
		"reads alone":                 {[]apiCall{read(0), read(0)}, []point{{1, true}}},
		"a change after reads":        {[]apiCall{read(0), read(0), change(0), read(0)}, []point{{1, true}, {3, true}}},
		"a change first":              {[]apiCall{change(0), read(0), read(0)}, []point{{1, false}, {1, true}}},
		"changes in a row":            {[]apiCall{change(0), change(0)}, []point{{1, false}, {1, true}, {2, true}}},
		"saved before a read":         {[]apiCall{read(0), read(1), change(1)}, []point{{1, true}, {2, true}, {3, true}}},
		"saved between two changes":   {[]apiCall{change(0), change(1)}, []point{{1, false}, {1, true}, {2, false}, {2, true}}},
		"saved again before a change": {[]apiCall{change(1), read(2), change(3)}, []point{{1, false}, {1, true}, {2, true}, {3, false}, {3, true}}},
		"no call":                     {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := pointsOf(c.calls, false); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			all := 0
			for _, call := range c.calls {
				if all++; call.changed {
					all++
				}
			}
			if got := pointsOf(c.calls, true); len(got) != all {
				t.Errorf("everywhere: %v", got)
			}
		})
	}
}
