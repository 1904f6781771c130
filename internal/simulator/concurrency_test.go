package simulator

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alibabacloud-go/tea/tea"
)

// TestParallelCalls is for the race detector: reads, writes, faults and looks at the store at the same time.
func TestParallelCalls(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			client := csClient(t, server, mustAssume(t, server), i%2 == 0)
			for range 5 {
				if _, err := client.DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
					t.Error(err)
				}
				if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MetaData["n"] = i }); err != nil {
					t.Error(err)
				}
				handle := cloud.AddFault(Fault{Product: ProductCS, Action: "ModifyCluster", Status: 500, Code: "X"})
				cloud.Snapshot()
				cloud.Requests(Filter{Product: ProductSTS})
				handle.Remove()
			}
		})
	}
	group.Wait()
	if n := cloud.Count(Filter{Action: "DescribeClusterDetail"}); n != 40 {
		t.Errorf("%d calls recorded, want 40", n)
	}
}

// TestTenThousandClusters lists a big account page by page; a walk over everything per page would take far longer.
func TestTenThousandClusters(t *testing.T) {
	s := testScenario()
	s.Accounts[1].Clusters = nil
	cloud, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10_000 {
		err := cloud.AddCluster(testMember, Cluster{ClusterID: clusterID(strconv.Itoa(i)), Name: "n", ClusterType: "Kubernetes", RegionID: "cn-hangzhou", State: "running"})
		if err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	for number := 1; number <= 100; number++ {
		request := httptest.NewRequest(http.MethodGet, "/regions/cn-hangzhou/clusters", nil)
		request.Header = http.Header{
			"Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Acs-Signature-Method": {"HMAC-SHA1"}, "X-Acs-Signature-Version": {"1.0"},
		}
		signROA(request, keyOf("FAKELOCAL"))
		recorder := httptest.NewRecorder()
		cloud.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusOK {
			t.Fatal(recorder.Body.String())
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("100 pages took %s", took)
	}
}

func TestStoreRefusals(t *testing.T) {
	cloud, err := New(testScenario(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := cloud.Snapshot()
	for name, err := range map[string]error{
		"cluster of an unknown account": cloud.AddCluster("1", Cluster{}),
		"cluster that exists":           cloud.AddCluster(testMember, Cluster{ClusterID: clusterID("one")}),
		"cluster with a bad id":         cloud.AddCluster(testMember, Cluster{ClusterID: "x", RegionID: "cn-hangzhou"}),
		"no such cluster to change":     cloud.UpdateCluster("x", func(*Cluster) {}),
		"no such cluster to delete":     cloud.DeleteCluster("x"),
		"no such account":               cloud.UpdateAccount("1", func(*Account) {}),
		"clusters through the account":  cloud.UpdateAccount(testMember, func(a *Account) { a.Clusters = []Cluster{{}} }),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("a refused change left traces: %q", diff)
	}
	if err := cloud.DeleteCluster(clusterID("two")); err != nil {
		t.Fatal(err)
	}
	if _, ok := cloud.Cluster(clusterID("two")); ok {
		t.Error("a deleted cluster is still there")
	}
	if len(before.Diff(cloud.Snapshot())) == 0 {
		t.Error("the deletion leaves no difference")
	}
}

// TestSeed: the same seed gives the same ids.
func TestSeed(t *testing.T) {
	ids := map[string]bool{}
	for _, seed := range []uint64{1, 1, 2} {
		s := testScenario()
		s.Seed = seed
		cloud, err := New(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		ids[cloud.requestID()] = true
	}
	if len(ids) != 2 {
		t.Errorf("ids %v", ids)
	}
}
