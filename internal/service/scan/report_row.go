package scan

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	catalog "github.com/ackguard/terraform-provider-ackguard/internal/compliance/workload"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/logshipping"
)

// recordLayout is the version of what newResult understands. The layout that the component writes is not published: all
// column names and words are inferred from the report page and from the engine behind the inspection.
const recordLayout = "inferred-1"

// result is one row of inspection results.
type result struct {
	kind, namespace, name, container string
	category, check                  string
	severity, message                string
	verdict                          compliance.Verdict
	run                              string // which scan wrote it, where the row says so
	at                               time.Time
	other                            map[string]string // columns that are not known
}

// words are what a column says of a check that passed and of one that failed.
type words struct {
	column     string
	pass, fail []string
}

// verdictWords: true under result is left out, for in ACK's other inspection it stands for what is abnormal.
var verdictWords = []words{
	{"result", []string{"pass", "passed", "success", "succeeded"}, []string{"fail", "failed", "failure"}},
	{"success", []string{"true"}, []string{"false"}},
}

// newResult reads a row. One without what every result needs is an error, which quotes no value; columns that are not known
// are kept.
func newResult(row map[string]string) (result, error) {
	rest := maps.Clone(row)
	take := func(names ...string) (value string) {
		for _, name := range names {
			value = cmp.Or(value, rest[name])
			delete(rest, name)
		}
		return value
	}
	seconds, _ := strconv.ParseInt(row[timeColumn], 10, 64)
	r := result{
		kind: take("kind", "resource_kind", "resourceKind"), namespace: take("namespace"), name: take("name", "resource_name", "resourceName"),
		container: take("container", "container_name", "containerName"), category: take("check_type", "checkType", "category"),
		check: take("check_item", "checkItem", "check_id", "checkId"), severity: take("severity", "level"), message: take("message"),
		run: take("task_id", "taskId"), at: time.Unix(seconds, 0),
	}
	said, odd := false, false
	for _, w := range verdictWords {
		text := strings.ToLower(take(w.column))
		said = said || text != ""
		switch {
		case slices.Contains(w.fail, text):
			r.verdict = compliance.NonCompliant
		case slices.Contains(w.pass, text):
			r.verdict = cmp.Or(r.verdict, compliance.Compliant)
		default:
			odd = odd || text != ""
		}
	}
	if odd && r.verdict == compliance.Compliant { // the other column says something else
		r.verdict = ""
	}
	var lacks []string
	for _, part := range []struct{ name, value string }{{"kind", r.kind}, {"name", r.name}, {"check_item", r.check}} {
		if part.value == "" {
			lacks = append(lacks, part.name)
		}
	}
	if !said {
		lacks = append(lacks, verdictWords[0].column)
	}
	switch {
	case len(lacks) > 0:
		return r, fmt.Errorf("no column %s; there are %s", strings.Join(lacks, ", "), strings.Join(slices.Sorted(maps.Keys(ownColumns(row))), ", "))
	case r.verdict == "":
		return r, errors.New("the result is neither pass nor fail")
	}
	if r.other = ownColumns(rest); len(r.other) == 0 {
		r.other = nil
	}
	return r, nil
}

// timeColumn is where Log Service has a row's time.
const timeColumn = "__time__"

// ownColumns leaves out what Log Service and shipping add.
func ownColumns(row map[string]string) map[string]string {
	own := map[string]string{}
	for name, value := range row {
		if !strings.HasPrefix(name, "__") && !slices.Contains(logshipping.AddedFields(), name) {
			own[name] = value
		}
	}
	return own
}

// severities are the engine's words for them.
var severities = map[string]compliance.Severity{
	"critical": compliance.Critical, "danger": compliance.High, "error": compliance.High, "high": compliance.High,
	"warning": compliance.Medium, "medium": compliance.Medium, "low": compliance.Low, "ignore": compliance.Low,
}

