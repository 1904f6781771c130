package logshipping

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// shippingOperation is one create, read, update or delete of a shipping job.
type shippingOperation struct {
	shippingModel
	lifecycle.Object[sls.Job]
	data   *providerdata.Data
	client *sls.Client
	scope  fleet.Scope
	wanted sls.Job
	// seen is what was read last.
	seen sls.Job
	// creating: what fails once the job is there is a warning, for an error would replace the job.
	creating bool
	// hot is for how many days the source keeps rows in hot storage, as far as that was read.
	hot int
}

func (a sinkModel) scope() fleet.Scope {
	return fleet.Scope{AccountID: a.AccountID.ValueString(), Region: a.Region.ValueString()}
}

// operation prepares an operation that is to end with the job as m has it.
func (r *shippingResource) operation(ctx context.Context, m shippingModel, timeout time.Duration, diags *diag.Diagnostics) *shippingOperation {
	client, err := r.data.Fleet.SLS(m.scope())
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Log Service client", err))
	}
	c := &shippingOperation{shippingModel: m, data: r.data, client: client, scope: m.scope()}
	project, job := m.Project.ValueString(), m.Name.ValueString()
	name := fmt.Sprintf("the shipping job %s of project %s", job, project)
	c.Object = lifecycle.Object[sls.Job]{
		Name: name, Place: fmt.Sprintf("%s in account %s, region %s", name, m.AccountID.ValueString(), m.Region.ValueString()), Kind: "a shipping job",
		Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: func(ctx context.Context) (sls.Job, bool, error) {
			is, found, err := client.Job(ctx, project, job)
			if err == nil && found {
				c.seen = is
			}
			return is, found, err
		},
	}
	if len(m.Archive.Attributes()) > 0 {
		c.expect(m.toJob(ctx, diags))
	}
	return c
}

// expect says what the job is to be in the end, but for whether it runs.
func (c *shippingOperation) expect(wanted sls.Job) {
	c.wanted = wanted
	c.Difference = func(is sls.Job) string { return jobDifference(is, wanted) }
}

// forget drops what was read of the project in this run: it does not hold after a change.
func (c *shippingOperation) forget() { c.data.Observed.ForgetLog(c.scope, c.Project.ValueString()) }

// located finds what the plan has left to the service, and prepares the operation; nil after an error.
func (r *shippingResource) located(ctx context.Context, m shippingModel, timeout time.Duration, diags *diag.Diagnostics) *shippingOperation {
	clusterID, scope := m.ClusterID.ValueString(), m.scope()
	if m.Project.IsUnknown() {
		log, err := r.data.Observed.AuditLog(ctx, scope, clusterID)
		if err != nil {
			d := diagnostic.Error("Finding the project of cluster "+clusterID, err)
			diags.AddError(d.Summary(), d.Detail()+"\n\nWith project set, it need not be found.")
			return nil
		}
		if m.Project = types.StringValue(log.Project); log.Project == "" {
			m.Project = types.StringValue(projectPrefix + clusterID)
		}
	}
	if m.LogStore.IsUnknown() {
		stores, err := r.data.Observed.LogStores(ctx, scope, m.Project.ValueString())
		if err != nil {
			diags.Append(diagnostic.Error("Finding the Logstore of cluster "+clusterID+" in project "+m.Project.ValueString(), err))
			return nil
		}
		store, err := inspectionStore(stores, clusterID)
		if err != nil {
			diags.AddAttributeError(path.Root("logstore"), "Logstore not found", fmt.Sprintf(
				"Looking for the inspection results of cluster %s in project %s of account %s, region %s: %s. If it is another one, set logstore.", clusterID, m.Project.ValueString(), scope.AccountID, scope.Region, err))
			return nil
		}
		m.LogStore = types.StringValue(store)
	}
	if m.Name.IsUnknown() {
		if m.Name = m.defaultName(); m.Name.IsUnknown() {
			diags.AddAttributeError(path.Root("name"), "Missing name", fmt.Sprintf("The name of the job would be longer than %d characters: set name.", maxJobName))
			return nil
		}
	}
	if m.DisplayName.IsUnknown() {
		m.DisplayName = m.Name
	}
	if m.ClusterName.IsUnknown() {
		m.ClusterName = r.clusterName(ctx, m, diags)
	}
	m.planScript(ctx, diags)
	m.checkPlan(ctx, r.data.SkipRegionValidation, diags) // with what was not known when planning
	c := r.operation(ctx, m, timeout, diags)
	if diags.HasError() {
		return nil
	}
	return c
}

