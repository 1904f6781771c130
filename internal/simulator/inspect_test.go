package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

func inspectPath(name string) string { return "/clusters/" + clusterID(name) + "/inspectConfig" }

func TestInspectConfig(t *testing.T) {
	unexpected := []string{}
	cloud, server := startCloud(t, testScenario(), expectUnexpected(&unexpected))
	k, path := keyOf("FAKELOCAL"), inspectPath("one")
	create := func(body map[string]any) error {
		_, err := roa(t, server, k, "CreateClusterInspectConfig", http.MethodPost, path, nil, body)
		return err
	}
	update := func(body map[string]any) error {
		_, err := roa(t, server, k, "UpdateClusterInspectConfig", http.MethodPut, path, nil, body)
		return err
	}
	get := func() (object, error) {
		return roa(t, server, k, "GetClusterInspectConfig", http.MethodGet, path, nil, nil)
	}
	before := cloud.Snapshot()
	_, err := get()
	wantCode(t, err, 404, "ErrorInspectConfigNotFound")
	wantCode(t, update(map[string]any{"enabled": true}), 404, "ErrorInspectConfigNotFound")
	for rule, why := range map[string]string{
		"FREQ=WEEKLY;BYHOUR=1;BYMINUTE=2":         "weekly",
		"FREQ=DAILY;BYHOUR=1":                     "no minute",
		"FREQ=DAILY;BYHOUR=1;BYMINUTE=2;COUNT=3":  "count",
		"FREQ=DAILY;BYHOUR=24;BYMINUTE=2":         "hour",
		"FREQ=DAILY;BYHOUR=1;BYHOUR=2;BYMINUTE=2": "twice",
		"": "empty",
	} {
		if err := create(map[string]any{"enabled": true, "recurrence": rule}); err == nil {
			t.Errorf("%s: accepted", why)
		} else {
			wantCode(t, err, 400, "InvalidParameter")
		}
	}
	wantCode(t, create(map[string]any{"enabled": true}), 400, "Missingrecurrence")
	rule := "FREQ=DAILY;BYHOUR=10;BYMINUTE=15"
	if err := create(map[string]any{"enabled": true, "recurrence": rule, "disabledCheckItems": []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, create(map[string]any{"enabled": true, "recurrence": rule}), 409, "ErrorInspectConfigAlreadyExist")
	wantCode(t, update(map[string]any{"recurrence": rule}), 400, codeUnknownParameter)
	if err := update(map[string]any{"scheduleTime": "FREQ=DAILY;BYHOUR=11;BYMINUTE=0"}); err != nil {
		t.Fatal(err)
	}
	config, err := get()
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(config["enabled"], config["recurrence"], config["disabledCheckItems"]); got != "trueFREQ=DAILY;BYHOUR=11;BYMINUTE=0[a]" {
		t.Errorf("config is %s", got)
	}
	if _, err := roa(t, server, k, "DeleteClusterInspectConfig", http.MethodDelete, path, nil, nil); err != nil {
		t.Fatal(err)
	}
	_, err = roa(t, server, k, "DeleteClusterInspectConfig", http.MethodDelete, path, nil, nil)
	wantCode(t, err, 404, "ErrorInspectConfigNotFound")
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("the store after delete differs: %q", diff)
	}
	if len(unexpected) != 1 {
		t.Errorf("unexpected requests: %q", unexpected)
	}
}

