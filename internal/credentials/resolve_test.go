package credentials

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	providerARN = "acs:ram::100000000000001:oidc-provider/ack"
	roleARN     = "acs:ram::100000000000001:role/pod"
)

// profiles is a file with a profile of every mode.
const profiles = `{
  "current": "keys",
  "profiles": [
    {"name": "keys", "mode": "AK", "access_key_id": "FAKE-ID-PROFILE", "access_key_secret": "fake-secret-profile", "sts_token": "ignored", "region_id": "cn-beijing"},
    {"name": "session", "mode": "StsToken", "access_key_id": "FAKE-ID-STS", "access_key_secret": "fake-secret-sts", "sts_token": "fake-token-sts", "region_id": "cn-shanghai"},
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "FAKE-ID-PROFILE", "access_key_secret": "fake-secret-profile", "ram_role_arn": "acs:ram::1:role/one",
      "ram_session_name": "named", "expired_seconds": 1800, "policy": "{}", "external_id": "ext"},
    {"name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "role", "ram_role_arn": "acs:ram::1:role/two"},
    {"name": "instance", "mode": "EcsRamRole", "ram_role_name": "builder"},
    {"name": "pod", "mode": "OIDC", "oidc_provider_arn": "` + providerARN + `", "oidc_token_file": "/tmp/token", "ram_role_arn": "` + roleARN + `"},
    {"name": "broker", "mode": "CredentialsURI", "credentials_uri": "http://127.0.0.1:1/keys"},
    {"name": "a", "mode": "ChainableRamRoleArn", "source_profile": "b", "ram_role_arn": "acs:ram::1:role/a"},
    {"name": "b", "mode": "ChainableRamRoleArn", "source_profile": "a", "ram_role_arn": "acs:ram::1:role/b"},
    {"name": "lost", "mode": "ChainableRamRoleArn", "source_profile": "sessions", "ram_role_arn": "acs:ram::1:role/b"},
    {"name": "person", "mode": "CloudSSO", "access_token": "fake-sso-token"},
    {"name": "half", "mode": "AK", "access_key_id": "FAKE-ID-HALF"},
    {"name": "long", "mode": "RamRoleArn", "access_key_id": "FAKE-ID-PROFILE", "access_key_secret": "fake-secret-profile", "ram_role_arn": "acs:ram::1:role/one", "expired_seconds": 60}
  ]
}
`

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func resolve(s Settings, env map[string]string) (Resolved, error) {
	r := &resolver{Settings: s, env: func(name string) string { return env[name] }}
	r.profile = or(s.Profile, r.env.get("profile"))
	return r.resolve()
}

