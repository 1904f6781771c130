package cloudconfig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

// Discovered is a cluster of the inventory, as its list has it: much less than
// its snapshot.
type Discovered struct {
	AccountID, Region, ClusterID, Name string
	Status, VPCID                      string
	Tags                               []Tag
	// Updated is when it last changed, as far as the service knows; zero where the list does not say.
	Updated time.Time
}

type answeredDiscovered struct {
	AccountID       json.Number `json:"AccountId"`
	ResourceOwnerID json.Number `json:"ResourceOwnerId"` // the vendor recommends it before AccountId; lists of one account lack it
	Region          string
	ResourceDeleted *int
	ResourceID      string `json:"ResourceId"`
	ResourceName    string
	ResourceStatus  string
	ResourceType    string
	Tags            string
	UpdateTime      int64
	VPCID           string `json:"VpcId"`
}

func (a answeredDiscovered) owner() string {
	return cmp.Or(a.ResourceOwnerID.String(), a.AccountID.String())
}

// isCluster leaves out what a filter that is not understood would let in.
func (a answeredDiscovered) isCluster() bool {
	return (a.ResourceType == "" || a.ResourceType == ACKCluster) && (a.ResourceDeleted == nil || *a.ResourceDeleted == 1)
}

func (a answeredDiscovered) discovered() (Discovered, error) {
	d := Discovered{
		AccountID: a.owner(), Region: a.Region, ClusterID: a.ResourceID, Name: a.ResourceName,
		Status: a.ResourceStatus, VPCID: a.VPCID, Updated: millis(a.UpdateTime),
	}
	if d.AccountID == "" || d.Region == "" || d.ClusterID == "" {
		return d, fmt.Errorf("a cluster has no owner, no region or no ID: %q, %q, %q", d.AccountID, d.Region, d.ClusterID)
	}
	lists := map[string][]string{}
	if a.Tags != "" {
		if err := json.Unmarshal([]byte(a.Tags), &lists); err != nil {
			return d, fmt.Errorf("the tags of %s: %w", d.ClusterID, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(lists)) {
		for _, value := range lists[key] {
			d.Tags = append(d.Tags, Tag{key, value})
		}
	}
	return d, nil
}

// discoveredReads is how often a list that has fewer clusters than it says is read.
const discoveredReads = 2

// DiscoveredClusters lists the clusters in the inventory of an account or an
// account group, or of one account of a group (ListDiscoveredResources). It is
// whole or an error, as far as the service says how many there are.
func (o Owner) DiscoveredClusters(ctx context.Context, accountID string) ([]Discovered, error) {
	p := map[string]string{"ResourceTypes": ACKCluster, "ResourceDeleted": "1"}
	if accountID != "" {
		p["ResourceAccountId"] = accountID
	}
	op := o.asked("ListDiscoveredResources", "", p)
	var problem error
	for range discoveredReads {
		list, items, total, err := o.discovered(ctx, op)
		if err != nil || items >= total {
			return list, err
		}
		problem = fmt.Errorf("the list says that it has %d items and holds %d", total, items)
	}
	return nil, o.client.caller.Malformed(op, problem)
}

// discovered reads the list once. items counts what it holds, total is what it last said.
func (o Owner) discovered(ctx context.Context, op alicloud.Operation) (list []Discovered, items, total int, err error) {
	seen := map[string]bool{}
	err = tokened(ctx, o.client, op, "DiscoveredResourceProfiles", func(page json.RawMessage) error {
		var answer struct {
			TotalCount                    int                  `json:"TotalCount"`
			DiscoveredResourceProfileList []answeredDiscovered `json:"DiscoveredResourceProfileList"`
		}
		if err := json.Unmarshal(page, &answer); err != nil {
			return err
		}
		items, total = items+len(answer.DiscoveredResourceProfileList), answer.TotalCount
		for _, a := range answer.DiscoveredResourceProfileList {
			d, err := a.discovered()
			if err != nil {
				return err
			}
			if a.isCluster() && !seen[d.ClusterID] {
				seen[d.ClusterID] = true
				list = append(list, d)
			}
		}
		return nil
	})
	return list, items, total, err
}

// Snapshot is a cluster as the inventory has it (GetDiscoveredResource): what
// DescribeClusterDetail said when the service last looked.
func (o Owner) Snapshot(ctx context.Context, accountID, region, clusterID string) (cs.Cluster, error) {
	p := map[string]string{"ResourceType": ACKCluster, "ResourceId": clusterID, "Region": region}
	if o.aggregatorID != "" {
		p["ResourceAccountId"] = accountID
	}
	op := o.asked("GetDiscoveredResource", clusterID, p)
	var answer struct {
		DiscoveredResourceDetail struct{ Configuration string }
	}
	if err := o.client.read(ctx, op, "DiscoveredResourceDetail", &answer); err != nil {
		return cs.Cluster{}, err
	}
	cluster, err := cs.DecodeDetail(answer.DiscoveredResourceDetail.Configuration)
	if err == nil && cluster.ClusterID != clusterID {
		err = fmt.Errorf("it is about cluster %q", cluster.ClusterID)
	}
	if err != nil {
		return cs.Cluster{}, o.client.caller.Malformed(op, fmt.Errorf("the configuration in it: %w", err))
	}
	return cluster, nil
}
