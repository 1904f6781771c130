package logshipping

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
)

// place is a Logstore and who reads it.
type place struct {
	client            *sls.Client
	project, logstore string
}

func (p place) String() string { return p.project + "/" + p.logstore }

// verifier looks whether a job's rows arrive.
type verifier struct {
	clock           clock.Clock
	timeout         time.Duration
	source, archive place
	fields          map[string]string // what rows carry in the archive; nil for a job that passes them through
	jobName         string
	member          string // account of the source
	logAccount      string
	reader, writer  string // ARNs of the roles
}

// verdict is what verifying has found.
type verdict struct {
	verified *bool // nil if nothing could be told
	text     string
	lag      *int64 // seconds
}

const (
	noteField = "ackguard_note"
	probeNote = "Written by Terraform's ackguard provider to see whether rows arrive in the archive. It means nothing else."
	// slack is how far the clocks of this machine and of the service may differ.
	slack = 5 * time.Minute
	// behindWait is how long a job that works through old rows is watched to see that it gets on.
	behindWait = 30 * time.Second
)

// Summaries are the same for every resource, so that the CLI shows a fleet's warnings as one.
const (
	notArriving = "Rows do not arrive in the archive"
	notTold     = "Whether rows arrive could not be told"
)

func yes(text string, lag *int64) verdict { return verdict{new(true), text, lag} }
func no(text string, lag *int64) verdict  { return verdict{new(false), text, lag} }
func untold(text string) verdict          { return verdict{nil, text, nil} }

// run verifies the job, and warns where rows do not arrive, or where a call that would tell failed.
func (v verifier) run(ctx context.Context, diags *diag.Diagnostics) verdict {
	id, began := rand.Text(), v.clock.Now()
	err := v.source.client.Put(ctx, v.source.project, v.source.logstore, began, map[string]string{probeField: id, noteField: probeNote})
	switch {
	case alicloud.Is(err, alicloud.Denied):
		return v.progress(ctx, err, diags)
	case err != nil:
		return v.failed("The probe row could not be written to "+v.source.String()+".", "Writing a probe row to "+v.source.String(), err, diags)
	}
	rows, err := v.awaited(ctx, began, v.timeout, probeField+": "+id, "has no probe row", func(rows []map[string]string) bool { return len(rows) > 0 })
	switch {
	case err != nil:
		return v.failed("The archive could not be searched for the probe row.", "Searching the archive "+v.archive.String(), err, diags)
	case rows != nil:
		lag := int64(v.clock.Now().Sub(began).Seconds())
		return yes(fmt.Sprintf("A probe row that was written to %s arrived in %s.", v.source, v.archive), &lag)
	}
	if behind := v.behind(ctx); behind != nil {
		return yes(fmt.Sprintf("A probe row that was written to %s did not arrive in %s within %s, and older rows did meanwhile: the job works through what the source has kept.", v.source, v.archive, v.timeout), behind)
	}
	v.warn(ctx, fmt.Sprintf("A probe row that was written to %s did not arrive in %s within %s.", v.source, v.archive, v.timeout), diags)
	return no(fmt.Sprintf("A probe row that was written to %s did not arrive in %s within %s.", v.source, v.archive, v.timeout), nil)
}

