package scan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const reportKind = "ackguard_scan_report"

// row is a result as the simulated component writes it.
func row(check, verdict string, more ...any) map[string]any {
	return acctest.With(map[string]any{
		"kind": "Deployment", "namespace": "shop", "name": "cart", "check_type": "security", "check_item": check, "result": verdict, "severity": "danger", "message": "says " + check,
	}, more...)
}

func write(t *testing.T, cloud *acctest.Cloud, cluster string, rows ...any) {
	t.Helper()
	if err := cloud.WriteInspection(acctest.ClusterID(cluster), rows...); err != nil {
		t.Fatal(err)
	}
}

// event is one of the component's, at a time.
func event(reason, message string, at time.Time) map[string]any {
	return map[string]any{"kind": "Event", "type": "Normal", "reason": "SecurityInspectorConfigAudit" + reason, "message": message, "lastTimestamp": at.UTC().Format(time.RFC3339)}
}

func happen(t *testing.T, cloud *acctest.Cloud, cluster string, events ...any) {
	t.Helper()
	if err := cloud.WriteEvent(acctest.ClusterID(cluster), events...); err != nil {
		t.Fatal(err)
	}
}

// pause is how long no row must come for a scan to have ended, where no event tells it.
const pause = 10 * time.Minute

func pass(cloud *acctest.Cloud, d time.Duration) {
	cloud.Clock.Advance(d)
	cloud.AdvanceLogs(d)
}

// at is a part of what a data source says: names of attributes and places in lists.
func at(t *testing.T, r acctest.Reading, steps ...any) any {
	t.Helper()
	var is any = r.Attributes
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			object, ok := is.(map[string]any)
			if !ok {
				t.Fatalf("%v: %v has no %s; %q", steps, is, step, r.Errors)
			}
			is = object[step]
		case int:
			list, _ := is.([]any)
			if step >= len(list) {
				t.Fatalf("%v: %v has no place %d", steps, is, step)
			}
			is = list[step]
		}
	}
	return is
}

// has compares parts: each a list of steps and, last, what is wanted.
func has(t *testing.T, r acctest.Reading, parts ...[]any) {
	t.Helper()
	for _, part := range parts {
		steps, want := part[:len(part)-1], part[len(part)-1]
		if got := at(t, r, steps...); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v is %v, want %v", steps, got, want)
		}
	}
}

func hears(t *testing.T, messages []string, phrases ...string) {
	t.Helper()
	all := strings.Join(messages, "\n")
	for _, phrase := range phrases {
		if !strings.Contains(all, phrase) {
			t.Errorf("nothing says %q:\n%s", phrase, all)
		}
	}
}

func read(t *testing.T, cloud *acctest.Cloud, arguments ...any) acctest.Reading {
	t.Helper()
	return cloud.Read(t, reportKind, acctest.With(map[string]any{"account_ids": []any{acctest.Retail, acctest.Logistics}}, arguments...), nil)
}

