data "ackguard_config_managed_rules" "all" {}

# What only Cloud Config evaluates.
output "not_at_plan_time" {
  value = [for r in data.ackguard_config_managed_rules.all.rules : r.rule_id if !r.evaluated_at_plan]
}
