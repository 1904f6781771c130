# What the last scan of every cluster of two members found, and where the clusters are not what the manifests say.
locals {
  web = <<-YAML
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
            - {name: app, image: "registry.example.com/shop/web:1.4.2"}
  YAML
}

data "ackguard_scan_report" "fleet" {
  account_ids = ["100000000000003", "100000000000004"]

  compare_with_manifests = {
    manifests = { web = local.web }
    # files   = ["${path.module}/k8s"] reads every manifest below a folder
  }

  exemption {
    rule_id   = "runAsRootAllowed"
    namespace = "kube-system"
    reason    = "components of the cluster itself"
    owner     = "platform team"
  }
}

output "to_fix" {
  value = [for f in data.ackguard_scan_report.fleet.findings : "${f.cluster_name}: ${f.kind} ${coalesce(f.namespace, "-")}/${f.name}: ${f.rule_id}"]
}

output "not_known" {
  value = { for c in data.ackguard_scan_report.fleet.clusters : c.cluster_name => c.problem if c.problem != null }
}

output "not_as_in_the_code" {
  value = [for d in data.ackguard_scan_report.fleet.differences : "${d.name}: ${d.rule_id} is ${d.cluster_verdict}, by ${d.source} ${d.manifest_verdict}"]
}
