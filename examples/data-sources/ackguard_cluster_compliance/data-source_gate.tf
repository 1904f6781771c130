# A gate: the plan fails on a finding of high severity, unless it is exempted.
data "ackguard_cluster_compliance" "gate" {
  account_ids = ["100000000000003", "100000000000004"]
  fail_on     = "high"

  exemption {
    rule_id    = "ack-cluster-public-endpoint-check"
    cluster_id = "c1b0000000000000000000000logistic"
    reason     = "partner integration until the VPN is up, CHG-1042"
    owner      = "logistics@example.com"
    expires    = "2099-03-31" # the last day on which it holds, UTC+8
  }

  # Without a date an exemption holds for good, so say why.
  exemption {
    rule_id    = "ack-cluster-node-monitorenabled"
    account_id = "100000000000004"
    reason     = "batch nodes live for minutes and are monitored by their own agent"
  }
}
