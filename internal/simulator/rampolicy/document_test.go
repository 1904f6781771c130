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

func TestEvaluateOtherTrust(t *testing.T) {
	var document Document
	err := json.Unmarshal([]byte(`{"Statement":[
		{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ecs.aliyuncs.com"}},
		{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Federated":"acs:ram::1:oidc-provider/ci"},
		 "Condition":{"StringEquals":{"oidc:aud":["a","b"]},"StringLike":{"oidc:sub":"repo:*"}}}
	]}`), &document)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Check(true); err != nil {
		t.Error(err)
	}
	for service, want := range map[string]Decision{"ecs.aliyuncs.com": Allowed, "fc.aliyuncs.com": ImplicitDeny} {
		if got := EvaluateServiceTrust(document, service); got != want {
			t.Errorf("%s: %s, want %s", service, got, want)
		}
	}
	for _, c := range []struct {
		provider, audience, subject string
		want                        Decision
	}{
		{"ci", "b", "repo:x", Allowed},
		{"other", "b", "repo:x", ImplicitDeny},
		{"ci", "c", "repo:x", ImplicitDeny},
		{"ci", "a", "user:x", ImplicitDeny},
	} {
		claims := map[string][]string{"oidc:aud": {c.audience}, "oidc:sub": {c.subject}}
		if got := EvaluateFederatedTrust(document, "acs:ram::1:oidc-provider/"+c.provider, claims); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	document.Statement[1].Condition["StringLike"]["oidc:aud"] = Strings{"*"}
	if document.Check(true) == nil {
		t.Error("a condition that is not simulated passed")
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
