// Package fanout is how data sources work on many accounts at once, and what
// they log meanwhile.
package fanout

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// logEvery is how often long work says how far it is.
const logEvery = 10 * time.Second

// Over runs work for every item and returns the results in the items' order;
// see fleet.Each. Items of one account start far apart from each other, so
// that its rate is used over the whole run and not in bursts. doing completes
// "… has done", in the log.
func Over[In, Out any](ctx context.Context, f *fleet.Fleet, doing string, items []In, account func(In) string, work func(context.Context, In) Out) []Out {
	p := newProgress(doing, items, account)
	ticker := time.NewTicker(logEvery)
	defer ticker.Stop()
	defer p.logUntilDone(ctx, ticker.C)()
	order := spread(items, account)
	results := make([]Out, len(items))
	fleet.Each(ctx, f.MaxConcurrency(), order, func(ctx context.Context, i int) struct{} {
		results[i] = work(ctx, items[i])
		p.done(account(items[i]))
		return struct{}{}
	})
	return results
}

// spread is the items' indexes: the first of every account, then the second of
// every account, and so on.
func spread[In any](items []In, account func(In) string) []int {
	order, round, seen := make([]int, len(items)), make([]int, len(items)), map[string]int{}
	for i, item := range items {
		order[i], round[i] = i, seen[account(item)]
		seen[account(item)]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(round[a], round[b]) })
	return order
}

// progress counts accounts of which every item is done.
type progress struct {
	doing    string
	accounts int
	items    int

	mu       sync.Mutex
	left     map[string]int
	finished int // items
}

func newProgress[In any](doing string, items []In, account func(In) string) *progress {
	p := &progress{doing: doing, items: len(items), left: map[string]int{}}
	for _, item := range items {
		p.left[account(item)]++
	}
	p.accounts = len(p.left)
	return p
}

func (p *progress) done(account string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
	if p.left[account]--; p.left[account] == 0 {
		delete(p.left, account)
	}
}

// logUntilDone logs at INFO how far the work is with every tick, and at its
// end, when the function that it returns is called.
func (p *progress) logUntilDone(ctx context.Context, ticks <-chan time.Time) func() {
	began, over := time.Now(), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-ticks:
				p.log(ctx, began)
			case <-over:
				return
			}
		}
	})
	return func() {
		close(over)
		group.Wait()
		p.log(ctx, began)
	}
}

func (p *progress) log(ctx context.Context, began time.Time) {
	p.mu.Lock()
	fields := map[string]any{
		"accounts_done": p.accounts - len(p.left), "accounts": p.accounts,
		"items_done": p.finished, "items": p.items, "seconds": int(time.Since(began).Seconds()),
	}
	p.mu.Unlock()
	tflog.Info(ctx, p.doing, fields)
}
