locals {
  schedules = jsondecode(file("${path.module}/schedules.json"))
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
