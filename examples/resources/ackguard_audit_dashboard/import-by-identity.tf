import {
  to = ackguard_audit_dashboard.overview
  identity = {
    account_id = "100000000000002" # the provider's own account if left out
    region     = "cn-hangzhou"     # the provider's region if left out
    project    = "audit-central"
    name       = "ackguard-audit-overview"
  }
}

resource "ackguard_audit_dashboard" "overview" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "audit-central"
  logstore   = "audit"
  report     = "overview"
}
