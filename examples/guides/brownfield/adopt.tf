resource "ackguard_cluster_inspection_schedule" "retail" {
  account_id     = "100000000000003"
  cluster_id     = "c1a00000000000000000000000retail1"
  recurrence     = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
  adopt_existing = true
}