// Each way of the table wins over all that are below it.
func TestWays_precedence(t *testing.T) {
	t.Parallel()
	path := file(t, profiles)
	set := map[string]func(*Settings, map[string]string){
		WayKeys: func(s *Settings, _ map[string]string) {
			s.AccessKey, s.SecretKey = "FAKE-ID-BLOCK", "fake-secret-block"
		},
		WayInstance: func(s *Settings, _ map[string]string) { s.ECSRoleName = "builder" },
		WayURI:      func(s *Settings, _ map[string]string) { s.CredentialsURI = "http://127.0.0.1:1/keys" },
		WayOIDC: func(s *Settings, _ map[string]string) {
			s.OIDC = &OIDC{ProviderARN: providerARN, RoleARN: roleARN, Token: "fake-token"}
		},
		WayKeysEnv: func(_ *Settings, env map[string]string) {
			env["ALICLOUD_ACCESS_KEY"], env["ALICLOUD_SECRET_KEY"] = "FAKE-ID-ENV", "fake-secret-env"
		},
		WayProfile:     func(_ *Settings, env map[string]string) { env["ALICLOUD_PROFILE"] = "keys" },
		WayURIEnv:      func(_ *Settings, env map[string]string) { env["ALICLOUD_CREDENTIALS_URI"] = "http://127.0.0.1:1/keys" },
		WayInstanceEnv: func(_ *Settings, env map[string]string) { env["ALICLOUD_ECS_ROLE_NAME"] = "builder" },
		WayOIDCEnv: func(_ *Settings, env map[string]string) {
			env["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"], env["ALIBABA_CLOUD_ROLE_ARN"], env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = providerARN, roleARN, "/tmp/token"
		},
		WayCurrentProfile: func(s *Settings, _ map[string]string) { s.SharedCredentialsFile = path },
	}
	settings, env := Settings{SharedCredentialsFile: path}, map[string]string{}
	for i, way := range slices.Backward(Ways) {
		if set[way.Name] == nil {
			t.Errorf("row %d, %s, has no test", i, way.Name)
			continue
		}
		set[way.Name](&settings, env)
		got, err := resolve(settings, env)
		if err != nil || got.Way != way.Name {
			t.Errorf("row %d: got %q, %v, want %q", i, got.Way, err, way.Name)
		}
		kinds := 0
		for _, there := range []bool{got.Credential.AccessKeyID != "", got.OIDC != nil, got.Fetch != nil} {
			if there {
				kinds++
			}
		}
		if kinds != 1 || len(got.Chain) != 0 {
			t.Errorf("%s: %d sources and %d roles, want 1 and 0", way.Name, kinds, len(got.Chain))
		}
	}
	for _, way := range Ways {
		if way.Source != Documented && (way.Source != Inferred || way.Note == "") {
			t.Errorf("%s: source %q without a reason", way.Name, way.Source)
		}
	}
}

