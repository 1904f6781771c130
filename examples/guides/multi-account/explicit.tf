# From an account that may not list the directory.
locals {
  account_ids = ["100000000000003", "100000000000004"]
}

data "ackguard_clusters" "named" {
  account_ids = local.account_ids
}

data "ackguard_cluster_compliance" "named" {
  account_ids = local.account_ids
}
