package scan_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/acctest/apiserver"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/permission"
)

// realCluster is one whose API is a real one, beside the simulated cloud that knows its add-ons.
type realCluster struct {
	*acctest.Cloud
	t       *testing.T
	server  *apiserver.Server
	objects []apiserver.Object // as the component makes them
}

func newReal(t *testing.T) *realCluster {
	t.Helper()
	r := &realCluster{acctest.New(t, acctest.InspectedFleet(newest)), t, apiserver.Shared(t), nil}
	for resource, name := range map[string]string{"configmaps": configMap, "cronjobs": cronJob} {
		object, found := r.KubernetesObject(retail, resource, own, name)
		if !found {
			t.Fatalf("there is no %s", name)
		}
		object["metadata"] = map[string]any{"name": name, "namespace": own}
		delete(object, "status")
		r.objects = append(r.objects, object)
	}
	namespace := apiserver.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": own}}
	if _, err := r.server.Admin().Create(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	return r
}

// reset makes the objects anew, and takes the Jobs away.
func (r *realCluster) reset() {
	r.t.Helper()
	admin := r.server.Admin()
	jobs, err := admin.Get(r.t.Context(), "/apis/batch/v1/namespaces/"+own+"/jobs")
	if err != nil {
		r.t.Fatal(err)
	}
	items, _ := jobs["items"].([]any)
	for _, item := range items {
		job, _ := item.(map[string]any)
		metadata, _ := job["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if err := admin.Delete(r.t.Context(), "/apis/batch/v1/namespaces/"+own+"/jobs/"+name+"?propagationPolicy=Background"); err != nil {
			r.t.Fatal(err)
		}
	}
	for _, object := range r.objects {
		_ = admin.Delete(r.t.Context(), apiserver.Path(object)) // there may be none
		if _, err := admin.Create(r.t.Context(), object); err != nil {
			r.t.Fatal(err)
		}
	}
}

// stored are the objects without what counts writes.
func (r *realCluster) stored() (objects []apiserver.Object) {
	r.t.Helper()
	for _, object := range r.objects {
		is, err := r.server.Admin().Get(r.t.Context(), apiserver.Path(object))
		if err != nil {
			r.t.Fatal(err)
		}
		metadata, _ := is["metadata"].(map[string]any)
		for _, name := range []string{"resourceVersion", "managedFields", "generation"} {
			delete(metadata, name)
		}
		objects = append(objects, is)
	}
	return objects
}

// entitled is a new user with the manifest of kubernetes_rbac, changed.
func (r *realCluster) entitled(change func(namespace string, rules []any) []any) *apiserver.Client {
	r.t.Helper()
	required, err := permission.Require(permission.Choice{Features: []string{kind, kind + ".triggers"}})
	if err != nil {
		r.t.Fatal(err)
	}
	manifest, err := required.RBAC()
	if err != nil {
		r.t.Fatal(err)
	}
	user := r.server.NewUser(r.t)
	decoder := yaml.NewDecoder(strings.NewReader(strings.ReplaceAll(manifest, permission.RBACSubject, user.User)))
	for {
		var object apiserver.Object
		if decoder.Decode(&object) != nil {
			break
		}
		metadata, _ := object["metadata"].(map[string]any)
		namespace, _ := metadata["namespace"].(string)
		metadata["name"] = user.User
		if reference, ok := object["roleRef"].(map[string]any); ok {
			reference["name"] = user.User
		}
		if rules, ok := object["rules"].([]any); ok {
			object["rules"] = change(namespace, rules)
		}
		if _, err := r.server.Admin().Create(r.t.Context(), object); err != nil {
			r.t.Fatal(err)
		}
	}
	// RBAC is read from a cache, which follows.
	for _, namespace := range []string{own, "kube-system"} {
		apiserver.Await(r.t, func() (bool, string) {
			said := ""
			for _, object := range r.objects {
				var refused *apiserver.StatusError
				_, err := user.Get(r.t.Context(), strings.Replace(apiserver.Path(object), "/"+own+"/", "/"+namespace+"/", 1))
				if !errors.As(err, &refused) || refused.Reason != "Forbidden" {
					return true, ""
				}
				said = refused.Message
			}
			return false, said
		})
	}
	return user
}

// life takes a policy through its life as a user.
func (r *realCluster) life(user *apiserver.Client) error {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), user.User)
	if err := os.WriteFile(path, user.Kubeconfig(), 0o600); err != nil {
		r.t.Fatal(err)
	}
	policy := r.Resource(r.t, kind)
	connection := map[string]any{"kubeconfig_path": path}
	return errors.Join(
		policy.Apply(full("cluster_connection", connection, "triggers", map[string]any{"v": "1"})),
		policy.Apply(full("cluster_connection", connection, "triggers", map[string]any{"v": "2"}, "suspend", false, "white_list", nil)),
		policy.Destroy(),
	)
}

// On a real API server: the objects survive a round trip, the rights of kubernetes_rbac suffice, and each is needed.
func TestPolicy_realAPIServer(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	r.reset()
	before := r.stored()
	whole := func(_ string, rules []any) []any { return rules }
	if err := r.life(r.entitled(whole)); err != nil {
		t.Fatalf("the rights do not suffice: %s", err)
	}
	if after := r.stored(); !reflect.DeepEqual(before, after) {
		t.Errorf("destroy leaves\n%v\nwas\n%v", after, before)
	}
	tried := 0
	for _, right := range [][2]string{
		{"configmaps", "get"}, {"configmaps", "update"}, {"cronjobs", "get"}, {"cronjobs", "update"}, {"jobs", "list"}, {"jobs", "create"},
	} {
		r.reset()
		user := r.entitled(func(namespace string, rules []any) []any {
			for _, rule := range rules {
				fields, _ := rule.(map[string]any)
				resources, _ := fields["resources"].([]any)
				verbs, _ := fields["verbs"].([]any)
				if namespace == own && slices.Contains(resources, any(right[0])) && slices.Contains(verbs, any(right[1])) {
					fields["verbs"] = slices.DeleteFunc(verbs, func(v any) bool { return v == right[1] })
					tried++
				}
			}
			return slices.DeleteFunc(rules, func(rule any) bool {
				fields, _ := rule.(map[string]any)
				verbs, _ := fields["verbs"].([]any)
				return len(verbs) == 0
			})
		})
		says(t, r.life(user), ": forbidden", `User "`+user.User+`" cannot `+right[1]+` resource "`+right[0]+`"`, "bind a Role that allows the verb "+right[1]+" on "+right[0])
	}
	if tried != 6 {
		t.Errorf("%d rights were taken away", tried)
	}
}
