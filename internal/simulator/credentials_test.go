package simulator

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

const (
	testProvider = "acs:ram::" + testMember + ":oidc-provider/ci"
	testToken    = "header.payload.signature"
)

// credentialScenario adds an OIDC provider, an ECS instance and a credentials URI to the landing zone.
func credentialScenario() *Scenario {
	s := testScenario()
	member := &s.Accounts[1]
	member.OIDCProviders = []OIDCProvider{{
		OIDCProviderName: "ci", IssuerURL: "https://ci.example", ClientIDs: []string{"sts.aliyuncs.com"},
		AcceptedTokens: []OIDCToken{
			{Token: testToken, Subject: "repo:fleet", Audience: "sts.aliyuncs.com"},
			{Token: "other.subject.signature", Subject: "repo:other", Audience: "sts.aliyuncs.com"},
			{Token: "other.audience.signature", Subject: "repo:fleet", Audience: "elsewhere"},
			{Token: "old.token.signature", Subject: "repo:fleet", Audience: "sts.aliyuncs.com", Expires: "2020-01-01T00:00:00Z"},
		},
	}}
	member.Roles = append(
		member.Roles,
		Role{
			RoleName: "Deployer", AttachedPolicies: []string{"AliyunCSReadOnlyAccess"},
			TrustPolicy: &rampolicy.Document{Statement: []rampolicy.Statement{{
				Effect: "Allow", Action: rampolicy.Strings{"sts:AssumeRole"}, Principal: &rampolicy.Principal{Federated: rampolicy.Strings{testProvider}},
				Condition: map[string]map[string]rampolicy.Conditions{
					"StringEquals": {"oidc:iss": {"https://ci.example"}, "oidc:aud": {"sts.aliyuncs.com"}}, "StringLike": {"oidc:sub": {"repo:fl*"}},
				},
			}}},
		},
		Role{RoleName: "Machine", Trusts: []string{"ecs.aliyuncs.com", testProvider}, AttachedPolicies: []string{"AliyunCSReadOnlyAccess"}},
	)
	s.ECSInstance = &ECSInstance{AccountID: testMember, RAMRoleName: "Machine", InstanceID: "i-test"}
	s.CredentialsURIs = []CredentialsURI{{Name: "ci", AccountID: testMember, RoleName: "Machine", SessionDuration: "30m"}}
	return s
}

// trustServer makes the credentials library, which takes its transport from the default one, trust a server.
func trustServer(t *testing.T, s *Server) {
	t.Helper()
	before := http.DefaultTransport
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.CertPool()}}
	t.Cleanup(func() { http.DefaultTransport = before })
}

func wantCaller(t *testing.T, s *Server, got *providers.Credentials, err error, arn string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	body, err := rpc(t, s, credentials{got.AccessKeyId, got.AccessKeySecret, got.SecurityToken}, "2015-04-01", "GetCallerIdentity", nil)
	if err != nil {
		t.Fatal(err)
	}
	if body["Arn"] != arn {
		t.Errorf("caller is %v, want %s", body["Arn"], arn)
	}
}

// TestOIDCWithTheVendorsLibrary: an anonymous call over TLS, everything of it in the form.
func TestOIDCWithTheVendorsLibrary(t *testing.T) {
	cloud, server := startCloud(t, credentialScenario())
	trustServer(t, server)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(testToken), 0o600); err != nil {
		t.Fatal(err)
	}
	provider, err := providers.NewOIDCCredentialsProviderBuilder().WithSTSEndpoint(server.Addr()).WithOIDCProviderARN(testProvider).
		WithRoleArn("acs:ram::" + testMember + ":role/Deployer").WithOIDCTokenFilePath(file).WithRoleSessionName("job").Build()
	if err != nil {
		t.Fatal(err)
	}
	got, err := provider.GetCredentials()
	wantCaller(t, server, got, err, "acs:ram::"+testMember+":role/Deployer/job")
	calls := cloud.Requests(Filter{Action: "AssumeRoleWithOIDC"})
	if len(calls) != 1 || calls[0].AccountID != "" || strings.Contains(calls[0].Form.Encode(), testToken) {
		t.Errorf("recorded %+v", calls)
	}
	if !slices.Contains(cloud.Issued(), got.AccessKeySecret) {
		t.Error("Issued does not know the secret")
	}
}

