# The ID is account_id/region/project/logstore.
terraform import ackguard_audit_log_archive.audit 100000000000002/cn-hangzhou/ack-audit-archive/audit
