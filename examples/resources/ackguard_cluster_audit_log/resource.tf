# The API server's audit log is on; the service chooses the project. The logs of
# two components of the control plane are kept for a week.
resource "ackguard_cluster_audit_log" "logistics" {
  account_id = "100000000000004"
  region     = "cn-hangzhou"
  cluster_id = "c1b0000000000000000000000logistic"

  control_plane_logs = {
    components = ["apiserver", "controlplane-events"]
    ttl_days   = 7
  }
}
