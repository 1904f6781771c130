# Nobody may enter account 100000000000008 yet, so it is left out by name: a
# list that drives for_each is whole or an error.
data "ackguard_clusters" "all" {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000008"])
}

resource "ackguard_cluster_inspection_schedule" "nightly" {
  for_each = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }

  account_id     = each.value.account_id
  region         = each.value.region
  cluster_id     = each.key
  recurrence     = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
  adopt_existing = true # one cluster has a schedule already; destroy puts it back
}
