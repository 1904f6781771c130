package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	logProject  kind = "project of Log Service"
	logStores   kind = "Logstores"
	logStore    kind = "Logstore"
	logMetering kind = "metering mode"
	logIndex    kind = "index"
	logJob      kind = "data-transformation job"
	logJobs     kind = "data-transformation jobs"
)

// logKinds are what ForgetLogs forgets.
var logKinds = map[kind]bool{logProject: true, logStores: true, logStore: true, logMetering: true, logIndex: true, logJob: true, logJobs: true}

// LogProject is a project of Log Service (GetProject).
func (s *Store) LogProject(ctx context.Context, scope fleet.Scope, name string) (sls.Project, bool, error) {
	return ofLogs(ctx, s, key{kind: logProject, Scope: scope, object: name}, func(c *sls.Client, ctx context.Context) (sls.Project, bool, error) {
		return c.Project(ctx, name)
	})
}

// LogStores are the names of a project's Logstores (ListLogStores).
func (s *Store) LogStores(ctx context.Context, scope fleet.Scope, project string) ([]string, error) {
	return listOfLogs(ctx, s, key{kind: logStores, Scope: scope, object: project}, (*sls.Client).LogStores)
}

// LogStore is a Logstore (GetLogStore).
func (s *Store) LogStore(ctx context.Context, scope fleet.Scope, project, name string) (sls.LogStore, bool, error) {
	return ofLogs(ctx, s, key{kind: logStore, Scope: scope, object: project, part: name}, func(c *sls.Client, ctx context.Context) (sls.LogStore, bool, error) {
		return c.LogStore(ctx, project, name)
	})
}

// LogMetering is how a Logstore is charged (GetLogStoreMeteringMode).
func (s *Store) LogMetering(ctx context.Context, scope fleet.Scope, project, store string) (string, error) {
	mode, _, err := ofLogs(ctx, s, key{kind: logMetering, Scope: scope, object: project, part: store}, func(c *sls.Client, ctx context.Context) (string, bool, error) {
		mode, err := c.MeteringMode(ctx, project, store)
		return mode, true, err
	})
	return mode, err
}

// LogIndexed is whether a Logstore has an index (GetIndex).
func (s *Store) LogIndexed(ctx context.Context, scope fleet.Scope, project, store string) (bool, error) {
	_, there, err := ofLogs(ctx, s, key{kind: logIndex, Scope: scope, object: project, part: store}, func(c *sls.Client, ctx context.Context) (struct{}, bool, error) {
		_, there, err := c.Index(ctx, project, store)
		return struct{}{}, there, err
	})
	return there, err
}

// LogJob is a data-transformation job (GetJob).
func (s *Store) LogJob(ctx context.Context, scope fleet.Scope, project, name string) (sls.Job, bool, error) {
	return ofLogs(ctx, s, key{kind: logJob, Scope: scope, object: project, part: name}, func(c *sls.Client, ctx context.Context) (sls.Job, bool, error) {
		return c.Job(ctx, project, name)
	})
}

// LogJobs are the data-transformation jobs of a project (ListJobs).
func (s *Store) LogJobs(ctx context.Context, scope fleet.Scope, project string) ([]sls.Job, error) {
	return listOfLogs(ctx, s, key{kind: logJobs, Scope: scope, object: project}, (*sls.Client).Jobs)
}

// ForgetLogs drops what is known of a project of Log Service, because something in it was changed.
func (s *Store) ForgetLogs(scope fleet.Scope, project string) {
	s.forget(func(k key) bool { return logKinds[k.kind] && k.Scope == scope && k.object == project })
}

func ofLogs[T any](ctx context.Context, s *Store, k key, call func(*sls.Client, context.Context) (T, bool, error)) (T, bool, error) {
	answer, err := read(ctx, s, k, sizeOf, func(ctx context.Context) (answer found[T], err error) {
		client, err := s.fleet.SLS(k.Scope)
		if err == nil {
			answer.object, answer.there, err = call(client, ctx)
		}
		return answer, err
	})
	return answer.object, answer.there, err
}

// listOfLogs lists what a project has.
func listOfLogs[T any](ctx context.Context, s *Store, k key, call func(*sls.Client, context.Context, string) ([]T, error)) ([]T, error) {
	return read(ctx, s, k, sizeOfAll, func(ctx context.Context) ([]T, error) {
		client, err := s.fleet.SLS(k.Scope)
		if err != nil {
			return nil, err
		}
		return call(client, ctx, k.object)
	})
}
