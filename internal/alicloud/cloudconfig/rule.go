package cloudconfig

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// States of a rule.
const (
	RuleActive     = "ACTIVE"
	RuleInactive   = "INACTIVE"
	RuleEvaluating = "EVALUATING"
	RuleDeleting   = "DELETING"
)

// Triggers of a rule.
const (
	TriggerChange    = "ConfigurationItemChangeNotification"
	TriggerScheduled = "ScheduledNotification"
)

// Frequencies are the periods of a scheduled rule.
var Frequencies = []string{"One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"}

// Scope is which resources a rule or a pack looks at. Empty lists restrict nothing.
type Scope struct {
	RegionIDs, ExcludeRegionIDs               []string
	ResourceGroupIDs, ExcludeResourceGroupIDs []string
	ResourceIDs, ExcludeResourceIDs           []string
	Tags, ExcludeTags                         []Tag
}

// Rule is what a rule is set to.
type Rule struct {
	Name, Description string
	SourceIdentifier  string
	RiskLevel         int64
	// Triggers is a list in one text, as the API has it.
	Triggers          string
	Frequency         string // empty unless it is scheduled
	InputParameters   map[string]string
	ResourceTypes     []string
	Scope             Scope
	ResourceNames     string
	TagKeyLogic       string   // AND or OR
	AccountIDs        []string // of an account group, as the three below
	ExcludeAccountIDs []string
	FolderIDs         []string
	ExcludeFolderIDs  []string
	Tags              []Tag
}

// StoredRule is a rule as the service has it (GetConfigRule).
type StoredRule struct {
	Rule
	ID, ARN, State string
	// PackID and PackName are the compliance pack that the rule belongs to; empty for none.
	PackID, PackName string
	Compliance       string
	AccountID        string
}

// parameters writes a rule. whole: also what is empty, so that an update takes it away.
func (r Rule) parameters(whole, group bool) map[string]string {
	p := map[string]string{
		"ConfigRuleName": r.Name, "RiskLevel": strconv.FormatInt(r.RiskLevel, 10), "ConfigRuleTriggerTypes": r.Triggers,
		"ResourceTypesScope": commas(r.ResourceTypes),
	}
	optional := map[string]string{
		"Description": r.Description, "ResourceNameScope": r.ResourceNames,
	}
	r.Scope.lists(optional)
	if group {
		optional["AccountIdsScope"], optional["ExcludeAccountIdsScope"] = commas(r.AccountIDs), commas(r.ExcludeAccountIDs)
		optional["FolderIdsScope"], optional["ExcludeFolderIdsScope"] = commas(r.FolderIDs), commas(r.ExcludeFolderIDs)
	}
	for name, value := range optional {
		if whole || value != "" {
			p[name] = value
		}
	}
	for name, value := range map[string]string{"MaximumExecutionFrequency": r.Frequency, "TagKeyLogicScope": r.TagKeyLogic} {
		if value != "" {
			p[name] = value
		}
	}
	if whole || len(r.InputParameters) > 0 {
		p["InputParameters"] = text(orEmpty(r.InputParameters))
	}
	r.Scope.tags(p)
	if len(r.Tags) > 0 {
		p["Tag"] = sentTags(r.Tags)
	}
	return p
}

// lists writes the lists of a scope, empty ones too.
func (s Scope) lists(p map[string]string) {
	p["RegionIdsScope"], p["ExcludeRegionIdsScope"] = commas(s.RegionIDs), commas(s.ExcludeRegionIDs)
	p["ResourceGroupIdsScope"], p["ExcludeResourceGroupIdsScope"] = commas(s.ResourceGroupIDs), commas(s.ExcludeResourceGroupIDs)
	p["ResourceIdsScope"], p["ExcludeResourceIdsScope"] = commas(s.ResourceIDs), commas(s.ExcludeResourceIDs)
}

