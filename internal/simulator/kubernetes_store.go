package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// kubernetesState is what a cluster's API server keeps.
type kubernetesState struct {
	objects map[objectKey]map[string]any
	version int64 // of the whole store, as etcd counts
	random  *rand.Rand
}

// systemNamespaces are in every cluster.
var systemNamespaces = []string{"default", "kube-node-lease", "kube-public", "kube-system"}

// firstVersion leaves room for what happened before the cloud started.
const firstVersion = 1000

func newKubernetesState(seed uint64, clusterID string, now time.Time) *kubernetesState {
	mixed := seed
	for _, b := range []byte(clusterID) {
		mixed = mixed*31 + uint64(b)
	}
	k := &kubernetesState{objects: map[objectKey]map[string]any{}, version: firstVersion, random: rand.New(rand.NewPCG(mixed, 0x6b756265))}
	for _, name := range systemNamespaces {
		k.put("kube-apiserver", map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}, now)
	}
	return k
}

// kinds are all that the API server serves.
func (k *kubernetesState) kinds() []kubernetesKind {
	return append(slices.Clone(kubernetesKinds), k.customKinds()...)
}

func (k *kubernetesState) customKinds() []kubernetesKind {
	kinds := []kubernetesKind{}
	for key, object := range k.objects {
		if key.resource != "customresourcedefinitions" {
			continue
		}
		versions, _ := valueAt(object, "spec", "versions").([]any)
		for _, v := range versions {
			if served, _ := valueAt(v, "served").(bool); served {
				kinds = append(kinds, kubernetesKind{
					textField(object, "spec", "group"), textField(v, "name"), textField(object, "spec", "names", "plural"),
					textField(object, "spec", "names", "kind"), textField(object, "spec", "scope") == "Namespaced",
				})
			}
		}
	}
	return kinds
}

// next is the version of the next write.
func (k *kubernetesState) next() string {
	k.version++
	return strconv.FormatInt(k.version, 10)
}

// put stores an object of the cluster's own, over what is there.
func (k *kubernetesState) put(manager string, object map[string]any, now time.Time) {
	key, problem := manifestKey(object, k.customKinds())
	if problem != "" {
		panic("simulator: object of a cluster: " + problem)
	}
	kind := k.kindOf(key)
	if old := k.objects[key]; old != nil {
		metadata(object)["resourceVersion"] = ""
		if _, err := k.update(kind, key, old, object, manager, now); err != nil {
			panic("simulator: object of a cluster: " + err.Error())
		}
		return
	}
	if _, err := k.create(kind, key, object, manager, now); err != nil {
		panic("simulator: object of a cluster: " + err.Error())
	}
}

func (k *kubernetesState) kindOf(key objectKey) kubernetesKind {
	for _, known := range k.kinds() {
		if known.group == key.group && known.resource == key.resource {
			return known
		}
	}
	panic("simulator: the kind of " + key.String() + " is not served")
}

// create stores a new object, which it changes: what the API server fills in.
func (k *kubernetesState) create(kind kubernetesKind, key objectKey, object map[string]any, manager string, now time.Time) (map[string]any, error) {
	meta := metadata(object)
	if prefix, _ := meta["generateName"].(string); key.name == "" && prefix != "" {
		key.name = prefix + k.suffix(5)
		meta["name"] = key.name
	}
	if key.name == "" {
		return nil, invalid(kind, key, field.Required(field.NewPath("metadata", "name"), "name or generateName is required"))
	}
	if rv, _ := meta["resourceVersion"].(string); rv != "" {
		return nil, &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Code: http.StatusInternalServerError, Message: "resourceVersion should not be set on objects to be created"}}
	}
	if key.namespace != "" && k.objects[objectKey{"", "namespaces", "", key.namespace}] == nil {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, key.namespace)
	}
	if k.objects[key] != nil {
		return nil, apierrors.NewAlreadyExists(kind.groupResource(), key.name)
	}
	if err := k.complete(kind, key, nil, object); err != nil {
		return nil, err
	}
	meta["uid"], meta["creationTimestamp"], meta["resourceVersion"] = uuid(k.random), now.UTC().Format(time.RFC3339), k.next()
	if hasGeneration(kind) {
		meta["generation"] = json.Number("1")
	}
	if key.namespace != "" {
		meta["namespace"] = key.namespace
	}
	k.manage(object, map[string]any{}, kind, manager, now)
	k.objects[key] = object
	return object, nil
}

