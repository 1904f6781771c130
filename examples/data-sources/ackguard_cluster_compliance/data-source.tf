data "ackguard_member_accounts" "all" {}

# Only reports: an account that cannot be read is an outcome and a warning.
data "ackguard_cluster_compliance" "fleet" {
  account_ids = data.ackguard_member_accounts.all.ids
}

# A few things stay readable in an output, whatever the size of the fleet.
output "compliance" {
  value = {
    complete  = data.ackguard_cluster_compliance.fleet.complete
    compliant = data.ackguard_cluster_compliance.fleet.compliant
    counts    = data.ackguard_cluster_compliance.fleet.counts
    verdicts  = data.ackguard_cluster_compliance.fleet.verdicts
    unread    = [for o in data.ackguard_cluster_compliance.fleet.outcomes : o if o.outcome != "ok"]
  }
}
