import {
  to = ackguard_audit_alert.exec
  identity = {
    account_id = "100000000000002" # the provider's own account if left out
    region     = "cn-hangzhou"     # the provider's region if left out
    project    = "audit-central"
    name       = "ackguard-exec-into-container"
  }
}

resource "ackguard_audit_alert" "exec" {
  account_id = "100000000000002"
  region     = "cn-hangzhou"
  project    = "audit-central"
  logstore   = "audit"
  condition  = "exec_into_container"
}