func TestOIDCRefusals(t *testing.T) {
	_, server := startCloud(t, credentialScenario())
	anonymous := func(change params) (object, error) {
		query := params{
			"RoleArn": "acs:ram::" + testMember + ":role/Deployer", "OIDCProviderArn": testProvider, "OIDCToken": testToken, "RoleSessionName": "job",
		}
		for name, v := range change {
			query[name] = v
			if v == "" {
				delete(query, name)
			}
		}
		return rpcAnonymous(t, server, "2015-04-01", "AssumeRoleWithOIDC", query)
	}
	body, err := anonymous(nil)
	if err != nil {
		t.Fatal(err)
	}
	if info := body.object("OIDCTokenInfo"); info.text("Subject") != "repo:fleet" || info.text("Issuer") != "https://ci.example" || info.text("ClientIds") != "sts.aliyuncs.com" {
		t.Errorf("OIDCTokenInfo is %v", info)
	}
	for _, c := range []struct {
		change params
		status int
		code   string
	}{
		{params{"OIDCToken": ""}, http.StatusUnauthorized, "AuthenticationFail.OIDCToken.Invalid"},
		{params{"OIDCToken": "nonsense"}, http.StatusUnauthorized, "AuthenticationFail.OIDCToken.Invalid"},
		{params{"OIDCToken": "un.known.token"}, http.StatusUnauthorized, "AuthenticationFail.OIDCToken.InvalidSignature"},
		{params{"OIDCToken": "old.token.signature"}, http.StatusUnauthorized, "AuthenticationFail.OIDCToken.Expired"},
		{params{"OIDCToken": "other.audience.signature"}, http.StatusUnauthorized, "AuthenticationFail.OIDCToken.AudienceNotMatch"},
		{params{"OIDCToken": "other.subject.signature"}, http.StatusUnauthorized, "AuthenticationFail.NoPermission"},
		{params{"OIDCProviderArn": testProvider + "x"}, http.StatusUnauthorized, "AuthenticationFail.NoPermission"},
		{params{"OIDCProviderArn": "ci"}, http.StatusBadRequest, "InvalidParameter.OIDCProviderArn"},
		{params{"OIDCProviderArn": ""}, http.StatusBadRequest, "MissingOIDCProviderArn"},
		{params{"RoleArn": "acs:ram::" + testMember + ":role/Nobody"}, http.StatusNotFound, "EntityNotExist.Role"},
		{params{"RoleArn": "acs:ram::" + testMember + ":role/" + testRole}, http.StatusUnauthorized, "AuthenticationFail.NoPermission"},
		{params{"DurationSeconds": "60"}, http.StatusBadRequest, "InvalidParameter.DurationSeconds"},
		{params{"Policy": "{}"}, http.StatusBadRequest, "InvalidParameter.PolicyGrammar"},
	} {
		_, err := anonymous(c.change)
		wantCode(t, err, c.status, c.code)
	}
	// Only this call is anonymous, and trust in a provider is not trust in the account.
	_, err = rpcAnonymous(t, server, "2015-04-01", "GetCallerIdentity", nil)
	wantCode(t, err, http.StatusBadRequest, "MissingAccessKeyId")
	_, err = rpc(t, server, keyOf("FAKELOCAL"), "2015-04-01", "AssumeRole", params{"RoleArn": "acs:ram::" + testMember + ":role/Machine", "RoleSessionName": "no"})
	wantCode(t, err, http.StatusForbidden, "NoPermission")
}

// TestInstanceRoleWithTheVendorsLibrary: the library knows the metadata service by its true address only, so it comes
// through the proxy.
func TestInstanceRoleWithTheVendorsLibrary(t *testing.T) {
	for _, tokens := range []string{"optional", "required"} {
		for _, role := range []string{"", "Machine"} {
			s := credentialScenario()
			s.ECSInstance.HTTPTokens = tokens
			cloud, server := startCloud(t, s)
			provider, err := providers.NewECSRAMRoleCredentialsProviderBuilder().WithRoleName(role).WithDisableIMDSv1(tokens == "required").
				WithHttpOptions(&providers.HttpOptions{Proxy: server.URL()}).Build()
			if err != nil {
				t.Fatal(err)
			}
			got, err := provider.GetCredentials()
			wantCaller(t, server, got, err, "acs:ram::"+testMember+":role/Machine/vm-ram-i-test")
			if n := cloud.Count(Filter{Product: ProductMetadata, Action: "GetInstanceCredentials"}); n != 1 {
				t.Errorf("%d calls for credentials", n)
			}
		}
	}
}

