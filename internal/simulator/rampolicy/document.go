// Package rampolicy reads and evaluates RAM policy documents: Effect, Action, Resource with wildcards, Deny before
// Allow; and trust policies of roles: Principal and the conditions on sts:ExternalId and on the claims of OIDC tokens.
package rampolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// Document is a RAM policy document, version 1.
type Document struct {
	Version   string      `json:"Version,omitzero" jsonschema:"enum=1" jsonschema_description:"Policy language version, always \"1\"."`
	Statement []Statement `json:"Statement" jsonschema:"required" jsonschema_description:"Statements; a Deny wins over every Allow."`
}

// Statement allows or denies actions on resources, or, in a trust policy, names who may assume the role.
type Statement struct {
	Effect    string                           `json:"Effect" jsonschema:"required,enum=Allow,enum=Deny" jsonschema_description:"Allow or Deny."`
	Action    Strings                          `json:"Action" jsonschema:"required" jsonschema_description:"One action or a list; * and ? are wildcards."`
	Resource  Strings                          `json:"Resource,omitzero" jsonschema_description:"One ARN or a list; * and ? are wildcards."`
	Principal *Principal                       `json:"Principal,omitzero" jsonschema_description:"Only in trust policies: who may assume the role."`
	Condition map[string]map[string]Conditions `json:"Condition,omitzero" jsonschema_description:"Only in trust policies: StringEquals on sts:ExternalId, oidc:iss, oidc:aud and oidc:sub, StringLike on oidc:sub."`
}

// Principal names accounts, users and roles by ARN, OIDC providers by ARN, or services of the cloud.
type Principal struct {
	RAM       Strings `json:"RAM,omitzero" jsonschema_description:"ARNs such as acs:ram::100000000000001:root."`
	Federated Strings `json:"Federated,omitzero" jsonschema_description:"ARNs of OIDC providers, such as acs:ram::100000000000001:oidc-provider/ci."`
	Service   Strings `json:"Service,omitzero" jsonschema_description:"Services, such as ecs.aliyuncs.com for the role of an ECS instance."`
}

// Strings is a string or a list of strings.
type Strings []string

// Conditions holds the values of one condition key.
type Conditions = Strings

// AcceptString says that one plain string may stand for the list.
func (s Strings) AcceptString(string) error { return nil }

// UnmarshalJSON takes both forms.
func (s *Strings) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*s = Strings{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(s))
}

// Check names the parts of a document that this package would not honour.
func (d *Document) Check(trust bool) error {
	if d.Version != "" && d.Version != "1" {
		return fmt.Errorf("policy Version is %q, want \"1\"", d.Version)
	}
	if len(d.Statement) == 0 {
		return errors.New("policy has no Statement")
	}
	for i, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return fmt.Errorf("policy Statement[%d] has Effect %q, want Allow or Deny", i, s.Effect)
		}
		if len(s.Action) == 0 {
			return fmt.Errorf("policy Statement[%d] has no Action", i)
		}
		if trust && (s.Principal == nil || len(s.Principal.RAM)+len(s.Principal.Federated)+len(s.Principal.Service) == 0) {
			return fmt.Errorf("trust policy Statement[%d] has no Principal", i)
		}
		if !trust && len(s.Resource) == 0 {
			return fmt.Errorf("policy Statement[%d] has no Resource", i)
		}
		for operator, keys := range s.Condition {
			for key := range keys {
				if !trust || !slices.Contains(trustConditions[operator], key) {
					return fmt.Errorf("policy Statement[%d] has the condition %s on %s, which is not simulated", i, operator, key)
				}
			}
		}
	}
	return nil
}

// trustConditions lists the simulated condition keys by operator.
var trustConditions = map[string][]string{
	"StringEquals": {"sts:ExternalId", "oidc:iss", "oidc:aud", "oidc:sub"},
	"StringLike":   {"oidc:sub"},
}

// Decision is what a set of policies says about one call.
type Decision string

// Decisions; the two kinds of refusal are the words of AccessDeniedDetail.NoPermissionType.
const (
	Allowed      Decision = "Allowed"
	ImplicitDeny Decision = "ImplicitDeny"
	ExplicitDeny Decision = "ExplicitDeny"
)

// Evaluate decides whether the documents together allow an action on a resource.
func Evaluate(documents []Document, action, resource string) Decision {
	decision := ImplicitDeny
	for _, d := range documents {
		for _, s := range d.Statement {
			if !matchAny(s.Action, action, true) || !matchAny(s.Resource, resource, false) {
				continue
			}
			if s.Effect == "Deny" {
				return ExplicitDeny
			}
			decision = Allowed
		}
	}
	return decision
}

// EvaluateTrust decides whether a trust policy lets the caller assume the role. callerARNs are all names of the caller:
// its own ARN, that of its role, and root of its account.
func EvaluateTrust(document Document, callerARNs []string, externalID string) Decision {
	return evaluateTrust(document, map[string][]string{"sts:ExternalId": {externalID}}, func(p *Principal) bool {
		return slices.ContainsFunc(p.RAM, func(principal string) bool {
			return slices.ContainsFunc(callerARNs, func(arn string) bool { return strings.EqualFold(principal, arn) })
		})
	})
}

// EvaluateFederatedTrust decides whether a trust policy lets the bearer of a token of an OIDC provider assume the role.
// claims are the token's iss, aud and sub under the names of the condition keys.
func EvaluateFederatedTrust(document Document, providerARN string, claims map[string][]string) Decision {
	return evaluateTrust(document, claims, func(p *Principal) bool {
		return slices.ContainsFunc(p.Federated, func(principal string) bool { return strings.EqualFold(principal, providerARN) })
	})
}

// EvaluateServiceTrust decides whether a trust policy lets a service of the cloud assume the role.
func EvaluateServiceTrust(document Document, service string) Decision {
	return evaluateTrust(document, nil, func(p *Principal) bool { return slices.Contains(p.Service, service) })
}

func evaluateTrust(document Document, values map[string][]string, named func(*Principal) bool) Decision {
	decision := ImplicitDeny
	for _, s := range document.Statement {
		if !matchAny(s.Action, "sts:AssumeRole", true) || s.Principal == nil || !named(s.Principal) || !s.holds(values) {
			continue
		}
		if s.Effect == "Deny" {
			return ExplicitDeny
		}
		decision = Allowed
	}
	return decision
}

// holds evaluates the conditions; all of them must hold, and one value of a key is enough.
func (s *Statement) holds(values map[string][]string) bool {
	for operator, keys := range s.Condition {
		for key, want := range keys {
			matches := func(have string) bool {
				if operator == "StringLike" {
					return matchAny(want, have, false)
				}
				return slices.Contains(want, have)
			}
			if len(want) > 0 && !slices.ContainsFunc(values[key], matches) {
				return false
			}
		}
	}
	return true
}

func matchAny(patterns []string, value string, foldCase bool) bool {
	if foldCase {
		value = strings.ToLower(value)
	}
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if foldCase {
			pattern = strings.ToLower(pattern)
		}
		return match(pattern, value)
	})
}

// match is a linear-time glob with * and ?; the last star is the only place to go back to.
func match(pattern, value string) bool {
	p, v, star, mark := 0, 0, -1, 0
	for v < len(value) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, v
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v]):
			p++
			v++
		case star >= 0:
			mark++
			p, v = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// JSONSchema describes both forms.
func (Strings) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		{Type: "string"},
		{Type: "array", Items: &jsonschema.Schema{Type: "string"}},
	}}
}
