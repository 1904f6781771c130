package simulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var resultParameters = []parameter{
	{name: "ComplianceType", enum: complianceTypes}, {name: "MaxResults", kind: "int", min: 1, max: 100}, {name: "NextToken"},
}

var ruleResultParameters = slices.Concat(resultParameters, []parameter{
	{name: "CompliancePackId"}, {name: "ConfigRuleId"}, {name: "Regions"}, {name: "ResourceGroupIds"}, {name: "ResourceTypes"},
})

var resourceOwnerParameters = []parameter{{name: "ResourceAccountId", kind: "int64"}, {name: "ResourceOwnerId", kind: "int64"}}

var ignoreParameters = []parameter{{name: "ConfigRuleId", required: true}, {name: "Resources", required: true}}

var configResultOperations = slices.Concat(
	twins("ListConfigRuleEvaluationResults", listRuleResults, resourceOwnerParameters, ruleResultParameters...),
	twins("ListResourceEvaluationResults", listResourceResults, nil,
		append(slices.Clone(resultParameters), parameter{name: "Region"}, parameter{name: "ResourceId"}, parameter{name: "ResourceType"})...),
	twins("IgnoreEvaluationResults", ignoreResults, nil, append(slices.Clone(ignoreParameters), parameter{name: "Reason"}, parameter{name: "IgnoreDate"})...),
	twins("RevertEvaluationResults", revertResults, nil, ignoreParameters...),
)

// resultObject is a result as answers carry it; the answers about one resource know less.
func (r *configRule) resultObject(cl *call, result *configResult, ofResource bool) map[string]any {
	qualifier := map[string]any{
		"ConfigRuleArn": r.arn(), "ConfigRuleId": r.ConfigRuleID, "ConfigRuleName": r.ConfigRuleName, "RegionId": result.regionID,
		"ResourceId": result.clusterID, "ResourceName": result.name, "ResourceType": ackClusterType,
	}
	if !ofResource {
		qualifier["ResourceOwnerId"], qualifier["ResourceGroupId"] = accountNumber(result.accountID), result.groupID
		if r.pack != nil {
			qualifier["CompliancePackId"] = r.packID()
		}
	}
	if result.ignored != nil && result.ignored.date != "" {
		qualifier["IgnoreDate"] = result.ignored.date
	}
	item := map[string]any{
		"ComplianceType": result.shown(), "RiskLevel": r.RiskLevel, "RemediationEnabled": false, "InvokingEventMessageType": result.run.trigger,
		"ConfigRuleInvokedTimestamp": millis(result.run.invoked), "ResultRecordedTimestamp": millis(result.run.due),
		"EvaluationId":               cl.stableID(strings.Join([]string{r.ConfigRuleID, result.clusterID, result.run.due.String()}, "/")),
		"EvaluationResultIdentifier": map[string]any{"OrderingTimestamp": millis(result.run.due), "EvaluationResultQualifier": qualifier},
	}
	if text := result.verdict.annotation(); text != "" {
		item["Annotation"] = text
	}
	if !result.lastBad.IsZero() {
		item["LastNonCompliantRecordTimestamp"] = millis(result.lastBad)
	}
	return item
}

// resultPage walks through rules and their results from where the token says, and stops when the page is full. Rules and
// results have numbers that never come again, so that what is deleted between two pages moves nothing.
func (cl *call) resultPage(rules []*configRule, ofResource bool, wanted func(*configResult) bool) (any, *apiError) {
	last, err := cl.configToken()
	if err != nil {
		return nil, err
	}
	fromRule, fromResult := int64(0), int64(0)
	if a, b, ok := strings.Cut(last, "/"); ok {
		fromRule, _ = strconv.ParseInt(a, 10, 64)
		fromResult, _ = strconv.ParseInt(b, 10, 64)
	}
	size := number(cl.params, "MaxResults", 10)
	list := []map[string]any{}
	result := map[string]any{"MaxResults": size}
	for _, r := range rules {
		if r.order < fromRule {
			continue
		}
		start := 0
		if r.order == fromRule {
			start, _ = slices.BinarySearchFunc(r.results, fromResult, func(one *configResult, order int64) int { return int(one.order - order) })
		}
		for _, one := range r.results[start:] {
			if want := cl.params.Get("ComplianceType"); want != "" && want != one.shown() || !wanted(one) {
				continue
			}
			if len(list) == size {
				result["EvaluationResultList"] = list
				result["NextToken"] = cl.nextConfigToken(strconv.FormatInt(r.order, 10) + "/" + strconv.FormatInt(one.order, 10))
				return map[string]any{"RequestId": "", "EvaluationResults": result}, nil
			}
			list = append(list, r.resultObject(cl, one, ofResource))
		}
	}
	result["EvaluationResultList"] = list
	return map[string]any{"RequestId": "", "EvaluationResults": result}, nil
}

