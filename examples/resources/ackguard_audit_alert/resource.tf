# Whoever runs a command in a container of the shop, but for the pipeline, is reported to the platform team's action policy.
resource "ackguard_audit_alert" "exec" {
  account_id = "100000000000002"
  project    = "audit-central"
  logstore   = "audit"
  condition  = "exec_into_container"

  filters = {
    namespaces    = ["shop", "payment"]
    exclude_users = ["oidc:pipeline"]
  }
  notification = {
    action_policy_id = "platform-team"
  }
}
