terraform {
  required_version = ">= 1.8"

  required_providers {
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}

provider "ackguard" {
  region        = "cn-hangzhou"
  inventory     = "cloud_config"
  aggregator_id = "ca-directory00000001" # an account group of the account that Terraform signs in to
}

data "ackguard_member_accounts" "all" {}

# One list for all accounts, and nothing of a cluster that is not in it.
data "ackguard_clusters" "all" {
  account_ids = data.ackguard_member_accounts.all.ids
  details     = false
}

# What these rules ask is in the snapshots: no role is assumed in a member.
data "ackguard_cluster_compliance" "fleet" {
  account_ids = data.ackguard_member_accounts.all.ids
  rules       = ["ack-cluster-deletion-protection-enabled", "ack-cluster-public-endpoint-check"]
}

output "last_changed" {
  value = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c.observed_at }
}
