data "ackguard_member_accounts" "all" {}

data "ackguard_clusters" "all" {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000008"])
}

resource "ackguard_cluster_inspection_schedule" "new" {
  for_each = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c if !contains(keys(local.schedules), c.cluster_id) }

  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = provider::ackguard::spread_daily(each.key, "01:00-05:00")
}
