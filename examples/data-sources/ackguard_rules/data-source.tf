data "ackguard_rules" "high" {
  min_severity = "high"
  language     = "en" # or "zh"
}

# The gate and its documentation from one list.
data "ackguard_cluster_compliance" "high" {
  account_ids = ["100000000000003"]
  rules       = data.ackguard_rules.high.ids
}

output "how_to_fix" {
  value = { for r in data.ackguard_rules.high.rules : r.title => r.remediation }
}