func TestReport(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	began := cloud.Clock.Now()
	happen(t, cloud, "retail", event("Start", "Start to running config audit", began))
	write(t, cloud, "retail", row("runAsPrivileged", "fail", "name", "gone"))
	happen(t, cloud, "retail", event("Finished", "Finished running once config audit", began), event("HighRiskFound", "9 high risks", began))
	pass(cloud, time.Hour)
	began = cloud.Clock.Now()
	happen(t, cloud, "retail", event("Start", "Start to running config audit", began))
	pass(cloud, time.Minute)
	write(t, cloud, "retail",
		row("runAsPrivileged", "fail", "container", "app", "score", 7), row("runAsPrivileged", "pass", "container", "proxy"), row("dangerousCapabilities", "fail", "message", ""),
		row("cpuLimitsMissing", "pass"), row("livenessProbeMissing", "FAILED", "kind", "DaemonSet", "namespace", "kube-system", "name", "agent"),
		row("brandNew", "fail", "check_type", "Network", "severity", "warning"), row("brandNew", "pass", "name", "other", "severity", "danger"))
	ended := cloud.Clock.Now()
	happen(t, cloud, "retail", event("Finished", "Finished running once config audit", ended), event("HighRiskFound", "2 high risks have been found after running config audit", ended))
	write(t, cloud, "logistics", row("hostPIDSet", "pass"), row("hostPIDSet", "fail", "name", "old"))
	pass(cloud, time.Hour)
	write(t, cloud, "logistics", row("hostPIDSet", "pass"), row("hostIPCSet", "pass"))
	has(t, read(t, cloud), []any{"clusters", 1, "verdict", "INSUFFICIENT_DATA"}, []any{"clusters", 1, "problem", "The newest rows are less than 10 minutes old, and no event tells that the scan has finished."})
	pass(cloud, pause)

	r := read(t, cloud, "exemption", []any{
		map[string]any{"rule_id": "capabilitiesAdded", "name": "c*", "reason": "moves out"},
		map[string]any{"rule_id": "brandNew", "cluster_id": acctest.ClusterID("logistics"), "reason": "elsewhere"},
		map[string]any{"rule_id": "hostNetworkSet", "account_id": acctest.Payments, "reason": "not looked at"},
		map[string]any{"rule_id": "runAsPrivileged", "container": "app", "reason": "old", "expires": "2020-01-01"},
	})
	has(t, r,
		[]any{"complete", true}, []any{"compliant", false}, []any{"record_layout", "inferred-1"}, []any{"truncated", false},
		[]any{"findings", 0, "rule_id", "brandNew"}, []any{"findings", 0, "severity", "high"}, []any{"findings", 0, "category", "network"}, []any{"findings", 0, "other_columns", nil},
		[]any{"findings", 1, "rule_id", "runAsPrivileged"}, []any{"findings", 1, "container", "app"}, []any{"findings", 1, "expired_exemption", "2020-01-01"},
		[]any{"findings", 1, "other_columns", map[string]any{"score": "7"}}, []any{"findings", 1, "message", "says runAsPrivileged"}, []any{"findings", 1, "cluster_name", "retail"},
		[]any{"findings", 2, "rule_id", "livenessProbeMissing"},
		[]any{"clusters", 0, "cluster_name", "retail"}, []any{"clusters", 0, "verdict", "NON_COMPLIANT"}, []any{"clusters", 0, "rows", 7}, []any{"clusters", 0, "unreadable_rows", 0},
		[]any{"clusters", 0, "started_at", began.UTC().Format(time.RFC3339)}, []any{"clusters", 0, "finished_at", ended.UTC().Format(time.RFC3339)},
		[]any{"clusters", 0, "high_risk_message", "2 high risks have been found after running config audit"}, []any{"clusters", 0, "logstore", "security-inspector-configaudit-" + acctest.ClusterID("retail")[:12]},
		[]any{"clusters", 0, "items", 7}, []any{"clusters", 0, "passed", 4},
		[]any{"clusters", 1, "verdict", "COMPLIANT"}, []any{"clusters", 1, "started_at", nil}, []any{"clusters", 1, "percent", 100}, []any{"clusters", 1, "rows", 2},
		[]any{"counts", "NON_COMPLIANT", 3}, []any{"counts", "IGNORED", 1}, []any{"summary", "items", 9}, []any{"summary", "passed", 6},
		[]any{"summary", "by_kind", "DaemonSet", "passed", 0}, []any{"summary", "by_category", "network", "items", 1}, []any{"summary", "by_category", "health", "items", 1},
		[]any{"outcomes", 0, "outcome", "ok"}, []any{"differences", nil},
	)
	hears(t, r.Warnings, "Checks that are not known", "- brandNew", "Exemption expired", "Exemption matches nothing", "brandNew, cluster")
	if strings.Contains(strings.Join(r.Warnings, "\n"), "not looked at") || strings.Contains(strings.Join(r.Warnings, "\n"), acctest.Payments) {
		t.Errorf("an exemption of an account that was not asked for: %q", r.Warnings)
	}
	listed := read(t, cloud, "include_compliant", true, "max_findings", 4)
	if n := len(at(t, listed, "findings").([]any)); n != 4 {
		t.Errorf("%d findings", n)
	}
	has(t, listed, []any{"truncated", true}, []any{"findings", 3, "verdict", "NON_COMPLIANT"}, []any{"counts", "COMPLIANT", 5})

	hears(t, read(t, cloud, "fail_on", "high").Errors, "finding(s) of severity high or worse", "runAsPrivileged (high): Deployment/shop/cart, container app, cluster retail", "How to fix", "add an exemption block")
	if got := read(t, cloud, "fail_on", "high", "account_ids", []any{acctest.Logistics}); len(got.Errors) > 0 {
		t.Errorf("a pass fails: %q", got.Errors)
	}
	warned := cloud.Read(t, reportKind, map[string]any{"account_ids": []any{acctest.Retail}, "fail_on": "high"}, map[string]string{"enforcement": "warn"})
	hears(t, warned.Warnings, "finding(s) of severity high or worse")
	if len(warned.Errors) > 0 {
		t.Errorf("enforcement = warn fails: %q", warned.Errors)
	}

	// A scan that is under way does not hide the last one; the first that there is, is no result.
	pass(cloud, time.Hour)
	happen(t, cloud, "retail", event("Start", "Start to running config audit", cloud.Clock.Now()))
	write(t, cloud, "retail", row("runAsPrivileged", "pass", "container", "app"))
	has(t, read(t, cloud), []any{"clusters", 0, "verdict", "NON_COMPLIANT"}, []any{"clusters", 0, "rows", 7}, []any{"clusters", 0, "started_at", began.UTC().Format(time.RFC3339)})
	happen(t, cloud, "logistics", event("Start", "Start to running config audit", cloud.Clock.Now()))
	write(t, cloud, "logistics", row("hostPIDSet", "pass"))
	has(t, read(t, cloud), []any{"clusters", 1, "verdict", "INSUFFICIENT_DATA"}, []any{"clusters", 1, "problem", "The scan has started and not finished."}, []any{"complete", false})
	// What is older than asked for is no result either.
	pass(cloud, 48*time.Hour)
	r = read(t, cloud, "max_age_hours", 24, "require_complete", true)
	hears(t, r.Errors, "Results of scans are not known as a whole", "cluster logistics", "There are no results of the last 24 hours")
}

