package sls_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// keeps answers every GET with a text, and returns the client and what was sent last.
func keeps(t testing.TB, text string) (*sls.Client, func() map[string]any) {
	t.Helper()
	sent := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			raw, _ := io.ReadAll(r.Body)
			sent = string(raw)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	client, err := sls.New(alicloud.Config{
		Credentials: &keys{}, AccountID: "100000000000003", Region: "cn-hangzhou", Endpoint: server.URL,
		Transport: alicloud.NewTransport(alicloud.TransportConfig{MaxConnections: 2}), Limiter: alicloud.Unlimited{}, Clock: clock.System{}, Retry: alicloud.RetryPolicy{MaxAttempts: 1}, UserAgent: "ackguard",
	})
	if err != nil {
		t.Fatal(err)
	}
	return client, func() map[string]any {
		var got map[string]any
		if err := json.Unmarshal([]byte(sent), &got); err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
		return got
	}
}

func equalJSON(t *testing.T, got any, want string) {
	t.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(wanted)
	if string(a) != string(b) {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

// TestAlert_keepsUnknownFields: an update sends what was read and has no field here, at every depth; what the service
// sets itself is left out, and so is a mute that is taken away.
func TestAlert_keepsUnknownFields(t *testing.T) {
	t.Parallel()
	client, sent := keeps(t, `{"name":"a","type":"Alert","status":"ENABLED","state":"Enabled","createTime":1,"lastModifiedTime":2,"scheduleId":"x","recyclable":true,"schedule":{"type":"FixedRate","interval":"1m","delay":9},
		"configuration":{"version":"2.0","muteUntil":5,"sinkAlerthub":{"enabled":true},"queryList":[{"query":"old","ui":"{}"},{"query":"two"}],"labels":[{"key":"a","value":"b"}]}}`)
	was, found, err := client.Alert(t.Context(), "p", "a")
	if err != nil || !found || !was.Enabled() || was.Configuration.MuteUntil != 5 {
		t.Fatal(was, found, err)
	}
	alert := sls.Alert{Name: "a", Schedule: sls.AlertSchedule{Type: "FixedRate", Interval: "5m"}, Configuration: sls.AlertConfiguration{
		Version: "2.0", QueryList: []sls.AlertQuery{{Query: "new"}}, Labels: []sls.AlertText{}, Annotations: []sls.AlertText{}, SeverityConfigurations: []sls.AlertSeverity{},
	}}
	if err := client.UpdateAlert(t.Context(), "p", alert.Over(was)); err != nil {
		t.Fatal(err)
	}
	equalJSON(t, sent(), `{"name":"a","displayName":"","description":"","type":"Alert","recyclable":true,"schedule":{"type":"FixedRate","interval":"5m","delay":9},"configuration":{
		"version":"2.0","type":"","dashboard":"","threshold":0,"noDataFire":false,"noDataSeverity":0,"sendResolved":false,"autoAnnotation":false,"sinkAlerthub":{"enabled":true},
		"queryList":[{"query":"new","ui":"{}","chartTitle":"","timeSpanType":"","start":"","end":"","storeType":"","project":"","store":"","region":"","roleArn":"","dashboardId":"","powerSqlMode":""}],
		"labels":[],"annotations":[],"severityConfigurations":[],"groupConfiguration":{"type":"","fields":null},"policyConfiguration":{"alertPolicyId":"","actionPolicyId":"","repeatInterval":"","useDefault":false}}}`)
}

// TestDashboard_keepsUnknownCharts: charts of kinds that we do not know go back as they came, a chart that is changed
// keeps its place and looks, and a dashboard is put back as it was read.
func TestDashboard_keepsUnknownCharts(t *testing.T) {
	t.Parallel()
	const text = `{"dashboardName":"d","displayName":"D","description":"","attribute":{"type":"grid","n":1},"charts":[
		{"title":"f","type":"filter","search":"none","display":{"xPos":"left"}},
		{"title":"mine","type":"table","search":{"logstore":"l","topic":"","query":"old","start":"","end":"","tokens":[1]},"display":{"xAxis":["a"],"xPos":4,"yPos":5,"width":6,"height":7,"displayName":"M","colour":"red"},"action":{"x":1}}]}`
	client, sent := keeps(t, text)
	was, found, err := client.Dashboard(t.Context(), "p", "d")
	if err != nil || !found || len(was.Charts) != 2 || was.Charts[0].Title != "f" {
		t.Fatal(was, found, err)
	}
	d := was
	d.Charts = []sls.Chart{was.Charts[0], sls.Chart{Title: "mine", Type: "line", Search: sls.ChartSearch{LogStore: "l", Query: "new"}, Display: sls.ChartDisplay{DisplayName: "N", YAxis: []string{"b"}}}.As(was.Charts[1])}
	if err := client.UpdateDashboard(t.Context(), "p", d); err != nil {
		t.Fatal(err)
	}
	equalJSON(t, sent(), `{"dashboardName":"d","displayName":"D","description":"","attribute":{"type":"grid","n":1},"charts":[
		{"title":"f","type":"filter","search":"none","display":{"xPos":"left"}},
		{"title":"mine","type":"line","search":{"logstore":"l","topic":"","query":"new","start":"","end":"","tokens":[1]},"display":{"yAxis":["b"],"xPos":4,"yPos":5,"width":6,"height":7,"displayName":"N","colour":"red"},"action":{"x":1}}]}`)
	again, err := sls.DashboardOf(was.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.UpdateDashboard(t.Context(), "p", again); err != nil {
		t.Fatal(err)
	}
	equalJSON(t, sent(), text)
}

// What the service answers, whatever it is, is an object with its name or an error.
func FuzzAlert(f *testing.F) {
	for _, text := range []string{`{"name":"a","type":"Alert"}`, `{"name":"a","type":"ETL","configuration":{"version":2}}`, `{"name":"a","type":"Alert","configuration":[]}`, `null`, `[]`, `"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		client, _ := keeps(t, text)
		if alert, found, err := client.Alert(context.Background(), "p", "a"); found && (err != nil || alert.Name == "") {
			t.Errorf("%+v, %v", alert, err)
		}
	})
}

// A dashboard that can be read can be put back.
func FuzzDashboard(f *testing.F) {
	for _, text := range []string{`{"dashboardName":"a","charts":[{"title":"t"}]}`, `{"dashboardName":"a","charts":[1]}`, `{"dashboardName":"a","charts":{}}`, `null`, `{"charts":null,"attribute":[]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		client, _ := keeps(t, text)
		d, found, err := client.Dashboard(context.Background(), "p", "a")
		if found && (err != nil || d.Name == "") {
			t.Errorf("%+v, %v", d, err)
		}
		if found {
			if err := client.UpdateDashboard(context.Background(), "p", d); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}
