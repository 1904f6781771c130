package logshipping_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// theJob is retail's job, and its configuration.
func theJob(cloud *acctest.Cloud) (simulator.LogJob, simulator.LogETL, error) {
	job, ok := cloud.LogJob(retailProject, retailJob)
	if !ok {
		return job, simulator.LogETL{}, fmt.Errorf("there is no job %s", retailJob)
	}
	return job, job.ETL(), nil
}

func jobHolds(cloud *acctest.Cloud, check func(simulator.LogJob, simulator.LogETL) bool) resource.TestCheckFunc {
	return acctest.Func(func() error {
		job, etl, err := theJob(cloud)
		if err == nil && !check(job, etl) {
			err = fmt.Errorf("the cloud holds %+v %+v", job, etl)
		}
		return err
	})
}

func noJob(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if _, _, err := theJob(cloud); err == nil {
			return errors.New("the job is there")
		}
		return nil
	})
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

const plainScript = "* | extend account_id='" + acctest.Retail + "', region='cn-hangzhou', cluster_id='c00000000000000000000000000retail', cluster_name='retail', log_source='audit'"

func TestShipping_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	everything := `
  name              = "` + retailJob + `"
  display_name      = "Audit logs of retail"
  description       = "For the auditors."
  cluster_name      = "shop's"
  additional_fields = { environment = "production" }
  enabled           = false
  verify_timeout    = "5m"
`
	computed := []string{"verified", "verification", "lag_seconds", "verify_timeout"}
	importID := func(*terraform.State) (string, error) {
		return acctest.Retail + "/cn-hangzhou/" + retailProject + "/" + retailJob, nil
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noJob(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", shippingBlock("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(shippingAddress, tfjsonpath.New("project"), knownvalue.StringExact(retailProject)),
					plancheck.ExpectKnownValue(shippingAddress, tfjsonpath.New("script"), knownvalue.StringExact(plainScript)),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					shippingKnown("logstore", knownvalue.StringExact(retailAudit)), shippingKnown("name", knownvalue.StringExact(retailJob)), shippingKnown("display_name", knownvalue.StringExact(retailJob)),
					shippingKnown("cluster_name", knownvalue.StringExact("retail")), shippingKnown("region", knownvalue.StringExact("cn-hangzhou")), shippingKnown("verified", knownvalue.Bool(true)),
					shippingKnown("job_before", knownvalue.Null()), shippingKnown("index_before", knownvalue.Null()),
				},
				Check: jobHolds(cloud, func(j simulator.LogJob, e simulator.LogETL) bool {
					s := e.Sinks[0]
					return j.Status == "RUNNING" && j.DisplayName == retailJob && e.Script == plainScript && e.Lang == "SPL" && e.LogStore == retailAudit && e.FromTime == 0 && e.ToTime == 0 &&
						e.RoleARN == "acs:ram::"+acctest.Retail+":role/"+acctest.ReaderRole && len(e.Sinks) == 1 && s.Project == acctest.ArchiveProject && s.LogStore == acctest.ArchiveStore &&
						s.Endpoint == "https://cn-hangzhou.log.aliyuncs.com" && s.RoleARN == "acs:ram::"+acctest.CentralAccount+":role/"+acctest.WriterRole && slices.Equal(s.DataSets, []string{"__UNNAMED__"})
				}),
			},
			{
				Config:           cloud.Provider("", shippingBlock(everything)),
				ConfigPlanChecks: shippingAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					shippingKnown("status", knownvalue.StringExact("STOPPED")), shippingKnown("verified", knownvalue.Null()), shippingKnown("verification", knownvalue.StringExact("Nothing was done: enabled is false.")),
				},
				Check: jobHolds(cloud, func(j simulator.LogJob, e simulator.LogETL) bool {
					return j.Status == "STOPPED" && j.DisplayName == "Audit logs of retail" && j.Description == "For the auditors." &&
						e.Script == strings.Replace(plainScript, "'retail', log_source", "'shop''s', log_source", 1)+", environment='production'"
				}),
			},
			{
				ResourceName: shippingAddress, ImportState: true, ImportStateIdFunc: importID, ImportStateVerify: true, ImportStateVerifyIgnore: computed,
				ImportStateVerifyIdentifierAttribute: "name",
			},
			{ // what can be taken away is; a job that stands still is changed as it is, and then started
				Config:            cloud.Provider("", shippingBlock("")),
				ConfigPlanChecks:  shippingAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{shippingKnown("verified", knownvalue.Bool(true)), shippingKnown("cluster_name", knownvalue.StringExact("shop's"))},
				Check: jobHolds(cloud, func(j simulator.LogJob, e simulator.LogETL) bool {
					return j.Status == "RUNNING" && j.Description == "" && j.DisplayName == retailJob && e.Script == strings.Replace(plainScript, "'retail', log_source", "'shop''s', log_source", 1)
				}),
			},
			{Config: cloud.Provider("", shippingBlock("")), ResourceName: shippingAddress, ImportState: true, ImportStateIdFunc: importID, ImportStateKind: resource.ImportBlockWithID},
			{ // other rows from the first one on, in a job of another name
				Config: cloud.Provider("", shippingBlock(`
  name      = "another"
  from_time = "2026-01-02T03:04:05+08:00"`)),
				ConfigPlanChecks: shippingAction(plancheck.ResourceActionDestroyBeforeCreate),
				Check: acctest.Func(func() error {
					job, ok := cloud.LogJob(retailProject, "another")
					if _, was := cloud.LogJob(retailProject, retailJob); !ok || was || job.ETL().FromTime != 1767294245 {
						return fmt.Errorf("%+v; the former job is there: %t", job, was)
					}
					return nil
				}),
			},
			{ // the same time, written otherwise, is no change of the job
				Config: cloud.Provider("", shippingBlock(`
  name      = "another"
  from_time = "2026-01-01T19:04:05Z"`)),
				ConfigPlanChecks: shippingAction(plancheck.ResourceActionUpdate),
				Check: acctest.Func(func() error {
					if n := cloud.Count(simulator.Filter{Action: "RestartJob"}); n != 0 {
						return fmt.Errorf("%d restarts", n)
					}
					return nil
				}),
			},
		},
	})
}

