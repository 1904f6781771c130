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
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

var (
	configMapsOf = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	cronJobsOf   = schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "cronjobs"}
	definitions  = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
)

// kubernetesScenario is the landing zone whose cluster one is public and has security-inspector.
func kubernetesScenario(version string, k *Kubernetes) *Scenario {
	s := testScenario()
	one := &s.Accounts[1].Clusters[0]
	one.MasterURL = &MasterURL{APIServerEndpoint: new("https://203.0.113.9:6443"), IntranetAPIServerEndpoint: new("https://127.0.0.2:6443")}
	one.Kubernetes = k
	if version != "" {
		one.Addons = []Addon{{Name: "security-inspector", Version: &version, State: new("active")}}
	}
	return s
}

// kubeconfigOf asks for the kubeconfig of cluster one.
func kubeconfigOf(t *testing.T, server *Server, k credentials, query params) (*rest.Config, object) {
	t.Helper()
	answer, err := roa(t, server, k, "DescribeClusterUserKubeconfig", http.MethodGet, "/k8s/"+clusterID("one")+"/user_config", query, nil)
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(answer.text("config")))
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	return config, answer
}

func dynamicOf(t *testing.T, config *rest.Config) *dynamic.DynamicClient {
	t.Helper()
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func manifest(apiVersion, kind, namespace, name string, more map[string]any) *unstructured.Unstructured {
	object := map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name}}
	if namespace != "" {
		object["metadata"].(map[string]any)["namespace"] = namespace
	}
	for key, value := range more {
		object[key] = value
	}
	return &unstructured.Unstructured{Object: object}
}

// TestKubernetesObjects: the life of an object as client-go sees it.
func TestKubernetesObjects(t *testing.T) {
	for _, credential := range []string{"certificate", "token"} {
		cloud, server := startCloud(t, kubernetesScenario("", &Kubernetes{Credential: credential}))
		config, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), nil)
		client, ctx := dynamicOf(t, config), t.Context()
		maps := client.Resource(configMapsOf).Namespace("kube-system")
		made, err := maps.Create(ctx, manifest("v1", "ConfigMap", "kube-system", "c", map[string]any{"data": map[string]any{"a": "1"}}), metav1.CreateOptions{FieldManager: "tester"})
		if err != nil {
			t.Fatal(err)
		}
		if made.GetUID() == "" || made.GetResourceVersion() == "" || made.GetManagedFields()[0].Manager != "tester" || made.GetGeneration() != 0 {
			t.Errorf("created: %v", made.Object)
		}
		// Writing what is there changes nothing.
		same, err := maps.Update(ctx, made.DeepCopy(), metav1.UpdateOptions{})
		mustDo(t, err)
		if same.GetResourceVersion() != made.GetResourceVersion() {
			t.Errorf("a write without a change went from version %s to %s", made.GetResourceVersion(), same.GetResourceVersion())
		}
		mustDo(t, cloud.UpdateKubernetesObject(clusterID("one"), "configmaps", "kube-system", "c", func(o map[string]any) { o["data"].(map[string]any)["b"] = "2" }))
		mustDo(t, unstructured.SetNestedField(made.Object, "3", "data", "a"))
		_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
		if !apierrors.IsConflict(err) || err.Error() != `Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again` {
			t.Errorf("a write over a newer version: %v", err)
		}
		now, err := maps.Get(ctx, "c", metav1.GetOptions{})
		mustDo(t, err)
		if b, _, _ := unstructured.NestedString(now.Object, "data", "b"); b != "2" || now.GetUID() != made.GetUID() {
			t.Errorf("now: %v", now.Object)
		}
		managers := []string{}
		for _, entry := range now.GetManagedFields() {
			managers = append(managers, entry.Manager)
		}
		if !slices.Equal(managers, []string{"tester", "kubectl-edit"}) {
			t.Errorf("managers are %q", managers)
		}
		other := "00000000-0000-0000-0000-000000000000"
		if err := maps.Delete(ctx, "c", *metav1.NewPreconditionDeleteOptions(other)); !apierrors.IsConflict(err) {
			t.Errorf("a deletion of another object: %v", err)
		}
		mustDo(t, maps.Delete(ctx, "c", metav1.DeleteOptions{}))
		if _, err := maps.Get(ctx, "c", metav1.GetOptions{}); !apierrors.IsNotFound(err) || err.Error() != `configmaps "c" not found` {
			t.Errorf("after the deletion: %v", err)
		}
	}
}

