package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// CloudConfig is what Cloud Config holds for one account that has activated it.
type CloudConfig struct {
	ConfigurationRecorderStatus string            `json:"ConfigurationRecorderStatus,omitzero" jsonschema:"enum=REGISTRABLE,enum=BUILDING,enum=REGISTERED,enum=REBUILDING" jsonschema_description:"REGISTERED by default. REGISTRABLE is as good as not activated; only a REGISTERED recorder sees clusters."`
	ResourceTypes               []string          `json:"ResourceTypes,omitzero" jsonschema_description:"Resource types that are recorded; ACS::ACK::Cluster by default."`
	Rules                       []ConfigRule      `json:"rules,omitzero" jsonschema_description:"Rules of the account itself."`
	CompliancePacks             []CompliancePack  `json:"compliance_packs,omitzero" jsonschema_description:"Compliance packs of the account itself."`
	DeliveryChannels            []DeliveryChannel `json:"delivery_channels,omitzero" jsonschema_description:"Delivery channels of the account itself."`
	Aggregators                 []Aggregator      `json:"aggregators,omitzero" jsonschema_description:"Account groups that the account owns: the management account or a delegated administrator of config.aliyuncs.com."`
}

// Aggregator is an account group.
type Aggregator struct {
	AggregatorID     string            `json:"AggregatorId" jsonschema:"required" jsonschema_description:"ca- and letters or digits."`
	AggregatorName   string            `json:"AggregatorName" jsonschema:"required" jsonschema_description:"Name of the group."`
	Description      string            `json:"Description" jsonschema:"required" jsonschema_description:"For readers; the API requires it."`
	AggregatorType   string            `json:"AggregatorType" jsonschema:"required,enum=RD,enum=FOLDER,enum=CUSTOM" jsonschema_description:"RD holds the whole directory, FOLDER what is below folders, CUSTOM what accounts lists."`
	FolderID         string            `json:"FolderId,omitzero" jsonschema_description:"Folders of a FOLDER group, separated by commas."`
	Tags             []ConfigTag       `json:"Tags,omitzero" jsonschema_description:"Tags of the group."`
	Accounts         []string          `json:"accounts,omitzero" jsonschema_description:"AccountIds of a CUSTOM group."`
	Rules            []ConfigRule      `json:"rules,omitzero" jsonschema_description:"Rules of the group."`
	CompliancePacks  []CompliancePack  `json:"compliance_packs,omitzero" jsonschema_description:"Compliance packs of the group."`
	DeliveryChannels []DeliveryChannel `json:"delivery_channels,omitzero" jsonschema_description:"Delivery channels of the group."`
}

// ConfigRule is a rule, of an account or of an account group.
type ConfigRule struct {
	ConfigRuleID              string         `json:"ConfigRuleId,omitzero" jsonschema_description:"cr- and letters or digits; left out, it is made up."`
	ConfigRuleName            string         `json:"ConfigRuleName" jsonschema:"required" jsonschema_description:"Name of the rule, once per account or group."`
	SourceIdentifier          string         `json:"SourceIdentifier" jsonschema:"required" jsonschema_description:"Identifier of a managed rule."`
	SourceOwner               string         `json:"SourceOwner,omitzero" jsonschema:"enum=ALIYUN" jsonschema_description:"ALIYUN, the default; custom rules are not simulated."`
	ConfigRuleState           string         `json:"ConfigRuleState,omitzero" jsonschema:"enum=ACTIVE,enum=INACTIVE" jsonschema_description:"ACTIVE by default."`
	RiskLevel                 int64          `json:"RiskLevel" jsonschema:"required" jsonschema_description:"1 high, 2 medium, 3 low."`
	ConfigRuleTriggerTypes    string         `json:"ConfigRuleTriggerTypes" jsonschema:"required" jsonschema_description:"ConfigurationItemChangeNotification, ScheduledNotification, or both with a comma between."`
	MaximumExecutionFrequency string         `json:"MaximumExecutionFrequency,omitzero" jsonschema:"enum=One_Hour,enum=Three_Hours,enum=Six_Hours,enum=Twelve_Hours,enum=TwentyFour_Hours" jsonschema_description:"Period of a scheduled rule."`
	ResourceTypesScope        string         `json:"ResourceTypesScope,omitzero" jsonschema_description:"ACS::ACK::Cluster by default."`
	Description               string         `json:"Description,omitzero" jsonschema_description:"For readers."`
	InputParameters           map[string]any `json:"InputParameters,omitzero" jsonschema_description:"Parameters; the rules for ACK take none."`
	ExtendContent             string         `json:"ExtendContent,omitzero" jsonschema_description:"JSON text such as {\"fixedHour\":\"13\"}; kept and without effect."`

	AccountIDsScope        string `json:"AccountIdsScope,omitzero" jsonschema_description:"Only these accounts of the group, separated by commas."`
	ExcludeAccountIDsScope string `json:"ExcludeAccountIdsScope,omitzero" jsonschema_description:"Not these accounts."`
	FolderIDsScope         string `json:"FolderIdsScope,omitzero" jsonschema_description:"Only accounts below these folders; in an RD group."`
	ExcludeFolderIDsScope  string `json:"ExcludeFolderIdsScope,omitzero" jsonschema_description:"Not accounts below these folders; in an RD group."`
	ConfigScope
	ResourceNameScope string      `json:"ResourceNameScope,omitzero" jsonschema_description:"Only resources of these names."`
	TagKeyLogicScope  string      `json:"TagKeyLogicScope,omitzero" jsonschema:"enum=AND,enum=OR" jsonschema_description:"How several tags of the scope go together; OR by default."`
	Tags              []ConfigTag `json:"Tags,omitzero" jsonschema_description:"Tags of the rule."`
}

