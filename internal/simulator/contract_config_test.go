package simulator

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"

	config "github.com/alibabacloud-go/config-20200907/v2/client"
)

// configTyped are the calls of Cloud Config: their contract is the SDK's types by reflection, requests as they go over
// the wire.
var configTyped = map[string]struct{ request, response reflect.Type }{
	// begin of types
	"ActiveAggregateConfigRules":                {reflect.TypeFor[config.ActiveAggregateConfigRulesRequest](), reflect.TypeFor[config.ActiveAggregateConfigRulesResponseBody]()},
	"ActiveConfigRules":                         {reflect.TypeFor[config.ActiveConfigRulesRequest](), reflect.TypeFor[config.ActiveConfigRulesResponseBody]()},
	"AttachAggregateConfigRuleToCompliancePack": {reflect.TypeFor[config.AttachAggregateConfigRuleToCompliancePackRequest](), reflect.TypeFor[config.AttachAggregateConfigRuleToCompliancePackResponseBody]()},
	"AttachConfigRuleToCompliancePack":          {reflect.TypeFor[config.AttachConfigRuleToCompliancePackRequest](), reflect.TypeFor[config.AttachConfigRuleToCompliancePackResponseBody]()},
	"CreateAggregateCompliancePack":             {reflect.TypeFor[config.CreateAggregateCompliancePackShrinkRequest](), reflect.TypeFor[config.CreateAggregateCompliancePackResponseBody]()},
	"CreateAggregateConfigDeliveryChannel":      {reflect.TypeFor[config.CreateAggregateConfigDeliveryChannelRequest](), reflect.TypeFor[config.CreateAggregateConfigDeliveryChannelResponseBody]()},
	"CreateAggregateConfigRule":                 {reflect.TypeFor[config.CreateAggregateConfigRuleShrinkRequest](), reflect.TypeFor[config.CreateAggregateConfigRuleResponseBody]()},
	"CreateAggregator":                          {reflect.TypeFor[config.CreateAggregatorShrinkRequest](), reflect.TypeFor[config.CreateAggregatorResponseBody]()},
	"CreateCompliancePack":                      {reflect.TypeFor[config.CreateCompliancePackShrinkRequest](), reflect.TypeFor[config.CreateCompliancePackResponseBody]()},
	"CreateConfigDeliveryChannel":               {reflect.TypeFor[config.CreateConfigDeliveryChannelRequest](), reflect.TypeFor[config.CreateConfigDeliveryChannelResponseBody]()},
	"CreateConfigRule":                          {reflect.TypeFor[config.CreateConfigRuleShrinkRequest](), reflect.TypeFor[config.CreateConfigRuleResponseBody]()},
	"DeactiveAggregateConfigRules":              {reflect.TypeFor[config.DeactiveAggregateConfigRulesRequest](), reflect.TypeFor[config.DeactiveAggregateConfigRulesResponseBody]()},
	"DeactiveConfigRules":                       {reflect.TypeFor[config.DeactiveConfigRulesRequest](), reflect.TypeFor[config.DeactiveConfigRulesResponseBody]()},
	"DeleteAggregateCompliancePacks":            {reflect.TypeFor[config.DeleteAggregateCompliancePacksRequest](), reflect.TypeFor[config.DeleteAggregateCompliancePacksResponseBody]()},
	"DeleteAggregateConfigDeliveryChannel":      {reflect.TypeFor[config.DeleteAggregateConfigDeliveryChannelRequest](), reflect.TypeFor[config.DeleteAggregateConfigDeliveryChannelResponseBody]()},
	"DeleteAggregateConfigRules":                {reflect.TypeFor[config.DeleteAggregateConfigRulesRequest](), reflect.TypeFor[config.DeleteAggregateConfigRulesResponseBody]()},
	"DeleteAggregators":                         {reflect.TypeFor[config.DeleteAggregatorsRequest](), reflect.TypeFor[config.DeleteAggregatorsResponseBody]()},
	"DeleteCompliancePacks":                     {reflect.TypeFor[config.DeleteCompliancePacksRequest](), reflect.TypeFor[config.DeleteCompliancePacksResponseBody]()},
	"DeleteConfigDeliveryChannel":               {reflect.TypeFor[config.DeleteConfigDeliveryChannelRequest](), reflect.TypeFor[config.DeleteConfigDeliveryChannelResponseBody]()},
	"DeleteConfigRules":                         {reflect.TypeFor[config.DeleteConfigRulesRequest](), reflect.TypeFor[config.DeleteConfigRulesResponseBody]()},
	"DetachAggregateConfigRuleToCompliancePack": {reflect.TypeFor[config.DetachAggregateConfigRuleToCompliancePackRequest](), reflect.TypeFor[config.DetachAggregateConfigRuleToCompliancePackResponseBody]()},
	"DetachConfigRuleToCompliancePack":          {reflect.TypeFor[config.DetachConfigRuleToCompliancePackRequest](), reflect.TypeFor[config.DetachConfigRuleToCompliancePackResponseBody]()},
	"EvaluatePreConfigRules":                    {reflect.TypeFor[config.EvaluatePreConfigRulesShrinkRequest](), reflect.TypeFor[config.EvaluatePreConfigRulesResponseBody]()},
	"GetAggregateCompliancePack":                {reflect.TypeFor[config.GetAggregateCompliancePackShrinkRequest](), reflect.TypeFor[config.GetAggregateCompliancePackResponseBody]()},
	"GetAggregateConfigDeliveryChannel":         {reflect.TypeFor[config.GetAggregateConfigDeliveryChannelRequest](), reflect.TypeFor[config.GetAggregateConfigDeliveryChannelResponseBody]()},
	"GetAggregateConfigRule":                    {reflect.TypeFor[config.GetAggregateConfigRuleShrinkRequest](), reflect.TypeFor[config.GetAggregateConfigRuleResponseBody]()},
	"GetAggregateConfigRuleComplianceByPack":    {reflect.TypeFor[config.GetAggregateConfigRuleComplianceByPackRequest](), reflect.TypeFor[config.GetAggregateConfigRuleComplianceByPackResponseBody]()},
	"GetAggregateDiscoveredResource":            {reflect.TypeFor[config.GetAggregateDiscoveredResourceRequest](), reflect.TypeFor[config.GetAggregateDiscoveredResourceResponseBody]()},
	"GetAggregator":                             {reflect.TypeFor[config.GetAggregatorShrinkRequest](), reflect.TypeFor[config.GetAggregatorResponseBody]()},
	"GetCompliancePack":                         {reflect.TypeFor[config.GetCompliancePackShrinkRequest](), reflect.TypeFor[config.GetCompliancePackResponseBody]()},
	"GetConfigDeliveryChannel":                  {reflect.TypeFor[config.GetConfigDeliveryChannelRequest](), reflect.TypeFor[config.GetConfigDeliveryChannelResponseBody]()},
	"GetConfigRule":                             {reflect.TypeFor[config.GetConfigRuleShrinkRequest](), reflect.TypeFor[config.GetConfigRuleResponseBody]()},
	"GetConfigRuleComplianceByPack":             {reflect.TypeFor[config.GetConfigRuleComplianceByPackRequest](), reflect.TypeFor[config.GetConfigRuleComplianceByPackResponseBody]()},
	"GetConfigurationRecorder":                  {nil, reflect.TypeFor[config.GetConfigurationRecorderResponseBody]()},
	"GetDiscoveredResource":                     {reflect.TypeFor[config.GetDiscoveredResourceRequest](), reflect.TypeFor[config.GetDiscoveredResourceResponseBody]()},
	"GetManagedRule":                            {reflect.TypeFor[config.GetManagedRuleRequest](), reflect.TypeFor[config.GetManagedRuleResponseBody]()},
	"IgnoreAggregateEvaluationResults":          {reflect.TypeFor[config.IgnoreAggregateEvaluationResultsShrinkRequest](), reflect.TypeFor[config.IgnoreAggregateEvaluationResultsResponseBody]()},
	"IgnoreEvaluationResults":                   {reflect.TypeFor[config.IgnoreEvaluationResultsShrinkRequest](), reflect.TypeFor[config.IgnoreEvaluationResultsResponseBody]()},
	"ListAggregateCompliancePacks":              {reflect.TypeFor[config.ListAggregateCompliancePacksShrinkRequest](), reflect.TypeFor[config.ListAggregateCompliancePacksResponseBody]()},
	"ListAggregateConfigDeliveryChannels":       {reflect.TypeFor[config.ListAggregateConfigDeliveryChannelsRequest](), reflect.TypeFor[config.ListAggregateConfigDeliveryChannelsResponseBody]()},
	"ListAggregateConfigRuleEvaluationResults":  {reflect.TypeFor[config.ListAggregateConfigRuleEvaluationResultsRequest](), reflect.TypeFor[config.ListAggregateConfigRuleEvaluationResultsResponseBody]()},
	"ListAggregateConfigRules":                  {reflect.TypeFor[config.ListAggregateConfigRulesShrinkRequest](), reflect.TypeFor[config.ListAggregateConfigRulesResponseBody]()},
	"ListAggregateDiscoveredResources":          {reflect.TypeFor[config.ListAggregateDiscoveredResourcesRequest](), reflect.TypeFor[config.ListAggregateDiscoveredResourcesResponseBody]()},
	"ListAggregateResourceEvaluationResults":    {reflect.TypeFor[config.ListAggregateResourceEvaluationResultsRequest](), reflect.TypeFor[config.ListAggregateResourceEvaluationResultsResponseBody]()},
	"ListAggregators":                           {reflect.TypeFor[config.ListAggregatorsShrinkRequest](), reflect.TypeFor[config.ListAggregatorsResponseBody]()},
	"ListCompliancePackTemplates":               {reflect.TypeFor[config.ListCompliancePackTemplatesRequest](), reflect.TypeFor[config.ListCompliancePackTemplatesResponseBody]()},
	"ListCompliancePacks":                       {reflect.TypeFor[config.ListCompliancePacksShrinkRequest](), reflect.TypeFor[config.ListCompliancePacksResponseBody]()},
	"ListConfigDeliveryChannels":                {reflect.TypeFor[config.ListConfigDeliveryChannelsRequest](), reflect.TypeFor[config.ListConfigDeliveryChannelsResponseBody]()},
	"ListConfigRuleEvaluationResults":           {reflect.TypeFor[config.ListConfigRuleEvaluationResultsRequest](), reflect.TypeFor[config.ListConfigRuleEvaluationResultsResponseBody]()},
	"ListConfigRules":                           {reflect.TypeFor[config.ListConfigRulesShrinkRequest](), reflect.TypeFor[config.ListConfigRulesResponseBody]()},
	"ListDiscoveredResources":                   {reflect.TypeFor[config.ListDiscoveredResourcesRequest](), reflect.TypeFor[config.ListDiscoveredResourcesResponseBody]()},
	"ListManagedRules":                          {reflect.TypeFor[config.ListManagedRulesRequest](), reflect.TypeFor[config.ListManagedRulesResponseBody]()},
	"ListPreManagedRules":                       {reflect.TypeFor[config.ListPreManagedRulesShrinkRequest](), reflect.TypeFor[config.ListPreManagedRulesResponseBody]()},
	"ListResourceEvaluationResults":             {reflect.TypeFor[config.ListResourceEvaluationResultsRequest](), reflect.TypeFor[config.ListResourceEvaluationResultsResponseBody]()},
	"RevertAggregateEvaluationResults":          {reflect.TypeFor[config.RevertAggregateEvaluationResultsShrinkRequest](), reflect.TypeFor[config.RevertAggregateEvaluationResultsResponseBody]()},
	"RevertEvaluationResults":                   {reflect.TypeFor[config.RevertEvaluationResultsShrinkRequest](), reflect.TypeFor[config.RevertEvaluationResultsResponseBody]()},
	"StartAggregateConfigRuleEvaluation":        {reflect.TypeFor[config.StartAggregateConfigRuleEvaluationRequest](), reflect.TypeFor[config.StartAggregateConfigRuleEvaluationResponseBody]()},
	"StartConfigRuleEvaluation":                 {reflect.TypeFor[config.StartConfigRuleEvaluationRequest](), reflect.TypeFor[config.StartConfigRuleEvaluationResponseBody]()},
	"StartConfigurationRecorder":                {nil, reflect.TypeFor[config.StartConfigurationRecorderResponseBody]()},
	"StopConfigurationRecorder":                 {nil, reflect.TypeFor[config.StopConfigurationRecorderResponseBody]()},
	"UpdateAggregateCompliancePack":             {reflect.TypeFor[config.UpdateAggregateCompliancePackShrinkRequest](), reflect.TypeFor[config.UpdateAggregateCompliancePackResponseBody]()},
	"UpdateAggregateConfigDeliveryChannel":      {reflect.TypeFor[config.UpdateAggregateConfigDeliveryChannelRequest](), reflect.TypeFor[config.UpdateAggregateConfigDeliveryChannelResponseBody]()},
	"UpdateAggregateConfigRule":                 {reflect.TypeFor[config.UpdateAggregateConfigRuleShrinkRequest](), reflect.TypeFor[config.UpdateAggregateConfigRuleResponseBody]()},
	"UpdateAggregator":                          {reflect.TypeFor[config.UpdateAggregatorShrinkRequest](), reflect.TypeFor[config.UpdateAggregatorResponseBody]()},
	"UpdateCompliancePack":                      {reflect.TypeFor[config.UpdateCompliancePackShrinkRequest](), reflect.TypeFor[config.UpdateCompliancePackResponseBody]()},
	"UpdateConfigDeliveryChannel":               {reflect.TypeFor[config.UpdateConfigDeliveryChannelRequest](), reflect.TypeFor[config.UpdateConfigDeliveryChannelResponseBody]()},
	"UpdateConfigRule":                          {reflect.TypeFor[config.UpdateConfigRuleShrinkRequest](), reflect.TypeFor[config.UpdateConfigRuleResponseBody]()},
	"UpdateConfigurationRecorder":               {reflect.TypeFor[config.UpdateConfigurationRecorderRequest](), reflect.TypeFor[config.UpdateConfigurationRecorderResponseBody]()},
	// end of types
}

