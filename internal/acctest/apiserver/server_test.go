package apiserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wantRefusal(t *testing.T, err error, code int, reason, text string) {
	t.Helper()
	var status *StatusError
	if !errors.As(err, &status) {
		t.Fatalf("got the error %v, want %d %s", err, code, reason)
	}
	if status.Code != code || status.Reason != reason || !strings.Contains(status.Message, text) {
		t.Fatalf("got %s\nwant %d %s: %s", status, code, reason, text)
	}
}

var names atomic.Int64

// unique makes the name of an object that no other run of the test in this process has made.
func unique(name string) string { return fmt.Sprintf("%s-%d", name, names.Add(1)) }

func configMap(name string, data Object) Object {
	return Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": Object{"name": name}, "data": data}
}

func TestServer_isReady(t *testing.T) {
	admin := Shared(t).Admin()
	version := must[Object](t)(admin.Get(t.Context(), "/version"))
	if text, _ := version["gitVersion"].(string); !regexp.MustCompile(`^v1\.\d+\.\d+`).MatchString(text) {
		t.Errorf("the version is %q", text)
	}
	must[Object](t)(admin.Get(t.Context(), "/api/v1/namespaces/default"))
}

func TestServer_refusesTheUnknown(t *testing.T) {
	stranger := Shared(t).Admin()
	stranger.Token = "not a token"
	_, err := stranger.Get(t.Context(), "/api/v1/namespaces/default")
	wantRefusal(t, err, http.StatusUnauthorized, "Unauthorized", "Unauthorized")
}

func TestServer_userHasTheRightsThatABindingGives(t *testing.T) {
	s := Shared(t)
	user, other := s.NewUser(t), s.NewUser(t)
	name := unique("rights")
	object := configMap(name, nil)
	_, err := user.Create(t.Context(), object)
	wantRefusal(t, err, http.StatusForbidden, "Forbidden",
		`configmaps is forbidden: User "`+user.User+`" cannot create resource "configmaps" in API group "" in the namespace "default"`)

	const rbac = "rbac.authorization.k8s.io"
	must[Object](t)(s.Admin().Create(t.Context(), Object{"apiVersion": rbac + "/v1", "kind": "Role", "metadata": Object{"name": name},
		"rules": []any{Object{"apiGroups": []any{""}, "resources": []any{"configmaps"}, "verbs": []any{"create"}}}}))
	must[Object](t)(s.Admin().Create(t.Context(), Object{"apiVersion": rbac + "/v1", "kind": "RoleBinding", "metadata": Object{"name": name},
		"roleRef":  Object{"apiGroup": rbac, "kind": "Role", "name": name},
		"subjects": []any{Object{"apiGroup": rbac, "kind": "User", "name": user.User}}}))
	Await(t, func() (bool, string) {
		_, _, err := user.DryRun(t.Context(), object)
		return err == nil, fmt.Sprint("the binding has no effect: ", err)
	})
	must[Object](t)(user.Create(t.Context(), object))
	_, err = user.Get(t.Context(), Path(object))
	wantRefusal(t, err, http.StatusForbidden, "Forbidden", `cannot get resource "configmaps"`)
	_, err = other.Create(t.Context(), object)
	wantRefusal(t, err, http.StatusForbidden, "Forbidden", `User "`+other.User+`" cannot create`)
}

func TestClient_aStaleUpdateIsAConflict(t *testing.T) {
	admin := Shared(t).Admin()
	first := must[Object](t)(admin.Create(t.Context(), configMap(unique("conflict"), Object{"by": "nobody"})))
	second := must[Object](t)(admin.Get(t.Context(), Path(first)))

	second["data"] = Object{"by": "somebody else"}
	must[Object](t)(admin.Update(t.Context(), second))
	first["data"] = Object{"by": "me"}
	_, err := admin.Update(t.Context(), first)
	wantRefusal(t, err, http.StatusConflict, "Conflict", "the object has been modified")
	if stored := must[Object](t)(admin.Get(t.Context(), Path(first))); stored["data"].(map[string]any)["by"] != "somebody else" {
		t.Errorf("the refused update left %v", stored["data"])
	}

	if err := admin.Delete(t.Context(), Path(first)); err != nil {
		t.Fatal(err)
	}
	_, err = admin.Get(t.Context(), Path(first))
	wantRefusal(t, err, http.StatusNotFound, "NotFound", `configmaps "`+metadata(first, "name")+`" not found`)
}

