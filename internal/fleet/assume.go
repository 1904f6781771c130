package fleet

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sts"
)

// fetchAttempts counts the first one too.
const fetchAttempts = 3

// OIDC says how to become a role with the token of an identity provider.
type OIDC struct {
	ProviderARN string
	RoleARN     string
	SessionName string
	Policy      string
	Duration    time.Duration
	// Token is the token itself. Where it is empty, TokenFile is read at each
	// refresh, because whoever runs us renews the file.
	Token     string
	TokenFile string
}

func (o OIDC) token() (string, error) {
	if o.Token != "" {
		return o.Token, nil
	}
	text, err := os.ReadFile(o.TokenFile)
	if err != nil {
		return "", o.tokenError("cannot read the OIDC token: " + err.Error())
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", o.tokenError("the OIDC token file " + o.TokenFile + " is empty")
	}
	return token, nil
}

func (o OIDC) tokenError(message string) error {
	return &alicloud.Error{
		Kind: alicloud.NoCredentials, Product: "sts", Action: "AssumeRoleWithOIDC", Resource: o.RoleARN, Message: message,
		Hint: "check oidc_token_file (ALIBABA_CLOUD_OIDC_TOKEN_FILE): in a pod, that RRSA is switched on for the cluster and its namespace",
	}
}

// startingKeys is the source of the provider's own identity: static keys,
// keys from an OIDC token or from elsewhere, and then role after role.
func (f *Fleet) startingKeys() (alicloud.CredentialSource, error) {
	var source alicloud.CredentialSource = alicloud.Static(f.config.Credential)
	switch {
	case f.config.OIDC != nil:
		client, err := sts.New(f.clientConfig("sts", source, Scope{}))
		if err != nil {
			return nil, err
		}
		source = f.withOIDC(client, *f.config.OIDC)
	case f.config.Fetch != nil:
		source = newTemporary(f.config.Clock, f.fetch)
	}
	for _, role := range f.config.Chain {
		client, err := sts.New(f.clientConfig("sts", source, Scope{}))
		if err != nil {
			return nil, err
		}
		source = f.assumed(client, role, role.ARN)
	}
	return source, nil
}

// fetch asks a service for keys, again where it failed by itself: unlike calls
// of the cloud, this has no retry of its own.
func (f *Fleet) fetch(ctx context.Context) (alicloud.Credential, error) {
	for attempt := 1; ; attempt++ {
		keys, err := f.config.Fetch(ctx)
		if !alicloud.Is(err, alicloud.Server) || attempt == fetchAttempts || f.config.Clock.Sleep(ctx, time.Duration(attempt)*time.Second) != nil {
			return keys, err
		}
	}
}

// assumed is the temporary keys of a role.
func (f *Fleet) assumed(client *sts.Client, role Role, arn string) *temporary {
	return newTemporary(f.config.Clock, func(ctx context.Context) (alicloud.Credential, error) {
		return client.AssumeRole(ctx, sts.AssumeRole{
			RoleARN: arn, SessionName: role.SessionName, ExternalID: role.ExternalID, Policy: role.Policy, Duration: role.Duration,
		})
	})
}

func (f *Fleet) withOIDC(client *sts.Client, o OIDC) *temporary {
	return newTemporary(f.config.Clock, func(ctx context.Context) (alicloud.Credential, error) {
		token, err := o.token()
		if err != nil {
			return alicloud.Credential{}, err
		}
		return client.AssumeRoleWithOIDC(ctx, sts.AssumeRoleWithOIDC{
			ProviderARN: o.ProviderARN, RoleARN: o.RoleARN, SessionName: o.SessionName, Token: token, Policy: o.Policy, Duration: o.Duration,
		})
	})
}
