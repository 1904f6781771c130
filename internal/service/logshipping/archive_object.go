package logshipping

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/clock"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/differing"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// archiveKind is what an archive is called in summaries that are the same for all.
const archiveKind = "an audit log archive"

// archiveOperation is one create, read, update or delete of an archive: of its four parts, each of which is found by its
// name, is seen through by itself, and may be all that an earlier run has made.
type archiveOperation struct {
	archiveModel
	client *sls.Client
	scope  fleet.Scope
	forget func()

	project  lifecycle.Object[sls.Project]
	store    lifecycle.Object[sls.LogStore]
	index    lifecycle.Object[string]
	metering lifecycle.Object[string]
	// whole is the log store with its project, for reads.
	whole lifecycle.Object[archiveParts]

	wanted sls.LogStore
	shards int
	fields sls.IndexFields
	// own: whatever is there is this resource's, to be changed as needed.
	own bool
	// dropped are additional fields that are not wanted any more.
	dropped []string
	// made are the parts that this run has made.
	made []string
	// adopting: the project is adopted by this operation.
	adopting bool
	// described is the project as it was found; nil for one that was made.
	described *sls.Project
}

// archiveParts is what of an archive is there.
type archiveParts struct {
	project *sls.Project
	store   *sls.LogStore
}

func (r *archiveResource) operation(ctx context.Context, m archiveModel, timeout time.Duration, diags *diag.Diagnostics) *archiveOperation {
	c := &archiveOperation{archiveModel: m, scope: fleet.Scope{AccountID: m.AccountID.ValueString(), Region: m.Region.ValueString()}}
	var err error
	if c.client, err = r.data.Fleet.SLS(c.scope); err != nil {
		diags.Append(diagnostic.Error("Preparing the Log Service client", err))
	}
	project, store := m.Project.ValueString(), m.LogStore.ValueString()
	c.forget = func() { r.data.Observed.ForgetLog(c.scope, project) }
	c.fields = auditIndex(textsOfMap(m.AdditionalIndexFields))
	c.wanted, c.shards = m.toAPI(ctx, diags), int(m.ShardCount.ValueInt64())

	where := fmt.Sprintf(" in account %s, region %s", c.scope.AccountID, c.scope.Region)
	theStore := "the log store " + store + " of project " + project
	c.project = part(r.data.Fleet.Clock(), timeout, "the project "+project, where, c.readProject)
	c.store = part(r.data.Fleet.Clock(), timeout, theStore, where, func(ctx context.Context) (sls.LogStore, bool, error) { return c.client.LogStore(ctx, project, store) })
	c.index = part(r.data.Fleet.Clock(), timeout, "the index of "+theStore, where, func(ctx context.Context) (string, bool, error) { return c.client.Index(ctx, project, store) })
	c.metering = part(r.data.Fleet.Clock(), timeout, "the metering mode of "+theStore, where, func(ctx context.Context) (string, bool, error) {
		mode, err := c.client.MeteringMode(ctx, project, store)
		return mode, err == nil, err
	})
	c.whole = part(r.data.Fleet.Clock(), timeout, theStore, where, func(ctx context.Context) (archiveParts, bool, error) { return parts(ctx, c.project.Read, c.store.Read) })
	c.project.Difference = c.projectDifference
	c.store.Difference = c.storeDifference
	c.index.Difference = func(is string) string { return lacking(c.fields.Lacks(is)) }
	c.metering.Difference = c.meteringDifference
	return c
}

func (c *archiveOperation) projectDifference(is sls.Project) string {
	var d differing.List
	if !c.Description.IsUnknown() {
		d.Compare("description", is.Description, c.Description.ValueString())
	}
	return d.String()
}

func (c *archiveOperation) meteringDifference(is string) string {
	var d differing.List
	d.Compare("metering_mode", is, c.MeteringMode.ValueString())
	return d.String()
}

func part[T any](c clock.Clock, timeout time.Duration, name, where string, read func(context.Context) (T, bool, error)) lifecycle.Object[T] {
	return lifecycle.Object[T]{Name: name, Place: name + where, Kind: archiveKind, Clock: c, Timeout: timeout, Read: read}
}

// parts looks at project and log store; found is whether the latter is there.
func parts(ctx context.Context, readProject func(context.Context) (sls.Project, bool, error), readStore func(context.Context) (sls.LogStore, bool, error)) (is archiveParts, found bool, err error) {
	project, there, err := readProject(ctx)
	if err != nil || !there {
		return is, false, err
	}
	is.project = &project
	store, there, err := readStore(ctx)
	if err != nil || !there {
		return is, false, err
	}
	is.store = &store
	return is, true, nil
}

