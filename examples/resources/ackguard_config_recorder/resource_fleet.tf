# In every member account but two that the provider may not enter, before the group that looks at them.
data "ackguard_member_accounts" "all" {}

resource "ackguard_config_recorder" "member" {
  for_each       = setsubtract(data.ackguard_member_accounts.all.ids, ["100000000000007", "100000000000008"])
  account_id     = each.value
  resource_types = ["ACS::ACK::Cluster", "ACS::ECS::Instance"]
}

resource "ackguard_config_aggregator" "members" {
  aggregator_name     = "members"
  aggregator_accounts = [for recorder in ackguard_config_recorder.member : recorder.account_id]
}
