package simulator

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// assumeRoleWithOIDCOperation is how CI jobs and pods (RRSA) sign in: the token of an OIDC provider stands in for a
// signature, so the call is anonymous.
var assumeRoleWithOIDCOperation = operation{
	product: ProductSTS, action: "AssumeRoleWithOIDC", anonymous: true,
	parameters: []parameter{
		{name: "OIDCProviderArn", required: true},
		{name: "RoleArn", required: true},
		{name: "OIDCToken"}, // missing has an error of its own
		{name: "RoleSessionName", required: true},
		{name: "DurationSeconds", kind: "int"},
		{name: "Policy"},
	},
	run: assumeRoleWithOIDC,
}

var providerARNPattern = regexp.MustCompile(`^acs:ram::(\d+):oidc-provider/([A-Za-z0-9._-]{1,128})$`)

func assumeRoleWithOIDC(cl *call) (any, *apiError) {
	r, err := cl.roleRequest()
	if err != nil {
		return nil, err
	}
	providerARN := cl.params.Get("OIDCProviderArn")
	parts := providerARNPattern.FindStringSubmatch(providerARN)
	if parts == nil {
		return nil, invalidParameter("OIDCProviderArn", "The parameter OIDCProviderArn is wrongly formed.")
	}
	provider := cl.oidcProvider(parts[1], parts[2])
	if provider == nil {
		return nil, unauthenticated("NoPermission", "No such OIDC Provider registered.")
	}
	token, err := provider.verify(cl.params.Get("OIDCToken"), cl.time)
	if err != nil {
		return nil, err
	}
	role := cl.role(r.accountID, r.roleName)
	if role == nil {
		return nil, noSuchRole()
	}
	claims := map[string][]string{"oidc:iss": {provider.IssuerURL}, "oidc:aud": {token.Audience}, "oidc:sub": {token.Subject}}
	if rampolicy.EvaluateFederatedTrust(role.trust(), providerARN, claims) != rampolicy.Allowed {
		return nil, unauthenticated("NoPermission", "There is no permission")
	}
	result, err := cl.grant(r, role)
	if err != nil {
		return nil, err
	}
	info := map[string]any{"Issuer": provider.IssuerURL, "Subject": token.Subject, "ClientIds": token.Audience, "VerificationInfo": "Success"}
	if token.Expires != "" {
		info["ExpirationTime"] = token.Expires
	}
	result["OIDCTokenInfo"] = info
	return result, nil
}

// unauthenticated is one of the documented refusals of this call; all of them are 401.
func unauthenticated(code, message string) *apiError {
	return refuse(http.StatusUnauthorized, "AuthenticationFail."+code, "%s", message)
}

func (c *Cloud) oidcProvider(accountID, name string) *OIDCProvider {
	state := c.accounts[accountID]
	if state == nil {
		return nil
	}
	at := slices.IndexFunc(state.account.OIDCProviders, func(p OIDCProvider) bool { return p.OIDCProviderName == name })
	if at < 0 {
		return nil
	}
	return &state.account.OIDCProviders[at]
}

// verify looks a token up instead of checking a signature: the scenario lists the tokens that the issuer has signed.
func (p *OIDCProvider) verify(text string, now time.Time) (*OIDCToken, *apiError) {
	if text == "" {
		return nil, unauthenticated("OIDCToken.Invalid", "The OIDCToken can not empty.")
	}
	at := slices.IndexFunc(p.AcceptedTokens, func(t OIDCToken) bool { return t.Token == text })
	if at < 0 {
		if strings.Count(text, ".") != 2 {
			return nil, unauthenticated("OIDCToken.Invalid", "The number of Jwt field should be divided into 3 parts with '.' .")
		}
		return nil, unauthenticated("OIDCToken.InvalidSignature", "OIDC token validate failed: invalid signature.")
	}
	token := &p.AcceptedTokens[at]
	if expires, err := time.Parse(time.RFC3339, token.Expires); err == nil && !now.Before(expires) {
		return nil, unauthenticated("OIDCToken.Expired", "This JsonWebToken is expired.")
	}
	if !slices.Contains(p.ClientIDs, token.Audience) {
		return nil, unauthenticated("OIDCToken.AudienceNotMatch", "Invalid audience.")
	}
	return token, nil
}
