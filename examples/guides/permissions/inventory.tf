data "ackguard_clusters" "all" {
  account_ids = ["100000000000003", "100000000000004"]
}
