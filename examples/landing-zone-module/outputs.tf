output "findings" {
  description = "What somebody must act on."
  value       = [for f in data.ackguard_cluster_compliance.fleet.findings : "${f.severity} ${f.verdict} ${f.cluster_name} ${f.rule_id}"]
}

output "schedules" {
  description = "When each cluster is inspected."
  value       = { for id, s in ackguard_cluster_inspection_schedule.nightly : id => s.recurrence }
}
