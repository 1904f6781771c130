package simulator

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxRules is the documented limit per management account, and here per account.
const maxRules = 200

// maxRulesOperated is the documented limit of rules in one call.
const maxRulesOperated = 20

// configRule is a stored rule.
type configRule struct {
	*ConfigRule
	order             int64 // among all rules
	holder            *configHolder
	created, modified time.Time
	pack              *configPack // nil for a rule of its own
	made              bool        // by its pack
	deleted           time.Time   // when a rule that is being deleted is gone; zero for one that stays
	evaluation
}

func ruleParameters(create bool) []parameter {
	list := []parameter{{name: "ClientToken"}, {name: "Tag"}, {name: "InputParameters"}, {name: "RiskLevel", kind: "int", min: 1, max: 3, required: create}}
	for _, name := range []string{"ConfigRuleName", "ConfigRuleTriggerTypes", "ResourceTypesScope"} {
		list = append(list, parameter{name: name, required: create})
	}
	for _, name := range []string{
		"Description", "ExtendContent", "RegionIdsScope", "ExcludeRegionIdsScope", "ResourceGroupIdsScope", "ExcludeResourceGroupIdsScope",
		"ResourceIdsScope", "ExcludeResourceIdsScope", "ResourceNameScope", "TagKeyScope", "TagValueScope",
	} {
		list = append(list, parameter{name: name, mayBeEmpty: !create})
	}
	list = append(list,
		parameter{name: "MaximumExecutionFrequency", enum: []string{"One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"}},
		parameter{name: "TagKeyLogicScope", enum: []string{"AND", "OR"}},
		parameter{name: "TagsScope.*.TagKey"}, parameter{name: "TagsScope.*.TagValue"},
		parameter{name: "ExcludeTagsScope.*.TagKey"}, parameter{name: "ExcludeTagsScope.*.TagValue"},
	)
	if create {
		return append(list, parameter{name: "SourceIdentifier", required: true}, parameter{name: "SourceOwner", required: true, enum: []string{"ALIYUN", "CUSTOM_FC", "CUSTOM_CONFIGURATION"}})
	}
	return append(list, parameter{name: "ConfigRuleId", required: true})
}

// scopeParameters are those of account groups.
func scopeParameters(create bool) []parameter {
	list := []parameter{}
	for _, name := range []string{"AccountIdsScope", "ExcludeAccountIdsScope", "FolderIdsScope", "ExcludeFolderIdsScope"} {
		list = append(list, parameter{name: name, mayBeEmpty: !create})
	}
	return list
}

var ruleFilters = slices.Concat(pageParameters, []parameter{
	{name: "CompliancePackId"}, {name: "ComplianceType", enum: complianceTypes[:4]}, {name: "ConfigRuleName"},
	{name: "ConfigRuleState", enum: []string{"ACTIVE", "DELETING", "EVALUATING", "INACTIVE"}}, {name: "Keyword"}, {name: "ResourceTypes"},
	{name: "RiskLevel", kind: "int", min: 1, max: 3}, {name: "Tag"},
})

var operateParameters = []parameter{{name: "CompliancePackId"}, {name: "ConfigRuleIds"}}

var configRuleOperations = slices.Concat(
	twins("CreateConfigRule", createConfigRule, scopeParameters(true), ruleParameters(true)...),
	withoutParameter("UpdateAggregateConfigRule", "ExtendContent", twins("UpdateConfigRule", updateConfigRule, scopeParameters(false), ruleParameters(false)...)),
	twins("GetConfigRule", getConfigRule, nil, parameter{name: "ConfigRuleId", required: true}, parameter{name: "Tag"}),
	twins("ListConfigRules", listConfigRules, nil, ruleFilters...),
	twins("DeleteConfigRules", deleteConfigRules, nil, parameter{name: "ConfigRuleIds", required: true}),
	twins("ActiveConfigRules", operateConfigRules((*Cloud).activateRule), nil, operateParameters...),
	twins("DeactiveConfigRules", operateConfigRules((*Cloud).deactivateRule), nil, operateParameters...),
	twins("StartConfigRuleEvaluation", startConfigRuleEvaluation, nil,
		parameter{name: "CompliancePackId"}, parameter{name: "ConfigRuleId"}, parameter{name: "RevertEvaluation", kind: "bool"}),
)

