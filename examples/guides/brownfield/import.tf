data "ackguard_member_accounts" "all" {}

# Whole or an error: the account that nobody may enter yet is left out by name.
data "ackguard_cluster_inspection_schedules" "existing" {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000008"])
}

locals {
  schedules = { for s in data.ackguard_cluster_inspection_schedules.existing.schedules : s.cluster_id => s }
}

import {
  for_each = local.schedules
  to       = ackguard_cluster_inspection_schedule.fleet[each.key]
  id       = each.value.import_id
}

resource "ackguard_cluster_inspection_schedule" "fleet" {
  for_each = local.schedules

  account_id           = each.value.account_id
  region               = each.value.region
  cluster_id           = each.key
  enabled              = each.value.enabled
  recurrence           = each.value.recurrence
  disabled_check_items = each.value.disabled_check_items
}

output "schedules" {
  value = local.schedules
}
