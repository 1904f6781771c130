package simulator

// version2019 is the older API of Cloud Config, which the official provider and the vendor's CLI still use for some calls.
const version2019 = "2019-01-08"

// olderOperations are what is served of it: on rules of the account itself, with the same answers.
var olderOperations = older(
	twins("ListConfigRules", listOlderConfigRules, nil, append(pageParameters[:len(pageParameters):len(pageParameters)],
		parameter{name: "CompliancePackId"}, parameter{name: "ComplianceType", enum: complianceTypes}, parameter{name: "ConfigRuleName"},
		parameter{name: "ConfigRuleState", enum: []string{"ACTIVE", "DELETING", "EVALUATING", "INACTIVE"}}, parameter{name: "RiskLevel", kind: "int", min: 1, max: 3},
		parameter{name: "MultiAccount", refused: true}, parameter{name: "MemberId", refused: true})...),
	twins("DeleteConfigRules", deleteConfigRules, nil, parameter{name: "ConfigRuleIds", required: true}),
	twins("ActiveConfigRules", operateConfigRules((*Cloud).activateRule), nil, parameter{name: "ConfigRuleIds", required: true}),
	twins("StopConfigRules", stopConfigRules, nil, parameter{name: "ConfigRuleIds", required: true}),
	twins("StartConfigRuleEvaluation", startConfigRuleEvaluation, nil,
		parameter{name: "CompliancePackId"}, parameter{name: "ConfigRuleId"}, parameter{name: "RevertEvaluation", kind: "bool"}),
)

// older takes the account's twin of each call into the older version.
func older(calls ...[]operation) []operation {
	list := []operation{}
	for _, twins := range calls {
		op := twins[0]
		op.version = version2019
		list = append(list, op)
	}
	return list
}

// listOlderConfigRules says at the top of each rule, too, which pack it belongs to.
func listOlderConfigRules(cl *call, h *configHolder) (any, *apiError) {
	answer, err := listConfigRules(cl, h)
	if all, ok := answer.(map[string]any); ok && err == nil {
		rules, _ := all["ConfigRules"].(map[string]any)
		list, _ := rules["ConfigRuleList"].([]map[string]any)
		for _, item := range list {
			if by, ok := item["CreateBy"].(map[string]any); ok && by["CompliancePackId"] != nil {
				item["CompliancePackId"] = by["CompliancePackId"]
			}
		}
	}
	return answer, err
}

func stopConfigRules(cl *call, h *configHolder) (any, *apiError) {
	return cl.operate(h, func(r *configRule) string {
		switch {
		case !r.deleted.IsZero():
			return "ConfigRuleNotExists"
		case r.ConfigRuleState != "ACTIVE":
			return "ConfigRuleStatusNotActive"
		}
		cl.deactivateRule(r, cl.time)
		return ""
	})
}
