package configrule_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	deliveryKind    = "ackguard_config_delivery"
	deliveryAddress = deliveryKind + ".this"
	bucketTarget    = "acs:oss:cn-hangzhou:" + acctest.Payments + ":config-too-big"
	// ackOnly is the filter that a channel has by default, as the wire has it.
	ackOnly = `[{"filterType":"ResourceType","values":["ACS::ACK::Cluster"],"multiple":true}]`
)

func deliveryOf(owner, arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_config_delivery" "this" {
  %s
  delivery_channel_target_arn = %q
%s
}`, owner, acctest.LogStore, arguments)
}

// delivery is a channel of the account retail to the log store, with further arguments.
func delivery(arguments string) string {
	return deliveryOf(fmt.Sprintf("account_id = %q", acctest.Retail), arguments)
}

// theChannel is the only delivery channel in the cloud.
func theChannel(cloud *acctest.Cloud) (simulator.ConfigDeliveryChannelSnapshot, error) {
	channels := cloud.ConfigDeliveryChannels()
	if len(channels) != 1 {
		return simulator.ConfigDeliveryChannelSnapshot{}, fmt.Errorf("%d channels: %+v", len(channels), channels)
	}
	return channels[0], nil
}

func channelHolds(cloud *acctest.Cloud, check func(simulator.ConfigDeliveryChannelSnapshot) bool) resource.TestCheckFunc {
	return acctest.Func(func() error {
		channel, err := theChannel(cloud)
		if err == nil && !check(channel) {
			err = fmt.Errorf("the cloud holds %+v", channel)
		}
		return err
	})
}

func noChannel(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if channels := cloud.ConfigDeliveryChannels(); len(channels) > 0 {
			return fmt.Errorf("there is %+v", channels)
		}
		return nil
	})
}

func deliveryAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(deliveryAddress, a)}}
}

func deliveryKnown(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(deliveryAddress, tfjsonpath.New(name), check)
}

func deliveryImportID(owner string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		return owner + "/" + s.RootModule().Resources[deliveryAddress].Primary.Attributes["delivery_channel_id"], nil
	}
}

func TestDelivery_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	everything := `
  delivery_channel_name                  = "everything"
  description                            = "For the auditors."
  resource_types                         = ["ACS::ACK::Cluster", "ACS::ACS::Cluster"]
  lowest_risk_level                      = 2
  configuration_item_change_notification = false
  non_compliant_notification             = false
  configuration_snapshot                 = true
  compliant_snapshot                     = true
  delivery_snapshot_time                 = "09:10Z"
  oversized_data_oss_target_arn          = "` + bucketTarget + `"
  status                                 = 0