// Each argument: the block before the first variable, that before the next
// one, and the profile last.
func TestArguments_precedence(t *testing.T) {
	t.Parallel()
	path := file(t, profiles)
	type row struct {
		base    func(*Settings, map[string]string)
		block   func(*Settings)          // sets the value "block"
		read    func(Resolved) string    // what came of it
		profile func(map[string]string)  // selects the profile, where there is one for it
		want    string                   // from the profile
		value   func(name string) string // what a variable holds
	}
	staticBase := func(s *Settings, env map[string]string) {
		s.Region = "cn-hangzhou"
		env["ALICLOUD_ACCESS_KEY"], env["ALICLOUD_SECRET_KEY"] = "base", "base"
	}
	podBase := func(s *Settings, _ map[string]string) {
		s.OIDC = &OIDC{ProviderARN: "base", RoleARN: "base", TokenFile: "base"}
	}
	roleBase := func(s *Settings, env map[string]string) {
		staticBase(s, env)
		s.Roles = []Role{{ARN: new("base")}}
	}
	named := func(name string) func(map[string]string) {
		return func(env map[string]string) { env["ALICLOUD_PROFILE"] = name }
	}
	last := func(r Resolved) fleet.Role { return r.Chain[len(r.Chain)-1] }
	seconds := func(name string) string {
		return map[bool]string{true: "1000", false: "2000"}[strings.HasPrefix(name, "ALICLOUD")]
	}
	rows := map[string]row{
		"access_key":     {base: staticBase, block: func(s *Settings) { s.AccessKey = "block" }, read: func(r Resolved) string { return r.Credential.AccessKeyID }, profile: named("keys"), want: "FAKE-ID-PROFILE"},
		"secret_key":     {base: staticBase, block: func(s *Settings) { s.SecretKey = "block" }, read: func(r Resolved) string { return r.Credential.AccessKeySecret }, profile: named("keys"), want: "fake-secret-profile"},
		"security_token": {base: staticBase, block: func(s *Settings) { s.SecurityToken = "block" }, read: func(r Resolved) string { return r.Credential.SecurityToken }, profile: named("session"), want: "fake-token-sts"},
		"region": {
			base: func(s *Settings, env map[string]string) { staticBase(s, env); s.Region = "" }, block: func(s *Settings) { s.Region = "block" },
			read: func(r Resolved) string { return r.Region }, profile: named("session"), want: "cn-shanghai",
		},
		"assume_role_with_oidc.oidc_provider_arn": {
			base: func(s *Settings, env map[string]string) { podBase(s, env); s.OIDC.ProviderARN = "" }, block: func(s *Settings) { s.OIDC.ProviderARN = "block" },
			read: func(r Resolved) string { return r.OIDC.ProviderARN }, profile: named("pod"), want: providerARN,
		},
		"assume_role_with_oidc.oidc_token": {
			base: func(s *Settings, env map[string]string) { podBase(s, env); s.OIDC.TokenFile = "" }, block: func(s *Settings) { s.OIDC.Token = "block" },
			read: func(r Resolved) string { return r.OIDC.Token },
		},
		"assume_role_with_oidc.oidc_token_file": {
			base: func(s *Settings, env map[string]string) { podBase(s, env); s.OIDC.TokenFile = "" }, block: func(s *Settings) { s.OIDC.TokenFile = "block" },
			read: func(r Resolved) string { return r.OIDC.TokenFile }, profile: named("pod"), want: "/tmp/token",
		},
		"assume_role_with_oidc.role_arn": {
			base: func(s *Settings, env map[string]string) { podBase(s, env); s.OIDC.RoleARN = "" }, block: func(s *Settings) { s.OIDC.RoleARN = "block" },
			read: func(r Resolved) string { return r.OIDC.RoleARN }, profile: named("pod"), want: roleARN,
		},
		"assume_role_with_oidc.role_session_name": {
			base: podBase, block: func(s *Settings) { s.OIDC.SessionName = "block" }, read: func(r Resolved) string { return r.OIDC.SessionName }, profile: named("pod"), want: "terraform",
		},
		"assume_role_with_oidc.policy": {base: podBase, block: func(s *Settings) { s.OIDC.Policy = "block" }, read: func(r Resolved) string { return r.OIDC.Policy }},
		"assume_role_with_oidc.session_expiration": {
			base: podBase, block: func(s *Settings) { s.OIDC.Expiration = 3 * time.Second },
			read: func(r Resolved) string { return strings.Replace(r.OIDC.Duration.String(), "3s", "block", 1) },
		},
		"assume_role.role_arn": {
			base: func(s *Settings, env map[string]string) { staticBase(s, env); s.Roles = []Role{{}} }, block: func(s *Settings) { s.Roles[0].ARN = new("block") },
			read: func(r Resolved) string { return last(r).ARN }, profile: named("role"), want: "acs:ram::1:role/one",
		},
		"assume_role.session_name": {base: roleBase, block: func(s *Settings) { s.Roles[0].SessionName = "block" }, read: func(r Resolved) string { return last(r).SessionName }, profile: named("role"), want: "named"},
		"assume_role.session_expiration": {
			base: roleBase, block: func(s *Settings) { s.Roles[0].Expiration = 3 * time.Second }, value: seconds,
			read: func(r Resolved) string {
				return strings.NewReplacer("3s", "block", "16m40s", "1000", "33m20s", "2000").Replace(last(r).Duration.String())
			}, profile: named("role"), want: "30m0s",
		},
		"assume_role.policy":      {base: roleBase, block: func(s *Settings) { s.Roles[0].Policy = "block" }, read: func(r Resolved) string { return last(r).Policy }, profile: named("role"), want: "{}"},
		"assume_role.external_id": {base: roleBase, block: func(s *Settings) { s.Roles[0].ExternalID = "block" }, read: func(r Resolved) string { return last(r).ExternalID }, profile: named("role"), want: "ext"},
	}
	// These select a way or a file; TestWays_precedence, TestProfile_file and the tests of the provider are theirs.
	elsewhere := []string{"profile", "shared_credentials_file", "ecs_role_name", "credentials_uri", ""}
	for _, argument := range Arguments {
		row, ok := rows[argument.Name]
		if !ok {
			if !slices.Contains(elsewhere, argument.Name) {
				t.Errorf("%s has no test", argument.Name)
			}
			continue
		}
		t.Run(argument.Name, func(t *testing.T) {
			t.Parallel()
			value := row.value
			if value == nil {
				value = func(name string) string { return "from " + name }
			}
			try := func(what, want string, block bool, variables ...string) {
				t.Helper()
				s, env := Settings{SharedCredentialsFile: path}, map[string]string{}
				row.base(&s, env)
				for _, name := range Variables(argument.Name) {
					delete(env, name)
				}
				for _, name := range variables {
					env[name] = value(name)
				}
				if block {
					row.block(&s)
				}
				got, err := resolve(s, env)
				if err != nil || row.read(got) != want {
					t.Errorf("%s: got %q, %v, want %q", what, row.read(got), err, want)
				}
			}
			try("block", "block", true, argument.Variables...)
			for i, name := range argument.Variables {
				try(name, value(name), false, argument.Variables[i:]...)
			}
			if row.profile == nil {
				return
			}
			env := map[string]string{"ALICLOUD_REGION": "cn-hangzhou"}
			if argument.Name == "region" {
				clear(env)
			}
			row.profile(env)
			got, err := resolve(Settings{SharedCredentialsFile: path}, env)
			if err != nil || row.read(got) != row.want {
				t.Errorf("profile: got %q, %v, want %q", row.read(got), err, row.want)
			}
		})
	}
}

