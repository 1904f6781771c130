package alicloud

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"

	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// byAction hands each call keys of its own, as when keys are replaced between two calls.
type byAction struct{}

type actionKey struct{}

// Credential implements CredentialSource.
func (byAction) Credential(ctx context.Context) (Credential, error) {
	action, _ := ctx.Value(actionKey{}).(string)
	return Credential{AccessKeyID: action, AccessKeySecret: "fake", SecurityToken: "token-" + action}, nil
}

// lateSigner signs when all calls are on their way.
type lateSigner struct {
	config *openapi.Config
	all    *sync.WaitGroup
	signed *sync.Map
}

// CallApiWithCtx implements SDK.
func (s lateSigner) CallApiWithCtx(_ context.Context, params *openapi.Params, _ *openapi.OpenApiRequest, _ *dara.RuntimeOptions) (map[string]any, error) { //nolint:revive // the SDK names it
	s.all.Done()
	s.all.Wait()
	model, err := s.config.Credential.GetCredential()
	if err != nil {
		return nil, err
	}
	s.signed.Store(*params.Action, *model.AccessKeyId)
	return nil, errors.New("no answer")
}

// Calls at once sign with their own keys each: one that fetched keys long ago
// must not hand them to another that has newer ones.
func TestCall_signsWithItsOwnKeys(t *testing.T) {
	t.Parallel()
	var all, group sync.WaitGroup
	var signed sync.Map
	actions := []string{"First", "Second", "Third"}
	all.Add(len(actions))
	caller, err := NewCaller(Config{
		Credentials: byAction{}, Limiter: Unlimited{}, Clock: clock.System{}, Retry: RetryPolicy{MaxAttempts: 1},
		Transport: NewTransport(TransportConfig{ConnectTimeout: time.Second, ReadTimeout: time.Second}),
	}, ProductSpec{Product: "x", NewSDK: func(c *openapi.Config) (SDK, error) { return lateSigner{c, &all, &signed}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range actions {
		group.Go(func() {
			_ = caller.Call(context.WithValue(t.Context(), actionKey{}, action), Operation{Action: action, Method: "POST"}, nil)
		})
	}
	group.Wait()
	for _, action := range actions {
		if key, _ := signed.Load(action); key != action {
			t.Errorf("%s was signed with the keys of %v", action, key)
		}
	}
}
