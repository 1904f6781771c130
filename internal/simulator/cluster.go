package simulator

import (
	"net/http"
	"slices"
)

var clusterTypes = []string{"Kubernetes", "ManagedKubernetes", "ExternalKubernetes", "Ask"}

var clusterFilters = []parameter{
	{name: "cluster_id"}, {name: "cluster_spec"}, {name: "cluster_type", enum: clusterTypes}, {name: "name"}, {name: "profile"},
	{name: "page_number", kind: "int", min: 1, max: 1 << 30},
	{name: "page_size", kind: "int", min: 1, max: 100},
}

// clusterOperations is the part of Container Service 2015-12-15 about clusters, node pools and tasks.
var clusterOperations = []operation{
	{
		product: ProductCS, action: "DescribeClustersV1", method: http.MethodGet, pattern: "/api/v1/clusters", ramProduct: "cs",
		alsoNeeds: "cs:GetClusters", parameters: append(slices.Clone(clusterFilters), parameter{name: "region_id"}),
		resource: everyCluster, run: describeClustersV1,
	},
	{
		product: ProductCS, action: "DescribeClustersForRegion", method: http.MethodGet, pattern: "/regions/{region_id}/clusters", ramProduct: "cs",
		parameters: clusterFilters, resource: everyCluster, run: describeClustersForRegion,
	},
	{
		// Deprecated, and what older clients still call.
		product: ProductCS, action: "DescribeClusters", method: http.MethodGet, pattern: "/clusters", ramProduct: "cs",
		parameters: []parameter{{name: "clusterType", enum: clusterTypes}, {name: "name"}}, resource: everyCluster, run: describeClusters,
	},
	{
		product: ProductCS, action: "DescribeClusterDetail", method: http.MethodGet, pattern: "/clusters/{ClusterId}", ramProduct: "cs",
		resource: oneCluster, run: describeClusterDetail,
	},
	{
		product: ProductCS, action: "DescribeClusterNodePools", method: http.MethodGet, pattern: "/clusters/{ClusterId}/nodepools", ramProduct: "cs",
		parameters: []parameter{{name: "NodepoolName"}}, resource: oneCluster, run: describeClusterNodePools,
	},
	{
		product: ProductCS, action: "ModifyCluster", method: http.MethodPut, pattern: "/api/v2/clusters/{ClusterId}", ramProduct: "cs",
		body: func(Behaviour) any { return &modifyClusterRequest{} }, resource: oneCluster, run: modifyCluster,
	},
	{
		product: ProductCS, action: "DescribeTaskInfo", method: http.MethodGet, pattern: "/tasks/{task_id}", ramProduct: "cs",
		resource: everyCluster, run: describeTaskInfo,
	},
}

// everyCluster is the RAM resource of calls that name no cluster.
func everyCluster(*call) string { return "*" }

// oneCluster is the RAM resource of calls on a cluster.
func oneCluster(cl *call) string {
	region := cl.region
	if region == "" {
		if state := cl.clusters[cl.path["ClusterId"]]; state != nil {
			region = state.cluster.RegionID
		}
	}
	return "acs:cs:" + region + ":" + cl.caller.accountID + ":cluster/" + cl.path["ClusterId"]
}

// target returns the cluster of the path, if it belongs to the caller's account and to the region of the endpoint.
// Without a region in the request, every region of the account is seen.
func (cl *call) cluster() (*clusterState, *apiError) {
	id := cl.path["ClusterId"]
	state := cl.clusters[id]
	if state == nil || state.accountID != cl.caller.accountID || cl.region != "" && cl.region != state.cluster.RegionID {
		return nil, backendError(http.StatusNotFound, "ErrorClusterNotFound", "cluster %s not found", id)
	}
	return state, nil
}

func describeClustersV1(cl *call) (any, *apiError) {
	owner := cl.accounts[cl.caller.accountID]
	all := owner.clusters
	if region := cl.params.Get("region_id"); region != "" {
		all = owner.byRegion[region]
	}
	return cl.clusterPage(all, viewV1, func(object map[string]any) { object["parameters"] = nil }), nil
}

func describeClustersForRegion(cl *call) (any, *apiError) {
	region := cl.path["region_id"]
	if cl.region != region {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.RegionId", "the endpoint of %s was asked for clusters of %s", cl.region, region)
	}
	return cl.clusterPage(cl.accounts[cl.caller.accountID].byRegion[region], viewRegion, func(map[string]any) {}), nil
}

// describeClusters answers a bare array with all clusters of all regions.
func describeClusters(cl *call) (any, *apiError) {
	objects := []map[string]any{}
	for _, state := range cl.accounts[cl.caller.accountID].clusters {
		wanted := cl.params.Get("clusterType")
		if (wanted == "" || wanted == state.cluster.ClusterType) && matchesFold(state.cluster.Name, cl.params.Get("name")) {
			objects = append(objects, viewList.object(state.cluster))
		}
	}
	return objects, nil
}

func (cl *call) clusterPage(all []*clusterState, v view, finish func(map[string]any)) map[string]any {
	selected := all
	if cl.filtersClusters() {
		selected = slices.DeleteFunc(slices.Clone(all), func(s *clusterState) bool { return !cl.selectsCluster(s.cluster) })
	}
	pageNumber, pageSize := number(cl.params, "page_number", 1), number(cl.params, "page_size", 10)
	objects := []map[string]any{}
	for _, state := range page(selected, pageNumber, pageSize) {
		object := v.object(state.cluster)
		finish(object)
		objects = append(objects, object)
	}
	return map[string]any{
		"clusters":  objects,
		"page_info": map[string]any{"page_number": pageNumber, "page_size": pageSize, "total_count": len(selected)},
	}
}

// filtersClusters keeps a page of an unfiltered list from costing a walk over all clusters.
func (cl *call) filtersClusters() bool {
	return slices.ContainsFunc([]string{"cluster_id", "cluster_spec", "cluster_type", "name", "profile"}, func(name string) bool { return cl.params.Get(name) != "" })
}

func (cl *call) selectsCluster(c *Cluster) bool {
	for name, have := range map[string]string{
		"cluster_id": c.ClusterID, "cluster_spec": value(c.ClusterSpec), "cluster_type": c.ClusterType, "profile": value(c.Profile),
	} {
		if want := cl.params.Get(name); want != "" && want != have {
			return false
		}
	}
	return matchesFold(c.Name, cl.params.Get("name"))
}

func describeClusterDetail(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	return viewDetail.object(state.cluster), nil
}

func describeClusterNodePools(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	pools := []NodePool{}
	for _, pool := range state.cluster.NodePools {
		if want := cl.params.Get("NodepoolName"); want == "" || pool.NodepoolInfo != nil && value(pool.NodepoolInfo.Name) == want {
			pools = append(pools, pool)
		}
	}
	return map[string]any{"nodepools": pools}, nil
}
