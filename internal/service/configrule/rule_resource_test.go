package configrule_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	ruleAddress    = "ackguard_config_rule_ack.this"
	publicEndpoint = "ack-cluster-public-endpoint-check"
)

// rule is a rule of the account retail, with further arguments.
func rule(identifier, arguments string) string {
	return ruleOf(fmt.Sprintf("account_id = %q", acctest.Retail), identifier, arguments)
}

// groupRule is a rule of the account group of the whole directory.
func groupRule(identifier, arguments string) string {
	return ruleOf(fmt.Sprintf("aggregator_id = %q", acctest.DirectoryGroup), identifier, arguments)
}

func ruleOf(owner, identifier, arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_config_rule_ack" "this" {
  %s
  source_identifier = %q
%s
}`, owner, identifier, arguments)
}

// theRule is the only rule in the cloud; nil if there is none.
func theRule(cloud *acctest.Cloud) (*simulator.ConfigRuleSnapshot, error) {
	rules := cloud.ConfigRules()
	if len(rules) > 1 {
		return nil, fmt.Errorf("%d rules: %+v", len(rules), rules)
	}
	if len(rules) == 0 {
		return nil, nil
	}
	return &rules[0], nil
}

// holds checks the only rule in the cloud.
func holds(cloud *acctest.Cloud, check func(simulator.ConfigRuleSnapshot) bool) resource.TestCheckFunc {
	return acctest.Func(func() error {
		switch rule, err := theRule(cloud); {
		case err != nil:
			return err
		case rule == nil:
			return errors.New("there is no rule")
		case !check(*rule):
			return fmt.Errorf("the cloud holds %+v", *rule)
		}
		return nil
	})
}

func noRule(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if rule, err := theRule(cloud); err != nil || rule != nil {
			return fmt.Errorf("there is %+v, %w", rule, err)
		}
		return nil
	})
}

// ruleImportID is of the rule in state.
func ruleImportID(owner string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		return owner + "/" + s.RootModule().Resources[ruleAddress].Primary.Attributes["config_rule_id"], nil
	}
}

func action(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(ruleAddress, a)}}
}

func known(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(ruleAddress, tfjsonpath.New(name), check)
}

func TestRule_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	everything := `
  rule_name                        = "public endpoints"
  description                      = "No API server on the Internet."
  risk_level                       = 2
  maximum_execution_frequency      = "Six_Hours"
  region_ids_scope                 = ["cn-hangzhou", "cn-shanghai"]
  exclude_region_ids_scope         = ["cn-beijing"]
  resource_group_ids_scope         = ["rg-a"]
  exclude_resource_group_ids_scope = ["rg-b"]
  resource_ids_scope               = ["` + acctest.ClusterID("retail") + `"]
  exclude_resource_ids_scope       = ["` + acctest.ClusterID("other") + `"]
  resource_name_scope              = "retail"
  tags_scope                       = [{ tag_key = "env", tag_value = "prod" }, { tag_key = "team" }]
  exclude_tags_scope               = [{ tag_key = "sandbox" }]
  tag_key_logic_scope              = "AND"
  resource_types_scope             = ["ACS::ACK::Cluster", "ACS::ACS::Cluster"]
  status                           = "INACTIVE"
  tags                             = { owner = "platform" }
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noRule(cloud),
		Steps: []resource.TestStep{
			{ // what the block leaves out is as the managed rule has it, and known when planning
				Config: cloud.Provider("", rule(publicEndpoint, "")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(ruleAddress, tfjsonpath.New("config_rule_trigger_types"), knownvalue.StringExact("ScheduledNotification")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					known("account_id", knownvalue.StringExact(acctest.Retail)), known("aggregator_id", knownvalue.Null()),
					known("rule_name", knownvalue.StringExact("An ACK cluster without an Internet endpoint")), known("risk_level", knownvalue.Int64Exact(1)),
					known("maximum_execution_frequency", knownvalue.StringExact("TwentyFour_Hours")), known("status", knownvalue.StringExact("ACTIVE")),
					known("resource_types_scope", acctest.Strings("ACS::ACK::Cluster")), known("tag_key_logic_scope", knownvalue.StringExact("OR")),
				},
				Check: holds(cloud, func(r simulator.ConfigRuleSnapshot) bool {
					return r.AccountID == acctest.Retail && r.AggregatorID == "" && r.SourceIdentifier == publicEndpoint && r.ConfigRuleState == "ACTIVE" && r.RiskLevel == 1
				}),
			},
			{
				Config:           cloud.Provider("", rule(publicEndpoint, everything)),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				Check: holds(cloud, func(r simulator.ConfigRuleSnapshot) bool {
					return r.ConfigRuleName == "public endpoints" && r.Description != "" && r.RiskLevel == 2 && r.MaximumExecutionFrequency == "Six_Hours" &&
						r.RegionIDsScope == "cn-hangzhou,cn-shanghai" && r.ExcludeRegionIDsScope == "cn-beijing" && r.ResourceGroupIDsScope == "rg-a" &&
						r.ExcludeResourceGroupIDsScope == "rg-b" && r.ResourceIDsScope == acctest.ClusterID("retail") && r.ExcludeResourceIDsScope == acctest.ClusterID("other") &&
						r.ResourceNameScope == "retail" && len(r.TagsScope) == 2 && len(r.ExcludeTagsScope) == 1 && r.TagKeyLogicScope == "AND" &&
						strings.Contains(r.ResourceTypesScope, "ACS::ACS::Cluster") && r.ConfigRuleState == "INACTIVE" && len(r.Tags) == 1
				}),
			},
			{
				ResourceName: ruleAddress, ImportState: true, ImportStateIdFunc: ruleImportID(acctest.Retail), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "config_rule_id",
			},
			{ // what can be taken away in place is
				Config: cloud.Provider("", rule(publicEndpoint, `
  tags_scope         = [{ tag_key = "env" }]
  exclude_tags_scope = [{ tag_key = "sandbox" }]
  tags               = { owner = "security" }`)),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				Check: holds(cloud, func(r simulator.ConfigRuleSnapshot) bool {
					return r.Description == "" && r.RegionIDsScope == "" && r.ResourceNameScope == "" && r.ConfigRuleState == "ACTIVE" && len(r.TagsScope) == 1 && r.Tags[0].TagValue == "security" &&
						r.TagKeyLogicScope == "OR" && r.RiskLevel == 2 // an argument that is taken away stays as it is, where it has no default of ours
				}),
			},
			{ // the API cannot be told that there are no tags
				Config:           cloud.Provider("", rule(publicEndpoint, "")),
				ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
				Check:            holds(cloud, func(r simulator.ConfigRuleSnapshot) bool { return r.TagsScope == nil && r.Tags == nil }),
			},
			{ // another rule replaces, with its own defaults
				Config:           cloud.Provider("", rule("ack-cluster-network-type-check", "")),
				ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					known("config_rule_trigger_types", knownvalue.StringExact("ConfigurationItemChangeNotification")), known("maximum_execution_frequency", knownvalue.Null()),
					known("risk_level", knownvalue.Int64Exact(2)),
				},
			},
		},
	})
}

