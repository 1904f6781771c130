# terraform query -generate-config-out=schedules.tf
list "ackguard_cluster_inspection_schedule" "existing" {
  provider = ackguard

  config {
    account_ids = ["100000000000003", "100000000000004"]
  }
}