// TestKubernetesRefusals: in the API server's words.
func TestKubernetesRefusals(t *testing.T) {
	_, server := startCloud(t, kubernetesScenario("v0.16.8", nil))
	config, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), nil)
	client := dynamicOf(t, config)
	create := func(r schema.GroupVersionResource, namespace string, object *unstructured.Unstructured) error {
		_, err := client.Resource(r).Namespace(namespace).Create(t.Context(), object, metav1.CreateOptions{})
		return err
	}
	cron := func(schedule string) *unstructured.Unstructured {
		return manifest("batch/v1", "CronJob", "default", "c", map[string]any{"spec": map[string]any{"schedule": schedule}})
	}
	_, missing := client.Resource(schema.GroupVersionResource{Group: "nothing.io", Version: "v1", Resource: "things"}).List(t.Context(), metav1.ListOptions{})
	_, badField := client.Resource(configMapsOf).Namespace("default").List(t.Context(), metav1.ListOptions{FieldSelector: "data.a=1"})
	for _, c := range []struct {
		err  error
		code int32
		text string
	}{
		{create(configMapsOf, "security-inspector", manifest("v1", "ConfigMap", "security-inspector", inspectorConfigMap, nil)), 409, `configmaps "security-inspector-polaris-config" already exists`},
		{create(configMapsOf, "nowhere", manifest("v1", "ConfigMap", "nowhere", "c", nil)), 404, `namespaces "nowhere" not found`},
		{create(configMapsOf, "default", manifest("v1", "ConfigMap", "kube-system", "c", nil)), 400, "the namespace of the provided object does not match the namespace sent on the request"},
		{create(configMapsOf, "default", manifest("v1", "ConfigMap", "default", "No", nil)), 422, `ConfigMap "No" is invalid: metadata.name: Invalid value: "No": a lowercase RFC 1123 subdomain`},
		{create(configMapsOf, "default", manifest("v1", "ConfigMap", "default", "c", map[string]any{"data": map[string]any{"a": int64(1)}})), 400, "cannot unmarshal number into Go struct field ConfigMap.data of type string"},
		{create(cronJobsOf, "default", cron("")), 422, `CronJob.batch "c" is invalid: spec.schedule: Required value`},
		{create(cronJobsOf, "default", cron("daily")), 422, `CronJob.batch "c" is invalid: spec.schedule: Invalid value: "daily": expected exactly 5 fields, found 1: [daily]`},
		{missing, 404, "the server could not find the requested resource"},
		{badField, 400, `"data.a" is not a known field selector`},
	} {
		status, ok := c.err.(apierrors.APIStatus)
		if !ok || status.Status().Code != c.code || !strings.Contains(c.err.Error(), c.text) {
			t.Errorf("%v, want %d %s", c.err, c.code, c.text)
		}
	}
	if err := create(cronJobsOf, "default", cron("*/5 1-3 * JAN,FEB MON")); err != nil {
		t.Error(err)
	}
	stored, err := client.Resource(cronJobsOf).Namespace("default").Get(t.Context(), "c", metav1.GetOptions{})
	mustDo(t, err)
	if policy, _, _ := unstructured.NestedString(stored.Object, "spec", "concurrencyPolicy"); policy != "Allow" || stored.GetGeneration() != 1 {
		t.Errorf("%v", stored.Object)
	}
}

