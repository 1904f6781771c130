package fleet

import (
	"context"
	"sync"
)

// Each runs work for every item with at most limit at a time and returns the
// results in the items' order. Work that waits for its rate, for another
// attempt or for somebody else's answer does not count: its seat goes to the
// next item, so that an account that is throttled does not hold up the others.
//
// It has no error of its own and skips nothing: an item whose turn does not
// come because the context ended still gets a call of work, which sees the
// ended context and says so.
func Each[In, Out any](ctx context.Context, limit int, items []In, work func(context.Context, In) Out) []Out {
	results := make([]Out, len(items))
	seats := make(chan struct{}, max(limit, 1))
	outer, _ := ctx.Value(seatKey{}).(*seat)
	var group sync.WaitGroup
	for i, item := range items {
		seats <- struct{}{}
		own := &seat{leave: func() { <-seats }, around: outer}
		group.Go(func() {
			defer own.lend()
			results[i] = work(context.WithValue(ctx, seatKey{}, own), item)
		})
	}
	group.Wait()
	return results
}

// seat is the right to be one of those who work in a fan-out.
type seat struct {
	once   sync.Once
	leave  func()
	around *seat // of the fan-out that this one is a part of
}

type seatKey struct{}

// lend gives the seat to whoever is next. It is not asked for again: what
// goes on after a wait is bounded by the places of the limiter.
func (s *seat) lend() { s.once.Do(s.leave) }

// LendSeat gives away the seats of work that is about to wait for something
// other than its own call, in its fan-out and in those around it.
func LendSeat(ctx context.Context) {
	s, _ := ctx.Value(seatKey{}).(*seat)
	for ; s != nil; s = s.around {
		s.lend()
	}
}