// withoutParameter takes a parameter from one call, which its twin has.
func withoutParameter(action, name string, list []operation) []operation {
	for i := range list {
		if list[i].action == action {
			list[i].parameters = slices.DeleteFunc(list[i].parameters, func(p parameter) bool { return p.name == name })
		}
	}
	return list
}

func (c *Cloud) rulesOf(h *configHolder) []*configRule {
	rules := []*configRule{}
	for _, r := range c.config.rules {
		if r.holder == h {
			rules = append(rules, r)
		}
	}
	return rules
}

func (c *Cloud) ruleOf(h *configHolder, id string) *configRule {
	at := slices.IndexFunc(c.config.rules, func(r *configRule) bool { return r.holder == h && r.ConfigRuleID == id })
	if at < 0 {
		return nil
	}
	return c.config.rules[at]
}

// rule is the rule of the call.
func (cl *call) rule(h *configHolder) (*configRule, *apiError) {
	id := cl.params.Get("ConfigRuleId")
	if !configRuleIDPattern.MatchString(id) {
		return nil, invalidValue("ConfigRuleId")
	}
	r := cl.ruleOf(h, id)
	if r == nil {
		return nil, configError("ConfigRuleNotExists", "The ConfigRule does not exist.")
	}
	return r, nil
}

// dropRules removes rules at once.
func (c *Cloud) dropRules(gone func(*configRule) bool) {
	c.config.rules = slices.DeleteFunc(c.config.rules, gone)
}

// newRule stores a rule and starts its first evaluation.
func (c *Cloud) newRule(h *configHolder, given *ConfigRule, now time.Time) *configRule {
	if given.ConfigRuleID == "" {
		given.ConfigRuleID = "cr-" + c.randomID("0123456789abcdef", 20)
	}
	given.complete()
	c.config.next++
	r := &configRule{ConfigRule: given, order: c.config.next, holder: h, created: now, modified: now}
	c.config.rules = append(c.config.rules, r)
	if r.ConfigRuleState == "ACTIVE" {
		c.start(r, now)
	}
	return r
}

// setFields puts the plain parameters of a request into the fields of the same names.
func (cl *call) setFields(target any) {
	fields := reflect.ValueOf(target).Elem()
	for _, f := range reflect.VisibleFields(fields.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !cl.params.Has(name) {
			continue
		}
		switch field := fields.FieldByIndex(f.Index); field.Kind() {
		case reflect.String:
			field.SetString(cl.params.Get(name))
		case reflect.Int64:
			field.SetInt(int64(number(cl.params, name, 0)))
		case reflect.Bool:
			field.SetBool(cl.params.Get(name) == "true")
		case reflect.Pointer:
			field.Set(reflect.ValueOf(new(int64(number(cl.params, name, 0)))))
		}
	}
}

// change puts the tags that a request sends into a scope; the other fields of it are plain.
func (s *ConfigScope) change(cl *call) {
	for name, tags := range map[string]*[]ConfigTag{"TagsScope": &s.TagsScope, "ExcludeTagsScope": &s.ExcludeTagsScope} {
		var sent []ConfigTag
		for i := 1; cl.params.Has(name + "." + strconv.Itoa(i) + ".TagKey"); i++ {
			at := name + "." + strconv.Itoa(i)
			sent = append(sent, ConfigTag{cl.params.Get(at + ".TagKey"), cl.params.Get(at + ".TagValue")})
		}
		if sent != nil {
			*tags = sent
		}
	}
}

// changeTags replaces the tags of what is made, if the request sends any.
func (cl *call) changeTags(tags *[]ConfigTag) *apiError {
	sent, err := cl.sentTags()
	if sent != nil {
		*tags = sent
	}
	return err
}

