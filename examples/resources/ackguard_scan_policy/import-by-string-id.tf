import {
  to = ackguard_scan_policy.retail
  id = "100000000000003/cn-hangzhou/c1a00000000000000000000000retail1"
}

# Only what is declared is managed: the first plan lets go of the rest.
resource "ackguard_scan_policy" "retail" {
  account_id     = "100000000000003"
  region         = "cn-hangzhou"
  cluster_id     = "c1a00000000000000000000000retail1"
  enabled_checks = ["hostNetworkSet", "runAsPrivileged", "capabilitiesAdded", "tagNotSpecified"]
  schedule       = "0 2 * * *"
}
