package simulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	"github.com/alibabacloud-go/tea/tea"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

func TestAssumeRoleRefusals(t *testing.T) {
	s := testScenario()
	s.Accounts[1].Roles[0].ExternalID = "contract-7"
	_, server := startCloud(t, s)
	long := strings.Repeat("x", 2049)
	for _, c := range []struct {
		name, key, account string
		extra              params
		status             int
		code               string
	}{
		{"role does not trust the caller", "FAKEADMIN", testDenied, nil, 403, "NoPermission"},
		{"no such role", "FAKEADMIN", testOther, nil, 404, "EntityNotExist.Role"},
		{"no such account", "FAKEADMIN", "100000000000099", nil, 404, "EntityNotExist.Role"},
		{"external id missing", "FAKEADMIN", testMember, nil, 403, "NoPermission"},
		{"external id wrong", "FAKEADMIN", testMember, params{"ExternalId": "contract-8"}, 403, "NoPermission"},
		{"caller lacks sts:AssumeRole", "FAKEREADER", testMember, params{"ExternalId": "contract-7"}, 403, "NoPermission"},
		{"root key", "FAKEROOT", testMember, params{"ExternalId": "contract-7"}, 403, "NoPermission"},
		{"session name", "FAKEADMIN", testMember, params{"RoleSessionName": "a b"}, 400, "InvalidParameter.RoleSessionName"},
		{"role arn", "FAKEADMIN", testMember, params{"RoleArn": "role"}, 400, "InvalidParameter.RoleArn"},
		{"too short", "FAKEADMIN", testMember, params{"ExternalId": "contract-7", "DurationSeconds": "899"}, 400, "InvalidParameter.DurationSeconds"},
		{"too long", "FAKEADMIN", testMember, params{"ExternalId": "contract-7", "DurationSeconds": "3601"}, 400, "InvalidParameter.DurationSeconds"},
		{"no number", "FAKEADMIN", testMember, params{"DurationSeconds": "1h"}, 400, "InvalidParameter.DurationSeconds"},
		{"policy size", "FAKEADMIN", testMember, params{"Policy": long}, 400, "InvalidParameter.PolicySize"},
		{"policy grammar", "FAKEADMIN", testMember, params{"Policy": `{"Statement":[]}`}, 400, "InvalidParameter.PolicyGrammar"},
		{"external id form", "FAKEADMIN", testMember, params{"ExternalId": "x"}, 400, "InvalidParameter.ExternalId"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := assume(t, server, keyOf(c.key), c.account, c.extra)
			wantCode(t, err, c.status, c.code)
		})
	}
	if _, err := assume(t, server, keyOf("FAKEADMIN"), testMember, params{"ExternalId": "contract-7"}); err != nil {
		t.Error(err)
	}
}

func TestDenialSaysWhatWasDenied(t *testing.T) {
	_, server := startCloud(t, testScenario())
	_, err := assume(t, server, keyOf("FAKEREADER"), testMember, nil)
	sdk := wantCode(t, err, http.StatusForbidden, "NoPermission")
	if got := fmt.Sprint(sdk.detail["AuthAction"], sdk.detail["NoPermissionType"], sdk.detail["PolicyType"]); got != "sts:AssumeRole"+"ImplicitDeny"+"AccountLevelIdentityBasedPolicy" {
		t.Errorf("AccessDeniedDetail is %v", sdk.detail)
	}
	_, err = assume(t, server, keyOf("FAKEADMIN"), testDenied, nil)
	if sdk := wantCode(t, err, http.StatusForbidden, "NoPermission"); fmt.Sprint(sdk.detail["NoPermissionType"], sdk.detail["PolicyType"]) != "ImplicitDeny"+"AssumeRolePolicy" {
		t.Errorf("the trust policy refuses with %v", sdk.detail)
	}
}

func TestCallerIdentity(t *testing.T) {
	_, server := startCloud(t, testScenario())
	for arn, k := range map[string]credentials{
		"acs:ram::" + testManagement + ":root":                   {id: "FAKEROOT", secret: "FAKEROOT-secret"},
		"acs:ram::" + testManagement + ":user/reader":            keyOf("FAKEREADER"),
		"acs:ram::" + testMember + ":role/" + testRole + "/test": mustAssume(t, server),
		"acs:ram::" + testMember + ":user/looker":                keyOf("FAKELOOKER"),
	} {
		body, err := rpc(t, server, k, "2015-04-01", "GetCallerIdentity", nil)
		if err != nil {
			t.Fatal(err)
		}
		kind := map[bool]string{true: "AssumedRoleUser", false: "RAMUser"}[strings.Contains(arn, ":role/")]
		if strings.HasSuffix(arn, ":root") {
			kind = "Account"
		}
		if body["Arn"] != arn || body["IdentityType"] != kind || body["AccountId"] != strings.Split(arn, ":")[3] {
			t.Errorf("identity %v, want %s %s", body, kind, arn)
		}
	}
}

