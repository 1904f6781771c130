package simulator

import (
	"net/http"
	"strconv"
	"testing"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

const testBucket = "acs:oss:cn-shanghai:" + testMember + ":bucket"

func TestDeliveryChannels(t *testing.T) {
	eachTwin(t, func(t *testing.T, cloud *Cloud, _ *clock, w configTwin) {
		t.Helper()
		before := cloud.Snapshot()
		create := params{"DeliveryChannelType": "OSS", "DeliveryChannelTargetArn": testBucket, "ConfigurationSnapshot": "true", "DeliveryChannelName": "bucket", "ClientToken": "once"}
		id := w.do("CreateConfigDeliveryChannel", create).text("DeliveryChannelId")
		if again := w.do("CreateConfigDeliveryChannel", create).text("DeliveryChannelId"); again != id {
			t.Errorf("the ClientToken made %s and %s", id, again)
		}
		get := func() object {
			t.Helper()
			return w.do("GetConfigDeliveryChannel", params{"DeliveryChannelId": id}).object("DeliveryChannel")
		}
		one := get()
		if one["Status"] != 1.0 || one["ConfigurationSnapshot"] != true || one["CompliantSnapshot"] != false || one.text("DeliveryChannelTargetArn") != testBucket || one["Description"] != "" {
			t.Error(one)
		}
		_, isText := one["AccountId"].(string)
		list := w.do("ListConfigDeliveryChannels", nil).list("DeliveryChannels")
		if _, isNumber := list[0]["AccountId"].(float64); isText != (w.group != "") || !isNumber || len(list) != 1 || (list[0].text("AggregatorId") == "ca-all") != (w.group != "") {
			t.Error(one, list)
		}
		w.do("UpdateConfigDeliveryChannel", params{"DeliveryChannelId": id, "Status": "0", "DeliveryChannelName": "", "ConfigurationSnapshot": "false", "DeliverySnapshotTime": "09:10Z"})
		if one = get(); one["Status"] != 0.0 || one["ConfigurationSnapshot"] != false || one["DeliveryChannelName"] != "" || one.text("DeliverySnapshotTime") != "09:10Z" || one.text("DeliveryChannelType") != "OSS" {
			t.Error(one)
		}
		w.do("UpdateConfigDeliveryChannel", params{"DeliveryChannelId": id, "Description": "text"})
		if one = get(); one["Status"] != 0.0 || one.text("Description") != "text" {
			t.Error("what is not sent should stay:", one)
		}
		for _, action := range []string{"GetConfigDeliveryChannel", "UpdateConfigDeliveryChannel", "DeleteConfigDeliveryChannel"} {
			w.refused(http.StatusBadRequest, "DeliveryChannelNotExists", action, params{"DeliveryChannelId": "cdc-none"})
		}
		w.refused(http.StatusBadRequest, "DeliveryChannelNotExists", "ListConfigDeliveryChannels", params{"DeliveryChannelIds": "cdc-none"})
		w.refused(http.StatusBadRequest, "Invalid.Status.Format", "UpdateConfigDeliveryChannel", params{"DeliveryChannelId": id, "Status": "2"})
		for i := range maxChannels - 1 {
			w.do("CreateConfigDeliveryChannel", plus(create, "ClientToken", strconv.Itoa(i)))
		}
		w.refused(http.StatusBadRequest, "ExceedMaxDeliveryChannelCount", "CreateConfigDeliveryChannel", plus(create, "ClientToken", "more"))
		for _, d := range cloud.ConfigDeliveryChannels() {
			w.do("DeleteConfigDeliveryChannel", params{"DeliveryChannelId": d.DeliveryChannelID})
		}
		if diff := before.Diff(cloud.Snapshot()); len(diff) > 0 {
			t.Error(diff)
		}
	})
}

// TestDeliveryForms: the documented forms of targets, conditions and times, and nothing else.
func TestDeliveryForms(t *testing.T) {
	_, _, local := startConfig(t, configScenario())
	try := func(code string, p params) {
		t.Helper()
		if code == "" {
			id := local.do("CreateConfigDeliveryChannel", p).text("DeliveryChannelId")
			local.do("DeleteConfigDeliveryChannel", params{"DeliveryChannelId": id})
			return
		}
		local.refused(http.StatusBadRequest, code, "CreateConfigDeliveryChannel", p)
	}
	for _, one := range []struct{ kind, arn, code string }{
		{"OSS", testBucket, ""},
		{"MNS", "acs:mns:cn-shanghai:" + testMember + ":/topics/topic1", ""},
		{"SLS", "acs:log:cn-shanghai:" + testMember + ":project/project1/logstore/logstore1", ""},
		{"SLS", "acs:log:cn-shanghai:" + testManagement + ":project/project1/logstore/logstore1", ""},
		{"SLS", testBucket, "Invalid.DeliveryChannelTargetArn.Format"},
		{"OSS", "acs:oss:cn-shanghai:bucket", "Invalid.DeliveryChannelTargetArn.Format"},
		{"MNS", "acs:mns:cn-shanghai:" + testMember + ":topics/topic1", "Invalid.DeliveryChannelTargetArn.Format"},
		{"OSS", "acs:oss:cn-shanghai:" + testOther + ":bucket", "DeliveryChannelAccountNotSupport"},
	} {
		try(one.code, params{"DeliveryChannelType": one.kind, "DeliveryChannelTargetArn": one.arn})
	}
	base := params{"DeliveryChannelType": "OSS", "DeliveryChannelTargetArn": testBucket}
	try("InvalidParameter.DeliveryChannelType", plus(base, "DeliveryChannelType", "Kafka"))
	try("Invalid.DeliverySnapshotTime.Format", plus(base, "DeliverySnapshotTime", "24:00Z"))
	try("Invalid.OversizedDataOSSTargetArn.Format", plus(base, "OversizedDataOSSTargetArn", "bucket"))
	for text, good := range map[string]bool{
		`[{"filterType":"ResourceType","values":["ACS::ACK::Cluster"],"multiple":true}]`:                                                             true,
		`[{"filterType":"RuleRiskLevel","value":"2","multiple":false},{"filterType":"ResourceType","values":["ACS::ACK::Cluster"],"multiple":true}]`: true,
		`{"filterType":"RuleRiskLevel","value":"2","multiple":false}`:                                                                                false,
		`[{"filterType":"RuleRiskLevel","value":"4","multiple":false}]`:                                                                              false,
		`[{"filterType":"RuleRiskLevel","values":["1"],"multiple":true}]`:                                                                            false,
		`[{"filterType":"Region","values":["a"]}]`:                                                                                                   false,
		`[{"filter":"ResourceType"}]`:                                                                                                                false,
	} {
		code := "Invalid.DeliveryChannelCondition.Format"
		if good {
			code = ""
		}
		try(code, plus(base, "DeliveryChannelCondition", text))
	}
}

// TestDeliveryMembers: a member may not touch the channels of an account group, and they go with their group.
func TestDeliveryMembers(t *testing.T) {
	s := configScenario()
	s.Accounts[0].CloudConfig.Aggregators[0].DeliveryChannels = []DeliveryChannel{{DeliveryChannelID: "cdc-1", DeliveryChannelType: "OSS", DeliveryChannelTargetARN: testBucket, Status: new(int64(0))}}
	cloud, admin, local := startConfig(t, s)
	for action, p := range map[string]params{
		"CreateAggregateConfigDeliveryChannel": {"DeliveryChannelType": "OSS", "DeliveryChannelTargetArn": testBucket},
		"UpdateAggregateConfigDeliveryChannel": {"DeliveryChannelId": "cdc-1"},
		"GetAggregateConfigDeliveryChannel":    {"DeliveryChannelId": "cdc-1"},
		"ListAggregateConfigDeliveryChannels":  {},
		"DeleteAggregateConfigDeliveryChannel": {"DeliveryChannelId": "cdc-1"},
	} {
		local.refused(http.StatusForbidden, "AggregatorMemberNoPermission", action, plus(p, "AggregatorId", "ca-all"))
	}
	local.refused(http.StatusBadRequest, "DeliveryChannelNotExists", "GetConfigDeliveryChannel", params{"DeliveryChannelId": "cdc-1"})
	if err := cloud.UpdateConfigDeliveryChannel("cdc-1", func(d *DeliveryChannel) { d.Description = "drift" }); err != nil {
		t.Error(err)
	}
	if all := cloud.ConfigDeliveryChannels(); len(all) != 1 || all[0].AccountID != testManagement || all[0].AggregatorID != "ca-all" || all[0].Description != "drift" || *all[0].Status != 0 {
		t.Error(all)
	}
	for _, bad := range []func(*DeliveryChannel){
		func(d *DeliveryChannel) { d.DeliveryChannelID = "cdc-2" },
		func(d *DeliveryChannel) { d.DeliveryChannelType = "MNS" },
	} {
		if cloud.UpdateConfigDeliveryChannel("cdc-1", bad) == nil {
			t.Error("a bad change was taken")
		}
	}
	if cloud.DeleteConfigDeliveryChannel("cdc-none") == nil {
		t.Error("a channel that is not there was deleted")
	}
	if err := cloud.DeleteConfigDeliveryChannel("cdc-1"); err != nil || len(cloud.ConfigDeliveryChannels()) != 0 {
		t.Error(err, cloud.ConfigDeliveryChannels())
	}
	admin.do("CreateAggregateConfigDeliveryChannel", params{"AggregatorId": "ca-all", "DeliveryChannelType": "OSS", "DeliveryChannelTargetArn": testBucket})
	if admin.do("DeleteAggregators", params{"AggregatorIds": "ca-all"}); len(cloud.ConfigDeliveryChannels()) != 0 {
		t.Error("a channel outlived its group")
	}
}

// TestDeliveryWithTheSDK: the vendor's own client reads both forms of AccountId.
func TestDeliveryWithTheSDK(t *testing.T) {
	_, server := startCloud(t, configScenario())
	client, err := config.NewClient(keyOf("FAKEADMIN").config(server))
	if err != nil {
		t.Fatal(err)
	}
	created, err := client.CreateAggregateConfigDeliveryChannel(&config.CreateAggregateConfigDeliveryChannelRequest{
		AggregatorId: new("ca-all"), DeliveryChannelType: new("OSS"), DeliveryChannelTargetArn: new(testBucket), ConfigurationSnapshot: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	one, err := client.GetAggregateConfigDeliveryChannel(&config.GetAggregateConfigDeliveryChannelRequest{AggregatorId: new("ca-all"), DeliveryChannelId: created.Body.DeliveryChannelId})
	if err != nil || tea.StringValue(one.Body.DeliveryChannel.AccountId) != testManagement {
		t.Error(one, err)
	}
	list, err := client.ListAggregateConfigDeliveryChannels(&config.ListAggregateConfigDeliveryChannelsRequest{AggregatorId: new("ca-all")})
	if err != nil || len(list.Body.DeliveryChannels) != 1 || strconv.FormatInt(tea.Int64Value(list.Body.DeliveryChannels[0].AccountId), 10) != testManagement {
		t.Error(list, err)
	}
}
