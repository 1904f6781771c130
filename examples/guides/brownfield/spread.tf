variable "spread_account_ids" {
  description = "Accounts whose clusters have moved to a minute of their own."
  type        = set(string)
  default     = []
}

locals {
  schedules = jsondecode(file("${path.module}/schedules.json"))
}

resource "ackguard_cluster_inspection_schedule" "fleet" {
  for_each = local.schedules

  account_id           = each.value.account_id
  region               = each.value.region
  cluster_id           = each.key
  enabled              = each.value.enabled
  disabled_check_items = each.value.disabled_check_items
  recurrence = (
    contains(var.spread_account_ids, each.value.account_id)
    ? provider::ackguard::spread_daily(each.key, "01:00-05:00")
    : each.value.recurrence
  )
}
