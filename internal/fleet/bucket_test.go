package fleet

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// against runs calls through a bucket against a service with a quota, in
// virtual time: each call takes 20 ms, and a refused one comes again after a
// jitter as the retry policy has it. It returns when the last one was taken
// and how often the unluckiest was sent.
func against(startRate float64, calls int, quota rate.Limit, burst int) (took time.Duration, attempts, refused int) {
	const step, answersAfter = time.Millisecond, 20
	random := rand.New(rand.NewPCG(1, 2))
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	began := now.Now()
	b, service := newBucket(startRate, now), rate.NewLimiter(quota, burst)
	type call struct{ due, attempts int }
	type flight struct {
		call
		sent time.Time
		at   int
		ok   bool
	}
	waiting := slices.Repeat([]call{{}}, calls)
	var flying []flight
	for tick, done := 0, 0; done < calls && tick < 1_000_000; tick++ {
		flying = slices.DeleteFunc(flying, func(f flight) bool {
			if f.at > tick {
				return false
			}
			b.learn(f.sent, !f.ok, 0)
			if attempts = max(attempts, f.attempts); f.ok {
				done++
				took = now.Now().Sub(began)
			} else {
				refused++
				waiting = append(waiting, call{tick + random.IntN(500<<min(f.attempts-1, 4)), f.attempts})
			}
			return true
		})
		for i := 0; i < len(waiting); i++ {
			if waiting[i].due > tick {
				continue
			}
			if b.tryTake() > 0 {
				break
			}
			flying = append(flying, flight{call{attempts: waiting[i].attempts + 1}, now.Now(), tick + answersAfter, service.AllowN(now.Now(), 1)})
			waiting = slices.Delete(waiting, i, i+1)
			i--
		}
		now.Advance(step)
	}
	return took, attempts, refused
}

// Whatever it starts with, a bucket finds the quota: the calls take hardly
// longer than the quota dictates, and none is refused often.
func TestBucket_findsTheQuota(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		start  float64
		calls  int
		quota  rate.Limit
		burst  int
		within float64
	}{
		"twice the quota":     {20, 200, 10, 10, 1.2},
		"without a bound":     {0, 200, 10, 10, 1.3},
		"ten times the quota": {100, 200, 10, 10, 1.3},
		"below the quota":     {5, 100, 10, 10, 2.2}, // its own bound holds
		"slow quota":          {20, 60, 2, 2, 1.3},
		"fast quota":          {0, 2000, 100, 100, 1.2},
	} {
		took, attempts, refused := against(c.start, c.calls, c.quota, c.burst)
		dictated := float64(c.calls-c.burst) / float64(c.quota)
		ratio := took.Seconds() / dictated
		t.Logf("%s: %.2f x what the quota dictates, %d refused of %d, %d attempts at the most", name, ratio, refused, c.calls, attempts)
		if ratio > c.within || attempts > 5 {
			t.Errorf("%s: %.2f x what the quota dictates, want %.2f at the most; the unluckiest call was sent %d times", name, ratio, c.within, attempts)
		}
	}
}

func testBucket(perSecond float64) (*bucket, *clock.Manual) {
	now := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	return newBucket(perSecond, now), now
}

func TestBucket_growsBackAndNoFurther(t *testing.T) {
	t.Parallel()
	b, now := testBucket(20)
	b.learn(now.Now().Add(time.Millisecond), true, 0)
	if b.rate != 10 {
		t.Fatalf("after a refusal %g calls a second, want half of 20", b.rate)
	}
	for range 60 {
		now.Advance(time.Second)
		b.learn(now.Now(), false, 0)
	}
	if b.rate != 20 || b.burst != 20 {
		t.Errorf("after a minute without a refusal: %g calls a second, burst %g", b.rate, b.burst)
	}
}

// A crowd that was on its way when the bucket shrank shrinks it no further.
func TestBucket_shrinksOncePerCrowd(t *testing.T) {
	t.Parallel()
	b, now := testBucket(20)
	now.Advance(time.Millisecond)
	sent := now.Now()
	now.Advance(20 * time.Millisecond)
	for range 10 {
		b.learn(sent, true, 0)
	}
	if b.rate != 10 {
		t.Errorf("%g calls a second after ten refusals at once, want 10", b.rate)
	}
	for range 20 {
		now.Advance(time.Second)
		b.learn(now.Now(), true, 0)
	}
	if b.rate != slowest {
		t.Errorf("%g calls a second after refusals without end, want %g", b.rate, slowest)
	}
}

func TestBucket_retryAfter(t *testing.T) {
	t.Parallel()
	b, now := testBucket(0)
	b.learn(now.Now().Add(time.Millisecond), true, 3*time.Second)
	began := now.Now()
	if _, err := b.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	if waited := now.Now().Sub(began); waited < 3*time.Second {
		t.Errorf("the next call went out after %s, want the 3 s that the service asked for", waited)
	}
}

func TestBucket_stops(t *testing.T) {
	t.Parallel()
	b := newBucket(0.001, clock.System{})
	if _, err := b.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan error, 2)
	for range 2 { // one waits for the token, one for its turn
		go func() { _, err := b.take(ctx); waits <- err }()
	}
	cancel()
	for range 2 {
		if err := <-waits; err == nil {
			t.Error("a token for a call whose run has ended")
		}
	}
}

// Work that waits lends its seat, in its own fan-out and in the one around it.
func TestEach_waitingWorkHoldsNoSeat(t *testing.T) {
	t.Parallel()
	release, others := make(chan struct{}), make(chan struct{}, 3)
	done := make(chan []int)
	go func() {
		done <- Each(t.Context(), 1, []int{0, 1, 2, 3}, func(ctx context.Context, i int) int {
			inner := Each(ctx, 1, []int{i}, func(ctx context.Context, i int) int {
				if i == 0 {
					LendSeat(ctx) // as the limiter does before it waits
					<-release
				} else {
					others <- struct{}{}
				}
				return i * 10
			})
			return inner[0] + 1
		})
	}()
	for range 3 {
		<-others // would never come if the first held its seat
	}
	close(release)
	if got := <-done; !slices.Equal(got, []int{1, 11, 21, 31}) {
		t.Errorf("results %v", got)
	}
}

func TestEach_bounded(t *testing.T) {
	t.Parallel()
	busy := make(chan struct{}, 3)
	items := make([]int, 200)
	Each(t.Context(), 3, items, func(context.Context, int) int {
		select {
		case busy <- struct{}{}:
			<-busy
		default:
			t.Error("more than three at once")
		}
		return 0
	})
}

// Who waits for a token lends the seat too, at the head of the queue and behind it.
func TestEach_waitingForATokenHoldsNoSeat(t *testing.T) {
	t.Parallel()
	b := newBucket(0.001, clock.System{})
	if _, err := b.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	Each(ctx, 1, []int{0, 1, 2}, func(ctx context.Context, i int) struct{} {
		if i == 2 {
			cancel() // would never come if the others held their seats
		} else if _, err := b.take(ctx); err == nil {
			t.Error("a token that was not there")
		}
		return struct{}{}
	})
}

// A wait that is longer than any run is the end of the calls that are told so,
// not of all others.
func TestBucket_absurdRetryAfter(t *testing.T) {
	t.Parallel()
	b, now := testBucket(0)
	b.learn(now.Now().Add(time.Millisecond), true, time.Hour)
	began := now.Now()
	if _, err := b.take(t.Context()); err != nil || now.Now().Sub(began) > time.Minute {
		t.Errorf("waited %s, %v", now.Now().Sub(began), err)
	}
}
