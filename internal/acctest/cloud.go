// Package acctest is what the tests of the Terraform surface share: a cloud
// per test, the provider wired to it, and checks.
package acctest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/provider"
	"github.com/ackguard/terraform-provider-ackguard/internal/simulator"
)

func init() {
	// The configurations name the provider's full source address, as users' do.
	if os.Getenv("TF_ACC_PROVIDER_NAMESPACE") == "" {
		_ = os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "ackguard")
	}
	// A CLI configuration that is not there makes every command warn, on standard error.
	if _, err := os.Stat(os.Getenv("TF_CLI_CONFIG_FILE")); err != nil { //nolint:gosec // whoever runs the tests names it
		_ = os.Unsetenv("TF_CLI_CONFIG_FILE")
	}
	// Credentials and switches of the person who runs the tests must not leak into them.
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "ACKGUARD_ENFORCEMENT") || name == "ACKGUARD_INVENTORY" || name == "ACKGUARD_AGGREGATOR_ID" || (os.Getenv("TF_ACC") == "" && (strings.HasPrefix(name, "ALICLOUD_") || strings.HasPrefix(name, "ALIBABA"))) {
			_ = os.Unsetenv(name)
		}
	}
}

// Cloud is a simulated cloud of one test and a provider that talks to it. The
// provider waits by Clock, so waits take no time.
type Cloud struct {
	*simulator.Cloud
	Clock    *clock.Manual
	endpoint string
}

// New starts a cloud. It ends with the test, and fails it when a call comes
// that the cloud does not know. Tests that use it without a fault, a clock or
// a look into the store run on a real account through Target instead.
func New(t testing.TB, scenario *simulator.Scenario) *Cloud {
	t.Helper()
	return NewAt(t, scenario, time.Now)
}

// NewAt is New with a clock for the cloud's side.
func NewAt(t testing.TB, scenario *simulator.Scenario, now func() time.Time) *Cloud {
	t.Helper()
	c := unserved(t, scenario, now)
	c.endpoint = behind(t, c, c.Cloud)
	return c
}

// behind serves a cloud, and the APIs of its clusters, behind what gets its requests, until the test ends.
func behind(t testing.TB, c *Cloud, handler http.Handler) (endpoint string) {
	t.Helper()
	server, err := c.StartBehind("127.0.0.1:0", handler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("stopping the simulator: %s", err)
		}
	})
	return server.URL()
}

// NewOneClock is New with one clock for the cloud and the provider, which
// stands still but for the provider's waits.
func NewOneClock(t *testing.T, scenario *simulator.Scenario) *Cloud {
	t.Helper()
	manual := clock.NewManual(time.Now())
	c := NewAt(t, scenario, manual.Now)
	c.Clock = manual
	return c
}

// unserved is a cloud without an address.
func unserved(t testing.TB, scenario *simulator.Scenario, now func() time.Time) *Cloud {
	t.Helper()
	sim, err := simulator.New(scenario, simulator.Options{
		Now:          now,
		OnUnexpected: func(message string) { t.Errorf("a call that the cloud does not know: %s", message) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Cloud{Cloud: sim, Clock: clock.NewManual(time.Now())}
}

// Factories serves the provider inside the test's process.
func (c *Cloud) Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"ackguard": providerserver.NewProtocol6WithError(provider.NewWithClock("test", c.Clock)()),
	}
}

// Endpoint is the cloud's address with its scheme.
func (c *Cloud) Endpoint() string { return c.endpoint }

// Behind puts something between the provider and the cloud that answers the
// requests which it wants to answer, as a gateway or a service that differs
// from its documentation would: what the simulator must not do itself.
func (c *Cloud) Behind(t *testing.T, answers func(*http.Request) (body string, status int, ok bool)) {
	t.Helper()
	c.endpoint = front(t, func(w http.ResponseWriter, r *http.Request) {
		body, status, ok := answers(r)
		if !ok {
			c.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

// front serves until the test ends.
func front(t *testing.T, handler http.HandlerFunc) (endpoint string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// Provider is a provider block for the management account, with further
// arguments, followed by body.
func (c *Cloud) Provider(arguments, body string) string {
	key := c.ManagementKey()
	return c.ProviderWithKey(key.ID, key.Secret, arguments, body)
}

// ProviderWithKey is Provider with another AccessKey.
func (c *Cloud) ProviderWithKey(id, secret, arguments, body string) string {
	return requiredProviders + fmt.Sprintf(`
provider "ackguard" {
  access_key = %q
  secret_key = %q
  region     = "cn-hangzhou"
  requests_per_second = 0
  endpoints {
    cs              = %[3]q
    sts             = %[3]q
    resourcemanager = %[3]q
    config          = %[3]q
    sls             = %[3]q
  }
%[4]s
}
%[5]s
`, id, secret, c.Endpoint(), arguments, body)
}

// Bare is the start of a configuration whose provider gets everything from the
// environment.
const Bare = requiredProviders

const requiredProviders = `
terraform {
  required_providers {
    ackguard = { source = "` + provider.Address + `" }
  }
}
`
