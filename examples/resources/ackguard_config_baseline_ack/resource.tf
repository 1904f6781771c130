# All rules of our catalogue that Cloud Config has, in one account.
resource "ackguard_config_baseline_ack" "retail" {
  account_id = "100000000000003"
}
