package fleet_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Under a quota that the provider does not know, calls are refused and none is
// lost. Real time: a clock that jumps would refill the quota at each wait.
func TestQuota_noCallLost(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Quotas = []simulator.Quota{{Product: "cs", RequestsPerSecond: 100, Burst: 5}}
	cloud := acctest.New(t, scenario)
	f := cloud.Fleet(t, func(c *fleet.Config) { c.Clock, c.MaxConcurrency = clock.System{}, 32 })
	var lost atomic.Int64
	fleet.Each(t.Context(), 32, make([]struct{}, 150), func(ctx context.Context, _ struct{}) struct{} {
		client, err := f.CS(retail)
		if err == nil {
			_, err = client.ClusterDetail(ctx, acctest.ClusterID("retail"))
		}
		if err != nil {
			lost.Add(1)
			t.Error(err)
		}
		return struct{}{}
	})
	if refused := cloud.Count(simulator.Filter{Code: "Throttling.User"}); lost.Load() > 0 || refused == 0 {
		t.Errorf("%d calls lost, %d refused; want none and some", lost.Load(), refused)
	}
}

// An account that has to wait for a minute holds up no other, although there
// are only two seats and its work comes first.
func TestQuota_starvesNobody(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", AccountID: acctest.Retail, Status: 429, Code: "Throttling.User", RetryAfter: "60000"})
	f := cloud.Fleet(t, func(c *fleet.Config) { c.Clock, c.MaxConcurrency = clock.System{}, 2 })
	ctx, cancel := context.WithCancel(t.Context())
	logistics := fleet.Scope{AccountID: acctest.Logistics, Region: "cn-hangzhou"}
	scopes := []fleet.Scope{retail, retail, retail, retail}
	for range 20 {
		scopes = append(scopes, logistics)
	}
	var served atomic.Int64
	errs := fleet.Each(ctx, 2, scopes, func(ctx context.Context, scope fleet.Scope) error {
		client, err := f.CS(scope)
		if err != nil {
			return err
		}
		name := map[fleet.Scope]string{retail: "retail", logistics: "logistics"}[scope]
		_, err = client.ClusterDetail(ctx, acctest.ClusterID(name))
		if scope == logistics && served.Add(1) == 20 {
			cancel() // while the others still wait
		}
		return err
	})
	for i, err := range errs {
		switch {
		case scopes[i] == logistics && err != nil:
			t.Errorf("the other account: %v", err)
		// The cancellation may meet a call on its way, too.
		case scopes[i] == retail && !alicloud.Is(err, alicloud.Throttled) && !alicloud.Is(err, alicloud.NotSent) && !errors.Is(err, context.Canceled):
			t.Errorf("the throttled account: %v", err)
		}
	}
}

// The service's own word on how long to wait holds for all calls of the
// account, also for those that it has not refused yet.
func TestRetryAfter_holdsForTheAccount(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", AccountID: acctest.Retail, Status: 429, Code: "Throttling.User", RetryAfter: "30000", First: 1})
	f := cloud.Fleet(t, nil)
	began := cloud.Clock.Now()
	if err := detail(t, f, retail, "retail"); err != nil {
		t.Fatal(err)
	}
	if waited := cloud.Clock.Now().Sub(began); waited < 30e9 {
		t.Errorf("called again after %s, want the 30 s that the service asked for", waited)
	}
}

// Each attempt is described, and those of one call share an ID.
func TestAttempts_described(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Action: "DescribeClusterDetail", Status: 503, Code: "ServiceUnavailable", RetryAfter: "250", First: 2})
	var attempts []alicloud.Attempt
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.Observe = func(_ context.Context, a alicloud.Attempt) { attempts = append(attempts, a) }
	})
	for range 2 {
		if err := detail(t, f, retail, "retail"); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string][]int{}
	for _, a := range attempts {
		if a.Action != "DescribeClusterDetail" {
			continue
		}
		ids[a.CorrelationID] = append(ids[a.CorrelationID], a.Number)
		failed := a.Status == 503
		if failed != (a.Err != nil) || failed != (a.Wait >= 250e6) || failed != (a.Code == "ServiceUnavailable") ||
			a.Product != "cs" || a.AccountID != acctest.Retail || a.Region != "cn-hangzhou" || a.RequestID == "" {
			t.Errorf("%+v", a)
		}
	}
	if len(ids) != 2 || len(ids[attempts[len(attempts)-1].CorrelationID]) != 1 {
		t.Errorf("attempts by correlation ID: %v, want three of one call and one of another", ids)
	}
}

// A long queue of one account loses no call: a call's own time counts from its turn on.
func TestQueue_longerThanTheRetryTimeout(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.Clock, c.RequestsPerSecond, c.RetryTimeout = clock.System{}, 20, time.Second
	})
	client, err := f.CS(retail)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	var first error
	for _, err := range fleet.Each(t.Context(), 16, make([]struct{}, 80), func(ctx context.Context, _ struct{}) error {
		_, err := client.ClusterDetail(ctx, acctest.ClusterID("retail"))
		return err
	}) {
		if err != nil {
			lost, first = lost+1, err
		}
	}
	if lost > 0 {
		t.Errorf("%d of 80 calls lost: %v", lost, first)
	}
}
