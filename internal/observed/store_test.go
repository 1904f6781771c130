package observed_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/observed"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

var retail = fleet.Scope{AccountID: acctest.Retail, Region: "cn-hangzhou"}

func newStore(t *testing.T, scenario *simulator.Scenario) (*acctest.Cloud, *observed.Store) {
	t.Helper()
	cloud := acctest.New(t, scenario)
	return cloud, observed.New(cloud.Fleet(t, nil))
}

func count(cloud *acctest.Cloud, action string) int {
	return cloud.Count(simulator.Filter{Action: action})
}

// Everything that can be read is read once, by however many and whenever in the run.
func TestStore_readsOnce(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[1].Clusters[0].InspectReports = []simulator.InspectReport{{ReportID: "r-1", StartTime: "2026-01-02T03:04:05Z", EndTime: "2026-01-02T03:05:05Z"}}
	cloud, s := newStore(t, scenario)
	id := acctest.ClusterID("retail")
	reads := map[string]func(context.Context) error{
		"GetResourceDirectory":      func(ctx context.Context) error { _, err := s.Directory(ctx); return err },
		"ListAccounts":              func(ctx context.Context) error { _, err := s.Accounts(ctx); return err },
		"DescribeClustersV1":        func(ctx context.Context) error { _, err := s.Clusters(ctx, acctest.Retail); return err },
		"DescribeClustersForRegion": func(ctx context.Context) error { _, err := s.ClustersForRegion(ctx, retail); return err },
		"DescribeClusterDetail":     func(ctx context.Context) error { _, err := s.ClusterDetail(ctx, retail, id); return err },
		"DescribeClusterNodePools":  func(ctx context.Context) error { _, err := s.NodePools(ctx, retail, id); return err },
		"ListClusterAddonInstances": func(ctx context.Context) error { _, err := s.AddonInstances(ctx, retail, id); return err },
		"GetClusterInspectConfig":   func(ctx context.Context) error { _, _, err := s.InspectConfig(ctx, retail, id); return err },
		"ListClusterInspectReports": func(ctx context.Context) error { _, err := s.InspectReports(ctx, retail, id); return err },
		"GetClusterInspectReportDetail": func(ctx context.Context) error {
			_, _, err := s.InspectReportDetail(ctx, retail, id, "r-1", "en_US")
			return err
		},
	}
	for range 2 {
		var group sync.WaitGroup
		for action, do := range reads {
			for range 10 {
				group.Go(func() {
					if err := do(t.Context()); err != nil {
						t.Errorf("%s: %s", action, err)
					}
				})
			}
		}
		group.Wait()
		cloud.Clock.Advance(observed.Pause) // a moment without reads is still the same run
	}
	for action := range reads {
		if n := count(cloud, action); n != 1 {
			t.Errorf("%d calls of %s, want 1", n, action)
		}
	}
}

func detail(t *testing.T, s *observed.Store, name string) (cs.Cluster, error) {
	t.Helper()
	return s.ClusterDetail(t.Context(), retail, acctest.ClusterID(name))
}

// After a pause somebody may have changed something.
func TestStore_forgetsAfterAPause(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Fleet())
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {observed.Pause, 1}, {observed.Pause, 1}, {observed.Pause + 1, 2}} {
		cloud.Clock.Advance(step.after)
		if _, err := detail(t, s, "retail"); err != nil {
			t.Fatal(err)
		}
		if n := count(cloud, "DescribeClusterDetail"); n != step.want {
			t.Errorf("%s later: %d calls, want %d", step.after, n, step.want)
		}
	}
}

// While something is being read there is no pause, however long it takes; but
// no answer holds for longer than two minutes.
func TestStore_longRead(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Fleet())
	started, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.Read(t.Context(), retail, acctest.ClusterID("retail"), func(context.Context) (string, error) {
			close(started)
			<-release
			return "", nil
		})
	}()
	<-started
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {observed.MaxAge - 1, 1}, {1, 2}} {
		cloud.Clock.Advance(step.after)
		if _, err := detail(t, s, "retail"); err != nil {
			t.Fatal(err)
		}
		if n := count(cloud, "DescribeClusterDetail"); n != step.want {
			t.Errorf("%s later: %d calls, want %d", step.after, n, step.want)
		}
	}
	close(release)
	<-done
}

func TestStore_forgetsWhatWasChanged(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Fleet())
	both := func() {
		t.Helper()
		if _, err := detail(t, s, "retail"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ClustersForRegion(t.Context(), retail); err != nil {
			t.Fatal(err)
		}
	}
	both()
	s.Forget(retail, acctest.ClusterID("logistics"))
	both()
	if n := count(cloud, "DescribeClusterDetail"); n != 1 {
		t.Errorf("%d calls after a change of another cluster, want 1", n)
	}
	s.Forget(retail, acctest.ClusterID("retail"))
	both()
	if d, l := count(cloud, "DescribeClusterDetail"), count(cloud, "DescribeClustersForRegion"); d != 2 || l != 1 {
		t.Errorf("%d details and %d lists after a change of the cluster, want 2 and 1", d, l)
	}
}

