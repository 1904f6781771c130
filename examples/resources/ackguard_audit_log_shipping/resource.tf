# The audit log of one cluster, to an archive in the log account. The two roles
# have the policies of ackguard_log_shipping_policies.
resource "ackguard_audit_log_archive" "clusters" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "collect-logs"
  logstore   = "collect-cluster-security-logs"

  force_destroy = true # for trying: the rows go with the archive
}

resource "ackguard_audit_log_shipping" "retail" {
  account_id = "100000000000003"
  region     = "cn-hangzhou"
  cluster_id = "c1a00000000000000000000000retail1"
  source     = "audit"

  archive = {
    account_id = ackguard_audit_log_archive.clusters.account_id
    region     = ackguard_audit_log_archive.clusters.region
    project    = ackguard_audit_log_archive.clusters.project
    logstore   = ackguard_audit_log_archive.clusters.logstore
  }
  source_role_arn      = "acs:ram::100000000000003:role/ackguard-log-reader"
  destination_role_arn = "acs:ram::100000000000002:role/ackguard-log-writer"
}

output "arrives" {
  value = ackguard_audit_log_shipping.retail.verification
}
