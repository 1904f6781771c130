variable "prices" {
  description = "Prices of Log Service in your region, from its pricing page."
  type        = map(number)
  default = { # round numbers to show the arithmetic, not anybody's prices
    write_gb          = 0.2
    index_gb          = 0.3
    storage_gb_month  = 0.4
    transformation_gb = 0.2
    shard_day         = 0.05
    traffic_gb        = 0.8

    infrequent_access_gb_month = 0.2
    archive_gb_month           = 0.1
  }
}

locals {
  usage = {
    gb_per_day = 20

    # The member keeps a day without an index; the archive keeps half a year.
    source_days            = 1
    archive_days           = 180
    hot_days               = 30
    infrequent_access_days = 60
    cross_region           = true
  }
  cost = provider::ackguard::log_shipping_cost(local.usage, var.prices)
}

output "cost_per_day" {
  value = { in_place = local.cost.in_place.total, shipped = local.cost.shipped.total, pays = local.cost.pays }
}

output "items" {
  value = [for i in local.cost.shipped.items : "${i.where}: ${i.quantity} ${i.unit} of ${i.item} = ${i.cost}"]
}
