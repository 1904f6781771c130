package provider_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func clusters(accounts ...string) string {
	return fmt.Sprintf("data \"ackguard_clusters\" \"all\" {\n  account_ids = [\"%s\"]\n}\n", strings.Join(accounts, `", "`))
}

func found(n int) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.ackguard_clusters.all", tfjsonpath.New("clusters"), knownvalue.ListSizeExact(n))}
}

func unit(t *testing.T, cloud *acctest.Cloud, steps ...resource.TestStep) {
	t.Helper()
	acctest.InProcess(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// withCLI is unit for what Terraform itself has a part in.
func withCLI(t *testing.T, cloud *acctest.Cloud, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: cloud.Factories(), Steps: steps})
}

// The framework's own check of every schema.
func TestSchemas(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test")())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range schemas.Diagnostics {
		t.Errorf("%s: %s", d.Summary, d.Detail)
	}
	for name, s := range schemas.ResourceSchemas {
		for _, a := range s.Block.Attributes {
			if a.Description == "" {
				t.Errorf("%s.%s has no description", name, a.Name)
			}
		}
	}
	secrets := []string{"access_key", "secret_key", "security_token", "credentials_uri", "oidc_token", "oidc_token_file"}
	attributes := schemas.Provider.Block.Attributes
	for _, block := range schemas.Provider.Block.BlockTypes {
		attributes = append(attributes, block.Block.Attributes...)
	}
	for _, a := range attributes {
		if secret := slices.Contains(secrets, a.Name); secret != a.Sensitive {
			t.Errorf("%s: sensitive is %t", a.Name, a.Sensitive)
		}
		if a.Description == "" {
			t.Errorf("%s has no description", a.Name)
		}
	}
}

