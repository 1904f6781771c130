package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// LogService is what an account has in Log Service.
type LogService struct {
	Projects []LogProject `json:"projects" jsonschema:"required" jsonschema_description:"Projects of the account."`
}

// LogProject is a project.
type LogProject struct {
	ProjectName        string           `json:"projectName" jsonschema:"required" jsonschema_description:"3 to 63 lower-case letters, digits and hyphens, once over all accounts."`
	Region             string           `json:"region" jsonschema:"required" jsonschema_description:"Region of the project."`
	Description        string           `json:"description,omitzero" jsonschema_description:"For readers."`
	DataRedundancyType string           `json:"dataRedundancyType,omitzero" jsonschema:"enum=LRS,enum=ZRS" jsonschema_description:"LRS by default."`
	ResourceGroupID    string           `json:"resourceGroupId,omitzero" jsonschema_description:"Resource group."`
	Tags               []LogTag         `json:"tags,omitzero" jsonschema_description:"Tags of the project."`
	LogStores          []LogStore       `json:"logstores,omitzero" jsonschema_description:"Logstores."`
	Jobs               []LogJob         `json:"jobs,omitzero" jsonschema_description:"Data-transformation jobs and alerts."`
	Dashboards         []LogDashboard   `json:"dashboards,omitzero" jsonschema_description:"Dashboards."`
	SavedSearches      []LogSavedSearch `json:"savedsearches,omitzero" jsonschema_description:"Saved searches."`
}

// LogTag is a tag as Log Service writes it.
type LogTag struct {
	Key   string `json:"key" jsonschema:"required" jsonschema_description:"Tag key."`
	Value string `json:"value,omitzero" jsonschema_description:"Tag value."`
}

// LogStore is a Logstore with its index and its rows.
type LogStore struct {
	LogStoreName        string         `json:"logstoreName" jsonschema:"required" jsonschema_description:"2 to 63 lower-case letters, digits, hyphens and underscores."`
	TTL                 int64          `json:"ttl" jsonschema:"required" jsonschema_description:"Days that rows are kept, 1 to 3650; 3650 keeps them for ever."`
	ShardCount          int64          `json:"shardCount,omitzero" jsonschema_description:"Shards that can be written; 2 by default."`
	EnableTracking      bool           `json:"enable_tracking,omitzero" jsonschema_description:"Web tracking; kept and without effect."`
	AutoSplit           bool           `json:"autoSplit,omitzero" jsonschema_description:"Whether shards split by themselves; kept and without effect."`
	MaxSplitShard       int64          `json:"maxSplitShard,omitzero" jsonschema_description:"Most shards that automatic splitting makes, 1 to 256."`
	AppendMeta          bool           `json:"appendMeta,omitzero" jsonschema_description:"Kept and without effect."`
	TelemetryType       string         `json:"telemetryType,omitzero" jsonschema:"enum=None" jsonschema_description:"None or left out: metrics are not simulated."`
	HotTTL              int64          `json:"hot_ttl,omitzero" jsonschema_description:"Days in hot storage, 7 to ttl."`
	InfrequentAccessTTL int64          `json:"infrequentAccessTTL,omitzero" jsonschema_description:"Days in infrequent-access storage after that; what is left of ttl is archived."`
	Mode                string         `json:"mode,omitzero" jsonschema:"enum=standard,enum=query,enum=lite" jsonschema_description:"standard by default; it never changes."`
	EncryptConf         *LogEncryption `json:"encrypt_conf,omitzero" jsonschema_description:"Encryption; left out, there is none."`
	ProductType         string         `json:"productType,omitzero" jsonschema_description:"The cloud product that writes here; kept and without effect."`
	MeteringMode        string         `json:"meteringMode,omitzero" jsonschema:"enum=ChargeByDataIngest,enum=ChargeByFunction" jsonschema_description:"ChargeByDataIngest by default."`
	Index               *LogIndex      `json:"index,omitzero" jsonschema_description:"The index as CreateIndex takes it; left out, there is none."`
	Rows                []LogRow       `json:"rows,omitzero" jsonschema_description:"Rows that are there already, received at their own time."`
}

// LogEncryption is the encryption of a Logstore.
type LogEncryption struct {
	Enable      bool       `json:"enable,omitzero" jsonschema_description:"Whether it is on; the only part that can change."`
	EncryptType string     `json:"encrypt_type,omitzero" jsonschema:"enum=default,enum=m4" jsonschema_description:"Algorithm."`
	UserCMKInfo *LogCMKKey `json:"user_cmk_info,omitzero" jsonschema_description:"Key of the user; left out, it is the service's."`
}

