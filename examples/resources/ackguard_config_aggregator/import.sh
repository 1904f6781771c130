# The ID is account_id/aggregator_id.
terraform import ackguard_config_aggregator.directory 100000000000001/ca-directory00000001
