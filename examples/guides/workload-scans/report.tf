# What the last scan of each cluster found. A cluster without results is named
# in a warning, and is never a pass.
data "ackguard_scan_report" "retail" {
  account_ids = ["100000000000003"]

  exemption {
    rule_id   = "runAsRootAllowed"
    namespace = "shop"
    name      = "web"
    reason    = "is being rebuilt, SHOP-77"
    expires   = "2199-01-31"
  }
}

output "passed" {
  value = { for c in data.ackguard_scan_report.retail.clusters : c.cluster_name => c.percent }
}

output "not_known" {
  value = { for c in data.ackguard_scan_report.retail.clusters : c.cluster_name => c.problem if c.problem != null }
}
