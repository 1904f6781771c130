package simulator

import (
	"cmp"
	_ "embed" // the scenario
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names that the release notes of security-inspector give. What else is in these objects is guessed: see the provenance
// inspector-objects.
const (
	inspectorConfigMap = "security-inspector-polaris-config"
	inspectorCronJob   = "security-inspector-polaris-cronjob"
	inspectorNamespace = "security-inspector"
	inspectorManager   = "security-inspector"
	inspectorSchedule  = "0 2 * * *"
	inspectorConfigKey = "config.yaml"
	inspectorCRD       = "configauditreports.security-inspector.alibabacloud.com"
)

//go:embed security-inspector.yaml
var inspectorScenario []byte

// InspectorScenario is a landing zone whose member 100000000000003 has a cluster for each way in which a client may find
// security-inspector: flat, grouped, split, mixed, unknown, missing, unreachable, forbidden and private, whose ids are c,
// zeros and the name.
func InspectorScenario() *Scenario {
	s, err := ParseScenario("security-inspector.yaml", inspectorScenario)
	if err != nil {
		panic("simulator: " + err.Error())
	}
	return s
}

// inspectorAddons are the names under which the component is installed.
var inspectorAddons = []string{"security-inspector", "managed-security-inspector"}

// inspectorOf is the installed component of a cluster.
func inspectorOf(c *Cluster) (version string, installed bool) {
	for _, a := range c.Addons {
		if slices.Contains(inspectorAddons, a.Name) {
			return cmp.Or(value(a.Version), newestInspector), true
		}
	}
	return "", false
}

// inspectorLayout is where and in which form a version keeps its objects.
type inspectorLayout struct {
	dialect, configNamespace, cronJobNamespace, key string
	namespaced                                      bool // it has a namespace of its own
}

func (c *Cluster) inspectorLayout(version string) inspectorLayout {
	own := !olderVersion(version, 0, 14)
	l := inspectorLayout{dialect: "grouped", configNamespace: "kube-system", cronJobNamespace: "kube-system", key: inspectorConfigKey, namespaced: own}
	if own {
		l.dialect, l.configNamespace, l.cronJobNamespace = "flat", inspectorNamespace, inspectorNamespace
	}
	if given := c.inspector(); given != nil {
		l.dialect, l.key = cmp.Or(given.Dialect, l.dialect), cmp.Or(given.ConfigKey, l.key)
		l.configNamespace, l.cronJobNamespace = cmp.Or(given.ConfigNamespace, l.configNamespace), cmp.Or(given.CronJobNamespace, l.cronJobNamespace)
	}
	return l
}

func (c *Cluster) inspector() *Inspector {
	if c.Kubernetes == nil {
		return nil
	}
	return c.Kubernetes.Inspector
}

// olderVersion compares the first two numbers of a version such as v0.16.8 or v0.10.1.2-g13c9de7-aliyun.
func olderVersion(version string, major, minor int) bool {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) < 2 {
		return false
	}
	first, _ := strconv.Atoi(parts[0])
	second, _ := strconv.Atoi(parts[1])
	return first < major || first == major && second < minor
}

// kubernetesOf is the API server's store of a cluster, filled when it is first looked at.
func (c *Cloud) kubernetesOf(state *clusterState, now time.Time) *kubernetesState {
	if state.kubernetes != nil {
		return state.kubernetes
	}
	state.kubernetes = newKubernetesState(c.seed, state.clusterID, now)
	cluster := state.now.Cluster
	if version, installed := inspectorOf(cluster); installed {
		c.installInspector(state, cluster, version, "", now)
	}
	if cluster.Kubernetes != nil {
		// Namespaces and definitions come before what they hold.
		for _, first := range []bool{true, false} {
			for _, manifest := range cluster.Kubernetes.Objects {
				object, err := plainObject(manifest)
				if err != nil {
					panic("simulator: " + err.Error())
				}
				if kind := textField(object, "kind"); first == (kind == "Namespace" || kind == "CustomResourceDefinition") {
					state.kubernetes.ensureNamespace(textField(object, "metadata", "namespace"), now)
					state.kubernetes.put("kubectl", object, now)
				}
			}
		}
	}
	return state.kubernetes
}

