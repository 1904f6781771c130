package simulator

import (
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials/providers"
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
		if n := len(body.object("Accounts").list("Account")); n != 1 {
			t.Errorf("RPC, v1=%v: %d accounts, want 1", v1, n)
		}
	}
}

// TestCredentialsLibrary assumes a role with the vendor's credentials library: RPC v1, business parameters in the form.
func TestCredentialsLibrary(t *testing.T) {
	cloud, server := startCloud(t, testScenario())
	before := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = before })
	static, err := providers.NewStaticAKCredentialsProviderBuilder().WithAccessKeyId("FAKEADMIN").WithAccessKeySecret("FAKEADMIN-secret").Build()
	if err != nil {
		t.Fatal(err)
	}
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: server.CertPool()}}
	provider, err := providers.NewRAMRoleARNCredentialsProviderBuilder().WithCredentialsProvider(static).WithStsEndpoint(server.Addr()).
		WithRoleArn("acs:ram::" + testMember + ":role/" + testRole).WithRoleSessionName("library").Build()
	if err != nil {
		t.Fatal(err)
	}
	got, err := provider.GetCredentials()
	if err != nil {
		t.Fatal(err)
	}
	body, err := rpc(t, server, credentials{got.AccessKeyId, got.AccessKeySecret, got.SecurityToken}, "2015-04-01", "GetCallerIdentity", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "acs:ram::" + testMember + ":role/" + testRole + "/library"; body["Arn"] != want {
		t.Errorf("caller is %v, want %s", body["Arn"], want)
	}
	calls := cloud.Requests(Filter{Action: "AssumeRole"})
	if len(calls) != 1 || calls[0].Form.Get("RoleSessionName") != "library" || strings.Contains(calls[0].Query.Encode(), "FAKEADMIN") {
		t.Errorf("recorded %+v", calls)
	}
}

// tamper is an HTTP client for SDK clients that changes requests after they were signed.
type tamper func(*http.Request)

// Call gives the change canonical header names, which the SDK does not use.
func (f tamper) Call(r *http.Request, transport *http.Transport) (*http.Response, error) {
	header := http.Header{}
	for name, values := range r.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	r.Header = header
	f(r)
	return transport.RoundTrip(r)
}

// families are the ways to sign one call; each call is legal until somebody touches it. Names select some of them.
func families(t *testing.T, s *Server, k credentials, change tamper, names ...string) map[string]error {
	t.Helper()
	result := map[string]error{}
	wanted := func(name string) bool { return len(names) == 0 || slices.Contains(names, name) }
	for name, algorithm := range map[string]*string{"v1": new("v2"), "ACS3": nil} {
		config := k.config(s)
		config.HttpClient = change
		client, err := openapi.NewClient(config)
		if err != nil {
			t.Fatal(err)
		}
		client.SignatureAlgorithm = algorithm
		if wanted("RPC " + name) {
			_, result["RPC "+name] = client.CallApi(&openapiutil.Params{
				Action: new("ListAccounts"), Version: new("2022-04-19"), Style: new("RPC"), Method: new("POST"), Pathname: new("/"), Protocol: new("HTTP"),
				AuthType: new("AK"), ReqBodyType: new("formData"), BodyType: new("json"),
			}, &openapiutil.OpenApiRequest{Query: map[string]*string{"PageSize": new("7")}}, &dara.RuntimeOptions{})
		}
		if wanted("ROA " + name) {
			_, result["ROA "+name] = client.CallApi(&openapiutil.Params{
				Action: new("DescribeClustersV1"), Version: new("2015-12-15"), Style: new("ROA"), Method: new("GET"), Pathname: new("/api/v1/clusters"), Protocol: new("HTTP"),
				AuthType: new("AK"), ReqBodyType: new("json"), BodyType: new("json"),
			}, &openapiutil.OpenApiRequest{Query: map[string]*string{"page_size": new("7")}}, &dara.RuntimeOptions{})
		}
	}
	return result
}

func TestTamperedRequestsAreRefused(t *testing.T) {
	_, server := startCloud(t, testScenario())
	admin := keyOf("FAKEADMIN")
	for name, err := range families(t, server, admin, func(*http.Request) {}) {
		if err != nil {
			t.Errorf("%s untouched: %v", name, err)
		}
	}
	wrong := admin
	wrong.secret = "guess"
	for name, err := range families(t, server, wrong, func(*http.Request) {}) {
		if sdk := wantCode(t, err, http.StatusBadRequest, "SignatureDoesNotMatch"); !strings.Contains(sdk.message, "server string to sign is:") {
			t.Errorf("%s: message is %s", name, sdk.message)
		}
	}
	changeQuery := func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "ize=7", "ize=8", 1) }
	for name, err := range families(t, server, admin, changeQuery) {
		if err == nil {
			t.Errorf("%s: a changed query was accepted", name)
			continue
		}
		wantCode(t, err, http.StatusBadRequest, "SignatureDoesNotMatch")
	}
	changeMethod := func(r *http.Request) { r.Method = http.MethodGet }
	for _, err := range families(t, server, admin, changeMethod, "RPC v1", "RPC ACS3") {
		wantCode(t, err, http.StatusBadRequest, "SignatureDoesNotMatch")
	}
}

