import {
  to = ackguard_config_rule_ack.retail
  identity = {
    account_id     = "100000000000003" # the provider's own account if left out
    config_rule_id = "cr-0a1b2c3d4e5f60718293"
  }
}

resource "ackguard_config_rule_ack" "retail" {
  account_id        = "100000000000003"
  source_identifier = "ack-cluster-network-type-check"
  rule_name         = "terway"
}
