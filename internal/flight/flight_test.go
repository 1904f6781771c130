package flight_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/flight"
)

// crowd starts n callers of one key and returns when all of them wait.
func crowd(t *testing.T, g *flight.Group[string, int], n int, ctx func(i int) context.Context, work func(context.Context) (int, error)) (results []int, errs []error, wait func()) {
	t.Helper()
	joined := make(chan struct{}, n)
	g.OnJoin = func(context.Context) { joined <- struct{}{} }
	results, errs = make([]int, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { results[i], errs[i] = g.Do(ctx(i), "key", work) })
	}
	for range n - 1 {
		<-joined
	}
	return results, errs, group.Wait
}

func TestDo_once(t *testing.T) {
	t.Parallel()
	var g flight.Group[string, int]
	var calls atomic.Int64
	release := make(chan struct{})
	results, errs, wait := crowd(t, &g, 50, func(int) context.Context { return t.Context() }, func(context.Context) (int, error) {
		<-release
		return int(calls.Add(1)), nil
	})
	close(release)
	wait()
	for i := range results {
		if results[i] != 1 || errs[i] != nil {
			t.Errorf("caller %d got %d, %v", i, results[i], errs[i])
		}
	}
	if v, _ := g.Do(t.Context(), "key", func(context.Context) (int, error) { return 7, nil }); v != 7 {
		t.Errorf("the result of finished work is kept: %d", v)
	}
}

// One who leaves does not stop the work; the last one does, at once.
func TestDo_stopsWithTheLast(t *testing.T) {
	t.Parallel()
	var g flight.Group[string, int]
	first, leaveFirst := context.WithCancel(t.Context())
	others, leaveOthers := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	_, errs, wait := crowd(t, &g, 3, func(i int) context.Context {
		if i == 0 {
			return first
		}
		return others
	}, func(ctx context.Context) (int, error) {
		<-ctx.Done()
		close(stopped)
		return 0, ctx.Err()
	})
	leaveFirst()
	select {
	case <-stopped:
		t.Error("the work stopped although others wait for it")
	default:
	}
	leaveOthers()
	wait()
	<-stopped
	for i, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("caller %d got %v", i, err)
		}
	}
	if v, err := g.Do(t.Context(), "key", func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("after the work was stopped: %d, %v, want new work", v, err)
	}
}

func TestForget_startsAnew(t *testing.T) {
	t.Parallel()
	var g flight.Group[string, int]
	release := make(chan struct{})
	results, _, wait := crowd(t, &g, 2, func(int) context.Context { return t.Context() }, func(context.Context) (int, error) {
		<-release
		return 1, nil
	})
	g.Forget(func(key string) bool { return key == "key" })
	if v, _ := g.Do(t.Context(), "key", func(context.Context) (int, error) { return 2, nil }); v != 2 {
		t.Errorf("joined what was to be forgotten: %d", v)
	}
	close(release)
	wait()
	if results[0] != 1 || results[1] != 1 {
		t.Errorf("those who waited got %v", results)
	}
}

func TestDo_endedContext(t *testing.T) {
	t.Parallel()
	var g flight.Group[string, int]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Do(ctx, "key", func(context.Context) (int, error) { t.Error("the work was started"); return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
