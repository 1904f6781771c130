package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/alibabacloud-go/tea/tea"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// statement is a control policy of one statement on everything.
func statement(name, effect, action string, targets ...string) ControlPolicy {
	return ControlPolicy{PolicyName: name, Targets: targets, PolicyDocument: rampolicy.Document{
		Statement: []rampolicy.Statement{{Effect: effect, Action: rampolicy.Strings{action}, Resource: rampolicy.Strings{"*"}}},
	}}
}

func only(p ControlPolicy) ControlPolicy {
	p.ReplacesFullAccess = true
	return p
}

// TestControlPolicies asks for a cluster of a member in a folder inside a folder.
func TestControlPolicies(t *testing.T) {
	for _, c := range []struct {
		name     string
		policies []ControlPolicy
		want     string // NoPermissionType, empty when the call is allowed
	}{
		{"none", nil, ""},
		{"allow grants nothing and takes nothing", []ControlPolicy{statement("A", "Allow", "cs:ModifyCluster", "r-test01")}, ""},
		{"deny of another action", []ControlPolicy{statement("A", "Deny", "cs:ModifyCluster", "r-test01")}, ""},
		{"deny at the root folder", []ControlPolicy{statement("A", "Deny", "cs:Describe*", "r-test01")}, "ExplicitDeny"},
		{"deny at the outer folder", []ControlPolicy{statement("A", "Deny", "cs:Describe*", "fd-outer")}, "ExplicitDeny"},
		{"deny at the folder", []ControlPolicy{statement("A", "Deny", "cs:Describe*", "fd-inner")}, "ExplicitDeny"},
		{"deny at the member", []ControlPolicy{statement("A", "Deny", "cs:Describe*", testMember)}, "ExplicitDeny"},
		{"deny at another member", []ControlPolicy{statement("A", "Deny", "cs:Describe*", testDenied)}, ""},
		{"several targets", []ControlPolicy{statement("A", "Deny", "cs:Describe*", testDenied, "fd-outer")}, "ExplicitDeny"},
		{"an allow below does not help", []ControlPolicy{statement("A", "Deny", "cs:Describe*", "r-test01"), only(statement("B", "Allow", "*", testMember))}, "ExplicitDeny"},
		{"only what is allowed", []ControlPolicy{only(statement("A", "Allow", "cs:*", "fd-outer"))}, ""},
		{"only something else is allowed", []ControlPolicy{only(statement("A", "Allow", "cs:ModifyCluster", "fd-outer"))}, "ImplicitDeny"},
		{"two policies of one level", []ControlPolicy{only(statement("A", "Allow", "cs:ModifyCluster", "fd-outer")), statement("B", "Allow", "cs:Describe*", "fd-outer")}, ""},
	} {
		s := testScenario()
		s.ResourceDirectory.ControlPolicies = c.policies
		_, server := startCloud(t, s)
		for _, k := range []credentials{mustAssume(t, server), keyOf("FAKELOCAL")} {
			_, err := csClient(t, server, k, true).DescribeClusterDetail(tea.String(clusterID("one")))
			if c.want == "" {
				if err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			refused := wantCode(t, err, http.StatusForbidden, "Forbidden.RAM")
			if !strings.Contains(refused.data, `"NoPermissionType":"`+c.want+`","PolicyType":"ControlPolicy"`) {
				t.Errorf("%s: %s", c.name, refused.data)
			}
		}
	}
}

// TestControlPoliciesSpare says whom control policies leave alone: the management account, whose AssumeRole is its own
// call, accounts outside the directory, a member's own key, and calls that need no permission.
func TestControlPoliciesSpare(t *testing.T) {
	s := testScenario()
	s.Accounts[1].RootAccessKeys = []AccessKey{{ID: "FAKEMEMBERROOT", Secret: "FAKEMEMBERROOT-secret"}}
	s.ResourceDirectory.ControlPolicies = []ControlPolicy{statement("Nothing", "Deny", "*", "r-test01")}
	_, server := startCloud(t, s)
	session := mustAssume(t, server)
	if _, err := rpc(t, server, keyOf("FAKEADMIN"), "2022-04-19", "ListAccounts", nil); err != nil {
		t.Errorf("management account: %v", err)
	}
	if _, err := csClient(t, server, keyOf("FAKEMEMBERROOT"), true).DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
		t.Errorf("the member's own key: %v", err)
	}
	_, err := csClient(t, server, keyOf("FAKESTRANGER"), true).DescribeClusterDetail(tea.String(clusterID("one")))
	wantCode(t, err, http.StatusNotFound, "ErrorClusterNotFound")
	if _, err := rpc(t, server, session, "2015-04-01", "GetCallerIdentity", nil); err != nil {
		t.Error(err)
	}
	_, err = assume(t, server, session, testDenied, nil)
	if refused := wantCode(t, err, http.StatusForbidden, "NoPermission"); fmt.Sprint(refused.detail["PolicyType"], refused.detail["NoPermissionType"]) != "ControlPolicy"+"ExplicitDeny" {
		t.Errorf("AssumeRole by a member: %v", refused.detail)
	}
}

