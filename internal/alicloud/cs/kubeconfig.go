package cs

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// KubeconfigRequest is which kubeconfig is asked for.
type KubeconfigRequest struct {
	// Private asks for the endpoint inside the VPC instead of the public one.
	Private bool
	// Duration is how long the kubeconfig is good, in whole minutes; zero leaves it to the service, which hands out one that
	// is good for years.
	Duration time.Duration
}

// Kubeconfig is what opens a cluster's own API. It is a secret: it goes into no state, log or error.
type Kubeconfig struct {
	Config     string    // YAML
	Expiration time.Time // zero if the service does not say it
}

// UserKubeconfig asks for a kubeconfig of the identity that calls (DescribeClusterUserKubeconfig). What the identity may do
// with it is decided by the roles inside the cluster. The service makes a client certificate for it, and no harm is done
// by another.
func (c *Client) UserKubeconfig(ctx context.Context, clusterID string, request KubeconfigRequest) (Kubeconfig, error) {
	op := alicloud.Operation{
		Action: "DescribeClusterUserKubeconfig", Method: "GET", Path: "/k8s/" + url.PathEscape(clusterID) + "/user_config",
		Resource: clusterID, SafeToRepeat: true, Holds: []string{"config"},
		Query: map[string]string{"PrivateIpAddress": strconv.FormatBool(request.Private)},
	}
	if minutes := int64(request.Duration / time.Minute); minutes > 0 {
		op.Query["TemporaryDurationMinutes"] = strconv.FormatInt(minutes, 10)
	}
	var answer struct {
		Config     string `json:"config"`
		Expiration string `json:"expiration"`
	}
	if err := c.caller.Call(ctx, op, &answer); err != nil {
		return Kubeconfig{}, err
	}
	if answer.Config == "" {
		return Kubeconfig{}, c.caller.Malformed(op, errors.New("the kubeconfig is empty"))
	}
	config := Kubeconfig{Config: answer.Config}
	// Only for people: a text that is no time costs nothing.
	if expires, err := time.Parse(time.RFC3339, answer.Expiration); err == nil {
		config.Expiration = expires
	}
	return config, nil
}
