# No simulator and no environment: Terraform makes the answers up. Lists of
# objects stay empty (a limit of mocks), so there are no clusters here.
mock_provider "ackguard" {
  mock_data "ackguard_cluster_compliance" {
    defaults = {
      complete = false
    }
  }
}

run "what_was_not_read_is_said" {
  command         = plan
  expect_failures = [check.everything_was_read]
}