func configContracts(t *testing.T, all map[string]*contract) {
	t.Helper()
	for action, types := range configTyped {
		c := &contract{request: &node{kind: "object"}, response: reflected(t, types.response)}
		if types.request != nil {
			c.request = reflected(t, types.request)
		}
		all[action] = c
	}
}

// configScenario is the landing zone with Cloud Config in the management account and in one member.
func configScenario() *Scenario {
	s := testScenario()
	s.Accounts[0].CloudConfig = &CloudConfig{Aggregators: []Aggregator{{
		AggregatorID: "ca-all", AggregatorName: "all", Description: "everything", AggregatorType: "RD", Tags: []ConfigTag{{TagKey: "a", TagValue: "b"}},
	}}}
	s.Accounts[1].CloudConfig = &CloudConfig{}
	s.ConfigManagedRules = []ManagedRule{{
		Identifier: "ecs-instance-deletion-protection-enabled", ConfigRuleName: "Release protection of instances", RiskLevel: 1, MessageType: triggerChange,
		ResourceTypes: []string{"ACS::ECS::Instance"}, SupportPreview: true, PreCheck: &PreCheck{Property: "DeletionProtection", Value: "true"},
	}}
	s.Accounts[1].Clusters[0].MasterURL.APIServerEndpoint = new("https://203.0.113.7:6443")
	return s
}

