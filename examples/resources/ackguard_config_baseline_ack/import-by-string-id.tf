import {
  to = ackguard_config_baseline_ack.retail
  id = "100000000000003/cp-0a1b2c3d4e5f60718293"
}

resource "ackguard_config_baseline_ack" "retail" {
  account_id           = "100000000000003"
  compliance_pack_name = "network"
  rule_ids             = ["ack-cluster-network-type-check", "ack-cluster-public-endpoint-check"]
}
