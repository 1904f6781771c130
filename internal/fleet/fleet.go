package fleet

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/resourcedirectory"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sts"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/flight"
)

// Role says how to become a role: in a member account, or as the identity
// that everything starts from.
type Role struct {
	ARN         string // for the starting role
	Name        string // for a member role
	SessionName string
	ExternalID  string
	Policy      string
	Duration    time.Duration
}

// Config is what a provider block says.
type Config struct {
	// Where the provider's own keys come from: OIDC, Fetch (a metadata service, a
	// URI), or else Credential as it is.
	Credential alicloud.Credential
	OIDC       *OIDC
	Fetch      func(context.Context) (alicloud.Credential, error)
	// Chain is the roles that these keys become one after the other, before anything else.
	Chain []Role
	// Member is the role in every member account; Overrides replaces it by account ID.
	Member    Role
	Overrides map[string]Role

	Region            string
	Endpoints         map[string]string // by product: cs, sts, resourcemanager, config, sls
	Protocol          string
	MaxConcurrency    int
	RequestsPerSecond float64 // per account and product; 0 for no limit
	Retry             alicloud.RetryPolicy
	RetryTimeout      time.Duration
	ConnectTimeout    time.Duration
	ReadTimeout       time.Duration
	UserAgent         string
	Clock             clock.Clock
	Observe           func(context.Context, alicloud.Attempt)
}

// DefaultMemberRole is the role that a resource directory makes in each
// account that is created in it.
const DefaultMemberRole = "ResourceDirectoryAccountAccessRole"

// Fleet hands out clients by scope. It is safe for concurrent use; nothing is
// called before a client is used.
type Fleet struct {
	config    Config
	transport *alicloud.Transport
	limiter   *limiter
	start     alicloud.CredentialSource
	sts       *sts.Client // with the provider's own identity: who it is, and the member roles

	identity flight.Group[struct{}, sts.Identity]
	mu       sync.Mutex
	caller   *sts.Identity
	members  map[string]*temporary
	clusters map[Scope]*cs.Client
	configs  map[string]*cloudconfig.Client
	logs     map[Scope]*sls.Client
}

// New prepares a fleet. It makes no call.
func New(c Config) (*Fleet, error) {
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	f := &Fleet{
		config: c,
		transport: alicloud.NewTransport(alicloud.TransportConfig{
			ConnectTimeout: c.ConnectTimeout, ReadTimeout: c.ReadTimeout, MaxConnections: c.MaxConcurrency,
		}),
		limiter:  newLimiter(c.MaxConcurrency, c.RequestsPerSecond, c.Clock),
		members:  map[string]*temporary{},
		clusters: map[Scope]*cs.Client{},
		configs:  map[string]*cloudconfig.Client{},
		logs:     map[Scope]*sls.Client{},
	}
	f.identity.OnJoin = LendSeat
	var err error
	if f.start, err = f.startingKeys(); err != nil {
		return nil, err
	}
	if f.sts, err = sts.New(f.clientConfig("sts", f.start, Scope{})); err != nil {
		return nil, err
	}
	return f, nil
}

// Region is the provider's region.
func (f *Fleet) Region() string { return f.config.Region }

// MaxConcurrency bounds the calls that are under way at once.
func (f *Fleet) MaxConcurrency() int { return f.config.MaxConcurrency }

// Clock is the time that everything in this provider goes by.
func (f *Fleet) Clock() clock.Clock { return f.config.Clock }

// MemberRole is a role that is assumed: in the account given, or in any other.
type MemberRole struct{ AccountID, Name string }

// MemberRoles are the roles that are assumed, by account.
func (f *Fleet) MemberRoles() []MemberRole {
	roles := []MemberRole{{Name: f.config.Member.Name}}
	for _, accountID := range slices.Sorted(maps.Keys(f.config.Overrides)) {
		if name := f.config.Overrides[accountID].Name; name != f.config.Member.Name {
			roles = append(roles, MemberRole{accountID, name})
		}
	}
	return roles
}

