package simulator

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
)

// What the vendor's CLI and the official Terraform provider are documented to send, sent without them: exactly these
// parameters, headers and signatures, over every way that the two use.

// emptyMD5 is the Content-MD5 of a request without a body, as the CLI sends it.
func emptyMD5() string {
	sum := md5.Sum(nil)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// cliHeader is what the CLI adds to a ROA call; it sends no nonce.
func cliHeader() map[string]string {
	return map[string]string{
		"Content-MD5": emptyMD5(), "Content-Type": "application/octet-stream", "Accept": "application/octet-stream", "x-acs-credentials-provider": "static_ak",
		"User-Agent": "Aliyun-CLI/3", "x-sdk-client": "golang/1.0.0", "x-sdk-invoke-type": "common", "Accept-Encoding": "identity",
	}
}

// providerHeader is what the official provider adds to a ROA call; it sends a nonce and no x-acs-action.
func providerHeader(nonce string) map[string]string {
	return map[string]string{"x-acs-signature-nonce": nonce, "x-acs-credentials-provider": "static_ak", "User-Agent": "Terraform/1.15.9 Provider/1.289"}
}

// answerTo sends a request the given way and decodes what must be a good answer.
func answerTo(t *testing.T, w way, r *http.Request, into any) {
	t.Helper()
	response, err := w.transport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s", r.Method, r.URL.Path, response.Status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s %s: %v in %s", r.Method, r.URL.Path, err, body)
	}
}

// base is the address of an endpoint the given way.
func (w way) base(s *Server, endpoint string) string {
	if !w.trueHosts {
		endpoint = s.Addr()
	}
	return w.protocol + "://" + endpoint
}

func TestWhatTheCLISends(t *testing.T) {
	c, s := startCloud(t, testScenario())
	for _, w := range ways(t, c, s) {
		t.Run(w.name, func(t *testing.T) {
			local, admin := keyOf("FAKELOCAL"), keyOf("FAKEADMIN")
			var list struct{ Clusters []object }
			answerTo(t, w, roaRequest(t, local, w.base(s, "cs.cn-hangzhou.aliyuncs.com")+"/api/v1/clusters", cliHeader()), &list)
			if len(list.Clusters) != 3 {
				t.Errorf("%d clusters, want 3", len(list.Clusters))
			}
			var old []object
			answerTo(t, w, roaRequest(t, local, w.base(s, "cs.aliyuncs.com")+"/clusters", cliHeader()), &old)
			if len(old) != 3 || old[0].text("cluster_id") != clusterID("one") {
				t.Errorf("GET /clusters: %v", old)
			}
			var detail object
			answerTo(t, w, roaRequest(t, local, w.base(s, "cs.cn-hangzhou.aliyuncs.com")+"/clusters/"+clusterID("one"), cliHeader()), &detail)
			if detail.text("name") != "one" {
				t.Errorf("detail: %v", detail)
			}
			common := func(version, action string, more params) params {
				query := params{"Version": version, "Action": action, "RegionId": "cn-hangzhou", "SignatureType": ""}
				for name, v := range more {
					query[name] = v
				}
				return query
			}
			var identity, accounts, role object
			answerTo(t, w, rpcRequest(t, admin, http.MethodPost, w.base(s, "sts.aliyuncs.com"), common("2015-04-01", "GetCallerIdentity", nil), nil), &identity)
			if identity.text("AccountId") != testManagement {
				t.Errorf("identity: %v", identity)
			}
			answerTo(t, w, rpcRequest(t, admin, http.MethodPost, w.base(s, "sts.aliyuncs.com"), common("2015-04-01", "AssumeRole", params{
				"RoleArn": "acs:ram::" + testMember + ":role/" + testRole, "RoleSessionName": "cli",
			}), nil), &role)
			if role.object("Credentials").text("AccessKeyId") == "" {
				t.Errorf("AssumeRole: %v", role)
			}
			answerTo(t, w, rpcRequest(t, admin, http.MethodGet, w.base(s, "resourcemanager.aliyuncs.com"), common("2020-03-31", "ListAccounts", nil), nil), &accounts)
			if len(accounts.object("Accounts").list("Account")) != 2 {
				t.Errorf("accounts: %v", accounts)
			}
		})
	}
}

func TestWhatTheOfficialProviderSends(t *testing.T) {
	c, s := startCloud(t, testScenario())
	for _, w := range ways(t, c, s) {
		t.Run(w.name, func(t *testing.T) {
			local, admin := keyOf("FAKELOCAL"), keyOf("FAKEADMIN")
			var list struct{ Clusters []object }
			query := "/regions/cn-hangzhou/clusters?cluster_id=&page_number=1&page_size=50&region_id=cn-hangzhou"
			answerTo(t, w, roaRequest(t, local, w.base(s, "cs.cn-hangzhou.aliyuncs.com")+query, providerHeader(w.name+" list")), &list)
			if len(list.Clusters) != 2 {
				t.Errorf("%d clusters in the region, want 2", len(list.Clusters))
			}
			var old []object
			answerTo(t, w, roaRequest(t, local, w.base(s, "cs.cn-hangzhou.aliyuncs.com")+"/clusters", providerHeader(w.name+" old")), &old)
			if len(old) != 3 {
				t.Errorf("GET /clusters: %v", old)
			}
			var identity, accounts object
			r := rpcRequest(t, admin, http.MethodPost, w.base(s, "sts.cn-hangzhou.aliyuncs.com"),
				params{"Version": "2015-04-01", "Action": "GetCallerIdentity", "SignatureType": "", "RegionId": "cn-hangzhou"}, nil)
			for name, v := range map[string]string{
				"x-acs-credentials-provider": "static_ak", "x-sdk-core-version": "1.0", "x-sdk-invoke-type": "normal", "x-sdk-client": "golang/1.0.0",
			} {
				r.Header.Set(name, v)
			}
			answerTo(t, w, r, &identity)
			if identity.text("IdentityType") != "RAMUser" {
				t.Errorf("identity: %v", identity)
			}
			answerTo(t, w, rpcRequest(t, admin, http.MethodPost, w.base(s, "resourcedirectory.aliyuncs.com"),
				params{"Version": version2022, "Action": "ListAccounts", "SignatureType": ""},
				params{"IncludeTags": "true", "PageNumber": "1", "PageSize": "50"}), &accounts)
			members := accounts.object("Accounts").list("Account")
			if len(members) != 2 || members[0].object("Tags").list("Tag")[0].text("Key") != "env" {
				t.Errorf("accounts: %v", members)
			}
		})
	}
}

// TestDeprecatedList: the vendor's typed client reads the bare array, and its filters work.
func TestDeprecatedList(t *testing.T) {
	_, s := startCloud(t, testScenario())
	for _, acs3 := range []bool{false, true} {
		client := csClient(t, s, keyOf("FAKELOCAL"), acs3)
		for _, c := range []struct {
			request cs.DescribeClustersRequest
			want    int
		}{
			{cs.DescribeClustersRequest{}, 3},
			{cs.DescribeClustersRequest{Name: new("THREE")}, 1},
			{cs.DescribeClustersRequest{ClusterType: new("Ask")}, 0},
		} {
			got, err := client.DescribeClusters(&c.request)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Body) != c.want {
				t.Errorf("%+v: %d clusters, want %d", c.request, len(got.Body), c.want)
			}
		}
		_, err := client.DescribeClusters(&cs.DescribeClustersRequest{ClusterType: new("Swarm")})
		wantCode(t, err, http.StatusBadRequest, "InvalidParameter.clusterType")
	}
}
