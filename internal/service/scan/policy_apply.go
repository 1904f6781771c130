package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/workload"
)

// objectsWait is how long the objects of a component that was just installed or upgraded are waited for.
const objectsWait = 3 * time.Minute

// Summaries are the same for every cluster, so that the CLI shows a fleet's warnings as one.
const (
	unsupportedChecks = "Checks that the installed component does not know"
	voidWhiteList     = "White list of a cluster has no effect"
	entriesThatStay   = "Entries of a white list that stay"
)

// establish makes the component and both objects as the block wants them, and fills the model. It reports whether it may
// have changed an object, errors or not.
func (o *operation) establish(ctx context.Context, m *policyModel, want inspector.Policy, diags *diag.Diagnostics) (changed bool) {
	fail := func(doing string, err error) bool {
		diags.Append(o.explain(doing, err))
		return changed
	}
	doing := "Changing " + o.policyName()
	installed, err := o.ensure(ctx, m.ComponentVersion.ValueString(), m.Install.ValueBool())
	if err != nil {
		return fail("Preparing the component of "+o.policyName(), err)
	}
	client, err := o.connect(ctx)
	if err != nil {
		return fail(doing, err)
	}
	l, err := o.await(ctx, client, m, installed)
	if err != nil {
		return fail(doing, err)
	}
	// Looked at before one is changed, so that a refusal leaves nothing half done.
	key, text, parsed, err := config(l.configMap, o.names.configKey)
	if err != nil {
		return fail(doing, err)
	}
	if _, err := inspector.Apply(text, want, o.before.foundConfig(l.configMap)); err != nil {
		return fail(doing, err)
	}
	if m.wantsConfig() || o.before.config != nil {
		result, err := o.writeConfig(ctx, client, l.configMap, key, want)
		changed = changed || mayHaveHappened(err)
		if err != nil {
			return fail(doing, err)
		}
		o.warn(m, want, result, diags)
	} else {
		m.Unsupported = stringSet(nil)
	}
	if l.cronJob != nil && (m.wantsTiming() || o.before.timing != nil) {
		err := o.writeTiming(ctx, client, l.cronJob, *m)
		changed = changed || mayHaveHappened(err)
		if err != nil {
			return fail(doing, err)
		}
	}
	m.fromObjects(l, key, parsed.Dialect)
	m.ComponentName, m.Installed = types.StringValue(installed.Name), types.StringValue(installed.Version)
	return changed
}

// mayHaveHappened tells a write that was made, or whose answer got lost, from one that was refused.
func mayHaveHappened(err error) bool {
	return err == nil || cluster.Is(err, cluster.Unreachable) || cluster.Is(err, cluster.Server) || cluster.Is(err, cluster.Stopped)
}

// await looks for the objects until those that the block needs are there: a component that was just installed makes them
// when it starts.
func (o *operation) await(ctx context.Context, client *cluster.Client, m *policyModel, installed cs.Addon) (l live, err error) {
	timed := m.wantsTiming() || !m.Triggers.IsNull()
	err = settle.Until(ctx, o.clock, min(o.timeout, objectsWait), func(ctx context.Context) (string, error) {
		var err error
		l, err = look(ctx, client, o.names, installed.Version)
		return l.missing(o.names, true, timed), err
	})
	var pending *settle.Pending
	if errors.As(err, &pending) && pending.Missing != "" && pending.Err == nil && !pending.Interrupted {
		return live{}, &missingError{pending.Missing}
	}
	return l, err
}

// foundConfig is what the policy found of the configuration: as the ConfigMap itself says, for that was written together
// with the change; else as the state says.
func (f found) foundConfig(configMap *cluster.Object) inspector.Before {
	if before, noted := configNoted(configMap); noted {
		return before
	}
	if f.config != nil {
		return *f.config
	}
	return inspector.Before{}
}

