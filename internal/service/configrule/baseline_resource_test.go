package configrule_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	baselineAddress = "ackguard_config_baseline_ack.this"
)

// baseline is a pack of the account retail, with further arguments.
func baseline(arguments string) string {
	return baselineOf(fmt.Sprintf("account_id = %q", acctest.Retail), arguments)
}

func baselineOf(owner, arguments string) string {
	return fmt.Sprintf(`
resource "ackguard_config_baseline_ack" "this" {
  %s
%s
}`, owner, arguments)
}

// thePack is the only pack in the cloud.
func thePack(cloud *acctest.Cloud) (simulator.ConfigPackSnapshot, error) {
	packs := cloud.ConfigPacks()
	if len(packs) != 1 {
		return simulator.ConfigPackSnapshot{}, fmt.Errorf("%d packs: %+v", len(packs), packs)
	}
	return packs[0], nil
}

// packHolds checks the only pack in the cloud.
func packHolds(cloud *acctest.Cloud, check func(simulator.ConfigPackSnapshot) bool) resource.TestCheckFunc {
	return acctest.Func(func() error {
		pack, err := thePack(cloud)
		if err == nil && !check(pack) {
			err = fmt.Errorf("the cloud holds %+v", pack)
		}
		return err
	})
}

// idsIn are the IDs of a pack's rules, by identifier.
func idsIn(pack simulator.ConfigPackSnapshot) map[string]string {
	ids := map[string]string{}
	for _, r := range pack.ConfigRules {
		ids[r.ManagedRuleIdentifier] = r.ConfigRuleID
	}
	return ids
}

// nothingLeft checks that neither packs nor rules are left.
func nothingLeft(cloud *acctest.Cloud) resource.TestCheckFunc {
	return acctest.Func(func() error {
		if packs := cloud.ConfigPacks(); len(packs) > 0 {
			return fmt.Errorf("there is %+v", packs)
		}
		rule, err := theRule(cloud)
		if err == nil && rule != nil {
			err = fmt.Errorf("there is %+v", rule)
		}
		return err
	})
}

func packImportID(owner string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		return owner + "/" + s.RootModule().Resources[baselineAddress].Primary.Attributes["compliance_pack_id"], nil
	}
}

func packAction(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(baselineAddress, a)}}
}

func packKnown(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(baselineAddress, tfjsonpath.New(name), check)
}

