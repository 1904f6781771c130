package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	account    = "100000000000003"
	public     = "c0000000000000000000000000000open"
	private    = "c000000000000000000000000000quiet"
	namespace  = "security-inspector"
	configName = "security-inspector-polaris-config"
	cronName   = "security-inspector-polaris-cronjob"
)

// world is a cloud with a public and a private cluster, both with the component.
type world struct {
	*simulator.Cloud
	server *simulator.Server
	cs     *cs.Client
	waits  []time.Duration
}

func newWorld(t *testing.T) *world {
	t.Helper()
	one := func(id string, endpoints simulator.MasterURL) simulator.Cluster {
		return simulator.Cluster{
			ClusterID: id, Name: "one", ClusterType: "ManagedKubernetes", RegionID: "cn-hangzhou", State: "running", MasterURL: &endpoints,
			Addons: []simulator.Addon{{Name: "security-inspector", Version: new("v0.16.8"), State: new("active")}},
		}
	}
	cloud, err := simulator.New(&simulator.Scenario{Accounts: []simulator.Account{{
		AccountID: account, RootAccessKeys: []simulator.AccessKey{{ID: "FAKE", Secret: "fake-secret"}},
		Clusters: []simulator.Cluster{
			one(public, simulator.MasterURL{APIServerEndpoint: new("https://203.0.113.7:6443"), IntranetAPIServerEndpoint: new("https://127.0.0.3:6443")}),
			one(private, simulator.MasterURL{APIServerEndpoint: new(""), IntranetAPIServerEndpoint: new("https://127.0.0.2:6443")}),
		},
	}}}, simulator.Options{OnUnexpected: func(message string) { t.Error(message) }})
	if err != nil {
		t.Fatal(err)
	}
	server, err := cloud.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	client, err := cs.New(alicloud.Config{
		Credentials: alicloud.Static{AccessKeyID: "FAKE", AccessKeySecret: "fake-secret"}, AccountID: account, Region: "cn-hangzhou", Endpoint: server.URL(),
		Transport: alicloud.NewTransport(alicloud.TransportConfig{ConnectTimeout: time.Minute, ReadTimeout: time.Minute, MaxConnections: 2}),
		Limiter:   alicloud.Unlimited{}, Clock: clock.System{}, Retry: alicloud.RetryPolicy{MaxAttempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &world{Cloud: cloud, server: server, cs: client}
}

func (w *world) connect(t *testing.T, id string, o cluster.Options) *cluster.Client {
	t.Helper()
	o.Wait = func(ctx context.Context, d time.Duration) error {
		w.waits = append(w.waits, d)
		return ctx.Err()
	}
	c, err := cluster.Connect(t.Context(), w.cs, id, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// failed checks the kind of an error, and parts of its text and of the advice.
func failed(t *testing.T, err error, kind cluster.Kind, parts ...string) {
	t.Helper()
	_ = failure(t, err, kind, parts...)
}

// failure is failed for more checks of the error.
func failure(t *testing.T, err error, kind cluster.Kind, parts ...string) *cluster.Error {
	t.Helper()
	var e *cluster.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("%v, want the kind %s", err, kind)
	}
	text := err.Error() + "\n" + cluster.Advice(err)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: has no %q", text, part)
		}
	}
	return e
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		id     string
		o      cluster.Options
		via    string
		server string
	}{
		{public, cluster.Options{}, "public endpoint", w.server.TLSURL() + "/kubernetes/" + public},
		{public, cluster.Options{Endpoint: cluster.Public}, "public endpoint", w.server.TLSURL() + "/kubernetes/" + public},
		{public, cluster.Options{Endpoint: cluster.Private, ProxyURL: w.server.URL()}, "private endpoint", "https://127.0.0.3:6443"},
		{private, cluster.Options{ProxyURL: w.server.URL()}, "private endpoint", "https://127.0.0.2:6443"},
	} {
		client := w.connect(t, c.id, c.o)
		if client.Via() != c.via || strings.TrimRight(client.Server(), "/") != c.server {
			t.Errorf("%+v: %s %s", c, client.Via(), client.Server())
		}
		if _, err := client.Get(t.Context(), cluster.ConfigMaps, namespace, configName); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	closed := w.connect(t, private, cluster.Options{})
	_, err := closed.Get(t.Context(), cluster.ConfigMaps, namespace, configName)
	e := failure(t, err, cluster.Unreachable, "get configmaps "+namespace+"/"+configName, private, "private endpoint https://127.0.0.2:6443", "proxy_url", "4 attempts")
	if e.Attempts != 4 || len(w.waits) != 3 {
		t.Errorf("%d attempts, waits %v", e.Attempts, w.waits)
	}
	wrong := w.connect(t, private, cluster.Options{ProxyURL: strings.Replace(w.server.URL(), "http://", "http://joe:pass-word@", 1), Endpoint: cluster.Private})
	if _, err := wrong.Get(t.Context(), cluster.ConfigMaps, namespace, configName); err != nil {
		t.Errorf("a proxy with a password: %v", err)
	}
	gone := w.connect(t, private, cluster.Options{ProxyURL: "http://joe:pass-word@127.0.0.9:1"})
	_, err = gone.Get(t.Context(), cluster.ConfigMaps, namespace, configName)
	failed(t, err, cluster.Unreachable, "through the proxy 127.0.0.9:1")
	if strings.Contains(fmt.Sprintf("%v %+v", err, err), "pass-word") {
		t.Errorf("the error shows the proxy's password: %v", err)
	}
	for _, o := range []cluster.Options{{Endpoint: "vpc"}, {ProxyURL: "ftp://joe:pass-word@proxy"}, {ProxyURL: "127.0.0.1:8080"}} {
		_, err := cluster.Connect(t.Context(), w.cs, public, o)
		failed(t, err, cluster.BadKubeconfig)
		if strings.Contains(err.Error(), "pass-word") {
			t.Errorf("the error shows the proxy's password: %v", err)
		}
	}
	if err := w.UpdateCluster(private, func(c *simulator.Cluster) { c.MasterURL = &simulator.MasterURL{} }); err != nil {
		t.Fatal(err)
	}
	_, err = cluster.Connect(t.Context(), w.cs, private, cluster.Options{})
	failed(t, err, cluster.NoEndpoint, "which endpoints")
	w.AddFault(simulator.Fault{Action: "DescribeClusterUserKubeconfig", Status: 403, Code: "Forbidden.RAM", Message: "no"})
	if _, err = cluster.Connect(t.Context(), w.cs, public, cluster.Options{}); !alicloud.Is(err, alicloud.Denied) {
		t.Errorf("%v, want the error of the call", err)
	}
}

func TestKubeconfigPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, err := w.Kubeconfig(public, "joe", false)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write(good)
	client := w.connect(t, public, cluster.Options{KubeconfigPath: path})
	if _, err := client.Get(t.Context(), cluster.CronJobs, namespace, cronName); err != nil || client.Via() != "kubeconfig "+path {
		t.Errorf("%s: %v", client.Via(), err)
	}
	for _, r := range w.Requests(simulator.Filter{Product: simulator.ProductCS}) {
		t.Errorf("the cloud was asked: %s", r.Action)
	}
	broken := write(`{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}], clusters: [{name: k, cluster: {server: 'https://127.0.0.2:6443'}}],
		users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ackguard-no-such-command, interactiveMode: Never}}}]}`)
	_, err = w.connect(t, public, cluster.Options{KubeconfigPath: broken}).Get(t.Context(), cluster.ConfigMaps, namespace, configName)
	failed(t, err, cluster.Unauthorized, "ackguard-no-such-command")
	if strings.Contains(err.Error(), "Get ") {
		t.Errorf("the error has the URL twice: %v", err)
	}
	const secret = "a-secret-token"
	for text, says := range map[string]string{
		"users: [{user: {token: " + secret + "}":                       "the file is no kubeconfig",
		"apiVersion: v1\nkind: Config\nusers: {token: " + secret + "}": "the file is no kubeconfig",
		"": "it names no cluster",
		strings.Replace(good, "current-context: ", "current-context: x", 1):    "is not in it",
		strings.Replace(good, "client-key-data: ", "client-key-data: QUJD", 1): "",
	} {
		_, err := cluster.Connect(t.Context(), w.cs, public, cluster.Options{KubeconfigPath: write(text)})
		failed(t, err, cluster.BadKubeconfig, says)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	_, err = cluster.Connect(t.Context(), w.cs, public, cluster.Options{KubeconfigPath: filepath.Join(t.TempDir(), "none")})
	failed(t, err, cluster.BadKubeconfig, "no such file")
}

// issuer hands out whatever a test likes.
type issuer struct{ config string }

func (i issuer) ClusterDetail(context.Context, string) (cs.Cluster, error) { return cs.Cluster{}, nil }

func (i issuer) UserKubeconfig(context.Context, string, cs.KubeconfigRequest) (cs.Kubeconfig, error) {
	return cs.Kubeconfig{Config: i.config}, nil
}

// TestIssuedKubeconfig: what came over the network runs no command, reads no file and trusts nobody.
func TestIssuedKubeconfig(t *testing.T) {
	t.Parallel()
	const frame = `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}], clusters: [{name: k, cluster: {%s}}], users: [{name: u, user: {%s}}]}`
	const server, user = "server: 'https://10.0.0.1:6443'", "token: a-secret-token"
	if _, err := cluster.Connect(t.Context(), issuer{fmt.Sprintf(frame, server, user)}, public, cluster.Options{Endpoint: cluster.Private}); err != nil {
		t.Error(err)
	}
	for text, says := range map[string]string{
		fmt.Sprintf(frame, server, "exec: {apiVersion: client.authentication.k8s.io/v1, command: touch, args: [/tmp/x]}"): "exec",
		fmt.Sprintf(frame, server, "auth-provider: {name: oidc}"):                                                         "auth-provider",
		fmt.Sprintf(frame, server, "tokenFile: /etc/passwd"):                                                              "the name of a file",
		fmt.Sprintf(frame, server, "client-certificate: /etc/passwd"):                                                     "the name of a file",
		fmt.Sprintf(frame, server, user+", as: admin"):                                                                    "impersonation",
		fmt.Sprintf(frame, server+", certificate-authority: /etc/passwd", user):                                           "the name of a file",
		fmt.Sprintf(frame, server+", insecure-skip-tls-verify: true", user):                                               "insecure-skip-tls-verify",
		fmt.Sprintf(frame, server+", proxy-url: 'http://elsewhere'", user):                                                "proxy-url",
		fmt.Sprintf(frame, "server: 'http://10.0.0.1:6443'", user):                                                        "no plain https URL",
		fmt.Sprintf(frame, "server: 'https://joe:a-secret-token@10.0.0.1'", user):                                         "no plain https URL",
		fmt.Sprintf(frame, "", user):                                                                                      "no plain https URL",
		"a-secret-token: [":                                                                                               "is no kubeconfig",
		"{}":                                                                                                              "it names no cluster",
		fmt.Sprintf(frame, server+", certificate-authority-data: YS1zZWNyZXQtdG9rZW4=", user):                             "do not fit together",
	} {
		_, err := cluster.Connect(t.Context(), issuer{text}, public, cluster.Options{Endpoint: cluster.Private})
		failed(t, err, cluster.BadKubeconfig, says)
		if strings.Contains(err.Error(), "a-secret") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
}

func TestModify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, ctx := w.connect(t, public, cluster.Options{}), t.Context()
	set := func(key, value string) func(*cluster.Object) (bool, error) {
		return func(o *cluster.Object) (bool, error) {
			return true, unstructured.SetNestedField(o.Object, value, "data", key)
		}
	}
	behind := func(key string) {
		if err := w.UpdateKubernetesObject(public, "configmaps", namespace, configName, func(o map[string]any) { o["data"].(map[string]any)[key] = "theirs" }); err != nil {
			t.Error(err)
		}
	}
	w.BeforeNextWrite(func() { behind("a") })
	w.BeforeNextWrite(func() { behind("b") })
	written, err := client.Modify(ctx, cluster.ConfigMaps, namespace, configName, set("c", "ours"))
	if err != nil {
		t.Fatal(err)
	}
	data, _, _ := unstructured.NestedStringMap(written.Object, "data")
	if data["a"] != "theirs" || data["b"] != "theirs" || data["c"] != "ours" {
		t.Errorf("the data is %v", data)
	}
	managed := false
	for _, entry := range written.GetManagedFields() {
		managed = managed || entry.Manager == cluster.FieldManager
	}
	if !managed {
		t.Errorf("the managers are %v", written.GetManagedFields())
	}

	// Written by somebody else every time: it gives up, and has undone nothing.
	for i := range 9 {
		w.BeforeNextWrite(func() { behind(fmt.Sprintf("n%d", i)) })
	}
	_, err = client.Modify(ctx, cluster.ConfigMaps, namespace, configName, set("c", "again"))
	failed(t, err, cluster.Conflict, "the object has been modified", "run again")
	now, _ := w.KubernetesObject(public, "configmaps", namespace, configName)
	if data := now["data"].(map[string]any); data["c"] != "ours" || data["n4"] != "theirs" || data["n5"] != nil {
		t.Errorf("after the conflicts the data is %v", data)
	}

	calls := len(w.Requests(simulator.Filter{Product: simulator.ProductKubernetes}))
	if _, err := client.Modify(ctx, cluster.ConfigMaps, namespace, configName, func(*cluster.Object) (bool, error) { return false, nil }); err != nil {
		t.Error(err)
	}
	stop := errors.New("stop")
	if _, err := client.Modify(ctx, cluster.ConfigMaps, namespace, configName, func(*cluster.Object) (bool, error) { return true, stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if got := len(w.Requests(simulator.Filter{Product: simulator.ProductKubernetes})) - calls; got != 2 {
		t.Errorf("%d calls for two reads", got)
	}
	written.SetResourceVersion("")
	_, err = client.Update(ctx, cluster.ConfigMaps, written)
	failed(t, err, cluster.Invalid, "no resourceVersion")
}

// TestRetry: what may run twice is tried again, within bounds; what must not, is not.
func TestRetry(t *testing.T) {
	t.Parallel()
	const get, update = "get configmaps", "update configmaps"
	for name, c := range map[string]struct {
		fault    simulator.Fault
		kind     cluster.Kind // empty: it succeeds
		attempts int
	}{
		"busy once":      {simulator.Fault{Action: get, First: 1, Status: 503, Code: "ServiceUnavailable", Message: "soon"}, "", 2},
		"too many calls": {simulator.Fault{Action: get, First: 2, Status: 429, Code: "TooManyRequests", RetryAfter: "1"}, "", 3},
		"always busy":    {simulator.Fault{Action: get, Status: 500, Code: "InternalError", Message: "no"}, cluster.Server, 4},
		"gateway":        {simulator.Fault{Action: get, Body: "html"}, cluster.Unreachable, 4},
		"half an answer": {simulator.Fault{Action: get, First: 1, Body: "truncated"}, "", 2},
		"reset":          {simulator.Fault{Action: get, First: 3, Reset: "before_commit"}, "", 4},
		"invalid":        {simulator.Fault{Action: get, Status: 400, Code: "BadRequest", Message: "no"}, cluster.Invalid, 1},
		"a write":        {simulator.Fault{Action: update, First: 1, Reset: "before_commit"}, "", 2},
		// The first has happened, and whoever reads again sees it.
		"a write whose answer got lost": {simulator.Fault{Action: update, First: 1, Reset: "after_commit"}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			client := w.connect(t, public, cluster.Options{})
			w.AddFault(c.fault)
			_, err := client.Modify(t.Context(), cluster.ConfigMaps, namespace, configName, func(o *cluster.Object) (bool, error) {
				before, _, _ := unstructured.NestedString(o.Object, "data", "k")
				return before != "v", unstructured.SetNestedField(o.Object, "v", "data", "k")
			})
			if c.kind != "" {
				e := failure(t, err, c.kind)
				if e.Attempts != c.attempts {
					t.Errorf("%d attempts, want %d: %v", e.Attempts, c.attempts, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := len(w.Requests(simulator.Filter{Action: c.fault.Action})); got != c.attempts {
				t.Errorf("%d attempts, want %d", got, c.attempts)
			}
			if len(w.waits) < c.attempts-1 { // else it was the library that waited
				t.Errorf("%d attempts, waits %v", c.attempts, w.waits)
			}
			for _, wait := range w.waits {
				if c.fault.RetryAfter != "" && wait < time.Second || wait > 5*time.Second {
					t.Errorf("waits %v", w.waits)
				}
			}
			now, _ := w.KubernetesObject(public, "configmaps", namespace, configName)
			if now["data"].(map[string]any)["k"] != "v" {
				t.Errorf("it is %v", now["data"])
			}
		})
	}
}

func TestRunCronJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, ctx := w.connect(t, public, cluster.Options{}), t.Context()
	cronJob, err := client.Get(ctx, cluster.CronJobs, namespace, cronName)
	if err != nil {
		t.Fatal(err)
	}
	w.AddFault(simulator.Fault{Action: "create jobs.batch", First: 1, Reset: "after_commit"})
	job, err := client.RunCronJob(ctx, cronJob, "abc12")
	if err != nil {
		t.Fatal(err)
	}
	owners := job.GetOwnerReferences()
	if job.GetName() != cronName+"-abc12" || len(owners) != 1 || owners[0].UID != cronJob.GetUID() || job.GetAnnotations()["cronjob.kubernetes.io/instantiate"] != "manual" {
		t.Errorf("%v", job.Object)
	}
	if n := len(w.KubernetesObjects(public, "jobs", namespace)); n != 1 {
		t.Errorf("%d Jobs, want one: its answer got lost, and it was made", n)
	}
	_, err = client.RunCronJob(ctx, cronJob, "abc12")
	failed(t, err, cluster.AlreadyExists)
	events, err := client.List(ctx, cluster.Events, namespace, cluster.Selector{Fields: "involvedObject.name=" + job.GetName()})
	if err != nil || len(events) != 2 {
		t.Errorf("%d events, %v", len(events), err)
	}
	unstructured.RemoveNestedField(cronJob.Object, "spec", "jobTemplate")
	_, err = client.RunCronJob(ctx, cronJob, "abc13")
	failed(t, err, cluster.Invalid, "spec.jobTemplate")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, ctx := w.connect(t, public, cluster.Options{}), t.Context()
	_, err := client.Get(ctx, cluster.ConfigMaps, namespace, "none")
	failed(t, err, cluster.NotFound, `configmaps "none" not found`)
	_, err = client.Get(ctx, cluster.Resource{Group: "nothing.io", Version: "v1", Resource: "things"}, namespace, "none")
	failed(t, err, cluster.NotServed)
	if err := client.Delete(ctx, cluster.ConfigMaps, namespace, "none", cluster.Precondition{}); err != nil {
		t.Error(err)
	}
	err = client.Delete(ctx, cluster.ConfigMaps, namespace, configName, cluster.Precondition{ResourceVersion: "1"})
	failed(t, err, cluster.Conflict)
	if err := w.SetKubernetesRBAC(public, []simulator.KubernetesGrant{}); err != nil {
		t.Fatal(err)
	}
	_, err = client.Get(ctx, cluster.CronJobs, namespace, cronName)
	e := failure(t, err, cluster.Forbidden, "bind a Role that allows the verb get on cronjobs of the API group batch to the User \""+account+"\", by a RoleBinding in namespace "+namespace)
	if want := (cluster.Missing{User: account, Verb: "get", Group: "batch", Resource: "cronjobs", Namespace: namespace, Name: cronName}); e.Missing != want {
		t.Errorf("%+v", e.Missing)
	}
	_, err = client.List(ctx, cluster.CustomResourceDefinitions, "", cluster.Selector{})
	failed(t, err, cluster.Forbidden, "bind a ClusterRole that allows the verb list on customresourcedefinitions of the API group apiextensions.k8s.io")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = client.Get(ended, cluster.CronJobs, namespace, cronName)
	failed(t, err, cluster.Stopped)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not the context's error", err)
	}
}

// TestNoSecretInRecords: neither keys nor tokens are in what the simulator keeps of requests.
func TestNoSecretInRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.UpdateCluster(public, func(c *simulator.Cluster) { c.Kubernetes = &simulator.Kubernetes{Credential: "token"} }); err != nil {
		t.Fatal(err)
	}
	client := w.connect(t, public, cluster.Options{})
	if _, err := client.Get(t.Context(), cluster.CronJobs, namespace, cronName); err != nil {
		t.Fatal(err)
	}
	kubeconfig, err := w.cs.UserKubeconfig(t.Context(), public, cs.KubeconfigRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(kubeconfig.Config, "token: ")
	if token = strings.TrimSpace(token); token == "" {
		t.Fatalf("no token in %s", kubeconfig.Config)
	}
	if text := fmt.Sprintf("%+v", w.Requests(simulator.Filter{})); strings.Contains(text, token) {
		t.Error("a record shows the token")
	}
}