`
	var id string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noChannel(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", delivery("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(deliveryAddress, tfjsonpath.New("delivery_channel_condition"), knownvalue.StringExact(ackOnly)),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					deliveryKnown("delivery_channel_type", knownvalue.StringExact("SLS")), deliveryKnown("delivery_channel_name", knownvalue.StringExact("ackguard ACK")),
					deliveryKnown("resource_types", acctest.Strings("ACS::ACK::Cluster")), deliveryKnown("status", knownvalue.Int64Exact(1)),
				},
				Check: channelHolds(cloud, func(d simulator.ConfigDeliveryChannelSnapshot) bool {
					id = d.DeliveryChannelID
					return d.AccountID == acctest.Retail && d.DeliveryChannelType == "SLS" && d.DeliveryChannelTargetARN == acctest.LogStore && d.DeliveryChannelCondition == ackOnly &&
						d.ConfigurationItemChangeNotification && d.NonCompliantNotification && !d.ConfigurationSnapshot && !d.CompliantSnapshot && *d.Status == 1
				}),
			},
			{
				Config:           cloud.Provider("", delivery(everything)),
				ConfigPlanChecks: deliveryAction(plancheck.ResourceActionUpdate),
				Check: channelHolds(cloud, func(d simulator.ConfigDeliveryChannelSnapshot) bool {
					return d.DeliveryChannelID == id && d.DeliveryChannelName == "everything" && d.Description == "For the auditors." && !d.ConfigurationItemChangeNotification && !d.NonCompliantNotification &&
						d.DeliveryChannelCondition == `[{"filterType":"ResourceType","values":["ACS::ACK::Cluster","ACS::ACS::Cluster"],"multiple":true},{"filterType":"RuleRiskLevel","value":"2","multiple":false}]` &&
						d.ConfigurationSnapshot && d.CompliantSnapshot && d.DeliverySnapshotTime == "09:10Z" && d.OversizedDataOSSTargetARN == bucketTarget && *d.Status == 0
				}),
			},
			{
				ResourceName: deliveryAddress, ImportState: true, ImportStateIdFunc: deliveryImportID(acctest.Retail), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "delivery_channel_id",
			},
			{ // what can be taken away is, and all resource types is not the same as the default
				Config:            cloud.Provider("", delivery("resource_types = []")),
				ConfigPlanChecks:  deliveryAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{deliveryKnown("resource_types", knownvalue.SetSizeExact(0)), deliveryKnown("lowest_risk_level", knownvalue.Null())},
				Check: channelHolds(cloud, func(d simulator.ConfigDeliveryChannelSnapshot) bool {
					return d.DeliveryChannelCondition == "" && d.Description == "" && d.DeliverySnapshotTime == "" && d.OversizedDataOSSTargetARN == "" && *d.Status == 1
				}),
			},
			{ // what somebody changes by hand shows, also a filter that there is no argument for
				PreConfig: func() {
					if err := cloud.UpdateConfigDeliveryChannel(id, func(d *simulator.DeliveryChannel) {
						d.DeliveryChannelCondition = `[{"multiple":false,"filterType":"RuleRiskLevel","value":"1"}]`
						d.ConfigurationItemChangeNotification, d.DeliveryChannelTargetARN = false, strings.Replace(acctest.LogStore, "audit", "mine", 1)
					}); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", delivery("")),
				ConfigPlanChecks: deliveryAction(plancheck.ResourceActionUpdate),
				Check: channelHolds(cloud, func(d simulator.ConfigDeliveryChannelSnapshot) bool {
					return d.DeliveryChannelCondition == ackOnly && d.ConfigurationItemChangeNotification && d.DeliveryChannelTargetARN == acctest.LogStore
				}),
			},
			{ // the same filter, written otherwise, is no change
				PreConfig: func() {
					if err := cloud.UpdateConfigDeliveryChannel(id, func(d *simulator.DeliveryChannel) {
						d.DeliveryChannelCondition = `[ {"values": ["ACS::ACK::Cluster"], "multiple": true, "filterType": "ResourceType"} ]`
					}); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", delivery("")),
				ConfigPlanChecks: deliveryAction(plancheck.ResourceActionNoop),
			},
			{ // a channel that is gone is made again
				PreConfig: func() {
					if err := cloud.DeleteConfigDeliveryChannel(id); err != nil {
						t.Error(err)
					}
				},
				Config:           cloud.Provider("", delivery("")),
				ConfigPlanChecks: deliveryAction(plancheck.ResourceActionCreate),
			},
			{ // another type replaces, and a bucket gets no events
				Config: cloud.Provider("", strings.Replace(delivery(`delivery_channel_type = "OSS"`), acctest.LogStore, bucketTarget, 1)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(deliveryAddress, plancheck.ResourceActionDestroyBeforeCreate),
					plancheck.ExpectKnownValue(deliveryAddress, tfjsonpath.New("non_compliant_notification"), knownvalue.Bool(false)),
				}},
				Check: channelHolds(cloud, func(d simulator.ConfigDeliveryChannelSnapshot) bool {
					return d.DeliveryChannelType == "OSS" && d.DeliveryChannelCondition == "" && !d.NonCompliantNotification && d.ConfigurationItemChangeNotification
				}),
			},
		},
	})
}

func TestDelivery_ofAccountGroup(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noChannel(cloud),
		Steps: []resource.TestStep{
			{
				Config:            cloud.Provider("", deliveryOf(fmt.Sprintf("aggregator_id = %q", acctest.DirectoryGroup), "status = 0")),
				ConfigStateChecks: []statecheck.StateCheck{deliveryKnown("account_id", knownvalue.StringExact(acctest.Management))},
				Check: channelHolds(cloud, func(d simulator.ConfigDeliveryChannelSnapshot) bool {
					return d.AggregatorID == acctest.DirectoryGroup && *d.Status == 0
				}),
			},
			{
				ResourceName: deliveryAddress, ImportState: true, ImportStateIdFunc: deliveryImportID(acctest.DirectoryGroup), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "delivery_channel_id",
			},
			{ResourceName: deliveryAddress, ImportState: true, ImportStateIdFunc: deliveryImportID(acctest.DirectoryGroup), ImportStateKind: resource.ImportBlockWithID},
		},
	})
}

// deliveryArguments are those of a channel of the account retail.
func deliveryArguments(more ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": acctest.Retail, "delivery_channel_target_arn": acctest.LogStore}, more...)
}

// A channel of the same name is taken over if it equals the block, and no other.
func TestDelivery_existing(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Accounts[1].CloudConfig.DeliveryChannels = []simulator.DeliveryChannel{
		{DeliveryChannelID: "cdc-first", DeliveryChannelName: "ackguard ACK", DeliveryChannelType: "SLS", DeliveryChannelTargetARN: acctest.LogStore, ConfigurationItemChangeNotification: true},
		{
			DeliveryChannelID: "cdc-second", DeliveryChannelName: "ackguard ACK", DeliveryChannelType: "SLS", DeliveryChannelTargetARN: acctest.LogStore, DeliveryChannelCondition: ackOnly,
			ConfigurationItemChangeNotification: true, NonCompliantNotification: true,
		},
	}
	cloud := acctest.New(t, scenario)
	said := strings.Join(cloud.Live(t, deliveryKind, deliveryArguments("description", "mine")), "\n")
	for _, phrase := range []string{
		"There is a delivery channel of this name already", `description is "", not "mine"`, "terraform import ADDRESS " + acctest.Retail + "/cdc-first",
	} {
		if !strings.Contains(said, phrase) {
			t.Errorf("it lacks %q: %s", phrase, said)
		}
	}
	if said := cloud.Live(t, deliveryKind, deliveryArguments("status", 0)); len(said) > 0 || cloud.Count(simulator.Filter{Action: "CreateConfigDeliveryChannel"}) > 0 {
		t.Error(said)
	}
	if left, err := theChannel(cloud); err != nil || left.DeliveryChannelID != "cdc-first" {
		t.Errorf("left is %+v, %v", left, err)
	}
}

func TestDelivery_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	bucket := []any{"delivery_channel_type", "OSS", "delivery_channel_target_arn", bucketTarget}
	for says, more := range map[string][]any{
		"of type SLS is of the form acs:log:":                         {"delivery_channel_target_arn", bucketTarget},
		"of type MNS is of the form acs:mns:":                         {"delivery_channel_type", "MNS"},
		"of type OSS is of the form acs:oss:":                         {"delivery_channel_type", "OSS"},
		`value must be one of: ["SLS" "MNS" "OSS"]`:                   {"delivery_channel_type", "FC"},
		"Non-compliant events are delivered to log stores and topics": append(bucket, "non_compliant_notification", true),
		"Compliance snapshots are delivered to log stores only":       append(bucket, "compliant_snapshot", true),
		"this channel delivers to a bucket":                           append(bucket, "oversized_data_oss_target_arn", bucketTarget),
		"which this channel does not deliver":                         {"delivery_snapshot_time", "09:10Z"},
		"must be a time of day in UTC":                                {"delivery_snapshot_time", "9 o'clock", "configuration_snapshot", true},
		"must be the ARN of a bucket":                                 {"oversized_data_oss_target_arn", "config"},
		"value must be between 1 and 3":                               {"lowest_risk_level", 4},
		"value must be one of: [\"0\" \"1\"]":                         {"status", 2},
	} {
		if said := strings.Join(cloud.Live(t, deliveryKind, deliveryArguments(more...)), "\n"); !strings.Contains(said, says) {
			t.Errorf("%v: it lacks %q: %s", more, says, said)
		}
	}
	if n := len(cloud.ConfigDeliveryChannels()); n > 0 {
		t.Errorf("%d channels were made", n)
	}
}

func TestDelivery_refused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	changed := []map[string]any{deliveryArguments(), deliveryArguments("description", "new")}
	for _, action := range []string{"ListConfigDeliveryChannels", "CreateConfigDeliveryChannel", "GetConfigDeliveryChannel", "UpdateConfigDeliveryChannel", "DeleteConfigDeliveryChannel"} {
		cloud.DenyMember(t, acctest.Retail, "config:"+action)
		said := strings.Join(cloud.Live(t, deliveryKind, changed...), "\n")
		for _, phrase := range []string{"delivery channel", "denied", "account " + acctest.Retail, "allow the RAM action config:" + action} {
			if !strings.Contains(said, phrase) {
				t.Errorf("%s: it lacks %q: %s", action, phrase, said)
			}
		}
		cloud.AllowMember(t, acctest.Retail)
		for _, channel := range cloud.ConfigDeliveryChannels() {
			if err := cloud.DeleteConfigDeliveryChannel(channel.DeliveryChannelID); err != nil {
				t.Error(err)
			}
		}
	}
	fault := cloud.AddFault(simulator.Fault{Action: "UpdateConfigDeliveryChannel", Status: 400, Code: "Throttling.User"})
	said := strings.Join(cloud.Live(t, deliveryKind, changed...), "\n")
	if !strings.Contains(said, "throttled") || !strings.Contains(said, "lower requests_per_second") {
		t.Error(said)
	}
	fault.Remove()
	if said := cloud.Live(t, deliveryKind, changed...); len(said) > 0 {
		t.Error(said) // what is left was taken over
	}
	outside := strings.Replace(acctest.LogStore, acctest.Payments, "999999999999999", 1)
	if said := strings.Join(cloud.Live(t, deliveryKind, deliveryArguments("delivery_channel_target_arn", outside)), "\n"); !strings.Contains(said, "DeliveryChannelAccountNotSupport") {
		t.Error(said)
	}
}

// A filter that there is no argument for is not lost, and not taken for one that means the same.
func TestDelivery_unknownFilter(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	reads := 0
	cloud.Behind(t, func(r *http.Request) (string, int, bool) {
		if r.URL.Query().Get("Action") == "ListConfigDeliveryChannels" || r.Header.Get("x-acs-action") == "ListConfigDeliveryChannels" {
			reads++
			return `{"RequestId":"r","DeliveryChannels":[{"DeliveryChannelId":"cdc-a","DeliveryChannelName":"ackguard ACK","DeliveryChannelType":"SLS"}]}`, 200, true
		}
		if r.URL.Query().Get("Action") == "GetConfigDeliveryChannel" || r.Header.Get("x-acs-action") == "GetConfigDeliveryChannel" {
			return `{"RequestId":"r","DeliveryChannel":{"DeliveryChannelId":"cdc-a","DeliveryChannelName":"ackguard ACK","DeliveryChannelType":"SLS","DeliveryChannelTargetArn":"` + acctest.LogStore +
				`","ConfigurationItemChangeNotification":true,"NonCompliantNotification":true,"Status":1,` +
				`"DeliveryChannelCondition":"[{\"filterType\":\"ResourceType\",\"values\":[\"ACS::ACK::Cluster\"],\"multiple\":true,\"not\":true}]"}}`, 200, true
		}
		return "", 0, false
	})
	said := strings.Join(cloud.Live(t, deliveryKind, deliveryArguments()), "\n")
	if reads == 0 || !strings.Contains(said, "delivery_channel_condition is") || !strings.Contains(said, `\"not\":true`) {
		t.Error(reads, said)
	}
}

