package scan_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/permission"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const newest = "v0.16.8"

var retail = acctest.ClusterID("retail")

// What is not understood is left as it is, with the reason and what to do, and no value of it is shown.
func TestPolicy_refusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		layout  simulator.Inspector
		prepare func(*testing.T, *acctest.Cloud)
		policy  map[string]any
		phrases []string
	}{
		"mixed": {
			layout:  simulator.Inspector{Dialect: "mixed"},
			phrases: []string{"configuration not touched", "In cluster " + retail + " in account " + acctest.Retail + ", region cn-hangzhou, the configuration mixes two dialects", "found: checks, security", "Nothing was changed", "repair the ConfigMap"},
		},
		"unknown": {
			layout:  simulator.Inspector{Dialect: "unknown"},
			phrases: []string{"configuration not touched", "in no dialect that is known", "found: apiVersion, items"},
		},
		"twice": {
			prepare: func(t *testing.T, cloud *acctest.Cloud) {
				t.Helper()
				err := cloud.CreateKubernetesObject(retail, map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": configMap, "namespace": system}})
				if err != nil {
					t.Fatal(err)
				}
			},
			phrases: []string{"objects found twice", "a ConfigMap " + configMap + " in the namespace security-inspector and in kube-system", "objects.config_map_namespace"},
		},
		"no CronJob": {
			prepare: func(t *testing.T, cloud *acctest.Cloud) {
				t.Helper()
				if err := cloud.DeleteKubernetesObject(retail, "cronjobs", own, cronJob); err != nil {
					t.Fatal(err)
				}
			},
			phrases: []string{"objects not found", "the component is installed, but the cluster has no CronJob " + cronJob, "wait until the component has started"},
		},
		"namespace in the white list": {
			policy:  arguments("white_list", []any{map[string]any{"namespace": "shop", "workload": "web", "checks": []any{"hostIPCSet"}}}),
			phrases: []string{"configuration not touched", "no exemption in the cluster has a namespace yet", "before 1.3.0 ignores it", "would hold for all namespaces", "confirmed_exemption_fields"},
		},
		"key that is not there": {
			policy:  full("objects", map[string]any{"config_key": "other.yaml"}),
			phrases: []string{"the ConfigMap has no key other.yaml; found: config.yaml", "objects.config_key"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.InspectedFleet(newest, func(k *simulator.Kubernetes) { k.Inspector = &c.layout }))
			if c.prepare != nil {
				c.prepare(t, cloud)
			}
			policy := c.policy
			if policy == nil {
				policy = full()
			}
			r, diff, err := attempt(t, cloud, policy)
			says(t, err, c.phrases...)
			if len(diff) > 0 || r.InState() {
				t.Errorf("it changed %q, in state %t", diff, r.InState())
			}
		})
	}
}

