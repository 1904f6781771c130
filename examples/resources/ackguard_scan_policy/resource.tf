# What security-inspector checks in this cluster, and when. Checks that are not
# named stay as they are, and so do entries of the white list.
resource "ackguard_scan_policy" "retail" {
  account_id        = "100000000000003"
  region            = "cn-hangzhou"
  cluster_id        = "c1a00000000000000000000000retail1"
  component_version = "v0.16.8"

  enabled_checks  = ["hostNetworkSet", "runAsPrivileged", "capabilitiesAdded", "tagNotSpecified"]
  disabled_checks = ["readinessProbeMissing"]
  schedule        = "30 2 * * *"

  white_list = [{
    workload = "node-exporter"
    checks   = ["hostNetworkSet", "hostPIDSet"]
    reason   = "Reads the node's metrics; reviewed in SEC-311."
  }]

  # A change scans at once.
  triggers = { policy = "2026-11" }
}
