package cloudconfig_test

import (
	"context"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
)

func FuzzPack(f *testing.F) {
	const id = "cp-0a1b2c3d4e5f60718293"
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		pack, found, err := c.Of(groupID).Pack(ctx, id)
		if err == nil && found && pack.ID != id {
			err = errWrong
		}
		return found, err
	},
		`{"CompliancePack":{"CompliancePackId":"`+id+`","AccountId":1,"Status":"ACTIVE","RiskLevel":2,"ConfigRules":[{"ConfigRuleId":"cr-1","ManagedRuleIdentifier":"i","RiskLevel":1}],"Scope":{"RegionIdsScope":"cn-hangzhou"}}}`,
		`{"CompliancePack":{"CompliancePackId":"cp-other"}}`, `{"CompliancePack":{}}`, `{"CompliancePack":null}`, `{"Code":"Invalid.CompliancePackId.Value","Message":"no"}`)
}

func FuzzDelivery(f *testing.F) {
	const id = "cdc-0a1b2c3d4e5f60718293"
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		channel, found, err := c.Of(groupID).Delivery(ctx, id)
		if err == nil && found && channel.ID != id {
			err = errWrong
		}
		return found, err
	},
		`{"DeliveryChannel":{"DeliveryChannelId":"`+id+`","AccountId":"1","DeliveryChannelType":"SLS","Status":1,"DeliveryChannelCondition":"[{\"filterType\":\"ResourceType\",\"values\":[\"a\"],\"multiple\":true}]"}}`,
		`{"DeliveryChannel":{"DeliveryChannelId":"cdc-other"}}`, `{"DeliveryChannel":{}}`, `{"DeliveryChannel":null}`, `{"Code":"DeliveryChannelNotExists","Message":"no"}`)
}
