package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sls "github.com/aliyun/aliyun-log-go-sdk"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// readerRole and writerRole are as the documentation of the service has them.
func readerRole() Role {
	stores := rampolicy.Strings{"acs:log:*:*:project/p-one/logstore/audit", "acs:log:*:*:project/p-one/logstore/audit/*"}
	actions := rampolicy.Strings{}
	for _, action := range slices.Concat(etlActions, etlGroupActions) {
		actions = append(actions, "log:"+action)
	}
	return Role{
		RoleName: "reader", Trusts: []string{"log.aliyuncs.com"},
		Policies: []rampolicy.Document{{Version: "1", Statement: []rampolicy.Statement{{Effect: "Allow", Action: actions, Resource: stores}}}},
	}
}

func writerRole(members ...string) Role {
	r := Role{
		RoleName: "writer",
		Policies: []rampolicy.Document{{Version: "1", Statement: []rampolicy.Statement{{
			Effect: "Allow", Action: rampolicy.Strings{"log:Post*"}, Resource: rampolicy.Strings{"acs:log:*:*:project/archive/logstore/all"},
		}}}},
	}
	for _, id := range members {
		r.Trusts = append(r.Trusts, id+"@log.aliyuncs.com")
	}
	return r
}

// etlScenario ships from the member's p-one/audit to archive/all of the management account.
func etlScenario() *Scenario {
	s := logScenario()
	p := &s.Accounts[1].LogService.Projects[0]
	p.LogStores[0].Rows = nil
	p.Jobs = []LogJob{splJob("ship", "* | extend account_id='1', note='it''s'")}
	s.Accounts[1].Roles = append(s.Accounts[1].Roles, readerRole())
	s.Accounts[0].Roles = append(s.Accounts[0].Roles, writerRole(testMember))
	s.Accounts[0].LogService = &LogService{Projects: []LogProject{{
		ProjectName: "archive", Region: "cn-hangzhou", LogStores: []LogStore{{LogStoreName: "all", TTL: 180}, {LogStoreName: "second", TTL: 180}},
	}}}
	return s
}

func splJob(name, script string) LogJob {
	j := etlJob(name, "RUNNING")
	j.Configuration["lang"], j.Configuration["script"] = "SPL", script
	j.Configuration["sinks"].([]any)[0].(map[string]any)["datasets"] = []any{splDataSet}
	return j
}

// write appends rows with a field n to the source.
func write(t *testing.T, cloud *Cloud, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		mustDo(t, cloud.AppendLogRows("p-one", "audit", LogRow{Fields: map[string]string{"n": strconv.Itoa(n)}}))
	}
}

// wantArchived checks the field n of the rows in the archive.
func wantArchived(t *testing.T, cloud *Cloud, when, want string) {
	t.Helper()
	got := []string{}
	for _, row := range cloud.LogRows("archive", "all") {
		got = append(got, row.Fields["n"])
	}
	if strings.Join(got, " ") != want {
		t.Errorf("%s: archived %q, want %q", when, strings.Join(got, " "), want)
	}
}

