package fleet_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/acctest"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/credentials"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

const (
	life     = 15 * time.Minute // the shortest that the service gives
	platform = "acs:ram::" + acctest.Management + ":role/platform"
	oidcARN  = "acs:ram::" + acctest.Management + ":oidc-provider/ack"
	token    = "fake.oidc.token-one"
	newToken = "fake.oidc.token-two"
)

var own = fleet.Scope{AccountID: acctest.Management, Region: "cn-hangzhou"}

// signIns is a cloud with every source of temporary keys, for the role
// platform in the management account. Its clock starts 14 minutes before the
// machine's, because the SDK signs with the machine's and 15 are refused.
func signIns(t *testing.T) (*acctest.Cloud, *clock.Manual) {
	t.Helper()
	s := acctest.Fleet()
	s.Accounts[0].Roles = []simulator.Role{{
		RoleName: "platform", Trusts: []string{acctest.Management, "ecs.aliyuncs.com", oidcARN}, AttachedPolicies: []string{"AdministratorAccess"},
	}}
	s.Accounts[0].OIDCProviders = []simulator.OIDCProvider{{
		OIDCProviderName: "ack", IssuerURL: "https://oidc.example.com", ClientIDs: []string{"sts.aliyuncs.com"},
		AcceptedTokens: []simulator.OIDCToken{{Token: token, Subject: "s", Audience: "sts.aliyuncs.com"}, {Token: newToken, Subject: "s", Audience: "sts.aliyuncs.com"}},
	}}
	s.ECSInstance = &simulator.ECSInstance{AccountID: acctest.Management, RAMRoleName: "platform", HTTPTokens: "required", SessionDuration: life.String()}
	s.CredentialsURIs = []simulator.CredentialsURI{{Name: "broker", AccountID: acctest.Management, RoleName: "platform", SessionDuration: life.String()}}
	c := clock.NewManual(time.Now().Add(-14 * time.Minute))
	return acctest.NewAt(t, s, c.Now), c
}

func tokenFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func oidc(t *testing.T) *fleet.OIDC {
	t.Helper()
	return &fleet.OIDC{ProviderARN: oidcARN, RoleARN: platform, SessionName: "pod", Duration: life, TokenFile: tokenFile(t, token+"\n")}
}

// sources are the sources of temporary keys, with the call that fetches them.
func sources(t *testing.T, cloud *acctest.Cloud) map[string]struct {
	action string
	use    func(*fleet.Config)
} {
	t.Helper()
	t.Setenv(credentials.MetadataEndpointVariable, cloud.Endpoint())
	fetch := func(s credentials.Settings) func(*fleet.Config) {
		s.Region = "cn-hangzhou"
		got, err := credentials.Resolve(s)
		if err != nil {
			t.Fatal(err)
		}
		return func(c *fleet.Config) { c.Fetch = got.Fetch }
	}
	pod := oidc(t)
	return map[string]struct {
		action string
		use    func(*fleet.Config)
	}{
		"oidc":     {"AssumeRoleWithOIDC", func(c *fleet.Config) { c.OIDC = pod }},
		"instance": {"GetInstanceCredentials", fetch(credentials.Settings{ECSRoleName: "platform"})},
		"uri":      {"GetCredentials", fetch(credentials.Settings{CredentialsURI: cloud.Endpoint() + "/credentials-uri/broker"})},
		"role": {"AssumeRole", func(c *fleet.Config) {
			c.Chain = []fleet.Role{{ARN: platform, SessionName: "terraform", Duration: life}}
		}},
	}
}

// ask makes a call that is signed with the keys of the account, whatever it finds there.
func ask(t *testing.T, f *fleet.Fleet, scope fleet.Scope) {
	t.Helper()
	if err := detail(t, f, scope, "retail"); err != nil && !alicloud.HasCode(err, "ErrorClusterNotFound") {
		t.Error(err)
	}
}

// Fifty at once over half an hour, while the clock moves: keys of 15 minutes
// are fetched three times, by one caller each, and none goes out expired.
func TestRefresh_underLoad(t *testing.T) {
	for _, name := range []string{"oidc", "instance", "uri", "role"} {
		t.Run(name, func(t *testing.T) {
			cloud, now := signIns(t)
			source := sources(t, cloud)[name]
			f := cloud.Fleet(t, func(c *fleet.Config) {
				c.Clock, c.MaxConcurrency, c.Member.Duration = now, 50, life
				source.use(c)
			})
			member := func(r simulator.Request) bool {
				return r.Query.Get("RoleArn") != "" && r.Query.Get("RoleArn") != platform
			}
			for range 28 {
				var group sync.WaitGroup
				for i := range 50 {
					group.Go(func() { ask(t, f, []fleet.Scope{own, retail}[i%2]) })
				}
				now.Advance(time.Minute)
				group.Wait()
			}
			all, members := count(cloud, source.action), cloud.Count(simulator.Filter{Action: "AssumeRole", Where: member})
			if name == "role" {
				all -= members
			}
			if all != 3 || members != 3 {
				t.Errorf("%d fetches and %d member sessions, want 3 and 3", all, members)
			}
			if n := cloud.Count(simulator.Filter{Code: "InvalidSecurityToken.Expired"}); n != 0 {
				t.Errorf("%d calls went out with expired keys", n)
			}
		})
	}
}

