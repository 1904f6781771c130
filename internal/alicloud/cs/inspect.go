package cs

import (
	"context"
	"errors"

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
// so a not-found error of this very call about anything but the cluster, and a
// 200 without a recurrence, both count.
func (c *Client) InspectConfig(ctx context.Context, clusterID string) (config InspectConfig, found bool, err error) {
	const action = "GetClusterInspectConfig"
	var answer struct {
		Enabled            *bool    `json:"enabled"`
		Recurrence         string   `json:"recurrence"`
		DisabledCheckItems []string `json:"disabledCheckItems"`
	}
	err = c.get(ctx, action, clusterID, inspectConfigPath, &answer, "requestId")
	switch {
	case noObject(err, action):
		return InspectConfig{}, false, nil
	case err != nil || answer.Recurrence == "":
		return InspectConfig{}, false, err
	case answer.Enabled == nil:
		return InspectConfig{}, false, c.caller.Malformed(clusterOperation(action, "GET", clusterID, ""),
			errors.New("there is a recurrence and no enabled, so it cannot be told whether the schedule runs"))
	}
	return InspectConfig{Enabled: *answer.Enabled, Recurrence: answer.Recurrence, DisabledCheckItems: answer.DisabledCheckItems}, true, nil
}

// noObject reports whether err says of the call's own object that there is
// none: the answer of that call of Container Service, and not of a call behind
// it (for credentials) or about something else (the cluster).
func noObject(err error, action string) bool {
	var e *alicloud.Error
	return errors.As(err, &e) && e.Kind == alicloud.NotFound && e.Product == "cs" && e.Action == action && e.Code != ClusterNotFound
}

// ClusterNotFound is the code for a cluster that does not exist in the account
// and region of the call, wherever else it may be.
const ClusterNotFound = "ErrorClusterNotFound"

// IsClusterNotFound reports whether err says that the cluster itself does not
// exist in the account and region that were asked.
func IsClusterNotFound(err error) bool {
	var e *alicloud.Error
	return errors.As(err, &e) && e.Product == "cs" && e.Code == ClusterNotFound
}

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
	const action = "DeleteClusterInspectConfig"
	err := c.caller.Call(ctx, clusterOperation(action, "DELETE", clusterID, inspectConfigPath), nil)
	if noObject(err, action) || IsClusterNotFound(err) {
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