// noClusterName is the same for every cluster, so that the CLI shows a fleet's warnings as one.
const noClusterName = "Name of a cluster could not be read"

// clusterName reads the cluster's name. Not being allowed to is no reason not to ship its logs.
func (r *shippingResource) clusterName(ctx context.Context, m shippingModel, diags *diag.Diagnostics) types.String {
	cluster, err := r.data.Observed.ClusterDetail(ctx, m.scope(), m.ClusterID.ValueString())
	if err != nil {
		d := diagnostic.Error("Reading the name of cluster "+m.ClusterID.ValueString(), err)
		diags.AddWarning(noClusterName, fmt.Sprintf("Its rows will not carry cluster_name, unless it is set.\n\n%s: %s", d.Summary(), d.Detail()))
		return types.StringNull()
	}
	return value.OrNull(cluster.Name)
}

// precheck looks whether source and archive are there, before anything is made: the service may take a job without.
func (c *shippingOperation) precheck(ctx context.Context, diags *diag.Diagnostics) {
	project, name := c.Project.ValueString(), c.LogStore.ValueString()
	source := lifecycle.Object[sls.LogStore]{Clock: c.Clock, Read: func(ctx context.Context) (sls.LogStore, bool, error) {
		return c.client.LogStore(ctx, project, name)
	}}
	store, found, err := source.Shown(ctx, min(c.Timeout, lifecycle.UnseenWait))
	switch {
	case err != nil:
		diags.Append(diagnostic.Error("Reading the Logstore "+project+"/"+name, err))
		return
	case !found:
		has := "what it has could not be read"
		if stores, err := c.client.LogStores(ctx, project); err == nil {
			has = listed(stores)
		} else if sls.IsProjectNotFound(err) {
			has = "there is no such project"
		}
		diags.AddAttributeError(path.Root("logstore"), "Logstore not found", fmt.Sprintf(
			"There is no Logstore %s in project %s of account %s, region %s: %s. The logs have to be switched on before they can be shipped (for the audit log, see ackguard_cluster_audit_log); if they are in another place, set project and logstore.",
			name, project, c.AccountID.ValueString(), c.Region.ValueString(), has))
		return
	}
	c.hot = store.HotTTL
	c.checkSource(ctx, sourceFacts{store: &store}, false, diags)

	archive := c.archive(ctx, diags)
	if _, found, err := c.data.Observed.LogStore(ctx, archive.scope(), archive.Project.ValueString(), archive.LogStore.ValueString()); err == nil && !found {
		diags.AddAttributeError(path.Root("archive"), "Archive not found", fmt.Sprintf(
			"There is no Logstore %s in project %s of account %s, region %s: a job would have nowhere to ship to.", archive.LogStore.ValueString(), archive.Project.ValueString(), archive.AccountID.ValueString(), archive.Region.ValueString()))
	}
}

// jobUnknown is the same for every job, so that the CLI shows a fleet's warnings as one.
const jobUnknown = "Job taken over; what was there before is not known"

// reading is what a read of the job has given.
type reading struct {
	job   sls.Job
	found bool
	err   error
}

