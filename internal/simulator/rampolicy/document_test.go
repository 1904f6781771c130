package rampolicy

import (
	"encoding/json"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"cs:Describe*", "cs:DescribeClusterDetail", true},
		{"cs:Describe*", "cs:GetCluster", false},
		{"acs:cs:*:*:cluster/c?", "acs:cs:cn-hangzhou:1:cluster/c1", true},
		{"acs:cs:*:*:cluster/c?", "acs:cs:cn-hangzhou:1:cluster/c12", false},
		{"*a*b*", "xxaxxbxx", true},
		{"*a*b", "xxaxxbxx", false},
		{"a", "ab", false},
	} {
		if got := match(c.pattern, c.value); got != c.want {
			t.Errorf("match(%q, %q) is %v", c.pattern, c.value, got)
		}
	}
}

func TestEvaluate(t *testing.T) {
	var documents []Document
	err := json.Unmarshal([]byte(`[
		{"Version":"1","Statement":[{"Effect":"Allow","Action":["cs:*"],"Resource":"*"}]},
		{"Version":"1","Statement":[{"Effect":"Deny","Action":"CS:modify*","Resource":["acs:cs:*:*:cluster/prod*"]}]}
	]`), &documents)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		action, resource string
		want             Decision
	}{
		{"cs:ModifyCluster", "acs:cs:cn-hangzhou:1:cluster/test1", Allowed},
		{"cs:ModifyCluster", "acs:cs:cn-hangzhou:1:cluster/prod1", ExplicitDeny},
		{"sts:AssumeRole", "*", ImplicitDeny},
	} {
		if got := Evaluate(documents, c.action, c.resource); got != c.want {
			t.Errorf("%s on %s is %s, want %s", c.action, c.resource, got, c.want)
		}
	}
}

func TestEvaluateTrust(t *testing.T) {
	trust := func(effect, principal string, condition Strings) Statement {
		s := Statement{Effect: effect, Action: Strings{"sts:AssumeRole"}, Principal: &Principal{RAM: Strings{principal}}}
		if condition != nil {
			s.Condition = map[string]map[string]Conditions{"StringEquals": {"sts:ExternalId": condition}}
		}
		return s
	}
	names := []string{"acs:ram::1:user/u", "acs:ram::1:root"}
	for _, c := range []struct {
		name       string
		statements []Statement
		externalID string
		want       Decision
	}{
		{"root of the account", []Statement{trust("Allow", "acs:ram::1:root", nil)}, "", Allowed},
		{"the user", []Statement{trust("Allow", "acs:ram::1:user/u", nil)}, "", Allowed},
		{"another user", []Statement{trust("Allow", "acs:ram::1:user/v", nil)}, "", ImplicitDeny},
		{"nobody", nil, "", ImplicitDeny},
		{"right external id", []Statement{trust("Allow", "acs:ram::1:root", Strings{"x"})}, "x", Allowed},
		{"wrong external id", []Statement{trust("Allow", "acs:ram::1:root", Strings{"x"})}, "y", ImplicitDeny},
		{"deny wins", []Statement{trust("Allow", "acs:ram::1:root", nil), trust("Deny", "acs:ram::1:user/u", nil)}, "", ExplicitDeny},
	} {
		if got := EvaluateTrust(Document{Statement: c.statements}, names, c.externalID); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