// Every attribute of a job that somebody changes by hand shows, and is put right.
func TestShipping_drift(t *testing.T) {
	t.Parallel()
	set := func(name string, v any) func(*simulator.LogJob) {
		return func(j *simulator.LogJob) { j.Configuration[name] = v }
	}
	sink := func(name string, v any) func(*simulator.LogJob) {
		return func(j *simulator.LogJob) { j.Configuration["sinks"].([]any)[0].(map[string]any)[name] = v }
	}
	for name, change := range map[string]func(*simulator.LogJob){
		"display_name":         func(j *simulator.LogJob) { j.DisplayName = "x" },
		"description":          func(j *simulator.LogJob) { j.Description = "x" },
		"status":               func(j *simulator.LogJob) { j.Status = "STOPPED" },
		"script":               set("script", strings.Replace(plainScript, "audit", "event", 1)),
		"emptied script":       set("script", ""),
		"language":             func(j *simulator.LogJob) { set("lang", "")(j); sink("datasets", []any{})(j) },
		"source_role_arn":      set("roleArn", "acs:ram::"+acctest.Retail+":role/another"),
		"destination_role_arn": sink("roleArn", "acs:ram::"+acctest.CentralAccount+":role/another"),
		"archive.account_id":   sink("roleArn", "acs:ram::"+acctest.Logistics+":role/"+acctest.WriterRole),
		"archive.region":       sink("endpoint", "https://cn-shanghai.log.aliyuncs.com"),
		"archive.project":      sink("project", "another"),
		"archive.logstore":     sink("logstore", "another"),
		"second sink": func(j *simulator.LogJob) {
			second := map[string]any{}
			for k, v := range j.Configuration["sinks"].([]any)[0].(map[string]any) {
				second[k] = v
			}
			second["name"], second["logstore"] = "second", "second"
			j.Configuration["sinks"] = append(j.Configuration["sinks"].([]any), second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.LogFleet())
			r := cloud.Resource(t, shippingKind)
			block := shipping("verify", false)
			mustDo(t, r.Apply(block))
			before, _ := cloud.LogJob(retailProject, retailJob)
			mustDo(t, cloud.UpdateLogJob(retailProject, retailJob, change))
			if nothing, err := r.Settled(block); err != nil || nothing {
				t.Fatalf("it does not show: %v", err)
			}
			mustDo(t, r.Apply(block))
			if after, _ := cloud.LogJob(retailProject, retailJob); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("it is %v, and was %v", after, before)
			}
			mustDo(t, r.Destroy())
		})
	}
}

