# The ID is the account's.
terraform import ackguard_config_recorder.retail 100000000000003
