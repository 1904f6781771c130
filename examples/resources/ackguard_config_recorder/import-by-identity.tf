import {
  to = ackguard_config_recorder.retail
  identity = {
    account_id = "100000000000003" # the provider's own account if left out
  }
}

resource "ackguard_config_recorder" "retail" {
  account_id = "100000000000003"
}
