# A log store that somebody made by hand: destroy leaves it, and puts its settings and its index back.
resource "ackguard_audit_log_archive" "found" {
  account_id = "100000000000002"
  project    = "audit-central"
  logstore   = "audit"

  adopt_existing_project  = true
  adopt_existing_logstore = true
}
