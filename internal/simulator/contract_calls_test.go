package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
)

// filled gives every field of a scenario's type a value, so that no field escapes the contract by being absent.
func filled(v reflect.Value, tag reflect.StructTag) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem(), tag)
	case reflect.Struct:
		for f, field := range v.Fields() {
			filled(field, f.Tag)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0), "")
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		item := reflect.New(v.Type().Elem()).Elem()
		filled(item, "")
		v.SetMapIndex(reflect.ValueOf("key"), item)
	case reflect.Interface:
		v.Set(reflect.ValueOf("value"))
	case reflect.String:
		v.SetString("text")
		for part := range strings.SplitSeq(tag.Get("jsonschema"), ",") {
			if value, ok := strings.CutPrefix(part, "enum="); ok && value != "" {
				v.SetString(value)
				break
			}
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(7)
	}
}

// fullScenario is the landing zone with one member and one cluster that have everything.
func fullScenario(t *testing.T) *Scenario {
	t.Helper()
	s := credentialScenario()
	var c Cluster
	filled(reflect.ValueOf(&c).Elem(), "")
	c.ClusterID, c.RegionID, c.State = clusterID("full"), "cn-hangzhou", "running"
	c.Addons[0].Name, c.InspectConfig, c.TaskFailure = "addon", nil, nil
	c.ClusterType, c.ControlPlaneLog.LogTTL = managedCluster, "30"
	c.Kubernetes = nil
	c.AuditEvents, c.KubernetesEvents, c.InspectionFindings = nil, nil, nil
	c.InspectReports[0].StartTime, c.InspectReports[0].EndTime, c.InspectReports[0].ReportID = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "report"
	second := c.InspectReports[0]
	second.ReportID = "report-2"
	c.InspectReports = append(c.InspectReports, second)
	member := &s.Accounts[1]
	member.Clusters = []Cluster{c}
	for _, field := range []**string{&member.AccountName, &member.JoinTime, &member.ModifyTime} {
		*field = new("text")
	}
	member.JoinMethod, member.Type, member.DeletionStatus = new("created"), new("CloudAccount"), new("Checking")
	rd := s.ResourceDirectory
	rd.CreateTime, rd.ControlPolicyStatus, rd.MemberDeletionStatus = new("2026-01-01T00:00:00Z"), new("Enabled"), new("Enabled")
	rd.Folders[0].CreateTime = new("2026-01-01T00:00:00Z")
	rd.DelegatedAdministrators = []DelegatedAdministrator{{AccountID: testMember, ServicePrincipal: "config.aliyuncs.com"}}
	return s
}

// captured keeps the last answer as it was on the wire.
type captured struct {
	transport http.RoundTripper
	status    int
	body      []byte
}

// Call makes it the HTTP client of an SDK client.
func (c *captured) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if c.body, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	c.status, response.Body = response.StatusCode, io.NopCloser(bytes.NewReader(c.body))
	return response, nil
}

// calling makes calls of operations and returns status and answer.
func calling(t *testing.T, c *Cloud, s *Server) func(k credentials, op *operation, path string, query params, body any) (int, any) {
	t.Helper()
	return func(k credentials, op *operation, path string, query params, body any) (int, any) {
		t.Helper()
		wire := &captured{transport: inProcess{c}}
		config := k.config(s)
		config.HttpClient = wire
		client, err := openapi.NewClient(config)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]*string{}
		for name, v := range query {
			values[name] = &v
		}
		p := &openapiutil.Params{
			Action: new(op.action), Version: new("2015-12-15"), Style: new("ROA"), Method: new(op.method), Pathname: &path, Protocol: new("HTTP"),
			AuthType: new("AK"), ReqBodyType: new("json"), BodyType: new("string"),
		}
		if op.pattern == "" {
			p.Style, p.Method, p.Pathname, p.ReqBodyType = new("RPC"), new("POST"), new("/"), new("formData")
			p.Version = new("2015-04-01")
			switch op.product {
			case ProductResourceDirectory:
				p.Version = new(version2022)
			case ProductConfig:
				p.Version = new("2020-09-07")
			}
		}
		_, _ = client.CallApi(p, &openapiutil.OpenApiRequest{Query: values, Body: body}, &dara.RuntimeOptions{})
		var answer any
		if len(wire.body) > 0 {
			if err := json.Unmarshal(wire.body, &answer); err != nil {
				t.Fatalf("%s: %v in %s", op.action, err, wire.body)
			}
		}
		return wire.status, answer
	}
}

// exceptions are where the wire is known to differ from the SDKs' types.
var exceptions = []string{
	// Null in published cluster objects (provenance cs-json-strings), and in no type.
	"DescribeClustersV1.clusters[0].parameters is unknown to the SDK",
}

