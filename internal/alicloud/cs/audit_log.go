package cs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// AuditLog is whether a cluster's API server writes an audit log, and where to.
type AuditLog struct {
	Enabled bool   `json:"enabled"`
	Project string `json:"project"` // project of Log Service; may be empty while it is off
}

// AuditLog reads whether auditing is on (GetClusterAuditProject).
// CheckControlPlaneLogEnable would be the wrong call: it lists the logs of
// components, and the audit log is never among them.
func (c *Client) AuditLog(ctx context.Context, clusterID string) (AuditLog, error) {
	const action = "GetClusterAuditProject"
	var answer struct {
		Enabled *bool  `json:"audit_enabled"`
		Project string `json:"sls_project_name"`
	}
	if err := c.get(ctx, action, clusterID, "/audit", &answer, "audit_enabled"); err != nil {
		return AuditLog{}, err
	}
	if answer.Enabled == nil {
		return AuditLog{}, c.caller.Malformed(clusterOperation(action, "GET", clusterID, ""), errors.New("audit_enabled is null, so it cannot be told whether auditing is on"))
	}
	// The name in the documented sample ends in a line break.
	return AuditLog{Enabled: *answer.Enabled, Project: strings.TrimSpace(answer.Project)}, nil
}

// UpdateAuditLog switches auditing on, to another project, or off
// (UpdateClusterAuditLogConfig). Without a project the service chooses
// k8s-log-{cluster ID}. taskID is the work that goes on, see Task; empty if
// the service names none.
func (c *Client) UpdateAuditLog(ctx context.Context, clusterID string, log AuditLog) (taskID string, err error) {
	op := clusterOperation("UpdateClusterAuditLogConfig", "PUT", clusterID, "/audit_log")
	body := map[string]any{"disable": !log.Enabled}
	if log.Enabled && log.Project != "" {
		body["sls_project_name"] = log.Project
	}
	op.Body = body
	return c.started(ctx, op)
}

// ControlPlaneLog is which logs of a managed cluster's control plane are collected.
type ControlPlaneLog struct {
	Components []string `json:"components"` // e.g. apiserver, kcm, scheduler, ccm; empty for none
	TTLDays    int64    `json:"ttl_days"`   // 0 if the answer has none
	Project    string   `json:"project"`    // project of Log Service; may be empty where no component is on
}

const controlPlaneLogPath = "/controlplanelog"

// ControlPlaneLog reads which logs are collected (CheckControlPlaneLogEnable).
func (c *Client) ControlPlaneLog(ctx context.Context, clusterID string) (ControlPlaneLog, error) {
	const action = "CheckControlPlaneLogEnable"
	var answer struct {
		Components []string `json:"components"`
		Project    string   `json:"log_project"`
		TTL        days     `json:"log_ttl"`
	}
	if err := c.get(ctx, action, clusterID, controlPlaneLogPath, &answer, "components"); err != nil {
		return ControlPlaneLog{}, err
	}
	return ControlPlaneLog{Components: answer.Components, TTLDays: int64(answer.TTL), Project: strings.TrimSpace(answer.Project)}, nil
}

// UpdateControlPlaneLog sets which logs are collected (UpdateControlPlaneLog).
// Without components, none is, and nothing else is sent; TTLDays 0 and an empty
// project are not sent either. taskID is as in UpdateAuditLog.
func (c *Client) UpdateControlPlaneLog(ctx context.Context, clusterID string, log ControlPlaneLog) (taskID string, err error) {
	op := clusterOperation("UpdateControlPlaneLog", "PUT", clusterID, controlPlaneLogPath)
	body := map[string]any{"components": nonNil(log.Components)}
	if log.TTLDays != 0 && len(log.Components) > 0 {
		body["log_ttl"] = strconv.FormatInt(log.TTLDays, 10)
	}
	if log.Project != "" && len(log.Components) > 0 {
		body["log_project"] = log.Project
	}
	op.Body = body
	return c.started(ctx, op)
}

// days is a number of days: text, as the field is typed, or a number, as in the documented sample.
type days int64

// UnmarshalJSON implements json.Unmarshaler. Nothing is 0.
func (d *days) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if text[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if text == "" {
			return nil
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("log_ttl %q is no number of days", text)
	}
	*d = days(n)
	return nil
}

// started makes a call that starts a task.
func (c *Client) started(ctx context.Context, op alicloud.Operation) (taskID string, err error) {
	var answer struct {
		TaskID string `json:"task_id"`
	}
	err = c.caller.Call(ctx, op, &answer)
	return answer.TaskID, err
}
