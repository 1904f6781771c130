# One schedule for every cluster of every account.
data "ackguard_member_accounts" "all" {}

data "ackguard_clusters" "all" {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000008"])
}

resource "ackguard_cluster_inspection_schedule" "nightly" {
  for_each = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }

  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"

  # Overwrite schedules that were made in the console, and put them back on
  # destroy. Without it, applying fails there and shows the difference.
  adopt_existing = true
}
