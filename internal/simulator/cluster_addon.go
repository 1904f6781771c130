package simulator

import "net/http"

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
}

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
	return nil, backendError(http.StatusNotFound, "AddonNotFound", "addon %s not found in cluster %s", cl.path["name"], shown.ClusterID)
}
