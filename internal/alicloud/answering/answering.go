// Package answering gives tests of a product's package a service that answers
// whatever they like: what the simulator must never do.
package answering

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// Service answers every call with what was set last.
type Service struct {
	status int
	body   string
	server *httptest.Server
}

// New starts a service that ends with the test.
func New(t testing.TB) *Service {
	t.Helper()
	s := &Service{status: http.StatusOK}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(s.status)
		_, _ = w.Write([]byte(s.body))
	}))
	t.Cleanup(s.server.Close)
	return s
}

// With sets the answer. It must not be called while a call is under way.
func (s *Service) With(status int, body string) {
	s.status, s.body = min(max(status, 200), 599), body
}

// Config is for a product's client of the service: each call is made once.
func (s *Service) Config() alicloud.Config {
	return alicloud.Config{
		Credentials: alicloud.Static{AccessKeyID: "id", AccessKeySecret: Secret, SecurityToken: Token},
		AccountID:   "100000000000003", Region: "cn-hangzhou", Endpoint: s.server.URL,
		Transport: alicloud.NewTransport(alicloud.TransportConfig{ConnectTimeout: time.Minute, ReadTimeout: time.Minute, MaxConnections: 2}),
		Limiter:   alicloud.Unlimited{}, Clock: clock.System{}, Retry: alicloud.RetryPolicy{MaxAttempts: 1},
	}
}

// Seed gives a fuzz target of a status and a body these bodies, and those that
// no service should send, each as an answer and as errors of both sides.
func Seed(f *testing.F, bodies ...string) {
	f.Helper()
	for _, body := range append(bodies, ``, `{}`, `null`, `[]`, `<html></html>`, `{"Code":"Forbidden.RAM","Message":"no"}`) {
		for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusInternalServerError, http.StatusServiceUnavailable} {
			f.Add(status, body)
		}
	}
}

// Check fails the test on an error that is none of a call, or shows the keys of
// Config, and on an error status that was taken for an answer.
func (s *Service) Check(t *testing.T, err error) {
	t.Helper()
	var typed *alicloud.Error
	switch {
	case err == nil && s.status >= http.StatusBadRequest:
		t.Errorf("%d %q was taken for an answer", s.status, s.body)
	case err != nil && !errors.As(err, &typed):
		t.Errorf("%d %q: an error of no call: %v", s.status, s.body, err)
	case err != nil && (strings.Contains(err.Error(), Secret) || strings.Contains(err.Error(), Token)):
		t.Errorf("the error shows a secret: %v", err)
	}
}

// The keys of Config, which no error may show.
const (
	Secret = "fake-secret-of-the-test"
	Token  = "fake-token-of-the-test" //nolint:gosec // no token of anything
)