// establish creates the job, takes over one that equals the plan, or overwrites another if it may. ok reports whether
// it now stands as planned, may whether there may be one of ours.
func (c *shippingOperation) establish(ctx context.Context, is reading, diags *diag.Diagnostics) (ok, may bool) {
	existing, found, err := is.job, is.found, is.err
	if err == nil && !found {
		changed := c.patiently(ctx, func(ctx context.Context) error { return c.client.CreateJob(ctx, c.Project.ValueString(), c.wanted) })
		if !alicloud.Is(changed, alicloud.Conflict) {
			return c.made(ctx, "Creating", changed, diags)
		}
		// There is one all the same: of an earlier run that was killed, or of somebody else, and the read missed it.
		if existing, found, err = c.Shown(ctx, c.Timeout); err == nil && !found {
			err = changed
		}
	}
	difference := ""
	if err == nil {
		difference = c.Difference(existing)
	}
	switch {
	case err != nil:
		diags.Append(diagnostic.Error("Reading "+c.Name, err))
		return false, false
	case difference == "": // an earlier run got this far, or somebody made the same
		if c.AdoptExisting.ValueBool() {
			diags.AddWarning(jobUnknown, fmt.Sprintf("%s is as planned already, and is taken over as it is. If an earlier run was stopped after it had overwritten another job, what was there before is not known any more. "+
				"Destroy will delete this job; to leave it instead, take the resource out with terraform state rm.", diagnostic.UpperFirst(c.Place)))
		}
		return true, true
	case !c.AdoptExisting.ValueBool():
		diags.Append(c.conflict(difference))
		return false, false
	}
	original, err := existing.JSON()
	if err != nil {
		diags.AddError("Remembering the existing job failed", err.Error())
		return false, false
	}
	c.JobBefore = types.StringValue(original)
	changed := c.send(ctx, existing, c.wanted)
	return c.made(ctx, "Overwriting", changed, diags)
}

// made sees a create through. What may have been made although it failed is kept as tainted, so that the next run
// undoes it instead of losing track of it.
func (c *shippingOperation) made(ctx context.Context, doing string, changed error, diags *diag.Diagnostics) (ok, may bool) {
	ok = c.Stands(doing, lifecycle.ReadNext, c.Settled(ctx, changed), diags)
	return ok, ok || lifecycle.MayHaveHappened(changed)
}

// conflict refuses to overwrite somebody's job, and says how to go on.
func (c *shippingOperation) conflict(difference string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Project has another job of this name", fmt.Sprintf(
		"%s exists and differs from this block: %s.\n\nImport it to manage it from here on:\n\n  terraform import ADDRESS %s/%s/%s/%s\n\n"+
			"or choose another name, or set adopt_existing = true to overwrite it now and put it back on destroy.",
		diagnostic.UpperFirst(c.Place), difference, c.AccountID.ValueString(), c.Region.ValueString(), c.Project.ValueString(), c.shippingModel.Name.ValueString()))
}

// change makes the job what is wanted. It reports whether it is.
func (c *shippingOperation) change(ctx context.Context, wanted sls.Job, diags *diag.Diagnostics) bool {
	is, found, err := c.Read(ctx)
	if err == nil && !found {
		err = fmt.Errorf("%s is not there any more: plan again to make it anew", c.Place)
	}
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.Name, err))
		return false
	}
	if jobDifference(is, wanted) == "" {
		return true
	}
	return c.Stands("Updating", lifecycle.ReadNext, c.Settled(ctx, c.send(ctx, is, wanted)), diags)
}

// send changes a job. One that runs is stopped before, and left for turn to start: the service's restart reads everything
// from the start again (INFERRED from the console's rerun), and the archive would have each row twice. Where the change
// is refused, the job goes on as it was.
func (c *shippingOperation) send(ctx context.Context, is, wanted sls.Job) error {
	ran := is.Status != sls.Stopped
	if ran {
		if err := c.patiently(ctx, func(ctx context.Context) error { return c.turned(ctx, false) }); err != nil {
			return err
		}
	}
	err := c.patiently(ctx, func(ctx context.Context) error {
		return c.client.UpdateJob(ctx, c.Project.ValueString(), keeping(wanted, is))
	})
	if ran && err != nil && !lifecycle.MayHaveHappened(err) {
		// If this fails too, the next plan shows that the job stands still.
		_ = c.client.StartJob(ctx, c.Project.ValueString(), is.Name)
	}
	return err
}

