data "ackguard_cluster_compliance" "fleet" {
  account_ids = ["100000000000003", "100000000000004"]
}

check "compliance" {
  assert {
    condition     = data.ackguard_cluster_compliance.fleet.complete
    error_message = "Not everything could be read; see outcomes and findings."
  }

  assert {
    condition     = lookup(data.ackguard_cluster_compliance.fleet.counts, "NON_COMPLIANT", 0) == 0
    error_message = "There are findings: ${join(", ", distinct([for f in data.ackguard_cluster_compliance.fleet.findings : f.rule_id]))}."
  }
}
