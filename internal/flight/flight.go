// Package flight runs work once for all who ask for the same thing at the
// same time.
package flight

import (
	"context"
	"maps"
	"sync"
)

// Group shares work by key. The zero value is ready.
type Group[K comparable, V any] struct {
	// OnJoin is called with the context of whoever is about to wait for
	// somebody else's work; nil for nothing.
	OnJoin func(context.Context)

	mu      sync.Mutex
	flights map[K]*flight[V]
}

type flight[V any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	value   V
	err     error
}

// Do returns what work returns, for everybody who asks for the key while it
// is under way. Whoever stops waiting does not stop it for the others; it is
// stopped when nobody waits any more. Its context has the values of the first
// caller's.
func (g *Group[K, V]) Do(ctx context.Context, key K, work func(context.Context) (V, error)) (V, error) {
	var zero V
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	f := g.join(ctx, key, work)
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		g.leave(key, f)
		return zero, ctx.Err()
	}
}

func (g *Group[K, V]) join(ctx context.Context, key K, work func(context.Context) (V, error)) *flight[V] {
	g.mu.Lock()
	f, under := g.flights[key]
	if under {
		f.waiting++
		g.mu.Unlock()
		if g.OnJoin != nil {
			g.OnJoin(ctx)
		}
		return f
	}
	detached, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f = &flight[V]{done: make(chan struct{}), cancel: cancel, waiting: 1}
	if g.flights == nil {
		g.flights = map[K]*flight[V]{}
	}
	g.flights[key] = f
	g.mu.Unlock()
	go func() {
		defer cancel()
		f.value, f.err = work(detached)
		g.mu.Lock()
		g.forget(key, f)
		g.mu.Unlock()
		close(f.done)
	}()
	return f
}

// leave gives up waiting. The last one to leave stops the work, and whoever
// asks afterwards starts it anew instead of getting the error of its end.
func (g *Group[K, V]) leave(key K, f *flight[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		g.forget(key, f)
		f.cancel()
	}
}

// Forget makes those who ask from here on not join what is under way.
func (g *Group[K, V]) Forget(about func(K) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	maps.DeleteFunc(g.flights, func(key K, _ *flight[V]) bool { return about(key) })
}

func (g *Group[K, V]) forget(key K, f *flight[V]) {
	if g.flights[key] == f {
		delete(g.flights, key)
	}
}
