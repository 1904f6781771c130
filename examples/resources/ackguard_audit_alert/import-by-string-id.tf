import {
  to = ackguard_audit_alert.exec
  id = "100000000000002/cn-hangzhou/audit-central/ackguard-exec-into-container"
}

resource "ackguard_audit_alert" "exec" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "audit-central"
  logstore   = "audit"
  condition  = "exec_into_container"
}
