package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

const (
	publicEndpoint = "ack-cluster-public-endpoint-check"
	deletionRule   = "ack-cluster-deletion-protection-enabled"
)

// configTwin calls the one or the other twin of a call.
type configTwin struct {
	configCaller
	group string
}

func (w configTwin) with(p params) params {
	if w.group == "" {
		return p
	}
	return plus(p, "AggregatorId", w.group)
}

// twin is the name of the twin of a call.
func (w configTwin) twin(action string) string {
	if w.group == "" {
		return action
	}
	verb := firstWord.FindString(action)
	return verb + "Aggregate" + strings.TrimPrefix(action, verb)
}

func (w configTwin) do(action string, p params) object {
	w.t.Helper()
	return w.configCaller.do(w.twin(action), w.with(p))
}

func (w configTwin) refused(status int, code, action string, p params) {
	w.t.Helper()
	w.configCaller.refused(status, code, w.twin(action), w.with(p))
}

func (w configTwin) create(name, rules string, more params) string {
	w.t.Helper()
	p := params{"CompliancePackName": name, "ConfigRules": rules}
	for key, v := range more {
		p[key] = v
	}
	return w.do("CreateCompliancePack", p).text("CompliancePackId")
}

func (w configTwin) get(id string) object {
	w.t.Helper()
	return w.do("GetCompliancePack", params{"CompliancePackId": id}).object("CompliancePack")
}

// names lists the rules of a pack.
func (w configTwin) names(id string) string {
	w.t.Helper()
	list := []string{}
	for _, r := range w.get(id).list("ConfigRules") {
		list = append(list, r.text("ConfigRuleName"))
	}
	return strings.Join(list, ",")
}

// rule is a rule as the API shows it.
func (w configTwin) rule(id string) object {
	w.t.Helper()
	return w.do("GetConfigRule", params{"ConfigRuleId": id}).object("ConfigRule")
}

// eachTwin runs a test on an account and on an account group.
func eachTwin(t *testing.T, run func(t *testing.T, cloud *Cloud, now *clock, w configTwin)) {
	t.Helper()
	for name, group := range map[string]string{"account": "", "group": "ca-all"} {
		t.Run(name, func(t *testing.T) {
			s := configScenario()
			s.Behaviour.ConfigTaskDuration = "1m"
			now := &clock{now: time.Now()}
			cloud, admin, local := startConfig(t, s, withClock(now))
			w := configTwin{local, group}
			if group != "" {
				w.configCaller = admin
			}
			run(t, cloud, now, w)
		})
	}
}

