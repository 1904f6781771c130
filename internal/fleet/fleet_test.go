package fleet_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var retail = fleet.Scope{AccountID: acctest.Retail, Region: "cn-hangzhou"}

func detail(t *testing.T, f *fleet.Fleet, scope fleet.Scope, name string) error {
	t.Helper()
	client, err := f.CS(scope)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ClusterDetail(t.Context(), acctest.ClusterID(name))
	return err
}

func count(cloud *acctest.Cloud, action string) int {
	return cloud.Count(simulator.Filter{Action: action})
}

func TestAssumeRole_onceForAll(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	f := cloud.Fleet(t, nil)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if err := detail(t, f, retail, "retail"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if a, c := count(cloud, "AssumeRole"), count(cloud, "GetCallerIdentity"); a != 1 || c != 1 {
		t.Errorf("%d AssumeRole and %d GetCallerIdentity calls for 50 calls at once, want 1 and 1", a, c)
	}
}

func TestAssumeRole_refreshedEarly(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	f := cloud.Fleet(t, nil)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {50 * time.Minute, 1}, {6 * time.Minute, 2}, {50 * time.Minute, 2}} {
		cloud.Clock.Advance(step.after)
		if err := detail(t, f, retail, "retail"); err != nil {
			t.Fatal(err)
		}
		if got := count(cloud, "AssumeRole"); got != step.want {
			t.Errorf("%d AssumeRole calls, want %d", got, step.want)
		}
		if step.want == 2 && step.after == 6*time.Minute {
			cloud.Clock.Advance(-56 * time.Minute) // the new keys end an hour after the machine's now
		}
	}
}

func TestAssumeRole_refusalIsAskedOnce(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.RemoveRole(t, acctest.Retail)
	f := cloud.Fleet(t, nil)
	for range 5 {
		err := detail(t, f, retail, "retail")
		if !alicloud.Is(err, alicloud.Denied) || !alicloud.HasCode(err, "EntityNotExist.Role") {
			t.Fatalf("got %v, want denied by EntityNotExist.Role", err)
		}
	}
	if got := count(cloud, "AssumeRole"); got != 1 {
		t.Errorf("%d AssumeRole calls, want 1", got)
	}
	// A role that is made meanwhile is found a minute later.
	cloud.SetRoles(t, acctest.Retail, acctest.Member(acctest.Retail, "retail", "fd-shop000001").Roles)
	cloud.Clock.Advance(61 * time.Second)
	if err := detail(t, f, retail, "retail"); err != nil {
		t.Error(err)
	}
}

// Throttled for its keys, a call is not tried again for that: the calls for
// the keys were.
func TestRetry_doesNotMultiply(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	hits := cloud.AddFault(simulator.Fault{Action: "AssumeRole", Status: 400, Code: "Throttling"})
	err := detail(t, cloud.Fleet(t, nil), retail, "retail")
	if !alicloud.Is(err, alicloud.Throttled) || hits.Hits() != alicloud.DefaultRetry.MaxAttempts {
		t.Errorf("got %v after %d calls", err, hits.Hits())
	}
	if !strings.Contains(err.Error(), "6 attempts") {
		t.Errorf("the error does not say how often it was tried: %s", err)
	}
}

// A slow STS is no refusal, and no answer is not cached.
func TestAssumeRole_timeoutIsNoRefusal(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	fault := cloud.AddFault(simulator.Fault{Action: "AssumeRole", Delay: "1h"})
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.ReadTimeout, c.Retry.MaxAttempts = 2*time.Second, 1
	})
	if err := detail(t, f, retail, "retail"); !alicloud.Is(err, alicloud.Network) {
		t.Errorf("got %v, want a network error", err)
	}
	fault.Remove()
	if err := detail(t, f, retail, "retail"); err != nil {
		t.Error(err)
	}
}

