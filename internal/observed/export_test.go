package observed

import (
	"context"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
)

// Pause is the pause after which everything is forgotten.
const Pause = pause

// RefusalLasts is how long a refusal holds.
const RefusalLasts = refusalLasts

// MaxAge is how long an answer holds.
const MaxAge = maxAge

// Limit bounds the store to so many cluster details.
func (s *Store) Limit(details int) { s.limit = details * sizeOf(cs.Cluster{}) }

// Held is how many answers the store holds, and whether its accounts agree.
func (s *Store) Held() (answers int, sound bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.answers), s.order.Len() == len(s.answers) && s.bytes <= s.limit
}

// Read reads a text about a cluster by fetch.
func (s *Store) Read(ctx context.Context, scope fleet.Scope, clusterID string, fetch func(context.Context) (string, error)) (string, error) {
	return read(ctx, s, aboutCluster("text", scope, clusterID), func(string) int { return 1 }, fetch)
}
