package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/simulator/rampolicy"
)

// Data transformations move rows whenever the cloud settles, so that whatever call comes next sees them. They read
// through a consumer group of their own, with two roles, and what goes wrong is told in a Logstore, not to callers.

const (
	etlLogStore     = "internal-etl-log"
	etlLogTTL       = 90
	etlLogInterval  = time.Minute
	etlService      = "log.aliyuncs.com"
	etlFailed       = "ETL config doesn't pass security check, detail: "
	etlNotSimulated = "the script is none of those that are simulated: nothing at all, or in SPL, for the data set " + splDataSet + ": * | extend name='text', other=field"
	// maxETLHops is how many jobs in a row a row passes at once; rows that go round in circles stop there until the next call.
	maxETLHops = 4
)

// etlActions are what the role that reads needs on the Logstore, etlGroupActions on the job's consumer group in it.
var (
	etlActions      = []string{"ListShards", "GetCursorOrData"}
	etlGroupActions = []string{"CreateConsumerGroup", "ListConsumerGroup", "UpdateConsumerGroup", "ConsumerGroupHeartBeat", "ConsumerGroupUpdateCheckPoint", "GetConsumerGroupCheckPoint"}
)

// etlState is what a data transformation knows between two runs.
type etlState struct {
	config LogETL
	rule   splRule
	known  bool // whether the script is one that is simulated

	passed   bool      // the last check found nothing wrong
	failedAt time.Time // of the last check that did
	told     string    // the failure that was told last
	toldAt   time.Time
	seen     int64     // rows of the source up to here have been looked at
	wake     time.Time // when the first row that waits for its delay is due; zero for none
	source   *logStore
}

// configure takes over the configuration of a job.
func (j *logJob) configure(given *LogJob) {
	j.LogJob = given
	if given.Type != jobETL {
		return
	}
	j.etl = &etlState{config: given.ETL()}
	j.etl.rule, j.etl.known = j.etl.config.rule()
}

// consumerName is the job's consumer group.
func (j *logJob) consumerName() string { return "etl-" + j.scheduleID }

// forgetPosition makes a data transformation begin anew.
func (j *logJob) forgetPosition(p *logProject) {
	for _, s := range p.stores {
		s.dropConsumer(j.consumerName())
	}
	if j.etl != nil {
		j.etl.source = nil
	}
}

// etlDelivery are rows on their way to a sink.
type etlDelivery struct {
	at   time.Time
	to   *logStore
	rows logRows
}

// transform lets all data transformations move what has arrived at their sources.
func (c *Cloud) transform(now time.Time) {
	for range maxETLHops {
		var moved []etlDelivery
		for _, name := range c.log.order {
			p := c.log.projects[name]
			for _, j := range p.jobs {
				if j.etl != nil && j.deleted.IsZero() && j.goal == jobRunning && !now.Before(j.due) {
					moved = append(moved, c.runETL(p, j, now)...)
				}
			}
		}
		if len(moved) == 0 {
			return
		}
		slices.SortStableFunc(moved, func(a, b etlDelivery) int { return a.at.Compare(b.at) })
		for _, d := range moved {
			d.to.add(d.rows, d.to.nextShard(), d.at)
		}
	}
}

// runETL runs one job; a job with nothing to do costs no more than finding its source.
func (c *Cloud) runETL(p *logProject, j *logJob, now time.Time) []etlDelivery {
	e, source := j.etl, p.store(j.etl.config.LogStore)
	waits := source != nil && source == e.source && source.arrived == e.seen && (e.wake.IsZero() || now.Before(e.wake))
	ended := e.config.ToTime != 0 && now.Unix() >= e.config.ToTime
	if e.passed && waits && !ended {
		return nil
	}
	sinks, failure := c.checkETL(p, j, source)
	if failure != nil {
		e.passed, e.failedAt = false, now
		c.tellETL(p, j, failure, now)
		return nil
	}
	e.passed, e.told = true, ""
	group := source.consumer(j.consumerName())
	if group == nil {
		group = source.consume(j.consumerName(), time.Unix(e.config.FromTime, 0), now)
	}
	e.source, e.seen, e.wake = source, source.arrived, time.Time{}
	return j.read(source, group, sinks, now, c.behaviour.logShippingDelay())
}