func TestProfile_modes(t *testing.T) {
	t.Parallel()
	path := file(t, profiles)
	block := Role{ARN: new("acs:ram::1:role/block")}
	arns := func(r Resolved) string {
		var all []string
		for _, role := range r.Chain {
			all = append(all, strings.TrimPrefix(role.ARN, "acs:ram::1:role/"))
		}
		return strings.Join(all, " ")
	}
	for name, want := range map[string]struct{ alone, withBlock string }{
		"keys": {"", "block"}, "session": {"", "block"}, "instance": {"", "block"}, "pod": {"", "block"}, "broker": {"", "block"},
		"role":  {"one", "block"}, // the block takes the place of the profile's own role, as in the official provider
		"chain": {"one two", "one two block"},
	} {
		for _, with := range []bool{false, true} {
			s, expected := Settings{Profile: name, SharedCredentialsFile: path, Region: "cn-hangzhou"}, want.alone
			if with {
				s.Roles, expected = []Role{block}, want.withBlock
			}
			if got, err := resolve(s, nil); err != nil || arns(got) != expected {
				t.Errorf("%s, block %t: got roles %q, %v, want %q", name, with, arns(got), err, expected)
			}
		}
	}
}

func TestRoles_chainAndSwitchedOff(t *testing.T) {
	t.Parallel()
	env := map[string]string{"ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "secret", "ALIBABA_CLOUD_ROLE_ARN": "env", "ALICLOUD_REGION": "cn-hangzhou"}
	got, err := resolve(Settings{Roles: []Role{{ARN: new("a")}, {ARN: new("")}, {}, {ARN: new("b")}}}, env)
	if err != nil || len(got.Chain) != 3 || got.Chain[0].ARN != "a" || got.Chain[1].ARN != "env" || got.Chain[2].ARN != "b" {
		t.Errorf("got %+v, %v, want the roles a, env, b", got.Chain, err)
	}
	if got, err = resolve(Settings{}, env); err != nil || len(got.Chain) != 0 {
		t.Errorf("without a block: %+v, %v, want no role", got.Chain, err)
	}
}

// In a pod ALIBABA_CLOUD_ROLE_ARN is the role of the token and not assumed again.
func TestRoles_podRoleIsNotAssumedTwice(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"ALIBABA_CLOUD_OIDC_PROVIDER_ARN": providerARN, "ALIBABA_CLOUD_ROLE_ARN": roleARN, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/tmp/token", "ALICLOUD_REGION": "cn-hangzhou",
	}
	for name, s := range map[string]Settings{"empty block": {OIDC: &OIDC{}}, "no block": {}} {
		if got, err := resolve(s, env); err != nil || len(got.Chain) != 0 || got.OIDC.RoleARN != roleARN {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err := resolve(Settings{OIDC: &OIDC{}, Roles: []Role{{}}}, env)
	wantProblem(t, "empty assume_role beside it", err, "assume_role", "Missing role_arn", "ALICLOUD_ASSUME_ROLE_ARN")
	with := maps.Clone(env)
	with["ALICLOUD_ASSUME_ROLE_ARN"] = "acs:ram::1:role/next"
	if got, err := resolve(Settings{OIDC: &OIDC{}, Roles: []Role{{}}}, with); err != nil || len(got.Chain) != 1 || got.Chain[0].ARN != "acs:ram::1:role/next" {
		t.Errorf("the variable that is only assume_role's: %+v, %v", got.Chain, err)
	}
}

func wantProblem(t *testing.T, name string, err error, argument string, phrases ...string) {
	t.Helper()
	var p *Problem
	if !errors.As(err, &p) {
		t.Errorf("%s: got %v, want a problem", name, err)
		return
	}
	if p.Argument != argument {
		t.Errorf("%s: about %q, want %q", name, p.Argument, argument)
	}
	for _, phrase := range phrases {
		if !strings.Contains(p.Error(), phrase) {
			t.Errorf("%s: %q does not say %q", name, p.Error(), phrase)
		}
	}
	for _, secret := range []string{"fake-secret", "fake-token", "fake-sso-token"} {
		if strings.Contains(p.Error(), secret) {
			t.Errorf("%s: %q holds a secret", name, p.Error())
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	path := file(t, profiles)
	bad := file(t, "{\n  \"profiles\": [\n    {\"name\": \"x\", \"access_key_secret\": \"fake-secret-1\" \"fake-secret-2\"}\n  ]\n}\n")
	kind := file(t, "{\n  \"profiles\": [\n    {\"name\": \"x\",\n     \"expired_seconds\": \"fake-secret-3\"}\n  ]\n}\n")
	profile := func(name string) Settings { return Settings{Profile: name, SharedCredentialsFile: path} }
	for name, c := range map[string]struct {
		s        Settings
		env      map[string]string
		argument string
		phrases  []string
	}{
		"nothing":             {argument: "", phrases: []string{"No credentials", "access_key", "ALICLOUD_ACCESS_KEY", "ecs_role_name", "credentials_uri", "assume_role_with_oidc", "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "profile", "ALIBABA_CLOUD_PROFILE"}},
		"half of the keys":    {s: Settings{AccessKey: "x"}, argument: "secret_key", phrases: []string{"Missing secret_key", "ALICLOUD_SECRET_KEY"}},
		"half in environment": {env: map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "fake-secret"}, argument: "access_key", phrases: []string{"Missing access_key"}},
		"no file":             {s: Settings{Profile: "x", SharedCredentialsFile: "/nonexistent/config.json"}, argument: "shared_credentials_file", phrases: []string{"/nonexistent/config.json", "aliyun configure"}},
		"no JSON":             {s: Settings{Profile: "x", SharedCredentialsFile: bad}, argument: "shared_credentials_file", phrases: []string{bad, "line 3"}},
		"wrong type":          {s: Settings{Profile: "x", SharedCredentialsFile: kind}, argument: "shared_credentials_file", phrases: []string{kind, "line 4", "expired_seconds", "int"}},
		"misspelt profile":    {s: profile("sesion"), argument: "profile", phrases: []string{path, `"sesion"`, `Did you mean "session"`}},
		"other profile":       {s: profile("something-else"), argument: "profile", phrases: []string{path, "keys, session, role"}},
		"unsupported mode":    {s: profile("person"), argument: "profile", phrases: []string{path, `"person"`, `"CloudSSO"`, "ChainableRamRoleArn"}},
		"half a profile":      {s: profile("half"), argument: "profile", phrases: []string{path, "access_key_secret"}},
		"circle":              {s: profile("a"), argument: "profile", phrases: []string{"a -> b -> a"}},
		"lost source":         {s: profile("lost"), argument: "profile", phrases: []string{`Did you mean "session"`}},
		"short life":          {s: profile("long"), argument: "profile", phrases: []string{"expired_seconds is 60", "900"}},
		"metadata off":        {s: Settings{ECSRoleName: "r"}, env: map[string]string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "TRUE"}, argument: "ecs_role_name", phrases: []string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED"}},
		"metadata off in env": {env: map[string]string{"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", "ALICLOUD_ECS_ROLE_NAME": "r"}, argument: "", phrases: []string{"No credentials"}},
		"no URL":              {s: Settings{CredentialsURI: "localhost:80/fake-secret"}, argument: "credentials_uri", phrases: []string{"http://"}},
		"no token":            {s: Settings{OIDC: &OIDC{ProviderARN: "p", RoleARN: "r"}}, argument: "assume_role_with_oidc", phrases: []string{"Missing oidc_token_file", "oidc_token", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"}},
		"no OIDC provider":    {s: Settings{OIDC: &OIDC{}}, argument: "assume_role_with_oidc", phrases: []string{"Missing oidc_provider_arn"}},
		"expiration": {
			s: Settings{AccessKey: "x", SecretKey: "y", Roles: []Role{{ARN: new("r")}}}, env: map[string]string{"ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "1h"},
			argument: "assume_role", phrases: []string{`"1h"`, "900 to 43200"},
		},
	} {
		c.s.Region = "cn-hangzhou"
		_, err := resolve(c.s, c.env)
		wantProblem(t, name, err, c.argument, c.phrases...)
	}
}

func TestProfile_file(t *testing.T) {
	// Not parallel: it sets HOME.
	home := t.TempDir()
	t.Setenv("HOME", home)
	if err := os.MkdirAll(filepath.Join(home, ".aliyun"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aliyun", "config.json"), []byte("\xef\xbb\xbf"+profiles), 0o600); err != nil {
		t.Fatal(err)
	}
	other := file(t, strings.ReplaceAll(profiles, "FAKE-ID-PROFILE", "FAKE-ID-OTHER"))
	for name, c := range map[string]struct {
		s    Settings
		env  map[string]string
		want string
	}{
		"default":            {Settings{Profile: "keys"}, nil, "FAKE-ID-PROFILE"},
		"home":               {Settings{Profile: "keys", SharedCredentialsFile: "~/.aliyun/config.json"}, nil, "FAKE-ID-PROFILE"},
		"first variable":     {Settings{Profile: "keys"}, map[string]string{"ALICLOUD_SHARED_CREDENTIALS_FILE": other, "ALIBABA_CLOUD_CREDENTIALS_FILE": "/nonexistent"}, "FAKE-ID-OTHER"},
		"second variable":    {Settings{Profile: "keys"}, map[string]string{"ALIBABA_CLOUD_CREDENTIALS_FILE": other}, "FAKE-ID-OTHER"},
		"argument":           {Settings{Profile: "keys", SharedCredentialsFile: other}, map[string]string{"ALICLOUD_SHARED_CREDENTIALS_FILE": "/nonexistent"}, "FAKE-ID-OTHER"},
		"profile argument":   {Settings{Profile: "session"}, map[string]string{"ALICLOUD_PROFILE": "keys"}, "FAKE-ID-STS"},
		"profile variable":   {Settings{}, map[string]string{"ALICLOUD_PROFILE": "keys", "ALIBABA_CLOUD_PROFILE": "session"}, "FAKE-ID-PROFILE"},
		"profile variable 2": {Settings{}, map[string]string{"ALIBABA_CLOUD_PROFILE": "session"}, "FAKE-ID-STS"},
		"current":            {Settings{SharedCredentialsFile: other}, nil, "FAKE-ID-OTHER"},
	} {
		got, err := resolve(c.s, c.env)
		if err != nil || got.Credential.AccessKeyID != c.want || got.Region == "" || !strings.Contains(got.RegionFrom, "region_id of profile") {
			t.Errorf("%s: got %+v, %v, want the key %s and the profile's region", name, got, err, c.want)
		}
	}
}
