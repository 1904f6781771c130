package cloudconfig

import (
	"context"
	"encoding/json"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// ManagedRule is a rule that the service offers, with its defaults.
type ManagedRule struct {
	Identifier, Name, Description, HelpURL string
	RiskLevel                              int64
	ResourceTypes                          []string
	Labels                                 []string
	// Trigger and Frequency are empty in the list, which does not have them.
	Trigger, Frequency string
	// Compulsory and Optional are the parameters, by name.
	Compulsory, Optional map[string]any
	// SupportsPreCheck: the service can judge a planned resource by it.
	SupportsPreCheck bool
}

type answeredManagedRule struct {
	Identifier                      string
	ConfigRuleName                  string
	Description                     string
	HelpURLs                        string `json:"HelpUrls"`
	RiskLevel                       int64
	Labels                          []string
	Scope                           struct{ ComplianceResourceTypes []string }
	SourceDetails                   []struct{ MessageType, MaximumExecutionFrequency string }
	CompulsoryInputParameterDetails map[string]any
	OptionalInputParameterDetails   map[string]any
	SupportPreviewManagedRule       bool
}

func (a answeredManagedRule) rule() ManagedRule {
	r := ManagedRule{
		Identifier: a.Identifier, Name: a.ConfigRuleName, Description: a.Description, HelpURL: a.HelpURLs, RiskLevel: a.RiskLevel,
		ResourceTypes: a.Scope.ComplianceResourceTypes, Labels: a.Labels,
		Compulsory: a.CompulsoryInputParameterDetails, Optional: a.OptionalInputParameterDetails, SupportsPreCheck: a.SupportPreviewManagedRule,
	}
	var triggers []string
	for _, d := range a.SourceDetails {
		triggers = append(triggers, d.MessageType)
		if d.MessageType == TriggerScheduled {
			r.Frequency = d.MaximumExecutionFrequency
		}
	}
	r.Trigger = commas(triggers)
	return r
}

// ManagedRule reads one rule that the service offers (GetManagedRule). found is
// false if it knows no such identifier. Which code says that is documented
// nowhere: any refusal of the identifier counts (INFERRED).
func (c *Client) ManagedRule(ctx context.Context, identifier string) (rule ManagedRule, found bool, err error) {
	var answer struct{ ManagedRule *answeredManagedRule }
	op := alicloud.Operation{Action: "GetManagedRule", Method: "POST", Query: map[string]string{"Identifier": identifier}, Resource: identifier}
	err = c.read(ctx, op, "", &answer)
	switch {
	case alicloud.Is(err, alicloud.NotFound), alicloud.Is(err, alicloud.Invalid):
		return rule, false, nil
	case err != nil:
		return rule, false, err
	case answer.ManagedRule == nil || answer.ManagedRule.Identifier == "":
		return rule, false, nil
	}
	return answer.ManagedRule.rule(), true, nil
}

// ManagedRules lists the rules that the service offers for a resource type
// (ListManagedRules); all of them if it is empty.
func (c *Client) ManagedRules(ctx context.Context, resourceType string) ([]ManagedRule, error) {
	query := map[string]string{}
	if resourceType != "" {
		query["ResourceTypes"] = resourceType
	}
	op := alicloud.Operation{Action: "ListManagedRules", Method: "POST", Query: query}
	return numbered(ctx, c, op, "ManagedRules", func(r ManagedRule) string { return r.Identifier }, func(page json.RawMessage) ([]ManagedRule, error) {
		var answer struct{ ManagedRuleList []answeredManagedRule }
		err := json.Unmarshal(page, &answer)
		rules := make([]ManagedRule, 0, len(answer.ManagedRuleList))
		for _, r := range answer.ManagedRuleList {
			rules = append(rules, r.rule())
		}
		return rules, err
	})
}
