data "ackguard_member_accounts" "all" {}
