package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	module     = "examples/landing-zone-module/"
	schedule   = "ackguard_cluster_inspection_schedule"
	byIdentity = "examples/resources/" + schedule + "/import-by-identity.tf"
	byID       = "examples/resources/" + schedule + "/import-by-string-id.tf"
)

// acknowledged are the examples that import what somebody has acknowledged in the console.
const acknowledged = "examples/resources/ackguard_config_rule_exemption/import"

func acknowledge(t *testing.T, cloud *acctest.Cloud) {
	t.Helper()
	client, err := cloud.Fleet(t, nil).CloudConfig(retail)
	if err == nil {
		err = client.Of("").Ignore(t.Context(), "cr-0a1b2c3d4e5f60718295", cloudconfig.Resource{AccountID: retail, Region: "cn-shanghai", ID: "c1a00000000000000000000000retail2"}, "by hand", "")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// logAccount is the account of the archive.
const logAccount = "100000000000002"

// made are the resources that are there before an example that imports one, by the beginning of its path.
var made = map[string]map[string]any{
	"ackguard_audit_alert":       onArchive("condition", "exec_into_container"),
	"ackguard_audit_dashboard":   onArchive("report", "overview"),
	"ackguard_audit_log_archive": onArchive("project", "ack-audit-archive"),
	shippingKind:                 shippingBlock("source", "audit"),
}

// prepare makes what an example imports.
func prepare(t *testing.T, cloud *acctest.Cloud, path string) {
	t.Helper()
	if strings.Contains(path, "/ackguard_scan_") || strings.HasPrefix(path, "examples/guides/workload-scans/") {
		reachable(t, cloud, retailCluster)
	}
	for kind, arguments := range made {
		if strings.HasPrefix(path, "examples/resources/"+kind+"/import") {
			if err := cloud.Resource(t, kind).Apply(arguments); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// refused are the examples that show a plan failing, and what it says.
var refused = map[string]string{
	"examples/guides/brownfield/conflict.tf":  "Cluster has another inspection schedule",
	"examples/guides/gates/fail-on.tf":        "2 finding(s) of severity high or worse",
	"examples/guides/gates/postcondition.tf":  "An API server of production answers on the Internet.",
	"examples/guides/getting-started/gate.tf": "2 finding(s) of severity high or worse",
}

// elsewhere are the examples that stand for nothing without the step before
// them; the tests of their guides apply them.
var elsewhere = []string{
	"examples/guides/brownfield/keep.tf",
	"examples/guides/brownfield/new.tf",
	"examples/guides/brownfield/spread.tf",
	"examples/guides/brownfield/let-go.tf",
}

// together are the examples that build on others of their guide.
var together = map[string]string{
	"examples/guides/getting-started/gate.tf":                 "examples/guides/getting-started/judge.tf",
	"examples/guides/getting-started/gate-with-exemptions.tf": "examples/guides/getting-started/judge.tf",
	"examples/guides/getting-started/schedule.tf":             "examples/guides/getting-started/judge.tf",
}

// imports is how an example starts to import a resource.
var imports = regexp.MustCompile(`(?m)^import \{$`)

// examples are the example files, without those of the demo, which are tested
// where the demo is, and of the module, the landing zone, the shipping of logs
// and the workloads, which have tests of their own.
func examples(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(below(t, "examples", ".tf"), func(path string) bool {
		return strings.HasPrefix(path, "examples/demo/") || strings.HasPrefix(path, module) || strings.HasPrefix(path, landingZone) || strings.HasPrefix(path, logShipping) || strings.HasPrefix(path, workloads)
	})
}

// preCheckable is the rule of the vendor's own example of a pre-check.
const preCheckable = "ecs-instance-deletion-protection-enabled"

func demoFleet(t *testing.T) *simulator.Scenario {
	t.Helper()
	scenario, err := simulator.LoadScenario(filepath.Join(root, "examples/demo/fleet.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	acctest.WithCloudConfig(scenario)
	rules := func(terway, protection string) []simulator.ConfigRule {
		return []simulator.ConfigRule{
			{ConfigRuleID: terway, ConfigRuleName: "terway", SourceIdentifier: "ack-cluster-network-type-check", RiskLevel: 2, ConfigRuleTriggerTypes: "ConfigurationItemChangeNotification"},
			{ConfigRuleID: protection, ConfigRuleName: "protection", SourceIdentifier: "ack-cluster-deletion-protection-enabled", RiskLevel: 2, ConfigRuleTriggerTypes: "ConfigurationItemChangeNotification", ConfigScope: simulator.ConfigScope{RegionIDsScope: "cn-shanghai"}},
		}
	}
	// A pack with a rule that was there before it, and one that was made for it.
	pack := func(id, rule string) ([]simulator.CompliancePack, simulator.ConfigRule) {
		attached := simulator.ConfigRule{
			ConfigRuleID: rule, ConfigRuleName: "network of the pack", SourceIdentifier: "ack-cluster-network-type-check", RiskLevel: 2, ConfigRuleTriggerTypes: "ConfigurationItemChangeNotification",
		}
		return []simulator.CompliancePack{{CompliancePackID: id, CompliancePackName: "network", RiskLevel: 2, ConfigRules: []simulator.CompliancePackRule{
			{ConfigRuleID: rule}, {ManagedRuleIdentifier: "ack-cluster-public-endpoint-check", RiskLevel: 1},
		}}}, attached
	}
	for i := range scenario.Accounts {
		if scenario.Accounts[i].AccountID == logAccount {
			scenario.Accounts[i].LogService = &simulator.LogService{Projects: []simulator.LogProject{{
				ProjectName: "audit-central", Region: "cn-hangzhou", LogStores: []simulator.LogStore{{LogStoreName: "audit", TTL: 180}},
			}}}
		}
		if config := scenario.Accounts[i].CloudConfig; scenario.Accounts[i].AccountID == retail {
			packs, attached := pack("cp-0a1b2c3d4e5f60718293", "cr-0a1b2c3d4e5f60718297")
			config.CompliancePacks, config.Rules = packs, append(rules("cr-0a1b2c3d4e5f60718293", "cr-0a1b2c3d4e5f60718295"), attached)
			config.DeliveryChannels = []simulator.DeliveryChannel{{
				DeliveryChannelID: "cdc-0a1b2c3d4e5f60718293", DeliveryChannelName: "to the log account", DeliveryChannelType: "SLS", DeliveryChannelTargetARN: logStore,
				DeliveryChannelCondition:            `[{"filterType":"ResourceType","values":["ACS::ACK::Cluster"],"multiple":true}]`,
				ConfigurationItemChangeNotification: true, NonCompliantNotification: true,
			}}
		}
	}
	scenario.ConfigManagedRules = append(scenario.ConfigManagedRules, simulator.ManagedRule{
		Identifier: preCheckable, ConfigRuleName: "Release protection of instances", RiskLevel: 1, MessageType: "ConfigurationItemChangeNotification",
		ResourceTypes: []string{"ACS::ECS::Instance"}, SupportPreview: true, PreCheck: &simulator.PreCheck{Property: "DeletionProtection", Value: "true"},
	})
	group := &scenario.Accounts[0].CloudConfig.Aggregators[0]
	packs, attached := pack("cp-0a1b2c3d4e5f60718294", "cr-0a1b2c3d4e5f60718298")
	group.CompliancePacks, group.Rules = packs, append(rules("cr-0a1b2c3d4e5f60718294", "cr-0a1b2c3d4e5f60718296"), attached, simulator.ConfigRule{
		ConfigRuleName: "agent", SourceIdentifier: "ack-cluster-node-monitorenabled", RiskLevel: 1, ConfigRuleTriggerTypes: "ScheduledNotification", MaximumExecutionFrequency: "TwentyFour_Hours",
	})
	return scenario
}

// logStore is of the log account.
const logStore = "acs:log:cn-hangzhou:100000000000002:project/audit/logstore/cloud-config"

// Every example is applied as it stands, plans no change afterwards (the test
// framework looks after each step) and can be destroyed.
func TestExamples_apply(t *testing.T) {
	withBlock := regexp.MustCompile(`(?m)^provider "ackguard"`)
	for _, path := range examples(t) {
		if slices.Contains(elsewhere, path) {
			continue
		}
		t.Run(strings.TrimPrefix(path, "examples/"), func(t *testing.T) {
			text := read(t, path)
			if other := together[path]; other != "" {
				text = read(t, other) + text
			}
			own := withBlock.MatchString(text)
			if !own {
				t.Parallel() // the others own the environment
			}
			cloud := acctest.New(t, demoFleet(t))
			config, empty := cloud.Provider("", text), cloud.Provider("", "")
			if own {
				// A provider that nothing uses is never configured.
				config, empty = text+"\ndata \"ackguard_member_accounts\" \"used\" {}\n", acctest.Bare
				environment(t, cloud)
			}
			if strings.HasPrefix(path, acknowledged) {
				acknowledge(t, cloud)
			}
			prepare(t, cloud, path)
			test := resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{{Config: config}, {Config: empty}}}
			switch {
			case strings.HasSuffix(path, "/import-by-identity.tf"):
				test.TerraformVersionChecks = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)}
				resource.UnitTest(t, test)
			case strings.HasPrefix(path, "examples/actions/"):
				test.TerraformVersionChecks = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)}
				resource.UnitTest(t, test)
			case own:
				if says := refused[path]; says != "" {
					test.Steps[0].ExpectError = acctest.Says(says)
				}
				// The test framework cannot read a state with for_each at the end.
				resource.UnitTest(t, test)
			default:
				applied(t, path, config)
			}
			if strings.Contains(text, `resource "`+schedule) {
				scheduleOnce(t, cloud)
			}
		})
	}
}

// applied applies an example, plans it again and destroys it, which costs a
// third of the commands that the test framework runs.
func applied(t *testing.T, path, config string) {
	t.Helper()
	w := acctest.NewWorkspace(t, config)
	run := func(says string, arguments ...string) {
		t.Helper()
		output, err := w.Terraform(t, arguments...)
		if fails := refused[path] != "" && arguments[0] == "apply"; fails != (err != nil) || !acctest.Says(says).Match(output) {
			t.Fatalf("%v: %v, want %q\n%s", arguments, err, says, output)
		}
	}
	switch {
	case refused[path] != "":
		run(refused[path], "apply")
		return
	case !imports.MatchString(config):
		run("Apply complete!", "apply")
	// The reason of an acknowledgement cannot be read; an imported scan policy has all that was found, and its block less.
	case strings.HasPrefix(path, acknowledged), strings.HasPrefix(path, "examples/resources/ackguard_scan_policy/import"):
		run("1 imported, 0 added, 1 changed", "apply")
	default:
		run("1 imported, 0 added, 0 changed", "apply")
	}
	run("No changes", "plan")
	run("Destroy complete!", "destroy")
}

// scheduleOnce makes sure that an example of a resource did something.
func scheduleOnce(t *testing.T, cloud *acctest.Cloud) {
	t.Helper()
	if cloud.Count(simulator.Filter{Action: "GetClusterInspectConfig"}) == 0 {
		t.Error("the example never asked for a schedule")
	}
}

// environment is what the simulator's program prints.
func environment(t *testing.T, cloud *acctest.Cloud) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "ALICLOUD_") || strings.HasPrefix(name, "ALIBABA") {
			t.Setenv(name, "")
		}
	}
	key := cloud.ManagementKey()
	for name, value := range map[string]string{
		"ALIBABA_CLOUD_REGION": "cn-hangzhou", "ALIBABA_CLOUD_ACCESS_KEY_ID": key.ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.Secret,
		"ALIBABA_CLOUD_ENDPOINT_CS": cloud.Endpoint(), "ALIBABA_CLOUD_ENDPOINT_STS": cloud.Endpoint(),
		"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER": cloud.Endpoint(), "ALIBABA_CLOUD_ENDPOINT_CONFIG": cloud.Endpoint(),
		"ALIBABA_CLOUD_ENDPOINT_SLS": cloud.Endpoint(),
	} {
		t.Setenv(name, value)
	}
}

