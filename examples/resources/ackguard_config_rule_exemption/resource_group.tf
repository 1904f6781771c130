# From a rule of an account group: whose cluster it is has to be said.
resource "ackguard_config_rule_exemption" "retail_next" {
  aggregator_id       = "ca-directory00000001"
  config_rule_id      = "cr-0a1b2c3d4e5f60718296"
  resource_account_id = "100000000000003"
  region              = "cn-shanghai"
  cluster_id          = "c1a00000000000000000000000retail2"
  reason              = "being built, CHG-1042"
}
