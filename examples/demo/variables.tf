variable "fail_on" {
  description = "Severity from which an open finding fails the plan: low, medium, high or critical. Null only reports."
  type        = string
  default     = null
}

variable "exemptions" {
  description = "Findings that are accepted for a time. What a selector leaves open matches everything."
  type = list(object({
    rule_id    = string
    account_id = optional(string)
    region     = optional(string)
    cluster_id = optional(string)
    reason     = string
    owner      = optional(string)
    expires    = optional(string) # last day, YYYY-MM-DD
  }))
  default = []
}

variable "excluded_account_ids" {
  description = "Accounts that get no schedules, for instance because nobody may enter them yet. They are judged (or shown as unread) all the same."
  type        = set(string)
  default     = []
}

variable "recurrence" {
  description = "When every cluster is inspected."
  type        = string
  default     = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
}

variable "adopt_existing_schedules" {
  description = "Overwrite schedules that clusters have already, and put them back on destroy."
  type        = bool
  default     = false
}
