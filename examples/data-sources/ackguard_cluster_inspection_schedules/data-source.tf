data "ackguard_cluster_inspection_schedules" "existing" {
  account_ids = ["100000000000003", "100000000000004", "100000000000005"]
}

locals {
  existing = { for s in data.ackguard_cluster_inspection_schedules.existing.schedules : s.cluster_id => s }
}

# Takes over what people set up by hand (Terraform 1.7 or later): the first
# plan shows imports and no change.
import {
  for_each = local.existing
  to       = ackguard_cluster_inspection_schedule.existing[each.key]
  id       = each.value.import_id
}

# Arguments that come from the cloud never show drift: once imported, write
# the values down (the brownfield guide shows how).
resource "ackguard_cluster_inspection_schedule" "existing" {
  for_each             = local.existing
  account_id           = each.value.account_id
  region               = each.value.region
  cluster_id           = each.key
  enabled              = each.value.enabled
  recurrence           = each.value.recurrence
  disabled_check_items = each.value.disabled_check_items
}
