package simulator

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// The documented limits.
const (
	maxPacks       = 5
	maxPacksDelete = 5
)

// configPack is a stored compliance pack. Its rules are those that say so; ConfigRules is what was asked for last.
type configPack struct {
	*CompliancePack
	holder  *configHolder
	created time.Time
	ready   time.Time // until when it is being created or changed
}

// packParameters are those that create a pack and those that change it.
func packParameters(create bool) []parameter {
	list := []parameter{
		{name: "ClientToken"}, {name: "Tag"}, {name: "ConfigRules"}, {name: "CompliancePackName", required: create}, {name: "RiskLevel", kind: "int", min: 1, max: 3},
		{name: "TagsScope.*.TagKey"}, {name: "TagsScope.*.TagValue"}, {name: "ExcludeTagsScope.*.TagKey"}, {name: "ExcludeTagsScope.*.TagValue"},
	}
	for _, name := range []string{
		"Description", "RegionIdsScope", "ExcludeRegionIdsScope", "ResourceGroupIdsScope", "ExcludeResourceGroupIdsScope",
		"ResourceIdsScope", "ExcludeResourceIdsScope", "TagKeyScope", "TagValueScope",
	} {
		list = append(list, parameter{name: name, mayBeEmpty: !create})
	}
	if create {
		return append(list, parameter{name: "CompliancePackTemplateId"}, parameter{name: "DefaultEnable", kind: "bool"}, parameter{name: "TemplateContent", refused: true})
	}
	return append(list, parameter{name: "CompliancePackId", required: true})
}

var packIDParameter = parameter{name: "CompliancePackId", required: true}

var configPackOperations = slices.Concat(
	twins("CreateCompliancePack", createCompliancePack, nil, packParameters(true)...),
	twins("UpdateCompliancePack", updateCompliancePack, nil, packParameters(false)...),
	twins("GetCompliancePack", getCompliancePack, nil, packIDParameter, parameter{name: "Tag"}),
	twins("ListCompliancePacks", listCompliancePacks, nil,
		slices.Concat(pageParameters, []parameter{{name: "Status", enum: []string{"ACTIVE", "CREATING"}}, {name: "Tag"}})...),
	twins("DeleteCompliancePacks", deleteCompliancePacks, nil,
		parameter{name: "CompliancePackIds", required: true}, parameter{name: "DeleteRule", kind: "bool"}, parameter{name: "ClientToken"}),
	twins("AttachConfigRuleToCompliancePack", attachConfigRules, nil, packIDParameter, parameter{name: "ConfigRuleIds", required: true}),
	twins("DetachConfigRuleToCompliancePack", detachConfigRules, nil, packIDParameter, parameter{name: "ConfigRuleIds", required: true}),
	twins("GetConfigRuleComplianceByPack", getConfigRuleComplianceByPack, nil, packIDParameter),
	[]operation{configOperation("ListCompliancePackTemplates", listCompliancePackTemplates,
		slices.Concat(pageParameters, []parameter{{name: "CompliancePackTemplateId"}, {name: "ResourceTypes"}})...)},
)

func (c *Cloud) packsOf(h *configHolder) []*configPack {
	packs := []*configPack{}
	for _, p := range c.config.packs {
		if p.holder == h {
			packs = append(packs, p)
		}
	}
	return packs
}

func (c *Cloud) packOf(h *configHolder, id string) *configPack {
	at := slices.IndexFunc(c.config.packs, func(p *configPack) bool { return p.holder == h && p.CompliancePackID == id })
	if at < 0 {
		return nil
	}
	return c.config.packs[at]
}

// pack is the compliance pack of the call.
func (cl *call) pack(h *configHolder) (*configPack, *apiError) {
	if p := cl.packOf(h, cl.params.Get("CompliancePackId")); p != nil {
		return p, nil
	}
	return nil, configError("Invalid.CompliancePackId.Value", "The specified CompliancePackId does not exist.")
}

func (c *Cloud) rulesOfPack(p *configPack) []*configRule {
	return slices.DeleteFunc(c.rulesOf(p.holder), func(r *configRule) bool { return r.pack != p })
}

