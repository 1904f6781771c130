package simulator

import (
	"testing"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

func TestRealClientsAreAccepted(t *testing.T) {
	for _, family := range []struct {
		name string
		acs3 bool
	}{{"ROA v1", false}, {"ACS3", true}} {
		t.Run(family.name, func(t *testing.T) {
			_, server := startCloud(t, testScenario())
			for name, k := range map[string]credentials{"AccessKey": keyOf("FAKELOCAL"), "STS": mustAssume(t, server)} {
				client := csClient(t, server, k, family.acs3)
				list, err := client.DescribeClustersV1(&cs.DescribeClustersV1Request{Name: tea.String("o b*~+é/=&")})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if n := len(list.Body.Clusters); n != 0 {
					t.Errorf("%s: %d clusters for a name that none has", name, n)
				}
				detail, err := client.DescribeClusterDetail(tea.String(clusterID("one")))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if got := tea.StringValue(detail.Body.MasterUrl); got != `{"intranet_api_server_endpoint":"https://10.0.0.1:6443"}` {
					t.Errorf("%s: master_url is %s", name, got)
				}
				if _, err := client.ModifyCluster(tea.String(clusterID("one")), &cs.ModifyClusterRequest{DeletionProtection: tea.Bool(false)}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	for _, v1 := range []bool{true, false} {
		_, server := startCloud(t, testScenario())
		body, err := rpcAs(t, server, keyOf("FAKEADMIN"), v1, "2022-04-19", "ListAccounts", params{"QueryKeyword": "mem", "PageSize": "100"})
		if err != nil {
			t.Fatalf("RPC, v1=%v: %v", v1, err)
		}
		if n := len(body["Accounts"].(map[string]any)["Account"].([]any)); n != 1 {
			t.Errorf("RPC, v1=%v: %d accounts, want 1", v1, n)
		}
	}
}
