data "ackguard_cluster_inspection_report" "latest" {
  account_ids = ["100000000000003"]
}
