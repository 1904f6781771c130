package fleet

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Each runs work for every item with at most limit at a time and returns the
// results in the items' order. It has no error of its own and skips nothing:
// an item whose turn does not come because the context ended still gets a
// call of work, which sees the ended context and says so.
func Each[In, Out any](ctx context.Context, limit int, items []In, work func(context.Context, In) Out) []Out {
	results := make([]Out, len(items))
	var group errgroup.Group
	group.SetLimit(max(limit, 1))
	for i, item := range items {
		group.Go(func() error {
			results[i] = work(ctx, item)
			return nil
		})
	}
	_ = group.Wait() // the functions above return no error
	return results
}
