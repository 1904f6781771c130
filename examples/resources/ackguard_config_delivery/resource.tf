# What changes on the clusters of an account, and what they do not comply with, goes to a log store of the log account.
resource "ackguard_config_delivery" "retail" {
  account_id                  = "100000000000003"
  delivery_channel_target_arn = "acs:log:cn-hangzhou:100000000000002:project/audit/logstore/cloud-config"
}
