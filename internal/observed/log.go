package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	logProject   kind = "project of Log Service"
	logStores    kind = "Logstores of a project"
	logStore     kind = "Logstore"
	logIndex     kind = "index of a Logstore"
	logMetering  kind = "metering mode of a Logstore"
	logJob       kind = "data-transformation job"
	logJobs      kind = "data-transformation jobs of a project"
	logAlert     kind = "alert"
	logDashboard kind = "dashboard"
)

// LogProject is a project of Log Service (GetProject).
func (s *Store) LogProject(ctx context.Context, scope fleet.Scope, project string) (sls.Project, bool, error) {
	return ofLog(ctx, s, key{kind: logProject, Scope: scope, object: project}, func(ctx context.Context, c *sls.Client) (sls.Project, bool, error) {
		return c.Project(ctx, project)
	})
}

// LogStore is a Logstore (GetLogStore).
func (s *Store) LogStore(ctx context.Context, scope fleet.Scope, project, store string) (sls.LogStore, bool, error) {
	return ofLog(ctx, s, key{kind: logStore, Scope: scope, object: project, part: store}, func(ctx context.Context, c *sls.Client) (sls.LogStore, bool, error) {
		return c.LogStore(ctx, project, store)
	})
}

// LogIndex is the index of a Logstore, as JSON (GetIndex).
func (s *Store) LogIndex(ctx context.Context, scope fleet.Scope, project, store string) (string, bool, error) {
	return ofLog(ctx, s, key{kind: logIndex, Scope: scope, object: project, part: store}, func(ctx context.Context, c *sls.Client) (string, bool, error) {
		return c.Index(ctx, project, store)
	})
}

// LogMeteringMode is how a Logstore is charged (GetLogStoreMeteringMode).
func (s *Store) LogMeteringMode(ctx context.Context, scope fleet.Scope, project, store string) (string, error) {
	mode, _, err := ofLog(ctx, s, key{kind: logMetering, Scope: scope, object: project, part: store}, func(ctx context.Context, c *sls.Client) (string, bool, error) {
		mode, err := c.MeteringMode(ctx, project, store)
		return mode, true, err
	})
	return mode, err
}

// LogStores are the names of a project's Logstores (ListLogStores).
func (s *Store) LogStores(ctx context.Context, scope fleet.Scope, project string) ([]string, error) {
	return listOfLog(ctx, s, key{kind: logStores, Scope: scope, object: project}, (*sls.Client).LogStores)
}

// LogJob is a data-transformation job (GetJob).
func (s *Store) LogJob(ctx context.Context, scope fleet.Scope, project, name string) (sls.Job, bool, error) {
	return ofLog(ctx, s, key{kind: logJob, Scope: scope, object: project, part: name}, func(ctx context.Context, c *sls.Client) (sls.Job, bool, error) {
		return c.Job(ctx, project, name)
	})
}

// LogJobs are the data-transformation jobs of a project (ListJobs).
func (s *Store) LogJobs(ctx context.Context, scope fleet.Scope, project string) ([]sls.Job, error) {
	return listOfLog(ctx, s, key{kind: logJobs, Scope: scope, object: project}, (*sls.Client).Jobs)
}

// LogAlert is an alert of a project (GetJob).
func (s *Store) LogAlert(ctx context.Context, scope fleet.Scope, project, name string) (sls.Alert, bool, error) {
	return ofLog(ctx, s, key{kind: logAlert, Scope: scope, object: project, part: name}, func(ctx context.Context, c *sls.Client) (sls.Alert, bool, error) {
		return c.Alert(ctx, project, name)
	})
}

// LogDashboard is a dashboard of a project (GetDashboard).
func (s *Store) LogDashboard(ctx context.Context, scope fleet.Scope, project, name string) (sls.Dashboard, bool, error) {
	return ofLog(ctx, s, key{kind: logDashboard, Scope: scope, object: project, part: name}, func(ctx context.Context, c *sls.Client) (sls.Dashboard, bool, error) {
		return c.Dashboard(ctx, project, name)
	})
}

// ForgetLogAlert drops what is known of an alert or a dashboard, because it was changed.
func (s *Store) ForgetLogAlert(scope fleet.Scope, project, name string) {
	s.forget(func(k key) bool {
		return (k.kind == logAlert || k.kind == logDashboard) && k.Scope == scope && k.object == project && k.part == name
	})
}

// ForgetLog drops what is known of a project of Log Service and all in it, because it was changed.
func (s *Store) ForgetLog(scope fleet.Scope, project string) {
	about := map[kind]bool{logProject: true, logStores: true, logStore: true, logIndex: true, logMetering: true, logJob: true, logJobs: true}
	s.forget(func(k key) bool { return about[k.kind] && k.Scope == scope && k.object == project })
}

func ofLog[T any](ctx context.Context, s *Store, k key, call func(context.Context, *sls.Client) (T, bool, error)) (T, bool, error) {
	answer, err := read(ctx, s, k, sizeOf, func(ctx context.Context) (answer found[T], err error) {
		client, err := s.fleet.SLS(k.Scope)
		if err == nil {
			answer.object, answer.there, err = call(ctx, client)
		}
		return answer, err
	})
	return answer.object, answer.there, err
}

// listOfLog lists what a project has.
func listOfLog[T any](ctx context.Context, s *Store, k key, call func(*sls.Client, context.Context, string) ([]T, error)) ([]T, error) {
	return read(ctx, s, k, sizeOfAll, func(ctx context.Context) ([]T, error) {
		client, err := s.fleet.SLS(k.Scope)
		if err != nil {
			return nil, err
		}
		return call(client, ctx, k.object)
	})
}
