locals {
  member_role = "ackguard"
}

data "ackguard_member_accounts" "all" {}

data "ackguard_required_ram_policy" "pipeline" {
  features = [
    "ackguard_member_accounts",
    "ackguard_clusters",
    "ackguard_cluster_compliance",
    "ackguard_cluster_inspection_schedule",
  ]
}

# A ROS template that makes the role in one account.
output "member_role_template" {
  value = jsonencode({
    ROSTemplateFormatVersion = "2015-09-01"
    Description              = "The role that terraform-provider-ackguard assumes in this account."
    Resources = {
      MemberRole = {
        Type = "ALIYUN::RAM::Role"
        Properties = {
          RoleName                 = local.member_role
          AssumeRolePolicyDocument = jsondecode(data.ackguard_required_ram_policy.pipeline.trust_policy)
          Policies = [{
            PolicyName     = local.member_role
            PolicyDocument = jsondecode(data.ackguard_required_ram_policy.pipeline.member_policy)
          }]
        }
      }
    }
  })
}

# The folders that hold the members.
output "member_folders" {
  value = sort(distinct([for a in data.ackguard_member_accounts.all.accounts : a.folder_id]))
}
