package alicloud

import (
	"errors"
	"strings"
	"sync"

	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials"
)

// signingClient is a client of the SDK with the keys that it signs with. One
// call has it to itself: the SDK takes its keys from the client, and calls at
// once may have different ones while keys are being replaced.
type signingClient struct {
	sdk  SDK
	keys currentKeys
}

// clientPool lends clients; there are as many as there were calls at once.
type clientPool struct {
	build func() (*signingClient, error)

	mu   sync.Mutex
	idle []*signingClient
}

func (p *clientPool) take() (*signingClient, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		client := p.idle[last]
		p.idle = p.idle[:last]
		return client, nil
	}
	return p.build()
}

func (p *clientPool) put(client *signingClient) {
	p.mu.Lock()
	defer p.mu.Unlock()
	client.keys.current = Credential{}
	p.idle = append(p.idle, client)
}

// redact takes secrets out of a message: an answer about a wrong signature
// quotes the request that it was made for.
func redact(message string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "***")
		}
	}
	return message
}

// currentKeys is the credential as the SDK wants it: without a context.
type currentKeys struct{ current Credential }

// GetCredential implements credentials.Credential.
func (k *currentKeys) GetCredential() (*credentials.CredentialModel, error) {
	c := k.current
	if c.AccessKeyID == "" {
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
