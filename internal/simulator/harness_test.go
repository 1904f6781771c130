package simulator

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
)

const (
	testManagement = "100000000000001"
	testMember     = "100000000000002"
	testDenied     = "100000000000003"
	testOther      = "100000000000004"
	testRole       = "ResourceDirectoryAccountAccessRole"
)

// clusterID makes a valid id from a short name.
func clusterID(name string) string { return "c" + strings.Repeat("0", 32-len(name)) + name }

// testScenario is a small landing zone: a management account, a member that trusts it, one that does not, and a
// stranger outside the directory.
func testScenario() *Scenario {
	running := func(name, region string) Cluster {
		return Cluster{
			ClusterID: clusterID(name), Name: name, ClusterType: "ManagedKubernetes", RegionID: region, State: "running",
			ClusterSpec: new("ack.pro.small"), Profile: new("Default"), DeletionProtection: new(true), VPCID: new("vpc-1"),
			MasterURL: &MasterURL{IntranetAPIServerEndpoint: new("https://10.0.0.1:6443")},
			MetaData:  map[string]any{"Addons": []any{}},
		}
	}
	user := func(name, key string, policies ...string) User {
		return User{UserName: name, AccessKeys: []AccessKey{{ID: key, Secret: key + "-secret"}}, AttachedPolicies: policies}
	}
	return &Scenario{
		Seed: 7,
		ResourceDirectory: &ResourceDirectory{
			ResourceDirectoryID: "rd-test01", MasterAccountID: testManagement, RootFolderID: "r-test01",
			Folders: []Folder{{FolderID: "fd-outer", FolderName: "Outer"}, {FolderID: "fd-inner", FolderName: "Inner", ParentFolderID: "fd-outer"}},
		},
		Accounts: []Account{
			{
				AccountID: testManagement, AccountName: new("management"),
				RootAccessKeys: []AccessKey{{ID: "FAKEROOT", Secret: "FAKEROOT-secret"}},
				Users:          []User{user("admin", "FAKEADMIN", "AdministratorAccess"), user("reader", "FAKEREADER", "AliyunResourceDirectoryReadOnlyAccess")},
			},
			{
				AccountID: testMember, DisplayName: new("member"), FolderID: "fd-inner", Status: new("CreateSuccess"), Tags: []MemberTag{{Key: "env", Value: "prod"}},
				Users:      []User{user("local", "FAKELOCAL", "AdministratorAccess"), user("looker", "FAKELOOKER", "AliyunCSReadOnlyAccess")},
				Roles:      []Role{{RoleName: testRole, Trusts: []string{testManagement}, AttachedPolicies: []string{"AdministratorAccess"}}},
				ElasticIPs: []ElasticIP{{AllocationID: "eip-test", IPAddress: "203.0.113.9"}},
				Clusters:   []Cluster{running("one", "cn-hangzhou"), running("two", "cn-hangzhou"), running("three", "cn-shanghai")},
			},
			{
				AccountID: testDenied, DisplayName: new("denied"), FolderID: "r-test01", Status: new("InviteSuccess"),
				Roles: []Role{{RoleName: testRole, Trusts: []string{testOther}, AttachedPolicies: []string{"AdministratorAccess"}}},
			},
			{AccountID: testOther, Users: []User{user("stranger", "FAKESTRANGER", "AdministratorAccess")}},
		},
	}
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// startCloud serves a scenario; an unexpected request fails the test unless it asks for that with options.
func startCloud(t *testing.T, s *Scenario, options ...func(*Options)) (*Cloud, *Server) {
	t.Helper()
	o := Options{OnUnexpected: func(message string) { t.Error("unexpected request: " + message) }}
	for _, option := range options {
		option(&o)
	}
	c, err := New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	server, err := c.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, server
}

func withClock(c *clock) func(*Options) { return func(o *Options) { o.Now = c.Now } }

func expectUnexpected(messages *[]string) func(*Options) {
	return func(o *Options) { o.OnUnexpected = func(m string) { *messages = append(*messages, m) } }
}

// credentials of one caller.
type credentials struct{ id, secret, token string }

func keyOf(id string) credentials { return credentials{id: id, secret: id + "-secret"} }

func (k credentials) config(s *Server) *openapiutil.Config {
	return &openapiutil.Config{
		AccessKeyId: &k.id, AccessKeySecret: &k.secret, SecurityToken: nonEmpty(k.token), Endpoint: new(s.Addr()), Protocol: new("http"),
		RegionId: new("cn-hangzhou"), HttpClient: directTransport{},
	}
}

// directTransport stands in for the SDK's own HTTP client, which all its clients share without a lock (tea v1.5.2 sets
// the timeout while other calls read it), and which heeds proxies in the environment.
type directTransport struct{}

var direct = &http.Transport{}

func (directTransport) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	return direct.RoundTrip(r)
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// csClient is the vendor's typed client; acs3 switches its signature from ROA v1 to ACS3.
func csClient(t *testing.T, s *Server, k credentials, acs3 bool) *cs.Client {
	t.Helper()
	client, err := cs.NewClient(k.config(s))
	if err != nil {
		t.Fatal(err)
	}
	if acs3 {
		client.SignatureAlgorithm = nil
	}
	return client
}

// object is a decoded answer; what is not there, or of another type, reads as nothing.
type object map[string]any

func (o object) object(name string) object {
	inner, _ := o[name].(map[string]any)
	return inner
}

func (o object) list(name string) []object {
	items, _ := o[name].([]any)
	list := make([]object, len(items))
	for i := range items {
		list[i], _ = items[i].(map[string]any)
	}
	return list
}

func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

// params are parameters of an RPC call.
type params = map[string]string

// rpcAs calls an RPC API with the vendor's generic client; v1 selects HMAC-SHA1 in the query, otherwise ACS3 is used.
func rpcAs(t *testing.T, s *Server, k credentials, v1 bool, version, action string, query params) (object, error) {
	t.Helper()
	client, err := openapi.NewClient(k.config(s))
	if err != nil {
		t.Fatal(err)
	}
	if v1 {
		client.SignatureAlgorithm = new("v2")
	}
	values := map[string]*string{}
	for name, v := range query {
		values[name] = &v
	}
	result, err := client.CallApi(&openapiutil.Params{
		Action: &action, Version: &version, Style: new("RPC"), Method: new("POST"), Pathname: new("/"), Protocol: new("HTTP"),
		AuthType: new("AK"), ReqBodyType: new("formData"), BodyType: new("json"),
	}, &openapiutil.OpenApiRequest{Query: values}, &dara.RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	return object(result).object("body"), nil
}

func rpc(t *testing.T, s *Server, k credentials, version, action string, query params) (object, error) {
	t.Helper()
	return rpcAs(t, s, k, false, version, action, query)
}

// roa calls a Container Service API that the vendor's v4 does not type.
func roa(t *testing.T, s *Server, k credentials, action, method, path string, query params, body any) (object, error) {
	t.Helper()
	values := map[string]*string{}
	for name, v := range query {
		values[name] = &v
	}
	client := csClient(t, s, k, true)
	result, err := client.CallApi(&openapiutil.Params{
		Action: &action, Version: new("2015-12-15"), Style: new("ROA"), Method: &method, Pathname: &path, Protocol: new("HTTP"),
		AuthType: new("AK"), ReqBodyType: new("json"), BodyType: new("json"),
	}, &openapiutil.OpenApiRequest{Query: values, Body: body}, &dara.RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	return object(result).object("body"), nil
}

// assume returns credentials of a role.
func assume(t *testing.T, s *Server, k credentials, account string, extra params) (credentials, error) {
	t.Helper()
	query := params{"RoleArn": "acs:ram::" + account + ":role/" + testRole, "RoleSessionName": "test"}
	for name, v := range extra {
		query[name] = v
	}
	body, err := rpc(t, s, k, "2015-04-01", "AssumeRole", query)
	if err != nil {
		return credentials{}, err
	}
	c := body.object("Credentials")
	return credentials{c.text("AccessKeyId"), c.text("AccessKeySecret"), c.text("SecurityToken")}, nil
}

func mustAssume(t *testing.T, s *Server) credentials {
	t.Helper()
	k, err := assume(t, s, keyOf("FAKEADMIN"), testMember, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// refusal is what tests look at in an SDK error.
type refusal struct {
	message, data string
	detail        map[string]any
}

// wantCode checks the code and the status of an SDK error.
func wantCode(t *testing.T, err error, status int, code string) refusal {
	t.Helper()
	var sdk *tea.SDKError
	if err == nil {
		t.Fatalf("no error, want %d %s", status, code)
	}
	if !errors.As(err, &sdk) {
		t.Fatalf("%T %v, want an SDK error %s", err, err, code)
	}
	if tea.StringValue(sdk.Code) != code || tea.IntValue(sdk.StatusCode) != status {
		t.Fatalf("got %d %s (%s), want %d %s", tea.IntValue(sdk.StatusCode), tea.StringValue(sdk.Code), tea.StringValue(sdk.Message), status, code)
	}
	return refusal{tea.StringValue(sdk.Message), tea.StringValue(sdk.Data), sdk.AccessDeniedDetail}
}
