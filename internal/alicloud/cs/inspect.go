package cs

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// InspectConfig is a cluster's inspection schedule.
type InspectConfig struct {
	Enabled            bool     `json:"enabled"`
	Recurrence         string   `json:"recurrence"` // RFC 5545 rule, FREQ=DAILY with BYHOUR and BYMINUTE
	DisabledCheckItems []string `json:"disabledCheckItems"`
}

const inspectConfigPath = "/inspectConfig"

// InspectConfig reads a cluster's inspection schedule (GetClusterInspectConfig).
// found is false if the cluster has none; the API documents no form for that,
// so a not-found error about anything but the cluster and a 200 without a
// recurrence both count.
func (c *Client) InspectConfig(ctx context.Context, clusterID string) (config InspectConfig, found bool, err error) {
	err = c.get(ctx, "GetClusterInspectConfig", clusterID, inspectConfigPath, &config)
	switch {
	case alicloud.Is(err, alicloud.NotFound) && !IsClusterNotFound(err):
		return InspectConfig{}, false, nil
	case err != nil:
		return InspectConfig{}, false, err
	}
	return config, config.Recurrence != "", nil
}

// ClusterNotFound is the code for a cluster that does not exist in the account
// and region of the call, wherever else it may be.
const ClusterNotFound = "ErrorClusterNotFound"

// IsClusterNotFound reports whether err says that the cluster itself does not
// exist in the account and region that were asked.
func IsClusterNotFound(err error) bool { return alicloud.HasCode(err, ClusterNotFound) }

// CreateInspectConfig creates a cluster's inspection schedule
// (CreateClusterInspectConfig). It is not repeated after an answer that did
// not arrive: the caller reads back.
func (c *Client) CreateInspectConfig(ctx context.Context, clusterID string, config InspectConfig) error {
	op := clusterOperation("CreateClusterInspectConfig", "POST", clusterID, inspectConfigPath)
	op.Body = map[string]any{
		"enabled": config.Enabled, "recurrence": config.Recurrence, "disabledCheckItems": nonNil(config.DisabledCheckItems),
	}
	return c.caller.Call(ctx, op, nil)
}

// UpdateInspectConfig changes a cluster's inspection schedule
// (UpdateClusterInspectConfig). This call documents the recurrence as
// scheduleTime, unlike Get and Create; the caller reads back to see that it took.
func (c *Client) UpdateInspectConfig(ctx context.Context, clusterID string, config InspectConfig) error {
	op := clusterOperation("UpdateClusterInspectConfig", "PUT", clusterID, inspectConfigPath)
	op.Body = map[string]any{
		"enabled": config.Enabled, "scheduleTime": config.Recurrence, "disabledCheckItems": nonNil(config.DisabledCheckItems),
	}
	return c.caller.Call(ctx, op, nil)
}

// DeleteInspectConfig deletes a cluster's inspection schedule
// (DeleteClusterInspectConfig); its reports stay. One that is gone already is no error.
func (c *Client) DeleteInspectConfig(ctx context.Context, clusterID string) error {
	err := c.caller.Call(ctx, clusterOperation("DeleteClusterInspectConfig", "DELETE", clusterID, inspectConfigPath), nil)
	if alicloud.Is(err, alicloud.NotFound) {
		return nil
	}
	return err
}

// nonNil makes an empty list go out as [] and not as null, which would leave
// it open whether the items are to be cleared.
func nonNil(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}
