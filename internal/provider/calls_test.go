package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// One plan with every data source on the same fleet, twice, and a resource for
// each cluster makes the fewest calls that can answer them all: the accounts
// and their identity once, a session per account, the lists once per account
// and region, and each fact of a cluster once.
func TestPlan_fewestCalls(t *testing.T) {
	t.Parallel()
	const accounts, clusters, regions = 4, 3, 2
	cloud := acctest.New(t, acctest.Many(accounts, clusters, "cn-hangzhou", "cn-shanghai"))
	var body strings.Builder
	body.WriteString(`
data "ackguard_member_accounts" "all" {}

data "ackguard_member_accounts" "by_name" {
  name_regex = "^member-"
}

resource "ackguard_cluster_inspection_schedule" "all" {
  for_each   = { for c in data.ackguard_clusters.first.clusters : c.cluster_id => c }
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
}
`)
	for _, kind := range []string{"clusters", "cluster_compliance", "cluster_inspection_schedules", "cluster_inspection_report"} {
		for _, name := range []string{"first", "second"} {
			fmt.Fprintf(&body, "\ndata \"ackguard_%s\" %q {\n  account_ids = data.ackguard_member_accounts.all.ids\n}\n", kind, name)
		}
	}
	if got := acctest.Plan(t, cloud, cloud.Provider("", body.String())); got.Changed != accounts*regions*clusters {
		t.Fatalf("planned %+v", got)
	}
	const all = accounts * regions * clusters
	want := map[string]int{
		"GetCallerIdentity": 1, "GetResourceDirectory": 1, "ListAccounts": 1, "AssumeRole": accounts,
		"DescribeClustersV1": accounts, "DescribeClustersForRegion": accounts * regions,
		"DescribeClusterDetail": all, "DescribeClusterNodePools": all,
		"GetClusterInspectConfig": all, "ListClusterInspectReports": all,
	}
	got := map[string]int{}
	for _, r := range cloud.Requests() {
		got[r.Action]++
	}
	for action := range got {
		if got[action] != want[action] {
			t.Errorf("%d calls of %s, want %d", got[action], action, want[action])
		}
		delete(want, action)
	}
	if len(want) > 0 {
		t.Errorf("calls that were not made: %v", want)
	}
	if n := cloud.Count(simulator.Filter{Where: func(r simulator.Request) bool { return r.Status != 200 && r.Status != 404 }}); n != 0 {
		t.Errorf("%d calls failed", n)
	}
}
