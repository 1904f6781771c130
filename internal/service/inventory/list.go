// Package inventory finds the member accounts of a resource directory and the
// clusters in them.
package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/observed"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/fanout"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

// Cluster is a cluster of the regional list, or of Cloud Config's inventory,
// and where it is.
type Cluster struct {
	fleet.Scope
	cs.Cluster
	// Discovered: it comes from the inventory, whose list says little; the rest is in its Snapshot.
	Discovered bool
	// ObservedAt is when it last changed, as far as the inventory knows; zero for a cluster of the regional list.
	ObservedAt time.Time
}

// AccountListing is what was found in one account.
type AccountListing struct {
	AccountID string
	// Regions are those whose clusters were read.
	Regions  []string
	Clusters []Cluster
	// Failures has the account itself (no region) where its regions could not
	// be found, or each region that could not be read.
	Failures []fleet.Outcome
}

// sort brings the clusters into the order in which they are shown.
func (l *AccountListing) sort() {
	slices.SortFunc(l.Clusters, func(a, b Cluster) int {
		return cmp.Or(a.Compare(b.Scope), cmp.Compare(a.ClusterID, b.ClusterID))
	})
}

// List finds the clusters of the accounts. With regions it reads the list of
// each; without, one global list per account finds the regions that have
// clusters, and their own lists then say what is there. Where the provider is
// told so, the inventory of Cloud Config says it all. An account that cannot
// be read is a failure in its listing, never a missing listing.
func List(ctx context.Context, data *providerdata.Data, s Selection) []AccountListing {
	accountIDs := slices.Compact(slices.Sorted(slices.Values(s.AccountIDs)))
	if data.InventoryGroup != "" {
		return listDiscovered(ctx, data, s, accountIDs)
	}
	return fanout.Over(ctx, data.Fleet, "Listing clusters", accountIDs, func(id string) string { return id }, func(ctx context.Context, accountID string) AccountListing {
		return listAccount(ctx, data, accountID, s.Regions)
	})
}

// OverClusters runs work for every cluster; see fanout.Over.
func OverClusters[Out any](ctx context.Context, data *providerdata.Data, doing string, clusters []Cluster, work func(context.Context, Cluster) Out) []Out {
	return fanout.Over(ctx, data.Fleet, doing, clusters, func(c Cluster) string { return c.AccountID }, work)
}

// AllClusters are the clusters of all listings, in order.
func AllClusters(listings []AccountListing) []Cluster {
	var all []Cluster
	for _, l := range listings {
		all = append(all, l.Clusters...)
	}
	return all
}

const (
	// listLag is how long a cluster that is named may be missing from the lists: they may show a new one late.
	listLag = 15 * time.Second
	// listsForLag bounds how many lists are read again for it: a misspelt ID must not cost thousands of calls.
	listsForLag = 20
)

// Find lists the selected clusters, all if ids is null, and names the IDs that
// are not among them. Those are waited for a little, unless something could
// not be read anyway.
func Find(ctx context.Context, data *providerdata.Data, selection Selection, ids types.Set, diags *diag.Diagnostics) (listings []AccountListing, clusters []Cluster, absent []string) {
	// What is left when the time is up is what was found last.
	_ = settle.Until(ctx, data.Fleet.Clock(), listLag, func(ctx context.Context) (string, error) {
		listings = List(ctx, data, selection)
		clusters, absent = pick(ctx, listings, ids, diags)
		lists := 0
		for _, l := range listings {
			lists += 1 + len(l.Regions)
		}
		// The inventory lags by minutes: waiting for it would only take time.
		if len(absent) == 0 || len(Failures(listings)) > 0 || lists > listsForLag || data.InventoryGroup != "" {
			return "", nil
		}
		data.Observed.ForgetLists(selection.AccountIDs)
		return "misses " + strings.Join(absent, ", "), nil
	})
	return listings, clusters, absent
}

// pick selects clusters by ID, all if the set is null, and names the IDs that
// are not among them.
func pick(ctx context.Context, listings []AccountListing, ids types.Set, diags *diag.Diagnostics) (clusters []Cluster, absent []string) {
	all := AllClusters(listings)
	if ids.IsNull() {
		return all, nil
	}
	missing := map[string]bool{}
	for _, id := range setStrings(ctx, ids, diags) {
		missing[id] = true
	}
	wanted := maps.Clone(missing)
	for _, c := range all {
		if wanted[c.ClusterID] {
			clusters = append(clusters, c)
			delete(missing, c.ClusterID)
		}
	}
	return clusters, slices.Sorted(maps.Keys(missing))
}

// ClustersNotFound words clusters that are not where they were looked for.
func ClustersNotFound(absent []string) (summary, detail string) {
	return "Cluster not found", fmt.Sprintf(
		"No such cluster in the selected accounts and regions: %s. Check account_ids and regions: a cluster shows only in its own.", strings.Join(absent, ", "))
}

// PerhapsBecause adds clusters that were not found to a warning about what
// could not be read.
func PerhapsBecause(absent []string) string {
	if len(absent) == 0 {
		return ""
	}
	return "\n\nNot found, perhaps because of that: " + strings.Join(absent, ", ") + "."
}

func listAccount(ctx context.Context, data *providerdata.Data, accountID string, regions []string) AccountListing {
	listing := AccountListing{AccountID: accountID}
	if regions == nil {
		found, err := regionsWithClusters(ctx, data.Observed, accountID)
		if err != nil {
			listing.Failures = append(listing.Failures, fleet.OutcomeOf(fleet.Scope{AccountID: accountID}, err))
			return listing
		}
		regions = found
	}
	type regional struct {
		clusters []Cluster
		err      error
	}
	results := fleet.Each(ctx, data.Fleet.MaxConcurrency(), regions, func(ctx context.Context, region string) regional {
		clusters, err := listRegion(ctx, data.Observed, fleet.Scope{AccountID: accountID, Region: region})
		return regional{clusters, err}
	})
	for i, region := range regions {
		if err := results[i].err; err != nil {
			listing.Failures = append(listing.Failures, fleet.OutcomeOf(fleet.Scope{AccountID: accountID, Region: region}, err))
			continue
		}
		listing.Regions = append(listing.Regions, region)
		listing.Clusters = append(listing.Clusters, results[i].clusters...)
	}
	slices.Sort(listing.Regions)
	listing.sort()
	return listing
}

func regionsWithClusters(ctx context.Context, store *observed.Store, accountID string) ([]string, error) {
	clusters, err := store.Clusters(ctx, accountID)
	if err != nil {
		return nil, err
	}
	found := []string{}
	for _, cluster := range clusters {
		found = append(found, cluster.RegionID)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// listRegion reads one region's list. A list that also shows clusters of
// another region would count them twice; they belong to that region's list.
func listRegion(ctx context.Context, store *observed.Store, scope fleet.Scope) ([]Cluster, error) {
	all, err := store.ClustersForRegion(ctx, scope)
	if err != nil {
		return nil, err
	}
	var clusters []Cluster
	seen := map[string]bool{}
	for _, c := range all {
		if (c.RegionID == "" || c.RegionID == scope.Region) && !seen[c.ClusterID] {
			seen[c.ClusterID] = true
			clusters = append(clusters, Cluster{Scope: scope, Cluster: c})
		}
	}
	return clusters, nil
}