func TestClient_applyOwnsFields(t *testing.T) {
	admin := Shared(t).Admin()
	name := unique("applied")
	object := configMap(name, Object{"a": "1"})
	must[Object](t)(admin.Apply(t.Context(), object, "one", true))
	_, err := admin.Get(t.Context(), Path(object))
	wantRefusal(t, err, http.StatusNotFound, "NotFound", "")

	must[Object](t)(admin.Apply(t.Context(), object, "one", false))
	_, err = admin.Apply(t.Context(), configMap(name, Object{"a": "2"}), "two", false)
	wantRefusal(t, err, http.StatusConflict, "Conflict", `conflict with "one": .data.a`)
}

func TestServer_admissionPolicyJudgesPods(t *testing.T) {
	s := Shared(t)
	name := unique("no-host-network")
	policy := func(expression string) Object {
		return Object{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": Object{"name": name},
			"spec": Object{
				"matchConstraints": Object{"resourceRules": []any{Object{"apiGroups": []any{""}, "apiVersions": []any{"v1"},
					"operations": []any{"CREATE", "UPDATE"}, "resources": []any{"pods"}}}},
				"validations": []any{Object{"expression": expression, "message": "the node's network"}},
			}}
	}
	pod := func(hostNetwork bool) Object {
		return Object{"apiVersion": "v1", "kind": "Pod", "metadata": Object{"name": "pod"},
			"spec": Object{"hostNetwork": hostNetwork, "containers": []any{Object{"name": "app", "image": "registry.example/app:1",
				"securityContext": Object{"privileged": true}}}}}
	}

	_, err := s.Admin().Create(t.Context(), policy("object.spec.("))
	wantRefusal(t, err, http.StatusUnprocessableEntity, "Invalid", "compilation failed")
	must[Object](t)(s.Admin().Create(t.Context(), policy("!object.spec.?hostNetwork.orValue(false)")))
	binding := must[Object](t)(s.Admin().Create(t.Context(), Object{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
		"metadata": Object{"name": name + "-binding"}, "spec": Object{"policyName": name, "validationActions": []any{"Deny"}}}))
	t.Cleanup(func() { // the test's own context has ended by then
		if err := s.Admin().Delete(context.Background(), Path(binding)); err != nil {
			t.Error(err)
		}
	})

	s.AwaitPolicy(t, name, pod(true))
	_, _, err = s.Admin().DryRun(t.Context(), pod(true))
	wantRefusal(t, err, http.StatusUnprocessableEntity, "Invalid",
		"ValidatingAdmissionPolicy '"+name+"' with binding '"+name+"-binding' denied request: the node's network")

	// Privileged: the server's own validation has nothing against it.
	admitted, _, err := s.Admin().DryRun(t.Context(), pod(false))
	if err != nil {
		t.Fatal(err)
	}
	if got := admitted["spec"].(map[string]any)["restartPolicy"]; got != "Always" {
		t.Errorf("the restart policy is %v: defaults are not set", got)
	}
	_, err = s.Admin().Get(t.Context(), Path(pod(false)))
	wantRefusal(t, err, http.StatusNotFound, "NotFound", "")
}

