# Applies against the simulator; Terraform destroys everything at the end.
provider "ackguard" {}

variables {
  excluded_account_ids = ["200000000000004"]
  gate                 = []
}

run "apply" {
  assert {
    condition     = alltrue([for s in ackguard_cluster_inspection_schedule.nightly : s.enabled && s.timezone == "Asia/Shanghai"])
    error_message = "A schedule is not as it should be."
  }
}

run "another_window_moves_the_schedules" {
  variables {
    window = "22:00-23:00"
  }

  assert {
    condition     = alltrue([for r in values(output.schedules) : strcontains(r, "BYHOUR=22;")])
    error_message = "Not all moved: ${join(", ", values(output.schedules))}."
  }
}