// ConfigScope says which resources a rule, or all rules of a compliance pack, look at.
type ConfigScope struct {
	RegionIDsScope               string      `json:"RegionIdsScope,omitzero" jsonschema_description:"Only these regions."`
	ExcludeRegionIDsScope        string      `json:"ExcludeRegionIdsScope,omitzero" jsonschema_description:"Not these regions."`
	ResourceGroupIDsScope        string      `json:"ResourceGroupIdsScope,omitzero" jsonschema_description:"Only these resource groups."`
	ExcludeResourceGroupIDsScope string      `json:"ExcludeResourceGroupIdsScope,omitzero" jsonschema_description:"Not these resource groups."`
	ResourceIDsScope             string      `json:"ResourceIdsScope,omitzero" jsonschema_description:"Only these resources."`
	ExcludeResourceIDsScope      string      `json:"ExcludeResourceIdsScope,omitzero" jsonschema_description:"Not these resources."`
	TagKeyScope                  string      `json:"TagKeyScope,omitzero" jsonschema_description:"Deprecated: only resources with these tag keys."`
	TagValueScope                string      `json:"TagValueScope,omitzero" jsonschema_description:"Deprecated: the value that goes with TagKeyScope."`
	TagsScope                    []ConfigTag `json:"TagsScope,omitzero" jsonschema_description:"Only resources with these tags."`
	ExcludeTagsScope             []ConfigTag `json:"ExcludeTagsScope,omitzero" jsonschema_description:"Not resources with one of these tags."`
}

// ConfigTag is a tag as Cloud Config writes it.
type ConfigTag struct {
	TagKey   string `json:"TagKey" jsonschema:"required" jsonschema_description:"Tag key."`
	TagValue string `json:"TagValue,omitzero" jsonschema_description:"Tag value."`
}

// ManagedRule is an entry of the service's own list of rules. The simulator knows the documented rules for ACK; a
// scenario adds others.
type ManagedRule struct {
	Identifier                string         `json:"Identifier" jsonschema:"required" jsonschema_description:"What SourceIdentifier of a rule names."`
	ConfigRuleName            string         `json:"ConfigRuleName" jsonschema:"required" jsonschema_description:"Title of the rule."`
	Description               string         `json:"Description,omitzero" jsonschema_description:"For readers."`
	RiskLevel                 int64          `json:"RiskLevel" jsonschema:"required" jsonschema_description:"Default level: 1 high, 2 medium, 3 low."`
	MessageType               string         `json:"MessageType" jsonschema:"required,enum=ConfigurationItemChangeNotification,enum=ScheduledNotification" jsonschema_description:"Default trigger."`
	MaximumExecutionFrequency string         `json:"MaximumExecutionFrequency,omitzero" jsonschema:"enum=One_Hour,enum=Three_Hours,enum=Six_Hours,enum=Twelve_Hours,enum=TwentyFour_Hours" jsonschema_description:"Default period of a scheduled rule."`
	ResourceTypes             []string       `json:"ComplianceResourceTypes,omitzero" jsonschema_description:"ACS::ACK::Cluster by default."`
	Compulsory                map[string]any `json:"CompulsoryInputParameterDetails,omitzero" jsonschema_description:"Parameters that a rule must set."`
	Optional                  map[string]any `json:"OptionalInputParameterDetails,omitzero" jsonschema_description:"Parameters that a rule may set."`
	SupportPreview            bool           `json:"SupportPreviewManagedRule,omitzero" jsonschema_description:"Whether the service can pre-check it."`
}