// TestKubernetesLists: selectors, pages, and kinds that definitions bring.
func TestKubernetesLists(t *testing.T) {
	objects := []map[string]any{}
	for i := range 7 {
		objects = append(objects, map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{
			"name": fmt.Sprintf("c%d", i), "namespace": []string{"a", "b"}[i%2], "labels": map[string]any{"odd": []string{"no", "yes"}[i%2]},
		}})
	}
	_, server := startCloud(t, kubernetesScenario("v0.16.8", &Kubernetes{Objects: objects}))
	config, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), nil)
	client := dynamicOf(t, config)
	all := client.Resource(configMapsOf)
	names := func(namespace string, options metav1.ListOptions) string {
		t.Helper()
		found := []string{}
		for {
			list, err := all.Namespace(namespace).List(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			if options.Limit > 0 && int64(len(list.Items)) > options.Limit {
				t.Errorf("%d items in a page of %d", len(list.Items), options.Limit)
			}
			for _, item := range list.Items {
				if item.GetKind() != "ConfigMap" {
					t.Errorf("an item of kind %q", item.GetKind())
				}
				found = append(found, item.GetName())
			}
			if options.Continue = list.GetContinue(); options.Continue == "" {
				return strings.Join(found, " ")
			}
		}
	}
	whole := names("", metav1.ListOptions{})
	for limit := int64(1); limit < 9; limit++ {
		if got := names("", metav1.ListOptions{Limit: limit}); got != whole {
			t.Errorf("pages of %d: %s, want %s", limit, got, whole)
		}
	}
	for want, options := range map[string]metav1.ListOptions{
		"c3": {FieldSelector: "metadata.name=c3"}, "c1 c3 c5": {LabelSelector: "odd=yes"}, "c3 c5": {LabelSelector: "odd in (yes)", FieldSelector: "metadata.name!=c1"},
	} {
		if got := names("b", options); got != want {
			t.Errorf("%+v: %s, want %s", options, got, want)
		}
	}
	crds, err := client.Resource(definitions).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(crds.Items) != 1 {
		t.Fatalf("%v, %v", crds, err)
	}
	group, plural := crds.Items[0].Object["spec"].(map[string]any)["group"].(string), strings.Split(inspectorCRD, ".")[0]
	reports, err := client.Resource(schema.GroupVersionResource{Group: group, Version: "v1alpha1", Resource: plural}).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(reports.Items) != 0 {
		t.Errorf("%v, %v", reports, err)
	}
}

// TestKubernetesRBAC: who may do what, and how it is refused.
func TestKubernetesRBAC(t *testing.T) {
	cloud, server := startCloud(t, kubernetesScenario("v0.16.8", &Kubernetes{RBAC: []KubernetesGrant{
		{Subject: "local", Namespace: "security-inspector", APIGroups: []string{""}, Resources: []string{"configmaps"}, ResourceNames: []string{inspectorConfigMap}, Verbs: []string{"get"}},
	}}))
	config, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), nil)
	client, id := dynamicOf(t, config), clusterID("one")
	user := cloud.stableID("acs:ram::" + testMember + ":user/local")
	get := func(r schema.GroupVersionResource, namespace, name string) error {
		_, err := client.Resource(r).Namespace(namespace).Get(t.Context(), name, metav1.GetOptions{})
		return err
	}
	mustDo(t, get(configMapsOf, "security-inspector", inspectorConfigMap))
	_, list := client.Resource(configMapsOf).Namespace("security-inspector").List(t.Context(), metav1.ListOptions{})
	_, wide := client.Resource(definitions).List(t.Context(), metav1.ListOptions{})
	for want, err := range map[string]error{
		`configmaps "other" is forbidden: User "` + user + `" cannot get resource "configmaps" in API group "" in the namespace "security-inspector"`:                                                get(configMapsOf, "security-inspector", "other"),
		`cronjobs.batch "c" is forbidden: User "` + user + `" cannot get resource "cronjobs" in API group "batch" in the namespace "kube-system"`:                                                    get(cronJobsOf, "kube-system", "c"),
		`configmaps is forbidden: User "` + user + `" cannot list resource "configmaps" in API group "" in the namespace "security-inspector"`:                                                       list,
		`customresourcedefinitions.apiextensions.k8s.io is forbidden: User "` + user + `" cannot list resource "customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope`: wide,
	} {
		if !apierrors.IsForbidden(err) || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	mustDo(t, cloud.SetKubernetesRBAC(id, []KubernetesGrant{}))
	if err := get(configMapsOf, "security-inspector", inspectorConfigMap); !apierrors.IsForbidden(err) {
		t.Errorf("without any grant: %v", err)
	}
	mustDo(t, cloud.SetKubernetesRBAC(id, nil))
	mustDo(t, get(configMapsOf, "security-inspector", inspectorConfigMap))
}

