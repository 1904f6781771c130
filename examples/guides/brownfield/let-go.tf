removed {
  from = ackguard_cluster_inspection_schedule.fleet

  lifecycle {
    destroy = false
  }
}