// A pass needs results: nothing that is missing, closed or odd is one, and none of it costs another cluster its own.
func TestReport_gaps(t *testing.T) {
	t.Parallel()
	retailStore := "security-inspector-configaudit-" + acctest.ClusterID("retail")[:12]
	for name, c := range map[string]struct {
		prepare func(*testing.T, *acctest.Cloud)
		more    []any
		verdict string // of the cluster retail
		warns   []string
		outcome string
	}{
		"nothing written": {verdict: "INSUFFICIENT_DATA", warns: []string{"There are no results of the last 168 hours: the component security-inspector has not scanned the cluster"}},
		"finished with none": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				happen(t, c, "retail", event("Start", "", c.Clock.Now()), event("Finished", "", c.Clock.Now()))
			}, verdict: "INSUFFICIENT_DATA", warns: []string{"The last scan finished and has no results."},
		},
		"malformed rows": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				write(t, c, "retail", row("hostPIDSet", "pass"), map[string]any{"kind": "Pod", "secret": "hunter2"}, row("hostPIDSet", "maybe", "name", "b"))
			}, verdict: "INSUFFICIENT_DATA", warns: []string{"2 of 3 rows could not be read: "},
		},
		"only malformed rows, and a violation": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				write(t, c, "retail", map[string]any{"odd": "hunter2"}, row("hostPIDSet", "fail"))
			}, verdict: "NON_COMPLIANT", warns: []string{"1 of 2 rows could not be read: no column kind, name, check_item, result; there are odd."},
		},
		"no Logstore": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				if err := c.DeleteLogStore(acctest.LogProject("retail"), retailStore); err != nil {
					t.Fatal(err)
				}
			}, verdict: "INSUFFICIENT_DATA", warns: []string{"no Logstore of it is called security-inspector-configaudit- and the start of the cluster ID"},
		},
		"no index": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				write(t, c, "retail", row("hostPIDSet", "pass"))
				if err := c.UpdateLogStore(acctest.LogProject("retail"), retailStore, func(s *simulator.LogStore) { s.Index = nil }); err != nil {
					t.Fatal(err)
				}
			}, verdict: "INSUFFICIENT_DATA", warns: []string{"has no index"},
		},
		"no project": {
			more: []any{"projects", map[string]any{acctest.ClusterID("retail"): "k8s-log-elsewhere"}}, verdict: "INSUFFICIENT_DATA", warns: []string{"There is no project k8s-log-elsewhere"},
		},
		"denied rows": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				c.DenyMember(t, acctest.Retail, "log:GetLogStoreLogs")
			},
			verdict: "ERROR", outcome: "denied", warns: []string{"These accounts, regions or Logstores could not be read", "log:GetLogStoreLogs"},
		},
		"denied project": {
			prepare: func(t *testing.T, c *acctest.Cloud) {
				t.Helper()
				c.DenyMember(t, acctest.Retail, "cs:GetClusterAuditProject")
			},
			verdict: "ERROR", outcome: "denied", warns: []string{"cs:GetClusterAuditProject"},
		},
		"throttled": {
			prepare: func(_ *testing.T, c *acctest.Cloud) {
				c.AddFault(simulator.Fault{Product: "sls", AccountID: acctest.Retail, Status: 403, Code: "ReadQuotaExceed"})
			},
			verdict: "ERROR", outcome: "throttled", warns: []string{"lower requests_per_second"},
		},
		"no role": {prepare: func(t *testing.T, c *acctest.Cloud) { t.Helper(); c.RemoveRole(t, acctest.Retail) }, outcome: "denied", warns: []string{"create the role"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.LogFleet())
			write(t, cloud, "logistics", row("hostPIDSet", "pass"))
			if c.prepare != nil {
				c.prepare(t, cloud)
			}
			pass(cloud, pause)
			r := read(t, cloud, c.more...)
			outcome := c.outcome
			if outcome == "" {
				outcome = "ok"
			}
			has(t, r, []any{"complete", false}, []any{"compliant", false}, []any{"outcomes", 0, "outcome", outcome})
			clusters := at(t, r, "clusters").([]any)
			last, _ := clusters[len(clusters)-1].(map[string]any)
			if last["cluster_name"] != "logistics" || last["verdict"] != "COMPLIANT" {
				t.Errorf("the other cluster is %v", last)
			}
			if c.verdict != "" {
				has(t, r, []any{"clusters", 0, "verdict", c.verdict})
			}
			hears(t, r.Warnings, c.warns...)
			if strings.Contains(fmt.Sprint(r), "hunter2") {
				t.Error("a row that is not understood is quoted")
			}
			hears(t, read(t, cloud, append(c.more, "require_complete", true)...).Errors, "Results of scans are not known as a whole")
		})
	}
}

