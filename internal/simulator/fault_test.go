package simulator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

func TestThrottleFirstCalls(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	handle := cloud.AddFault(Fault{Product: ProductCS, Action: "DescribeClusterDetail", AccountID: testMember, First: 2, Status: 429, Code: "Throttling.User", Message: "Request was denied due to user flow control.", RetryAfter: "40"})
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	client.DisableSDKError = tea.Bool(true)
	for range 2 {
		_, err := client.DescribeClusterDetail(tea.String(clusterID("one")))
		var throttled *openapi.ThrottlingError
		if !errors.As(err, &throttled) || tea.Int64Value(throttled.RetryAfter) != 40 {
			t.Fatalf("%T %v", err, err)
		}
	}
	if _, err := client.DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
		t.Fatal(err)
	}
	if handle.Hits() != 2 || cloud.Count(Filter{Code: "Throttling.User", Where: func(r Request) bool { return r.Faulted }}) != 2 {
		t.Errorf("%d hits, records %+v", handle.Hits(), cloud.Requests())
	}
	cloud.ResetRequests()
	if n := len(cloud.Requests()); n != 0 {
		t.Errorf("%d records after the reset", n)
	}
}

func TestFaultSelection(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	failures := func(n int) string {
		pattern := ""
		var patternSb46 strings.Builder
		for range n {
			_, err := client.DescribeClusterDetail(tea.String(clusterID("one")))
			patternSb46.WriteString(map[bool]string{true: "x", false: "."}[err != nil])
		}
		pattern += patternSb46.String()
		return pattern
	}
	for want, f := range map[string]Fault{
		"..x...": {Nth: 3},
		".x.x.x": {Every: 2},
		"xxxxxx": {},
		"......": {AccountID: testOther},
		"xx....": {First: 2, Action: "DescribeClusterDetail", Product: ProductCS},
		"..xxxx": {After: 2},
		"..xx..": {After: 2, First: 2},
		".....x": {After: 2, Nth: 4},
		"..x.x.": {After: 1, Every: 2, AccountID: testMember},
	} {
		f.Status, f.Code = 503, "ServiceUnavailable"
		handle := cloud.AddFault(f)
		if got := failures(6); got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
		handle.Remove()
	}
	if got := failures(2); got != ".." {
		t.Errorf("after removal: %s", got)
	}
}

// TestRandomFaults: the share is about right, the same seed hits the same calls, another seed or another place in the
// script others, and what else is called does not matter.
func TestRandomFaults(t *testing.T) {
	pattern := func(seed uint64, place int, f Fault, others bool) string {
		s := testScenario()
		s.Seed = seed
		for range place {
			s.Faults = append(s.Faults, Fault{Action: "Nothing", Delay: "1s"})
		}
		f.Action, f.Status, f.Code, f.Probability = "DescribeClusterDetail", 503, "ServiceUnavailable", 0.3
		s.Faults = append(s.Faults, f)
		cloud, err := New(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for range 400 {
			if others {
				cloud.faultFor(&Request{Action: "DescribeClustersV1"})
				cloud.requestID()
			}
			text.WriteString(map[bool]string{true: "x", false: "."}[cloud.faultFor(&Request{Action: "DescribeClusterDetail"}) != nil])
		}
		return text.String()
	}
	first := pattern(1, 0, Fault{}, false)
	if n := strings.Count(first, "x"); n < 80 || n > 160 {
		t.Errorf("%d of 400 calls were hit, want about 120", n)
	}
	if pattern(1, 0, Fault{}, true) != first {
		t.Error("other calls change which ones are hit")
	}
	if pattern(2, 0, Fault{}, false) == first || pattern(1, 1, Fault{}, false) == first {
		t.Error("neither the seed nor the place in the script matters")
	}
	if got := pattern(1, 0, Fault{After: 100}, false); got != strings.Repeat(".", 100)+first[100:] {
		t.Error("after changes more than the front")
	}
}

func TestResetsAndSpoiltBodies(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	protect := func(on bool) error {
		_, err := client.ModifyCluster(tea.String(clusterID("one")), &cs.ModifyClusterRequest{DeletionProtection: &on})
		return err
	}
	protected := func() bool { c, _ := cloud.Cluster(clusterID("one")); return *c.DeletionProtection }
	for _, c := range []struct {
		fault Fault
		took  bool
	}{
		{Fault{Reset: ResetBeforeCommit}, false},
		{Fault{Reset: ResetAfterCommit}, true},
		{Fault{Body: BodyTruncated}, true},
		{Fault{Body: BodyMalformed}, true},
		{Fault{Body: BodyHTML}, true},
	} {
		if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.DeletionProtection = new(true) }); err != nil {
			t.Fatal(err)
		}
		handle := cloud.AddFault(c.fault)
		if err := protect(false); err == nil {
			t.Errorf("%+v: no error", c.fault)
		}
		if took := !protected(); took != c.took {
			t.Errorf("%+v: took effect %v, want %v", c.fault, took, c.took)
		}
		handle.Remove()
	}
}

func TestDelayEndsWithTheCaller(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	cloud.AddFault(Fault{Delay: "1h"})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL()+"/api/v1/clusters", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); cloud.Count(Filter{}) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the handler still waits")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestContradictingFaults(t *testing.T) {
	for _, f := range []Fault{
		{Delay: "1s", Probability: 0.5, Every: 2}, {Delay: "1s", Probability: 1}, {Delay: "1s", Probability: -0.5}, {Delay: "1s", Probability: math.NaN()}, {Delay: "1s", After: -1},
		{}, {Status: 500}, {Code: "X"}, {Status: 500, Code: "X", Reset: ResetAfterCommit}, {Delay: "soon"}, {Delay: "1s", First: 1, Nth: 2}, {Reset: ResetAfterCommit, RetryAfter: "1"},
	} {
		if f.check() == nil {
			t.Errorf("%+v was accepted", f)
		}
	}
}

// TestRecordsHoldNoSecrets looks for every secret in everything that was recorded.
func TestRecordsHoldNoSecrets(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	k := mustAssume(t, server)
	if _, err := rpcAs(t, server, k, true, "2015-04-01", "GetCallerIdentity", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := csClient(t, server, k, false).DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%+v", cloud.Requests())
	for _, secret := range []string{k.id, k.secret, k.token, "FAKEADMIN-secret"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the records", secret)
		}
	}
}
