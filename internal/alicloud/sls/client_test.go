package sls_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// service answers requests in turn, the last answer again and again, and keeps what it was asked.
type service struct {
	mu      sync.Mutex
	answers []answer
	asked   []*http.Request
	url     string
}

type answer struct {
	status int
	body   string
	wait   <-chan struct{}
	reset  bool
}

func serve(t *testing.T, answers ...answer) *service {
	t.Helper()
	s := &service{answers: answers}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		a := s.answers[min(len(s.asked), len(s.answers)-1)]
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		if a.wait != nil {
			<-a.wait
		}
		if a.reset {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("x-log-requestid", "5F0A")
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(a.body))
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *service) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// keys are temporary ones that can be replaced.
type keys struct{ renewed int }

func (k *keys) Credential(context.Context) (alicloud.Credential, error) {
	return alicloud.Credential{AccessKeyID: fmt.Sprint("id", k.renewed), AccessKeySecret: "secret", SecurityToken: "token"}, nil
}

func (k *keys) Invalidate(alicloud.Credential) bool { k.renewed++; return true }

func (s *service) client(t *testing.T, change func(*alicloud.Config)) *sls.Client {
	t.Helper()
	config := alicloud.Config{
		Credentials: &keys{}, AccountID: "100000000000003", Region: "cn-hangzhou", Endpoint: s.url,
		Transport: alicloud.NewTransport(alicloud.TransportConfig{ConnectTimeout: time.Minute, ReadTimeout: time.Minute, MaxConnections: 2}),
		Limiter:   alicloud.Unlimited{}, Clock: clock.System{}, Retry: alicloud.RetryPolicy{MaxAttempts: 3}, RetryTimeout: time.Minute, UserAgent: "ackguard",
	}
	if change != nil {
		change(&config)
	}
	client, err := sls.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

const (
	projectBody = `{"projectName":"p","region":"cn-hangzhou","status":"Normal","owner":"100000000000003"}`
	failed      = `{"errorCode":"InternalServerError","errorMessage":"try later"}`
)

// TestClient_reachesHostsOfProjects: the host names project and region although all is dialled at one address, and the
// signature is version 4 with the region in it.
func TestClient_reachesHostsOfProjects(t *testing.T) {
	s := serve(t, answer{status: 200, body: projectBody})
	if _, there, err := s.client(t, nil).Project(t.Context(), "logs"); err != nil || !there {
		t.Fatal(there, err)
	}
	r := s.requests()[0]
	if r.Host != "logs.cn-hangzhou.log.aliyuncs.com" {
		t.Errorf("host is %s", r.Host)
	}
	if a := r.Header.Get("Authorization"); !strings.HasPrefix(a, "SLS4-HMAC-SHA256 Credential=id0/") || !strings.Contains(a, "/cn-hangzhou/sls/aliyun_v4_request") {
		t.Errorf("Authorization is %s", a)
	}
	if got := r.Header.Get("x-acs-security-token"); got != "token" {
		t.Errorf("security token is %q", got)
	}
}

// TestClient_triesAgainByOneRule: both request paths of the SDK are repeated as the policy says, once per attempt, and
// only where a call may run twice; the service's own error comes out of it.
func TestClient_triesAgainByOneRule(t *testing.T) {
	for name, test := range map[string]struct {
		call  func(context.Context, *sls.Client) error
		calls int
	}{
		"GetProject": {func(ctx context.Context, c *sls.Client) error { _, _, err := c.Project(ctx, "p"); return err }, 3},
		"GetJob":     {func(ctx context.Context, c *sls.Client) error { _, _, err := c.Job(ctx, "p", "j"); return err }, 3},
		"GetLogs": {func(ctx context.Context, c *sls.Client) error {
			_, err := c.Logs(ctx, "p", "l", sls.Query{From: time.Unix(1, 0), To: time.Unix(2, 0), Text: "*"})
			return err
		}, 3},
		"CreateProject": {func(ctx context.Context, c *sls.Client) error { return c.CreateProject(ctx, sls.Project{Name: "p"}) }, 1},
		"DeleteProject": {func(ctx context.Context, c *sls.Client) error { return c.DeleteProject(ctx, "p") }, 1},
		"CreateJob":     {func(ctx context.Context, c *sls.Client) error { return c.CreateJob(ctx, "p", sls.Job{Name: "j"}) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answer{status: 500, body: failed})
			err := test.call(t.Context(), s.client(t, nil))
			var e *alicloud.Error
			if !errors.As(err, &e) || e.Kind != alicloud.Server || e.Code != "InternalServerError" || e.Status != 500 || e.RequestID != "5F0A" || e.Action != name {
				t.Errorf("error is %#v", err)
			}
			if got := len(s.requests()); got != test.calls {
				t.Errorf("%d requests, want %d", got, test.calls)
			}
		})
	}
}