// A scan that ended within the age that is asked for counts as a whole, with the rows that are older than that.
func TestReport_scanAcrossTheAge(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	happen(t, cloud, "retail", event("Start", "", cloud.Clock.Now()))
	for _, cluster := range []string{"retail", "logistics"} {
		write(t, cloud, cluster, row("hostPIDSet", "fail"))
	}
	pass(cloud, 8*time.Minute)
	write(t, cloud, "retail", row("hostIPCSet", "pass"))
	write(t, cloud, "logistics", row("hostIPCSet", "pass"))
	happen(t, cloud, "retail", event("Finished", "", cloud.Clock.Now()))
	pass(cloud, 24*time.Hour-4*time.Minute)
	r := read(t, cloud, "max_age_hours", 24)
	has(t, r, []any{"complete", true})
	for i := range 2 {
		has(t, r, []any{"clusters", i, "verdict", "NON_COMPLIANT"}, []any{"clusters", i, "rows", 2})
	}
	pass(cloud, 5*time.Minute)
	r = read(t, cloud, "max_age_hours", 24)
	for i := range 2 {
		has(t, r, []any{"clusters", i, "verdict", "INSUFFICIENT_DATA"}, []any{"clusters", i, "rows", 0}, []any{"clusters", i, "finished_at", nil})
	}
}

