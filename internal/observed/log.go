package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	logProject  kind = "project of Log Service"
	logStore    kind = "Logstore"
	logIndex    kind = "index of a Logstore"
	logMetering kind = "metering mode of a Logstore"
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
