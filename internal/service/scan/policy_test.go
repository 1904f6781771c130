package scan_test

import (
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	kind      = "ackguard_scan_policy"
	configMap = "security-inspector-polaris-config"
	cronJob   = "security-inspector-polaris-cronjob"
	own       = "security-inspector"
	system    = "kube-system"
)

// arguments are those of a policy of the cluster retail.
func arguments(others ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": acctest.Retail, "region": "cn-hangzhou", "cluster_id": acctest.ClusterID("retail")}, others...)
}

// full declares something of everything.
func full(others ...any) map[string]any {
	return acctest.With(arguments(
		"enabled_checks", []any{"hostIPCSet", "pullPolicyNotAlways"}, "disabled_checks", []any{"notReadOnlyRootFileSystem", "capabilitiesAdded"},
		"schedule", "30 3 * * *", "suspend", true,
		"white_list", []any{map[string]any{"workload": "web", "checks": []any{"runAsRootAllowed"}, "reason": "ticket 7"}},
	), others...)
}

// config is the configuration of the cluster retail.
func config(t *testing.T, cloud *acctest.Cloud, namespace string) string {
	t.Helper()
	object, found := cloud.KubernetesObject(acctest.ClusterID("retail"), "configmaps", namespace, configMap)
	if !found {
		t.Fatalf("there is no ConfigMap in %s", namespace)
	}
	data, _ := object["data"].(map[string]any)
	text, _ := data["config.yaml"].(string)
	return text
}

// edit changes the configuration of the cluster retail as somebody else would.
func edit(t *testing.T, cloud *acctest.Cloud, namespace, from, to string) {
	t.Helper()
	text := config(t, cloud, namespace)
	if !strings.Contains(text, from) {
		t.Fatalf("the configuration has no %q:\n%s", from, text)
	}
	err := cloud.UpdateKubernetesObject(acctest.ClusterID("retail"), "configmaps", namespace, configMap, func(object map[string]any) {
		object["data"] = map[string]any{"config.yaml": strings.Replace(text, from, to, 1)}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func timing(t *testing.T, cloud *acctest.Cloud, namespace string) (schedule string, suspend bool) {
	t.Helper()
	object, found := cloud.KubernetesObject(acctest.ClusterID("retail"), "cronjobs", namespace, cronJob)
	if !found {
		t.Fatalf("there is no CronJob in %s", namespace)
	}
	spec, _ := object["spec"].(map[string]any)
	schedule, _ = spec["schedule"].(string)
	suspend, _ = spec["suspend"].(bool)
	return schedule, suspend
}

// attempt applies a block once, and says what it changed in the cloud.
func attempt(t *testing.T, cloud *acctest.Cloud, arguments map[string]any) (*acctest.Resource, []string, error) {
	t.Helper()
	before := cloud.Snapshot()
	r := cloud.Resource(t, kind)
	err := r.Apply(arguments)
	return r, before.Diff(cloud.Snapshot()), err
}

// says fails the test unless an error says the phrases in this order.
func says(t *testing.T, err error, phrases ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", phrases)
		return
	}
	if !acctest.Says(phrases...).MatchString(err.Error()) {
		t.Errorf("%s\nwant %q", err, phrases)
	}
}

// A life in each layout of the objects that public sources speak of, and destroying leaves everything as it was found.
func TestPolicy_lifeInEveryLayout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		version             string
		layout              simulator.Inspector
		dialect             string
		configAt, cronJobAt string
	}{
		"flat, own namespace":          {"v0.16.8", simulator.Inspector{}, "flat", own, own},
		"grouped, kube-system":         {"v0.13.0", simulator.Inspector{}, "grouped", system, system},
		"in two namespaces":            {"v0.16.8", simulator.Inspector{ConfigNamespace: system, CronJobNamespace: own}, "flat", system, own},
		"grouped, in the new versions": {"v0.16.8", simulator.Inspector{Dialect: "grouped"}, "grouped", own, own},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.InspectedFleet(c.version, func(k *simulator.Kubernetes) { k.Inspector = &c.layout }))
			start := cloud.Snapshot()
			before := config(t, cloud, c.configAt)
			r := cloud.Resource(t, kind)
			if err := r.Apply(full()); err != nil {
				t.Fatal(err)
			}
			is := r.Attributes()
			for name, want := range map[string]any{
				"dialect": c.dialect, "config_namespace": c.configAt, "cronjob_namespace": c.cronJobAt, "config_key": "config.yaml", "component_version_installed": c.version,
				"component_name": "security-inspector", "last_scan_job": nil,
			} {
				if is[name] != want {
					t.Errorf("%s is %v, want %v", name, is[name], want)
				}
			}
			text := config(t, cloud, c.configAt)
			for _, want := range []string{"pullPolicyNotAlways: warning", "ReadOnlyRootFile", `- {controllerNames: ["web"], rules: ["runAsRootAllowed"]} # ticket 7`, "# checks of the configuration inspection"} {
				if !strings.Contains(text, want) {
					t.Errorf("the configuration has no %q:\n%s", want, text)
				}
			}
			if schedule, suspend := timing(t, cloud, c.cronJobAt); schedule != "30 3 * * *" || !suspend {
				t.Errorf("it runs at %s, suspended %t", schedule, suspend)
			}
			// Taken out of the block, it is put back, and what is left stays.
			if err := r.Apply(arguments("enabled_checks", []any{"pullPolicyNotAlways"})); err != nil {
				t.Fatal(err)
			}
			if got, want := config(t, cloud, c.configAt), strings.Replace(before, "pullPolicyNotAlways: ignore", "pullPolicyNotAlways: warning", 1); got != want {
				t.Errorf("the configuration is\n%s", got)
			}
			if schedule, suspend := timing(t, cloud, c.cronJobAt); schedule != "0 2 * * *" || suspend {
				t.Errorf("it runs at %s, suspended %t", schedule, suspend)
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			if diff := start.Diff(cloud.Snapshot()); len(diff) > 0 {
				t.Errorf("destroy leaves %q", diff)
			}
			for _, w := range r.Warnings() {
				if !strings.HasPrefix(w, "Check is not a published one: \"pullPolicyNotAlways\"") {
					t.Errorf("warning %q", w)
				}
			}
		})
	}
}
