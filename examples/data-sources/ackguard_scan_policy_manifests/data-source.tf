# For a cluster that GitOps changes: start from what
# kubectl get configmap -n security-inspector security-inspector-polaris-config -o yaml
# shows, and commit what comes out.
data "ackguard_scan_policy_manifests" "retail" {
  config_map = <<-YAML
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: security-inspector-polaris-config
      namespace: security-inspector
    data:
      config.yaml: |
        checks:
          hostNetworkSet: warning
          readinessProbeMissing: warning # as agreed
        exemptions: []
  YAML

  disabled_checks = ["readinessProbeMissing"]
}

output "manifests" {
  value = join("---\n", data.ackguard_scan_policy_manifests.retail.manifests)
}
