terraform {
  required_version = ">= 1.8"

  required_providers {
    # The full address: Terraform and OpenTofu complete a short one differently.
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}

# The keys come from the environment: ALIBABA_CLOUD_ACCESS_KEY_ID and
# ALIBABA_CLOUD_ACCESS_KEY_SECRET, of the management account or of any account
# that the member roles trust.
provider "ackguard" {
  region           = "cn-hangzhou" # for blocks that name no region
  member_role_name = "ResourceDirectoryAccountAccessRole"
}