// change puts what a request sends into a rule.
func (r *ConfigRule) change(cl *call) *apiError {
	cl.setFields(r)
	r.ConfigScope.change(cl)
	if cl.params.Has("InputParameters") {
		r.InputParameters = nil
	}
	if err := jsonParameter(cl, "InputParameters", &r.InputParameters); err != nil {
		return err
	}
	return cl.changeTags(&r.Tags)
}

// checkRule refuses a rule that a request asks for.
func (cl *call) checkRule(h *configHolder, r *ConfigRule) *apiError {
	if field, _ := r.problem(managedRule(cl.config.managed, r.SourceIdentifier)); field != "" {
		return invalidValue(field)
	}
	if r.scopeProblem(h.group) != "" {
		return invalidValue("FolderIdsScope")
	}
	if slices.ContainsFunc(cl.rulesOf(h), func(other *configRule) bool {
		return other.ConfigRuleName == r.ConfigRuleName && other.ConfigRuleID != r.ConfigRuleID
	}) {
		return configError("ConfigRuleExists", "The ConfigRule already exists.")
	}
	return nil
}

func createConfigRule(cl *call, h *configHolder) (any, *apiError) {
	if owner := cl.params.Get("SourceOwner"); owner != "ALIYUN" {
		return nil, notSimulated("the SourceOwner %s of %s is not simulated", owner, cl.action)
	}
	id, err := once(cl, h, func() (string, *apiError) {
		r := &ConfigRule{}
		if err := r.change(cl); err != nil {
			return "", err
		}
		r.complete()
		if err := cl.checkRule(h, r); err != nil {
			return "", err
		}
		if len(cl.rulesOf(h)) >= maxRules {
			return "", configError("ExceedMaxRuleCount", "The maximum number of rules is exceeded.")
		}
		return cl.newRule(h, r, cl.time).ConfigRuleID, nil
	})
	if err != nil {
		return nil, err
	}
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": "", "ConfigRuleId": id}, nil
}

func updateConfigRule(cl *call, h *configHolder) (any, *apiError) {
	r, err := cl.rule(h)
	if err != nil {
		return nil, err
	}
	changed := clone(r.ConfigRule)
	if err := changed.change(cl); err != nil {
		return nil, err
	}
	if changed.ConfigRuleTriggerTypes != r.ConfigRuleTriggerTypes {
		// Documented for custom rules only.
		return nil, invalidValue("ConfigRuleTriggerTypes")
	}
	if err := cl.checkRule(h, changed); err != nil {
		return nil, err
	}
	r.ConfigRule, r.modified = changed, cl.time
	if r.ConfigRuleState == "ACTIVE" {
		cl.start(r, cl.time)
		cl.settleConfig(cl.time)
	}
	return map[string]any{"RequestId": "", "ConfigRuleId": r.ConfigRuleID}, nil
}

// state is what answers say of a rule.
func (r *configRule) state() string {
	switch {
	case !r.deleted.IsZero():
		return "DELETING"
	case r.ConfigRuleState == "ACTIVE" && r.full != nil:
		return "EVALUATING"
	}
	return r.ConfigRuleState
}

func (r *configRule) arn() string {
	return "acs:config::" + r.holder.accountID + ":rule/" + r.ConfigRuleID
}

// creator says who made a rule.
func (r *configRule) creator(full bool) map[string]any {
	by := map[string]any{}
	if r.pack != nil {
		by["CompliancePackId"], by["CompliancePackName"] = r.pack.CompliancePackID, r.pack.CompliancePackName
	}
	if g := r.holder.group; g != nil {
		by["AggregatorId"], by["AggregatorName"], by["CreatorType"] = g.AggregatorID, g.AggregatorName, "AGGREGATOR"
		full = true
	}
	if full {
		by["CreatorId"] = r.holder.accountID
	}
	return by
}