// TestClient_endsWithTheContext: a call ends when the run is stopped, and is not sent again.
func TestClient_endsWithTheContext(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, answer{status: 200, body: projectBody, wait: release})
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	client := s.client(t, nil)
	go func() { _, _, err := client.Project(ctx, "p"); done <- err }()
	for len(s.requests()) == 0 {
		time.Sleep(time.Millisecond) // until the request is under way
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if got := len(s.requests()); got != 1 {
		t.Errorf("%d requests", got)
	}
}

// TestClient_sendsAReadOnceAnAttempt: a connection that breaks costs an attempt of ours; neither the SDK nor the HTTP
// library sends the request again behind our back.
func TestClient_sendsAReadOnceAnAttempt(t *testing.T) {
	s := serve(t, answer{status: 200, body: projectBody}, answer{reset: true}, answer{reset: true}, answer{status: 200, body: projectBody})
	client := s.client(t, nil)
	for range 2 {
		if _, there, err := client.Project(t.Context(), "p"); err != nil || !there {
			t.Fatal(there, err)
		}
	}
	if got := len(s.requests()); got != 4 {
		t.Errorf("%d requests, want 4", got)
	}

	// With one attempt there is one request, also over a connection that was used before.
	s = serve(t, answer{status: 200, body: projectBody}, answer{reset: true}, answer{status: 200, body: projectBody})
	client = s.client(t, func(c *alicloud.Config) { c.Retry.MaxAttempts = 1 })
	if _, _, err := client.Project(t.Context(), "p"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Project(t.Context(), "p"); !alicloud.Is(err, alicloud.Network) || len(s.requests()) != 2 {
		t.Errorf("%d requests: %v", len(s.requests()), err)
	}
}

// TestClient_fetchesNewKeys: the service says 401 to keys that are over, under codes of many kinds.
func TestClient_fetchesNewKeys(t *testing.T) {
	s := serve(t, answer{status: 401, body: `{"errorCode":"Unauthorized","errorMessage":"the token has expired"}`}, answer{status: 200, body: projectBody})
	if _, there, err := s.client(t, nil).Project(t.Context(), "p"); err != nil || !there {
		t.Fatal(there, err)
	}
	if got := s.requests()[1].Header.Get("Authorization"); !strings.Contains(got, "Credential=id1/") {
		t.Errorf("second attempt is signed by %s", got)
	}
}

// TestClient_keepsKeysThatLackARight: they are as good as new ones.
func TestClient_keepsKeysThatLackARight(t *testing.T) {
	s := serve(t, answer{status: 401, body: `{"errorCode":"Unauthorized","errorMessage":"denied by sts or ram, action: log:GetProject, resource: acs:log:cn-hangzhou:1:project/p"}`})
	_, _, err := s.client(t, nil).Project(t.Context(), "p")
	if got := len(s.requests()); got != 1 || !alicloud.Is(err, alicloud.Denied) || !strings.Contains(alicloud.Advice(err), "log:GetProject") {
		t.Errorf("%d requests: %v", got, err)
	}
}

// TestClient_absenceIsItsOwnCode: of all errors, a few codes alone mean that an object is not there.
func TestClient_absenceIsItsOwnCode(t *testing.T) {
	for code, absent := range map[string]bool{
		"ProjectNotExist": true, "JobNotExist": true, "RoleNotExist": false, "ProjectForbidden": false, "Unauthorized": false, "NotFound": false, "ShardNotFound": false,
	} {
		s := serve(t, answer{status: 404, body: `{"errorCode":"` + code + `","errorMessage":"m"}`})
		_, there, err := s.client(t, nil).Job(t.Context(), "p", "j")
		if there || (err == nil) != absent {
			t.Errorf("%s: %t, %v", code, there, err)
		}
	}
}

// TestClient_believesNoOddAnswer: an answer that is not what was asked for is an error, never an object and never absence.
func TestClient_believesNoOddAnswer(t *testing.T) {
	for name, call := range map[string]func(context.Context, *sls.Client) (bool, error){
		"project": func(ctx context.Context, c *sls.Client) (bool, error) {
			_, there, err := c.Project(ctx, "p")
			return there, err
		},
		"Logstore": func(ctx context.Context, c *sls.Client) (bool, error) {
			_, there, err := c.LogStore(ctx, "p", "l")
			return there, err
		},
		"index": func(ctx context.Context, c *sls.Client) (bool, error) {
			_, there, err := c.Index(ctx, "p", "l")
			return there, err
		},
		"job": func(ctx context.Context, c *sls.Client) (bool, error) {
			_, there, err := c.Job(ctx, "p", "j")
			return there, err
		},
		"alert": func(ctx context.Context, c *sls.Client) (bool, error) {
			_, there, err := c.Alert(ctx, "p", "a")
			return there, err
		},
		"dashboard": func(ctx context.Context, c *sls.Client) (bool, error) {
			_, there, err := c.Dashboard(ctx, "p", "d")
			return there, err
		},
	} {
		for _, body := range []string{``, `<html>`, `{"name":`} {
			s := serve(t, answer{status: 200, body: body})
			there, err := call(t.Context(), s.client(t, nil))
			var e *alicloud.Error
			if there || !errors.As(err, &e) || e.Kind != alicloud.Server {
				t.Errorf("%s from %q: %t, %v", name, body, there, err)
			}
		}
	}
}

// TestClient_quotesNoSecret: what an answer that cannot be decoded echoes of the keys is in no error.
func TestClient_quotesNoSecret(t *testing.T) {
	s := serve(t, answer{status: 200, body: `{"projectName": my secret, my token`})
	_, err := s.client(t, nil).LogStores(t.Context(), "p")
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "token") || !strings.Contains(err.Error(), "***") {
		t.Errorf("error is %v", err)
	}
}

