package sls

import (
	"context"
	"encoding/json"

	sdk "github.com/aliyun/aliyun-log-go-sdk"
)

// Dashboard is a dashboard with its charts. What it was read with and has no
// field here goes back unchanged with an update.
type Dashboard struct {
	Name        string
	DisplayName string
	Description string
	Charts      []Chart

	read json.RawMessage
}

// Chart is one chart of a dashboard. Charts have no more in common than a title
// and a type: one that nobody changes goes back as it was read.
type Chart struct {
	Title   string       `json:"title"`
	Type    string       `json:"type"` // table, line, pie, bar, number and others
	Search  ChartSearch  `json:"search"`
	Display ChartDisplay `json:"display"`

	read      json.RawMessage
	unchanged bool
}

// As is the chart with what another has that was read: its fields that are unknown here, and its place on the dashboard.
func (c Chart) As(was Chart) Chart {
	c.read = was.read
	c.Display.XPos, c.Display.YPos, c.Display.Width, c.Display.Height = was.Display.XPos, was.Display.YPos, was.Display.Width, was.Display.Height
	return c
}

// dashboardHead is a dashboard on the wire.
type dashboardHead struct {
	Name        string            `json:"dashboardName"`
	DisplayName string            `json:"displayName"`
	Description string            `json:"description"`
	Charts      []json.RawMessage `json:"charts"`
}

func (d Dashboard) wire() (string, error) {
	head := dashboardHead{Name: d.Name, DisplayName: d.DisplayName, Description: d.Description, Charts: []json.RawMessage{}}
	for _, chart := range d.Charts {
		text := string(chart.read)
		if !chart.unchanged {
			var err error
			if text, err = over(chart.read, chart, "display.xAxis", "display.yAxis"); err != nil {
				return "", err
			}
		}
		head.Charts = append(head.Charts, json.RawMessage(text))
	}
	// Charts do not correspond by their place.
	return over(d.read, head, "charts")
}

// JSON is the dashboard as it was read.
func (d Dashboard) JSON() string { return string(d.read) }

// DashboardOf is a dashboard out of its JSON.
func DashboardOf(text string) (Dashboard, error) {
	var head dashboardHead
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return Dashboard{}, err
	}
	d := Dashboard{Name: head.Name, DisplayName: head.DisplayName, Description: head.Description, read: json.RawMessage(text)}
	for _, raw := range head.Charts {
		chart := Chart{read: raw, unchanged: true}
		if err := json.Unmarshal(raw, &chart); err != nil {
			// One of a kind that we do not know: its title is enough to leave it alone.
			var title struct {
				Title string `json:"title"`
			}
			if err := json.Unmarshal(raw, &title); err != nil {
				return Dashboard{}, err
			}
			chart = Chart{Title: title.Title, read: raw, unchanged: true}
		}
		d.Charts = append(d.Charts, chart)
	}
	return d, nil
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
	d, err := DashboardOf(text)
	if err != nil {
		return Dashboard{}, false, c.unusable(op, "the answer cannot be decoded: %w", err)
	}
	if d.Name == "" {
		return Dashboard{}, false, c.unusable(op, "the answer has no dashboardName, so it is no dashboard")
	}
	return d, true, nil
}

// CreateDashboard creates a dashboard (CreateDashboard).
func (c *Client) CreateDashboard(ctx context.Context, project string, d Dashboard) error {
	text, err := d.wire()
	if err != nil {
		return err
	}
	return c.call(ctx, change("CreateDashboard", place(project, d.Name)), func(client *sdk.Client) error {
		return client.CreateDashboardString(project, text)
	})
}

// UpdateDashboard replaces a dashboard that was read (UpdateDashboard).
func (c *Client) UpdateDashboard(ctx context.Context, project string, d Dashboard) error {
	text, err := d.wire()
	if err != nil {
		return err
	}
	op := change("UpdateDashboard", place(project, d.Name))
	op.SafeToRepeat = true
	return c.call(ctx, op, func(client *sdk.Client) error { return client.UpdateDashboardString(project, d.Name, text) })
}

// DeleteDashboard deletes a dashboard (DeleteDashboard). One that is gone already is no error.
func (c *Client) DeleteDashboard(ctx context.Context, project, name string) error {
	op := change("DeleteDashboard", place(project, name))
	op.SafeToRepeat = true
	return gone(c.call(ctx, op, func(client *sdk.Client) error { return client.DeleteDashboard(project, name) }))
}
