# Whether the logs of every cluster of two members arrive in the archive.
data "ackguard_log_shipping_status" "pipeline" {
  account_ids = ["100000000000003", "100000000000004"]

  archive = {
    account_id = "100000000000002"
    region     = "cn-hangzhou"
    project    = "audit-central"
    logstore   = "audit"
  }
}

output "not_verified" {
  value = {
    for job in data.ackguard_log_shipping_status.pipeline.jobs : "${job.cluster_name}/${job.source}" => job.problem if job.verified != true
  }
}
