# Auditing on for every managed cluster of every account that can be entered.
data "ackguard_member_accounts" "all" {}

data "ackguard_clusters" "managed" {
  account_ids   = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000007", "100000000000008"])
  cluster_types = ["ManagedKubernetes"]
}

resource "ackguard_cluster_audit_log" "fleet" {
  # A cluster that is being made, or has failed, takes no changes.
  for_each = { for c in data.ackguard_clusters.managed.clusters : c.cluster_id => c if c.state == "running" }

  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
}

# Where each cluster's audit log is.
output "audit_logs" {
  value = { for id, log in ackguard_cluster_audit_log.fleet : id => "${log.project}/${log.logstore}" }
}
