# No provider alias: the block says which account and region it is about.
resource "ackguard_cluster_inspection_schedule" "logistics" {
  account_id = "100000000000004"
  region     = "cn-hangzhou"
  cluster_id = "c1b0000000000000000000000logistic"
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"

  # This cluster has no NGINX Ingress, so the item would only be noise.
  disabled_check_items = ["NginxIngressServiceAnnotationMultiTargets"]
}