// What means the same is no drift.
func TestShipping_sameMeaning(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	r := cloud.Resource(t, shippingKind)
	block := shipping("verify", false)
	mustDo(t, r.Apply(block))
	mustDo(t, cloud.UpdateLogJob(retailProject, retailJob, func(j *simulator.LogJob) {
		sink := j.Configuration["sinks"].([]any)[0].(map[string]any)
		j.Configuration["roleArn"] = "acs:ram::" + acctest.Retail + ":role/Ackguard-Log-Reader"
		sink["endpoint"], sink["name"] = "cn-hangzhou-intranet.log.aliyuncs.com", "target"
	}))
	if nothing, err := r.Settled(block); err != nil || !nothing {
		t.Errorf("it shows as a change: %v", err)
	}
	mustDo(t, r.Apply(shipping("verify", false, "description", "x")))
	if _, etl, _ := theJob(cloud); etl.Sinks[0].Name != "target" {
		t.Errorf("the destination was renamed: %+v", etl)
	}
}

// A job that somebody deleted is made again. What it left of its source's retention is said, and taken on from.
func TestShipping_gone(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	before := cloud.Snapshot()
	r := cloud.Resource(t, shippingKind)
	block := shipping("verify", false, "source_retention", map[string]any{"days": 1})
	mustDo(t, r.Apply(block))
	mustDo(t, cloud.DeleteLogJob(retailProject, retailJob))
	mustDo(t, r.Apply(block))
	if said := strings.Join(r.Warnings(), "\n"); !acctest.Says("Source of a deleted job still keeps rows for a short time", "kept rows for 30 days before it", "ackguard:ttl:"+retailAudit).MatchString(said) {
		t.Errorf("said %s", said)
	}
	mustDo(t, r.Destroy())
	if left := before.Diff(cloud.Snapshot()); len(left) > 0 {
		t.Errorf("destroy leaves %v", left)
	}
}

// The source's retention changes with the block, shows when somebody changes it, and is put back.
func TestShipping_retention(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	before := cloud.Snapshot()
	is := func(days int64, index bool) {
		t.Helper()
		if s, _ := cloud.LogStore(retailProject, retailAudit); s.TTL != days || (s.Index != nil) != index {
			t.Errorf("it keeps rows for %d days, index %t; want %d, %t", s.TTL, s.Index != nil, days, index)
		}
	}
	keeping := func(retention map[string]any) map[string]any {
		return shipping("verify", false, "source_retention", retention)
	}
	r := cloud.Resource(t, shippingKind)
	mustDo(t, r.Apply(keeping(map[string]any{"days": 1})))
	is(1, true)
	mustDo(t, cloud.UpdateLogStore(retailProject, retailAudit, func(s *simulator.LogStore) { s.TTL = 90 }))
	mustDo(t, r.Apply(keeping(map[string]any{"days": 1})))
	is(1, true)
	mustDo(t, r.Apply(keeping(map[string]any{"days": 2, "index_enabled": false})))
	is(2, false)
	mustDo(t, cloud.UpdateLogStore(retailProject, retailAudit, func(s *simulator.LogStore) {
		s.Index = &simulator.LogIndex{Line: &simulator.LogIndexLine{Token: []string{" "}}}
	}))
	if nothing, err := r.Settled(keeping(map[string]any{"days": 2, "index_enabled": false})); err != nil || nothing {
		t.Errorf("an index that somebody made does not show: %v", err)
	}
	mustDo(t, cloud.UpdateLogStore(retailProject, retailAudit, func(s *simulator.LogStore) { s.Index = nil }))
	mustDo(t, r.Apply(keeping(map[string]any{"index_enabled": false})))
	is(30, false) // the days are nobody's any more
	mustDo(t, r.Apply(keeping(map[string]any{"index_enabled": true})))
	is(30, true)
	mustDo(t, r.Apply(keeping(map[string]any{"days": 3, "index_enabled": false})))
	is(3, false)
	mustDo(t, r.Apply(shipping("verify", false)))
	is(30, true)
	mustDo(t, r.Apply(keeping(map[string]any{"days": 1, "index_enabled": false})))
	mustDo(t, r.Destroy())
	if left := before.Diff(cloud.Snapshot()); len(left) > 0 {
		t.Errorf("destroy leaves %v", left)
	}
}

