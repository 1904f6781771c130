# Accounts that are listed. The plan fails while one of them does not record.
resource "ackguard_config_aggregator" "shops" {
  aggregator_name     = "shops"
  description         = "Accounts with clusters that sell."
  aggregator_accounts = ["100000000000003", "100000000000005"]
  tags                = { owner = "platform" }

  lifecycle {
    postcondition {
      condition     = length(self.members_without_recorder) == 0
      error_message = "No recorder in ${join(", ", self.members_without_recorder)}."
    }
  }
}
