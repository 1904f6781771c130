package configrule

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// formerRule is what is needed of alicloud_config_rule and of
// alicloud_config_aggregate_config_rule, as their documentation has them.
type formerRule struct {
	ID               string      `json:"id"`
	AccountID        json.Number `json:"account_id"` // only of the first
	AggregatorID     string      `json:"aggregator_id"`
	SourceIdentifier string      `json:"source_identifier"`
	SourceOwner      string      `json:"source_owner"`
}

// MoveState implements resource.ResourceWithMoveState.
func (r *ruleResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{
		moved.From("alicloud_config_rule", func(f formerRule) (map[string]attr.Value, error) { return f.attributes(f.ID) }),
		moved.From("alicloud_config_aggregate_config_rule", func(f formerRule) (map[string]attr.Value, error) {
			_, id, _ := strings.Cut(f.ID, ":")
			return f.attributes(id)
		}),
	}
}

// attributes are what finds the rule; the refresh that follows reads the rest.
func (f formerRule) attributes(id string) (map[string]attr.Value, error) {
	if f.SourceOwner != "" && f.SourceOwner != "ALIYUN" {
		return nil, fmt.Errorf("it is a custom rule (source_owner %s), and ackguard_config_rule_ack is for managed rules: leave it where it is", f.SourceOwner)
	}
	if id == "" {
		return nil, fmt.Errorf("its id %q names no rule", f.ID)
	}
	return map[string]attr.Value{
		"account_id": value.OrNull(f.AccountID.String()), "aggregator_id": value.OrNull(f.AggregatorID),
		"config_rule_id": types.StringValue(id), "source_identifier": types.StringValue(f.SourceIdentifier),
	}, nil
}