func TestMemberRole_overrideAndExternalID(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Roles = []simulator.Role{{
		RoleName: "audit", Trusts: []string{acctest.Management}, ExternalID: "landing-zone", AttachedPolicies: []string{"AliyunCSReadOnlyAccess"},
	}}
	cloud := acctest.New(t, scenario)
	override := func(externalID string) *fleet.Fleet {
		return cloud.Fleet(t, func(c *fleet.Config) {
			c.Overrides = map[string]fleet.Role{acctest.Retail: {Name: "audit", SessionName: "s1", ExternalID: externalID, Duration: time.Hour}}
		})
	}
	if err := detail(t, override("landing-zone"), retail, "retail"); err != nil {
		t.Error(err)
	}
	if err := detail(t, override("wrong-one"), retail, "retail"); !alicloud.HasCode(err, "NoPermission") {
		t.Errorf("got %v, want NoPermission", err)
	}
}

func TestStartingRole(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].Roles = []simulator.Role{{
		RoleName: "platform", Trusts: []string{acctest.Management}, AttachedPolicies: []string{"AdministratorAccess"},
	}}
	cloud := acctest.New(t, scenario)
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.Chain = []fleet.Role{{ARN: "acs:ram::" + acctest.Management + ":role/platform", SessionName: "terraform", Duration: time.Hour}}
	})
	identity, err := f.Caller(t.Context())
	if err != nil || identity.AccountID != acctest.Management || identity.IdentityType != "AssumedRoleUser" {
		t.Errorf("got %+v, %v", identity, err)
	}
	if err := detail(t, f, retail, "retail"); err != nil { // role after role
		t.Error(err)
	}
}

func TestThrottling_waitsAsAsked(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", Status: 429, Code: "Throttling.User", RetryAfter: "7000", First: 2})
	f := cloud.Fleet(t, nil)
	before := cloud.Clock.Now()
	if err := detail(t, f, retail, "retail"); err != nil {
		t.Fatal(err)
	}
	if waited := cloud.Clock.Now().Sub(before); waited < 14*time.Second || waited > 24*time.Second {
		t.Errorf("waited %s after two answers that asked for 7 s each", waited)
	}
}

func TestRetry_ends(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault simulator.Fault
		kind  alicloud.Kind
		calls int
	}{
		"throttled":   {simulator.Fault{Product: "cs", Status: 400, Code: "Throttling"}, alicloud.Throttled, 6},
		"server":      {simulator.Fault{Product: "cs", Status: 500, Code: "InternalError"}, alicloud.Server, 6},
		"cut":         {simulator.Fault{Product: "cs", Reset: simulator.ResetBeforeCommit}, alicloud.Network, 6},
		"html":        {simulator.Fault{Product: "cs", Body: simulator.BodyHTML}, alicloud.Server, 6},
		"half":        {simulator.Fault{Product: "cs", Body: simulator.BodyTruncated}, alicloud.Network, 6},
		"no JSON":     {simulator.Fault{Product: "cs", Body: simulator.BodyMalformed}, alicloud.Network, 6},
		"denied":      {simulator.Fault{Product: "cs", Status: 403, Code: "Forbidden.RAM"}, alicloud.Denied, 1},
		"bad request": {simulator.Fault{Product: "cs", Status: 400, Code: "InvalidParameter"}, alicloud.Invalid, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			hits := cloud.AddFault(c.fault)
			err := detail(t, cloud.Fleet(t, nil), retail, "retail")
			if alicloud.KindOf(err) != c.kind || hits.Hits() != c.calls {
				t.Errorf("got %v after %d calls, want %s after %d", err, hits.Hits(), c.kind, c.calls)
			}
		})
	}
}

// A change that may have happened is not sent twice; one that was refused for
// throttling is.
func TestRetry_createIsNotRepeatedBlindly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault simulator.Fault
		calls int
	}{
		"cut after the commit": {simulator.Fault{Action: "CreateClusterInspectConfig", Reset: simulator.ResetAfterCommit}, 1},
		"server error":         {simulator.Fault{Action: "CreateClusterInspectConfig", Status: 500, Code: "InternalError"}, 1},
		"throttled":            {simulator.Fault{Action: "CreateClusterInspectConfig", Status: 400, Code: "Throttling"}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			hits := cloud.AddFault(c.fault)
			client, err := cloud.Fleet(t, nil).CS(retail)
			if err != nil {
				t.Fatal(err)
			}
			err = client.CreateInspectConfig(t.Context(), acctest.ClusterID("retail"), inspectConfig)
			if err == nil || hits.Hits() != c.calls {
				t.Errorf("got %v after %d calls, want an error after %d", err, hits.Hits(), c.calls)
			}
		})
	}
}

