package cs

import (
	"context"
	"errors"
	"net/url"

	csv4 "github.com/alibabacloud-go/cs-20151215/v4/client"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Addon is an installed add-on.
type Addon struct {
	Name, Version string
	State         string // active, updating, upgrading, deleting; may be empty
}

func addon(a *csv4.ListClusterAddonInstancesResponseBodyAddons) Addon {
	return Addon{Name: deref(a.Name), Version: deref(a.Version), State: deref(a.State)}
}

// AddonInstances lists a cluster's installed add-ons (ListClusterAddonInstances).
func (c *Client) AddonInstances(ctx context.Context, clusterID string) ([]Addon, error) {
	var answer csv4.ListClusterAddonInstancesResponseBody
	if err := c.get(ctx, "ListClusterAddonInstances", clusterID, "/addon_instances", &answer, "addons"); err != nil {
		return nil, err
	}
	return each(c, "ListClusterAddonInstances", clusterID, answer.Addons, addon)
}

// AddonInstance is one installed add-on with its configuration.
type AddonInstance struct {
	Addon
	Config string // JSON text; empty for none
}

// AddonInstance reads an installed add-on (GetClusterAddonInstance). found is false if the cluster does not have it.
func (c *Client) AddonInstance(ctx context.Context, clusterID, name string) (instance AddonInstance, found bool, err error) {
	const action = "GetClusterAddonInstance"
	suffix := "/addon_instances/" + url.PathEscape(name)
	var answer csv4.GetClusterAddonInstanceResponseBody
	switch err := c.get(ctx, action, clusterID, suffix, &answer, "name"); {
	case noObject(err, action):
		return AddonInstance{}, false, nil
	case err != nil:
		return AddonInstance{}, false, err
	case deref(answer.Name) != name:
		return AddonInstance{}, false, c.caller.Malformed(clusterOperation(action, "GET", clusterID, suffix), errors.New("it is about another add-on than "+name))
	}
	return AddonInstance{
		Addon: Addon{Name: name, Version: deref(answer.Version), State: deref(answer.State)}, Config: deref(answer.Config),
	}, true, nil
}

// AddonOffer is an add-on as it can be installed.
type AddonOffer struct {
	Name, Version string // the version that is installed when none is named
	ConfigSchema  string // JSON schema of its configuration, as text; may be empty
	Managed       bool   // it runs outside of the cluster
	NewerVersions []string
}

// Addon reads what can be installed under a name in a cluster (DescribeAddon). found is false if there is no such add-on
// for it. version may be empty for the default one.
func (c *Client) Addon(ctx context.Context, clusterID, region, name, version string) (offer AddonOffer, found bool, err error) {
	const action = "DescribeAddon"
	op := alicloud.Operation{
		Action: action, Method: "GET", Path: "/addons/" + url.PathEscape(name), Resource: name, SafeToRepeat: true, Holds: []string{"name"},
		Query: map[string]string{"region_id": region, "cluster_id": clusterID},
	}
	if version != "" {
		op.Query["version"] = version
	}
	var answer csv4.DescribeAddonResponseBody
	switch err := c.caller.Call(ctx, op, &answer); {
	case noObject(err, action):
		return AddonOffer{}, false, nil
	case err != nil:
		return AddonOffer{}, false, err
	case deref(answer.Name) != name:
		return AddonOffer{}, false, c.caller.Malformed(op, errors.New("it is about another add-on than "+name))
	}
	offer = AddonOffer{Name: name, Version: deref(answer.Version), ConfigSchema: deref(answer.ConfigSchema), Managed: answer.Managed != nil && *answer.Managed}
	for _, newer := range answer.NewerVersions {
		if newer != nil && newer.Version != nil {
			offer.NewerVersions = append(offer.NewerVersions, *newer.Version)
		}
	}
	return offer, true, nil
}

// AddonChange is an add-on to install or to upgrade.
type AddonChange struct {
	Name    string
	Version string // to install or to upgrade to; empty for the default one
	Config  string // JSON text; empty keeps what is there, or the defaults
}

// InstallAddon installs an add-on (InstallClusterAddons). taskID is the work that goes on, see Task; empty if the service
// names none, and AddonInstance tells how far it is. The call is not repeated after an answer that did not arrive.
func (c *Client) InstallAddon(ctx context.Context, clusterID string, change AddonChange) (taskID string, err error) {
	item := map[string]any{"name": change.Name}
	setText(item, "version", change.Version)
	setText(item, "config", change.Config)
	return c.changeAddon(ctx, "InstallClusterAddons", clusterID, "install", item)
}

// UpgradeAddon takes an installed add-on to another version (UpgradeClusterAddons); from is the one that is installed, and
// may be empty. taskID is as in InstallAddon.
func (c *Client) UpgradeAddon(ctx context.Context, clusterID, from string, change AddonChange) (taskID string, err error) {
	item := map[string]any{"component_name": change.Name}
	setText(item, "version", from)
	setText(item, "next_version", change.Version)
	setText(item, "config", change.Config)
	return c.changeAddon(ctx, "UpgradeClusterAddons", clusterID, "upgrade", item)
}

// UninstallAddon removes an add-on (UnInstallClusterAddons), and leaves what it has made in other products. taskID is as in
// InstallAddon. One that is gone already is no error.
func (c *Client) UninstallAddon(ctx context.Context, clusterID, name string) (taskID string, err error) {
	const action = "UnInstallClusterAddons"
	taskID, err = c.changeAddon(ctx, action, clusterID, "uninstall", map[string]any{"name": name, "cleanup_cloud_resources": false})
	if noObject(err, action) {
		return "", nil
	}
	return taskID, err
}

// ConfigureAddon changes the configuration of an installed add-on (ModifyClusterAddon). It names no task: AddonInstance
// tells when the state is active again.
func (c *Client) ConfigureAddon(ctx context.Context, clusterID, name, config string) error {
	op := clusterOperation("ModifyClusterAddon", "POST", clusterID, "/components/"+url.PathEscape(name)+"/config")
	op.Body, op.SafeToRepeat = map[string]any{"config": config}, true // the whole configuration
	return c.caller.Call(ctx, op, nil)
}

// changeAddon sends a list of one, which is the whole body.
func (c *Client) changeAddon(ctx context.Context, action, clusterID, verb string, item map[string]any) (taskID string, err error) {
	op := clusterOperation(action, "POST", clusterID, "/components/"+verb)
	// Older clients take no answer from these calls, so one without a body is no failure.
	op.Body, op.MayBeEmpty = []map[string]any{item}, true
	return c.started(ctx, op)
}

func setText(item map[string]any, key, value string) {
	if value != "" {
		item[key] = value
	}
}
