package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

var discoveredParameters = []parameter{
	{name: "MaxResults", kind: "int", min: 1, max: 100, required: true}, {name: "NextToken"}, {name: "Regions"}, {name: "ResourceId"},
	{name: "ResourceTypes"}, {name: "ExcludeResourceTypes"}, {name: "ResourceDeleted", kind: "int", enum: []string{"0", "1"}},
	{name: "StartUpdateTimestamp", kind: "int64"}, {name: "EndUpdateTimestamp", kind: "int64"},
}

func oneDiscoveredParameters(regionRequired bool) []parameter {
	return []parameter{
		{name: "Region", required: regionRequired}, {name: "ResourceId", required: true}, {name: "ResourceType", required: true},
		{name: "ComplianceOption", kind: "int", enum: []string{"0", "1"}},
	}
}

var inventoryOperations = slices.Concat(
	twins("ListDiscoveredResources", listDiscovered, resourceOwnerParameters, discoveredParameters...),
	twins("GetDiscoveredResource", getDiscovered, nil, oneDiscoveredParameters(false)...)[:1],
	twins("GetDiscoveredResource", getDiscovered, resourceOwnerParameters, oneDiscoveredParameters(true)...)[1:],
)

// discovered is a cluster as the inventory knows it: states that are younger than the delay are not seen yet.
type discovered struct {
	order               int64
	accountID, regionID string
	clusterID           string
	seen                []sighting // oldest first; the last one that is old enough is what answers show
}

// sighting is one state of a cluster; without one the cluster is gone.
type sighting struct {
	at    time.Time
	state *version
}

// discover notes a new state of a cluster and forgets those that no answer shows any more.
func (c *Cloud) discover(state *clusterState, at time.Time) {
	d := c.config.inventory[state.clusterID]
	if d == nil {
		c.config.next++
		d = &discovered{order: c.config.next, accountID: state.accountID, regionID: state.regionID, clusterID: state.clusterID}
		c.config.inventory[state.clusterID] = d
		c.config.discovered = append(c.config.discovered, d)
	}
	d.accountID, d.regionID = state.accountID, state.regionID
	if last := len(d.seen) - 1; last >= 0 && state.now != nil && d.seen[last].state != nil && bytes.Equal(viewDetail.encode(state.now), viewDetail.encode(d.seen[last].state)) {
		return // what changed, such as an inspection schedule, is not in the configuration
	}
	d.seen = append(d.seen, sighting{at, state.now})
	if shown := d.index(at.Add(-c.behaviour.configInventoryDelay())); shown > 0 {
		keep := shown
		if d.seen[shown].state == nil {
			keep-- // what a deleted cluster was like
		}
		d.seen = slices.Delete(d.seen, 0, keep)
	}
}

// index is the last sighting up to a time, or -1.
func (d *discovered) index(until time.Time) int {
	for i, s := range slices.Backward(d.seen) {
		if !s.at.After(until) {
			return i
		}
	}
	return -1
}

// shown is what the inventory shows of a cluster, nil for nothing.
func (d *discovered) shown(until time.Time) (cluster *version, at time.Time, deleted bool) {
	i := d.index(until)
	if i < 0 {
		return nil, time.Time{}, false
	}
	if d.seen[i].state != nil {
		return d.seen[i].state, d.seen[i].at, false
	}
	if i == 0 || d.seen[i-1].state == nil {
		return nil, time.Time{}, false
	}
	return d.seen[i-1].state, d.seen[i].at, true
}

// object is what list and detail have in common.
func (d *discovered) object(cluster *version, deleted bool) map[string]any {
	item := map[string]any{
		"AccountId": accountNumber(d.accountID), "Region": d.regionID, "ResourceId": d.clusterID, "ResourceName": cluster.Name,
		"ResourceType": ackClusterType, "ResourceStatus": cluster.State, "ResourceDeleted": 1, "Tags": tagText(cluster.Tags),
		"AvailabilityZone": value(cluster.ZoneID), "VpcId": value(cluster.VPCID), "VSwitchId": value(cluster.VSwitchID),
	}
	if deleted {
		item["ResourceDeleted"] = 0
	}
	if created, err := time.Parse(time.RFC3339, value(cluster.Created)); err == nil {
		item["ResourceCreationTime"] = millis(created)
	}
	return item
}

