package simulator

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/strict"
)

// stsOperations is STS 2015-04-01.
var stsOperations = []operation{
	{
		product: ProductSTS, action: "AssumeRole",
		parameters: []parameter{
			{name: "RoleArn", required: true},
			{name: "RoleSessionName", required: true},
			{name: "DurationSeconds", kind: "int"},
			{name: "Policy"},
			{name: "ExternalId"},
			{name: "SourceIdentity", refused: true},
		},
		run: assumeRole,
	},
	assumeRoleWithOIDCOperation,
	{product: ProductSTS, action: "GetCallerIdentity", run: getCallerIdentity},
}

var (
	roleARNPattern     = regexp.MustCompile(`^acs:ram::(\d+):role/([A-Za-z0-9.-]{1,64})$`)
	sessionNamePattern = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)
	externalIDPattern  = regexp.MustCompile(`^[A-Za-z0-9.,+=@:/\\_-]+$`)
)

// roleRequest is what AssumeRole and AssumeRoleWithOIDC have in common.
type roleRequest struct {
	arn, accountID, roleName, sessionName string
	narrowing                             *rampolicy.Document
}

func invalidParameter(name, format string, args ...any) *apiError {
	return refuse(http.StatusBadRequest, "InvalidParameter."+name, format, args...)
}

func (cl *call) roleRequest() (*roleRequest, *apiError) {
	r := &roleRequest{arn: cl.params.Get("RoleArn"), sessionName: cl.params.Get("RoleSessionName")}
	parts := roleARNPattern.FindStringSubmatch(r.arn)
	if parts == nil {
		return nil, invalidParameter("RoleArn", "The parameter RoleArn is wrongly formed.")
	}
	r.accountID, r.roleName = parts[1], parts[2]
	if !sessionNamePattern.MatchString(r.sessionName) {
		return nil, invalidParameter("RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
	}
	text := cl.params.Get("Policy")
	if text == "" {
		return r, nil
	}
	if len(text) > 2048 {
		return nil, invalidParameter("PolicySize", "The size of Policy must be smaller than 2048 bytes.")
	}
	r.narrowing = &rampolicy.Document{}
	if problems := strict.JSON([]byte(text), r.narrowing); len(problems) > 0 {
		return nil, invalidParameter("PolicyGrammar", "The parameter Policy has not passed grammar check: %s", problems[0])
	}
	if err := r.narrowing.Check(false); err != nil {
		return nil, invalidParameter("PolicyGrammar", "The parameter Policy has not passed grammar check: %v", err)
	}
	return r, nil
}

func assumeRole(cl *call) (any, *apiError) {
	if cl.caller.authType == "Account" {
		return nil, refuse(http.StatusForbidden, "NoPermission", "Roles may not be assumed by root accounts.")
	}
	r, err := cl.roleRequest()
	if err != nil {
		return nil, err
	}
	externalID := cl.params.Get("ExternalId")
	if externalID != "" && (len(externalID) < 2 || len(externalID) > 1224 || !externalIDPattern.MatchString(externalID)) {
		return nil, invalidParameter("ExternalId", "The parameter ExternalId is wrongly formed.")
	}
	if ruling := cl.may(cl.caller, "sts:AssumeRole", r.arn); ruling.decision != rampolicy.Allowed {
		return nil, denied(cl.caller, "sts:AssumeRole", r.arn, ruling, "NoPermission")
	}
	role := cl.role(r.accountID, r.roleName)
	if role == nil {
		return nil, noSuchRole()
	}
	if decision := rampolicy.EvaluateTrust(role.trust(), cl.caller.names, externalID); decision != rampolicy.Allowed {
		return nil, denied(cl.caller, "sts:AssumeRole", r.arn, ruling{decision, trustPolicy}, "NoPermission")
	}
	return cl.grant(r, role)
}

func noSuchRole() *apiError {
	return refuse(http.StatusNotFound, "EntityNotExist.Role", "The specified Role not exists .")
}

// grant opens the session that was asked for and answers with it.
func (cl *call) grant(r *roleRequest, role *Role) (map[string]any, *apiError) {
	longest := int(role.MaxSessionDuration)
	if longest == 0 {
		longest = 3600
	}
	seconds := number(cl.params, "DurationSeconds", 3600)
	if seconds < 900 || seconds > longest {
		return nil, invalidParameter("DurationSeconds", "The Min/Max value of DurationSeconds is 15min/%dmin.", longest/60)
	}
	id, s := cl.openSession(session{accountID: r.accountID, roleName: role.RoleName, sessionName: r.sessionName, policy: r.narrowing}, cl.time, time.Duration(seconds)*time.Second)
	roleARN := fmt.Sprintf("acs:ram::%s:role/%s", s.accountID, s.roleName)
	return map[string]any{
		"RequestId": "",
		"AssumedRoleUser": map[string]any{
			"Arn":           roleARN + "/" + s.sessionName,
			"AssumedRoleId": cl.stableID(roleARN) + ":" + s.sessionName,
		},
		"Credentials": s.credentials(id),
	}, nil
}

// openSession completes a session and makes its key known; the lock must be held.
func (c *Cloud) openSession(s session, now time.Time, life time.Duration) (string, *session) {
	s.secret, s.token = c.randomID(alphanumeric, 44), "SIMULATED"+c.randomID(alphanumeric, 64)
	// STS writes whole seconds, and what it writes is what holds.
	s.expires = now.Add(life).Truncate(time.Second)
	id := "STS.SIM" + strings.ToUpper(c.randomID(alphanumeric, 18))
	c.sessions[id] = &s
	return id, &s
}

// credentials is a session as STS, the metadata service and credentials URIs write it.
func (s *session) credentials(id string) map[string]any {
	return map[string]any{
		"AccessKeyId": id, "AccessKeySecret": s.secret, "SecurityToken": s.token,
		"Expiration": s.expires.UTC().Format("2006-01-02T15:04:05Z"),
	}
}

func getCallerIdentity(cl *call) (any, *apiError) {
	p := cl.caller
	result := map[string]any{"RequestId": "", "AccountId": p.accountID, "Arn": p.arn}
	switch p.authType {
	case "AssumedRoleUser":
		result["IdentityType"], result["RoleId"], result["PrincipalId"] = "AssumedRoleUser", p.userID, p.userID+":"+p.sessionName
	case "SubUser":
		result["IdentityType"], result["UserId"], result["PrincipalId"] = "RAMUser", p.userID, p.userID
	default:
		result["IdentityType"], result["UserId"], result["PrincipalId"] = "Account", p.accountID, p.accountID
	}
	return result, nil
}