func TestPackLife(t *testing.T) {
	eachTwin(t, func(t *testing.T, cloud *Cloud, now *clock, w configTwin) {
		t.Helper()
		own := w.do("CreateConfigRule", ruleParams("ack-cluster-rrsa-enabled", params{"ConfigRuleName": "own"})).text("ConfigRuleId")
		create := params{
			"CompliancePackName": "baseline", "Description": "text", "RiskLevel": "3", "ClientToken": "once", "Tag": `[{"Key":"k","Value":"v"}]`,
			"RegionIdsScope": "cn-hangzhou", "TagsScope.1.TagKey": "a", "TagsScope.1.TagValue": "b",
			"ConfigRules": `[{"ManagedRuleIdentifier":"` + publicEndpoint + `","ConfigRuleName":"public","RiskLevel":1,"Description":"d"},
				{"ManagedRuleIdentifier":"` + deletionRule + `"},{"ConfigRuleId":"` + own + `"}]`,
		}
		id := w.do("CreateCompliancePack", create).text("CompliancePackId")
		if again := w.do("CreateCompliancePack", create).text("CompliancePackId"); again != id || !strings.HasPrefix(id, "cp-") {
			t.Errorf("the ClientToken made %s and %s", id, again)
		}
		pack := w.get(id)
		if pack.text("Status") != "CREATING" || pack.text("Description") != "text" || pack["RiskLevel"] != 3.0 || pack.list("Tags")[0].text("TagKey") != "k" ||
			pack.object("Scope").text("RegionIdsScope") != "cn-hangzhou" || pack.object("Scope").list("TagsScope")[0].text("TagValue") != "b" || (pack.text("AggregatorId") == "ca-all") != (w.group != "") {
			t.Error(pack)
		}
		rules := pack.list("ConfigRules")
		if names := w.names(id); names != "own,public,baseline-Enable release protection for ACK clusters" {
			t.Error(names)
		}
		if rules[1]["RiskLevel"] != 1.0 || rules[2]["RiskLevel"] != 3.0 || rules[1].text("ManagedRuleIdentifier") != publicEndpoint {
			t.Error(rules)
		}
		made := w.rule(rules[1].text("ConfigRuleId"))
		if by := made.object("CreateBy"); by.text("CompliancePackId") != id || by.text("CompliancePackName") != "baseline" || made.text("MaximumExecutionFrequency") != "TwentyFour_Hours" {
			t.Error(made)
		}
		change := params{"CompliancePackId": id, "Description": "", "CompliancePackName": "renamed"}
		w.refused(http.StatusBadRequest, "CompliancePackAlreadyPending", "UpdateCompliancePack", change)
		deleted := func(p params) object {
			t.Helper()
			return w.do("DeleteCompliancePacks", p).object("OperateCompliancePacksResult").list("OperateCompliancePacks")[0]
		}
		if item := deleted(params{"CompliancePackIds": id}); item["Success"] != false || item.text("ErrorCode") != "CompliancePackAlreadyPending" {
			t.Error(item)
		}
		total := func(action, list string, p params) any { t.Helper(); return w.do(action, p).object(list)["TotalCount"] }
		if n := total("ListCompliancePacks", "CompliancePacksResult", params{"Status": "CREATING"}); n != 1.0 {
			t.Error(n)
		}
		now.Advance(time.Minute)
		if w.get(id).text("Status") != "ACTIVE" {
			t.Error(w.get(id))
		}
		w.do("UpdateCompliancePack", change)
		if pack = w.get(id); pack["Description"] != nil || pack.text("CompliancePackName") != "renamed" || pack.text("Status") != "CREATING" || len(pack.list("ConfigRules")) != 3 {
			t.Error(pack)
		}
		now.Advance(time.Minute)

		// One rule changed, one added, two gone: the one that was made for the pack is deleted, the other is on its own again.
		w.do("UpdateCompliancePack", params{"CompliancePackId": id, "ConfigRules": `[{"ManagedRuleIdentifier":"` + publicEndpoint + `","RiskLevel":2},
			{"ManagedRuleIdentifier":"ack-cluster-spec-check","ConfigRuleName":"spec"}]`})
		after := w.get(id).list("ConfigRules")
		if w.names(id) != "public,spec" || after[0].text("ConfigRuleId") != rules[1].text("ConfigRuleId") || after[0]["RiskLevel"] != 2.0 || after[0].text("Description") != "d" {
			t.Error(after)
		}
		if gone := w.rule(rules[2].text("ConfigRuleId")); gone.text("ConfigRuleState") != "DELETING" {
			t.Error(gone)
		}
		if free := w.rule(own); free.object("CreateBy")["CompliancePackId"] != nil || free.text("ConfigRuleState") != "ACTIVE" {
			t.Error(free)
		}
		now.Advance(time.Minute)

		operate := func(action, ids string) []object {
			t.Helper()
			return w.do(action, params{"CompliancePackId": id, "ConfigRuleIds": ids}).object("OperateRuleResult").list("OperateRuleItemList")
		}
		if items := operate("AttachConfigRuleToCompliancePack", own+",cr-none"); items[0]["Success"] != true || items[1].text("ErrorCode") != "ConfigRuleNotExists" || w.names(id) != "own,public,spec" {
			t.Error(items, w.names(id))
		}
		if items := w.do("DeleteConfigRules", params{"ConfigRuleIds": own}).object("OperateRuleResult").list("OperateRuleItemList"); items[0].text("ErrorCode") != "ConfigRuleCanNotDelete" {
			t.Error(items)
		}
		other := w.create("other", `[{"ManagedRuleIdentifier":"ack-cluster-supported-version"}]`, nil)
		if items := w.do("AttachConfigRuleToCompliancePack", params{"CompliancePackId": other, "ConfigRuleIds": own}).object("OperateRuleResult").list("OperateRuleItemList"); items[0]["Success"] != false {
			t.Error("a rule is in two packs:", items)
		}
		spec := after[1].text("ConfigRuleId")
		if items := operate("DetachConfigRuleToCompliancePack", own+","+spec); items[0]["Success"] != true || items[1]["Success"] != true || w.names(id) != "public" {
			t.Error(items, w.names(id))
		}
		if items := operate("DetachConfigRuleToCompliancePack", own); items[0].text("ErrorCode") != "ConfigRuleNotExists" {
			t.Error(items)
		}
		w.do("AttachConfigRuleToCompliancePack", params{"CompliancePackId": id, "ConfigRuleIds": own})
		now.Advance(time.Minute)
		if item := deleted(params{"CompliancePackIds": id}); item["Success"] != true {
			t.Error(item)
		}
		w.refused(http.StatusBadRequest, "Invalid.CompliancePackId.Value", "GetCompliancePack", params{"CompliancePackId": id})
		if left := w.rule(own); left.object("CreateBy")["CompliancePackId"] != nil || left.text("ConfigRuleState") != "ACTIVE" {
			t.Error("a rule should outlive its pack:", left)
		}
		rule := w.get(other).list("ConfigRules")[0].text("ConfigRuleId")
		if item := deleted(params{"CompliancePackIds": other, "DeleteRule": "true"}); item["Success"] != true || w.rule(rule).text("ConfigRuleState") != "DELETING" {
			t.Error(item, w.rule(rule))
		}
		if item := deleted(params{"CompliancePackIds": other}); item.text("ErrorCode") != "Invalid.CompliancePackId.Value" {
			t.Error(item)
		}
		if left := cloud.ConfigPacks(); len(left) != 0 {
			t.Error(left)
		}
	})
}

