package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// behindKubernetes works on the store of a cluster's API server behind the back of every client.
func (c *Cloud) behindKubernetes(clusterID string, work func(*clusterState, *kubernetesState, time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.settle(now)
	state := c.clusters[clusterID]
	if state == nil {
		return fmt.Errorf("cluster %s does not exist", clusterID)
	}
	return work(state, c.kubernetesOf(state, now), now)
}

// keyIn finds the place of an object by its kind's plural, such as configmaps, cronjobs or jobs.
func (k *kubernetesState) keyIn(resource, namespace, name string) (kubernetesKind, objectKey, error) {
	for _, known := range k.kinds() {
		if known.resource == resource {
			return known, known.key(namespace, name), nil
		}
	}
	return kubernetesKind{}, objectKey{}, fmt.Errorf("the kind %s is not simulated", resource)
}

// KubernetesObject returns a copy of an object of a cluster. Resource is the plural, such as configmaps or cronjobs;
// namespace is empty for kinds of the cluster's scope. Numbers are json.Number.
func (c *Cloud) KubernetesObject(clusterID, resource, namespace, name string) (object map[string]any, found bool) {
	for _, candidate := range c.KubernetesObjects(clusterID, resource, namespace) {
		if textField(candidate, "metadata", "name") == name {
			return candidate, true
		}
	}
	return nil, false
}

// KubernetesObjects returns copies of the objects of a kind in a namespace, or in all if it is empty, by their names.
func (c *Cloud) KubernetesObjects(clusterID, resource, namespace string) []map[string]any {
	list := []map[string]any{}
	_ = c.behindKubernetes(clusterID, func(_ *clusterState, store *kubernetesState, _ time.Time) error {
		for key, object := range store.objects {
			if key.resource == resource && (namespace == "" || key.namespace == namespace) {
				list = append(list, *clone(&object))
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b map[string]any) int {
		return strings.Compare(textField(a, "metadata", "namespace")+"/"+textField(a, "metadata", "name"), textField(b, "metadata", "namespace")+"/"+textField(b, "metadata", "name"))
	})
	return list
}

// UpdateKubernetesObject changes an object as somebody with kubectl does: under the field manager kubectl-edit.
func (c *Cloud) UpdateKubernetesObject(clusterID, resource, namespace, name string, change func(object map[string]any)) error {
	return c.behindKubernetes(clusterID, func(_ *clusterState, store *kubernetesState, now time.Time) error {
		kind, key, err := store.keyIn(resource, namespace, name)
		if err != nil {
			return err
		}
		old := store.objects[key]
		if old == nil {
			return fmt.Errorf("%s is not in cluster %s", key, clusterID)
		}
		changed := *clone(&old)
		change(changed)
		if changed, err = plainObject(changed); err != nil {
			return err
		}
		metadata(changed)["resourceVersion"] = metadata(old)["resourceVersion"]
		_, err = store.update(kind, key, old, changed, "kubectl-edit", now)
		return err
	})
}

// CreateKubernetesObject makes an object from a manifest, as kubectl create does. Its namespace must be there.
func (c *Cloud) CreateKubernetesObject(clusterID string, manifest map[string]any) error {
	return c.behindKubernetes(clusterID, func(state *clusterState, store *kubernetesState, now time.Time) error {
		object, err := plainObject(manifest)
		if err != nil {
			return err
		}
		key, problem := manifestKey(object, store.customKinds())
		if problem != "" {
			return fmt.Errorf("%s", problem)
		}
		created, err := store.create(store.kindOf(key), key, object, "kubectl-create", now)
		if err == nil && key.resource == "jobs" {
			c.jobCreated(state, created, now)
		}
		return err
	})
}

// DeleteKubernetesObject deletes an object and what it owns.
func (c *Cloud) DeleteKubernetesObject(clusterID, resource, namespace, name string) error {
	return c.behindKubernetes(clusterID, func(_ *clusterState, store *kubernetesState, _ time.Time) error {
		_, key, err := store.keyIn(resource, namespace, name)
		if err != nil {
			return err
		}
		if store.objects[key] == nil {
			return fmt.Errorf("%s is not in cluster %s", key, clusterID)
		}
		store.remove(key)
		return nil
	})
}

// SetKubernetesRBAC says from now on who may do what in a cluster: nil is everybody everything, an empty list nobody
// anything.
func (c *Cloud) SetKubernetesRBAC(clusterID string, grants []KubernetesGrant) error {
	return c.UpdateCluster(clusterID, func(cluster *Cluster) {
		if cluster.Kubernetes == nil {
			cluster.Kubernetes = &Kubernetes{}
		}
		cluster.Kubernetes.RBAC = grants
	})
}

// BeforeNextWrite has something happen just before the next update of an object of any cluster is taken: what another
// client writes between a read and a write.
func (c *Cloud) BeforeNextWrite(happen func()) {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	c.kubernetes.writes = append(c.kubernetes.writes, happen)
}

// nextWriteHook is what happens before a request, if it is an update.
func (c *Cloud) nextWriteHook(method string) func() {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if method != http.MethodPut || len(c.kubernetes.writes) == 0 {
		return nil
	}
	hook := c.kubernetes.writes[0]
	c.kubernetes.writes = c.kubernetes.writes[1:]
	return hook
}

// Kubeconfig is one for a cluster, as a user of the cluster has it in a file: user is the identity as the cluster knows
// it. private is as in DescribeClusterUserKubeconfig.
func (c *Cloud) Kubeconfig(clusterID, user string, private bool) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.clusters[clusterID]
	if state == nil {
		return "", fmt.Errorf("cluster %s does not exist", clusterID)
	}
	return c.kubeconfig(state.now.Cluster, user, private, true, c.now().Add(kubeconfigLife))
}

// KubernetesUser is the identity under which a cluster knows a RAM role of its account.
func (c *Cloud) KubernetesUser(accountID, roleName string) string {
	return c.stableID("acs:ram::" + accountID + ":role/" + roleName)
}

// RunInspection has the CronJob of security-inspector start a run, as it does by its schedule.
func (c *Cloud) RunInspection(clusterID string) error {
	return c.behindKubernetes(clusterID, func(state *clusterState, store *kubernetesState, now time.Time) error {
		for key, cronJob := range store.objects {
			if key.resource != "cronjobs" || key.name != inspectorCronJob {
				continue
			}
			template, _ := valueAt(cronJob, "spec", "jobTemplate").(map[string]any)
			job := *clone(&template)
			metadata(job)["namespace"], metadata(job)["name"] = key.namespace, fmt.Sprintf("%s-%d", key.name, now.Unix()/60)
			metadata(job)["ownerReferences"] = []any{map[string]any{
				"apiVersion": "batch/v1", "kind": "CronJob", "name": key.name, "uid": textField(cronJob, "metadata", "uid"), "controller": true, "blockOwnerDeletion": true,
			}}
			jobs := kubernetesKinds[slices.IndexFunc(kubernetesKinds, func(k kubernetesKind) bool { return k.resource == "jobs" })]
			created, err := store.create(jobs, jobs.key(key.namespace, textField(job, "metadata", "name")), job, "kube-controller-manager", now)
			if err == nil {
				c.jobCreated(state, created, now)
			}
			return err
		}
		return fmt.Errorf("cluster %s has no CronJob %s", clusterID, inspectorCronJob)
	})
}

// snapshotKubernetes adds what is in the clusters, but for what counts writes, and for Jobs and events, which only tell
// what has happened.
func (c *Cloud) snapshotKubernetes(s Snapshot) {
	for _, id := range c.accountOrder {
		for _, state := range c.accounts[id].clusters {
			if state.now == nil {
				continue
			}
			_, installed := inspectorOf(state.now.Cluster)
			if state.kubernetes == nil && !installed && state.now.Kubernetes == nil {
				continue
			}
			for key, object := range c.kubernetesOf(state, c.now()).objects {
				if key.resource == "jobs" || key.resource == "events" || key.resource == "namespaces" && slices.Contains(systemNamespaces, key.name) {
					continue
				}
				kept := *clone(&object)
				for _, name := range []string{"resourceVersion", "managedFields", "generation", "uid", "creationTimestamp"} {
					delete(metadata(kept), name)
				}
				s.add("cluster "+state.clusterID+" "+key.String(), kept)
			}
		}
	}
}
