# The same rules as a gate: a plan with an open high-severity finding fails.
data "ackguard_cluster_compliance" "gate" {
  account_ids = data.ackguard_member_accounts.all.ids
  fail_on     = "high"

  exemption {
    rule_id    = "ack-cluster-public-endpoint-check"
    cluster_id = "c1b0000000000000000000000logistic"
    reason     = "partner integration until the VPN is up, CHG-1042"
    owner      = "logistics@example.com"
    expires    = "2099-03-31"
  }

  exemption {
    rule_id    = "ack-cluster-node-monitorenabled"
    cluster_id = "c1b0000000000000000000000logistic"
    reason     = "batch nodes live for minutes"
  }
}