func TestInspectSwitches(t *testing.T) {
	s := testScenario()
	s.Behaviour = Behaviour{InspectConfigMissing: "empty", InspectUpdateRecurrence: true}
	s.Accounts[1].Clusters[0].InspectConfig = &InspectConfig{Enabled: true, Recurrence: "FREQ=DAILY;BYHOUR=1;BYMINUTE=1"}
	_, server := startCloud(t, s)
	k := keyOf("FAKELOCAL")
	if _, err := roa(t, server, k, "UpdateClusterInspectConfig", http.MethodPut, inspectPath("one"), nil, map[string]any{"recurrence": "FREQ=DAILY;BYHOUR=2;BYMINUTE=1"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"one": "FREQ=DAILY;BYHOUR=2;BYMINUTE=1", "two": nil} {
		body, err := roa(t, server, k, "GetClusterInspectConfig", http.MethodGet, inspectPath(name), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body["recurrence"] != want || body["requestId"] == "" {
			t.Errorf("%s: %v", name, body)
		}
	}
}

func TestInspectReports(t *testing.T) {
	now := &clock{now: time.Now().Add(-10 * time.Minute)}
	s := testScenario()
	s.Behaviour.InspectDuration = "5m"
	cluster := &s.Accounts[1].Clusters[0]
	item := func(uid, category, level, result string) CheckItemResult {
		return CheckItemResult{CheckItemUID: uid, Category: category, Level: level, Result: result}
	}
	cluster.InspectResults = []CheckItemResult{
		item("a", "security", "critical", "true"), item("b", "security", "warning", "true"), item("c", "cost", "advice", "false"), item("d", "cost", "advice", "true"),
	}
	cluster.InspectConfig = &InspectConfig{Recurrence: "FREQ=DAILY;BYHOUR=1;BYMINUTE=1", DisabledCheckItems: []string{"d"}}
	_, server := startCloud(t, s, withClock(now))
	k, path := keyOf("FAKELOCAL"), "/clusters/"+clusterID("one")+"/inspectReports"
	run := func(token string) string {
		t.Helper()
		body, err := roa(t, server, k, "RunClusterInspect", http.MethodPost, path, nil, map[string]any{"clientToken": token})
		if err != nil {
			t.Fatal(err)
		}
		return body.text("reportId")
	}
	first := run("once")
	if again := run("once"); again != first {
		t.Errorf("the same client token made %s and %s", first, again)
	}
	detail := func(query params) object {
		t.Helper()
		body, err := roa(t, server, k, "GetClusterInspectReportDetail", http.MethodGet, path+"/"+first, query, nil)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	if d := detail(nil); d["status"] != "running" || d["endTime"] != nil || d["summary"] != nil {
		t.Errorf("running report: %v", d)
	}
	now.Advance(5 * time.Minute)
	second := run("twice")
	d := detail(nil)
	if got := fmt.Sprint(d["status"], d["summary"]); got != "completedmap[adviceCount:0 code:error errorCount:1 normalCount:1 warnCount:1]" {
		t.Errorf("report: %s", got)
	}
	for _, c := range []struct {
		query params
		want  string
	}{
		{params{"category": "security"}, "[a b]"},
		{params{"level": "warning", "language": "en_US"}, "[b]"},
		{params{"enableFilter": "true"}, "[a b]"},
		{nil, "[a b c d]"},
	} {
		query, want := c.query, c.want
		got := []string{}
		for token := ""; ; {
			page := params{"maxResults": "1"}
			for name, v := range query {
				page[name] = v
			}
			if token != "" {
				page["nextToken"] = token
			}
			body := detail(page)
			for _, item := range body.list("checkItemResults") {
				got = append(got, item.text("checkItemUid"))
			}
			next := body.text("nextToken")
			if next == "" {
				break
			}
			token = next
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%v: %v, want %s", query, got, want)
		}
	}
	list, err := roa(t, server, k, "ListClusterInspectReports", http.MethodGet, path, params{"maxResults": "50"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, r := range list.list("reports") {
		ids = append(ids, r.text("reportId"))
	}
	if !slices.Equal(ids, []string{second, first}) {
		t.Errorf("reports %v, want newest first: %s, %s", ids, second, first)
	}
	_, err = roa(t, server, k, "ListClusterInspectReports", http.MethodGet, path, params{"maxResults": "51"}, nil)
	wantCode(t, err, 400, "InvalidParameter.maxResults")
}