// The service calls the keys expired although the clock here does not: they
// are replaced, once for all, and every call goes again.
func TestRefresh_serviceSaysExpired(t *testing.T) {
	for _, name := range []string{"oidc", "instance", "uri", "role"} {
		t.Run(name, func(t *testing.T) {
			cloud, theirs := signIns(t)
			source := sources(t, cloud)[name]
			f := cloud.Fleet(t, func(c *fleet.Config) {
				c.MaxConcurrency = 50 // the clock stands still here
				source.use(c)
			})
			ask(t, f, own)
			theirs.Advance(20 * time.Minute)
			var group sync.WaitGroup
			for range 50 {
				group.Go(func() { ask(t, f, own) })
			}
			group.Wait()
			if n := count(cloud, source.action); n != 2 {
				t.Errorf("%d fetches, want 2", n)
			}
			if n := cloud.Count(simulator.Filter{Code: "InvalidSecurityToken.Expired"}); n < 1 || n > 50 {
				t.Errorf("%d answers that keys expired", n)
			}
		})
	}
}

// A create too is tried again after the refusal, and what cannot be replaced
// is not.
func TestRefresh_createAndStaticKeys(t *testing.T) {
	t.Parallel()
	cloud, theirs := signIns(t)
	f := cloud.Fleet(t, func(c *fleet.Config) { c.OIDC = oidc(t); c.Member.Duration = life })
	session := cloud.Session(t, acctest.Retail, life)
	fixed := cloud.Fleet(t, func(c *fleet.Config) { c.Credential = session })
	ask(t, f, retail)
	ask(t, fixed, retail)
	theirs.Advance(20 * time.Minute)
	client, err := f.CS(retail)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.CreateInspectConfig(t.Context(), acctest.ClusterID("retail"), inspectConfig); err != nil {
		t.Error(err)
	}
	before := cloud.Count(simulator.Filter{})
	if err := detail(t, fixed, retail, "retail"); !alicloud.HasCode(err, "InvalidSecurityToken.Expired") || !alicloud.Is(err, alicloud.Denied) {
		t.Errorf("got %v", err)
	}
	if n := cloud.Count(simulator.Filter{}) - before; n != 1 {
		t.Errorf("%d calls with static keys, want 1", n)
	}
}

// The file is read again: its owner renews the token while we run.
func TestOIDC_tokenFileIsReadAgain(t *testing.T) {
	t.Parallel()
	cloud, now := signIns(t)
	pod := oidc(t)
	f := cloud.Fleet(t, func(c *fleet.Config) { c.Clock, c.OIDC = now, pod })
	ask(t, f, own)
	if err := os.WriteFile(pod.TokenFile, []byte(newToken), 0o600); err != nil {
		t.Fatal(err)
	}
	now.Advance(11 * time.Minute)
	ask(t, f, own)
	sent := map[string]bool{}
	for _, r := range cloud.Requests(simulator.Filter{Action: "AssumeRoleWithOIDC"}) {
		sent[r.Form.Get("OIDCToken")] = true
		if r.Query.Has("OIDCToken") || r.AccessKeyID != "" {
			t.Error("the token stands in the URL, or the call is signed")
		}
	}
	if len(sent) != 2 {
		t.Errorf("tokens sent: %v, want two", sent)
	}
	if err := os.Remove(pod.TokenFile); err != nil {
		t.Fatal(err)
	}
	now.Advance(11 * time.Minute)
	ask(t, f, own) // the keys of the last refresh are good for four more minutes
	now.Advance(5 * time.Minute)
	err := detail(t, f, own, "retail")
	if !alicloud.Is(err, alicloud.NoCredentials) || alicloud.Advice(err) == "" {
		t.Errorf("got %v, advice %q", err, alicloud.Advice(err))
	}
}