// TestPackRules: what takes a CompliancePackId acts on the rules of the pack, and its scope bounds them.
func TestPackRules(t *testing.T) {
	eachTwin(t, func(t *testing.T, _ *Cloud, now *clock, w configTwin) {
		t.Helper()
		w.do("CreateConfigRule", ruleParams(deletionRule, nil))
		id := w.create("pack", `[{"ManagedRuleIdentifier":"`+publicEndpoint+`"},{"ManagedRuleIdentifier":"`+deletionRule+`"}]`, params{"RegionIdsScope": "cn-hangzhou"})
		results := func() (n, bad int) {
			t.Helper()
			list := w.do("ListConfigRuleEvaluationResults", params{"CompliancePackId": id, "MaxResults": "100"}).object("EvaluationResults").list("EvaluationResultList")
			for _, one := range list {
				if one.text("ComplianceType") == "NON_COMPLIANT" {
					bad++
				}
				if q := one.object("EvaluationResultIdentifier").object("EvaluationResultQualifier"); q.text("CompliancePackId") != id {
					t.Error(q)
				}
			}
			return len(list), bad
		}
		if n, bad := results(); n != 4 || bad != 1 {
			t.Error(n, bad)
		}
		whole := w.do("GetConfigRuleComplianceByPack", params{"CompliancePackId": id}).object("ConfigRuleComplianceResult")
		if list := whole.list("ConfigRuleCompliances"); whole["TotalCount"] != 2.0 || whole["NonCompliantCount"] != 1.0 || list[0].text("ComplianceType") != "NON_COMPLIANT" || list[1].text("ComplianceType") != "COMPLIANT" {
			t.Error(whole)
		}
		if rules := w.do("ListConfigRules", params{"CompliancePackId": id}).object("ConfigRules"); rules["TotalCount"] != 2.0 || rules.list("ConfigRuleList")[0].object("CreateBy").text("CompliancePackName") != "pack" {
			t.Error(rules)
		}
		states := func() string {
			t.Helper()
			list := []string{}
			for _, r := range w.do("ListConfigRules", nil).object("ConfigRules").list("ConfigRuleList") {
				list = append(list, r.text("ConfigRuleState"))
			}
			return strings.Join(list, ",")
		}
		w.do("DeactiveConfigRules", params{"CompliancePackId": id})
		if got := states(); got != "ACTIVE,INACTIVE,INACTIVE" {
			t.Error(got)
		}
		w.do("ActiveConfigRules", params{"CompliancePackId": id})
		if w.do("StartConfigRuleEvaluation", params{"CompliancePackId": id}); states() != "ACTIVE,ACTIVE,ACTIVE" {
			t.Error(states())
		}
		for _, action := range []string{"DeactiveConfigRules", "ActiveConfigRules", "StartConfigRuleEvaluation", "GetConfigRuleComplianceByPack", "UpdateCompliancePack"} {
			w.refused(http.StatusBadRequest, "Invalid.CompliancePackId.Value", action, params{"CompliancePackId": "cp-none"})
		}
		now.Advance(time.Minute)
		w.do("UpdateCompliancePack", params{"CompliancePackId": id, "RegionIdsScope": "cn-shanghai"})
		if n, _ := results(); n != 2 {
			t.Errorf("%d results after a change of the scope, want 2", n)
		}
		w.do("DetachConfigRuleToCompliancePack", params{"CompliancePackId": id, "ConfigRuleIds": w.get(id).list("ConfigRules")[0].text("ConfigRuleId")})
		if n, _ := results(); n != 1 {
			t.Errorf("%d results after a rule has left, want 1", n)
		}
	})
}

