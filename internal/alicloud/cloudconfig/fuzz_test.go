package cloudconfig_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/answering"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
)

const (
	ruleID  = "cr-0a1b2c3d4e5f60718293"
	groupID = "ca-0a1b2c3d4e5f60718293"
)

// errWrong is for an answer that was taken although it says nothing of what was asked for.
var errWrong = errors.New("this was taken for an answer")

// fuzzAnswers calls with whatever the fuzzer makes of the seeds as the answer:
// it may not panic, and absence is only what a code of this service says.
func fuzzAnswers(f *testing.F, call func(context.Context, *cloudconfig.Client) (found bool, err error), seeds ...string) {
	f.Helper()
	answering.Seed(f, append(seeds, `{"Code":"ConfigRuleNotExists","Message":"The ConfigRule does not exist."}`, `{"Code":"Invalid.AggregatorId.Value","Message":"no"}`)...)
	service := answering.New(f)
	client, err := cloudconfig.New(service.Config())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		service.With(status, body)
		found, err := call(t.Context(), client)
		if errors.Is(err, errWrong) {
			t.Errorf("%d %q: %v", status, body, err)
			return
		}
		if err == nil && !found {
			if !strings.Contains(body, "Not") && !strings.Contains(body, "Invalid.") && !strings.Contains(body, "DELETING") {
				t.Errorf("%d %q was taken for absence", status, body)
			}
			return
		}
		service.Check(t, err)
	})
}

func FuzzRule(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		rule, found, err := c.Of(groupID).Rule(ctx, ruleID)
		if err == nil && found && rule.ID != ruleID {
			err = errWrong
		}
		return found, err
	},
		`{"ConfigRule":{"ConfigRuleId":"`+ruleID+`","AccountId":100000000000003,"ConfigRuleState":"ACTIVE","RiskLevel":1,"InputParameters":{"a":1,"b":"x"},"TagsScope":[{"TagKey":"k","TagValue":"v"}],"Source":{"Identifier":"i"},"CreateBy":{"CompliancePackId":"cp-1"}}}`,
		`{"ConfigRule":{"ConfigRuleId":"`+ruleID+`","ConfigRuleState":"DELETING"}}`, `{"ConfigRule":{"ConfigRuleId":"cr-other"}}`, `{"ConfigRule":null}`, `{"ConfigRule":{}}`)
}

func FuzzRules(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		rules, err := c.Of("").Rules(ctx, cloudconfig.RuleFilter{})
		for _, r := range rules {
			if r.ID == "" {
				err = errWrong
			}
		}
		return true, err
	},
		`{"ConfigRules":{"ConfigRuleList":[{"ConfigRuleId":"cr-1","SourceIdentifier":"i","Tags":[{"Key":"k","Value":"v"}]}],"TotalCount":1,"PageNumber":1,"PageSize":100}}`,
		`{"ConfigRules":{"ConfigRuleList":[{}],"TotalCount":1}}`, `{"ConfigRules":{"ConfigRuleList":[],"TotalCount":9}}`, `{"ConfigRules":{}}`, `{"ConfigRules":null}`)
}

func FuzzResults(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		return true, c.Of(groupID).Results(ctx, cloudconfig.ResultFilter{RuleID: ruleID}, func(cloudconfig.Result) error { return nil })
	},
		`{"EvaluationResults":{"EvaluationResultList":[{"ComplianceType":"NON_COMPLIANT","RiskLevel":1,"Annotation":"{\"configuration\":\"x\",\"desiredValue\":7,\"reason\":null}","ResultRecordedTimestamp":1700000000000,"EvaluationResultIdentifier":{"EvaluationResultQualifier":{"ConfigRuleId":"cr-1","ResourceId":"c1","ResourceOwnerId":100000000000003,"RegionId":"cn-hangzhou"}}}],"NextToken":""}}`,
		`{"EvaluationResults":{"EvaluationResultList":[],"NextToken":"again"}}`, `{"EvaluationResults":null}`, `{"EvaluationResults":{"EvaluationResultList":[{"Annotation":"no json"}]}}`)
}

func FuzzAggregator(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		group, found, err := c.Aggregator(ctx, groupID)
		if err == nil && found && group.ID != groupID {
			err = errWrong
		}
		return found, err
	},
		`{"Aggregator":{"AggregatorId":"`+groupID+`","AccountId":1,"AggregatorStatus":1,"AggregatorType":"CUSTOM","AggregatorCreateTimestamp":"1","AggregatorAccounts":[{"AccountId":2,"RecorderStatus":"REGISTERED"}]}}`,
		`{"Aggregator":{}}`, `{"Aggregator":null}`)
}

func FuzzManagedRules(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		_, err := c.ManagedRules(ctx, cloudconfig.ACKCluster)
		return true, err
	},
		`{"ManagedRules":{"ManagedRuleList":[{"Identifier":"i","Labels":["a"],"Scope":{"ComplianceResourceTypes":["ACS::ACK::Cluster"]},"SourceDetails":[{"MessageType":"ScheduledNotification","MaximumExecutionFrequency":"One_Hour"}]}],"TotalCount":1}}`,
		`{"ManagedRules":{"ManagedRuleList":[{}],"TotalCount":1}}`, `{"ManagedRules":null}`)
}

// Each result of a call on several objects is its own, whatever the status.
func FuzzDelete(f *testing.F) {
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) {
		return true, c.Of("").DeleteRule(ctx, ruleID)
	},
		`{"OperateRuleResult":{"OperateRuleItemList":[{"ConfigRuleId":"`+ruleID+`","Success":true}]}}`,
		`{"OperateRuleResult":{"OperateRuleItemList":[{"ConfigRuleId":"`+ruleID+`","Success":false,"ErrorCode":"ConfigRuleCanNotDelete"}]}}`,
		`{"OperateRuleResult":{"OperateRuleItemList":[{"ConfigRuleId":"cr-other","Success":true}]}}`, `{"OperateRuleResult":null}`)
}

// A refusal inside an answer with status 200 is an error with its code, and an
// object that the answer leaves out did not change.
func TestDelete_refusedInside200(t *testing.T) {
	t.Parallel()
	for body, code := range map[string]string{
		`{"OperateRuleResult":{"OperateRuleItemList":[{"ConfigRuleId":"` + ruleID + `","Success":false,"ErrorCode":"ConfigRuleCanNotDelete"}]}}`: "ConfigRuleCanNotDelete",
		`{"OperateRuleResult":{"OperateRuleItemList":[{"ConfigRuleId":"cr-other","Success":true}]}}`:                                             "",
	} {
		service := answering.New(t)
		service.With(200, body)
		client, err := cloudconfig.New(service.Config())
		if err != nil {
			t.Fatal(err)
		}
		var refused *alicloud.Error
		if err := client.Of("").DeleteRule(t.Context(), ruleID); !errors.As(err, &refused) || refused.Code != code || refused.Action != "DeleteConfigRules" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// A rule that is stopped already is as it should be.
func TestSetRuleActive_stoppedAlready(t *testing.T) {
	t.Parallel()
	service := answering.New(t)
	service.With(400, `{"Code":"ConfigRuleStatusNotActive","Message":"The rule is not active."}`)
	client, err := cloudconfig.New(service.Config())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Of("").SetRuleActive(t.Context(), ruleID, false); err != nil {
		t.Error(err)
	}
	if err := client.Of("").SetRuleActive(t.Context(), ruleID, true); err == nil {
		t.Error("starting it says the same and is taken for done")
	}
}