func (k *kubernetesState) ensureNamespace(name string, now time.Time) {
	if name != "" && k.objects[objectKey{"", "namespaces", "", name}] == nil {
		k.put("kubectl", map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}, now)
	}
}

// installInspector makes the objects of the component; before is the version that it replaces, if it replaces one.
func (c *Cloud) installInspector(state *clusterState, cluster *Cluster, version, before string, now time.Time) {
	store, layout := state.kubernetes, cluster.inspectorLayout(version)
	store.ensureNamespace(layout.configNamespace, now)
	store.ensureNamespace(layout.cronJobNamespace, now)
	if layout.namespaced {
		store.ensureNamespace(inspectorNamespace, now)
	}
	config := objectKey{"", "configmaps", layout.configNamespace, inspectorConfigMap}
	cronJob := objectKey{"batch", "cronjobs", layout.cronJobNamespace, inspectorCronJob}
	schedule, suspend := any(inspectorSchedule), any(false)
	var ttl any
	data := any(map[string]any{layout.key: inspectorDefaults[layout.dialect]})
	if before != "" {
		old := cluster.inspectorLayout(before)
		oldConfig, oldCronJob := objectKey{"", "configmaps", old.configNamespace, inspectorConfigMap}, objectKey{"batch", "cronjobs", old.cronJobNamespace, inspectorCronJob}
		if was := store.objects[oldConfig]; was != nil && (cluster.inspector() == nil || !cluster.inspector().UpgradeResets) && old.dialect == layout.dialect {
			data = was["data"]
		}
		if was := store.objects[oldCronJob]; was != nil {
			schedule, suspend = valueAt(was, "spec", "schedule"), valueAt(was, "spec", "suspend")
			ttl = valueAt(was, "spec", "jobTemplate", "spec", "ttlSecondsAfterFinished")
		}
		for from, to := range map[objectKey]objectKey{oldConfig: config, oldCronJob: cronJob} {
			if from != to && store.objects[from] != nil {
				store.remove(from)
			}
		}
	}
	labels := map[string]any{"app": "security-inspector"}
	store.put(inspectorManager, map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": data,
		"metadata": map[string]any{"name": config.name, "namespace": config.namespace, "labels": labels},
	}, now)
	jobSpec := map[string]any{
		"template": map[string]any{
			"metadata": map[string]any{"labels": labels},
			"spec": map[string]any{
				"restartPolicy": "Never", "serviceAccountName": "security-inspector",
				"containers": []any{map[string]any{
					"name": "security-inspector", "image": "registry-vpc." + state.regionID + ".aliyuncs.com/acs/security-inspector:" + version,
					"volumeMounts": []any{map[string]any{"name": "config", "mountPath": "/etc/polaris"}},
				}},
				"volumes": []any{map[string]any{"name": "config", "configMap": map[string]any{"name": config.name}}},
			},
		},
	}
	if ttl != nil {
		jobSpec["ttlSecondsAfterFinished"] = ttl
	}
	object, err := plainObject(map[string]any{
		"apiVersion": "batch/v1", "kind": "CronJob",
		"metadata": map[string]any{"name": cronJob.name, "namespace": cronJob.namespace, "labels": labels},
		"spec": map[string]any{
			"schedule": schedule, "suspend": suspend, "concurrencyPolicy": "Forbid",
			"jobTemplate": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": jobSpec},
		},
	})
	if err != nil {
		panic("simulator: " + err.Error())
	}
	store.put(inspectorManager, object, now)
	store.put(inspectorManager, inspectorDefinition(), now)
}

// followAddons makes and takes away the objects of a component that a test has installed, upgraded or removed.
func (c *Cloud) followAddons(state *clusterState, before *Cluster, now time.Time) {
	if state.kubernetes == nil {
		return
	}
	old, was := inspectorOf(before)
	version, is := inspectorOf(state.now.Cluster)
	switch {
	case was && !is:
		c.uninstallInspector(state, before, old)
	case is && old != version:
		c.installInspector(state, state.now.Cluster, version, old, now)
	}
}

