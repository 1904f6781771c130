package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Documented quotas per project.
const (
	maxLogStores = 200
	maxLogShards = 400
)

// defaultLogShards is how many shards a Logstore has unless told otherwise.
const defaultLogShards = 2

// logForever is the ttl with which rows stay.
const logForever = 3650

// Metering modes.
const (
	chargeByIngest   = "ChargeByDataIngest"
	chargeByFunction = "ChargeByFunction"
)

var logStoreOperations = []operation{
	logOperation(operation{
		action: "CreateLogStore", method: http.MethodPost, pattern: "/logstores", body: func(Behaviour) any { return &logStoreBody{} },
		invalidBody: "LogStoreInfoInvalid", resource: inLogBody("logstore", "logstoreName"), run: inLogProject(createLogStore),
	}),
	logOperation(operation{
		action: "ListLogStores", method: http.MethodGet, pattern: "/logstores",
		parameters: append(logPages(500), parameter{name: "telemetryType", mayBeEmpty: true}, parameter{name: "logstoreName"}),
		resource:   inLogPath("logstore", "logstore"), run: inLogProject(listLogStores),
	}),
	logOperation(operation{
		action: "GetLogStore", method: http.MethodGet, pattern: "/logstores/{logstore}", at: whereQuery("type", ""),
		resource: inLogPath("logstore", "logstore"), run: inLogStore(func(_ *call, _ *logProject, s *logStore) (any, *apiError) { return s.object(), nil }),
	}),
	logOperation(operation{
		action: "UpdateLogStore", method: http.MethodPut, pattern: "/logstores/{logstore}", body: func(Behaviour) any { return &logStoreBody{} },
		invalidBody: "LogStoreInfoInvalid", resource: inLogPath("logstore", "logstore"), run: inLogStore(updateLogStore),
	}),
	logOperation(operation{
		action: "DeleteLogStore", method: http.MethodDelete, pattern: "/logstores/{logstore}", resource: inLogPath("logstore", "logstore"), run: inLogStore(deleteLogStore),
	}),
	logOperation(operation{
		action: "GetLogStoreMeteringMode", method: http.MethodGet, pattern: "/logstores/{logstore}/meteringmode", resource: inLogPath("logstore", "logstore"),
		run: inLogStore(func(_ *call, _ *logProject, s *logStore) (any, *apiError) {
			return map[string]any{"meteringMode": s.MeteringMode}, nil
		}),
	}),
	logOperation(operation{
		action: "UpdateLogStoreMeteringMode", method: http.MethodPut, pattern: "/logstores/{logstore}/meteringmode", body: func(Behaviour) any { return &meteringBody{} },
		resource: inLogPath("logstore", "logstore"), run: inLogStore(updateMeteringMode),
	}),
}

// logStoreBody is the body of CreateLogStore and UpdateLogStore; what is not sent stays as it is.
type logStoreBody struct {
	LogStoreName        *string        `json:"logstoreName"`
	TTL                 *int64         `json:"ttl"`
	ShardCount          *int64         `json:"shardCount"` // without effect in an update
	EnableTracking      *bool          `json:"enable_tracking"`
	EnableModify        bool           `json:"enableModify"`
	AutoSplit           *bool          `json:"autoSplit"`
	MaxSplitShard       *int64         `json:"maxSplitShard"`
	AppendMeta          *bool          `json:"appendMeta"`
	TelemetryType       string         `json:"telemetryType"`
	HotTTL              *int64         `json:"hot_ttl"`
	InfrequentAccessTTL *int64         `json:"infrequentAccessTTL"`
	Mode                *string        `json:"mode"`
	EncryptConf         *LogEncryption `json:"encrypt_conf"`
	ProductType         *string        `json:"productType"`
	CreateTime          int64          `json:"createTime"`     // as GetLogStore answers it, without effect
	LastModifyTime      int64          `json:"lastModifyTime"` // likewise
}

type meteringBody struct {
	MeteringMode string `json:"meteringMode" jsonschema:"required,enum=ChargeByDataIngest,enum=ChargeByFunction"`
}

