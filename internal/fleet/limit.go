package fleet

import (
	"context"
	"math"
	"sync"

	"golang.org/x/time/rate"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// limiter bounds the calls under way at once over everything, and the calls a
// second per account and product.
type limiter struct {
	places chan struct{}
	rate   rate.Limit
	clock  clock.Clock

	mu      sync.Mutex
	buckets map[[2]string]*rate.Limiter
}

func newLimiter(maxConcurrency int, perSecond float64, c clock.Clock) *limiter {
	l := &limiter{places: make(chan struct{}, max(maxConcurrency, 1)), clock: c, buckets: map[[2]string]*rate.Limiter{}}
	l.rate = rate.Limit(perSecond)
	if perSecond <= 0 {
		l.rate = rate.Inf
	}
	return l
}

// Admit implements alicloud.Limiter. A call waits for its turn before it
// takes a place, so one slow account does not block the others.
func (l *limiter) Admit(ctx context.Context, accountID, product string) (func(), error) {
	if wait := l.bucket(accountID, product).ReserveN(l.clock.Now(), 1).DelayFrom(l.clock.Now()); wait > 0 {
		if err := l.clock.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
	select {
	case l.places <- struct{}{}:
		return func() { <-l.places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *limiter) bucket(accountID, product string) *rate.Limiter {
	key := [2]string{accountID, product}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[key]
	if !ok {
		b = rate.NewLimiter(l.rate, max(1, int(math.Ceil(float64(min(l.rate, 1<<20))))))
		l.buckets[key] = b
	}
	return b
}
