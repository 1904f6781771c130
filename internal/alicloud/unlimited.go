package alicloud

import (
	"context"
	"time"
)

// Unlimited is a Limiter that admits every call at once, for single calls.
type Unlimited struct{}

// Admit implements Limiter.
func (Unlimited) Admit(context.Context, string, string) (Turn, error) { return Unlimited{}, nil }

// Wait implements Limiter: it does not wait.
func (Unlimited) Wait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// Release implements Turn.
func (Unlimited) Release() {}

// Learn implements Turn.
func (Unlimited) Learn(bool, time.Duration) {}
