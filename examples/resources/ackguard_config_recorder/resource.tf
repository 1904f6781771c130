# Cloud Config records the clusters of a member account.
resource "ackguard_config_recorder" "retail" {
  account_id = "100000000000003"
}