// newRule is a managed rule with parameters.
func newRule() ManagedRule {
	return ManagedRule{
		Identifier: "ack-new", ConfigRuleName: "New", RiskLevel: 2, MessageType: triggerChange, Compulsory: map[string]any{"days": "Days"}, Optional: map[string]any{"hours": "Hours"},
	}
}

// newTemplate is a template with that rule.
func newTemplate() PackTemplate {
	return PackTemplate{
		CompliancePackTemplateID: "ct-1", CompliancePackTemplateName: "ACK", RiskLevel: 1,
		ConfigRules: []PackTemplateRule{{ManagedRuleIdentifier: "ack-new", DefaultEnable: true, ControlID: "1.1", ControlDescription: "control"}},
	}
}

// ruleParams are the parameters that create a rule.
func ruleParams(identifier string, more params) params {
	p := params{
		"ConfigRuleName": identifier, "SourceIdentifier": identifier, "SourceOwner": "ALIYUN", "ResourceTypesScope": "ACS::ACK::Cluster",
		"ConfigRuleTriggerTypes": triggerChange, "RiskLevel": "1",
	}
	for name, v := range more {
		if v == "" {
			delete(p, name)
			continue
		}
		p[name] = v
	}
	return p
}

// TestEveryConfigAnswerConforms calls all of Cloud Config and compares every answer with the SDK's types.
func TestEveryConfigAnswerConforms(t *testing.T) {
	s := configScenario()
	s.ConfigManagedRules = append(s.ConfigManagedRules, newRule())
	s.ConfigPackTemplates = []PackTemplate{newTemplate()}
	cloud, server := startCloud(t, s)
	all := contracts(t)
	call := calling(t, cloud, server)
	seen := map[string]bool{}
	step := func(k credentials, action string, query params) object {
		t.Helper()
		seen[action] = true
		status, answer := call(k, contractOperation(t, action), "/", query, nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", action, status, answer)
		}
		for _, problem := range all[action].response.conforms(action, answer) {
			t.Error(problem)
		}
		text, err := json.Marshal(answer)
		if err == nil {
			err = json.Unmarshal(text, reflect.New(configTyped[action].response).Interface())
		}
		if err != nil {
			t.Errorf("%s: the SDK cannot read the answer: %v", action, err)
		}
		result, _ := answer.(map[string]any)
		return result
	}
	tour := func(k credentials, group string) {
		t.Helper()
		name := func(verb, rest string) string {
			if group != "" {
				return verb + "Aggregate" + rest
			}
			return verb + rest
		}
		with := func(p params) params {
			if group != "" {
				p["AggregatorId"] = group
			}
			return p
		}
		tags := `[{"Key":"k","Value":"v"}]`
		created := step(k, name("Create", "ConfigRule"), with(ruleParams("ack-cluster-deletion-protection-enabled", params{
			"Description": "text", "Tag": tags, "TagsScope.1.TagKey": "a", "ExcludeTagsScope.1.TagKey": "b", "InputParameters": "{}", "ExtendContent": `{"fixedHour":"13"}`,
			"RegionIdsScope": "cn-hangzhou", "ExcludeRegionIdsScope": "cn-beijing", "ResourceNameScope": "one", "TagKeyLogicScope": "AND",
			"ResourceGroupIdsScope": "rg-1", "ExcludeResourceGroupIdsScope": "rg-2", "ResourceIdsScope": clusterID("one"), "ExcludeResourceIdsScope": clusterID("two"),
			"TagKeyScope": "a", "TagValueScope": "b",
		})))
		bad := step(k, name("Create", "ConfigRule"), with(ruleParams("ack-cluster-public-endpoint-check", params{
			"ConfigRuleTriggerTypes": triggerScheduled, "MaximumExecutionFrequency": "TwentyFour_Hours",
		})))
		id := created.text("ConfigRuleId")
		step(k, name("Get", "ConfigRule"), with(params{"ConfigRuleId": id, "Tag": tags}))
		step(k, name("Update", "ConfigRule"), with(params{"ConfigRuleId": id, "Description": ""}))
		step(k, name("List", "ConfigRules"), with(params{"PageSize": "1"}))
		step(k, name("Start", "ConfigRuleEvaluation"), with(params{"ConfigRuleId": id}))
		other := bad.text("ConfigRuleId")
		resources := `[{"Region":"cn-hangzhou","ResourceAccountId":` + testMember + `,"ResourceId":"` + clusterID("one") + `","ResourceType":"ACS::ACK::Cluster"}]`
		step(k, name("Ignore", "EvaluationResults"), with(params{"ConfigRuleId": other, "Resources": resources, "Reason": "known", "IgnoreDate": "2999-01-01"}))
		filter := params{"ConfigRuleId": other, "Regions": "cn-hangzhou,cn-shanghai", "ResourceTypes": "ACS::ACK::Cluster", "MaxResults": "1"}
		if group != "" {
			filter["ResourceAccountId"] = testMember
		}
		page := step(k, name("List", "ConfigRuleEvaluationResults"), with(filter)).object("EvaluationResults")
		if page.list("EvaluationResultList")[0].text("ComplianceType") != "IGNORED" || page.text("NextToken") == "" {
			t.Error(page)
		}
		step(k, name("List", "ResourceEvaluationResults"), with(params{"ResourceId": clusterID("one")}))
		step(k, name("Revert", "EvaluationResults"), with(params{"ConfigRuleId": other, "Resources": resources}))
		filter = params{"MaxResults": "1", "ResourceTypes": "ACS::ACK::Cluster", "Regions": "cn-hangzhou"}
		if found := step(k, name("List", "DiscoveredResources"), with(filter)).object("DiscoveredResourceProfiles"); found.text("NextToken") == "" {
			t.Error(found)
		}
		step(k, name("Get", "DiscoveredResource"), with(params{"Region": "cn-hangzhou", "ResourceId": clusterID("one"), "ResourceType": "ACS::ACK::Cluster", "ComplianceOption": "1"}))
		step(k, name("Deactive", "ConfigRules"), with(params{"ConfigRuleIds": id}))
		step(k, name("Active", "ConfigRules"), with(params{"ConfigRuleIds": id + ",cr-none"}))
		channel := step(k, name("Create", "ConfigDeliveryChannel"), with(params{
			"DeliveryChannelName": "channel", "DeliveryChannelType": "SLS", "DeliveryChannelTargetArn": "acs:log:cn-hangzhou:" + testMember + ":project/p/logstore/l",
			"DeliveryChannelCondition": `[{"filterType":"ResourceType","values":["ACS::ACK::Cluster"],"multiple":true},{"filterType":"RuleRiskLevel","value":"1","multiple":false}]`,
			"DeliverySnapshotTime":     "09:10Z", "OversizedDataOSSTargetArn": "acs:oss:cn-hangzhou:" + testMember + ":bucket", "Description": "text", "ClientToken": "channel",
			"ConfigurationItemChangeNotification": "true", "ConfigurationSnapshot": "true", "CompliantSnapshot": "true", "NonCompliantNotification": "true",
		})).text("DeliveryChannelId")
		step(k, name("Update", "ConfigDeliveryChannel"), with(params{"DeliveryChannelId": channel, "Status": "0", "Description": ""}))
		step(k, name("Get", "ConfigDeliveryChannel"), with(params{"DeliveryChannelId": channel}))
		step(k, name("List", "ConfigDeliveryChannels"), with(params{"DeliveryChannelIds": channel}))
		step(k, name("Delete", "ConfigDeliveryChannel"), with(params{"DeliveryChannelId": channel}))
		pack := step(k, name("Create", "CompliancePack"), with(params{
			"CompliancePackName": "pack", "CompliancePackTemplateId": "ct-1", "Description": "text", "RiskLevel": "1", "DefaultEnable": "true", "ClientToken": "pack", "Tag": tags,
			"ConfigRules":    `[{"ManagedRuleIdentifier":"ack-new","ConfigRuleName":"new","Description":"text","RiskLevel":1,"ConfigRuleParameters":[{"ParameterName":"days","ParameterValue":"3"}]}]`,
			"RegionIdsScope": "cn-hangzhou", "ExcludeRegionIdsScope": "cn-beijing", "ResourceGroupIdsScope": "rg-1", "ExcludeResourceGroupIdsScope": "rg-2",
			"ResourceIdsScope": clusterID("one"), "ExcludeResourceIdsScope": clusterID("two"), "TagKeyScope": "a", "TagValueScope": "b",
			"TagsScope.1.TagKey": "a", "ExcludeTagsScope.1.TagKey": "b", "ExcludeTagsScope.1.TagValue": "c",
		})).text("CompliancePackId")
		step(k, name("Attach", "ConfigRuleToCompliancePack"), with(params{"CompliancePackId": pack, "ConfigRuleIds": id + ",cr-none"}))
		step(k, name("Get", "CompliancePack"), with(params{"CompliancePackId": pack, "Tag": tags}))
		step(k, name("List", "CompliancePacks"), with(params{"Status": "ACTIVE"}))
		step(k, name("List", "ConfigRules"), with(params{"CompliancePackId": pack}))
		step(k, name("Get", "ConfigRule"), with(params{"ConfigRuleId": id}))
		step(k, name("Get", "ConfigRuleComplianceByPack"), with(params{"CompliancePackId": pack}))
		step(k, name("Detach", "ConfigRuleToCompliancePack"), with(params{"CompliancePackId": pack, "ConfigRuleIds": id + ",cr-none"}))
		step(k, name("Update", "CompliancePack"), with(params{"CompliancePackId": pack, "Description": ""}))
		step(k, name("Delete", "CompliancePacks"), with(params{"CompliancePackIds": pack + ",cp-none", "DeleteRule": "true"}))
		step(k, name("Delete", "ConfigRules"), with(params{"ConfigRuleIds": id + ",cr-none"}))
	}
	admin, local := keyOf("FAKEADMIN"), keyOf("FAKELOCAL")
	step(local, "StopConfigurationRecorder", nil)
	step(local, "StartConfigurationRecorder", nil)
	step(local, "UpdateConfigurationRecorder", params{"ResourceTypes": "ACS::ACK::Cluster,ACS::ECS::Instance"})
	step(local, "GetConfigurationRecorder", nil)
	step(local, "GetManagedRule", params{"Identifier": "ack-cluster-public-endpoint-check"})
	step(local, "ListManagedRules", params{"ResourceTypes": "ACS::ACK::Cluster"})
	step(local, "ListCompliancePackTemplates", params{"ResourceTypes": "ACS::ACK::Cluster"})
	step(local, "ListPreManagedRules", params{"ResourceTypes": `["ACS::ECS::Instance"]`, "PageSize": "1"})
	step(local, "EvaluatePreConfigRules", params{
		"EnableManagedRules": "false", "ResourceTypeFormat": "ros",
		"ResourceEvaluateItems": `[{"ResourceLogicalId":"a","ResourceType":"ACS::ECS::Instance","ResourceProperties":"{\"DeletionProtection\":false}","Rules":[{"Identifier":"ecs-instance-deletion-protection-enabled","InputParameters":"{}"}]}]`,
	})
	custom := step(admin, "CreateAggregator", params{
		"AggregatorName": "some", "Description": "text", "AggregatorAccounts": `[{"AccountId":` + testMember + `,"AccountName":"member","AccountType":"ResourceDirectory"}]`,
		"Tag": `[{"Key":"k","Value":"v"}]`,
	}).text("AggregatorId")
	step(admin, "UpdateAggregator", params{"AggregatorId": custom, "AggregatorName": "renamed"})
	step(admin, "GetAggregator", params{"AggregatorId": custom})
	step(admin, "ListAggregators", params{"MaxResults": "1"})
	tour(local, "")
	tour(admin, "ca-all")
	step(admin, "DeleteAggregators", params{"AggregatorIds": custom + ",ca-none"})
	for i := range operations {
		if op := &operations[i]; op.product == ProductConfig && op.version == "" && !seen[op.action] {
			t.Errorf("%s was not called", op.action)
		}
	}
}