// An index that was not there is made, and goes again; its rows were never searchable.
func TestShipping_indexMade(t *testing.T) {
	t.Parallel()
	s := acctest.LogFleet()
	s.Accounts[1].LogService.Projects[0].LogStores[0].Index = nil
	cloud := acctest.New(t, s)
	before := cloud.Snapshot()
	r := cloud.Resource(t, shippingKind)
	mustDo(t, r.Apply(shipping("verify", false, "source_retention", map[string]any{"index_enabled": true})))
	if s, _ := cloud.LogStore(retailProject, retailAudit); s.Index == nil || s.Index.Keys["objectRef"].Type != "json" {
		t.Errorf("the index is %+v", s.Index)
	}
	mustDo(t, r.Destroy())
	if left := before.Diff(cloud.Snapshot()); len(left) > 0 {
		t.Errorf("destroy leaves %v", left)
	}
}

// Two blocks share a Logstore: the first that goes puts its retention back, the other one's plan shows that, and the
// last leaves it as it was.
func TestShipping_twoOfOneStore(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	before := cloud.Snapshot()
	block := func(name string, days int) map[string]any {
		return shipping("verify", false, "name", name, "source_retention", map[string]any{"days": days})
	}
	one, two := cloud.Resource(t, shippingKind), cloud.Resource(t, shippingKind)
	mustDo(t, one.Apply(block("one", 1)))
	mustDo(t, two.Apply(block("two", 1)))
	mustDo(t, one.Destroy())
	if s, _ := cloud.LogStore(retailProject, retailAudit); s.TTL != 30 {
		t.Errorf("%d days", s.TTL)
	}
	if nothing, err := two.Settled(block("two", 1)); err != nil || nothing {
		t.Errorf("it does not show: %v", err)
	}
	mustDo(t, two.Apply(block("two", 1)))
	mustDo(t, two.Destroy())
	if left := before.Diff(cloud.Snapshot()); len(left) > 0 {
		t.Errorf("destroy leaves %v", left)
	}
}

// A job of the same name is taken over if it equals the block, and else only if that is said.
func TestShipping_existing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	r := cloud.Resource(t, shippingKind)
	mustDo(t, r.Apply(shipping("verify", false)))
	said := strings.Join(cloud.Live(t, shippingKind, shipping("verify", false, "description", "mine")), "\n")
	if !acctest.Says("Project has another job of this name", `description is "", not "mine"`, "terraform import ADDRESS "+acctest.Retail+"/cn-hangzhou/"+retailProject+"/"+retailJob, "adopt_existing = true").MatchString(said) {
		t.Errorf("said %s", said)
	}
	before := cloud.Snapshot()
	if said := cloud.Live(t, shippingKind, shipping("verify", false, "description", "mine", "enabled", false, "adopt_existing", true)); len(said) > 0 {
		t.Errorf("said %v", said)
	}
	if left := before.Diff(cloud.Snapshot()); len(left) > 0 {
		t.Errorf("what was adopted is not as before: %v", left)
	}
	if said := cloud.Live(t, shippingKind, shipping("verify", false, "description", "mine", "adopt_existing", true), shipping("verify", false, "description", "mine")); len(said) > 0 {
		t.Errorf("said %v", said)
	}
	if _, _, err := theJob(cloud); err == nil {
		t.Error("what is not adopted any more is not deleted")
	}
	mustDo(t, r.Apply(shipping("verify", false)))
	if said := cloud.Live(t, shippingKind, shipping("verify", false)); len(said) > 0 {
		t.Errorf("an equal one is not taken over: %v", said)
	}
}