// finding is the result in the shape that all reports share. A check that the catalogue does not have keeps its ID, and what
// the row says of it.
func (r result) finding(c inventory.Cluster, catalogue *catalog.Catalogue) compliance.Finding {
	f := compliance.Finding{
		RuleID: r.check, Severity: cmp.Or(severities[strings.ToLower(r.severity)], compliance.Medium), Category: cmp.Or(strings.ToLower(r.category), "other"),
		Verdict: r.verdict, AccountID: c.AccountID, Region: c.Region, ClusterID: c.ClusterID, ClusterName: c.Name, Message: r.message,
		Workload: compliance.Workload{Kind: r.kind, Namespace: r.namespace, Name: r.name, Container: r.container},
	}
	f.Resource = catalog.ResourceOf(f.Workload)
	if rule, err := catalogue.Lookup(r.check); err == nil {
		f.RuleID, f.Severity, f.Category = rule.ID, rule.Severity, rule.Category
	}
	if f.Message == "" && f.Verdict == compliance.NonCompliant {
		f.Message = "the inspection found it failing"
	}
	return f
}

// itemKey is what a finding is about.
type itemKey struct{ clusterID, resource, container, ruleID string }

func keyOf(f compliance.Finding) itemKey {
	return itemKey{f.ClusterID, f.Resource, f.Container, f.RuleID}
}

// Reasons of the component's events, by its page; the row's layout is the event collector's.
const (
	scanStarted  = "SecurityInspectorConfigAuditStart"
	scanFinished = "SecurityInspectorConfigAuditFinished"
	scanHighRisk = "SecurityInspectorConfigAuditHighRiskFound"
)

// scanEvent is an event of a scan.
type scanEvent struct {
	reason, message string
	at              time.Time
}

// newScanEvent reads a row of the event collector; false for one of anything else.
func newScanEvent(row map[string]string) (scanEvent, bool) {
	var event struct {
		Reason        string    `json:"reason"`
		Message       string    `json:"message"`
		LastTimestamp time.Time `json:"lastTimestamp"`
	}
	seconds, err := strconv.ParseInt(row[timeColumn], 10, 64)
	if json.Unmarshal([]byte(row["eventId"]), &event) != nil || err != nil {
		return scanEvent{}, false
	}
	e := scanEvent{event.Reason, event.Message, time.Unix(seconds, 0)}
	if !event.LastTimestamp.IsZero() {
		e.at = event.LastTimestamp
	}
	return e, slices.Contains([]string{scanStarted, scanFinished, scanHighRisk}, e.reason)
}

// lastScan is the last scan that finished, or the one that has only started; times are zero where no event tells them.
type lastScan struct {
	started, finished time.Time
	next              time.Time // a later one started then
	highRisk          string    // message of its event
	highRiskAt        time.Time
}

// lastScanOf finds the last scan among events, in any order.
func lastScanOf(events []scanEvent) (s lastScan) {
	latest := func(reason string, fits func(time.Time) bool) (found scanEvent) {
		for _, e := range events {
			if e.reason == reason && fits(e.at) && (found.at.IsZero() || e.at.After(found.at)) {
				found = e
			}
		}
		return found
	}
	s.finished = latest(scanFinished, func(time.Time) bool { return true }).at
	if s.finished.IsZero() {
		s.started = latest(scanStarted, func(time.Time) bool { return true }).at
	} else {
		s.started = latest(scanStarted, func(at time.Time) bool { return !at.After(s.finished) }).at
		s.next = latest(scanStarted, func(at time.Time) bool { return at.After(s.finished) }).at
	}
	high := latest(scanHighRisk, func(at time.Time) bool {
		return !at.Before(s.started) && (s.next.IsZero() || at.Before(s.next))
	})
	s.highRisk, s.highRiskAt = high.message, high.at
	return s
}

// told reports whether enough of it has been seen: what is older says nothing about it.
func (s lastScan) told() bool { return !s.finished.IsZero() && !s.started.IsZero() }

// covers reports whether a row of a time is the scan's.
func (s lastScan) covers(at time.Time) bool {
	return !at.Before(s.started) && (s.next.IsZero() || at.Before(s.next))
}
