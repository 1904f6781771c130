package simulator

import (
	"net/http"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/signature"
)

// keyOwner is whose permanent AccessKey it is; without a user it is the account's own.
type keyOwner struct {
	accountID, userName, secret string
}

// session is what AssumeRole hands out.
type session struct {
	accountID, roleName, sessionName string
	secret, token                    string
	expires                          time.Time
	policy                           *rampolicy.Document
}

// principal is an authenticated caller.
type principal struct {
	accountID   string
	arn         string
	names       []string // every ARN under which a trust policy may name the caller
	userID      string   // user or role id
	sessionName string
	displayName string
	authType    string // SubUser, AssumedRoleUser or Account, as AccessDeniedDetail says it
	policies    []rampolicy.Document
	narrowing   *rampolicy.Document
}

// maxSkew is how far a request's date may be from the server's clock.
const maxSkew = 15 * time.Minute

// accountOf returns the account of a key without any proof; only fault matching and records use it.
func (c *Cloud) accountOf(accessKeyID string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if owner, ok := c.keys[accessKeyID]; ok {
		return owner.accountID
	}
	if s := c.sessions[accessKeyID]; s != nil {
		return s.accountID
	}
	return ""
}

// authenticate checks date, key, signature, token and nonce, in that order: a forged request must not burn a nonce.
func (c *Cloud) authenticate(claim *signature.Claim, now time.Time) (*principal, *apiError) {
	if skew := now.Sub(claim.Date).Abs(); skew > maxSkew {
		return nil, refuse(http.StatusBadRequest, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired: it differs by %s from the server's time.", skew.Round(time.Second))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	owner, permanent := c.keys[claim.AccessKeyID]
	temporary := c.sessions[claim.AccessKeyID]
	if !permanent && temporary == nil {
		return nil, refuse(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	secret := owner.secret
	if temporary != nil {
		secret = temporary.secret
	}
	if !claim.Verify(secret) {
		return nil, refuse(http.StatusBadRequest, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation. server string to sign is:%s", claim.StringToSign)
	}
	switch {
	case temporary == nil && claim.SecurityToken != "", temporary != nil && claim.SecurityToken != "" && claim.SecurityToken != temporary.token:
		return nil, refuse(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.")
	case temporary != nil && claim.SecurityToken == "":
		return nil, refuse(http.StatusBadRequest, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
	case temporary != nil && !now.Before(temporary.expires):
		return nil, refuse(http.StatusBadRequest, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	}
	if claim.Nonce != "" && !c.useNonce(claim.AccessKeyID+"\x00"+claim.Nonce, now) {
		return nil, refuse(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	if temporary != nil {
		return c.sessionPrincipal(temporary)
	}
	return c.keyPrincipal(owner), nil
}

// useNonce remembers a nonce for as long as its request's date could still be accepted.
func (c *Cloud) useNonce(nonce string, now time.Time) bool {
	if now.Sub(c.noncesPurged) > 2*maxSkew {
		for old, seen := range c.nonces {
			if now.Sub(seen) > 2*maxSkew {
				delete(c.nonces, old)
			}
		}
		c.noncesPurged = now
	}
	if _, used := c.nonces[nonce]; used {
		return false
	}
	c.nonces[nonce] = now
	return true
}

func (c *Cloud) keyPrincipal(owner keyOwner) *principal {
	root := "acs:ram::" + owner.accountID + ":root"
	if owner.userName == "" {
		everything, _ := rampolicy.System("AdministratorAccess")
		return &principal{
			accountID: owner.accountID, arn: root, names: []string{root}, userID: owner.accountID,
			displayName: owner.accountID, authType: "Account", policies: []rampolicy.Document{everything},
		}
	}
	arn := "acs:ram::" + owner.accountID + ":user/" + owner.userName
	for _, user := range c.accounts[owner.accountID].account.Users {
		if user.UserName == owner.userName {
			return &principal{
				accountID: owner.accountID, arn: arn, names: []string{arn, root}, userID: c.stableID(arn),
				displayName: user.UserName, authType: "SubUser", policies: documents(user.AttachedPolicies, user.Policies),
			}
		}
	}
	panic("simulator: the key index names a user that does not exist: " + arn)
}

func (c *Cloud) sessionPrincipal(s *session) (*principal, *apiError) {
	roleARN := "acs:ram::" + s.accountID + ":role/" + s.roleName
	role := c.role(s.accountID, s.roleName)
	if role == nil {
		return nil, refuse(http.StatusForbidden, "NoPermission", "The role %s of this session does not exist any more.", roleARN)
	}
	return &principal{
		accountID: s.accountID, arn: roleARN + "/" + s.sessionName,
		names:  []string{roleARN + "/" + s.sessionName, roleARN, "acs:ram::" + s.accountID + ":root"},
		userID: c.stableID(roleARN), sessionName: s.sessionName, displayName: s.roleName + "/" + s.sessionName,
		authType: "AssumedRoleUser", policies: documents(role.AttachedPolicies, role.Policies), narrowing: s.policy,
	}, nil
}

func (c *Cloud) role(accountID, name string) *Role {
	state := c.accounts[accountID]
	if state == nil {
		return nil
	}
	for i := range state.account.Roles {
		if strings.EqualFold(state.account.Roles[i].RoleName, name) {
			return &state.account.Roles[i]
		}
	}
	return nil
}

func documents(attached []string, custom []rampolicy.Document) []rampolicy.Document {
	all := make([]rampolicy.Document, 0, len(attached)+len(custom))
	for _, name := range attached {
		document, _ := rampolicy.System(name)
		all = append(all, document)
	}
	return append(all, custom...)
}

// ruling is a decision and the kind of policy that made it.
type ruling struct {
	decision   rampolicy.Decision
	policyType string
}

// Kinds of policies, the words of AccessDeniedDetail.PolicyType.
const (
	controlPolicy  = "ControlPolicy"
	sessionPolicy  = "SessionPolicy"
	identityPolicy = "AccountLevelIdentityBasedPolicy"
	trustPolicy    = "AssumeRolePolicy"
)

// may evaluates the control policies above the caller's account, the policy of the session and the caller's own
// policies, in this order; the first that does not allow decides.
func (c *Cloud) may(p *principal, action, resource string) ruling {
	if decision := c.bound(p, action, resource); decision != rampolicy.Allowed {
		return ruling{decision, controlPolicy}
	}
	if p.narrowing != nil {
		if decision := rampolicy.Evaluate([]rampolicy.Document{*p.narrowing}, action, resource); decision != rampolicy.Allowed {
			return ruling{decision, sessionPolicy}
		}
	}
	return ruling{rampolicy.Evaluate(p.policies, action, resource), identityPolicy}
}

// trust returns the trust policy of a role, written out from its short form when it has one.
func (r *Role) trust() rampolicy.Document {
	if r.TrustPolicy != nil {
		return *r.TrustPolicy
	}
	if len(r.Trusts) == 0 {
		return rampolicy.Document{}
	}
	s := rampolicy.Statement{Effect: "Allow", Action: rampolicy.Strings{"sts:AssumeRole"}, Principal: &rampolicy.Principal{}}
	for _, who := range r.Trusts {
		switch {
		case serviceName.MatchString(who):
			s.Principal.Service = append(s.Principal.Service, who)
		case strings.Contains(who, ":oidc-provider/"):
			s.Principal.Federated = append(s.Principal.Federated, who)
		case strings.HasPrefix(who, "acs:"):
			s.Principal.RAM = append(s.Principal.RAM, who)
		default:
			s.Principal.RAM = append(s.Principal.RAM, "acs:ram::"+who+":root")
		}
	}
	if r.ExternalID != "" {
		s.Condition = map[string]map[string]rampolicy.Conditions{"StringEquals": {"sts:ExternalId": {r.ExternalID}}}
	}
	return rampolicy.Document{Version: "1", Statement: []rampolicy.Statement{s}}
}
