# In all accounts of an account group, which the management account has.
resource "ackguard_config_rule_ack" "production" {
  aggregator_id             = "ca-directory00000001"
  source_identifier         = "ack-cluster-public-endpoint-check"
  rule_name                 = "no public endpoint in production"
  risk_level                = 1
  folder_ids_scope          = ["fd-prod000001"]
  exclude_account_ids_scope = ["100000000000006"]

  # Evaluate at once when the landing zone changes, not only every 24 hours.
  triggers = { landing_zone = "2026-11" }
}