// tags writes the tags of a scope. There is no way to write that there are none.
func (s Scope) tags(p map[string]string) {
	for name, tags := range map[string][]Tag{"TagsScope": s.Tags, "ExcludeTagsScope": s.ExcludeTags} {
		for i, tag := range tags {
			at := fmt.Sprintf("%s.%d.", name, i+1)
			if p[at+"TagKey"] = tag.Key; tag.Value != "" {
				p[at+"TagValue"] = tag.Value
			}
		}
	}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// answeredScope is a scope as answers have it.
type answeredScope struct {
	RegionIDsScope               string `json:"RegionIdsScope"`
	ExcludeRegionIDsScope        string `json:"ExcludeRegionIdsScope"`
	ResourceGroupIDsScope        string `json:"ResourceGroupIdsScope"`
	ExcludeResourceGroupIDsScope string `json:"ExcludeResourceGroupIdsScope"`
	ResourceIDsScope             string `json:"ResourceIdsScope"`
	ExcludeResourceIDsScope      string `json:"ExcludeResourceIdsScope"`
	TagsScope, ExcludeTagsScope  []Tag
}

func (a answeredScope) scope() Scope {
	return Scope{
		RegionIDs: CommaList(a.RegionIDsScope), ExcludeRegionIDs: CommaList(a.ExcludeRegionIDsScope),
		ResourceGroupIDs: CommaList(a.ResourceGroupIDsScope), ExcludeResourceGroupIDs: CommaList(a.ExcludeResourceGroupIDsScope),
		ResourceIDs: CommaList(a.ResourceIDsScope), ExcludeResourceIDs: CommaList(a.ExcludeResourceIDsScope),
		Tags: a.TagsScope, ExcludeTags: a.ExcludeTagsScope,
	}
}

// answeredRule is what the single answer and the list have.
type answeredRule struct {
	answeredScope
	AccountID                 json.Number `json:"AccountId"`
	ConfigRuleID              string      `json:"ConfigRuleId"`
	ConfigRuleArn             string
	ConfigRuleName            string
	ConfigRuleState           string
	ConfigRuleTriggerTypes    string
	MaximumExecutionFrequency string
	Description               string
	RiskLevel                 int64
	ResourceTypesScope        string
	InputParameters           map[string]any
	ResourceNameScope         string
	TagKeyLogicScope          string
	AccountIDsScope           string `json:"AccountIdsScope"`
	ExcludeAccountIDsScope    string `json:"ExcludeAccountIdsScope"`
	FolderIDsScope            string `json:"FolderIdsScope"`
	ExcludeFolderIDsScope     string `json:"ExcludeFolderIdsScope"`
	Source                    struct{ Identifier string }
	SourceIdentifier          string // only in the list
	Compliance                struct{ ComplianceType string }
	CreateBy                  struct {
		CompliancePackID   string `json:"CompliancePackId"`
		CompliancePackName string
	}
	Tags []Tag
}

func (a answeredRule) rule() StoredRule {
	parameters := map[string]string{}
	for name, value := range a.InputParameters {
		if s, ok := value.(string); ok {
			parameters[name] = s
		} else {
			parameters[name] = text(value) // numbers and bools, which the service takes as text too
		}
	}
	if !strings.Contains(a.ConfigRuleTriggerTypes, TriggerScheduled) {
		a.MaximumExecutionFrequency = "" // the service may name one all the same; it means nothing
	}
	if a.TagKeyLogicScope == "" {
		a.TagKeyLogicScope = "OR"
	}
	return StoredRule{
		Rule: Rule{
			Name: a.ConfigRuleName, Description: a.Description, SourceIdentifier: a.Source.Identifier, RiskLevel: a.RiskLevel,
			Triggers: a.ConfigRuleTriggerTypes, Frequency: a.MaximumExecutionFrequency, InputParameters: parameters,
			ResourceTypes: CommaList(a.ResourceTypesScope), Scope: a.scope(), ResourceNames: a.ResourceNameScope, TagKeyLogic: a.TagKeyLogicScope,
			AccountIDs: CommaList(a.AccountIDsScope), ExcludeAccountIDs: CommaList(a.ExcludeAccountIDsScope),
			FolderIDs: CommaList(a.FolderIDsScope), ExcludeFolderIDs: CommaList(a.ExcludeFolderIDsScope), Tags: a.Tags,
		},
		ID: a.ConfigRuleID, ARN: a.ConfigRuleArn, State: a.ConfigRuleState, Compliance: a.Compliance.ComplianceType,
		PackID: a.CreateBy.CompliancePackID, PackName: a.CreateBy.CompliancePackName, AccountID: a.AccountID.String(),
	}
}

// CreateRule creates a managed rule (CreateConfigRule) and returns its ID. The
// same token creates it once. Name taken is a Conflict.
func (o Owner) CreateRule(ctx context.Context, r Rule, token string) (string, error) {
	p := r.parameters(false, o.aggregatorID != "")
	p["SourceIdentifier"], p["SourceOwner"], p["ClientToken"] = r.SourceIdentifier, "ALIYUN", token
	op := o.sent("CreateConfigRule", r.Name, p)
	if name, ok := op.Form["ResourceNameScope"]; ok && o.aggregatorID != "" { // this one call has it in the URL
		op.Query["ResourceNameScope"] = name
		delete(op.Form, "ResourceNameScope")
	}
	op.Holds = []string{"ConfigRuleId"}
	var answer struct {
		ConfigRuleID string `json:"ConfigRuleId"`
	}
	err := o.client.change(ctx, op, &answer)
	return answer.ConfigRuleID, err
}

// UpdateRule sets a rule (UpdateConfigRule): all of it but the source.
func (o Owner) UpdateRule(ctx context.Context, id string, r Rule) error {
	p := r.parameters(true, o.aggregatorID != "")
	p["ConfigRuleId"] = id
	return o.client.change(ctx, o.sent("UpdateConfigRule", id, p), nil)
}

// Rule reads a rule (GetConfigRule). found is false if it, or the account group
// that had it, is gone; a rule that is being deleted is gone.
func (o Owner) Rule(ctx context.Context, id string) (rule StoredRule, found bool, err error) {
	var answer struct{ ConfigRule answeredRule }
	op := o.asked("GetConfigRule", id, map[string]string{"ConfigRuleId": id})
	err = o.client.read(ctx, op, "ConfigRule", &answer)
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return rule, false, nil
	case err != nil:
		return rule, false, err
	case answer.ConfigRule.ConfigRuleID != id:
		return rule, false, o.client.caller.Malformed(op, fmt.Errorf("it is about rule %q", answer.ConfigRule.ConfigRuleID))
	}
	rule = answer.ConfigRule.rule()
	return rule, rule.State != RuleDeleting, nil
}