// readProject looks at the project. A name is unique over all accounts, and
// whether a project of another one is refused or not there is not documented.
func (c *archiveOperation) readProject(ctx context.Context) (sls.Project, bool, error) {
	project, there, err := c.client.Project(ctx, c.Project.ValueString())
	if alicloud.Is(err, alicloud.Denied) {
		err = fmt.Errorf("%w. If the permission is there, the name may be taken by a project of another account: names are unique over all accounts", err)
	}
	return project, there, err
}

func (c *archiveOperation) interrupted() bool {
	return c.project.Interrupted || c.store.Interrupted || c.index.Interrupted
}

// done reports whether a step holds. Only the last one may be written down as
// accepted when the run is interrupted: after another, something is left to do.
func done[T any](o *lifecycle.Object[T], last bool, doing, then string, err error, diags *diag.Diagnostics) bool {
	if last || err == nil {
		return o.Stands(doing, then, err, diags)
	}
	diags.Append(diagnostic.Error(doing+" "+o.Name, err))
	return false
}

// establish makes what is missing, takes over what an earlier run has made, and
// changes what may be changed. It reports whether the archive stands as planned.
func (c *archiveOperation) establish(ctx context.Context, diags *diag.Diagnostics) bool {
	return c.establishProject(ctx, diags) && c.establishStore(ctx, diags) && c.establishMetering(ctx, diags) && c.establishIndex(ctx, diags) && c.establishDescription(ctx, diags)
}

func (c *archiveOperation) establishProject(ctx context.Context, diags *diag.Diagnostics) bool {
	name := c.Project.ValueString()
	is, there, err := c.project.Read(ctx)
	if err == nil && !there {
		wanted := sls.Project{Name: name, Description: c.Description.ValueString()}
		if c.Description.IsUnknown() {
			wanted.Description = defaultDescription
		}
		created := c.client.CreateProject(ctx, wanted)
		if !alicloud.Is(created, alicloud.Conflict) {
			if lifecycle.MayHaveHappened(created) {
				c.made = append(c.made, c.project.Name)
			}
			return done(&c.project, false, "Creating", "", c.project.Settled(ctx, created), diags)
		}
		// There is one all the same: one that the read missed, e.g. of a run that was killed, or one that is elsewhere.
		if is, there, err = c.project.Shown(ctx, min(c.project.Timeout, lifecycle.LostAnswerWait)); err == nil && !there {
			diags.Append(c.projectElsewhere(created))
			return false
		}
	}
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.project.Name, err))
		return false
	}
	c.described = &is
	return c.own || c.AdoptProject.ValueBool() || c.isOwnProject(ctx, c.project.Difference(is), diags)
}

// establishDescription changes what a project that was there is described as. It
// comes last, so that what was there before is written down as soon as it is changed.
func (c *archiveOperation) establishDescription(ctx context.Context, diags *diag.Diagnostics) bool {
	if c.described == nil {
		return true
	}
	if c.adopting { // now, so that a kill in a later change does not lose it
		c.DescriptionBefore = types.StringValue(c.described.Description)
	}
	if c.project.Difference(*c.described) == "" {
		return true
	}
	changed := c.client.UpdateProject(ctx, c.Project.ValueString(), c.Description.ValueString())
	return done(&c.project, true, "Changing", lifecycle.ReadNext, c.project.Settled(ctx, changed), diags)
}

// isOwnProject tells a project of an earlier run from somebody's, and refuses the latter.
func (c *archiveOperation) isOwnProject(ctx context.Context, difference string, diags *diag.Diagnostics) bool {
	others, err := c.client.OtherLogStores(ctx, c.Project.ValueString(), c.LogStore.ValueString())
	if err != nil {
		diags.Append(diagnostic.Error("Listing the log stores of "+c.project.Name, err))
		return false
	}
	reasons := slices.DeleteFunc([]string{difference, ""}, func(s string) bool { return s == "" })
	if len(others) > 0 {
		reasons = append(reasons, "it holds other log stores: "+strings.Join(others, ", "))
	}
	if len(reasons) == 0 {
		return true
	}
	diags.AddError("Project exists already", fmt.Sprintf(
		"%s exists, and is not one that this resource has made: %s.\n\nSet adopt_existing_project = true to work in it and to leave it on destroy, or choose another name. If its log store is the archive already, import it:\n\n  %s",
		diagnostic.UpperFirst(c.project.Place), strings.Join(reasons, "; "), c.importCommand()))
	return false
}