// What the policy declares shows as drift, whoever changes it; everything else is nobody's business.
func TestPolicy_drift(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	r := cloud.Resource(t, kind)
	wanted := full()
	if err := r.Apply(wanted); err != nil {
		t.Fatal(err)
	}
	text := config(t, cloud, own)
	restored := func() {
		t.Helper()
		if nothing, err := r.Settled(wanted); err != nil || nothing {
			t.Errorf("drift is not seen: %t, %v", nothing, err)
		}
		if err := r.Apply(wanted); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string][2]string{
		"a check that is to be off": {"dangerousCapabilities: ignore", "dangerousCapabilities: danger"},
		"a check that is to be on":  {"pullPolicyNotAlways: warning", "pullPolicyNotAlways: ignore"},
		"an entry of the list":      {"  - {controllerNames: [\"web\"], rules: [\"runAsRootAllowed\"]} # ticket 7\n", ""},
	} {
		edit(t, cloud, own, c[0], c[1])
		restored()
		if got := config(t, cloud, own); got != text {
			t.Errorf("after %s, it is\n%s", name, got)
		}
	}
	err := cloud.UpdateKubernetesObject(retail, "cronjobs", own, cronJob, func(object map[string]any) {
		spec, _ := object["spec"].(map[string]any)
		spec["schedule"], spec["suspend"] = "0 5 * * *", false
	})
	if err != nil {
		t.Fatal(err)
	}
	restored()
	if schedule, suspend := timing(t, cloud, own); schedule != "30 3 * * *" || !suspend {
		t.Errorf("it runs at %s, suspended %t", schedule, suspend)
	}
	for _, c := range [][2]string{
		{"hostPIDSet: danger", "hostPIDSet: ignore"},
		{"hostIPCSet: danger", "hostIPCSet: warning"}, // still on
		{"exemptions:\n", "exemptions:\n  - {controllerNames: [theirs], rules: [hostPortSet]}\n"},
		{"# security\n", "# security, reviewed in May\n"},
		{`- {controllerNames: ["web"], rules: ["runAsRootAllowed"]} # ticket 7`, "- rules:\n      - runAsRootAllowed\n    controllerNames:\n      - web"},
	} {
		edit(t, cloud, own, c[0], c[1])
		if nothing, err := r.Settled(wanted); err != nil || !nothing {
			t.Errorf("%q instead of %q is drift: %v", c[1], c[0], err)
		}
	}
	// Destroying keeps what others have changed, and takes out the entry that somebody has rewritten.
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	got := config(t, cloud, own)
	for _, want := range []string{"hostPIDSet: ignore", "controllerNames: [theirs]", "# security, reviewed in May", "dangerousCapabilities: danger", "hostIPCSet: danger"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "web") {
		t.Errorf("the entry is left:\n%s", got)
	}
}