// update replaces an object. A write that changes nothing leaves everything as it was, resourceVersion included.
func (k *kubernetesState) update(kind kubernetesKind, key objectKey, old, object map[string]any, manager string, now time.Time) (map[string]any, error) {
	meta, was := metadata(object), metadata(old)
	if uid, _ := meta["uid"].(string); uid != "" && uid != was["uid"] {
		return nil, apierrors.NewConflict(kind.groupResource(), key.name, fmt.Errorf( //nolint:staticcheck // the API server's words
			"Precondition failed: UID in precondition: %s, UID in object meta: %s", uid, was["uid"]))
	}
	switch rv, _ := meta["resourceVersion"].(string); {
	case rv == "" && kind.custom():
		return nil, invalid(kind, key, field.Invalid(field.NewPath("metadata", "resourceVersion"), 0, "must be specified for an update"))
	case rv != "" && rv != was["resourceVersion"]:
		return nil, apierrors.NewConflict(kind.groupResource(), key.name, errors.New("the object has been modified; please apply your changes to the latest version and try again"))
	}
	for _, name := range []string{"uid", "creationTimestamp", "resourceVersion", "generation", "namespace", "name", "managedFields"} {
		delete(meta, name)
		if value, there := was[name]; there {
			meta[name] = value
		}
	}
	if kind.resource == "jobs" || kind.resource == "cronjobs" {
		delete(object, "status") // a subresource
		if status, there := old["status"]; there {
			object["status"] = status
		}
	}
	if err := k.complete(kind, key, old, object); err != nil {
		return nil, err
	}
	if reflect.DeepEqual(object, old) {
		return old, nil
	}
	meta["resourceVersion"] = k.next()
	if hasGeneration(kind) && !reflect.DeepEqual(object["spec"], old["spec"]) {
		generation, _ := strconv.ParseInt(fmt.Sprint(was["generation"]), 10, 64)
		meta["generation"] = json.Number(strconv.FormatInt(generation+1, 10))
	}
	k.manage(object, old, kind, manager, now)
	k.objects[key] = object
	return object, nil
}

// remove deletes an object and what it owns.
func (k *kubernetesState) remove(key objectKey) {
	uid := textField(k.objects[key], "metadata", "uid")
	delete(k.objects, key)
	k.next()
	for other, object := range k.objects {
		owners, _ := valueAt(object, "metadata", "ownerReferences").([]any)
		owned := slices.ContainsFunc(owners, func(owner any) bool { return textField(owner, "uid") == uid })
		if owned || key.resource == "namespaces" && other.namespace == key.name {
			k.remove(other)
		}
	}
}

func hasGeneration(kind kubernetesKind) bool {
	return kind.group != "" // ConfigMap, Event and Namespace have none
}

// manage keeps who has written which of the fields that differ: two levels of them, without the rules of ownership.
func (k *kubernetesState) manage(object, old map[string]any, kind kubernetesKind, manager string, now time.Time) {
	fields := map[string]any{}
	for name, value := range object {
		if name == "apiVersion" || name == "kind" || name == "metadata" || name == "status" || reflect.DeepEqual(value, old[name]) {
			continue
		}
		inner := map[string]any{}
		if m, isMap := value.(map[string]any); isMap {
			before, _ := old[name].(map[string]any)
			for key, item := range m {
				if !reflect.DeepEqual(item, before[key]) {
					inner["f:"+key] = map[string]any{}
				}
			}
		}
		fields["f:"+name] = inner
	}
	meta := metadata(object)
	entries := []any{}
	list, _ := meta["managedFields"].([]any)
	for _, entry := range list {
		if textField(entry, "manager") != manager {
			entries = append(entries, entry)
		} else if before, _ := valueAt(entry, "fieldsV1").(map[string]any); before != nil {
			merged := maps.Clone(before)
			maps.Copy(merged, fields)
			fields = merged
		}
	}
	meta["managedFields"] = append(entries, map[string]any{
		"manager": manager, "operation": "Update", "apiVersion": kind.apiVersion(), "time": now.UTC().Format(time.RFC3339),
		"fieldsType": "FieldsV1", "fieldsV1": fields,
	})
}

func (k *kubernetesState) suffix(n int) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[k.random.IntN(len(letters))]
	}
	return string(b)
}

func invalid(kind kubernetesKind, key objectKey, problems ...*field.Error) error {
	return apierrors.NewInvalid(schema.GroupKind{Group: kind.group, Kind: kind.kind}, key.name, problems)
}

