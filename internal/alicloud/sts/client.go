// Package sts calls the Security Token Service, API version 2015-04-01.
package sts

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
)

// Client makes calls with the credentials of one identity.
type Client struct{ caller *alicloud.Caller }

// New prepares a client. It makes no call.
func New(config alicloud.Config) (*Client, error) {
	caller, err := alicloud.NewCaller(config, alicloud.ProductSpec{
		Product: "sts", RAM: "sts", Version: "2015-04-01", Style: "RPC", PublicEndpoint: "sts.aliyuncs.com",
	})
	if err != nil {
		return nil, err
	}
	return &Client{caller: caller}, nil
}

// Identity is who the credentials belong to.
type Identity struct {
	AccountID    string `json:"AccountId"`
	ARN          string `json:"Arn"`
	IdentityType string `json:"IdentityType"` // RAMUser, AssumedRoleUser or Account
}

// CallerIdentity asks who is calling (GetCallerIdentity).
func (c *Client) CallerIdentity(ctx context.Context) (Identity, error) {
	var answer Identity
	op := alicloud.Operation{Action: "GetCallerIdentity", Method: "POST", SafeToRepeat: true}
	err := c.caller.Call(ctx, op, &answer)
	if err == nil && answer.AccountID == "" {
		err = c.caller.Malformed(op, errors.New("it has no AccountId"))
	}
	return answer, err
}

// AssumeRole asks for a role's temporary keys.
type AssumeRole struct {
	RoleARN     string
	SessionName string
	ExternalID  string
	Policy      string // narrows what the session may do; empty for all that the role may
	Duration    time.Duration
}

// AssumeRole gets temporary keys for a role (AssumeRole). It may be repeated:
// each call only issues another token.
func (c *Client) AssumeRole(ctx context.Context, r AssumeRole) (alicloud.Credential, error) {
	query := map[string]string{
		"RoleArn": r.RoleARN, "RoleSessionName": r.SessionName,
		"DurationSeconds": strconv.Itoa(int(r.Duration.Seconds())),
	}
	if r.ExternalID != "" {
		query["ExternalId"] = r.ExternalID
	}
	if r.Policy != "" {
		query["Policy"] = r.Policy
	}
	return c.credential(ctx, alicloud.Operation{
		Action: "AssumeRole", Method: "POST", Query: query, Resource: r.RoleARN, SafeToRepeat: true,
	})
}

// AssumeRoleWithOIDC asks for a role's temporary keys for a token of an OIDC
// identity provider.
type AssumeRoleWithOIDC struct {
	ProviderARN string
	RoleARN     string
	SessionName string
	Token       string
	Policy      string // narrows what the session may do; empty for all that the role may
	Duration    time.Duration
}

// AssumeRoleWithOIDC gets temporary keys for a token (AssumeRoleWithOIDC). The
// call is not signed: the token is the proof. It goes into the body, as the
// vendor's library sends it, because URLs end up in logs.
func (c *Client) AssumeRoleWithOIDC(ctx context.Context, r AssumeRoleWithOIDC) (alicloud.Credential, error) {
	form := map[string]string{
		"OIDCProviderArn": r.ProviderARN, "RoleArn": r.RoleARN, "RoleSessionName": r.SessionName, "OIDCToken": r.Token,
		"DurationSeconds": strconv.Itoa(int(r.Duration.Seconds())),
	}
	if r.Policy != "" {
		form["Policy"] = r.Policy
	}
	return c.credential(ctx, alicloud.Operation{
		Action: "AssumeRoleWithOIDC", Method: "POST", Form: form, Resource: r.RoleARN, SafeToRepeat: true,
		Anonymous: true, Secrets: []string{r.Token},
	})
}

// credential makes a call that answers with temporary keys.
func (c *Client) credential(ctx context.Context, op alicloud.Operation) (alicloud.Credential, error) {
	var answer struct {
		Credentials struct {
			AccessKeyID     string    `json:"AccessKeyId"`
			AccessKeySecret string    `json:"AccessKeySecret"`
			SecurityToken   string    `json:"SecurityToken"`
			Expiration      time.Time `json:"Expiration"`
		}
	}
	if err := c.caller.Call(ctx, op, &answer); err != nil {
		return alicloud.Credential{}, err
	}
	got := answer.Credentials
	if got.AccessKeyID == "" || got.AccessKeySecret == "" || got.SecurityToken == "" || got.Expiration.IsZero() {
		return alicloud.Credential{}, c.caller.Malformed(op, errors.New("it has no complete credentials"))
	}
	return alicloud.Credential{
		AccessKeyID: got.AccessKeyID, AccessKeySecret: got.AccessKeySecret, SecurityToken: got.SecurityToken, Expires: got.Expiration,
	}, nil
}