// A write between the read and the write of the policy is kept.
func TestPolicy_conflict(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	cloud.BeforeNextWrite(func() { edit(t, cloud, own, "hostPIDSet: danger", "hostPIDSet: warning # theirs") })
	cloud.BeforeNextWrite(func() { edit(t, cloud, own, "hostPortSet: warning", "hostPortSet: ignore # theirs") })
	r := cloud.Resource(t, kind)
	if err := r.Apply(full()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hostPIDSet: warning # theirs", "hostPortSet: ignore # theirs", "dangerousCapabilities: ignore", `controllerNames: ["web"]`} {
		if text := config(t, cloud, own); !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if n := cloud.Count(simulator.Filter{Product: "kubernetes", Status: http.StatusConflict}); n != 2 {
		t.Errorf("%d conflicts", n)
	}
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	// One who never stops is an error in the end, and nothing is overwritten.
	n := 0
	var fight func()
	fight = func() {
		n++
		edit(t, cloud, own, "checks of", fmt.Sprintf("%d checks of", n))
		cloud.BeforeNextWrite(fight)
	}
	cloud.BeforeNextWrite(fight)
	_, _, err := attempt(t, cloud, full())
	says(t, err, "Changing the scan policy of cluster "+retail+": conflict", "update configmaps "+own+"/"+configMap)
}

// Whatever the API server refuses names who was refused what. The rights of the permission table suffice, and each is needed.
func TestPolicy_rbac(t *testing.T) {
	t.Parallel()
	life := func(cloud *acctest.Cloud) error {
		r := cloud.Resource(t, kind)
		first, second := full("triggers", map[string]any{"v": "1"}), full("triggers", map[string]any{"v": "2"}, "suspend", false)
		return errors.Join(r.Apply(first), r.Apply(second), r.Destroy())
	}
	user := func(cloud *acctest.Cloud) string {
		return cloud.KubernetesUser(acctest.Retail, "ResourceDirectoryAccountAccessRole")
	}
	grants := rights(t, []string{kind, kind + ".triggers"})
	newCloud := func(t *testing.T, grants []simulator.KubernetesGrant) *acctest.Cloud {
		t.Helper()
		cloud := acctest.New(t, acctest.InspectedFleet(newest))
		for i := range grants {
			grants[i].Subject = user(cloud)
		}
		if err := cloud.SetKubernetesRBAC(retail, grants); err != nil {
			t.Fatal(err)
		}
		return cloud
	}
	if err := life(newCloud(t, grants)); err != nil {
		t.Errorf("the rights of the permission table do not suffice: %s", err)
	}
	for i, g := range grants {
		if g.Namespace != own {
			continue // those for older versions, and to find out that there is nothing
		}
		for _, verb := range g.Verbs {
			less := slices.Clone(grants)
			less[i].Verbs = slices.DeleteFunc(slices.Clone(g.Verbs), func(v string) bool { return v == verb })
			t.Run(verb+" "+g.Resources[0], func(t *testing.T) {
				cloud := newCloud(t, less)
				says(t, life(cloud), ": forbidden", fmt.Sprintf(`User %q cannot %s resource %q`, user(cloud), verb, g.Resources[0]), `in the namespace "security-inspector"`,
					"bind a Role that allows the verb "+verb+" on "+g.Resources[0], `to the User "`+user(cloud)+`", by a RoleBinding in namespace security-inspector`, "kubernetes_rbac")
			})
		}
	}
}

// rights are those of features, as the simulator takes them.
func rights(t *testing.T, features []string) (grants []simulator.KubernetesGrant) {
	t.Helper()
	required, err := permission.Require(permission.Choice{Features: features})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range required.Kubernetes {
		grant := simulator.KubernetesGrant{Namespace: k.Namespace, APIGroups: k.APIGroups, Resources: k.Resources, ResourceNames: k.Names, Verbs: k.Verbs}
		if !slices.ContainsFunc(grants, func(g simulator.KubernetesGrant) bool { return fmt.Sprint(g) == fmt.Sprint(grant) }) {
			grants = append(grants, grant)
		}
	}
	return grants
}

func unreachable(t *testing.T, cloud *acctest.Cloud, is bool) {
	t.Helper()
	cloud.Change(t, "retail", func(c *simulator.Cluster) { c.Kubernetes.Unreachable = is })
}

func TestPolicy_unreachable(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	r := cloud.Resource(t, kind)
	wanted := full("on_unreachable", "keep_state")
	if err := r.Apply(wanted); err != nil {
		t.Fatal(err)
	}
	unreachable(t, cloud, true)
	if nothing, err := r.Settled(wanted); err != nil || !nothing {
		t.Errorf("with keep_state a plan is empty: %t, %v", nothing, err)
	}
	if w := r.Warnings(); !slices.ContainsFunc(w, func(w string) bool {
		return acctest.Says("Scan policy could not be read; its state stays as it was", "unreachable", "public endpoint", "drift is not seen until the cluster answers").MatchString(w)
	}) {
		t.Errorf("warnings %q", w)
	}
	says(t, r.Apply(full("on_unreachable", "keep_state", "suspend", false)), "Changing the scan policy of cluster "+retail+": unreachable", "public endpoint", "check the path to")
	says(t, r.Destroy(), "Restoring what was before the scan policy of cluster "+retail+": unreachable", "public endpoint")
	if !r.InState() {
		t.Error("it is out of the state")
	}
	_, err := r.Settled(full())
	if err != nil {
		t.Errorf("the state still says keep_state: %v", err)
	}
	unreachable(t, cloud, false)
	if err := r.Apply(full()); err != nil {
		t.Fatal(err)
	}
	unreachable(t, cloud, true)
	_, err = r.Settled(full())
	says(t, err, "Reading the scan policy of cluster "+retail+": unreachable", "public endpoint", "Where: cluster "+retail+" in account "+acctest.Retail+", region cn-hangzhou", "check the path to")
	unreachable(t, cloud, false)
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	unreachable(t, cloud, true)
	_, _, err = attempt(t, cloud, wanted)
	says(t, err, "Changing the scan policy of cluster "+retail+": unreachable", "public endpoint")
}

// Private clusters are reached through a proxy, or with a kubeconfig of one's own; neither password nor kubeconfig is shown.
func TestPolicy_connections(t *testing.T) {
	t.Parallel()
	scenario := acctest.InspectedFleet(newest)
	scenario.Accounts[1].Clusters[0].MasterURL.APIServerEndpoint = new("")
	cloud := acctest.New(t, scenario)
	through := func(others ...any) map[string]any {
		return full("cluster_connection", acctest.With(nil, others...))
	}
	proxy := cloud.Endpoint()
	if err := errors.Join(cloudLife(t, cloud, through("proxy_url", proxy)), cloudLife(t, cloud, through("endpoint", "private", "proxy_url", proxy))); err != nil {
		t.Fatal(err)
	}
	if n := cloud.Count(simulator.Filter{Product: "kubernetes", Where: func(r simulator.Request) bool { return strings.HasPrefix(r.Host, "10.0.0.1") }}); n == 0 {
		t.Error("nothing went to the private endpoint")
	}
	kubeconfig, err := cloud.Kubeconfig(retail, cloud.KubernetesUser(acctest.Retail, "ResourceDirectoryAccountAccessRole"), true)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := cloud.Count(simulator.Filter{Action: "DescribeClusterUserKubeconfig"})
	if err := cloudLife(t, cloud, through("kubeconfig_path", file, "proxy_url", proxy)); err != nil {
		t.Fatal(err)
	}
	if n := cloud.Count(simulator.Filter{Action: "DescribeClusterUserKubeconfig"}); n != asked {
		t.Errorf("%d kubeconfigs were asked for beside the one of the file", n-asked)
	}
	_, _, err = attempt(t, cloud, through("kubeconfig_path", file+".not"))
	says(t, err, "unusable kubeconfig", file+".not")
	_, _, err = attempt(t, cloud, through("proxy_url", "ftp://me:hunter2@proxy"))
	says(t, err, "Invalid proxy", "The proxy's URL must be http://HOST:PORT")
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Error("the password is shown")
	}
}

