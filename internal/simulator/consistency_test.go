package simulator

import (
	"net/http"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

// laggingCloud serves the test scenario with lagging reads, on a clock that stands still.
func laggingCloud(t *testing.T, lag Consistency, changes ...func(*Scenario)) (*Cloud, *Server, *clock) {
	t.Helper()
	s, at := testScenario(), &clock{now: time.Now().Truncate(time.Second)}
	s.Behaviour.Consistency = lag
	for _, change := range changes {
		change(s)
	}
	cloud, server := startCloud(t, s, withClock(at))
	return cloud, server, at
}

// listed names the clusters of cn-hangzhou in a list.
func listed(t *testing.T, server *Server) string {
	t.Helper()
	list, err := roa(t, server, keyOf("FAKELOCAL"), "DescribeClustersForRegion", http.MethodGet, "/regions/cn-hangzhou/clusters", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, c := range list.list("clusters") {
		names = append(names, c.text("name"))
	}
	return strings.Join(names, " ")
}

// named is the name of a cluster in its detail, empty when it is not found.
func named(t *testing.T, client *cs.Client, id string) string {
	t.Helper()
	detail, err := client.DescribeClusterDetail(tea.String(id))
	if err != nil {
		wantCode(t, err, http.StatusNotFound, "ErrorClusterNotFound")
		return ""
	}
	return tea.StringValue(detail.Body.Name)
}

func rename(t *testing.T, cloud *Cloud, name string) {
	t.Helper()
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.Name = name }); err != nil {
		t.Fatal(err)
	}
}

func TestLagByReads(t *testing.T) {
	cloud, server, _ := laggingCloud(t, Consistency{Reads: 2})
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	want("before any write", named(t, client, clusterID("one")), "one")

	rename(t, cloud, "uno")
	want("read 1", named(t, client, clusterID("one")), "one")
	if c, _ := cloud.Cluster(clusterID("one")); c.Name != "uno" {
		t.Errorf("the store shows %s", c.Name)
	}
	want("another cluster", named(t, client, clusterID("two")), "two")
	want("read 2, a list", listed(t, server), "one two")
	want("read 3", listed(t, server), "uno two")
	want("read 4", named(t, client, clusterID("one")), "uno")

	rename(t, cloud, "first")
	want("after a write", named(t, client, clusterID("one")), "uno")
	rename(t, cloud, "second")
	for range 2 {
		want("after another", named(t, client, clusterID("one")), "uno")
	}
	want("at last", named(t, client, clusterID("one")), "second")
}

// TestLagOfExistence: a new cluster is missing and a deleted one is shown for a while, and the store knows better.
func TestLagOfExistence(t *testing.T) {
	cloud, server, _ := laggingCloud(t, Consistency{Reads: 1})
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	added := testScenario().Accounts[1].Clusters[0]
	added.ClusterID, added.Name = clusterID("four"), "four"
	if err := cloud.AddCluster(testMember, added); err != nil {
		t.Fatal(err)
	}
	if cloud.AddCluster(testMember, added) == nil {
		t.Error("a cluster that is not shown yet was added again")
	}
	for _, want := range []string{"one two", "one two four"} {
		if got := listed(t, server); got != want {
			t.Errorf("list after the addition: %s, want %s", got, want)
		}
	}

	before := cloud.Snapshot()
	if err := cloud.DeleteCluster(clusterID("four")); err != nil {
		t.Fatal(err)
	}
	if _, there := cloud.Cluster(clusterID("four")); there || len(before.Diff(cloud.Snapshot())) == 0 {
		t.Error("the store shows a deleted cluster")
	}
	_, err := client.ModifyCluster(tea.String(clusterID("four")), &cs.ModifyClusterRequest{DeletionProtection: tea.Bool(true)})
	wantCode(t, err, http.StatusNotFound, "ErrorClusterNotFound")
	if got := named(t, client, clusterID("four")); got != "four" {
		t.Errorf("first read after the deletion: %q", got)
	}
	if got := named(t, client, clusterID("four")) + listed(t, server); got != "one two" {
		t.Errorf("then: %s", got)
	}

	// A new cluster under the id of one that is still shown takes its place at once, unseen.
	if err := cloud.DeleteCluster(clusterID("two")); err != nil {
		t.Fatal(err)
	}
	added.ClusterID, added.Name = clusterID("two"), "new two"
	if err := cloud.AddCluster(testMember, added); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", "one new two"} {
		if got := listed(t, server); got != want {
			t.Errorf("list after a replacement: %s, want %s", got, want)
		}
	}
}