func (c *archiveOperation) projectElsewhere(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Project name is taken elsewhere", fmt.Sprintf(
		"There is a project %s, and it is not in account %s, region %s. Names are unique over all accounts and regions, so it may be in another region of this account, in another account of yours, or somebody else's. "+
			"Choose another name, or set account_id and region to where it is.\n\n%s.", c.Project.ValueString(), c.scope.AccountID, c.scope.Region, err))
}

func (c *archiveOperation) establishStore(ctx context.Context, diags *diag.Diagnostics) bool {
	is, there, err := c.store.Read(ctx)
	if err == nil && !there {
		created := c.whenThere(ctx, func(ctx context.Context) error {
			return c.client.CreateLogStore(ctx, c.Project.ValueString(), c.wanted)
		})
		if !alicloud.Is(created, alicloud.Conflict) {
			c.own = true // also an index that the service may give it
			if lifecycle.MayHaveHappened(created) {
				c.made = append(c.made, c.store.Name)
			}
			return done(&c.store, false, "Creating", "", c.store.Settled(ctx, created), diags)
		}
		if is, there, err = c.store.Shown(ctx, c.store.Timeout); err == nil && !there {
			err = created
		}
	}
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.store.Name, err))
		return false
	}
	if !c.usable(is, diags) || !c.mayChangeStore(ctx, is, diags) {
		return false
	}
	if c.storeDifference(is) != "" &&
		!done(&c.store, false, "Changing", "", c.store.Settled(ctx, c.client.UpdateLogStore(ctx, c.Project.ValueString(), c.over(is))), diags) {
		return false
	}
	return is.ShardCount >= c.shards || done(&c.store, false, "Splitting shards of", "", c.split(ctx), diags)
}

// usable refuses a log store that cannot become the archive, whatever is allowed.
func (c *archiveOperation) usable(is sls.LogStore, diags *diag.Diagnostics) bool {
	if is.Mode != "" && is.Mode != sls.Standard {
		diags.AddError("Log store cannot be an archive", fmt.Sprintf(
			"%s is of the mode %q, in which there is no SQL, and alerts and dashboards need it. The mode cannot be changed: choose another log store.", diagnostic.UpperFirst(c.store.Place), is.Mode))
		return false
	}
	if c.wanted.Encryption != nil && is.Encryption != nil {
		if difference := encryptionFixed(*is.Encryption, *c.wanted.Encryption); difference != "" {
			diags.AddError("Encryption cannot be changed", fmt.Sprintf(
				"%s is encrypted already, and only whether it is can be changed: %s. Choose the encryption that it has, or another log store.", diagnostic.UpperFirst(c.store.Place), difference))
			return false
		}
	}
	return true
}

// Summaries are the same for every archive.
const (
	storeOriginalUnknown = "Log store taken over; what was there before is not known"
	storeStays           = "Log store stays as it is"
	projectStays         = "Project stays"
	archiveUnfinished    = "Audit log archive is not finished"
	storeGone            = "Log store of an audit log archive is gone"
)

// mayChangeStore decides what becomes of a log store that is there: it is this
// resource's, of an earlier run, adopted with what it was, or refused.
func (c *archiveOperation) mayChangeStore(ctx context.Context, is sls.LogStore, diags *diag.Diagnostics) bool {
	if c.own {
		return true
	}
	difference := c.storeDifference(is)
	if is.ShardCount < c.shards {
		difference = strings.TrimPrefix(difference+fmt.Sprintf("; shard_count is %d, not %d", is.ShardCount, c.shards), "; ")
	}
	if !c.AdoptLogStore.ValueBool() {
		if difference != "" {
			diags.Append(c.storeConflict(difference))
		}
		return difference == ""
	}
	c.own = true
	original := logStoreBefore{
		RetentionDays: int64(is.TTL), HotDays: int64(is.HotTTL), InfrequentAccessDays: int64(is.InfrequentAccessTTL), AutoSplit: is.AutoSplit, MaxSplitShards: int64(is.MaxSplitShard),
		Encrypted: is.Encryption != nil && is.Encryption.Enabled,
	}
	var indexErr, meteringErr error
	original.Index, _, indexErr = c.index.Read(ctx)
	original.MeteringMode, _, meteringErr = c.metering.Read(ctx)
	for name, err := range map[string]error{c.index.Name: indexErr, c.metering.Name: meteringErr} {
		if err != nil {
			diags.Append(diagnostic.Error("Reading "+name, err))
			return false
		}
	}
	var d diag.Diagnostics
	c.LogStoreBefore, d = types.ObjectValueFrom(ctx, logStoreBeforeTypes, original)
	diags.Append(d...)
	if difference == "" {
		diags.AddWarning(storeOriginalUnknown, fmt.Sprintf(
			"%s is as planned already, and is taken over. If an earlier run was stopped after it had overwritten other settings, what was there before is not known any more. Destroy will leave the log store as it was found now.",
			diagnostic.UpperFirst(c.store.Place)))
	}
	return true
}