func TestCredentials_bad(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	key := cloud.ManagementKey()
	unit(t, cloud,
		resource.TestStep{
			Config:      cloud.ProviderWithKey("FAKE-NO-SUCH-KEY", key.Secret, "", clusters(acctest.Retail)),
			ExpectError: acctest.Says("InvalidAccessKeyId.NotFound", "request ID", "check access_key", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
		},
		resource.TestStep{
			Config:      cloud.ProviderWithKey(key.ID, "wrong-secret", "", clusters(acctest.Retail)),
			ExpectError: acctest.Says("SignatureDoesNotMatch", "check secret_key"),
		},
		resource.TestStep{
			Config:      cloud.ProviderWithKey("", key.Secret, "", clusters(acctest.Retail)),
			ExpectError: acctest.Says("Missing access_key", "ALICLOUD_ACCESS_KEY, ALIBABA_CLOUD_ACCESS_KEY_ID"),
		},
		resource.TestStep{
			Config:            cloud.Provider(`skip_region_validation = false`, clusters(acctest.Retail)),
			ConfigStateChecks: found(1),
		},
	)
}

// STS keys work with their token, and not with another or an expired one.
func TestCredentials_securityToken(t *testing.T) {
	t.Parallel()
	// The cloud's clock goes from ten minutes behind to ten ahead: the token of 15 minutes ends in between, and the
	// provider's own clock is never off by as much as the cloud refuses.
	offset := atomic.Int64{}
	offset.Store(int64(-10 * time.Minute))
	cloud := acctest.NewAt(t, acctest.Fleet(), func() time.Time { return time.Now().Add(time.Duration(offset.Load())) })
	session := cloud.Session(t, acctest.Retail, 15*time.Minute)
	own := `data "ackguard_clusters" "all" {}`
	good := cloud.ProviderWithKey(session.AccessKeyID, session.AccessKeySecret, fmt.Sprintf("security_token = %q", session.SecurityToken), own)
	unit(t, cloud,
		resource.TestStep{Config: good, ConfigStateChecks: found(1)},
		resource.TestStep{
			Config:      cloud.ProviderWithKey(session.AccessKeyID, session.AccessKeySecret, `security_token = "CAIS-other"`, own),
			ExpectError: acctest.Says("InvalidSecurityToken", "get a new STS token"),
		},
		resource.TestStep{
			PreConfig: func() { offset.Store(int64(10 * time.Minute)) },
			Config:    good, ExpectError: acctest.Says("InvalidSecurityToken.Expired", "get a new STS token for security_token"),
		},
		resource.TestStep{
			PreConfig: func() { offset.Store(int64(-10 * time.Minute)) },
			Config:    good, ConfigStateChecks: found(1),
		},
	)
}

func TestEnvironment(t *testing.T) {
	// Not parallel: it sets the environment.
	cloud := acctest.New(t, acctest.Fleet())
	key := cloud.ManagementKey()
	for name, value := range map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID": key.ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.Secret, "ALIBABA_CLOUD_REGION": "cn-hangzhou",
		"ALIBABA_CLOUD_ENDPOINT_CS": cloud.Endpoint(), "ALIBABA_CLOUD_ENDPOINT_STS": cloud.Endpoint(),
		"ALIBABA_CLOUD_ENDPOINT_RESOURCEDIRECTORYMASTER": cloud.Endpoint(),
	} {
		t.Setenv(name, value)
	}
	bare := acctest.Bare
	all := "data \"ackguard_member_accounts\" \"all\" {}\n"
	unit(t, cloud,
		resource.TestStep{Config: bare + all + clusters(acctest.Retail, acctest.Payments), ConfigStateChecks: found(2)},
		resource.TestStep{ // the variable of higher precedence wins
			PreConfig: func() { t.Setenv("ALICLOUD_ACCESS_KEY", "FAKE-NO-SUCH-KEY") },
			Config:    bare + clusters(acctest.Retail), ExpectError: acctest.Says("InvalidAccessKeyId.NotFound"),
		},
		resource.TestStep{ // and the configuration beats both
			Config:            bare + fmt.Sprintf("provider \"ackguard\" {\n  access_key = %q\n}\n", key.ID) + clusters(acctest.Retail),
			ConfigStateChecks: found(1),
		},
		resource.TestStep{
			PreConfig: func() { t.Setenv("ALICLOUD_ACCESS_KEY", ""); t.Setenv("ALICLOUD_REGION", "cn-hangzu") },
			Config:    bare + clusters(acctest.Retail), ExpectError: acctest.Says(`ALICLOUD_REGION: "cn-hangzu" is not a region`, `Did you mean "cn-hangzhou"`),
		},
		resource.TestStep{
			PreConfig: func() { t.Setenv("ALICLOUD_REGION", ""); t.Setenv("ALIBABA_CLOUD_REGION", "") },
			Config:    bare + clusters(acctest.Retail), ExpectError: acctest.Says("Missing region", "ALICLOUD_REGION, ALIBABA_CLOUD_REGION"),
		},
		resource.TestStep{
			PreConfig: func() { t.Setenv("ALIBABA_CLOUD_REGION", "cn-hangzhou") },
			Config:    bare + clusters(acctest.Retail), ConfigStateChecks: found(1),
		},
	)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].Roles = []simulator.Role{{RoleName: "platform", Trusts: []string{acctest.Management}, AttachedPolicies: []string{"AdministratorAccess"}}}
	scenario.Accounts[1].Roles = []simulator.Role{{RoleName: "audit", Trusts: []string{acctest.Management}, ExternalID: "zone-1", AttachedPolicies: []string{"AliyunCSReadOnlyAccess"}}}
	scenario.Accounts[2].Roles[0].Trusts = []string{acctest.Payments} // does not trust us
	cloud := acctest.New(t, scenario)
	both := clusters(acctest.Retail, acctest.Payments)
	unit(t, cloud,
		resource.TestStep{
			Config: cloud.Provider(fmt.Sprintf(`
  member_session_name = "audit-2026"
  assume_role {
    role_arn     = "acs:ram::%s:role/platform"
    session_name = "pipeline"
  }
  member_role {
    account_id  = %q
    role_name   = "audit"
    external_id = "zone-1"
  }`, acctest.Management, acctest.Retail), both),
			ConfigStateChecks: found(2),
			Check: acctest.Func(func() error {
				sessions := map[string]bool{}
				for _, r := range cloud.Requests(simulator.Filter{Action: "AssumeRole"}) {
					sessions[r.Query.Get("RoleSessionName")] = true
				}
				if !sessions["pipeline"] || !sessions["audit-2026"] || len(sessions) != 2 {
					return fmt.Errorf("session names %v", sessions)
				}
				return nil
			}),
		},
		resource.TestStep{
			Config:      cloud.Provider(fmt.Sprintf("member_role {\n account_id = %q\n role_name = \"audit\"\n }", acctest.Retail), both),
			ExpectError: acctest.Says("account "+acctest.Retail, "NoPermission", "trust policy"),
		},
		resource.TestStep{
			Config:      cloud.Provider(`member_role_name = "nosuchrole"`, both),
			ExpectError: acctest.Says("account "+acctest.Retail, "EntityNotExist.Role", "create the role acs:ram::"+acctest.Retail+":role/nosuchrole"),
		},
		resource.TestStep{ // a role that does not trust us
			Config:      cloud.Provider("", clusters(acctest.Logistics)),
			ExpectError: acctest.Says("account "+acctest.Logistics, "NoPermission", "name the calling account in that role's trust policy"),
		},
		resource.TestStep{
			Config:      cloud.Provider(fmt.Sprintf("member_role {\n account_id = %[1]q\n }\n member_role {\n account_id = %[1]q\n }", acctest.Retail), both),
			ExpectError: acctest.Says("Account named twice"),
		},
		resource.TestStep{
			Config:      cloud.Provider(`member_role_name = "acs:ram::1:role/x"`, both),
			ExpectError: acctest.Says("must be a RAM role name", "not an ARN"),
		},
		resource.TestStep{
			Config:      cloud.Provider("assume_role {\n role_arn = \"platform\"\n }", both),
			ExpectError: acctest.Says("must be the ARN of a RAM role"),
		},
		resource.TestStep{Config: cloud.Provider("", clusters(acctest.Payments)), ConfigStateChecks: found(1)},
	)
}