// progress compares the newest row of the source with the newest of its rows in the archive, where the source may not
// be written to (refused says so).
func (v verifier) progress(ctx context.Context, refused error, diags *diag.Diagnostics) verdict {
	filter := v.filter()
	if filter == "" {
		d := diagnostic.Error("Writing a probe row to "+v.source.String(), refused)
		diags.AddWarning(notTold, fmt.Sprintf("Rows of the job %s cannot be told apart in the archive, so that only a probe row would show whether they arrive. %s", v.jobName, d.Detail()))
		return untold("The source may not be written to, and rows of this job cannot be told apart in the archive.")
	}
	newest, there, err := v.source.client.Newest(ctx, v.source.project, v.source.logstore)
	switch {
	case err != nil:
		return v.failed("The source may be neither written to nor read.", "Reading the newest row of "+v.source.String(), errors.Join(err, refused), diags)
	case !there:
		d := diagnostic.Error("Writing a probe row to "+v.source.String(), refused)
		diags.AddWarning(notTold, fmt.Sprintf("The Logstore %s has no rows to ship, and may not be written to. %s", v.source, d.Detail()))
		return untold("The source has no rows to ship, and may not be written to.")
	}
	var seen advance
	rows, err := v.awaited(ctx, newest.Add(-longAgo), v.timeout, filter, "has no new rows of it", func(rows []map[string]string) bool {
		at, there := seen.look(rows)
		return there && !at.Add(arrivalSlack).Before(newest)
	})
	last := seen.last
	switch {
	case err != nil:
		return v.failed("The archive could not be searched for the source's rows.", "Searching the archive "+v.archive.String(), err, diags)
	case rows != nil:
		return yes(fmt.Sprintf("The newest row of %s is in %s.", v.source, v.archive), new(max(0, int64(newest.Sub(last).Seconds()))))
	case seen.gotOn():
		return yes(fmt.Sprintf("The newest row of %s is not in %s, and older ones arrived meanwhile: the job works through what the source has kept.", v.source, v.archive), new(int64(newest.Sub(last).Seconds())))
	}
	text := fmt.Sprintf("The newest row of %s is not in %s, and nothing arrived within %s.", v.source, v.archive, v.timeout)
	v.warn(ctx, text, diags)
	if last.IsZero() {
		return no(text, nil)
	}
	return no(text, new(int64(newest.Sub(last).Seconds())))
}

const (
	// lookBack is how far back the archive is asked for all rows, longAgo for the newest of a job.
	lookBack = 24 * time.Hour
	longAgo  = 366 * 24 * time.Hour
	// arrivalSlack is how much older than its arrival the time of a row may be.
	arrivalSlack = time.Minute
)

// behind reports how far the archive is behind a job that gets on; nil for one that does not.
func (v verifier) behind(ctx context.Context) *int64 {
	filter := v.filter()
	if filter == "" {
		return nil
	}
	var seen advance
	now := v.clock.Now()
	_, err := v.awaited(ctx, now.Add(-longAgo), behindWait, filter, "has no new rows of it", func(rows []map[string]string) bool {
		seen.look(rows)
		return seen.gotOn()
	})
	if err != nil || !seen.gotOn() {
		return nil
	}
	return new(int64(now.Sub(seen.last).Seconds()))
}

// advance sees whether the newest row in the archive is another one with each look.
type advance struct {
	first, last time.Time // zero for no row
	looked      bool
}

func (a *advance) look(rows []map[string]string) (at time.Time, there bool) {
	if at, there = rowTime(rows); !there {
		at = time.Time{}
	}
	if !a.looked {
		a.first, a.looked = at, true
	}
	a.last = at
	return at, there
}

func (a *advance) gotOn() bool { return a.last.After(a.first) }

// filter finds the job's rows in the archive; "" where they cannot be told from others.
func (v verifier) filter() string { return originFilter(v.fields) }

// originFilter finds rows by what a job adds to them. Rows of a component of the control plane, or of a Logstore of
// one's own, share that with those of other jobs.
func originFilter(fields map[string]string) string {
	switch fields[logSourceField] {
	case "", sourceCustom, sourceControlPlane:
		return ""
	}
	return fmt.Sprintf("%s: %q and %s: %q and %s: %q", accountField, fields[accountField], clusterField, fields[clusterField], logSourceField, fields[logSourceField])
}

// awaited searches the archive until the newest row is as wanted, and returns it; nil if the time is up.
func (v verifier) awaited(ctx context.Context, from time.Time, timeout time.Duration, query, missing string, wanted func([]map[string]string) bool) (found []map[string]string, err error) {
	err = settle.Until(ctx, v.clock, timeout, func(ctx context.Context) (string, error) {
		rows, err := v.archive.client.Logs(ctx, v.archive.project, v.archive.logstore, sls.Query{
			From: from.Add(-slack), To: v.clock.Now().Add(slack), Text: query, Limit: 1, Newest: true,
		})
		if err != nil {
			return "", err
		}
		if wanted(rows) {
			found = append([]map[string]string{}, rows...)
			return "", nil
		}
		return missing, nil
	})
	var pending *settle.Pending
	if errors.As(err, &pending) && pending.Err == nil && !pending.Interrupted {
		err = nil
	}
	return found, err
}

