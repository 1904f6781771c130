# The same of all accounts of an account group, with a snapshot every day and a bucket for what is too big for a log line.
resource "ackguard_config_delivery" "directory" {
  aggregator_id                 = "ca-directory00000001"
  delivery_channel_name         = "ACK, all accounts"
  description                   = "For the security team."
  delivery_channel_target_arn   = "acs:log:cn-hangzhou:100000000000002:project/audit/logstore/cloud-config"
  oversized_data_oss_target_arn = "acs:oss:cn-hangzhou:100000000000002:audit-too-big"

  configuration_snapshot = true
  delivery_snapshot_time = "18:30Z"
}