// TestEverythingSignedIsChecked changes one signed part of an ACS3 request at a time.
func TestEverythingSignedIsChecked(t *testing.T) {
	_, server := startCloud(t, testScenario())
	for part, change := range map[string]tamper{
		"host":  func(r *http.Request) { r.Host = "localhost:1" },
		"nonce": func(r *http.Request) { r.Header.Set("x-acs-signature-nonce", "other") },
		"date": func(r *http.Request) {
			r.Header.Set("x-acs-date", time.Now().Add(time.Minute).UTC().Format("2006-01-02T15:04:05Z"))
		},
		"body":   func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2 },
		"header": func(r *http.Request) { r.Header.Set("x-acs-added", "1") },
	} {
		err := families(t, server, keyOf("FAKEADMIN"), change, "ROA ACS3")["ROA ACS3"]
		if err == nil {
			t.Errorf("a changed %s was accepted", part)
			continue
		}
		want := "SignatureDoesNotMatch"
		if part == "header" {
			want = "IncompleteSignature"
		}
		sdk := wantCode(t, err, http.StatusBadRequest, want)
		if part == "body" && !strings.Contains(sdk.message, "x-acs-content-sha256 is") {
			t.Errorf("a changed body is explained as %s", sdk.message)
		}
	}
	for part, change := range map[string]tamper{
		"nonce":        func(r *http.Request) { r.Header.Set("x-acs-signature-nonce", "other") },
		"date":         func(r *http.Request) { r.Header.Set("Date", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)) },
		"accept":       func(r *http.Request) { r.Header.Set("Accept", "application/xml") },
		"content type": func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
	} {
		if err := families(t, server, keyOf("FAKEADMIN"), change, "ROA v1")["ROA v1"]; err == nil {
			t.Errorf("a changed %s was accepted", part)
		} else {
			wantCode(t, err, http.StatusBadRequest, "SignatureDoesNotMatch")
		}
	}
}

func TestUnknownKeyAndSkew(t *testing.T) {
	now := &clock{now: time.Now()}
	_, server := startCloud(t, testScenario(), withClock(now))
	for _, err := range families(t, server, keyOf("FAKENOBODY"), func(*http.Request) {}) {
		wantCode(t, err, http.StatusNotFound, "InvalidAccessKeyId.NotFound")
	}
	for _, step := range []time.Duration{16 * time.Minute, -32 * time.Minute} {
		now.Advance(step)
		for _, err := range families(t, server, keyOf("FAKEADMIN"), func(*http.Request) {}) {
			wantCode(t, err, http.StatusBadRequest, "InvalidTimeStamp.Expired")
		}
	}
	now.Advance(2 * time.Minute)
	for name, err := range families(t, server, keyOf("FAKEADMIN"), func(*http.Request) {}) {
		if err != nil {
			t.Errorf("%s within 15 minutes: %v", name, err)
		}
	}
}

func TestReplayIsRefused(t *testing.T) {
	_, server := startCloud(t, testScenario())
	config := keyOf("FAKELOCAL").config(server)
	statuses := []int{}
	config.HttpClient = twice(func(status int) { statuses = append(statuses, status) })
	for name, algorithm := range map[string]*string{"v1": new("v2"), "ACS3": nil} {
		client, err := cs.NewClient(config)
		if err != nil {
			t.Fatal(err)
		}
		client.SignatureAlgorithm = algorithm
		_, err = client.DescribeClusterDetail(tea.String(clusterID("one")))
		wantCode(t, err, http.StatusBadRequest, "SignatureNonceUsed")
		if len(statuses) != 1 || statuses[0] != http.StatusOK {
			t.Errorf("%s: the first of two equal requests got %v", name, statuses)
		}
		statuses = nil
	}
}

// twice sends every request two times and answers with the second.
type twice func(status int)

func (f twice) Call(r *http.Request, transport *http.Transport) (*http.Response, error) {
	first, err := transport.RoundTrip(r.Clone(r.Context()))
	if err != nil {
		return nil, err
	}
	f(first.StatusCode)
	if err := first.Body.Close(); err != nil {
		return nil, err
	}
	return transport.RoundTrip(r)
}

// TestROAWithoutNonce: the vendor's CLI sends none.
func TestROAWithoutNonce(t *testing.T) {
	_, server := startCloud(t, testScenario())
	config := keyOf("FAKELOCAL").config(server)
	config.HttpClient = tamper(func(r *http.Request) {
		r.Header.Del("x-acs-signature-nonce")
		signROA(r, keyOf("FAKELOCAL"))
	})
	client, err := cs.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DescribeClusterDetail(tea.String(clusterID("one"))); err != nil {
		t.Error(err)
	}
}

func TestSessionTokens(t *testing.T) {
	// The SDK signs with the real time, so everything must happen inside the permitted skew.
	now := &clock{now: time.Now().Add(-14 * time.Minute)}
	_, server := startCloud(t, testScenario(), withClock(now))
	k := mustAssume(t, server)
	call := func(k credentials) error {
		_, err := csClient(t, server, k, true).DescribeClusterDetail(tea.String(clusterID("one")))
		return err
	}
	without, other := k, k
	without.token, other.token = "", "SIMULATEDother"
	wantCode(t, call(without), http.StatusBadRequest, "MissingSecurityToken")
	wantCode(t, call(other), http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey")
	permanent := keyOf("FAKELOCAL")
	permanent.token = k.token
	wantCode(t, call(permanent), http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey")

	short, err := assume(t, server, keyOf("FAKEADMIN"), testMember, params{"DurationSeconds": "900"})
	if err != nil {
		t.Fatal(err)
	}
	now.Advance(14 * time.Minute)
	if err := call(short); err != nil {
		t.Fatal(err)
	}
	now.Advance(time.Minute)
	wantCode(t, call(short), http.StatusBadRequest, "InvalidSecurityToken.Expired")
}