func TestPackErrors(t *testing.T) {
	eachTwin(t, func(t *testing.T, _ *Cloud, now *clock, w configTwin) {
		t.Helper()
		rules := `[{"ManagedRuleIdentifier":"` + deletionRule + `"}]`
		first := w.create("first", rules, nil)
		now.Advance(time.Minute)
		invalid := func(code string, p params) {
			t.Helper()
			w.refused(http.StatusBadRequest, code, "CreateCompliancePack", p)
		}
		invalid("CompliancePackExists", params{"CompliancePackName": "first", "ConfigRules": strings.Replace(rules, deletionRule, publicEndpoint, 1)})
		invalid("Invalid.ConfigRules.Empty", params{"CompliancePackName": "p"})
		invalid("Invalid.ConfigRules.Empty", params{"CompliancePackName": "p", "ConfigRules": "[]"})
		invalid("Invalid.CompliancePackTemplateId.Value", params{"CompliancePackName": "p", "ConfigRules": rules, "CompliancePackTemplateId": "ct-none"})
		inPack := w.get(first).list("ConfigRules")[0].text("ConfigRuleId")
		for _, bad := range []string{
			`[{"ManagedRuleIdentifier":"ack-none"}]`, `[{}]`, `[{"ConfigRuleId":"cr-none"}]`, `[{"ConfigRuleId":"` + inPack + `"}]`, `{`,
			`[{"ConfigRuleId":"cr-none","ManagedRuleIdentifier":"` + deletionRule + `"}]`, `[{"ManagedRuleIdentifier":"` + deletionRule + `","RiskLevel":4}]`,
			`[{"ManagedRuleIdentifier":"` + deletionRule + `","ConfigRuleParameters":[{"ParameterName":"a","ParameterValue":"b"}]}]`,
			`[{"ManagedRuleIdentifier":"` + deletionRule + `","ConfigRuleName":"x"},{"ManagedRuleIdentifier":"` + publicEndpoint + `","ConfigRuleName":"x"}]`,
		} {
			invalid("Invalid.ConfigRules.Value", params{"CompliancePackName": "p", "ConfigRules": bad})
		}
		w.refused(http.StatusBadRequest, "Invalid.ConfigRules.Value", "UpdateCompliancePack", params{"CompliancePackId": first, "ConfigRules": `[{"ConfigRuleId":"cr-none"}]`})
		for i := range maxPacks - 1 {
			w.create(strconv.Itoa(i), rules, nil)
		}
		invalid("CompliancePackExceedMaxCount", params{"CompliancePackName": "p", "ConfigRules": rules})
		now.Advance(time.Minute)
		w.refused(http.StatusBadRequest, "CompliancePackExists", "UpdateCompliancePack", params{"CompliancePackId": first, "CompliancePackName": "0"})
		w.refused(http.StatusBadRequest, "Invalid.CompliancePackIds.SizeExceed", "DeleteCompliancePacks", params{"CompliancePackIds": "cp-1,cp-2,cp-3,cp-4,cp-5,cp-6"})
		seen := map[string]bool{}
		for i := range 3 {
			page := w.do("ListCompliancePacks", params{"PageNumber": strconv.Itoa(i + 1), "PageSize": "2"}).object("CompliancePacksResult")
			for _, p := range page.list("CompliancePacks") {
				seen[p.text("CompliancePackName")] = true
			}
			if page["TotalCount"] != 5.0 || page["PageSize"] != 2.0 {
				t.Error(page)
			}
		}
		if len(seen) != 5 {
			t.Error("the pages show", seen)
		}
		for i := range maxRules - maxPacks {
			w.do("CreateConfigRule", ruleParams(publicEndpoint, params{"ConfigRuleName": strconv.Itoa(i), "ConfigRuleTriggerTypes": triggerChange}))
		}
		w.refused(http.StatusBadRequest, "ConfigRuleExceedMaxRuleCount", "UpdateCompliancePack", params{"CompliancePackId": first,
			"ConfigRules": `[{"ManagedRuleIdentifier":"` + deletionRule + `"},{"ManagedRuleIdentifier":"` + publicEndpoint + `"}]`})
		w.refused(http.StatusBadRequest, "Invalid.ConfigRuleIds.SizeExceed", "DeleteConfigRules", params{"ConfigRuleIds": strings.Repeat("cr-none,", 20) + "cr-none"})
	})
}

