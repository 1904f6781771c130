package simulator

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"
)

const demoFleet = "../../examples/demo/fleet.yaml"

// minimal is a scenario that each case spoils in one place.
const minimal = `resource_directory:
  ResourceDirectoryId: rd-x
  MasterAccountId: "100000000000001"
  RootFolderId: r-x
  folders:
    - {FolderId: fd-a, FolderName: A}
accounts:
  - AccountId: "100000000000001"
    users:
      - UserName: u
        access_keys: [{AccessKeyId: K1, AccessKeySecret: s}]
  - AccountId: "100000000000002"
    FolderId: fd-a
    roles:
      - RoleName: r
        trusts: ["100000000000001"]
    clusters:
      - cluster_id: c00000000000000000000000000000001
        name: n
        cluster_type: ManagedKubernetes
        region_id: cn-hangzhou
        state: running
`

func TestScenarioErrors(t *testing.T) {
	if _, err := ParseScenario("fleet.yaml", []byte(minimal)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, changed, want string }{
		{"cluster_type: Man", "cluser_type: Man", "fleet.yaml: line 20: unknown field \"cluser_type\" in cluster (did you mean \"cluster_type\"?)\nfleet.yaml: line 18: cluster has no \"cluster_type\""},
		{"cluster_type: ManagedKubernetes", "cluster_type: Managed", "fleet.yaml: line 20: cluster_type is \"Managed\", want one of Kubernetes, ManagedKubernetes, ExternalKubernetes, Ask"},
		{"state: running", "state: running\n        wibble: 1", "fleet.yaml: line 23: unknown field \"wibble\" in cluster"},
		{"state: running", "state: running\n        state: failed", "fleet.yaml: line 23: field \"state\" appears twice in cluster"},
		{"state: running", "state: running\n        deletion_protection: \"yes\"", "fleet.yaml: line 23: accounts[1].clusters[0].deletion_protection must be true or false, not \"yes\""},
		{"state: running", "state: running\n        current_version: 1.30", "fleet.yaml: line 23: accounts[1].clusters[0].current_version is the number 1.30, but the API has a string here: write \"1.30\""},
		{"state: running", "state: running\n        master_url: https://203.0.113.1:6443", "fleet.yaml: line 23: accounts[1].clusters[0].master_url: want a mapping with api_server_endpoint and the like, or \"\""},
		{"state: running", "state: running\n        nodepools: [{kubernetes_config: {cms_enable: true}}]", "fleet.yaml: line 23: unknown field \"cms_enable\" in kubernetes config (did you mean \"cms_enabled\"?)"},
		{"state: running", "state: running\n        inspect_config: {enabled: true, recurrence: FREQ=WEEKLY}", "fleet.yaml: line 23: recurrence \"FREQ=WEEKLY\" is not valid: only FREQ=DAILY is supported"},
		{"c00000000000000000000000000000001", "c1", "fleet.yaml: line 18: cluster_id is \"c1\", want c and 32 lower-case letters or digits"},
		{"AccountId: \"100000000000002\"", "AccountId: \"100000000000001\"", "fleet.yaml: line 12: AccountId \"100000000000001\" is used twice, first at accounts[0].AccountId: make them differ\nfleet.yaml: line 13: the management account is in no folder: leave FolderId out"},
		{"AccountId: \"100000000000002\"", "AccountId: 100000000000002", "fleet.yaml: line 12: accounts[1].AccountId is the number 100000000000002, but the API has a string here: write \"100000000000002\""},
		{"trusts: [\"100000000000001\"]", "trusts: [\"100000000000009\"]", "fleet.yaml: line 16: the role r trusts \"100000000000009\", which is no account of this scenario: add the account or name another"},
		{"    FolderId: fd-a", "    FolderId: fd-b", "fleet.yaml: line 13: the folder \"fd-b\" does not exist: add it under resource_directory.folders"},
		{"FolderName: A}", "FolderName: A, ParentFolderId: fd-a}", "fleet.yaml: line 6: the folder \"fd-a\" is inside itself"},
		{"MasterAccountId: \"100000000000001\"", "MasterAccountId: \"100000000000007\"", "fleet.yaml: line 3: the account \"100000000000007\" is not in this scenario: add it under accounts"},
		{"UserName: u", "UserName: u\n        attached_policies: [Everything]", "fleet.yaml: line 11: the system policy \"Everything\" is not simulated, known are AdministratorAccess, AliyunCSFullAccess, AliyunCSReadOnlyAccess, AliyunConfigFullAccess, AliyunConfigReadOnlyAccess, AliyunLogFullAccess, AliyunLogReadOnlyAccess, AliyunResourceDirectoryFullAccess, AliyunResourceDirectoryReadOnlyAccess, AliyunSTSAssumeRoleAccess, ReadOnlyAccess: write it out under policies"},
		{"accounts:", "faults: [{status: 500}]\naccounts:", "fleet.yaml: line 7: an error answer needs both status and code"},
		{"accounts:", "quotas: [{product: cs}]\naccounts:", "fleet.yaml: line 7: quota has no \"requests_per_second\""},
		{"accounts:", "quotas: [{product: ecs, requests_per_second: 1}]\naccounts:", "fleet.yaml: line 7: product is \"ecs\", want one of cs, sts, resourcedirectory, config, sls"},
		{"accounts:", "quotas: [{product: cs, requests_per_second: 0}]\naccounts:", "fleet.yaml: line 7: requests_per_second is 0, want a number above 0"},
		{"accounts:", "quotas: [{product: cs, requests_per_second: 1, burst: -1}]\naccounts:", "fleet.yaml: line 7: burst is -1, want 1 or more"},
		{"accounts:", "quotas: [{product: cs, requests_per_second: 1, status: 200}]\naccounts:", "fleet.yaml: line 7: status is 200, want 400 to 599"},
		{"accounts:", "quotas: [{product: cs, requests_per_second: 1, retry_after: soon}]\naccounts:", "fleet.yaml: line 7: retry_after is \"soon\", want whole milliseconds such as \"200\""},
		{"accounts:", "quotas: [{product: cs, requests_per_second: 1, action: DescribeClusterDetails}]\naccounts:", "fleet.yaml: line 7: cs has no action \"DescribeClusterDetails\" (did you mean DescribeClusterDetail?)"},
		{"accounts:", "quotas: [{product: cs, requests_per_second: 1, account: \"100000000000009\"}]\naccounts:", "fleet.yaml: line 7: the account \"100000000000009\" is not in this scenario"},
		{"accounts:", "quotas:\n  - {product: cs, requests_per_second: 1}\n  - {product: cs, requests_per_second: 2}\naccounts:", "fleet.yaml: line 9: quotas[0] is for the same calls: keep one"},
		{"  folders:", "  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}}\n  folders:", "fleet.yaml: line 6: control policy has no \"targets\""},
		{"  folders:", "  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}, targets: []}\n  folders:", "fleet.yaml: line 6: the control policy P is attached to nothing: give a target"},
		{"  folders:", "  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}, targets: [fd-b]}\n  folders:", "fleet.yaml: line 6: the target \"fd-b\" is neither a folder nor a member of the directory"},
		{"  folders:", "  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}, targets: [fd-a, fd-a]}\n  folders:", "fleet.yaml: line 6: the target \"fd-a\" is listed twice"},
		{"  folders:", "  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}, targets: [\"100000000000001\"]}\n  folders:", "fleet.yaml: line 6: control policies do not bound the management account: name a folder or a member"},
		{"  folders:", "  control_policies:\n    - {PolicyName: 1P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}, targets: [fd-a]}\n  folders:", "fleet.yaml: line 6: PolicyName is \"1P\", want 1 to 128 letters, digits and hyphens, a letter first"},
		{"  folders:", "  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: []}, targets: [fd-a]}\n  folders:", "fleet.yaml: line 6: policy has no Statement"},
		{"  folders:", "  ControlPolicyStatus: Disabled\n  control_policies:\n    - {PolicyName: P, PolicyDocument: {Statement: [{Effect: Deny, Action: \"*\", Resource: \"*\"}]}, targets: [fd-a]}\n  folders:", "fleet.yaml: line 7: ControlPolicyStatus is Disabled, which detaches all control policies: make it Enabled or leave it out"},
		{"accounts:", "faults: [{delay: 1s, probability: 1.5}]\naccounts:", "fleet.yaml: line 7: probability is 1.5, want a number above 0 and below 1"},
		{"accounts:", "faults: [{delay: 1s, probability: 0.5, first: 1}]\naccounts:", "fleet.yaml: line 7: first, nth, every and probability exclude one another"},
		{"accounts:", "behaviour: {consistency: {reads: -1}}\naccounts:", "fleet.yaml: line 7: reads is -1, want 1 or more"},
		{"accounts:", "behaviour: {consistency: {duration: soon}}\naccounts:", "fleet.yaml: line 7: \"soon\" is not a duration, want one such as 30s"},
		{"accounts:", "behaviour: {consistency: {reads: 1, duration: 1s}}\naccounts:", "fleet.yaml: line 7: reads and duration exclude one another: keep one"},
		{"accounts:", "behaviour: {task_duration: soon}\naccounts:", "fleet.yaml: line 7: \"soon\" is not a duration, want one such as 30s"},
		{"accounts:", "behaviour: {config_evaluation_delay: soon}\naccounts:", "fleet.yaml: line 7: \"soon\" is not a duration, want one such as 30s"},
		{"accounts:", "config_managed_rules: [{Identifier: ack-cluster-rrsa-enabled, ConfigRuleName: n, RiskLevel: 1, MessageType: ConfigurationItemChangeNotification}]\naccounts:", "fleet.yaml: line 7: the rule \"ack-cluster-rrsa-enabled\" is known already: leave it out"},
		{"accounts:", "config_managed_rules: [{Identifier: a, ConfigRuleName: n, RiskLevel: 1, MessageType: ScheduledNotification}]\naccounts:", "fleet.yaml: line 7: a scheduled rule has a frequency, and no other has"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {ResourceTypes: [cluster]}", "fleet.yaml: line 14: \"cluster\" is no resource type, want one such as ACS::ACK::Cluster"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {rules: [{ConfigRuleName: n, SourceIdentifier: ack-none, RiskLevel: 1, ConfigRuleTriggerTypes: ConfigurationItemChangeNotification}]}", "fleet.yaml: line 14: SourceIdentifier of the rule n: \"ack-none\" is no managed rule"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {rules: [{ConfigRuleName: n, SourceIdentifier: ack-cluster-rrsa-enabled, RiskLevel: 1, ConfigRuleTriggerTypes: ConfigurationItemChangeNotification, FolderIdsScope: fd-a}]}", "fleet.yaml: line 14: the rule n: scopes of accounts and folders are for rules of an account group"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {aggregators: [{AggregatorId: ca-1, AggregatorName: n, Description: d, AggregatorType: RD}]}", "fleet.yaml: line 14: the account 100000000000002 is neither the management account nor a delegated administrator of config.aliyuncs.com, so it has no account groups"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackName: n, ConfigRules: [{ManagedRuleIdentifier: ack-none}]}]}", "fleet.yaml: line 14: \"ack-none\" is no managed rule"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackName: n, ConfigRules: []}]}", "fleet.yaml: line 14: a compliance pack has rules"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackName: n, ConfigRules: [{ConfigRuleId: cr-1}]}]}", "fleet.yaml: line 14: the rule cr-1 is none of the rules beside the pack"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackId: x, CompliancePackName: n, ConfigRules: [{ManagedRuleIdentifier: ack-cluster-rrsa-enabled}]}]}", "fleet.yaml: line 14: CompliancePackId is \"x\", want cp- and letters or digits"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackTemplateId: ct-1, CompliancePackName: n, ConfigRules: [{ManagedRuleIdentifier: ack-cluster-rrsa-enabled}]}]}", "fleet.yaml: line 14: the template \"ct-1\" is none of config_pack_templates"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{RiskLevel: 4, CompliancePackName: n, ConfigRules: [{ManagedRuleIdentifier: ack-cluster-rrsa-enabled, RiskLevel: 1}]}]}", "fleet.yaml: line 14: RiskLevel is 4, want 1, 2 or 3"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackName: n, ConfigRules: [{ManagedRuleIdentifier: ack-cluster-rrsa-enabled, RiskLevel: 5}]}]}", "fleet.yaml: line 14: RiskLevel of the rule n-Enable the RRSA feature: want 1, 2 or 3"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {rules: [{ConfigRuleName: n, SourceIdentifier: ack-cluster-rrsa-enabled, RiskLevel: 1, ConfigRuleTriggerTypes: ConfigurationItemChangeNotification, ConfigRuleId: cr-1}], compliance_packs: [{CompliancePackName: n, ConfigRules: [{ConfigRuleId: cr-1}, {ConfigRuleId: cr-1}]}]}", "fleet.yaml: line 14: the rule cr-1 is in a compliance pack already"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {compliance_packs: [{CompliancePackName: n, ConfigRules: [{ManagedRuleIdentifier: ack-cluster-rrsa-enabled}, {ManagedRuleIdentifier: ack-cluster-rrsa-enabled}]}]}", "fleet.yaml: line 14: the rule \"n-Enable the RRSA feature\" is there already"},
		{"accounts:", "config_pack_templates: [{CompliancePackTemplateId: x, CompliancePackTemplateName: n, RiskLevel: 1, ConfigRules: []}]\naccounts:", "fleet.yaml: line 7: CompliancePackTemplateId is \"x\", want ct- and letters or digits"},
		{"accounts:", "config_pack_templates: [{CompliancePackTemplateId: ct-1, CompliancePackTemplateName: n, RiskLevel: 1, ConfigRules: [{ManagedRuleIdentifier: a}]}]\naccounts:", "fleet.yaml: line 7: \"a\" is no managed rule"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {delivery_channels: [{DeliveryChannelType: SLS, DeliveryChannelTargetArn: \"acs:oss:cn-shanghai:100000000000002:bucket\"}]}", "fleet.yaml: line 14: DeliveryChannelTargetArn of the delivery channel is not of its form"},
		{"    FolderId: fd-a", "    FolderId: fd-a\n    cloud_config: {delivery_channels: [{DeliveryChannelId: x, DeliveryChannelType: OSS, DeliveryChannelTargetArn: \"acs:oss:cn-shanghai:100000000000002:bucket\"}]}", "fleet.yaml: line 14: DeliveryChannelId is \"x\", want cdc- and letters or digits"},
		{"state: running", "state: running\n        config_verdicts: [{Identifier: ack-cluster-network-type-check, ComplianceType: COMPLIANT}]", "fleet.yaml: line 23: the simulator evaluates ack-cluster-network-type-check itself: change the cluster instead"},
		{"state: running", "state: running\n        audit_log: {sls_project_name: a}\n        meta_data: {AuditProjectName: b}", "fleet.yaml: line 24: it is \"b\" and audit_log says \"a\": leave it out, answers get it from audit_log"},
		{"state: running", "state: running\n        meta_data: {ControlPlaneLogConfig: {}}", "fleet.yaml: line 23: leave it out and give control_plane_log, from which answers get it"},
		{"state: running", "state: running\n        control_plane_log: {components: [kcm], log_project: p, log_ttl: \"0\"}", "fleet.yaml: line 23: log_ttl is \"0\", want days from 1 to 3000 in quotes"},
		{"cluster_type: ManagedKubernetes", "cluster_type: Kubernetes\n        control_plane_log: {components: [kcm], log_project: p, log_ttl: \"7\"}", "fleet.yaml: line 21: only managed clusters have control-plane logs, and this one is Kubernetes"},
		{"name: n", "name: &x n", "fleet.yaml: line 19: accounts[1].clusters[0].name uses a YAML anchor or alias, write the value out"},
	} {
		text := strings.Replace(minimal, c.old, c.changed, 1)
		if text == minimal {
			t.Fatalf("%q is not in the scenario", c.old)
		}
		_, err := ParseScenario("fleet.yaml", []byte(text))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.changed, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"":                  "fleet.yaml: the file is empty",
		"accounts: []":      "fleet.yaml: line 1: the scenario has no account: give at least one",
		"seed: 1":           "fleet.yaml: line 1: scenario has no \"accounts\"",
		"a: 1\n---\nb: 2\n": "fleet.yaml: the file holds more than one YAML document",
	} {
		if _, err := ParseScenario("fleet.yaml", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := ScenarioSchema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("scenario.json", document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("scenario.json")
}

func validate(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(asJSON)))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// TestSchemaAndDecoderAgree on what is right and on what is a typo.
func TestSchemaAndDecoderAgree(t *testing.T) {
	schema := compiledSchema(t)
	demo, err := os.ReadFile(demoFleet)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		old, changed string
		good         bool
	}{
		{"seed", "seed", true},
		{"cluster_spec:", "cluser_spec:", false},
		{"cms_enabled:", "cms_enable:", false},
		{"profile: Acs", "profile: ACS", false},
		{"deletion_protection: true", "deletion_protection: 1", false},
		{"    AccountName: log-archive@rd-demo01\n", "", true},
		{"        name: retail-prod-core\n", "", false},
		{`master_url: ""`, `master_url: "x"`, false},
		{"current_version: 1.34.1-aliyun.1", "current_version: 1.34", false},
	} {
		text := []byte(strings.Replace(string(demo), c.old, c.changed, 1))
		_, decodeErr := ParseScenario("demo", text)
		schemaErr := validate(t, schema, text)
		if (decodeErr == nil) != c.good || (schemaErr == nil) != c.good {
			t.Errorf("%q -> %q: decoder %v, schema %v", c.old, c.changed, decodeErr, schemaErr)
		}
	}
	undescribed := 0
	text, err := ScenarioSchema()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Description string `json:"description"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for _, definition := range document.Defs {
		for _, property := range definition.Properties {
			if property.Description == "" {
				undescribed++
			}
		}
	}
	if undescribed > 0 || len(document.Defs) < 20 {
		t.Errorf("%d properties without a description in %d definitions", undescribed, len(document.Defs))
	}
}

// TestDemoFleet holds the demo to what its documentation promises.
func TestDemoFleet(t *testing.T) {
	s, err := LoadScenario(demoFleet)
	if err != nil {
		t.Fatal(err)
	}
	var public, protected []string
	kinds, regions, monitoring := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, a := range s.Accounts {
		for _, c := range a.Clusters {
			kinds[c.ClusterType+"/"+value(c.Profile)+"/"+c.State] = true
			regions[c.RegionID] = true
			if c.MasterURL != nil && value(c.MasterURL.APIServerEndpoint) != "" {
				public = append(public, c.Name)
			}
			if c.DeletionProtection != nil && *c.DeletionProtection {
				protected = append(protected, c.Name)
			}
			for _, pool := range c.NodePools {
				state := "absent"
				if on := pool.KubernetesConfig.CMSEnabled; on != nil {
					state = map[bool]string{true: "true", false: "false"}[*on]
				}
				monitoring[state] = true
			}
		}
	}
	if len(public) != 1 || public[0] != "logistics-prod-edge" || len(protected) == 0 || len(regions) < 2 || len(monitoring) != 3 {
		t.Errorf("public %v, protected %v, regions %v, cms_enabled %v", public, protected, regions, monitoring)
	}
	for _, kind := range []string{
		"ManagedKubernetes/Default/running", "ManagedKubernetes/Default/initial", "ManagedKubernetes/Default/failed", "ManagedKubernetes/Serverless/running",
		"ManagedKubernetes/Acs/running", "Kubernetes/Default/running", "ExternalKubernetes//running",
	} {
		if !kinds[kind] {
			t.Errorf("the demo has no %s", kind)
		}
	}
	_, server := startCloud(t, s)
	k := credentials{"FAKE-MANAGEMENT-KEY-ID", "fake-management-key-secret", ""}
	entered := 0
	for _, a := range s.Accounts[1:] {
		if _, err := assume(t, server, k, a.AccountID, nil); err == nil {
			entered++
		}
	}
	if entered != 6 {
		t.Errorf("%d of %d accounts let us in, want all but one", entered, len(s.Accounts)-1)
	}
}

func FuzzParseScenario(f *testing.F) {
	f.Add(minimal)
	f.Add("accounts: [{AccountId: \"100000000000001\", roles: [{RoleName: r, AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Action: '*', Principal: {RAM: x}}]}}]}]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseScenario("fuzz", []byte(text))
		if err != nil {
			return
		}
		if _, err := New(s, Options{}); err != nil {
			t.Fatalf("parsed but not usable: %v", err)
		}
	})
}
