# The whole directory, from one account.
data "ackguard_config_compliance" "directory" {
  aggregator_id = "ca-directory00000001"
}

output "to_fix" {
  value = [for f in data.ackguard_config_compliance.directory.findings : "${f.account_id} ${f.cluster_name}: ${f.message}" if f.verdict == "NON_COMPLIANT"]
}
