package credentials

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	defaultSessionName = "terraform"
	defaultLife        = time.Hour
	shortestLife       = 900
	longestLife        = 43200
)

// Settings is what the provider block says; empty is not set.
type Settings struct {
	AccessKey, SecretKey, SecurityToken string
	Region                              string
	Profile, SharedCredentialsFile      string
	ECSRoleName                         string
	CredentialsURI                      string
	OIDC                                *OIDC
	Roles                               []Role
}

// OIDC is an assume_role_with_oidc block.
type OIDC struct {
	ProviderARN, Token, TokenFile, RoleARN, SessionName, Policy string
	Expiration                                                  time.Duration
}

// Role is an assume_role block.
type Role struct {
	// ARN is nil where the block leaves it out; an empty one switches the block off.
	ARN                             *string
	SessionName, Policy, ExternalID string
	Expiration                      time.Duration
}

// Resolved is where keys come from. One of Credential, OIDC and Fetch is set;
// then come the roles of Chain.
type Resolved struct {
	Way        string // of Ways
	Region     string // with the profile's as the last resort; may be empty
	RegionFrom string // variable or file that the region came from; empty for the provider block
	Credential alicloud.Credential
	OIDC       *fleet.OIDC
	Fetch      func(context.Context) (alicloud.Credential, error)
	Chain      []fleet.Role
	// ownRole: Chain is the role of a RamRoleArn profile.
	ownRole bool
}

// Problem is why credentials cannot be had, in words for a person.
type Problem struct{ Argument, Summary, Detail string }

// Error implements error.
func (p *Problem) Error() string { return p.Summary + ": " + p.Detail }

func problem(argument, summary, detail string) error {
	return &Problem{Argument: argument, Summary: summary, Detail: detail}
}

// environment reads variables.
type environment func(name string) string

// first is the first variable of an argument that is set, and its name.
func (e environment) first(argument string) (value, name string) {
	for _, v := range Variables(argument) {
		if value := strings.TrimSpace(e(v)); value != "" {
			return value, v
		}
	}
	return "", ""
}

func (e environment) get(argument string) string {
	value, _ := e.first(argument)
	return value
}

func (e environment) on(variable string) bool {
	return strings.EqualFold(strings.TrimSpace(e(variable)), "true")
}

func or(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}

// Resolve decides where keys come from. It reads the environment and, where a
// profile counts, its file; it makes no call.
func Resolve(s Settings) (Resolved, error) {
	r := &resolver{Settings: s, env: os.Getenv}
	r.profile = or(s.Profile, r.env.get("profile"))
	return r.resolve()
}

type resolver struct {
	Settings
	env     environment
	profile string       // name of the profile in use
	file    *profileFile // once it was needed
}

func (r *resolver) resolve() (Resolved, error) {
	got, err := r.source()
	if err != nil {
		return got, err
	}
	if got.Region = r.Region; got.Region == "" {
		got.Region, got.RegionFrom = r.env.first("region")
	}
	if got.Region == "" && r.profile != "" {
		if err := r.open(); err != nil {
			return got, err
		}
		p, err := r.file.find(r.profile)
		if err != nil {
			return got, err
		}
		got.Region, got.RegionFrom = p.RegionID, fmt.Sprintf("region_id of profile %q in %s", r.profile, r.file.path)
	}
	return r.roles(got)
}

// open reads the file of profiles when it is first needed.
func (r *resolver) open() (err error) {
	if r.file == nil {
		r.file, err = readProfiles(or(r.SharedCredentialsFile, r.env.get("shared_credentials_file")))
	}
	return err
}

// source takes the first of Ways that applies.
func (r *resolver) source() (Resolved, error) {
	for _, way := range Ways {
		if use := r.ways(way.Name); use != nil {
			got, err := use()
			got.Way = way.Name
			return got, err
		}
	}
	return Resolved{}, missing()
}

// ways is how to use a way, or nil where it does not apply.
func (r *resolver) ways(name string) func() (Resolved, error) {
	env := r.env
	applies, use := false, r.static
	switch name {
	case WayKeys:
		applies = r.AccessKey != "" || r.SecretKey != ""
	case WayInstance:
		applies, use = r.ECSRoleName != "", func() (Resolved, error) { return resolveInstance(r.ECSRoleName, env) }
	case WayURI:
		applies, use = r.CredentialsURI != "", func() (Resolved, error) { return resolveURI(r.CredentialsURI) }
	case WayOIDC:
		applies, use = r.OIDC != nil, func() (Resolved, error) { return r.oidc(*r.OIDC) }
	case WayKeysEnv:
		applies = env.get("access_key") != "" || env.get("secret_key") != ""
	case WayProfile:
		applies, use = r.profile != "", r.fromProfile
	case WayURIEnv:
		uri := env.get("credentials_uri")
		applies, use = uri != "", func() (Resolved, error) { return resolveURI(uri) }
	case WayInstanceEnv:
		role := env.get("ecs_role_name")
		applies, use = role != "" && !env.on(metadataDisabled), func() (Resolved, error) { return resolveInstance(role, env) }
	case WayOIDCEnv:
		token := env.get("assume_role_with_oidc.oidc_token") + env.get("assume_role_with_oidc.oidc_token_file")
		applies = env.get("assume_role_with_oidc.oidc_provider_arn") != "" && env.get("assume_role_with_oidc.role_arn") != "" && token != ""
		use = func() (Resolved, error) { return r.oidc(OIDC{}) }
	case WayCurrentProfile:
		applies, use = r.SharedCredentialsFile != "", r.fromProfile
	}
	if !applies {
		return nil
	}
	return use
}

