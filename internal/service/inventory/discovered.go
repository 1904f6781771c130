package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// recorded is what the account group of the inventory says of its members, or
// why it could not be asked.
type recorded struct {
	members map[string]string // account ID to the status of its recorder
	err     error
}

// recording is the status of a recorder that sees clusters.
const recording = "REGISTERED"

// selectRecorded looks for the selected accounts in the group. One that is not
// in it would have no clusters, whatever it has, so that is an error. A group
// that cannot be read is an outcome of every account, where they are listed.
func (s *Selection) selectRecorded(ctx context.Context, data *providerdata.Data, diags *diag.Diagnostics) {
	id := data.InventoryGroup
	group, found, err := data.Observed.InventoryGroup(ctx, id)
	if err != nil {
		s.recorded.err = err
		return
	}
	if !found {
		diags.AddError("Account group not found", fmt.Sprintf(
			"inventory = \"cloud_config\" asks the account group %s, and the provider's own account has no such group. "+
				"Check aggregator_id in the provider block: it must be of the account that Terraform signs in to (the management account, or a delegated administrator of Cloud Config).", id))
		return
	}
	if !group.Ready {
		s.recorded.err = errors.New("the account group " + id + " is still being built, so its inventory is not whole")
		return
	}
	s.recorded.members = map[string]string{}
	for _, m := range group.Members {
		s.recorded.members[m.AccountID] = m.RecorderStatus
	}
	var strangers []string
	for _, accountID := range s.AccountIDs {
		if _, in := s.recorded.members[accountID]; !in {
			strangers = append(strangers, accountID)
		}
	}
	if len(strangers) > 0 {
		slices.Sort(strangers)
		diags.AddAttributeError(path.Root("account_ids"), "Account is not in the account group", fmt.Sprintf(
			"inventory = \"cloud_config\" knows only the clusters of accounts in the account group %s (%s), and these are not in it: %s. "+
				"Add them to the group, take them out of account_ids (without account_ids it is the provider's own account), or use inventory = \"accounts\".",
			id, group.Name, someOf(strangers)))
	}
}

// listDiscovered finds the clusters of the accounts in the inventory of the
// account group: one list for all of them.
func listDiscovered(ctx context.Context, data *providerdata.Data, s Selection, accountIDs []string) []AccountListing {
	only := "" // the whole group, so that every list is a part of the same answer
	if len(accountIDs) == 1 {
		only = accountIDs[0]
	}
	byAccount, err := map[string][]Cluster{}, s.recorded.err
	if err == nil && len(accountIDs) > 0 {
		var list []cloudconfig.Discovered
		list, err = data.Observed.DiscoveredClusters(ctx, data.InventoryGroup, only)
		for _, d := range list {
			if s.Regions == nil || slices.Contains(s.Regions, d.Region) {
				byAccount[d.AccountID] = append(byAccount[d.AccountID], discoveredCluster(d))
			}
		}
	}
	listings := make([]AccountListing, 0, len(accountIDs))
	for _, accountID := range accountIDs {
		listing := AccountListing{AccountID: accountID}
		scope := fleet.Scope{AccountID: accountID}
		switch status := s.recorded.members[accountID]; {
		case err != nil:
			listing.Failures = []fleet.Outcome{fleet.OutcomeOf(scope, err)}
		case status != recording:
			listing.Failures = []fleet.Outcome{notRecording(scope, status)}
		default:
			listing.Clusters, listing.Regions = byAccount[accountID], s.Regions
			if s.Regions == nil {
				listing.Regions = regionsOf(listing.Clusters)
			}
			listing.sort()
		}
		listings = append(listings, listing)
	}
	return listings
}

func discoveredCluster(d cloudconfig.Discovered) Cluster {
	c := Cluster{
		Scope: fleet.Scope{AccountID: d.AccountID, Region: d.Region}, Discovered: true, ObservedAt: d.Updated,
		Cluster: cs.Cluster{ClusterID: d.ClusterID, Name: d.Name, RegionID: d.Region, State: stated(d.Status), VPCID: stated(d.VPCID)},
	}
	for _, t := range d.Tags {
		c.Tags = append(c.Tags, cs.Tag(t))
	}
	return c
}

// stated is a text of an answer in which an empty one says nothing.
func stated(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func regionsOf(clusters []Cluster) []string {
	regions := []string{}
	for _, c := range clusters {
		regions = append(regions, c.Region)
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}

// notRecording is the outcome of an account whose clusters nobody sees.
func notRecording(scope fleet.Scope, status string) fleet.Outcome {
	is := "is " + status
	if status == "" {
		is = "has no status that the account group knows"
	}
	return fleet.Outcome{
		Scope: scope, Status: fleet.NotActivated,
		Err:          fmt.Errorf("its configuration recorder %s, so Cloud Config does not see its clusters", is),
		ActionNeeded: "start the recorder of Cloud Config in the account and let it record " + cloudconfig.ACKCluster + ", take the account out of account_ids, or use inventory = \"accounts\"",
	}
}

// Snapshot is what Cloud Config knows of a cluster that it discovered.
func Snapshot(ctx context.Context, data *providerdata.Data, c Cluster) (cs.Cluster, error) {
	return data.Observed.ClusterSnapshot(ctx, data.InventoryGroup, c.Scope, c.ClusterID)
}

// withSnapshots completes the clusters of listings that were discovered. One
// whose snapshot cannot be read is a failure of its listing, and not a cluster
// without facts.
func withSnapshots(ctx context.Context, data *providerdata.Data, listings []AccountListing) {
	type result struct {
		cluster cs.Cluster
		err     error
	}
	all := AllClusters(listings)
	results := OverClusters(ctx, data, "Reading clusters", all, func(ctx context.Context, c Cluster) (r result) {
		if !c.Discovered {
			return result{cluster: c.Cluster}
		}
		r.cluster, r.err = Snapshot(ctx, data, c)
		return r
	})
	for i := range listings {
		l := &listings[i]
		whole := l.Clusters[:0]
		for _, c := range l.Clusters {
			r := results[0]
			if results = results[1:]; r.err != nil {
				l.Failures = append(l.Failures, fleet.OutcomeOf(c.Scope, r.err))
				continue
			}
			c.Cluster = r.cluster
			whole = append(whole, c)
		}
		l.Clusters = whole
	}
}

// lagWarning is what every list out of the inventory may lack.
func lagWarning(data *providerdata.Data) (summary, detail string) {
	return "Clusters come from Cloud Config", fmt.Sprintf(
		"The inventory of the account group %s shows changes late: a cluster that was just made may be missing, and one that was just deleted may still be listed. "+
			"An account whose recorder does not record %s shows none. Where that matters, use inventory = \"accounts\".", data.InventoryGroup, cloudconfig.ACKCluster)
}

// someOf lists a few and counts the others.
func someOf(list []string) string {
	if len(list) <= maxWords {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:maxWords], ", "), len(list)-maxWords)
}