func TestSessionPolicyNarrows(t *testing.T) {
	_, server := startCloud(t, testScenario())
	k, err := assume(t, server, keyOf("FAKEADMIN"), testMember, params{
		"Policy": `{"Version":"1","Statement":[{"Effect":"Allow","Action":"cs:DescribeClusterDetail","Resource":"acs:cs:*:*:cluster/` + clusterID("one") + `"}]}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	client := csClient(t, server, k, true)
	if _, err := client.DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
		t.Error(err)
	}
	_, err = client.DescribeClusterDetail(tea.String(clusterID("two")))
	wantCode(t, err, http.StatusForbidden, "Forbidden.RAM")
	_, err = client.DescribeClusterNodePools(tea.String(clusterID("one")))
	if sdk := wantCode(t, err, http.StatusForbidden, "Forbidden.RAM"); !strings.Contains(sdk.data, `"NoPermissionType":"ImplicitDeny","PolicyType":"SessionPolicy"`) {
		t.Error(sdk.data)
	}
}

// The global list needs two permissions, and the answer names the one that is missing.
func TestGlobalListNeedsTwoActions(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	k := mustAssume(t, server)
	for _, missing := range []string{"cs:DescribeClustersV1", "cs:GetClusters"} {
		err := cloud.UpdateAccount(testMember, func(a *Account) {
			a.Roles[0].Policies = []rampolicy.Document{{Statement: []rampolicy.Statement{{
				Effect: "Deny", Action: rampolicy.Strings{missing}, Resource: rampolicy.Strings{"*"},
			}}}}
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = csClient(t, server, k, true).DescribeClustersV1(&cs.DescribeClustersV1Request{})
		wantCode(t, err, http.StatusForbidden, "Forbidden.RAM")
		if !strings.Contains(err.Error(), "Action: "+missing) {
			t.Errorf("without %s: %s", missing, err)
		}
	}
}

func TestDenyBeatsAllow(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	k := mustAssume(t, server)
	err := cloud.UpdateAccount(testMember, func(a *Account) {
		a.Roles[0].Policies = []rampolicy.Document{{Statement: []rampolicy.Statement{{
			Effect: "Deny", Action: rampolicy.Strings{"cs:DescribeCluster*"}, Resource: rampolicy.Strings{"acs:cs:cn-hangzhou:*:cluster/*"},
		}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	client := csClient(t, server, k, true)
	_, err = client.DescribeClusterDetail(tea.String(clusterID("one")))
	wantCode(t, err, http.StatusForbidden, "Forbidden.RAM")
	if _, err := client.DescribeClusterDetail(tea.String(clusterID("three"))); err != nil {
		t.Error(err)
	}
	if err := cloud.UpdateAccount(testMember, func(a *Account) { a.Roles = nil }); err != nil {
		t.Fatal(err)
	}
	_, err = client.DescribeClusterDetail(tea.String(clusterID("three")))
	wantCode(t, err, http.StatusForbidden, "NoPermission")
	if err := cloud.UpdateAccount(testMember, func(a *Account) { a.Users[0].AttachedPolicies = []string{"Nonsense"} }); err == nil {
		t.Error("an unknown system policy was accepted")
	}
}

// directory calls the older or newer twin.
func directory(t *testing.T, s *Server, key, version, action string, query params) (object, error) {
	t.Helper()
	return rpcAs(t, s, keyOf(key), true, version, action, query)
}

func accountIDs(body object) []string {
	ids := []string{}
	for _, a := range body.object("Accounts").list("Account") {
		ids = append(ids, a.text("AccountId"))
	}
	return ids
}

func manyMembers(n int) *Scenario {
	s := testScenario()
	for i := range n {
		s.Accounts = append(s.Accounts, Account{AccountID: fmt.Sprintf("2%011d", i), FolderID: "fd-outer", Status: new("CreateSuccess")})
	}
	return s
}

func TestListAccountsPages(t *testing.T) {
	_, server := startCloud(t, manyMembers(23))
	whole, err := directory(t, server, "FAKEADMIN", version2022, "ListAccounts", params{"PageSize": "100"})
	if err != nil {
		t.Fatal(err)
	}
	all := accountIDs(whole)
	if len(all) != 25 || slices.Contains(all, testManagement) || slices.Contains(all, testOther) {
		t.Fatalf("accounts %v", all)
	}
	for size := 1; size <= 26; size++ {
		byPage, byToken, query := []string{}, []string{}, params{"MaxResults": strconv.Itoa(size)}
		for number := 1; len(byPage) < len(all); number++ {
			body, err := directory(t, server, "FAKEADMIN", "2020-03-31", "ListAccounts", params{"PageSize": strconv.Itoa(size), "PageNumber": strconv.Itoa(number)})
			if err != nil {
				t.Fatal(err)
			}
			byPage = append(byPage, accountIDs(body)...)
		}
		for {
			body, err := directory(t, server, "FAKEADMIN", version2022, "ListAccounts", query)
			if err != nil {
				t.Fatal(err)
			}
			byToken = append(byToken, accountIDs(body)...)
			next := body.text("NextToken")
			if next == "" {
				break
			}
			query["NextToken"] = next
		}
		if !slices.Equal(byPage, all) || !slices.Equal(byToken, all) {
			t.Fatalf("page size %d: %v and %v, want %v", size, byPage, byToken, all)
		}
	}
}

func TestDirectoryRefusals(t *testing.T) {
	unexpected := []string{}
	now := &clock{now: time.Now().Add(-14 * time.Minute)}
	s := manyMembers(5)
	s.ResourceDirectory.DelegatedAdministrators = []DelegatedAdministrator{{AccountID: testMember, ServicePrincipal: "config.aliyuncs.com"}}
	_, server := startCloud(t, s, expectUnexpected(&unexpected), withClock(now))
	first, err := directory(t, server, "FAKEADMIN", version2022, "ListAccounts", params{"MaxResults": "2"})
	if err != nil {
		t.Fatal(err)
	}
	token := first.text("NextToken")
	for _, c := range []struct {
		name, key, version, action string
		query                      params
		status                     int
		code                       string
	}{
		{"page size", "FAKEADMIN", version2022, "ListAccounts", params{"PageSize": "101"}, 400, "InvalidParameter.PageSize"},
		{"page number", "FAKEADMIN", version2022, "ListAccounts", params{"PageNumber": "0"}, 400, "InvalidParameter.PageNumber"},
		{"old version has no tokens", "FAKEADMIN", "2020-03-31", "ListAccounts", params{"MaxResults": "2"}, 400, codeUnknownParameter},
		{"typo", "FAKEADMIN", version2022, "ListAccounts", params{"PageSise": "2"}, 400, codeUnknownParameter},
		{"empty", "FAKEADMIN", version2022, "ListAccounts", params{"QueryKeyword": ""}, 400, codeUnknownParameter},
		{"boolean", "FAKEADMIN", version2022, "ListAccounts", params{"IncludeTags": "yes"}, 400, "InvalidParameter.IncludeTags"},
		{"unknown action", "FAKEADMIN", version2022, "ListAccountz", nil, 501, codeNotSimulated},
		{"unknown version", "FAKEADMIN", "2018-08-08", "ListConfigRules", nil, 501, codeNotSimulated},
		{"missing parameter", "FAKEADMIN", version2022, "GetAccount", nil, 400, "MissingAccountId"},
		{"no such account", "FAKEADMIN", version2022, "GetAccount", params{"AccountId": testOther}, 404, "EntityNotExists.Account"},
		{"no such folder", "FAKEADMIN", version2022, "ListFoldersForParent", params{"ParentFolderId": "fd-none"}, 404, "EntityNotExists.Folder"},
		{"made-up token", "FAKEADMIN", version2022, "ListAccounts", params{"MaxResults": "2", "NextToken": "AAAA"}, 400, "InvalidParameter.NextToken"},
		{"token of another filter", "FAKEADMIN", version2022, "ListAccounts", params{"NextToken": token, "QueryKeyword": "x"}, 400, "InvalidParameter.NextToken"},
		{"token of another caller", "FAKELOCAL", version2022, "ListAccounts", params{"NextToken": token}, 400, "InvalidParameter.NextToken"},
		{"no permission", "FAKELOOKER", version2022, "ListAccounts", nil, 403, "NoPermission"},
		{"outside the directory", "FAKESTRANGER", version2022, "ListAccounts", nil, 404, "EntityNotExists.ResourceDirectory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := directory(t, server, c.key, c.version, c.action, c.query)
			wantCode(t, err, c.status, c.code)
		})
	}
	if len(unexpected) != 5 || !strings.Contains(unexpected[1], "did you mean PageSize?") {
		t.Errorf("unexpected requests: %q", unexpected)
	}
	if _, err := directory(t, server, "FAKEREADER", version2022, "ListAccounts", params{"NextToken": token}); err != nil {
		t.Errorf("the token serves the whole account: %v", err)
	}
}

// TestTokens: a page token cannot be forged and does not live forever.
func TestTokens(t *testing.T) {
	cloud, err := New(testScenario(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	read := func(token string, later time.Duration) bool {
		last, ok := (&call{Cloud: cloud, time: start.Add(later)}).readToken(token, "List", "1", url.Values{})
		return ok && last == "x"
	}
	token := (&call{Cloud: cloud, time: start}).makeToken("List", "1", url.Values{}, "x")
	if !read(token, 0) || !read(token, tokenLife-time.Second) || read(token, tokenLife) {
		t.Error("the token does not live for its time")
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	forged := base64.RawURLEncoding.EncodeToString(append(make([]byte, 32), raw[32:]...))
	if read(forged, 0) || read("", 0) || read("!", 0) {
		t.Error("a forged token was accepted")
	}
}

func TestMembersMayNotReadTheDirectory(t *testing.T) {
	_, server := startCloud(t, testScenario())
	_, err := directory(t, server, "FAKELOCAL", version2022, "ListAccounts", nil)
	wantCode(t, err, http.StatusForbidden, "NoPermission")
}

func TestDirectoryObjects(t *testing.T) {
	s := testScenario()
	s.Accounts[2].DeletionStatus = new("Deleting")
	_, server := startCloud(t, s)
	get := func(action string, query params) object {
		t.Helper()
		body, err := directory(t, server, "FAKEADMIN", version2022, action, query)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	members := get("ListAccounts", nil).object("Accounts").list("Account")
	member, doomed := members[0], members[1]
	if _, tags := member["Tags"]; tags || member["ResourceDirectoryPath"] != "rd-test01/r-test01/fd-outer/fd-inner/"+testMember || doomed["DeletionStatus"] != "Deleting" {
		t.Errorf("members %v", members)
	}
	tagged := get("ListAccounts", params{"IncludeTags": "true", "Tag.1.Key": "env", "Tag.1.Value": "prod"}).object("Accounts").list("Account")
	if len(tagged) != 1 || fmt.Sprint(tagged[0]["Tags"]) != "map[Tag:[map[Key:env Value:prod]]]" {
		t.Errorf("tagged %v", tagged)
	}
	account := get("GetAccount", params{"AccountId": testMember, "IncludeTags": "true"}).object("Account")
	if fmt.Sprint(account["Tags"]) != "[map[Key:env Value:prod]]" {
		t.Errorf("account %v", account)
	}
	if ids := accountIDs(get("ListAccountsForParent", nil)); !slices.Equal(ids, []string{testDenied}) {
		t.Errorf("children of the root folder: %v", ids)
	}
	if got := fmt.Sprint(get("ListFoldersForParent", params{"ParentFolderId": "fd-outer"})["Folders"]); got != "map[Folder:[map[FolderId:fd-inner FolderName:Inner]]]" {
		t.Errorf("folders %s", got)
	}
	if got := fmt.Sprint(get("ListAncestors", params{"ChildId": "fd-inner"})["Folders"]); got != "map[Folder:[map[FolderId:r-test01 FolderName:root] map[FolderId:fd-outer FolderName:Outer]]]" {
		t.Errorf("ancestors %s", got)
	}
	if got := fmt.Sprint(get("GetResourceDirectory", nil)["ResourceDirectory"]); !strings.Contains(got, "MasterAccountId:"+testManagement+" MasterAccountName:management") {
		t.Errorf("directory %s", got)
	}
	if got := fmt.Sprint(get("GetFolder", params{"FolderId": "fd-inner"})["Folder"]); !strings.Contains(got, "ParentFolderId:fd-outer") {
		t.Errorf("folder %s", got)
	}
}