// A change whose answer gets lost, once or for good, has happened: it is found, and nothing is made twice.
func TestPackAndDelivery_lostAnswers(t *testing.T) {
	t.Parallel()
	lives := map[string][]map[string]any{
		"ackguard_config_baseline_ack": {{"account_id": acctest.Retail}, {"account_id": acctest.Retail, "rule_ids": []any{publicEndpoint}}},
		deliveryKind:                   {deliveryArguments(), deliveryArguments("description", "new")},
	}
	actions := map[string][]string{
		"ackguard_config_baseline_ack": {"CreateCompliancePack", "UpdateCompliancePack", "DeleteCompliancePacks"},
		deliveryKind:                   {"CreateConfigDeliveryChannel", "UpdateConfigDeliveryChannel", "DeleteConfigDeliveryChannel"},
	}
	for kind, changes := range actions {
		for _, action := range changes {
			for _, first := range []int64{1, 0} {
				cloud := acctest.New(t, acctest.ConfigFleet())
				fault := cloud.AddFault(simulator.Fault{Action: action, Reset: simulator.ResetAfterCommit, First: first})
				if said := cloud.Live(t, kind, lives[kind]...); len(said) > 0 && (first > 0 || !strings.HasPrefix(action, "Delete")) {
					t.Errorf("%s: %v", action, said)
				}
				if left := len(cloud.ConfigPacks()) + len(cloud.ConfigRules()) + len(cloud.ConfigDeliveryChannels()); left > 0 || fault.Hits() == 0 {
					t.Errorf("%s: %d are left, after %d lost answers", action, left, fault.Hits())
				}
			}
		}
	}
}
