import {
  to = ackguard_cluster_audit_log.retail
  id = "100000000000003/cn-hangzhou/c1a00000000000000000000000retail1"
}

resource "ackguard_cluster_audit_log" "retail" {
  account_id = "100000000000003"
  region     = "cn-hangzhou"
  cluster_id = "c1a00000000000000000000000retail1"
}