// head is what the list and the single answer have in common.
func (r *configRule) head() map[string]any {
	item := map[string]any{
		"AccountId": accountNumber(r.holder.accountID), "ConfigRuleArn": r.arn(), "ConfigRuleId": r.ConfigRuleID, "ConfigRuleName": r.ConfigRuleName,
		"ConfigRuleState": r.state(), "RiskLevel": r.RiskLevel, "ResourceTypesScope": r.ResourceTypesScope, "Compliance": r.compliance(),
	}
	if r.Description != "" {
		item["Description"] = r.Description
	}
	return item
}

func getConfigRule(cl *call, h *configHolder) (any, *apiError) {
	r, err := cl.rule(h)
	if err != nil {
		return nil, err
	}
	wanted, err := cl.sentTags()
	if err != nil {
		return nil, err
	}
	if !hasTags(r.Tags, wanted) {
		return nil, configError("ConfigRuleNotExists", "The ConfigRule does not exist.")
	}
	text, jsonErr := json.Marshal(r.ConfigRule)
	item := map[string]any{}
	if jsonErr == nil {
		jsonErr = json.Unmarshal(text, &item)
	}
	if jsonErr != nil {
		panic(jsonErr)
	}
	delete(item, "SourceIdentifier")
	delete(item, "SourceOwner")
	for name, v := range r.head() {
		item[name] = v
	}
	item["InputParameters"] = mapOf(r.InputParameters)
	item["CreateTimestamp"], item["ModifiedTimestamp"] = millis(r.created), millis(r.modified)
	item["CreateBy"], item["ConfigRuleEvaluationStatus"] = r.creator(true), r.evaluationStatus()
	managed := managedRule(cl.config.managed, r.SourceIdentifier)
	item["ManagedRule"] = map[string]any{
		"Identifier": managed.Identifier, "ManagedRuleName": managed.ConfigRuleName, "Description": managed.Description, "Labels": []string{},
		"CompulsoryInputParameterDetails": mapOf(managed.Compulsory), "OptionalInputParameterDetails": mapOf(managed.Optional),
		"SourceDetails": withSource(managed.details()),
	}
	details := []map[string]any{}
	for _, trigger := range commaList(r.ConfigRuleTriggerTypes) {
		used := ManagedRule{MessageType: trigger}
		if trigger == triggerScheduled {
			used.MaximumExecutionFrequency = r.MaximumExecutionFrequency
		}
		details = append(details, used.details()...)
	}
	item["Source"] = map[string]any{"Identifier": r.SourceIdentifier, "Owner": r.SourceOwner, "SourceDetails": withSource(details)}
	if h.group == nil {
		item["Scope"] = map[string]any{"ComplianceResourceTypes": commaList(r.ResourceTypesScope)}
	}
	return map[string]any{"RequestId": "", "ConfigRule": item}, nil
}

func withSource(details []map[string]any) []map[string]any {
	for _, d := range details {
		d["EventSource"] = "aliyun.config"
	}
	return details
}

func listConfigRules(cl *call, h *configHolder) (any, *apiError) {
	wanted, err := cl.sentTags()
	if err != nil {
		return nil, err
	}
	types := commaList(cl.params.Get("ResourceTypes"))
	list := []map[string]any{}
	for _, r := range cl.rulesOf(h) {
		differs := func(name, have string) bool { return cl.params.Has(name) && cl.params.Get(name) != have }
		other := !slices.ContainsFunc(commaList(r.ResourceTypesScope), func(kind string) bool { return slices.Contains(types, kind) })
		if differs("CompliancePackId", r.packID()) || differs("ConfigRuleName", r.ConfigRuleName) || differs("ConfigRuleState", r.state()) ||
			differs("RiskLevel", strconv.FormatInt(r.RiskLevel, 10)) || !matchesFold(r.ConfigRuleName+"\n"+r.ConfigRuleID+"\n"+r.Description, cl.params.Get("Keyword")) ||
			len(types) > 0 && other || !hasTags(r.Tags, wanted) {
			continue
		}
		item := r.head()
		if compliance, ok := item["Compliance"].(map[string]any); !ok || cl.params.Has("ComplianceType") && compliance["ComplianceType"] != cl.params.Get("ComplianceType") {
			continue
		}
		item["SourceIdentifier"], item["SourceOwner"], item["CreateBy"] = r.SourceIdentifier, r.SourceOwner, r.creator(false)
		tags := []sentTag{}
		for _, t := range r.Tags {
			tags = append(tags, sentTag{t.TagKey, t.TagValue})
		}
		item["Tags"] = tags
		list = append(list, item)
	}
	return map[string]any{"RequestId": "", "ConfigRules": cl.configPage("ConfigRuleList", list)}, nil
}

