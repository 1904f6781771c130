data "ackguard_cluster_compliance" "production" {
  account_ids = ["100000000000003", "100000000000004"]

  lifecycle {
    postcondition {
      condition     = self.complete
      error_message = "Not everything could be read; see outcomes and findings."
    }

    postcondition {
      condition = !anytrue([
        for f in self.findings : f.rule_id == "ack-cluster-public-endpoint-check" && f.verdict == "NON_COMPLIANT"
      ])
      error_message = "An API server of production answers on the Internet."
    }
  }
}
