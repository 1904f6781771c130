# The member keeps a channel of one day, once rows were seen to arrive: the
# archive has the rest. What it kept before comes back with destroy.
resource "ackguard_audit_log_archive" "clusters" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "collect-logs"
  logstore   = "collect-cluster-security-logs"

  force_destroy = true # for trying: the rows go with the archive
}

resource "ackguard_audit_log_shipping" "findings" {
  account_id = "100000000000003"
  region     = "cn-hangzhou"
  cluster_id = "c1a00000000000000000000000retail1"
  source     = "inspection" # its Logstore is found by the cluster ID

  archive = {
    account_id = ackguard_audit_log_archive.clusters.account_id
    region     = ackguard_audit_log_archive.clusters.region
    project    = ackguard_audit_log_archive.clusters.project
    logstore   = ackguard_audit_log_archive.clusters.logstore
  }
  source_role_arn      = "acs:ram::100000000000003:role/ackguard-log-reader"
  destination_role_arn = "acs:ram::100000000000002:role/ackguard-log-writer"

  additional_fields = { environment = "production" }
  source_retention  = { days = 1 }
}
