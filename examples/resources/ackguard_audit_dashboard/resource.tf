# The three reports on all clusters of all accounts.
resource "ackguard_audit_dashboard" "audit" {
  for_each = toset(["overview", "operations_overview", "operation_details"])

  account_id = "100000000000002"
  project    = "audit-central"
  logstore   = "audit"
  report     = each.key
}
