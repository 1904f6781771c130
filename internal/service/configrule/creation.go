package configrule

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
)

// creation makes an object whose ID the service gives. Until the state has that
// ID, the object is known by its name: of an earlier run that was killed, or
// whose answer got lost, it is taken over if it equals the plan.
type creation[T any] struct {
	*lifecycle.Object[T]
	// create makes it. The same token makes it once.
	create func(ctx context.Context, token string) (id string, err error)
	// find looks for it by name; id is empty if there is none.
	find func(ctx context.Context) (id string, err error)
	// looksFirst: find before create, for it is not certain that the service refuses a second object of the name as such.
	looksFirst bool
	// ready says of an object that is there whether it is built, so that it can be compared; nil for always.
	ready func(T) bool
	// found is told the ID, before the object is read by it.
	found func(id string)
	// importID is what imports the object with an ID.
	importID func(id string) string
	// another refuses an object that differs, where the name is not what they have in common; nil for conflict.
	another func(id string, object T, difference string) diag.Diagnostic
	// complete does what create left to do, also to an object that is taken over; nil for nothing.
	complete func(ctx context.Context, object T) error
}

// run reports whether the object stands as planned. id is not empty wherever
// there may be an object now: then the state has to keep it.
func (c creation[T]) run(ctx context.Context, diags *diag.Diagnostics) (id string, ok bool) {
	id, existing, err := c.make(ctx)
	if err != nil {
		diags.Append(diagnostic.Error("Creating "+c.Name, err))
		return "", false
	}
	c.found(id)
	if existing != nil {
		object, there, err := c.built(ctx)
		if err == nil && !there {
			err = existing
		}
		if err != nil {
			diags.Append(diagnostic.Error("Reading "+c.Name, err))
			return "", false
		}
		if difference := c.Difference(object); difference != "" {
			if c.another == nil {
				c.another = c.conflict
			}
			diags.Append(c.another(id, object, difference))
			return "", false
		}
	}
	err = c.Settled(ctx, nil)
	if c.complete != nil && err == nil {
		var object T
		if object, _, err = c.Read(ctx); err == nil {
			err = c.complete(ctx, object)
		}
	}
	return id, c.Stands("Creating", lifecycle.ReadNext, err, diags)
}

// errFound is why an object is not made: there is one of its name.
var errFound = errors.New("it is there by its name, and cannot be read as a whole")

// make makes the object, or finds one of its name: then existing says why it was not made.
func (c creation[T]) make(ctx context.Context) (id string, existing, err error) {
	if c.looksFirst {
		if id, err = c.find(ctx); err != nil || id != "" {
			return id, errFound, err
		}
	}
	id, created := c.create(ctx, rand.Text())
	if created == nil {
		return id, nil, nil
	}
	if !lifecycle.MayHaveHappened(created) && !alicloud.Is(created, alicloud.Conflict) && !errors.Is(created, errFound) {
		return "", nil, created
	}
	id, err = c.earlier(ctx, created)
	return id, created, err
}

// built reads the object until it is there and built.
func (c creation[T]) built(ctx context.Context) (object T, found bool, err error) {
	whole := *c.Object
	whole.Read = func(ctx context.Context) (T, bool, error) {
		object, found, err := c.Read(ctx)
		return object, found && (c.ready == nil || c.ready(object)), err
	}
	return whole.Shown(ctx, c.Timeout)
}

// earlier finds what was there before, or what this run made although the
// answer got lost: that may lag.
func (c creation[T]) earlier(ctx context.Context, created error) (id string, err error) {
	search := lifecycle.Object[string]{Clock: c.Clock, Read: func(ctx context.Context) (string, bool, error) {
		id, err := c.find(ctx)
		return id, id != "", err
	}}
	timeout := c.Timeout
	if lifecycle.MayHaveHappened(created) {
		timeout = min(timeout, lifecycle.LostAnswerWait)
	}
	id, there, err := search.Shown(ctx, timeout)
	if err == nil && !there {
		err = created
	}
	return id, err
}

// conflict refuses to take over what somebody made otherwise, and says how to go on.
func (c creation[T]) conflict(id string, _ T, difference string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("There is "+c.Kind+" of this name already", fmt.Sprintf(
		"%s exists (%s) and differs from this block: %s.\n\nImport it to manage it from here on:\n\n  terraform import ADDRESS %s\n\nor choose another name.",
		diagnostic.UpperFirst(c.Place), id, difference, c.importID(id)))
}
