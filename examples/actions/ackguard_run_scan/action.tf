# Runs with: terraform apply -invoke=action.ackguard_run_scan.now
action "ackguard_run_scan" "now" {
  config {
    account_id = "100000000000003"
    region     = "cn-hangzhou"
    cluster_id = "c1a00000000000000000000000retail1"
  }
}
