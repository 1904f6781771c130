data "ackguard_cluster_compliance" "gate" {
  account_ids = ["100000000000003", "100000000000004"]
  fail_on     = "high"
}
