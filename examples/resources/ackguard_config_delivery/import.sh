# The ID is account_id/delivery_channel_id, aggregator_id/delivery_channel_id, or all three where the account group is not the provider's own account's.
terraform import ackguard_config_delivery.retail 100000000000003/cdc-0a1b2c3d4e5f60718293
