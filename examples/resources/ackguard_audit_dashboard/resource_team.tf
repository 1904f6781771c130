# What was done to the Secrets of one team's namespaces in one account, over a week, in Chinese.
resource "ackguard_audit_dashboard" "shop_secrets" {
  account_id = "100000000000002"
  project    = "audit-central"
  logstore   = "audit"
  report     = "operation_details"
  name       = "shop-secrets"
  language   = "zh"
  time_range = "7d"
  resources  = ["secrets"]

  filters = {
    account_ids = ["100000000000003"]
    namespaces  = ["shop", "payment"]
  }
}
