package logshipping

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
)

// formerETL is what is needed of alicloud_log_etl, as its documentation has it.
type formerETL struct {
	Name     string `json:"etl_name"`
	Project  string `json:"project"`
	LogStore string `json:"logstore"`
	RoleARN  string `json:"role_arn"`
	Script   string `json:"script"`
	Sinks    []struct {
		RoleARN string `json:"role_arn"`
	} `json:"etl_sinks"`
}

// MoveState implements resource.ResourceWithMoveState.
func (r *shippingResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{moved.From("alicloud_log_etl", formerETL.attributes)}
}

// attributes are what finds the job; the refresh that follows reads the rest. Whose the job is shows in its role.
func (f formerETL) attributes() (map[string]attr.Value, error) {
	const stays = "leave it where it is, or ship the Logstore with a job of ours beside it"
	if f.Name == "" || f.Project == "" {
		return nil, errors.New("its state names no project or no job")
	}
	if fields, ours := extended(f.Script); f.Script != "" && (!ours || fields[accountField] == "" || fields[logSourceField] == "") {
		return nil, fmt.Errorf("its script does something else than to add the fields by which rows are told apart (account_id, log_source and the like), and ackguard_audit_log_shipping makes its own script or none: %s", stays)
	}
	if len(f.Sinks) != 1 {
		return nil, fmt.Errorf("it has %d destinations, and ackguard_audit_log_shipping has one: %s", len(f.Sinks), stays)
	}
	account := accountOf(f.RoleARN)
	if account == "" || accountOf(f.Sinks[0].RoleARN) == "" {
		return nil, errors.New("it reads or writes with an AccessKey, and ackguard_audit_log_shipping with roles: give it role_arn, and its sink too, before it is moved")
	}
	return map[string]attr.Value{
		"account_id": types.StringValue(account), "project": types.StringValue(f.Project), "name": types.StringValue(f.Name),
	}, nil
}
