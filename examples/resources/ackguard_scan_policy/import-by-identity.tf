import {
  to = ackguard_scan_policy.retail
  identity = {
    account_id = "100000000000003" # the provider's own account if left out
    region     = "cn-hangzhou"     # the provider's region if left out
    cluster_id = "c1a00000000000000000000000retail1"
  }
}

resource "ackguard_scan_policy" "retail" {
  account_id     = "100000000000003"
  region         = "cn-hangzhou"
  cluster_id     = "c1a00000000000000000000000retail1"
  enabled_checks = ["hostNetworkSet", "runAsPrivileged", "capabilitiesAdded", "tagNotSpecified"]
  schedule       = "0 2 * * *"
}