// A change whose answer got lost may have happened. What became of the
// attempts after it must not hide that: whoever believes that nothing happened
// does not look, and loses track of it.
func TestRetry_lostAnswerIsNotHidden(t *testing.T) {
	t.Parallel()
	const action = "UpdateClusterInspectConfig"
	for name, refusal := range map[string]*simulator.Fault{
		"then throttled":            {Action: action, After: 1, Status: 400, Code: "Throttling.User"},
		"then denied":               {Action: action, After: 1, Status: 403, Code: "Forbidden.RAM"},
		"then stopped in the queue": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			if err := createSchedule(t, cloud.Fleet(t, nil)); err != nil {
				t.Fatal(err)
			}
			cloud.AddFault(simulator.Fault{Action: action, Nth: 1, Reset: simulator.ResetAfterCommit})
			if refusal != nil {
				cloud.AddFault(*refusal)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f := cloud.Fleet(t, func(c *fleet.Config) {
				if refusal == nil { // the second attempt waits for its token when the run is stopped
					c.Clock, c.RequestsPerSecond, c.Retry.Base = clock.System{}, 1, time.Microsecond
					c.Observe = func(_ context.Context, a alicloud.Attempt) {
						if a.Action == action {
							time.AfterFunc(50*time.Millisecond, cancel)
						}
					}
				}
			})
			client, err := f.CS(retail)
			if err != nil {
				t.Fatal(err)
			}
			err = client.UpdateInspectConfig(ctx, acctest.ClusterID("retail"), inspectConfig)
			if !alicloud.Is(err, alicloud.Network) {
				t.Errorf("got %v, want an error by which the change may have happened", err)
			}
			if refusal != nil && !strings.Contains(err.Error(), refusal.Code) {
				t.Errorf("the refusal is lost: %v", err)
			}
		})
	}
}

func createSchedule(t *testing.T, f *fleet.Fleet) error {
	t.Helper()
	client, err := f.CS(retail)
	if err != nil {
		t.Fatal(err)
	}
	return client.CreateInspectConfig(t.Context(), acctest.ClusterID("retail"), inspectConfig)
}

// When the time is up, the last answer of the service is the error.
func TestRetry_timeoutShowsTheLastAnswer(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", Status: 429, Code: "Throttling.User", RetryAfter: "600000"})
	client, err := cloud.Fleet(t, nil).CS(retail)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = client.ClusterDetail(ctx, acctest.ClusterID("retail"))
	if !alicloud.HasCode(err, "Throttling.User") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the throttling answer", err)
	}
}

