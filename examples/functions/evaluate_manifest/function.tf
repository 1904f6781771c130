variable "image" {
  type    = string
  default = "registry.example.com/shop/web:1.4.2"
}

locals {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "web", namespace = "shop" }
    spec = {
      securityContext = { runAsNonRoot = true }
      containers      = [{ name = "app", image = var.image }]
    }
  }
  verdict = provider::ackguard::evaluate_manifest(local.manifest, {
    rules = ["runAsRootAllowed", "runAsPrivileged", "tagNotSpecified"]
  })
}

# Stands for a kubernetes_manifest: nothing is made of a manifest that breaks a rule.
resource "terraform_data" "web" {
  input = local.manifest

  lifecycle {
    precondition {
      condition     = local.verdict.compliant
      error_message = local.verdict.message
    }
  }
}
