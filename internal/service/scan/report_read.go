package scan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	catalog "github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

const (
	// maxResults bounds the rows of one cluster that are held: about 5,000 workloads with two containers each.
	maxResults = 200_000
	// scanPause ends a scan's rows where no event tells when it started or that it finished: within a scan, rows come closer
	// together.
	scanPause = 10 * time.Minute
	// longestScan is how far before the age that is asked for a scan may have begun that ended within it: without its first
	// rows, it would look better than it was.
	longestScan = 6 * time.Hour
	// clockSlack is how far the clocks of this machine and of the service may differ.
	clockSlack = 5 * time.Minute
	allRows    = "*"
)

// reportReader reads the results of clusters.
type reportReader struct {
	data      *providerdata.Data
	catalogue *catalog.Catalogue
	archive   *logshipping.Archive // nil to ask the clusters' own projects
	projects  map[string]string    // by cluster ID, where they are given
	since     time.Time
	now       time.Time
}

// clusterReport is what is known of the last scan of a cluster.
type clusterReport struct {
	inventory.Cluster
	project, store string // empty where they are not known, and for those of an archive
	scan           lastScan
	findings       []compliance.Finding // one for each check on a workload or on one of its containers, before exemptions
	other          map[itemKey]map[string]string
	rows           int // of the scan, readable or not
	unreadable     int
	problem        string // why the results are not known, or not as a whole
	failures       []fleet.Outcome
}

// rowsAt is where rows are and how to find those of a cluster.
type rowsAt struct {
	fleet.Scope
	project, store, search string
}

// read reads the last scan of a cluster. A scan that is not known as a whole has a problem, or a failure for a call.
func (r *reportReader) read(ctx context.Context, c inventory.Cluster) clusterReport {
	report := clusterReport{Cluster: c, other: map[itemKey]map[string]string{}}
	results, events, err := r.places(ctx, &report)
	if err == nil && report.problem == "" && events.store != "" {
		report.scan, err = r.scan(ctx, events)
	}
	if err == nil && report.problem == "" {
		err = r.results(ctx, results, &report)
	}
	if err != nil {
		scope := c.Scope
		if r.archive != nil && results.store != "" {
			scope = results.Scope
		}
		report.failures, report.problem = append(report.failures, fleet.OutcomeOf(scope, err)), "The results could not be read."
	}
	return report
}

// places finds the Logstores of results and of events; the latter has no name where events cannot be told.
func (r *reportReader) places(ctx context.Context, report *clusterReport) (results, events rowsAt, err error) {
	id := report.ClusterID
	if r.archive != nil {
		results = rowsAt{Scope: r.archive.Scope(), project: r.archive.Project.ValueString(), store: r.archive.LogStore.ValueString()}
		events = results
		results.search = logshipping.ArchivedRows(id, logshipping.SourceInspection)
		events.search = logshipping.ArchivedRows(id, logshipping.SourceEvent) + " and (" + scanEvents + ")"
		return results, events, nil
	}
	report.project = r.projects[id]
	if report.project == "" {
		log, err := r.data.Observed.AuditLog(ctx, report.Scope, id)
		switch {
		case cs.IsClusterNotFound(err):
			report.problem = "The cluster was deleted since the list was read."
			return results, events, nil
		case err != nil:
			return results, events, err
		}
		report.project = cmp.Or(log.Project, logshipping.ProjectPrefix+id)
	}
	stores, err := r.data.Observed.LogStores(ctx, report.Scope, report.project)
	if sls.IsProjectNotFound(err) {
		report.problem = fmt.Sprintf("There is no project %s: the cluster has not written logs yet, or they go elsewhere, which projects can name.", report.project)
		return results, events, nil
	}
	if err != nil {
		return results, events, err
	}
	store, err := logshipping.InspectionStore(stores, id)
	if err != nil {
		report.problem = fmt.Sprintf("Project %s: %s.", report.project, err)
		return results, events, nil
	}
	report.store = store
	results = rowsAt{report.Scope, report.project, store, allRows}
	// Events do not say of which cluster they are, so those of a project that several clusters share tell nothing.
	if slices.Contains(stores, logshipping.EventStore) && len(logshipping.InspectionStores(stores)) == 1 {
		events = rowsAt{report.Scope, report.project, logshipping.EventStore, scanEvents}
	}
	return results, events, nil
}

// scanEvents finds the events of scans.
var scanEvents = strings.Join([]string{scanStarted, scanFinished, scanHighRisk}, " or ")

// each visits rows, the newest first.
func (r *reportReader) each(ctx context.Context, at rowsAt, since time.Time, visit func(map[string]string) bool) error {
	client, err := r.data.Fleet.SLS(at.Scope)
	if err != nil {
		return err
	}
	return client.EachRow(ctx, at.project, at.store, sls.Query{From: since, To: r.now.Add(clockSlack), Text: at.search, Newest: true}, visit)
}

