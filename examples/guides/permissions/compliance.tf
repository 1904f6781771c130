data "ackguard_cluster_compliance" "fleet" {
  account_ids = ["100000000000003", "100000000000004", "100000000000005", "100000000000006"]
}
