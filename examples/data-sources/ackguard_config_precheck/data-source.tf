data "ackguard_config_precheck" "planned" {
  resources = [
    {
      logical_id    = "alicloud_instance.bastion"
      resource_type = "ACS::ECS::Instance"
      properties    = jsonencode({ RegionId = "cn-hangzhou", DeletionProtection = true })
    },
    {
      logical_id = "alicloud_cs_managed_kubernetes.retail" # an ACS::ACK::Cluster
      properties = jsonencode({ RegionId = "cn-hangzhou", DeletionProtection = true })
    },
  ]
  rule_ids = [
    "ecs-instance-deletion-protection-enabled",
    "ack-cluster-deletion-protection-enabled",
  ]
}

# Fails on what the service finds, and not on what it cannot judge.
check "planned_resources_comply" {
  assert {
    condition     = alltrue([for r in data.ackguard_config_precheck.planned.results : r.verdict != "NON_COMPLIANT"])
    error_message = "Cloud Config would find these resources non-compliant."
  }
}

output "not_judged" {
  value = data.ackguard_config_precheck.planned.unsupported_rule_ids
}