// TestWritesDoNotLag: what a read does not show yet, a write finds all the same.
func TestWritesDoNotLag(t *testing.T) {
	_, server, _ := laggingCloud(t, Consistency{Reads: 1})
	k, path := keyOf("FAKELOCAL"), "/clusters/"+clusterID("one")+"/inspectConfig"
	call := func(action, method string, body any) (object, error) {
		return roa(t, server, k, action, method, path, nil, body)
	}
	config := map[string]any{"enabled": true, "recurrence": "FREQ=DAILY;BYHOUR=1;BYMINUTE=0"}
	if _, err := call("CreateClusterInspectConfig", http.MethodPost, config); err != nil {
		t.Fatal(err)
	}
	_, err := call("CreateClusterInspectConfig", http.MethodPost, config)
	wantCode(t, err, http.StatusConflict, "ErrorInspectConfigAlreadyExist")
	_, err = call("GetClusterInspectConfig", http.MethodGet, nil)
	wantCode(t, err, http.StatusNotFound, "ErrorInspectConfigNotFound")
	if got, err := call("GetClusterInspectConfig", http.MethodGet, nil); err != nil || got["enabled"] != true {
		t.Errorf("second read: %v %v", got, err)
	}

	if _, err := call("UpdateClusterInspectConfig", http.MethodPut, map[string]any{"enabled": false}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if got, err := call("GetClusterInspectConfig", http.MethodGet, nil); err != nil || got["enabled"] != want {
			t.Errorf("after the update: %v %v, want %v", got, err, want)
		}
	}

	if _, err := call("DeleteClusterInspectConfig", http.MethodDelete, nil); err != nil {
		t.Fatal(err)
	}
	_, err = call("DeleteClusterInspectConfig", http.MethodDelete, nil)
	wantCode(t, err, http.StatusNotFound, "ErrorInspectConfigNotFound")
	if _, err := call("GetClusterInspectConfig", http.MethodGet, nil); err != nil {
		t.Error(err)
	}
	_, err = call("GetClusterInspectConfig", http.MethodGet, nil)
	wantCode(t, err, http.StatusNotFound, "ErrorInspectConfigNotFound")

	reports := "/clusters/" + clusterID("one") + "/inspectReports"
	started, err := roa(t, server, k, "RunClusterInspect", http.MethodPost, reports, nil, map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = roa(t, server, k, "GetClusterInspectReportDetail", http.MethodGet, reports+"/"+started.text("reportId"), nil, nil)
	wantCode(t, err, http.StatusNotFound, "ErrorInspectReportNotFound")
	if list, err := roa(t, server, k, "ListClusterInspectReports", http.MethodGet, reports, nil, nil); err != nil || len(list.list("reports")) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

// TestLagByDuration follows a change that takes 10 s: it is seen 3 s after it has landed, whenever that was noticed.
func TestLagByDuration(t *testing.T) {
	cloud, server, at := laggingCloud(t, Consistency{Duration: "3s"}, func(s *Scenario) { s.Behaviour.TaskDuration = "10s" })
	client := csClient(t, server, keyOf("FAKELOCAL"), true)
	if _, err := client.ModifyCluster(tea.String(clusterID("one")), &cs.ModifyClusterRequest{ClusterName: tea.String("uno")}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after       time.Duration
		name, state string
	}{
		{0, "one", "running"},
		{2 * time.Second, "one", "running"},
		{time.Second, "one", "updating"},
		{9 * time.Second, "one", "updating"},
		{time.Second, "uno", "running"},
	} {
		at.Advance(step.after)
		for range 3 {
			detail, err := client.DescribeClusterDetail(tea.String(clusterID("one")))
			if err != nil {
				t.Fatal(err)
			}
			if name, state := tea.StringValue(detail.Body.Name), tea.StringValue(detail.Body.State); name != step.name || state != step.state {
				t.Errorf("%s later: %s %s, want %s %s", step.after, name, state, step.name, step.state)
			}
		}
	}
	if err := cloud.DeleteCluster(clusterID("two")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"uno two", "uno"} {
		if got := listed(t, server); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		at.Advance(3 * time.Second)
	}
	if got := len(cloud.accounts[testMember].clusters); got != 2 {
		t.Errorf("%d places for two clusters", got)
	}
}
