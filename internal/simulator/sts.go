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
		},
		run: assumeRole,
	},
	{product: ProductSTS, action: "GetCallerIdentity", run: getCallerIdentity},
}

var (
	roleARNPattern     = regexp.MustCompile(`^acs:ram::(\d+):role/([A-Za-z0-9.-]{1,64})$`)
	sessionNamePattern = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)
	externalIDPattern  = regexp.MustCompile(`^[A-Za-z0-9.,+=@:/\\_-]+$`)
)

func assumeRole(cl *call) (any, *apiError) {
	if cl.caller.authType == "Account" {
		return nil, refuse(http.StatusForbidden, "NoPermission", "Roles may not be assumed by root accounts.")
	}
	invalid := func(name, format string, args ...any) (any, *apiError) {
		return nil, refuse(http.StatusBadRequest, "InvalidParameter."+name, format, args...)
	}
	arn := cl.params.Get("RoleArn")
	parts := roleARNPattern.FindStringSubmatch(arn)
	if parts == nil {
		return invalid("RoleArn", "The parameter RoleArn is wrongly formed.")
	}
	sessionName := cl.params.Get("RoleSessionName")
	if !sessionNamePattern.MatchString(sessionName) {
		return invalid("RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
	}
	externalID := cl.params.Get("ExternalId")
	if externalID != "" && (len(externalID) < 2 || len(externalID) > 1224 || !externalIDPattern.MatchString(externalID)) {
		return invalid("ExternalId", "The parameter ExternalId is wrongly formed.")
	}
	var narrowing *rampolicy.Document
	if text := cl.params.Get("Policy"); text != "" {
		if len(text) > 2048 {
			return invalid("PolicySize", "The size of Policy must be smaller than 2048 bytes.")
		}
		narrowing = &rampolicy.Document{}
		if problems := strict.JSON([]byte(text), narrowing); len(problems) > 0 {
			return invalid("PolicyGrammar", "The parameter Policy has not passed grammar check: %s", problems[0])
		}
		if err := narrowing.Check(false); err != nil {
			return invalid("PolicyGrammar", "The parameter Policy has not passed grammar check: %v", err)
		}
	}
	if decision := cl.caller.may("sts:AssumeRole", arn); decision != rampolicy.Allowed {
		return nil, denied(cl.caller, "sts:AssumeRole", arn, decision, "NoPermission")
	}
	role := cl.role(parts[1], parts[2])
	if role == nil {
		return nil, refuse(http.StatusNotFound, "EntityNotExist.Role", "The specified Role not exists .")
	}
	if decision := rampolicy.EvaluateTrust(role.trust(), cl.caller.names, externalID); decision != rampolicy.Allowed {
		return nil, denied(cl.caller, "sts:AssumeRole", arn, decision, "NoPermission")
	}
	longest := int(role.MaxSessionDuration)
	if longest == 0 {
		longest = 3600
	}
	seconds := number(cl.params, "DurationSeconds", 3600)
	if seconds < 900 || seconds > longest {
		return invalid("DurationSeconds", "The Min/Max value of DurationSeconds is 15min/%dmin.", longest/60)
	}

	s := &session{
		accountID: parts[1], roleName: role.RoleName, sessionName: sessionName, policy: narrowing,
		secret: cl.randomID(alphanumeric, 44), token: "SIMULATED" + cl.randomID(alphanumeric, 64),
		// STS writes whole seconds, and what it writes is what holds.
		expires: cl.time.Add(time.Duration(seconds) * time.Second).Truncate(time.Second),
	}
	id := "STS.SIM" + strings.ToUpper(cl.randomID(alphanumeric, 18))
	cl.sessions[id] = s
	roleARN := fmt.Sprintf("acs:ram::%s:role/%s", s.accountID, s.roleName)
	return map[string]any{
		"RequestId": "",
		"AssumedRoleUser": map[string]any{
			"Arn":           roleARN + "/" + sessionName,
			"AssumedRoleId": cl.stableID(roleARN) + ":" + sessionName,
		},
		"Credentials": map[string]any{
			"AccessKeyId": id, "AccessKeySecret": s.secret, "SecurityToken": s.token,
			"Expiration": s.expires.UTC().Format("2006-01-02T15:04:05Z"),
		},
	}, nil
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