// TestEvaluationOrder: the control policy answers before the session policy, and that before the identity's own.
func TestEvaluationOrder(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	k, err := assume(t, server, keyOf("FAKEADMIN"), testMember, params{"Policy": `{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`})
	if err != nil {
		t.Fatal(err)
	}
	err = cloud.UpdateAccount(testMember, func(a *Account) { a.Roles[0].AttachedPolicies = nil })
	if err != nil {
		t.Fatal(err)
	}
	client := csClient(t, server, k, true)
	for _, want := range []string{"SessionPolicy", "ControlPolicy"} {
		_, err = client.DescribeClusterDetail(tea.String(clusterID("one")))
		if refused := wantCode(t, err, http.StatusForbidden, "Forbidden.RAM"); !strings.Contains(refused.data, want) {
			t.Errorf("%s, want %s", refused.data, want)
		}
		if err := cloud.SetControlPolicies([]ControlPolicy{statement("A", "Deny", "*", testMember)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := cloud.SetControlPolicies(nil); err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeClusterDetail(tea.String(clusterID("one")))
	if refused := wantCode(t, err, http.StatusForbidden, "Forbidden.RAM"); !strings.Contains(refused.data, "SessionPolicy") {
		t.Errorf("after the control policies are gone: %s", refused.data)
	}
}

func TestSetControlPoliciesRefuses(t *testing.T) {
	s := testScenario()
	s.ResourceDirectory.ControlPolicies = []ControlPolicy{statement("A", "Deny", "cs:*", "fd-outer")}
	cloud, server := startCloud(t, s)
	for _, bad := range [][]ControlPolicy{
		{statement("B", "Deny", "*", "fd-nowhere")},
		{statement("B", "Deny", "*", testManagement)},
		{statement("B", "Deny", "*", testOther)},
		{statement("B", "Deny", "*")},
		{statement("B b", "Deny", "*", "fd-outer")},
		{{PolicyName: "B", Targets: []string{"fd-outer"}}},
		{statement("B", "Deny", "cs:*", "fd-outer"), statement("B", "Deny", "cs:*", "fd-inner")},
	} {
		if err := cloud.SetControlPolicies(bad); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	_, err := csClient(t, server, keyOf("FAKELOCAL"), true).DescribeClusterDetail(tea.String(clusterID("one")))
	wantCode(t, err, http.StatusForbidden, "Forbidden.RAM")
	s.ResourceDirectory = nil
	for i := range s.Accounts {
		s.Accounts[i].FolderID = ""
	}
	alone, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if alone.SetControlPolicies(nil) == nil {
		t.Error("control policies without a directory were accepted")
	}
}
