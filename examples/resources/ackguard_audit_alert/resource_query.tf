# A query of one's own: who asks for more than a thousand lists in ten minutes.
resource "ackguard_audit_alert" "lists" {
  account_id = "100000000000002"
  project    = "audit-central"
  logstore   = "audit"
  name       = "many-lists"
  severity   = "low"
  interval   = "10m"

  query = {
    query     = <<-EOT
      verb: list | select account_id, cluster_id, "user.username" as user_name, count(1) as cnt from log
      group by account_id, cluster_id, "user.username" order by cnt desc limit 100
    EOT
    condition = "cnt > 1000"
    group_by  = ["account_id", "cluster_id", "user_name"]
  }
  annotations = {
    desc = "$${user_name} asked $${cnt} times for lists in cluster $${cluster_id}"
  }
}
