// Package observed shares what is read of the cloud among all data sources
// and resources of one run: each answer is asked for once, also by those who
// ask at the same time.
//
// An answer holds as long as the run keeps reading, for two minutes at the
// most. Once nothing has been read for a moment, everything is forgotten: in an
// apply, what reads next may do so because something was changed in between,
// perhaps by another provider. What this provider changes itself is forgotten
// at once.
package observed

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/flight"
)

const (
	// pause is how long nothing has to be read for the answers to be forgotten. Data sources that depend on one another
	// follow within milliseconds; a change of a cluster takes the service seconds.
	pause = 2 * time.Second
	// maxAge is how long an answer holds in a run that reads for longer: in an apply, something may be changed while
	// another data source reads.
	maxAge = 2 * time.Minute
	// maxBytes bounds what the answers take, roughly; those that were not used for the longest time go first.
	maxBytes = 96 << 20
	// refusalLasts is how long a refusal holds. Asking again per data source only costs calls; but what was refused may
	// be allowed, opened or made by this very run.
	refusalLasts = time.Minute
)

// kind is what an answer is about.
type kind string

// key names an answer: of a kind, about an object or a list, in a scope.
type key struct {
	kind kind
	fleet.Scope
	object string // e.g. a cluster's ID
	part   string // of what the kind means, e.g. a report's ID
}

func aboutCluster(about kind, scope fleet.Scope, clusterID string) key {
	return key{kind: about, Scope: scope, object: clusterID}
}

// Store holds the answers. It is safe for concurrent use.
type Store struct {
	fleet   *fleet.Fleet
	flights flight.Group[key, any]
	limit   int

	mu       sync.Mutex
	answers  map[key]*list.Element // of *answer
	order    *list.List            // the one used last in front
	bytes    int
	reading  int // answers that are on their way
	lastRead time.Time
	changes  uint64 // counts Forget: an answer that was asked for before a change does not hold after it
}

type answer struct {
	key   key
	value any
	err   error
	at    time.Time
	bytes int
}

// New returns an empty store over a fleet.
func New(f *fleet.Fleet) *Store {
	return &Store{
		fleet: f, limit: maxBytes, answers: map[key]*list.Element{}, order: list.New(),
		flights: flight.Group[key, any]{OnJoin: fleet.LendSeat},
	}
}

// read returns the answer to a key, from the store or by fetch. size says
// roughly how many bytes the answer takes.
func read[T any](ctx context.Context, s *Store, k key, size func(T) int, fetch func(context.Context) (T, error)) (T, error) {
	var none T
	if a := s.known(k); a != nil {
		value, _ := a.value.(T)
		return value, a.err
	}
	got, err := s.flights.Do(ctx, k, func(ctx context.Context) (any, error) {
		if a := s.known(k); a != nil { // it arrived between the look above and here
			return a.value, a.err
		}
		before := s.begin()
		value, err := fetch(ctx)
		s.end(before, &answer{key: k, value: value, err: err, bytes: size(value)})
		return value, err
	})
	if err != nil {
		return none, err
	}
	value, _ := got.(T)
	return value, nil
}

func (s *Store) known(k key) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.fleet.Clock().Now()
	if s.reading == 0 && now.Sub(s.lastRead) > pause {
		s.answers, s.order, s.bytes = map[key]*list.Element{}, list.New(), 0
	}
	element, ok := s.answers[k]
	if !ok {
		return nil
	}
	a, _ := element.Value.(*answer)
	if age := now.Sub(a.at); a.err != nil && age >= refusalLasts || age >= maxAge {
		return nil
	}
	s.lastRead = now
	s.order.MoveToFront(element)
	return a
}

func (s *Store) begin() (changes uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading++
	return s.changes
}

func (s *Store) end(changesBefore uint64, a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading--
	s.lastRead = s.fleet.Clock().Now()
	a.at = s.lastRead
	if s.changes != changesBefore || !lasting(a.err) {
		return
	}
	s.remove(a.key)
	s.answers[a.key] = s.order.PushFront(a)
	for s.bytes += a.bytes; s.bytes > s.limit && s.order.Len() > 1; {
		oldest, _ := s.order.Back().Value.(*answer)
		s.remove(oldest.key)
	}
}

func (s *Store) remove(k key) {
	element, ok := s.answers[k]
	if !ok {
		return
	}
	a, _ := element.Value.(*answer)
	s.bytes -= a.bytes
	s.order.Remove(element)
	delete(s.answers, k)
}

// lasting reports whether another call would end in the same way: a refusal
// stays one for a while, a stumble does not.
func lasting(err error) bool {
	switch alicloud.KindOf(err) {
	case alicloud.Denied, alicloud.NotActivated:
		return true
	}
	return err == nil
}

// Forget drops what is known of a cluster, because it was changed.
func (s *Store) Forget(scope fleet.Scope, clusterID string) {
	s.forget(func(k key) bool { return k.Scope == scope && k.object == clusterID })
}

// ForgetLists drops the lists of the accounts' clusters, because one that must
// be there is missing from them.
func (s *Store) ForgetLists(accountIDs []string) {
	s.forget(func(k key) bool {
		return (k.kind == allClusters || k.kind == regionsClusters) && slices.Contains(accountIDs, k.AccountID)
	})
}

func (s *Store) forget(about func(key) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	for k := range s.answers {
		if about(k) {
			s.remove(k)
		}
	}
	s.flights.Forget(about)
}
