# Kubernetes manifests judged in the plan, and some of the same rules for the API server. Nothing is called, so any
# credentials do, such as the simulator's.
#
#   terraform plan                             fails: k8s/before breaks several rules
#   terraform apply -var=manifests=k8s/fixed   passes
#   terraform output -raw policies | kubectl apply -f -
terraform {
  required_version = ">= 1.8"
  required_providers {
    ackguard = { source = "ackguard/ackguard" }
  }
}

provider "ackguard" {
  region = "cn-hangzhou"
}

variable "manifests" {
  description = "Folder of manifests, from this one on."
  type        = string
  default     = "k8s/before"
}

variable "fail_on" {
  description = "Findings this severe fail the plan; null only lists them."
  type        = string
  default     = "medium"
}

variable "release" {
  description = "Tag of the image that the migration runs."
  type        = string
  default     = "1.4.2"
}

variable "admission_rules" {
  description = "Rules that the API server is to enforce."
  type        = set(string)
  default     = ["hostPathSet", "runAsPrivileged", "tagNotSpecified"]
}

variable "validation_actions" {
  description = "What the API server does about a violation: begin with Warn and Audit, refuse later."
  type        = set(string)
  default     = ["Deny"]
}

# Every manifest in the folder. The state has the paths, digests and findings, not the manifests.
data "ackguard_workload_compliance" "manifests" {
  files   = ["${path.module}/${var.manifests}"]
  fail_on = var.fail_on

  exemption {
    rule_id   = "notReadOnlyRootFileSystem"
    kind      = "Deployment"
    namespace = "shop"
    name      = "web"
    reason    = "writes its cache to the root file system, SHOP-311"
    owner     = "shop team"
  }
}

# Stands for what makes the tag, such as a build: its output is known only after the apply.
resource "terraform_data" "build" {
  input = var.release
}

locals {
  migration = {
    apiVersion = "batch/v1"
    kind       = "Job"
    metadata   = { name = "migrate", namespace = "shop" }
    spec = {
      template = {
        spec = {
          restartPolicy   = "Never"
          securityContext = { runAsNonRoot = true }
          containers = [{
            name  = "migrate"
            image = "registry.example.com/shop/migrate:${terraform_data.build.output}"
            securityContext = {
              allowPrivilegeEscalation = false
              readOnlyRootFilesystem   = true
            }
            resources = {
              requests = { cpu = "100m", memory = "128Mi" }
              limits   = { cpu = "500m", memory = "256Mi" }
            }
          }]
        }
      }
    }
  }

  judged = provider::ackguard::evaluate_manifest(local.migration, null)
}

# Stands for a kubernetes_manifest with manifest = local.migration. While the tag is not known, all the rest is judged in
# the plan, and the tag in the apply.
resource "terraform_data" "migration" {
  input = local.migration

  lifecycle {
    precondition {
      condition     = local.judged.compliant
      error_message = local.judged.message
    }
  }
}

# The same expressions for the API server. kube-system holds what has to reach into the nodes.
data "ackguard_validating_admission_policy" "cluster" {
  rules              = var.admission_rules
  validation_actions = var.validation_actions
  exclude_namespaces = ["kube-system"]
}

output "to_fix" {
  description = "Where the findings are."
  value       = [for f in data.ackguard_workload_compliance.manifests.findings : "${f.source}:${f.line} ${f.rule_id}: ${f.message}"]
}

output "passed" {
  description = "Per cent of the judged items that pass, by category."
  value       = { for category, share in data.ackguard_workload_compliance.manifests.summary.by_category : category => share.percent }
}

output "policies" {
  description = "ValidatingAdmissionPolicies and their bindings, one YAML stream."
  value       = data.ackguard_validating_admission_policy.cluster.yaml
}
