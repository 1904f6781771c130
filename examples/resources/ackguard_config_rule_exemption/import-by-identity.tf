import {
  to = ackguard_config_rule_exemption.retail_next
  identity = {
    account_id     = "100000000000003" # the provider's own account if left out
    config_rule_id = "cr-0a1b2c3d4e5f60718297"
    region         = "cn-shanghai" # the provider's region if left out
    cluster_id     = "c1a00000000000000000000000retail2"
  }
}

resource "ackguard_config_rule_exemption" "retail_next" {
  account_id     = "100000000000003"
  config_rule_id = "cr-0a1b2c3d4e5f60718297"
  region         = "cn-shanghai"
  cluster_id     = "c1a00000000000000000000000retail2"
  reason         = "being built, CHG-1042" # the service does not tell it, so it is written once
}
