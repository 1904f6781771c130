package logshipping

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
)

const (
	testMember  = "100000000000003"
	testLogs    = "100000000000005"
	testCluster = "c1a2b3c4d5e6f708192a3b4c5d6e7f809"
)

func TestScript(t *testing.T) {
	t.Parallel()
	fields := map[string]string{
		"account_id": testMember, "region": "cn-hangzhou", "cluster_id": testCluster, "cluster_name": "it's, a='b'", "log_source": "audit", "zone": "a", "environment": "prod''s",
	}
	const want = "* | extend account_id='100000000000003', region='cn-hangzhou', cluster_id='c1a2b3c4d5e6f708192a3b4c5d6e7f809', cluster_name='it''s, a=''b''', log_source='audit', environment='prod''''s', zone='a'"
	script := extending(fields)
	if script != want {
		t.Errorf("got  %s\nwant %s", script, want)
	}
	if got, ours := extended(script); !ours || !maps.Equal(got, fields) {
		t.Errorf("read back as %v", got)
	}
	if got, ours := extended("  *\n|  extend a = 'x' ,\n b='' "); !ours || !maps.Equal(got, map[string]string{"a": "x", "b": ""}) {
		t.Errorf("spaced otherwise: %v", got)
	}
	for _, other := range []string{
		"", "*", "* | extend", "* | extend ", "* | extend a='x',", "* | extend a=b", "* | extend a='x' | where b='y'", "* | where a='x'", "e_set('a', 'x')", "* | extend a='x", "* | extend a='x', a='y'", "level: x | extend a='x'",
	} {
		if fields, ours := extended(other); ours {
			t.Errorf("%q is taken for ours: %v", other, fields)
		}
	}
	if !sameScript("* | extend a='x', b='y'", "*|extend b='y',a='x'") || sameScript("* | extend a='x'", "* | extend a='y'") || sameScript("", "* | extend a='x'") || !sameScript("", "") {
		t.Error("scripts are not compared by what they do")
	}
}

func FuzzScript(f *testing.F) {
	f.Add("account_id", "it's", "* | extend a='x'")
	f.Fuzz(func(t *testing.T, name, value, script string) {
		_, _ = extended(script)
		if !fieldName.MatchString(name) || value == "" || strings.ContainsAny(value, "\r\n") {
			return
		}
		if got, ours := extended(extending(map[string]string{name: value})); !ours || got[name] != value {
			t.Errorf("%q=%q is read back as %q", name, value, got)
		}
	})
}

