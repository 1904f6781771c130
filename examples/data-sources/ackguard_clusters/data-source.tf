data "ackguard_member_accounts" "all" {}

# This list is whole or an error, so an account that cannot be entered yet is
# left out by name, not by accident.
data "ackguard_clusters" "all" {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000008"])
}

# Without ListAccounts: name the accounts. Naming the regions too saves the
# global list, and finds a region's very first cluster at once.
data "ackguard_clusters" "production" {
  account_ids = ["100000000000003", "100000000000004"]
  regions     = ["cn-hangzhou", "cn-shanghai"]
  tags        = { env = "prod" }
}

output "versions" {
  value = { for c in data.ackguard_clusters.all.clusters : c.name => c.current_version }
}
