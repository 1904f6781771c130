# The four policies of a pipeline of two members.
data "ackguard_log_shipping_policies" "roles" {
  log_account_id     = "100000000000002"
  member_account_ids = ["100000000000003", "100000000000004"]
  archive_project    = "collect-logs"
  archive_logstore   = "collect-cluster-security-logs"
}

output "policies" {
  value = {
    reader = {
      trust      = data.ackguard_log_shipping_policies.roles.source_trust_policy
      permission = data.ackguard_log_shipping_policies.roles.source_policy
    }
    writer = {
      trust      = data.ackguard_log_shipping_policies.roles.destination_trust_policy
      permission = data.ackguard_log_shipping_policies.roles.destination_policy
    }
  }
}
