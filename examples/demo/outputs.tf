output "accounts" {
  description = "Accounts of the landing zone by ID."
  value = {
    for a in data.ackguard_member_accounts.all.accounts : a.account_id => {
      name        = a.display_name
      management  = a.management
      join_method = a.join_method
      status      = a.status
    }
  }
}

output "clusters" {
  description = "Clusters that have a schedule, by ID."
  value = {
    for c in data.ackguard_clusters.all.clusters : c.cluster_id => {
      name       = c.name
      account_id = c.account_id
      region     = c.region
      type       = c.cluster_type
      profile    = c.profile
      state      = c.state
    }
  }
}

output "verdicts" {
  description = "Verdict by cluster ID and rule ID."
  value       = data.ackguard_cluster_compliance.fleet.verdicts
}

output "findings" {
  description = "What every verdict is about, and why."
  value       = data.ackguard_cluster_compliance.fleet.findings
}

output "outcomes" {
  description = "How reading each account ended."
  value       = data.ackguard_cluster_compliance.fleet.outcomes
}

output "compliant" {
  description = "Whether all of it was read and nothing that is not exempted violates a rule."
  value       = data.ackguard_cluster_compliance.fleet.compliant
}
