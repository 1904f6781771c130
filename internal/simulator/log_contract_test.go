package simulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"
	"google.golang.org/protobuf/proto"
)

const logEndpoint = "http://cn-hangzhou.log.aliyuncs.com"

// logClient is the vendor's client. Its endpoint is the cloud's own, only the connection goes to the server.
func logClient(t *testing.T, s *Server, k credentials, change ...func(*sls.Client)) *sls.Client {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Addr())
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client := &sls.Client{
		Endpoint: logEndpoint, AccessKeyID: k.id, AccessKeySecret: k.secret, SecurityToken: k.token, RetryTimeOut: time.Second,
		HTTPClient: &http.Client{Transport: transport},
	}
	for _, c := range change {
		c(client)
	}
	return client
}

func v4(c *sls.Client) { c.AuthVersion, c.Region = sls.AuthV4, "cn-hangzhou" }

// wantLogCode checks the code and the status of an error of the vendor's client, and returns its message.
func wantLogCode(t *testing.T, err error, status int, code string) string {
	t.Helper()
	var sdk *sls.Error
	if !errors.As(err, &sdk) {
		t.Fatalf("%T %v, want %d %s", err, err, status, code)
	}
	// Some methods wrap the error, which loses its status.
	if sdk.HTTPCode == -1 && strings.Contains(sdk.Message, `"errorCode": "`+code+`"`) {
		return sdk.Message
	}
	if int(sdk.HTTPCode) != status || sdk.Code != code {
		t.Fatalf("got %d %s (%s), want %d %s", sdk.HTTPCode, sdk.Code, sdk.Message, status, code)
	}
	if len(sdk.RequestID) != 36 {
		t.Errorf("%s has the request id %q", code, sdk.RequestID)
	}
	return sdk.Message
}

func must[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	memberReader = "acs:ram::" + testMember + ":role/reader"
	logWriter    = "acs:ram::" + testManagement + ":role/writer"
)

// shipping is a data transformation as the vendor's client sends it.
func shipping(name string) sls.ETL {
	return sls.ETL{
		Name: name, DisplayName: "ship", Description: "text", Type: "ETL", Schedule: sls.ETLSchedule{Type: "Resident"},
		Configuration: sls.ETLConfiguration{
			Logstore: "audit", RoleArn: memberReader, Script: "*", Version: 2, Lang: "SPL", FromTime: 1700000000,
			ETLSinks: []sls.ETLSink{{
				Name: "central", Project: "archive", Logstore: "all", Endpoint: "https://cn-hangzhou.log.aliyuncs.com", RoleArn: logWriter, Type: "AliyunLOG", DataSets: []string{"__UNNAMED__"},
			}},
		},
	}
}

func alertOf(name string) *sls.Alert {
	return &sls.Alert{
		Name: name, DisplayName: "alert", State: "Enabled", Schedule: &sls.Schedule{Type: sls.ScheduleTypeFixedRate, Interval: "5m"},
		Configuration: &sls.AlertConfiguration{
			Version: "2.0", Type: "default", Dashboard: "internal-alert-analysis", Threshold: 1,
			QueryList:              []*sls.AlertQuery{{Query: "*", Start: "-120s", End: "now", TimeSpanType: "Relative", StoreType: "log", Project: "p", Store: "s", Region: "cn-hangzhou", PowerSqlMode: sls.PowerSqlModeAuto}},
			SeverityConfigurations: []*sls.SeverityConfiguration{{Severity: sls.High, EvalCondition: sls.ConditionConfiguration{Condition: "a > 1"}}},
			GroupConfiguration:     sls.GroupConfiguration{Type: sls.GroupTypeNoGroup},
			PolicyConfiguration:    sls.PolicyConfiguration{AlertPolicyId: "sls.builtin.dynamic", ActionPolicyId: "ops", RepeatInterval: "1m"},
			Annotations:            []*sls.Tag{{Key: "title", Value: "t"}},
		},
	}
}

func logGroupOf(at uint32, fields ...string) *sls.LogGroup {
	entry := &sls.Log{Time: proto.Uint32(at)}
	for i := 0; i < len(fields); i += 2 {
		entry.Contents = append(entry.Contents, &sls.LogContent{Key: &fields[i], Value: &fields[i+1]})
	}
	return &sls.LogGroup{
		Topic: proto.String("topic"), Source: proto.String("10.0.0.1"), Logs: []*sls.Log{entry}, LogTags: []*sls.LogTag{{Key: proto.String("host"), Value: proto.String("a")}},
	}
}