// TestETL ships rows that the vendor's client writes, and follows the job through its life.
func TestETL(t *testing.T) {
	at := &clock{now: time.Now()}
	cloud, server := startCloud(t, etlScenario(), withClock(at))
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	mustDo(t, c.PutLogs("p-one", "audit", logGroupOf(1700000000, "n", "1", "account_id", "old", "verb", "get")))
	rows := cloud.LogRows("archive", "all")
	if len(rows) != 1 || fmt.Sprint(rows[0]) != `{1700000000  topic 10.0.0.1 map[__tag__:host:a account_id:1 n:1 note:it's verb:get]}` {
		t.Fatalf("%v", rows)
	}
	if source := cloud.LogRows("p-one", "audit"); len(source) != 1 || source[0].Fields["account_id"] != "old" {
		t.Errorf("the source has changed: %v", source)
	}

	mustDo(t, c.StopETL("p-one", "ship"))
	write(t, cloud, 2)
	wantArchived(t, cloud, "stopped", "1")
	mustDo(t, c.StartETL("p-one", "ship"))
	write(t, cloud, 3)
	wantArchived(t, cloud, "started again", "1 2 3")

	groups := must[[]*sls.ConsumerGroup](t)(c.ListConsumerGroup("p-one", "audit"))
	if len(groups) != 1 || !strings.HasPrefix(groups[0].ConsumerGroupName, "etl-") {
		t.Fatalf("%+v", groups)
	}
	at.Advance(time.Minute)
	for _, point := range must[[]*sls.ConsumerGroupCheckPoint](t)(c.GetCheckpoint("p-one", "audit", groups[0].ConsumerGroupName)) {
		end := must[string](t)(c.GetCursor("p-one", "audit", point.ShardID, "end"))
		if point.CheckPoint != end || point.UpdateTime == 0 {
			t.Errorf("%+v, the end is %s", point, end)
		}
		if last := must[time.Time](t)(c.GetPrevCursorTime("p-one", "audit", point.ShardID, point.CheckPoint)); last.Unix() != at.Now().Add(-time.Minute).Unix() {
			t.Errorf("shard %d was read up to %v", point.ShardID, last)
		}
	}
	_, err := c.GetCheckpoint("p-one", "audit", "none")
	if err == nil {
		t.Error("a consumer group that is not there has checkpoints")
	}

	job := *must[*sls.ETL](t)(c.GetETL("p-one", "ship"))
	job.Configuration.Script = "*"
	mustDo(t, c.RestartETL("p-one", job))
	wantArchived(t, cloud, "run anew", "1 2 3 1 2 3")
	mustDo(t, c.DeleteETL("p-one", "ship"))
	write(t, cloud, 4)
	wantArchived(t, cloud, "deleted", "1 2 3 1 2 3")
	if groups := must[[]*sls.ConsumerGroup](t)(c.ListConsumerGroup("p-one", "audit")); len(groups) > 0 {
		t.Errorf("left behind: %+v", groups)
	}
	if store, there := cloud.LogStore("p-one", etlLogStore); there {
		t.Errorf("there were failures: %v", store.Rows)
	}
}