// scan finds the last scan by its events. Without an index, they tell nothing.
func (r *reportReader) scan(ctx context.Context, at rowsAt) (lastScan, error) {
	var events []scanEvent
	var oldest time.Time
	err := r.each(ctx, at, r.since.Add(-longestScan), func(row map[string]string) bool {
		e, ok := newScanEvent(row)
		if !ok {
			return true
		}
		if s := lastScanOf(events); s.told() && e.at.Before(oldest) && e.at.Before(s.started) {
			return false
		}
		events, oldest = append(events, e), e.at
		return true
	})
	if sls.IsIndexNotFound(err) {
		return lastScan{}, nil
	}
	if s := lastScanOf(events); !s.finished.Before(r.since) {
		return s, err
	}
	events = slices.DeleteFunc(events, func(e scanEvent) bool { return e.at.Before(r.since) })
	return lastScanOf(events), err
}

// results reads the rows of the last scan.
func (r *reportReader) results(ctx context.Context, at rowsAt, report *clusterReport) error {
	since := r.since.Add(-longestScan)
	if report.scan.started.After(since) {
		since = report.scan.started
	}
	var list []result
	var sample error
	var previous, newest time.Time
	tooMany := false
	err := r.each(ctx, at, since, func(row map[string]string) bool {
		one, problem := newResult(row)
		switch {
		case !report.scan.covers(one.at):
			return true
		case report.scan.started.IsZero() && report.rows == 0 && one.at.Before(r.since): // the newest
			return false
		case report.scan.started.IsZero() && !previous.IsZero() && previous.Sub(one.at) > scanPause:
			return false
		}
		if previous.IsZero() {
			newest = one.at
		}
		previous = one.at
		if tooMany = report.rows == maxResults; tooMany {
			return false
		}
		report.rows++
		if problem != nil {
			report.unreadable++
			sample = cmp.Or(sample, problem)
			return true
		}
		list = append(list, one)
		return true
	})
	if sls.IsIndexNotFound(err) {
		report.problem = fmt.Sprintf("Logstore %s has no index, so that its rows cannot be searched.", at.store)
		return nil
	}
	if err != nil {
		return err
	}
	report.collect(list, r.catalogue)
	report.problem = report.gaps(sample, tooMany, r.now.Sub(newest) < scanPause, int(r.now.Sub(r.since).Hours()))
	return nil
}

// gaps says why the results are not those of a whole scan.
func (c *clusterReport) gaps(sample error, tooMany, fresh bool, hours int) string {
	switch {
	case c.rows == 0 && c.scan.finished.IsZero():
		return fmt.Sprintf("There are no results of the last %d hours: the component security-inspector has not scanned the cluster, or its results do not arrive.", hours)
	case c.rows == 0:
		return "The last scan finished and has no results."
	case c.unreadable > 0:
		return fmt.Sprintf("%d of %d rows could not be read: %s.", c.unreadable, c.rows, sample)
	case tooMany:
		return fmt.Sprintf("There are more than %d rows; the others were not read.", maxResults)
	case c.scan.finished.IsZero() && !c.scan.started.IsZero():
		return "The scan has started and not finished."
	case c.scan.finished.IsZero() && fresh:
		return fmt.Sprintf("The newest rows are less than %d minutes old, and no event tells that the scan has finished.", int(scanPause.Minutes()))
	}
	return ""
}

// collect turns the rows of a scan into findings. Of several rows about the same, the worst counts: a container that
// passes does not make up for one that fails.
func (c *clusterReport) collect(list []result, catalogue *catalog.Catalogue) {
	newest := ""
	if len(list) > 0 {
		newest = list[0].run
	}
	at := map[itemKey]int{}
	for _, one := range list {
		if one.run != newest && newest != "" && one.run != "" { // one that does not say counts: it may be the scan's
			c.rows--
			continue
		}
		f := one.finding(c.Cluster, catalogue)
		key := keyOf(f)
		i, twice := at[key]
		switch {
		case !twice:
			at[key] = len(c.findings)
			c.findings = append(c.findings, f)
		case f.Verdict == compliance.NonCompliant && c.findings[i].Verdict != compliance.NonCompliant:
			c.findings[i] = f
		default:
			continue
		}
		c.other[key] = one.other
	}
}

// verdict is that of the cluster, with the exemptions applied: never a pass where the results are not known as a whole.
func (c *clusterReport) verdict(violations int) compliance.Verdict {
	switch {
	case violations > 0:
		return compliance.NonCompliant
	case len(c.failures) > 0:
		return compliance.Error
	case c.problem != "":
		return compliance.InsufficientData
	}
	return compliance.Compliant
}
