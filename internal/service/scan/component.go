package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

// component is the add-on of one cluster.
type component struct {
	client    *cs.Client
	clock     clock.Clock
	timeout   time.Duration
	clusterID string
	name      string // empty for whichever of the component's names is installed
}

// choose is the component among a cluster's add-ons.
func (c component) choose(addons []cs.Addon) (installed cs.Addon, found bool) {
	names := inspector.Components
	if c.name != "" {
		names = []string{c.name}
	}
	for _, name := range names {
		if i := slices.IndexFunc(addons, func(a cs.Addon) bool { return a.Name == name }); i >= 0 {
			return addons[i], true
		}
	}
	return cs.Addon{}, false
}

func (c component) read(ctx context.Context) (installed cs.Addon, found bool, err error) {
	addons, err := c.client.AddonInstances(ctx, c.clusterID)
	if err != nil {
		return cs.Addon{}, false, err
	}
	installed, found = c.choose(addons)
	return installed, found, nil
}

// absentError is a component that is not installed, and is not to be.
type absentError struct{ clusterID string }

// Error implements error.
func (e *absentError) Error() string {
	return fmt.Sprintf("cluster %s has no add-on %s and none %s", e.clusterID, inspector.Component, inspector.ManagedComponent)
}

// newerError is a component that is newer than the version asked for.
type newerError struct{ installed, asked string }

// Error implements error.
func (e *newerError) Error() string {
	return fmt.Sprintf("version %s is installed, which is no earlier than %s, and the service takes add-ons to newer versions only", e.installed, e.asked)
}

// ensure installs or upgrades the component as far as it is asked to, and waits for it.
func (c component) ensure(ctx context.Context, version string, install bool) (cs.Addon, error) {
	installed, found, err := c.ready(ctx)
	switch {
	case err != nil:
		return cs.Addon{}, err
	case !found && version == "" && !install:
		return cs.Addon{}, &absentError{c.clusterID}
	case !found:
		name := c.name
		if name == "" {
			name = inspector.Component
		}
		c.name = name
		err = c.change(ctx, "installing the add-on "+name, func(ctx context.Context) (string, error) {
			return c.client.InstallAddon(ctx, c.clusterID, cs.AddonChange{Name: name, Version: version})
		}, func(a cs.Addon, found bool) bool {
			return found && (version == "" || inspector.SameVersion(a.Version, version))
		})
	case version == "" || inspector.SameVersion(installed.Version, version):
		return installed, nil
	case !inspector.Older(installed.Version, version):
		return cs.Addon{}, &newerError{installed.Version, version}
	default:
		err = c.change(ctx, "upgrading the add-on "+installed.Name, func(ctx context.Context) (string, error) {
			return c.client.UpgradeAddon(ctx, c.clusterID, installed.Version, cs.AddonChange{Name: installed.Name, Version: version})
		}, func(a cs.Addon, found bool) bool { return found && inspector.SameVersion(a.Version, version) })
	}
	if err != nil {
		return cs.Addon{}, err
	}
	installed, _, err = c.ready(ctx)
	return installed, err
}

// remove uninstalls the component, and waits until it is gone.
func (c component) remove(ctx context.Context) error {
	installed, found, err := c.read(ctx)
	if err != nil || !found {
		return err
	}
	return c.change(ctx, "uninstalling the add-on "+installed.Name, func(ctx context.Context) (string, error) {
		return c.client.UninstallAddon(ctx, c.clusterID, installed.Name)
	}, func(_ cs.Addon, found bool) bool { return !found })
}

// settled are the states of an add-on that nothing is done to; the service may leave the state out.
var settled = []string{"", "active", "running"}

// ready reads the component once nothing is done to it any more: an earlier run may have been stopped while it was.
func (c component) ready(ctx context.Context) (installed cs.Addon, found bool, err error) {
	err = settle.Until(ctx, c.clock, c.timeout, func(ctx context.Context) (string, error) {
		var err error
		installed, found, err = c.read(ctx)
		if err == nil && found && !slices.Contains(settled, installed.State) {
			return fmt.Sprintf("has the add-on %s in the state %q", installed.Name, installed.State), nil
		}
		return "", err
	})
	return installed, found, err
}

// change makes a change as soon as nothing else changes the cluster, and waits for the end of its task and until it shows.
// One whose answer got lost may go on.
func (c component) change(ctx context.Context, doing string, send func(context.Context) (string, error), done func(cs.Addon, bool) bool) error {
	var task string
	var changed error
	waited := settle.Until(ctx, c.clock, c.timeout, func(ctx context.Context) (string, error) {
		if task, changed = send(ctx); cs.IsBusy(changed) {
			return "is being changed otherwise", nil
		}
		return "", nil
	})
	if waited != nil {
		return fmt.Errorf("%s: %w", doing, waited)
	}
	if !lifecycle.MayHaveHappened(changed) && !alicloud.Is(changed, alicloud.Conflict) {
		return changed
	}
	if task != "" {
		if err := c.finished(ctx, task); err != nil {
			return fmt.Errorf("%s: the service accepted it as task %s, but %w", doing, task, err)
		}
	}
	timeout := c.timeout
	if changed != nil {
		timeout = min(timeout, lifecycle.LostAnswerWait)
	}
	err := settle.Until(ctx, c.clock, timeout, func(ctx context.Context) (string, error) {
		installed, found, err := c.read(ctx)
		if err == nil && !done(installed, found) {
			return "does not show it", nil
		}
		return "", err
	})
	switch {
	case err == nil:
		return nil
	case changed != nil:
		return changed
	}
	return fmt.Errorf("%s: the service accepted it, but %w", doing, err)
}

// finished waits for the end of a task.
func (c component) finished(ctx context.Context, id string) error {
	return settle.Until(ctx, c.clock, c.timeout, func(ctx context.Context) (string, error) {
		task, err := c.client.Task(ctx, id)
		if err != nil || task.Succeeded() {
			return "", err
		}
		if err := task.Failure(); err != nil {
			return "", fmt.Errorf("it %w", err)
		}
		return "is " + task.State, nil
	})
}

// isAbsent reports whether the component is not installed.
func isAbsent(err error) bool {
	var absent *absentError
	return errors.As(err, &absent)
}
