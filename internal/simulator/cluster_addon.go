package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// addonOperations is the part of Container Service about installed add-ons.
var addonOperations = []operation{
	{
		product: ProductCS, action: "ListClusterAddonInstances", method: http.MethodGet, pattern: "/clusters/{ClusterId}/addon_instances", ramProduct: "cs",
		resource: oneCluster, run: listClusterAddonInstances,
	},
	{
		product: ProductCS, action: "GetClusterAddonInstance", method: http.MethodGet, pattern: "/clusters/{ClusterId}/addon_instances/{name}", ramProduct: "cs",
		resource: oneCluster, run: getClusterAddonInstance,
	},
	{
		product: ProductCS, action: "DescribeAddon", method: http.MethodGet, pattern: "/addons/{name}", ramProduct: "cs",
		parameters: []parameter{
			{name: "region_id"}, {name: "cluster_id"}, {name: "version"},
			{name: "cluster_type", enum: clusterTypes}, {name: "cluster_spec"}, {name: "cluster_version"}, {name: "profile"},
		},
		resource: everyCluster, run: describeAddon,
	},
	{
		product: ProductCS, action: "InstallClusterAddons", method: http.MethodPost, pattern: "/clusters/{ClusterId}/components/install", ramProduct: "cs",
		body: func(Behaviour) any { return &[]addonToInstall{} }, resource: oneCluster, run: installClusterAddons,
	},
	{
		product: ProductCS, action: "UpgradeClusterAddons", method: http.MethodPost, pattern: "/clusters/{ClusterId}/components/upgrade", ramProduct: "cs",
		body: func(Behaviour) any { return &[]addonToUpgrade{} }, resource: oneCluster, run: upgradeClusterAddons,
	},
	{
		product: ProductCS, action: "UnInstallClusterAddons", method: http.MethodPost, pattern: "/clusters/{ClusterId}/components/uninstall", ramProduct: "cs",
		body: func(Behaviour) any { return &[]addonToUninstall{} }, resource: oneCluster, run: unInstallClusterAddons,
	},
	{
		product: ProductCS, action: "ModifyClusterAddon", method: http.MethodPost, pattern: "/clusters/{ClusterId}/components/{name}/config", ramProduct: "cs",
		body: func(Behaviour) any { return &addonToConfigure{} }, resource: oneCluster, run: modifyClusterAddon,
	},
}

// Bodies of the calls; all but the last are bare lists.
type (
	addonToInstall struct {
		Name    string  `json:"name" jsonschema:"required"`
		Version *string `json:"version,omitzero"`
		Config  *string `json:"config,omitzero"`
	}
	addonToUpgrade struct {
		ComponentName string  `json:"component_name" jsonschema:"required"`
		Version       *string `json:"version,omitzero"`
		NextVersion   *string `json:"next_version,omitzero"`
		Config        *string `json:"config,omitzero"`
		Policy        *string `json:"policy,omitzero"`
	}
	addonToUninstall struct {
		Name                  string `json:"name" jsonschema:"required"`
		CleanupCloudResources *bool  `json:"cleanup_cloud_resources,omitzero"`
	}
	addonToConfigure struct {
		Config string `json:"config" jsonschema:"required"`
	}
)

func listClusterAddonInstances(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	addons := []Addon{}
	for _, a := range shown.Addons {
		addons = append(addons, Addon{Name: a.Name, Version: a.Version, State: a.State})
	}
	return map[string]any{"addons": addons}, nil
}

func getClusterAddonInstance(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	for _, a := range shown.Addons {
		if a.Name == cl.path["name"] {
			return a, nil
		}
	}
	return nil, noAddon(cl.path["name"], shown.ClusterID)
}

func noAddon(name, clusterID string) *apiError {
	return backendError(http.StatusNotFound, "AddonNotFound", "addon %s not found in cluster %s", name, clusterID)
}

// inspectorSchema is the schema of the component's configuration: host network and port, says a release note; the names
// are guessed.
const inspectorSchema = `{"type":"object","properties":{"hostNetwork":{"type":"boolean"},"healthCheckPort":{"type":"integer"}}}`

func describeAddon(cl *call) (any, *apiError) {
	name, version := cl.path["name"], cmp.Or(cl.params.Get("version"), newestInspector)
	if !slices.Contains(inspectorAddons, name) {
		return nil, backendError(http.StatusNotFound, "AddonNotFound", "addon %s not found", name)
	}
	at := slices.Index(inspectorVersions, version)
	if at < 0 {
		return nil, backendError(http.StatusNotFound, "AddonNotFound", "addon %s of version %s not found", name, version)
	}
	newer := []any{}
	for _, v := range inspectorVersions[at+1:] {
		newer = append(newer, map[string]any{"version": v, "upgradable": true})
	}
	return map[string]any{
		"name": name, "version": version, "category": "security", "managed": name != inspectorAddons[0], "install_by_default": false,
		"supported_actions": []string{"Install", "Upgrade", "Modify", "Uninstall"}, "architecture": []string{"amd64", "arm64"},
		"config_schema": inspectorSchema, "newer_versions": newer,
	}, nil
}

// one is the only item of a list of add-ons; more than one at a time is not simulated.
func one[T any](cl *call) (*T, *apiError) {
	list := *bodyOf[[]T](cl)
	switch len(list) {
	case 0:
		return nil, backendError(http.StatusBadRequest, "InvalidParameter", "the list of addons is empty")
	case 1:
		return &list[0], nil
	}
	return nil, notSimulated("%d add-ons in one call of %s are not simulated", len(list), cl.action)
}

