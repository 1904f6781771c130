package cs

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

const (
	inspectReportsPath = "/inspectReports"
	// reportPageSize is the documented maximum of the report calls.
	reportPageSize = 50
)

// InspectReport is one inspection of a cluster.
type InspectReport struct {
	ReportID  string         `json:"reportId"`
	Status    string         `json:"status"` // running or completed
	StartTime string         `json:"startTime"`
	EndTime   string         `json:"endTime"`
	Summary   InspectSummary `json:"summary"`
}

// InspectSummary counts a report's check items. Code is the worst of them.
type InspectSummary struct {
	Code        string `json:"code"`
	NormalCount int64  `json:"normalCount"`
	AdviceCount int64  `json:"adviceCount"`
	WarnCount   int64  `json:"warnCount"`
	ErrorCount  int64  `json:"errorCount"`
}

// InspectItem is what a report says about one check item.
type InspectItem struct {
	CheckItemUID string   `json:"checkItemUid"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Fix          string   `json:"fix"`
	Category     string   `json:"category"` // security, performance, stability, limitation or cost
	Level        string   `json:"level"`    // advice, warning, error or critical
	Result       string   `json:"result"`   // see Abnormal
	TargetType   string   `json:"targetType"`
	Targets      []string `json:"targets"`
}

// Abnormal reports whether the item found something. The API's result is
// "true" for that, "false" for normal and "disable" for an item that is off.
func (i InspectItem) Abnormal() bool { return i.Result == "true" }

// InspectReports lists a cluster's inspections (ListClusterInspectReports), in
// the service's order, which is not documented.
func (c *Client) InspectReports(ctx context.Context, clusterID string) ([]InspectReport, error) {
	op := clusterOperation("ListClusterInspectReports", "GET", clusterID, inspectReportsPath)
	list, err := alicloud.Tokened(func(token string) ([]InspectReport, string, error) {
		op.Query, op.Holds = pageQuery(token), []string{"reports"}
		var answer struct {
			Reports   []InspectReport `json:"reports"`
			NextToken string          `json:"nextToken"`
		}
		err := c.caller.Call(ctx, op, &answer)
		return answer.Reports, answer.NextToken, err
	})
	return list, c.caller.Malformed(op, err)
}

// InspectReportDetail reads one inspection with all its items
// (GetClusterInspectReportDetail) in a language, zh_CN or en_US.
func (c *Client) InspectReportDetail(ctx context.Context, clusterID, reportID, language string) (InspectReport, []InspectItem, error) {
	op := clusterOperation("GetClusterInspectReportDetail", "GET", clusterID, inspectReportsPath+"/"+url.PathEscape(reportID))
	var report InspectReport
	items, err := alicloud.Tokened(func(token string) ([]InspectItem, string, error) {
		op.Query = pageQuery(token)
		op.Query["language"], op.Holds = language, []string{"status"}
		var answer struct {
			InspectReport
			CheckItemResults []InspectItem `json:"checkItemResults"`
			NextToken        string        `json:"nextToken"`
		}
		err := c.caller.Call(ctx, op, &answer)
		report = answer.InspectReport
		return answer.CheckItemResults, answer.NextToken, err
	})
	return report, items, c.caller.Malformed(op, err)
}

// IsReportNotFound reports whether err says of a report that there is none: the
// answer of that very call about anything but the cluster.
func IsReportNotFound(err error) bool { return noObject(err, "GetClusterInspectReportDetail") }

// RunInspect starts an inspection (RunClusterInspect) and returns its report's
// ID. With the same client token it starts none that was started already, so
// it may be repeated.
func (c *Client) RunInspect(ctx context.Context, clusterID, clientToken string) (reportID string, err error) {
	op := clusterOperation("RunClusterInspect", "POST", clusterID, inspectReportsPath)
	op.Body = map[string]any{"clientToken": clientToken}
	op.SafeToRepeat = clientToken != ""
	var answer struct {
		ReportID string `json:"reportId"`
	}
	if err := c.caller.Call(ctx, op, &answer); err != nil {
		return "", err
	}
	if answer.ReportID == "" {
		return "", c.caller.Malformed(op, errors.New("it has no reportId"))
	}
	return answer.ReportID, nil
}

func pageQuery(token string) map[string]string {
	query := map[string]string{"maxResults": strconv.Itoa(reportPageSize)}
	if token != "" {
		query["nextToken"] = token
	}
	return query
}
