package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// verdicts reads all results of a rule, by the short names of clusters.
func (c configCaller) verdicts(action string, p params) map[string]string {
	c.t.Helper()
	all := map[string]string{}
	p = maps.Clone(p)
	p["MaxResults"] = "1"
	for range 1000 {
		page := c.do(action, p).object("EvaluationResults")
		for _, item := range page.list("EvaluationResultList") {
			id := item.object("EvaluationResultIdentifier").object("EvaluationResultQualifier").text("ResourceId")
			all[strings.TrimLeft(strings.TrimPrefix(id, "c"), "0")] = item.text("ComplianceType")
		}
		if page.text("NextToken") == "" {
			return all
		}
		p["NextToken"] = page.text("NextToken")
	}
	c.t.Fatal("the pages have no end")
	return nil
}

func (c configCaller) results(ruleID string) map[string]string {
	c.t.Helper()
	return c.verdicts("ListConfigRuleEvaluationResults", params{"ConfigRuleId": ruleID})
}

func (c configCaller) create(identifier string, more params) string {
	c.t.Helper()
	return c.do("CreateConfigRule", ruleParams(identifier, more)).text("ConfigRuleId")
}

func wantVerdicts(t *testing.T, got map[string]string, want string) {
	t.Helper()
	list := []string{}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		list = append(list, name+":"+got[name])
	}
	if text := strings.Join(list, " "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// TestConditions holds each condition against clusters of all kinds.
func TestConditions(t *testing.T) {
	managed := func(change func(*Cluster)) *Cluster {
		c := &Cluster{ClusterType: "ManagedKubernetes", Profile: new("Default"), State: "running"}
		change(c)
		return c
	}
	kind := func(clusterType string, change func(*Cluster)) *Cluster {
		c := &Cluster{ClusterType: clusterType, State: "running"}
		change(c)
		return c
	}
	pool := func(nodes int64, agent *bool) NodePool {
		return NodePool{NodepoolInfo: &NodePoolInfo{Name: new("pool")}, KubernetesConfig: &KubernetesConfig{CMSEnabled: agent}, Status: &NodePoolStatus{TotalNodes: &nodes}}
	}
	report := func(result string) []InspectReport {
		return []InspectReport{
			{StartTime: "2026-01-01T00:00:00Z", EndTime: "2026-01-01T00:01:00Z", CheckItemResults: []CheckItemResult{{CheckItemUID: "APIServerClbInstanceStatus", Result: "true"}}},
			{StartTime: "2026-01-02T00:00:00Z", EndTime: "2026-01-02T00:01:00Z", CheckItemResults: []CheckItemResult{{CheckItemUID: "APIServerClbInstanceStatus", Result: result}}},
			{StartTime: "2026-01-03T00:00:00Z", EndTime: "2999-01-03T00:01:00Z", CheckItemResults: []CheckItemResult{{CheckItemUID: "APIServerClbInstanceStatus", Result: "true"}}},
		}
	}
	on := &InspectConfig{Enabled: true}
	const endpoint, protection, terway, agent = "ack-cluster-public-endpoint-check", "ack-cluster-deletion-protection-enabled", "ack-cluster-network-type-check", "ack-cluster-node-monitorenabled"
	const inspection = "ack-cluster-inspect-apiserver-clb-instance-status-check"
	for _, c := range []struct {
		identifier, want string
		cluster          *Cluster
	}{
		{endpoint, "NON_COMPLIANT", managed(func(c *Cluster) { c.MasterURL = &MasterURL{APIServerEndpoint: new("https://203.0.113.1:6443")} })},
		{endpoint, "COMPLIANT", managed(func(c *Cluster) { c.MasterURL = &MasterURL{IntranetAPIServerEndpoint: new("https://10.0.0.1:6443")} })},
		{endpoint, "COMPLIANT", managed(func(c *Cluster) { c.MasterURL = &MasterURL{APIServerEndpoint: new("")} })},
		{endpoint, "INSUFFICIENT_DATA", managed(func(c *Cluster) { c.MasterURL = &MasterURL{} })},
		{endpoint, "INSUFFICIENT_DATA", managed(func(*Cluster) {})},
		{endpoint, "NOT_APPLICABLE", kind("ExternalKubernetes", func(*Cluster) {})},
		{protection, "COMPLIANT", managed(func(c *Cluster) { c.DeletionProtection = new(true) })},
		{protection, "NON_COMPLIANT", managed(func(c *Cluster) { c.DeletionProtection = new(false) })},
		{protection, "INSUFFICIENT_DATA", managed(func(*Cluster) {})},
		{protection, "NOT_APPLICABLE", kind("ExternalKubernetes", func(c *Cluster) { c.DeletionProtection = new(false) })},
		{terway, "COMPLIANT", managed(func(c *Cluster) { c.Addons = []Addon{{Name: "coredns"}, {Name: "terway-eniip"}} })},
		{terway, "COMPLIANT", managed(func(c *Cluster) {
			c.MetaData = map[string]any{"Addons": []any{map[string]any{"name": "terway-controlplane"}}}
		})},
		{terway, "COMPLIANT", managed(func(c *Cluster) { c.MetaData = map[string]any{"Capabilities": map[string]any{"Network": "Terway"}} })},
		{terway, "NON_COMPLIANT", managed(func(c *Cluster) { c.Addons = []Addon{{Name: "flannel"}} })},
		{terway, "NON_COMPLIANT", managed(func(c *Cluster) { c.MetaData = map[string]any{"Addons": []any{}} })},
		{terway, "INSUFFICIENT_DATA", managed(func(*Cluster) {})},
		{terway, "NOT_APPLICABLE", kind("Ask", func(c *Cluster) { c.Addons = []Addon{{Name: "flannel"}} })},
		{terway, "NOT_APPLICABLE", managed(func(c *Cluster) { c.Profile = new("Serverless") })},
		{terway, "NON_COMPLIANT", kind("Kubernetes", func(c *Cluster) { c.Addons = []Addon{{Name: "flannel"}} })},
		{agent, "COMPLIANT", managed(func(c *Cluster) { c.NodePools = []NodePool{pool(2, new(true)), pool(0, new(false))} })},
		{agent, "NON_COMPLIANT", managed(func(c *Cluster) { c.NodePools = []NodePool{pool(2, new(true)), pool(1, new(false))} })},
		{agent, "NON_COMPLIANT", managed(func(c *Cluster) { c.NodePools = []NodePool{pool(1, new(false)), pool(1, nil)} })},
		{agent, "INSUFFICIENT_DATA", managed(func(c *Cluster) { c.NodePools = []NodePool{pool(2, new(true)), pool(1, nil)} })},
		{agent, "NOT_APPLICABLE", managed(func(*Cluster) {})}, // DescribeClusterNodePools answers an empty list
		{agent, "NOT_APPLICABLE", managed(func(c *Cluster) { c.NodePools = []NodePool{} })},
		{agent, "NOT_APPLICABLE", managed(func(c *Cluster) { c.Profile, c.NodePools = new("Acs"), []NodePool{pool(1, new(false))} })},
		{agent, "NON_COMPLIANT", kind("Kubernetes", func(c *Cluster) {
			c.NodePools, c.Parameters = []NodePool{}, map[string]string{"CloudMonitorFlags": "False"}
		})},
		{agent, "COMPLIANT", kind("Kubernetes", func(c *Cluster) {
			c.NodePools, c.ControlPlaneConfig = []NodePool{pool(1, new(true))}, &ControlPlaneConfig{CloudMonitorFlags: new(true)}
		})},
		{agent, "INSUFFICIENT_DATA", kind("Kubernetes", func(c *Cluster) { c.NodePools = []NodePool{pool(1, new(true))} })},
		{"ack-cluster-configuation-inspect-enabled", "NON_COMPLIANT", managed(func(*Cluster) {})},
		{"ack-cluster-configuation-inspect-enabled", "COMPLIANT", managed(func(c *Cluster) { c.InspectConfig = on })},
		{inspection, "NOT_APPLICABLE", managed(func(c *Cluster) { c.InspectReports = report("true") })},
		{inspection, "INSUFFICIENT_DATA", managed(func(c *Cluster) { c.InspectConfig, c.InspectReports = on, report("true")[2:] })},
		{inspection, "NON_COMPLIANT", managed(func(c *Cluster) { c.InspectConfig, c.InspectReports = on, report("true") })},
		{inspection, "COMPLIANT", managed(func(c *Cluster) { c.InspectConfig, c.InspectReports = on, report("false") })},
		{inspection, "NOT_APPLICABLE", managed(func(c *Cluster) { c.InspectConfig, c.InspectReports = on, report("disable") })},
		{"ack-cluster-rrsa-enabled", "INSUFFICIENT_DATA", managed(func(*Cluster) {})},
		{"ack-cluster-rrsa-enabled", "NON_COMPLIANT", managed(func(c *Cluster) {
			c.ConfigVerdicts = []ConfigVerdict{{Identifier: "ack-cluster-rrsa-enabled", ComplianceType: "NON_COMPLIANT", Reason: "why"}}
		})},
	} {
		got := judge(c.identifier, c.cluster, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		if got.compliance != c.want {
			t.Errorf("%s of %+v: %+v, want %s", c.identifier, *c.cluster, got, c.want)
		}
		if (got.annotation() == "") != (c.want == "COMPLIANT") {
			t.Errorf("%s: the annotation is %q", c.want, got.annotation())
		}
	}
}

// TestEvaluationByChange: results come after the delay and show what is true then.
func TestEvaluationByChange(t *testing.T) {
	s := configScenario()
	s.Behaviour.ConfigEvaluationDelay = "5m"
	now := &clock{now: time.Now()}
	cloud, _, local := startConfig(t, s, withClock(now))
	id := local.create("ack-cluster-deletion-protection-enabled", nil)
	rule := func() object {
		t.Helper()
		return local.do("GetConfigRule", params{"ConfigRuleId": id}).object("ConfigRule")
	}
	if r := rule(); r.text("ConfigRuleState") != "EVALUATING" || r.object("Compliance").text("ComplianceType") != "INSUFFICIENT_DATA" {
		t.Error(r)
	}
	wantVerdicts(t, local.results(id), "")
	cloud.AdvanceConfig(5 * time.Minute)
	wantVerdicts(t, local.results(id), "one:COMPLIANT three:COMPLIANT two:COMPLIANT")
	if r := rule(); r.text("ConfigRuleState") != "ACTIVE" || r.object("Compliance").text("ComplianceType") != "COMPLIANT" || r.object("Compliance")["Count"] != 3.0 {
		t.Error(r)
	}
	protect := func(name string, on bool) {
		t.Helper()
		if err := cloud.UpdateCluster(clusterID(name), func(c *Cluster) { c.DeletionProtection = &on }); err != nil {
			t.Fatal(err)
		}
	}
	protect("one", false)
	cloud.AdvanceConfig(4 * time.Minute)
	wantVerdicts(t, local.results(id), "one:COMPLIANT three:COMPLIANT two:COMPLIANT")
	cloud.AdvanceConfig(time.Minute)
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT")
	if r := rule(); r.object("Compliance").text("ComplianceType") != "NON_COMPLIANT" || r.object("Compliance")["Count"] != 1.0 {
		t.Error(r)
	}
	// What was due before a second change is evaluated on the state before it, though nobody has called.
	protect("two", false)
	cloud.AdvanceConfig(time.Hour)
	protect("two", true)
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:NON_COMPLIANT")
	cloud.AdvanceConfig(5 * time.Minute)
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT")
	added := testScenario().Accounts[1].Clusters[0]
	added.ClusterID = clusterID("new")
	if err := cloud.AddCluster(testMember, added); err != nil {
		t.Fatal(err)
	}
	cloud.AdvanceConfig(5 * time.Minute)
	if err := cloud.DeleteCluster(clusterID("one")); err != nil {
		t.Fatal(err)
	}
	wantVerdicts(t, local.results(id), "new:COMPLIANT three:COMPLIANT two:COMPLIANT")
}

// TestEvaluationByPeriod: a scheduled rule does not heed changes.
func TestEvaluationByPeriod(t *testing.T) {
	now := &clock{now: time.Now()}
	cloud, _, local := startConfig(t, configScenario(), withClock(now))
	id := local.create("ack-cluster-public-endpoint-check", params{"ConfigRuleTriggerTypes": triggerScheduled, "MaximumExecutionFrequency": "Six_Hours"})
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT")
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MasterURL.APIServerEndpoint = nil }); err != nil {
		t.Fatal(err)
	}
	started := now.Now()
	cloud.AdvanceConfig(6*time.Hour - time.Second)
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT")
	cloud.AdvanceConfig(15 * time.Hour)
	wantVerdicts(t, local.results(id), "one:COMPLIANT three:COMPLIANT two:COMPLIANT")
	item := local.do("ListConfigRuleEvaluationResults", params{"ConfigRuleId": id}).object("EvaluationResults").list("EvaluationResultList")[0]
	if want := float64(started.Add(18 * time.Hour).UnixMilli()); item["ResultRecordedTimestamp"] != want || item.text("InvokingEventMessageType") != triggerScheduled {
		t.Errorf("recorded at %f, want %f: %v", item["ResultRecordedTimestamp"], want, item)
	}
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MasterURL.APIServerEndpoint = new("https://203.0.113.7:6443") }); err != nil {
		t.Fatal(err)
	}
	local.do("StartConfigRuleEvaluation", params{"ConfigRuleId": id})
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT")
	local.do("DeactiveConfigRules", params{"ConfigRuleIds": id})
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MasterURL.APIServerEndpoint = nil }); err != nil {
		t.Fatal(err)
	}
	cloud.AdvanceConfig(48 * time.Hour)
	wantVerdicts(t, local.results(id), "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT")
}

