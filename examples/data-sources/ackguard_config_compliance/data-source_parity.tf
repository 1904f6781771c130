# Does the plan say what Cloud Config says? It judges the live clusters too, which costs a few calls for each.
data "ackguard_config_compliance" "retail" {
  account_id   = "100000000000003"
  check_parity = true
}

check "parity" {
  assert {
    condition     = length(data.ackguard_config_compliance.retail.parity) == 0
    error_message = "The plan and Cloud Config differ: ${jsonencode(data.ackguard_config_compliance.retail.parity)}"
  }
}
