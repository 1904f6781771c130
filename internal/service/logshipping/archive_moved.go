package logshipping

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/moved"
)

// formerLogStore is what is needed of alicloud_log_store, as its documentation has it. Older versions write the former
// names, newer ones both.
type formerLogStore struct {
	Project     string `json:"project"`
	ProjectName string `json:"project_name"`
	Name        string `json:"name"`
	LogStore    string `json:"logstore_name"`
	Shards      int64  `json:"shard_count"`
	Mode        string `json:"mode"`
}

// MoveState implements resource.ResourceWithMoveState.
func (r *archiveResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{moved.From("alicloud_log_store", formerLogStore.attributes)}
}

// attributes are what finds the log store, and how many shards were asked for: the refresh that follows reads the rest.
func (f formerLogStore) attributes() (map[string]attr.Value, error) {
	project, store := cmp.Or(f.ProjectName, f.Project), cmp.Or(f.LogStore, f.Name)
	switch {
	case project == "" || store == "":
		return nil, fmt.Errorf("it names no project and log store (project_name %q, logstore_name %q)", project, store)
	case f.Mode != "" && f.Mode != sls.Standard:
		return nil, fmt.Errorf("the log store %s is of the mode %q, in which there is no SQL, and alerts and dashboards need it: leave it where it is", store, f.Mode)
	}
	attributes := map[string]attr.Value{"project": types.StringValue(project), "logstore": types.StringValue(store)}
	if f.Shards > 0 {
		attributes["shard_count"] = types.Int64Value(f.Shards)
	}
	return attributes, nil
}