// The import command's ID works, and what it imports is what the block says.
func TestExamples_importCommand(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`(?m)^terraform import (\S+) (\S+)$`).FindStringSubmatch(read(t, "examples/resources/"+schedule+"/import.sh"))
	if command == nil {
		t.Fatal("import.sh has no import command")
	}
	cloud := acctest.New(t, demoFleet(t))
	_, block, found := strings.Cut(read(t, byID), "\nresource ")
	if !found {
		t.Fatalf("%s has no resource block", byID)
	}
	block = "resource " + block
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		{
			Config: cloud.Provider("", block), ResourceName: command[1], ImportStateId: command[2],
			ImportState: true, ImportStatePersist: true,
		},
		{
			Config: cloud.Provider("", block),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(command[1], plancheck.ResourceActionNoop),
			}},
		},
	}})
}

// What the CLI at hand may be too old to apply is well-formed at least.
func TestExamples_parse(t *testing.T) {
	t.Parallel()
	for _, path := range slices.Concat(examples(t), below(t, "examples", ".hcl")) {
		if _, diags := hclparse.NewParser().ParseHCLFile(filepath.Join(root, path)); diags.HasErrors() {
			t.Error(diags)
		}
	}
}

// Import by identity needs a CLI that many do not have yet, so its example is
// compared with the schema too.
func TestExamples_identity(t *testing.T) {
	t.Parallel()
	var schemas providerSchemas
	if err := json.Unmarshal([]byte(read(t, schemaPath)), &schemas); err != nil {
		t.Fatal(err)
	}
	file, diags := hclparse.NewParser().ParseHCLFile(filepath.Join(root, byIdentity))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok || len(body.Blocks) == 0 || body.Blocks[0].Type != "import" {
		t.Fatal("the file does not begin with an import block")
	}
	pairs, diags := hcl.ExprMap(body.Blocks[0].Body.Attributes["identity"].Expr)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	named := map[string]bool{}
	for _, pair := range pairs {
		named[hcl.ExprAsKeyword(pair.Key)] = true
	}
	for _, s := range schemas.Schemas {
		identity := s.Identities[schedule].Attributes
		for name := range named {
			if _, ok := identity[name]; !ok {
				t.Errorf("the identity has no attribute %q", name)
			}
		}
		for name, a := range identity {
			if a.RequiredForImport && !named[name] {
				t.Errorf("the example lacks %q, which the import requires", name)
			}
		}
		if len(identity) == 0 {
			t.Errorf("%s has no identity", schedule)
		}
	}
}

// Every object has an example, and each resource every way to import it.
func TestExamples_complete(t *testing.T) {
	t.Parallel()
	list, err := objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		wanted := []string{strings.TrimSuffix(o.folder, "s") + ".tf"}
		switch o.folder {
		case "list-resources":
			wanted = []string{"list-resource.tfquery.hcl"}
		case "resources":
			wanted = append(wanted, "import.sh", "import-by-string-id.tf", "import-by-identity.tf")
		}
		for _, name := range wanted {
			if _, err := os.Stat(filepath.Join(root, "examples", o.folder, o.name, name)); err != nil {
				t.Errorf("%s has no example: %s", o.key(), err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(root, "examples/provider/provider.tf")); err != nil {
		t.Error(err)
	}
}
