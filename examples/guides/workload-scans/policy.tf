data "ackguard_clusters" "retail" {
  account_ids = ["100000000000003"]
}

# One policy for every cluster of the account. One that is being made has no API
# yet; do not leave out other states, or an upgrade of the cluster would take its
# policy away. Checks that are not named stay as they are.
resource "ackguard_scan_policy" "baseline" {
  for_each          = { for c in data.ackguard_clusters.retail.clusters : c.cluster_id => c if c.state != "initial" }
  account_id        = each.value.account_id
  region            = each.value.region
  cluster_id        = each.key
  install_component = true

  enabled_checks = ["hostNetworkSet", "hostPIDSet", "hostIPCSet", "runAsPrivileged", "tagNotSpecified"]
  schedule       = "30 2 * * *"

  white_list = [{
    workload = "node-exporter"
    checks   = ["hostNetworkSet", "hostPIDSet"]
    reason   = "Reads the node's metrics; reviewed in SEC-311."
  }]
}
