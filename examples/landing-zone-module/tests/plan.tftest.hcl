# Plans against the simulator. The environment has everything that the
# provider needs.
provider "ackguard" {}

variables {
  excluded_account_ids = ["200000000000004"]
}

run "the_gate_closes" {
  command         = plan
  expect_failures = [data.ackguard_cluster_compliance.fleet]
}

run "an_exemption_opens_it" {
  command = plan

  variables {
    exemptions = [{
      rule_id    = "ack-cluster-public-endpoint-check"
      cluster_id = "c2b00000000000000000000000partner"
      reason     = "test"
      expires    = "2099-12-31"
    }]
  }

  assert {
    condition     = length(output.findings) == 0
    error_message = "Open findings: ${join(", ", output.findings)}."
  }
}

run "every_cluster_gets_a_schedule" {
  command = plan

  variables {
    gate = []
  }

  assert {
    condition     = length(output.schedules) == 2
    error_message = "There are two clusters, and ${length(output.schedules)} schedules."
  }

  assert {
    condition     = output.findings == ["high NON_COMPLIANT partner ack-cluster-public-endpoint-check"]
    error_message = "Findings: ${join(", ", output.findings)}."
  }
}