// What is shipped is found by the source, and can be told.
func TestShipping_sources(t *testing.T) {
	t.Parallel()
	inspection := "security-inspector-configaudit-" + retailID[:12]
	for name, c := range map[string]struct {
		more          []any
		store, script string
	}{
		"inspection":   {[]any{"source", "inspection"}, inspection, "log_source='inspection'"},
		"event":        {[]any{"source", "event"}, "k8s-event", "log_source='event'"},
		"component":    {[]any{"source", "control_plane", "component", "apiserver"}, "apiserver-" + retailID, "log_source='control_plane', component='apiserver'"},
		"override":     {[]any{"source", "event", "logstore", inspection}, inspection, "log_source='event'"},
		"custom":       {[]any{"source", "custom", "project", retailProject, "logstore", "k8s-event"}, "k8s-event", "log_source='custom'"},
		"no cluster":   {[]any{"source", "custom", "cluster_id", nil, "project", retailProject, "logstore", "k8s-event"}, "k8s-event", "region='cn-hangzhou', log_source='custom'"},
		"pass through": {[]any{"pass_through", true}, retailAudit, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.LogFleet())
			block := shipping(c.more...)
			r := cloud.Resource(t, shippingKind)
			mustDo(t, r.Apply(block))
			if w := r.Warnings(); len(w) > 0 {
				t.Error(w)
			}
			p, _ := cloud.LogProject(retailProject)
			if len(p.Jobs) != 1 || p.Jobs[0].ETL().LogStore != c.store || !strings.HasSuffix(p.Jobs[0].ETL().Script, c.script) || (c.script == "") != (p.Jobs[0].ETL().Script == "") {
				t.Errorf("%+v", p.Jobs)
			}
			if rows := cloud.LogRows(acctest.ArchiveProject, acctest.ArchiveStore); len(rows) != 1 {
				t.Errorf("the archive has %v", rows)
			}
			mustDo(t, r.Destroy())
		})
	}
}

// Rows begin to carry their origin, and cease to, in place.
func TestShipping_passThrough(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	r := cloud.Resource(t, shippingKind)
	for _, step := range []struct {
		passThrough bool
		script      string
		name        any
	}{{true, "", nil}, {false, plainScript, "retail"}, {true, "", nil}} {
		mustDo(t, r.Apply(shipping("verify", false, "pass_through", step.passThrough)))
		if _, etl, err := theJob(cloud); err != nil || etl.Script != step.script || etl.Lang != "SPL" || r.Attributes()["cluster_name"] != step.name {
			t.Errorf("pass_through %t: %+v %v, %v", step.passThrough, etl, r.Attributes()["cluster_name"], err)
		}
	}
	mustDo(t, r.Destroy())
}

// What cannot be found is said with what is there.
func TestShipping_notFound(t *testing.T) {
	t.Parallel()
	archive := func(more ...any) map[string]any {
		return acctest.With(map[string]any{"account_id": acctest.CentralAccount, "region": "cn-hangzhou", "project": acctest.ArchiveProject, "logstore": acctest.ArchiveStore}, more...)
	}
	without := func(prefix string) *simulator.Scenario {
		s := acctest.LogFleet()
		s.Accounts[1].Clusters[0].AuditLog = nil // which would make its Logstore
		p := &s.Accounts[1].LogService.Projects[0]
		p.LogStores = slices.DeleteFunc(p.LogStores, func(l simulator.LogStore) bool { return strings.HasPrefix(l.LogStoreName, prefix) })
		return s
	}
	for name, c := range map[string]struct {
		scenario *simulator.Scenario
		block    map[string]any
		says     []string
	}{
		"source": {without("audit-"), shipping(), []string{"Logstore not found", "There is no Logstore " + retailAudit + " in project " + retailProject, "it has apiserver-", "ackguard_cluster_audit_log"}},
		"inspection": {
			without("security-"), shipping("source", "inspection"),
			[]string{"Logstore not found", "it has apiserver-", "the first inspection of the add-on security-inspector", "If it is another one, set logstore"},
		},
		"project":         {acctest.LogFleet(), shipping("project", "no-such-project"), []string{"there is no such project"}},
		"archive":         {acctest.LogFleet(), shipping("archive", archive("logstore", "none")), []string{"Archive not found", "There is no Logstore none in project collect-logs of account " + acctest.CentralAccount}},
		"archive project": {acctest.LogFleet(), shipping("archive", archive("project", "no-such-project")), []string{"Archive not found"}},
		"archive region":  {acctest.LogFleet(), shipping("archive", archive("region", "cn-shanghai")), []string{"Archive is in another region", "is in region cn-hangzhou, and not in cn-shanghai"}},
		"cluster":         {acctest.LogFleet(), shipping("cluster_id", acctest.ClusterID("none")), []string{"Finding the project of cluster", "With project set, it need not be found"}},
		"hot tier": {
			func() *simulator.Scenario {
				s := acctest.LogFleet()
				s.Accounts[1].LogService.Projects[0].LogStores[0].HotTTL = 10
				return s
			}(),
			shipping("source_retention", map[string]any{"days": 1}), []string{"Hot tier is longer than the retention", "for 10 days"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, c.scenario)
			before := cloud.Snapshot()
			said := strings.Join(cloud.Live(t, shippingKind, c.block), "\n")
			if !acctest.Says(c.says...).MatchString(said) {
				t.Errorf("said %s", said)
			}
			if made := before.Diff(cloud.Snapshot()); len(made) > 0 {
				t.Errorf("made %v", made)
			}
		})
	}
}