func (p *configPack) status(now time.Time) string {
	if now.Before(p.ready) {
		return "CREATING"
	}
	return "ACTIVE"
}

// packPlan is what a list of rules means for a pack.
type packPlan struct {
	changed map[*configRule]*ConfigRule // rules that the pack has or gets, as they will be
	made    []*ConfigRule
	gone    []*configRule
}

// planPack compares a list of rules with those of a pack, and changes nothing.
func (c *Cloud) planPack(p *configPack, head *CompliancePack, list []CompliancePackRule) (*packPlan, *apiError) {
	if len(list) == 0 {
		return nil, configError("Invalid.ConfigRules.Empty", "You must specify ConfigRules.")
	}
	plan, before := &packPlan{changed: map[*configRule]*ConfigRule{}}, c.rulesOfPack(p)
	found := c.findPackRules(p, before, list)
	for i, w := range list {
		next := found[i]
		switch managed := managedRule(c.config.managed, w.ManagedRuleIdentifier); {
		case next != nil:
			plan.changed[next] = next.ConfigRule
			if changed := w.change(next.ConfigRule); next.made && !reflect.DeepEqual(changed, next.ConfigRule) {
				plan.changed[next] = changed
			}
		case managed == nil || c.ruleOf(p.holder, w.ConfigRuleID) != nil:
			return nil, invalidValue("ConfigRules")
		default:
			made := w.newRule(head, managed)
			made.ConfigRuleID = w.ConfigRuleID
			plan.made = append(plan.made, made)
		}
	}
	for _, r := range before {
		if plan.changed[r] == nil {
			plan.gone = append(plan.gone, r)
		}
	}
	return plan, c.checkPlan(p, plan)
}

// findPackRules finds the rule of each entry, nil for one that must be made. A rule that was made for the pack is known
// by its id, else by its managed rule and name, else by its managed rule alone.
func (c *Cloud) findPackRules(p *configPack, before []*configRule, list []CompliancePackRule) []*configRule {
	found := make([]*configRule, len(list))
	take := func(i int, rules []*configRule, fits func(*configRule) bool) {
		if at := slices.IndexFunc(rules, func(r *configRule) bool { return !slices.Contains(found, r) && fits(r) }); found[i] == nil && at >= 0 {
			found[i] = rules[at]
		}
	}
	all := c.rulesOf(p.holder)
	for i, w := range list {
		take(i, all, func(r *configRule) bool {
			return r.ConfigRuleID == w.ConfigRuleID && r.deleted.IsZero() && (r.pack == nil || r.pack == p)
		})
	}
	for _, byName := range []bool{true, false} {
		for i, w := range list {
			take(i, before, func(r *configRule) bool {
				return w.ConfigRuleID == "" && r.made && r.SourceIdentifier == w.ManagedRuleIdentifier && (!byName || r.ConfigRuleName == w.ConfigRuleName)
			})
		}
	}
	return found
}

// checkPlan refuses rules that are wrong, names that are not unique, and too many rules.
func (c *Cloud) checkPlan(p *configPack, plan *packPlan) *apiError {
	names := map[string]bool{}
	add := func(r *ConfigRule) bool {
		field, _ := r.problem(managedRule(c.config.managed, r.SourceIdentifier))
		known := names[r.ConfigRuleName]
		names[r.ConfigRuleName] = true
		return field == "" && !known
	}
	count := len(plan.made)
	for _, r := range c.rulesOf(p.holder) {
		if plan.changed[r] == nil && (!r.made || !slices.Contains(plan.gone, r)) {
			names[r.ConfigRuleName] = true
			count++
		}
	}
	for _, r := range slices.Concat(slices.Collect(maps.Values(plan.changed)), plan.made) {
		if !add(r) {
			return invalidValue("ConfigRules")
		}
	}
	if count+len(plan.changed) > maxRules {
		return configError("ConfigRuleExceedMaxRuleCount", "The maximum number of config rules is exceeded.")
	}
	return nil
}