// TestEveryAnswerConforms calls everything that is simulated and compares every answer with the SDKs' types.
func TestEveryAnswerConforms(t *testing.T) {
	all := contracts(t)
	cloud, server := startCloud(t, fullScenario(t))
	call := calling(t, cloud, server)
	admin, local := keyOf("FAKEADMIN"), keyOf("FAKELOCAL")
	id := clusterID("full")
	seen := map[string]bool{}
	step := func(k credentials, action, path string, query params, body any) object {
		t.Helper()
		op := contractOperation(t, action)
		seen[action] = true
		status, answer := call(k, op, path, query, body)
		if status != http.StatusOK {
			t.Errorf("%s: %d %v", action, status, answer)
			return nil
		}
		if all[action] == nil {
			t.Fatalf("%s has no contract in testdata/contract", action)
		}
		for _, problem := range all[action].response.conforms(action, answer) {
			if !slices.Contains(exceptions, problem) {
				t.Error(problem)
			}
		}
		// The types of the real SDK agree.
		if types, known := typed[action]; known {
			text, err := json.Marshal(answer)
			if err == nil {
				err = json.Unmarshal(text, reflect.New(types.response).Interface())
			}
			if err != nil {
				t.Errorf("%s: %v", action, err)
			}
		}
		result, _ := answer.(map[string]any)
		return result
	}

	role := params{"RoleArn": "acs:ram::" + testMember + ":role/" + testRole, "RoleSessionName": "contract"}
	step(admin, "AssumeRole", "", role, nil)
	for _, k := range []credentials{admin, keyOf("FAKEROOT"), mustAssume(t, server)} {
		step(k, "GetCallerIdentity", "", nil, nil)
	}
	step(admin, "AssumeRoleWithOIDC", "", params{
		"RoleArn": "acs:ram::" + testMember + ":role/Deployer", "RoleSessionName": "contract", "OIDCProviderArn": testProvider, "OIDCToken": testToken,
	}, nil)
	step(admin, "ListAccounts", "", params{"IncludeTags": "true"}, nil)
	step(admin, "ListAccounts", "", params{"MaxResults": "1"}, nil)
	step(admin, "ListAccountsForParent", "", params{"ParentFolderId": "fd-inner", "IncludeTags": "true"}, nil)
	step(admin, "ListFoldersForParent", "", nil, nil)
	step(admin, "GetResourceDirectory", "", nil, nil)
	step(admin, "GetAccount", "", params{"AccountId": testMember, "IncludeTags": "true"}, nil)
	step(admin, "GetFolder", "", params{"FolderId": "fd-inner"}, nil)
	step(admin, "ListAncestors", "", params{"ChildId": testMember}, nil)
	step(admin, "ListDelegatedAdministrators", "", nil, nil)

	step(local, "DescribeClustersV1", "/api/v1/clusters", nil, nil)
	step(local, "DescribeClustersForRegion", "/regions/cn-hangzhou/clusters", nil, nil)
	step(local, "DescribeClusters", "/clusters", nil, nil)
	cluster := "/clusters/" + id
	step(local, "DescribeClusterDetail", cluster, nil, nil)
	step(local, "DescribeClusterNodePools", cluster+"/nodepools", nil, nil)
	step(local, "ListClusterAddonInstances", cluster+"/addon_instances", nil, nil)
	step(local, "GetClusterAddonInstance", cluster+"/addon_instances/addon", nil, nil)
	inspector, components := inspectorAddons[0], cluster+"/components/"
	step(local, "DescribeAddon", "/addons/"+inspector, params{"cluster_id": id, "region_id": "cn-hangzhou", "version": "v0.16.2"}, nil)
	step(local, "InstallClusterAddons", components+"install", nil, []any{map[string]any{"name": inspector, "version": "v0.16.2", "config": "{}"}})
	step(local, "ModifyClusterAddon", components+inspector+"/config", nil, map[string]any{"config": "{}"})
	step(local, "UpgradeClusterAddons", components+"upgrade", nil, []any{map[string]any{"component_name": inspector, "next_version": "v0.16.8"}})
	step(local, "UnInstallClusterAddons", components+"uninstall", nil, []any{map[string]any{"name": inspector, "cleanup_cloud_resources": false}})
	step(local, "DescribeClusterUserKubeconfig", "/k8s/"+id+"/user_config", params{"PrivateIpAddress": "true", "TemporaryDurationMinutes": "15"}, nil)
	task := step(local, "ModifyCluster", "/api/v2/clusters/"+id, nil, map[string]any{"cluster_name": "renamed"})
	step(local, "DescribeTaskInfo", "/tasks/"+task.text("task_id"), nil, nil)
	step(local, "GetClusterAuditProject", cluster+"/audit", nil, nil)
	step(local, "UpdateClusterAuditLogConfig", cluster+"/audit_log", nil, map[string]any{"disable": false, "sls_project_name": "other"})
	step(local, "CheckControlPlaneLogEnable", cluster+"/controlplanelog", nil, nil)
	step(local, "UpdateControlPlaneLog", cluster+"/controlplanelog", nil, map[string]any{"components": []string{"apiserver"}, "log_ttl": "7", "aliuid": testMember})
	if err := cloud.UpdateCluster(id, func(c *Cluster) { c.TaskFailure = &TaskFailure{Code: "text", Message: "text"} }); err != nil {
		t.Fatal(err)
	}
	task = step(local, "UpdateClusterAuditLogConfig", cluster+"/audit_log", nil, map[string]any{"disable": true})
	step(local, "DescribeTaskInfo", "/tasks/"+task.text("task_id"), nil, nil)
	step(local, "CreateClusterInspectConfig", cluster+"/inspectConfig", nil,
		map[string]any{"enabled": true, "recurrence": "FREQ=DAILY;BYHOUR=1;BYMINUTE=2", "disabledCheckItems": []string{"text"}})
	step(local, "GetClusterInspectConfig", cluster+"/inspectConfig", nil, nil)
	step(local, "UpdateClusterInspectConfig", cluster+"/inspectConfig", nil, map[string]any{"enabled": false})
	step(local, "RunClusterInspect", cluster+"/inspectReports", nil, map[string]any{"clientToken": "once"})
	step(local, "ListClusterInspectReports", cluster+"/inspectReports", params{"maxResults": "1"}, nil)
	step(local, "GetClusterInspectReportDetail", cluster+"/inspectReports/report", nil, nil)
	step(local, "DeleteClusterInspectConfig", cluster+"/inspectConfig", nil, nil)

	for i := range operations {
		if op := &operations[i]; op.serve == nil && op.product != ProductConfig && op.product != ProductLog && !seen[op.action] {
			t.Errorf("%s was not called", op.action)
		}
	}
}

