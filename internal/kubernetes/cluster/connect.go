package cluster

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
)

// Issuer hands out what opens a cluster; *cs.Client is one.
type Issuer interface {
	ClusterDetail(ctx context.Context, clusterID string) (cs.Cluster, error)
	UserKubeconfig(ctx context.Context, clusterID string, request cs.KubeconfigRequest) (cs.Kubeconfig, error)
}

// Connect prepares the client of a cluster, which the caller closes. It makes no call to the cluster itself: with
// KubeconfigPath none at all, else one for the kubeconfig, and for Auto one that tells which endpoints there are. The error
// is the issuer's, or an *Error.
func Connect(ctx context.Context, issuer Issuer, clusterID string, o Options) (*Client, error) {
	o = o.withDefaults()
	c := &Client{clusterID: clusterID, options: o}
	if err := o.Check(); err != nil {
		return nil, c.unusable(err.Error())
	}
	var config *rest.Config
	var err error
	if o.KubeconfigPath != "" {
		c.via = "kubeconfig " + o.KubeconfigPath
		config, err = c.fromFile()
	} else {
		config, err = c.issued(ctx, issuer)
	}
	if err != nil {
		return nil, err
	}
	if err := c.open(config); err != nil {
		return nil, err
	}
	return c, nil
}

// issued asks Container Service for a kubeconfig.
func (c *Client) issued(ctx context.Context, issuer Issuer) (*rest.Config, error) {
	endpoint := c.options.Endpoint
	if endpoint == Auto {
		endpoint = Private
		detail, err := issuer.ClusterDetail(ctx, c.clusterID)
		if err != nil {
			return nil, err
		}
		known, err := detail.Endpoints()
		if err != nil {
			return nil, &Error{Kind: NoEndpoint, ClusterID: c.clusterID, Message: "Container Service does not say which endpoints the cluster has: " + err.Error()}
		}
		if known.APIServerEndpoint != nil && *known.APIServerEndpoint != "" {
			endpoint = Public
		}
	}
	c.via = string(endpoint) + " endpoint"
	kubeconfig, err := issuer.UserKubeconfig(ctx, c.clusterID, cs.KubeconfigRequest{Private: endpoint == Private, Duration: c.options.Lifetime})
	if err != nil {
		return nil, err
	}
	parsed, err := clientcmd.Load([]byte(kubeconfig.Config))
	if err != nil { // its text may quote what is in it
		return nil, c.unusable("what Container Service sent is no kubeconfig")
	}
	if what := unexpected(parsed); what != "" {
		return nil, c.unusable("the kubeconfig of Container Service has " + what + ", which it has no use for, and which is not followed")
	}
	return c.restConfig(parsed)
}

// unexpected names what a kubeconfig that came over the network must not have: it would run a command, read a file of this
// machine, go another way or trust anybody.
func unexpected(config *api.Config) string {
	for _, user := range config.AuthInfos {
		switch {
		case user == nil:
		case user.Exec != nil:
			return "exec"
		case user.AuthProvider != nil:
			return "auth-provider"
		case user.ClientCertificate != "" || user.ClientKey != "" || user.TokenFile != "":
			return "the name of a file"
		case user.Impersonate != "" || user.ImpersonateUID != "" || len(user.ImpersonateGroups) > 0:
			return "impersonation"
		}
	}
	for _, cluster := range config.Clusters {
		switch {
		case cluster == nil:
		case cluster.CertificateAuthority != "":
			return "the name of a file"
		case cluster.InsecureSkipTLSVerify:
			return "insecure-skip-tls-verify"
		case cluster.ProxyURL != "":
			return "proxy-url"
		}
		if server, err := url.Parse(cluster.Server); err != nil || server.Scheme != "https" || server.User != nil {
			return "a server that is no plain https URL"
		}
	}
	return ""
}

func (c *Client) fromFile() (*rest.Config, error) {
	parsed, err := clientcmd.LoadFromFile(c.options.KubeconfigPath)
	switch {
	case isFileError(err):
		return nil, c.unusable(err.Error())
	case err != nil: // its text may quote what is in the file
		return nil, c.unusable("the file is no kubeconfig")
	}
	if err := clientcmd.ResolveLocalPaths(parsed); err != nil {
		return nil, c.unusable("the names of files in it cannot be resolved")
	}
	return c.restConfig(parsed)
}

func (c *Client) restConfig(parsed *api.Config) (*rest.Config, error) {
	config, err := clientcmd.NewDefaultClientConfig(*parsed, &clientcmd.ConfigOverrides{}).ClientConfig()
	switch {
	case clientcmd.IsContextNotFound(err):
		return nil, c.unusable(fmt.Sprintf("its current context %q is not in it", parsed.CurrentContext))
	case clientcmd.IsEmptyConfig(err):
		return nil, c.unusable("it names no cluster")
	case err != nil: // keys and certificates that do not fit, in words that may quote them
		return nil, c.unusable("its current context is not complete")
	}
	return config, nil
}

// open prepares the calls with a configuration.
func (c *Client) open(config *rest.Config) error {
	config.UserAgent = c.options.UserAgent
	config.QPS = -1 // a handful of calls per cluster; the library's five per second would be another hidden wait
	config.WarningHandler = rest.NoWarnings{}
	config.Dial = (&net.Dialer{Timeout: c.options.ConnectTimeout}).DialContext
	if proxy, _ := parseProxy(c.options.ProxyURL); proxy != nil {
		config.Proxy, c.proxy = http.ProxyURL(proxy), proxy.Host
	} else if config.Proxy == nil {
		// The library's own default; naming it keeps the connections out of a cache that nobody empties.
		config.Proxy = http.ProxyFromEnvironment
	}
	if config.ExecProvider != nil {
		config.ExecProvider.StdinUnavailable = true
	}
	config.Wrap(func(inner http.RoundTripper) http.RoundTripper { return &exchanges{inner} })
	server, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return c.unusable("its server is no URL")
	}
	server.User = nil
	c.server = server.String()
	c.secrets = []string{config.BearerToken, config.Password}

	if c.http, err = rest.HTTPClientFor(config); err != nil { // its text may quote a key
		return c.unusable("its certificates and keys do not fit together")
	}
	// An API server does not redirect, and a bearer token would follow.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.dynamic, err = dynamic.NewForConfigAndClient(config, c.http); err != nil {
		return c.unusable("its server is no URL")
	}
	return nil
}

func (c *Client) unusable(why string) *Error {
	return &Error{Kind: BadKubeconfig, ClusterID: c.clusterID, Via: c.via, Message: why}
}
