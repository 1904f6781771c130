resource "ackguard_cluster_inspection_schedule" "logistics" {
  account_id = "100000000000004"
  cluster_id = "c1b0000000000000000000000logistic"
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
  triggers   = { version = "1.31.1-aliyun.1" }
}
