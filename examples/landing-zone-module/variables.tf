variable "excluded_account_ids" {
  description = "Accounts that nobody may enter yet."
  type        = set(string)
  default     = []
}

variable "window" {
  description = "When clusters are inspected, HH:MM-HH:MM."
  type        = string
  default     = "01:00-05:00"
}

variable "gate" {
  description = "Severities that close the gate; an empty set opens it, for the apply that fixes a finding."
  type        = set(string)
  default     = ["critical", "high"]
}

variable "exemptions" {
  description = "Findings that are accepted for a time."
  type = list(object({
    rule_id    = string
    cluster_id = string
    reason     = string
    expires    = string
  }))
  default = []
}
