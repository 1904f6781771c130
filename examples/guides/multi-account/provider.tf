terraform {
  required_version = ">= 1.8"

  required_providers {
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}

provider "ackguard" {
  region           = "cn-hangzhou"
  member_role_name = "ResourceDirectoryAccountAccessRole"

  # An account that joined by invitation and has a role of its own for this.
  member_role {
    account_id  = "100000000000008"
    role_name   = "ackguard-audit"
    external_id = "acquired-company-2026" # if its trust policy asks for one
  }
}
