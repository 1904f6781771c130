package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

const (
	// MetadataEndpointVariable moves the metadata service, so that tests need not own its address.
	MetadataEndpointVariable = "ACKGUARD_ECS_METADATA_ENDPOINT"

	metadataEndpoint = "http://100.100.100.200"
	metadataDisabled = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
	firstDisabled    = "ALIBABA_CLOUD_IMDSV1_DISABLED"
	metadataRoles    = "/latest/meta-data/ram/security-credentials/"
	metadataTokens   = "/latest/api/token" //nolint:gosec // a path

	// Outside ECS nothing answers at the metadata service's address, and a person waits for the message.
	metadataConnect = time.Second
	metadataAnswer  = 5 * time.Second
	uriConnect      = 5 * time.Second
	uriAnswer       = 10 * time.Second
	longestAnswer   = 64 << 10
	tokenSeconds    = "21600"
)

// source is a service that hands out temporary keys without a signature.
type source struct {
	product, action, what string
	hint                  string
	client                *http.Client
}

func newClient(proxy func(*http.Request) (*url.URL, error), connect, answer time.Duration) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: proxy, DialContext: (&net.Dialer{Timeout: connect}).DialContext, TLSHandshakeTimeout: connect,
			DisableKeepAlives: true, // asked once in an hour
		},
		Timeout: connect + answer,
		CheckRedirect: func(request *http.Request, through []*http.Request) error {
			if len(through) > 5 || through[0].URL.Scheme == "https" && request.URL.Scheme != "https" {
				return http.ErrUseLastResponse // keys must not leave the encrypted way that was asked for
			}
			return nil
		},
	}
}

// failure is an error of the service. Its address loses user and query: they may be secrets.
func (s source) failure(kind alicloud.Kind, status int, format string, args ...any) error {
	return &alicloud.Error{Kind: kind, Product: s.product, Action: s.action, Status: status, Message: s.what + " " + fmt.Sprintf(format, args...), Hint: s.hint}
}

// ask makes one request. Only an answer of 200 is none of an error.
func (s source) ask(ctx context.Context, method, address string, header map[string]string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return nil, s.failure(alicloud.NoCredentials, 0, "has no valid address")
	}
	for k, v := range header {
		request.Header.Set(k, v)
	}
	response, err := s.client.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, s.failure(alicloud.NoCredentials, 0, "does not answer: %s", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	switch {
	case err != nil:
		return nil, s.failure(alicloud.NoCredentials, response.StatusCode, "stopped in the middle of its answer")
	case response.StatusCode >= http.StatusInternalServerError:
		return nil, s.failure(alicloud.Server, response.StatusCode, "answered HTTP %d", response.StatusCode)
	case response.StatusCode != http.StatusOK:
		return nil, s.failure(alicloud.NoCredentials, response.StatusCode, "answered HTTP %d", response.StatusCode)
	}
	return body, nil
}

