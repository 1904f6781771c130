package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// CompliancePack is a set of rules, of an account or of an account group.
type CompliancePack struct {
	CompliancePackID         string `json:"CompliancePackId,omitzero" jsonschema_description:"cp- and letters or digits; left out, it is made up."`
	CompliancePackName       string `json:"CompliancePackName" jsonschema:"required" jsonschema_description:"Name of the pack, once per account or group."`
	CompliancePackTemplateID string `json:"CompliancePackTemplateId,omitzero" jsonschema_description:"One of config_pack_templates."`
	Description              string `json:"Description,omitzero" jsonschema_description:"For readers."`
	RiskLevel                int64  `json:"RiskLevel,omitzero" jsonschema_description:"1 high, 2 medium (the default), 3 low; of rules that say nothing else."`
	ConfigScope
	Tags        []ConfigTag          `json:"Tags,omitzero" jsonschema_description:"Tags of the pack."`
	ConfigRules []CompliancePackRule `json:"ConfigRules" jsonschema:"required" jsonschema_description:"Rules that are made for the pack or belong to it."`
}

// CompliancePackRule is a rule of a pack, as requests write it too.
type CompliancePackRule struct {
	ConfigRuleID          string                `json:"ConfigRuleId,omitzero" jsonschema_description:"A rule that is there already. In a scenario with ManagedRuleIdentifier: the id of the rule that is made."`
	ManagedRuleIdentifier string                `json:"ManagedRuleIdentifier,omitzero" jsonschema_description:"Managed rule that a rule is made from."`
	ConfigRuleName        string                `json:"ConfigRuleName,omitzero" jsonschema_description:"Name of the rule; left out, the names of the pack and of the managed rule."`
	RiskLevel             int64                 `json:"RiskLevel,omitzero" jsonschema_description:"Left out, that of the pack."`
	Description           string                `json:"Description,omitzero" jsonschema_description:"For readers."`
	ConfigRuleParameters  []ConfigRuleParameter `json:"ConfigRuleParameters,omitzero" jsonschema_description:"Parameters; the rules for ACK take none."`
}

// ConfigRuleParameter is a parameter of a rule of a pack.
type ConfigRuleParameter struct {
	ParameterName  string `json:"ParameterName" jsonschema:"required" jsonschema_description:"Name of the parameter."`
	ParameterValue string `json:"ParameterValue" jsonschema:"required" jsonschema_description:"Its value, as text."`
}

// PackTemplate is an entry of the service's own list of compliance packs.
type PackTemplate struct {
	CompliancePackTemplateID   string             `json:"CompliancePackTemplateId" jsonschema:"required" jsonschema_description:"ct- and letters or digits."`
	CompliancePackTemplateName string             `json:"CompliancePackTemplateName" jsonschema:"required" jsonschema_description:"Name of the template."`
	Description                string             `json:"Description,omitzero" jsonschema_description:"For readers."`
	RiskLevel                  int64              `json:"RiskLevel" jsonschema:"required" jsonschema_description:"1 high, 2 medium, 3 low."`
	ConfigRules                []PackTemplateRule `json:"ConfigRules" jsonschema:"required" jsonschema_description:"Managed rules of the template."`
}

// PackTemplateRule is a rule of a template.
type PackTemplateRule struct {
	ManagedRuleIdentifier string `json:"ManagedRuleIdentifier" jsonschema:"required" jsonschema_description:"Identifier of a managed rule."`
	DefaultEnable         bool   `json:"DefaultEnable,omitzero" jsonschema_description:"Whether the rule is enabled together with the pack."`
	ControlID             string `json:"ControlId,omitzero" jsonschema_description:"Number of the control in the framework that the template is for."`
	ControlDescription    string `json:"ControlDescription,omitzero" jsonschema_description:"What that control asks for."`
}

var (
	packIDPattern     = regexp.MustCompile(`^cp-[0-9A-Za-z]+$`)
	templateIDPattern = regexp.MustCompile(`^ct-[0-9A-Za-z]+$`)
)

// complete fills in what has a default.
func (p *CompliancePack) complete() {
	if p.RiskLevel == 0 {
		p.RiskLevel = 2
	}
}

// newRule is the rule that an entry of a pack asks for.
func (w *CompliancePackRule) newRule(p *CompliancePack, managed *ManagedRule) *ConfigRule {
	r := &ConfigRule{
		ConfigRuleName: w.ConfigRuleName, SourceIdentifier: w.ManagedRuleIdentifier, RiskLevel: w.RiskLevel, Description: w.Description,
		ConfigRuleTriggerTypes: managed.MessageType, MaximumExecutionFrequency: managed.MaximumExecutionFrequency, InputParameters: w.parameters(),
		ResourceTypesScope: strings.Join(managed.resourceTypes(), ","),
	}
	if r.ConfigRuleName == "" {
		r.ConfigRuleName = p.CompliancePackName + "-" + managed.ConfigRuleName
	}
	if r.RiskLevel == 0 {
		r.RiskLevel = p.RiskLevel
	}
	r.complete()
	return r
}