// TestETLFailures: each thing that is wrong keeps rows where they are, is told in the source's project, and is over when
// it is put right.
func TestETLFailures(t *testing.T) {
	sink := func(s *Scenario) map[string]any {
		return s.Accounts[1].LogService.Projects[0].Jobs[0].Configuration["sinks"].([]any)[0].(map[string]any)
	}
	role := func(s *Scenario, account int) *Role {
		roles := s.Accounts[account].Roles
		return &roles[len(roles)-1]
	}
	without := func(r *Role, action string) {
		allowed := &r.Policies[0].Statement[0].Action
		*allowed = slices.DeleteFunc(*allowed, func(a string) bool { return a == action })
	}
	type failure struct {
		name   string
		change func(*Scenario)
		code   string
		says   []string
	}
	tests := []failure{
		{"no source", func(s *Scenario) { s.Accounts[1].LogService.Projects[0].Jobs[0].Configuration["logstore"] = "none" }, "LogStoreNotExist", []string{"logstore none"}},
		{"no reader", func(s *Scenario) { role(s, 1).RoleName = "other" }, "EntityNotExist.Role", []string{memberReader}},
		{"reader trusts another", func(s *Scenario) { role(s, 1).Trusts = []string{"ecs.aliyuncs.com"} }, "Unauthorized", []string{memberReader, "log.aliyuncs.com"}},
		{"reader of another account", func(s *Scenario) { s.Accounts[1].LogService.Projects[0].Jobs[0].Configuration["roleArn"] = logWriter }, "Unauthorized", []string{logWriter, testMember}},
		{"no writer", func(s *Scenario) { role(s, 0).RoleName = "other" }, "EntityNotExist.Role", []string{logWriter}},
		{"writer trusts the service", func(s *Scenario) { role(s, 0).Trusts = []string{"log.aliyuncs.com"} }, "Unauthorized", []string{logWriter, testMember + "@log.aliyuncs.com"}},
		{"writer of another account", func(s *Scenario) { sink(s)["roleArn"] = memberReader }, "Unauthorized", []string{memberReader, testManagement}},
		{"writer may not", func(s *Scenario) { role(s, 0).Policies[0].Statement[0].Action = rampolicy.Strings{"log:Get*"} }, "Unauthorized", []string{logWriter, "log:PostLogStoreLogs", "acs:log:cn-hangzhou:" + testManagement + ":project/archive/logstore/all"}},
		{"no project", func(s *Scenario) { sink(s)["project"] = "none" }, "ProjectNotExist", []string{"none"}},
		{"no sink", func(s *Scenario) { sink(s)["logstore"] = "none" }, "LogStoreNotExist", []string{"none", "archive"}},
		{"endpoint", func(s *Scenario) { sink(s)["endpoint"] = "https://cn-shanghai.log.aliyuncs.com" }, "ProjectNotExist", []string{"cn-shanghai", "archive"}},
		{"intranet", func(s *Scenario) {
			s.Accounts[0].LogService.Projects[0].Region, sink(s)["endpoint"] = "cn-shanghai", "cn-shanghai-intranet.log.aliyuncs.com"
		}, "EndpointUnreachable", []string{"cn-shanghai-intranet"}},
		{"control policy", func(s *Scenario) {
			s.ResourceDirectory.ControlPolicies = []ControlPolicy{{PolicyName: "NoLogs", Targets: []string{testMember}, PolicyDocument: rampolicy.Document{
				Statement: []rampolicy.Statement{{Effect: "Deny", Action: rampolicy.Strings{"log:GetCursorOrData"}, Resource: rampolicy.Strings{"*"}}},
			}}}
		}, "Unauthorized", []string{"log:GetCursorOrData"}},
		{"script", func(s *Scenario) {
			s.Accounts[1].LogService.Projects[0].Jobs[0].Configuration["script"] = "* | where a='1'"
		}, codeNotSimulated, []string{"extend"}},
	}
	for _, action := range slices.Concat(etlActions, etlGroupActions) {
		tests = append(tests, failure{"without " + action, func(s *Scenario) { without(role(s, 1), "log:"+action) }, "Unauthorized", []string{memberReader, "log:" + action, "project/p-one/logstore/audit"}})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := etlScenario()
			test.change(s)
			cloud, _ := startCloud(t, s)
			write(t, cloud, 1, 2)
			wantArchived(t, cloud, "wrong", "")
			if job, _ := cloud.LogJob("p-one", "ship"); job.Status != "RUNNING" {
				t.Error(job.Status)
			}
			told, _ := cloud.LogStore("p-one", etlLogStore)
			if len(told.Rows) != 1 || told.Index == nil {
				t.Fatalf("told %+v", told)
			}
			row := told.Rows[0].Fields
			if row["code"] != test.code || row["job_name"] != "ship" || row["level"] != "ERROR" {
				t.Error(row)
			}
			for _, text := range test.says {
				if !strings.Contains(row["message"], text) {
					t.Errorf("%s does not say %s", row["message"], text)
				}
			}
			cloud.AdvanceLogs(time.Minute)
			if again := cloud.LogRows("p-one", etlLogStore); len(again) != 2 {
				t.Errorf("told %d times", len(again))
			}
			repairETL(t, cloud)
			write(t, cloud, 3)
			wantArchived(t, cloud, "put right", "1 2 3")
		})
	}
}

// repairETL makes everything as it is in etlScenario.
func repairETL(t *testing.T, cloud *Cloud) {
	t.Helper()
	right := etlScenario()
	for i, id := range []string{testManagement, testMember} {
		mustDo(t, cloud.UpdateAccount(id, func(a *Account) { a.Roles = right.Accounts[i].Roles }))
	}
	mustDo(t, cloud.SetControlPolicies(nil))
	if p, _ := cloud.LogProject("archive"); p.Region != "cn-hangzhou" {
		mustDo(t, cloud.DeleteLogProject("archive"))
		mustDo(t, cloud.AddLogProject(testManagement, right.Accounts[0].LogService.Projects[0]))
	}
	mustDo(t, cloud.UpdateLogJob("p-one", "ship", func(j *LogJob) { j.Configuration = splJob("ship", "*").Configuration }))
}

