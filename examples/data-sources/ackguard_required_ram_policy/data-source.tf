# What the pipeline uses, and where.
data "ackguard_required_ram_policy" "pipeline" {
  features = [
    "ackguard_clusters",
    "ackguard_cluster_compliance",
    "ackguard_cluster_inspection_schedule",
  ]
  rules   = ["ack-cluster-public-endpoint-check", "ack-cluster-deletion-protection-enabled"]
  regions = ["cn-hangzhou", "cn-shanghai"]

  trusted_principals = ["acs:ram::100000000000001:user/terraform"]
}

output "member_policy" {
  value = data.ackguard_required_ram_policy.pipeline.member_policy
}

output "trust_policy" {
  value = data.ackguard_required_ram_policy.pipeline.trust_policy
}

# For a review: which action, on what, for what.
output "why" {
  value = { for a in data.ackguard_required_ram_policy.pipeline.actions : a.action => a.why }
}
