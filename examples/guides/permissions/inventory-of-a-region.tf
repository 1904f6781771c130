data "ackguard_clusters" "hangzhou" {
  account_ids = ["100000000000003", "100000000000004"]
  regions     = ["cn-hangzhou"]
}
