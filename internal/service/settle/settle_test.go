package settle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

// pauses is a Manual clock that remembers how long was slept.
type pauses struct {
	*clock.Manual
	slept []time.Duration
}

func (p *pauses) Sleep(ctx context.Context, d time.Duration) error {
	p.slept = append(p.slept, d)
	return p.Manual.Sleep(ctx, d)
}

func newPauses() *pauses { return &pauses{Manual: clock.NewManual(time.Unix(0, 0))} }

func TestUntil_pausesGrowAndTheTimeoutHolds(t *testing.T) {
	t.Parallel()
	c := newPauses()
	looks := 0
	err := settle.Until(t.Context(), c, 40*time.Second, func(context.Context) (string, error) { looks++; return "is not there", nil })
	var want []time.Duration
	for _, seconds := range []float64{1, 2, 4, 8, 10, 10, 5} {
		want = append(want, time.Duration(seconds*float64(time.Second)))
	}
	if !slices.Equal(c.slept, want) || looks != len(want)+1 {
		t.Errorf("slept %v with %d looks, want %v and a last look when the time is up", c.slept, looks, want)
	}
	if err == nil || err.Error() != "the time was up after 40s and it still is not there" {
		t.Errorf("error %v", err)
	}
}

// What passes is waited out; what does not is the error at once.
func TestUntil_errors(t *testing.T) {
	t.Parallel()
	answer := func(kind alicloud.Kind) error { return &alicloud.Error{Kind: kind, Product: "cs", Action: "Get"} }
	for kind, waits := range map[alicloud.Kind]bool{
		alicloud.Throttled: true, alicloud.Server: true, alicloud.Network: true,
		alicloud.Denied: false, alicloud.Invalid: false, alicloud.NotFound: false, alicloud.NotActivated: false, alicloud.NotSent: false,
	} {
		looks := 0
		err := settle.Until(t.Context(), newPauses(), time.Minute, func(context.Context) (string, error) {
			if looks++; looks == 1 {
				return "", answer(kind)
			}
			return "", nil
		})
		if waited := err == nil && looks == 2; waited != waits || !waited && alicloud.KindOf(err) != kind {
			t.Errorf("%s: %d looks, %v", kind, looks, err)
		}
	}
	err := settle.Until(t.Context(), newPauses(), time.Minute, func(context.Context) (string, error) { return "", answer(alicloud.Throttled) })
	if alicloud.KindOf(err) != alicloud.Throttled || !strings.Contains(err.Error(), "the last read failed: cs Get: throttled") {
		t.Errorf("the last real error is lost: %v", err)
	}
}

func TestUntil_interrupted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		missing string
		err     error
		want    string
	}{
		"while it waits":       {"is not there", nil, "the run was interrupted and it still is not there"},
		"during the only read": {"", &alicloud.Error{Kind: alicloud.NotSent}, "the run was interrupted before it could be read back"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		err := settle.Until(ctx, newPauses(), time.Hour, func(ctx context.Context) (string, error) {
			cancel()
			if c.err != nil {
				return "", errors.Join(c.err, ctx.Err())
			}
			return c.missing, nil
		})
		if !settle.Interrupted(err) || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A deadline is no interrupt, and its own words are not the message.
func TestUntil_deadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := settle.Until(ctx, clock.System{}, time.Hour, func(context.Context) (string, error) { return "is not there", nil })
	if err == nil || settle.Interrupted(err) || strings.Contains(err.Error(), "deadline") || !strings.Contains(err.Error(), "still is not there") {
		t.Errorf("error %v", err)
	}
}
