package cloudconfig

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Verdicts of Cloud Config.
const (
	Compliant        = "COMPLIANT"
	NonCompliant     = "NON_COMPLIANT"
	NotApplicable    = "NOT_APPLICABLE"
	InsufficientData = "INSUFFICIENT_DATA"
	Ignored          = "IGNORED"
)

// Result is what Cloud Config says of one resource by one rule.
type Result struct {
	RuleID, RuleName  string
	AccountID, Region string
	ResourceID, Name  string
	Verdict           string
	RiskLevel         int64
	Annotation        Annotation
	IgnoreDate        string // of an IGNORED result with a date: YYYY-MM-DD
	Invoked, Recorded time.Time
}

// Annotation is why: a JSON text in the answer.
type Annotation struct {
	Configuration string `json:"configuration"`
	DesiredValue  string `json:"desiredValue"`
	Operator      string `json:"operator"`
	Property      string `json:"property"`
	Reason        string `json:"reason"`
}

type answeredResult struct {
	ComplianceType             string
	RiskLevel                  int64
	Annotation                 string
	ConfigRuleInvokedTimestamp int64
	ResultRecordedTimestamp    int64
	EvaluationResultIdentifier struct {
		EvaluationResultQualifier struct {
			ConfigRuleID    string `json:"ConfigRuleId"`
			ConfigRuleName  string
			ResourceID      string `json:"ResourceId"`
			ResourceName    string
			RegionID        string      `json:"RegionId"`
			ResourceOwnerID json.Number `json:"ResourceOwnerId"`
			IgnoreDate      string
		}
	}
}

func (a answeredResult) result() Result {
	q := a.EvaluationResultIdentifier.EvaluationResultQualifier
	return Result{
		RuleID: q.ConfigRuleID, RuleName: q.ConfigRuleName, AccountID: q.ResourceOwnerID.String(), Region: q.RegionID,
		ResourceID: q.ResourceID, Name: q.ResourceName, Verdict: a.ComplianceType, RiskLevel: a.RiskLevel,
		Annotation: annotation(a.Annotation), IgnoreDate: q.IgnoreDate,
		Invoked: millis(a.ConfigRuleInvokedTimestamp), Recorded: millis(a.ResultRecordedTimestamp),
	}
}

// annotation reads the text as far as it can be read: a reason that is no JSON
// is a reason all the same.
func annotation(s string) Annotation {
	var loose map[string]any
	if json.Unmarshal([]byte(s), &loose) != nil {
		return Annotation{Reason: s}
	}
	field := func(name string) string {
		switch v := loose[name].(type) {
		case nil:
			return ""
		case string:
			return v
		default:
			return text(v)
		}
	}
	return Annotation{field("configuration"), field("desiredValue"), field("operator"), field("property"), field("reason")}
}

// ResultFilter selects results; empty fields select all.
type ResultFilter struct{ RuleID, PackID, Verdict, Region, AccountID string }

// Results goes through the results of rules (ListConfigRuleEvaluationResults)
// a page at a time. An error of each ends it.
func (o Owner) Results(ctx context.Context, f ResultFilter, each func(Result) error) error {
	p := map[string]string{"ResourceTypes": ACKCluster}
	for name, value := range map[string]string{"ConfigRuleId": f.RuleID, "CompliancePackId": f.PackID, "ComplianceType": f.Verdict, "Regions": f.Region} {
		if value != "" {
			p[name] = value
		}
	}
	op := o.asked("ListConfigRuleEvaluationResults", f.RuleID, p)
	if o.aggregatorID == "" {
		op.Method = "GET" // only this twin
	} else if f.AccountID != "" {
		op.Query["ResourceAccountId"] = f.AccountID
	}
	return o.results(ctx, op, each)
}

// ResourceResults goes through the results of one resource by all rules
// (ListResourceEvaluationResults). They do not say whose it is.
func (o Owner) ResourceResults(ctx context.Context, region, resourceID string, each func(Result) error) error {
	op := o.asked("ListResourceEvaluationResults", resourceID, map[string]string{"ResourceId": resourceID, "ResourceType": ACKCluster, "Region": region})
	return o.results(ctx, op, each)
}

func (o Owner) results(ctx context.Context, op alicloud.Operation, each func(Result) error) error {
	return tokened(ctx, o.client, op, "EvaluationResults", func(page json.RawMessage) error {
		var answer struct{ EvaluationResultList []answeredResult }
		if err := json.Unmarshal(page, &answer); err != nil {
			return err
		}
		for _, r := range answer.EvaluationResultList {
			if err := each(r.result()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Resource is a resource whose result is acknowledged.
type Resource struct {
	AccountID, Region, ID string
}

func (r Resource) parameters(ruleID string) map[string]string {
	type sent struct {
		Region            string
		ResourceAccountID json.Number `json:"ResourceAccountId"`
		ResourceID        string      `json:"ResourceId"`
		ResourceType      string
	}
	return map[string]string{"ConfigRuleId": ruleID, "Resources": text([]sent{{r.Region, json.Number(r.AccountID), r.ID, ACKCluster}})}
}

// Ignore acknowledges the non-compliant result of a resource
// (IgnoreEvaluationResults). date is YYYY-MM-DD, or empty for until reverted.
func (o Owner) Ignore(ctx context.Context, ruleID string, r Resource, reason, date string) error {
	p := r.parameters(ruleID)
	maps.Copy(p, map[string]string{"Reason": reason, "IgnoreDate": date})
	if date == "" {
		delete(p, "IgnoreDate")
	}
	return o.client.change(ctx, o.sent("IgnoreEvaluationResults", r.ID, p), nil)
}

// Revert takes an acknowledgement back (RevertEvaluationResults).
func (o Owner) Revert(ctx context.Context, ruleID string, r Resource) error {
	return o.client.change(ctx, o.sent("RevertEvaluationResults", r.ID, r.parameters(ruleID)), nil)
}