func TestShipping_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	for says, more := range map[string][]any{
		"must be the ARN of a RAM role":                           {"source_role_arn", "reader"},
		"Role of another account":                                 {"destination_role_arn", "acs:ram::" + acctest.Retail + ":role/writer"},
		"value must be one of: \\[\"audit\"":                      {"source", "audits"},
		"must be an ACK cluster ID":                               {"cluster_id", "retail"},
		"must be the name of a job of Log Service":                {"name", "Ship"},
		"must be the name of a Logstore":                          {"logstore", "-a"},
		"must be the name of a project of Log Service":            {"project", "A"},
		"must be a time with its zone":                            {"from_time", "yesterday"},
		"must be a duration from 1s to 1h0m0s":                    {"verify_timeout", "2h"},
		"value must be between 1 and 3650":                        {"source_retention", map[string]any{"days": 0}},
		"At least one attribute out of":                           {"source_retention", map[string]any{}},
		"value must be none of: \\[\"account_id\"":                {"additional_fields", map[string]any{"account_id": "x"}},
		"must be a name of letters, digits":                       {"additional_fields", map[string]any{"a-b": "x"}},
		"must be on one line":                                     {"additional_fields", map[string]any{"a": "x\ny"}},
		"Did you mean \"cn-hangzhou\"":                            {"archive", map[string]any{"account_id": acctest.CentralAccount, "region": "cn-hangzhu", "project": "collect-logs", "logstore": "all"}},
		"would ship " + retailProject + "/" + retailAudit + " to": {"archive", map[string]any{"account_id": acctest.CentralAccount, "region": "cn-hangzhou", "project": retailProject, "logstore": retailAudit}},
	} {
		if said := strings.Join(cloud.Live(t, shippingKind, shipping(append([]any{"verify", false}, more...)...)), "\n"); !acctest.Says(says).MatchString(said) && !strings.Contains(said, strings.ReplaceAll(says, "\\", "")) {
			t.Errorf("%v: it lacks %q: %s", more, says, said)
		}
	}
	if p, _ := cloud.LogProject(retailProject); len(p.Jobs) > 0 {
		t.Errorf("jobs were made: %v", p.Jobs)
	}
}