func TestRule_ofAccountGroup(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noRule(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", groupRule(publicEndpoint, fmt.Sprintf(`
  resource_name_scope       = "retail"
  account_ids_scope         = [%q, %q]
  exclude_account_ids_scope = [%q]
  folder_ids_scope          = ["fd-prod000001"]
  exclude_folder_ids_scope  = ["fd-test000001"]`, acctest.Retail, acctest.Payments, acctest.Analytics))),
				ConfigStateChecks: []statecheck.StateCheck{known("account_id", knownvalue.StringExact(acctest.Management))},
				Check: holds(cloud, func(r simulator.ConfigRuleSnapshot) bool {
					return r.AggregatorID == acctest.DirectoryGroup && r.AccountIDsScope == acctest.Retail+","+acctest.Payments && r.ExcludeAccountIDsScope == acctest.Analytics &&
						r.FolderIDsScope == "fd-prod000001" && r.ExcludeFolderIDsScope == "fd-test000001" && r.ResourceNameScope == "retail"
				}),
			},
			{
				ResourceName: ruleAddress, ImportState: true, ImportStateIdFunc: ruleImportID(acctest.DirectoryGroup), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "config_rule_id",
			},
			{
				ResourceName: ruleAddress, ImportState: true, ImportStateIdFunc: ruleImportID(acctest.DirectoryGroup), ImportStateKind: resource.ImportBlockWithID,
			},
			{
				Config: cloud.Provider("", groupRule(publicEndpoint, `
  status   = "INACTIVE"
  triggers = { version = "1" }`)),
				ExpectError: acctest.Says("Evaluating the Cloud Config rule", "of account group "+acctest.DirectoryGroup, "ConfigRuleStatusError"),
			},
			{ // the evaluation that was refused is tried again
				Config:           cloud.Provider("", groupRule(publicEndpoint, `triggers = { version = "1" }`)),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				Check: acctest.Func(func() error {
					if n := cloud.Count(simulator.Filter{Action: "StartAggregateConfigRuleEvaluation"}); n != 2 {
						return fmt.Errorf("%d evaluations", n)
					}
					return nil
				}),
			},
		},
	})
}

// Whatever somebody changes by hand shows in the plan, and a rule that is gone is made again.
func TestRule_drift(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	config := cloud.Provider("", rule(publicEndpoint, ""))
	change := func(change func(*simulator.ConfigRule)) func() {
		return func() {
			rule, err := theRule(cloud)
			if err == nil {
				err = cloud.UpdateConfigRule(rule.ConfigRuleID, change)
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: change(func(r *simulator.ConfigRule) {
					r.RiskLevel, r.RegionIDsScope, r.ConfigRuleState, r.Description = 3, "cn-beijing", "INACTIVE", "mine"
				}),
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				Check: holds(cloud, func(r simulator.ConfigRuleSnapshot) bool {
					return r.RegionIDsScope == "" && r.ConfigRuleState == "ACTIVE" && r.Description == ""
				}),
			},
			{
				PreConfig: func() {
					if rule, err := theRule(cloud); err != nil || cloud.DeleteConfigRule(rule.ConfigRuleID) != nil {
						t.Errorf("%+v, %v", rule, err)
					}
				},
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			},
		},
	})
}

// A rule of the same name is taken over if it equals the block, and no other.
func TestRule_existing(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	existing := simulator.ConfigRule{
		ConfigRuleID: "cr-byhand", ConfigRuleName: "mine", SourceIdentifier: publicEndpoint, RiskLevel: 1, ConfigRuleTriggerTypes: "ScheduledNotification", MaximumExecutionFrequency: "TwentyFour_Hours",
	}
	scenario.Accounts[1].CloudConfig.Rules = []simulator.ConfigRule{existing}
	cloud := acctest.New(t, scenario)
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             noRule(cloud),
		Steps: []resource.TestStep{
			{
				Config: cloud.Provider("", rule(publicEndpoint, "rule_name = \"mine\"\nrisk_level = 3")),
				ExpectError: acctest.Says("There is a Cloud Config rule of this name already", "risk_level is 1, not 3",
					"terraform import ADDRESS "+acctest.Retail+"/cr-byhand"),
			},
			{
				Config:            cloud.Provider("", rule(publicEndpoint, "rule_name = \"mine\"\nstatus = \"INACTIVE\"")),
				ConfigStateChecks: []statecheck.StateCheck{known("config_rule_id", knownvalue.StringExact("cr-byhand"))},
				Check:             holds(cloud, func(r simulator.ConfigRuleSnapshot) bool { return r.ConfigRuleState == "INACTIVE" }),
			},
		},
	})
}

func TestRule_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	var steps []resource.TestStep
	for _, c := range []struct{ config, says string }{
		{rule(publicEndpoint, "risk_level = 4"), "must be between 1 and 3"},
		{rule(publicEndpoint, `config_rule_trigger_types = "Sometimes"`), "must be ConfigurationItemChangeNotification, ScheduledNotification, or both"},
		{rule(publicEndpoint, `maximum_execution_frequency = "Daily"`), `"TwentyFour_Hours"`},
		{rule(publicEndpoint, "config_rule_trigger_types = \"ConfigurationItemChangeNotification\"\nmaximum_execution_frequency = \"One_Hour\""), "this rule has only ConfigurationItemChangeNotification"},
		{rule("ack-cluster-network-type-check", `maximum_execution_frequency = "One_Hour"`), "this rule has only ConfigurationItemChangeNotification"},
		{rule(publicEndpoint, `account_ids_scope = ["`+acctest.Retail+`"]`), "this rule has no aggregator_id"},
		{rule(publicEndpoint, "region_ids_scope = []"), "must contain at least 1 elements"},
		{ruleOf(`aggregator_id = "directory"`, publicEndpoint, ""), "must be the ID of an account group of Cloud Config"},
		{rule("ack-cluster-no-such-check", ""), "Neither Cloud Config nor our catalogue says what rule_name, config_rule_trigger_types, risk_level"},
	} {
		steps = append(steps, resource.TestStep{Config: cloud.Provider("", c.config), PlanOnly: true, ExpectError: acctest.Says(c.says)})
	}
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
	steps = nil
	for id, says := range map[string]string{
		"nonsense":                    `"nonsense" is not of the form account_id/config_rule_id`,
		acctest.Retail + "/x":         "must be the ID of a rule of Cloud Config",
		"1/cr-1":                      "must be an Alibaba Cloud account ID",
		acctest.Retail + "/cr-absent": "Cannot import non-existent remote object",
	} {
		steps = append(steps, resource.TestStep{
			Config: cloud.Provider("", rule(publicEndpoint, "")), ResourceName: ruleAddress, ImportState: true, ImportStateId: id, ExpectError: acctest.Says(says),
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// An identifier that the service does not know is warned about, not refused when planning.
func TestRule_unknownIdentifier(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	warnings := acctest.Warnings(t, cloud, cloud.Provider("", rule("ack-cluster-not-yet-known", `
  rule_name                 = "new"
  risk_level                = 1
  config_rule_trigger_types = "ConfigurationItemChangeNotification"`)))
	if !strings.Contains(warnings["Managed rule is not known"], `Cloud Config does not know "ack-cluster-not-yet-known"`) {
		t.Errorf("the warnings are %v", warnings)
	}
	cloud.DenyMember(t, acctest.Retail, "config:GetManagedRule")
	warnings = acctest.Warnings(t, cloud, cloud.Provider("", rule(publicEndpoint, "")))
	if w := warnings["Managed rule could not be checked"]; !strings.Contains(w, "config:GetManagedRule") || !strings.Contains(w, "of our catalogue (documented)") {
		t.Errorf("the warnings are %v", warnings)
	}
}

func TestRule_refused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	config := cloud.Provider("", rule(publicEndpoint, ""))
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig:   func() { cloud.DenyMember(t, acctest.Retail, "config:CreateConfigRule") },
				Config:      config,
				ExpectError: acctest.Says("Creating the Cloud Config rule", "denied", "account "+acctest.Retail, "allow the RAM action config:CreateConfigRule"),
			},
			{PreConfig: func() { cloud.AllowMember(t, acctest.Retail) }, Config: config},
			{
				PreConfig:   func() { cloud.DenyMember(t, acctest.Retail, "config:GetConfigRule") },
				Config:      config,
				ExpectError: acctest.Says("Reading the Cloud Config rule", "denied", "allow the RAM action config:GetConfigRule"),
			},
			{ // it never left the state
				PreConfig:        func() { cloud.AllowMember(t, acctest.Retail) },
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionNoop),
			},
			{
				PreConfig: func() {
					cloud.AddFault(simulator.Fault{Action: "GetConfigRule", Status: 400, Code: "Throttling.User", First: 20})
				},
				Config:      config,
				ExpectError: acctest.Says("throttled", "Throttling.User", "lower requests_per_second"),
			},
		},
	})
}

const ruleKind = "ackguard_config_rule_ack"

func ruleArguments(more ...any) map[string]any {
	return acctest.With(map[string]any{"account_id": acctest.Retail, "source_identifier": publicEndpoint}, more...)
}

// Only the rule's own not-found removes it from state. Nothing that goes wrong
// on the way to it does, whatever its code or status.
func TestRule_staysInState(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"user unknown to STS": {Action: "AssumeRole", Status: 404, Code: "EntityNotExist.User"},
		"something not found": {Action: "GetConfigRule", Status: 404, Code: "Something.NotFound"},
		"not activated":       {Action: "GetConfigRule", Status: 404, Code: "AccountNotExisted"},
		"not a member":        {Action: "GetConfigRule", Status: 403, Code: "AggregatorMemberNoPermission"},
		"server":              {Action: "GetConfigRule", Status: 503, Code: "ServiceUnavailable"},
		"a page":              {Action: "GetConfigRule", Body: simulator.BodyHTML},
		"throttled":           {Action: "GetConfigRule", Status: 400, Code: "Throttling.User"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.ConfigFleet())
			r := cloud.Resource(t, ruleKind)
			if err := r.Apply(ruleArguments()); err != nil {
				t.Fatal(err)
			}
			broken := cloud.AddFault(fault)
			if _, err := r.Settled(ruleArguments()); err == nil {
				t.Error("nothing was broken")
			}
			broken.Remove()
			if nothing, err := r.Settled(ruleArguments()); err != nil || !nothing {
				t.Errorf("it is planned anew, %v", err)
			}
		})
	}
}

// A change whose answer gets lost is looked for, and made once.
func TestRule_faults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"throttled twice":            {Product: "config", Status: 400, Code: "Throttling.User", First: 2},
		"server error on reads":      {Action: "GetConfigRule", Status: 503, Code: "ServiceUnavailable", First: 2},
		"create committed, then cut": {Action: "CreateConfigRule", Reset: simulator.ResetAfterCommit, First: 1},
		// Longer than the call is tried again: what was made is found by its name.
		"create committed, and never answered": {Action: "CreateConfigRule", Reset: simulator.ResetAfterCommit},
		"update committed, then cut":           {Action: "UpdateConfigRule", Reset: simulator.ResetAfterCommit},
		"delete committed, then cut":           {Action: "DeleteConfigRules", Reset: simulator.ResetAfterCommit, First: 1},
		"truncated answer":                     {Action: "GetConfigRule", Body: simulator.BodyTruncated, First: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.ConfigFleet())
			hits := cloud.AddFault(fault)
			if said := cloud.Live(t, ruleKind, ruleArguments(), ruleArguments("risk_level", 3)); len(said) > 0 {
				t.Error(said)
			}
			if rule, err := theRule(cloud); err != nil || rule != nil {
				t.Errorf("left is %+v, %v", rule, err)
			}
			if hits.Hits() == 0 {
				t.Error("the fault never struck")
			}
		})
	}
}

// An account without Cloud Config says what to open.
func TestRule_notActivated(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	r := cloud.Resource(t, ruleKind)
	says := acctest.Says("not activated", "AccountNotExisted", "account "+acctest.Retail)
	if err := r.Apply(ruleArguments("rule_name", "mine")); err == nil || !says.MatchString(err.Error()) {
		t.Errorf("said %v", err)
	}
}
