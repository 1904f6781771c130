package simulator

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// accountState is a stored account, without its clusters.
type accountState struct {
	account  *Account
	clusters []*clusterState            // in order of creation, with deleted ones that reads still show
	byRegion map[string][]*clusterState // the same, per region
}

// pendingChange is a change of a cluster that takes effect at a time.
type pendingChange struct {
	due       time.Time
	clusterID string
	change    func(*Cluster)
}

func (c *Cloud) addAccount(a *Account) {
	clusters := a.Clusters
	stored := clone(a)
	stored.Clusters, stored.CloudConfig, stored.LogService = nil, nil, nil
	c.accounts[a.AccountID] = &accountState{account: stored, byRegion: map[string][]*clusterState{}}
	c.accountOrder = append(c.accountOrder, a.AccountID)
	c.indexKeys(stored)
	for i := range clusters {
		cl := clone(&clusters[i])
		cl.takeAuditProject()
		c.newState(a.AccountID, cl).now = &version{Cluster: cl}
	}
}

// newState makes the place of a cluster, which the caller fills.
func (c *Cloud) newState(accountID string, cl *Cluster) *clusterState {
	state, owner := &clusterState{accountID: accountID, clusterID: cl.ClusterID, regionID: cl.RegionID}, c.accounts[accountID]
	c.clusters[cl.ClusterID] = state
	owner.clusters = append(owner.clusters, state)
	owner.byRegion[cl.RegionID] = append(owner.byRegion[cl.RegionID], state)
	return state
}

// indexKeys makes the AccessKeys of an account known and forgets those that it no longer has.
func (c *Cloud) indexKeys(a *Account) {
	for id, owner := range c.keys {
		if owner.accountID == a.AccountID {
			delete(c.keys, id)
		}
	}
	for _, key := range a.RootAccessKeys {
		c.keys[key.ID] = keyOwner{accountID: a.AccountID, secret: key.Secret}
	}
	for _, user := range a.Users {
		for _, key := range user.AccessKeys {
			c.keys[key.ID] = keyOwner{accountID: a.AccountID, userName: user.UserName, secret: key.Secret}
		}
	}
}

// settle lets changes take effect whose time has come.
func (c *Cloud) settle(now time.Time) {
	c.forget(func(s *clusterState) bool { return !s.lags(now) })
	defer c.settleConfig(c.configTime(now))
	defer c.settleLog(c.logTime(now))
	defer c.settleRuns(now)
	c.pending = slices.DeleteFunc(c.pending, func(p pendingChange) bool {
		if p.due.After(now) {
			return false
		}
		if state := c.clusters[p.clusterID]; state != nil {
			c.mutate(state, p.due, p.change)
		}
		return true
	})
}

func (c *Cloud) mutate(state *clusterState, at time.Time, change func(*Cluster)) {
	changed := clone(state.now.Cluster)
	change(changed)
	c.write(state, &version{Cluster: changed}, at)
}

// ClusterSnapshot is a copy of a stored cluster.
type ClusterSnapshot struct {
	AccountID string
	Cluster
}

// Cluster returns a copy of a cluster.
func (c *Cloud) Cluster(clusterID string) (ClusterSnapshot, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	state := c.clusters[clusterID]
	if state == nil {
		return ClusterSnapshot{}, false
	}
	return ClusterSnapshot{AccountID: state.accountID, Cluster: *clone(state.now.Cluster)}, true
}

// UpdateCluster changes a cluster behind the back of every client. The change must keep cluster_id and region_id.
func (c *Cloud) UpdateCluster(clusterID string, change func(*Cluster)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.settle(now)
	state := c.clusters[clusterID]
	if state == nil {
		return fmt.Errorf("cluster %s does not exist", clusterID)
	}
	changed := clone(state.now.Cluster)
	change(changed)
	if changed.ClusterID != clusterID || changed.RegionID != state.regionID {
		return fmt.Errorf("a change of cluster %s must keep cluster_id and region_id: delete it and add another", clusterID)
	}
	if err := changed.check(); err != nil {
		return err
	}
	// What a caller keeps of the object must not reach into the store.
	changed = clone(changed)
	changed.takeAuditProject()
	if err := c.takeClusterLogs(state, changed); err != nil {
		return err
	}
	before := state.now.Cluster
	c.write(state, &version{Cluster: changed}, now)
	c.followAddons(state, before, now)
	return nil
}

