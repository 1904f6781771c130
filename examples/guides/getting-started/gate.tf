# The same rules as a gate: a plan with an open high-severity finding fails.
data "ackguard_cluster_compliance" "gate" {
  account_ids = data.ackguard_member_accounts.all.ids
  fail_on     = "high"
}
