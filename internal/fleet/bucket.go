package fleet

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

const (
	// slowest is the rate that throttling never pushes a bucket below: one call a second finds out that the service is back.
	slowest = 1.0
	// afterThrottle is the part of the rate that the service just proved to take with which a throttled bucket goes on.
	afterThrottle = 0.9
	// growEvery is how often a bucket grows while nothing is throttled, by growBy of its rate, and growAtLeast calls a second.
	growEvery   = time.Second
	growBy      = 0.05
	growAtLeast = 0.5
	// unbounded is the rate from which on a bucket that started without a bound has none again.
	unbounded = 1000.0
	// proofAfter is how long answers are counted before their rate means something.
	proofAfter = 500 * time.Millisecond
	// proofLasts is how long they are counted at most: older ones say nothing about now.
	proofLasts = 3 * time.Second
)

// bucket is the token bucket of one account and product. It adapts: what the
// service refuses shrinks it, what it takes lets it grow back to where it
// started. Whoever waits is served in the order of arrival.
type bucket struct {
	clock clock.Clock
	turn  chan struct{} // held by the one that waits for the next token

	mu       sync.Mutex
	ceiling  float64 // +Inf for none
	rate     float64
	burst    float64
	tokens   float64
	filled   time.Time // tokens are as of then
	paused   time.Time // no call before then: the service asked for it
	shrunk   time.Time
	grown    time.Time
	accepted int // since counted
	counted  time.Time
}

func newBucket(rate float64, c clock.Clock) *bucket {
	if rate <= 0 {
		rate = math.Inf(1)
	}
	now := c.Now()
	return &bucket{
		clock: c, turn: make(chan struct{}, 1), ceiling: rate, rate: rate,
		burst: max(1, math.Ceil(rate)), tokens: max(1, math.Ceil(rate)), filled: now, grown: now, counted: now,
	}
}

// take waits for a token.
func (b *bucket) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Without anybody waiting there is no turn to wait for.
	if len(b.turn) == 0 && b.tryTake() == 0 {
		return nil
	}
	LendSeat(ctx)
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.turn }()
	for {
		wait := b.tryTake()
		if wait == 0 {
			return nil
		}
		if err := b.clock.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// tryTake takes a token, or says how long to wait before trying again.
func (b *bucket) tryTake() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	b.fill(now)
	switch {
	case now.Before(b.paused):
		return b.paused.Sub(now)
	case math.IsInf(b.rate, 1):
		return 0
	case b.tokens >= 1:
		b.tokens--
		return 0
	}
	return max(time.Duration((1-b.tokens)/b.rate*float64(time.Second)), time.Microsecond)
}

func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.filled).Seconds(); passed > 0 && !math.IsInf(b.rate, 1) {
		b.tokens = min(b.burst, b.tokens+passed*b.rate)
	}
	b.filled = now
}

// learn adapts the bucket to how the service took a call that was sent then.
func (b *bucket) learn(sent time.Time, throttled bool, retryAfter time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	b.fill(now)
	if retryAfter > 0 && now.Add(retryAfter).After(b.paused) {
		b.paused = now.Add(retryAfter)
	}
	if !throttled {
		b.accepted++
		b.grow(now)
		return
	}
	b.grown = now
	if !sent.After(b.shrunk) {
		return // it was on its way when the bucket shrank for another's sake
	}
	b.shrink(now)
}

func (b *bucket) shrink(now time.Time) {
	proven := b.rate / 2
	counted := now.Sub(b.counted)
	if counted >= proofAfter {
		proven = afterThrottle * float64(b.accepted) / counted.Seconds()
	}
	if math.IsInf(proven, 1) { // no bound so far and too early to tell: as the answers came, at the most
		proven = afterThrottle * float64(b.accepted) / proofAfter.Seconds()
	}
	b.rate = max(min(b.rate, proven), min(slowest, b.ceiling))
	// What was saved up would go out at once and be refused again.
	b.burst, b.tokens = 1, 0
	b.shrunk = now
	b.accepted, b.counted = 0, now
}

func (b *bucket) grow(now time.Time) {
	if now.Sub(b.counted) > proofLasts {
		b.accepted, b.counted = b.accepted/2, now.Add(-now.Sub(b.counted)/2)
	}
	if b.rate >= b.ceiling || now.Sub(b.grown) < growEvery {
		return
	}
	b.grown = now
	b.rate = min(b.ceiling, b.rate+max(growAtLeast, growBy*b.rate))
	b.burst = max(1, math.Ceil(b.rate/10))
	if b.rate == b.ceiling {
		b.burst = max(1, math.Ceil(b.rate))
	}
	if math.IsInf(b.ceiling, 1) && b.rate > unbounded {
		b.rate, b.burst = b.ceiling, b.ceiling
	}
}
