package sls

import (
	"context"
	"encoding/json"
	"fmt"

	sdk "github.com/aliyun/aliyun-log-go-sdk"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Alert is an alert rule, a job that queries by a schedule. Its configuration
// is version 2.0 of the service's (CreateAlert). What it was read with and has
// no field here goes back unchanged with an update.
type Alert struct {
	Name          string             `json:"name"`
	DisplayName   string             `json:"displayName"`
	Description   string             `json:"description"`
	Type          string             `json:"type"`
	State         string             `json:"state,omitempty"`  // Enabled or Disabled, for CreateAlert only
	Status        string             `json:"status,omitempty"` // ENABLED or DISABLED, when read
	Schedule      AlertSchedule      `json:"schedule"`
	Configuration AlertConfiguration `json:"configuration"`

	read json.RawMessage
}

// AlertSchedule says when an alert is evaluated.
type AlertSchedule struct {
	Type     string `json:"type"`     // FixedRate
	Interval string `json:"interval"` // e.g. 5m
}

// AlertConfiguration is what an alert looks for, and who is told.
type AlertConfiguration struct {
	Version                string          `json:"version"` // 2.0
	Type                   string          `json:"type"`    // default
	Dashboard              string          `json:"dashboard"`
	Threshold              int             `json:"threshold"` // consecutive evaluations
	NoDataFire             bool            `json:"noDataFire"`
	NoDataSeverity         int             `json:"noDataSeverity"`
	SendResolved           bool            `json:"sendResolved"`
	AutoAnnotation         bool            `json:"autoAnnotation"`
	MuteUntil              int64           `json:"muteUntil,omitempty"` // seconds
	QueryList              []AlertQuery    `json:"queryList"`
	Annotations            []AlertText     `json:"annotations"`
	Labels                 []AlertText     `json:"labels"`
	SeverityConfigurations []AlertSeverity `json:"severityConfigurations"`
	GroupConfiguration     AlertGroup      `json:"groupConfiguration"`
	PolicyConfiguration    AlertPolicy     `json:"policyConfiguration"`
}

// AlertQuery is a query of an alert.
type AlertQuery struct {
	ChartTitle   string `json:"chartTitle"`
	Query        string `json:"query"`
	TimeSpanType string `json:"timeSpanType"` // Relative
	Start        string `json:"start"`        // e.g. -300s
	End          string `json:"end"`          // now
	StoreType    string `json:"storeType"`    // log
	Project      string `json:"project"`
	Store        string `json:"store"`
	Region       string `json:"region"`
	RoleARN      string `json:"roleArn"`
	DashboardID  string `json:"dashboardId"`
	PowerSQLMode string `json:"powerSqlMode"` // auto
}

// AlertText is a label or an annotation.
type AlertText struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// AlertSeverity is from when on an alert has a severity: 2, 4, 6, 8 or 10, from report to critical.
type AlertSeverity struct {
	Severity      int            `json:"severity"`
	EvalCondition AlertCondition `json:"evalCondition"`
}

// AlertCondition is a condition on a row of the result, and one on how many there are. Both may be empty: any data.
type AlertCondition struct {
	Condition      string `json:"condition"`
	CountCondition string `json:"countCondition"`
}

// AlertGroup says how results are grouped into alerts.
type AlertGroup struct {
	Type   string   `json:"type"` // no_group, labels_auto or custom
	Fields []string `json:"fields"`
}

// AlertPolicy says who is told: by an alert policy and an action policy of the account.
type AlertPolicy struct {
	AlertPolicyID  string `json:"alertPolicyId"`
	ActionPolicyID string `json:"actionPolicyId"`
	RepeatInterval string `json:"repeatInterval"`
	UseDefault     bool   `json:"useDefault"`
}

// Enabled reports whether the alert is evaluated, of one that was read.
func (a Alert) Enabled() bool { return a.Status == "ENABLED" }

const alertType = "Alert"

// ofService are fields that the service sets itself or that other calls set, and one that is left out to take it away.
var ofService = []string{"state", "status", "createTime", "lastModifiedTime", "scheduleId", "configuration.muteUntil"}

// Alert reads an alert rule (GetJob).
func (c *Client) Alert(ctx context.Context, project, name string) (Alert, bool, error) {
	op := read("GetJob", place(project, name))
	text := ""
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		text, err = client.GetAlertString(project, name)
		return err
	})
	there, err := found(err)
	if err != nil || !there {
		return Alert{}, false, err
	}
	alert, err := alertOf(text)
	if err != nil {
		return Alert{}, false, c.unusable(op, "%w", err)
	}
	return alert, true, nil
}

func alertOf(text string) (Alert, error) {
	var head struct {
		Name string `json:"name"`
		Type string `json:"type"`
	}
	// Jobs of other types have other configurations, so the type is looked at first.
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return Alert{}, fmt.Errorf("the answer cannot be decoded: %w", err)
	}
	if head.Name == "" || head.Type != alertType {
		return Alert{}, fmt.Errorf("it is of type %q, and no alert", head.Type)
	}
	alert := Alert{read: json.RawMessage(text)}
	if err := json.Unmarshal([]byte(text), &alert); err != nil {
		return Alert{}, fmt.Errorf("the answer cannot be decoded: %w", err)
	}
	return alert, nil
}

// CreateAlert creates an alert rule (CreateJob).
func (c *Client) CreateAlert(ctx context.Context, project string, alert Alert) error {
	return c.writeAlert(ctx, change("CreateJob", place(project, alert.Name)), alert, func(client *sdk.Client, text string) error {
		return client.CreateAlertString(project, text)
	})
}

// UpdateAlert changes an alert rule that was read (UpdateJob).
func (c *Client) UpdateAlert(ctx context.Context, project string, alert Alert) error {
	return c.writeAlert(ctx, change("UpdateJob", place(project, alert.Name)), alert, func(client *sdk.Client, text string) error {
		return client.UpdateAlertString(project, alert.Name, text)
	})
}

func (c *Client) writeAlert(ctx context.Context, op alicloud.Operation, alert Alert, send func(*sdk.Client, string) error) error {
	alert.Type = alertType
	text, err := over(alert.read, alert, ofService...)
	if err != nil {
		return err
	}
	return c.call(ctx, op, func(client *sdk.Client) error { return send(client, text) })
}

// SetAlertEnabled switches an alert on or off (UpdateJob with action enable or disable).
func (c *Client) SetAlertEnabled(ctx context.Context, project, name string, enabled bool) error {
	if enabled {
		return c.call(ctx, updates("EnableJob", place(project, name)), func(client *sdk.Client) error { return client.EnableAlert(project, name) })
	}
	return c.call(ctx, updates("DisableJob", place(project, name)), func(client *sdk.Client) error { return client.DisableAlert(project, name) })
}

// Over is the alert with what another has that was read and that it has no field for.
func (a Alert) Over(was Alert) Alert {
	a.read = was.read
	return a
}