func TestOIDC_refused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*fleet.OIDC)
		code   string
	}{
		"bad token":       {func(o *fleet.OIDC) { o.Token = "fake.bad.token" }, "AuthenticationFail.OIDCToken.InvalidSignature"},
		"no such role":    {func(o *fleet.OIDC) { o.RoleARN += "x" }, "EntityNotExist.Role"},
		"no such issuer":  {func(o *fleet.OIDC) { o.ProviderARN += "x" }, "AuthenticationFail.NoPermission"},
		"no such account": {func(o *fleet.OIDC) { o.RoleARN = "acs:ram::999999999999999:role/x" }, "EntityNotExist.Role"},
	} {
		cloud, now := signIns(t)
		pod := oidc(t)
		c.change(pod)
		f := cloud.Fleet(t, func(config *fleet.Config) { config.Clock, config.OIDC = now, pod })
		for range 3 {
			err := detail(t, f, own, "retail")
			if !alicloud.HasCode(err, c.code) || !alicloud.Is(err, alicloud.Denied) || alicloud.Advice(err) == "" {
				t.Errorf("%s: got %v, advice %q", name, err, alicloud.Advice(err))
			}
		}
		if n := count(cloud, "AssumeRoleWithOIDC"); n != 1 {
			t.Errorf("%s: %d calls, want 1", name, n)
		}
		now.Advance(2 * time.Minute)
		_ = detail(t, f, own, "retail")
		if n := count(cloud, "AssumeRoleWithOIDC"); n != 2 {
			t.Errorf("%s: %d calls after two minutes, want 2: the token may be a new one", name, n)
		}
	}
}

// A refresh that fails while the old keys are good does not stop the run.
func TestRefresh_failsWhileKeysAreGood(t *testing.T) {
	t.Parallel()
	cloud, now := signIns(t)
	session := cloud.Session(t, acctest.Retail, life)
	var fetched atomic.Int64
	broken := errors.New("broken")
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.Clock = now
		c.Fetch = func(context.Context) (alicloud.Credential, error) {
			if fetched.Add(1) == 1 {
				return session, nil
			}
			return alicloud.Credential{}, broken
		}
	})
	ask(t, f, retail)
	now.Advance(11 * time.Minute)
	for range 5 {
		ask(t, f, retail)
	}
	if n := fetched.Load(); n != 2 {
		t.Errorf("%d fetches, want 2: a failed refresh is not repeated for each call", n)
	}
	now.Advance(time.Minute)
	ask(t, f, retail)
	if n := fetched.Load(); n != 3 {
		t.Errorf("%d fetches a minute later, want 3", n)
	}
	now.Advance(4 * time.Minute)
	if err := detail(t, f, retail, "retail"); !errors.Is(err, broken) {
		t.Errorf("got %v after the end of the keys, want the failure", err)
	}
}

// A call waits in a queue for longer than its keys live.
func TestRefresh_afterAWait(t *testing.T) {
	t.Parallel()
	cloud := acctest.New(t, acctest.Fleet())
	var fetched atomic.Int64
	f := cloud.Fleet(t, func(c *fleet.Config) {
		c.RequestsPerSecond, c.RetryTimeout = 0.001, 0
		c.Fetch = func(context.Context) (alicloud.Credential, error) {
			fetched.Add(1)
			session := cloud.Session(t, acctest.Retail, time.Hour)
			session.Expires = c.Clock.Now().Add(life)
			return session, nil
		}
	})
	ask(t, f, retail) // one call of STS and one of CS are free of a wait
	if n := fetched.Load(); n != 1 {
		t.Fatalf("%d fetches, want 1", n)
	}
	ask(t, f, retail) // this one waits for 1,000 s
	if n := fetched.Load(); n != 2 {
		t.Errorf("%d fetches, want 2: the call went out with keys that ended while it waited", n)
	}
}

// A metadata service that stumbles is asked again, one that refuses is not.
func TestFetch_asksAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  alicloud.Kind
		fails int64
		want  int64
		ok    bool
	}{
		"stumbles": {alicloud.Server, 2, 3, true}, "broken": {alicloud.Server, 9, 3, false}, "refuses": {alicloud.NoCredentials, 1, 1, false},
	} {
		cloud := acctest.New(t, acctest.Fleet())
		session := cloud.Session(t, acctest.Retail, time.Hour)
		var fetched atomic.Int64
		f := cloud.Fleet(t, func(config *fleet.Config) {
			config.Fetch = func(context.Context) (alicloud.Credential, error) {
				if fetched.Add(1) <= c.fails {
					return alicloud.Credential{}, &alicloud.Error{Kind: c.kind}
				}
				return session, nil
			}
		})
		if err := detail(t, f, retail, "retail"); (err == nil) != c.ok || fetched.Load() != c.want {
			t.Errorf("%s: got %v after %d fetches, want %d", name, err, fetched.Load(), c.want)
		}
	}
}
