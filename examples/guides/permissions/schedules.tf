data "ackguard_cluster_inspection_schedules" "existing" {
  account_ids = ["100000000000003", "100000000000004"]
}
