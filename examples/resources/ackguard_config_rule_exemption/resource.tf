# In one account.
resource "ackguard_config_rule_exemption" "retail_next" {
  account_id     = "100000000000003"
  config_rule_id = "cr-0a1b2c3d4e5f60718295"
  region         = "cn-shanghai"
  cluster_id     = "c1a00000000000000000000000retail2"
  reason         = "being built, CHG-1042"
  expires        = "2199-01-31" # the last day, in UTC+8
}
