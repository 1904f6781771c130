package provider_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/credentials"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	platform = "acs:ram::" + acctest.Management + ":role/platform"
	hub      = "acs:ram::" + acctest.Payments + ":role/hub"
	oidcARN  = "acs:ram::" + acctest.Management + ":oidc-provider/ack"
	podToken = "fake-header.fake-oidc-token.fake-signature"
)

// signIns is a cloud with every way to sign in as the role platform of the
// management account.
func signIns(t *testing.T) *acctest.Cloud {
	t.Helper()
	s := acctest.Fleet()
	s.Accounts[0].Roles = []simulator.Role{{
		RoleName: "platform", Trusts: []string{acctest.Management, "ecs.aliyuncs.com", oidcARN}, AttachedPolicies: []string{"AdministratorAccess"},
	}}
	s.Accounts[0].OIDCProviders = []simulator.OIDCProvider{{
		OIDCProviderName: "ack", IssuerURL: "https://oidc.example.com", ClientIDs: []string{"sts.aliyuncs.com"},
		AcceptedTokens: []simulator.OIDCToken{{Token: podToken, Subject: "system:serviceaccount:ci:audit", Audience: "sts.aliyuncs.com"}},
	}}
	for i := range s.Accounts {
		if s.Accounts[i].AccountID == acctest.Payments { // hub is assumed from platform only
			s.Accounts[i].Roles = append(s.Accounts[i].Roles, simulator.Role{RoleName: "hub", Trusts: []string{platform}, AttachedPolicies: []string{"AdministratorAccess"}})
		}
	}
	s.ECSInstance = &simulator.ECSInstance{AccountID: acctest.Management, RAMRoleName: "platform", HTTPTokens: "required"}
	s.CredentialsURIs = []simulator.CredentialsURI{{Name: "broker", AccountID: acctest.Management, RoleName: "platform"}}
	cloud := acctest.New(t, s)
	t.Setenv(credentials.MetadataEndpointVariable, cloud.Endpoint())
	return cloud
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// profiles is a file of profiles with the management key and roles.
func profiles(t *testing.T, cloud *acctest.Cloud) string {
	t.Helper()
	key := cloud.ManagementKey()
	pair := fmt.Sprintf(`"access_key_id": %q, "access_key_secret": %q`, key.ID, key.Secret)
	return write(t, "config.json", strings.NewReplacer("KEY", pair, "PLATFORM", platform, "HUB", hub).Replace(`{
  "current": "keys",
  "profiles": [
    {"name": "keys", "mode": "AK", KEY, "region_id": "cn-hangzhou"},
    {"name": "role", "mode": "RamRoleArn", KEY, "ram_role_arn": "PLATFORM", "ram_session_name": "from-profile"},
    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role", "ram_role_arn": "HUB"}
  ]
}`))
}

// unsigned is a provider block without keys.
func unsigned(cloud *acctest.Cloud, arguments string) string {
	return cloud.ProviderWithKey("", "", arguments, clusters(acctest.Retail))
}

// A whole plan and apply by each row of credentials.Ways: what it asks the
// cloud for, and that it works in a member account.
func TestWays(t *testing.T) {
	type row struct {
		env       map[string]string
		arguments string
		action    string // call that gives the keys; empty for static ones
	}
	rows := map[string]func(*testing.T, *acctest.Cloud) row{
		credentials.WayKeys: func(_ *testing.T, c *acctest.Cloud) row {
			return row{arguments: "", env: map[string]string{"ALICLOUD_ACCESS_KEY": c.ManagementKey().ID, "ALICLOUD_SECRET_KEY": "wrong"}}
		},
		credentials.WayInstance: func(*testing.T, *acctest.Cloud) row {
			return row{arguments: `ecs_role_name = "platform"`, action: "GetInstanceCredentials", env: map[string]string{"ALICLOUD_ACCESS_KEY": "FAKE-NO-SUCH-KEY", "ALICLOUD_SECRET_KEY": "x"}}
		},
		credentials.WayURI: func(_ *testing.T, c *acctest.Cloud) row {
			return row{arguments: fmt.Sprintf("credentials_uri = %q", c.Endpoint()+"/credentials-uri/broker"), action: "GetCredentials"}
		},
		credentials.WayOIDC: func(t *testing.T, _ *acctest.Cloud) row {
			t.Helper()
			return row{arguments: fmt.Sprintf("assume_role_with_oidc {\n oidc_provider_arn = %q\n oidc_token_file = %q\n role_arn = %q\n }", oidcARN, write(t, "token", podToken), platform), action: "AssumeRoleWithOIDC"}
		},
		credentials.WayKeysEnv: func(_ *testing.T, c *acctest.Cloud) row {
			return row{env: map[string]string{"ALIBABACLOUD_ACCESS_KEY_ID": c.ManagementKey().ID, "ALIBABACLOUD_ACCESS_KEY_SECRET": c.ManagementKey().Secret, "ALICLOUD_PROFILE": "nobody"}}
		},
		credentials.WayProfile: func(t *testing.T, c *acctest.Cloud) row {
			t.Helper()
			return row{arguments: fmt.Sprintf("profile = \"role\"\n shared_credentials_file = %q", profiles(t, c)), action: "AssumeRole"}
		},
		credentials.WayURIEnv: func(_ *testing.T, c *acctest.Cloud) row {
			return row{env: map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": c.Endpoint() + "/credentials-uri/broker"}, action: "GetCredentials"}
		},
		credentials.WayInstanceEnv: func(*testing.T, *acctest.Cloud) row {
			return row{env: map[string]string{"ALIBABA_CLOUD_ECS_METADATA": "platform"}, action: "GetInstanceCredentials"}
		},
		credentials.WayOIDCEnv: func(t *testing.T, _ *acctest.Cloud) row {
			t.Helper()
			return row{env: map[string]string{
				"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": oidcARN, "ALIBABA_CLOUD_ROLE_ARN": platform, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": write(t, "token", podToken),
			}, action: "AssumeRoleWithOIDC"}
		},
		credentials.WayCurrentProfile: func(t *testing.T, c *acctest.Cloud) row {
			t.Helper()
			return row{arguments: fmt.Sprintf("shared_credentials_file = %q", profiles(t, c))}
		},
	}
	for _, way := range credentials.Ways {
		t.Run(way.Name, func(t *testing.T) {
			cloud := signIns(t)
			row := rows[way.Name](t, cloud)
			for name, value := range row.env {
				t.Setenv(name, value)
			}
			config := unsigned(cloud, row.arguments)
			if way.Name == credentials.WayKeys {
				config = cloud.Provider(row.arguments, clusters(acctest.Retail))
			}
			unit(t, cloud, resource.TestStep{Config: config, ConfigStateChecks: found(1)})
			for _, action := range []string{"GetInstanceCredentials", "GetCredentials", "AssumeRoleWithOIDC"} {
				if n := cloud.Count(simulator.Filter{Action: action}); (n > 0) != (action == row.action) {
					t.Errorf("%d calls of %s", n, action)
				}
			}
			own := cloud.Requests(simulator.Filter{Action: "AssumeRole", Where: func(r simulator.Request) bool { return r.Query.Get("RoleArn") == platform }})
			if (len(own) > 0) != (row.action == "AssumeRole") {
				t.Errorf("the role platform was assumed %d times", len(own))
			}
		})
	}
}

func TestAssumeRole_chain(t *testing.T) {
	cloud := signIns(t)
	path := profiles(t, cloud)
	own := "data \"ackguard_clusters\" \"all\" {\n regions = [\"cn-shanghai\"]\n}\n" // of the account that one is in the end
	twoBlocks := fmt.Sprintf("assume_role {\n role_arn = %q\n session_name = \"first\"\n }\n assume_role {\n role_arn = %q\n }", platform, hub)
	last := acctest.Func(func() error {
		callers := cloud.Requests(simulator.Filter{Action: "GetCallerIdentity"})
		if got := callers[len(callers)-1].AccountID; got != acctest.Payments {
			return fmt.Errorf("signed in to account %s, want %s", got, acctest.Payments)
		}
		return nil
	})
	unit(t, cloud,
		resource.TestStep{Config: cloud.Provider(twoBlocks, own), ConfigStateChecks: found(1), Check: last},
		resource.TestStep{ // the other way round, hub does not trust the key
			Config:      cloud.Provider(fmt.Sprintf("assume_role {\n role_arn = %q\n }\n assume_role {\n role_arn = %q\n }", hub, platform), own),
			ExpectError: acctest.Says("AssumeRole", hub, "NoPermission"),
		},
		resource.TestStep{
			Config: unsignedOwn(cloud, fmt.Sprintf("profile = \"chain\"\n shared_credentials_file = %q", path), own), ConfigStateChecks: found(1), Check: last,
		},
		resource.TestStep{ // roles of the environment count in a block
			PreConfig: func() { t.Setenv("ALIBABA_CLOUD_ROLE_ARN", platform) },
			Config:    cloud.Provider(fmt.Sprintf("assume_role {}\n assume_role {\n role_arn = %q\n }", hub), own), ConfigStateChecks: found(1), Check: last,
		},
	)
}

func unsignedOwn(cloud *acctest.Cloud, arguments, body string) string {
	return cloud.ProviderWithKey("", "", arguments, body)
}

func TestCredentials_missingOrWrong(t *testing.T) {
	cloud := signIns(t)
	path := profiles(t, cloud)
	broken := write(t, "broken.json", "{\n  \"profiles\": [\n    fake-secret-in-a-file\n")
	expect := func(arguments string, phrases ...string) resource.TestStep {
		return resource.TestStep{Config: unsigned(cloud, arguments), ExpectError: acctest.Says(phrases...)}
	}
	profile := func(name string) string {
		return fmt.Sprintf("profile = %q\n shared_credentials_file = %q", name, path)
	}
	unit(t, cloud,
		expect("", "No credentials", "access_key and secret_key", "ecs_role_name", "credentials_uri", "assume_role_with_oidc", "profile"),
		expect(profile("roles"), "No such profile", `no profile "roles"`, `Did you mean "role"`),
		expect(fmt.Sprintf("profile = \"x\"\n shared_credentials_file = %q", broken), "Profile file cannot be parsed", "line 3: this is no JSON"),
		expect("assume_role_with_oidc {}", "Missing oidc_provider_arn", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
		expect(`ecs_role_name = "nobody"`, "ecs-metadata GetInstanceCredentials nobody", "no credentials", "HTTP 404", "ecs_role_name"),
		expect(fmt.Sprintf("assume_role_with_oidc {\n oidc_provider_arn = %q\n oidc_token = \"fake.bad.token\"\n role_arn = %q\n }", oidcARN, platform),
			"AuthenticationFail.OIDCToken.InvalidSignature", "fresh OIDC token"),
		expect(fmt.Sprintf("assume_role_with_oidc {\n oidc_provider_arn = %q\n oidc_token_file = \"/nonexistent/token\"\n role_arn = %q\n }", oidcARN, platform),
			"cannot read the OIDC token", "/nonexistent/token", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
		expect("assume_role {}\n"+profile("keys"), "Missing role_arn", "ALICLOUD_ASSUME_ROLE_ARN"),
		resource.TestStep{
			PreConfig: func() { t.Setenv(credentials.MetadataEndpointVariable, "http://127.0.0.1:9") },
			Config:    unsigned(cloud, `ecs_role_name = "platform"`), ExpectError: acctest.Says("metadata service at http://127.0.0.1:9", "does not answer"),
		},
		resource.TestStep{Config: unsigned(cloud, profile("keys")), ConfigStateChecks: found(1)},
	)
}

// The profile's region is the last resort.
func TestRegion_fromProfile(t *testing.T) {
	cloud := signIns(t)
	path := profiles(t, cloud)
	config := func(profile string) string {
		return strings.Replace(unsigned(cloud, fmt.Sprintf("profile = %q\n shared_credentials_file = %q", profile, path)), `region     = "cn-hangzhou"`, "", 1)
	}
	unit(t, cloud,
		resource.TestStep{Config: config("role"), ExpectError: acctest.Says("Missing region")},
		resource.TestStep{Config: config("keys"), ConfigStateChecks: found(1)},
	)
}

// A session policy narrows what the member role may do, and nothing in the
// provider's own account.
func TestMemberSessionPolicy(t *testing.T) {
	t.Parallel()
	scenario := acctest.Fleet()
	scenario.Accounts[0].Clusters = []simulator.Cluster{acctest.Cluster("management", "cn-hangzhou")}
	cloud := acctest.New(t, scenario)
	policy := func(action string) string {
		return fmt.Sprintf("member_session_policy = jsonencode({\n Version = \"1\"\n Statement = [{ Effect = \"Allow\", Action = %q, Resource = \"*\" }]\n })", action)
	}
	override := fmt.Sprintf("member_role {\n account_id = %q\n }\n", acctest.Retail)
	unit(t, cloud,
		resource.TestStep{
			Config: cloud.Provider(policy("cs:*"), clusters(acctest.Retail)), ConfigStateChecks: found(1),
			Check: acctest.Func(func() error {
				for _, r := range cloud.Requests(simulator.Filter{Action: "AssumeRole"}) {
					if !strings.Contains(r.Query.Get("Policy"), "cs:*") {
						return fmt.Errorf("a member session without the policy: %v", r.Query)
					}
				}
				return nil
			}),
		},
		resource.TestStep{Config: cloud.Provider(policy("log:*"), clusters(acctest.Retail)), ExpectError: acctest.Says(acctest.Retail, "Forbidden.RAM")},
		resource.TestStep{Config: cloud.Provider(policy("log:*")+"\n"+override, clusters(acctest.Retail)), ExpectError: acctest.Says(acctest.Retail, "Forbidden.RAM")},
		resource.TestStep{Config: cloud.Provider(`member_session_policy = "allow all"`, clusters(acctest.Retail)), ExpectError: acctest.Says("Invalid policy", "RAM policy in JSON")},
		resource.TestStep{
			Config: cloud.Provider(policy(strings.Repeat("cs:DescribeClusters", 110)), clusters(acctest.Retail)), ExpectError: acctest.Says("2048"),
		},
		resource.TestStep{Config: cloud.Provider(policy("log:*"), clusters(acctest.Management)), ConfigStateChecks: found(1)},
	)
}

// A TRACE log of runs with each source of keys holds no secret: no key, no
// token, no file's content.
func TestSecrets_neverLogged_anyWay(t *testing.T) {
	cloud := signIns(t)
	path := profiles(t, cloud)
	t.Setenv("ALIBABA_CLOUD_OIDC_TOKEN", podToken)
	var config strings.Builder // one run with a provider for each source, because every run builds the binary
	for name, arguments := range map[string]string{
		"oidc":     fmt.Sprintf("assume_role_with_oidc {\n oidc_provider_arn = %q\n role_arn = %q\n }", oidcARN, platform),
		"instance": `ecs_role_name = "platform"`,
		"uri":      fmt.Sprintf("credentials_uri = %q", cloud.Endpoint()+"/credentials-uri/broker"),
		"profile":  fmt.Sprintf("profile = \"role\"\n shared_credentials_file = %q", path),
	} {
		block := strings.TrimPrefix(unsigned(cloud, arguments+"\n alias = \""+name+"\""), acctest.Bare)
		block = strings.Replace(block, `data "ackguard_clusters" "all" {`, fmt.Sprintf("data \"ackguard_clusters\" %q {\n provider = ackguard.%s", name, name), 1)
		config.WriteString(block)
	}
	log := acctest.TraceLog(t, acctest.Bare+config.String())
	if n := bytes.Count(log, []byte("DescribeClustersForRegion")); n < 4 {
		t.Fatalf("the log shows %d calls, so it proves nothing", n)
	}
	secrets := append(cloud.Issued(), cloud.ManagementKey().Secret, podToken)
	for _, secret := range secrets {
		if bytes.Contains(log, []byte(secret)) {
			t.Errorf("the log holds a secret that starts with %q", secret[:8])
		}
	}
	if len(secrets) < 10 {
		t.Errorf("only %d secrets to look for", len(secrets))
	}
}