// TestETLClock: rows and ttl on the clock of Log Service. A job that runs is ahead of the ttl however far the clock
// jumps; one that is stopped, or cannot write, loses what grew too old.
func TestETLClock(t *testing.T) {
	const day = 24 * time.Hour
	channel := func(change func(*Scenario)) *Cloud {
		s := etlScenario()
		s.Accounts[1].LogService.Projects[0].LogStores[0].TTL = 1
		change(s)
		cloud, _ := startCloud(t, s)
		return cloud
	}
	stop := func(s *Scenario) { s.Accounts[1].LogService.Projects[0].Jobs[0].Status = "STOPPED" }
	start := func(cloud *Cloud) {
		mustDo(t, cloud.UpdateLogJob("p-one", "ship", func(j *LogJob) { j.Status = "RUNNING" }))
	}

	cloud := channel(func(*Scenario) {})
	write(t, cloud, 1)
	cloud.AdvanceLogs(3 * day)
	wantArchived(t, cloud, "running", "1")
	if rows := cloud.LogRows("p-one", "audit"); len(rows) > 0 {
		t.Errorf("the ttl left %v", rows)
	}

	cloud = channel(stop)
	write(t, cloud, 1)
	cloud.AdvanceLogs(23 * time.Hour)
	write(t, cloud, 2)
	start(cloud)
	wantArchived(t, cloud, "stopped for less than the ttl", "1 2")

	cloud = channel(stop)
	write(t, cloud, 1)
	cloud.AdvanceLogs(23 * time.Hour)
	write(t, cloud, 2)
	cloud.AdvanceLogs(2 * time.Hour)
	start(cloud)
	wantArchived(t, cloud, "stopped for more than the ttl", "2")

	at := &clock{now: time.Now()}
	s := etlScenario()
	s.Accounts[1].LogService.Projects[0].LogStores[0].TTL = 1
	s.Accounts[0].Roles[len(s.Accounts[0].Roles)-1].Trusts = []string{"log.aliyuncs.com"}
	cloud, _ = startCloud(t, s, withClock(at))
	write(t, cloud, 1)
	at.Advance(2 * day)
	repairETL(t, cloud)
	write(t, cloud, 2)
	wantArchived(t, cloud, "could not write", "2")

	cloud = channel(func(s *Scenario) { s.Behaviour.LogShippingDelay = "90s" })
	write(t, cloud, 1)
	wantArchived(t, cloud, "before the delay", "")
	cloud.AdvanceLogs(time.Minute)
	write(t, cloud, 2)
	wantArchived(t, cloud, "before the delay", "")
	cloud.AdvanceLogs(time.Minute)
	wantArchived(t, cloud, "between", "1")
	cloud.AdvanceLogs(3 * day)
	wantArchived(t, cloud, "after the delay", "1 2")

	cloud = channel(func(s *Scenario) {
		s.Accounts[1].LogService.Projects[0].LogStores[0].Rows = []LogRow{{Age: "48h", Fields: map[string]string{"n": "1"}}, {Age: "1h", Fields: map[string]string{"n": "2"}}}
	})
	wantArchived(t, cloud, "older than the ttl at the start", "2")

	began := time.Now()
	cloud = channel(func(s *Scenario) {
		s.Behaviour.LogJobDuration = "10s"
		c := s.Accounts[1].LogService.Projects[0].Jobs[0].Configuration
		c["fromTime"], c["toTime"] = began.Add(time.Hour).Unix(), began.Add(3*time.Hour).Unix()
	})
	for n := range 4 {
		write(t, cloud, n)
		cloud.AdvanceLogs(time.Hour)
	}
	wantArchived(t, cloud, "from and to", "1 2")
	if job, _ := cloud.LogJob("p-one", "ship"); job.Status != "STOPPED" {
		t.Errorf("past toTime the job is %s", job.Status)
	}
}