const ackClusterType = "ACS::ACK::Cluster"

var (
	configRuleIDPattern = regexp.MustCompile(`^cr-[0-9A-Za-z]+$`)
	aggregatorIDPattern = regexp.MustCompile(`^ca-[0-9A-Za-z]+$`)
	resourceTypePattern = regexp.MustCompile(`^ACS::[A-Za-z0-9]+::[A-Za-z0-9]+$`)
)

// Trigger types.
const (
	triggerChange    = "ConfigurationItemChangeNotification"
	triggerScheduled = "ScheduledNotification"
)

// frequencies in hours.
var frequencies = map[string]int{"One_Hour": 1, "Three_Hours": 3, "Six_Hours": 6, "Twelve_Hours": 12, "TwentyFour_Hours": 24}

// commaList splits a list; an empty text is an empty list.
func commaList(text string) []string {
	if text == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// problem names the first field of a rule that is wrong, or nothing.
func (r *ConfigRule) problem(managed *ManagedRule) (field, why string) {
	triggers := commaList(r.ConfigRuleTriggerTypes)
	switch scheduled := slices.Contains(triggers, triggerScheduled); {
	case managed == nil:
		return "SourceIdentifier", fmt.Sprintf("%q is no managed rule", r.SourceIdentifier)
	case r.RiskLevel < 1 || r.RiskLevel > 3:
		return "RiskLevel", "want 1, 2 or 3"
	case len(triggers) == 0 || slices.ContainsFunc(triggers, func(t string) bool { return t != triggerChange && t != triggerScheduled }):
		return "ConfigRuleTriggerTypes", fmt.Sprintf("%q is no list of triggers", r.ConfigRuleTriggerTypes)
	case scheduled && frequencies[r.MaximumExecutionFrequency] == 0:
		return "MaximumExecutionFrequency", "a scheduled rule needs a frequency"
	}
	for _, kind := range commaList(r.ResourceTypesScope) {
		if !resourceTypePattern.MatchString(kind) {
			return "ResourceTypesScope", fmt.Sprintf("%q is no resource type", kind)
		}
	}
	for name := range r.InputParameters {
		if managed.Compulsory[name] == nil && managed.Optional[name] == nil {
			return "InputParameters", fmt.Sprintf("the rule has no parameter %q", name)
		}
	}
	for name := range managed.Compulsory {
		if r.InputParameters[name] == nil {
			return "InputParameters", fmt.Sprintf("the rule needs the parameter %q", name)
		}
	}
	return "", ""
}

// complete fills in what has a default.
func (r *ConfigRule) complete() {
	for field, otherwise := range map[*string]string{&r.SourceOwner: "ALIYUN", &r.ConfigRuleState: "ACTIVE", &r.ResourceTypesScope: ackClusterType} {
		if *field == "" {
			*field = otherwise
		}
	}
}

// cloudConfig checks what a scenario says of Cloud Config in one account.
func (k *checker) cloudConfig(path string, s *Scenario, a *Account, accounts, folders map[string]bool) {
	config := a.CloudConfig
	if config == nil {
		return
	}
	for i, kind := range config.ResourceTypes {
		if !resourceTypePattern.MatchString(kind) {
			k.add(fmt.Sprintf("%s.ResourceTypes[%d]", path, i), "%q is no resource type, want one such as ACS::ACK::Cluster", kind)
		}
	}
	if config.ConfigurationRecorderStatus == "REGISTRABLE" && len(config.Rules)+len(config.CompliancePacks)+len(config.DeliveryChannels)+len(config.Aggregators) > 0 {
		k.add(path+".ConfigurationRecorderStatus", "a recorder that is REGISTRABLE has no rules, packs, channels and groups: leave the status out")
	}
	k.configRules(path+".rules", s, config.Rules, nil)
	k.compliancePacks(path+".compliance_packs", s, config.CompliancePacks, config.Rules)
	k.deliveryChannels(path+".delivery_channels", config.DeliveryChannels)
	if len(config.Aggregators) > 0 && !s.ResourceDirectory.administers(a.AccountID) {
		k.add(path+".aggregators", "the account %s is neither the management account nor a delegated administrator of config.aliyuncs.com, so it has no account groups", a.AccountID)
	}
	for i := range config.Aggregators {
		g, at := &config.Aggregators[i], fmt.Sprintf("%s.aggregators[%d]", path, i)
		k.once("AggregatorId", g.AggregatorID, at+".AggregatorId")
		if !aggregatorIDPattern.MatchString(g.AggregatorID) {
			k.add(at+".AggregatorId", "AggregatorId is %q, want ca- and letters or digits", g.AggregatorID)
		}
		for j, id := range g.Accounts {
			if !accounts[id] {
				k.add(fmt.Sprintf("%s.accounts[%d]", at, j), "the account %q is not in this scenario", id)
			}
		}
		for _, id := range commaList(g.FolderID) {
			if !folders[id] {
				k.add(at+".FolderId", "the folder %q does not exist", id)
			}
		}
		if why := g.problem(); why != "" {
			k.add(at, "%s", why)
		}
		k.configRules(at+".rules", s, g.Rules, g)
		k.compliancePacks(at+".compliance_packs", s, g.CompliancePacks, g.Rules)
		k.deliveryChannels(at+".delivery_channels", g.DeliveryChannels)
	}
}

// problem says what is missing in an account group of its type.
func (g *Aggregator) problem() string {
	switch {
	case (g.AggregatorType == "CUSTOM") != (len(g.Accounts) > 0):
		return "a CUSTOM group lists its accounts, and no other does"
	case (g.AggregatorType == "FOLDER") != (g.FolderID != ""):
		return "a FOLDER group names its folders, and no other does"
	}
	return ""
}

func (k *checker) configRules(path string, s *Scenario, rules []ConfigRule, g *Aggregator) {
	names := map[string]bool{}
	for i := range rules {
		r, at := &rules[i], fmt.Sprintf("%s[%d]", path, i)
		if r.ConfigRuleID != "" {
			k.once("ConfigRuleId", r.ConfigRuleID, at+".ConfigRuleId")
			if !configRuleIDPattern.MatchString(r.ConfigRuleID) {
				k.add(at+".ConfigRuleId", "ConfigRuleId is %q, want cr- and letters or digits", r.ConfigRuleID)
			}
		}
		if names[r.ConfigRuleName] {
			k.add(at+".ConfigRuleName", "the rule %q is listed twice", r.ConfigRuleName)
		}
		names[r.ConfigRuleName] = true
		if field, why := r.problem(managedRule(s.ConfigManagedRules, r.SourceIdentifier)); field != "" {
			k.add(at+"."+field, "%s of the rule %s: %s", field, r.ConfigRuleName, why)
		}
		if why := r.scopeProblem(g); why != "" {
			k.add(at, "the rule %s: %s", r.ConfigRuleName, why)
		}
	}
}

// scopeProblem says which scope does not go with the owner of a rule.
func (r *ConfigRule) scopeProblem(g *Aggregator) string {
	folders := r.FolderIDsScope != "" || r.ExcludeFolderIDsScope != ""
	switch {
	case g == nil && (folders || r.AccountIDsScope != "" || r.ExcludeAccountIDsScope != ""):
		return "scopes of accounts and folders are for rules of an account group"
	case g != nil && g.AggregatorType != "RD" && folders:
		return "scopes of folders are for rules of a global account group"
	}
	return ""
}

// administers says whether an account may have account groups.
func (rd *ResourceDirectory) administers(accountID string) bool {
	return rd != nil && (rd.MasterAccountID == accountID || slices.ContainsFunc(rd.DelegatedAdministrators, func(d DelegatedAdministrator) bool {
		return d.AccountID == accountID && d.ServicePrincipal == "config.aliyuncs.com"
	}))
}

func (k *checker) managedRules(path string, rules []ManagedRule) {
	for i := range rules {
		r, at := &rules[i], fmt.Sprintf("%s[%d]", path, i)
		k.once("Identifier", r.Identifier, at+".Identifier")
		if r.RiskLevel < 1 || r.RiskLevel > 3 {
			k.add(at+".RiskLevel", "RiskLevel is %d, want 1, 2 or 3", r.RiskLevel)
		}
		if (r.MessageType == triggerScheduled) != (r.MaximumExecutionFrequency != "") {
			k.add(at+".MaximumExecutionFrequency", "a scheduled rule has a frequency, and no other has")
		}
		if managedRule(nil, r.Identifier) != nil {
			k.add(at+".Identifier", "the rule %q is known already: leave it out", r.Identifier)
		}
	}
}