// operated does something to each of a list of objects; what fails is said for each, with status 200.
func operated(name string, ids []string, do func(id string) (code string)) []map[string]any {
	items := []map[string]any{}
	for _, id := range ids {
		code := do(id)
		item := map[string]any{name: id, "Success": code == ""}
		if code != "" {
			item["ErrorCode"] = code
		}
		items = append(items, item)
	}
	return items
}

// operate does something to each rule that the call names, or that the pack has that it names.
func (cl *call) operate(h *configHolder, do func(*configRule) string, more ...string) (any, *apiError) {
	ids := slices.Concat(commaList(cl.params.Get("ConfigRuleIds")), more)
	if len(commaList(cl.params.Get("ConfigRuleIds"))) > maxRulesOperated {
		return nil, configError("Invalid.ConfigRuleIds.SizeExceed", "The maximum number of ConfigRuleIds cannot exceed 20.")
	}
	items := operated("ConfigRuleId", ids, func(id string) string {
		if r := cl.ruleOf(h, id); r != nil {
			return do(r)
		}
		return "ConfigRuleNotExists"
	})
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": "", "OperateRuleResult": map[string]any{"OperateRuleItemList": items}}, nil
}

func deleteConfigRules(cl *call, h *configHolder) (any, *apiError) {
	return cl.operate(h, func(r *configRule) string {
		if r.pack != nil {
			return "ConfigRuleCanNotDelete"
		}
		cl.deleteRule(r, cl.time)
		return ""
	})
}

// deleteRule has a rule gone once that has taken its time.
func (c *Cloud) deleteRule(r *configRule, now time.Time) {
	if r.deleted.IsZero() {
		r.deleted = now.Add(c.behaviour.configTaskDuration())
		c.wake(r.deleted)
	}
}

// packID is the id of the pack that a rule belongs to, or nothing.
func (r *configRule) packID() string {
	if r.pack == nil {
		return ""
	}
	return r.pack.CompliancePackID
}

func operateConfigRules(do func(*Cloud, *configRule, time.Time)) func(*call, *configHolder) (any, *apiError) {
	return func(cl *call, h *configHolder) (any, *apiError) {
		ids, ofPack := commaList(cl.params.Get("ConfigRuleIds")), []string{}
		switch {
		case cl.params.Has("CompliancePackId"):
			p, err := cl.pack(h)
			if err != nil {
				return nil, err
			}
			for _, r := range cl.rulesOfPack(p) {
				if !slices.Contains(ids, r.ConfigRuleID) {
					ofPack = append(ofPack, r.ConfigRuleID)
				}
			}
		case len(ids) == 0:
			return nil, configError("MissingConfigRuleIds", "ConfigRuleIds is mandatory for this action.")
		}
		return cl.operate(h, func(r *configRule) string {
			if !r.deleted.IsZero() {
				return "ConfigRuleNotExists"
			}
			do(cl.Cloud, r, cl.time)
			return ""
		}, ofPack...)
	}
}

func (c *Cloud) activateRule(r *configRule, now time.Time) {
	if r.ConfigRuleState != "ACTIVE" {
		r.ConfigRuleState = "ACTIVE"
		c.start(r, now)
	}
}

// deactivateRule stops evaluations; the results so far stay.
func (c *Cloud) deactivateRule(r *configRule, _ time.Time) {
	r.ConfigRuleState = "INACTIVE"
	r.full, r.period, r.changed = nil, time.Time{}, nil
}

