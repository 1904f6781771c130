package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// logScenario has a project with a Logstore in the member.
func logScenario() *Scenario {
	s := testScenario()
	s.Accounts[1].LogService = &LogService{Projects: []LogProject{{
		ProjectName: "p-one", Region: "cn-hangzhou", Description: "text", Tags: []LogTag{{Key: "a", Value: "1"}},
		LogStores: []LogStore{{
			LogStoreName: "audit", TTL: 30, MeteringMode: chargeByFunction, Index: &LogIndex{Line: &LogIndexLine{Token: []string{" "}}},
			Rows: []LogRow{{Age: "48h", Fields: map[string]string{"verb": "get"}}, {Age: "1h", Topic: "t", Fields: map[string]string{"verb": "list"}}},
		}},
		Jobs:          []LogJob{etlJob("ship", "STOPPED")},
		Dashboards:    []LogDashboard{{DashboardName: "overview"}},
		SavedSearches: []LogSavedSearch{{SavedSearchName: "mine", SearchQuery: "*", LogStore: "audit"}},
	}}}
	return s
}

func etlJob(name, status string) LogJob {
	return LogJob{
		Name: name, Type: jobETL, Status: status, Schedule: LogSchedule{Type: "Resident"},
		Configuration: map[string]any{
			"logstore": "audit", "roleArn": memberReader, "script": "", "version": 2.0,
			"sinks": []any{map[string]any{"name": "central", "project": "archive", "logstore": "all", "roleArn": logWriter}},
		},
	}
}

// logCall is a call that the vendor's client does not make; it is refused with a code, or not for "".
func logCall(t *testing.T, s *Server, k credentials, method, path, body string) (code, message string) {
	t.Helper()
	status, text := logAnswer(t, logRequest(t, s, k, method, "p-one.cn-hangzhou.log.aliyuncs.com", path, body))
	if status == http.StatusOK {
		return "", text
	}
	answer := map[string]string{}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(text)
	}
	return fmt.Sprintf("%d %s", status, answer["errorCode"]), answer["errorMessage"]
}

