terraform {
  required_version = ">= 1.8"

  required_providers {
    # The full address: Terraform and OpenTofu complete a short one with different hosts.
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}

# Keys and region come from the environment (ALIBABA_CLOUD_ACCESS_KEY_ID,
# ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_REGION): they belong to the
# management account, and this role is assumed in every member account.
provider "ackguard" {
  member_role_name = "ResourceDirectoryAccountAccessRole"
}
