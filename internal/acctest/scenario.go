package acctest

import (
	"fmt"
	"strings"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

// Accounts of Fleet.
const (
	Management = "100000000000001"
	Retail     = "100000000000003"
	Logistics  = "100000000000004"
	Payments   = "100000000000005"
	Analytics  = "100000000000006"
)

// ClusterID makes the ID of a test cluster from a name.
func ClusterID(name string) string {
	name = strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
	return "c" + strings.Repeat("0", 32-len(name)) + name
}

// Fleet is a management account and four members with a cluster each, all
// compliant: Retail and Logistics in cn-hangzhou, Payments in cn-shanghai,
// Analytics one in each.
func Fleet() *simulator.Scenario {
	return &simulator.Scenario{
		Seed: 1,
		ResourceDirectory: &simulator.ResourceDirectory{
			ResourceDirectoryID: "rd-test01", MasterAccountID: Management, RootFolderID: "r-test01",
			Folders: []simulator.Folder{
				{FolderID: "fd-prod000001", FolderName: "Production"},
				{FolderID: "fd-shop000001", FolderName: "Shop", ParentFolderID: "fd-prod000001"},
				{FolderID: "fd-test000001", FolderName: "Testing"},
			},
		},
		Accounts: []simulator.Account{
			{
				AccountID: Management, AccountName: new("management"),
				Users: []simulator.User{{
					UserName:         "terraform",
					AccessKeys:       []simulator.AccessKey{{ID: "FAKE-MANAGEMENT-KEY-ID", Secret: "fake-management-key-secret"}},
					AttachedPolicies: []string{"AdministratorAccess"},
				}},
			},
			Member(Retail, "retail", "fd-shop000001", Cluster("retail", "cn-hangzhou")),
			Member(Logistics, "logistics", "fd-prod000001", Cluster("logistics", "cn-hangzhou")),
			Member(Payments, "payments", "fd-prod000001", Cluster("payments", "cn-shanghai")),
			Member(Analytics, "analytics", "fd-test000001", Cluster("analytics-a", "cn-hangzhou"), Cluster("analytics-b", "cn-shanghai")),
		},
	}
}

// Member is a member account whose default role trusts the management account.
func Member(id, name, folder string, clusters ...simulator.Cluster) simulator.Account {
	return simulator.Account{
		AccountID: id, AccountName: new(name + "@rd-test01"), DisplayName: new(name), FolderID: folder,
		Status: new("CreateSuccess"), Type: new("ResourceAccount"), JoinMethod: new("created"),
		Roles: []simulator.Role{{
			RoleName: fleet.DefaultMemberRole, Trusts: []string{Management}, AttachedPolicies: []string{"AdministratorAccess"},
		}},
		Clusters: clusters,
	}
}

// Cluster is a running managed cluster that complies with every rule.
func Cluster(name, region string, changes ...func(*simulator.Cluster)) simulator.Cluster {
	c := simulator.Cluster{
		ClusterID: ClusterID(name), Name: name, ClusterType: "ManagedKubernetes", Profile: new("Default"),
		ClusterSpec: new("ack.pro.small"), RegionID: region, State: "running", CurrentVersion: new("1.34.1-aliyun.1"),
		DeletionProtection: new(true), Timezone: new("Asia/Shanghai"),
		MasterURL: &simulator.MasterURL{APIServerEndpoint: new(""), IntranetAPIServerEndpoint: new("https://10.0.0.1:6443")},
		MetaData:  map[string]any{"Capabilities": map[string]any{"Network": "terway-eniip"}},
		NodePools: []simulator.NodePool{{
			NodepoolInfo:     &simulator.NodePoolInfo{NodepoolID: new("np-" + name), Name: new("default")},
			KubernetesConfig: &simulator.KubernetesConfig{CMSEnabled: new(true)},
			Status:           &simulator.NodePoolStatus{State: new("active"), TotalNodes: new(int64(3))},
		}},
		Addons: []simulator.Addon{{Name: "terway-eniip", State: new("active"), Version: new("v1.14.0")}},
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// Public gives a cluster a public API server endpoint.
func Public(c *simulator.Cluster) {
	c.MasterURL = &simulator.MasterURL{APIServerEndpoint: new("https://203.0.113.24:6443"), IntranetAPIServerEndpoint: new("https://10.0.0.1:6443")}
}

// Unprotected switches a cluster's deletion protection off.
func Unprotected(c *simulator.Cluster) { c.DeletionProtection = new(false) }

// ManyID is the account ID of a member of Many, counted from 0.
func ManyID(member int) string { return fmt.Sprintf("2%014d", member+1) }

// Many is a fleet of so many members with so many clusters each, spread over regions.
func Many(members, clusters int, regions ...string) *simulator.Scenario {
	s := Fleet()
	s.Accounts = s.Accounts[:1]
	for m := range members {
		var list []simulator.Cluster
		for _, region := range regions {
			for n := range clusters {
				list = append(list, Cluster(fmt.Sprintf("m%dr%sn%d", m, strings.ReplaceAll(region, "-", "")[2:], n), region))
			}
		}
		s.Accounts = append(s.Accounts, Member(ManyID(m), fmt.Sprintf("member-%d", m), "fd-prod000001", list...))
	}
	return s
}
