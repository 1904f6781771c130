package simulator

import (
	"net/http"
	"strconv"
	"strings"
)

const inspectConfigPath = "/clusters/{ClusterId}/inspectConfig"

// inspectOperations is the part of Container Service about cluster inspection.
var inspectOperations = []operation{
	{
		product: ProductCS, action: "CreateClusterInspectConfig", method: http.MethodPost, pattern: inspectConfigPath, ramProduct: "cs",
		body: func(Behaviour) any { return &createInspectConfigRequest{} }, resource: oneCluster, run: createInspectConfig,
	},
	{
		product: ProductCS, action: "GetClusterInspectConfig", method: http.MethodGet, pattern: inspectConfigPath, ramProduct: "cs",
		resource: oneCluster, run: getInspectConfig,
	},
	{
		product: ProductCS, action: "UpdateClusterInspectConfig", method: http.MethodPut, pattern: inspectConfigPath, ramProduct: "cs",
		body: updateInspectConfigBody, resource: oneCluster, run: updateInspectConfig,
	},
	{
		product: ProductCS, action: "DeleteClusterInspectConfig", method: http.MethodDelete, pattern: inspectConfigPath, ramProduct: "cs",
		resource: oneCluster, run: deleteInspectConfig,
	},
	{
		product: ProductCS, action: "RunClusterInspect", method: http.MethodPost, pattern: inspectReportsPath, ramProduct: "cs",
		body: func(Behaviour) any { return &runInspectRequest{} }, resource: oneCluster, run: runInspect,
	},
	{
		product: ProductCS, action: "ListClusterInspectReports", method: http.MethodGet, pattern: inspectReportsPath, ramProduct: "cs",
		parameters: tokenParameters, resource: oneCluster, run: listInspectReports,
	},
	{
		product: ProductCS, action: "GetClusterInspectReportDetail", method: http.MethodGet, pattern: inspectReportsPath + "/{reportId}", ramProduct: "cs",
		parameters: reportParameters, resource: oneCluster, run: getInspectReportDetail,
	},
}

type createInspectConfigRequest struct {
	Enabled            bool     `json:"enabled" jsonschema:"required"`
	Recurrence         string   `json:"recurrence" jsonschema:"required"`
	DisabledCheckItems []string `json:"disabledCheckItems"`
}

// updateInspectConfigRequest is the published contract: scheduleTime, not recurrence.
type updateInspectConfigRequest struct {
	Enabled            *bool    `json:"enabled"`
	ScheduleTime       *string  `json:"scheduleTime"`
	DisabledCheckItems []string `json:"disabledCheckItems"`
}

// updateInspectConfigLooseRequest is what one official client sends; Behaviour.InspectUpdateRecurrence allows it.
type updateInspectConfigLooseRequest struct {
	Enabled            *bool    `json:"enabled"`
	ScheduleTime       *string  `json:"scheduleTime"`
	DisabledCheckItems []string `json:"disabledCheckItems"`
	Recurrence         *string  `json:"recurrence"`
}

func updateInspectConfigBody(b Behaviour) any {
	if b.InspectUpdateRecurrence {
		return &updateInspectConfigLooseRequest{}
	}
	return &updateInspectConfigRequest{}
}

// checkRecurrence is the documented grammar: FREQ=DAILY with BYHOUR and BYMINUTE, and nothing else.
func checkRecurrence(rule string) *apiError {
	invalid := func(why string) *apiError {
		return backendError(http.StatusBadRequest, "InvalidParameter", "recurrence %q is not valid: %s", rule, why)
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(rule, ";") {
		name, text, ok := strings.Cut(part, "=")
		if !ok || seen[name] {
			return invalid("it is not a list of NAME=VALUE, each name once")
		}
		seen[name] = true
		limit := 0
		switch name {
		case "FREQ":
			if text != "DAILY" {
				return invalid("only FREQ=DAILY is supported")
			}
			continue
		case "BYHOUR":
			limit = 23
		case "BYMINUTE":
			limit = 59
		default:
			return invalid(name + " is not supported")
		}
		for item := range strings.SplitSeq(text, ",") {
			if n, err := strconv.Atoi(item); err != nil || n < 0 || n > limit {
				return invalid(name + " is out of range")
			}
		}
	}
	if !seen["FREQ"] || !seen["BYHOUR"] || !seen["BYMINUTE"] {
		return invalid("FREQ, BYHOUR and BYMINUTE are required")
	}
	return nil
}

func (cl *call) noInspectConfig() *apiError {
	return backendError(http.StatusNotFound, "ErrorInspectConfigNotFound", "inspect config of cluster %s not found", cl.path["ClusterId"])
}

func createInspectConfig(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	request := bodyOf[createInspectConfigRequest](cl)
	if err := checkRecurrence(request.Recurrence); err != nil {
		return nil, err
	}
	if state.now.InspectConfig != nil {
		return nil, backendError(http.StatusConflict, "ErrorInspectConfigAlreadyExist", "inspect config of cluster %s already exists", state.clusterID)
	}
	cl.mutate(state, cl.time, func(c *Cluster) { c.InspectConfig = (*InspectConfig)(request) })
	return map[string]any{"requestId": ""}, nil
}

func getInspectConfig(cl *call) (any, *apiError) {
	shown, err := cl.shownCluster()
	if err != nil {
		return nil, err
	}
	config := shown.InspectConfig
	if config == nil {
		if cl.behaviour.InspectConfigMissing == "empty" {
			return map[string]any{"requestId": ""}, nil
		}
		return nil, cl.noInspectConfig()
	}
	result := map[string]any{"requestId": "", "enabled": config.Enabled, "recurrence": config.Recurrence}
	if config.DisabledCheckItems != nil {
		result["disabledCheckItems"] = config.DisabledCheckItems
	}
	return result, nil
}

func updateInspectConfig(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	request := updateInspectConfigLooseRequest{}
	switch body := cl.body.(type) {
	case *updateInspectConfigRequest:
		request = updateInspectConfigLooseRequest{Enabled: body.Enabled, ScheduleTime: body.ScheduleTime, DisabledCheckItems: body.DisabledCheckItems}
	case *updateInspectConfigLooseRequest:
		request = *body
	}
	if request.ScheduleTime == nil {
		request.ScheduleTime = request.Recurrence
	}
	if request.ScheduleTime != nil {
		if err := checkRecurrence(*request.ScheduleTime); err != nil {
			return nil, err
		}
	}
	if state.now.InspectConfig == nil {
		return nil, cl.noInspectConfig()
	}
	cl.mutate(state, cl.time, func(c *Cluster) {
		if request.Enabled != nil {
			c.InspectConfig.Enabled = *request.Enabled
		}
		if request.ScheduleTime != nil {
			c.InspectConfig.Recurrence = *request.ScheduleTime
		}
		if request.DisabledCheckItems != nil {
			c.InspectConfig.DisabledCheckItems = request.DisabledCheckItems
		}
	})
	return map[string]any{"requestId": ""}, nil
}

// deleteInspectConfig removes the schedule only; the reports stay.
func deleteInspectConfig(cl *call) (any, *apiError) {
	state, err := cl.cluster()
	if err != nil {
		return nil, err
	}
	if state.now.InspectConfig == nil {
		return nil, cl.noInspectConfig()
	}
	cl.mutate(state, cl.time, func(c *Cluster) { c.InspectConfig = nil })
	return map[string]any{"requestId": ""}, nil
}
