// Package lifecycle sees a change of a cloud object through: what the service
// accepted is read back until it shows, what may have happened although its
// answer got lost is looked for, and what an interrupt kept from being read
// back is written down with a warning.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

const (
	// UnseenWait is how long an object that was never read back may lag before its absence is believed.
	UnseenWait = 30 * time.Second
	// LostAnswerWait is how long is looked for a change whose answer got lost: it may have happened and lag.
	LostAnswerWait = 10 * time.Second
)

// What becomes of a change that was not read back.
const (
	ReadNext   = "The state has it as accepted; the next plan reads what it is"
	OutOfState = "The resource is out of the state, and nothing looks at it any more: check in the console that it is as it should be"
)

// Private is the part of a request or response that reads private state.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// PrivateWriter is the part of a response that writes private state.
type PrivateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

const (
	// unseenKey is where private state remembers that the object was made and never read back.
	unseenKey = "unseen"
	yes       = "true"
	// Forgotten stands where private state is not to know a value any more.
	Forgotten = "null"
)

// MarkUnseen remembers that the object was made and never read back.
func MarkUnseen(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, unseenKey, []byte(yes))...)
}

// Object is a cloud object of type T in the course of one operation on it.
type Object[T any] struct {
	Name  string // for messages, e.g. "the inspection schedule of cluster c1"
	Place string // Name with where it is, for messages without a call's error
	// Kind is the object's kind with its article, e.g. "an inspection schedule", for summaries that are the same for all.
	Kind    string
	Clock   clock.Clock
	Timeout time.Duration
	// Read looks at it; found is false if it is not there.
	Read func(context.Context) (object T, found bool, err error)
	// Without says of an error that what the object is part of is gone, so that it cannot be there either; nil for never.
	Without func(error) bool
	// Difference lists what differs from what is wanted, by the names of the arguments; empty for nothing.
	Difference func(T) string
	// Interrupted: a change was accepted, and the run stopped before it was read back.
	Interrupted bool
}

// Refresh reads the object for a Read method. Create reads back, so what it
// stored has shown once, and its absence means that it was deleted. Only where
// Create was stopped before that may this read come too early, and dropping it
// would make an orphan on destroy: so it is waited for.
func (o *Object[T]) Refresh(ctx context.Context, before Private, after PrivateWriter, look func(context.Context) (T, bool, error), diags *diag.Diagnostics) (object T, found bool, err error) {
	unseen, d := before.GetKey(ctx, unseenKey)
	diags.Append(d...)
	object, found, err = look(ctx)
	if string(unseen) == yes && err == nil && !found {
		object, found, err = o.Shown(ctx, min(o.Timeout, UnseenWait))
	}
	if o.without(err) {
		return object, false, nil
	}
	if string(unseen) == yes && err == nil && found {
		diags.Append(after.SetKey(ctx, unseenKey, []byte(Forgotten))...)
	}
	return object, found, err
}

// Stays ends a Read of what Refresh has found, and reports whether the object goes on into the state: an error leaves
// the state as it is, and an object that is not there any more leaves it. Its identity is due in either case.
func (o *Object[T]) Stays(ctx context.Context, found bool, err error, resp *resource.ReadResponse) bool {
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+o.Name, err))
	case !found:
		resp.State.RemoveResource(ctx)
	}
	return err == nil && found
}

func (o *Object[T]) without(err error) bool { return err != nil && o.Without != nil && o.Without(err) }

// Shown reads until the object is there, or the time is up.
func (o *Object[T]) Shown(ctx context.Context, timeout time.Duration) (object T, found bool, err error) {
	err = settle.Until(ctx, o.Clock, timeout, func(ctx context.Context) (string, error) {
		var err error
		if object, found, err = o.Read(ctx); err == nil && !found {
			return "cannot be read", nil
		}
		return "", err
	})
	var pending *settle.Pending
	if errors.As(err, &pending) && !pending.Interrupted && pending.Err == nil {
		err = nil // the service says that there is none
	}
	return object, found, err
}

// Settled turns the result of a change into the truth: it reads back until the
// object is as wanted. A change whose answer got lost may have happened; one
// that was accepted may not have.
func (o *Object[T]) Settled(ctx context.Context, changed error) error {
	if !MayHaveHappened(changed) {
		return changed
	}
	timeout := o.Timeout
	if changed != nil {
		timeout = min(timeout, LostAnswerWait)
	}
	err := settle.Until(ctx, o.Clock, timeout, func(ctx context.Context) (string, error) {
		object, found, err := o.Read(ctx)
		switch {
		case err != nil:
			return "", err
		case !found:
			return "cannot be read", nil
		}
		if difference := o.Difference(object); difference != "" {
			return "is not as planned: " + difference, nil
		}
		return "", nil
	})
	switch {
	case err == nil:
		return nil
	case changed != nil:
		return changed
	}
	return fmt.Errorf("the service accepted the change of %s, but %w", o.Place, err)
}

// Gone reads until the object is not there any more: a delete that was only
// accepted would leave an orphan that nobody looks for.
func (o *Object[T]) Gone(ctx context.Context) error {
	err := settle.Until(ctx, o.Clock, o.Timeout, func(ctx context.Context) (string, error) {
		_, found, err := o.Read(ctx)
		if err == nil && !found || o.without(err) {
			return "", nil
		}
		return "is there", err
	})
	if err != nil {
		return fmt.Errorf("the service accepted the delete of %s, but %w", o.Place, err)
	}
	return nil
}

// Stands reports whether a change holds. One that was accepted, and could not
// be read back because the run was interrupted, does: its answer is all that
// is known, and it is written down.
func (o *Object[T]) Stands(doing, then string, err error, diags *diag.Diagnostics) bool {
	switch {
	case err == nil:
		return true
	case settle.Interrupted(err):
		o.Interrupted = true
		// The same for every object, so that the CLI shows a fleet's warnings as one.
		diags.AddWarning("Change of "+o.Kind+" was not read back", fmt.Sprintf("%s %s: %s. %s.", doing, o.Name, err, then))
		return true
	}
	diags.Append(diagnostic.Error(doing+" "+o.Name, err))
	return false
}

// MayHaveHappened tells a change that was accepted, or whose answer got lost,
// from one that was refused.
func MayHaveHappened(changed error) bool {
	switch alicloud.KindOf(changed) {
	case alicloud.Network, alicloud.Server:
		return true
	}
	return changed == nil
}
