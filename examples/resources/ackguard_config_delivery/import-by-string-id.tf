import {
  to = ackguard_config_delivery.retail
  id = "100000000000003/cdc-0a1b2c3d4e5f60718293"
}

resource "ackguard_config_delivery" "retail" {
  account_id                  = "100000000000003"
  delivery_channel_name       = "to the log account"
  delivery_channel_target_arn = "acs:log:cn-hangzhou:100000000000002:project/audit/logstore/cloud-config"
}
