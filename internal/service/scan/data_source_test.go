package scan_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const listKind, manifestKind = "ackguard_scan_policies", "ackguard_scan_policy_manifests"

func TestPolicies(t *testing.T) {
	t.Parallel()
	scenario := acctest.InspectedFleet("v0.13.0")
	acctest.Inspected(newest)(&scenario.Accounts[3].Clusters[0])
	cloud := acctest.New(t, scenario)
	accounts := map[string]any{"account_ids": []any{acctest.Retail, acctest.Logistics, acctest.Payments}}
	is, said := cloud.Look(t, listKind, accounts)
	if len(said) > 0 {
		t.Fatalf("%q", said)
	}
	policies, _ := is["policies"].([]any)
	if len(policies) != 2 || is["complete"] != true {
		t.Fatalf("%v", is)
	}
	first, _ := policies[0].(map[string]any)
	for name, want := range map[string]any{
		"account_id": acctest.Retail, "cluster_name": "retail", "component_name": "security-inspector", "component_version": "v0.13.0", "dialect": "grouped",
		"schedule": "0 2 * * *", "suspend": false, "import_id": acctest.Retail + "/cn-hangzhou/" + retail, "disabled_checks": []any{"pullPolicyNotAlways"},
	} {
		if !reflect.DeepEqual(first[name], want) {
			t.Errorf("%s is %v, want %v", name, first[name], want)
		}
	}
	if enabled, _ := first["enabled_checks"].([]any); !slices.Contains(enabled, any("capabilitiesAdded")) || !slices.Contains(enabled, any("notReadOnlyRootFileSystem")) {
		t.Errorf("enabled are %v", enabled)
	}

	// Whole or an error, which says what is missing and why; with allow_partial the rest.
	unreachable(t, cloud, true)
	_, said = cloud.Look(t, listKind, accounts)
	if len(said) != 1 || !acctest.Says("Scan policy list", acctest.Retail, "unreachable").MatchString(said[0]) {
		t.Errorf("%q", said)
	}
	is, said = cloud.Look(t, listKind, acctest.With(accounts, "allow_partial", true))
	if policies, _ := is["policies"].([]any); len(policies) != 1 || is["complete"] != false || len(said) != 1 {
		t.Errorf("%v, %q", is, said)
	}
	unreachable(t, cloud, false)
	if err := cloud.SetKubernetesRBAC(retail, []simulator.KubernetesGrant{}); err != nil {
		t.Fatal(err)
	}
	is, _ = cloud.Look(t, listKind, acctest.With(accounts, "allow_partial", true))
	if !strings.Contains(fmt.Sprint(is["outcomes"]), "denied") {
		t.Errorf("%v", is["outcomes"])
	}
	cloud.Change(t, "retail", func(c *simulator.Cluster) { c.Kubernetes.RBAC = nil })
	edit(t, cloud, system, "hostIPCSet: error", "hostIPCSet: danger")
	_, said = cloud.Look(t, listKind, accounts)
	if len(said) != 1 || !acctest.Says("cluster "+retail+": the configuration mixes two dialects").MatchString(said[0]) {
		t.Errorf("%q", said)
	}
}

// Each cluster that could not be read is named, with what to do in it, however alike they are.
func TestPolicies_failuresNameTheirClusters(t *testing.T) {
	t.Parallel()
	scenario := acctest.InspectedFleet(newest)
	scenario.Accounts[1].Clusters = append(scenario.Accounts[1].Clusters, acctest.Cluster("second", "cn-hangzhou"))
	acctest.Inspected(newest)(&scenario.Accounts[1].Clusters[len(scenario.Accounts[1].Clusters)-1])
	cloud := acctest.New(t, scenario)
	second := acctest.ClusterID("second")
	edit(t, cloud, own, "hostIPCSet: danger", "hostIPCSet: error")
	twice := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": configMap, "namespace": system}}
	if err := cloud.CreateKubernetesObject(second, twice); err != nil {
		t.Fatal(err)
	}
	_, said := cloud.Look(t, listKind, map[string]any{"account_ids": []any{acctest.Retail}})
	hears(t, said, "cluster "+retail+": the configuration mixes two dialects", "in cluster "+retail+", repair the ConfigMap",
		"cluster "+second+": there is a ConfigMap "+configMap+" in the namespace", "in cluster "+second+", delete the one")
	for _, id := range []string{retail, second} {
		if err := cloud.SetKubernetesRBAC(id, []simulator.KubernetesGrant{}); err != nil {
			t.Fatal(err)
		}
	}
	_, said = cloud.Look(t, listKind, map[string]any{"account_ids": []any{acctest.Retail}})
	hears(t, said, "in cluster "+retail+", bind a Role", "in cluster "+second+", bind a Role")
}