// TestAggregateEvaluation: the directory's results come from members with a recorder, within the scopes.
func TestAggregateEvaluation(t *testing.T) {
	s := configScenario()
	s.Accounts[2].Clusters = []Cluster{{
		ClusterID: clusterID("bare"), Name: "bare", ClusterType: "ManagedKubernetes", RegionID: "cn-hangzhou", State: "running", DeletionProtection: new(false),
		Tags: []KeyValue{{Key: new("env"), Value: new("prod")}, {Key: new("team"), Value: new("a")}}, ResourceGroupID: new("rg-1"),
	}}
	cloud, admin, _ := startConfig(t, s)
	results := func(more params) map[string]string {
		t.Helper()
		id := admin.do("CreateAggregateConfigRule", plus(ruleParams("ack-cluster-deletion-protection-enabled", more), "AggregatorId", "ca-all")).text("ConfigRuleId")
		defer admin.do("DeleteAggregateConfigRules", params{"AggregatorId": "ca-all", "ConfigRuleIds": id})
		return admin.verdicts("ListAggregateConfigRuleEvaluationResults", params{"AggregatorId": "ca-all", "ConfigRuleId": id})
	}
	wantVerdicts(t, results(nil), "one:COMPLIANT three:COMPLIANT two:COMPLIANT")
	if err := cloud.SetRecorderStatus(testDenied, "REGISTERED"); err != nil {
		t.Fatal(err)
	}
	const all = "bare:NON_COMPLIANT one:COMPLIANT three:COMPLIANT two:COMPLIANT"
	for _, c := range []struct {
		scope params
		want  string
	}{
		{nil, all},
		{params{"AccountIdsScope": testDenied}, "bare:NON_COMPLIANT"},
		{params{"ExcludeAccountIdsScope": testDenied}, "one:COMPLIANT three:COMPLIANT two:COMPLIANT"},
		{params{"FolderIdsScope": "fd-outer"}, "one:COMPLIANT three:COMPLIANT two:COMPLIANT"},
		{params{"FolderIdsScope": "r-test01"}, all},
		{params{"ExcludeFolderIdsScope": "fd-inner"}, "bare:NON_COMPLIANT"},
		{params{"RegionIdsScope": "cn-shanghai,cn-beijing"}, "three:COMPLIANT"},
		{params{"ExcludeRegionIdsScope": "cn-hangzhou"}, "three:COMPLIANT"},
		{params{"ResourceGroupIdsScope": "rg-1"}, "bare:NON_COMPLIANT"},
		{params{"ExcludeResourceGroupIdsScope": "rg-1", "RegionIdsScope": "cn-shanghai"}, "three:COMPLIANT"},
		{params{"ResourceIdsScope": clusterID("two")}, "two:COMPLIANT"},
		{params{"ExcludeResourceIdsScope": clusterID("two") + "," + clusterID("one")}, "bare:NON_COMPLIANT three:COMPLIANT"},
		{params{"ResourceNameScope": "bare"}, "bare:NON_COMPLIANT"},
		{params{"TagsScope.1.TagKey": "env", "TagsScope.1.TagValue": "prod"}, "bare:NON_COMPLIANT"},
		{params{"TagsScope.1.TagKey": "env", "TagsScope.1.TagValue": "test"}, ""},
		{params{"TagsScope.1.TagKey": "env", "TagsScope.2.TagKey": "none"}, "bare:NON_COMPLIANT"},
		{params{"TagsScope.1.TagKey": "env", "TagsScope.2.TagKey": "none", "TagKeyLogicScope": "AND"}, ""},
		{params{"TagKeyScope": "team", "TagValueScope": "a"}, "bare:NON_COMPLIANT"},
		{params{"ExcludeTagsScope.1.TagKey": "env"}, "one:COMPLIANT three:COMPLIANT two:COMPLIANT"},
		{params{"ResourceTypesScope": "ACS::ECS::Instance"}, ""},
	} {
		if wantVerdicts(t, results(c.scope), c.want); t.Failed() {
			t.Fatal(c.scope)
		}
	}
	id := admin.do("CreateAggregateConfigRule", plus(ruleParams("ack-cluster-deletion-protection-enabled", nil), "AggregatorId", "ca-all")).text("ConfigRuleId")
	for filter, want := range map[string]string{
		"ComplianceType=NON_COMPLIANT": "bare:NON_COMPLIANT", "ResourceAccountId=" + testDenied: "bare:NON_COMPLIANT", "ResourceOwnerId=" + testManagement: "",
		"Regions=cn-shanghai": "three:COMPLIANT", "ResourceGroupIds=rg-1": "bare:NON_COMPLIANT", "ResourceTypes=ACS::ECS::Instance": "", "ResourceTypes=ACS::ACK::Cluster": all,
	} {
		name, v, _ := strings.Cut(filter, "=")
		if wantVerdicts(t, admin.verdicts("ListAggregateConfigRuleEvaluationResults", params{"AggregatorId": "ca-all", "ConfigRuleId": id, name: v}), want); t.Failed() {
			t.Fatal(filter)
		}
	}
	wantVerdicts(t, admin.verdicts("ListAggregateResourceEvaluationResults", params{"AggregatorId": "ca-all", "ResourceId": clusterID("bare"), "Region": "cn-hangzhou"}), "bare:NON_COMPLIANT")
}

