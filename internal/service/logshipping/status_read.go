package logshipping

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/fanout"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

// statusReader finds out how shipping stands.
type statusReader struct {
	data     *providerdata.Data
	archive  sinkModel
	required []string // sources that every cluster is to ship
	maxLag   time.Duration
	now      time.Time
	failures []fleet.Outcome
}

// pipe is a job that ships to the archive, or the lack of one.
type pipe struct {
	fleet.Scope
	project                string
	job                    sls.Job // of no name if there is none
	source, component      string
	clusterID, clusterName string
	// fields are what tells its rows from others; nil where they are like those of another job, or of none.
	fields map[string]string

	days     *int64 // nil if not known
	indexed  *bool
	archived *bool
	late     *bool
	verified *bool
	last     time.Time // of its newest row in the archive
	lag      *int64    // seconds
	problem  string
}

// absent stands where a job's state would.
const absent = "ABSENT"

func (p pipe) state() string {
	if p.job.Name == "" {
		return absent
	}
	return p.job.Status
}

func (p pipe) name() string {
	of := p.source
	if p.component != "" {
		of += " (" + p.component + ")"
	}
	where := fmt.Sprintf("account %s, region %s", p.AccountID, p.Region)
	if p.clusterID != "" {
		where = fmt.Sprintf("cluster %s, %s", p.clusterID, where)
	}
	if p.job.Name == "" {
		return of + " of " + where
	}
	return fmt.Sprintf("%s of %s, job %s of project %s", of, where, p.job.Name, p.project)
}

// home is a project that clusters write to.
type home struct {
	fleet.Scope
	project string
}

// read finds the jobs of the clusters' projects, in order, and how each of them stands.
func (s *statusReader) read(ctx context.Context, clusters []inventory.Cluster) []pipe {
	clusters, homes := s.homes(ctx, clusters)
	pipes := s.jobs(ctx, homes, clusters)
	s.compare(ctx, pipes)
	pipes = append(pipes, s.missing(pipes, clusters)...)
	slices.SortFunc(pipes, func(a, b pipe) int {
		return cmp.Or(a.Compare(b.Scope), cmp.Compare(a.clusterID, b.clusterID), cmp.Compare(a.source, b.source), cmp.Compare(a.component, b.component), cmp.Compare(a.project, b.project), cmp.Compare(a.job.Name, b.job.Name))
	})
	return pipes
}

func (s *statusReader) fail(scope fleet.Scope, err error) {
	s.failures = append(s.failures, fleet.OutcomeOf(scope, err))
}

// homes finds the projects that the clusters write to, and the clusters of which that is known.
func (s *statusReader) homes(ctx context.Context, clusters []inventory.Cluster) (known []inventory.Cluster, list []home) {
	type result struct {
		project string
		err     error
	}
	results := inventory.OverClusters(ctx, s.data, "Finding projects of logs", clusters, func(ctx context.Context, c inventory.Cluster) result {
		log, err := s.data.Observed.AuditLog(ctx, c.Scope, c.ClusterID)
		return result{cmp.Or(log.Project, projectPrefix+c.ClusterID), err}
	})
	for i, r := range results {
		switch {
		case cs.IsClusterNotFound(r.err): // it was deleted since the list was read
		case r.err != nil:
			s.fail(clusters[i].Scope, r.err)
		default:
			known = append(known, clusters[i])
			if h := (home{clusters[i].Scope, r.project}); !slices.Contains(list, h) {
				list = append(list, h)
			}
		}
	}
	return known, list
}

// jobs are those of the projects that ship to the archive, with what their sources keep.
func (s *statusReader) jobs(ctx context.Context, homes []home, clusters []inventory.Cluster) []pipe {
	type result struct {
		pipes []pipe
		errs  []error
	}
	results := fanout.Over(ctx, s.data.Fleet, "Reading shipping jobs", homes, func(h home) string { return h.AccountID }, func(ctx context.Context, h home) (r result) {
		jobs, err := s.data.Observed.LogJobs(ctx, h.Scope, h.project)
		if err != nil {
			if !sls.IsProjectNotFound(err) { // a cluster that never wrote a log has none
				r.errs = append(r.errs, err)
			}
			return r
		}
		for _, job := range jobs {
			if !slices.ContainsFunc(job.Sinks, s.toArchive) {
				continue
			}
			p := newPipe(h, job, clusters)
			if err := s.keeps(ctx, &p); err != nil {
				r.errs = append(r.errs, err)
			}
			r.pipes = append(r.pipes, p)
		}
		return r
	})
	var pipes []pipe
	for i, r := range results {
		pipes = append(pipes, r.pipes...)
		for _, err := range r.errs {
			s.fail(homes[i].Scope, err)
		}
	}
	unique(pipes)
	return pipes
}