// TestPackMembers: a member may not touch what belongs to an account group, and does not see the group's packs as its own.
func TestPackMembers(t *testing.T) {
	cloud, admin, local := startConfig(t, configScenario())
	w := configTwin{admin, "ca-all"}
	id := w.create("pack", `[{"ManagedRuleIdentifier":"`+deletionRule+`"}]`, params{"DefaultEnable": "false"})
	if r := w.rule(w.get(id).list("ConfigRules")[0].text("ConfigRuleId")); r.text("ConfigRuleState") != "INACTIVE" {
		t.Error("DefaultEnable is false:", r)
	}
	for action, p := range map[string]params{
		"CreateAggregateCompliancePack":             {"CompliancePackName": "p", "ConfigRules": "[]"},
		"UpdateAggregateCompliancePack":             {"CompliancePackId": id},
		"GetAggregateCompliancePack":                {"CompliancePackId": id},
		"ListAggregateCompliancePacks":              {},
		"DeleteAggregateCompliancePacks":            {"CompliancePackIds": id},
		"AttachAggregateConfigRuleToCompliancePack": {"CompliancePackId": id, "ConfigRuleIds": "cr-1"},
		"DetachAggregateConfigRuleToCompliancePack": {"CompliancePackId": id, "ConfigRuleIds": "cr-1"},
		"GetAggregateConfigRuleComplianceByPack":    {"CompliancePackId": id},
	} {
		local.refused(http.StatusForbidden, "AggregatorMemberNoPermission", action, plus(p, "AggregatorId", "ca-all"))
		admin.refused(http.StatusBadRequest, "Invalid.AggregatorId.Value", action, plus(p, "AggregatorId", "ca-none"))
	}
	for _, c := range []configCaller{local, admin} {
		c.refused(http.StatusBadRequest, "Invalid.CompliancePackId.Value", "GetCompliancePack", params{"CompliancePackId": id})
	}
	admin.do("DeleteAggregators", params{"AggregatorIds": "ca-all"})
	if n := len(cloud.ConfigPacks()); n != 0 {
		t.Errorf("%d packs outlived their group", n)
	}
}

