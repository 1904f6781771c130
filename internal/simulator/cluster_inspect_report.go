package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const inspectReportsPath = "/clusters/{ClusterId}/inspectReports"

var tokenParameters = []parameter{{name: "nextToken"}, {name: "maxResults", kind: "int", min: 1, max: 50}}

var reportParameters = append(slices.Clone(tokenParameters),
	parameter{name: "category", enum: []string{"security", "performance", "stability", "limitation", "cost"}},
	parameter{name: "level", enum: []string{"advice", "warning", "error", "critical"}},
	parameter{name: "targetType"},
	parameter{name: "language", enum: []string{"zh_CN", "en_US"}},
	parameter{name: "enableFilter", kind: "bool"},
)

type runInspectRequest struct {
	ClientToken string `json:"clientToken"`
}

// runInspect starts an inspection; the same client token answers with the same report.
func runInspect(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	token := bodyOf[runInspectRequest](cl).ClientToken
	if len(token) > 64 {
		return nil, backendError(http.StatusBadRequest, "InvalidParameter.clientToken", "clientToken is longer than 64 characters")
	}
	type started struct{ reportID, taskID string }
	key := strings.Join([]string{cl.action, state.accountID, state.clusterID, token}, "\x00")
	result, repeated := cl.clientTokens[key].(started)
	if !repeated {
		due := cl.time.Add(cl.behaviour.inspectDuration())
		result = started{reportID: cl.uuid(), taskID: cl.newTask("cluster_inspect", state, due).id}
		if token != "" {
			cl.clientTokens[key] = result
		}
		cl.mutate(state, cl.time, func(c *Cluster) {
			c.InspectReports = append(c.InspectReports, c.inspect(result.reportID, cl.time, due))
		})
	}
	return map[string]any{"requestId": "", "reportId": result.reportID, "taskId": result.taskID}, nil
}

// inspect takes the results that the scenario holds ready; switched-off items are reported as such.
func (c *Cluster) inspect(id string, start, end time.Time) InspectReport {
	report := InspectReport{ReportID: id, StartTime: start.UTC().Format(time.RFC3339), EndTime: end.UTC().Format(time.RFC3339)}
	for _, item := range c.InspectResults {
		if c.InspectConfig != nil && slices.Contains(c.InspectConfig.DisabledCheckItems, item.CheckItemUID) {
			item.Result = "disable"
		}
		report.CheckItemResults = append(report.CheckItemResults, item)
	}
	return report
}

func (r *InspectReport) times() (start, end time.Time) {
	start, _ = time.Parse(time.RFC3339, r.StartTime)
	end, _ = time.Parse(time.RFC3339, r.EndTime)
	return start, end
}

// head is what list and detail have in common; a running report has neither end nor summary.
func (r *InspectReport) head(now time.Time) map[string]any {
	head := map[string]any{"reportId": r.ReportID, "startTime": r.StartTime, "status": "running"}
	if _, end := r.times(); !now.Before(end) {
		head["status"], head["endTime"], head["summary"] = "completed", r.EndTime, r.summary()
	}
	return head
}

// summary counts abnormal items by level; critical ones count as errors, for which the API has the only counter.
func (r *InspectReport) summary() map[string]any {
	var normal, advice, warn, bad int32
	for _, item := range r.CheckItemResults {
		switch {
		case item.Result == "false":
			normal++
		case item.Result == "disable":
		case item.Level == "advice":
			advice++
		case item.Level == "warning":
			warn++
		default:
			bad++
		}
	}
	code := "normal"
	switch {
	case bad > 0:
		code = "error"
	case warn > 0:
		code = "warning"
	case advice > 0:
		code = "advice"
	}
	return map[string]any{"code": code, "normalCount": normal, "adviceCount": advice, "warnCount": warn, "errorCount": bad}
}

// tokenPage cuts a page by position; the position is in the token, because the lists never shrink.
func tokenPage[T any](cl *call, list []T, filter url.Values) ([]T, string, *apiError) {
	start := 0
	scope := cl.caller.accountID + "/" + cl.path["ClusterId"] + "/" + cl.path["reportId"]
	if token := cl.params.Get("nextToken"); token != "" {
		last, ok := cl.readToken(token, cl.action, scope, filter)
		if !ok {
			return nil, "", backendError(http.StatusBadRequest, "InvalidParameter.nextToken", "the nextToken is not valid")
		}
		start, _ = strconv.Atoi(last)
	}
	start = min(start, len(list))
	end := min(start+number(cl.params, "maxResults", 50), len(list))
	next := ""
	if end < len(list) {
		next = cl.makeToken(cl.action, scope, filter, strconv.Itoa(end))
	}
	return list[start:end], next, nil
}

// listInspectReports answers the newest report first.
func listInspectReports(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	reports := slices.Clone(shown.InspectReports)
	slices.SortStableFunc(reports, func(a, b InspectReport) int {
		startA, _ := a.times()
		startB, _ := b.times()
		return startB.Compare(startA)
	})
	selected, next, err := tokenPage(cl, reports, url.Values{})
	if err != nil {
		return nil, err
	}
	heads := []map[string]any{}
	for i := range selected {
		heads = append(heads, selected[i].head(cl.time))
	}
	result := map[string]any{"requestId": "", "reports": heads}
	if next != "" {
		result["nextToken"] = next
	}
	return result, nil
}

func getInspectReportDetail(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(shown.InspectReports, func(r InspectReport) bool { return r.ReportID == cl.path["reportId"] })
	if at < 0 {
		return nil, backendError(http.StatusNotFound, "ErrorInspectReportNotFound", "inspect report %s not found", cl.path["reportId"])
	}
	report := &shown.InspectReports[at]
	result := report.head(cl.time)
	result["requestId"] = ""
	if result["status"] == "running" {
		return result, nil
	}
	filter := url.Values{}
	for _, name := range []string{"category", "level", "targetType", "language", "enableFilter"} {
		filter.Set(name, cl.params.Get(name))
	}
	items := slices.DeleteFunc(slices.Clone(report.CheckItemResults), func(item CheckItemResult) bool {
		differs := func(name, have string) bool { return filter.Get(name) != "" && filter.Get(name) != have }
		return differs("category", item.Category) || differs("level", item.Level) || differs("targetType", value(item.TargetType)) ||
			filter.Get("enableFilter") == "true" && item.Result != "true"
	})
	selected, next, err := tokenPage(cl, items, filter)
	if err != nil {
		return nil, err
	}
	result["checkItemResults"] = selected
	if next != "" {
		result["nextToken"] = next
	}
	return result, nil
}
