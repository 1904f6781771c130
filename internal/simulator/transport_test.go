package simulator

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v4/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
)

// way is one of the ways to reach a cloud with the vendor's SDK.
type way struct {
	name, protocol string
	trueHosts      bool // endpoints are the cloud's own, found through a proxy
	transport      http.RoundTripper
}

// Call makes a way the HTTP client of an SDK client.
func (w way) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	return w.transport.RoundTrip(r)
}

// config is the configuration of an SDK client for an endpoint such as cs.cn-hangzhou.aliyuncs.com.
func (w way) config(s *Server, k credentials, endpoint string) *openapiutil.Config {
	config := k.config(s)
	config.Protocol, config.HttpClient = &w.protocol, w
	if w.trueHosts {
		config.Endpoint = &endpoint
	}
	return config
}

// inProcess calls the handler without a connection.
type inProcess struct{ cloud *Cloud }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	received := r.Clone(r.Context())
	received.RequestURI = ""
	if received.Host == "" {
		received.Host = received.URL.Host
	}
	received.URL.Scheme, received.URL.Host = "", ""
	if received.Body == nil {
		received.Body = http.NoBody
	}
	// The SDK does not write header names as a server reads them.
	received.Header = http.Header{}
	for name, values := range r.Header {
		received.Header[http.CanonicalHeaderKey(name)] = values
	}
	recorder := httptest.NewRecorder()
	p.cloud.ServeHTTP(recorder, received)
	return recorder.Result(), nil
}

// ways are all ways but those that need somebody else's program.
func ways(t *testing.T, c *Cloud, s *Server) []way {
	t.Helper()
	proxy, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	secure := func() *tls.Config { return &tls.Config{RootCAs: s.CertPool()} }
	list := []way{
		{"in process", "http", true, inProcess{c}},
		{"TCP", "http", false, &http.Transport{}},
		{"TLS", "https", false, &http.Transport{TLSClientConfig: secure()}},
		{"proxy, absolute form", "http", true, &http.Transport{Proxy: http.ProxyURL(proxy)}},
		{"proxy, CONNECT", "https", true, &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: secure()}},
	}
	t.Cleanup(func() {
		for _, w := range list {
			if transport, ok := w.transport.(*http.Transport); ok {
				transport.CloseIdleConnections()
			}
		}
	})
	return list
}

// TestSameSuiteEveryWay runs one landing-zone scenario through every way to reach the cloud, with both signatures.
func TestSameSuiteEveryWay(t *testing.T) {
	c, s := startCloud(t, testScenario())
	for _, w := range ways(t, c, s) {
		for _, acs3 := range []bool{false, true} {
			name := w.name + ", v1"
			if acs3 {
				name = w.name + ", ACS3"
			}
			t.Run(name, func(t *testing.T) { landingZoneSuite(t, c, s, w, acs3) })
		}
	}
}