// A value that waits for an apply is named, not guessed.
func TestConfigure_unknownValue(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	withCLI(t, cloud, resource.TestStep{
		Config: cloud.Provider("configuration_source = terraform_data.later.id", `
resource "terraform_data" "later" {}
`+clusters(acctest.Retail)),
		ExpectError: acctest.Says("Provider argument is not known yet", "configuration_source", "-target"),
	})
}

// One account of several is throttled under a for_each of its clusters: the
// plan fails and deletes nothing.
func TestForEach_throttledAccountDeletesNothing(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	config := cloud.Provider("", clusters(acctest.Retail, acctest.Logistics, acctest.Payments, acctest.Analytics)+`
resource "ackguard_cluster_inspection_schedule" "all" {
  for_each   = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
}
`)
	var fault *simulator.FaultHandle
	scheduled := acctest.PlanFunc(func() error {
		for _, name := range []string{"retail", "logistics", "payments", "analytics-a", "analytics-b"} {
			if c, _ := cloud.Cluster(acctest.ClusterID(name)); c.InspectConfig == nil {
				return fmt.Errorf("cluster %s lost its schedule", name)
			}
		}
		return nil
	})
	withCLI(t, cloud,
		resource.TestStep{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{scheduled}}},
		resource.TestStep{
			PreConfig: func() {
				fault = cloud.AddFault(simulator.Fault{Product: "cs", Action: "DescribeClustersForRegion", AccountID: acctest.Logistics, Status: 400, Code: "Throttling.User"})
			},
			Config:      config,
			ExpectError: acctest.Says("Cluster list is not complete", acctest.Logistics, "throttled"),
		},
		resource.TestStep{
			PreConfig: func() { fault.Remove() }, Config: config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), scheduled}},
		},
		// The test framework cannot read a state with for_each at the end.
		resource.TestStep{Config: cloud.Provider("", clusters(acctest.Retail))},
	)
}

// A TRACE log of a whole run, from the first plan to destroy, its output and
// its state hold no secret; and it says of each call what happened.
func TestSecrets_neverLogged(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	cloud.AddFault(simulator.Fault{Action: "DescribeClustersForRegion", AccountID: acctest.Retail, Status: 400, Code: "Throttling.User", First: 1})
	var body strings.Builder
	body.WriteString("data \"ackguard_member_accounts\" \"all\" {}\n")
	for _, kind := range []string{"clusters", "cluster_compliance", "cluster_inspection_schedules", "cluster_inspection_report"} {
		fmt.Fprintf(&body, "data \"ackguard_%s\" \"all\" {\n  account_ids = data.ackguard_member_accounts.all.ids\n}\n", kind)
	}
	body.WriteString(`
resource "ackguard_cluster_inspection_schedule" "all" {
  for_each   = { for c in data.ackguard_clusters.all.clusters : c.cluster_id => c }
  account_id = each.value.account_id
  region     = each.value.region
  cluster_id = each.key
  recurrence = "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"
  triggers   = { version = "1" }
}
`)
	log := acctest.TraceLog(t, cloud.Provider("", body.String()), "DEBUG=dara,tea")
	for _, action := range []string{"AssumeRole", "CreateClusterInspectConfig", "RunClusterInspect", "DeleteClusterInspectConfig"} {
		if !bytes.Contains(log, []byte("action="+action)) {
			t.Errorf("the log shows no call of %s, so it proves nothing", action)
		}
	}
	for _, said := range []string{
		// Fields of a line come in any order.
		`attempt=1 .*error_code=Throttling.User|error_code=Throttling.User .*attempt=1`, `wait_ms=[0-9]+`, `accounts_done=4`, `correlation_id=[0-9a-f]{8}-[0-9a-f]{6}`, `queued_ms=`, `took_ms=`,
		`account_id="?` + acctest.Retail, `region=cn-hangzhou`, `request_id=[0-9A-F-]{36}`, `status=200`, `product=cs`, `tf_req_id=`,
	} {
		if !regexp.MustCompile(said).Match(log) {
			t.Errorf("no line of the log has %s", said)
		}
	}
	secrets := append(cloud.Issued(), cloud.ManagementKey().Secret)
	for _, secret := range secrets {
		if bytes.Contains(log, []byte(secret)) {
			t.Errorf("the log holds a secret that starts with %q", secret[:8])
		}
	}
	if len(secrets) < 3 {
		t.Errorf("only %d secrets to look for", len(secrets))
	}
}
