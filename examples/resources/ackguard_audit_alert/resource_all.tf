# An alert for every ready condition on audit rows, in Chinese.
data "ackguard_audit_alert_conditions" "audit" {
  sources = ["audit"]
}

resource "ackguard_audit_alert" "all" {
  for_each = toset(data.ackguard_audit_alert_conditions.audit.ids)

  account_id = "100000000000002"
  project    = "audit-central"
  logstore   = "audit"
  condition  = each.key
  language   = "zh"
}