// Caller is who the provider itself is. It is asked once, when first needed.
func (f *Fleet) Caller(ctx context.Context) (sts.Identity, error) {
	f.mu.Lock()
	known := f.caller
	f.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	return f.identity.Do(ctx, struct{}{}, func(ctx context.Context) (sts.Identity, error) {
		f.mu.Lock()
		known := f.caller
		f.mu.Unlock()
		if known != nil {
			return *known, nil
		}
		identity, err := f.sts.CallerIdentity(ctx)
		if err == nil {
			f.mu.Lock()
			f.caller = &identity
			f.mu.Unlock()
		}
		return identity, err
	})
}

// AccountID resolves an account ID that may be empty: empty means the
// provider's own account.
func (f *Fleet) AccountID(ctx context.Context, accountID string) (string, error) {
	if accountID != "" {
		return accountID, nil
	}
	identity, err := f.Caller(ctx)
	return identity.AccountID, err
}

// CS is the Container Service client of a scope.
func (f *Fleet) CS(scope Scope) (*cs.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if client, ok := f.clusters[scope]; ok {
		return client, nil
	}
	client, err := cs.New(f.clientConfig("cs", memberSource{f, scope.AccountID}, scope))
	if err != nil {
		return nil, err
	}
	f.clusters[scope] = client
	return client, nil
}

// SLS is the Log Service client of a scope.
func (f *Fleet) SLS(scope Scope) (*sls.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if client, ok := f.logs[scope]; ok {
		return client, nil
	}
	client, err := sls.New(f.clientConfig("sls", memberSource{f, scope.AccountID}, scope))
	if err != nil {
		return nil, err
	}
	f.logs[scope] = client
	return client, nil
}

// CloudConfig is the Cloud Config client of an account. The service has no
// regions.
func (f *Fleet) CloudConfig(accountID string) (*cloudconfig.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if client, ok := f.configs[accountID]; ok {
		return client, nil
	}
	client, err := cloudconfig.New(f.clientConfig("config", memberSource{f, accountID}, Scope{AccountID: accountID}))
	if err != nil {
		return nil, err
	}
	f.configs[accountID] = client
	return client, nil
}

// ResourceDirectory is the client of the resource directory, with the
// provider's own identity.
func (f *Fleet) ResourceDirectory() (*resourcedirectory.Client, error) {
	return resourcedirectory.New(f.clientConfig("resourcemanager", f.start, Scope{}))
}

func (f *Fleet) clientConfig(product string, source alicloud.CredentialSource, scope Scope) alicloud.Config {
	return alicloud.Config{
		Credentials: source, AccountID: scope.AccountID, Region: scope.Region,
		Endpoint: f.config.Endpoints[product], Protocol: f.config.Protocol,
		Transport: f.transport, Limiter: f.limiter, Clock: f.config.Clock,
		Retry: f.config.Retry, RetryTimeout: f.config.RetryTimeout,
		UserAgent: f.config.UserAgent, Observe: f.config.Observe,
	}
}

// memberSource gives the credentials to work in an account: one's own in
// one's own account, those of the member role in any other.
type memberSource struct {
	fleet     *Fleet
	accountID string
}

// Credential implements alicloud.CredentialSource.
func (m memberSource) Credential(ctx context.Context) (alicloud.Credential, error) {
	caller, err := m.fleet.Caller(ctx)
	if err != nil {
		return alicloud.Credential{}, err
	}
	return m.source(caller.AccountID).Credential(ctx)
}

// Invalidate implements alicloud.Invalidator.
func (m memberSource) Invalidate(used alicloud.Credential) bool {
	m.fleet.mu.Lock()
	caller := m.fleet.caller
	m.fleet.mu.Unlock()
	if caller == nil {
		return false
	}
	temporary, ok := m.source(caller.AccountID).(alicloud.Invalidator)
	return ok && temporary.Invalidate(used)
}

func (m memberSource) source(own string) alicloud.CredentialSource {
	if m.accountID == own {
		return m.fleet.start
	}
	return m.fleet.member(m.accountID)
}

// member is the one source of a member account's keys.
func (f *Fleet) member(accountID string) *temporary {
	f.mu.Lock()
	defer f.mu.Unlock()
	if source, ok := f.members[accountID]; ok {
		return source
	}
	role := f.config.Member
	if override, ok := f.config.Overrides[accountID]; ok {
		role = override
	}
	source := f.assumed(f.sts, role, fmt.Sprintf("acs:ram::%s:role/%s", accountID, role.Name))
	f.members[accountID] = source
	return source
}