func (s *statusReader) toArchive(sink sls.Sink) bool {
	return sink.Project == s.archive.Project.ValueString() && sink.LogStore == s.archive.LogStore.ValueString()
}

// newPipe says what a job ships.
func newPipe(h home, job sls.Job, clusters []inventory.Cluster) pipe {
	m := shippingModel{shippingIdentity: shippingIdentity{Project: types.StringValue(h.project)}}
	m.deriveSource(job)
	p := pipe{Scope: h.Scope, project: h.project, job: job, source: m.Source.ValueString(), component: m.Component.ValueString(), clusterID: m.ClusterID.ValueString()}
	if i := slices.IndexFunc(clusters, func(c inventory.Cluster) bool { return c.ClusterID == p.clusterID && c.Scope == h.Scope }); i >= 0 {
		p.clusterName = clusters[i].Name
	}
	if fields, ours := extended(job.Script); ours && fields[accountField] != "" && fields[logSourceField] != "" {
		p.fields = fields
	}
	return p
}

// rowKey is by what the archive is asked.
func rowKey(fields map[string]string) [3]string {
	return [3]string{fields[accountField], fields[clusterField], fields[logSourceField]}
}

// unique takes away the fields of jobs whose rows are like those of another.
func unique(pipes []pipe) {
	count := map[[3]string]int{}
	for _, p := range pipes {
		if p.fields != nil {
			count[rowKey(p.fields)]++
		}
	}
	for i, p := range pipes {
		if p.fields != nil && count[rowKey(p.fields)] > 1 {
			pipes[i].fields = nil
		}
	}
}

// keeps reads what the source of a job keeps.
func (s *statusReader) keeps(ctx context.Context, p *pipe) error {
	store, there, err := s.data.Observed.LogStore(ctx, p.Scope, p.project, p.job.LogStore)
	if err != nil || !there {
		return err
	}
	p.days = new(int64(store.TTL))
	_, on, err := s.data.Observed.LogIndex(ctx, p.Scope, p.project, p.job.LogStore)
	if err == nil {
		p.indexed = &on
	}
	return err
}

// archivedQuery finds, for all jobs at once, what arrived.
const archivedQuery = "* | SELECT " + accountField + ", " + clusterField + ", " + logSourceField + ", max(__time__) AS newest GROUP BY " + accountField + ", " + clusterField + ", " + logSourceField + " LIMIT 100000"

// compare asks the archive, and the sources of jobs of which nothing arrived lately.
func (s *statusReader) compare(ctx context.Context, pipes []pipe) {
	for i := range pipes {
		pipes[i].judgeState()
	}
	if !slices.ContainsFunc(pipes, func(p pipe) bool { return p.fields != nil }) {
		return
	}
	scope := s.archive.scope()
	client, err := s.data.Fleet.SLS(scope)
	var rows []map[string]string
	if err == nil {
		rows, err = client.Logs(ctx, s.archive.Project.ValueString(), s.archive.LogStore.ValueString(), sls.Query{From: s.now.Add(-lookBack), To: s.now.Add(slack), Text: archivedQuery})
	}
	if err != nil {
		s.fail(scope, err)
		for i := range pipes {
			pipes[i].unknown("The archive could not be read.")
		}
		return
	}
	newest := map[[3]string]time.Time{}
	for _, row := range rows {
		if at, err := strconv.ParseFloat(row["newest"], 64); err == nil {
			newest[rowKey(row)] = time.Unix(int64(at), 0)
		}
	}
	errs := fanout.Over(ctx, s.data.Fleet, "Comparing sources with the archive", indexes(pipes), func(i int) string { return pipes[i].AccountID }, func(ctx context.Context, i int) error {
		p := &pipes[i]
		if p.fields == nil {
			return nil
		}
		key := rowKey(p.fields)
		if key[1] == "" {
			key[1] = "null" // as the service writes it
		}
		return s.arrivals(ctx, client, p, newest[key])
	})
	for i, err := range errs {
		if err != nil {
			s.fail(pipes[i].Scope, err)
			pipes[i].unknown("Its source or its rows in the archive could not be read.")
		}
	}
}

