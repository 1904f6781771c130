# Whatever is in a folder of the resource directory, now and later.
resource "ackguard_config_aggregator" "production" {
  aggregator_name = "production"
  aggregator_type = "FOLDER"
  folder_ids      = ["fd-prod000001"]
}