// TestDemoFleetShips: the roles of the demo's landing zone let its members ship to its log account.
func TestDemoFleetShips(t *testing.T) {
	s, err := LoadScenario("../../examples/demo/fleet.yaml")
	mustDo(t, err)
	cloud, _ := startCloud(t, s)
	mustDo(t, cloud.AddLogProject("100000000000002", LogProject{ProjectName: "collect-logs", Region: "cn-hangzhou", LogStores: []LogStore{{LogStoreName: "all", TTL: 180}}}))
	for member, id := range map[string]string{"100000000000003": "c1a00000000000000000000000retail1", "100000000000004": "c1b0000000000000000000000logistic"} {
		p, _ := cloud.LogProject("k8s-log-" + id)
		for i := range p.LogStores {
			job := splJob(fmt.Sprintf("ship-%d", i), "*")
			job.Configuration["logstore"], job.Configuration["roleArn"] = p.LogStores[i].LogStoreName, "acs:ram::"+member+":role/ackguard-log-reader"
			sink := job.Configuration["sinks"].([]any)[0].(map[string]any)
			sink["project"], sink["roleArn"] = "collect-logs", "acs:ram::100000000000002:role/ackguard-log-writer"
			mustDo(t, cloud.AddLogJob(p.ProjectName, job))
		}
		if store, failed := cloud.LogStore(p.ProjectName, etlLogStore); failed {
			t.Error(store.Rows)
		}
	}
	if rows := cloud.LogRows("collect-logs", "all"); len(rows) != 3 {
		t.Errorf("%d rows were shipped: %v", len(rows), rows)
	}
}

// TestETLForms: sinks of both versions, jobs after one another, and scripts that no client may send.
func TestETLForms(t *testing.T) {
	for _, test := range []struct{ lang, second string }{{"SPL", "1"}, {"", ""}} {
		s := etlScenario()
		job := splJob("ship", "")
		if test.lang == "" {
			job = etlJob("ship", "RUNNING")
		}
		sinks := job.Configuration["sinks"].([]any)
		second := map[string]any{"name": "second", "project": "archive", "logstore": "second", "roleArn": logWriter}
		if test.lang != "" {
			second["datasets"] = []any{splDataSet}
		}
		job.Configuration["sinks"] = append(sinks, second)
		s.Accounts[1].LogService.Projects[0].Jobs[0] = job
		s.Accounts[0].Roles[0].Policies[0].Statement[0].Resource = rampolicy.Strings{"*"}
		cloud, _ := startCloud(t, s)
		write(t, cloud, 1)
		wantArchived(t, cloud, test.lang, "1")
		got := cloud.LogRows("archive", "second")
		if fits := len(got) == 0 && test.second == "" || len(got) == 1 && got[0].Fields["n"] == test.second; !fits {
			t.Errorf("%q: the second sink has %v, want %q", test.lang, got, test.second)
		}
	}

	messages := []string{}
	_, server := startCloud(t, etlScenario(), expectUnexpected(&messages))
	c := logClient(t, server, keyOf("FAKELOCAL"), v4)
	job := shipping("new")
	job.Configuration.Script = "* | project a"
	wantLogCode(t, c.CreateETL("p-one", job), 501, codeNotSimulated)
	job.Configuration.Script, job.Configuration.ETLSinks[0].DataSets = "*", []string{"mine"}
	wantLogCode(t, c.CreateETL("p-one", job), 501, codeNotSimulated)
	if len(messages) != 2 {
		t.Error(messages)
	}
}