// behindPack changes the only pack behind the provider's back.
func behindPack(t *testing.T, cloud *acctest.Cloud, change func(*simulator.CompliancePack)) {
	t.Helper()
	pack, err := thePack(cloud)
	if err == nil {
		err = cloud.UpdateConfigPack(pack.CompliancePackID, change)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestBaseline_lifecycle(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	catalogue, err := compliance.Load()
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]knownvalue.Check{}
	for _, r := range catalogue.Rules() {
		if r.CloudConfig != nil {
			levels[r.ID] = knownvalue.Int64Exact(int64(r.CloudConfig.RiskLevel))
		}
	}
	var ids map[string]string
	remember := func(pack simulator.ConfigPackSnapshot) bool { ids = idsIn(pack); return true }
	everything := `
  compliance_pack_name             = "two rules"
  description                      = "Two for now."
  risk_level                       = 1
  rule_ids                         = ["` + publicEndpoint + `", "` + networkType + `"]
  rule_risk_levels                 = { "` + networkType + `" = 3 }
  region_ids_scope                 = ["cn-hangzhou", "cn-shanghai"]
  exclude_region_ids_scope         = ["cn-beijing"]
  resource_group_ids_scope         = ["rg-a"]
  exclude_resource_group_ids_scope = ["rg-b"]
  resource_ids_scope               = ["` + acctest.ClusterID("retail") + `"]
  exclude_resource_ids_scope       = ["` + acctest.ClusterID("other") + `"]
  tags_scope                       = [{ tag_key = "env", tag_value = "prod" }]
  exclude_tags_scope               = [{ tag_key = "sandbox" }]
  tags                             = { owner = "platform" }
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             nothingLeft(cloud),
		Steps: []resource.TestStep{
			{ // which rules, and at which level, is known when planning; their IDs are not
				Config: cloud.Provider("", baseline("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(baselineAddress, tfjsonpath.New("effective_risk_levels"), knownvalue.MapExact(levels)),
					plancheck.ExpectUnknownValue(baselineAddress, tfjsonpath.New("rules")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					packKnown("compliance_pack_name", knownvalue.StringExact("ackguard ACK baseline")), packKnown("risk_level", knownvalue.Int64Exact(2)),
					packKnown("rule_ids", knownvalue.SetSizeExact(len(levels))), packKnown("rules", knownvalue.MapSizeExact(len(levels))), packKnown("account_id", knownvalue.StringExact(acctest.Retail)),
				},
				Check: packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool {
					return remember(p) && p.AccountID == acctest.Retail && p.AggregatorID == "" && len(p.ConfigRules) == len(levels) && cloud.ConfigRules()[0].ConfigRuleState == "ACTIVE"
				}),
			},
			{ // what has nothing to do with the rules leaves them alone
				Config: cloud.Provider("", baseline(`description = "All of them."`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(baselineAddress, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(baselineAddress, tfjsonpath.New("rules"), knownvalue.MapSizeExact(len(levels))),
				}},
			},
			{ // rules that stay are the same as before, with their results; the others are gone
				Config:            cloud.Provider("", baseline(everything)),
				ConfigPlanChecks:  packAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{packKnown("rules", knownvalue.MapSizeExact(2))},
				Check: packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool {
					now := idsIn(p)
					return len(now) == 2 && len(cloud.ConfigRules()) == 2 && now[publicEndpoint] == ids[publicEndpoint] && now[networkType] == ids[networkType] &&
						p.CompliancePackName == "two rules" && p.Description == "Two for now." && p.RiskLevel == 1 &&
						p.RegionIDsScope == "cn-hangzhou,cn-shanghai" && p.ExcludeRegionIDsScope == "cn-beijing" && p.ResourceGroupIDsScope == "rg-a" && p.ExcludeResourceGroupIDsScope == "rg-b" &&
						p.ResourceIDsScope == acctest.ClusterID("retail") && p.ExcludeResourceIDsScope == acctest.ClusterID("other") && len(p.TagsScope) == 1 && len(p.ExcludeTagsScope) == 1 && len(p.Tags) == 1
				}),
			},
			{
				ResourceName: baselineAddress, ImportState: true, ImportStateIdFunc: packImportID(acctest.Retail), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "compliance_pack_id", ImportStateVerifyIgnore: []string{"rule_risk_levels"},
			},
			{ // what a newer catalogue has more is added
				Config: cloud.Provider("", baseline(`
  tags_scope         = [{ tag_key = "env" }]
  exclude_tags_scope = [{ tag_key = "sandbox" }]
  tags               = { owner = "security" }`)),
				ConfigPlanChecks: packAction(plancheck.ResourceActionUpdate),
				Check: packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool {
					now := idsIn(p)
					return len(now) == len(levels) && now[publicEndpoint] == ids[publicEndpoint] && p.Description == "" && p.RegionIDsScope == "" && p.RiskLevel == 2
				}),
			},
			{ // the API cannot be told that there are no tags
				Config:           cloud.Provider("", baseline("")),
				ConfigPlanChecks: packAction(plancheck.ResourceActionDestroyBeforeCreate),
				Check:            packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool { return p.Tags == nil && p.TagsScope == nil }),
			},
		},
	})
}

func TestBaseline_ofAccountGroup(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	config := cloud.Provider("", baselineOf(fmt.Sprintf("aggregator_id = %q", acctest.DirectoryGroup), ""))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy:             nothingLeft(cloud),
		Steps: []resource.TestStep{
			{
				Config:            config,
				ConfigStateChecks: []statecheck.StateCheck{packKnown("account_id", knownvalue.StringExact(acctest.Management))},
				Check:             packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool { return p.AggregatorID == acctest.DirectoryGroup }),
			},
			{
				ResourceName: baselineAddress, ImportState: true, ImportStateIdFunc: packImportID(acctest.DirectoryGroup), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "compliance_pack_id",
			},
			{ResourceName: baselineAddress, ImportState: true, ImportStateIdFunc: packImportID(acctest.DirectoryGroup), ImportStateKind: resource.ImportBlockWithID},
		},
	})
}

// Whatever somebody changes by hand shows in the plan and is put right.
func TestBaseline_drift(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Accounts[1].CloudConfig.Rules = []simulator.ConfigRule{{
		ConfigRuleID: "cr-byhand", ConfigRuleName: "mine", SourceIdentifier: "ack-cluster-supported-version", RiskLevel: 1, ConfigRuleTriggerTypes: "ConfigurationItemChangeNotification",
	}}
	cloud := acctest.New(t, scenario)
	config := cloud.Provider("", baseline(`rule_ids = ["`+publicEndpoint+`", "`+networkType+`"]`))
	var ids map[string]string
	rules := func(change func([]simulator.CompliancePackRule) []simulator.CompliancePackRule) func() {
		return func() {
			behindPack(t, cloud, func(p *simulator.CompliancePack) { p.ConfigRules = change(p.ConfigRules) })
		}
	}
	acctest.InProcess(t, resource.TestCase{
		ProtoV6ProviderFactories: cloud.Factories(),
		CheckDestroy: acctest.Func(func() error { // what was not made for the pack is not deleted with it
			rule, err := theRule(cloud)
			if err == nil && (rule == nil || rule.ConfigRuleID != "cr-byhand" || len(cloud.ConfigPacks()) > 0) {
				err = fmt.Errorf("left are %+v and %+v", rule, cloud.ConfigPacks())
			}
			return err
		}),
		Steps: []resource.TestStep{
			{Config: config, Check: packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool { ids = idsIn(p); return true })},
			{ // another level and other settings
				PreConfig: func() {
					behindPack(t, cloud, func(p *simulator.CompliancePack) {
						p.ConfigRules[0].RiskLevel, p.Description, p.RegionIDsScope = 3, "mine", "cn-beijing"
					})
				},
				Config:           config,
				ConfigPlanChecks: packAction(plancheck.ResourceActionUpdate),
				Check: packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool {
					return p.ConfigRules[0].RiskLevel != 3 && p.Description == "" && p.RegionIDsScope == "" && idsIn(p)[publicEndpoint] == ids[publicEndpoint]
				}),
			},
			{ // a rule that was deleted is made again
				PreConfig: rules(func(list []simulator.CompliancePackRule) []simulator.CompliancePackRule {
					return slices.DeleteFunc(list, func(r simulator.CompliancePackRule) bool { return r.ManagedRuleIdentifier == networkType })
				}),
				Config:           config,
				ConfigPlanChecks: packAction(plancheck.ResourceActionUpdate),
				Check: packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool {
					return len(p.ConfigRules) == 2 && idsIn(p)[publicEndpoint] == ids[publicEndpoint] && idsIn(p)[networkType] != ids[networkType]
				}),
			},
			{ // a rule that was taken out comes back as it is, with its results
				PreConfig:        func() { detach(t, cloud, ids[publicEndpoint]) },
				Config:           config,
				ConfigPlanChecks: packAction(plancheck.ResourceActionUpdate),
				Check:            packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool { return idsIn(p)[publicEndpoint] == ids[publicEndpoint] }),
			},
			{ // a rule that was added is let go
				PreConfig: rules(func(list []simulator.CompliancePackRule) []simulator.CompliancePackRule {
					return append(list, simulator.CompliancePackRule{ConfigRuleID: "cr-byhand"})
				}),
				Config:           config,
				ConfigPlanChecks: packAction(plancheck.ResourceActionUpdate),
				Check:            packHolds(cloud, func(p simulator.ConfigPackSnapshot) bool { return len(p.ConfigRules) == 2 }),
			},
			{ // one that was taken out and is not wanted any more is deleted
				PreConfig:         func() { detach(t, cloud, ids[publicEndpoint]) },
				Config:            cloud.Provider("", baseline(`rule_ids = ["`+networkType+`"]`)),
				ConfigPlanChecks:  packAction(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{packKnown("rules", knownvalue.MapSizeExact(1))},
				Check: acctest.Func(func() error {
					if n := len(cloud.ConfigRules()); n != 2 {
						return fmt.Errorf("%d rules are left", n)
					}
					return nil
				}),
			},
			{ // a pack that is gone is made again
				PreConfig: func() {
					pack, err := thePack(cloud)
					if err == nil {
						err = errors.Join(cloud.DeleteConfigPack(pack.CompliancePackID), cloud.DeleteConfigRule(pack.ConfigRules[0].ConfigRuleID))
					}
					if err != nil {
						t.Error(err)
					}
				},
				Config:           config,
				ConfigPlanChecks: packAction(plancheck.ResourceActionCreate),
			},
			{ // destroy lets go what was added, too
				PreConfig: rules(func(list []simulator.CompliancePackRule) []simulator.CompliancePackRule {
					return append(list, simulator.CompliancePackRule{ConfigRuleID: "cr-byhand"})
				}),
				Config: cloud.Provider("", ""),
			},
		},
	})
}

// detach takes a rule of the account retail out of its pack.
func detach(t *testing.T, cloud *acctest.Cloud, ruleID string) {
	t.Helper()
	client, err := cloud.Fleet(t, nil).CloudConfig(acctest.Retail)
	if err != nil {
		t.Error(err)
		return
	}
	pack, err := thePack(cloud)
	if err == nil {
		err = client.Of("").DetachRule(t.Context(), pack.CompliancePackID, ruleID)
	}
	if err != nil {
		t.Error(err)
	}
}

// A pack of the same name is taken over if it equals the block, and no other.
func TestBaseline_existing(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Accounts[1].CloudConfig.CompliancePacks = []simulator.CompliancePack{{
		CompliancePackID: "cp-byhand", CompliancePackName: "ackguard ACK baseline", RiskLevel: 2,
		ConfigRules: []simulator.CompliancePackRule{{ManagedRuleIdentifier: publicEndpoint, RiskLevel: 3}},
	}}
	cloud := acctest.New(t, scenario)
	said := strings.Join(cloud.Live(t, "ackguard_config_baseline_ack", map[string]any{"account_id": acctest.Retail, "rule_ids": []any{publicEndpoint}}), "\n")
	for _, phrase := range []string{
		"There is a compliance pack of this name already", `effective_risk_levels["` + publicEndpoint + `"] is 3, not 1`, "terraform import ADDRESS " + acctest.Retail + "/cp-byhand",
	} {
		if !strings.Contains(said, phrase) {
			t.Errorf("it lacks %q: %s", phrase, said)
		}
	}
	if said := cloud.Live(t, "ackguard_config_baseline_ack", map[string]any{
		"account_id": acctest.Retail, "rule_ids": []any{publicEndpoint}, "rule_risk_levels": map[string]any{publicEndpoint: 3},
	}); len(said) > 0 || cloud.Count(simulator.Filter{Action: "CreateCompliancePack"}) > 0 || len(cloud.ConfigPacks())+len(cloud.ConfigRules()) > 0 {
		t.Errorf("it was not taken over and deleted: %v", said)
	}
}

// A pack is waited for while it is built, and what is refused meanwhile is tried again.
func TestBaseline_slow(t *testing.T) {
	t.Parallel()
	scenario := acctest.ConfigFleet()
	scenario.Behaviour.ConfigTaskDuration = "1m"
	cloud := acctest.NewOneClock(t, scenario)
	all := map[string]any{"account_id": acctest.Retail}
	if said := cloud.Live(t, "ackguard_config_baseline_ack", all, acctest.With(all, "rule_ids", []any{publicEndpoint}), acctest.With(all, "tags", map[string]any{"a": "b"}), all); len(said) > 0 {
		t.Error(said)
	}
	if left := len(cloud.ConfigPacks()) + len(cloud.ConfigRules()); left > 0 {
		t.Errorf("%d are left", left)
	}
}

func TestBaseline_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	for says, more := range map[string][]any{
		"must contain at least 1 elements": {"rule_ids", []any{}},
		"must be between 1 and 3":          {"risk_level", 4},
		"rule_risk_levels sets the level of \"ack-cluster-no-such-check\", and rule_ids does not have it": {"rule_risk_levels", map[string]any{"ack-cluster-no-such-check": 1}},
		"value must be between 1 and 3":                                                                      {"rule_risk_levels", map[string]any{publicEndpoint: 0}},
		"must be the ID of an account group of Cloud Config":                                                 {"aggregator_id", "directory"},
		"Neither Cloud Config nor our catalogue says which risk level ack-cluster-no-such-check should have": {"rule_ids", []any{"ack-cluster-no-such-check"}},
	} {
		if said := strings.Join(cloud.Live(t, "ackguard_config_baseline_ack", acctest.With(map[string]any{"account_id": acctest.Retail}, more...)), "\n"); !strings.Contains(said, says) {
			t.Errorf("%v: it lacks %q: %s", more, says, said)
		}
	}
}

// An identifier that the service does not know is warned about when planning, and refused by the service.
func TestBaseline_unknownIdentifier(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	said := strings.Join(cloud.Live(t, "ackguard_config_baseline_ack", map[string]any{
		"account_id": acctest.Retail, "rule_ids": []any{"ack-cluster-not-yet-known"}, "rule_risk_levels": map[string]any{"ack-cluster-not-yet-known": 1},
	}), "\n")
	if !strings.Contains(said, `Cloud Config does not know "ack-cluster-not-yet-known"`) || !strings.Contains(said, "Invalid.ConfigRules.Value") {
		t.Error(said)
	}
}

func TestBaseline_refused(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.ConfigFleet())
	all := map[string]any{"account_id": acctest.Retail}
	less := acctest.With(all, "rule_ids", []any{publicEndpoint})
	refused := func(what string, lives []map[string]any, says ...string) {
		t.Helper()
		said := strings.Join(cloud.Live(t, "ackguard_config_baseline_ack", lives...), "\n")
		for _, phrase := range says {
			if !strings.Contains(said, phrase) {
				t.Errorf("%s: it lacks %q: %s", what, phrase, said)
			}
		}
		cloud.AllowMember(t, acctest.Retail)
		if said := cloud.Live(t, "ackguard_config_baseline_ack", all); len(said) > 0 { // what is left is taken over
			t.Errorf("after %s: %v", what, said)
		}
	}
	for _, action := range []string{"ListCompliancePacks", "CreateCompliancePack", "GetCompliancePack", "DeleteCompliancePacks"} {
		cloud.DenyMember(t, acctest.Retail, "config:"+action)
		refused(action, []map[string]any{all}, "denied", "account "+acctest.Retail, "allow the RAM action config:"+action)
	}
	cloud.DenyMember(t, acctest.Retail, "config:UpdateCompliancePack")
	said := strings.Join(cloud.Live(t, "ackguard_config_baseline_ack", all, less), "\n")
	if !strings.Contains(said, "Updating the compliance pack") || !strings.Contains(said, "allow the RAM action config:UpdateCompliancePack") {
		t.Error(said)
	}
	cloud.AllowMember(t, acctest.Retail)
	if said := cloud.Live(t, "ackguard_config_baseline_ack", all); len(said) > 0 {
		t.Error(said)
	}
	fault := cloud.AddFault(simulator.Fault{Action: "DeleteCompliancePacks", Status: 400, Code: "Throttling.User"})
	said = strings.Join(cloud.Live(t, "ackguard_config_baseline_ack", all), "\n")
	if !strings.Contains(said, "throttled") || !strings.Contains(said, "lower requests_per_second") {
		t.Error(said)
	}
	fault.Remove()
	if said := cloud.Live(t, "ackguard_config_baseline_ack", all); len(said) > 0 {
		t.Error(said)
	}
}
