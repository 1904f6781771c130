// Package cluster is the client of one cluster's own Kubernetes API: which endpoint is asked, with whose credentials, what
// is tried again, and what an error means. Objects come and go as they are, unstructured. The kubeconfig is a secret: it
// stays inside of the client, and no error or log shows any of it.
package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// Endpoint is which of a cluster's endpoints is asked.
type Endpoint string

// The endpoints.
const (
	// Auto is the public endpoint where the cluster has one, else the private one. It never goes from one to the other: an
	// endpoint that does not answer would be hidden by a second that takes as long, and runs would differ by the weather.
	// Inside of the VPC, where the public endpoint may be closed, say Private.
	Auto    Endpoint = "auto"
	Public  Endpoint = "public"
	Private Endpoint = "private" // inside of the VPC
)

// Endpoints are all that Options.Endpoint may be.
var Endpoints = []Endpoint{Auto, Public, Private}

// FieldManager is under which name the API server keeps what this client writes.
const FieldManager = "ackguard"

// Options say how a cluster is reached. The zero value is the default.
type Options struct {
	// Endpoint is Auto if empty. It means nothing with KubeconfigPath.
	Endpoint Endpoint
	// ProxyURL is an http, https or socks5 proxy for the calls to the cluster, and only for those. Empty: what the kubeconfig
	// of KubeconfigPath says, else the environment (HTTPS_PROXY, NO_PROXY).
	ProxyURL string
	// KubeconfigPath is a kubeconfig of the user's own, whose current context is taken instead of a kubeconfig of Container
	// Service. It may name files, and commands that fetch credentials.
	KubeconfigPath string
	// Lifetime is how long a kubeconfig of Container Service is good, DefaultLifetime if zero.
	Lifetime time.Duration

	// ConnectTimeout bounds one connection, 10 s if zero; AttemptTimeout one exchange, 30 s if zero.
	ConnectTimeout, AttemptTimeout time.Duration
	// Attempts is how often a call is tried in all, 4 if zero.
	Attempts int
	// Wait is the pause before another attempt, which ends early with the context's error; nil waits in real time.
	Wait      func(context.Context, time.Duration) error
	UserAgent string
}

// DefaultLifetime outlives any operation of Terraform here that is given its usual time, and little else.
const DefaultLifetime = time.Hour

// longestLifetime is the longest that is documented, of 15 minutes to three days.
const longestLifetime = 72 * time.Hour

// LifetimeFor is how long a kubeconfig must be good for an operation that may take so long.
func LifetimeFor(timeout time.Duration) time.Duration {
	return min(max(DefaultLifetime, timeout+10*time.Minute), longestLifetime)
}

func (o Options) withDefaults() Options {
	o.Endpoint = cmp.Or(o.Endpoint, Auto)
	o.Lifetime = cmp.Or(o.Lifetime, DefaultLifetime)
	o.ConnectTimeout = cmp.Or(o.ConnectTimeout, 10*time.Second)
	o.AttemptTimeout = cmp.Or(o.AttemptTimeout, 30*time.Second)
	o.Attempts = cmp.Or(o.Attempts, 4)
	o.UserAgent = cmp.Or(o.UserAgent, FieldManager)
	if o.Wait == nil {
		o.Wait = clock.System{}.Sleep
	}
	return o
}

// Check refuses what cannot be meant. The text of the error does not show a proxy's password.
func (o Options) Check() error {
	if o.Endpoint != "" && !slices.Contains(Endpoints, o.Endpoint) {
		return fmt.Errorf("the endpoint %q is none of %q", o.Endpoint, Endpoints)
	}
	_, err := parseProxy(o.ProxyURL)
	return err
}

func parseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	proxy, err := url.Parse(text)
	if err != nil || proxy.Host == "" || !slices.Contains([]string{"http", "https", "socks5"}, proxy.Scheme) {
		return nil, errors.New("the proxy's URL must be http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT")
	}
	return proxy, nil
}