// TestETLChain: a row passes jobs one after another at once, and a circle does not hang.
func TestETLChain(t *testing.T) {
	s := etlScenario()
	back := etlJob("back", "RUNNING")
	back.Configuration["logstore"], back.Configuration["roleArn"] = "all", "acs:ram::"+testManagement+":role/both"
	sink := back.Configuration["sinks"].([]any)[0].(map[string]any)
	sink["logstore"], sink["roleArn"] = "second", "acs:ram::"+testManagement+":role/both"
	s.Accounts[0].LogService.Projects[0].Jobs = []LogJob{back}
	s.Accounts[0].Roles = append(s.Accounts[0].Roles, Role{RoleName: "both", Trusts: []string{"log.aliyuncs.com"}, AttachedPolicies: []string{"AliyunLogFullAccess"}})
	cloud, _ := startCloud(t, s)
	write(t, cloud, 1)
	if rows := cloud.LogRows("archive", "second"); len(rows) != 1 || rows[0].Fields["account_id"] != "1" {
		t.Errorf("%v", rows)
	}
	mustDo(t, cloud.UpdateLogJob("archive", "back", func(j *LogJob) { sink["logstore"] = "all"; j.Configuration = back.Configuration }))
	write(t, cloud, 2)
	if n := len(cloud.LogRows("archive", "all")); n == 0 || n > 40 {
		t.Errorf("%d rows went round", n)
	}
}

func TestETLScript(t *testing.T) {
	row := []logPair{{"a", "1"}, {"b", "2"}, {"a", "3"}}
	for script, want := range map[string]string{
		"":                                     "[{a 1} {b 2} {a 3}]",
		" * ":                                  "[{a 1} {b 2} {a 3}]",
		"*|extend c='x'":                       "[{a 1} {b 2} {a 3} {c x}]",
		"* | extend a='x' , d=b":               "[{b 2} {a x} {d 2}]",
		"* | extend c=a | extend b=none":       "[{a 1} {b 2} {a 3} {c 3}]",
		`* | extend "a-b"='it''s, '',''', c=b`: "[{a 1} {b 2} {a 3} {a-b it's, ','} {c 2}]",
		"* | extend c='' ":                     "[{a 1} {b 2} {a 3} {c }]",
		"* | where a='1'":                      "",
		"* | extend c='x' where":               "",
		"* | extend c='x',":                    "",
		"* | extend c='x'y'":                   "",
		"* | extend c=1":                       "",
		"* | extend __time__='1'":              "",
		"a=1":                                  "",
		"* extend c='x'":                       "",
		"* | extend c=concat(a, b)":            "",
	} {
		rule, known := parseETLScript("SPL", script)
		got := ""
		if known {
			got = fmt.Sprint(rule.apply(row))
		}
		if got != want {
			t.Errorf("%s: %s, want %s", script, got, want)
		}
	}
	if _, known := parseETLScript("", "*"); known {
		t.Error("* is a script of SPL only")
	}
}

// TestETLFleet: two hundred jobs with nothing new cost a call next to nothing.
func TestETLFleet(t *testing.T) {
	s := etlScenario()
	writer, projects := &s.Accounts[0].Roles[0], &s.Accounts[1].LogService.Projects
	writer.Policies[0].Statement[0].Resource = rampolicy.Strings{"*"}
	s.Accounts[1].Roles[1].Policies[0].Statement[0].Resource = rampolicy.Strings{"*"}
	for i := range 140 {
		p := (*projects)[0]
		p.ProjectName, p.LogStores = fmt.Sprintf("k8s-log-%d", i), []LogStore{{LogStoreName: "audit", TTL: 1}}
		*projects = append(*projects, p)
	}
	for i := range 59 {
		(*projects)[0].Jobs = append((*projects)[0].Jobs, splJob(fmt.Sprintf("more-%d", i), "*"))
	}
	cloud, _ := startCloud(t, s)
	for i := range 140 {
		mustDo(t, cloud.AppendLogRows(fmt.Sprintf("k8s-log-%d", i), "audit", LogRow{Fields: map[string]string{"n": "1"}}))
	}
	write(t, cloud, 1)
	if n := len(cloud.LogRows("archive", "all")); n != 200 {
		t.Fatalf("%d rows were shipped", n)
	}
	allocations := testing.AllocsPerRun(10, func() {
		cloud.mu.Lock()
		defer cloud.mu.Unlock()
		cloud.settleLog(cloud.now())
	})
	if allocations > 10 {
		t.Errorf("settling allocates %v times with nothing to do", allocations)
	}
}
