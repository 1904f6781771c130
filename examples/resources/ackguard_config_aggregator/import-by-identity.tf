import {
  to = ackguard_config_aggregator.directory
  identity = {
    account_id    = "100000000000001" # the provider's own account if left out
    aggregator_id = "ca-directory00000001"
  }
}

resource "ackguard_config_aggregator" "directory" {
  aggregator_name = "directory"
  description     = "All accounts."
  aggregator_type = "RD"
}
