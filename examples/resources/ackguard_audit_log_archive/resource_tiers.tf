# A year: 30 days hot, 90 in the infrequent access tier, the rest archived; charged by feature, encrypted.
resource "ackguard_audit_log_archive" "year" {
  account_id  = "100000000000002"
  project     = "ack-audit-year"
  logstore    = "audit"
  description = "A year of audit logs, for the auditors."

  retention_days         = 365
  hot_days               = 30
  infrequent_access_days = 90
  shard_count            = 4
  metering_mode          = "ChargeByFunction"

  encryption = {
    type = "default"
  }
  additional_index_fields = {
    tenant = "text"
    cost   = "double"
  }
}
