# The ID is account_id/config_rule_id, aggregator_id/config_rule_id, or all three where the account group is not the provider's own account's.
terraform import ackguard_config_rule_ack.retail 100000000000003/cr-0a1b2c3d4e5f60718293