// TestLogRules: what breaks a documented rule is refused, and nothing is made of it.
func TestLogRules(t *testing.T) {
	cloud, server := startCloud(t, logScenario())
	long := strings.Repeat("a", 64)
	sink := `{"name":"central","project":"p","logstore":"l","roleArn":"` + logWriter + `","type":"AliyunLOG"}`
	job := func(more, configuration, sinks string) string {
		return `{"name":"new","type":"ETL","schedule":{"type":"Resident"},"configuration":{"logstore":"audit","roleArn":"` + memberReader + `","script":"","version":2` + configuration + `,"sinks":[` + sinks + `]}` + more + `}`
	}
	alert := func(configuration string) string {
		return `{"name":"new","type":"Alert","schedule":{"type":"FixedRate","interval":"1m"},"configuration":{"version":"2.0","type":"default"` + configuration + `}}`
	}
	before := cloud.Snapshot()
	for _, c := range []struct{ method, path, body, code, message string }{
		{"POST", "/logstores", `{"logstoreName":"a","ttl":1}`, "400 LogStoreInfoInvalid", "logstore name a is invalid"},
		{"POST", "/logstores", `{"ttl":1}`, "400 LogStoreInfoInvalid", "logstore name  is invalid"},
		{"POST", "/logstores", `{"logstoreName":"new"}`, "400 LogStoreInfoInvalid", "ttl is missing"},
		{"POST", "/logstores", `{"logstoreName":"` + long + `","ttl":1}`, "400 LogStoreInfoInvalid", "is invalid"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":3651}`, "400 LogStoreInfoInvalid", "[1, 3650]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":0}`, "400 LogStoreInfoInvalid", "[1, 3650]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":1,"shardCount":101}`, "400 LogStoreInfoInvalid", "[1, 100]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":1,"autoSplit":true}`, "400 LogStoreInfoInvalid", "maxSplitShard must be within range [1, 256]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":1,"maxSplitShard":257}`, "400 LogStoreInfoInvalid", "maxSplitShard must be within range [1, 256]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":30,"hot_ttl":6}`, "400 LogStoreInfoInvalid", "[7, 30]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":1,"hot_ttl":7}`, "400 LogStoreInfoInvalid", "[7, 1]"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":90,"infrequentAccessTTL":30}`, "400 LogStoreInfoInvalid", "needs hot_ttl"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":90,"hot_ttl":30,"infrequentAccessTTL":29}`, "400 LogStoreInfoInvalid", "30 or more"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":90,"hot_ttl":30,"infrequentAccessTTL":61}`, "400 LogStoreInfoInvalid", "exceed ttl"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":1,"mode":"fast"}`, "400 LogStoreInfoInvalid", "fast"},
		{"POST", "/logstores", `{"logstoreName":"new","ttl":1,"encrypt_conf":{"enable":true}}`, "400 LogStoreInfoInvalid", "[encrypt_type] key is missing or not supported"},
		{"POST", "/logstores", `{"logstoreName":"audit","ttl":1}`, "400 LogStoreAlreadyExist", "logstore audit already exists"},
		{"PUT", "/logstores/audit", `{"ttl":0}`, "400 LogStoreInfoInvalid", "[1, 3650]"},
		{"PUT", "/logstores/audit", `{"mode":"query"}`, "400 LogStoreInfoInvalid", "mode"},
		{"PUT", "/logstores/audit", `{"hot_ttl":0}`, "400 LogStoreInfoInvalid", "hot_ttl"},
		{"PUT", "/logstores/audit", `{"logstoreName":"other"}`, "400 LogStoreInfoInvalid", "other"},
		{"PUT", "/logstores/none", `{"ttl":1}`, "404 LogStoreNotExist", "logstore none does not exist"},
		{"PUT", "/logstores/audit/meteringmode", `{"meteringMode":"Free"}`, "400 ParameterInvalid", "Free"},
		{"POST", "/logstores/audit/index", `{"line":{"token":[]}}`, "400 IndexAlreadyExist", "already exist"},
		{"PUT", "/logstores/audit/index", `{}`, "400 IndexInfoInvalid", "line or keys"},
		{"PUT", "/logstores/audit/index", `{"keys":{"a":{"type":"date"}}}`, "400 IndexInfoInvalid", "date"},
		{"PUT", "/logstores/audit/index", `{"keys":{"a":{"type":"text","json_keys":{"b":{"type":"text"}}}}}`, "400 IndexInfoInvalid", "json_keys"},
		{"PUT", "/logstores/audit/index", `{"line":{"token":[]},"max_text_len":63}`, "400 IndexInfoInvalid", "[64, 16384]"},
		{"POST", "/logstores/audit/shards/9?action=split", "", "400 ParameterInvalid", "invalid shard id"},
		{"POST", "/logstores/audit/shards/0?action=split&key=f0000000000000000000000000000000", "", "400 ParameterInvalid", "invalid mid hash"},
		{"POST", "/logstores/audit/shards/1?action=merge", "", "400 ParameterInvalid", "last shard"},
		{"GET", "/logstores/audit/shards/9?type=cursor&from=begin", "", "404 ShardNotExist", "9"},
		{"GET", "/logstores/audit/shards/0?type=cursor&from=noon", "", "400 ParameterInvalid", "noon"},
		{"GET", "/logstores/audit/shards/0?type=logs&cursor=x&count=1", "", "400 InvalidCursor", "x"},
		{"GET", "/logstores/audit/shards/0?type=logs&cursor=MQ==&count=1001", "", "400 ParameterInvalid", "1000"},
		{"POST", "/logstores/audit", `{}`, "415 InvalidContentType", "application/json"},
		{"POST", "/jobs", job("", "", ""), "400 ParameterInvalid", "0 sinks"},
		{"POST", "/jobs", job("", "", strings.Repeat(sink+",", 50)+sink), "400 ParameterInvalid", "51 sinks"},
		{"POST", "/jobs", job("", "", sink+","+sink), "400 ParameterInvalid", "taken"},
		{"POST", "/jobs", job("", `,"lang":"SPL"`, sink), "400 ParameterInvalid", "__UNNAMED__"},
		{"POST", "/jobs", job("", "", strings.Replace(sink, "}", `,"datasets":["__UNNAMED__"]}`, 1)), "400 ParameterInvalid", "SPL"},
		{"POST", "/jobs", job("", `,"lang":"SQL"`, sink), "400 ParameterInvalid", "SQL"},
		{"POST", "/jobs", job("", `,"fromTime":9,"toTime":8`, sink), "400 ParameterInvalid", "toTime"},
		{"POST", "/jobs", strings.Replace(job("", "", sink), memberReader, "reader", 1), "400 ParameterInvalid", "no ARN"},
		{"POST", "/jobs", strings.Replace(job("", "", sink), `"new"`, `"New"`, 1), "400 ParameterInvalid", "job name"},
		{"POST", "/jobs", strings.Replace(job("", "", sink), "Resident", "Daily", 1), "400 ParameterInvalid", "Resident"},
		{"POST", "/jobs", strings.Replace(job("", "", sink), `"new"`, `"ship"`, 1), "400 JobAlreadyExist", "Job ship already exists"},
		{"POST", "/jobs", alert(""), "400 ParameterInvalid", "queryList"},
		{"POST", "/jobs", alert(`,"queryList":[{"query":"*"}],"severityConfigurations":[{"severity":7,"evalCondition":{}}]`), "400 ParameterInvalid", "severity 7"},
		{"PUT", "/jobs/ship", job("", "", sink), "400 ParameterInvalid", "the path of ship"},
		{"PUT", "/jobs/ship?action=STOP", "", "400 ParameterInvalid", "already stopped"},
		{"PUT", "/jobs/ship?action=enable", "", "400 ParameterInvalid", "ETL"},
		{"PUT", "/jobs/none?action=START", "", "404 JobNotExist", "none"},
		{"GET", "/jobs/none", "", "404 JobNotExist", "none"},
		{"DELETE", "/jobs/none", "", "404 JobNotExist", "none"},
		{"POST", "/dashboards", `{"dashboardName":"overview","charts":[]}`, "400 ParameterInvalid", "specified dashboard already exists"},
		{"POST", "/dashboards", `{"dashboardName":"new","charts":[{"title":"a"}]}`, "400 ParameterInvalid", "charts[0] has no type"},
		{"POST", "/dashboards", `{"dashboardName":"new","charts":[` + strings.Repeat(`{"title":"a","type":"b","search":{},"display":{}},`, 200) + `{"title":"a","type":"b","search":{},"display":{}}]}`, "400 ExceedQuota", "too many charts"},
		{"PUT", "/dashboards/overview", `{"dashboardName":"other"}`, "400 ParameterInvalid", "other"},
		{"GET", "/dashboards/none", "", "404 DashboardNotExist", ""},
		{"POST", "/savedsearches", `{"savedsearchName":"mine","searchQuery":"*","logstore":"audit"}`, "400 ParameterInvalid", "already exists"},
		{"PUT", "/savedsearches/mine", `{"savedsearchName":"other","searchQuery":"*","logstore":"audit"}`, "400 ParameterInvalid", "other"},
		{"GET", "/savedsearches/none", "", "404 SavedSearchNotExist", ""},
		{"POST", "/tag", `{"resourceType":"PROJECT","resourceId":["p-two"],"tags":[{"key":"a"}]}`, "400 ParameterInvalid", "p-two"},
		{"POST", "/tag", `{"resourceType":"project","resourceId":["p-one"],"tags":[` + strings.Repeat(`{"key":"a"},`, 20) + `{"key":"a"}]}`, "400 ParameterInvalid", "21 tags"},
		{"GET", "/tags?resourceType=project&tags=a", "", "400 ParameterInvalid", "JSON"},
	} {
		code, message := logCall(t, server, keyOf("FAKELOCAL"), c.method, c.path, c.body)
		if code != c.code || !strings.Contains(message, c.message) {
			t.Errorf("%s %s %.100s: %s %s, want %s %s", c.method, c.path, c.body, code, message, c.code, c.message)
		}
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("refused calls changed %v", diff)
	}
	for _, body := range []string{`{"projectName":"ab"}`, `{"projectName":"a_b"}`, `{"projectName":"-ab"}`, `{"projectName":"Abc"}`, `{"projectName":"` + long + `"}`} {
		if status, text := logAnswer(t, logRequest(t, server, keyOf("FAKELOCAL"), "POST", "cn-hangzhou.log.aliyuncs.com", "/", body)); status != 400 || !strings.Contains(text, logInvalid) {
			t.Error(body, status, text)
		}
	}
}

// TestLogUpdatesKeep: what an update does not send stays, and encryption can only be switched.
func TestLogUpdatesKeep(t *testing.T) {
	cloud, server := startCloud(t, logScenario())
	call := func(method, path, body string) (string, string) {
		return logCall(t, server, keyOf("FAKELOCAL"), method, path, body)
	}
	for _, step := range []struct{ path, body, code string }{
		{"/logstores/audit", `{"logstoreName":"audit","ttl":90,"hot_ttl":30,"shardCount":9,"encrypt_conf":{"enable":true,"encrypt_type":"m4"}}`, ""},
		{"/logstores/audit", `{"ttl":60,"enable_tracking":true,"encrypt_conf":{"enable":false,"encrypt_type":"m4"},"createTime":1}`, ""},
		{"/logstores/audit", `{"encrypt_conf":{"enable":false,"encrypt_type":"default"}}`, "400 LogStoreInfoInvalid"},
		{"/logstores/audit", `{"ttl":20}`, "400 LogStoreInfoInvalid"},
	} {
		if code, message := call("PUT", step.path, step.body); code != step.code {
			t.Errorf("%s: %s %s", step.body, code, message)
		}
	}
	s, _ := cloud.LogStore("p-one", "audit")
	if s.TTL != 60 || s.HotTTL != 30 || s.ShardCount != 2 || !s.EnableTracking || s.EncryptConf.Enable || s.MeteringMode != chargeByFunction || s.Index == nil || len(s.Rows) != 2 {
		t.Errorf("%+v", s)
	}
}

// TestLogJobStates follows a data transformation through its states.
func TestLogJobStates(t *testing.T) {
	s := logScenario()
	s.Behaviour.LogJobDuration, s.Behaviour.LogJobDeleteLag = "10s", "1m"
	cloud, server := startCloud(t, s)
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	status := func(want string) {
		t.Helper()
		job := must[*sls.ETL](t)(c.GetETL("p-one", "new"))
		held, there := cloud.LogJob("p-one", "new")
		if job.Status != want || there && held.Status != want {
			t.Errorf("%s, %s, want %s", job.Status, held.Status, want)
		}
	}
	job := shipping("new")
	mustDo(t, c.CreateETL("p-one", job))
	status("STARTING")
	wantLogCode(t, c.StartETL("p-one", "new"), 400, logInvalid)
	cloud.AdvanceLogs(10 * time.Second)
	status("RUNNING")
	wantLogCode(t, c.UpdateETL("p-one", job), 400, logInvalid)
	mustDo(t, c.StopETL("p-one", "new"))
	status("STOPPING")
	wantLogCode(t, c.UpdateETL("p-one", job), 400, logInvalid)
	cloud.AdvanceLogs(10 * time.Second)
	status("STOPPED")
	mustDo(t, c.UpdateETL("p-one", job))
	status("STOPPED")
	job.Configuration.Script = "* | extend a='1'"
	mustDo(t, c.RestartETL("p-one", job))
	status("STARTING")
	cloud.AdvanceLogs(10 * time.Second)
	status("RUNNING")
	if held, _ := cloud.LogJob("p-one", "new"); held.ETL().Script != job.Configuration.Script || held.ETL().Sinks[0].RoleARN != logWriter || held.ETL().FromTime != 1700000000 {
		t.Errorf("%+v", held.ETL())
	}
	mustDo(t, c.DeleteETL("p-one", "new"))
	if _, there := cloud.LogJob("p-one", "new"); there {
		t.Error("a deleted job is there")
	}
	status("RUNNING")
	wantLogCode(t, c.CreateETL("p-one", job), 400, "JobAlreadyExist")
	wantLogCode(t, c.DeleteETL("p-one", "new"), 404, "JobNotExist")
	cloud.AdvanceLogs(time.Minute)
	_, err := c.GetETL("p-one", "new")
	wantLogCode(t, err, 404, "JobNotExist")
	mustDo(t, c.CreateETL("p-one", job))
	mustDo(t, c.CreateAlert("p-one", &sls.Alert{Name: "off", State: "Disabled", Schedule: alertOf("off").Schedule, Configuration: alertOf("off").Configuration}))
	if text := must[string](t)(c.GetAlertString("p-one", "off")); !strings.Contains(text, `"state":"Disabled","status":"DISABLED"`) {
		t.Error(text)
	}
	if message := wantLogCode(t, c.DisableAlert("p-one", "off"), 400, logInvalid); message != "The job to disable has already disabled" {
		t.Error(message)
	}
}

// TestLogTTL: rows go when their Logstore has kept them for its ttl.
func TestLogTTL(t *testing.T) {
	at := &clock{now: time.Now()}
	cloud, server := startCloud(t, logScenario(), withClock(at))
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	rows := func(want string) {
		t.Helper()
		verbs := []string{}
		for _, row := range cloud.LogRows("p-one", "audit") {
			verbs = append(verbs, row.Fields["verb"])
		}
		if got := strings.Join(verbs, " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// The row is old, and was received now.
	mustDo(t, c.PutLogs("p-one", "audit", logGroupOf(uint32(at.Now().Add(-1000*time.Hour).Unix()), "verb", "old")))
	rows("get list old")
	mustDo(t, c.UpdateLogStore("p-one", "audit", 1, 2))
	rows("list old")
	cloud.AdvanceLogs(23*time.Hour + time.Minute)
	rows("old")
	mustDo(t, cloud.AppendLogRows("p-one", "audit", LogRow{Fields: map[string]string{"verb": "new"}}))
	cloud.AdvanceLogs(time.Hour)
	rows("new")
	at.Advance(24 * time.Hour)
	rows("")
	mustDo(t, cloud.UpdateLogStore("p-one", "audit", func(s *LogStore) { s.TTL = logForever }))
	mustDo(t, cloud.AppendLogRows("p-one", "audit", LogRow{Age: "5m", Fields: map[string]string{"verb": "kept"}}))
	cloud.AdvanceLogs(20000 * time.Hour)
	rows("kept")
}

// TestLogPermissions: every call needs its own right, on its own resource.
func TestLogPermissions(t *testing.T) {
	const project = "acs:log:cn-hangzhou:" + testMember + ":project/"
	store, job := project+"p-one/logstore/audit", project+"p-one/job/ship"
	for _, c := range []struct{ action, resource, method, path, body string }{
		{"log:GetProject", project + "p-one", "GET", "/", ""},
		{"log:CreateProject", project + "p-one", "POST", "/", `{"projectName":"p-one"}`},
		{"log:UpdateProject", project + "p-one", "PUT", "/", `{}`},
		{"log:DeleteProject", project + "p-one", "DELETE", "/", ""},
		{"log:TagResources", project + "p-one", "POST", "/tag", `{"resourceType":"project","resourceId":["p-one"],"tags":[]}`},
		{"log:UntagResources", project + "p-one", "POST", "/untag", `{"resourceType":"project","resourceId":["p-one"]}`},
		{"log:ListTagResources", project + "p-one", "GET", "/tags?resourceType=project", ""},
		{"log:CreateLogStore", project + "p-one/logstore/new", "POST", "/logstores", `{"logstoreName":"new","ttl":1}`},
		{"log:ListLogStores", project + "p-one/logstore/*", "GET", "/logstores", ""},
		{"log:GetLogStore", store, "GET", "/logstores/audit", ""},
		{"log:UpdateLogStore", store, "PUT", "/logstores/audit", `{}`},
		{"log:DeleteLogStore", store, "DELETE", "/logstores/audit", ""},
		{"log:GetLogStoreMeteringMode", store, "GET", "/logstores/audit/meteringmode", ""},
		{"log:UpdateLogStoreMeteringMode", store, "PUT", "/logstores/audit/meteringmode", `{"meteringMode":"ChargeByFunction"}`},
		{"log:ListShards", store, "GET", "/logstores/audit/shards", ""},
		{"log:SplitShard", store, "POST", "/logstores/audit/shards/0?action=split", ""},
		{"log:MergeShards", store, "POST", "/logstores/audit/shards/0?action=merge", ""},
		{"log:CreateIndex", store, "POST", "/logstores/audit/index", `{}`},
		{"log:GetIndex", store, "GET", "/logstores/audit/index", ""},
		{"log:UpdateIndex", store, "PUT", "/logstores/audit/index", `{}`},
		{"log:DeleteIndex", store, "DELETE", "/logstores/audit/index", ""},
		{"log:PostLogStoreLogs", store, "POST", "/logstores/audit", "{}"},
		{"log:PostLogStoreLogs", store, "POST", "/logstores/audit/shards/lb", "{}"},
		{"log:PostLogStoreLogs", store, "POST", "/logstores/audit/shards/route?key=0", "{}"},
		{"log:GetCursorOrData", store, "GET", "/logstores/audit/shards/0?type=cursor&from=end", ""},
		{"log:GetCursorOrData", store, "GET", "/logstores/audit/shards/0?type=cursor_time&cursor=MQ==", ""},
		{"log:GetCursorOrData", store, "GET", "/logstores/audit/shards/0?type=logs&cursor=MQ==&count=1", ""},
		{"log:CreateJob", job, "POST", "/jobs", `{"name":"ship"}`},
		{"log:ListJobs", project + "p-one/job/*", "GET", "/jobs", ""},
		{"log:GetJob", job, "GET", "/jobs/ship", ""},
		{"log:UpdateJob", job, "PUT", "/jobs/ship", "{}"},
		{"log:UpdateJob", job, "PUT", "/jobs/ship?action=START", ""},
		{"log:UpdateJob", job, "PUT", "/jobs/ship?action=STOP", ""},
		{"log:UpdateJob", job, "PUT", "/jobs/ship?action=RESTART", "{}"},
		{"log:UpdateJob", job, "PUT", "/jobs/ship?action=enable", ""},
		{"log:UpdateJob", job, "PUT", "/jobs/ship?action=disable", ""},
		{"log:DeleteJob", job, "DELETE", "/jobs/ship", ""},
		{"log:CreateDashboard", project + "p-one/dashboard/new", "POST", "/dashboards", `{"dashboardName":"new"}`},
		{"log:ListDashboard", project + "p-one/dashboard/*", "GET", "/dashboards", ""},
		{"log:GetDashboard", project + "p-one/dashboard/overview", "GET", "/dashboards/overview", ""},
		{"log:UpdateDashboard", project + "p-one/dashboard/overview", "PUT", "/dashboards/overview", `{"dashboardName":"overview"}`},
		{"log:DeleteDashboard", project + "p-one/dashboard/overview", "DELETE", "/dashboards/overview", ""},
		{"log:CreateSavedSearch", project + "p-one/savedsearch/new", "POST", "/savedsearches", `{"savedsearchName":"new","searchQuery":"*","logstore":"audit"}`},
		{"log:ListSavedSearch", project + "p-one/savedsearch/*", "GET", "/savedsearches", ""},
		{"log:GetSavedSearch", project + "p-one/savedsearch/mine", "GET", "/savedsearches/mine", ""},
		{"log:UpdateSavedSearch", project + "p-one/savedsearch/mine", "PUT", "/savedsearches/mine", `{"savedsearchName":"mine","searchQuery":"*","logstore":"audit"}`},
		{"log:DeleteSavedSearch", project + "p-one/savedsearch/mine", "DELETE", "/savedsearches/mine", ""},
	} {
		s := logScenario()
		s.Accounts[1].Users[1].AttachedPolicies = nil
		s.Accounts[1].Users[1].Policies = []rampolicy.Document{{Statement: []rampolicy.Statement{
			{Effect: "Allow", Action: []string{"*"}, Resource: []string{"*"}}, {Effect: "Deny", Action: []string{c.action}, Resource: []string{c.resource}},
		}}}
		cloud, server := startCloud(t, s)
		before := cloud.Snapshot()
		code, message := logCall(t, server, keyOf("FAKELOOKER"), c.method, c.path, c.body)
		if want := "denied by sts or ram, action: " + c.action + ", resource: " + c.resource; code != "401 Unauthorized" || message != want {
			t.Errorf("%s %s: %s %q, want %q", c.method, c.path, code, message, want)
		}
		if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
			t.Errorf("%s changed %v", c.action, diff)
		}
	}
	_, server := startCloud(t, logScenario())
	_, text := logAnswer(t, logRequest(t, server, keyOf("FAKELOOKER"), "GET", "cn-hangzhou.log.aliyuncs.com", "/", ""))
	if !strings.Contains(text, "action: log:ListProject, resource: "+project+"*") {
		t.Error(text)
	}
	if code, message := logCall(t, server, keyOf("FAKEADMIN"), "GET", "/", ""); code != "401 Unauthorized" || message != "The project does not belong to you." {
		t.Error(code, message)
	}
}

// TestLogQuotas fills a project and an account.
func TestLogQuotas(t *testing.T) {
	s := logScenario()
	p := &s.Accounts[1].LogService.Projects[0]
	for i := range 99 {
		p.Jobs = append(p.Jobs, etlJob(fmt.Sprintf("job-%d", i), "STOPPED"))
		p.Dashboards = append(p.Dashboards, LogDashboard{DashboardName: fmt.Sprintf("board-%d", i)})
		p.SavedSearches = append(p.SavedSearches, LogSavedSearch{SavedSearchName: fmt.Sprintf("search-%d", i), SearchQuery: "*", LogStore: "audit"})
	}
	for i := range 149 {
		s.Accounts[1].LogService.Projects = append(s.Accounts[1].LogService.Projects, LogProject{ProjectName: fmt.Sprintf("more-%d", i), Region: "cn-hangzhou"})
	}
	cloud, server := startCloud(t, s)
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	wantLogCode(t, c.CreateETL("p-one", shipping("new")), 400, "ExceedQuota")
	mustDo(t, c.CreateAlert("p-one", alertOf("new")))
	wantLogCode(t, c.CreateDashboard("p-one", sls.Dashboard{DashboardName: "new"}), 400, "ExceedQuota")
	if message := wantLogCode(t, c.CreateSavedSearch("p-one", &sls.SavedSearch{SavedSearchName: "new", Logstore: "audit"}), 400, "ExceedQuota"); message != "savedsearch quota exceed" {
		t.Error(message)
	}
	_, err := c.CreateProject("p-two", "")
	wantLogCode(t, err, 400, "ExceedQuota")
	mustDo(t, cloud.DeleteLogProject("more-7"))
	must[*sls.LogProject](t)(c.CreateProject("p-two", ""))
	_, err = c.CreateProject("p-two", "")
	wantLogCode(t, err, 400, "ProjectAlreadyExist")
	for i := range 3 {
		mustDo(t, cloud.AddLogStore("p-two", LogStore{LogStoreName: fmt.Sprintf("big-%d", i), TTL: 1, ShardCount: 100}))
	}
	wantLogCode(t, c.CreateLogStore("p-two", "last", 1, 101, false, 0), 400, "LogStoreInfoInvalid")
	mustDo(t, c.CreateLogStore("p-two", "last", 1, 99, false, 0))
	wantLogCode(t, c.CreateLogStore("p-two", "beyond", 1, 2, false, 0), 400, "ProjectQuotaExceed")
	mustDo(t, c.CreateLogStore("p-two", "fits", 1, 1, false, 0))
	for i := range 199 {
		mustDo(t, cloud.AddLogStore("p-one", LogStore{LogStoreName: fmt.Sprintf("store-%d", i), TTL: 1, ShardCount: 1}))
	}
	wantLogCode(t, c.CreateLogStore("p-one", "beyond", 1, 1, false, 0), 400, "ProjectQuotaExceed")
	first := must[[]string](t)(c.ListLogStoreV2("p-one", 0, 150, ""))
	rest := must[[]string](t)(c.ListLogStoreV2("p-one", 150, 150, ""))
	if all := slices.Concat(first, rest); len(first) != 150 || len(all) != 200 || !slices.IsSorted(all) {
		t.Error(len(first), len(rest))
	}
}

// TestLogBehind changes Log Service behind the back of every client.
func TestLogBehind(t *testing.T) {
	cloud, server := startCloud(t, logScenario())
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	before := cloud.Snapshot()
	mustDo(t, cloud.UpdateLogProject("p-one", func(p *LogProject) { p.Description = "changed" }))
	mustDo(t, cloud.UpdateLogStore("p-one", "audit", func(s *LogStore) { s.TTL, s.Index = 7, nil }))
	mustDo(t, cloud.UpdateLogJob("p-one", "ship", func(j *LogJob) { j.Status, j.Configuration["script"] = "RUNNING", "*" }))
	mustDo(t, cloud.UpdateLogDashboard("p-one", "overview", func(d *LogDashboard) { d.Description = "changed" }))
	if p := must[*sls.LogProject](t)(c.GetProject("p-one")); p.Description != "changed" {
		t.Errorf("%+v", p)
	}
	_, err := c.GetIndex("p-one", "audit")
	wantLogCode(t, err, 404, "IndexConfigNotExist")
	if j := must[*sls.ETL](t)(c.GetETL("p-one", "ship")); j.Status != "RUNNING" || j.Configuration.Script != "*" {
		t.Errorf("%+v", j)
	}
	if d := must[*sls.Dashboard](t)(c.GetDashboard("p-one", "overview")); d.Description != "changed" {
		t.Errorf("%+v", d)
	}
	if diff := before.Diff(cloud.Snapshot()); len(diff) < 5 {
		t.Error(diff)
	}
	for what, err := range map[string]error{
		"name":         cloud.UpdateLogProject("p-one", func(p *LogProject) { p.ProjectName = "p-two" }),
		"stores":       cloud.UpdateLogProject("p-one", func(p *LogProject) { p.LogStores = []LogStore{{}} }),
		"ttl":          cloud.UpdateLogStore("p-one", "audit", func(s *LogStore) { s.TTL = 0 }),
		"rows":         cloud.UpdateLogStore("p-one", "audit", func(s *LogStore) { s.Rows = []LogRow{{}} }),
		"index":        cloud.UpdateLogStore("p-one", "audit", func(s *LogStore) { s.Index = &LogIndex{} }),
		"type":         cloud.UpdateLogJob("p-one", "ship", func(j *LogJob) { j.Type = jobAlert }),
		"state":        cloud.UpdateLogJob("p-one", "ship", func(j *LogJob) { j.Status = jobStarting }),
		"sinks":        cloud.UpdateLogJob("p-one", "ship", func(j *LogJob) { j.Configuration["sinks"] = []any{} }),
		"dashboard":    cloud.UpdateLogDashboard("p-one", "overview", func(d *LogDashboard) { d.DashboardName = "x" }),
		"project":      cloud.AddLogProject(testMember, LogProject{ProjectName: "p-one", Region: "cn-hangzhou"}),
		"account":      cloud.AddLogProject("1", LogProject{ProjectName: "p-two", Region: "cn-hangzhou"}),
		"region":       cloud.AddLogProject(testMember, LogProject{ProjectName: "p-two"}),
		"store":        cloud.AddLogStore("p-one", LogStore{LogStoreName: "audit", TTL: 1}),
		"job":          cloud.AddLogJob("p-one", etlJob("ship", "")),
		"none":         cloud.DeleteLogProject("none"),
		"no store":     cloud.DeleteLogStore("p-one", "none"),
		"no job":       cloud.DeleteLogJob("p-one", "none"),
		"no dashboard": cloud.DeleteLogDashboard("p-one", "none"),
		"age":          cloud.AppendLogRows("p-one", "audit", LogRow{Age: "old"}),
		"update":       cloud.UpdateAccount(testMember, func(a *Account) { a.LogService = &LogService{} }),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	mustDo(t, cloud.AddLogJob("p-one", etlJob("more", "RUNNING")))
	mustDo(t, cloud.DeleteLogJob("p-one", "ship"))
	mustDo(t, cloud.DeleteLogDashboard("p-one", "overview"))
	mustDo(t, cloud.DeleteLogStore("p-one", "audit"))
	_, err = c.GetETL("p-one", "ship")
	wantLogCode(t, err, 404, "JobNotExist")
	_, err = c.GetLogStore("p-one", "audit")
	wantLogCode(t, err, 404, "LogStoreNotExist")
	if p, _ := cloud.LogProject("p-one"); p.AccountID != testMember || len(p.Jobs) != 1 || len(p.LogStores) != 1 || p.LogStores[0].LogStoreName != etlLogStore || len(p.Dashboards) != 0 || len(p.SavedSearches) != 1 {
		t.Errorf("%+v", p)
	}
	mustDo(t, cloud.AddLogProject(testManagement, LogProject{ProjectName: "archive", Region: "cn-hangzhou", LogStores: []LogStore{{LogStoreName: "all", TTL: 180, Rows: []LogRow{{Age: "1h", Fields: map[string]string{"a": "b"}}}}}}))
	if rows := cloud.LogRows("archive", "all"); len(rows) != 1 || rows[0].Fields["a"] != "b" {
		t.Error(rows)
	}
}

// TestLogScenario: what contradicts itself in a scenario is named with its place.
func TestLogScenario(t *testing.T) {
	for want, change := range map[string]func(*LogProject){
		"projects[0].projectName: project name":                                func(p *LogProject) { p.ProjectName = "P" },
		"projects[0].region: region is":                                        func(p *LogProject) { p.Region = "Hangzhou" },
		"projects[0].logstores[0]: ttl must be":                                func(p *LogProject) { p.LogStores[0].TTL = 0 },
		"projects[0].logstores[1]: the Logstore \"audit\" is listed twice":     func(p *LogProject) { p.LogStores = append(p.LogStores, p.LogStores[0]) },
		"projects[0].logstores[0].index: index config":                         func(p *LogProject) { p.LogStores[0].Index.Line = nil },
		"projects[0].logstores[0].rows[0].age: \"old\"":                        func(p *LogProject) { p.LogStores[0].Rows[0].Age = "old" },
		"projects[0].jobs[0]: status":                                          func(p *LogProject) { p.Jobs[0].Status = jobEnabled },
		"projects[0].jobs[0]: configuration: unknown field":                    func(p *LogProject) { p.Jobs[0].Configuration["colour"] = "red" },
		"projects[0].jobs[0]: a job with an AccessKey instead of roles is not": func(p *LogProject) { p.Jobs[0].Configuration["accessKeyId"] = "key" },
		"projects[0].dashboards[0]: charts[0] has no title":                    func(p *LogProject) { p.Dashboards[0].Charts = []map[string]any{{}} },
		"projects[0].savedsearches[0]: logstore is empty":                      func(p *LogProject) { p.SavedSearches[0].LogStore = "" },
	} {
		s := logScenario()
		change(&s.Accounts[1].LogService.Projects[0])
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	s := logScenario()
	s.Accounts[0].LogService = s.Accounts[1].LogService
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "projectName \"p-one\" is used twice") {
		t.Error(err)
	}
}

// TestLogShardKeys: rows with a hash key go to the shard that holds it, and others to each in turn.
func TestLogShardKeys(t *testing.T) {
	cloud, server := startCloud(t, logScenario())
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	mustDo(t, cloud.AddLogStore("p-one", LogStore{LogStoreName: "new", TTL: 1, ShardCount: 3}))
	count := func(shard int) int {
		gl, _, err := c.PullLogs("p-one", "new", shard, must[string](t)(c.GetCursor("p-one", "new", shard, "begin")), "", 100)
		mustDo(t, err)
		return len(gl.LogGroups)
	}
	for _, key := range []string{"00000000000000000000000000000000", "55555555555555555555555555555554", "55555555555555555555555555555555", "ffffffffffffffffffffffffffffffff"} {
		mustDo(t, c.PostLogStoreLogs("p-one", "new", logGroupOf(1700000000, "key", key), &key))
	}
	if got := []int{count(0), count(1), count(2)}; !slices.Equal(got, []int{2, 1, 1}) {
		t.Error(got)
	}
	for range 6 {
		mustDo(t, c.PutLogs("p-one", "new", logGroupOf(1700000000, "a", "b")))
	}
	if got := []int{count(0), count(1), count(2)}; !slices.Equal(got, []int{4, 3, 3}) {
		t.Error(got)
	}
	if made := must[[]*sls.Shard](t)(c.SplitNumShard("p-one", "new", 1, 4)); len(made) != 5 || made[4].ExclusiveBeginKey != "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
		t.Errorf("%+v", made)
	}
	if got := count(1); got != 3 {
		t.Errorf("a read-only shard shows %d groups", got)
	}
	bad := "xyz"
	wantLogCode(t, c.PostLogStoreLogs("p-one", "new", logGroupOf(1, "a", "b"), &bad), 400, logInvalid)
}

func FuzzDecodeLogRows(f *testing.F) {
	rows := logRows{topic: "t", source: "s", tags: []logPair{{"k", "v"}}, entries: []logEntry{{time: 1, ns: new(uint32(2)), contents: []logPair{{"a", "b"}}}}}
	list := rows.appendTo(nil)
	f.Add(list[2:])
	f.Add([]byte{0x0a, 0x00})
	f.Fuzz(func(t *testing.T, message []byte) {
		got, err := decodeLogRows(message)
		if err != nil {
			return
		}
		again := logRows{}
		err = eachField(got.appendTo(nil), func(_ protowire.Number, _ protowire.Type, data []byte, _ uint64) (err error) {
			again, err = decodeLogRows(data)
			return err
		})
		if err != nil || fmt.Sprintf("%q", again.topic+again.source) != fmt.Sprintf("%q", got.topic+got.source) || len(again.entries) != len(got.entries) || len(again.tags) != len(got.tags) {
			t.Errorf("%+v becomes %+v: %v", got, again, err)
		}
	})
}
