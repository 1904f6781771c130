// Package settle waits for what the cloud has accepted to show: reads may lag
// behind writes, and long work goes on after its call has answered.
package settle

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

const (
	// firstPause is the pause after the first look, and doubles with each: most of what lags shows within a second.
	firstPause = time.Second
	// longestPause bounds the pauses, so that what shows is seen soon after.
	longestPause = 10 * time.Second
)

// Look reports what is still missing, in words that complete "it still …";
// empty when nothing is.
type Look func(context.Context) (missing string, err error)

// Until looks again and again until nothing is missing. It returns an error
// that a further look would not change as it is, and *Pending when the time is
// up or the run is interrupted. Time goes by the clock: a context's deadline is
// real time, which a test does not wait for. Both bound it.
func Until(ctx context.Context, c clock.Clock, timeout time.Duration, look Look) error {
	began, pause := c.Now(), firstPause
	pending := &Pending{}
	for {
		missing, err := look(ctx)
		switch {
		case err == nil && missing == "":
			return nil
		case err == nil:
			pending.Missing, pending.Err = missing, nil
		case ctx.Err() != nil && errors.Is(err, ctx.Err()): // it was not told anything: what the look before saw stands
		case !passing(err):
			return err
		default:
			pending.Err = err
		}
		pending.After = c.Now().Sub(began)
		left := timeout - pending.After
		if ctx.Err() == nil && left > 0 && c.Sleep(ctx, min(pause, left)) == nil {
			pause = min(2*pause, longestPause)
			continue
		}
		pending.After = c.Now().Sub(began)
		pending.Interrupted = errors.Is(ctx.Err(), context.Canceled)
		return pending
	}
}

// passing errors may be gone with the next look.
func passing(err error) bool {
	switch alicloud.KindOf(err) {
	case alicloud.Throttled, alicloud.Server, alicloud.Network:
		return true
	}
	return false
}

// Pending is the error for something that has not shown, with the last that is
// known of it: never a context's own words, which help nobody.
type Pending struct {
	Missing string // what the last look that was answered missed; empty if none was answered
	Err     error  // why the last look failed; nil if it was answered
	After   time.Duration
	// Interrupted: the run was stopped; the time was not up.
	Interrupted bool
}

// Error implements error.
func (p *Pending) Error() string {
	var b strings.Builder
	if p.Interrupted {
		b.WriteString("the run was interrupted")
	} else {
		fmt.Fprintf(&b, "the time was up after %s", p.After.Round(time.Second))
	}
	switch {
	case p.Missing == "" && p.Err == nil:
		b.WriteString(" before it could be read back")
	case p.Missing != "":
		b.WriteString(" and it still " + p.Missing)
	}
	if p.Err != nil {
		b.WriteString("; the last read failed: " + p.Err.Error())
	}
	return b.String()
}

// Unwrap gives the last real error, for its kind and advice.
func (p *Pending) Unwrap() error { return p.Err }

// Interrupted reports whether err says that the run was stopped while waiting.
func Interrupted(err error) bool {
	var p *Pending
	return errors.As(err, &p) && p.Interrupted
}
