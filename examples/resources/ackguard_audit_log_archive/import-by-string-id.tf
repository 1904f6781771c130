import {
  to = ackguard_audit_log_archive.audit
  id = "100000000000002/cn-hangzhou/ack-audit-archive/audit"
}

resource "ackguard_audit_log_archive" "audit" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "ack-audit-archive"
  logstore   = "audit"
}