func TestMetadataByPath(t *testing.T) {
	now := &clock{now: time.Now()}
	s := credentialScenario()
	s.ECSInstance.HTTPTokens = "required"
	_, server := startCloud(t, s, withClock(now))
	call := func(method, path, header, value string) (int, string) {
		status, body, _ := fetch(t, method, server.URL()+path, http.Header{header: {value}})
		return status, body
	}
	const ttl, token = "X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds", "X-Aliyun-Ecs-Metadata-Token"
	for _, bad := range []string{"", "0", "21601", "x"} {
		if status, _ := call(http.MethodPut, "/latest/api/token", ttl, bad); status != http.StatusBadRequest {
			t.Errorf("TTL %q got %d", bad, status)
		}
	}
	_, given := call(http.MethodPut, "/latest/api/token", ttl, "60")
	for _, wrong := range []string{"", "wrong"} {
		if status, _ := call(http.MethodGet, metadataRolePath, token, wrong); status != http.StatusForbidden {
			t.Errorf("token %q got %d", wrong, status)
		}
	}
	if status, body := call(http.MethodGet, metadataRolePath, token, given); status != http.StatusOK || body != "Machine" {
		t.Errorf("role: %d %q", status, body)
	}
	if status, _ := call(http.MethodGet, metadataRolePath+"Other", token, given); status != http.StatusNotFound {
		t.Errorf("another role got %d", status)
	}
	_, first := call(http.MethodGet, metadataRolePath+"Machine", token, given)
	_, second := call(http.MethodGet, metadataRolePath+"Machine", token, given)
	if first != second || !strings.Contains(first, `"Code":"Success"`) {
		t.Errorf("credentials are %s, then %s", first, second)
	}
	now.Advance(time.Minute)
	if status, _ := call(http.MethodGet, metadataRolePath, token, given); status != http.StatusForbidden {
		t.Errorf("an expired token got %d", status)
	}
	now.Advance(4 * time.Hour)
	_, given = call(http.MethodPut, "/latest/api/token", ttl, "60")
	if _, third := call(http.MethodGet, metadataRolePath+"Machine", token, given); third == first {
		t.Error("old credentials after more than half of their life")
	}
}

func TestCredentialsURIWithTheVendorsLibrary(t *testing.T) {
	messages := []string{}
	cloud, server := startCloud(t, credentialScenario(), expectUnexpected(&messages))
	provider, err := providers.NewURLCredentialsProviderBuilder().WithUrl(server.URL() + "/credentials-uri/ci").Build()
	if err != nil {
		t.Fatal(err)
	}
	got, err := provider.GetCredentials()
	wantCaller(t, server, got, err, "acs:ram::"+testMember+":role/Machine/credentials-uri")
	if len(messages) > 0 {
		t.Errorf("unexpected: %v", messages)
	}
	for path, want := range map[string]int{
		"/credentials-uri/none": http.StatusNotImplemented, "/credentials-uri/ci?x=1": http.StatusBadRequest, "/latest/meta-data/instance-id": http.StatusNotImplemented,
	} {
		if status, _, _ := fetch(t, http.MethodGet, server.URL()+path, nil); status != want {
			t.Errorf("%s got %d, want %d", path, status, want)
		}
	}
	if len(messages) != 3 {
		t.Errorf("unexpected: %v", messages)
	}
	fault := cloud.AddFault(Fault{Product: ProductCredentialsURI, Status: 500, Code: "InternalError"})
	if status, _, _ := fetch(t, http.MethodGet, server.URL()+"/credentials-uri/ci", nil); status != http.StatusInternalServerError || fault.Hits() != 1 {
		t.Errorf("the fault gave %d", status)
	}
}

func TestNoInstanceNoMetadata(t *testing.T) {
	messages := []string{}
	_, server := startCloud(t, testScenario(), expectUnexpected(&messages))
	if status, _, _ := fetch(t, http.MethodPut, server.URL()+"/latest/api/token", nil); status != http.StatusNotImplemented || len(messages) != 1 {
		t.Errorf("got %d, %v", status, messages)
	}
}

func TestCredentialScenarioMistakes(t *testing.T) {
	for want, spoil := range map[string]func(*Scenario){
		"does not trust ecs.aliyuncs.com":              func(s *Scenario) { s.ECSInstance.RAMRoleName = "Deployer" },
		"ecs_instance.RamRoleName: the account":        func(s *Scenario) { s.ECSInstance.RAMRoleName = "Nobody" },
		"ecs_instance.AccountId: the account":          func(s *Scenario) { s.ECSInstance.AccountID = "1" },
		"credentials_uris[0].name: name is":            func(s *Scenario) { s.CredentialsURIs[0].Name = "a/b" },
		"want one second or more":                      func(s *Scenario) { s.CredentialsURIs[0].SessionDuration = "1ms" },
		"is no OIDC provider of this scenario":         func(s *Scenario) { s.Accounts[1].OIDCProviders = nil },
		"is for no audience":                           func(s *Scenario) { s.Accounts[1].OIDCProviders[0].ClientIDs = []string{} },
		"the token has 2 characters":                   func(s *Scenario) { s.Accounts[1].OIDCProviders[0].AcceptedTokens[0].Token = "ab" },
		`accepted_tokens[0].exp: "soon" is not a time`: func(s *Scenario) { s.Accounts[1].OIDCProviders[0].AcceptedTokens[0].Expires = "soon" },
	} {
		s := credentialScenario()
		spoil(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
