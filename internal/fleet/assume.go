package fleet

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sts"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
)

// refreshBefore is how long before their end keys are replaced: longer than
// one call with all its attempts takes, so that none runs into it.
const refreshBefore = 5 * time.Minute

// assumed is a role's temporary keys, fetched when first needed and again
// before they end, by one caller at a time.
type assumed struct {
	client *sts.Client
	role   Role
	arn    string
	clock  clock.Clock

	flight singleflight.Group
	mu     sync.Mutex
	keys   alicloud.Credential
	denied error // a refusal stays one for the run: asking again per cluster only costs calls
}

func newAssumed(client *sts.Client, role Role, arn string, c clock.Clock) *assumed {
	return &assumed{client: client, role: role, arn: arn, clock: c}
}

// Credential implements alicloud.CredentialSource.
func (a *assumed) Credential(ctx context.Context) (alicloud.Credential, error) {
	if keys, err, ok := a.cached(); ok {
		return keys, err
	}
	return shared(ctx, &a.flight, "assume", func(ctx context.Context) (alicloud.Credential, error) {
		if keys, err, ok := a.cached(); ok {
			return keys, err
		}
		keys, err := a.client.AssumeRole(ctx, sts.AssumeRole{
			RoleARN: a.arn, SessionName: a.role.SessionName, ExternalID: a.role.ExternalID,
			Policy: a.role.Policy, Duration: a.role.Duration,
		})
		a.mu.Lock()
		defer a.mu.Unlock()
		if err == nil {
			a.keys = keys
		} else if alicloud.Is(err, alicloud.Denied) {
			a.denied = err
		}
		return keys, err
	})
}

func (a *assumed) cached() (alicloud.Credential, error, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.denied != nil {
		return alicloud.Credential{}, a.denied, true
	}
	early := min(refreshBefore, a.role.Duration/2)
	if a.keys.AccessKeyID != "" && a.clock.Now().Before(a.keys.Expires.Add(-early)) {
		return a.keys, nil, true
	}
	return alicloud.Credential{}, nil, false
}

// shared runs work once for all who ask at the same time. Whoever stops
// waiting does not stop it for the others.
func shared[T any](ctx context.Context, group *singleflight.Group, key string, work func(context.Context) (T, error)) (T, error) {
	var zero T
	done := group.DoChan(key, func() (any, error) { return work(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return zero, ctx.Err()
	case result := <-done:
		if result.Err != nil {
			return zero, result.Err
		}
		value, ok := result.Val.(T)
		if !ok {
			return zero, errors.New("a shared call returned another type")
		}
		return value, nil
	}
}
