package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

// configCaller calls Cloud Config as one identity.
type configCaller struct {
	t *testing.T
	s *Server
	k credentials
}

func (c configCaller) try(action string, p params) (object, error) {
	c.t.Helper()
	result, err := rpc(c.t, c.s, c.k, "2020-09-07", action, p)
	if err != nil {
		return nil, err
	}
	// The SDK keeps numbers as text.
	text, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	plain := object{}
	return plain, json.Unmarshal(text, &plain)
}

func (c configCaller) do(action string, p params) object {
	c.t.Helper()
	result, err := c.try(action, p)
	if err != nil {
		c.t.Fatalf("%s: %v", action, err)
	}
	return result
}

func (c configCaller) refused(status int, code, action string, p params) {
	c.t.Helper()
	_, err := c.try(action, p)
	if err == nil {
		c.t.Fatalf("%s %v: no error, want %s", action, p, code)
	}
	wantCode(c.t, err, status, code)
}

func startConfig(t *testing.T, s *Scenario, options ...func(*Options)) (c *Cloud, admin, local configCaller) {
	t.Helper()
	cloud, server := startCloud(t, s, options...)
	return cloud, configCaller{t, server, keyOf("FAKEADMIN")}, configCaller{t, server, keyOf("FAKELOCAL")}
}

func plus(p params, name, v string) params {
	all := params{name: v}
	for key, value := range p {
		if key != name {
			all[key] = value
		}
	}
	return all
}

func TestRecorder(t *testing.T) {
	s := configScenario()
	s.Behaviour.ConfigTaskDuration = "1m"
	s.Accounts[1].CloudConfig = nil
	now := &clock{now: time.Now()}
	_, admin, local := startConfig(t, s, withClock(now))
	for _, action := range []string{"GetConfigurationRecorder", "StopConfigurationRecorder", "ListConfigRules", "ListManagedRules"} {
		local.refused(http.StatusNotFound, "AccountNotExisted", action, nil)
	}
	status := func(action string) string {
		t.Helper()
		return local.do(action, nil).object("ConfigurationRecorder").text("ConfigurationRecorderStatus")
	}
	if got := status("StartConfigurationRecorder"); got != "BUILDING" {
		t.Error(got)
	}
	now.Advance(time.Minute)
	if got := status("GetConfigurationRecorder"); got != "REGISTERED" {
		t.Error(got)
	}
	changed := local.do("UpdateConfigurationRecorder", params{"ResourceTypes": "ACS::ECS::Instance"}).object("ConfigurationRecorder")
	if fmt.Sprint(changed["ResourceTypes"]) != "[ACS::ECS::Instance]" || changed.text("ConfigurationRecorderStatus") != "REBUILDING" {
		t.Error(changed)
	}
	local.refused(http.StatusBadRequest, "Invalid.ResourceTypes.Value", "UpdateConfigurationRecorder", params{"ResourceTypes": "cluster"})
	member := func() object {
		t.Helper()
		for _, m := range admin.do("GetAggregator", params{"AggregatorId": "ca-all"}).object("Aggregator").list("AggregatorAccounts") {
			if strconv.FormatFloat(m["AccountId"].(float64), 'f', 0, 64) == testMember {
				return m
			}
		}
		return nil
	}
	if got := member().text("RecorderStatus"); got != "REBUILDING" {
		t.Error(got)
	}
	local.do("CreateConfigRule", ruleParams("ack-cluster-rrsa-enabled", nil))
	local.do("StopConfigurationRecorder", nil)
	local.refused(http.StatusNotFound, "AccountNotExisted", "GetConfigurationRecorder", nil)
	if got := member().text("RecorderStatus"); got != "REGISTRABLE" {
		t.Error(got)
	}
	local.do("StartConfigurationRecorder", nil)
	if rules := local.do("ListConfigRules", nil).object("ConfigRules"); rules["TotalCount"] != 0.0 {
		t.Error("rules outlived the recorder:", rules)
	}
}