// TestIgnore: an acknowledged result is hidden until its date or until it is reverted.
func TestIgnore(t *testing.T) {
	now := &clock{now: time.Now()}
	day := func(n int) string { return now.Now().In(beijing).AddDate(0, 0, n).Format(time.DateOnly) }
	midnight, err := time.ParseInLocation(time.DateOnly, day(2), time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	cloud, _, local := startConfig(t, configScenario(), withClock(now))
	id := local.create("ack-cluster-public-endpoint-check", nil)
	resource := func(name, region, account string) params {
		return params{"ConfigRuleId": id, "Resources": fmt.Sprintf(`[{"Region":%q,"ResourceAccountId":%s,"ResourceId":%q,"ResourceType":"ACS::ACK::Cluster"}]`, region, account, clusterID(name))}
	}
	one := resource("one", "cn-hangzhou", testMember)
	for _, bad := range []params{
		resource("two", "cn-hangzhou", testMember), resource("none", "cn-hangzhou", testMember), resource("one", "cn-shanghai", testMember),
		resource("one", "cn-hangzhou", testDenied), {"ConfigRuleId": id, "Resources": "[]"}, {"ConfigRuleId": id, "Resources": "{"},
	} {
		local.refused(http.StatusBadRequest, "Invalid.Resources.Value", "IgnoreEvaluationResults", bad)
	}
	for _, date := range []string{day(0), "tomorrow", "2999-6-9"} {
		local.refused(http.StatusBadRequest, "Invalid.IgnoreDate.Value", "IgnoreEvaluationResults", plus(one, "IgnoreDate", date))
	}
	local.do("IgnoreEvaluationResults", plus(plus(one, "IgnoreDate", day(2)), "Reason", "known"))
	const bad, ignored = "one:NON_COMPLIANT three:COMPLIANT two:COMPLIANT", "one:IGNORED three:COMPLIANT two:COMPLIANT"
	wantVerdicts(t, local.results(id), ignored)
	if r := cloud.ConfigResults(id)[0]; r.IgnoreReason != "known" || r.IgnoreDate != day(2) {
		t.Error(r)
	}
	cloud.AdvanceConfig(midnight.Sub(now.Now()) - time.Minute)
	wantVerdicts(t, local.results(id), ignored)
	cloud.AdvanceConfig(time.Minute)
	wantVerdicts(t, local.results(id), bad)
	local.do("IgnoreEvaluationResults", one)
	cloud.AdvanceConfig(10000 * time.Hour)
	local.do("StartConfigRuleEvaluation", params{"ConfigRuleId": id})
	wantVerdicts(t, local.results(id), ignored)
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MasterURL.APIServerEndpoint = nil }); err != nil {
		t.Fatal(err)
	}
	wantVerdicts(t, local.results(id), ignored)
	local.do("RevertEvaluationResults", one)
	wantVerdicts(t, local.results(id), "one:COMPLIANT three:COMPLIANT two:COMPLIANT")
	if err := cloud.UpdateCluster(clusterID("one"), func(c *Cluster) { c.MasterURL.APIServerEndpoint = new("https://203.0.113.7:6443") }); err != nil {
		t.Fatal(err)
	}
	local.do("IgnoreEvaluationResults", one)
	local.do("StartConfigRuleEvaluation", params{"ConfigRuleId": id, "RevertEvaluation": "true"})
	wantVerdicts(t, local.results(id), bad)
}

