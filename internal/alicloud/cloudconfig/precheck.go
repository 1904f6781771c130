package cloudconfig

import (
	"context"
	"maps"
	"strconv"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// PreRule is a rule by which the service can judge a planned resource of a type.
type PreRule struct {
	Identifier, ResourceType string
}

// maxPrePages ends a list that has no total and might have no end.
const maxPrePages = 1000

// PreRules lists the rules that can judge planned resources of these types
// (ListPreManagedRules). The list has no total: it ends with a page that is not
// full or brings nothing new.
func (c *Client) PreRules(ctx context.Context, resourceTypes []string) ([]PreRule, error) {
	var all []PreRule
	known := map[PreRule]bool{}
	form := map[string]string{"PageSize": strconv.Itoa(pageSize), "ResourceTypes": text(resourceTypes)}
	for page := 1; page <= maxPrePages; page++ {
		op := alicloud.Operation{Action: "ListPreManagedRules", Method: "POST", Form: maps.Clone(form)}
		op.Form["PageNumber"] = strconv.Itoa(page)
		var answer struct {
			ManagedRules []PreRule
			PageSize     int
		}
		if err := c.read(ctx, op, "ManagedRules", &answer); err != nil {
			return nil, err
		}
		before := len(all)
		for _, r := range answer.ManagedRules {
			if !known[r] {
				known[r] = true
				all = append(all, r)
			}
		}
		full := pageSize
		if answer.PageSize > 0 { // the service may give smaller pages than it was asked for
			full = min(full, answer.PageSize)
		}
		if len(all) == before || len(answer.ManagedRules) < full {
			break
		}
	}
	return all, nil
}

// Planned is a resource that does not exist yet, and the rules to judge it by.
type Planned struct {
	LogicalID, ResourceType string
	Properties              string // a JSON object
	Rules                   []string
}

// PreResult is what the service says of a planned resource by one rule.
type PreResult struct {
	LogicalID, ResourceType, Rule string
	Verdict                       string // Compliant, NonCompliant or NotApplicable
	Annotation                    Annotation
	HelpURL                       string
}

// PreCheck judges planned resources (EvaluatePreConfigRules). It never lets the
// service create rules for them.
func (c *Client) PreCheck(ctx context.Context, planned []Planned) ([]PreResult, error) {
	type rule struct{ Identifier string }
	type item struct {
		ResourceLogicalID  string `json:"ResourceLogicalId"`
		ResourceType       string
		ResourceProperties string
		Rules              []rule
	}
	items := []item{}
	for _, p := range planned {
		i := item{ResourceLogicalID: p.LogicalID, ResourceType: p.ResourceType, ResourceProperties: p.Properties, Rules: []rule{}}
		for _, identifier := range p.Rules {
			i.Rules = append(i.Rules, rule{identifier})
		}
		items = append(items, i)
	}
	op := alicloud.Operation{Action: "EvaluatePreConfigRules", Method: "POST", Form: map[string]string{"EnableManagedRules": "false", "ResourceEvaluateItems": text(items)}}
	var answer struct {
		ResourceEvaluations []struct {
			ResourceLogicalID string `json:"ResourceLogicalId"`
			ResourceType      string
			Rules             []struct {
				Identifier, ComplianceType, Annotation string
				HelpURL                                string `json:"HelpUrl"`
			}
		}
	}
	if err := c.read(ctx, op, "ResourceEvaluations", &answer); err != nil {
		return nil, err
	}
	var results []PreResult
	for _, r := range answer.ResourceEvaluations {
		for _, rule := range r.Rules {
			results = append(results, PreResult{
				LogicalID: r.ResourceLogicalID, ResourceType: r.ResourceType, Rule: rule.Identifier,
				Verdict: rule.ComplianceType, Annotation: annotation(rule.Annotation), HelpURL: rule.HelpURL,
			})
		}
	}
	return results, nil
}