func TestCancel_stopsAtOnce(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", Delay: "1h"})
	client, err := cloud.Fleet(t, nil).CS(retail)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := client.ClusterDetail(ctx, acctest.ClusterID("retail")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}

func TestRequestsPerSecond(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	f := cloud.Fleet(t, func(c *fleet.Config) { c.RequestsPerSecond = 5 })
	before := cloud.Clock.Now()
	for range 25 {
		if err := detail(t, f, retail, "retail"); err != nil {
			t.Fatal(err)
		}
	}
	// A burst of one second's worth, then five a second.
	if took := cloud.Clock.Now().Sub(before); took < 3900*time.Millisecond || took > 4100*time.Millisecond {
		t.Errorf("25 calls at 5/s took %s, want 4 s", took)
	}
}

func TestMaxConcurrency(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", Delay: "30ms"})
	f := cloud.Fleet(t, func(c *fleet.Config) { c.MaxConcurrency = 3 })
	started := time.Now()
	fleet.Each(t.Context(), 12, make([]int, 12), func(_ context.Context, _ int) error { return detail(t, f, retail, "retail") })
	if took := time.Since(started); took < 4*30*time.Millisecond {
		t.Errorf("12 calls of 30 ms, 3 at a time, took %s", took)
	}
}

func TestEach(t *testing.T) {
	t.Parallel()
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	var now, most atomic.Int64
	got := fleet.Each(t.Context(), 7, items, func(_ context.Context, i int) int {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		return i
	})
	if !slices.Equal(got, items) || most.Load() > 7 {
		t.Errorf("order %v, %d at once", got, most.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	errs := fleet.Each(ctx, 2, items, func(ctx context.Context, _ int) error { return ctx.Err() })
	if slices.Contains(errs, nil) {
		t.Error("an item was skipped in silence after the context ended")
	}
}

func TestOutcomeOf(t *testing.T) {
	t.Parallel()
	for kind, want := range map[alicloud.Kind]fleet.Status{
		alicloud.Denied: fleet.Denied, alicloud.Throttled: fleet.Throttled, alicloud.NotActivated: fleet.NotActivated,
		alicloud.Server: fleet.Failed, alicloud.Network: fleet.Failed, alicloud.NotFound: fleet.Failed, alicloud.Invalid: fleet.Failed,
	} {
		o := fleet.OutcomeOf(retail, &alicloud.Error{Kind: kind, Code: "C", RequestID: "R"})
		if o.Status != want || o.ErrorCode != "C" || o.RequestID != "R" || o.Scope != retail {
			t.Errorf("%s: %+v, want %s", kind, o, want)
		}
	}
	if o := fleet.OutcomeOf(retail, errors.New("x")); o.Status != fleet.Failed || o.Err == nil {
		t.Errorf("an error of another type: %+v", o)
	}
	if o := fleet.OutcomeOf(retail, nil); o.Status != fleet.OK {
		t.Errorf("no error: %+v", o)
	}
}

var inspectConfig = cs.InspectConfig{Enabled: true, Recurrence: "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"}

// An answer about a wrong signature quotes the request, token and all.
func TestErrors_holdNoSecret(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		token := r.Header.Get("x-acs-security-token")
		return `{"Code":"SignatureDoesNotMatch","Message":"server string to sign is:x-acs-security-token:` + token + `"}`, http.StatusBadRequest, token != ""
	})
	err := detail(t, cloud.Fleet(t, nil), retail, "retail")
	if !alicloud.HasCode(err, "SignatureDoesNotMatch") {
		t.Fatal(err)
	}
	for _, secret := range cloud.Issued() {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds a secret: %s", err)
		}
	}
	if len(cloud.Issued()) == 0 || !strings.Contains(err.Error(), "x-acs-security-token:***") {
		t.Errorf("the error quotes no request, so the test proves nothing: %s", err)
	}
}

// The text of a network error must not quote the URL: the parameters of
// AssumeRole are in it.
func TestErrors_quoteNoURL(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.Member.ExternalID, c.Retry.MaxAttempts = "shared-secret-of-the-landing-zone", 1
	})
	cloud.AddFault(simulator.Fault{Action: "AssumeRole", Reset: simulator.ResetBeforeCommit})
	err := detail(t, f, retail, "retail")
	if !alicloud.Is(err, alicloud.Network) || strings.Contains(err.Error(), "shared-secret") || strings.Contains(err.Error(), "http://") {
		t.Errorf("got %v", err)
	}
}

// After an interrupt a read ends at once, and a change gets its answer within
// a second and a half: what happened has to be written down.
func TestInterrupt_changeGetsItsAnswer(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Product: "cs", Delay: "300ms"})
	f := cloud.Fleet(t, nil)
	client, err := f.CS(retail)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	if err := client.CreateInspectConfig(ctx, acctest.ClusterID("retail"), inspectConfig); err != nil {
		t.Errorf("the answer to the change was not waited for: %v", err)
	}
	if err := client.CreateInspectConfig(ctx, acctest.ClusterID("retail"), inspectConfig); !alicloud.Is(err, alicloud.NotSent) {
		t.Errorf("a change after the interrupt: %v", err)
	}
	if n := count(cloud, "CreateClusterInspectConfig"); n != 1 {
		t.Errorf("%d changes were sent, want 1", n)
	}
	ctx, cancel = context.WithCancel(t.Context())
	began := time.Now()
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := client.ClusterDetail(ctx, acctest.ClusterID("retail")); !errors.Is(err, context.Canceled) {
		t.Errorf("a read during the interrupt: %v", err)
	}
	if took := time.Since(began); took >= 300*time.Millisecond {
		t.Errorf("a read went on for %s after the interrupt", took)
	}
}