// TestResultPages: the pages of all rules are the whole, whatever their size; tokens are bound to their filter.
func TestResultPages(t *testing.T) {
	cloud, _, local := startConfig(t, configScenario())
	for _, identifier := range []string{"ack-cluster-public-endpoint-check", "ack-cluster-deletion-protection-enabled", "ack-cluster-rrsa-enabled"} {
		local.create(identifier, nil)
	}
	for size := 1; size <= 10; size++ {
		seen, p := map[string]bool{}, params{"MaxResults": strconv.Itoa(size)}
		for pages := 1; ; pages++ {
			page := local.do("ListConfigRuleEvaluationResults", p).object("EvaluationResults")
			for _, item := range page.list("EvaluationResultList") {
				q := item.object("EvaluationResultIdentifier").object("EvaluationResultQualifier")
				seen[q.text("ConfigRuleId")+q.text("ResourceId")] = true
			}
			if page.text("NextToken") == "" {
				if want := (9 + size - 1) / size; pages != want {
					t.Errorf("%d pages of %d, want %d", pages, size, want)
				}
				break
			}
			p = plus(p, "NextToken", page.text("NextToken"))
		}
		if len(seen) != 9 {
			t.Errorf("pages of %d have %d results, want 9", size, len(seen))
		}
	}
	token := local.do("ListConfigRuleEvaluationResults", params{"MaxResults": "2"}).object("EvaluationResults").text("NextToken")
	local.refused(http.StatusBadRequest, "Invalid.NextToken.Value", "ListConfigRuleEvaluationResults", params{"NextToken": token, "Regions": "cn-hangzhou"})
	// A result that is gone between two pages moves no other.
	if err := cloud.DeleteCluster(clusterID("one")); err != nil {
		t.Fatal(err)
	}
	rest := local.do("ListConfigRuleEvaluationResults", params{"MaxResults": "100", "NextToken": token}).object("EvaluationResults").list("EvaluationResultList")
	if len(rest) != 5 {
		t.Errorf("%d results after the token, want 5", len(rest))
	}
}

