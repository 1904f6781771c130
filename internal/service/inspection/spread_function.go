package inspection

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

const dayMinutes = 24 * 60

type spreadFunction struct{}

var _ function.Function = spreadFunction{}

// NewSpreadFunction is the function spread_daily.
func NewSpreadFunction() function.Function { return spreadFunction{} }

// Metadata implements function.Function.
func (spreadFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "spread_daily"
}

// Definition implements function.Function.
func (spreadFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "A daily recurrence inside a window, from an ID",
		MarkdownDescription: "Gives each cluster a time of its own inside an off-peak window, so that a whole fleet is not inspected in the same minute. " +
			"The same ID and window always give the same time; IDs spread evenly over the window.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "id", MarkdownDescription: "What the time is derived from, e.g. a cluster ID; not empty."},
			function.StringParameter{Name: "window", MarkdownDescription: "`HH:MM-HH:MM`, e.g. `01:00-05:00`: the first minute that may be chosen, and the first that may not. It may cross midnight: `22:30-04:00`."},
		},
		Return: function.StringReturn{},
	}
}

// Run implements function.Function.
func (spreadFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var id, window string
	resp.Error = req.Arguments.Get(ctx, &id, &window)
	if resp.Error != nil {
		return
	}
	if id == "" {
		resp.Error = function.NewArgumentFuncError(0, "id is empty: every cluster would get the same time")
		return
	}
	from, minutes, err := parseWindow(window)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, err.Error())
		return
	}
	at := (from + spread(id, minutes)) % dayMinutes
	resp.Error = resp.Result.Set(ctx, fmt.Sprintf("FREQ=DAILY;BYHOUR=%d;BYMINUTE=%d", at/60, at%60))
}

// spread is a number from 0 to below n that depends on nothing but the ID.
func spread(id string, n int) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never fails
	// FNV's low bits differ little between similar IDs; fold the high ones in.
	sum := h.Sum64()
	return int((sum ^ sum>>32) % uint64(n)) //nolint:gosec // n is at most a day's minutes
}

// parseWindow reads a window as its first minute of the day and its length.
func parseWindow(window string) (from, minutes int, err error) {
	fail := func(why string) (int, int, error) {
		return 0, 0, fmt.Errorf("window %q: %s; write HH:MM-HH:MM, e.g. 01:00-05:00", window, why)
	}
	first, last, ok := strings.Cut(window, "-")
	if !ok {
		return fail("there is no hyphen")
	}
	ends := [2]int{}
	for i, text := range []string{first, last} {
		t, err := time.Parse("15:04", strings.TrimSpace(text))
		if err != nil {
			return fail(fmt.Sprintf("%q is not a time of day", text))
		}
		ends[i] = t.Hour()*60 + t.Minute()
	}
	minutes = (ends[1] - ends[0] + dayMinutes) % dayMinutes
	if minutes == 0 {
		return fail("it has no length")
	}
	return ends[0], minutes, nil
}