// ramWait is how long a refused change of a job is tried again: rights that were given just now take a moment to hold.
const ramWait = time.Minute

// patiently makes a call until it is not refused for want of a right, for a minute.
func (c *shippingOperation) patiently(ctx context.Context, call func(context.Context) error) (last error) {
	err := settle.Until(ctx, c.Clock, min(c.Timeout, ramWait), func(ctx context.Context) (string, error) {
		if again := call(ctx); last == nil || !alicloud.Is(again, alicloud.NotSent) {
			last = again
		}
		if alicloud.Is(last, alicloud.Denied) {
			return "is refused", nil
		}
		return "", nil
	})
	var pending *settle.Pending
	if errors.As(err, &pending) && !pending.Interrupted {
		last = fmt.Errorf("tried for %s, for a right that was given just now takes a moment to hold, and still refused: %w", pending.After.Round(time.Second), last)
	}
	return last
}

// notRunning is the same for every job, so that the CLI shows a fleet's warnings as one.
const notRunning = "Shipping job is not in the state that it should be in"

// turned starts or stops the job, and waits until it has.
func (c *shippingOperation) turned(ctx context.Context, on bool) error {
	goal, opposite, call := sls.Running, sls.Stopped, c.client.StartJob
	if !on {
		goal, opposite, call = sls.Stopped, sls.Running, c.client.StopJob
	}
	var refused error // it may be on its way there already, and the read may lag
	asked, askedAt := false, c.Clock.Now()
	return settle.Until(ctx, c.Clock, c.Timeout, func(ctx context.Context) (string, error) {
		job, found, err := c.Read(ctx)
		switch {
		case err != nil:
			return "", err
		case !found:
			return "cannot be read", nil
		case job.Status == goal:
			return "", nil
		case refused != nil && c.Clock.Now().Sub(askedAt) > lifecycle.LostAnswerWait:
			return "", refused
		case job.Status == opposite && !asked:
			err := call(ctx, c.Project.ValueString(), job.Name)
			if alicloud.Is(err, alicloud.Invalid) {
				refused = err
			}
			asked, askedAt = err == nil || refused != nil, c.Clock.Now()
			if err != nil && !asked && !lifecycle.MayHaveHappened(err) {
				return "", err
			}
		}
		return "is " + job.Status, nil
	})
}

// turn starts or stops the job as planned.
func (c *shippingOperation) turn(ctx context.Context, diags *diag.Diagnostics) {
	goal, doing := sls.Stopped, "Stopping"
	if c.Enabled.ValueBool() {
		goal, doing = sls.Running, "Starting"
	}
	if c.seen.Status == goal {
		return
	}
	err := c.turned(ctx, c.Enabled.ValueBool())
	var pending *settle.Pending
	switch {
	case err == nil:
	case settle.Interrupted(err):
		c.Stands(doing, lifecycle.ReadNext, err, diags)
	case c.creating:
		d := diagnostic.Error(doing+" "+c.Name, err)
		diags.AddWarning(notRunning, fmt.Sprintf("%s: %s The job stays, and the next plan shows what it is.", d.Summary(), d.Detail()))
	case errors.As(err, &pending):
		diags.AddError(doing+" "+c.Name+" failed", fmt.Sprintf("%s is to be %s: %s.", diagnostic.UpperFirst(c.Place), goal, err))
	default:
		diags.Append(diagnostic.Error(doing+" "+c.Name, err))
	}
}
