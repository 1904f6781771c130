package simulator

import (
	"fmt"
	"regexp"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// What a scenario says about the sources of credentials other than AccessKeys and AssumeRole: OIDC providers, the ECS
// instance that the client runs on, and credentials URIs.

// OIDCProvider is an OIDC identity provider of an account. Its tokens are listed, not signed: what the cloud reads from
// a token, the scenario says beside it.
type OIDCProvider struct {
	OIDCProviderName string      `json:"OIDCProviderName" jsonschema:"required" jsonschema_description:"Name; the ARN is acs:ram::{AccountId}:oidc-provider/{OIDCProviderName}."`
	IssuerURL        string      `json:"IssuerUrl" jsonschema:"required" jsonschema_description:"Issuer, the iss of every accepted token."`
	ClientIDs        []string    `json:"ClientIds" jsonschema:"required" jsonschema_description:"Audiences that the provider is for."`
	AcceptedTokens   []OIDCToken `json:"accepted_tokens,omitzero" jsonschema_description:"Tokens that the issuer has signed; every other token has a bad signature."`
}

// OIDCToken is a token and what is in it.
type OIDCToken struct {
	Token    string `json:"token" jsonschema:"required" jsonschema_description:"The token as it is sent, 4 to 20,000 characters; made up."`
	Subject  string `json:"sub" jsonschema:"required" jsonschema_description:"Its subject, for example system:serviceaccount:ci:deployer."`
	Audience string `json:"aud" jsonschema:"required" jsonschema_description:"Its audience; accepted when it is one of ClientIds."`
	Expires  string `json:"exp,omitzero" jsonschema_description:"RFC 3339 time after which it is expired; left out, never."`
}

// ECSInstance is the instance that clients run on, as far as its metadata service shows it.
type ECSInstance struct {
	InstanceID      string `json:"InstanceId,omitzero" jsonschema_description:"Id of the instance; i-simulated by default."`
	AccountID       string `json:"AccountId" jsonschema:"required" jsonschema_description:"Account of the instance and its role."`
	RAMRoleName     string `json:"RamRoleName" jsonschema:"required" jsonschema_description:"Role of the instance; it must trust ecs.aliyuncs.com."`
	HTTPTokens      string `json:"HttpTokens,omitzero" jsonschema:"enum=optional,enum=required" jsonschema_description:"Whether metadata is given only to requests with a token; optional by default."`
	SessionDuration string `json:"session_duration,omitzero" jsonschema_description:"How long the credentials are good, as a Go duration; 6h by default. New ones come when half of it is over."`
}

// CredentialsURI is an address that hands out credentials, as users run it beside their programs.
type CredentialsURI struct {
	Name            string `json:"name" jsonschema:"required" jsonschema_description:"Last segment of the path /credentials-uri/{name}."`
	AccountID       string `json:"AccountId" jsonschema:"required" jsonschema_description:"Account of the role."`
	RoleName        string `json:"RoleName" jsonschema:"required" jsonschema_description:"Role whose credentials are given."`
	SessionDuration string `json:"session_duration,omitzero" jsonschema_description:"How long the credentials are good, as a Go duration; 1h by default. New ones come when half of it is over."`
}

var (
	serviceName       = regexp.MustCompile(`^(\d{5,20}@)?[a-z0-9-]+\.aliyuncs\.com$`) // {account}@ is the service as that account uses it
	providerName      = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	credentialsPath   = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	shortestSession   = time.Second
	ecsService        = "ecs.aliyuncs.com"
	instanceSession   = 6 * time.Hour
	credentialSession = time.Hour
)

// oidcProviders are the ARNs of an account's providers.
func (a *Account) oidcProviders() map[string]bool {
	arns := map[string]bool{}
	for _, p := range a.OIDCProviders {
		arns["acs:ram::"+a.AccountID+":oidc-provider/"+p.OIDCProviderName] = true
	}
	return arns
}

func (k *checker) oidcProvider(path, accountID string, p *OIDCProvider) {
	if !providerName.MatchString(p.OIDCProviderName) {
		k.add(path+".OIDCProviderName", "OIDCProviderName is %q, want 1 to 128 letters, digits and . _ -", p.OIDCProviderName)
	}
	k.once("OIDCProviderName of account "+accountID, p.OIDCProviderName, path+".OIDCProviderName")
	if len(p.ClientIDs) == 0 {
		k.add(path+".ClientIds", "the OIDC provider %s is for no audience: give one", p.OIDCProviderName)
	}
	for i, t := range p.AcceptedTokens {
		at := fmt.Sprintf("%s.accepted_tokens[%d]", path, i)
		k.once("token of OIDC provider "+p.OIDCProviderName+" of account "+accountID, t.Token, at+".token")
		if len(t.Token) < 4 || len(t.Token) > 20000 {
			k.add(at+".token", "the token has %d characters, want 4 to 20,000", len(t.Token))
		}
		if t.Expires != "" {
			k.time(at+".exp", t.Expires)
		}
	}
}

func (s *Scenario) checkCredentialSources(k *checker) {
	if i := s.ECSInstance; i != nil {
		k.session("ecs_instance", i.SessionDuration)
		if role := s.findRole(k, "ecs_instance", "RamRoleName", i.AccountID, i.RAMRoleName); role != nil && rampolicy.EvaluateServiceTrust(role.trust(), ecsService) != rampolicy.Allowed {
			k.add("ecs_instance.RamRoleName", "the role %s does not trust %s: add it to its trusts", i.RAMRoleName, ecsService)
		}
	}
	for i, uri := range s.CredentialsURIs {
		path := fmt.Sprintf("credentials_uris[%d]", i)
		if !credentialsPath.MatchString(uri.Name) {
			k.add(path+".name", "name is %q, want letters, digits and . _ -", uri.Name)
		}
		k.once("credentials URI", uri.Name, path+".name")
		k.session(path, uri.SessionDuration)
		s.findRole(k, path, "RoleName", uri.AccountID, uri.RoleName)
	}
}

func (k *checker) session(path, text string) {
	k.duration(path+".session_duration", text)
	if text != "" && duration(text) < shortestSession {
		k.add(path+".session_duration", "session_duration is %s, want one second or more", text)
	}
}

func (s *Scenario) findRole(k *checker, path, field, accountID, name string) *Role {
	for i := range s.Accounts {
		if s.Accounts[i].AccountID != accountID {
			continue
		}
		for j := range s.Accounts[i].Roles {
			if s.Accounts[i].Roles[j].RoleName == name {
				return &s.Accounts[i].Roles[j]
			}
		}
		k.add(path+"."+field, "the account %s has no role %q: add it under roles", accountID, name)
		return nil
	}
	k.add(path+".AccountId", "the account %q is not in this scenario: add it under accounts", accountID)
	return nil
}