// TestKubernetesEndpoints: the public endpoint is the port; the others are reached through the proxy only, and each
// kubeconfig is for its own cluster and its time.
func TestKubernetesEndpoints(t *testing.T) {
	at := &clock{now: time.Now()}
	s := kubernetesScenario("v0.16.8", nil)
	cloud, server := startCloud(t, s, withClock(at))
	proxy, err := url.Parse(server.URL())
	mustDo(t, err)
	get := func(config *rest.Config) error {
		_, err := dynamicOf(t, config).Resource(configMapsOf).Namespace("security-inspector").Get(t.Context(), inspectorConfigMap, metav1.GetOptions{})
		return err
	}
	public, answer := kubeconfigOf(t, server, keyOf("FAKELOCAL"), params{"TemporaryDurationMinutes": "15"})
	if public.Host != server.TLSURL()+"/kubernetes/"+clusterID("one") || answer.text("expiration") != at.Now().Add(15*time.Minute).UTC().Format(time.RFC3339) {
		t.Errorf("%s until %s", public.Host, answer.text("expiration"))
	}
	mustDo(t, get(public))
	private, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), params{"PrivateIpAddress": "true"})
	if private.Host != "https://127.0.0.2:6443" {
		t.Errorf("the private endpoint is %s", private.Host)
	}
	if err := get(private); err == nil {
		t.Error("the private endpoint was reached without the proxy")
	}
	private.Proxy = http.ProxyURL(proxy)
	mustDo(t, get(private))
	// The same address in another network is another cluster, which does not know the user.
	mustDo(t, cloud.UpdateCluster(clusterID("two"), func(c *Cluster) { c.MasterURL.IntranetAPIServerEndpoint = new("https://127.0.0.2:6443") }))
	mustDo(t, get(private))
	mustDo(t, cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MasterURL.IntranetAPIServerEndpoint = new("https://127.0.0.3:6443") }))
	moved, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), params{"PrivateIpAddress": "true"})
	moved.Proxy = http.ProxyURL(proxy)
	mustDo(t, get(moved))
	moved.Host = "https://127.0.0.2:6443"
	if err := get(moved); !apierrors.IsUnauthorized(err) {
		t.Errorf("with the kubeconfig of another cluster: %v", err)
	}
	at.Advance(16 * time.Minute)
	if err := get(public); !apierrors.IsUnauthorized(err) {
		t.Errorf("with a kubeconfig whose time is over: %v", err)
	}
}

// TestKubernetesUnreachable: connections are reset, until the API server is back.
func TestKubernetesUnreachable(t *testing.T) {
	cloud, server := startCloud(t, kubernetesScenario("v0.16.8", &Kubernetes{Unreachable: true}))
	config, _ := kubeconfigOf(t, server, keyOf("FAKELOCAL"), nil)
	client := dynamicOf(t, config).Resource(cronJobsOf).Namespace("security-inspector")
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := client.Get(short, inspectorCronJob, metav1.GetOptions{}); err == nil {
		t.Error("it answers")
	}
	mustDo(t, cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.Kubernetes.Unreachable = false }))
	if _, err := client.Get(t.Context(), inspectorCronJob, metav1.GetOptions{}); err != nil {
		t.Error(err)
	}
}