// RuleFilter selects rules of a list; empty fields select all.
type RuleFilter struct{ Name, PackID, ResourceType string }

// Rules lists rules (ListConfigRules). A list says less of a rule than Rule:
// no scopes but the resource types, no triggers, no parameters.
func (o Owner) Rules(ctx context.Context, f RuleFilter) ([]StoredRule, error) {
	p := map[string]string{}
	for name, value := range map[string]string{"ConfigRuleName": f.Name, "CompliancePackId": f.PackID, "ResourceTypes": f.ResourceType} {
		if value != "" {
			p[name] = value
		}
	}
	return numbered(ctx, o.client, o.asked("ListConfigRules", "", p), "ConfigRules",
		func(r StoredRule) string { return r.ID },
		func(page json.RawMessage) ([]StoredRule, error) {
			var answer struct{ ConfigRuleList []listedRule }
			err := json.Unmarshal(page, &answer)
			rules := make([]StoredRule, 0, len(answer.ConfigRuleList))
			for _, r := range answer.ConfigRuleList {
				rules = append(rules, r.rule())
			}
			return rules, err
		})
}

// listedRule has its source and its tags under other names than the single answer.
type listedRule struct {
	answeredRule
	Tags []struct{ Key, Value string }
}

func (l listedRule) rule() StoredRule {
	l.Source.Identifier = l.SourceIdentifier
	r := l.answeredRule.rule()
	for _, t := range l.Tags {
		r.Tags = append(r.Tags, Tag(t))
	}
	return r
}

// DeleteRule deletes a rule (DeleteConfigRules). A rule of a compliance pack is
// refused with ConfigRuleCanNotDelete.
func (o Owner) DeleteRule(ctx context.Context, id string) error {
	return o.operate(ctx, "DeleteConfigRules", id)
}

// SetRuleActive starts or stops a rule (ActiveConfigRules, DeactiveConfigRules).
func (o Owner) SetRuleActive(ctx context.Context, id string, active bool) error {
	if active {
		return o.operate(ctx, "ActiveConfigRules", id)
	}
	err := o.operate(ctx, "DeactiveConfigRules", id)
	if alicloud.HasCode(err, "ConfigRuleStatusNotActive") {
		return nil // it is stopped already, e.g. by an attempt whose answer got lost
	}
	return err
}

// operate makes a call on several rules for one.
func (o Owner) operate(ctx context.Context, action, id string) error {
	return o.operateWith(ctx, action, id, nil)
}

func (o Owner) operateWith(ctx context.Context, action, id string, more map[string]string) error {
	p := map[string]string{"ConfigRuleIds": id}
	maps.Copy(p, more)
	op := o.asked(action, id, p)
	op.Holds = []string{"OperateRuleResult"}
	var answer struct {
		OperateRuleResult struct {
			OperateRuleItemList []struct {
				ConfigRuleID string `json:"ConfigRuleId"`
				Success      bool
				ErrorCode    string
			}
		}
	}
	if err := o.client.change(ctx, op, &answer); err != nil {
		return err
	}
	items := []item{}
	for _, i := range answer.OperateRuleResult.OperateRuleItemList {
		items = append(items, item{i.ConfigRuleID, i.Success, i.ErrorCode})
	}
	return o.client.verdict(op, id, items)
}

// StartEvaluation evaluates a rule now (StartConfigRuleEvaluation).
func (o Owner) StartEvaluation(ctx context.Context, id string) error {
	op := o.asked("StartConfigRuleEvaluation", id, map[string]string{"ConfigRuleId": id})
	op.Holds = []string{"Result"}
	var answer struct{ Result bool }
	if err := o.client.change(ctx, op, &answer); err != nil {
		return err
	}
	if !answer.Result {
		return o.client.caller.Refused(op, "", "the service answers that it did not start the evaluation")
	}
	return nil
}
