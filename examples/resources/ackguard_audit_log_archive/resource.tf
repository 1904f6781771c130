# In the log account: kept for half a year, searchable on arrival.
resource "ackguard_audit_log_archive" "audit" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "ack-audit-archive"
  logstore   = "audit"
}
