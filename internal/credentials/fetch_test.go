package credentials

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

const keysAnswer = `{"Code": "Success", "AccessKeyId": "STS.fake", "AccessKeySecret": "fake-secret", "SecurityToken": "fake-token", "Expiration": "2026-01-02T15:04:05Z", "LastUpdated": "x"}`

// metadata is a metadata service that answers by method and path, and what it was asked.
func metadata(t *testing.T, answers map[string]string) (address string, asked func() []string) {
	t.Helper()
	var log []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := r.Method + " " + r.URL.Path
		log = append(log, call+" "+r.Header.Get("X-aliyun-ecs-metadata-token"))
		body, ok := answers[call]
		if !ok {
			http.Error(w, "fake-secret in an error page", http.StatusNotFound)
			return
		}
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string { return log }
}

func TestInstance(t *testing.T) {
	t.Parallel()
	const tokens, roles, keys = "PUT /latest/api/token", "GET /latest/meta-data/ram/security-credentials/", "GET /latest/meta-data/ram/security-credentials/builder"
	for name, c := range map[string]struct {
		answers map[string]string
		role    string
		env     map[string]string
		asked   []string
		problem string
	}{
		"token first":           {answers: map[string]string{tokens: "tok", keys: keysAnswer}, role: "builder", asked: []string{tokens + " ", keys + " tok"}},
		"role asked for":        {answers: map[string]string{tokens: "tok", roles: "builder\n", keys: keysAnswer}, asked: []string{tokens + " ", roles + " tok", keys + " tok"}},
		"first version":         {answers: map[string]string{keys: keysAnswer}, role: "builder", asked: []string{tokens + " ", keys + " "}},
		"first version is off":  {answers: map[string]string{keys: keysAnswer}, role: "builder", env: map[string]string{firstDisabled: "true"}, asked: []string{tokens + " "}, problem: "HTTP 404"},
		"no such role":          {answers: map[string]string{tokens: "tok"}, role: "builder", asked: []string{tokens + " ", keys + " tok"}, problem: "HTTP 404"},
		"instance without role": {answers: map[string]string{tokens: "tok", roles: "<html>"}, asked: []string{tokens + " ", roles + " tok"}, problem: "names no role"},
		"no JSON":               {answers: map[string]string{tokens: "tok", keys: "fake-secret"}, role: "builder", asked: []string{tokens + " ", keys + " tok"}, problem: "no JSON"},
		"no success":            {answers: map[string]string{tokens: "tok", keys: `{"Code": "Failed"}`}, role: "builder", asked: []string{tokens + " ", keys + " tok"}, problem: `Code "Success"`},
		"half an answer":        {answers: map[string]string{tokens: "tok", keys: `{"Code": "Success", "AccessKeySecret": "fake-secret"}`}, role: "builder", asked: []string{tokens + " ", keys + " tok"}, problem: "complete keys"},
		"no time":               {answers: map[string]string{tokens: "tok", keys: strings.Replace(keysAnswer, "2026-01-02T", "", 1)}, role: "builder", asked: []string{tokens + " ", keys + " tok"}, problem: "Expiration"},
	} {
		address, asked := metadata(t, c.answers)
		got, err := resolveInstance(c.role, func(name string) string {
			if name == MetadataEndpointVariable {
				return address + "/"
			}
			return c.env[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := got.Fetch(t.Context())
		if !slices.Equal(asked(), c.asked) {
			t.Errorf("%s: asked %q, want %q", name, asked(), c.asked)
		}
		checkFetched(t, name, keys, err, c.problem)
	}
}

func checkFetched(t *testing.T, name string, keys alicloud.Credential, err error, problem string) {
	t.Helper()
	if problem == "" {
		want := alicloud.Credential{AccessKeyID: "STS.fake", AccessKeySecret: "fake-secret", SecurityToken: "fake-token", Expires: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
		if err != nil || keys != want {
			t.Errorf("%s: got %v, %v", name, keys, err)
		}
		return
	}
	if !alicloud.Is(err, alicloud.NoCredentials) || !strings.Contains(err.Error(), problem) || alicloud.Advice(err) == "" || strings.Contains(err.Error(), "fake-secret") {
		t.Errorf("%s: got %v with advice %q, want %q and nothing of the answer", name, err, alicloud.Advice(err), problem)
	}
}

// Outside ECS nothing answers; the message comes soon.
func TestInstance_unreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	_ = listener.Close()
	got, err := resolveInstance("builder", func(name string) string { return map[string]string{MetadataEndpointVariable: address}[name] })
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	_, err = got.Fetch(t.Context())
	checkFetched(t, "closed port", alicloud.Credential{}, err, "the metadata service at "+address+" does not answer")
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("the message took %s", took)
	}
	if !strings.Contains(alicloud.Advice(err), "ALICLOUD_ECS_ROLE_NAME") {
		t.Errorf("advice %q", alicloud.Advice(err))
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	answer, status := keysAnswer, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/keys" || r.URL.Query().Get("ticket") != "fake-secret" {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, answer)
	}))
	defer server.Close()
	got, err := resolveURI(server.URL + "/keys?ticket=fake-secret")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := got.Fetch(t.Context())
	checkFetched(t, "good", keys, err, "")
	answer = `{"Code": "Success"}`
	_, err = got.Fetch(t.Context())
	checkFetched(t, "empty", keys, err, server.URL+"/keys answered without complete keys")
	status = http.StatusForbidden
	_, err = got.Fetch(t.Context())
	checkFetched(t, "refused", keys, err, server.URL+"/keys answered HTTP 403")
	status = http.StatusBadGateway
	if _, err = got.Fetch(t.Context()); !alicloud.Is(err, alicloud.Server) {
		t.Errorf("got %v, want a failure of the server, which is tried again", err)
	}
	server.Close()
	_, err = got.Fetch(t.Context())
	checkFetched(t, "gone", keys, err, server.URL+"/keys does not answer")
}

// Keys that were asked for over TLS do not come over plain HTTP.
func TestURI_noWayDown(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("asked in plain text")
		_, _ = fmt.Fprint(w, keysAnswer)
	}))
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	client := newClient(nil, time.Second, time.Second)
	client.Transport = secure.Client().Transport
	_, err := source{client: client, what: "x", hint: "y"}.ask(t.Context(), http.MethodGet, secure.URL, nil)
	checkFetched(t, "redirect", alicloud.Credential{}, err, "HTTP 302")
}