// change is a rule that the pack has, as an entry asks for it; what the entry leaves out stays.
func (w *CompliancePackRule) change(r *ConfigRule) *ConfigRule {
	changed := clone(r)
	for field, sent := range map[*string]string{&changed.ConfigRuleName: w.ConfigRuleName, &changed.Description: w.Description} {
		if sent != "" {
			*field = sent
		}
	}
	if w.RiskLevel != 0 {
		changed.RiskLevel = w.RiskLevel
	}
	if w.ConfigRuleParameters != nil {
		changed.InputParameters = w.parameters()
	}
	return changed
}

func (w *CompliancePackRule) parameters() map[string]any {
	if len(w.ConfigRuleParameters) == 0 {
		return nil
	}
	all := map[string]any{}
	for _, p := range w.ConfigRuleParameters {
		all[p.ParameterName] = p.ParameterValue
	}
	return all
}

// compliancePacks checks packs beside the rules of the same account or group.
func (k *checker) compliancePacks(path string, s *Scenario, packs []CompliancePack, rules []ConfigRule) {
	names, owned, taken := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range rules {
		taken[rules[i].ConfigRuleName] = true
	}
	for i := range packs {
		p, at := clone(&packs[i]), fmt.Sprintf("%s[%d]", path, i)
		p.complete()
		if p.CompliancePackID != "" {
			k.once("CompliancePackId", p.CompliancePackID, at+".CompliancePackId")
			if !packIDPattern.MatchString(p.CompliancePackID) {
				k.add(at+".CompliancePackId", "CompliancePackId is %q, want cp- and letters or digits", p.CompliancePackID)
			}
		}
		if names[p.CompliancePackName] {
			k.add(at+".CompliancePackName", "the compliance pack %q is listed twice", p.CompliancePackName)
		}
		names[p.CompliancePackName] = true
		if id := p.CompliancePackTemplateID; id != "" && packTemplate(s.ConfigPackTemplates, id) == nil {
			k.add(at+".CompliancePackTemplateId", "the template %q is none of config_pack_templates", id)
		}
		if p.RiskLevel < 1 || p.RiskLevel > 3 {
			k.add(at+".RiskLevel", "RiskLevel is %d, want 1, 2 or 3", p.RiskLevel)
		}
		if len(p.ConfigRules) == 0 {
			k.add(at+".ConfigRules", "a compliance pack has rules")
		}
		for j := range p.ConfigRules {
			k.packRule(fmt.Sprintf("%s.ConfigRules[%d]", at, j), s, p, &p.ConfigRules[j], rules, owned, taken)
		}
	}
}

// packRule checks one rule; owned are the ids of rules that belong to a pack, taken the names of all.
func (k *checker) packRule(path string, s *Scenario, p *CompliancePack, w *CompliancePackRule, rules []ConfigRule, owned, taken map[string]bool) {
	id := w.ConfigRuleID
	if id != "" {
		if owned[id] {
			k.add(path+".ConfigRuleId", "the rule %s is in a compliance pack already", id)
		}
		owned[id] = true
		if slices.ContainsFunc(rules, func(r ConfigRule) bool { return r.ConfigRuleID == id }) {
			return
		}
		if w.ManagedRuleIdentifier == "" {
			k.add(path+".ConfigRuleId", "the rule %s is none of the rules beside the pack", id)
			return
		}
		k.once("ConfigRuleId", id, path+".ConfigRuleId")
		if !configRuleIDPattern.MatchString(id) {
			k.add(path+".ConfigRuleId", "ConfigRuleId is %q, want cr- and letters or digits", id)
		}
	}
	managed := managedRule(s.ConfigManagedRules, w.ManagedRuleIdentifier)
	if managed == nil {
		k.add(path+".ManagedRuleIdentifier", "%q is no managed rule", w.ManagedRuleIdentifier)
		return
	}
	r := w.newRule(p, managed)
	if field, why := r.problem(managed); field != "" {
		k.add(path, "%s of the rule %s: %s", field, r.ConfigRuleName, why)
	}
	if taken[r.ConfigRuleName] {
		k.add(path+".ConfigRuleName", "the rule %q is there already", r.ConfigRuleName)
	}
	taken[r.ConfigRuleName] = true
}

func packTemplate(templates []PackTemplate, id string) *PackTemplate {
	if at := slices.IndexFunc(templates, func(t PackTemplate) bool { return t.CompliancePackTemplateID == id }); at >= 0 {
		return &templates[at]
	}
	return nil
}

func (k *checker) packTemplates(path string, s *Scenario) {
	for i := range s.ConfigPackTemplates {
		t, at := &s.ConfigPackTemplates[i], fmt.Sprintf("%s[%d]", path, i)
		k.once("CompliancePackTemplateId", t.CompliancePackTemplateID, at+".CompliancePackTemplateId")
		if !templateIDPattern.MatchString(t.CompliancePackTemplateID) {
			k.add(at+".CompliancePackTemplateId", "CompliancePackTemplateId is %q, want ct- and letters or digits", t.CompliancePackTemplateID)
		}
		if t.RiskLevel < 1 || t.RiskLevel > 3 {
			k.add(at+".RiskLevel", "RiskLevel is %d, want 1, 2 or 3", t.RiskLevel)
		}
		for j, r := range t.ConfigRules {
			if managedRule(s.ConfigManagedRules, r.ManagedRuleIdentifier) == nil {
				k.add(fmt.Sprintf("%s.ConfigRules[%d].ManagedRuleIdentifier", at, j), "%q is no managed rule", r.ManagedRuleIdentifier)
			}
		}
	}
}
