package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/ackguard/terraform-provider-ackguard/internal/nearest"
)

// known are the types of the kinds whose fields are checked, by apiVersion and kind.
var known = map[[2]string]reflect.Type{
	{"v1", "Pod"}:                                              reflect.TypeFor[corev1.Pod](),
	{"v1", "PodTemplate"}:                                      reflect.TypeFor[corev1.PodTemplate](),
	{"v1", "ReplicationController"}:                            reflect.TypeFor[corev1.ReplicationController](),
	{"v1", "ServiceAccount"}:                                   reflect.TypeFor[corev1.ServiceAccount](),
	{"apps/v1", "Deployment"}:                                  reflect.TypeFor[appsv1.Deployment](),
	{"apps/v1", "StatefulSet"}:                                 reflect.TypeFor[appsv1.StatefulSet](),
	{"apps/v1", "DaemonSet"}:                                   reflect.TypeFor[appsv1.DaemonSet](),
	{"apps/v1", "ReplicaSet"}:                                  reflect.TypeFor[appsv1.ReplicaSet](),
	{"batch/v1", "Job"}:                                        reflect.TypeFor[batchv1.Job](),
	{"batch/v1", "CronJob"}:                                    reflect.TypeFor[batchv1.CronJob](),
	{rbacv1.SchemeGroupVersion.String(), "Role"}:               reflect.TypeFor[rbacv1.Role](),
	{rbacv1.SchemeGroupVersion.String(), "ClusterRole"}:        reflect.TypeFor[rbacv1.ClusterRole](),
	{rbacv1.SchemeGroupVersion.String(), "RoleBinding"}:        reflect.TypeFor[rbacv1.RoleBinding](),
	{rbacv1.SchemeGroupVersion.String(), "ClusterRoleBinding"}: reflect.TypeFor[rbacv1.ClusterRoleBinding](),
}

// maxWarnings of one document; a foreign document under a known kind would have hundreds.
const maxWarnings = 20

// check compares an object with the Go type of its kind, which costs a twentieth of decoding into it and, unlike that,
// names the whole path and every field. Unknown kinds have no warnings.
func check(version, kind string, object map[string]any) []string {
	t, isKnown := known[[2]string{version, kind}]
	if !isKnown {
		return nil
	}
	c := checker{}
	c.value(shapeOf(t), object)
	if len(c.warnings) == 0 {
		return nil
	}
	slices.Sort(c.warnings)
	if more := len(c.warnings) - maxWarnings; more > 0 {
		c.warnings = append(c.warnings[:maxWarnings], fmt.Sprintf("and %d more", more))
	}
	return c.warnings
}

// shape is what a Go type accepts as JSON.
type shape struct {
	accepts byte              // a bit set of the constants below
	fields  map[string]*shape // of a struct
	element *shape            // of a list or a map with free keys
}

const (
	text byte = 1 << iota
	boolean
	integer
	number
	list
	object
	anything = text | boolean | integer | number | list | object
)

var shapes = struct {
	sync.RWMutex
	of map[reflect.Type]*shape
}{of: map[reflect.Type]*shape{
	reflect.TypeFor[intstr.IntOrString](): {accepts: text | integer},
	reflect.TypeFor[resource.Quantity]():  {accepts: text | integer | number},
	reflect.TypeFor[metav1.Time]():        {accepts: text},
	reflect.TypeFor[metav1.MicroTime]():   {accepts: text},
	reflect.TypeFor[metav1.Duration]():    {accepts: text},
	reflect.TypeFor[[]byte]():             {accepts: text},
}}

func shapeOf(t reflect.Type) *shape {
	shapes.RLock()
	s := shapes.of[t]
	shapes.RUnlock()
	if s != nil {
		return s
	}
	shapes.Lock()
	defer shapes.Unlock()
	return build(t)
}

// build needs the lock of shapes, under which nobody sees a shape whose fields are not all there yet.
func build(t reflect.Type) *shape {
	if s := shapes.of[t]; s != nil {
		return s
	}
	s := &shape{accepts: anything}
	shapes.of[t] = s
	if t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		*s = *build(t.Elem())
	case reflect.String:
		s.accepts = text
	case reflect.Bool:
		s.accepts = boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		s.accepts = integer
	case reflect.Float32, reflect.Float64:
		s.accepts = integer | number
	case reflect.Slice:
		s.accepts, s.element = list, build(t.Elem())
	case reflect.Map:
		s.accepts, s.element = object, build(t.Elem())
	case reflect.Struct:
		s.accepts, s.fields = object, map[string]*shape{}
		for i := range t.NumField() {
			s.addField(t.Field(i))
		}
	default:
	}
	return s
}

func (s *shape) addField(f reflect.StructField) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "-" || !f.IsExported():
	case name == "" && f.Anonymous:
		maps.Copy(s.fields, build(f.Type).fields)
	case name == "":
		s.fields[f.Name] = build(f.Type)
	default:
		s.fields[name] = build(f.Type)
	}
}

type checker struct {
	warnings []string
	path     []step // of the value that is looked at
}

// step is a key, or an index where the key is empty: no pointers, so that a sound object costs no memory.
type step struct {
	key   string
	index int
}

func (c *checker) warn(format string, of ...any) {
	path := make([]any, len(c.path))
	for i, s := range c.path {
		if path[i] = s.key; s.key == "" {
			path[i] = s.index
		}
	}
	c.warnings = append(c.warnings, formatPath(path)+": "+fmt.Sprintf(format, of...))
}

// inside looks at an entry of a value of the shape outer; it has no shape if its key is unknown.
func (c *checker) inside(at step, outer, s *shape, v any) {
	c.path = append(c.path, at)
	if s != nil {
		c.value(s, v)
	} else if meant := nearest.To(at.key, slices.Collect(maps.Keys(outer.fields))); meant != "" {
		c.warn("Kubernetes knows no such field and passes over it; did you mean %s?", meant)
	} else {
		c.warn("Kubernetes knows no such field and passes over it")
	}
	c.path = c.path[:len(c.path)-1]
}

func (c *checker) value(s *shape, v any) {
	if s.accepts == anything {
		return
	}
	is := kindOf(v)
	if is&s.accepts == 0 {
		if is != 0 {
			c.warn("%s stands where Kubernetes wants %s; the API server refuses the object", nameOf(v), s.wants())
		}
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			inner := s.element
			if s.fields != nil {
				inner = s.fields[key]
			}
			c.inside(step{key: key}, s, inner, value)
		}
	case []any:
		for i, element := range v {
			c.inside(step{index: i}, s, s.element, element)
		}
	}
}

// kindOf is 0 for null.
func kindOf(v any) byte {
	switch v.(type) {
	case map[string]any:
		return object
	case []any:
		return list
	case string:
		return text
	case bool:
		return boolean
	case int64:
		return integer
	case float64:
		return number
	default:
		return 0
	}
}

func (s *shape) wants() string {
	var names []string
	for _, kind := range []struct {
		bit  byte
		name string
	}{{text, "a text"}, {boolean, "a boolean"}, {integer, "an integer"}, {number, "a number"}, {list, "a list"}, {object, "an object"}} {
		if s.accepts&kind.bit != 0 {
			names = append(names, kind.name)
		}
	}
	return strings.Join(names, " or ")
}