func installClusterAddons(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	item, err := one[addonToInstall](cl)
	if err != nil {
		return nil, err
	}
	version := cmp.Or(value(item.Version), newestInspector)
	if err := cl.checkAddon(item.Name, version, value(item.Config)); err != nil {
		return nil, err
	}
	if state.now.addon(item.Name) != nil {
		return nil, backendError(http.StatusConflict, "AddonAlreadyExist", "addon %s is already installed in cluster %s", item.Name, state.clusterID)
	}
	cl.kubernetesOf(state, cl.time)
	return cl.startAddonTask("cluster_addon_install", state, item.Name, "updating", &Addon{Name: item.Name, Version: &version, Config: item.Config}, func(c *Cluster, at time.Time) {
		c.addon(item.Name).State = new("active")
		cl.installInspector(state, c, version, "", at)
	})
}

func upgradeClusterAddons(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	item, err := one[addonToUpgrade](cl)
	if err != nil {
		return nil, err
	}
	installed := state.now.addon(item.ComponentName)
	if installed == nil {
		return nil, noAddon(item.ComponentName, state.clusterID)
	}
	version, before := cmp.Or(value(item.NextVersion), newestInspector), value(installed.Version)
	if err := cl.checkAddon(item.ComponentName, version, value(item.Config)); err != nil {
		return nil, err
	}
	if slices.Index(inspectorVersions, version) < slices.Index(inspectorVersions, before) {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.next_version", "addon %s is %s, and cannot become %s", item.ComponentName, before, version)
	}
	cl.kubernetesOf(state, cl.time)
	return cl.startAddonTask("cluster_addon_upgrade", state, item.ComponentName, "upgrading", nil, func(c *Cluster, at time.Time) {
		a := c.addon(item.ComponentName)
		a.State, a.Version = new("active"), &version
		setIfSent(&a.Config, item.Config)
		cl.installInspector(state, c, version, before, at)
	})
}

func unInstallClusterAddons(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	item, err := one[addonToUninstall](cl)
	if err != nil {
		return nil, err
	}
	if item.CleanupCloudResources != nil && *item.CleanupCloudResources {
		return nil, notSimulated("cleanup_cloud_resources of UnInstallClusterAddons is not simulated")
	}
	installed := state.now.addon(item.Name)
	if installed == nil {
		return nil, noAddon(item.Name, state.clusterID)
	}
	version := value(installed.Version)
	cl.kubernetesOf(state, cl.time)
	return cl.startAddonTask("cluster_addon_uninstall", state, item.Name, "deleting", nil, func(c *Cluster, _ time.Time) {
		c.removeAddon(item.Name)
		if slices.Contains(inspectorAddons, item.Name) {
			cl.uninstallInspector(state, c, version)
		}
	})
}

func modifyClusterAddon(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	name, config := cl.path["name"], bodyOf[addonToConfigure](cl).Config
	if state.now.addon(name) == nil {
		return nil, noAddon(name, state.clusterID)
	}
	if !json.Valid([]byte(config)) {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.config", "config is no JSON")
	}
	_, err = cl.startAddonTask("cluster_addon_modify", state, name, "updating", nil, func(c *Cluster, _ time.Time) {
		a := c.addon(name)
		a.State, a.Config = new("active"), &config
	})
	return nil, err
}

// checkAddon refuses what cannot be installed; only security-inspector can.
func (cl *call) checkAddon(name, version, config string) *apiError {
	if !slices.Contains(inspectorAddons, name) {
		return backendError(http.StatusNotFound, "AddonNotFound", "addon %s not found", name)
	}
	if !slices.Contains(inspectorVersions, version) {
		return backendError(http.StatusBadRequest, "InvalidParameter.version", "addon %s has no version %s", name, version)
	}
	if config != "" && !json.Valid([]byte(config)) {
		return backendError(http.StatusBadRequest, "InvalidParameter.config", "config is no JSON")
	}
	return nil
}

// addon is an installed add-on; nil if there is none of the name.
func (c *Cluster) addon(name string) *Addon {
	for i := range c.Addons {
		if c.Addons[i].Name == name {
			return &c.Addons[i]
		}
	}
	return nil
}

func (c *Cluster) removeAddon(name string) {
	c.Addons = slices.DeleteFunc(c.Addons, func(a Addon) bool { return a.Name == name })
	if len(c.Addons) == 0 {
		c.Addons = nil // as before the first
	}
}

// startAddonTask has a change of an add-on take effect when its task ends, unless the scenario lets tasks fail, and shows
// its state until then. added is a new one. The cluster stays running.
func (cl *call) startAddonTask(kind string, state *clusterState, name, until string, added *Addon, change func(*Cluster, time.Time)) (any, *apiError) {
	if state.now.State != "running" {
		return nil, backendError(http.StatusBadRequest, "ErrorClusterState", "cannot operate cluster where state is %s", state.now.State)
	}
	if a := state.now.addon(name); a != nil && a.State != nil && *a.State != "active" {
		return nil, backendError(http.StatusConflict, "AddonOperationConflict", "addon %s is %s", name, *a.State)
	}
	due, failure := cl.time.Add(cl.behaviour.taskDuration()), state.now.TaskFailure
	cl.mutate(state, cl.time, func(c *Cluster) {
		if added != nil {
			c.Addons = append(c.Addons, *added)
		}
		c.addon(name).State = &until
	})
	t := cl.newTask(kind, state, due)
	t.failure = failure
	cl.pending = append(cl.pending, pendingChange{due: due, clusterID: state.clusterID, change: func(c *Cluster) {
		switch {
		case failure == nil:
			change(c, due)
		case added != nil:
			c.removeAddon(name)
		default:
			c.addon(name).State = new("active")
		}
	}})
	cl.settle(cl.time)
	return map[string]any{"cluster_id": state.clusterID, "request_id": "", "task_id": t.id}, nil
}