// TestClient_endpoints: an endpoint of the service stands for its kind in the client's own region.
func TestClient_endpoints(t *testing.T) {
	for endpoint, host := range map[string]string{
		"":                                         "https://p.ap-southeast-1.log.aliyuncs.com/",
		"cn-hangzhou-intranet.log.aliyuncs.com":    "https://p.ap-southeast-1-intranet.log.aliyuncs.com/",
		"http://cn-hangzhou.log.aliyuncs.com":      "http://p.ap-southeast-1.log.aliyuncs.com/",
		"{region}-share.log.aliyuncs.com":          "https://p.ap-southeast-1-share.log.aliyuncs.com/",
		"https://ap-southeast-1.sls.aliyuncs.com/": "https://p.ap-southeast-1.log.aliyuncs.com/",
	} {
		s := serve(t, answer{})
		client := s.client(t, func(c *alicloud.Config) {
			c.Endpoint, c.Region, c.Retry.MaxAttempts = endpoint, "ap-southeast-1", 1
			// No proxy and no network: what is asked for is in the error.
			c.Transport = alicloud.NewTransport(alicloud.TransportConfig{Direct: true, ConnectTimeout: time.Minute, ReadTimeout: time.Minute, DialContext: refuse})
		})
		_, _, err := client.Project(t.Context(), "p")
		want := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(host, "/"), "https://"), "http://") + map[bool]string{true: ":443", false: ":80"}[strings.HasPrefix(host, "https")]
		if err == nil || !strings.Contains(err.Error(), "dialling "+want) {
			t.Errorf("endpoint %q: %v, want %s", endpoint, err, want)
		}
	}
}

func refuse(_ context.Context, _, address string) (net.Conn, error) {
	return nil, errors.New("dialling " + address)
}