func (r *resolver) fromProfile() (Resolved, error) {
	if err := r.open(); err != nil {
		return Resolved{}, err
	}
	r.profile = or(r.profile, r.file.Current)
	return r.file.keys(r.profile, r.env, nil)
}

// missing lists the ways, because nobody remembers them all.
func missing() error {
	var b strings.Builder
	b.WriteString("There are these ways to sign in; the first that is set counts:")
	list := func(name string, arguments ...string) {
		var variables []string
		for _, a := range arguments {
			variables = append(variables, Variables(a)[:min(2, len(Variables(a)))]...)
		}
		fmt.Fprintf(&b, "\n  - %s, or %s in the environment", name, strings.Join(variables, ", "))
	}
	list("access_key and secret_key", "access_key", "secret_key")
	list("ecs_role_name", "ecs_role_name")
	list("credentials_uri", "credentials_uri")
	list("assume_role_with_oidc", "assume_role_with_oidc.oidc_provider_arn", "assume_role_with_oidc.oidc_token_file", "assume_role_with_oidc.role_arn")
	list("profile (made by \"aliyun configure\")", "profile")
	return problem("", "No credentials", b.String())
}

// static is the keys of the block, completed from the environment.
func (r *resolver) static() (Resolved, error) {
	keys := alicloud.Credential{
		AccessKeyID: or(r.AccessKey, r.env.get("access_key")), AccessKeySecret: or(r.SecretKey, r.env.get("secret_key")),
		SecurityToken: or(r.SecurityToken, r.env.get("security_token")),
	}
	for _, half := range [][2]string{{"access_key", keys.AccessKeyID}, {"secret_key", keys.AccessKeySecret}} {
		if half[1] == "" {
			return Resolved{}, problem(half[0], "Missing "+half[0], fmt.Sprintf("Its other half is there. Set %s in the provider block, or one of the environment variables %s.",
				half[0], strings.Join(Variables(half[0]), ", ")))
		}
	}
	return Resolved{Credential: keys}, nil
}

// oidc is the block, completed from the environment.
func (r *resolver) oidc(block OIDC) (Resolved, error) {
	o := fleet.OIDC{
		ProviderARN: or(block.ProviderARN, r.env.get("assume_role_with_oidc.oidc_provider_arn")),
		RoleARN:     or(block.RoleARN, r.env.get("assume_role_with_oidc.role_arn")),
		SessionName: or(or(block.SessionName, r.env.get("assume_role_with_oidc.role_session_name")), defaultSessionName),
		Token:       block.Token, TokenFile: block.TokenFile, Policy: block.Policy, Duration: block.Expiration,
	}
	if o.Token == "" && o.TokenFile == "" { // a file in the block beats a token in the environment
		o.Token, o.TokenFile = r.env.get("assume_role_with_oidc.oidc_token"), r.env.get("assume_role_with_oidc.oidc_token_file")
	}
	if o.Duration == 0 {
		o.Duration = defaultLife
	}
	for _, part := range [][2]string{{"oidc_provider_arn", o.ProviderARN}, {"role_arn", o.RoleARN}, {"oidc_token_file", o.Token + o.TokenFile}} {
		if part[1] != "" {
			continue
		}
		other := ""
		if part[0] == "oidc_token_file" {
			other = " (or oidc_token)"
		}
		return Resolved{}, problem("assume_role_with_oidc", "Missing "+part[0], fmt.Sprintf("Set %s%s in the assume_role_with_oidc block, or %s in the environment.",
			part[0], other, strings.Join(Variables("assume_role_with_oidc."+part[0]), ", ")))
	}
	return Resolved{OIDC: &o}, nil
}

// roles adds the assume_role blocks. They take the place of the role of a
// RamRoleArn profile, as in the official provider, and come after those of a
// ChainableRamRoleArn profile.
func (r *resolver) roles(got Resolved) (Resolved, error) {
	var chain []fleet.Role
	for _, block := range r.Roles {
		role := fleet.Role{ExternalID: block.ExternalID, Policy: block.Policy, Duration: block.Expiration}
		switch {
		case block.ARN != nil:
			role.ARN = *block.ARN
		case got.OIDC != nil:
			// In a pod ALIBABA_CLOUD_ROLE_ARN is the role of the token, which need not assume itself.
			role.ARN = strings.TrimSpace(r.env("ALICLOUD_ASSUME_ROLE_ARN"))
		default:
			role.ARN = r.env.get("assume_role.role_arn")
		}
		if role.ARN == "" && block.ARN == nil {
			return got, problem("assume_role", "Missing role_arn", "Set role_arn in the assume_role block, or one of the environment variables "+
				strings.Join(Variables("assume_role.role_arn"), ", ")+"; the latter is not read where it names the role of an OIDC token.")
		}
		if role.ARN == "" {
			continue
		}
		role.SessionName = or(or(block.SessionName, r.env.get("assume_role.session_name")), defaultSessionName)
		if role.Duration == 0 {
			var err error
			if role.Duration, err = r.expiration(); err != nil {
				return got, err
			}
		}
		chain = append(chain, role)
	}
	if len(chain) > 0 && got.ownRole {
		got.Chain = nil
	}
	got.Chain = append(got.Chain, chain...)
	return got, nil
}

func (r *resolver) expiration() (time.Duration, error) {
	text, name := r.env.first("assume_role.session_expiration")
	if text == "" {
		return defaultLife, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < shortestLife || seconds > longestLife {
		return 0, problem("assume_role", "Invalid session expiration", fmt.Sprintf("%s is %q; it must be a number of seconds from %d to %d.", name, text, shortestLife, longestLife))
	}
	return time.Duration(seconds) * time.Second, nil
}
