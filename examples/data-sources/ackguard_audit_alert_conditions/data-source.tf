# What can be alerted on, and why.
data "ackguard_audit_alert_conditions" "all" {}

output "conditions" {
  value = { for c in data.ackguard_audit_alert_conditions.all.conditions : c.id => "${c.severity}: ${c.title}" }
}