// LogCMKKey is a key of the user's own.
type LogCMKKey struct {
	CMKKeyID string `json:"cmk_key_id" jsonschema:"required" jsonschema_description:"Id of the key."`
	ARN      string `json:"arn" jsonschema:"required" jsonschema_description:"Role that Log Service uses the key with."`
	RegionID string `json:"region_id" jsonschema:"required" jsonschema_description:"Region of the key."`
}

// LogRow is a row of a Logstore.
type LogRow struct {
	Time   int64             `json:"__time__,omitzero" jsonschema_description:"Unix seconds; left out, it is the start of the cloud less age."`
	Age    string            `json:"age,omitzero" jsonschema_description:"How old the row is when the cloud starts, as a Go duration, instead of __time__."`
	Topic  string            `json:"__topic__,omitzero" jsonschema_description:"Topic."`
	Source string            `json:"__source__,omitzero" jsonschema_description:"Source."`
	Fields map[string]string `json:"fields" jsonschema:"required" jsonschema_description:"Fields; objects and lists are JSON text."`
}

var (
	logProjectName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	logStoreName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]$`)
	logJobName     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]$`)
)

func (k *checker) logService(path string, l *LogService) {
	if l == nil {
		return
	}
	for i := range l.Projects {
		p, at := &l.Projects[i], fmt.Sprintf("%s.projects[%d]", path, i)
		k.once("projectName", p.ProjectName, at+".projectName")
		if !regionPattern.MatchString(p.Region) {
			k.add(at+".region", "region is %q, want a region such as cn-hangzhou", p.Region)
		}
		k.logRules(at, p)
	}
}

// logRules checks a project and what is in it.
func (k *checker) logRules(at string, p *LogProject) {
	rule := func(path, problem string) {
		if problem != "" {
			k.add(path, "%s", problem)
		}
	}
	unique := func(kind, path string, names []string) {
		for i, name := range names {
			if slices.Contains(names[:i], name) {
				k.add(fmt.Sprintf("%s[%d]", path, i), "the %s %q is listed twice", kind, name)
			}
		}
	}
	rule(at+".projectName", p.problem())
	names := [4][]string{}
	for i := range p.LogStores {
		s, at := &p.LogStores[i], fmt.Sprintf("%s.logstores[%d]", at, i)
		names[0] = append(names[0], s.LogStoreName)
		rule(at, s.problem())
		if s.Index != nil {
			rule(at+".index", s.Index.problem())
		}
		for j := range s.Rows {
			k.duration(fmt.Sprintf("%s.rows[%d].age", at, j), s.Rows[j].Age)
		}
	}
	for i := range p.Jobs {
		names[1] = append(names[1], p.Jobs[i].Name)
		problem, _ := p.Jobs[i].problem()
		if problem == "" {
			problem = p.Jobs[i].unsupported()
		}
		rule(fmt.Sprintf("%s.jobs[%d]", at, i), problem)
	}
	for i := range p.Dashboards {
		names[2] = append(names[2], p.Dashboards[i].DashboardName)
		rule(fmt.Sprintf("%s.dashboards[%d]", at, i), p.Dashboards[i].problem())
	}
	for i := range p.SavedSearches {
		names[3] = append(names[3], p.SavedSearches[i].SavedSearchName)
		rule(fmt.Sprintf("%s.savedsearches[%d]", at, i), p.SavedSearches[i].problem())
	}
	unique("Logstore", at+".logstores", names[0])
	unique("job", at+".jobs", names[1])
	unique("dashboard", at+".dashboards", names[2])
	unique("saved search", at+".savedsearches", names[3])
}

// check is the check of a project that a test adds or changes.
func (p *LogProject) check() error {
	k := &checker{}
	k.logRules("project "+p.ProjectName, p)
	return k.err()
}

// loadLog takes over what the scenario says of Log Service.
func (c *Cloud) loadLog(accounts []Account) error {
	c.log.projects = map[string]*logProject{}
	for i := range accounts {
		if given := accounts[i].LogService; given != nil {
			for j := range given.Projects {
				c.newLogProject(accounts[i].AccountID, clone(&given.Projects[j]), c.now())
			}
		}
	}
	if err := c.loadClusterLogs(); err != nil {
		return err
	}
	c.settleLog(c.now())
	return nil
}