func TestAggregators(t *testing.T) {
	s := configScenario()
	s.Behaviour.ConfigTaskDuration = "1m"
	now := &clock{now: time.Now()}
	cloud, admin, local := startConfig(t, s, withClock(now))
	for _, action := range []string{"CreateAggregator", "ListAggregators", "GetAggregator", "ListAggregateConfigRules"} {
		p := map[string]params{
			"CreateAggregator": {"AggregatorName": "a", "Description": "b"}, "ListAggregators": {"MaxResults": "10"},
		}[action]
		if p == nil {
			p = params{"AggregatorId": "ca-all"}
		}
		local.refused(http.StatusForbidden, "AggregatorMemberNoPermission", action, p)
	}
	admin.refused(http.StatusBadRequest, "Invalid.AggregatorId.Value", "GetAggregator", params{"AggregatorId": "ca-none"})
	account := func(id string) string { return `{"AccountId":` + id + `,"AccountType":"ResourceDirectory"}` }
	for accounts, code := range map[string]string{
		"[]": "Invalid.AggregatorAccounts.Value", "[" + account(testOther) + "]": "Invalid.AggregatorAccounts.Value",
		"[" + account(testMember) + "," + account(testMember) + "]": "Invalid.AggregatorAccounts.Value", "{": "Invalid.AggregatorAccounts.Value",
	} {
		admin.refused(http.StatusBadRequest, code, "CreateAggregator", params{"AggregatorName": "a", "Description": "b", "AggregatorAccounts": accounts})
	}
	admin.refused(http.StatusBadRequest, "Invalid.FolderId.Value", "CreateAggregator", params{"AggregatorName": "a", "Description": "b", "AggregatorType": "FOLDER"})
	admin.refused(http.StatusBadRequest, "ExceedMaxAggregatorCount", "CreateAggregator", params{"AggregatorName": "a", "Description": "b", "AggregatorType": "RD"})
	folder := params{"AggregatorName": "folder", "Description": "b", "AggregatorType": "FOLDER", "FolderId": "fd-outer", "ClientToken": "once"}
	id := admin.do("CreateAggregator", folder).text("AggregatorId")
	if again := admin.do("CreateAggregator", folder).text("AggregatorId"); again != id {
		t.Errorf("the ClientToken made %s and %s", id, again)
	}
	get := func() object {
		t.Helper()
		return admin.do("GetAggregator", params{"AggregatorId": id}).object("Aggregator")
	}
	if g := get(); g["AggregatorStatus"] != 0.0 || g["AggregatorAccountCount"] != 1.0 || g.text("AggregatorCreateTimestamp") == "" {
		t.Error(g)
	}
	now.Advance(time.Minute)
	if g := get(); g["AggregatorStatus"] != 1.0 {
		t.Error(g)
	}
	admin.do("UpdateAggregator", params{"AggregatorId": id, "FolderId": "r-test01", "Description": "other"})
	if g := get(); g["AggregatorAccountCount"] != 2.0 || g.text("Description") != "other" || g.text("AggregatorName") != "folder" {
		t.Error(g)
	}
	names, filter := []string{}, params{"MaxResults": "1"}
	for range 3 {
		result := admin.do("ListAggregators", filter).object("AggregatorsResult")
		for _, g := range result.list("Aggregators") {
			names = append(names, g.text("AggregatorName"))
		}
		token := result.text("NextToken")
		if token == "" {
			break
		}
		filter = plus(filter, "NextToken", token)
	}
	if !slices.Equal(names, []string{"all", "folder"}) {
		t.Error(names)
	}
	admin.refused(http.StatusBadRequest, "Invalid.NextToken.Value", "ListAggregators", params{"MaxResults": "1", "NextToken": "x"})
	admin.do("CreateAggregateConfigRule", plus(ruleParams("ack-cluster-rrsa-enabled", nil), "AggregatorId", id))
	admin.refused(http.StatusBadRequest, "Invalid.AggregatorIds.Empty", "DeleteAggregators", nil)
	items := admin.do("DeleteAggregators", params{"AggregatorIds": id + ",ca-none"}).object("OperateAggregatorsResult").list("OperateAggregators")
	if items[0]["Success"] != true || items[1]["Success"] != false || items[1].text("ErrorCode") == "" {
		t.Error(items)
	}
	admin.refused(http.StatusBadRequest, "Invalid.AggregatorId.Value", "ListAggregateConfigRules", params{"AggregatorId": id})
	if rules := cloud.ConfigRules(); len(rules) != 0 {
		t.Error("rules outlived their group:", rules)
	}
}

