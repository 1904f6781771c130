// Package sts calls the Security Token Service, API version 2015-04-01.
package sts

import (
	"context"
	"errors"
	"fmt"
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
	err := c.caller.Call(ctx, alicloud.Operation{Action: "GetCallerIdentity", Method: "POST", SafeToRepeat: true}, &answer)
	if err == nil && answer.AccountID == "" {
		err = errors.New("sts GetCallerIdentity answered without an AccountId")
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
	var answer struct {
		Credentials struct {
			AccessKeyID     string    `json:"AccessKeyId"`
			AccessKeySecret string    `json:"AccessKeySecret"`
			SecurityToken   string    `json:"SecurityToken"`
			Expiration      time.Time `json:"Expiration"`
		}
	}
	err := c.caller.Call(ctx, alicloud.Operation{
		Action: "AssumeRole", Method: "POST", Query: query, Resource: r.RoleARN, SafeToRepeat: true,
	}, &answer)
	if err != nil {
		return alicloud.Credential{}, err
	}
	got := answer.Credentials
	if got.AccessKeyID == "" || got.AccessKeySecret == "" || got.SecurityToken == "" || got.Expiration.IsZero() {
		return alicloud.Credential{}, fmt.Errorf("sts AssumeRole of %s answered without complete credentials", r.RoleARN)
	}
	return alicloud.Credential{
		AccessKeyID: got.AccessKeyID, AccessKeySecret: got.AccessKeySecret, SecurityToken: got.SecurityToken, Expires: got.Expiration,
	}, nil
}