// carryOut does what was planned: rules that were made for the pack go with it, others are on their own again.
func (c *Cloud) carryOut(p *configPack, plan *packPlan, now time.Time) {
	for _, r := range plan.gone {
		c.leavePack(r, r.made, now)
	}
	for r, next := range plan.changed {
		if r.ConfigRule != next {
			r.modified = now
		} else if r.pack == p {
			continue
		}
		r.ConfigRule, r.pack = next, p
		c.start(r, now)
	}
	for _, next := range plan.made {
		r := c.newRule(p.holder, next, now)
		r.pack, r.made = p, true
	}
}

// leavePack takes a rule out of its pack.
func (c *Cloud) leavePack(r *configRule, deleted bool, now time.Time) {
	r.pack, r.made = nil, false
	if deleted {
		c.deleteRule(r, now)
		return
	}
	c.start(r, now)
}

// loadPack stores a pack of the scenario, which was checked.
func (c *Cloud) loadPack(h *configHolder, given *CompliancePack, now time.Time) {
	given.complete()
	p := &configPack{CompliancePack: given, holder: h, created: now, ready: now}
	plan, err := c.planPack(p, given, given.ConfigRules)
	if err != nil {
		panic(fmt.Sprintf("simulator: the compliance pack %s was checked, and is refused: %v", given.CompliancePackName, err))
	}
	c.addPack(p, plan, now)
}

func (c *Cloud) addPack(p *configPack, plan *packPlan, now time.Time) {
	if p.CompliancePackID == "" {
		p.CompliancePackID = "cp-" + c.randomID("0123456789abcdef", 20)
	}
	p.ConfigRules = nil
	c.config.packs = append(c.config.packs, p)
	c.carryOut(p, plan, now)
}

// change puts what a request sends into a pack, and reads its rules if it sends any.
func (p *CompliancePack) change(cl *call, h *configHolder) ([]CompliancePackRule, *apiError) {
	cl.setFields(p)
	p.ConfigScope.change(cl)
	if err := cl.changeTags(&p.Tags); err != nil {
		return nil, err
	}
	var rules []CompliancePackRule
	err := jsonParameter(cl, "ConfigRules", &rules)
	if slices.ContainsFunc(rules, func(w CompliancePackRule) bool { return w.ConfigRuleID != "" && cl.ruleOf(h, w.ConfigRuleID) == nil }) {
		return nil, invalidValue("ConfigRules")
	}
	return rules, err
}

// checkPack refuses a name that another pack has.
func (cl *call) checkPack(h *configHolder, p *CompliancePack) *apiError {
	if slices.ContainsFunc(cl.packsOf(h), func(other *configPack) bool {
		return other.CompliancePackName == p.CompliancePackName && other.CompliancePackID != p.CompliancePackID
	}) {
		return configError("CompliancePackExists", "The compliance pack already exists.")
	}
	return nil
}

func createCompliancePack(cl *call, h *configHolder) (any, *apiError) {
	id, err := once(cl, h, func() (string, *apiError) {
		given := &CompliancePack{}
		rules, err := given.change(cl, h)
		if err != nil {
			return "", err
		}
		given.complete()
		if id := given.CompliancePackTemplateID; id != "" && packTemplate(cl.config.templates, id) == nil {
			return "", configError("Invalid.CompliancePackTemplateId.Value", "The specified CompliancePackTemplateId does not exist.")
		}
		p := &configPack{CompliancePack: given, holder: h, created: cl.time, ready: cl.time.Add(cl.behaviour.configTaskDuration())}
		plan, err := cl.planPack(p, given, rules)
		if err != nil {
			return "", err
		}
		for _, r := range plan.made {
			if cl.params.Get("DefaultEnable") == "false" {
				r.ConfigRuleState = "INACTIVE"
			}
		}
		if err := cl.checkPack(h, given); err != nil {
			return "", err
		}
		if len(cl.packsOf(h)) >= maxPacks {
			return "", configError("CompliancePackExceedMaxCount", "The maximum number of compliance pack is exceeded.")
		}
		cl.addPack(p, plan, cl.time)
		return p.CompliancePackID, nil
	})
	if err != nil {
		return nil, err
	}
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": "", "CompliancePackId": id}, nil
}