// apply writes what was sent.
func (b *logStoreBody) apply(s *LogStore) *apiError {
	if b.EnableModify {
		return notSimulated("enableModify of a Logstore is not simulated")
	}
	if b.TelemetryType != "" && b.TelemetryType != "None" {
		return notSimulated("the telemetryType %q of a Logstore is not simulated", b.TelemetryType)
	}
	assign(&s.TTL, b.TTL)
	assign(&s.EnableTracking, b.EnableTracking)
	assign(&s.AutoSplit, b.AutoSplit)
	assign(&s.MaxSplitShard, b.MaxSplitShard)
	assign(&s.AppendMeta, b.AppendMeta)
	assign(&s.HotTTL, b.HotTTL)
	assign(&s.InfrequentAccessTTL, b.InfrequentAccessTTL)
	assign(&s.Mode, b.Mode)
	assign(&s.ProductType, b.ProductType)
	if b.EncryptConf != nil {
		s.EncryptConf = clone(b.EncryptConf)
	}
	return nil
}

func assign[T any](field, sent *T) {
	if sent != nil {
		*field = *sent
	}
}

// problem names what is wrong with a Logstore, or nothing.
func (s *LogStore) problem() string {
	switch {
	case !logStoreName.MatchString(s.LogStoreName):
		return fmt.Sprintf("logstore name %s is invalid", s.LogStoreName)
	case s.TTL < 1 || s.TTL > logForever:
		return fmt.Sprintf("ttl must be within range [1, %d]", logForever)
	case s.ShardCount < 0 || s.ShardCount > 100:
		return "shardCount must be within range [1, 100]"
	case s.AutoSplit && s.MaxSplitShard < 1, s.MaxSplitShard < 0, s.MaxSplitShard > 256:
		return "maxSplitShard must be within range [1, 256]"
	case s.Mode != "" && !slices.Contains([]string{"standard", "query", "lite"}, s.Mode):
		return fmt.Sprintf("mode %q is none of standard, query, lite", s.Mode)
	}
	if problem := s.EncryptConf.problem(); problem != "" {
		return problem
	}
	return s.tierProblem()
}

// tierProblem is about the days in each kind of storage.
func (s *LogStore) tierProblem() string {
	switch archived := s.TTL - s.HotTTL - s.InfrequentAccessTTL; {
	case s.HotTTL != 0 && (s.HotTTL < 7 || s.HotTTL > s.TTL):
		return fmt.Sprintf("hot_ttl must be within range [7, %d], the ttl", s.TTL)
	case s.InfrequentAccessTTL < 0, s.InfrequentAccessTTL > 0 && s.HotTTL == 0:
		return "infrequentAccessTTL needs hot_ttl"
	case s.InfrequentAccessTTL > 0 && archived < 0:
		return "hot_ttl and infrequentAccessTTL together exceed ttl"
	case s.InfrequentAccessTTL > 0 && archived > 0 && s.InfrequentAccessTTL < 30:
		return "infrequentAccessTTL must be 30 or more before data is archived"
	}
	return ""
}

func (e *LogEncryption) problem() string {
	switch {
	case e == nil:
	case e.EncryptType != "default" && e.EncryptType != "m4":
		return "The encrypt_conf is invalid, [encrypt_type] key is missing or not supported"
	case e.UserCMKInfo != nil && (e.UserCMKInfo.CMKKeyID == "" || e.UserCMKInfo.ARN == "" || e.UserCMKInfo.RegionID == ""):
		return "The encrypt_conf is invalid, [user_cmk_info] is not complete"
	}
	return ""
}

// logStore is a stored Logstore.
type logStore struct {
	*LogStore
	created, modified time.Time
	indexed           time.Time // when the index was changed last
	shards            []*logShard
	groups            []*logGroup // in the order of their receipt
	arrived           int64       // how many groups there ever were
	consumers         []*logConsumer
	turn              int // whose turn it is among the shards
}