// TestDelegatedAdministrator: one of Cloud Config has groups of its own, one of another service has none.
func TestDelegatedAdministrator(t *testing.T) {
	for service, allowed := range map[string]bool{"config.aliyuncs.com": true, "sas.aliyuncs.com": false} {
		s := configScenario()
		s.ResourceDirectory.DelegatedAdministrators = []DelegatedAdministrator{{AccountID: testMember, ServicePrincipal: service}}
		_, _, local := startConfig(t, s)
		_, err := local.try("CreateAggregator", params{"AggregatorName": "a", "Description": "b", "AggregatorType": "RD"})
		if (err == nil) != allowed {
			t.Errorf("%s: %v", service, err)
		}
		if allowed {
			local.refused(http.StatusBadRequest, "Invalid.AggregatorId.Value", "GetAggregator", params{"AggregatorId": "ca-all"})
		}
	}
}

func TestConfigRules(t *testing.T) {
	s := configScenario()
	s.Behaviour.ConfigTaskDuration = "1m"
	now := &clock{now: time.Now()}
	cloud, admin, local := startConfig(t, s, withClock(now))
	const identifier = "ack-cluster-rrsa-enabled"
	for name, bad := range map[string]params{
		"Invalid.SourceIdentifier.Value":          {"SourceIdentifier": "ack-none"},
		"Invalid.ConfigRuleTriggerTypes.Value":    {"ConfigRuleTriggerTypes": "Sometimes"},
		"Invalid.MaximumExecutionFrequency.Value": {"ConfigRuleTriggerTypes": triggerScheduled},
		"Invalid.ResourceTypesScope.Value":        {"ResourceTypesScope": "cluster"},
		"Invalid.InputParameters.Value":           {"InputParameters": `{"a":"b"}`},
		"InvalidParameter.RiskLevel":              {"RiskLevel": "4"},
		"MissingSourceOwner":                      {"SourceOwner": ""},
		"Invalid.Tag.Value":                       {"Tag": "x"},
	} {
		local.refused(http.StatusBadRequest, name, "CreateConfigRule", ruleParams(identifier, bad))
	}
	create := ruleParams(identifier, params{"Description": "text", "ClientToken": "once", "Tag": `[{"Key":"k","Value":"v"}]`, "TagsScope.1.TagKey": "a", "TagsScope.2.TagKey": "b"})
	id := local.do("CreateConfigRule", create).text("ConfigRuleId")
	if again := local.do("CreateConfigRule", create).text("ConfigRuleId"); again != id {
		t.Errorf("the ClientToken made %s and %s", id, again)
	}
	local.refused(http.StatusBadRequest, "ConfigRuleExists", "CreateConfigRule", ruleParams(identifier, nil))
	get := func() object {
		t.Helper()
		return local.do("GetConfigRule", params{"ConfigRuleId": id}).object("ConfigRule")
	}
	rule := get()
	for name, want := range map[string]string{
		"ConfigRuleState": "ACTIVE", "Description": "text", "ResourceTypesScope": "ACS::ACK::Cluster", "ConfigRuleTriggerTypes": triggerChange,
		"ConfigRuleArn": "acs:config::" + testMember + ":rule/" + id,
	} {
		if rule.text(name) != want {
			t.Errorf("%s is %q, want %q", name, rule.text(name), want)
		}
	}
	if rule.object("Source").text("Identifier") != identifier || rule["SourceIdentifier"] != nil || len(rule.list("TagsScope")) != 2 || rule.list("Tags")[0].text("TagKey") != "k" {
		t.Error(rule)
	}
	local.do("UpdateConfigRule", params{"ConfigRuleId": id, "ConfigRuleName": "renamed", "Description": "", "RiskLevel": "3", "ConfigRuleTriggerTypes": triggerChange})
	if rule = get(); rule.text("ConfigRuleName") != "renamed" || rule["Description"] != nil || rule["RiskLevel"] != 3.0 || len(rule.list("TagsScope")) != 2 {
		t.Error(rule)
	}
	local.refused(http.StatusBadRequest, "Invalid.ConfigRuleTriggerTypes.Value", "UpdateConfigRule",
		params{"ConfigRuleId": id, "ConfigRuleTriggerTypes": triggerScheduled, "MaximumExecutionFrequency": "One_Hour"})
	other := local.do("CreateConfigRule", ruleParams("ack-cluster-spec-check", params{"RiskLevel": "2"})).text("ConfigRuleId")
	local.refused(http.StatusBadRequest, "ConfigRuleExists", "UpdateConfigRule", params{"ConfigRuleId": other, "ConfigRuleName": "renamed"})
	for filter, want := range map[string]int{
		"RiskLevel=3": 1, "Keyword=RENAMED": 1, "ConfigRuleName=rename": 0, "ConfigRuleState=INACTIVE": 0, "ResourceTypes=ACS::ECS::Instance": 0,
		"ResourceTypes=ACS::ACK::Cluster": 2, "ComplianceType=COMPLIANT": 0, `Tag=[{"Key":"k","Value":"v"}]`: 1, `Tag=[{"Key":"k","Value":"w"}]`: 0,
	} {
		name, v, _ := strings.Cut(filter, "=")
		if got := local.do("ListConfigRules", params{name: v}).object("ConfigRules"); got["TotalCount"] != float64(want) {
			t.Errorf("%s: %v, want %d", filter, got["TotalCount"], want)
		}
	}
	page := local.do("ListConfigRules", params{"PageNumber": "2", "PageSize": "1"}).object("ConfigRules")
	if list := page.list("ConfigRuleList"); len(list) != 1 || list[0].text("SourceIdentifier") != "ack-cluster-spec-check" {
		t.Error(page)
	}
	operate := func(action, ids string) []object {
		t.Helper()
		return local.do(action, params{"ConfigRuleIds": ids}).object("OperateRuleResult").list("OperateRuleItemList")
	}
	if items := operate("DeactiveConfigRules", id+",cr-none"); items[0]["Success"] != true || items[1].text("ErrorCode") != "ConfigRuleNotExists" || get().text("ConfigRuleState") != "INACTIVE" {
		t.Error(items, get())
	}
	local.refused(http.StatusBadRequest, "ConfigRuleStatusError", "StartConfigRuleEvaluation", params{"ConfigRuleId": id})
	if operate("ActiveConfigRules", id); get().text("ConfigRuleState") != "ACTIVE" {
		t.Error(get())
	}
	if operate("DeleteConfigRules", id); get().text("ConfigRuleState") != "DELETING" {
		t.Error(get())
	}
	now.Advance(time.Minute)
	local.refused(http.StatusBadRequest, "ConfigRuleNotExists", "GetConfigRule", params{"ConfigRuleId": id})
	local.refused(http.StatusBadRequest, "Invalid.ConfigRuleId.Value", "GetConfigRule", params{"ConfigRuleId": "x"})
	// Accounts and groups do not see one another's rules.
	admin.refused(http.StatusBadRequest, "ConfigRuleNotExists", "GetConfigRule", params{"ConfigRuleId": other})
	admin.refused(http.StatusBadRequest, "ConfigRuleNotExists", "GetAggregateConfigRule", params{"ConfigRuleId": other, "AggregatorId": "ca-all"})
	if err := cloud.UpdateConfigRule(other, func(r *ConfigRule) { r.Description = "drift" }); err != nil {
		t.Error(err)
	}
	if got := local.do("GetConfigRule", params{"ConfigRuleId": other}).object("ConfigRule").text("Description"); got != "drift" {
		t.Error(got)
	}
	if err := cloud.DeleteConfigRule(other); err != nil {
		t.Error(err)
	}
	local.refused(http.StatusBadRequest, "ConfigRuleNotExists", "GetConfigRule", params{"ConfigRuleId": other})
	for i := range maxRules {
		local.do("CreateConfigRule", ruleParams("ack-cluster-spec-check", params{"ConfigRuleName": strconv.Itoa(i)}))
	}
	local.refused(http.StatusBadRequest, "ExceedMaxRuleCount", "CreateConfigRule", ruleParams("ack-cluster-spec-check", nil))
}