// TestEveryLogCallWorks calls all of Log Service with the vendor's client, under both of its signatures.
func TestEveryLogCallWorks(t *testing.T) {
	for name, sign := range map[string]func(*sls.Client){"v1": func(*sls.Client) {}, "v4": v4} {
		t.Run(name, func(t *testing.T) {
			s := etlScenario()
			s.Accounts[1].LogService = nil
			cloud, server := startCloud(t, s)
			c := logClient(t, server, keyOf("FAKELOCAL"), sign)
			tourProject(t, c)
			tourStore(t, c)
			tourData(t, c)
			tourJobs(t, c)
			tourDashboards(t, c)
			mustDo(t, c.DeleteLogStore("p-one", "audit"))
			mustDo(t, c.DeleteProject("p-one"))
			if names := cloud.LogProjects(); !slices.Equal(names, []string{"archive"}) {
				t.Errorf("left over: %v", names)
			}
			for i := range operations {
				if op := &operations[i]; op.product == ProductLog && cloud.Count(Filter{Product: ProductLog, Action: op.action, Status: 200, Region: "cn-hangzhou", AccountID: testMember}) == 0 {
					t.Errorf("%s was not called", op.action)
				}
			}
		})
	}
}

func tourProject(t *testing.T, c *sls.Client) {
	t.Helper()
	must[*sls.LogProject](t)(c.CreateProject("p-one", "first"))
	must[*sls.LogProject](t)(c.UpdateProject("p-one", "second"))
	p := must[*sls.LogProject](t)(c.GetProject("p-one"))
	if p.Description != "second" || p.Region != "cn-hangzhou" || p.Status != "Normal" || p.DataRedundancyType != "LRS" || p.CreateTime == "" || p.InternetEndpoint != "cn-hangzhou.log.aliyuncs.com" {
		t.Errorf("%+v", p)
	}
	list, n, total, err := c.ListProjectV2(0, 0)
	if err != nil || n != 1 || total != 1 || list[0].Name != "p-one" {
		t.Errorf("%v %d %d %v", list, n, total, err)
	}
	mustDo(t, c.TagResources("p-one", sls.NewProjectTags("p-one", []sls.ResourceTag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}})))
	mustDo(t, c.UnTagResources("p-one", sls.NewProjectUnTags("p-one", []string{"b"})))
	tags, _, err := c.ListTagResources("p-one", "project", []string{"p-one"}, nil, "")
	if err != nil || len(tags) != 1 || tags[0].TagKey != "a" || tags[0].TagValue != "1" || tags[0].ResourceID != "p-one" {
		t.Errorf("%v %v", tags, err)
	}
	key := "b"
	if tags, _, err = c.ListTagResources("p-one", "project", []string{"p-one"}, []sls.ResourceFilterTag{{Key: &key}}, ""); err != nil || len(tags) != 0 {
		t.Errorf("%v %v", tags, err)
	}
}