// newLogProject stores a project with all that is in it.
func (c *Cloud) newLogProject(accountID string, given *LogProject, now time.Time) {
	p := &logProject{LogProject: given, accountID: accountID, created: now, modified: now}
	if given.DataRedundancyType == "" {
		given.DataRedundancyType = "LRS"
	}
	stores, jobs, dashboards, searches := given.LogStores, given.Jobs, given.Dashboards, given.SavedSearches
	given.LogStores, given.Jobs, given.Dashboards, given.SavedSearches = nil, nil, nil, nil
	for i := range stores {
		p.newLogStore(&stores[i], now)
	}
	for i := range jobs {
		c.newLogJob(p, &jobs[i], now, 0)
	}
	for i := range dashboards {
		p.dashboards = append(p.dashboards, &dashboards[i])
	}
	for i := range searches {
		p.searches = append(p.searches, &searches[i])
	}
	c.log.projects[given.ProjectName] = p
	c.log.order = append(c.log.order, given.ProjectName)
}

// LogProjectSnapshot is a copy of a stored project with all that is in it.
type LogProjectSnapshot struct {
	AccountID string
	LogProject
}

func (p *logProject) snapshot(now time.Time) LogProjectSnapshot {
	s := LogProjectSnapshot{AccountID: p.accountID, LogProject: *clone(p.LogProject)}
	for _, store := range p.stores {
		s.LogStores = append(s.LogStores, store.snapshot())
	}
	for _, j := range p.jobs {
		if j.deleted.IsZero() {
			s.Jobs = append(s.Jobs, j.snapshot(now))
		}
	}
	for _, d := range p.dashboards {
		s.Dashboards = append(s.Dashboards, *clone(d))
	}
	for _, search := range p.searches {
		s.SavedSearches = append(s.SavedSearches, *search)
	}
	return s
}

// LogProject returns a copy of a project with all that is in it.
func (c *Cloud) LogProject(name string) (LogProjectSnapshot, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.now())
	p := c.log.projects[name]
	if p == nil {
		return LogProjectSnapshot{}, false
	}
	return p.snapshot(c.logTime(c.now())), true
}

// LogProjects lists the names of all projects of all accounts, oldest first.
func (c *Cloud) LogProjects() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log.order)
}

// AddLogProject puts a new project into an account, with all that is in it.
func (c *Cloud) AddLogProject(accountID string, project LogProject) error {
	return c.behindLog(func(now time.Time) error {
		switch {
		case c.accounts[accountID] == nil:
			return fmt.Errorf("account %s does not exist", accountID)
		case c.log.projects[project.ProjectName] != nil:
			return fmt.Errorf("the project %s exists already", project.ProjectName)
		case !regionPattern.MatchString(project.Region):
			return fmt.Errorf("the region %q of the project %s is none such as cn-hangzhou", project.Region, project.ProjectName)
		}
		if err := project.check(); err != nil {
			return err
		}
		c.newLogProject(accountID, clone(&project), now)
		c.settleLog(now)
		return nil
	})
}

// UpdateLogProject changes a project behind the back of every client. What is in it has calls of its own.
func (c *Cloud) UpdateLogProject(name string, change func(*LogProject)) error {
	return c.behindLogProject(name, func(p *logProject, now time.Time) error {
		changed := clone(p.LogProject)
		change(changed)
		if changed.ProjectName != name || changed.Region != p.Region || len(changed.LogStores)+len(changed.Jobs)+len(changed.Dashboards)+len(changed.SavedSearches) > 0 {
			return fmt.Errorf("a change of the project %s must keep its name and region and must not set what is in it: use UpdateLogStore and the like", name)
		}
		if err := changed.check(); err != nil {
			return err
		}
		p.LogProject, p.modified = clone(changed), now
		return nil
	})
}

// DeleteLogProject removes a project with all that is in it behind the back of every client.
func (c *Cloud) DeleteLogProject(name string) error {
	return c.behindLogProject(name, func(p *logProject, _ time.Time) error {
		c.dropLogProject(p)
		return nil
	})
}

func (c *Cloud) dropLogProject(p *logProject) {
	delete(c.log.projects, p.ProjectName)
	c.log.order = slices.DeleteFunc(c.log.order, func(name string) bool { return name == p.ProjectName })
}

// snapshotLog adds Log Service to a snapshot.
func (c *Cloud) snapshotLog(s Snapshot) {
	for _, name := range c.log.order {
		p, at := c.log.projects[name].snapshot(c.logTime(c.now())), "log "+name
		for i := range p.LogStores {
			if index := p.LogStores[i].Index; index != nil {
				// As one value: the parts of an index are too many to read in a difference.
				p.LogStores[i].Index = nil
				s.addText(fmt.Sprintf("%s.logstores[%d].index", at, i), index)
			}
		}
		s.add(at, p)
	}
}

// problem names what is wrong with a project itself, or nothing.
func (p *LogProject) problem() string {
	if !logProjectName.MatchString(p.ProjectName) {
		return fmt.Sprintf("project name %q is invalid: want 3 to 63 lower-case letters, digits and hyphens, a letter or digit first and last", p.ProjectName)
	}
	return ""
}