// complete sets the defaults of a kind and refuses what its validation refuses, as far as it is simulated.
func (k *kubernetesState) complete(kind kubernetesKind, key objectKey, old, object map[string]any) error {
	if text := textField(object, "apiVersion"); text != "" && text != kind.apiVersion() || textField(object, "kind") != "" && textField(object, "kind") != kind.kind {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: no kind %q is registered for version %q", textField(object, "kind"), text, kind.kind, textField(object, "kind"), text))
	}
	object["apiVersion"], object["kind"] = kind.apiVersion(), kind.kind
	if old == nil {
		for _, problem := range validation.NameIsDNSSubdomain(key.name, false) {
			return invalid(kind, key, field.Invalid(field.NewPath("metadata", "name"), key.name, problem))
		}
	}
	switch kind.resource {
	case "configmaps":
		return completeConfigMap(kind, key, old, object)
	case "cronjobs":
		return completeCronJob(kind, key, object)
	case "jobs":
		return completeJob(kind, key, old, object)
	case "events":
		setDefaults(object, map[string]any{"type": ""})
	}
	return nil
}

func completeConfigMap(kind kubernetesKind, key objectKey, old, object map[string]any) error {
	data, _ := object["data"].(map[string]any)
	size := 0
	for name, value := range data {
		text, isText := value.(string)
		if !isText {
			return apierrors.NewBadRequest(fmt.Sprintf("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal %s into Go struct field ConfigMap.data of type string", jsonNoun(value)))
		}
		if !configMapKey.MatchString(name) {
			return invalid(kind, key, field.Invalid(field.NewPath("data").Key(name), name, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"))
		}
		size += len(text)
	}
	if size > maxConfigMap {
		return invalid(kind, key, field.TooLong(field.NewPath(""), "", maxConfigMap))
	}
	if immutable, _ := old["immutable"].(bool); immutable && !reflect.DeepEqual(old["data"], object["data"]) {
		return invalid(kind, key, field.Forbidden(field.NewPath("data"), "field is immutable when `immutable` is set"))
	}
	return nil
}

const maxConfigMap = 1 << 20

var configMapKey = regexp.MustCompile(`^[-._a-zA-Z0-9]+$`)

func completeCronJob(kind kubernetesKind, key objectKey, object map[string]any) error {
	spec, _ := object["spec"].(map[string]any)
	if spec == nil {
		spec = map[string]any{}
		object["spec"] = spec
	}
	setDefaults(spec, map[string]any{
		"concurrencyPolicy": "Allow", "suspend": false, "successfulJobsHistoryLimit": json.Number("3"), "failedJobsHistoryLimit": json.Number("1"),
	})
	setDefaults(object, map[string]any{"status": map[string]any{}})
	at := field.NewPath("spec", "schedule")
	schedule, _ := spec["schedule"].(string)
	if schedule == "" {
		return invalid(kind, key, field.Required(at, ""))
	}
	if problem := cronProblem(schedule); problem != "" {
		return invalid(kind, key, field.Invalid(at, schedule, problem))
	}
	if len(key.name) > 52 {
		return invalid(kind, key, field.Invalid(field.NewPath("metadata", "name"), key.name, "must be no more than 52 characters"))
	}
	return nil
}

func completeJob(kind kubernetesKind, key objectKey, old, object map[string]any) error {
	spec, _ := object["spec"].(map[string]any)
	if spec == nil || textField(spec, "template", "spec", "restartPolicy") == "" && old == nil {
		return invalid(kind, key, field.Required(field.NewPath("spec", "template", "spec", "restartPolicy"), `valid values: "OnFailure", "Never"`))
	}
	setDefaults(spec, map[string]any{
		"parallelism": json.Number("1"), "completions": json.Number("1"), "backoffLimit": json.Number("6"), "suspend": false,
		"completionMode": "NonIndexed",
	})
	setDefaults(object, map[string]any{"status": map[string]any{}})
	if old != nil && !reflect.DeepEqual(valueAt(old, "spec", "template"), spec["template"]) {
		return invalid(kind, key, field.Invalid(field.NewPath("spec", "template"), "", "field is immutable"))
	}
	return nil
}

func setDefaults(object, defaults map[string]any) {
	for name, value := range defaults {
		if _, there := object[name]; !there {
			object[name] = value
		}
	}
}

func jsonNoun(v any) string {
	switch v.(type) {
	case bool:
		return "bool"
	case json.Number:
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

// statusOf is the object Status of a refusal.
func statusOf(err error) (code int, body []byte) {
	status, ok := err.(apierrors.APIStatus)
	if !ok {
		status = apierrors.NewInternalError(err)
	}
	s := status.Status()
	s.Kind, s.APIVersion = "Status", "v1"
	body, marshalErr := json.Marshal(s)
	if marshalErr != nil {
		panic(marshalErr)
	}
	return max(int(s.Code), http.StatusBadRequest), body
}
