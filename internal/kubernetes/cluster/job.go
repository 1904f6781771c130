package cluster

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var errNoTemplate = errors.New("the CronJob has no spec.jobTemplate.spec")

// maxJobName is how long the name of a Job may be, so that those of its Pods fit.
const maxJobName = 63

// RunCronJob makes a Job from a CronJob's template, as `kubectl create job --from` does: annotated as started by hand, and
// owned by the CronJob. The Job is called like the CronJob, cut where needed, and the suffix, which the caller makes
// unique. It is made once, even where an answer got lost.
func (c *Client) RunCronJob(ctx context.Context, cronJob *Object, suffix string) (*Object, error) {
	job, err := jobOf(cronJob, suffix)
	if err != nil {
		return nil, &Error{Kind: Invalid, ClusterID: c.clusterID, Via: c.via, Server: c.server, Call: describe("create", Jobs, cronJob.GetNamespace(), ""), Message: err.Error()}
	}
	created, lost, err := c.create(ctx, Jobs, job)
	if lost && Is(err, AlreadyExists) {
		found, readErr := c.Get(ctx, Jobs, job.GetNamespace(), job.GetName())
		if readErr == nil && ownedBy(found, cronJob) {
			return found, nil
		}
	}
	return created, err
}

func jobOf(cronJob *Object, suffix string) (*Object, error) {
	template, found, err := unstructured.NestedMap(cronJob.Object, "spec", "jobTemplate")
	if err != nil {
		return nil, err
	}
	spec, ok := template["spec"].(map[string]any)
	if !found || !ok {
		return nil, errNoTemplate
	}
	job := &Object{Object: map[string]any{"apiVersion": "batch/v1", "kind": "Job", "spec": spec}}
	name := cronJob.GetName()
	if room := maxJobName - len(suffix) - 1; len(name) > room {
		name = name[:max(room, 0)]
	}
	job.SetName(name + "-" + suffix)
	job.SetNamespace(cronJob.GetNamespace())
	meta := Object{Object: template}
	job.SetLabels(meta.GetLabels())
	annotations := meta.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations["cronjob.kubernetes.io/instantiate"] = "manual"
	job.SetAnnotations(annotations)
	// Not as its controller, which would need the right to update the CronJob's finalizers.
	job.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: cronJob.GetName(), UID: cronJob.GetUID()}})
	return job, nil
}

func ownedBy(object, owner *Object) bool {
	for _, reference := range object.GetOwnerReferences() {
		if reference.UID == owner.GetUID() {
			return true
		}
	}
	return false
}
