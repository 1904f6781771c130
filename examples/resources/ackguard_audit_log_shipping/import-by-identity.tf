import {
  to = ackguard_audit_log_shipping.retail
  identity = {
    account_id = "100000000000003" # the provider's own account if left out
    region     = "cn-hangzhou"     # the provider's region if left out
    project    = "k8s-log-c1a00000000000000000000000retail1"
    name       = "ackguard-audit-c1a000000000"
  }
}

resource "ackguard_audit_log_shipping" "retail" {
  account_id = "100000000000003"
  region     = "cn-hangzhou"
  cluster_id = "c1a00000000000000000000000retail1"
  source     = "audit"

  archive = {
    account_id = "100000000000002"
    region     = "cn-hangzhou"
    project    = "audit-central"
    logstore   = "audit"
  }
  source_role_arn      = "acs:ram::100000000000003:role/ackguard-log-reader"
  destination_role_arn = "acs:ram::100000000000002:role/ackguard-log-writer"
}
