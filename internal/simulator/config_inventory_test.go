package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// inventory lists the names of discovered clusters over pages of one.
func (c configCaller) inventory(action string, p params) string {
	c.t.Helper()
	p = plus(p, "MaxResults", "1")
	names := []string{}
	for range 100 {
		page := c.do(action, p).object("DiscoveredResourceProfiles")
		for _, item := range page.list("DiscoveredResourceProfileList") {
			names = append(names, item.text("ResourceName"))
		}
		if page.text("NextToken") == "" {
			if page["TotalCount"] != float64(len(names)) {
				c.t.Errorf("TotalCount is %v, the pages have %d", page["TotalCount"], len(names))
			}
			slices.Sort(names)
			return strings.Join(names, " ")
		}
		p["NextToken"] = page.text("NextToken")
	}
	c.t.Fatal("the pages have no end")
	return ""
}

// TestInventory: the inventory lags behind, and knows what was deleted.
func TestInventory(t *testing.T) {
	s := configScenario()
	s.Behaviour.ConfigInventoryDelay = "10m"
	s.Accounts[2].CloudConfig = &CloudConfig{ResourceTypes: []string{"ACS::ECS::Instance"}}
	s.Accounts[2].Clusters = []Cluster{{ClusterID: clusterID("unseen"), Name: "unseen", ClusterType: "ManagedKubernetes", RegionID: "cn-hangzhou", State: "running"}}
	now := &clock{now: time.Now()}
	now.Advance(-time.Minute)
	cloud, admin, local := startConfig(t, s, withClock(now))
	list := func(want string, p params) {
		t.Helper()
		if got := local.inventory("ListDiscoveredResources", p); got != want {
			t.Errorf("%v: %q, want %q", p, got, want)
		}
	}
	list("one three two", nil)
	list("three", params{"Regions": "cn-shanghai"})
	list("two", params{"ResourceId": clusterID("two")})
	list("", params{"ResourceTypes": "ACS::ECS::Instance"})
	list("", params{"ExcludeResourceTypes": "ACS::ACK::Cluster"})
	list("", params{"ResourceDeleted": "0"})
	now.Advance(time.Minute)
	added := testScenario().Accounts[1].Clusters[0]
	added.ClusterID, added.Name = clusterID("new"), "new"
	if err := cloud.AddCluster(testMember, added); err != nil {
		t.Fatal(err)
	}
	if err := cloud.DeleteCluster(clusterID("one")); err != nil {
		t.Fatal(err)
	}
	if err := cloud.UpdateCluster(clusterID("two"), func(c *Cluster) { c.Name = "renamed" }); err != nil {
		t.Fatal(err)
	}
	changed := now.Now()
	cloud.AdvanceConfig(10*time.Minute - time.Second)
	list("one three two", nil)
	local.refused(http.StatusNotFound, "ResourceNotExists", "GetDiscoveredResource", params{"ResourceId": clusterID("new"), "ResourceType": "ACS::ACK::Cluster"})
	cloud.AdvanceConfig(time.Second)
	list("new renamed three", nil)
	list("one", params{"ResourceDeleted": "0"})
	item := local.do("ListDiscoveredResources", params{"MaxResults": "10", "ResourceId": clusterID("two")}).object("DiscoveredResourceProfiles").list("DiscoveredResourceProfileList")[0]
	if item["UpdateTime"] != float64(changed.UnixMilli()) || item["ResourceDeleted"] != 1.0 || item.text("ResourceStatus") != "running" || item.text("VpcId") != "vpc-1" {
		t.Error(item)
	}
	// A change that DescribeClusterDetail does not show is none.
	if err := cloud.UpdateCluster(clusterID("two"), func(c *Cluster) { c.Addons = append(c.Addons, Addon{Name: "x"}) }); err != nil {
		t.Fatal(err)
	}
	cloud.AdvanceConfig(10 * time.Minute)
	list("three", params{"EndUpdateTimestamp": strconv.FormatInt(changed.UnixMilli()-1, 10)})
	list("new renamed", params{"StartUpdateTimestamp": strconv.FormatInt(changed.UnixMilli(), 10), "EndUpdateTimestamp": strconv.FormatInt(changed.UnixMilli(), 10)})
	one := params{"ResourceId": clusterID("two"), "ResourceType": "ACS::ACK::Cluster", "ComplianceOption": "1"}
	local.create("ack-cluster-deletion-protection-enabled", nil)
	detail := local.do("GetDiscoveredResource", one).object("DiscoveredResourceDetail")
	configuration := object{}
	if err := json.Unmarshal([]byte(detail.text("Configuration")), &configuration); err != nil {
		t.Fatal(err)
	}
	if configuration.text("cluster_id") != clusterID("two") || configuration.text("name") != "renamed" || detail.text("ComplianceType") != "COMPLIANT" {
		t.Error(detail)
	}
	for _, bad := range []params{plus(one, "Region", "cn-shanghai"), plus(one, "ResourceType", "ACS::ECS::Instance"), plus(one, "ResourceId", clusterID("unseen"))} {
		local.refused(http.StatusNotFound, "ResourceNotExists", "GetDiscoveredResource", bad)
	}
	// The directory's inventory has the members that record clusters.
	group := params{"AggregatorId": "ca-all"}
	for filter, want := range map[string]string{"": "new renamed three", "ResourceAccountId=" + testMember: "new renamed three", "ResourceOwnerId=" + testDenied: ""} {
		p := group
		if name, v, ok := strings.Cut(filter, "="); ok {
			p = plus(group, name, v)
		}
		if got := admin.inventory("ListAggregateDiscoveredResources", p); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	admin.do("GetAggregateDiscoveredResource", params{
		"AggregatorId": "ca-all", "ResourceId": clusterID("two"), "ResourceType": "ACS::ACK::Cluster", "Region": "cn-hangzhou", "ResourceAccountId": testMember,
	})
	if err := cloud.SetRecorderStatus(testMember, "REGISTRABLE"); err != nil {
		t.Fatal(err)
	}
	if got := admin.inventory("ListAggregateDiscoveredResources", group); got != "" {
		t.Errorf("an account without a recorder shows %q", got)
	}
}
