# The ID is account_id/compliance_pack_id, aggregator_id/compliance_pack_id, or all three where the account group is not the provider's own account's.
terraform import ackguard_config_baseline_ack.retail 100000000000003/cp-0a1b2c3d4e5f60718293
