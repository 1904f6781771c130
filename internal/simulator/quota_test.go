package simulator

import (
	"errors"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

// detailed says of n calls in a row which were answered (.) and which were throttled (x).
func detailed(t *testing.T, client *cs.Client, n int) string {
	t.Helper()
	var pattern strings.Builder
	for range n {
		_, err := client.DescribeClusterDetail(tea.String(clusterID("one")))
		if err != nil {
			wantCode(t, err, 400, "Throttling.User")
		}
		pattern.WriteString(map[bool]string{true: "x", false: "."}[err != nil])
	}
	return pattern.String()
}

func TestQuotaRefills(t *testing.T) {
	for _, c := range []struct {
		name    string
		quota   Quota
		pause   time.Duration
		want    string // four calls, the pause, four calls
		forever string // four calls after an hour
	}{
		{"burst by default", Quota{RequestsPerSecond: 1.5}, 700 * time.Millisecond, "..xx .xxx", "..xx"},
		{"burst", Quota{RequestsPerSecond: 1, Burst: 3}, 2 * time.Second, "...x ..xx", "...x"},
		{"less than one a second", Quota{RequestsPerSecond: 0.1}, 10 * time.Second, ".xxx .xxx", ".xxx"},
		{"too early", Quota{RequestsPerSecond: 0.1}, 9 * time.Second, ".xxx xxxx", ".xxx"},
		{"another action", Quota{RequestsPerSecond: 0.1, Action: "ModifyCluster"}, time.Second, ".... ....", "...."},
		{"another account", Quota{RequestsPerSecond: 0.1, AccountID: testOther}, time.Second, ".... ....", "...."},
		{"this account", Quota{RequestsPerSecond: 0.1, AccountID: testMember}, time.Second, ".xxx xxxx", ".xxx"},
		{"another product", Quota{RequestsPerSecond: 0.1, Product: ProductSTS}, time.Second, ".... ....", "...."},
	} {
		at := &clock{now: time.Now()}
		s := testScenario()
		if c.quota.Product == "" {
			c.quota.Product = ProductCS
		}
		s.Quotas = []Quota{c.quota}
		_, server := startCloud(t, s, withClock(at))
		client := csClient(t, server, keyOf("FAKELOCAL"), true)
		got := detailed(t, client, 4)
		at.Advance(c.pause)
		if got += " " + detailed(t, client, 4); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		at.Advance(5 * time.Minute)
		if got := detailed(t, client, 4); got != c.forever {
			t.Errorf("%s: %s after a long pause, want %s", c.name, got, c.forever)
		}
	}
}

// TestQuotasAreCountedPerAccount: the users and roles of an account share its bucket, other accounts have their own.
func TestQuotasAreCountedPerAccount(t *testing.T) {
	s := testScenario()
	s.Quotas = []Quota{{Product: ProductCS, RequestsPerSecond: 1}}
	at := &clock{now: time.Now()}
	cloud, server := startCloud(t, s, withClock(at))
	session := mustAssume(t, server)
	if _, err := csClient(t, server, session, true).DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
		t.Fatal(err)
	}
	if got := detailed(t, csClient(t, server, keyOf("FAKELOCAL"), false), 1); got != "x" {
		t.Error("the user of an account has a bucket besides that of its role")
	}
	_, err := csClient(t, server, keyOf("FAKESTRANGER"), true).DescribeClusterDetail(tea.String(clusterID("one")))
	wantCode(t, err, 404, "ErrorClusterNotFound")
	if n := cloud.Count(Filter{Code: "Throttling.User", AccountID: testMember}); n != 1 {
		t.Errorf("%d throttled calls recorded: %+v", n, cloud.Requests())
	}
}

// TestThrottledCallsDoNothing: neither does the refused write take effect nor the refused call take a token of another
// quota, and a call is throttled before its parameters are looked at, but not before its signature.
func TestThrottledCallsDoNothing(t *testing.T) {
	s := testScenario()
	s.Quotas = []Quota{
		{Product: ProductCS, RequestsPerSecond: 0.001, Burst: 2},
		{Product: ProductCS, Action: "ModifyCluster", RequestsPerSecond: 0.001, Code: "Throttling.Api", Status: 429, RetryAfter: "40"},
		{Product: ProductSTS, RequestsPerSecond: 0.001},
	}
	cloud, server := startCloud(t, s, withClock(&clock{now: time.Now()}))
	before := cloud.Snapshot()
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	client.DisableSDKError = tea.Bool(true)
	protect := func() error {
		_, err := client.ModifyCluster(tea.String(clusterID("one")), &cs.ModifyClusterRequest{DeletionProtection: tea.Bool(true)})
		return err
	}
	if err := protect(); err != nil {
		t.Fatal(err)
	}
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.DeletionProtection = new(false) }); err != nil {
		t.Fatal(err)
	}
	changed := cloud.Snapshot()
	var throttled *openapi.ThrottlingError
	if err := protect(); !errors.As(err, &throttled) || tea.StringValue(throttled.Code) != "Throttling.Api" || tea.IntValue(throttled.StatusCode) != 429 || tea.Int64Value(throttled.RetryAfter) != 40 {
		t.Fatalf("%T %v", err, err)
	}
	if diff := changed.Diff(cloud.Snapshot()); len(diff) > 0 || len(before.Diff(changed)) == 0 {
		t.Errorf("a throttled call took effect: %q", diff)
	}
	if got := detailed(t, csClient(t, server, keyOf("FAKELOCAL"), true), 2); got != ".x" {
		t.Errorf("%s: the refused call took a token of the other quota", got)
	}

	wrong := keyOf("FAKEADMIN")
	wrong.secret = "wrong"
	_, err := rpc(t, server, wrong, "2015-04-01", "GetCallerIdentity", nil)
	wantCode(t, err, 400, "SignatureDoesNotMatch")
	if _, err := rpc(t, server, keyOf("FAKEADMIN"), "2015-04-01", "GetCallerIdentity", nil); err != nil {
		t.Fatal(err)
	}
	_, err = rpc(t, server, keyOf("FAKEADMIN"), "2015-04-01", "AssumeRole", params{"Wibble": "1"})
	if refused := wantCode(t, err, 400, "Throttling.User"); !strings.Contains(refused.message, quotaMessage) || !strings.Contains(refused.data, "Recommend") {
		t.Errorf("%+v", refused)
	}
}

func TestSetQuotas(t *testing.T) {
	cloud, server := startCloud(t, testScenario(), withClock(&clock{now: time.Now()}))
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	one := []Quota{{Product: ProductCS, RequestsPerSecond: 1}}
	for range 2 {
		if err := cloud.SetQuotas(one); err != nil {
			t.Fatal(err)
		}
		if got := detailed(t, client, 2); got != ".x" {
			t.Errorf("%s with a full bucket of one", got)
		}
	}
	if err := cloud.SetQuotas([]Quota{{Product: ProductCS}}); err == nil {
		t.Error("a quota of nothing was accepted")
	}
	if got := detailed(t, client, 1); got != "x" {
		t.Error("a refused change took effect")
	}
	if err := cloud.SetQuotas(nil); err != nil {
		t.Fatal(err)
	}
	if got := detailed(t, client, 3); got != "..." {
		t.Errorf("%s without quotas", got)
	}
}
