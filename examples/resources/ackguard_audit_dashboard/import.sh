# The ID is account_id/region/project/name.
terraform import ackguard_audit_dashboard.overview 100000000000002/cn-hangzhou/audit-central/ackguard-audit-overview
