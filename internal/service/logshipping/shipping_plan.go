package logshipping

import (
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *shippingResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m shippingModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !resp.Diagnostics.HasError() {
		m.checkBlock(ctx, &resp.Diagnostics)
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *shippingResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil || req.Plan.Raw.IsNull() {
		return
	}
	var was *shippingModel
	if !req.State.Raw.IsNull() {
		was = &shippingModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, was)...)
		if was.Region.IsNull() {
			resp.Diagnostics.AddError("State was moved and not refreshed",
				"This object was moved from the official provider, and its region is not known before it is read: plan again without -refresh=false.")
			return
		}
	}
	scoped.ModifyPlan(ctx, r.data, req, resp)
	var m shippingModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	given := argumentsOf(req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if given.lacks("cluster_name") && (m.PassThrough.ValueBool() || was != nil && was.PassThrough.ValueBool()) {
		m.ClusterName = types.StringUnknown() // rows begin to carry it, or cease to
	}
	r.planFound(ctx, &m, given)
	if m.DisplayName.IsUnknown() || given.lacks("display_name") {
		m.DisplayName = m.Name
	}
	m.planScript(ctx, &resp.Diagnostics)
	if m.checkPlan(ctx, r.data.SkipRegionValidation, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	m.planResults(ctx, was, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.warnRetention(ctx, was, &resp.Diagnostics)
	r.checkLive(ctx, m, was, &resp.Diagnostics)
}

// arguments are those of a block, known or not. Reading the block into a model is a fourth of what planning costs.
type arguments map[string]tftypes.Value

func argumentsOf(config tfsdk.Config, diags *diag.Diagnostics) (all arguments) {
	if err := config.Raw.As((*map[string]tftypes.Value)(&all)); err != nil {
		diags.AddError("Reading the block failed", err.Error())
	}
	return all
}

func (a arguments) lacks(name string) bool { return a[name].IsNull() }

func (m shippingModel) scope() fleet.Scope {
	return fleet.Scope{AccountID: m.AccountID.ValueString(), Region: m.Region.ValueString()}
}

// planFound puts into the plan what is left to the service and certain already: what cannot be read, or is not there
// yet, an apply may make before it gets here.
func (r *shippingResource) planFound(ctx context.Context, m *shippingModel, given arguments) {
	known := set(m.AccountID) && set(m.Region) && set(m.ClusterID) && set(m.Source) && !m.Component.IsUnknown()
	name, wantsName := types.StringNull(), m.ClusterName.IsUnknown() && given.lacks("cluster_name")
	var reads sync.WaitGroup
	if wantsName {
		planned := *m
		reads.Go(func() { name = r.plannedClusterName(ctx, planned, known) })
	}
	r.planPlace(ctx, m, given, known)
	if m.Name.IsUnknown() && given.lacks("name") && set(m.Source) && !m.Component.IsUnknown() && !m.ClusterID.IsUnknown() {
		if custom := m.Source.ValueString() == sourceCustom; !custom || set(m.LogStore) {
			m.Name = m.defaultName()
		}
	}
	if reads.Wait(); wantsName {
		m.ClusterName = name
	}
}

// planPlace puts the project and the Logstore into the plan. known: the cluster and the kind of its logs are.
func (r *shippingResource) planPlace(ctx context.Context, m *shippingModel, given arguments, known bool) {
	if known && m.Project.IsUnknown() && given.lacks("project") {
		if log, err := r.data.Observed.AuditLog(ctx, m.scope(), m.ClusterID.ValueString()); err == nil && log.Enabled && log.Project != "" {
			m.Project = types.StringValue(log.Project)
		}
	}
	if known && m.LogStore.IsUnknown() && given.lacks("logstore") {
		if name := knownStore(m.Source.ValueString(), m.Component.ValueString(), m.ClusterID.ValueString()); name != "" {
			m.LogStore = types.StringValue(name)
		} else if set(m.Project) {
			if stores, err := r.data.Observed.LogStores(ctx, m.scope(), m.Project.ValueString()); err == nil {
				if name, err := inspectionStore(stores, m.ClusterID.ValueString()); err == nil {
					m.LogStore = types.StringValue(name)
				}
			}
		}
	}
}

// plannedClusterName is the cluster's name, as far as it can be read; null where rows do not carry one.
func (r *shippingResource) plannedClusterName(ctx context.Context, m shippingModel, known bool) types.String {
	if m.PassThrough.ValueBool() || m.ClusterID.IsNull() {
		return types.StringNull()
	}
	if !known || m.PassThrough.IsUnknown() {
		return types.StringUnknown()
	}
	cluster, err := r.data.Observed.ClusterDetail(ctx, m.scope(), m.ClusterID.ValueString())
	if err != nil {
		return types.StringUnknown()
	}
	return value.OrNull(cluster.Name)
}

// defaultName is the job's name where none is given; unknown where that cannot be one.
func (m shippingModel) defaultName() types.String {
	name := defaultJobName(m.Source.ValueString(), m.Component.ValueString(), m.ClusterID.ValueString(), m.LogStore.ValueString())
	if name == "" {
		return types.StringUnknown()
	}
	return types.StringValue(name)
}

// planResults says which results of the last apply hold on: those of one that this plan does not touch.
func (m *shippingModel) planResults(ctx context.Context, was *shippingModel, diags *diag.Diagnostics) {
	if !m.AdoptExisting.IsUnknown() && !m.AdoptExisting.ValueBool() {
		m.JobBefore = types.StringNull()
	} else if was != nil {
		m.JobBefore = was.JobBefore
	}
	retained := was != nil && m.SourceRetention.Equal(was.SourceRetention)
	if retained {
		m.IndexBefore = was.IndexBefore
	} else {
		m.IndexBefore = types.StringUnknown()
	}
	if retained && m.sameJob(ctx, *was, diags) && m.Enabled.Equal(was.Enabled) && m.Verify.Equal(was.Verify) && m.VerifyTriggers.Equal(was.VerifyTriggers) {
		m.Verified, m.Verification, m.LagSeconds, m.Status = was.Verified, was.Verification, was.LagSeconds, was.Status
		return
	}
	m.Verified, m.Verification, m.LagSeconds, m.Status = types.BoolUnknown(), types.StringUnknown(), types.Int64Unknown(), types.StringUnknown()
}

// sameJob reports whether two models stand for the same job.
func (m shippingModel) sameJob(ctx context.Context, was shippingModel, diags *diag.Diagnostics) bool {
	archive := m.archive(ctx, diags)
	for _, v := range []types.String{m.Name, m.DisplayName, m.Description, m.LogStore, m.SourceRoleARN, m.DestinationRoleARN, m.Script, archive.AccountID, archive.Region, archive.Project, archive.LogStore} {
		if v.IsUnknown() {
			return false
		}
	}
	return m.Archive.Equal(was.Archive) && jobDifference(was.toJob(ctx, diags), m.toJob(ctx, diags)) == ""
}

// checkLive looks at what there is, where the plan makes the job or changes what is to be looked at. It is a look
// ahead: what cannot be read is for the apply to find, with a warning where that is for want of a right.
func (r *shippingResource) checkLive(ctx context.Context, m shippingModel, was *shippingModel, diags *diag.Diagnostics) {
	var denied refusals
	creates := was == nil
	if set(m.Project) && set(m.LogStore) && set(m.AccountID) && (creates || !m.SourceRetention.Equal(was.SourceRetention)) {
		m.checkSource(ctx, r.sourceFacts(ctx, m, m.retention(ctx, diags), creates, &denied), creates, diags)
	}
	if archive := m.archive(ctx, diags); set(archive.AccountID) && set(archive.Region) && set(archive.Project) && (creates || !m.Archive.Equal(was.Archive)) {
		r.checkArchive(ctx, archive, m.Region, &denied, diags)
	}
	denied.warn(diags)
}

// sourceFacts reads what the checks of a source ask for.
func (r *shippingResource) sourceFacts(ctx context.Context, m shippingModel, wanted retentionModel, creates bool, denied *refusals) (is sourceFacts) {
	scope, project, name := m.scope(), m.Project.ValueString(), m.LogStore.ValueString()
	var noStore, noMode, noJobs error
	var reads sync.WaitGroup
	if set(wanted.Days) {
		reads.Go(func() {
			var store sls.LogStore
			var found bool
			if store, found, noStore = r.data.Observed.LogStore(ctx, scope, project, name); noStore == nil && found {
				is.store = &store
			}
		})
	}
	if set(wanted.IndexEnabled) && !wanted.IndexEnabled.ValueBool() {
		reads.Go(func() { is.metering, noMode = r.data.Observed.LogMeteringMode(ctx, scope, project, name) })
	}
	if creates {
		reads.Go(func() {
			var jobs []sls.Job
			jobs, noJobs = r.data.Observed.LogJobs(ctx, scope, project)
			for _, job := range jobs {
				is.jobs = append(is.jobs, job.Name)
			}
		})
	}
	reads.Wait()
	for _, err := range []error{noStore, noMode, noJobs} {
		denied.note(err)
	}
	return is
}

// refusals are calls that were refused for want of a right.
type refusals []string

// note reports whether a call succeeded.
func (r *refusals) note(err error) bool {
	if alicloud.Is(err, alicloud.Denied) {
		*r = append(*r, diagnostic.Error("", err).Detail())
	}
	return err == nil
}

// notLookedAt is the same for every resource, so that the CLI shows a fleet's warnings as one.
const notLookedAt = "Source or archive could not be looked at before the apply"

func (r refusals) warn(diags *diag.Diagnostics) {
	if len(r) > 0 {
		diags.AddWarning(notLookedAt, "The plan does not know whether the project has room for another job, how the source is kept and charged, or where the archive is, as far as these calls were refused. The apply goes on without:\n\n"+strings.Join(r, "\n\n"))
	}
}

// checkArchive looks for the archive's project. One that is nowhere may be made by the same apply.
func (r *shippingResource) checkArchive(ctx context.Context, archive sinkModel, region types.String, denied *refusals, diags *diag.Diagnostics) {
	says, looked := archive.Region.ValueString(), map[string]bool{"": true}
	for _, at := range []string{says, region.ValueString(), r.data.Fleet.Region()} {
		if looked[at] {
			continue
		}
		looked[at] = true
		project, there, err := r.data.Observed.LogProject(ctx, fleet.Scope{AccountID: archive.AccountID.ValueString(), Region: at}, archive.Project.ValueString())
		if !denied.note(err) {
			return
		}
		if there {
			if project.Region != "" && project.Region != says {
				archiveElsewhere(archive.Project.ValueString(), project.Region, says, diags)
			}
			return
		}
	}
}
