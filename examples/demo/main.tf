# Every account that the resource directory lists, and its owner.
data "ackguard_member_accounts" "all" {
  include_management_account = true
}

# The verdicts, on all accounts. One that cannot be read is an outcome and a
# warning here, never silently missing: this data source only reports.
data "ackguard_cluster_compliance" "fleet" {
  account_ids       = data.ackguard_member_accounts.all.ids
  fail_on           = var.fail_on
  include_compliant = true # for the whole table; leave it out in a large fleet, state grows with clusters times rules

  dynamic "exemption" {
    for_each = var.exemptions
    content {
      rule_id    = exemption.value.rule_id
      account_id = exemption.value.account_id
      region     = exemption.value.region
      cluster_id = exemption.value.cluster_id
      reason     = exemption.value.reason
      owner      = exemption.value.owner
      expires    = exemption.value.expires
    }
  }
}

# The list below drives for_each, so it is whole or an error: a cluster that
# drops out of it, because its account is throttled for a minute, would be
# planned for destruction. An account that nobody may enter is therefore named
# and left out on purpose. allow_partial = true would do without the name, and
# would lose the next account that cannot be read just as quietly.
#
# For the same reason there is no filter on state: a cluster that is being
# upgraded is not "running" for a while, and must not lose its schedule.
data "ackguard_clusters" "all" {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, var.excluded_account_ids)
}

# No provider alias per account: each schedule names its account and region.
resource "ackguard_cluster_inspection_schedule" "nightly" {
  for_each = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }

  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = var.recurrence

  # A cluster may have a schedule already that somebody made in the console.
  # By default applying fails then and shows the difference. With true it is
  # overwritten, and destroy puts it back. To keep it managed for good, import
  # it instead: its ID is ACCOUNT/REGION/CLUSTER.
  adopt_existing = var.adopt_existing_schedules
}

locals {
  production = toset([for c in data.ackguard_clusters.all.clusters : c.cluster_id if lookup(c.tags, "env", "") == "prod"])

  unprotected = [
    for f in data.ackguard_cluster_compliance.fleet.findings : f.cluster_name
    if f.rule_id == "ack-cluster-deletion-protection-enabled" && f.verdict == "NON_COMPLIANT" && contains(local.production, f.cluster_id)
  ]
}

# fail_on stops a plan; a check only warns, and so never stands in the way of
# the apply that fixes the finding. It looks at what is tagged env = prod.
check "deletion_protection" {
  assert {
    condition     = length(local.unprotected) == 0
    error_message = "Anyone may delete these production clusters with one call: ${join(", ", local.unprotected)}."
  }
}