// TestRefusedParametersAreGaps: what the simulator knows and has no effect for is refused with 501 and is listed in
// README.md; everything else of ModifyCluster takes effect.
func TestRefusedParametersAreGaps(t *testing.T) {
	tree := contracts(t)["ModifyCluster"].request
	listed := strings.Join(gaps, "\n")
	for _, name := range slices.Sorted(maps.Keys(tree.fields)) {
		field, _ := reflect.TypeFor[modifyClusterRequest]().FieldByNameFunc(func(goName string) bool {
			f, _ := reflect.TypeFor[modifyClusterRequest]().FieldByName(goName)
			return f.Tag.Get("json") == name
		})
		refused := field.Tag.Get("simulated") == "no"
		if refused != strings.Contains(listed, name) {
			t.Errorf("%s: refused is %v, listed as a gap is %v", name, refused, !refused)
		}
		messages := []string{}
		cloud, server := startCloud(t, fullScenario(t), expectUnexpected(&messages))
		before := cloud.Snapshot()
		status, answer := calling(t, cloud, server)(keyOf("FAKELOCAL"), contractOperation(t, "ModifyCluster"),
			"/api/v2/clusters/"+clusterID("full"), nil, modification(name, tree.fields[name]))
		changed := len(before.Diff(cloud.Snapshot())) > 0
		switch {
		case refused && (status != http.StatusNotImplemented || len(messages) != 1):
			t.Errorf("%s: %d %v, want 501", name, status, answer)
		case !refused && (status != http.StatusOK || !changed):
			t.Errorf("%s: %d %v, changed is %v", name, status, answer, changed)
		}
	}
	for i := range operations {
		for _, p := range operations[i].parameters {
			if p.refused && !strings.Contains(listed, p.name+" of "+operations[i].action) {
				t.Errorf("%s of %s is refused and not listed as a gap", p.name, operations[i].action)
			}
		}
	}
}

// modification is a body that sets one field to what the full cluster does not have.
func modification(name string, n *node) map[string]any {
	switch name {
	case "api_server_eip":
		return map[string]any{name: false}
	case "api_server_eip_id":
		return map[string]any{name: "eip-test", "api_server_eip": true}
	}
	return map[string]any{name: sample(n)}
}

func sample(n *node) any {
	switch n.kind {
	case "string":
		return "other"
	case "bool":
		return false
	case "int64", "int32":
		return 1
	case "[]string":
		return []string{"other"}
	}
	object := map[string]any{}
	for name, inner := range n.fields {
		object[name] = sample(inner)
	}
	return object
}