func indexes(pipes []pipe) []int {
	list := make([]int, len(pipes))
	for i := range list {
		list[i] = i
	}
	return list
}

// judgeState is what the job's state says of it, and what its rows cannot say.
func (p *pipe) judgeState() {
	switch {
	case p.job.Status == sls.Starting:
		p.problem = "The job is STARTING."
	case p.job.Status != sls.Running:
		p.verified, p.problem = new(false), "The job is "+p.job.Status+"."
	case p.fields == nil:
		p.problem = "Its rows cannot be told from those of other jobs, so that it is not known whether they arrive."
	}
}

// unknown is for what would have told and could not be read.
func (p *pipe) unknown(problem string) {
	if p.verified == nil && p.problem == "" {
		p.problem = problem
	}
}

// arrivals compares the newest row in the archive with what the source has.
func (s *statusReader) arrivals(ctx context.Context, archive *sls.Client, p *pipe, last time.Time) error {
	if last.IsZero() {
		at, err := s.older(ctx, archive, p)
		if err != nil {
			return err
		}
		last = at
	}
	p.last, p.archived = last, new(!last.IsZero())
	if s.now.Sub(last) <= s.maxLag {
		p.late, p.lag = new(false), new(max(0, int64(s.now.Sub(last).Seconds())))
		p.judgeArrivals()
		return nil
	}
	since := time.Time{}
	if p.job.FromTime != 0 {
		since = time.Unix(p.job.FromTime, 0)
	}
	if !last.IsZero() {
		since = last.Add(max(arrivalSlack, s.maxLag)) // rows may arrive later than their time
	}
	source, err := s.data.Fleet.SLS(p.Scope)
	if err != nil {
		return err
	}
	first, there, err := source.FirstSince(ctx, p.project, p.job.LogStore, since)
	if err != nil {
		return err
	}
	p.late, p.lag = new(there && s.now.Sub(first) > s.maxLag), new(int64(0))
	if there {
		p.lag = new(max(0, int64(s.now.Sub(first).Seconds())))
	}
	p.judgeArrivals()
	return nil
}

func (p *pipe) judgeArrivals() {
	switch {
	case p.problem != "": // it does not run
	case *p.late:
		p.verified, p.problem = new(false), "The source has rows that did not arrive: see the roles' policies in ackguard_log_shipping_policies, and the job's log in "+jobLogStore+" of its project."
	case *p.archived:
		p.verified = new(true)
	default:
		p.problem = "The source has had no rows to ship yet."
	}
}

// older looks for rows that arrived longer ago.
func (s *statusReader) older(ctx context.Context, archive *sls.Client, p *pipe) (time.Time, error) {
	filter := []string{}
	for i, name := range []string{accountField, clusterField, logSourceField} {
		if v := rowKey(p.fields)[i]; v != "" {
			filter = append(filter, name+": "+strconv.Quote(v))
		}
	}
	rows, err := archive.Logs(ctx, s.archive.Project.ValueString(), s.archive.LogStore.ValueString(), sls.Query{
		From: s.now.Add(-longAgo), To: s.now.Add(slack), Text: strings.Join(filter, " and "), Limit: 1, Newest: true,
	})
	if err != nil {
		return time.Time{}, err
	}
	at, there := rowTime(rows)
	if !there {
		return time.Time{}, nil
	}
	return at, nil
}

// missing are the sources that clusters are to ship and do not.
func (s *statusReader) missing(pipes []pipe, clusters []inventory.Cluster) (list []pipe) {
	for _, c := range clusters {
		for _, source := range s.required {
			if !slices.ContainsFunc(pipes, func(p pipe) bool { return p.clusterID == c.ClusterID && p.source == source }) {
				list = append(list, pipe{Scope: c.Scope, clusterID: c.ClusterID, clusterName: c.Name, source: source, verified: new(false), problem: "No job ships it to this archive."})
			}
		}
	}
	return list
}
