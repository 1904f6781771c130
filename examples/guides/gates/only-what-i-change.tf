# The gate looks at the clusters that this configuration owns, so a finding in
# somebody else's account does not stop this team.
data "ackguard_cluster_compliance" "mine" {
  account_ids          = ["100000000000003"]
  cluster_ids          = ["c1a00000000000000000000000retail1"]
  rules                = ["ack-cluster-public-endpoint-check", "ack-cluster-deletion-protection-enabled"]
  fail_on              = "medium"
  require_all_accounts = true # an account that cannot be read is no pass
}