// Rows of another run are left out, and those that name none are not.
func TestReport_runs(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	write(t, cloud, "retail", row("hostPIDSet", "fail", "task_id", "a", "name", "old"))
	pass(cloud, time.Minute)
	write(t, cloud, "retail", row("hostPIDSet", "fail"))
	pass(cloud, time.Minute)
	write(t, cloud, "retail", row("hostIPCSet", "pass", "task_id", "b"))
	has(t, read(t, cloud), []any{"clusters", 0, "verdict", "NON_COMPLIANT"}, []any{"clusters", 0, "rows", 2}, []any{"findings", 0, "name", "cart"})
}

// Clusters that share a project have Logstores of their own, and events that nobody can tell apart.
func TestReport_sharedProject(t *testing.T) {
	t.Parallel()
	const twin = "cffffffffffffffffffffffffffffffff"
	s := acctest.LogFleet()
	s.Accounts[2].Clusters = append(s.Accounts[2].Clusters, acctest.Cluster("twin", "cn-hangzhou", func(c *simulator.Cluster) { c.ClusterID = twin }))
	cloud := acctest.New(t, s)
	project := acctest.LogProject("logistics")
	now := cloud.Clock.Now()
	write(t, cloud, "logistics", row("hostPIDSet", "fail"))
	happen(t, cloud, "logistics", event("Start", "", now.Add(time.Minute)))
	store := simulator.LogStore{LogStoreName: "security-inspector-configaudit-" + twin[:14], TTL: 7, Index: &simulator.LogIndex{Line: &simulator.LogIndexLine{Token: []string{" "}}}}
	if err := cloud.AddLogStore(project, store); err != nil {
		t.Fatal(err)
	}
	err := cloud.AppendLogRows(project, store.LogStoreName, simulator.LogRow{Fields: map[string]string{"kind": "Pod", "name": "p", "check_item": "hostPIDSet", "success": "true"}})
	if err != nil {
		t.Fatal(err)
	}
	pass(cloud, pause)
	r := read(t, cloud, "account_ids", []any{acctest.Logistics}, "projects", map[string]any{twin: project})
	has(t, r,
		[]any{"complete", true}, []any{"clusters", 0, "verdict", "NON_COMPLIANT"}, []any{"clusters", 0, "started_at", nil},
		[]any{"clusters", 1, "cluster_name", "twin"}, []any{"clusters", 1, "verdict", "COMPLIANT"}, []any{"clusters", 1, "logstore", store.LogStoreName},
	)
}

// What jobs ship is read in the archive, by cluster and source.
func TestReport_archive(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	ship := func(cluster, source string, rows ...map[string]string) {
		t.Helper()
		for _, fields := range rows {
			fields["account_id"], fields["region"], fields["cluster_id"], fields["cluster_name"], fields["log_source"] = "1", "cn-hangzhou", acctest.ClusterID(cluster), cluster, source
			if err := cloud.AppendLogRows(acctest.ArchiveProject, acctest.ArchiveStore, simulator.LogRow{Fields: fields}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fields := func(check, verdict string) map[string]string {
		return map[string]string{"kind": "Deployment", "name": "web", "namespace": "shop", "check_item": check, "result": verdict}
	}
	at := cloud.Clock.Now().UTC().Format(time.RFC3339)
	ship("retail", "event", map[string]string{"eventId": `{"reason": "SecurityInspectorConfigAuditStart", "lastTimestamp": "` + at + `"}`},
		map[string]string{"eventId": `{"reason": "SecurityInspectorConfigAuditFinished", "lastTimestamp": "` + at + `"}`})
	for i := range 120 {
		f := fields("hostPIDSet", "pass")
		f["name"] = fmt.Sprintf("web-%d", i)
		ship("retail", "inspection", f)
	}
	ship("retail", "audit", fields("hostPIDSet", "fail"))
	ship("logistics", "inspection", fields("hostPIDSet", "fail"))
	archive := map[string]any{"account_id": acctest.CentralAccount, "region": "cn-hangzhou", "project": acctest.ArchiveProject, "logstore": acctest.ArchiveStore}
	pass(cloud, pause)
	// The accounts' own logs are not asked.
	cloud.DenyMember(t, acctest.Retail, "log:*", "cs:GetClusterAuditProject")
	r := read(t, cloud, "archive", archive)
	has(t, r,
		[]any{"complete", true}, []any{"clusters", 0, "verdict", "COMPLIANT"}, []any{"clusters", 0, "rows", 120}, []any{"clusters", 0, "finished_at", at}, []any{"clusters", 0, "logstore", nil},
		[]any{"clusters", 1, "verdict", "NON_COMPLIANT"}, []any{"findings", 0, "other_columns", nil}, []any{"outcomes", 2, "account_id", acctest.CentralAccount}, []any{"outcomes", 2, "outcome", "ok"},
	)
	r = read(t, cloud, "archive", acctest.With(archive, "logstore", "another"))
	has(t, r, []any{"complete", false}, []any{"clusters", 0, "verdict", "ERROR"}, []any{"outcomes", 2, "outcome", "error"}, []any{"outcomes", 2, "error_code", "LogStoreNotExist"})
	hears(t, read(t, cloud, "archive", acctest.With(archive, "region", "cn-nowhere")).Errors, "Unknown region")
}

const compared = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      hostPID: true
      containers:
        - {name: app, image: "registry.example.com/cart:1.2", securityContext: {privileged: true}}
        - {name: proxy, image: "registry.example.com/proxy:1.2"}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: shop}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: app, image: "registry.example.com/once:1"}]
