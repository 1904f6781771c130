# What a Helm chart or a kustomization renders, judged before anything is applied.
locals {
  rendered = <<-YAML
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          securityContext: {runAsNonRoot: true}
          containers:
            - name: app
              image: registry.example.com/shop/web:1.4.2
              securityContext: {privileged: true}
  YAML
}

data "ackguard_workload_compliance" "chart" {
  manifests = { web = local.rendered }
  # files   = ["${path.module}/k8s"] reads every manifest below a folder

  exemption {
    rule_id   = "runAsPrivileged"
    namespace = "shop"
    name      = "web"
    container = "app"
    reason    = "loads a kernel module; moves to a DaemonSet of its own"
    owner     = "shop team"
    expires   = "2099-12-31"
  }
}

output "to_fix" {
  value = [for f in data.ackguard_workload_compliance.chart.findings : "${f.source}:${f.line} ${f.rule_id}: ${f.message}"]
}

output "score" {
  value = data.ackguard_workload_compliance.chart.summary.percent
}