func tourStore(t *testing.T, c *sls.Client) {
	t.Helper()
	store := &sls.LogStore{
		Name: "audit", TTL: 180, ShardCount: 2, AutoSplit: true, MaxSplitShard: 64, HotTTL: 30, EncryptConf: &sls.EncryptConf{Enable: true, EncryptType: "default"},
	}
	mustDo(t, c.CreateLogStoreV2("p-one", store))
	got := must[*sls.LogStore](t)(c.GetLogStore("p-one", "audit"))
	if got.TTL != 180 || got.HotTTL != 30 || got.ShardCount != 2 || got.Mode != "standard" || got.MaxSplitShard != 64 || !got.AutoSplit || got.EncryptConf.EncryptType != "default" || got.CreateTime == 0 {
		t.Errorf("%+v", got)
	}
	got.TTL = 90
	mustDo(t, c.UpdateLogStoreV2("p-one", got))
	mustDo(t, c.UpdateLogStore("p-one", "audit", 60, 2))
	if got = must[*sls.LogStore](t)(c.GetLogStore("p-one", "audit")); got.TTL != 60 || got.HotTTL != 30 || !got.AutoSplit {
		t.Errorf("%+v", got)
	}
	if names := must[[]string](t)(c.ListLogStoreV2("p-one", 0, 10, "")); !slices.Equal(names, []string{"audit"}) {
		t.Error(names)
	}
	if mode := must[*sls.GetMeteringModeResponse](t)(c.GetLogStoreMeteringMode("p-one", "audit")); mode.MeteringMode != sls.CHARGE_BY_DATA_INGEST {
		t.Error(mode)
	}
	mustDo(t, c.UpdateLogStoreMeteringMode("p-one", "audit", sls.CHARGE_BY_FUNCTION))
	if mode := must[*sls.GetMeteringModeResponse](t)(c.GetLogStoreMeteringMode("p-one", "audit")); mode.MeteringMode != sls.CHARGE_BY_FUNCTION {
		t.Error(mode)
	}
	index := sls.Index{
		Line: &sls.IndexLine{Token: []string{" ", "\n"}},
		Keys: map[string]sls.IndexKey{"user": {Type: "json", Token: []string{","}, DocValue: true, JsonKeys: map[string]*sls.JsonKey{"username": {Type: "text", DocValue: true}}}},
	}
	mustDo(t, c.CreateIndex("p-one", "audit", index))
	index.MaxTextLen = 4096
	mustDo(t, c.UpdateIndex("p-one", "audit", index))
	read := must[*sls.Index](t)(c.GetIndex("p-one", "audit"))
	if read.MaxTextLen != 4096 || read.Ttl != 60 || read.Keys["user"].JsonKeys["username"].Type != "text" || len(read.Line.Token) != 2 {
		t.Errorf("%+v", read)
	}
	mustDo(t, c.UpdateIndex("p-one", "audit", *read))
	mustDo(t, c.DeleteIndex("p-one", "audit"))
	_, err := c.GetIndex("p-one", "audit")
	wantLogCode(t, err, http.StatusNotFound, "IndexConfigNotExist")
	mustDo(t, c.CreateIndex("p-one", "audit", sls.Index{Line: index.Line, Keys: map[string]sls.IndexKey{"verb": {Type: "text", Token: []string{","}, DocValue: true}}}))
}

func tourData(t *testing.T, c *sls.Client) {
	t.Helper()
	shards := must[[]*sls.Shard](t)(c.ListShards("p-one", "audit"))
	if len(shards) != 2 || shards[0].ExclusiveBeginKey != "80000000000000000000000000000000" || shards[1].ExclusiveBeginKey != lastLogKey || shards[1].Status != "readwrite" {
		t.Errorf("%+v", shards)
	}
	if made := must[[]*sls.Shard](t)(c.SplitShard("p-one", "audit", 0, "40000000000000000000000000000000")); len(made) != 3 || made[0].Status != "readonly" || made[2].InclusiveBeginKey != "40000000000000000000000000000000" {
		t.Errorf("%+v", made)
	}
	if made := must[[]*sls.Shard](t)(c.MergeShards("p-one", "audit", 2)); len(made) != 3 || made[0].ShardID != 4 || made[0].ExclusiveBeginKey != "80000000000000000000000000000000" {
		t.Errorf("%+v", made)
	}
	hash := "00000000000000000000000000000001"
	for i, kind := range []int{sls.Compress_LZ4, sls.Compress_ZSTD, sls.Compress_None} {
		request := &sls.PostLogStoreLogsRequest{LogGroup: logGroupOf(uint32(1700000000+i), "verb", "get", "n", strings.Repeat("x", 100*i)), HashKey: &hash, CompressType: kind}
		mustDo(t, c.PostLogStoreLogsV2("p-one", "audit", request))
	}
	mustDo(t, c.PutLogs("p-one", "audit", logGroupOf(1700000009, "verb", "list")))
	tourQueries(t, c)
	begin := must[string](t)(c.GetCursor("p-one", "audit", 4, "begin"))
	end := must[string](t)(c.GetCursor("p-one", "audit", 4, "end"))
	if at := must[time.Time](t)(c.GetPrevCursorTime("p-one", "audit", 4, end)); time.Since(at) > time.Minute {
		t.Error(at)
	}
	for _, kind := range []int{sls.Compress_LZ4, sls.Compress_ZSTD} {
		groups, meta, err := c.PullLogsWithQuery(&sls.PullLogRequest{Project: "p-one", Logstore: "audit", ShardID: 4, Cursor: begin, EndCursor: end, LogGroupMaxCount: 2, CompressType: kind})
		if err != nil || meta.Count != 2 || len(groups.LogGroups) != 2 {
			t.Fatalf("%+v %+v %v", groups, meta, err)
		}
		first := groups.LogGroups[0]
		if first.GetTopic() != "topic" || first.GetSource() != "10.0.0.1" || first.LogTags[0].GetKey() != "host" || first.Logs[0].GetTime() != 1700000000 || first.Logs[0].Contents[0].GetValue() != "get" || first.GetCursor() != begin {
			t.Errorf("%+v", first)
		}
		if _, meta, err = c.PullLogsWithQuery(&sls.PullLogRequest{Project: "p-one", Logstore: "audit", ShardID: 4, Cursor: meta.NextCursor, EndCursor: end, LogGroupMaxCount: 9}); err != nil || meta.Count == 0 {
			t.Fatalf("%+v %v", meta, err)
		}
		if groups, meta, err = c.PullLogsWithQuery(&sls.PullLogRequest{Project: "p-one", Logstore: "audit", ShardID: 4, Cursor: meta.NextCursor, LogGroupMaxCount: 9}); err != nil || meta.Count != 0 || meta.NextCursor != end || len(groups.LogGroups) != 0 {
			t.Fatalf("%+v %v", meta, err)
		}
	}
}

