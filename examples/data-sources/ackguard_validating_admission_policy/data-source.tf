# Refuse privileged containers and plain-text AccessKeys at admission, everywhere but in kube-system.
data "ackguard_validating_admission_policy" "deny" {
  rules              = ["runAsPrivileged", "plaintextAccessKey"]
  exclude_namespaces = ["kube-system"]
}

# Warn about the rest for a while before it is refused.
data "ackguard_validating_admission_policy" "warn" {
  name_prefix        = "ackguard-trial"
  validation_actions = ["Warn", "Audit"]
  failure_policy     = "Ignore"
}

# kubectl apply -f of this, a file for GitOps, or kubernetes_manifest for each.
output "policies" {
  value = data.ackguard_validating_admission_policy.deny.yaml
}

output "answers_otherwise_than_the_plan" {
  value = { for p in data.ackguard_validating_admission_policy.warn.policies : p.rule_id => p.difference if p.difference != null }
}
