package simulator

import (
	"fmt"
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
		parameters: append(slices.Clone(clusterFilters), parameter{name: "region_id"}),
		resource:   everyCluster, run: describeClustersV1,
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
		if state := cl.find(cl.path["ClusterId"]); state != nil {
			region = state.regionID
		}
	}
	return "acs:cs:" + region + ":" + cl.caller.accountID + ":cluster/" + cl.path["ClusterId"]
}

// cluster returns the cluster of the path for a write, if it belongs to the caller's account and to the region of the
// endpoint. Without a region in the request, every region of the account is seen.
func (cl *call) cluster() (*clusterState, *apiError) {
	state := cl.clusters[cl.path["ClusterId"]]
	if state == nil || !cl.reaches(state) {
		return nil, cl.noCluster()
	}
	return state, nil
}

// shownCluster returns the cluster of the path as a read sees it.
func (cl *call) shownCluster() (*version, *apiError) {
	state := cl.find(cl.path["ClusterId"])
	if state == nil || !cl.reaches(state) {
		return nil, cl.noCluster()
	}
	shown := state.read(cl.time)
	if shown == nil {
		return nil, cl.noCluster()
	}
	return shown, nil
}

func (cl *call) reaches(state *clusterState) bool {
	return state.accountID == cl.caller.accountID && (cl.region == "" || cl.region == state.regionID)
}

func (cl *call) noCluster() *apiError {
	return backendError(http.StatusNotFound, "ErrorClusterNotFound", "cluster %s not found", cl.path["ClusterId"])
}

// shownClusters are those of a list that a read sees and that are wanted; the list is a read of all of them.
func (cl *call) shownClusters(all []*clusterState, wanted func(*Cluster) bool) []*version {
	list := make([]*version, 0, len(all))
	for _, state := range all {
		if shown := state.read(cl.time); shown != nil && wanted(shown.Cluster) {
			list = append(list, shown)
		}
	}
	return list
}

func describeClustersV1(cl *call) (any, *apiError) {
	owner := cl.accounts[cl.caller.accountID]
	all := owner.clusters
	if region := cl.params.Get("region_id"); region != "" {
		all = owner.byRegion[region]
	}
	return cl.clusterPage(all, viewV1), nil
}

func describeClustersForRegion(cl *call) (any, *apiError) {
	region := cl.path["region_id"]
	if cl.region != region {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.RegionId", "the endpoint of %s was asked for clusters of %s", cl.region, region)
	}
	return cl.clusterPage(cl.accounts[cl.caller.accountID].byRegion[region], viewRegion), nil
}

// describeClusters answers a bare array with all clusters of all regions.
func describeClusters(cl *call) (any, *apiError) {
	kind, name := cl.params.Get("clusterType"), cl.params.Get("name")
	list := cl.shownClusters(cl.accounts[cl.caller.accountID].clusters, func(c *Cluster) bool {
		return (kind == "" || kind == c.ClusterType) && matchesFold(c.Name, name)
	})
	return viewList.array(list), nil
}

func (cl *call) clusterPage(all []*clusterState, v *view) encoded {
	wanted := func(*Cluster) bool { return true }
	if cl.filtersClusters() {
		wanted = cl.selectsCluster
	}
	selected := cl.shownClusters(all, wanted)
	pageNumber, pageSize := number(cl.params, "page_number", 1), number(cl.params, "page_size", 10)
	list := v.array(page(selected, pageNumber, pageSize))
	return fmt.Appendf(nil, `{"clusters":%s,"page_info":{"page_number":%d,"page_size":%d,"total_count":%d}}`, list, pageNumber, pageSize, len(selected))
}

// filtersClusters keeps an unfiltered list from costing a comparison for each cluster.
func (cl *call) filtersClusters() bool {
	return slices.ContainsFunc([]string{"cluster_id", "cluster_spec", "cluster_type", "name", "profile"}, cl.params.Has)
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
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	return viewDetail.encode(shown), nil
}

func describeClusterNodePools(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	want := cl.params.Get("NodepoolName")
	if want == "" {
		return shown.answer("nodepools", func() any { return map[string]any{"nodepools": append([]NodePool{}, shown.NodePools...)} }), nil
	}
	pools := []NodePool{}
	for _, pool := range shown.NodePools {
		if pool.NodepoolInfo != nil && value(pool.NodepoolInfo.Name) == want {
			pools = append(pools, pool)
		}
	}
	return map[string]any{"nodepools": pools}, nil
}
