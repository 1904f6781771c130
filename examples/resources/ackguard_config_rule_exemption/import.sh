# The ID is account_id/config_rule_id/region/cluster_id; of a rule of an account group it is
# aggregator_id/config_rule_id/resource_account_id/region/cluster_id, with account_id/ in front where the account group is not the provider's own account's.
terraform import ackguard_config_rule_exemption.retail_next 100000000000003/cr-0a1b2c3d4e5f60718295/cn-shanghai/c1a00000000000000000000000retail2