func tourQueries(t *testing.T, c *sls.Client) {
	t.Helper()
	for _, kind := range []int{sls.Compress_LZ4, sls.Compress_ZSTD} {
		answer := must[*sls.GetLogsV3Response](t)(c.GetLogsV3("p-one", "audit", &sls.GetLogRequest{From: 1700000000, To: 1700000009, Lines: 2, Offset: 1, Query: "verb: get", CompressType: kind}))
		if !answer.IsComplete() || answer.Meta.HasSQL || answer.Meta.Count != 2 || answer.Meta.WhereQuery != "verb: get" || answer.Meta.ProcessedRows != 3 {
			t.Errorf("%+v", answer.Meta)
		}
		if row := answer.Logs[1]; row["__time__"] != "1700000002" || row["__topic__"] != "topic" || row["__source__"] != "10.0.0.1" || row["__tag__:host"] != "a" || row["verb"] != "get" || len(row["n"]) != 200 {
			t.Error(row)
		}
	}
	sql := must[*sls.GetLogsV3Response](t)(c.GetLogsV3("p-one", "audit", &sls.GetLogRequest{From: 1700000000, To: 1700000010, Query: "* | SELECT verb, count(1) AS n GROUP BY verb ORDER BY n DESC", PowerSQL: true}))
	if !sql.Meta.HasSQL || !slices.Equal(sql.Meta.Keys, []string{"verb", "n"}) || len(sql.Logs) != 2 || sql.Logs[0]["n"] != "3" || sql.Logs[0]["verb"] != "get" || sql.Logs[1]["n"] != "1" {
		t.Errorf("%+v", sql)
	}
	if old := must[*sls.GetLogsResponse](t)(c.GetLogs("p-one", "audit", "", 1700000000, 1700000010, "*", 100, 0, true)); old.Count != 4 || old.Logs[0]["verb"] != "list" {
		t.Errorf("%+v", old)
	}
	histograms := must[*sls.GetHistogramsResponse](t)(c.GetHistograms("p-one", "audit", "", 1700000000, 1700000120, "verb: get or verb: list"))
	if !histograms.IsComplete() || histograms.Count != 4 || len(histograms.Histograms) != 60 || histograms.Histograms[0].Count != 2 || histograms.Histograms[0].To != 1700000002 || histograms.Histograms[59].To != 1700000120 {
		t.Errorf("%+v", histograms)
	}
}