func startConfigRuleEvaluation(cl *call, h *configHolder) (any, *apiError) {
	rules := []*configRule{}
	if cl.params.Has("CompliancePackId") && !cl.params.Has("ConfigRuleId") {
		p, err := cl.pack(h)
		if err != nil {
			return nil, err
		}
		rules = cl.rulesOfPack(p)
	} else {
		r, err := cl.rule(h)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	for _, r := range rules {
		if r.ConfigRuleState != "ACTIVE" || !r.deleted.IsZero() {
			return nil, configError("ConfigRuleStatusError", "The status of the ConfigRule does not allow the operation.")
		}
	}
	for _, r := range rules {
		if cl.params.Get("RevertEvaluation") == "true" {
			r.revertAll()
		}
		cl.start(r, cl.time)
	}
	cl.settleConfig(cl.time)
	return map[string]any{"RequestId": "", "Result": true}, nil
}

// ConfigRuleSnapshot is a copy of a stored rule.
type ConfigRuleSnapshot struct {
	AccountID, AggregatorID, CompliancePackID string
	ConfigRule
}

// ConfigRules returns copies of all rules of all accounts and groups, oldest first.
func (c *Cloud) ConfigRules() []ConfigRuleSnapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	list := []ConfigRuleSnapshot{}
	for _, r := range c.config.rules {
		s := ConfigRuleSnapshot{CompliancePackID: r.packID(), ConfigRule: *clone(r.ConfigRule)}
		s.AccountID, s.AggregatorID = r.holder.owner()
		list = append(list, s)
	}
	return list
}

// UpdateConfigRule changes a rule behind the back of every client.
func (c *Cloud) UpdateConfigRule(id string, change func(*ConfigRule)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	now := c.configTime(c.now())
	at := slices.IndexFunc(c.config.rules, func(r *configRule) bool { return r.ConfigRuleID == id })
	if at < 0 {
		return fmt.Errorf("the rule %s does not exist", id)
	}
	r := c.config.rules[at]
	changed := clone(r.ConfigRule)
	change(changed)
	if changed.ConfigRuleID != id {
		return fmt.Errorf("a change of the rule %s must keep its id", id)
	}
	if field, why := changed.problem(managedRule(c.config.managed, changed.SourceIdentifier)); field != "" {
		return fmt.Errorf("%s of the rule %s: %s", field, id, why)
	}
	r.ConfigRule, r.modified = clone(changed), now
	if r.ConfigRuleState == "ACTIVE" {
		c.start(r, now)
	} else {
		c.deactivateRule(r, now)
	}
	c.settleConfig(now)
	return nil
}

// DeleteConfigRule removes a rule behind the back of every client.
func (c *Cloud) DeleteConfigRule(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.config.rules)
	c.dropRules(func(r *configRule) bool { return r.ConfigRuleID == id })
	if len(c.config.rules) == before {
		return fmt.Errorf("the rule %s does not exist", id)
	}
	return nil
}

// snapshotConfig adds what Cloud Config holds, without results but with what is acknowledged of them.
func (c *Cloud) snapshotConfig(s Snapshot) {
	for id, a := range c.config.accounts {
		s.add("config "+id, map[string]any{"status": a.recorderStatus(c.configTime(c.now())), "types": a.resourceTypes})
		for _, h := range a.aggregators {
			s.add("aggregator "+h.group.AggregatorID, h.group)
		}
	}
	for _, p := range c.config.packs {
		s.add("pack "+p.holder.id()+"/"+p.CompliancePackID, c.packSnapshot(p).CompliancePack)
	}
	for _, d := range c.config.channels {
		s.add("delivery channel "+d.holder.id()+"/"+d.DeliveryChannelID, d.DeliveryChannel)
	}
	for _, r := range c.config.rules {
		s.add("rule "+r.holder.id()+"/"+r.ConfigRuleID, r.ConfigRule)
		for _, result := range r.results {
			if result.ignored != nil {
				s.add("ignored "+r.ConfigRuleID+"/"+result.clusterID, map[string]any{"reason": result.ignored.reason, "date": result.ignored.date})
			}
		}
	}
}
