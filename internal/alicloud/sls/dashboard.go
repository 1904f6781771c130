package sls

import (
	"context"
	"encoding/json"

	sdk "github.com/aliyun/aliyun-log-go-sdk"
)

// Dashboard is a dashboard with its charts.
type Dashboard struct {
	Name        string            `json:"dashboardName"`
	DisplayName string            `json:"displayName"`
	Description string            `json:"description"`
	Charts      []Chart           `json:"charts"`
	Attribute   map[string]string `json:"attribute,omitempty"`
}

// Chart is one chart of a dashboard.
type Chart struct {
	Title   string         `json:"title"`
	Type    string         `json:"type"` // table, line, pie, bar, number, filter and others
	Search  ChartSearch    `json:"search"`
	Display ChartDisplay   `json:"display"`
	Action  map[string]any `json:"action,omitempty"`
}

// ChartSearch is the query of a chart.
type ChartSearch struct {
	LogStore string `json:"logstore"`
	Topic    string `json:"topic"`
	Query    string `json:"query"`
	Start    string `json:"start"` // e.g. -86400s
	End      string `json:"end"`   // now
}

// ChartDisplay is where a chart stands and what its axes are.
type ChartDisplay struct {
	XAxis       []string `json:"xAxis,omitempty"`
	YAxis       []string `json:"yAxis,omitempty"`
	XPos        float64  `json:"xPos"`
	YPos        float64  `json:"yPos"`
	Width       float64  `json:"width"`
	Height      float64  `json:"height"`
	DisplayName string   `json:"displayName"`
}

// Dashboard reads a dashboard (GetDashboard).
func (c *Client) Dashboard(ctx context.Context, project, name string) (Dashboard, bool, error) {
	op := read("GetDashboard", place(project, name))
	text := ""
	err := c.call(ctx, op, func(client *sdk.Client) (err error) {
		text, err = client.GetDashboardString(project, name)
		return err
	})
	there, err := found(err)
	if err != nil || !there {
		return Dashboard{}, false, err
	}
	var d Dashboard
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return Dashboard{}, false, c.unusable(op, "the answer cannot be decoded: %w", err)
	}
	if d.Name == "" {
		return Dashboard{}, false, c.unusable(op, "the answer has no dashboardName, so it is no dashboard")
	}
	return d, true, nil
}

// CreateDashboard creates a dashboard (CreateDashboard).
func (c *Client) CreateDashboard(ctx context.Context, project string, d Dashboard) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return c.call(ctx, change("CreateDashboard", place(project, d.Name)), func(client *sdk.Client) error {
		return client.CreateDashboardString(project, string(text))
	})
}

// UpdateDashboard replaces a dashboard (UpdateDashboard).
func (c *Client) UpdateDashboard(ctx context.Context, project string, d Dashboard) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	op := change("UpdateDashboard", place(project, d.Name))
	op.SafeToRepeat = true
	return c.call(ctx, op, func(client *sdk.Client) error { return client.UpdateDashboardString(project, d.Name, string(text)) })
}

// DeleteDashboard deletes a dashboard (DeleteDashboard). One that is gone already is no error.
func (c *Client) DeleteDashboard(ctx context.Context, project, name string) error {
	return gone(c.call(ctx, change("DeleteDashboard", place(project, name)), func(client *sdk.Client) error {
		return client.DeleteDashboard(project, name)
	}))
}
