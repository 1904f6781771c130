# Cloud Config for ACK in a whole resource directory, and the logs of its clusters in the log account, from its management
# account.
terraform {
  required_version = ">= 1.8"
  required_providers {
    ackguard = { source = "ackguard/ackguard" }
  }
}

variable "log_store_arn" {
  description = "Log store of the log account: acs:log:{region}:{account}:project/{project}/logstore/{logstore}."
  type        = string
}

variable "accepted_public_endpoints" {
  description = "Clusters whose public endpoint is accepted, by ID."
  type        = map(object({ account_id = string, region = string, reason = string, expires = string }))
  default     = {}
}

variable "fail_on" {
  description = "Severity from which a violation fails the plan; null for none. Set it once the directory is clean."
  type        = string
  default     = null
}

variable "logs" {
  description = "Account that keeps the logs of the clusters, and the members whose logs are shipped there; null for none."
  type = object({
    account_id            = string
    member_account_ids    = set(string)
    inspected_cluster_ids = optional(set(string), [])
    force_destroy         = optional(bool, false)
  })
  default = null
}

# Audit logs and risk logs of all clusters, with alerts and reports.
module "logs" {
  source = "../log-shipping"
  count  = var.logs == null ? 0 : 1

  log_account_id        = var.logs.account_id
  member_account_ids    = var.logs.member_account_ids
  inspected_cluster_ids = var.logs.inspected_cluster_ids
  force_destroy         = var.logs.force_destroy
}

resource "ackguard_config_aggregator" "directory" {
  aggregator_name = "directory"
  description     = "All accounts of the directory."
  aggregator_type = "RD"
}

# All rules of the catalogue, as one compliance pack.
resource "ackguard_config_baseline_ack" "directory" {
  aggregator_id = ackguard_config_aggregator.directory.aggregator_id
}

resource "ackguard_config_delivery" "logs" {
  aggregator_id               = ackguard_config_aggregator.directory.aggregator_id
  delivery_channel_target_arn = var.log_store_arn
}

resource "ackguard_config_rule_exemption" "public_endpoint" {
  for_each = var.accepted_public_endpoints

  aggregator_id       = ackguard_config_aggregator.directory.aggregator_id
  config_rule_id      = ackguard_config_baseline_ack.directory.rules["ack-cluster-public-endpoint-check"]
  resource_account_id = each.value.account_id
  region              = each.value.region
  cluster_id          = each.key
  reason              = each.value.reason
  expires             = each.value.expires
}

# What Cloud Config found: one chain of calls for all accounts. It is read after the exemptions, so that they count.
data "ackguard_config_compliance" "directory" {
  aggregator_id      = ackguard_config_aggregator.directory.aggregator_id
  compliance_pack_id = ackguard_config_baseline_ack.directory.compliance_pack_id
  fail_on            = var.fail_on

  depends_on = [ackguard_config_rule_exemption.public_endpoint]
}

locals {
  high_risk = [for f in data.ackguard_config_compliance.directory.findings : f if f.verdict == "NON_COMPLIANT" && f.severity == "high"]
}

# A warning in every plan; fail_on is the same as an error.
check "no_high_risk" {
  assert {
    condition     = length(local.high_risk) == 0
    error_message = "High-risk clusters: ${join(", ", distinct([for f in local.high_risk : "${coalesce(f.cluster_name, "?")} (${coalesce(f.account_id, "?")})"]))}."
  }
}

output "logs_not_verified" {
  description = "Flows of logs whose rows were not seen to arrive, and why."
  value       = one(module.logs[*].not_verified)
}

output "verdicts" {
  description = "Number of verdicts of each kind, in the whole directory."
  value       = data.ackguard_config_compliance.directory.counts
}
