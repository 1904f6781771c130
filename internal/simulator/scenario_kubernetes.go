package simulator

import (
	"fmt"
	"slices"
)

// Kubernetes is the API of a cluster itself. Left out, it has the namespaces of every cluster and what the add-ons bring,
// and whoever gets a kubeconfig may do everything.
type Kubernetes struct {
	Unreachable bool              `json:"unreachable,omitzero" jsonschema_description:"Connections to the API server are reset."`
	Credential  string            `json:"credential,omitzero" jsonschema:"enum=certificate,enum=token" jsonschema_description:"What a kubeconfig holds: a client certificate (the default) or a bearer token."`
	RBAC        []KubernetesGrant `json:"rbac,omitzero" jsonschema_description:"Who may do what; left out, everybody everything, and an empty list, nobody anything."`
	Objects     []map[string]any  `json:"objects,omitzero" jsonschema_description:"Objects at the start, as manifests, besides those of the add-ons, which they replace."`
	Inspector   *Inspector        `json:"security_inspector,omitzero" jsonschema_description:"What the add-on security-inspector is like where public sources are silent."`
}

// KubernetesGrant is a rule of a Role with its binding, or, without a namespace, of a ClusterRole.
type KubernetesGrant struct {
	Subject       string   `json:"subject" jsonschema:"required" jsonschema_description:"UserName or RoleName of the cluster's account, the identity as the cluster knows it, or *."`
	Namespace     string   `json:"namespace,omitzero" jsonschema_description:"Left out, all namespaces and the cluster's own scope."`
	APIGroups     []string `json:"apiGroups" jsonschema:"required" jsonschema_description:"\"\" is the core group, * all."`
	Resources     []string `json:"resources" jsonschema:"required" jsonschema_description:"For example configmaps, or *."`
	ResourceNames []string `json:"resourceNames,omitzero" jsonschema_description:"Left out, all."`
	Verbs         []string `json:"verbs" jsonschema:"required" jsonschema_description:"get, list, create, update, delete, or *."`
}

// Inspector is what is guessed of the add-on security-inspector.
type Inspector struct {
	Dialect          string           `json:"dialect,omitzero" jsonschema:"enum=flat,enum=grouped,enum=mixed,enum=unknown" jsonschema_description:"Form of the configuration; left out, flat from v0.14.0 on and grouped before."`
	ConfigNamespace  string           `json:"config_namespace,omitzero" jsonschema_description:"Left out, security-inspector from v0.14.0 on and kube-system before."`
	CronJobNamespace string           `json:"cronjob_namespace,omitzero" jsonschema_description:"As config_namespace."`
	ConfigKey        string           `json:"config_key,omitzero" jsonschema_description:"Key of the ConfigMap; left out, config.yaml."`
	UpgradeResets    bool             `json:"upgrade_resets_config,omitzero" jsonschema_description:"An upgrade writes the configuration anew."`
	Duration         string           `json:"duration,omitzero" jsonschema_description:"How long a run takes, as a Go duration; 0s by default."`
	Findings         []map[string]any `json:"findings,omitzero" jsonschema_description:"What a run finds, but for what the configuration switches off or exempts: kind, name, namespace, check_type, check_item, result (pass or fail), message."`
}

func (k *checker) kubernetes(path string, given *Kubernetes) {
	if given == nil {
		return
	}
	seen := map[objectKey]bool{}
	for i, manifest := range given.Objects {
		at := fmt.Sprintf("%s.objects[%d]", path, i)
		object, err := plainObject(manifest)
		if err != nil {
			k.add(at, "%v", err)
			continue
		}
		key, problem := manifestKey(object, nil)
		switch {
		case problem != "":
			k.add(at, "%s", problem)
		case seen[key]:
			k.add(at, "the object %s is there twice", key)
		}
		seen[key] = true
	}
	if i := given.Inspector; i != nil {
		k.duration(path+".security_inspector.duration", i.Duration)
		for n, finding := range i.Findings {
			for _, name := range []string{"kind", "name", "check_item", "result"} {
				if text, _ := finding[name].(string); text == "" {
					k.add(fmt.Sprintf("%s.security_inspector.findings[%d]", path, n), "it has no %s", name)
				}
			}
		}
	}
}

func (g KubernetesGrant) allows(group, resource, namespace, name, verb string) bool {
	has := func(list []string, wanted string) bool {
		return slices.Contains(list, wanted) || slices.Contains(list, "*")
	}
	return (g.Namespace == "" || g.Namespace == namespace) && has(g.APIGroups, group) && has(g.Resources, resource) && has(g.Verbs, verb) &&
		(len(g.ResourceNames) == 0 || name != "" && slices.Contains(g.ResourceNames, name))
}
