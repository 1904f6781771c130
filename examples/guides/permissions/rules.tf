data "ackguard_rules" "all" {}