func cloudLife(t *testing.T, cloud *acctest.Cloud, arguments map[string]any) error {
	t.Helper()
	r := cloud.Resource(t, kind)
	err := r.Apply(arguments)
	for name, value := range r.Attributes() {
		if text := fmt.Sprint(value); strings.Contains(text, "certificate-authority-data") || strings.Contains(text, "client-key") {
			t.Errorf("%s holds a kubeconfig", name)
		}
	}
	return errors.Join(err, r.Destroy())
}

// An API server that is busy is asked again.
func TestPolicy_throttled(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	cloud.AddFault(simulator.Fault{Product: "kubernetes", Every: 2, Status: http.StatusTooManyRequests, Code: "TooManyRequests", Message: "too many"})
	if err := cloudLife(t, cloud, full("triggers", map[string]any{"v": "1"})); err != nil {
		t.Fatal(err)
	}
	if n := cloud.Count(simulator.Filter{Product: "kubernetes", Status: http.StatusTooManyRequests}); n == 0 {
		t.Error("nothing was throttled")
	}
}

// A write whose answer got lost is found to have happened: nothing is lost of what was found.
func TestPolicy_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"update configmaps", "update cronjobs.batch", "create jobs.batch"} {
		for _, reset := range []string{simulator.ResetAfterCommit, simulator.ResetBeforeCommit} {
			cloud := acctest.New(t, acctest.InspectedFleet(newest))
			start := cloud.Snapshot()
			cloud.AddFault(simulator.Fault{Product: "kubernetes", Action: action, Reset: reset, Nth: 1})
			if err := cloudLife(t, cloud, full("triggers", map[string]any{"v": "1"})); err != nil {
				t.Errorf("%s, %s: %s", action, reset, err)
			}
			for _, line := range start.Diff(cloud.Snapshot()) {
				if !strings.HasPrefix(line, "+ log ") { // of the scan
					t.Errorf("%s, %s leaves %s", action, reset, line)
				}
			}
			if jobs := cloud.KubernetesObjects(retail, "jobs", own); len(jobs) != 1 {
				t.Errorf("%s, %s: %d Jobs", action, reset, len(jobs))
			}
		}
	}
}

