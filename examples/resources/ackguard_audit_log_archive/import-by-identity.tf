import {
  to = ackguard_audit_log_archive.audit
  identity = {
    account_id = "100000000000002" # the provider's own account if left out
    region     = "cn-hangzhou"     # the provider's region if left out
    project    = "ack-audit-archive"
    logstore   = "audit"
  }
}

resource "ackguard_audit_log_archive" "audit" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "ack-audit-archive"
  logstore   = "audit"
}