func landingZoneSuite(t *testing.T, c *Cloud, s *Server, w way, acs3 bool) {
	t.Helper()
	before := c.Snapshot()
	c.ResetRequests()
	admin := keyOf("FAKEADMIN")
	accounts, err := rpcWay(s, w, admin, acs3, "resourcedirectory.aliyuncs.com", version2022, "ListAccounts", params{"PageSize": "100"})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(accounts.object("Accounts").list("Account")); n != 2 {
		t.Errorf("%d accounts, want 2", n)
	}
	member, err := rpcWay(s, w, admin, acs3, "sts.cn-hangzhou.aliyuncs.com", "2015-04-01", "AssumeRole",
		params{"RoleArn": "acs:ram::" + testMember + ":role/" + testRole, "RoleSessionName": "suite"})
	if err != nil {
		t.Fatal(err)
	}
	session := member.object("Credentials")
	k := credentials{session.text("AccessKeyId"), session.text("AccessKeySecret"), session.text("SecurityToken")}
	client := func(region string) *cs.Client {
		client, err := cs.NewClient(w.config(s, k, "cs."+region+".aliyuncs.com"))
		if err != nil {
			t.Fatal(err)
		}
		if acs3 {
			client.SignatureAlgorithm = nil
		}
		return client
	}
	list, err := client("cn-hangzhou").DescribeClustersV1(&cs.DescribeClustersV1Request{PageSize: new(int64(2))})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(list.Body.Clusters); n != 2 || *list.Body.PageInfo.TotalCount != 3 {
		t.Errorf("%d clusters of %d, want 2 of 3", n, *list.Body.PageInfo.TotalCount)
	}
	id := clusterID("one")
	for _, protected := range []bool{false, true} {
		if _, err := client("cn-hangzhou").ModifyCluster(&id, &cs.ModifyClusterRequest{DeletionProtection: new(protected)}); err != nil {
			t.Fatal(err)
		}
		detail, err := client("cn-hangzhou").DescribeClusterDetail(&id)
		if err != nil {
			t.Fatal(err)
		}
		if *detail.Body.DeletionProtection != protected {
			t.Errorf("deletion_protection is %v after it was set to %v", !protected, protected)
		}
	}
	if diff := before.Diff(c.Snapshot()); len(diff) > 0 {
		t.Errorf("the suite left %v", diff)
	}
	if !w.trueHosts {
		return
	}
	// With true host names, the region is that of the endpoint.
	_, err = client("cn-shanghai").DescribeClusterDetail(&id)
	wantCode(t, err, http.StatusNotFound, "ErrorClusterNotFound")
	calls := c.Requests(Filter{Product: ProductCS, Region: "cn-shanghai"})
	if len(calls) != 1 || hostName(calls[0].Host) != "cs.cn-shanghai.aliyuncs.com" {
		t.Errorf("recorded %+v", calls)
	}
}

