# In one account. Name, risk level, trigger and frequency are as Cloud Config has them.
resource "ackguard_config_rule_ack" "retail" {
  account_id        = "100000000000003"
  source_identifier = "ack-cluster-public-endpoint-check"
}