func tourJobs(t *testing.T, c *sls.Client) {
	t.Helper()
	job := shipping("ship")
	mustDo(t, c.CreateETL("p-one", job))
	got := must[*sls.ETL](t)(c.GetETL("p-one", "ship"))
	if got.Name != "ship" || got.Status != "RUNNING" || got.Configuration.Script != "*" || got.Configuration.FromTime != 1700000000 || got.Configuration.ETLSinks[0].DataSets[0] != "__UNNAMED__" || got.CreateTime == 0 {
		t.Errorf("%+v", got)
	}
	groups := must[[]*sls.ConsumerGroup](t)(c.ListConsumerGroup("p-one", "audit"))
	if points := must[[]*sls.ConsumerGroupCheckPoint](t)(c.GetCheckpoint("p-one", "audit", groups[0].ConsumerGroupName)); len(points) != 5 || points[4].CheckPoint == "" || points[4].ShardID != 4 {
		t.Errorf("%+v", points)
	}
	mustDo(t, c.StopETL("p-one", "ship"))
	job.Configuration.Script = "* | extend a='1'"
	mustDo(t, c.UpdateETL("p-one", job))
	mustDo(t, c.StartETL("p-one", "ship"))
	got.Configuration.Script = ""
	mustDo(t, c.RestartETL("p-one", *got))
	list := must[*sls.ListETLResponse](t)(c.ListETL("p-one", 0, 10))
	if list.Total != 1 || list.Results[0].Configuration.Script != "" || list.Results[0].Status != "RUNNING" {
		t.Errorf("%+v", list.Results[0])
	}
	mustDo(t, c.DeleteETL("p-one", "ship"))
	mustDo(t, c.CreateAlert("p-one", alertOf("watch")))
	mustDo(t, c.DisableAlert("p-one", "watch"))
	if got := must[*sls.Alert](t)(c.GetAlert("p-one", "watch")); got.IsEnabled() || got.Status != "DISABLED" || got.Configuration.QueryList[0].Query != "*" {
		t.Errorf("%+v", got)
	}
	mustDo(t, c.EnableAlert("p-one", "watch"))
	mustDo(t, c.UpdateAlert("p-one", alertOf("watch")))
	alerts, total, n, err := c.ListAlert("p-one", "", "", 0, 10)
	if err != nil || total != 1 || n != 1 || !alerts[0].IsEnabled() {
		t.Errorf("%v %d %d %v", alerts, total, n, err)
	}
	mustDo(t, c.DeleteAlert("p-one", "watch"))
}

func tourDashboards(t *testing.T, c *sls.Client) {
	t.Helper()
	d := sls.Dashboard{DashboardName: "overview", DisplayName: "Overview", ChartList: []sls.Chart{{Title: "one", Type: "table", Search: sls.ChartSearch{Logstore: "audit", Query: "*"}}}}
	mustDo(t, c.CreateDashboard("p-one", d))
	d.Description = "text"
	mustDo(t, c.UpdateDashboard("p-one", d))
	if got := must[*sls.Dashboard](t)(c.GetDashboard("p-one", "overview")); got.Description != "text" || got.ChartList[0].Search.Query != "*" {
		t.Errorf("%+v", got)
	}
	names, items, n, total, err := c.ListDashboardV2("p-one", "over", 0, 5)
	if err != nil || n != 1 || total != 1 || names[0] != "overview" || items[0].DisplayName != "Overview" {
		t.Errorf("%v %v %d %d %v", names, items, n, total, err)
	}
	if names, _, _, total, err = c.ListDashboardV2("p-one", "", 1, 5); err != nil || len(names) != 0 || total != 1 {
		t.Errorf("%v %d %v", names, total, err)
	}
	mustDo(t, c.DeleteDashboard("p-one", "overview"))
	s := &sls.SavedSearch{SavedSearchName: "mine", SearchQuery: "*", Logstore: "audit", DisplayName: "Mine"}
	mustDo(t, c.CreateSavedSearch("p-one", s))
	s.SearchQuery = "verb: get"
	mustDo(t, c.UpdateSavedSearch("p-one", s))
	if got := must[*sls.SavedSearch](t)(c.GetSavedSearch("p-one", "mine")); got.SearchQuery != "verb: get" {
		t.Errorf("%+v", got)
	}
	if names, _, n, total, err := c.ListSavedSearchV2("p-one", "", 0, 5); err != nil || n != 1 || total != 1 || names[0] != "mine" {
		t.Errorf("%v %d %d %v", names, n, total, err)
	}
	mustDo(t, c.DeleteSavedSearch("p-one", "mine"))
}
