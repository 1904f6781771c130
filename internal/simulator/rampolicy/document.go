// Package rampolicy reads and evaluates RAM policy documents: Effect, Action, Resource with wildcards, Deny before
// Allow; and trust policies of roles: Principal and the sts:ExternalId condition.
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
	Condition map[string]map[string]Conditions `json:"Condition,omitzero" jsonschema_description:"Only StringEquals on sts:ExternalId is simulated."`
}

// Principal names accounts, users and roles by ARN.
type Principal struct {
	RAM Strings `json:"RAM" jsonschema:"required" jsonschema_description:"ARNs such as acs:ram::100000000000001:root."`
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
		if trust && s.Principal == nil {
			return fmt.Errorf("trust policy Statement[%d] has no Principal", i)
		}
		if !trust && len(s.Resource) == 0 {
			return fmt.Errorf("policy Statement[%d] has no Resource", i)
		}
		for operator, keys := range s.Condition {
			for key := range keys {
				if !trust || operator != "StringEquals" || key != "sts:ExternalId" {
					return fmt.Errorf("policy Statement[%d] has the condition %s on %s, which is not simulated", i, operator, key)
				}
			}
		}
	}
	return nil
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
	decision := ImplicitDeny
	for _, s := range document.Statement {
		if !matchAny(s.Action, "sts:AssumeRole", true) || s.Principal == nil {
			continue
		}
		named := slices.ContainsFunc(s.Principal.RAM, func(principal string) bool {
			return slices.ContainsFunc(callerARNs, func(arn string) bool { return strings.EqualFold(principal, arn) })
		})
		want := s.Condition["StringEquals"]["sts:ExternalId"]
		if !named || (len(want) > 0 && !slices.Contains(want, externalID)) {
			continue
		}
		if s.Effect == "Deny" {
			return ExplicitDeny
		}
		decision = Allowed
	}
	return decision
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
