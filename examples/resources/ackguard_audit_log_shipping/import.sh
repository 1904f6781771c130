# The ID is account_id/region/project/name.
terraform import ackguard_audit_log_shipping.retail 100000000000003/cn-hangzhou/k8s-log-c1a00000000000000000000000retail1/ackguard-audit-c1a000000000