func updateCompliancePack(cl *call, h *configHolder) (any, *apiError) {
	p, err := cl.pack(h)
	if err != nil {
		return nil, err
	}
	if p.status(cl.time) != "ACTIVE" {
		return nil, configError("CompliancePackAlreadyPending", "The compliance pack has a pending operation and cannot be updated.")
	}
	changed := clone(p.CompliancePack)
	rules, err := changed.change(cl, h)
	if err != nil {
		return nil, err
	}
	if err := cl.checkPack(h, changed); err != nil {
		return nil, err
	}
	plan := &packPlan{}
	if cl.params.Has("ConfigRules") {
		if plan, err = cl.planPack(p, changed, rules); err != nil {
			return nil, err
		}
	}
	p.ready = cl.time.Add(cl.behaviour.configTaskDuration())
	cl.changePack(p, changed, plan, cl.time)
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": "", "CompliancePackId": p.CompliancePackID}, nil
}

// changePack has all rules evaluated anew if they look at other resources now.
func (c *Cloud) changePack(p *configPack, changed *CompliancePack, plan *packPlan, now time.Time) {
	rescoped := !reflect.DeepEqual(p.ConfigScope, changed.ConfigScope)
	p.CompliancePack = changed
	c.carryOut(p, plan, now)
	for _, r := range c.rulesOfPack(p) {
		if rescoped {
			c.start(r, now)
		}
	}
}

// object is what the list and the single answer have in common.
func (p *configPack) object(now time.Time) map[string]any {
	item := map[string]any{
		"AccountId": accountNumber(p.holder.accountID), "CompliancePackId": p.CompliancePackID, "CompliancePackName": p.CompliancePackName,
		"RiskLevel": p.RiskLevel, "Status": p.status(now), "CreateTimestamp": millis(p.created), "Tags": append([]ConfigTag{}, p.Tags...),
	}
	for name, text := range map[string]string{"Description": p.Description, "CompliancePackTemplateId": p.CompliancePackTemplateID} {
		if text != "" {
			item[name] = text
		}
	}
	if g := p.holder.group; g != nil {
		item["AggregatorId"] = g.AggregatorID
	}
	return item
}

func getCompliancePack(cl *call, h *configHolder) (any, *apiError) {
	p, err := cl.pack(h)
	if err != nil {
		return nil, err
	}
	wanted, err := cl.sentTags()
	if err != nil {
		return nil, err
	}
	if !hasTags(p.Tags, wanted) {
		return nil, configError("Invalid.CompliancePackId.Value", "The specified CompliancePackId does not exist.")
	}
	item := p.object(cl.time)
	item["Scope"] = p.ConfigScope
	rules := []map[string]any{}
	for _, r := range cl.rulesOfPack(p) {
		parameters := []map[string]any{}
		managed := managedRule(cl.config.managed, r.SourceIdentifier)
		for _, one := range parametersOf(r.ConfigRule) {
			parameters = append(parameters, map[string]any{
				"ParameterName": one.ParameterName, "ParameterValue": one.ParameterValue, "Required": managed.Compulsory[one.ParameterName] != nil,
			})
		}
		rule := map[string]any{
			"ConfigRuleId": r.ConfigRuleID, "ConfigRuleName": r.ConfigRuleName, "ManagedRuleIdentifier": r.SourceIdentifier, "RiskLevel": r.RiskLevel,
			"ResourceTypesScope": r.ResourceTypesScope, "ConfigRuleParameters": parameters,
		}
		if r.Description != "" {
			rule["Description"] = r.Description
		}
		rules = append(rules, rule)
	}
	item["ConfigRules"] = rules
	return map[string]any{"RequestId": "", "CompliancePack": item}, nil
}

// parametersOf lists the parameters of a rule by name.
func parametersOf(r *ConfigRule) []ConfigRuleParameter {
	var list []ConfigRuleParameter
	for _, name := range slices.Sorted(maps.Keys(r.InputParameters)) {
		list = append(list, ConfigRuleParameter{name, fmt.Sprint(r.InputParameters[name])})
	}
	return list
}

