data "ackguard_member_accounts" "all" {}

locals {
  account_ids = setsubtract(data.ackguard_member_accounts.all.ids, var.excluded_account_ids)
}

data "ackguard_clusters" "all" {
  account_ids = local.account_ids
}

resource "ackguard_cluster_inspection_schedule" "nightly" {
  for_each = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }

  account_id     = each.value.account_id
  region         = each.value.region
  cluster_id     = each.key
  recurrence     = provider::ackguard::spread_daily(each.key, var.window)
  adopt_existing = true
}

data "ackguard_cluster_compliance" "fleet" {
  account_ids = local.account_ids

  dynamic "exemption" {
    for_each = var.exemptions
    content {
      rule_id    = exemption.value.rule_id
      cluster_id = exemption.value.cluster_id
      reason     = exemption.value.reason
      expires    = exemption.value.expires
    }
  }

  # A postcondition and not fail_on, because a test can expect it to fail.
  lifecycle {
    postcondition {
      condition     = length([for f in self.findings : f if f.verdict == "NON_COMPLIANT" && contains(var.gate, f.severity)]) == 0
      error_message = "Findings close the gate: ${join("; ", [for f in self.findings : "${f.cluster_name}: ${f.message}" if f.verdict == "NON_COMPLIANT" && contains(var.gate, f.severity)])}"
    }
  }
}

check "everything_was_read" {
  assert {
    condition     = data.ackguard_cluster_compliance.fleet.complete
    error_message = "Not everything could be read; see outcomes and findings."
  }
}
