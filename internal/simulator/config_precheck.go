package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// PreManagedRule is a managed rule that can be checked on a resource before that is made. None of the documented rules for
// ACK can, so that only the scenario has such rules; it says which property must have which value.
type PreManagedRule struct {
	Identifier string `json:"Identifier" jsonschema:"required" jsonschema_description:"A documented rule, or one of config_managed_rules."`
	HelpURL    string `json:"HelpUrl,omitzero" jsonschema_description:"Page on how to remedy a finding."`
	Property   string `json:"property" jsonschema:"required" jsonschema_description:"Path of a property of the resource, such as DeletionProtection or Spec.Public."`
	Desired    string `json:"desired_value" jsonschema:"required" jsonschema_description:"What it must be, as text; anything else is NON_COMPLIANT."`
	Absent     string `json:"absent,omitzero" jsonschema:"enum=COMPLIANT,enum=NON_COMPLIANT,enum=NOT_APPLICABLE" jsonschema_description:"Verdict on a resource without the property; NOT_APPLICABLE by default."`
}

var preCheckOperations = []operation{
	configOperation("ListPreManagedRules", listPreManagedRules, append(slices.Clone(pageParameters), parameter{name: "ResourceTypes"})...),
	configOperation("EvaluatePreConfigRules", evaluatePreConfigRules,
		parameter{name: "ResourceEvaluateItems", required: true}, parameter{name: "EnableManagedRules", kind: "bool"}, parameter{name: "ResourceTypeFormat"}),
}

// sentResourceItem is a planned resource with the rules that it is to be checked by.
type sentResourceItem struct {
	ResourceLogicalID  string        `json:"ResourceLogicalId"`
	ResourceType       string        `json:"ResourceType"`
	ResourceProperties string        `json:"ResourceProperties"`
	Rules              []sentPreRule `json:"Rules"`
}

type sentPreRule struct {
	Identifier      string `json:"Identifier"`
	InputParameters string `json:"InputParameters"`
}

func (k *checker) preManagedRules(path string, s *Scenario) {
	for i := range s.ConfigPreManagedRules {
		r, at := &s.ConfigPreManagedRules[i], fmt.Sprintf("%s[%d].Identifier", path, i)
		k.once("pre-checked Identifier", r.Identifier, at)
		if managedRule(s.ConfigManagedRules, r.Identifier) == nil {
			k.add(at, "%q is no managed rule: add it under config_managed_rules", r.Identifier)
		}
	}
}

// preRule finds what the scenario says of a rule, nil for a rule that cannot be checked before.
func (c *Cloud) preRule(identifier string) *PreManagedRule {
	if at := slices.IndexFunc(c.config.preRules, func(r PreManagedRule) bool { return r.Identifier == identifier }); at >= 0 {
		return &c.config.preRules[at]
	}
	return nil
}

func listPreManagedRules(cl *call) (any, *apiError) {
	var types []string
	if err := jsonParameter(cl, "ResourceTypes", &types); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, r := range cl.config.preRules {
		managed := managedRule(cl.config.managed, r.Identifier)
		kind := managed.resourceTypes()[0]
		if len(types) > 0 && !slices.Contains(types, kind) {
			continue
		}
		item := map[string]any{
			"Identifier": r.Identifier, "ConfigRuleName": managed.ConfigRuleName, "Description": managed.Description, "ResourceType": kind, "HelpUrls": r.HelpURL,
			"CompulsoryInputParameterDetails": mapOf(managed.Compulsory), "OptionalInputParameterDetails": mapOf(managed.Optional),
		}
		list = append(list, item)
	}
	result := cl.configPage("ManagedRules", list)
	delete(result, "TotalCount")
	result["RequestId"] = ""
	return result, nil
}

func evaluatePreConfigRules(cl *call) (any, *apiError) {
	if cl.params.Get("EnableManagedRules") == "true" {
		return nil, notSimulated("EnableManagedRules of EvaluatePreConfigRules is not simulated: which rule it makes is not documented")
	}
	var sent []sentResourceItem
	if err := jsonParameter(cl, "ResourceEvaluateItems", &sent); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, one := range sent {
		properties := map[string]any{}
		if one.ResourceProperties != "" && json.Unmarshal([]byte(one.ResourceProperties), &properties) != nil {
			return nil, invalidValue("ResourceEvaluateItems")
		}
		rules := []map[string]any{}
		for _, wanted := range one.Rules {
			managed := managedRule(cl.config.managed, wanted.Identifier)
			if managed == nil {
				return nil, invalidValue("ResourceEvaluateItems")
			}
			found, item := notApplicable(""), map[string]any{"Identifier": wanted.Identifier}
			if r := cl.preRule(wanted.Identifier); r != nil && slices.Contains(managed.resourceTypes(), one.ResourceType) {
				found = r.judge(properties)
				item["HelpUrl"] = r.HelpURL
			}
			item["ComplianceType"] = found.compliance
			if found.compliance == "NON_COMPLIANT" {
				item["Annotation"] = found.annotation()
			}
			rules = append(rules, item)
		}
		if one.ResourceLogicalID == "" {
			one.ResourceLogicalID = base64.StdEncoding.EncodeToString([]byte(one.ResourceProperties))
		}
		list = append(list, map[string]any{"ResourceLogicalId": one.ResourceLogicalID, "ResourceType": one.ResourceType, "Rules": rules})
	}
	return map[string]any{"RequestId": "", "ResourceEvaluations": list}, nil
}

// judge looks at the one property that the rule is about.
func (r *PreManagedRule) judge(properties map[string]any) verdict {
	bad := verdict{compliance: "NON_COMPLIANT", desired: r.Desired, operator: "StringEquals", property: "$." + r.Property}
	var at any = properties
	for name := range strings.SplitSeq(r.Property, ".") {
		inner, _ := at.(map[string]any)
		at = inner[name]
	}
	switch text := fmt.Sprint(at); {
	case at == nil && r.Absent == "NON_COMPLIANT":
		return bad
	case at == nil && r.Absent == "COMPLIANT" || at != nil && text == r.Desired:
		return compliant()
	case at == nil:
		return notApplicable("")
	default:
		bad.configuration = text
		return bad
	}
}
