data "ackguard_member_accounts" "all" {
  include_management_account = true
}

# An account that cannot be read is in outcomes, with what to do about it.
data "ackguard_cluster_compliance" "fleet" {
  account_ids = data.ackguard_member_accounts.all.ids
}

output "unread" {
  value = {
    for o in data.ackguard_cluster_compliance.fleet.outcomes : o.account_id => {
      outcome       = o.outcome
      error_code    = o.error_code
      action_needed = o.action_needed
    } if o.outcome != "ok"
  }
}
