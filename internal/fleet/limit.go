package fleet

import (
	"context"
	"sync"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// stsFactor is how many times faster than other products STS is called: it
// serves one session per member account, and documents 100 calls a second.
const stsFactor = 4

// limiter bounds the calls under way at once over everything, and the calls a
// second per account and product.
type limiter struct {
	places chan struct{}
	rate   float64 // calls a second that a bucket starts with and grows back to; 0 for no bound
	clock  clock.Clock

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

type bucketKey struct{ accountID, product string }

func newLimiter(maxConcurrency int, perSecond float64, c clock.Clock) *limiter {
	return &limiter{places: make(chan struct{}, max(maxConcurrency, 1)), rate: max(perSecond, 0), clock: c, buckets: map[bucketKey]*bucket{}}
}

// Admit implements alicloud.Limiter. A call waits for its turn before it
// takes a place, so one slow account does not block the others.
func (l *limiter) Admit(ctx context.Context, accountID, product string) (alicloud.Turn, error) {
	b := l.bucket(accountID, product)
	taken, err := b.take(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case l.places <- struct{}{}:
		return turn{bucket: b, taken: taken, places: l.places}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// turn implements alicloud.Turn.
type turn struct {
	bucket *bucket
	taken  time.Time
	places chan struct{}
}

// Release implements alicloud.Turn.
func (t turn) Release() { <-t.places }

// Learn implements alicloud.Turn.
func (t turn) Learn(throttled bool, retryAfter time.Duration) {
	t.bucket.learn(t.taken, throttled, retryAfter)
}

// Wait implements alicloud.Limiter.
func (l *limiter) Wait(ctx context.Context, d time.Duration) error {
	if d > 0 {
		LendSeat(ctx)
	}
	return l.clock.Sleep(ctx, d)
}

func (l *limiter) bucket(accountID, product string) *bucket {
	key := bucketKey{accountID, product}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[key]
	if !ok {
		rate := l.rate
		if product == "sts" {
			rate *= stsFactor
		}
		b = newBucket(rate, l.clock)
		l.buckets[key] = b
	}
	return b
}