// TestPackScenario: packs of a scenario, templates, and the hooks behind the back of clients.
func TestPackScenario(t *testing.T) {
	s := configScenario()
	s.ConfigManagedRules = []ManagedRule{newRule()}
	s.ConfigPackTemplates = []PackTemplate{newTemplate()}
	s.Accounts[1].CloudConfig.Rules = []ConfigRule{{ConfigRuleID: "cr-own", ConfigRuleName: "own", SourceIdentifier: "ack-cluster-rrsa-enabled", RiskLevel: 2, ConfigRuleTriggerTypes: triggerChange}}
	s.Accounts[1].CloudConfig.CompliancePacks = []CompliancePack{{
		CompliancePackID: "cp-1", CompliancePackName: "pack", CompliancePackTemplateID: "ct-1",
		ConfigRules: []CompliancePackRule{
			{ConfigRuleID: "cr-own"}, {ConfigRuleID: "cr-made", ManagedRuleIdentifier: "ack-new", ConfigRuleParameters: []ConfigRuleParameter{{"days", "3"}}},
		},
	}}
	cloud, _, local := startConfig(t, s)
	w := configTwin{local, ""}
	pack := w.get("cp-1")
	rules := pack.list("ConfigRules")
	if pack.text("Status") != "ACTIVE" || pack["RiskLevel"] != 2.0 || len(rules) != 2 || rules[1].text("ConfigRuleId") != "cr-made" || rules[1].text("ConfigRuleName") != "pack-New" {
		t.Fatal(pack)
	}
	if p := rules[1].list("ConfigRuleParameters"); len(p) != 1 || p[0].text("ParameterValue") != "3" || p[0]["Required"] != true {
		t.Error(p)
	}
	templates := local.do("ListCompliancePackTemplates", params{"ResourceTypes": "ACS::ACK::Cluster"}).object("CompliancePackTemplatesResult")
	if list := templates.list("CompliancePackTemplates"); len(list) != 1 || len(list[0].list("ConfigRules")[0].list("ConfigRuleParameters")) != 2 {
		t.Error(templates)
	}
	for _, none := range []params{{"ResourceTypes": "ACS::ECS::Instance"}, {"CompliancePackTemplateId": "ct-2"}} {
		if n := local.do("ListCompliancePackTemplates", none).object("CompliancePackTemplatesResult")["TotalCount"]; n != 0.0 {
			t.Error(n)
		}
	}
	before := cloud.Snapshot()
	err := cloud.UpdateConfigPack("cp-1", func(p *CompliancePack) {
		p.Description = "drift"
		p.ConfigRules = append(p.ConfigRules[1:], CompliancePackRule{ManagedRuleIdentifier: deletionRule, ConfigRuleName: "added"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if w.names("cp-1") != "pack-New,added" || w.get("cp-1").text("Description") != "drift" || w.rule("cr-own").object("CreateBy")["CompliancePackId"] != nil {
		t.Error(w.get("cp-1"))
	}
	if len(before.Diff(cloud.Snapshot())) == 0 {
		t.Error("the snapshots do not differ")
	}
	for _, bad := range []func(*CompliancePack){
		func(p *CompliancePack) { p.CompliancePackID = "cp-2" },
		func(p *CompliancePack) { p.ConfigRules = nil },
	} {
		if cloud.UpdateConfigPack("cp-1", bad) == nil {
			t.Error("a bad change was taken")
		}
	}
	if got := cloud.ConfigPacks(); len(got) != 1 || got[0].AccountID != testMember || got[0].Status != "ACTIVE" || len(got[0].ConfigRules) != 2 {
		t.Error(got)
	}
	if err := cloud.DeleteConfigPack("cp-1"); err != nil || len(cloud.ConfigRules()) != 3 {
		t.Error(err, cloud.ConfigRules())
	}
	if cloud.DeleteConfigPack("cp-1") == nil || cloud.UpdateConfigPack("cp-1", func(*CompliancePack) {}) == nil {
		t.Error("a pack that is gone was found")
	}
}

// TestPacksWithTheSDK: the vendor's own client, which reads packs with GET.
func TestPacksWithTheSDK(t *testing.T) {
	_, server := startCloud(t, configScenario())
	client, err := config.NewClient(keyOf("FAKELOCAL").config(server))
	if err != nil {
		t.Fatal(err)
	}
	created, err := client.CreateCompliancePack(&config.CreateCompliancePackRequest{
		CompliancePackName: new("pack"), RiskLevel: new(int32(1)), Tag: []*config.CreateCompliancePackRequestTag{{Key: new("a"), Value: new("b")}},
		ConfigRules: []*config.CreateCompliancePackRequestConfigRules{{ManagedRuleIdentifier: new(deletionRule), ConfigRuleName: new("rule"), RiskLevel: new(int32(1))}},
		TagsScope:   []*config.CreateCompliancePackRequestTagsScope{{TagKey: new("a"), TagValue: new("b")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.GetCompliancePack(&config.GetCompliancePackRequest{CompliancePackId: created.Body.CompliancePackId})
	if err != nil {
		t.Fatal(err)
	}
	if p := got.Body.CompliancePack; tea.StringValue(p.Status) != "ACTIVE" || len(p.ConfigRules) != 1 || len(p.Scope.TagsScope) != 1 || tea.StringValue(p.Tags[0].TagKey) != "a" {
		t.Error(p)
	}
	whole, err := client.GetConfigRuleComplianceByPack(&config.GetConfigRuleComplianceByPackRequest{CompliancePackId: created.Body.CompliancePackId})
	if err != nil || tea.Int32Value(whole.Body.ConfigRuleComplianceResult.TotalCount) != 1 {
		t.Error(whole, err)
	}
}
