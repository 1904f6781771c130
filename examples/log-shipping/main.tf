# API-server audit logs and risk logs of three member accounts, shipped to one archive in the log account: in one apply,
# from the management account.
terraform {
  required_version = ">= 1.8"
  required_providers {
    ackguard = { source = "ackguard/ackguard" }
  }
}

variable "log_account_id" {
  description = "Account that keeps the logs."
  type        = string
}

variable "member_account_ids" {
  description = "Accounts whose clusters' logs are shipped."
  type        = set(string)
}

variable "region" {
  description = "Region of the archive."
  type        = string
  default     = "cn-hangzhou"
}

variable "reader_role_name" {
  description = "Role in each member account that reads its log stores. Make it with the policies in outputs."
  type        = string
  default     = "ackguard-log-reader"
}

variable "writer_role_name" {
  description = "Role in the log account that writes to the archive. Make it with the policies in outputs."
  type        = string
  default     = "ackguard-log-writer"
}

variable "inspected_cluster_ids" {
  description = "Clusters that the workload inspection has scanned: their results are shipped too. Before the first scan there is nothing to ship them from."
  type        = set(string)
  default     = []
}

variable "force_destroy" {
  description = "Whether destroying deletes an archive that holds rows."
  type        = bool
  default     = false
}

variable "action_policy_id" {
  description = "Action policy of Log Service's alert center that says who is told."
  type        = string
  default     = "sls.builtin"
}

data "ackguard_clusters" "members" {
  account_ids = var.member_account_ids
}

locals {
  # A registered cluster keeps its audit log itself.
  clusters = { for c in data.ackguard_clusters.members.clusters : c.cluster_id => c if c.state == "running" && c.cluster_type != "ExternalKubernetes" }

  flows = merge(
    { for id, c in local.clusters : "${id}/audit" => { cluster = c, source = "audit" } },
    { for id, c in local.clusters : "${id}/inspection" => { cluster = c, source = "inspection" } if contains(var.inspected_cluster_ids, id) },
  )

  archive = {
    account_id = var.log_account_id
    region     = var.region
    project    = ackguard_audit_log_archive.clusters.project
    logstore   = ackguard_audit_log_archive.clusters.logstore
  }
}

# The roles' policies: two of each member's reader, two of the writer.
data "ackguard_log_shipping_policies" "roles" {
  log_account_id     = var.log_account_id
  member_account_ids = var.member_account_ids
  archive_project    = "collect-logs"
  archive_logstore   = "collect-cluster-security-logs"
}

resource "ackguard_audit_log_archive" "clusters" {
  account_id = var.log_account_id
  region     = var.region
  project    = "collect-logs"
  logstore   = "collect-cluster-security-logs"

  retention_days = 180
  hot_days       = 30
  force_destroy  = var.force_destroy
}

resource "ackguard_cluster_audit_log" "on" {
  for_each   = local.clusters
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
}

resource "ackguard_audit_log_shipping" "all" {
  for_each   = local.flows
  account_id = each.value.cluster.account_id
  region     = each.value.cluster.region
  cluster_id = each.value.cluster.cluster_id
  source     = each.value.source
  archive    = local.archive

  source_role_arn      = "acs:ram::${each.value.cluster.account_id}:role/${var.reader_role_name}"
  destination_role_arn = "acs:ram::${var.log_account_id}:role/${var.writer_role_name}"

  # The member keeps a day: the archive has the rest.
  source_retention = { days = 1 }

  depends_on = [ackguard_cluster_audit_log.on]
}

resource "ackguard_audit_alert" "ready" {
  for_each   = toset(["exec_into_container", "secret_access", "rbac_change", "public_access"])
  account_id = var.log_account_id
  region     = var.region
  project    = ackguard_audit_log_archive.clusters.project
  logstore   = ackguard_audit_log_archive.clusters.logstore

  name         = replace(each.key, "_", "-")
  condition    = each.key
  notification = { action_policy_id = var.action_policy_id }
}

resource "ackguard_audit_dashboard" "reports" {
  for_each   = toset(["overview", "operations_overview", "operation_details"])
  account_id = var.log_account_id
  region     = var.region
  project    = ackguard_audit_log_archive.clusters.project
  logstore   = ackguard_audit_log_archive.clusters.logstore
  report     = each.key
}

output "policies" {
  description = "Trust and permission policies of both roles."
  value       = data.ackguard_log_shipping_policies.roles
}

output "not_verified" {
  description = "Flows whose rows were not seen to arrive, and why."
  value       = { for key, flow in ackguard_audit_log_shipping.all : key => flow.verification if flow.verified != true }
}
