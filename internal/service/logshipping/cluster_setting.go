package logshipping

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

// clusterSetting is something that every cluster has, and that a task changes, in the course of one operation on it.
type clusterSetting[T any] struct {
	lifecycle.Object[T]
	client *cs.Client
	send   func(context.Context, T) (taskID string, err error)
	// differ lists what differs, by the names of the arguments; empty for nothing.
	differ func(is, wanted T) string
	off    func(T) bool

	wanted T
	// seen is what was read last, and gone that the cluster was not there.
	seen T
	gone bool
	// before is what was there before this resource; nil if that is not known.
	before *original[T]
	// changed: a change was accepted, or its answer got lost.
	changed bool
}

// original is what a setting was before this resource changed it. It is kept in the state, and not in private state:
// Terraform (1.11) gives the destroy of a tainted resource that it replaces none of that.
type original[T any] struct {
	was T
	// certain: it was not as planned already. Else somebody set it so, or a run of ours that was killed, and then what was there before is lost.
	certain bool
}

// reading makes read the one way to look at the setting.
func (s *clusterSetting[T]) reading(read func(context.Context) (T, error)) {
	s.Read = func(ctx context.Context) (T, bool, error) { return s.noted(read(ctx)) }
}

// noted remembers what was read. Every cluster has the setting.
func (s *clusterSetting[T]) noted(is T, err error) (T, bool, error) {
	if s.gone = cs.IsClusterNotFound(err); err == nil {
		s.seen = is
	}
	return is, err == nil, err
}

// expect says what the setting is to be in the end.
func (s *clusterSetting[T]) expect(wanted T) {
	s.wanted = wanted
	s.Difference = func(is T) string { return s.differ(is, wanted) }
}

// refresh reads the setting for a Read method. One that was never read back since it was changed is given time to show.
func (s *clusterSetting[T]) refresh(ctx context.Context, before lifecycle.Private, after lifecycle.PrivateWriter, look func(context.Context) (T, error), diags *diag.Diagnostics) error {
	asStored := func(is T, found bool, err error) (T, bool, error) { return is, found && s.Difference(is) == "", err }
	once := s.Object
	once.Read = func(ctx context.Context) (T, bool, error) { return asStored(s.Read(ctx)) }
	_, _, err := once.Refresh(ctx, before, after, func(ctx context.Context) (T, bool, error) { return asStored(s.noted(look(ctx))) }, diags)
	return err
}

// look finds out what there is, and refuses to overwrite what somebody else has set, unless it may. refusal words that.
func (s *clusterSetting[T]) look(ctx context.Context, adopt bool, refusal func(difference string) diag.Diagnostic, diags *diag.Diagnostics) bool {
	is, _, err := s.Read(ctx)
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+s.Name, err))
		return false
	}
	if s.before != nil {
		return true
	}
	difference := s.Difference(is)
	if difference != "" && !s.off(is) && !adopt {
		diags.Append(refusal(difference))
		return false
	}
	// What is off and planned so was so before: only adopt_existing lets this resource switch anything off at first.
	s.before = &original[T]{was: is, certain: difference != "" || s.off(is) && !adopt}
	return true
}

// establish makes the setting as planned, after look. It reports whether it is.
func (s *clusterSetting[T]) establish(ctx context.Context, diags *diag.Diagnostics) bool {
	return s.Difference(s.seen) == "" || s.Stands("Changing", lifecycle.ReadNext, s.change(ctx), diags)
}

// restore puts back what was there before, and says so where it cannot. stored is what the state says of it.
func (s *clusterSetting[T]) restore(ctx context.Context, stored T, diags *diag.Diagnostics) bool {
	if s.before == nil {
		s.stays("What was there before this resource is not known, as after an import", diags)
		return true
	}
	if !s.before.certain {
		s.stays("It was as planned when this resource came to it. If an earlier run was killed after it had changed it, what was there before that is not known", diags)
		if s.differ(stored, s.before.was) == "" {
			return true
		}
	}
	s.expect(s.before.was)
	err := s.change(ctx)
	return cs.IsClusterNotFound(err) || s.Stands("Restoring", lifecycle.OutOfState, err, diags)
}

