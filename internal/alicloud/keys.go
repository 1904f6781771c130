package alicloud

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials"
)

// currentKeys is the credential as the SDK wants it: without a context. The
// caller stores a valid one before each attempt.
type currentKeys struct {
	current atomic.Pointer[Credential]
}

// redact takes the keys out of a message: an answer about a wrong signature
// quotes the request that it was made for.
func (k *currentKeys) redact(message string, secrets []string) string {
	if c := k.current.Load(); c != nil {
		secrets = append(slices.Clone(secrets), c.AccessKeySecret, c.SecurityToken)
	}
	for _, secret := range secrets {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "***")
		}
	}
	return message
}

// GetCredential implements credentials.Credential.
func (k *currentKeys) GetCredential() (*credentials.CredentialModel, error) {
	c := k.current.Load()
	if c == nil {
		return nil, errors.New("no credential was resolved before the call")
	}
	kind := "access_key"
	if c.SecurityToken != "" {
		kind = "sts"
	}
	return &credentials.CredentialModel{
		AccessKeyId: tea.String(c.AccessKeyID), AccessKeySecret: tea.String(c.AccessKeySecret),
		SecurityToken: tea.String(c.SecurityToken), Type: tea.String(kind),
	}, nil
}

// GetAccessKeyId implements credentials.Credential.
func (k *currentKeys) GetAccessKeyId() (*string, error) { //nolint:revive // the SDK names it
	m, err := k.GetCredential()
	if err != nil {
		return nil, err
	}
	return m.AccessKeyId, nil
}

// GetAccessKeySecret implements credentials.Credential.
func (k *currentKeys) GetAccessKeySecret() (*string, error) {
	m, err := k.GetCredential()
	if err != nil {
		return nil, err
	}
	return m.AccessKeySecret, nil
}

// GetSecurityToken implements credentials.Credential.
func (k *currentKeys) GetSecurityToken() (*string, error) {
	m, err := k.GetCredential()
	if err != nil {
		return nil, err
	}
	return m.SecurityToken, nil
}

// GetBearerToken implements credentials.Credential.
func (k *currentKeys) GetBearerToken() *string { return tea.String("") }

// GetType implements credentials.Credential.
func (k *currentKeys) GetType() *string {
	m, err := k.GetCredential()
	if err != nil {
		return tea.String("access_key")
	}
	return m.Type
}
