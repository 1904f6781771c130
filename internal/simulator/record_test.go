package simulator

import (
	"net/http"
	"runtime"
	"strconv"
	"testing"
)

// TestRecordsStaySmall: a long bench keeps every request, so that one must not hold more than what it says.
func TestRecordsStaySmall(t *testing.T) {
	const n, most = 3000, 700
	cloud, err := New(fleetScenario(5), Options{OnUnexpected: func(m string) { t.Error(m) }})
	if err != nil {
		t.Fatal(err)
	}
	k := assumeInProcess(t, cloud)
	for i := range n {
		// Each call has strings of its own, as calls over a connection have.
		path := "/clusters/" + clusterID(strconv.Itoa(i%5)) + "/nodepools"
		cloud.ServeHTTP(&discard{header: http.Header{}}, acs3Call(k, http.MethodGet, path, "2015-12-15", "DescribeClusterNodePools", strconv.Itoa(i)))
	}
	if got := cloud.Count(Filter{Action: "DescribeClusterNodePools", Status: http.StatusOK}); got != n {
		t.Fatalf("%d calls recorded", got)
	}
	held := heap()
	cloud.ResetRequests()
	if each := (int64(held) - int64(heap())) / n; each > most {
		t.Errorf("a recorded request holds %d bytes, want no more than %d", each, most)
	}
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