func listCompliancePacks(cl *call, h *configHolder) (any, *apiError) {
	wanted, err := cl.sentTags()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, p := range cl.packsOf(h) {
		if status := cl.params.Get("Status"); (status == "" || status == p.status(cl.time)) && hasTags(p.Tags, wanted) {
			list = append(list, p.object(cl.time))
		}
	}
	return map[string]any{"RequestId": "", "CompliancePacksResult": cl.configPage("CompliancePacks", list)}, nil
}

func deleteCompliancePacks(cl *call, h *configHolder) (any, *apiError) {
	ids := commaList(cl.params.Get("CompliancePackIds"))
	if len(ids) > maxPacksDelete {
		return nil, configError("Invalid.CompliancePackIds.SizeExceed", "The maximum number of CompliancePackIds is 5.")
	}
	items := operated("CompliancePackId", ids, func(id string) string {
		p := cl.packOf(h, id)
		switch {
		case p == nil:
			return "Invalid.CompliancePackId.Value"
		case p.status(cl.time) != "ACTIVE":
			return "CompliancePackAlreadyPending"
		}
		cl.deletePack(p, cl.params.Get("DeleteRule") == "true", cl.time)
		return ""
	})
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": "", "OperateCompliancePacksResult": map[string]any{"OperateCompliancePacks": items}}, nil
}

func (c *Cloud) deletePack(p *configPack, withRules bool, now time.Time) {
	for _, r := range c.rulesOfPack(p) {
		c.leavePack(r, withRules, now)
	}
	c.config.packs = slices.DeleteFunc(c.config.packs, func(other *configPack) bool { return other == p })
}

func attachConfigRules(cl *call, h *configHolder) (any, *apiError) {
	p, err := cl.pack(h)
	if err != nil {
		return nil, err
	}
	return cl.operate(h, func(r *configRule) string {
		switch {
		case !r.deleted.IsZero():
			return "ConfigRuleNotExists"
		case r.pack != nil && r.pack != p:
			return "Invalid.ConfigRuleIds.Value"
		case r.pack == nil:
			r.pack = p
			cl.start(r, cl.time)
		}
		return ""
	})
}

func detachConfigRules(cl *call, h *configHolder) (any, *apiError) {
	p, err := cl.pack(h)
	if err != nil {
		return nil, err
	}
	return cl.operate(h, func(r *configRule) string {
		if r.pack != p {
			return "ConfigRuleNotExists"
		}
		cl.leavePack(r, false, cl.time)
		return ""
	})
}

func getConfigRuleComplianceByPack(cl *call, h *configHolder) (any, *apiError) {
	p, err := cl.pack(h)
	if err != nil {
		return nil, err
	}
	bad, list := 0, []map[string]any{}
	for _, r := range cl.rulesOfPack(p) {
		kind, _ := r.verdict()
		if kind == "NON_COMPLIANT" {
			bad++
		}
		list = append(list, map[string]any{"ConfigRuleId": r.ConfigRuleID, "ConfigRuleName": r.ConfigRuleName, "ComplianceType": kind})
	}
	return map[string]any{"RequestId": "", "ConfigRuleComplianceResult": map[string]any{
		"CompliancePackId": p.CompliancePackID, "TotalCount": len(list), "NonCompliantCount": bad, "ConfigRuleCompliances": list,
	}}, nil
}