// A policy whose second write fails is kept as tainted, and destroying it undoes the first.
func TestPolicy_tainted(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	start := cloud.Snapshot()
	fault := cloud.AddFault(simulator.Fault{Product: "kubernetes", Action: "update cronjobs.batch", Status: http.StatusForbidden, Code: "Forbidden", Message: "no"})
	r := cloud.Resource(t, kind)
	says(t, r.Apply(full()), "Changing the scan policy", "forbidden")
	if !r.InState() {
		t.Fatal("it is not in the state")
	}
	fault.Remove()
	if err := errors.Join(r.Apply(full()), r.Destroy()); err != nil {
		t.Fatal(err)
	}
	if diff := start.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("destroy leaves %q", diff)
	}
}

// Only what is known to be gone leaves the state.
func TestPolicy_disappears(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gone func(*testing.T, *acctest.Cloud) error
		left bool
	}{
		"ConfigMap": {gone: func(_ *testing.T, cloud *acctest.Cloud) error {
			return cloud.DeleteKubernetesObject(retail, "configmaps", own, configMap)
		}},
		"component": {gone: func(t *testing.T, cloud *acctest.Cloud) error {
			t.Helper()
			cloud.Change(t, "retail", func(c *simulator.Cluster) { c.Addons = c.Addons[:len(c.Addons)-1] })
			return nil
		}},
		"cluster": {gone: func(_ *testing.T, cloud *acctest.Cloud) error { return cloud.DeleteCluster(retail) }},
		"the right to look": {left: true, gone: func(_ *testing.T, cloud *acctest.Cloud) error {
			return cloud.SetKubernetesRBAC(retail, []simulator.KubernetesGrant{})
		}},
		"the right to ask": {left: true, gone: func(t *testing.T, cloud *acctest.Cloud) error {
			t.Helper()
			cloud.DenyMember(t, acctest.Retail, "cs:ListClusterAddonInstances")
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.InspectedFleet(newest))
			r := cloud.Resource(t, kind)
			if err := r.Apply(full()); err != nil {
				t.Fatal(err)
			}
			if err := c.gone(t, cloud); err != nil {
				t.Fatal(err)
			}
			err := r.Destroy()
			if c.left != (err != nil) || c.left != r.InState() {
				t.Errorf("in state %t, %v", r.InState(), err)
			}
		})
	}
}

func TestPolicy_triggers(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest, func(k *simulator.Kubernetes) { k.Inspector = &simulator.Inspector{Duration: "1h"} }))
	jobs := func() int { return len(cloud.KubernetesObjects(retail, "jobs", own)) }
	r := cloud.Resource(t, kind)
	first, second := arguments("triggers", map[string]any{"v": "1"}), arguments("triggers", map[string]any{"v": "2"})
	if err := r.Apply(first); err != nil {
		t.Fatal(err)
	}
	if n := cloud.Count(simulator.Filter{Action: "DescribeClusterUserKubeconfig"}); n != 2 { // for the apply, and for the refresh that follows
		t.Errorf("%d kubeconfigs were asked for", n)
	}
	job, _ := r.Attributes()["last_scan_job"].(string)
	if jobs() != 1 || !strings.HasPrefix(job, own+"/"+cronJob+"-") {
		t.Errorf("%d Jobs, the last is %q", jobs(), job)
	}
	// It runs for an hour, so a change starts none.
	if err := r.Apply(second); err != nil {
		t.Fatal(err)
	}
	if got := r.Attributes()["last_scan_job"]; jobs() != 1 || got != job {
		t.Errorf("%d Jobs, the last is %q", jobs(), got)
	}
	if w := r.Warnings(); !slices.ContainsFunc(w, func(w string) bool { return strings.HasPrefix(w, "Scan is running already") }) {
		t.Errorf("warnings %q", w)
	}
	// An apply that was stopped before the state was saved starts no second one.
	if err := cloud.Resource(t, kind).Apply(first); err != nil || jobs() != 1 {
		t.Errorf("%d Jobs, %v", jobs(), err)
	}
	if err := r.Apply(arguments()); err != nil || jobs() != 1 || r.Attributes()["last_scan_job"] != job {
		t.Errorf("%d Jobs after triggers were taken away, %v", jobs(), err)
	}
	// A Job that cannot be started leaves the old triggers, so the next apply starts it.
	if err := cloud.DeleteKubernetesObject(retail, "jobs", own, strings.TrimPrefix(job, own+"/")); err != nil {
		t.Fatal(err)
	}
	fault := cloud.AddFault(simulator.Fault{Product: "kubernetes", Action: "create jobs.batch", Status: http.StatusForbidden, Code: "Forbidden", Message: "no"})
	says(t, r.Apply(second), "Starting a scan of cluster "+retail+": forbidden")
	fault.Remove()
	if err := r.Apply(second); err != nil || jobs() != 1 {
		t.Errorf("%d Jobs, %v", jobs(), err)
	}
}

