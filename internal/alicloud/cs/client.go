// Package cs calls Container Service for Kubernetes (ACK), API version
// 2015-12-15. A cluster answers only through the client of its own region.
package cs

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	csv4 "github.com/alibabacloud-go/cs-20151215/v4/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// pageSize is the largest page that clients of the vendor ask for.
const pageSize = 50

// Client makes calls in one account and region.
type Client struct{ caller *alicloud.Caller }

// New prepares a client. It makes no call.
func New(config alicloud.Config) (*Client, error) {
	caller, err := alicloud.NewCaller(config, alicloud.ProductSpec{
		Product: "cs", RAM: "cs", Version: "2015-12-15", Style: "ROA",
		PublicEndpoint: "cs." + config.Region + ".aliyuncs.com",
		// Older SDK cores name the region of a ROA call so; public endpoints name it in the host.
		RegionHeader: "x-acs-region-id",
		NewSDK: func(c *openapi.Config) (alicloud.SDK, error) {
			sdk, err := csv4.NewClient(c)
			if err != nil {
				return nil, err
			}
			// The generated client insists on the HMAC-SHA1 signature; nil selects ACS3-HMAC-SHA256.
			sdk.SignatureAlgorithm = nil
			return sdk, nil
		},
	})
	if err != nil {
		return nil, err
	}
	return &Client{caller: caller}, nil
}

// Clusters lists all clusters of the account over all regions
// (DescribeClustersV1). The global list is an aggregate that may be stale:
// good for finding regions, not for telling what exists.
func (c *Client) Clusters(ctx context.Context) ([]Cluster, error) {
	return c.clusters(ctx, "DescribeClustersV1", "/api/v1/clusters")
}

// ClustersForRegion lists the clusters of the client's region
// (DescribeClustersForRegion). Its objects are lean: no master_url, no meta_data.
func (c *Client) ClustersForRegion(ctx context.Context, region string) ([]Cluster, error) {
	return c.clusters(ctx, "DescribeClustersForRegion", "/regions/"+url.PathEscape(region)+"/clusters")
}

func (c *Client) clusters(ctx context.Context, action, path string) ([]Cluster, error) {
	list, err := alicloud.Numbered(func(c Cluster) string { return c.ClusterID }, func(page int) (alicloud.Page[Cluster], error) {
		var answer struct {
			Clusters []Cluster `json:"clusters"`
			PageInfo struct {
				TotalCount *int `json:"total_count"`
			} `json:"page_info"`
		}
		err := c.caller.Call(ctx, alicloud.Operation{
			Action: action, Method: "GET", Path: path, SafeToRepeat: true, Holds: []string{"clusters"},
			Query: map[string]string{"page_number": strconv.Itoa(page), "page_size": strconv.Itoa(pageSize)},
		}, &answer)
		return alicloud.Page[Cluster]{Items: answer.Clusters, Total: answer.PageInfo.TotalCount}, err
	})
	return list, c.caller.Malformed(alicloud.Operation{Action: action}, err)
}

// ClusterDetail reads one cluster (DescribeClusterDetail).
func (c *Client) ClusterDetail(ctx context.Context, clusterID string) (Cluster, error) {
	var answer Cluster
	err := c.get(ctx, "DescribeClusterDetail", clusterID, "", &answer, "cluster_id")
	return answer, err
}

// NodePools lists a cluster's node pools (DescribeClusterNodePools).
func (c *Client) NodePools(ctx context.Context, clusterID string) ([]NodePool, error) {
	var answer csv4.DescribeClusterNodePoolsResponseBody
	if err := c.get(ctx, "DescribeClusterNodePools", clusterID, "/nodepools", &answer, "nodepools"); err != nil {
		return nil, err
	}
	return each(c, "DescribeClusterNodePools", clusterID, answer.Nodepools, nodePool)
}

// each takes from the SDK's structs what is read here. A list with a null in it
// is refused: nobody knows what it stands for.
func each[In, Out any](c *Client, action, clusterID string, items []*In, take func(*In) Out) ([]Out, error) {
	list := make([]Out, 0, len(items))
	for _, item := range items {
		if item == nil {
			return nil, c.caller.Malformed(clusterOperation(action, "GET", clusterID, ""), errors.New("there is a null among the items"))
		}
		list = append(list, take(item))
	}
	return list, nil
}

// get reads something of a cluster; holds are the keys without which the
// answer is none.
func (c *Client) get(ctx context.Context, action, clusterID, suffix string, out any, holds ...string) error {
	op := clusterOperation(action, "GET", clusterID, suffix)
	op.Holds = holds
	return c.caller.Call(ctx, op, out)
}

// clusterOperation is a call on one cluster. All of them but POST may be repeated.
func clusterOperation(action, method, clusterID, suffix string) alicloud.Operation {
	return alicloud.Operation{
		Action: action, Method: method, Path: "/clusters/" + url.PathEscape(clusterID) + suffix,
		Resource: clusterID, SafeToRepeat: method != "POST",
	}
}
