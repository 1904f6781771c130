package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

const (
	logAlert     kind = "alert"
	logDashboard kind = "dashboard"
)

// LogAlert is an alert of a project (GetJob).
func (s *Store) LogAlert(ctx context.Context, scope fleet.Scope, project, name string) (sls.Alert, bool, error) {
	return inProject(ctx, s, key{kind: logAlert, Scope: scope, object: project, part: name}, (*sls.Client).Alert)
}

// LogDashboard is a dashboard of a project (GetDashboard).
func (s *Store) LogDashboard(ctx context.Context, scope fleet.Scope, project, name string) (sls.Dashboard, bool, error) {
	return inProject(ctx, s, key{kind: logDashboard, Scope: scope, object: project, part: name}, (*sls.Client).Dashboard)
}

// ForgetLogAlert drops what is known of an alert or a dashboard, because it was changed.
func (s *Store) ForgetLogAlert(scope fleet.Scope, project, name string) {
	s.forget(func(k key) bool {
		return (k.kind == logAlert || k.kind == logDashboard) && k.Scope == scope && k.object == project && k.part == name
	})
}

func inProject[T any](ctx context.Context, s *Store, k key, call func(*sls.Client, context.Context, string, string) (T, bool, error)) (T, bool, error) {
	answer, err := read(ctx, s, k, sizeOf, func(ctx context.Context) (answer found[T], err error) {
		client, err := s.fleet.SLS(k.Scope)
		if err == nil {
			answer.object, answer.there, err = call(client, ctx, k.object, k.part)
		}
		return answer, err
	})
	return answer.object, answer.there, err
}
