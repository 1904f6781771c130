terraform {
  required_providers {
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}

provider "ackguard" {
  region = "cn-hangzhou"

  # This block can look, and cannot change anything, whatever the role may do.
  member_session_policy = jsonencode({
    Version = "1"
    Statement = [{
      Effect   = "Allow"
      Action   = ["cs:Describe*", "cs:List*", "cs:Get*"]
      Resource = "*"
    }]
  })
}