func TestInspectionStore(t *testing.T) {
	t.Parallel()
	const prefix = "security-inspector-configaudit-"
	for name, c := range map[string]struct {
		stores     []string
		want, says string
	}{
		"twelve characters":  {[]string{"audit-x", prefix + testCluster[:12], prefix + "c999"}, prefix + testCluster[:12], ""},
		"all of them":        {[]string{prefix + testCluster}, prefix + testCluster, ""},
		"one":                {[]string{prefix + "c"}, prefix + "c", ""},
		"none":               {[]string{"audit-x", prefix + "c999"}, "", "it has audit-x, " + prefix + "c999"},
		"nothing after it":   {[]string{prefix}, "", "no Logstore of it"},
		"empty project":      {nil, "", "it has none"},
		"two":                {[]string{prefix + testCluster[:12], prefix + testCluster[:14]}, "", "several Logstores of it"},
		"longer than the ID": {[]string{prefix + testCluster + "0"}, "", "no Logstore of it"},
	} {
		got, err := inspectionStore(c.stores, testCluster)
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestSourceOf(t *testing.T) {
	t.Parallel()
	project := "k8s-log-" + testCluster
	for store, want := range map[string]string{
		"audit-" + testCluster: "audit//" + testCluster,
		"k8s-event":            "event//" + testCluster,
		"nginx-ingress":        "ingress//" + testCluster,
		"kcm-" + testCluster:   "control_plane/kcm/" + testCluster,
		"audit-me":             "custom//",
		"anything":             "custom//",
		"kcm-x":                "custom//",
		"security-inspector-configaudit-" + testCluster[:12]: "inspection//" + testCluster,
		"security-inspector-configaudit-c999":                "inspection//",
	} {
		source, component, cluster := sourceOf(store, project)
		if got := source + "/" + component + "/" + cluster; got != want {
			t.Errorf("%s: %s, want %s", store, got, want)
		}
	}
	for source, want := range map[string]string{"audit": "audit-" + testCluster, "event": "k8s-event", "ingress": "nginx-ingress", "control_plane": "ccm-" + testCluster, "inspection": "", "custom": ""} {
		if got := knownStore(source, "ccm", testCluster); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
	for want, c := range map[string][4]string{
		"ackguard-audit-" + testCluster[:12]: {"audit", "", testCluster, "x"},
		"ackguard-kcm-" + testCluster[:12]:   {"control_plane", "kcm", testCluster, "x"},
		"ackguard-custom-app":                {"custom", "", "", "app"},
		"":                                   {"custom", "", "", strings.Repeat("a", 60)},
	} {
		if got := defaultJobName(c[0], c[1], c[2], c[3]); got != want {
			t.Errorf("%v: %q, want %q", c, got, want)
		}
	}
}

// planned is a model that is in order.
func planned(t *testing.T, change func(*shippingModel, *sinkModel)) shippingModel {
	t.Helper()
	text := types.StringValue
	m := shippingModel{
		shippingIdentity: shippingIdentity{text(testMember), text("cn-hangzhou"), text("k8s-log-x"), text("ackguard-audit-x")},
		ClusterID:        text(testCluster), Source: text("audit"), LogStore: text("audit-x"), Enabled: types.BoolValue(true), PassThrough: types.BoolValue(false),
		SourceRoleARN: text("acs:ram::" + testMember + ":role/reader"), DestinationRoleARN: text("acs:ram::" + testLogs + ":role/writer"),
		SourceRetention: types.ObjectNull(retentionTypes),
	}
	a := sinkModel{text(testLogs), text("cn-hangzhou"), text("collect-logs"), text("all")}
	change(&m, &a)
	var d diag.Diagnostics
	m.Archive, d = types.ObjectValueFrom(t.Context(), sinkTypes, a)
	if d.HasError() {
		t.Fatal(d)
	}
	return m
}

func retaining(t *testing.T, m *shippingModel, days types.Int64, index types.Bool) {
	t.Helper()
	var d diag.Diagnostics
	if m.setRetention(t.Context(), retentionModel{days, index}, &d); d.HasError() {
		t.Fatal(d)
	}
}

// said is every diagnostic, a line each.
func said(diags diag.Diagnostics) string {
	var lines []string
	for _, d := range diags {
		lines = append(lines, fmt.Sprintf("%s: %s: %s", d.Severity(), d.Summary(), d.Detail()))
	}
	return strings.Join(lines, "\n")
}

func TestCheckPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*shippingModel, *sinkModel)
		want   string
	}{
		"in order":      {func(*shippingModel, *sinkModel) {}, ""},
		"nothing known": {func(m *shippingModel, a *sinkModel) { *m, *a = shippingModel{}, sinkModel{} }, ""},
		"archive unknown": {func(_ *shippingModel, a *sinkModel) {
			a.AccountID, a.Project = types.StringUnknown(), types.StringUnknown()
		}, ""},
		"region": {
			func(_ *shippingModel, a *sinkModel) { a.Region = types.StringValue("cn-hangzou") },
			`Error: Unknown region: "cn-hangzou" is not a region that this version knows. Did you mean "cn-hangzhou"? If it is a new region, set skip_region_validation = true in the provider block.`,
		},
		"reader of another account": {
			func(m *shippingModel, _ *sinkModel) {
				m.SourceRoleARN = types.StringValue("acs:ram::" + testLogs + ":role/reader")
			},
			"Error: Role of another account: The job reads in account 100000000000003, with a role of that account: acs:ram::100000000000005:role/reader is one of account 100000000000005.",
		},
		"writer of another account": {
			func(m *shippingModel, _ *sinkModel) {
				m.DestinationRoleARN = types.StringValue("acs:ram::100000000000009:role/writer")
			},
			"Error: Role of another account: The job writes to account 100000000000005, with a role of that account: acs:ram::100000000000009:role/writer is one of account 100000000000009.",
		},
		"writer of the member": {
			func(m *shippingModel, _ *sinkModel) {
				m.DestinationRoleARN = types.StringValue("acs:ram::" + testMember + ":role/writer")
			},
			"Error: Role of another account: The job writes to account 100000000000005, with a role of that account: acs:ram::100000000000003:role/writer is one of account 100000000000003. " +
				"A role of the member cannot write to the log account: make one in the log account that trusts 100000000000003@log.aliyuncs.com.",
		},
		"loop": {
			func(m *shippingModel, a *sinkModel) { a.Project, a.LogStore = m.Project, m.LogStore },
			"Error: Loop: The job would ship k8s-log-x/audit-x to itself, and every row would come back to it without end.",
		},
	} {
		var diags diag.Diagnostics
		planned(t, c.change).checkPlan(t.Context(), false, &diags)
		if got := said(diags); got != c.want {
			t.Errorf("%s: said\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestCheckBlock(t *testing.T) {
	t.Parallel()
	fields := types.MapValueMust(types.StringType, nil)
	for name, c := range map[string]struct {
		change func(*shippingModel)
		want   string
	}{
		"in order":       {func(*shippingModel) {}, ""},
		"source unknown": {func(m *shippingModel) { m.Source, m.ClusterID = types.StringUnknown(), types.StringNull() }, ""},
		"no cluster":     {func(m *shippingModel) { m.ClusterID = types.StringNull() }, `Error: Missing cluster: cluster_id says whose logs are shipped: only with source = "custom" it may be left out.`},
		"no project":     {func(m *shippingModel) { m.Source, m.Project = types.StringValue("custom"), types.StringNull() }, `Error: Missing project: With source = "custom", project and logstore say what is shipped.`},
		"no Logstore":    {func(m *shippingModel) { m.Source, m.LogStore = types.StringValue("custom"), types.StringNull() }, `Error: Missing Logstore: With source = "custom", project and logstore say what is shipped.`},
		"no component":   {func(m *shippingModel) { m.Source = types.StringValue("control_plane") }, `Error: Missing component: With source = "control_plane", component says of which one: apiserver, kcm, scheduler, ccm.`},
		"component":      {func(m *shippingModel) { m.Component = types.StringValue("kcm") }, `Error: Component of no control plane: component is for source = "control_plane", and this is "audit".`},
		"fields": {
			func(m *shippingModel) { m.PassThrough, m.AdditionalFields = types.BoolValue(true), fields },
			"Error: Fields of a job that adds none: With pass_through = true, rows arrive as they are: take additional_fields away, or pass_through.",
		},
		"cluster name": {
			func(m *shippingModel) { m.PassThrough, m.ClusterName = types.BoolValue(true), types.StringValue("x") },
			"Error: Fields of a job that adds none: With pass_through = true, rows arrive as they are: take cluster_name away, or pass_through.",
		},
		"long name": {
			func(m *shippingModel) {
				m.Source, m.Name, m.LogStore = types.StringValue("custom"), types.StringNull(), types.StringValue(strings.Repeat("a", 60))
			},
			"Error: Missing name: The name of the job would be that of the Logstore after ackguard-custom-, and that is longer than 64 characters: set name.",
		},
	} {
		var diags diag.Diagnostics
		m := planned(t, func(*shippingModel, *sinkModel) {})
		c.change(&m)
		m.checkBlock(t.Context(), &diags)
		if got := said(diags); got != c.want {
			t.Errorf("%s: said\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestCheckSource(t *testing.T) {
	t.Parallel()
	jobs := func(n int, more ...string) []string {
		for i := range n - len(more) {
			more = append(more, strconv.Itoa(i))
		}
		return more
	}
	off, days, none := types.BoolValue(false), types.Int64Value, types.BoolNull()
	for name, c := range map[string]struct {
		days    types.Int64
		index   types.Bool
		is      sourceFacts
		creates bool
		want    string
	}{
		"hot tier": {
			days(1), none, sourceFacts{store: &sls.LogStore{HotTTL: 7}}, true,
			"Error: Hot tier is longer than the retention: The Logstore k8s-log-x/audit-x keeps rows in hot storage for 7 days (hot_ttl), and cannot keep them for 1 days in all. Once set, hot_ttl cannot be taken away: choose at least 7 days.",
		},
		"hot tier fits":       {days(7), none, sourceFacts{store: &sls.LogStore{HotTTL: 7}}, true, ""},
		"days are left alone": {types.Int64Null(), off, sourceFacts{store: &sls.LogStore{HotTTL: 7}}, true, ""},
		"not read":            {days(1), off, sourceFacts{}, true, ""},
		"by ingested data": {
			days(7), off, sourceFacts{metering: "ChargeByDataIngest"}, true,
			"Warning: Taking the index away saves nothing: The Logstore k8s-log-x/audit-x is charged by ingested data (ChargeByDataIngest), which includes its index: without the index its reports are gone, and it costs the same.",
		},
		"by feature":                      {days(7), off, sourceFacts{metering: "ChargeByFunction"}, true, ""},
		"by ingested data, index stays":   {days(7), types.BoolValue(true), sourceFacts{metering: "ChargeByDataIngest"}, true, ""},
		"99 jobs":                         {days(7), none, sourceFacts{jobs: jobs(99)}, true, ""},
		"100 jobs, and it is one of them": {days(7), none, sourceFacts{jobs: jobs(100, "ackguard-audit-x")}, true, ""},
		"100 jobs, nothing is made":       {days(7), none, sourceFacts{jobs: jobs(100)}, false, ""},
		"100 jobs": {
			days(7), none, sourceFacts{jobs: jobs(100)}, true,
			"Warning: Project has its default quota of jobs: The project k8s-log-x has 100 data-transformation jobs. The quota is 100 unless it was raised (up to 400): if it was not, this job will be refused.",
		},
		"400 jobs": {
			days(7), none, sourceFacts{jobs: jobs(400)}, true,
			"Error: Project has no room for a job: The project k8s-log-x has 400 data-transformation jobs, and the service allows 400 at the most: delete some, or ship from another project.",
		},
	} {
		var diags diag.Diagnostics
		m := planned(t, func(*shippingModel, *sinkModel) {})
		retaining(t, &m, c.days, c.index)
		m.checkSource(t.Context(), c.is, c.creates, &diags)
		if got := said(diags); got != c.want {
			t.Errorf("%s: said\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestWarnRetention(t *testing.T) {
	t.Parallel()
	const lost = "Warning: Rows are lost after a day: The job ackguard-audit-x stands still, and its source keeps rows for a day: what is older when it starts again is lost. Let it run, or let source_retention.days be longer than it stands still."
	const gone = "Warning: Index of a shipped Logstore is taken away: The reports that the ACK console shows of cluster " + testCluster + ", and alerts and queries on its Logstore, work no longer once the index is gone. Rows are shipped without it."
	off := types.BoolValue(false)
	for name, c := range map[string]struct {
		days    int64
		index   types.Bool
		enabled bool
		was     *retentionModel
		status  string
		want    string
	}{
		"a day":                 {1, types.BoolNull(), true, nil, "", ""},
		"a day, off":            {1, types.BoolNull(), false, nil, "", lost},
		"a day, stands still":   {1, types.BoolNull(), true, &retentionModel{Days: types.Int64Value(1)}, "STOPPED", lost},
		"two days, off":         {2, types.BoolNull(), false, nil, "", ""},
		"index goes":            {2, off, true, nil, "", gone},
		"index was gone before": {2, off, true, &retentionModel{IndexEnabled: off}, "RUNNING", ""},
	} {
		var diags diag.Diagnostics
		m := planned(t, func(m *shippingModel, _ *sinkModel) { m.Enabled = types.BoolValue(c.enabled) })
		retaining(t, &m, types.Int64Value(c.days), c.index)
		var was *shippingModel
		if c.was != nil {
			was = &shippingModel{Status: types.StringValue(c.status)}
			retaining(t, was, c.was.Days, c.was.IndexEnabled)
		}
		m.warnRetention(t.Context(), was, &diags)
		if got := said(diags); got != c.want {
			t.Errorf("%s: said\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestJobDifference(t *testing.T) {
	t.Parallel()
	wanted := sls.Job{
		Name: "n", DisplayName: "d", LogStore: "l", RoleARN: "acs:ram::1:role/Reader", Script: "* | extend a='x', b='y'", Language: "SPL", FromTime: 1767225600,
		Sinks: []sls.Sink{{Name: "archive", Endpoint: "https://cn-hangzhou.log.aliyuncs.com", Project: "p", LogStore: "s", RoleARN: "acs:ram::2:role/writer"}},
	}
	sink := func(change func(*sls.Sink)) func(*sls.Job) {
		return func(j *sls.Job) {
			s := j.Sinks[0]
			change(&s)
			j.Sinks = []sls.Sink{s}
		}
	}
	for want, change := range map[string]func(*sls.Job){
		"": func(j *sls.Job) {
			j.RoleARN, j.Script, j.Status = "acs:ram::1:role/reader", "* | extend b='y', a='x'", "STOPPED"
		},
		`display_name is "x", not "d"`:                                            func(j *sls.Job) { j.DisplayName = "x" },
		`description is "x", not ""`:                                              func(j *sls.Job) { j.Description = "x" },
		`logstore is "x", not "l"`:                                                func(j *sls.Job) { j.LogStore = "x" },
		`source_role_arn is "x", not "acs:ram::1:role/Reader"`:                    func(j *sls.Job) { j.RoleARN = "x" },
		`script is "", not "* | extend a='x', b='y'"`:                             func(j *sls.Job) { j.Script = "" },
		`script is "DSL: * | extend a='x', b='y'", not "* | extend a='x', b='y'"`: func(j *sls.Job) { j.Language = "" },
		"from_time is not set, not 2026-01-01T00:00:00Z":                          func(j *sls.Job) { j.FromTime = 0 },
		"it ends at 2026-01-01T00:00:00Z, and not never":                          func(j *sls.Job) { j.ToTime = 1767225600 },
		"it has 0 destinations, not 1":                                            func(j *sls.Job) { j.Sinks = nil },
		`archive.region is "cn-shanghai", not "cn-hangzhou"`:                      sink(func(s *sls.Sink) { s.Endpoint = "cn-shanghai-intranet.log.aliyuncs.com" }),
		`archive.region is "example.com", not "cn-hangzhou"`:                      sink(func(s *sls.Sink) { s.Endpoint = "example.com" }),
		`archive.project is "x", not "p"`:                                         sink(func(s *sls.Sink) { s.Project = "x" }),
		`archive.logstore is "x", not "s"`:                                        sink(func(s *sls.Sink) { s.LogStore = "x" }),
		`destination_role_arn is "x", not "acs:ram::2:role/writer"`:               sink(func(s *sls.Sink) { s.RoleARN = "x" }),
	} {
		is := wanted
		change(&is)
		if got := jobDifference(is, wanted); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	is := wanted
	is.Sinks = []sls.Sink{wanted.Sinks[0]}
	is.Sinks[0].Name = "target"
	if got := keeping(wanted, is); got.Sinks[0].Name != "target" || wanted.Sinks[0].Name != "archive" {
		t.Errorf("the destination's name does not stay: %+v", got.Sinks)
	}
}

// The documents are those of the service's pages.
func TestPolicies(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		`{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["log.aliyuncs.com"]}}]}`: sourceTrust(),
		`{"Version":"1","Statement":[{"Effect":"Allow","Action":["log:ListShards","log:GetCursorOrData","log:GetConsumerGroupCheckPoint","log:UpdateConsumerGroup","log:ConsumerGroupHeartBeat",` +
			`"log:ConsumerGroupUpdateCheckPoint","log:ListConsumerGroup","log:CreateConsumerGroup"],"Resource":["acs:log:*:*:project/p/logstore/s","acs:log:*:*:project/p/logstore/s/*"]}]}`: sourcePolicy([]storePattern{{"p", "s"}, {"p", "s"}}),
		`{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["100000000000003@log.aliyuncs.com","100000000000004@log.aliyuncs.com"]}}]}`: destinationTrust(testLogs, []string{"100000000000004", testMember, testMember}),
		`{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["100000000000003@log.aliyuncs.com","log.aliyuncs.com"]}}]}`:                 destinationTrust(testLogs, []string{testLogs, testMember}),
		`{"Version":"1","Statement":[{"Effect":"Allow","Action":["log:Post*","log:BatchPost*"],"Resource":["acs:log:*:*:project/p/logstore/s"]}]}`:                                   destinationPolicy(storePattern{"p", "s"}),
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
