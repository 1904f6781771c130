package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	logStores kind = "Logstores of a project"
	logJob    kind = "data-transformation job"
	logJobs   kind = "data-transformation jobs of a project"
)

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
