import {
  to = ackguard_config_recorder.retail
  id = "100000000000003"
}

resource "ackguard_config_recorder" "retail" {
  account_id = "100000000000003"
}