---
apiVersion: v1
kind: Pod
metadata: {name: tool, namespace: shop}
spec:
  containers: [{name: app, image: "registry.example.com/tool:1"}]
---
apiVersion: v1
kind: Pod
metadata: {name: tool}
spec:
  hostPID: true
  containers: [{name: app, image: "registry.example.com/tool:1"}]
`

func TestReport_comparison(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.LogFleet())
	write(t, cloud, "retail",
		row("runAsPrivileged", "pass"), // the manifest's app is privileged
		row("hostPIDSet", "fail"),      // as the manifest has it
		row("hostIPCSet", "fail"),      // changed in the cluster
		row("tagNotSpecified", "fail", "container", "proxy"),
		row("hostNetworkSet", "fail", "name", "other"), // not in the manifests
		row("livenessProbeMissing", "pass", "kind", "Job", "name", "once"),
		row("hostPIDSet", "fail", "kind", "Job", "name", "once", "namespace", "elsewhere"),
		row("hostPIDSet", "pass", "kind", "Pod", "name", "tool"), // as the manifest of its namespace has it
		row("hostPIDSet", "fail", "kind", "Pod", "name", "tool", "namespace", "elsewhere"),
		row("brandNew", "fail"),
	)
	r := read(t, cloud, "account_ids", []any{acctest.Retail}, "compare_with_manifests", map[string]any{"manifests": map[string]any{"chart": compared}})
	var got []string
	for _, d := range at(t, r, "differences").([]any) {
		d, _ := d.(map[string]any)
		got = append(got, fmt.Sprintf("%v %v/%v/%v %v: cluster %v, manifest %v at %v:%v: %v", d["rule_id"], d["kind"], d["namespace"], d["name"], d["container"], d["cluster_verdict"], d["manifest_verdict"], d["source"], d["line"], d["message"]))
	}
	want := []string{
		"hostIPCSet Deployment/shop/cart <nil>: cluster NON_COMPLIANT, manifest COMPLIANT at chart:<nil>: says hostIPCSet",
		"runAsPrivileged Deployment/shop/cart app: cluster COMPLIANT, manifest NON_COMPLIANT at chart:11: privileged is true",
		"tagNotSpecified Deployment/shop/cart proxy: cluster NON_COMPLIANT, manifest COMPLIANT at chart:<nil>: says tagNotSpecified",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("differences are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	hears(t, read(t, cloud, "compare_with_manifests", map[string]any{"manifests": map[string]any{"chart": "a: ["}}).Errors, "Manifests could not be read", "chart: ")
	hears(t, read(t, cloud, "compare_with_manifests", map[string]any{"files": []any{"/nothing/here/*.yaml"}}).Errors, "matches no file")
	hears(t, read(t, cloud, "compare_with_manifests", map[string]any{}).Errors, "Nothing to compare with")
	hears(t, read(t, cloud, "exemption", []any{map[string]any{"rule_id": "hostPIDSet", "reason": " "}}).Errors, "Invalid exemption", "says why")
}