func listCompliancePackTemplates(cl *call) (any, *apiError) {
	id, types := cl.params.Get("CompliancePackTemplateId"), commaList(cl.params.Get("ResourceTypes"))
	list := []map[string]any{}
	for _, t := range cl.config.templates {
		rules, hasType := []map[string]any{}, len(types) == 0
		for _, one := range t.ConfigRules {
			managed := managedRule(cl.config.managed, one.ManagedRuleIdentifier)
			hasType = hasType || slices.ContainsFunc(managed.resourceTypes(), func(kind string) bool { return slices.Contains(types, kind) })
			parameters := []map[string]any{}
			for required, names := range map[bool]map[string]any{true: managed.Compulsory, false: managed.Optional} {
				for _, name := range slices.Sorted(maps.Keys(names)) {
					parameters = append(parameters, map[string]any{"ParameterName": name, "Required": required})
				}
			}
			rule := map[string]any{
				"ManagedRuleIdentifier": managed.Identifier, "ManagedRuleName": managed.ConfigRuleName, "Description": managed.Description, "RiskLevel": managed.RiskLevel,
				"ResourceTypesScope": strings.Join(managed.resourceTypes(), ","), "ConfigRuleParameters": parameters, "DefaultEnable": one.DefaultEnable,
			}
			if one.ControlID != "" {
				rule["ControlId"], rule["ControlDescription"] = one.ControlID, one.ControlDescription
			}
			rules = append(rules, rule)
		}
		if hasType && (id == "" || id == t.CompliancePackTemplateID) {
			list = append(list, map[string]any{
				"CompliancePackTemplateId": t.CompliancePackTemplateID, "CompliancePackTemplateName": t.CompliancePackTemplateName, "Description": t.Description,
				"RiskLevel": t.RiskLevel, "ConfigRules": rules,
			})
		}
	}
	return map[string]any{"RequestId": "", "CompliancePackTemplatesResult": cl.configPage("CompliancePackTemplates", list)}, nil
}

// ConfigPackSnapshot is a copy of a stored compliance pack; ConfigRules lists all of its rules with their ids.
type ConfigPackSnapshot struct {
	AccountID, AggregatorID, Status string
	CompliancePack
}

func (c *Cloud) packSnapshot(p *configPack) ConfigPackSnapshot {
	s := ConfigPackSnapshot{Status: p.status(c.configTime(c.now())), CompliancePack: *clone(p.CompliancePack)}
	s.AccountID, s.AggregatorID = p.holder.owner()
	s.ConfigRules = nil
	for _, r := range c.rulesOfPack(p) {
		s.ConfigRules = append(s.ConfigRules, CompliancePackRule{
			ConfigRuleID: r.ConfigRuleID, ManagedRuleIdentifier: r.SourceIdentifier, ConfigRuleName: r.ConfigRuleName, RiskLevel: r.RiskLevel,
			Description: r.Description, ConfigRuleParameters: parametersOf(r.ConfigRule),
		})
	}
	return s
}

// ConfigPacks returns copies of all compliance packs of all accounts and groups, oldest first.
func (c *Cloud) ConfigPacks() []ConfigPackSnapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	list := []ConfigPackSnapshot{}
	for _, p := range c.config.packs {
		list = append(list, c.packSnapshot(p))
	}
	return list
}

// behindPack finds a pack for a change behind the back of every client.
func (c *Cloud) behindPack(id string, change func(p *configPack, now time.Time) error) error {
	return c.behind(func(now time.Time) error {
		at := slices.IndexFunc(c.config.packs, func(p *configPack) bool { return p.CompliancePackID == id })
		if at < 0 {
			return fmt.Errorf("the compliance pack %s does not exist", id)
		}
		return change(c.config.packs[at], now)
	})
}

// UpdateConfigPack changes a compliance pack behind the back of every client; ConfigRules lists the rules that it has,
// and those that it shall have afterwards.
func (c *Cloud) UpdateConfigPack(id string, change func(*CompliancePack)) error {
	return c.behindPack(id, func(p *configPack, now time.Time) error {
		changed := c.packSnapshot(p).CompliancePack
		change(&changed)
		if changed.CompliancePackID != id {
			return fmt.Errorf("a change of the compliance pack %s must keep its id", id)
		}
		next := clone(&changed)
		plan, err := c.planPack(p, next, next.ConfigRules)
		if err != nil {
			return fmt.Errorf("the compliance pack %s: %w", id, err)
		}
		next.ConfigRules = nil
		c.changePack(p, next, plan, now)
		return nil
	})
}

// DeleteConfigPack removes a compliance pack behind the back of every client; its rules stay, without a pack.
func (c *Cloud) DeleteConfigPack(id string) error {
	return c.behindPack(id, func(p *configPack, now time.Time) error {
		c.deletePack(p, false, now)
		return nil
	})
}
