package permission_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	address = "data.ackguard_required_ram_policy.this"

	lists    = `{"Effect":"Allow","Action":["cs:DescribeClustersForRegion","cs:DescribeClustersV1","cs:GetClusters"],"Resource":["*"]}`
	regional = `{"Effect":"Allow","Action":["cs:DescribeClustersForRegion"],"Resource":["*"]}`
	assume   = `{"Effect":"Allow","Action":["sts:AssumeRole"],"Resource":["acs:ram:*:*:role/ResourceDirectoryAccountAccessRole"]}`
	own      = `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::` + acctest.Management + `:root"]}}]}`
)

func policy(statements ...string) string {
	return `{"Version":"1","Statement":[` + strings.Join(statements, ",") + `]}`
}

func onClusters(arns string, actions ...string) string {
	return fmt.Sprintf(`{"Effect":"Allow","Action":["%s"],"Resource":[%s]}`, strings.Join(actions, `","`), arns)
}

func config(arguments string) string {
	return "data \"ackguard_required_ram_policy\" \"this\" {\n" + arguments + "\n}\n"
}

// text checks an attribute; an empty string stands for null.
func text(name, want string) statecheck.StateCheck {
	check := knownvalue.StringExact(want)
	if want == "" {
		return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.Null())
	}
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

// The documents, byte for byte.
func TestRequiredPolicy(t *testing.T) {
	t.Parallel()
	const anywhere, hangzhou = `"acs:cs:*:*:cluster/*"`, `"acs:cs:cn-hangzhou:*:cluster/*"`
	inspect := []string{"cs:CreateClusterInspectConfig", "cs:DeleteClusterInspectConfig", "cs:DescribeClusterDetail", "cs:GetClusterInspectConfig", "cs:UpdateClusterInspectConfig"}
	for name, c := range map[string]struct{ arguments, member, trust, provider string }{
		"inventory":             {`features = ["ackguard_clusters"]`, policy(lists), own, policy(assume)},
		"inventory of a region": {"features = [\"ackguard_clusters\"]\nregions = [\"cn-hangzhou\"]", policy(regional), own, policy(assume)},
		"every rule": {
			`features = ["ackguard_cluster_compliance"]`,
			policy(lists, onClusters(anywhere, "cs:DescribeClusterDetail", "cs:DescribeClusterNodePools", "cs:ListClusterAddonInstances")), own, policy(assume),
		},
		"one rule in two regions": {
			"features = [\"ackguard_cluster_compliance\"]\nrules = [\"ack-cluster-public-endpoint-check\"]\nregions = [\"cn-shanghai\", \"cn-hangzhou\"]",
			policy(regional, onClusters(hangzhou+`,"acs:cs:cn-shanghai:*:cluster/*"`, "cs:DescribeClusterDetail")), own, policy(assume),
		},
		"schedules and the directory": {
			"features = [\"ackguard_member_accounts\", \"ackguard_cluster_inspection_schedule\"]\nregions = [\"cn-hangzhou\"]",
			policy(onClusters(hangzhou, inspect...)), own,
			policy(`{"Effect":"Allow","Action":["resourcemanager:GetResourceDirectory"],"Resource":["*"]}`, assume,
				`{"Effect":"Allow","Action":["resourcemanager:ListAccounts"],"Resource":["acs:resourcemanager:*:*:account/*"]}`),
		},
		"an argument": {
			`features = ["ackguard_cluster_inspection_schedule.triggers"]`,
			policy(onClusters(anywhere, append(inspect[:4:4], "cs:RunClusterInspect", inspect[4])...)), own, policy(assume),
		},
		"the directory alone": {
			`features = ["ackguard_member_accounts"]`, "", "",
			policy(`{"Effect":"Allow","Action":["resourcemanager:GetResourceDirectory"],"Resource":["*"]}`,
				`{"Effect":"Allow","Action":["resourcemanager:ListAccounts"],"Resource":["acs:resourcemanager:*:*:account/*"]}`),
		},
		"nothing": {`features = ["ackguard_rules"]`, "", "", ""},
		"trust": {
			"features = [\"ackguard_clusters\"]\ntrusted_principals = [\"acs:ram::100000000000009:role/pipeline\", \"100000000000008\"]\nexternal_id = \"contract-7\"",
			policy(lists),
			`{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::100000000000008:root","acs:ram::100000000000009:role/pipeline"]},"Condition":{"StringEquals":{"sts:ExternalId":["contract-7"]}}}]}`,
			policy(assume),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := acctest.New(t, acctest.Fleet())
			output := "output \"known\" {\n  value = data.ackguard_required_ram_policy.this.provider_policy == null ? \"none\" : data.ackguard_required_ram_policy.this.provider_policy\n}\n"
			known := c.provider
			if known == "" {
				known = "none"
			}
			acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{{
				Config: cloud.Provider("", config(c.arguments)+output),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectKnownOutputValue("known", knownvalue.StringExact(known))},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					text("member_policy", c.member), text("trust_policy", c.trust), text("provider_policy", c.provider), text("kubernetes_rbac", ""),
				},
			}}})
			// Who is to be trusted is the only question, asked only where nobody is named.
			all, identity := cloud.Count(simulator.Filter{}), cloud.Count(simulator.Filter{Action: "GetCallerIdentity"})
			if all != identity || (identity > 0) != (c.trust == own) {
				t.Errorf("%d calls, %d of them GetCallerIdentity", all, identity)
			}
		})
	}
}

