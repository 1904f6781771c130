package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
)

// PreCheck is what a managed rule looks at in the properties of a resource that is only planned.
type PreCheck struct {
	Property string `json:"property" jsonschema:"required" jsonschema_description:"Name of the property, at the top of the resource's properties."`
	Value    string `json:"value" jsonschema:"required" jsonschema_description:"Its value in a resource that complies, as text: numbers and bools too."`
}

var precheckOperations = []operation{
	configOperation("ListPreManagedRules", listPreManagedRules, append(slices.Clone(pageParameters), parameter{name: "ResourceTypes"})...),
	configOperation("EvaluatePreConfigRules", evaluatePreConfigRules,
		parameter{name: "ResourceEvaluateItems", required: true}, parameter{name: "EnableManagedRules", kind: "bool"}, parameter{name: "ResourceTypeFormat"}),
}

// listPreManagedRules names a rule once for each resource type, for an entry has one.
func listPreManagedRules(cl *call) (any, *apiError) {
	var types []string
	if err := jsonParameter(cl, "ResourceTypes", &types); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, r := range slices.Concat(managedRules, cl.config.managed) {
		for _, kind := range r.resourceTypes() {
			if r.SupportPreview && (len(types) == 0 || slices.Contains(types, kind)) {
				list = append(list, map[string]any{
					"Identifier": r.Identifier, "ConfigRuleName": r.ConfigRuleName, "Description": r.Description, "ResourceType": kind,
					"CompulsoryInputParameterDetails": mapOf(r.Compulsory), "OptionalInputParameterDetails": mapOf(r.Optional),
				})
			}
		}
	}
	answer := cl.configPage("ManagedRules", list)
	delete(answer, "TotalCount") // the answer has none
	answer["RequestId"] = ""
	return answer, nil
}

// plannedResource is an item of EvaluatePreConfigRules.
type plannedResource struct {
	ResourceLogicalID  string `json:"ResourceLogicalId"`
	ResourceType       string `json:"ResourceType"`
	ResourceProperties string `json:"ResourceProperties"`
	Rules              []struct {
		Identifier      string `json:"Identifier"`
		InputParameters string `json:"InputParameters"`
	} `json:"Rules"`
}

func evaluatePreConfigRules(cl *call) (any, *apiError) {
	if cl.params.Get("EnableManagedRules") == "true" {
		return nil, notSimulated("EnableManagedRules of EvaluatePreConfigRules, which creates a rule, is not simulated")
	}
	var resources []plannedResource
	if err := jsonParameter(cl, "ResourceEvaluateItems", &resources); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, resource := range resources {
		var properties map[string]any
		if err := json.Unmarshal([]byte(resource.ResourceProperties), &properties); err != nil || properties == nil {
			return nil, invalidValue("ResourceProperties")
		}
		if resource.ResourceLogicalID == "" {
			resource.ResourceLogicalID = base64.StdEncoding.EncodeToString([]byte(resource.ResourceProperties))
		}
		rules := []map[string]any{}
		for _, asked := range resource.Rules {
			rule := managedRule(cl.config.managed, asked.Identifier)
			if rule == nil || !rule.SupportPreview {
				return nil, invalidValue("Identifier")
			}
			v := rule.preCheck(resource.ResourceType, properties)
			item := map[string]any{"Identifier": rule.Identifier, "ComplianceType": v.compliance, "HelpUrl": ""}
			if text := v.annotation(); text != "" {
				item["Annotation"] = text
			}
			rules = append(rules, item)
		}
		list = append(list, map[string]any{"ResourceLogicalId": resource.ResourceLogicalID, "ResourceType": resource.ResourceType, "Rules": rules})
	}
	return map[string]any{"RequestId": "", "ResourceEvaluations": list}, nil
}

// preCheck compares the property that the scenario names; what it says nothing of does not apply.
func (r *ManagedRule) preCheck(resourceType string, properties map[string]any) verdict {
	if r.PreCheck == nil || !slices.Contains(r.resourceTypes(), resourceType) {
		return notApplicable("the rule is not about this resource")
	}
	is := ""
	if v, ok := properties[r.PreCheck.Property]; ok {
		is = fmt.Sprint(v)
	}
	if is == r.PreCheck.Value {
		return compliant()
	}
	return verdict{"NON_COMPLIANT", is, r.PreCheck.Value, "StringEquals", "$." + r.PreCheck.Property, ""}
}
