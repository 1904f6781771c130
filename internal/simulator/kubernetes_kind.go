package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kubernetesKind is a kind of object that the small API server keeps.
type kubernetesKind struct {
	group, version, resource, kind string
	namespaced                     bool
}

// kubernetesKinds are the built-in ones; custom resource definitions bring others.
var kubernetesKinds = []kubernetesKind{
	{"", "v1", "namespaces", "Namespace", false},
	{"", "v1", "configmaps", "ConfigMap", true},
	{"", "v1", "events", "Event", true},
	{"batch", "v1", "cronjobs", "CronJob", true},
	{"batch", "v1", "jobs", "Job", true},
	{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false},
}

func (k kubernetesKind) apiVersion() string {
	return schema.GroupVersion{Group: k.group, Version: k.version}.String()
}

func (k kubernetesKind) groupResource() schema.GroupResource {
	return schema.GroupResource{Group: k.group, Resource: k.resource}
}

// custom reports whether a definition has brought the kind.
func (k kubernetesKind) custom() bool {
	for _, built := range kubernetesKinds {
		if built == k {
			return false
		}
	}
	return true
}

// objectKey is the place of an object in a cluster.
type objectKey struct{ group, resource, namespace, name string }

func (k objectKey) String() string {
	return schema.GroupResource{Group: k.group, Resource: k.resource}.String() + " " + strings.TrimPrefix(k.namespace+"/"+k.name, "/")
}

func (k kubernetesKind) key(namespace, name string) objectKey {
	return objectKey{k.group, k.resource, namespace, name}
}

// plainObject is an object as JSON has it; numbers keep their digits.
func plainObject(v any) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return decodeObject(text)
}

func decodeObject(text []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, errors.New("it is no object")
	}
	return object, nil
}

// valueAt is what stands at a path; nil where nothing does.
func valueAt(object any, path ...string) any {
	for _, name := range path {
		m, _ := object.(map[string]any)
		object = m[name]
	}
	return object
}

func textField(object any, path ...string) string {
	text, _ := valueAt(object, path...).(string)
	return text
}

// metadata is an object's metadata, made where it is missing.
func metadata(object map[string]any) map[string]any {
	meta, ok := object["metadata"].(map[string]any)
	if !ok {
		meta = map[string]any{}
		object["metadata"] = meta
	}
	return meta
}

// manifestKey is where an object belongs, or what keeps it from belonging anywhere.
func manifestKey(object map[string]any, custom []kubernetesKind) (objectKey, string) {
	apiVersion, kind := textField(object, "apiVersion"), textField(object, "kind")
	name, namespace := textField(object, "metadata", "name"), textField(object, "metadata", "namespace")
	for _, known := range append(kubernetesKinds[:len(kubernetesKinds):len(kubernetesKinds)], custom...) {
		if known.apiVersion() != apiVersion || known.kind != kind {
			continue
		}
		switch {
		case name == "":
			return objectKey{}, "it has no metadata.name"
		case known.namespaced != (namespace != ""):
			return objectKey{}, fmt.Sprintf("metadata.namespace is %q, and %s is namespaced: %t", namespace, kind, known.namespaced)
		}
		return known.key(namespace, name), ""
	}
	return objectKey{}, fmt.Sprintf("the kind %s of %s is not simulated", kind, apiVersion)
}
