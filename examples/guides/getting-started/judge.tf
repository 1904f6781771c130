terraform {
  required_providers {
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}

# Keys, region and endpoints come from the environment.
provider "ackguard" {}

data "ackguard_member_accounts" "all" {}

data "ackguard_cluster_compliance" "fleet" {
  account_ids = data.ackguard_member_accounts.all.ids
}

output "findings" {
  value = [for f in data.ackguard_cluster_compliance.fleet.findings : "${f.severity} ${f.verdict} ${f.cluster_name}: ${f.message}"]
}

output "complete" {
  value = data.ackguard_cluster_compliance.fleet.complete
}
