# Every account that can be worked in. What is left out, and why, is in left_out.
data "ackguard_member_accounts" "all" {}

# Only the production folder, with the folders below it.
data "ackguard_member_accounts" "production" {
  folder_id = "fd-prod000001"
}

# The management account is no member; add it if clusters run there.
data "ackguard_member_accounts" "with_management" {
  include_management_account = true
}

# Invited accounts do not have the default role: create one there, or name
# another one in a member_role block of the provider.
output "invited_accounts" {
  value = [for a in data.ackguard_member_accounts.all.accounts : a.account_id if a.join_method == "invited"]
}
