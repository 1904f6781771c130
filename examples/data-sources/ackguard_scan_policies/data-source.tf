data "ackguard_scan_policies" "existing" {
  account_ids = ["100000000000003"]
}

locals {
  existing = { for p in data.ackguard_scan_policies.existing.policies : p.cluster_id => p }
}

# Takes over what people set up in the console (Terraform 1.7 or later): the
# first plan shows imports and no change.
import {
  for_each = local.existing
  to       = ackguard_scan_policy.existing[each.key]
  id       = each.value.import_id
}

# Arguments that come from the cluster never show drift: once imported, write
# the values down.
resource "ackguard_scan_policy" "existing" {
  for_each        = local.existing
  account_id      = each.value.account_id
  region          = each.value.region
  cluster_id      = each.key
  enabled_checks  = each.value.enabled_checks
  disabled_checks = each.value.disabled_checks
  schedule        = each.value.schedule
  suspend         = each.value.suspend
  white_list      = each.value.white_list
}