func listRuleResults(cl *call, h *configHolder) (any, *apiError) {
	rules := cl.rulesOf(h)
	if cl.params.Has("ConfigRuleId") {
		r, err := cl.rule(h)
		if err != nil {
			return nil, err
		}
		rules = []*configRule{r}
	}
	if pack := cl.params.Get("CompliancePackId"); pack != "" {
		rules = slices.DeleteFunc(rules, func(r *configRule) bool { return r.packID() != pack })
	}
	if types := commaList(cl.params.Get("ResourceTypes")); len(types) > 0 && !slices.Contains(types, ackClusterType) {
		rules = nil
	}
	regions, groups := commaList(cl.params.Get("Regions")), commaList(cl.params.Get("ResourceGroupIds"))
	account := cl.sentOwner()
	return cl.resultPage(rules, false, func(result *configResult) bool {
		return (len(regions) == 0 || slices.Contains(regions, result.regionID)) && (len(groups) == 0 || slices.Contains(groups, result.groupID)) &&
			(account == "" || account == result.accountID)
	})
}

func listResourceResults(cl *call, h *configHolder) (any, *apiError) {
	return cl.resultPage(cl.rulesOf(h), true, func(result *configResult) bool {
		for name, have := range map[string]string{"Region": result.regionID, "ResourceId": result.clusterID, "ResourceType": ackClusterType} {
			if cl.params.Has(name) && cl.params.Get(name) != have {
				return false
			}
		}
		return true
	})
}

// sentResource names a resource whose result is acknowledged.
type sentResource struct {
	Region            string `json:"Region" jsonschema:"required"`
	ResourceAccountID int64  `json:"ResourceAccountId" jsonschema:"required"`
	ResourceID        string `json:"ResourceId" jsonschema:"required"`
	ResourceType      string `json:"ResourceType" jsonschema:"required"`
}

// namedResults finds the results that a request names.
func (cl *call) namedResults(h *configHolder) (*configRule, []*configResult, *apiError) {
	r, err := cl.rule(h)
	if err != nil {
		return nil, nil, err
	}
	var sent []sentResource
	if err := jsonParameter(cl, "Resources", &sent); err != nil {
		return nil, nil, err
	}
	results := []*configResult{}
	for _, one := range sent {
		result := r.byID[one.ResourceID]
		if result == nil || one.ResourceType != ackClusterType || result.regionID != one.Region || accountNumber(result.accountID) != one.ResourceAccountID {
			return nil, nil, invalidValue("Resources")
		}
		results = append(results, result)
	}
	if len(results) == 0 {
		return nil, nil, invalidValue("Resources")
	}
	return r, results, nil
}

// beijing is the zone in which an IgnoreDate begins.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// ignoreResults acknowledges non-compliant results until a date, or until they are reverted. They are still evaluated.
func ignoreResults(cl *call, h *configHolder) (any, *apiError) {
	ignore := configIgnore{reason: cl.params.Get("Reason"), date: cl.params.Get("IgnoreDate")}
	if ignore.date != "" {
		until, bad := time.ParseInLocation(time.DateOnly, ignore.date, beijing)
		if bad != nil || !until.After(cl.time) {
			return nil, invalidValue("IgnoreDate")
		}
		ignore.until = until
	}
	_, results, err := cl.namedResults(h)
	if err != nil {
		return nil, err
	}
	for _, result := range results {
		if shown := result.shown(); shown != "NON_COMPLIANT" && shown != "IGNORED" {
			return nil, invalidValue("Resources")
		}
	}
	for _, result := range results {
		result.ignored = &ignore
	}
	if ignore.date != "" {
		cl.wake(ignore.until)
	}
	return map[string]any{"RequestId": ""}, nil
}

// revertResults shows results again, and evaluates them anew.
func revertResults(cl *call, h *configHolder) (any, *apiError) {
	r, results, err := cl.namedResults(h)
	if err != nil {
		return nil, err
	}
	for _, result := range results {
		result.ignored = nil
		if r.changed == nil {
			r.changed = map[string]configRun{}
		}
		if r.ConfigRuleState == "ACTIVE" {
			run := configRun{trigger: commaList(r.ConfigRuleTriggerTypes)[0], invoked: cl.time, due: cl.time.Add(cl.behaviour.configEvaluationDelay())}
			r.changed[result.clusterID] = run
			cl.wake(run.due)
		}
	}
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": ""}, nil
}

// ConfigResult is what Cloud Config says of one cluster by one rule.
type ConfigResult struct {
	ConfigRuleID, AccountID, ClusterID, ComplianceType string
	IgnoreReason, IgnoreDate                           string
	Recorded                                           time.Time
}

// ConfigResults returns the results of a rule.
func (c *Cloud) ConfigResults(ruleID string) []ConfigResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	list := []ConfigResult{}
	for _, r := range c.config.rules {
		if r.ConfigRuleID != ruleID {
			continue
		}
		for _, one := range r.results {
			result := ConfigResult{ConfigRuleID: ruleID, AccountID: one.accountID, ClusterID: one.clusterID, ComplianceType: one.shown(), Recorded: one.run.due}
			if one.ignored != nil {
				result.IgnoreReason, result.IgnoreDate = one.ignored.reason, one.ignored.date
			}
			list = append(list, result)
		}
	}
	return list
}