// TestManyResults: a directory's results page through in reasonable time.
func TestManyResults(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	s := configScenario()
	for i := range 2000 {
		c := testScenario().Accounts[1].Clusters[1]
		c.ClusterID, c.DeletionProtection = fmt.Sprintf("c%032d", i), new(i%100 != 0)
		s.Accounts[1].Clusters = append(s.Accounts[1].Clusters, c)
	}
	for i := range maxRules {
		s.Accounts[0].CloudConfig.Aggregators[0].Rules = append(s.Accounts[0].CloudConfig.Aggregators[0].Rules, ConfigRule{
			ConfigRuleName: strconv.Itoa(i), SourceIdentifier: "ack-cluster-deletion-protection-enabled", RiskLevel: 2, ConfigRuleTriggerTypes: triggerChange,
		})
	}
	_, admin, _ := startConfig(t, s)
	begin, count := time.Now(), 0
	p := params{"AggregatorId": "ca-all", "ComplianceType": "NON_COMPLIANT", "MaxResults": "100"}
	for {
		page := admin.do("ListAggregateConfigRuleEvaluationResults", p).object("EvaluationResults")
		count += len(page.list("EvaluationResultList"))
		if page.text("NextToken") == "" {
			break
		}
		p = plus(p, "NextToken", page.text("NextToken"))
	}
	if count != 20*maxRules {
		t.Errorf("%d results, want %d", count, 20*maxRules)
	}
	t.Logf("%d results in %s", count, time.Since(begin))
}
