data "ackguard_member_accounts" "sandboxes" {
  folder_id  = "fd-core000001"
  name_regex = "^sandbox-"
}