// read takes what is due from the source.
func (j *logJob) read(source *logStore, group *logConsumer, sinks []*logStore, now time.Time, delay time.Duration) []etlDelivery {
	var moved []etlDelivery
	e := j.etl
	for _, g := range source.after(group.next) {
		if e.config.ToTime != 0 && g.received.Unix() >= e.config.ToTime {
			break
		}
		at := latest(g.received.Add(delay), j.due, e.failedAt)
		if at.After(now) {
			e.wake = at
			return moved
		}
		group.read(g, at)
		if source.outlived(g, at) || g.received.Before(group.from) {
			// It was gone before the job could have read it, or is not to be read.
			continue
		}
		for _, sink := range sinks {
			moved = append(moved, etlDelivery{at, sink, e.rule.rows(g.logRows)})
		}
	}
	if e.config.ToTime != 0 && now.Add(-delay).Unix() >= e.config.ToTime {
		j.goal, j.due = jobStopped, now
	}
	return moved
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// rows applies the rule to each row of a group.
func (rule splRule) rows(given logRows) logRows {
	changed := given
	changed.entries = make([]logEntry, len(given.entries))
	for i, entry := range given.entries {
		changed.entries[i] = entry
		changed.entries[i].contents = rule.apply(entry.contents)
	}
	return changed
}

// after are the groups from a number on.
func (s *logStore) after(number int64) []*logGroup {
	if len(s.groups) == 0 {
		return nil
	}
	return s.groups[min(max(number-s.groups[0].number, 0), int64(len(s.groups))):]
}

// outlived says whether a group was let go before a time.
func (s *logStore) outlived(g *logGroup, at time.Time) bool {
	return s.TTL < logForever && g.received.Before(at.Add(-time.Duration(s.TTL)*24*time.Hour))
}

// etlFailure is why a data transformation moves nothing.
type etlFailure struct{ code, message string }

func failETL(code, format string, args ...any) *etlFailure {
	return &etlFailure{code, fmt.Sprintf(format, args...)}
}

// checkETL finds the sinks of a job, or what keeps it from reading and writing.
func (c *Cloud) checkETL(p *logProject, j *logJob, source *logStore) ([]*logStore, *etlFailure) {
	e := &j.etl.config
	if !j.etl.known {
		return nil, failETL(codeNotSimulated, "%s", etlNotSimulated)
	}
	if source == nil {
		return nil, failETL("LogStoreNotExist", "logstore %s does not exist in the project %s", e.LogStore, p.ProjectName)
	}
	reader, failure := c.etlRole(e.RoleARN, p.accountID, "the project "+p.ProjectName, []string{etlService})
	if failure != nil {
		return nil, failure
	}
	resource := logStoreARN(p, source)
	for _, action := range etlActions {
		if failure := c.etlMay(reader, e.RoleARN, action, resource); failure != nil {
			return nil, failure
		}
	}
	for _, action := range etlGroupActions {
		group := j.consumerName()
		if action == "ListConsumerGroup" {
			group = "*"
		}
		if failure := c.etlMay(reader, e.RoleARN, action, resource+"/consumergroup/"+group); failure != nil {
			return nil, failure
		}
	}
	sinks := make([]*logStore, 0, len(e.Sinks))
	for i := range e.Sinks {
		sink, failure := c.etlSink(p, &e.Sinks[i])
		if failure != nil {
			return nil, failure
		}
		sinks = append(sinks, sink)
	}
	if e.Lang != "SPL" {
		// What a script of the older language does not send elsewhere goes to the first.
		sinks = sinks[:1]
	}
	return sinks, nil
}

func logStoreARN(p *logProject, s *logStore) string {
	return "acs:log:" + p.Region + ":" + p.accountID + ":project/" + p.ProjectName + "/logstore/" + s.LogStoreName
}

// etlSink finds one sink, which the job's role must be able to write to.
func (c *Cloud) etlSink(p *logProject, sink *LogSink) (*logStore, *etlFailure) {
	region, intranet := p.Region, false
	if host := sink.Endpoint; host != "" {
		host = host[strings.LastIndex(host, "/")+1:]
		region, intranet = logHost.FindStringSubmatch(host)[2], strings.HasSuffix(host, "-intranet.log.aliyuncs.com")
	}
	to := c.log.projects[sink.Project]
	switch {
	case to == nil || to.Region != region:
		return nil, failETL("ProjectNotExist", "The Project does not exist : %s, at the endpoint %q of the sink %s, which is of the region %s", sink.Project, sink.Endpoint, sink.Name, region)
	case intranet && region != p.Region:
		return nil, failETL("EndpointUnreachable", "the endpoint %q of the sink %s cannot be reached from the region %s", sink.Endpoint, sink.Name, p.Region)
	}
	store := to.store(sink.LogStore)
	if store == nil {
		return nil, failETL("LogStoreNotExist", "logstore %s does not exist in the project %s of the sink %s", sink.LogStore, sink.Project, sink.Name)
	}
	trusted := []string{p.accountID + "@" + etlService}
	if to.accountID == p.accountID {
		trusted = []string{etlService, trusted[0]}
	}
	writer, failure := c.etlRole(sink.RoleARN, to.accountID, "the project "+sink.Project, trusted)
	if failure != nil {
		return nil, failure
	}
	return store, c.etlMay(writer, sink.RoleARN, "PostLogStoreLogs", logStoreARN(to, store))
}

// etlRole is a role as Log Service assumes it for an account: it must be of the account that owns the place, and trust
// one of the services.
func (c *Cloud) etlRole(arn, accountID, place string, services []string) (*principal, *etlFailure) {
	owner, name, _ := strings.Cut(strings.TrimPrefix(arn, "acs:ram::"), ":role/")
	if owner != accountID {
		return nil, failETL("Unauthorized", "%sthe role %s is of the account %s, and %s is of the account %s", etlFailed, arn, owner, place, accountID)
	}
	role := c.role(owner, name)
	if role == nil {
		return nil, failETL("EntityNotExist.Role", "%sthe role %s does not exist", etlFailed, arn)
	}
	trust := role.trust()
	if !slices.ContainsFunc(services, func(s string) bool { return rampolicy.EvaluateServiceTrust(trust, s) == rampolicy.Allowed }) {
		return nil, failETL("Unauthorized", "%sthe trust policy of the role %s does not let the service %s assume it", etlFailed, arn, services[0])
	}
	caller, err := c.sessionPrincipal(&session{accountID: owner, roleName: role.RoleName, sessionName: "log-etl"})
	if err != nil {
		return nil, failETL(err.Code, "%s%s", etlFailed, err.Message)
	}
	return caller, nil
}

// etlMay checks one permission of a role.
func (c *Cloud) etlMay(caller *principal, arn, action, resource string) *etlFailure {
	if c.may(caller, "log:"+action, resource).decision == rampolicy.Allowed {
		return nil
	}
	return failETL("Unauthorized", "%sthe role %s is denied by sts or ram, action: log:%s, resource: %s", etlFailed, arn, action, resource)
}

// tellETL writes what is wrong with a job where the service does: when it begins, when it changes, and again while it lasts.
func (c *Cloud) tellETL(p *logProject, j *logJob, f *etlFailure, now time.Time) {
	e := j.etl
	if e.told == f.message && now.Before(e.toldAt.Add(etlLogInterval)) {
		return
	}
	e.told, e.toldAt = f.message, now
	s := p.store(etlLogStore)
	if s == nil {
		s = p.newLogStore(newETLLogStore(), now)
	}
	s.receive(&LogRow{
		Time: now.Unix(), Topic: "__etl-log-status__", Fields: map[string]string{"job_name": j.Name, "level": "ERROR", "code": f.code, "message": f.message},
	}, now)
}

// newETLLogStore is the Logstore in which data transformations tell of failures.
func newETLLogStore() *LogStore {
	return &LogStore{LogStoreName: etlLogStore, TTL: etlLogTTL, Index: logIndexOf("job_name", "level", "code", "message")}
}

// logTokens separate words in the indexes that the service makes itself.
var logTokens = []string{",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t", "\r"}

// logIndexOf is a full-text index with text fields that SQL can use.
func logIndexOf(texts ...string) *LogIndex {
	x := &LogIndex{Line: &LogIndexLine{Token: logTokens}}
	if len(texts) > 0 {
		x.Keys = map[string]LogIndexKey{}
	}
	for _, name := range texts {
		x.Keys[name] = LogIndexKey{Type: "text", Token: logTokens, DocValue: true}
	}
	return x
}
