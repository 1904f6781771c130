import {
  to = ackguard_audit_dashboard.overview
  id = "100000000000002/cn-hangzhou/audit-central/ackguard-audit-overview"
}

resource "ackguard_audit_dashboard" "overview" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "audit-central"
  logstore   = "audit"
  report     = "overview"
}