// newLogStore stores a Logstore with its rows.
func (p *logProject) newLogStore(given *LogStore, now time.Time) *logStore {
	for field, otherwise := range map[*string]string{&given.Mode: "standard", &given.MeteringMode: chargeByIngest} {
		if *field == "" {
			*field = otherwise
		}
	}
	if given.ShardCount == 0 {
		given.ShardCount = defaultLogShards
	}
	s := &logStore{LogStore: given, created: now, modified: now, indexed: now}
	s.shards = newLogShards(0, given.ShardCount, firstLogKey, lastLogKey, now)
	rows := given.Rows
	given.Rows = nil
	for i := range rows {
		if rows[i].Time == 0 {
			rows[i].Time, rows[i].Age = now.Add(-duration(rows[i].Age)).Unix(), ""
		}
	}
	slices.SortStableFunc(rows, func(a, b LogRow) int { return int(a.Time - b.Time) })
	for i := range rows {
		received := time.Unix(rows[i].Time, 0)
		if received.After(now) {
			received = now
		}
		s.receive(&rows[i], received)
	}
	p.stores = append(p.stores, s)
	return s
}

func (p *logProject) store(name string) *logStore {
	for _, s := range p.stores {
		if s.LogStoreName == name {
			return s
		}
	}
	return nil
}

func (p *logProject) dropStore(gone *logStore) {
	p.stores = slices.DeleteFunc(p.stores, func(s *logStore) bool { return s == gone })
}

// inLogStore makes a call of one that needs its Logstore.
func inLogStore(run func(*call, *logProject, *logStore) (any, *apiError)) func(*call) (any, *apiError) {
	return inLogProject(func(cl *call, p *logProject) (any, *apiError) {
		s := p.store(cl.path["logstore"])
		if s == nil {
			return nil, refuse(http.StatusNotFound, "LogStoreNotExist", "logstore %s does not exist", cl.path["logstore"])
		}
		return run(cl, p, s)
	})
}

func createLogStore(cl *call, p *logProject) (any, *apiError) {
	body := bodyOf[logStoreBody](cl)
	given := &LogStore{LogStoreName: value(body.LogStoreName)}
	if given.LogStoreName == "" {
		return nil, cl.operation.invalid("logstore name  is invalid")
	}
	if body.TTL == nil {
		return nil, cl.operation.invalid("ttl is missing")
	}
	assign(&given.ShardCount, body.ShardCount)
	if err := body.apply(given); err != nil {
		return nil, err
	}
	if problem := given.problem(); problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	if p.store(given.LogStoreName) != nil {
		return nil, refuse(http.StatusBadRequest, "LogStoreAlreadyExist", "logstore %s already exists", given.LogStoreName)
	}
	if given.ShardCount == 0 {
		given.ShardCount = defaultLogShards
	}
	if len(p.stores) >= maxLogStores || p.openShards()+given.ShardCount > maxLogShards {
		return nil, refuse(http.StatusBadRequest, "ProjectQuotaExceed", "Project Quota Exceed")
	}
	p.newLogStore(given, cl.time)
	return nil, nil
}

func listLogStores(cl *call, p *logProject) (any, *apiError) {
	wanted := []string{}
	for _, s := range p.stores {
		kind := cl.params.Get("telemetryType")
		if strings.Contains(s.LogStoreName, cl.params.Get("logstoreName")) && (kind == "" || kind == "None") {
			wanted = append(wanted, s.LogStoreName)
		}
	}
	slices.Sort(wanted)
	list := logPage(cl, wanted, 200)
	return map[string]any{"count": len(list), "total": len(wanted), "logstores": list}, nil
}

func (s *logStore) object() map[string]any {
	item := map[string]any{
		"logstoreName": s.LogStoreName, "ttl": s.TTL, "shardCount": s.openShards(), "enable_tracking": s.EnableTracking, "autoSplit": s.AutoSplit,
		"maxSplitShard": s.MaxSplitShard, "appendMeta": s.AppendMeta, "telemetryType": s.TelemetryType, "mode": s.Mode, "productType": s.ProductType,
		"createTime": s.created.Unix(), "lastModifyTime": s.modified.Unix(),
	}
	if s.HotTTL != 0 {
		item["hot_ttl"] = s.HotTTL
	}
	if s.InfrequentAccessTTL != 0 {
		item["infrequentAccessTTL"] = s.InfrequentAccessTTL
	}
	if s.EncryptConf != nil {
		item["encrypt_conf"] = s.EncryptConf
	}
	return item
}

