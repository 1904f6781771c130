# The ID is account_id/region/cluster_id.
terraform import ackguard_scan_policy.retail 100000000000003/cn-hangzhou/c1a00000000000000000000000retail1
