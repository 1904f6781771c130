package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// discard is a response writer that keeps the status only.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// fleetScenario is the test scenario with n clusters, each with a node pool, in the member's cn-hangzhou.
func fleetScenario(n int) *Scenario {
	s := testScenario()
	pattern := s.Accounts[1].Clusters[0]
	pattern.NodePools = []NodePool{{
		NodepoolInfo:     &NodePoolInfo{NodepoolID: new("np-1"), Name: new("default")},
		KubernetesConfig: &KubernetesConfig{CMSEnabled: new(true)},
		Status:           &NodePoolStatus{State: new("active"), TotalNodes: new(int64(3))},
	}}
	s.Accounts[1].Clusters = nil
	for i := range n {
		c := *clone(&pattern)
		c.Name = "cluster-" + strconv.Itoa(i)
		c.ClusterID = clusterID(strconv.Itoa(i))
		s.Accounts[1].Clusters = append(s.Accounts[1].Clusters, c)
	}
	return s
}

// acs3Call is a signed call without a body.
func acs3Call(k credentials, method, path, version, action, nonce string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:18080"+path, nil)
	r.Body = http.NoBody
	r.Header.Set("x-acs-version", version)
	r.Header.Set("x-acs-action", action)
	signACS3(r, k, nonce, time.Now(), nil)
	return r
}

// assumeInProcess signs in without a connection.
func assumeInProcess(tb testing.TB, cloud *Cloud) credentials {
	tb.Helper()
	recorder := httptest.NewRecorder()
	cloud.ServeHTTP(recorder, acs3Call(keyOf("FAKEADMIN"), http.MethodPost, assumePath, "2015-04-01", "AssumeRole", "first"))
	var answer object
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK {
		tb.Fatal(recorder.Code, recorder.Body)
	}
	c := answer.object("Credentials")
	return credentials{c.text("AccessKeyId"), c.text("AccessKeySecret"), c.text("SecurityToken")}
}

const assumePath = "/?RoleArn=acs%3Aram%3A%3A" + testMember + "%3Arole%2F" + testRole + "&RoleSessionName=bench"

// benchmarkServe calls as the session of a member, or, for AssumeRole, as the user of the management account.
func benchmarkServe(b *testing.B, clusters int, method, path, version, action string) {
	b.Helper()
	cloud, err := New(fleetScenario(clusters), Options{OnUnexpected: func(m string) { b.Error(m) }, MaxRequests: 1000})
	if err != nil {
		b.Fatal(err)
	}
	k := keyOf("FAKEADMIN")
	if action != "AssumeRole" {
		k = assumeInProcess(b, cloud)
	}
	const batch = 500
	requests := make([]*http.Request, batch)
	b.ReportAllocs()
	for done := 0; done < b.N; done += batch {
		b.StopTimer()
		for i := range requests {
			requests[i] = acs3Call(k, method, path, version, action, strconv.Itoa(done+i))
		}
		b.StartTimer()
		for _, r := range requests[:min(batch, b.N-done)] {
			w := &discard{header: http.Header{}}
			cloud.ServeHTTP(w, r)
			if w.status != http.StatusOK {
				b.Fatal(w.status)
			}
		}
	}
}

func BenchmarkServeDescribeClustersForRegion(b *testing.B) {
	for _, n := range []int{5, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmarkServe(b, n, http.MethodGet, "/regions/cn-hangzhou/clusters?page_number=1&page_size=100", "2015-12-15", "DescribeClustersForRegion")
		})
	}
}

func BenchmarkServeDescribeClusterDetail(b *testing.B) {
	benchmarkServe(b, 5, http.MethodGet, "/clusters/"+clusterID("1"), "2015-12-15", "DescribeClusterDetail")
}

func BenchmarkServeDescribeClusterNodePools(b *testing.B) {
	benchmarkServe(b, 5, http.MethodGet, "/clusters/"+clusterID("1")+"/nodepools", "2015-12-15", "DescribeClusterNodePools")
}

func BenchmarkServeAssumeRole(b *testing.B) {
	benchmarkServe(b, 5, http.MethodPost, assumePath, "2015-04-01", "AssumeRole")
}