func updateLogStore(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	body, changed := bodyOf[logStoreBody](cl), clone(s.LogStore)
	if name := value(body.LogStoreName); name != "" && name != s.LogStoreName {
		return nil, cl.operation.invalid("logstore name %s is not that of the path", name)
	}
	if err := body.apply(changed); err != nil {
		return nil, err
	}
	if body.HotTTL != nil && *body.HotTTL == 0 {
		return nil, cl.operation.invalid("hot_ttl must be within range [7, %d], the ttl", changed.TTL)
	}
	if problem := changed.problem(); problem != "" {
		return nil, cl.operation.invalid("%s", problem)
	}
	if changed.Mode != s.Mode {
		return nil, cl.operation.invalid("mode can not be modified")
	}
	if was, is := s.EncryptConf, changed.EncryptConf; was != nil && (was.EncryptType != is.EncryptType || cmkOf(was) != cmkOf(is)) {
		return nil, cl.operation.invalid("The encrypt_conf is invalid, only [enable] can be modified")
	}
	s.LogStore, s.modified = changed, cl.time
	s.expire(cl.time)
	return nil, nil
}

func cmkOf(e *LogEncryption) LogCMKKey {
	if e.UserCMKInfo == nil {
		return LogCMKKey{}
	}
	return *e.UserCMKInfo
}

func deleteLogStore(_ *call, p *logProject, s *logStore) (any, *apiError) {
	p.dropStore(s)
	return nil, nil
}

func updateMeteringMode(cl *call, _ *logProject, s *logStore) (any, *apiError) {
	s.MeteringMode, s.modified = bodyOf[meteringBody](cl).MeteringMode, cl.time
	return nil, nil
}

// snapshot copies a Logstore with its rows.
func (s *logStore) snapshot() LogStore {
	copied := *clone(s.LogStore)
	copied.ShardCount, copied.Rows = s.openShards(), s.rows()
	return copied
}

// LogStore returns a copy of a Logstore with its index and its rows.
func (c *Cloud) LogStore(project, name string) (LogStore, bool) {
	copied := LogStore{}
	err := c.behindLogStore(project, name, func(_ *logProject, s *logStore, _ time.Time) error {
		copied = s.snapshot()
		return nil
	})
	return copied, err == nil
}

func (c *Cloud) behindLogStore(project, name string, change func(*logProject, *logStore, time.Time) error) error {
	return c.behindLogProject(project, func(p *logProject, now time.Time) error {
		s := p.store(name)
		if s == nil {
			return fmt.Errorf("the Logstore %s of the project %s does not exist", name, project)
		}
		return change(p, s, now)
	})
}

// AddLogStore puts a new Logstore into a project, with its index and its rows.
func (c *Cloud) AddLogStore(project string, store LogStore) error {
	return c.behindLogProject(project, func(p *logProject, now time.Time) error {
		if p.store(store.LogStoreName) != nil {
			return fmt.Errorf("the Logstore %s of the project %s exists already", store.LogStoreName, project)
		}
		added := &LogProject{ProjectName: project, LogStores: []LogStore{store}}
		if err := added.check(); err != nil {
			return err
		}
		p.newLogStore(clone(&store), now).expire(now)
		return nil
	})
}

// UpdateLogStore changes a Logstore, its index and its metering mode too, behind the back of every client. Its rows and
// shards stay: see AppendLogRows.
func (c *Cloud) UpdateLogStore(project, name string, change func(*LogStore)) error {
	return c.behindLogStore(project, name, func(_ *logProject, s *logStore, now time.Time) error {
		changed := clone(s.LogStore)
		change(changed)
		if changed.LogStoreName != name || len(changed.Rows) > 0 || changed.ShardCount != s.ShardCount {
			return fmt.Errorf("a change of the Logstore %s must keep its name and shardCount and must not set rows", name)
		}
		if err := (&LogProject{ProjectName: project, LogStores: []LogStore{*changed}}).check(); err != nil {
			return err
		}
		if changed.Index == nil {
			s.dropIndex(now)
		}
		s.LogStore, s.modified, s.indexed = clone(changed), now, now
		s.expire(now)
		return nil
	})
}

// DeleteLogStore removes a Logstore with its rows behind the back of every client.
func (c *Cloud) DeleteLogStore(project, name string) error {
	return c.behindLogStore(project, name, func(p *logProject, s *logStore, _ time.Time) error {
		p.dropStore(s)
		return nil
	})
}