// logsStay has the same summary for every cluster, so that the CLI shows a fleet's warnings as one.
const logsStay = "Log settings of a cluster stay"

func (s *clusterSetting[T]) stays(why string, diags *diag.Diagnostics) {
	what := "is left as it is"
	if s.before != nil {
		what = "ends as this resource found it"
	}
	diags.AddWarning(logsStay, fmt.Sprintf("%s %s. %s. Change it in the console of Container Service if it should be otherwise.", diagnostic.UpperFirst(s.Place), what, why))
}

// change sees the change to what is expected through: to the end of its task, and until it shows.
func (s *clusterSetting[T]) change(ctx context.Context) error {
	task, err := s.sent(ctx)
	s.changed = s.changed || lifecycle.MayHaveHappened(err)
	switch {
	case err == nil && task != "":
		if err := s.finished(ctx, task); err != nil {
			return fmt.Errorf("the service accepted the change of %s as task %s, but %w", s.Place, task, err)
		}
	case !lifecycle.MayHaveHappened(err):
		// Whether the service takes a change to what there is already is not documented, and reads may lag.
		if is, found, e := s.Read(ctx); e == nil && found && s.Difference(is) == "" {
			return nil
		}
	}
	return s.Settled(ctx, err)
}

// sent makes the call. If its answer got lost, its task may run, and whether it does is known only when the cluster
// takes a change again: so the same is sent once more.
func (s *clusterSetting[T]) sent(ctx context.Context) (task string, err error) {
	task, err = s.whenFree(ctx)
	if err != nil && lifecycle.MayHaveHappened(err) && ctx.Err() == nil {
		if again, e := s.whenFree(ctx); e == nil {
			return again, nil
		}
	}
	return task, err
}

// whenFree makes the call, as soon as nothing else changes the cluster.
func (s *clusterSetting[T]) whenFree(ctx context.Context) (task string, err error) {
	began := s.Clock.Now()
	waited := settle.Until(ctx, s.Clock, s.Timeout, func(ctx context.Context) (string, error) {
		var again error
		if task, again = s.send(ctx, s.wanted); err == nil || !alicloud.Is(again, alicloud.NotSent) {
			err = again
		}
		if cs.IsBusy(again) {
			return "refuses the change", nil
		}
		return "", nil
	})
	if waited != nil {
		err = fmt.Errorf("the cluster is being changed otherwise, and was waited for %s: %w", s.Clock.Now().Sub(began).Round(time.Second), err)
	}
	return task, err
}

// finished waits for the end of a task.
func (s *clusterSetting[T]) finished(ctx context.Context, id string) error {
	return settle.Until(ctx, s.Clock, s.Timeout, func(ctx context.Context) (string, error) {
		task, err := s.client.Task(ctx, id)
		if err != nil || task.Succeeded() {
			return "", err
		}
		if err := task.Failure(); err != nil {
			return "", fmt.Errorf("it %w", err)
		}
		return "is " + task.State, nil
	})
}

// settingObject is a setting of m's cluster; what is its name, and kind what it is of any cluster.
func settingObject[T any](c clock.Clock, timeout time.Duration, m clusterAuditLogModel, what, kind string) lifecycle.Object[T] {
	name := what + " of cluster " + m.ClusterID.ValueString()
	return lifecycle.Object[T]{
		Name: name, Place: fmt.Sprintf("%s in account %s, region %s", name, m.AccountID.ValueString(), m.Region.ValueString()), Kind: kind,
		Clock: c, Timeout: timeout,
		// Asked in its own account and region.
		Without: cs.IsClusterNotFound,
	}
}