// decode reads the form that the metadata service and credentials URIs share.
func (s source) decode(body []byte) (alicloud.Credential, error) {
	var answer struct {
		Code            string `json:"Code"`
		AccessKeyID     string `json:"AccessKeyId"`
		AccessKeySecret string `json:"AccessKeySecret"`
		SecurityToken   string `json:"SecurityToken"`
		Expiration      string `json:"Expiration"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return alicloud.Credential{}, s.failure(alicloud.NoCredentials, http.StatusOK, "answered something that is no JSON object with keys")
	}
	if answer.Code != "Success" {
		return alicloud.Credential{}, s.failure(alicloud.NoCredentials, http.StatusOK, "answered without Code \"Success\"")
	}
	if answer.AccessKeyID == "" || answer.AccessKeySecret == "" || answer.SecurityToken == "" {
		return alicloud.Credential{}, s.failure(alicloud.NoCredentials, http.StatusOK, "answered without complete keys: AccessKeyId, AccessKeySecret and SecurityToken")
	}
	keys := alicloud.Credential{AccessKeyID: answer.AccessKeyID, AccessKeySecret: answer.AccessKeySecret, SecurityToken: answer.SecurityToken}
	if answer.Expiration != "" {
		var err error
		if keys.Expires, err = time.Parse(time.RFC3339, answer.Expiration); err != nil {
			return alicloud.Credential{}, s.failure(alicloud.NoCredentials, http.StatusOK, "answered with an Expiration that is no time such as 2026-01-02T15:04:05Z")
		}
	}
	return keys, nil
}

// instance is the metadata service of the ECS instance that this runs on.
type instance struct {
	source
	endpoint, role string
	tokenOnly      bool
}

var instanceRole = regexp.MustCompile(`^[0-9A-Za-z.@_-]{1,64}$`)

func resolveInstance(role string, env environment) (Resolved, error) {
	if env.on(metadataDisabled) {
		return Resolved{}, problem("ecs_role_name", "Metadata service is switched off", metadataDisabled+" is true, so the role of the ECS instance cannot be used. Unset it, or use another way to sign in.")
	}
	endpoint := or(strings.TrimRight(env(MetadataEndpointVariable), "/"), metadataEndpoint)
	i := instance{endpoint: endpoint, role: role, tokenOnly: env.on(firstDisabled), source: source{
		product: "ecs-metadata", action: "GetInstanceCredentials", what: "the metadata service at " + endpoint,
		hint:   "run on an ECS instance that has a RAM role, check the role's name in ecs_role_name (ALICLOUD_ECS_ROLE_NAME, ALIBABA_CLOUD_ECS_METADATA), or use another way to sign in",
		client: newClient(nil, metadataConnect, metadataAnswer), // the address is the machine's own: never through a proxy
	}}
	return Resolved{Fetch: i.fetch}, nil
}

func (i instance) fetch(ctx context.Context) (alicloud.Credential, error) {
	header := map[string]string{}
	token, err := i.ask(ctx, http.MethodPut, i.endpoint+metadataTokens, map[string]string{"X-aliyun-ecs-metadata-token-ttl-seconds": tokenSeconds})
	switch {
	case err == nil:
		header["X-aliyun-ecs-metadata-token"] = string(token)
	case i.tokenOnly:
		return alicloud.Credential{}, err
	}
	role := i.role
	if role == "" {
		text, err := i.ask(ctx, http.MethodGet, i.endpoint+metadataRoles, header)
		if err != nil {
			return alicloud.Credential{}, err
		}
		role, _, _ = strings.Cut(strings.TrimSpace(string(text)), "\n")
		if role = strings.TrimSpace(role); !instanceRole.MatchString(role) {
			return alicloud.Credential{}, i.failure(alicloud.NoCredentials, http.StatusOK, "names no role of this instance")
		}
	}
	body, err := i.ask(ctx, http.MethodGet, i.endpoint+metadataRoles+url.PathEscape(role), header)
	if err != nil {
		var e *alicloud.Error
		if errors.As(err, &e) {
			e.Resource = role
		}
		return alicloud.Credential{}, err
	}
	return i.decode(body)
}

func resolveURI(address string) (Resolved, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return Resolved{}, problem("credentials_uri", "Invalid credentials URI", "credentials_uri must be a whole URL, http://... or https://...")
	}
	s := source{
		product: "credentials-uri", action: "GetCredentials", what: "the service at " + parsed.Scheme + "://" + parsed.Host + parsed.Path,
		hint:   "check credentials_uri (ALICLOUD_CREDENTIALS_URI, ALIBABA_CLOUD_CREDENTIALS_URI) and the service behind it",
		client: newClient(http.ProxyFromEnvironment, uriConnect, uriAnswer),
	}
	return Resolved{Fetch: func(ctx context.Context) (alicloud.Credential, error) {
		body, err := s.ask(ctx, http.MethodGet, address, nil)
		if err != nil {
			return alicloud.Credential{}, err
		}
		return s.decode(body)
	}}, nil
}
