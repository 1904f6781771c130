# The latest report of every cluster of an account, abnormal items only.
data "ackguard_cluster_inspection_report" "latest" {
  account_ids = ["100000000000003"]
}

output "to_do" {
  value = {
    for r in data.ackguard_cluster_inspection_report.latest.reports :
    r.cluster_name => [for i in r.items : "${i.level}: ${i.name}: ${coalesce(i.fix, "see the console")}"]
  }
}

# A warning, not an error: an abnormal item must not block the apply that fixes it.
check "inspections" {
  assert {
    condition     = alltrue([for r in data.ackguard_cluster_inspection_report.latest.reports : r.summary.error_count == 0])
    error_message = "An inspection found errors."
  }
}