// TestResetUnderTLS: a fault's reset goes through TLS and through a tunnel.
func TestResetUnderTLS(t *testing.T) {
	c, s := startCloud(t, testScenario())
	id := clusterID("one")
	for _, w := range ways(t, c, s)[1:] {
		for _, kind := range []string{ResetBeforeCommit, ResetAfterCommit} {
			fault := c.AddFault(Fault{Action: "ModifyCluster", Reset: kind})
			client, err := cs.NewClient(w.config(s, keyOf("FAKELOCAL"), "cs.cn-hangzhou.aliyuncs.com"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.ModifyCluster(&id, &cs.ModifyClusterRequest{ClusterName: new(w.name)}); err == nil {
				t.Errorf("%s, %s: no error", w.name, kind)
			}
			cluster, _ := c.Cluster(id)
			if committed := cluster.Name == w.name; committed != (kind == ResetAfterCommit) {
				t.Errorf("%s, %s: committed is %v", w.name, kind, committed)
			}
			if fault.Hits() == 0 {
				t.Errorf("%s, %s: the fault was not hit", w.name, kind)
			}
			fault.Remove()
		}
	}
}

func TestCertificates(t *testing.T) {
	messages := []string{}
	_, s := startCloud(t, testScenario(), expectUnexpected(&messages))
	dial := func(name string) error {
		dialer := tls.Dialer{Config: &tls.Config{RootCAs: s.CertPool(), ServerName: name}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		conn, err := dialer.DialContext(ctx, "tcp", s.Addr())
		if err == nil {
			err = conn.Close()
		}
		return err
	}
	for _, name := range []string{"127.0.0.1", "localhost", "cs.cn-hangzhou.aliyuncs.com", "CS.aliyuncs.com", "project.cn-hangzhou.log.aliyuncs.com"} {
		if err := dial(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(messages) > 0 {
		t.Errorf("unexpected: %v", messages)
	}
	if err := dial("example.com"); err == nil || len(messages) != 1 || !strings.Contains(messages[0], "example.com") {
		t.Errorf("example.com: %v, %v", err, messages)
	}
}

// TestCAFile: what is written is what clients need.
func TestCAFile(t *testing.T) {
	_, s := startCloud(t, testScenario())
	path := filepath.Join(t.TempDir(), "ca.crt")
	if err := s.WriteCAFile(path); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(written, s.CAPEM()) || !s.CertPool().Equal(poolOf(t, written)) {
		t.Errorf("wrote %s, %v", written, err)
	}
	if err := s.WriteCAFile(filepath.Join(path, "impossible")); err == nil {
		t.Error("a path below a file was written")
	}
}

// TestProxyRefusesTheRest: nothing that is not simulated is ever forwarded, and all of it is recorded.
func TestProxyRefusesTheRest(t *testing.T) {
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(elsewhere.Close)
	messages := []string{}
	c, s := startCloud(t, testScenario(), expectUnexpected(&messages))
	for _, request := range []string{
		"GET http://ecs.aliyuncs.com/ HTTP/1.1\r\nHost: ecs.aliyuncs.com\r\n\r\n",
		"GET " + elsewhere.URL + "/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://100.100.100.200/latest/meta-data/ HTTP/1.1\r\nHost: 100.100.100.200\r\n\r\n",
		"CONNECT registry.terraform.io:443 HTTP/1.1\r\nHost: registry.terraform.io:443\r\n\r\n",
		"CONNECT " + elsewhere.Listener.Addr().String() + " HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		conn, answer := exchange(t, s, request)
		if answer != http.StatusBadGateway {
			t.Errorf("%q got %d", request, answer)
		}
		_ = conn.Close()
	}
	if reached {
		t.Error("a request was forwarded")
	}
	calls := c.Requests(Filter{Code: codeHostNotSimulated})
	if len(messages) != 5 || len(calls) != 5 || calls[3].Host != "registry.terraform.io:443" || calls[3].Method != http.MethodConnect {
		t.Errorf("unexpected: %v, recorded: %+v", messages, calls)
	}
}

// TestTunnels: a tunnel carries plain HTTP as well as TLS, and only for its own host.
func TestTunnels(t *testing.T) {
	messages := []string{}
	c, s := startCloud(t, testScenario(), expectUnexpected(&messages))
	conn, answer := exchange(t, s, "CONNECT cs.cn-hangzhou.aliyuncs.com:80 HTTP/1.1\r\nHost: cs.cn-hangzhou.aliyuncs.com:80\r\n\r\n")
	if answer != http.StatusOK {
		t.Fatalf("CONNECT got %d", answer)
	}
	if got := send(t, conn, "GET /api/v1/clusters HTTP/1.1\r\nHost: cs.cn-hangzhou.aliyuncs.com\r\n\r\n"); got != http.StatusBadRequest {
		t.Errorf("an unsigned request in a tunnel got %d", got)
	}
	if calls := c.Requests(Filter{Region: "cn-hangzhou", Action: "DescribeClustersV1"}); len(calls) != 1 {
		t.Errorf("recorded %+v", calls)
	}
	if got := send(t, conn, "GET / HTTP/1.1\r\nHost: sts.aliyuncs.com\r\n\r\n"); got != http.StatusMisdirectedRequest {
		t.Errorf("a request for another host got %d", got)
	}
	if len(messages) != 1 {
		t.Errorf("unexpected: %v", messages)
	}

	// A client that uses its proxy for loopback too finds the same port.
	_, answer = exchange(t, s, "GET "+s.URL()+"/api/v1/clusters HTTP/1.1\r\nHost: "+s.Addr()+"\r\n\r\n")
	if answer != http.StatusBadRequest {
		t.Errorf("the port itself, through the proxy, got %d", answer)
	}
}

// TestSilentConnection: it holds up neither other clients nor Close.
func TestSilentConnection(t *testing.T) {
	c, err := New(testScenario(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := exchange(t, s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = conn.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the silent connection got %v", err)
	}
	_ = silent.Close()
}

// exchange sends one raw request on a new connection and returns the status of the answer.
func exchange(t *testing.T, s *Server, request string) (net.Conn, int) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn, send(t, conn, request)
}

func send(t *testing.T, conn net.Conn, request string) int {
	t.Helper()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if method != http.MethodConnect || response.StatusCode != http.StatusOK {
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
	}
	return response.StatusCode
}
