// Package sls makes the calls of Log Service (SLS) through its Go SDK: projects
// and Logstores, indexes, data-transformation jobs, alerts, dashboards and logs.
//
// The SDK has two request paths. One repeats failed calls by rules of its own,
// in which it loses the error of a failing service and does not notice that a
// run was stopped; the other repeats nothing; neither takes a context. Here
// each call is sent once, by alicloud.Operation.Typed, and whether it is sent
// again is decided as for every other product.
package sls

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strings"
	"time"

	sdk "github.com/aliyun/aliyun-log-go-sdk"
	"github.com/go-kit/kit/log"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

func init() {
	// The SDK logs to standard output, which belongs to the protocol between Terraform and this provider.
	sdk.Logger = log.NewNopLogger()
}

// codes are the service's own (reference of its error codes, and the SDK's
// list). Absence is one of these codes and nothing else.
var codes = map[string]alicloud.Kind{
	"ProjectNotExist":     alicloud.NotFound,
	"LogStoreNotExist":    alicloud.NotFound,
	"IndexConfigNotExist": alicloud.NotFound,
	"JobNotExist":         alicloud.NotFound,
	"DashboardNotExist":   alicloud.NotFound,

	"SignatureNotMatch":    alicloud.Denied,
	"RequestTimeTooSkewed": alicloud.Denied,
	"ProjectForbidden":     alicloud.Denied,

	"ReadQuotaExceed":       alicloud.Throttled,
	"WriteQuotaExceed":      alicloud.Throttled,
	"ShardReadQuotaExceed":  alicloud.Throttled,
	"ShardWriteQuotaExceed": alicloud.Throttled,

	"ServerBusy": alicloud.Server,
}

// Client makes calls in one account and region.
type Client struct {
	caller   *alicloud.Caller
	endpoint string // with its scheme, without a project
	region   string
	agent    string
}

// regionalHost is an endpoint of the service; group 2 is its kind: of the VPC, for instance.
var regionalHost = regexp.MustCompile(`^([a-z]{2}-[a-z0-9-]+?)(-intranet|-internal|-share|-vpc)?\.(log|sls)\.aliyuncs\.com$`)

// New prepares a client. It makes no call. The host names of the service carry
// project and region. An endpoint of the cloud therefore stands for its kind,
// in the client's own region; any other is where all hosts are reached.
func New(config alicloud.Config) (*Client, error) {
	scheme, host, found := strings.Cut(config.Endpoint, "://")
	if !found {
		scheme, host = "https", config.Endpoint
		if config.Protocol != "" {
			scheme = strings.ToLower(config.Protocol)
		}
	}
	host = strings.ReplaceAll(strings.TrimRight(host, "/"), "{region}", config.Region)
	kind := ""
	if match := regionalHost.FindStringSubmatch(host); match != nil {
		kind = match[2]
	} else if host != "" {
		if !strings.Contains(host, ":") {
			host += map[string]string{"http": ":80", "https": ":443"}[scheme]
		}
		config.Transport = config.Transport.Dialing(host)
	}
	caller, err := alicloud.NewCaller(config, alicloud.ProductSpec{
		Product: "sls", RAM: "log", Codes: codes, Expired: expired, Typed: true,
	})
	if err != nil {
		return nil, err
	}
	return &Client{
		caller: caller, region: config.Region, agent: config.UserAgent,
		endpoint: scheme + "://" + config.Region + kind + ".log.aliyuncs.com",
	}, nil
}

// expired says of a 401 that the keys may be over. The code for that is not
// published: the SDK fetches new keys after any 401. But a call without the
// right is a 401 too, says so, and would be made with new keys again and again.
func expired(e *alicloud.Error) bool {
	return e.Status == http.StatusUnauthorized && !strings.Contains(e.Message, "denied by sts or ram") && !strings.Contains(e.Message, "not belong to you")
}

// Endpoint is the service's public endpoint of a region, as jobs name it.
func Endpoint(region string) string { return "https://" + region + ".log.aliyuncs.com" }

// read is a call that changes nothing.
func read(action, resource string) alicloud.Operation {
	return alicloud.Operation{Action: action, Resource: resource, SafeToRepeat: true}
}

// change is a call that changes something. It is not repeated after an answer
// that did not arrive: the caller reads back.
func change(action, resource string) alicloud.Operation {
	return alicloud.Operation{Action: action, Resource: resource, Changes: true}
}

// call makes an operation's call with the SDK.
func (c *Client) call(ctx context.Context, op alicloud.Operation, with func(*sdk.Client) error) error {
	op.Typed = func(client *http.Client, keys alicloud.Credential) error {
		provider := sdk.NewStaticCredentialsProvider(keys.AccessKeyID, keys.AccessKeySecret, keys.SecurityToken)
		return with((&sdk.Client{
			Endpoint: c.endpoint, Region: c.region, AuthVersion: sdk.AuthV4, UserAgent: c.agent, HTTPClient: client,
		}).WithCredentialsProvider(provider))
	}
	return alreadyThere(c.caller.Call(ctx, op, nil))
}

// alreadyThere finds the conflict in answers whose code is that of any bad
// parameter: that of a dashboard that exists already is ParameterInvalid
// (seen in the SDK's tests, as are the words).
func alreadyThere(err error) error {
	var e *alicloud.Error
	if !errors.As(err, &e) || e.Kind != alicloud.Invalid || !strings.Contains(e.Message, "already exist") {
		return err
	}
	own := *e
	own.Kind = alicloud.Conflict
	return &own
}

// found tells an object that is not there from a call that failed.
func found(err error) (bool, error) {
	if alicloud.Is(err, alicloud.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// gone takes an object that is not there for deleted.
func gone(err error) error {
	if alicloud.Is(err, alicloud.NotFound) {
		return nil
	}
	return err
}

// seconds is a time as the service has it.
func seconds(at time.Time) uint32 { return uint32(min(max(at.Unix(), 0), math.MaxUint32)) } //nolint:gosec // bounded

// days is a number of days as the service has it.
func days(n int) int32 { return int32(min(max(n, 0), Forever)) } //nolint:gosec // bounded

// place names a part of a project in errors.
func place(project string, parts ...string) string {
	return strings.Join(append([]string{project}, parts...), "/")
}

// unusable is the error of an answer that lacks what it is read for.
func (c *Client) unusable(op alicloud.Operation, format string, arguments ...any) error {
	return c.caller.Malformed(op, fmt.Errorf(format, arguments...))
}