// AddCluster puts a new cluster into an account.
func (c *Cloud) AddCluster(accountID string, cl Cluster) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accounts[accountID] == nil {
		return fmt.Errorf("account %s does not exist", accountID)
	}
	if c.clusters[cl.ClusterID] != nil {
		return fmt.Errorf("cluster %s exists already", cl.ClusterID)
	}
	if err := cl.check(); err != nil {
		return err
	}
	c.forget(func(s *clusterState) bool { return s.clusterID == cl.ClusterID })
	added := clone(&cl)
	added.takeAuditProject()
	if err := c.takeClusterLogs(&clusterState{accountID: accountID, clusterID: added.ClusterID, regionID: added.RegionID}, added); err != nil {
		return err
	}
	c.write(c.newState(accountID, added), &version{Cluster: added}, c.now())
	return nil
}

// DeleteCluster removes a cluster.
func (c *Cloud) DeleteCluster(clusterID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.clusters[clusterID]
	if state == nil {
		return fmt.Errorf("cluster %s does not exist", clusterID)
	}
	now := c.now()
	c.write(state, nil, now)
	delete(c.clusters, clusterID)
	c.deleted = append(c.deleted, state)
	c.forget(func(s *clusterState) bool { return !s.lags(now) })
	return nil
}

// Account returns a copy of an account without its clusters.
func (c *Cloud) Account(accountID string) (Account, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.accounts[accountID]
	if state == nil {
		return Account{}, false
	}
	return *clone(state.account), true
}

// UpdateAccount changes an account: roles, policies, keys, status. Clusters have calls of their own. Sessions of a role
// that is gone stop working at once.
func (c *Cloud) UpdateAccount(accountID string, change func(*Account)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.accounts[accountID]
	if state == nil {
		return fmt.Errorf("account %s does not exist", accountID)
	}
	// What the account's roles let happen until now has happened.
	c.settle(c.now())
	changed := clone(state.account)
	change(changed)
	if changed.AccountID != accountID || len(changed.Clusters) > 0 || changed.CloudConfig != nil || changed.LogService != nil {
		return fmt.Errorf("a change of account %s must keep AccountId and must not set Clusters, CloudConfig or LogService: use AddCluster, UpdateConfigRule, UpdateLogStore and the like", accountID)
	}
	if err := c.checkChanged(changed); err != nil {
		return err
	}
	state.account = changed
	c.indexKeys(changed)
	return nil
}

// checkChanged checks an account alone, against the accounts and folders that exist.
func (c *Cloud) checkChanged(a *Account) error {
	known, folders := map[string]bool{}, map[string]bool{}
	for id := range c.accounts {
		known[id] = true
	}
	if c.directory != nil {
		folders[c.directory.RootFolderID] = true
		for _, f := range c.directory.Folders {
			folders[f.FolderID] = true
		}
	}
	k := &checker{first: map[string]string{}, oidc: a.oidcProviders()}
	for id := range c.accounts {
		if id != a.AccountID {
			maps.Copy(k.oidc, c.accounts[id].account.oidcProviders())
		}
	}
	(&Scenario{ResourceDirectory: c.directory}).checkAccount(k, "account", a, known, folders)
	return k.err()
}

// Key returns the first AccessKey of a user, or the zero value.
func (c *Cloud) Key(accountID, userName string) AccessKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := c.accounts[accountID]
	if state == nil {
		return AccessKey{}
	}
	for _, user := range state.account.Users {
		if (userName == "" || user.UserName == userName) && len(user.AccessKeys) > 0 {
			return user.AccessKeys[0]
		}
	}
	return AccessKey{}
}

// ManagementKey returns the first AccessKey of a user of the management account, or, without a resource directory, of
// the first account; the zero value when there is none.
func (c *Cloud) ManagementKey() AccessKey { return c.Key(c.ManagementAccountID(), "") }

// ManagementAccountID is the account that owns the directory, or the first account.
func (c *Cloud) ManagementAccountID() string {
	if c.directory != nil {
		return c.directory.MasterAccountID
	}
	return c.accountOrder[0]
}

// clone copies a value of the scenario's types deeply.
func clone[T any](v *T) *T {
	copied := new(T)
	reflect.ValueOf(copied).Elem().Set(deepCopy(reflect.ValueOf(v).Elem()))
	return copied
}

func deepCopy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(deepCopy(v.Elem()))
		return p
	case reflect.Struct:
		s := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			s.Field(i).Set(deepCopy(v.Field(i)))
		}
		return s
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			s.Index(i).Set(deepCopy(v.Index(i)))
		}
		return s
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		m := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			m.SetMapIndex(key, deepCopy(value))
		}
		return m
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		i := reflect.New(v.Type()).Elem()
		i.Set(deepCopy(v.Elem()))
		return i
	default:
		return v
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// matchesFold is the loose search of QueryKeyword and the cluster name.
func matchesFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
