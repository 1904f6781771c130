import {
  to = ackguard_config_aggregator.directory
  id = "100000000000001/ca-directory00000001"
}

resource "ackguard_config_aggregator" "directory" {
  aggregator_name = "directory"
  description     = "All accounts."
  aggregator_type = "RD"
}
