# The ID is account_id/region/project/name.
terraform import ackguard_audit_alert.exec 100000000000002/cn-hangzhou/audit-central/ackguard-exec-into-container
