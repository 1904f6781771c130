terraform {
  required_version = ">= 1.8"

  required_providers {
    ackguard = {
      source = "registry.terraform.io/ackguard/ackguard"
    }
  }
}
