package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// fillAll sets every field of a scenario type, so that a contract test sees every field on the wire.
func fillAll(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAll(v.Elem())
	case reflect.Struct:
		for f, field := range v.Fields() {
			fillAll(field)
			if _, enum, ok := strings.Cut(f.Tag.Get("jsonschema"), "enum="); ok {
				first, _, _ := strings.Cut(enum, ",")
				reflect.Indirect(field).SetString(first)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillAll(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		item := reflect.New(v.Type().Elem()).Elem()
		fillAll(item)
		v.SetMapIndex(reflect.ValueOf("key"), item)
	case reflect.Interface, reflect.String:
		v.Set(reflect.ValueOf("text").Convert(v.Type()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64, reflect.Int32:
		v.SetInt(3)
	case reflect.Float32:
		v.SetFloat(1.5)
	}
}

func filledCluster() Cluster {
	c := Cluster{}
	fillAll(reflect.ValueOf(&c).Elem())
	c.ClusterID, c.RegionID, c.ClusterType, c.State = clusterID("full"), "cn-hangzhou", "ManagedKubernetes", "running"
	c.InspectConfig.Recurrence = "FREQ=DAILY;BYHOUR=1;BYMINUTE=2"
	c.InspectReports[0].StartTime, c.InspectReports[0].EndTime = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"
	c.ControlPlaneLog.LogTTL = "30"
	c.Kubernetes = nil
	c.AuditEvents[0].Age, c.KubernetesEvents[0].Age, c.InspectionFindings[0].Age = "1m", "1m", "1m"
	return c
}

// newerFields are what v7.6.0 of the SDK knows and v4.5.8 does not ("+" in the reference's field trees).
var newerFields = map[string][]string{
	"v1": {"cluster_domain", "container_cidr", "ip_stack", "maintenance_window.recurrence", "operation_policy", "parameters", "proxy_mode", "service_cidr", "timezone", "vswitch_ids"},
	"detail": {
		"auto_mode", "cluster_domain", "container_cidr", "control_plane_config", "control_plane_endpoints_config", "extra_sans", "ip_stack",
		"maintenance_window.recurrence", "node_cidr_mask", "operation_policy", "proxy_mode", "rrsa_config", "service_cidr", "timezone", "vswitch_ids",
	},
}

// TestContract: every answer has the types of the SDK's structs, and no field that they do not know but the listed ones.
func TestContract(t *testing.T) {
	s := testScenario()
	s.Accounts[1].Clusters = []Cluster{filledCluster()}
	cloud, server := startCloud(t, s)
	id := clusterID("full")
	k := keyOf("FAKELOCAL")
	get := func(action, path string) object {
		t.Helper()
		body, err := roa(t, server, k, action, http.MethodGet, path, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	check := func(name string, answer any, into any, newer []string) {
		t.Helper()
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		unknown := []string{}
		for _, p := range strict.JSON(text, into) {
			if p.Kind != strict.Unknown {
				t.Errorf("%s: %s", name, p.Message)
				continue
			}
			unknown = append(unknown, p.Path)
		}
		slices.Sort(unknown)
		if newer != nil && !slices.Equal(unknown, newer) {
			t.Errorf("%s: unknown to v4: %v, want %v", name, unknown, newer)
		}
	}
	list := get("DescribeClustersV1", "/api/v1/clusters")
	prefixed := []string{}
	for _, name := range newerFields["v1"] {
		prefixed = append(prefixed, "clusters[0]."+name)
	}
	check("DescribeClustersV1", list, &cs.DescribeClustersV1ResponseBody{}, prefixed)
	if v, ok := list.list("clusters")[0]["parameters"]; !ok || v != nil {
		t.Errorf("parameters in the global list: %v, want null", v)
	}
	check("DescribeClusterDetail", get("DescribeClusterDetail", "/clusters/"+id), &cs.DescribeClusterDetailResponseBody{}, newerFields["detail"])
	check("DescribeClusterNodePools", get("DescribeClusterNodePools", "/clusters/"+id+"/nodepools"), &cs.DescribeClusterNodePoolsResponseBody{}, nil)
	check("ListClusterAddonInstances", get("ListClusterAddonInstances", "/clusters/"+id+"/addon_instances"), &cs.ListClusterAddonInstancesResponseBody{}, []string{})
	check("GetClusterAddonInstance", get("GetClusterAddonInstance", "/clusters/"+id+"/addon_instances/text"), &cs.GetClusterAddonInstanceResponseBody{}, []string{})
	modified, err := roa(t, server, k, "ModifyCluster", http.MethodPut, "/api/v2/clusters/"+id, nil, map[string]any{"deletion_protection": false})
	if err != nil {
		t.Fatal(err)
	}
	check("ModifyCluster", modified, &cs.ModifyClusterResponseBody{}, []string{})
	check("DescribeTaskInfo", get("DescribeTaskInfo", "/tasks/"+modified.text("task_id")), &cs.DescribeTaskInfoResponseBody{}, []string{})

	lean := get("DescribeClustersForRegion", "/regions/cn-hangzhou/clusters").list("clusters")[0]
	for _, name := range []string{"master_url", "meta_data", "network_mode", "vswitch_id", "maintenance_window", "parameters", "nodepools"} {
		if _, present := lean[name]; present {
			t.Errorf("the regional list carries %s", name)
		}
	}
	if len(lean) != len(viewRegion.name) {
		t.Errorf("the regional list has %d fields, want %d", len(lean), len(viewRegion.name))
	}
	if n := cloud.Count(Filter{Product: ProductCS, Status: http.StatusOK}); n != 8 {
		t.Errorf("%d calls recorded, want 8", n)
	}
}

func TestAbsentStaysAbsent(t *testing.T) {
	s := testScenario()
	s.Accounts[1].Clusters = []Cluster{{
		ClusterID: clusterID("bare"), Name: "bare", ClusterType: "ExternalKubernetes", RegionID: "cn-hangzhou", State: "running",
		MasterURL: &MasterURL{}, NodePools: []NodePool{{KubernetesConfig: &KubernetesConfig{Runtime: new("containerd"), Taints: []Taint{}}}},
	}}
	_, server := startCloud(t, s)
	body, err := roa(t, server, keyOf("FAKELOCAL"), "DescribeClusterDetail", http.MethodGet, "/clusters/"+clusterID("bare"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(body); string(text) != `{"cluster_id":"`+clusterID("bare")+`","cluster_type":"ExternalKubernetes","master_url":"","name":"bare","region_id":"cn-hangzhou","state":"running"}` {
		t.Errorf("detail is %s", text)
	}
	pools, err := roa(t, server, keyOf("FAKELOCAL"), "DescribeClusterNodePools", http.MethodGet, "/clusters/"+clusterID("bare")+"/nodepools", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(pools); string(text) != `{"nodepools":[{"kubernetes_config":{"runtime":"containerd","taints":[]}}]}` {
		t.Errorf("node pools are %s", text)
	}
}

func TestClusterPages(t *testing.T) {
	s := testScenario()
	s.Accounts[1].Clusters = nil
	all := []string{}
	for i := range 23 {
		id := clusterID(fmt.Sprintf("n%d", i))
		all = append(all, id)
		s.Accounts[1].Clusters = append(s.Accounts[1].Clusters, Cluster{ClusterID: id, Name: "n", ClusterType: "Kubernetes", RegionID: "cn-hangzhou", State: "running"})
	}
	_, server := startCloud(t, s)
	for size := 1; size <= 24; size++ {
		for _, list := range [][2]string{{"DescribeClustersV1", "/api/v1/clusters"}, {"DescribeClustersForRegion", "/regions/cn-hangzhou/clusters"}} {
			union := []string{}
			for number := 1; len(union) < len(all); number++ {
				body, err := roa(t, server, keyOf("FAKELOCAL"), list[0], http.MethodGet, list[1], params{"page_number": strconv.Itoa(number), "page_size": strconv.Itoa(size)}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if total := fmt.Sprint(body.object("page_info")["total_count"]); total != "23" {
					t.Fatalf("total_count is %s", total)
				}
				for _, c := range body.list("clusters") {
					union = append(union, c.text("cluster_id"))
				}
			}
			if !slices.Equal(union, all) {
				t.Fatalf("%s, page size %d: %v", list[0], size, union)
			}
		}
	}
}

// TestIsolation: another account and another region see nothing.
func TestIsolation(t *testing.T) {
	unexpected := []string{}
	_, server := startCloud(t, testScenario(), expectUnexpected(&unexpected))
	_, err := csClient(t, server, keyOf("FAKESTRANGER"), true).DescribeClusterDetail(tea.String(clusterID("one")))
	sdk := wantCode(t, err, http.StatusNotFound, "ErrorClusterNotFound")
	if data := sdk.data; !strings.Contains(data, `"requestId":`) || !strings.Contains(data, `"status":404`) {
		t.Errorf("error body %s", data)
	}
	call := func(host, region, path string) int {
		t.Helper()
		request, err := http.NewRequest(http.MethodGet, server.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{
			"Date": {time.Now().UTC().Format(http.TimeFormat)}, "X-Acs-Signature-Method": {"HMAC-SHA1"}, "X-Acs-Signature-Version": {"1.0"},
		}
		if region != "" {
			request.Header.Set("x-acs-region-id", region)
		}
		if host != "" {
			request.Host = host
		}
		signROA(request, keyOf("FAKELOCAL"))
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	one := "/clusters/" + clusterID("one")
	for _, c := range []struct {
		host, region, path string
		status             int
	}{
		{"cs.cn-hangzhou.aliyuncs.com", "", one, 200},
		{"cs.cn-shanghai.aliyuncs.com", "", one, 404},
		{"cs.aliyuncs.com", "", one, 200},
		{"", "cn-hangzhou", one, 200},
		{"", "cn-shanghai", one, 404},
		{"", "", one, 200},
		{"cs.cn-shanghai.aliyuncs.com", "", "/regions/cn-hangzhou/clusters", 400},
		{"cs.cn-shanghai.aliyuncs.com", "", "/api/v1/clusters", 200},
		{"ecs.cn-shanghai.aliyuncs.com", "", "/api/v1/clusters", 501},
	} {
		if got := call(c.host, c.region, c.path); got != c.status {
			t.Errorf("%+v: status %d", c, got)
		}
	}
	if len(unexpected) != 1 || !strings.Contains(unexpected[0], "ecs.cn-shanghai.aliyuncs.com") {
		t.Errorf("unexpected: %q", unexpected)
	}
}

func TestModifyCluster(t *testing.T) {
	now := &clock{now: time.Now().Add(-10 * time.Minute)}
	s := testScenario()
	s.Behaviour.TaskDuration = "2m"
	cloud, server := startCloud(t, s, withClock(now))
	id, k := clusterID("one"), keyOf("FAKELOCAL")
	before := cloud.Snapshot()
	modify := func(body map[string]any) (object, error) {
		return roa(t, server, k, "ModifyCluster", http.MethodPut, "/api/v2/clusters/"+id, nil, body)
	}
	answer, err := modify(map[string]any{"api_server_eip": true, "api_server_eip_id": "eip-test", "enable_rrsa": true, "cluster_name": "renamed"})
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := cloud.Cluster(id); c.State != "updating" || c.MasterURL.APIServerEndpoint != nil {
		t.Errorf("before the task is done: %+v", c)
	}
	_, err = modify(map[string]any{"deletion_protection": false})
	wantCode(t, err, http.StatusBadRequest, "ErrorClusterState")
	task := func() any {
		body, err := roa(t, server, k, "DescribeTaskInfo", http.MethodGet, "/tasks/"+answer.text("task_id"), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return body["state"]
	}
	if got := task(); got != "running" {
		t.Errorf("task is %v", got)
	}
	_, err = roa(t, server, keyOf("FAKESTRANGER"), "DescribeTaskInfo", http.MethodGet, "/tasks/"+answer.text("task_id"), nil, nil)
	wantCode(t, err, http.StatusNotFound, "ErrorTaskNotFound")
	now.Advance(2 * time.Minute)
	if got := task(); got != "success" {
		t.Errorf("task is %v", got)
	}
	c, _ := cloud.Cluster(id)
	if c.State != "running" || c.Name != "renamed" || value(c.MasterURL.APIServerEndpoint) != "https://203.0.113.9:6443" || !*c.RRSAConfig.Enabled {
		t.Errorf("after the task: %+v", c)
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) != 6 {
		t.Errorf("differences: %q", diff)
	}
	if _, err := modify(map[string]any{"api_server_eip": false}); err != nil {
		t.Fatal(err)
	}
	now.Advance(2 * time.Minute)
	if c, _ := cloud.Cluster(id); value(c.MasterURL.APIServerEndpoint) != "" {
		t.Errorf("endpoint is %q", *c.MasterURL.APIServerEndpoint)
	}
	_, err = modify(map[string]any{"api_server_eip": true, "api_server_eip_id": "eip-none"})
	wantCode(t, err, http.StatusBadRequest, "InvalidParameter.api_server_eip_id")
}

func TestStrictBodies(t *testing.T) {
	unexpected := []string{}
	_, server := startCloud(t, testScenario(), expectUnexpected(&unexpected))
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"unknown":            {map[string]any{"deletion_protecton": true}, 400, codeUnknownParameter},
		"unknown below":      {map[string]any{"operation_policy": map[string]any{"cluster_auto_upgrade": map[string]any{"chanel": "stable"}}}, 400, codeUnknownParameter},
		"case matters":       {map[string]any{"Deletion_Protection": true}, 400, codeUnknownParameter},
		"type":               {map[string]any{"deletion_protection": "true"}, 400, "InvalidParameter.deletion_protection"},
		"known, unsimulated": {map[string]any{"ingress_loadbalancer_id": "lb-1"}, 501, codeNotSimulated},
	} {
		_, err := roa(t, server, keyOf("FAKELOCAL"), "ModifyCluster", http.MethodPut, "/api/v2/clusters/"+clusterID("one"), nil, c.body)
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		wantCode(t, err, c.status, c.code)
	}
	_, err := roa(t, server, keyOf("FAKELOCAL"), "DescribeClusterDetail", http.MethodGet, "/clusters/"+clusterID("one"), params{"verbose": "1"}, nil)
	wantCode(t, err, 400, codeUnknownParameter)
	_, err = roa(t, server, keyOf("FAKELOCAL"), "DescribeClusterLogs", http.MethodGet, "/clusters/"+clusterID("one")+"/logs", nil, nil)
	wantCode(t, err, 501, codeNotSimulated)
	if len(unexpected) != 6 {
		t.Errorf("unexpected requests: %q", unexpected)
	}
}