func TestStop_endsTheServerBeforeItsStore(t *testing.T) {
	needsPrograms(t)
	s := must[*Server](t)(start(nil))
	var mu sync.Mutex
	var order []string
	var watching sync.WaitGroup
	for _, p := range []*process{s.api, s.etcd} {
		watching.Go(func() {
			<-p.ended
			mu.Lock()
			defer mu.Unlock()
			order = append(order, p.name)
		})
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	watching.Wait()
	if want := []string{"kube-apiserver", "etcd"}; !slices.Equal(order, want) {
		t.Errorf("ended in the order %v, want %v", order, want)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the files are still there: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("a second stop: %s", err)
	}
}

func TestStart_aWrongFlagFailsAtOnce(t *testing.T) {
	needsPrograms(t)
	began := time.Now()
	_, err := start([]string{"--no-such-flag"})
	if err == nil || !strings.Contains(err.Error(), "kube-apiserver ended before it was ready") || !strings.Contains(err.Error(), "unknown flag: --no-such-flag") {
		t.Fatalf("got the error %v", err)
	}
	if took, limit := time.Since(began), timeout("KUBEBUILDER_CONTROLPLANE_START_TIMEOUT"); took > limit/2 {
		t.Errorf("took %s of the %s of the timeout", took, limit)
	}
}

func TestNeedsPrograms(t *testing.T) {
	empty, full := t.TempDir(), t.TempDir()
	for _, program := range []string{"etcd", "kube-apiserver"} {
		if err := os.WriteFile(filepath.Join(full, program), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		environment map[string]string
		want        string
	}{
		"all there":             {map[string]string{"KUBEBUILDER_ASSETS": full}, ""},
		"single paths":          {map[string]string{"TEST_ASSET_KUBE_APISERVER": filepath.Join(full, "kube-apiserver"), "TEST_ASSET_ETCD": filepath.Join(full, "etcd")}, ""},
		"named but not there":   {map[string]string{"KUBEBUILDER_ASSETS": empty}, "failed: the environment names kube-apiserver"},
		"an existing cluster":   {map[string]string{"KUBEBUILDER_ASSETS": full, "USE_EXISTING_CLUSTER": "true"}, "skipped: USE_EXISTING_CLUSTER"},
		"nothing is configured": {nil, "skipped: this test needs a real API server"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(defaultAssets, "kube-apiserver")); err == nil && c.environment == nil {
				t.Skip("the programs are in the default folder of this machine")
			}
			for _, variable := range []string{"TEST_ASSET_KUBE_APISERVER", "TEST_ASSET_ETCD", "KUBEBUILDER_ASSETS", "USE_EXISTING_CLUSTER"} {
				t.Setenv(variable, c.environment[variable])
			}
			outcome := &recorder{TB: t}
			func() {
				defer func() {
					if r := recover(); r != nil && r != endOfTest {
						panic(r)
					}
				}()
				needsPrograms(outcome)
			}()
			if !strings.HasPrefix(outcome.text, c.want) || c.want == "" && outcome.text != "" {
				t.Errorf("got %q, want %q", outcome.text, c.want)
			}
		})
	}
}

const endOfTest = "the test ended"

// recorder is a test of which only the way it ends matters.
type recorder struct {
	testing.TB
	text string
}

func (r *recorder) end(text string) {
	r.text = text
	panic(endOfTest)
}

func (r *recorder) Helper()                        {}
func (r *recorder) Skip(a ...any)                  { r.end("skipped: " + fmt.Sprint(a...)) }
func (r *recorder) Skipf(format string, a ...any)  { r.end("skipped: " + fmt.Sprintf(format, a...)) }
func (r *recorder) Fatalf(format string, a ...any) { r.end("failed: " + fmt.Sprintf(format, a...)) }

func TestWarnings(t *testing.T) {
	header := http.Header{"Warning": {`299 - "plain"`, `299 - "with \"quotes\" and a \\"`}}
	if got, want := warnings(header), []string{"plain", `with "quotes" and a \`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPath(t *testing.T) {
	for want, object := range map[string]Object{
		"/api/v1/namespaces/default/pods/a":                         {"apiVersion": "v1", "kind": "Pod", "metadata": Object{"name": "a"}},
		"/apis/apps/v1/namespaces/b/deployments/a":                  {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": Object{"name": "a", "namespace": "b"}},
		"/apis/rbac.authorization.k8s.io/v1/clusterroles/a":         {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": Object{"name": "a"}},
		"/apis/networking.k8s.io/v1/namespaces/b/networkpolicies/a": {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": Object{"name": "a", "namespace": "b"}},
	} {
		if got := Path(object); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