// Lists are read again for a cluster that is missing: those of its accounts,
// not those of a whole fleet, and nothing else.
func TestStore_forgetsLists(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Fleet())
	all := func() {
		t.Helper()
		if _, err := detail(t, s, "retail"); err != nil {
			t.Fatal(err)
		}
		for _, account := range []string{acctest.Retail, acctest.Logistics} {
			if _, err := s.Clusters(t.Context(), account); err != nil {
				t.Fatal(err)
			}
			if _, err := s.ClustersForRegion(t.Context(), fleet.Scope{AccountID: account, Region: "cn-hangzhou"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	all()
	s.ForgetLists([]string{acctest.Retail})
	all()
	for action, want := range map[string]int{"DescribeClustersV1": 3, "DescribeClustersForRegion": 3, "DescribeClusterDetail": 1} {
		if n := count(cloud, action); n != want {
			t.Errorf("%d calls of %s, want %d", n, action, want)
		}
	}
}

// An answer that was on its way when the cluster was changed shows the state
// before: it is not kept, and nobody who asks after the change waits for it.
func TestStore_changeDuringRead(t *testing.T) {
	t.Parallel()
	_, s := newStore(t, acctest.Fleet())
	get := func(answer string, started, release chan struct{}) string {
		got, err := s.Read(t.Context(), retail, acctest.ClusterID("retail"), func(context.Context) (string, error) {
			close(started)
			<-release
			return answer, nil
		})
		if err != nil {
			t.Error(err)
		}
		return got
	}
	started, release := make(chan struct{}), make(chan struct{})
	before := make(chan string)
	go func() { before <- get("before", started, release) }()
	<-started
	s.Forget(retail, acctest.ClusterID("retail"))
	open := make(chan struct{})
	close(open)
	if got := get("after", make(chan struct{}), open); got != "after" {
		t.Errorf("whoever asks after the change gets %q", got)
	}
	close(release)
	if got := <-before; got != "before" {
		t.Errorf("whoever asked before gets %q", got)
	}
	if got := get("anew", make(chan struct{}), open); got != "after" {
		t.Errorf("the store keeps %q", got)
	}
}

// A run that goes on reading does not make a refusal last for ever: what was
// refused may have been allowed since.
func TestStore_refusalEnds(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Fleet())
	fault := cloud.AddFault(simulator.Fault{Action: "DescribeClusterDetail", Status: 403, Code: "Forbidden.RAM"})
	if _, err := detail(t, s, "retail"); !alicloud.Is(err, alicloud.Denied) {
		t.Fatalf("got %v", err)
	}
	fault.Remove()
	for range int(observed.RefusalLasts / observed.Pause) {
		if _, err := s.Clusters(t.Context(), acctest.Retail); err != nil {
			t.Fatal(err)
		}
		cloud.Clock.Advance(observed.Pause)
	}
	if _, err := detail(t, s, "retail"); err != nil {
		t.Errorf("%s after the refusal: %v", observed.RefusalLasts, err)
	}
	if n := count(cloud, "DescribeClustersV1"); n != 1 {
		t.Errorf("%d lists, want 1: the run went on reading", n)
	}
}

// A refusal holds for the run; what stumbled is asked again.
func TestStore_errors(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Fleet())
	cloud.DenyMember(t, acctest.Retail, "cs:DescribeClusterDetail")
	for range 3 {
		if _, err := detail(t, s, "retail"); !alicloud.Is(err, alicloud.Denied) {
			t.Fatalf("got %v", err)
		}
	}
	if n := count(cloud, "DescribeClusterDetail"); n != 1 {
		t.Errorf("%d calls that are denied, want 1", n)
	}
	fault := cloud.AddFault(simulator.Fault{Action: "DescribeClusterNodePools", Status: 400, Code: "InvalidParameter"})
	for range 2 {
		if _, err := s.NodePools(t.Context(), retail, acctest.ClusterID("retail")); err == nil {
			t.Fatal("no error")
		}
	}
	if fault.Hits() != 2 {
		t.Errorf("%d calls that failed, want 2", fault.Hits())
	}
}

func TestStore_bounded(t *testing.T) {
	t.Parallel()
	cloud, s := newStore(t, acctest.Many(1, 5, "cn-hangzhou"))
	scope := fleet.Scope{AccountID: acctest.ManyID(0), Region: "cn-hangzhou"}
	list, err := s.ClustersForRegion(t.Context(), scope)
	if err != nil || len(list) != 5 {
		t.Fatal(list, err)
	}
	s.Limit(3)
	get := func(i int) {
		t.Helper()
		if _, err := s.ClusterDetail(t.Context(), scope, list[i].ClusterID); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		get(i)
		get(0) // used all the time, so it stays
	}
	if n := count(cloud, "DescribeClusterDetail"); n != 5 {
		t.Errorf("%d calls, want 5", n)
	}
	get(1)
	if n := count(cloud, "DescribeClusterDetail"); n != 6 {
		t.Errorf("%d calls, want 6: the one not used for the longest time has to go", n)
	}
	if held, sound := s.Held(); held != 3 || !sound {
		t.Errorf("%d answers, sound: %t; want 3", held, sound)
	}
}

// Whoever looks while an answer arrives finds it, in the store or under way.
func TestStore_readsOnceAtTheMomentOfTheAnswer(t *testing.T) {
	t.Parallel()
	_, s := newStore(t, acctest.Fleet())
	for range 2000 {
		s.Forget(retail, acctest.ClusterID("retail"))
		var fetched atomic.Int64
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				_, _ = s.Read(t.Context(), retail, acctest.ClusterID("retail"), func(context.Context) (string, error) {
					fetched.Add(1)
					return "", nil
				})
			})
		}
		group.Wait()
		if n := fetched.Load(); n != 1 {
			t.Fatalf("fetched %d times, want once", n)
		}
	}
}
