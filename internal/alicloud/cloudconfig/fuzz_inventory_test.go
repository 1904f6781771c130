package cloudconfig_test

import (
	"context"
	"testing"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
)

const clusterID = "c00000000000000000000000000retail"

// fuzzLists is fuzzAnswers for a call whose object cannot be absent.
func fuzzLists(f *testing.F, call func(context.Context, *cloudconfig.Client) error, seeds ...string) {
	f.Helper()
	fuzzAnswers(f, func(ctx context.Context, c *cloudconfig.Client) (bool, error) { return true, call(ctx, c) }, seeds...)
}

func FuzzDiscoveredClusters(f *testing.F) {
	fuzzLists(f, func(ctx context.Context, c *cloudconfig.Client) error {
		list, err := c.Of("ca-1").DiscoveredClusters(ctx, "")
		for _, d := range list {
			if d.AccountID == "" || d.Region == "" || d.ClusterID == "" {
				return errWrong
			}
		}
		return err
	},
		`{"DiscoveredResourceProfiles":{"DiscoveredResourceProfileList":[{"AccountId":1,"ResourceOwnerId":2,"Region":"cn-hangzhou","ResourceId":"c1","ResourceName":"a","ResourceType":"ACS::ACK::Cluster","ResourceDeleted":1,"Tags":"{\"k\":[\"v\"]}","UpdateTime":1722441600000}],"NextToken":"","TotalCount":1}}`,
		`{"DiscoveredResourceProfiles":{"DiscoveredResourceProfileList":[{}],"TotalCount":1}}`, `{"DiscoveredResourceProfiles":{"DiscoveredResourceProfileList":[],"TotalCount":7}}`,
		`{"DiscoveredResourceProfiles":{"NextToken":"again"}}`, `{"DiscoveredResourceProfiles":null}`)
}

func FuzzSnapshot(f *testing.F) {
	fuzzLists(f, func(ctx context.Context, c *cloudconfig.Client) error {
		cluster, err := c.Of("ca-1").Snapshot(ctx, "1", "cn-hangzhou", clusterID)
		if err == nil && cluster.ClusterID != clusterID {
			return errWrong
		}
		return err
	},
		`{"DiscoveredResourceDetail":{"Configuration":"{\"cluster_id\":\"`+clusterID+`\",\"master_url\":\"{\\\"api_server_endpoint\\\":\\\"\\\"}\"}"}}`,
		`{"DiscoveredResourceDetail":{"Configuration":"{\"cluster_id\":\"other\"}"}}`, `{"DiscoveredResourceDetail":{"Configuration":"null"}}`,
		`{"DiscoveredResourceDetail":{"Configuration":""}}`, `{"DiscoveredResourceDetail":{}}`, `{"DiscoveredResourceDetail":null}`)
}

func FuzzPreCheck(f *testing.F) {
	fuzzLists(f, func(ctx context.Context, c *cloudconfig.Client) error {
		_, err := c.PreCheck(ctx, []cloudconfig.Planned{{LogicalID: "a", Properties: "{}", Rules: []string{"r"}}})
		return err
	}, `{"ResourceEvaluations":[{"ResourceLogicalId":"a","Rules":[{"Identifier":"r","ComplianceType":"COMPLIANT","Annotation":"{\"reason\":\"x\"}"}]}]}`, `{"ResourceEvaluations":[null]}`)
}