func (c *archiveOperation) storeConflict(difference string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Log store exists already", fmt.Sprintf(
		"%s exists and differs from this block: %s.\n\nImport it to manage it from here on:\n\n  %s\n\nor set adopt_existing_logstore = true to overwrite it now and put it back on destroy.",
		diagnostic.UpperFirst(c.store.Place), difference, c.importCommand()))
}

// split splits shards until there are enough.
func (c *archiveOperation) split(ctx context.Context) error {
	return settle.Until(ctx, c.store.Clock, c.store.Timeout, func(ctx context.Context) (string, error) {
		for seen := -1; ; {
			before, err := c.client.SplitShard(ctx, c.Project.ValueString(), c.LogStore.ValueString(), c.shards)
			switch {
			case err != nil || before >= c.shards:
				return "", err
			case before <= seen: // the shards of the last split do not show yet
				return fmt.Sprintf("has %d shards that take rows, not %d", before, c.shards), nil
			}
			seen = before
		}
	})
}

// whenThere makes a call in something that was made just now, and may not be known everywhere.
func (c *archiveOperation) whenThere(ctx context.Context, send func(context.Context) error) (err error) {
	_ = settle.Until(ctx, c.store.Clock, min(c.store.Timeout, lifecycle.UnseenWait), func(ctx context.Context) (string, error) {
		if err = send(ctx); alicloud.Is(err, alicloud.NotFound) {
			return "is not known", nil
		}
		return "", nil
	})
	return err
}

func (c *archiveOperation) establishIndex(ctx context.Context, diags *diag.Diagnostics) bool {
	project, store := c.Project.ValueString(), c.LogStore.ValueString()
	is, there, err := c.index.Read(ctx)
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.index.Name, err))
		return false
	}
	difference := c.index.Difference(is)
	switch {
	case there && difference == "" && len(c.dropped) == 0:
		return true
	case there && !c.own:
		diags.Append(c.storeConflict(difference))
		return false
	}
	wanted, err := c.fields.Into(is, c.dropped...)
	if err != nil {
		diags.AddError("Changing "+c.index.Name+" failed", diagnostic.UpperFirst(err.Error())+".")
		return false
	}
	send := c.client.UpdateIndex
	if !there {
		send = c.client.CreateIndex
	}
	changed := c.whenThere(ctx, func(ctx context.Context) error { return send(ctx, project, store, wanted) })
	if alicloud.Is(changed, alicloud.Conflict) && c.index.Settled(ctx, nil) == nil { // made by a run before, and the read missed it
		return true
	}
	last := c.described == nil || c.projectDifference(*c.described) == ""
	return done(&c.index, last, "Changing", lifecycle.ReadNext, c.index.Settled(ctx, changed), diags)
}

func (c *archiveOperation) establishMetering(ctx context.Context, diags *diag.Diagnostics) bool {
	is, _, err := c.metering.Read(ctx)
	if err != nil {
		diags.Append(diagnostic.Error("Reading "+c.metering.Name, err))
		return false
	}
	if wanted := c.MeteringMode; !wanted.IsUnknown() && wanted.ValueString() != is {
		changed := c.client.SetMeteringMode(ctx, c.Project.ValueString(), c.LogStore.ValueString(), wanted.ValueString())
		return done(&c.metering, false, "Changing", "", c.metering.Settled(ctx, changed), diags)
	}
	c.MeteringMode = value.OrNull(is)
	return true
}