// TestAggregateScopes: scopes of folders are for global account groups only.
func TestAggregateScopes(t *testing.T) {
	_, admin, _ := startConfig(t, configScenario())
	custom := admin.do("CreateAggregator", params{
		"AggregatorName": "some", "Description": "text", "AggregatorAccounts": `[{"AccountId":` + testMember + `,"AccountType":"ResourceDirectory"}]`,
	}).text("AggregatorId")
	p := ruleParams("ack-cluster-rrsa-enabled", params{"FolderIdsScope": "fd-outer"})
	admin.refused(http.StatusBadRequest, "Invalid.FolderIdsScope.Value", "CreateAggregateConfigRule", plus(p, "AggregatorId", custom))
	id := admin.do("CreateAggregateConfigRule", plus(p, "AggregatorId", "ca-all")).text("ConfigRuleId")
	rule := admin.do("GetAggregateConfigRule", params{"AggregatorId": "ca-all", "ConfigRuleId": id}).object("ConfigRule")
	if rule.text("FolderIdsScope") != "fd-outer" || rule.object("CreateBy").text("AggregatorId") != "ca-all" {
		t.Error(rule)
	}
}

func TestManagedRules(t *testing.T) {
	s := configScenario()
	s.ConfigManagedRules = []ManagedRule{{Identifier: "ecs-new", ConfigRuleName: "New", RiskLevel: 2, MessageType: triggerChange, ResourceTypes: []string{"ACS::ECS::Instance"}}}
	_, _, local := startConfig(t, s)
	rule := local.do("GetManagedRule", params{"Identifier": "ack-cluster-public-endpoint-check"}).object("ManagedRule")
	if rule["RiskLevel"] != 1.0 || rule.list("SourceDetails")[0].text("MaximumExecutionFrequency") != "TwentyFour_Hours" {
		t.Error(rule)
	}
	local.refused(http.StatusBadRequest, "Invalid.Identifier.Value", "GetManagedRule", params{"Identifier": "ack-none"})
	total := func(p params) float64 {
		t.Helper()
		n, _ := local.do("ListManagedRules", p).object("ManagedRules")["TotalCount"].(float64)
		return n
	}
	if all, ack, high := total(nil), total(params{"ResourceTypes": "ACS::ACK::Cluster"}), total(params{"RiskLevel": "1", "Keyword": "TERWAY"}); all != 39 || ack != 38 || high != 0 {
		t.Error(all, ack, high)
	}
}

