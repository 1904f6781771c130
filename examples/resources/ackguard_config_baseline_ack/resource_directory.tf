# The baseline of a landing zone: in all accounts of an account group, without the sandbox's clusters.
resource "ackguard_config_baseline_ack" "directory" {
  aggregator_id        = "ca-directory00000001"
  compliance_pack_name = "landing zone: ACK"
  description          = "What every ACK cluster has to keep to."
  risk_level           = 1

  rule_ids = [
    "ack-cluster-public-endpoint-check",
    "ack-cluster-deletion-protection-enabled",
  ]
  rule_risk_levels = {
    "ack-cluster-deletion-protection-enabled" = 1
  }
  exclude_tags_scope = [{ tag_key = "env", tag_value = "sandbox" }]
}

# The IDs of the rules are for what is about one of them.
output "public_endpoint_rule" {
  value = ackguard_config_baseline_ack.directory.rules["ack-cluster-public-endpoint-check"]
}
