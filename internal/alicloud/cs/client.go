// Package cs calls Container Service for Kubernetes (ACK), API version
// 2015-12-15. A cluster answers only through the client of its own region.
package cs

import (
	"context"
	"fmt"
	"iter"
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
func (c *Client) Clusters(ctx context.Context) iter.Seq2[Cluster, error] {
	return c.clusters(ctx, "DescribeClustersV1", "/api/v1/clusters")
}

// ClustersForRegion lists the clusters of the client's region
// (DescribeClustersForRegion). Its objects are lean: no master_url, no meta_data.
func (c *Client) ClustersForRegion(ctx context.Context, region string) iter.Seq2[Cluster, error] {
	return c.clusters(ctx, "DescribeClustersForRegion", "/regions/"+url.PathEscape(region)+"/clusters")
}

func (c *Client) clusters(ctx context.Context, action, path string) iter.Seq2[Cluster, error] {
	return alicloud.Numbered(func(page int) ([]Cluster, int, error) {
		var answer struct {
			Clusters []Cluster `json:"clusters"`
			PageInfo *struct {
				TotalCount int `json:"total_count"`
			} `json:"page_info"`
		}
		err := c.caller.Call(ctx, alicloud.Operation{
			Action: action, Method: "GET", Path: path, SafeToRepeat: true,
			Query: map[string]string{"page_number": strconv.Itoa(page), "page_size": strconv.Itoa(pageSize)},
		}, &answer)
		if err != nil {
			return nil, 0, err
		}
		if answer.PageInfo == nil {
			return nil, 0, fmt.Errorf("%s answered without page_info, so it cannot be told whether the list is whole", action)
		}
		return answer.Clusters, answer.PageInfo.TotalCount, nil
	})
}

// ClusterDetail reads one cluster (DescribeClusterDetail).
func (c *Client) ClusterDetail(ctx context.Context, clusterID string) (Cluster, error) {
	var answer Cluster
	err := c.get(ctx, "DescribeClusterDetail", clusterID, "", &answer)
	return answer, err
}

// NodePools lists a cluster's node pools (DescribeClusterNodePools).
func (c *Client) NodePools(ctx context.Context, clusterID string) ([]*csv4.DescribeClusterNodePoolsResponseBodyNodepools, error) {
	var answer csv4.DescribeClusterNodePoolsResponseBody
	if err := c.get(ctx, "DescribeClusterNodePools", clusterID, "/nodepools", &answer); err != nil {
		return nil, err
	}
	return answer.Nodepools, nil
}

// AddonInstances lists a cluster's installed add-ons (ListClusterAddonInstances).
func (c *Client) AddonInstances(ctx context.Context, clusterID string) ([]*csv4.ListClusterAddonInstancesResponseBodyAddons, error) {
	var answer csv4.ListClusterAddonInstancesResponseBody
	if err := c.get(ctx, "ListClusterAddonInstances", clusterID, "/addon_instances", &answer); err != nil {
		return nil, err
	}
	return answer.Addons, nil
}

func (c *Client) get(ctx context.Context, action, clusterID, suffix string, out any) error {
	return c.caller.Call(ctx, clusterOperation(action, "GET", clusterID, suffix), out)
}

// clusterOperation is a call on one cluster. All of them but POST may be repeated.
func clusterOperation(action, method, clusterID, suffix string) alicloud.Operation {
	return alicloud.Operation{
		Action: action, Method: method, Path: "/clusters/" + url.PathEscape(clusterID) + suffix,
		Resource: clusterID, SafeToRepeat: method != "POST",
	}
}