func TestPolicy_unsupportedChecks(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet("v0.13.0"))
	r := cloud.Resource(t, kind)
	if err := r.Apply(arguments("enabled_checks", []any{"hostIPCSet", "plainAccessKey"})); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(r.Attributes()["unsupported_checks"]); got != "[plainAccessKey]" {
		t.Errorf("unsupported are %s", got)
	}
	if w := r.Warnings(); !slices.ContainsFunc(w, func(w string) bool {
		return acctest.Says("Checks that the installed component does not know", "has no key for plainAccessKey", "Nothing was added").MatchString(w)
	}) {
		t.Errorf("warnings %q", w)
	}
}

func TestPolicy_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	for name, c := range map[string]struct {
		policy  map[string]any
		phrases []string
	}{
		"schedule of four fields": {arguments("schedule", "0 2 * *"), []string{`"0 2 * *" must be a cron schedule of five fields, e.g. 30 2 * * *: it has 4 fields and not five`}},
		"hour":                    {arguments("schedule", "0 24 * * *"), []string{`"24" is no hour: 0 to 23`}},
		"macro":                   {arguments("schedule", "@daily"), []string{"it has 1 fields"}},
		"both lists":              {arguments("enabled_checks", []any{"capabilitiesAdded"}, "disabled_checks", []any{"dangerousCapabilities"}), []string{"Check is named twice", `disabled_checks has "dangerousCapabilities", and enabled_checks has "capabilitiesAdded"`}},
		"cluster":                 {acctest.With(arguments(), "cluster_id", "c1"), []string{"must be an ACK cluster ID"}},
		"endpoint":                {arguments("cluster_connection", map[string]any{"endpoint": "vpn"}), []string{`value must be one of: ["auto" "private" "public"]`}},
		"on_unreachable":          {arguments("on_unreachable", "ignore"), []string{`value must be one of: ["error" "keep_state"]`}},
		"white list":              {arguments("white_list", []any{map[string]any{"workload": "web", "checks": []any{}}}), []string{"at least 1"}},
		"region":                  {acctest.With(arguments(), "region", "cn-nowhere"), []string{`"cn-nowhere" is not a region`}},
	} {
		_, diff, err := attempt(t, cloud, c.policy)
		says(t, err, c.phrases...)
		if len(diff) > 0 {
			t.Errorf("%s: it changed %q", name, diff)
		}
	}
	r := cloud.Resource(t, kind)
	if err := r.Apply(arguments("enabled_checks", []any{"hostIpcSet"})); err != nil {
		t.Fatal(err)
	}
	if w := r.Warnings(); !slices.ContainsFunc(w, func(w string) bool { return strings.Contains(w, `Did you mean "hostIPCSet"?`) }) {
		t.Errorf("warnings %q", w)
	}
}