// tagText is JSON text with a list of values for each key.
func tagText(tags []KeyValue) string {
	lists := map[string][]string{}
	for _, t := range tags {
		lists[value(t.Key)] = append(lists[value(t.Key)], value(t.Value))
	}
	text, err := json.Marshal(lists)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// sentOwner is the account that a request asks for, by one of two names.
func (cl *call) sentOwner() string {
	if account := cl.params.Get("ResourceAccountId"); account != "" {
		return account
	}
	return cl.params.Get("ResourceOwnerId")
}

// selectsDiscovered applies the filters of a list.
func (cl *call) selectsDiscovered(d *discovered, updated int64) bool {
	regions, types, owner := commaList(cl.params.Get("Regions")), commaList(cl.params.Get("ResourceTypes")), cl.sentOwner()
	if len(regions) > 0 && !slices.Contains(regions, d.regionID) || owner != "" && owner != d.accountID ||
		len(types) > 0 && !slices.Contains(types, ackClusterType) || slices.Contains(commaList(cl.params.Get("ExcludeResourceTypes")), ackClusterType) ||
		cl.params.Has("ResourceId") && cl.params.Get("ResourceId") != d.clusterID {
		return false
	}
	since, noStart := strconv.ParseInt(cl.params.Get("StartUpdateTimestamp"), 10, 64)
	until, noEnd := strconv.ParseInt(cl.params.Get("EndUpdateTimestamp"), 10, 64)
	return (noStart != nil || updated >= since) && (noEnd != nil || updated <= until)
}

func listDiscovered(cl *call, h *configHolder) (any, *apiError) {
	last, err := cl.configToken()
	if err != nil {
		return nil, err
	}
	from, _ := strconv.ParseInt(last, 10, 64)
	until := cl.time.Add(-cl.behaviour.configInventoryDelay())
	size, total, list := number(cl.params, "MaxResults", 10), 0, []map[string]any{}
	next := ""
	for _, d := range cl.config.discovered {
		cluster, at, deleted := d.shown(until)
		if at.IsZero() {
			at = cl.config.started // it was there from the beginning
		}
		if cluster == nil || !cl.inGroup(h, d.accountID) || !cl.records(d.accountID, cl.time) ||
			deleted != (cl.params.Get("ResourceDeleted") == "0") || !cl.selectsDiscovered(d, millis(at)) {
			continue
		}
		total++
		if d.order < from {
			continue
		}
		if len(list) == size {
			if next == "" {
				next = cl.nextConfigToken(strconv.FormatInt(d.order, 10))
			}
			continue
		}
		item := d.object(cluster, deleted)
		item["UpdateTime"], item["Version"] = millis(at), 1
		if h.group != nil {
			item["ResourceOwnerId"] = item["AccountId"]
		}
		list = append(list, item)
	}
	result := map[string]any{"DiscoveredResourceProfileList": list, "MaxResults": size, "TotalCount": total}
	if next != "" {
		result["NextToken"] = next
	}
	return map[string]any{"RequestId": "", "DiscoveredResourceProfiles": result}, nil
}

// getDiscovered answers the configuration as DescribeClusterDetail has it, as JSON text.
func getDiscovered(cl *call, h *configHolder) (any, *apiError) {
	d := cl.config.inventory[cl.params.Get("ResourceId")]
	missing := refuse(http.StatusNotFound, "ResourceNotExists", "The specified resource does not exist.")
	if d == nil || cl.params.Get("ResourceType") != ackClusterType || cl.params.Has("Region") && cl.params.Get("Region") != d.regionID ||
		!cl.inGroup(h, d.accountID) || !cl.records(d.accountID, cl.time) || cl.sentOwner() != "" && cl.sentOwner() != d.accountID {
		return nil, missing
	}
	cluster, _, deleted := d.shown(cl.time.Add(-cl.behaviour.configInventoryDelay()))
	if cluster == nil {
		return nil, missing
	}
	item := d.object(cluster, deleted)
	item["Configuration"] = string(viewDetail.encode(cluster))
	if cl.params.Get("ComplianceOption") == "1" {
		item["ComplianceType"] = cl.worst(h, d.clusterID)
	}
	return map[string]any{"RequestId": "", "DiscoveredResourceDetail": item}, nil
}

// worst is the verdict on a cluster by all rules together.
func (cl *call) worst(h *configHolder, clusterID string) string {
	worst := "INSUFFICIENT_DATA"
	rank := []string{"INSUFFICIENT_DATA", "NOT_APPLICABLE", "IGNORED", "COMPLIANT", "NON_COMPLIANT"}
	for _, r := range cl.rulesOf(h) {
		if result := r.resultOf(clusterID); result != nil && slices.Index(rank, result.shown()) > slices.Index(rank, worst) {
			worst = result.shown()
		}
	}
	return worst
}

func (b Behaviour) configInventoryDelay() time.Duration { return duration(b.ConfigInventoryDelay) }
