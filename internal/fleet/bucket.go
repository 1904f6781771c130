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
	// growEvery is how often a bucket grows while nothing is throttled: by half of its rate up to nearly the rate that was
	// refused last, and from there on by growBy of its rate, and growAtLeast calls a second.
	growEvery   = time.Second
	growFast    = 1.5
	growBy      = 0.05
	growAtLeast = 0.5
	// firstGuess is the rate, or more, at which a bucket without a bound goes on after it was refused for the first time.
	firstGuess = 20.0
	// longestPause is the longest wait that the service can put on all calls; a longer one is the end of those it answers.
	longestPause = 5 * time.Minute
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
	refused  float64   // the rate that was too much the last time; +Inf if there was none
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
		clock: c, turn: make(chan struct{}, 1), ceiling: rate, rate: rate, refused: math.Inf(1),
		burst: max(1, math.Ceil(rate)), tokens: max(1, math.Ceil(rate)), filled: now, grown: now, counted: now,
	}
}

// take waits for a token and says when it was taken.
func (b *bucket) take(ctx context.Context) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	// Without anybody waiting there is no turn to wait for.
	if len(b.turn) == 0 && b.tryTake() == 0 {
		return b.clock.Now(), nil
	}
	LendSeat(ctx)
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
	defer func() { <-b.turn }()
	for {
		wait := b.tryTake()
		if wait == 0 {
			return b.clock.Now(), nil
		}
		if err := b.clock.Sleep(ctx, wait); err != nil {
			return time.Time{}, err
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

// learn adapts the bucket to how the service took a call whose token was taken
// then.
func (b *bucket) learn(taken time.Time, throttled bool, retryAfter time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	b.fill(now)
	if retryAfter > 0 && retryAfter <= longestPause && now.Add(retryAfter).After(b.paused) {
		b.paused = now.Add(retryAfter)
	}
	if !throttled {
		b.accepted++
		b.grow(now)
		return
	}
	b.grown = now
	if !taken.After(b.shrunk) {
		return // it was on its way when the bucket shrank for another's sake
	}
	b.shrink(now)
}

func (b *bucket) shrink(now time.Time) {
	proven := min(b.rate/2, unbounded)
	if counted := now.Sub(b.counted); counted >= proofAfter {
		proven = afterThrottle * float64(b.accepted) / counted.Seconds()
	} else if math.IsInf(b.rate, 1) {
		proven = firstGuess
	}
	b.refused = b.rate
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
	faster := b.rate + max(growAtLeast, growBy*b.rate)
	b.rate = min(b.ceiling, max(faster, min(b.rate*growFast, b.refused*afterThrottle)))
	b.burst = max(1, math.Ceil(b.rate/10))
	if b.rate == b.ceiling {
		b.burst = max(1, math.Ceil(b.rate))
	}
	if math.IsInf(b.ceiling, 1) && b.rate > unbounded {
		b.rate, b.burst = b.ceiling, b.ceiling
	}
}