// Each action says where it belongs, who needs it and how sure its name is.
func TestRequiredPolicy_actions(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	list := acctest.Strings
	action := func(name, where, provenance string, resources, neededBy, why knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"action": knownvalue.StringExact(name), "where": knownvalue.StringExact(where), "provenance": knownvalue.StringExact(provenance),
			"resources": resources, "needed_by": neededBy, "why": why,
		})
	}
	const schedules, run = "ackguard_cluster_inspection_schedules", "ackguard_run_cluster_inspection"
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{{
		Config: cloud.Provider(`
member_role_name = "ackguard"
member_role {
  account_id = "`+acctest.Retail+`"
  role_name  = "ackguard-audit"
}`, config("features = [\""+schedules+"\", \""+run+"\"]\nregions = [\"cn-shanghai\"]")),
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("actions"), knownvalue.ListExact([]knownvalue.Check{
			action("cs:DescribeClustersForRegion", "member", "documented", list("*"), list(schedules), list("lists the clusters of a region")),
			action("cs:GetClusterInspectConfig", "member", "documented", list("acs:cs:cn-shanghai:*:cluster/*"), list(schedules), list("reads the schedule")),
			action("cs:GetClusterInspectReportDetail", "member", "inferred", list("acs:cs:cn-shanghai:*:cluster/*"), list(run), list("waits for the report; not with `wait = false`")),
			action("cs:RunClusterInspect", "member", "documented", list("acs:cs:cn-shanghai:*:cluster/*"), list(run), list("starts an inspection")),
			action("sts:AssumeRole", "provider", "documented",
				list("acs:ram:*:*:role/ackguard", "acs:ram:*:"+acctest.Retail+":role/ackguard-audit"), list(schedules, run), list("becomes the role in each other account")),
		}))},
	}}})
}

func TestRequiredPolicy_badInput(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	var many []string
	for i := range 200 {
		many = append(many, fmt.Sprintf("%q", fmt.Sprintf("cn-new-region-%d", i)))
	}
	step := func(arguments string, says ...string) resource.TestStep {
		return resource.TestStep{Config: cloud.Provider("", config(arguments)), ExpectError: acctest.Says(says...)}
	}
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{
		step(`features = ["ackguard_cluster_complianse"]`, "Unknown feature", `Did you mean "ackguard_cluster_compliance"?`, "Its features are:", "ackguard_clusters"),
		step(`features = ["everything"]`, "Unknown feature", "Its features are:"),
		step(`features = []`, "at least 1 elements"),
		step("features = [\"ackguard_cluster_compliance\"]\nrules = [\"ack-cluster-public-endpoint\"]", "Unknown rule", "The catalogue has:"),
		step("features = [\"ackguard_clusters\"]\nregions = [\"cn-hangzou\"]", "Unknown region", `Did you mean "cn-hangzhou"?`),
		step("features = [\"ackguard_clusters\"]\ntrusted_principals = [\"acs:ram::100000000000001:user/*\"]", "must be an account ID or an ARN"),
		step("features = [\"ackguard_clusters\"]\nexternal_id = \"x\"", "external_id"),
		{
			Config:      cloud.Provider("skip_region_validation = true", config("features = [\"ackguard_cluster_compliance\"]\nregions = ["+strings.Join(many, ", ")+"]")),
			ExpectError: acctest.Says("Policy is too long", "The member policy would have", "a RAM policy may have 6144", "leave regions out"),
		},
	}})
}

// What is not known yet is known after what it comes from was applied, and a wrong name shows then.
func TestRequiredPolicy_unknownUntilApply(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	const late = "resource \"terraform_data\" \"region\" {\n  input = \"cn-hangzhou\"\n}\n"
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: []resource.TestStep{{
		Config: cloud.Provider("", late+config("features = [\"ackguard_clusters\"]\nregions = [terraform_data.region.output]")),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, tfjsonpath.New("member_policy"))},
		},
		ConfigStateChecks: []statecheck.StateCheck{text("member_policy", policy(regional))},
	}}})
}
