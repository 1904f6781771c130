package simulator

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
)

// TestInspectorScenario: the ways in which a client may find the component, and what it meets.
func TestInspectorScenario(t *testing.T) {
	const own, old = "security-inspector", "kube-system"
	cloud, server := startCloud(t, InspectorScenario())
	for name, c := range map[string]struct{ configIn, cronJobIn, holds string }{
		"flat": {own, own, "checks:\n"}, "grouped": {old, old, "healthChecks:\n"}, "split": {old, own, "checks:\n"},
		"mixed": {own, own, "runAsPrivileged: error"}, "unknown": {own, own, "inspector.example.com"}, "missing": {},
		"unreachable": {own, own, "checks:\n"}, "forbidden": {own, own, "checks:\n"}, "private": {own, own, "checks:\n"},
	} {
		id := clusterID(name)
		for _, namespace := range []string{own, old} {
			config, hasConfig := cloud.KubernetesObject(id, "configmaps", namespace, inspectorConfigMap)
			_, hasCronJob := cloud.KubernetesObject(id, "cronjobs", namespace, inspectorCronJob)
			if hasConfig != (namespace == c.configIn) || hasCronJob != (namespace == c.cronJobIn) {
				t.Errorf("%s: in %s: config %t, cron job %t", name, namespace, hasConfig, hasCronJob)
			}
			if hasConfig && !strings.Contains(fmt.Sprint(config["data"]), c.holds) {
				t.Errorf("%s: the configuration is %v", name, config["data"])
			}
		}
		text, err := cloud.Kubeconfig(id, "joe", name == "private")
		mustDo(t, err)
		config, err := clientcmd.RESTConfigFromKubeConfig([]byte(text))
		mustDo(t, err)
		if name == "private" {
			proxy, err := url.Parse(server.URL())
			mustDo(t, err)
			config.Proxy = http.ProxyURL(proxy)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		if name == "unreachable" {
			short, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
		}
		_, err = dynamicOf(t, config).Resource(configMapsOf).Namespace(c.configIn).Get(short, inspectorConfigMap, metav1.GetOptions{})
		cancel()
		switch {
		case name == "forbidden" && !apierrors.IsForbidden(err), name == "missing" && !apierrors.IsNotFound(err) && err == nil, name == "unreachable" && err == nil:
			t.Errorf("%s: %v", name, err)
		case name != "forbidden" && name != "missing" && name != "unreachable" && err != nil:
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInspectorAddon: install, upgrade over the change of namespace, uninstall.
func TestInspectorAddon(t *testing.T) {
	at := &clock{now: time.Now()}
	s := kubernetesScenario("", &Kubernetes{})
	s.Behaviour.TaskDuration = "1m"
	cloud, server := startCloud(t, s, withClock(at))
	id, k := clusterID("one"), keyOf("FAKELOCAL")
	before := cloud.Snapshot()
	call := func(verb string, item map[string]any) (object, error) {
		action := map[string]string{"install": "InstallClusterAddons", "upgrade": "UpgradeClusterAddons", "uninstall": "UnInstallClusterAddons"}[verb]
		return roa(t, server, k, action, http.MethodPost, "/clusters/"+id+"/components/"+verb, nil, []any{item})
	}
	end := func(verb string, item map[string]any, state string) {
		t.Helper()
		answer, err := call(verb, item)
		mustDo(t, err)
		snapshot, _ := cloud.Cluster(id)
		if got := value(snapshot.addon("security-inspector").State); got != state {
			t.Errorf("during %s the add-on is %s, want %s", verb, got, state)
		}
		if _, err := call(verb, item); err == nil {
			t.Errorf("%s was taken twice", verb)
		}
		at.Advance(time.Minute)
		task, err := roa(t, server, k, "DescribeTaskInfo", http.MethodGet, "/tasks/"+answer.text("task_id"), nil, nil)
		if err != nil || task.text("state") != "success" {
			t.Errorf("%s: %v, %v", verb, task, err)
		}
	}
	in := func(namespace string) bool {
		_, config := cloud.KubernetesObject(id, "configmaps", namespace, inspectorConfigMap)
		_, cronJob := cloud.KubernetesObject(id, "cronjobs", namespace, inspectorCronJob)
		if config != cronJob {
			t.Errorf("in %s: config %t, cron job %t", namespace, config, cronJob)
		}
		return config
	}
	end("install", map[string]any{"name": "security-inspector", "version": "v0.13.0"}, "updating")
	if !in("kube-system") {
		t.Error("v0.13.0 is not in kube-system")
	}
	mustDo(t, cloud.UpdateKubernetesObject(id, "cronjobs", "kube-system", inspectorCronJob, func(o map[string]any) { o["spec"].(map[string]any)["schedule"] = "0 5 * * *" }))
	end("upgrade", map[string]any{"component_name": "security-inspector", "next_version": "v0.14.0"}, "upgrading")
	cronJob, _ := cloud.KubernetesObject(id, "cronjobs", "security-inspector", inspectorCronJob)
	if in("kube-system") || !in("security-inspector") || textField(cronJob, "spec", "schedule") != "0 5 * * *" {
		t.Errorf("after the upgrade: %v", cronJob)
	}
	end("uninstall", map[string]any{"name": "security-inspector"}, "deleting")
	if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
		t.Errorf("after the uninstallation: %q", diff)
	}
	for want, item := range map[string]map[string]any{
		"AddonNotFound": {"name": "nothing"}, "InvalidParameter.version": {"name": "security-inspector", "version": "v9"},
	} {
		if _, err := call("install", item); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// A test that installs and removes it has the same effect.
	mustDo(t, cloud.UpdateCluster(id, func(c *Cluster) { c.Addons = []Addon{{Name: "security-inspector", Version: new("v0.14.0")}} }))
	if !in("security-inspector") {
		t.Error("an add-on that was put into the store has no objects")
	}
	mustDo(t, cloud.UpdateCluster(id, func(c *Cluster) { c.Addons = nil }))
	// A task that fails leaves nothing.
	mustDo(t, cloud.UpdateCluster(id, func(c *Cluster) { c.TaskFailure = &TaskFailure{Code: "E", Message: "no luck"} }))
	_, err := call("install", map[string]any{"name": "security-inspector"})
	mustDo(t, err)
	at.Advance(time.Minute)
	if snapshot, _ := cloud.Cluster(id); len(snapshot.Addons) > 0 || in("security-inspector") {
		t.Errorf("a failed installation left %v", snapshot.Addons)
	}
}

// TestInspectorRun: a Job from the template of the CronJob looks at what the configuration lets it look at.
func TestInspectorRun(t *testing.T) {
	finding := func(name, namespace, check string) map[string]any {
		return map[string]any{"kind": "Deployment", "name": name, "namespace": namespace, "check_type": "security", "check_item": check, "result": "fail", "message": "no"}
	}
	findings := []map[string]any{
		finding("shop", "a", "runAsPrivileged"), finding("shop", "b", "runAsPrivileged"), finding("shop", "a", "notReadOnlyRootFileSystem"),
		finding("shop", "a", "capabilitiesAdded"), finding("kube-proxy", "kube-system", "hostNetworkSet"), finding("shop", "a", "unheardOf"),
	}
	for version, wanted := range map[string]struct {
		all, exempt []string
		events      string
	}{
		"v0.16.8": {
			[]string{"a/shop capabilitiesAdded danger", "a/shop notReadOnlyRootFileSystem warning", "a/shop runAsPrivileged danger", "b/shop runAsPrivileged danger"},
			[]string{"a/shop capabilitiesAdded danger", "b/shop runAsPrivileged danger"}, "3 high risks",
		},
		// The older dialect knows no namespaces: the exemption is for all.
		"v0.13.0": {
			[]string{"a/shop capabilitiesAdded error", "a/shop notReadOnlyRootFileSystem warning", "a/shop runAsPrivileged error", "b/shop runAsPrivileged error"},
			[]string{"a/shop capabilitiesAdded error"}, "3 high risks",
		},
	} {
		at := &clock{now: time.Now()}
		cloud, _ := startCloud(t, kubernetesScenario(version, &Kubernetes{Inspector: &Inspector{Findings: findings, Duration: "1m"}}), withClock(at))
		id := clusterID("one")
		rows := func() []string {
			found := []string{}
			for _, row := range cloud.LogRows("k8s-log-"+id, "security-inspector-configaudit-"+id[:12]) {
				found = append(found, row.Fields["namespace"]+"/"+row.Fields["name"]+" "+row.Fields["check_item"]+" "+row.Fields["severity"])
			}
			slices.Sort(found)
			return found
		}
		namespace := "kube-system"
		if version == "v0.16.8" {
			namespace = "security-inspector"
		}
		jobs := func() string {
			status := []string{}
			for _, job := range cloud.KubernetesObjects(id, "jobs", namespace) {
				status = append(status, fmt.Sprint(valueAt(job, "status", "active"), valueAt(job, "status", "succeeded")))
			}
			return strings.Join(status, ", ")
		}
		mustDo(t, cloud.RunInspection(id))
		if len(rows()) > 0 || jobs() != "1<nil>" {
			t.Errorf("%s: during the run: %v, %s", version, rows(), jobs())
		}
		at.Advance(time.Minute)
		if got := rows(); !slices.Equal(got, wanted.all) || jobs() != "<nil>1" {
			t.Errorf("%s: %q, jobs %s, want %q", version, got, jobs(), wanted.all)
		}
		reasons := []string{}
		for _, event := range cloud.KubernetesObjects(id, "events", namespace) {
			reasons = append(reasons, textField(event, "reason")+": "+textField(event, "message"))
		}
		slices.Sort(reasons)
		if len(reasons) != 3 || !strings.Contains(reasons[1], wanted.events) {
			t.Errorf("%s: events %q", version, reasons)
		}
		if n := len(cloud.LogRows("k8s-log-"+id, "k8s-event")); n != 3 {
			t.Errorf("%s: %d events in the Logstore", version, n)
		}
		mustDo(t, cloud.UpdateKubernetesObject(id, "configmaps", namespace, inspectorConfigMap, func(o map[string]any) {
			data := o["data"].(map[string]any)
			text := strings.NewReplacer("notReadOnlyRootFilesystem: warning", "notReadOnlyRootFilesystem: ignore", "notReadOnlyRootFileSystem: warning", "notReadOnlyRootFileSystem: ignore").Replace(data["config.yaml"].(string))
			data["config.yaml"] = text + "  - namespace: a\n    controllerNames:\n      - sh\n    rules:\n      - runAsPrivileged\n"
		}))
		before := rows()
		at.Advance(time.Hour)
		mustDo(t, cloud.RunInspection(id))
		at.Advance(time.Minute)
		after := rows()
		for _, row := range before {
			n := slices.Index(after, row)
			after = slices.Delete(after, n, n+1)
		}
		if !slices.Equal(after, wanted.exempt) {
			t.Errorf("%s: with exemptions %q, want %q", version, after, wanted.exempt)
		}
	}
}
