package scan

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
)

// beforeAnnotation is where an object says what a policy found, so that a run that was killed loses nothing of it.
const beforeAnnotation = "ackguard/scan-policy-before"

// names are those of the objects; empty ones are found out.
type names struct {
	configMap, configMapNamespace, configKey, cronJob, cronJobNamespace string
}

// ambiguousError is an object that is there twice.
type ambiguousError struct {
	kind, name, argument string
	namespaces           []string
}

// Error implements error.
func (e *ambiguousError) Error() string {
	return fmt.Sprintf("there is a %s %s in the namespace %s and in %s; say which it is by objects.%s", e.kind, e.name, e.namespaces[0], e.namespaces[1], e.argument)
}

// live are the component's objects in a cluster.
type live struct {
	configMap, cronJob *cluster.Object // nil where there is none
}

// look finds both objects, each on its own: they may be in different namespaces.
func look(ctx context.Context, client *cluster.Client, n names, version string) (found live, err error) {
	found.configMap, err = find(ctx, client, cluster.ConfigMaps, "ConfigMap", cmp.Or(n.configMap, inspector.ConfigMapName), n.configMapNamespace, "config_map_namespace", version)
	if err != nil {
		return live{}, err
	}
	found.cronJob, err = find(ctx, client, cluster.CronJobs, "CronJob", cmp.Or(n.cronJob, inspector.CronJobName), n.cronJobNamespace, "cron_job_namespace", version)
	if err != nil {
		return live{}, err
	}
	return found, nil
}

func find(ctx context.Context, client *cluster.Client, r cluster.Resource, kind, name, namespace, argument, version string) (object *cluster.Object, err error) {
	namespaces := inspector.Namespaces(version)
	if namespace != "" {
		namespaces = []string{namespace}
	}
	for _, namespace := range namespaces {
		is, err := client.Get(ctx, r, namespace, name)
		switch {
		case cluster.Is(err, cluster.NotFound):
			continue
		case err != nil:
			return nil, err
		case object != nil:
			return nil, &ambiguousError{kind, name, argument, namespaces}
		}
		object = is
	}
	return object, nil
}

// missing says what of the objects that are needed is not there; empty for nothing.
func (l live) missing(n names, configMap, cronJob bool) string {
	switch {
	case l.configMap == nil && configMap:
		return "has no ConfigMap " + cmp.Or(n.configMap, inspector.ConfigMapName)
	case l.cronJob == nil && cronJob:
		return "has no CronJob " + cmp.Or(n.cronJob, inspector.CronJobName)
	}
	return ""
}

// texts are a ConfigMap's data.
func texts(configMap *cluster.Object) map[string]string {
	data, _, _ := unstructured.NestedStringMap(configMap.Object, "data")
	return data
}

// config reads the configuration out of a ConfigMap.
func config(configMap *cluster.Object, override string) (key, text string, parsed *inspector.Config, err error) {
	data := texts(configMap)
	if key, err = inspector.FindKey(data, override); err != nil {
		return "", "", nil, err
	}
	parsed, err = inspector.Parse(data[key])
	return key, data[key], parsed, err
}

// timing is when the scans run.
type timing struct {
	Schedule string
	Suspend  bool
}

// foundTiming is what a policy found of the fields that it sets; nil for those that are none of its business.
type foundTiming struct {
	Schedule *string `json:"schedule,omitempty"`
	Suspend  *bool   `json:"suspend,omitempty"`
}

func timingOf(cronJob *cluster.Object) (t timing) {
	t.Schedule, _, _ = unstructured.NestedString(cronJob.Object, "spec", "schedule")
	t.Suspend, _, _ = unstructured.NestedBool(cronJob.Object, "spec", "suspend")
	return t
}

// put writes the fields that differ: another may not be there, and its default is not ours to write down.
func (t timing) put(cronJob *cluster.Object) error {
	now := timingOf(cronJob)
	if t.Schedule != now.Schedule {
		if err := unstructured.SetNestedField(cronJob.Object, t.Schedule, "spec", "schedule"); err != nil {
			return err
		}
	}
	if t.Suspend == now.Suspend {
		return nil
	}
	return unstructured.SetNestedField(cronJob.Object, t.Suspend, "spec", "suspend")
}

// noted reads what a policy has written down on an object; what is not readable is as if it was not there.
func noted[T any](object *cluster.Object) (before T, found bool) {
	text, found := object.GetAnnotations()[beforeAnnotation]
	if !found || json.Unmarshal([]byte(text), &before) != nil {
		var none T
		return none, false
	}
	return before, true
}

func configNoted(configMap *cluster.Object) (inspector.Before, bool) {
	return noted[inspector.Before](configMap)
}

func timingNoted(cronJob *cluster.Object) (foundTiming, bool) { return noted[foundTiming](cronJob) }

// note writes it down; nil takes it away. It reports whether that changes the object.
func note[T any](object *cluster.Object, before *T) (changed bool, err error) {
	annotations := object.GetAnnotations()
	was, noted := annotations[beforeAnnotation]
	if before == nil {
		if delete(annotations, beforeAnnotation); len(annotations) == 0 {
			annotations = nil // an empty map would be left otherwise
		}
		if noted {
			object.SetAnnotations(annotations)
		}
		return noted, nil
	}
	text, err := json.Marshal(before)
	if err != nil || noted && was == string(text) {
		return false, err
	}
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[beforeAnnotation] = string(text)
	object.SetAnnotations(annotations)
	return true, nil
}