// foundTiming is the same of the CronJob.
func (f found) foundTiming(cronJob *cluster.Object) foundTiming {
	if before, noted := timingNoted(cronJob); noted {
		return before
	}
	if f.timing != nil {
		return *f.timing
	}
	return foundTiming{}
}

// writeConfig makes the configuration as the policy wants it.
func (o *operation) writeConfig(ctx context.Context, client *cluster.Client, configMap *cluster.Object, key string, want inspector.Policy) (result inspector.Result, err error) {
	start := o.before // what a try before a conflict has found is not what there is now
	_, err = client.Modify(ctx, cluster.ConfigMaps, configMap.GetNamespace(), configMap.GetName(), func(is *cluster.Object) (bool, error) {
		text := texts(is)[key]
		var err error
		if result, err = inspector.Apply(text, want, start.foundConfig(is)); err != nil {
			return false, err
		}
		before := &result.Before
		if before.Empty() {
			before = nil
		}
		o.before.config = before
		changed, err := note(is, before)
		if err != nil || !changed && result.Text == text {
			return false, err
		}
		return true, unstructured.SetNestedField(is.Object, result.Text, "data", key)
	})
	return result, err
}

// writeTiming makes the CronJob as the policy wants it; what the block has no more is put back.
func (o *operation) writeTiming(ctx context.Context, client *cluster.Client, cronJob *cluster.Object, m policyModel) error {
	start := o.before
	_, err := client.Modify(ctx, cluster.CronJobs, cronJob.GetNamespace(), cronJob.GetName(), func(is *cluster.Object) (bool, error) {
		now, before := timingOf(is), start.foundTiming(is)
		wanted, keep := now, &foundTiming{}
		wanted.Schedule, keep.Schedule = declared(m.Schedule.ValueStringPointer(), before.Schedule, now.Schedule)
		wanted.Suspend, keep.Suspend = declared(m.Suspend.ValueBoolPointer(), before.Suspend, now.Suspend)
		if *keep == (foundTiming{}) {
			keep = nil
		}
		o.before.timing = keep
		changed, err := note(is, keep)
		if sameCron(now.Schedule, wanted.Schedule) {
			wanted.Schedule = now.Schedule
		}
		if err != nil || !changed && now == wanted {
			return false, err
		}
		return true, wanted.put(is)
	})
	return err
}

// declared is what a field is to be, and what to remember of it: what the block says, else what was found before the block
// said something, else what it is.
func declared[T any](says, before *T, now T) (wanted T, keep *T) {
	switch {
	case says != nil && before != nil:
		return *says, before
	case says != nil:
		return *says, &now
	case before != nil:
		return *before, nil
	}
	return now, nil
}

// warn says what of the policy has no effect.
func (o *operation) warn(m *policyModel, want inspector.Policy, result inspector.Result, diags *diag.Diagnostics) {
	m.Unsupported = stringSet(result.Unsupported)
	if len(result.Unsupported) > 0 {
		diags.AddWarning(unsupportedChecks, fmt.Sprintf("The configuration of %s has no key for %s: this version of the component does not know it, so it is off. Nothing was added for it.",
			o.place(), list(result.Unsupported)))
	}
	if len(result.Stays) > 0 {
		var entries []string
		for _, e := range result.Stays {
			entries = append(entries, fmt.Sprintf("workload %q, checks %s", e.Workload, list(e.Checks)))
		}
		diags.AddWarning(entriesThatStay, fmt.Sprintf("The configuration of %s still has what this policy declares no more, because it was there before the policy, or another has written it:\n%s\n\nWhat to do: take it out of the ConfigMap %s by hand, if nobody needs it.",
			o.place(), workload.Bullets(entries), cmp.Or(o.names.configMap, inspector.ConfigMapName)))
	}
	if result.Disallowed != "" && len(want.Exemptions) > 0 {
		diags.AddWarning(voidWhiteList, fmt.Sprintf("The configuration of %s has %s: true, so the engine passes over nothing.", o.place(), result.Disallowed))
	}
}