// rowTime is the time of the first row.
func rowTime(rows []map[string]string) (time.Time, bool) {
	if len(rows) == 0 {
		return time.Time{}, false
	}
	at, err := strconv.ParseInt(rows[0]["__time__"], 10, 64)
	return time.Unix(at, 0), err == nil
}

// failed is for a call that would have told.
func (v verifier) failed(text, doing string, err error, diags *diag.Diagnostics) verdict {
	if settle.Interrupted(err) {
		return untold("The run was interrupted before anything could be told.")
	}
	d := diagnostic.Error(doing, err)
	diags.AddWarning(notTold, fmt.Sprintf("%s\n\n%s: %s", text, d.Summary(), d.Detail()))
	return untold(text)
}

// warn says that rows do not arrive, with the policies that mend it.
func (v verifier) warn(ctx context.Context, found string, diags *diag.Diagnostics) {
	reader := policyHint{"source_role_arn", v.reader, v.member, sourceTrust(), sourcePolicy([]storePattern{{v.source.project, v.source.logstore}})}
	writer := policyHint{
		"destination_role_arn", v.writer, v.logAccount, destinationTrust(v.logAccount, []string{v.member}), destinationPolicy(storePattern{v.archive.project, v.archive.logstore}),
	}
	hints, why := []policyHint{reader, writer}, "Which of the two roles is wrong, if one is, is not known."
	text := v.jobLog(ctx)
	switch {
	case text == "":
	case strings.Contains(strings.ToLower(text), strings.ToLower(v.writer)):
		hints, why = hints[1:], "The job's own log names the role that writes: "+text+"."
	case strings.Contains(strings.ToLower(text), strings.ToLower(v.reader)):
		hints, why = hints[:1], "The job's own log names the role that reads: "+text+"."
	default:
		why += " The job's own log says: " + text + "."
	}
	parts := []string{fmt.Sprintf("The job %s in account %s runs. %s %s", v.jobName, v.member, found, why)}
	for _, hint := range hints {
		parts = append(parts, hint.String())
	}
	parts = append(parts, "The job stays as it is. Once the role is right it goes on where it was; change verify_triggers to have it verified again.")
	diags.AddWarning(notArriving, strings.Join(parts, "\n\n"))
}

// policyHint is what a role has to have.
type policyHint struct{ argument, arn, account, trust, policy string }

func (h policyHint) String() string {
	return fmt.Sprintf("%s (%s) in account %s needs this trust policy:\n\n  %s\n\nand, among others, this permission policy:\n\n  %s", h.argument, h.arn, h.account, h.trust, h.policy)
}

// jobLogStore is where the service writes what jobs of a project come upon.
const jobLogStore = "internal-etl-log"

// jobLog is the newest that the service has logged of the job, or "". Which fields such a row has is INFERRED: the one
// that is called message, else all. It is a help and no fact, so that not being able to read it is nothing to report.
func (v verifier) jobLog(ctx context.Context) string {
	now := v.clock.Now()
	rows, err := v.source.client.Logs(ctx, v.source.project, jobLogStore, sls.Query{
		From: now.Add(-time.Hour), To: now.Add(slack), Text: strconv.Quote(v.jobName), Limit: 10, Newest: true,
	})
	if err != nil {
		return ""
	}
	for _, row := range rows {
		if text := strings.TrimRight(row["message"], " ."); text != "" && (strings.Contains(text, v.reader) || strings.Contains(text, v.writer)) {
			return text
		}
	}
	if len(rows) > 0 {
		return strings.TrimRight(rows[0]["message"], " .")
	}
	return ""
}