// inspectorDefinition brings the kind in which the component keeps its latest results; group and kind are not public.
func inspectorDefinition() map[string]any {
	plural, group, _ := strings.Cut(inspectorCRD, ".")
	return map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": inspectorCRD},
		"spec": map[string]any{
			"group": group, "scope": "Namespaced", "names": map[string]any{"plural": plural, "kind": "ConfigAuditReport", "listKind": "ConfigAuditReportList", "singular": "configauditreport"},
			"versions": []any{map[string]any{"name": "v1alpha1", "served": true, "storage": true}},
		},
	}
}

// uninstallInspector takes the objects of a version away.
func (c *Cloud) uninstallInspector(state *clusterState, cluster *Cluster, version string) {
	store, layout := state.kubernetes, cluster.inspectorLayout(version)
	for _, key := range []objectKey{
		{"", "configmaps", layout.configNamespace, inspectorConfigMap}, {"batch", "cronjobs", layout.cronJobNamespace, inspectorCronJob},
		{"apiextensions.k8s.io", "customresourcedefinitions", "", inspectorCRD},
	} {
		if store.objects[key] != nil {
			store.remove(key)
		}
	}
	if key := (objectKey{"", "namespaces", "", inspectorNamespace}); store.objects[key] != nil {
		store.remove(key)
	}
}

// inspectorDefaults are the configurations that the component brings, by dialect. That they are Polaris' is inferred.
var inspectorDefaults = map[string]string{
	"flat":    flatConfig,
	"grouped": groupedConfig,
	"mixed":   "checks:\n  hostNetworkSet: warning\nsecurity:\n  runAsPrivileged: error\n",
	"unknown": "apiVersion: inspector.example.com/v1\nitems:\n- hostNetworkSet\n",
}

const flatConfig = `# checks of the configuration inspection
checks:
  # security
  hostIPCSet: danger
  hostPIDSet: danger
  privilegeEscalationAllowed: danger
  runAsPrivileged: danger
  runAsRootAllowed: warning
  notReadOnlyRootFilesystem: warning
  dangerousCapabilities: danger
  insecureCapabilities: warning
  anonymousUserRBACBinding: warning
  # networking
  hostNetworkSet: warning
  hostPortSet: warning
  # resources
  cpuRequestsMissing: warning
  cpuLimitsMissing: warning
  memoryRequestsMissing: warning
  memoryLimitsMissing: warning
  # health
  readinessProbeMissing: warning
  livenessProbeMissing: warning
  # images
  tagNotSpecified: danger
  pullPolicyNotAlways: ignore

exemptions:
  - controllerNames:
      - kube-apiserver
      - kube-proxy
    rules:
      - hostNetworkSet
      - hostPortSet
`

const groupedConfig = `# checks of the configuration inspection
resources:
  cpuRequestsMissing: warning
  cpuLimitsMissing: warning
  memoryRequestsMissing: warning
  memoryLimitsMissing: warning
images:
  tagNotSpecified: error
  pullPolicyNotAlways: ignore
healthChecks:
  readinessProbeMissing: warning
  livenessProbeMissing: warning
networking:
  hostNetworkSet: warning
  hostPortSet: warning
security:
  hostIPCSet: error
  hostPIDSet: error
  notReadOnlyRootFileSystem: warning
  privilegeEscalationAllowed: error
  runAsRootAllowed: warning
  runAsPrivileged: error
  capabilities:
    error:
      ifAnyAdded:
        - SYS_ADMIN
        - NET_ADMIN
        - ALL
controllers_to_scan:
  - Deployments
  - StatefulSets
  - DaemonSets
  - CronJobs
  - Jobs
  - ReplicationControllers
exemptions:
  - controllerNames:
      - kube-proxy
    rules:
      - hostNetworkSet
`

// inspectorVersions are those that release notes name, oldest first.
var inspectorVersions = []string{
	"v0.8.2.16", "v0.10.1.2", "v0.11.0.3", "v0.12.0.7", "v0.13.0", "v0.14.0", "v0.15.0", "v0.16.2", "v0.16.6", newestInspector,
}

const newestInspector = "v0.16.8"