// A call that is refused is named with its account, object, code, and the right that it needs. A change of the job is
// tried for a minute first.
func TestShipping_refused(t *testing.T) {
	t.Parallel()
	block := shipping("verify", false, "source_retention", map[string]any{"days": 1, "index_enabled": false})
	changed := acctest.With(block, "description", "new")
	for action, patient := range map[string]bool{
		"CreateJob": true, "GetJob": false, "UpdateJob": true, "DeleteJob": true, "GetLogStore": false, "UpdateLogStore": false, "GetIndex": false, "DeleteIndex": false, "CreateIndex": false,
		"TagResources": false, "UntagResources": false, "ListTagResources": false,
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.LogFleet())
			cloud.DenyMember(t, acctest.Retail, "log:"+action)
			began := cloud.Clock.Now()
			said := strings.Join(cloud.Live(t, shippingKind, block, changed), "\n")
			if !acctest.Says("denied", "account "+acctest.Retail, "allow the RAM action log:"+action).MatchString(said) {
				t.Errorf("said %s", said)
			}
			if patient != strings.Contains(said, "a right that was given just now takes a moment to hold") || patient && cloud.Clock.Now().Sub(began) < time.Minute {
				t.Errorf("patient: %t, after %s: %s", patient, cloud.Clock.Now().Sub(began), said)
			}
		})
	}
	for action, account := range map[string]string{"ListJobs": acctest.Retail, "GetLogStoreMeteringMode": acctest.Retail, "GetProject": acctest.CentralAccount} {
		t.Run(action, func(t *testing.T) { // looks ahead only
			t.Parallel()
			cloud := acctest.New(t, acctest.LogFleet())
			cloud.DenyMember(t, account, "log:"+action)
			r := cloud.Resource(t, shippingKind)
			mustDo(t, r.Apply(block))
			if said := strings.Join(r.Warnings(), "\n"); !acctest.Says("Source or archive could not be looked at before the apply", "account "+account, "allow the RAM action log:"+action).MatchString(said) {
				t.Errorf("said %s", said)
			}
			mustDo(t, r.Destroy())
		})
	}
	t.Run("granted meanwhile", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.LogFleet())
		fault := cloud.AddFault(simulator.Fault{Action: "CreateJob", Status: 403, Code: "Unauthorized", Message: "denied by sts or ram", First: 3})
		if said := cloud.Live(t, shippingKind, shipping("verify", false)); len(said) > 0 || fault.Hits() != 3 {
			t.Errorf("said %v after %d refusals", said, fault.Hits())
		}
	})
	t.Run("throttled", func(t *testing.T) {
		t.Parallel()
		cloud := acctest.New(t, acctest.LogFleet())
		cloud.AddFault(simulator.Fault{Action: "CreateJob", Status: 403, Code: "WriteQuotaExceed"})
		if said := strings.Join(cloud.Live(t, shippingKind, shipping("verify", false)), "\n"); !strings.Contains(said, "throttled") || !strings.Contains(said, "lower requests_per_second") {
			t.Errorf("said %s", said)
		}
	})
}

// A change whose answer gets lost, once or for good, has happened: it is found, and nothing is made twice.
func TestShipping_lostAnswers(t *testing.T) {
	t.Parallel()
	block := shipping("verify", false, "source_retention", map[string]any{"days": 1, "index_enabled": false})
	lives := []map[string]any{block, acctest.With(block, "description", "new", "enabled", false), acctest.With(block, "description", "newer")}
	for _, action := range []string{"CreateJob", "UpdateJob", "StopJob", "StartJob", "DeleteJob", "UpdateLogStore", "DeleteIndex", "CreateIndex", "TagResources", "UntagResources"} {
		for _, first := range []int64{1, 0} {
			cloud := acctest.New(t, acctest.LogFleet())
			before := cloud.Snapshot()
			fault := cloud.AddFault(simulator.Fault{Action: action, Reset: simulator.ResetAfterCommit, First: first})
			r := cloud.Resource(t, shippingKind)
			for _, l := range lives {
				if err := r.Apply(l); err != nil && (first > 0 || !strings.HasSuffix(action, "agResources")) {
					t.Errorf("%s: %s", action, err)
				}
			}
			if err := r.Destroy(); err != nil && (first > 0 || action == "DeleteJob") {
				t.Errorf("%s: %s", action, err)
			}
			fault.Remove()
			mustDo(t, r.Destroy())
			if left := before.Diff(cloud.Snapshot()); len(left) > 0 || fault.Hits() == 0 {
				t.Errorf("%s: %v are left, after %d lost answers", action, left, fault.Hits())
			}
		}
	}
}

// A job that is changed goes on where it was: no row arrives twice, and none is left out.
func TestShipping_changeShipsEachRowOnce(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	r := cloud.Resource(t, shippingKind)
	block := shipping("verify", false)
	for i, b := range []map[string]any{block, acctest.With(block, "description", "new"), acctest.With(block, "additional_fields", map[string]any{"environment": "production"})} {
		mustDo(t, r.Apply(b))
		mustDo(t, cloud.WriteAudit(acctest.ClusterID("retail"), map[string]any{"auditID": strconv.Itoa(i), "verb": "get", "stage": "ResponseComplete"}))
		if rows := cloud.LogRows(acctest.ArchiveProject, acctest.ArchiveStore); len(rows) != i+1 {
			t.Errorf("after change %d the archive has %d rows: %v", i, len(rows), rows)
		}
	}
}

