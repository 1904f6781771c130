package fleet

import (
	"context"
	"sync"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/flight"
)

const (
	// refreshBefore is how long before their end keys are replaced: longer than
	// one call with all its attempts takes, so that none runs into it.
	refreshBefore = 5 * time.Minute
	// refreshPause is how long keys that are still good stay in use after a refresh that failed.
	refreshPause = 30 * time.Second
	// refusalLasts is how long a refusal is taken as said. Asking again per
	// cluster only costs calls; but a token is renewed outside, and a role that
	// this very run makes takes its time to be known everywhere.
	refusalLasts = time.Minute
)

// temporary is keys that end: of a role, of an OIDC token, of a metadata
// service, of a URI. They are fetched when first needed and again before they
// end, by one caller at a time.
type temporary struct {
	fetch func(context.Context) (alicloud.Credential, error)
	clock clock.Clock

	flight   flight.Group[struct{}, alicloud.Credential]
	mu       sync.Mutex
	keys     alicloud.Credential
	early    time.Duration // how long before their end these keys are replaced
	pause    time.Time     // no refresh before this
	denied   error
	deniedAt time.Time
}

func newTemporary(c clock.Clock, fetch func(context.Context) (alicloud.Credential, error)) *temporary {
	return &temporary{fetch: fetch, clock: c, flight: flight.Group[struct{}, alicloud.Credential]{OnJoin: LendSeat}}
}

// Credential implements alicloud.CredentialSource.
func (t *temporary) Credential(ctx context.Context) (alicloud.Credential, error) {
	if keys, err, ok := t.cached(); ok {
		return keys, err
	}
	return t.flight.Do(ctx, struct{}{}, func(ctx context.Context) (alicloud.Credential, error) {
		if keys, err, ok := t.cached(); ok {
			return keys, err
		}
		keys, err := t.fetch(ctx)
		t.mu.Lock()
		defer t.mu.Unlock()
		now := t.clock.Now()
		if err == nil {
			t.keys, t.denied, t.pause = keys, nil, time.Time{}
			t.early = max(0, min(refreshBefore, keys.Expires.Sub(now)/2))
			return keys, nil
		}
		if t.usable(now) {
			// The old keys are good for a while yet; a source that stumbles must not stop the run.
			t.pause = now.Add(refreshPause)
			return t.keys, nil
		}
		if alicloud.Is(err, alicloud.Denied) || alicloud.Is(err, alicloud.NoCredentials) {
			t.denied, t.deniedAt = err, now
		}
		return keys, err
	})
}

// Invalidate implements alicloud.Invalidator.
func (t *temporary) Invalidate(used alicloud.Credential) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if used.SecurityToken == t.keys.SecurityToken {
		t.keys = alicloud.Credential{}
	}
	return true
}

// usable reports whether the keys have not ended yet. Keys without an end are
// good until the service says otherwise.
func (t *temporary) usable(now time.Time) bool {
	return t.keys.AccessKeyID != "" && (t.keys.Expires.IsZero() || now.Before(t.keys.Expires))
}

func (t *temporary) cached() (alicloud.Credential, error, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if t.denied != nil && now.Before(t.deniedAt.Add(refusalLasts)) {
		return alicloud.Credential{}, t.denied, true
	}
	fresh := t.keys.Expires.IsZero() || now.Before(t.keys.Expires.Add(-t.early)) || now.Before(t.pause)
	if t.usable(now) && fresh {
		return t.keys, nil, true
	}
	return alicloud.Credential{}, nil, false
}