// refresh reads the policy into the model. present is false if there is nothing that it could be about any more.
func (o *operation) refresh(ctx context.Context, m *policyModel, diags *diag.Diagnostics) (present bool, err error) {
	addons, err := o.data.Observed.AddonInstances(ctx, o.scope, o.clusterID)
	if cs.IsClusterNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	installed, found := o.choose(addons)
	if !found {
		return false, nil
	}
	client, err := o.connect(ctx)
	if err != nil {
		return false, err
	}
	narrowed := o.narrowed(*m, installed)
	l, err := look(ctx, client, narrowed, installed.Version)
	if err == nil && narrowed != o.names && (l.configMap == nil || l.cronJob == nil) {
		l, err = look(ctx, client, o.names, installed.Version) // they may have moved
	}
	if err != nil {
		return false, err
	}
	if l.configMap == nil {
		return false, nil
	}
	key, text, parsed, err := config(l.configMap, o.names.configKey)
	if err != nil {
		return false, err
	}
	imported := m.Dialect.IsNull() && m.Before.IsNull() // a create that failed half-way has what it found
	m.fromComponent(installed)
	m.fromConfig(ctx, parsed, imported, diags)
	if l.cronJob != nil {
		m.fromTiming(timingOf(l.cronJob), imported)
	} else {
		m.withoutTiming()
	}
	m.fromObjects(l, key, parsed.Dialect)
	if imported {
		return true, o.adopt(ctx, m, l, text, diags)
	}
	return true, nil
}

// narrowed is where the objects were the last time: looking only there saves calls.
func (o *operation) narrowed(m policyModel, installed cs.Addon) names {
	n := o.names
	if m.Installed.ValueString() != installed.Version {
		return n
	}
	if n.configMapNamespace == "" {
		n.configMapNamespace = m.ConfigNamespace.ValueString()
	}
	if n.cronJobNamespace == "" {
		n.cronJobNamespace = m.CronJobNamespace.ValueString()
	}
	return n
}

// adopt notes what an imported policy is: that is what destroying puts back.
func (o *operation) adopt(ctx context.Context, m *policyModel, l live, text string, diags *diag.Diagnostics) error {
	before, noted := configNoted(l.configMap)
	if !noted {
		var err error
		if before, err = inspector.Adopt(text); err != nil {
			return err
		}
	}
	f := found{config: &before}
	if l.cronJob != nil {
		now := timingOf(l.cronJob)
		f.timing = &foundTiming{&now.Schedule, &now.Suspend}
		if was, noted := timingNoted(l.cronJob); noted {
			f.timing = &was
		}
	}
	m.Before = f.object(ctx, diags)
	return nil
}

// restore puts back what was found.
func (o *operation) restore(ctx context.Context) error {
	installed, found, err := o.read(ctx)
	if err != nil || !found {
		return err // with the component its objects went
	}
	client, err := o.connect(ctx)
	if err != nil {
		return err
	}
	l, err := look(ctx, client, o.names, installed.Version)
	if err != nil {
		return err
	}
	if l.configMap != nil {
		if before := o.before.foundConfig(l.configMap); !before.Empty() {
			key, err := inspector.FindKey(texts(l.configMap), o.names.configKey)
			if err == nil {
				_, err = o.writeConfig(ctx, client, l.configMap, key, inspector.Policy{})
			}
			if err != nil && !cluster.Is(err, cluster.NotFound) {
				return err
			}
		}
	}
	if l.cronJob == nil {
		return nil
	}
	if _, noted := timingNoted(l.cronJob); !noted && o.before.timing == nil {
		return nil
	}
	if err := o.writeTiming(ctx, client, l.cronJob, policyModel{}); err != nil && !cluster.Is(err, cluster.NotFound) {
		return err
	}
	return nil
}