// Jobs take their time to start, to stop and to go.
func TestShipping_slow(t *testing.T) {
	t.Parallel()
	s := acctest.LogFleet()
	s.Behaviour.LogJobDuration, s.Behaviour.LogJobDeleteLag = "40s", "50s"
	cloud := acctest.NewOneClock(t, s)
	block := shipping("verify", false)
	r := cloud.Resource(t, shippingKind)
	for _, step := range []struct {
		block  map[string]any
		status string
	}{{block, "RUNNING"}, {acctest.With(block, "description", "x"), "RUNNING"}, {acctest.With(block, "description", "y", "enabled", false), "STOPPED"}, {acctest.With(block, "enabled", true), "RUNNING"}} {
		mustDo(t, r.Apply(step.block))
		if job, _, err := theJob(cloud); err != nil || job.Status != step.status {
			t.Errorf("it is %s, want %s; %v", job.Status, step.status, err)
		}
	}
	if n := cloud.Count(simulator.Filter{Action: "RestartJob"}); n != 0 {
		t.Errorf("%d restarts, each of which ships every row again", n)
	}
	began := cloud.Clock.Now()
	mustDo(t, r.Destroy())
	if took := cloud.Clock.Now().Sub(began); took < 50*time.Second {
		t.Errorf("it was taken for gone after %s, when it could still be read", took)
	}
	s.Behaviour.LogJobDuration = "1h"
	cloud = acctest.NewOneClock(t, s)
	r = cloud.Resource(t, shippingKind)
	if err := r.Apply(shipping("verify", false)); err != nil || !acctest.Says("Shipping job is not in the state that it should be in", "still is STARTING").MatchString(strings.Join(r.Warnings(), "\n")) {
		t.Errorf("%v, said %v", err, r.Warnings())
	}
}

// A call to stop a job that is stopped already, as far as the service knows, is no failure; one that is refused for
// another reason is, with that reason.
func TestShipping_stopRefused(t *testing.T) {
	t.Parallel()
	for name, stops := range map[string]bool{"already stopped": true, "refused": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.LogFleet())
			cloud.Behind(t, func(r *http.Request) (string, int, bool) {
				if r.Method != http.MethodPut || r.URL.Query().Get("action") != "STOP" {
					return "", 0, false
				}
				if stops {
					mustDo(t, cloud.UpdateLogJob(retailProject, retailJob, func(j *simulator.LogJob) { j.Status = "STOPPED" }))
				}
				return `{"errorCode":"ParameterInvalid","errorMessage":"The job cannot be stopped"}`, http.StatusBadRequest, true
			})
			r := cloud.Resource(t, shippingKind)
			mustDo(t, r.Apply(shipping("verify", false)))
			began := cloud.Clock.Now()
			err := r.Apply(shipping("verify", false, "enabled", false))
			if stops != (err == nil) || !stops && !acctest.Says("Stopping the shipping job", "The job cannot be stopped").MatchString(err.Error()) {
				t.Errorf("said %v", err)
			}
			if took := cloud.Clock.Now().Sub(began); took > time.Minute {
				t.Errorf("it took %s", took)
			}
			mustDo(t, r.Destroy())
		})
	}
}

// A job that cannot be read is not gone.
func TestShipping_unreadable(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	r := cloud.Resource(t, shippingKind)
	mustDo(t, r.Apply(shipping("verify", false)))
	for _, fault := range []simulator.Fault{
		{Action: "GetJob", Status: 404, Code: "NotFound"}, {Action: "GetJob", Status: 403, Code: "ProjectForbidden"}, {Action: "GetJob", Status: 500, Code: "InternalServerError"}, {Action: "GetJob", Body: simulator.BodyMalformed},
	} {
		handle := cloud.AddFault(fault)
		if _, err := r.Settled(shipping("verify", false)); err == nil {
			t.Errorf("%+v: no error", fault)
		}
		handle.Remove()
	}
	if nothing, err := r.Settled(shipping("verify", false)); err != nil || !nothing {
		t.Error(err)
	}
	mustDo(t, r.Destroy())
}