// restore puts back what adopt_existing_logstore has overwritten.
func (c *archiveOperation) restore(ctx context.Context, diags *diag.Diagnostics) bool {
	project, store := c.Project.ValueString(), c.LogStore.ValueString()
	var was logStoreBefore
	diags.Append(c.LogStoreBefore.As(ctx, &was, asGiven)...)
	if diags.HasError() {
		return false
	}
	is, there, err := c.store.Read(ctx)
	if err == nil && !there {
		return true // somebody deleted it: there is nothing to put back
	}
	c.wanted = was.over(is)
	if err == nil && c.storeDifference(is) != "" {
		err = c.store.Settled(ctx, c.client.UpdateLogStore(ctx, project, c.over(is)))
	}
	if !done(&c.store, false, "Restoring", "", err, diags) {
		return false
	}
	mode, _, err := c.metering.Read(ctx)
	if c.MeteringMode = types.StringValue(was.MeteringMode); err == nil && mode != was.MeteringMode {
		err = c.metering.Settled(ctx, c.client.SetMeteringMode(ctx, project, store, was.MeteringMode))
	}
	if !done(&c.metering, false, "Restoring", "", err, diags) {
		return false
	}
	c.index.Difference = func(is string) string {
		if !sls.SameIndex(is, was.Index) {
			return "it is not as it was before"
		}
		return ""
	}
	_, there, err = c.index.Read(ctx)
	switch {
	case err != nil:
	case was.Index != "":
		send := c.client.CreateIndex
		if there {
			send = c.client.UpdateIndex
		}
		err = c.index.Settled(ctx, send(ctx, project, store, was.Index))
	case there:
		if err = c.client.DeleteIndex(ctx, project, store); err == nil {
			err = c.index.Gone(ctx)
		}
	}
	return done(&c.index, c.DescriptionBefore.IsNull(), "Restoring", lifecycle.OutOfState, err, diags)
}

// remove deletes the log store, unless it holds rows that are to be kept.
func (c *archiveOperation) remove(ctx context.Context, diags *diag.Diagnostics) bool {
	project, store := c.Project.ValueString(), c.LogStore.ValueString()
	if !c.ForceDestroy.ValueBool() {
		rows, err := c.client.HasRows(ctx, project, store)
		switch {
		case alicloud.Is(err, alicloud.NotFound):
			return true
		case err != nil:
			diags.Append(diagnostic.Error("Looking for rows in "+c.store.Name, err))
			return false
		case rows:
			diags.AddError("Log store holds rows", fmt.Sprintf(
				"%s holds rows, which would be lost. To delete it with them, set force_destroy = true, apply, and destroy then. To keep it, take the resource out with terraform state rm.", diagnostic.UpperFirst(c.store.Place)))
			return false
		}
	}
	err := c.client.DeleteLogStore(ctx, project, store)
	if err == nil {
		err = c.store.Gone(ctx)
	}
	return done(&c.store, c.AdoptProject.ValueBool() && c.DescriptionBefore.IsNull(), "Deleting", lifecycle.OutOfState, err, diags)
}

// removeProject deletes the project, unless it is not this resource's or holds anything else.
func (c *archiveOperation) removeProject(ctx context.Context, diags *diag.Diagnostics) bool {
	project := c.Project.ValueString()
	holds, err := c.client.Contents(ctx, project, c.LogStore.ValueString())
	switch {
	case alicloud.Is(err, alicloud.NotFound):
		return true
	case err != nil:
		diags.Append(diagnostic.Error("Looking into "+c.project.Name, err))
		return false
	case len(holds) > 0:
		diags.AddWarning(projectStays, fmt.Sprintf("%s is left, for it holds more than the archive: %s. Nothing looks at it any more.", diagnostic.UpperFirst(c.project.Place), strings.Join(holds, ", ")))
		return true
	}
	if err = c.client.DeleteProject(ctx, project); err == nil {
		err = c.project.Gone(ctx)
	}
	return done(&c.project, true, "Deleting", lifecycle.OutOfState, err, diags)
}

// restoreDescription puts back what an adopted project was described as.
func (c *archiveOperation) restoreDescription(ctx context.Context, diags *diag.Diagnostics) bool {
	if c.DescriptionBefore.IsNull() {
		return true
	}
	c.Description = c.DescriptionBefore
	is, there, err := c.project.Read(ctx)
	if err == nil && there && c.projectDifference(is) != "" {
		err = c.project.Settled(ctx, c.client.UpdateProject(ctx, c.Project.ValueString(), c.Description.ValueString()))
	}
	return done(&c.project, true, "Restoring", lifecycle.OutOfState, err, diags)
}

func (m archiveModel) place() string {
	return fmt.Sprintf("the log store %s of project %s in account %s, region %s", m.LogStore.ValueString(), m.Project.ValueString(), m.AccountID.ValueString(), m.Region.ValueString())
}

func (m archiveModel) importCommand() string {
	return fmt.Sprintf("terraform import ADDRESS %s/%s/%s/%s", m.AccountID.ValueString(), m.Region.ValueString(), m.Project.ValueString(), m.LogStore.ValueString())
}

// lacking words what an index lacks.
func lacking(fields []string, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case len(fields) == 0:
		return ""
	}
	return "the index lacks " + strings.Join(fields, ", ")
}