// The rights of the permission table suffice for the list.
func TestPolicies_rights(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.InspectedFleet(newest))
	grants := rights(t, []string{listKind})
	for i := range grants {
		grants[i].Subject = cloud.KubernetesUser(acctest.Retail, "ResourceDirectoryAccountAccessRole")
	}
	if err := cloud.SetKubernetesRBAC(retail, grants); err != nil {
		t.Fatal(err)
	}
	is, said := cloud.Look(t, listKind, map[string]any{"account_ids": []any{acctest.Retail}})
	if policies, _ := is["policies"].([]any); len(policies) != 1 || len(said) > 0 {
		t.Errorf("%v, %q", is, said)
	}
}

const exportedConfigMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: security-inspector-polaris-config
  namespace: security-inspector
  resourceVersion: "17"
  uid: 00000000-0000-0000-0000-000000000000
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
data:
  config.yaml: |
    # ours
    checks:
      hostIPCSet: danger # never off
      tagNotSpecified: danger
    exemptions: []
`

const exportedCronJob = `{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"security-inspector-polaris-cronjob","namespace":"security-inspector","generation":3},
"spec":{"schedule":"0 2 * * *","jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}},"status":{"lastScheduleTime":"2026-11-28T02:00:00Z"}}`

func TestManifests(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	is, said := cloud.Look(t, manifestKind, map[string]any{
		"config_map": exportedConfigMap, "cron_job": exportedCronJob, "disabled_checks": []any{"tagNotSpecified", "hostPIDSet"}, "schedule": "30 3 * * *", "suspend": true,
		"white_list": []any{map[string]any{"workload": "web", "checks": []any{"hostIPCSet"}}},
	})
	if len(said) > 0 {
		t.Fatalf("%q", said)
	}
	want := []any{`apiVersion: v1
data:
  config.yaml: |
    # ours
    checks:
      hostIPCSet: danger # never off
      tagNotSpecified: ignore
    exemptions: [{"controllerNames": ["web"], "rules": ["hostIPCSet"]}]
kind: ConfigMap
metadata:
  name: security-inspector-polaris-config
  namespace: security-inspector
`, `apiVersion: batch/v1
kind: CronJob
metadata:
  name: security-inspector-polaris-cronjob
  namespace: security-inspector
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - image: i
              name: c
  schedule: 30 3 * * *
  suspend: true
`}
	if !reflect.DeepEqual(is["manifests"], want) || is["dialect"] != "flat" || !reflect.DeepEqual(is["unsupported_checks"], []any{"hostPIDSet"}) {
		t.Errorf("%v", is)
	}
	for name, c := range map[string]struct {
		arguments map[string]any
		phrases   []string
	}{
		"nothing":                  {map[string]any{}, []string{"At least one of these attributes must be configured", "config_map"}},
		"other kind":               {map[string]any{"config_map": exportedCronJob}, []string{"Not a ConfigMap", `its kind is "CronJob" and not ConfigMap`}},
		"no YAML":                  {map[string]any{"cron_job": "{{ .Values.x }}"}, []string{"Not a CronJob", "it is no YAML of one object"}},
		"mixed":                    {map[string]any{"config_map": strings.Replace(exportedConfigMap, "danger #", "error #", 1)}, []string{"configuration not touched", "mixes two dialects"}},
		"empty name of a workload": {map[string]any{"config_map": exportedConfigMap, "white_list": []any{map[string]any{"workload": "", "checks": []any{"hostIPCSet"}}}}, []string{"string length must be at least 1"}},
		"entry without checks":     {map[string]any{"config_map": exportedConfigMap, "white_list": []any{map[string]any{"workload": "web", "checks": []any{}}}}, []string{"at least 1"}},
		"check in both lists":      {map[string]any{"config_map": exportedConfigMap, "enabled_checks": []any{"hostIPCSet"}, "disabled_checks": []any{"hostIPCSet"}}, []string{"Check is named twice"}},
		"field of an exemption":    {map[string]any{"config_map": exportedConfigMap, "confirmed_exemption_fields": []any{"names"}}, []string{"value must be one of"}},
		"schedule":                 {map[string]any{"cron_job": exportedCronJob, "schedule": "daily"}, []string{"must be a cron schedule of five fields"}},
	} {
		_, said := cloud.Look(t, manifestKind, c.arguments)
		if len(said) != 1 || !acctest.Says(c.phrases...).MatchString(said[0]) {
			t.Errorf("%s: %q", name, said)
		}
	}
	if n := cloud.Count(simulator.Filter{}); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// What the arguments do not name stays as it is in a CronJob, its numbers among it.
func TestManifests_leavesTheRest(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	text := "kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      activeDeadlineSeconds: 3000000\n"
	is, said := cloud.Look(t, manifestKind, map[string]any{"cron_job": text})
	if !reflect.DeepEqual(is["manifests"], []any{text}) || len(said) > 0 {
		t.Errorf("%v, %q", is["manifests"], said)
	}
	is, _ = cloud.Look(t, manifestKind, map[string]any{"cron_job": text, "suspend": true})
	if !reflect.DeepEqual(is["manifests"], []any{text + "  suspend: true\n"}) {
		t.Errorf("%v", is["manifests"])
	}
}