// TestConfigPermissions: the actions are RAM's.
func TestConfigPermissions(t *testing.T) {
	s := configScenario()
	s.Accounts[1].Users[1].AttachedPolicies = []string{"AliyunConfigReadOnlyAccess"}
	_, server := startCloud(t, s)
	looker := configCaller{t, server, keyOf("FAKELOOKER")}
	looker.do("ListConfigRules", nil)
	_, err := looker.try("CreateConfigRule", ruleParams("ack-cluster-rrsa-enabled", nil))
	if detail := wantCode(t, err, http.StatusForbidden, "NoPermission").detail; detail["AuthAction"] != "config:CreateConfigRule" {
		t.Error(detail)
	}
}

// TestConfigWithTheSDK: the vendor's own client, which sends GET where the API has it, and the true host name.
func TestConfigWithTheSDK(t *testing.T) {
	_, server := startCloud(t, configScenario())
	client, err := config.NewClient(keyOf("FAKELOCAL").config(server))
	if err != nil {
		t.Fatal(err)
	}
	created, err := client.CreateConfigRule(&config.CreateConfigRuleRequest{
		ConfigRuleName: new("rule"), SourceIdentifier: new("ack-cluster-public-endpoint-check"), SourceOwner: new("ALIYUN"), RiskLevel: new(int32(1)),
		ResourceTypesScope: []*string{new("ACS::ACK::Cluster")}, ConfigRuleTriggerTypes: new(triggerScheduled), MaximumExecutionFrequency: new("One_Hour"),
		Tag:       []*config.CreateConfigRuleRequestTag{{Key: new("a"), Value: new("b")}},
		TagsScope: []*config.CreateConfigRuleRequestTagsScope{{TagKey: new("a"), TagValue: new("b")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.GetConfigRule(&config.GetConfigRuleRequest{ConfigRuleId: created.Body.ConfigRuleId})
	if err != nil {
		t.Fatal(err)
	}
	if rule := got.Body.ConfigRule; tea.StringValue(rule.MaximumExecutionFrequency) != "One_Hour" || len(rule.TagsScope) != 1 || tea.StringValue(rule.Tags[0].TagKey) != "a" {
		t.Error(rule)
	}
}

func TestConfigHosts(t *testing.T) {
	for host, region := range map[string]string{"config.cn-shanghai.aliyuncs.com": "cn-shanghai", "config.ap-southeast-1.aliyuncs.com": "ap-southeast-1", "config.aliyuncs.com": ""} {
		r, err := http.NewRequest(http.MethodPost, "https://"+host+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("x-acs-action", "ListConfigRules")
		r.Header.Set("x-acs-version", "2020-09-07")
		if got, refused := route(r, nil, nil); refused != nil || got.product != ProductConfig || got.region != region {
			t.Errorf("%s: %+v %v", host, got, refused)
		}
	}
}
