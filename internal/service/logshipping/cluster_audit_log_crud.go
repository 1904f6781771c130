package logshipping

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// clusterAuditLogOperation is one create, read, update or delete.
type clusterAuditLogOperation struct {
	audit clusterSetting[cs.AuditLog]
	logs  clusterSetting[cs.ControlPlaneLog] // of control_plane_logs
	scope fleet.Scope
	// managed: the block has control_plane_logs.
	managed bool
	forget  func()
}

// operation prepares an operation that is to end with the settings as m has them.
func (r *clusterAuditLogResource) operation(ctx context.Context, m clusterAuditLogModel, timeout time.Duration, diags *diag.Diagnostics) *clusterAuditLogOperation {
	scope, clusterID := fleet.Scope{AccountID: m.AccountID.ValueString(), Region: m.Region.ValueString()}, m.ClusterID.ValueString()
	client, err := r.data.Fleet.CS(scope)
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Container Service client", err))
	}
	c := &clusterAuditLogOperation{
		scope: scope, managed: !m.ControlPlaneLogs.IsNull(),
		forget: func() { r.data.Observed.Forget(scope, clusterID) },
		audit: clusterSetting[cs.AuditLog]{
			Object: settingObject[cs.AuditLog](r.data.Fleet.Clock(), timeout, m, "the audit log", "an audit log"),
			client: client, differ: auditDifference, off: func(is cs.AuditLog) bool { return !is.Enabled },
			send: func(ctx context.Context, log cs.AuditLog) (string, error) {
				return client.UpdateAuditLog(ctx, clusterID, log)
			},
		},
		logs: clusterSetting[cs.ControlPlaneLog]{
			Object: settingObject[cs.ControlPlaneLog](r.data.Fleet.Clock(), timeout, m, "the control-plane logs", "control-plane logs"),
			client: client, differ: logsDifference, off: func(is cs.ControlPlaneLog) bool { return len(is.Components) == 0 },
			send: func(ctx context.Context, log cs.ControlPlaneLog) (string, error) {
				return client.UpdateControlPlaneLog(ctx, clusterID, log)
			},
		},
	}
	c.audit.reading(func(ctx context.Context) (cs.AuditLog, error) { return client.AuditLog(ctx, clusterID) })
	c.logs.reading(func(ctx context.Context) (cs.ControlPlaneLog, error) { return client.ControlPlaneLog(ctx, clusterID) })
	c.audit.expect(m.auditToAPI())
	c.logs.expect(m.logsToAPI(ctx, diags))
	return c
}

// Create implements resource.Resource.
func (r *clusterAuditLogResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m clusterAuditLogModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, clusterLogTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	adopt := m.AdoptExisting.ValueBool()
	// Both are looked at before one is changed, so that a refusal leaves nothing half done.
	if !c.audit.look(ctx, adopt, m.conflict(c.audit.Place, importIt), &resp.Diagnostics) ||
		c.managed && !c.logs.look(ctx, adopt, m.conflict(c.logs.Place, importIt), &resp.Diagnostics) {
		return
	}
	ok := c.audit.establish(ctx, &resp.Diagnostics) && (!c.managed || c.logs.establish(ctx, &resp.Diagnostics))
	if !ok && !c.audit.changed && !c.logs.changed {
		return // nothing was changed that the state has to remember
	}
	if !ok || c.audit.Interrupted || c.logs.Interrupted {
		lifecycle.MarkUnseen(ctx, resp.Private, &resp.Diagnostics)
	}
	if !ok && !c.logs.changed { // they were not reached
		c.managed, c.logs.before, m.ControlPlaneLogs = false, nil, types.ObjectNull(controlPlaneLogTypes)
	}
	c.complete(ctx, &m, &resp.Diagnostics)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *clusterAuditLogResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m clusterAuditLogModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, clusterLogReadTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	clusterID, imported := m.ClusterID.ValueString(), m.Enabled.IsNull()
	err := c.audit.refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cs.AuditLog, error) {
		return r.data.Observed.AuditLog(ctx, c.scope, clusterID)
	}, &resp.Diagnostics)
	var logsErr error
	if !c.audit.gone && err == nil && (c.managed || imported) {
		logsErr = c.logs.refresh(ctx, req.Private, resp.Private, func(ctx context.Context) (cs.ControlPlaneLog, error) {
			return r.data.Observed.ControlPlaneLog(ctx, c.scope, clusterID)
		}, &resp.Diagnostics)
	}
	switch {
	case c.audit.gone || c.logs.gone:
		// Asked in the cluster's own account and region: it is gone.
		scoped.StoreIdentity(ctx, resp.Identity, m.clusterAuditLogIdentity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+c.audit.Name, err))
		return
	case logsErr != nil && imported:
		// Not every cluster has them, and not everybody who imports wants them.
		d := diagnostic.Error("Reading "+c.logs.Name, logsErr)
		resp.Diagnostics.AddWarning("Control-plane logs of a cluster were not imported", d.Summary()+"\n\n"+d.Detail())
	case logsErr != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+c.logs.Name, logsErr))
		return
	}
	m.auditFromAPI(c.audit.seen)
	if c.managed || imported && logsErr == nil && len(c.logs.seen.Components) > 0 {
		m.logsFromAPI(ctx, c.logs.seen, &resp.Diagnostics)
	}
	m.Logstore = auditLogstore(m.ClusterID)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Update implements resource.Resource.
func (r *clusterAuditLogResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, stored clusterAuditLogModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &stored)...)
	timeout, diags := m.Timeouts.Update(ctx, clusterLogTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	was := stored.logsToAPI(ctx, &resp.Diagnostics)
	c.recall(ctx, stored, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	added, taken := c.managed && stored.ControlPlaneLogs.IsNull(), !c.managed && !stored.ControlPlaneLogs.IsNull()
	if added && !c.logs.look(ctx, m.AdoptExisting.ValueBool(), m.conflict(c.logs.Place, ""), &resp.Diagnostics) {
		return
	}
	if c.audit.Difference(stored.auditToAPI()) != "" && !c.audit.Stands("Changing", lifecycle.ReadNext, c.audit.change(ctx), &resp.Diagnostics) {
		return
	}
	ok := true
	switch {
	case added:
		if ok = c.logs.establish(ctx, &resp.Diagnostics); !ok && c.logs.changed {
			// What the state had it has still, and what was there before besides.
			c.remember(ctx, &stored, &resp.Diagnostics)
			stored.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
		}
	case taken:
		ok = c.logs.restore(ctx, was, &resp.Diagnostics)
		c.logs.before = nil
	case c.managed && c.logs.Difference(was) != "":
		ok = c.logs.Stands("Changing", lifecycle.ReadNext, c.logs.change(ctx), &resp.Diagnostics)
	}
	if !ok {
		return
	}
	c.complete(ctx, &m, &resp.Diagnostics)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *clusterAuditLogResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m clusterAuditLogModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, clusterLogTimeout)
	resp.Diagnostics.Append(diags...)
	c := r.operation(ctx, m, timeout, &resp.Diagnostics)
	stored := m.logsToAPI(ctx, &resp.Diagnostics)
	c.recall(ctx, m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer c.forget()

	if c.managed && !c.logs.restore(ctx, stored, &resp.Diagnostics) {
		return
	}
	c.audit.restore(ctx, m.auditToAPI(), &resp.Diagnostics)
}

// complete fills what a plan leaves to the service.
func (c *clusterAuditLogOperation) complete(ctx context.Context, m *clusterAuditLogModel, diags *diag.Diagnostics) {
	c.remember(ctx, m, diags)
	if m.Project.IsUnknown() {
		m.Project = value.OrNull(c.audit.seen.Project)
	}
	if !c.managed {
		return
	}
	logs := m.logs(ctx, diags)
	if logs.Project.IsUnknown() {
		logs.Project = value.OrNull(c.logs.seen.Project)
	}
	m.setLogs(ctx, logs, diags)
}

// recall takes from the state what was there before.
func (c *clusterAuditLogOperation) recall(ctx context.Context, m clusterAuditLogModel, diags *diag.Diagnostics) {
	if !m.AuditLogBefore.IsNull() {
		var b auditLogBefore
		diags.Append(m.AuditLogBefore.As(ctx, &b, basetypes.ObjectAsOptions{})...)
		c.audit.before = &original[cs.AuditLog]{cs.AuditLog{Enabled: b.Enabled.ValueBool(), Project: b.Project.ValueString()}, b.Certain.ValueBool()}
	}
	if !m.LogsBefore.IsNull() {
		var b controlPlaneLogsBefore
		diags.Append(m.LogsBefore.As(ctx, &b, basetypes.ObjectAsOptions{})...)
		c.logs.before = &original[cs.ControlPlaneLog]{b.toAPI(ctx, diags), b.Certain.ValueBool()}
	}
}

// remember puts it there.
func (c *clusterAuditLogOperation) remember(ctx context.Context, m *clusterAuditLogModel, diags *diag.Diagnostics) {
	var d diag.Diagnostics
	m.AuditLogBefore, m.LogsBefore = types.ObjectNull(auditLogBeforeTypes), types.ObjectNull(controlPlaneLogsBeforeTypes)
	if b := c.audit.before; b != nil {
		m.AuditLogBefore, d = types.ObjectValueFrom(ctx, auditLogBeforeTypes, auditLogBefore{types.BoolValue(b.was.Enabled), value.OrNull(b.was.Project), types.BoolValue(b.certain)})
		diags.Append(d...)
	}
	if b := c.logs.before; b != nil {
		var logs controlPlaneLogs
		logs.fromAPI(ctx, b.was, diags)
		m.LogsBefore, d = types.ObjectValueFrom(ctx, controlPlaneLogsBeforeTypes, controlPlaneLogsBefore{logs, types.BoolValue(b.certain)})
		diags.Append(d...)
	}
}

// importIt is how to go on with a cluster that is in no state yet.
const importIt = "Import it to manage it from here on:\n\n  terraform import ADDRESS %s/%s/%s\n\nor set"

// conflict refuses to overwrite what somebody has set, and says how to go on.
func (m clusterAuditLogModel) conflict(place, otherwise string) func(difference string) diag.Diagnostic {
	how := "Make the block equal, or set"
	if otherwise != "" {
		how = fmt.Sprintf(otherwise, m.AccountID.ValueString(), m.Region.ValueString(), m.ClusterID.ValueString())
	}
	return func(difference string) diag.Diagnostic {
		return diag.NewErrorDiagnostic("Cluster has other log settings", fmt.Sprintf("%s: what is there differs from this block: %s.\n\n"+
			"%s adopt_existing = true to overwrite it now and put it back on destroy.", diagnostic.UpperFirst(place), difference, how))
	}
}

// auditDifference lists what two audit logs differ in. Where one goes while it is off does not matter.
func auditDifference(is, wanted cs.AuditLog) string {
	var parts []string
	if is.Enabled != wanted.Enabled {
		parts = append(parts, fmt.Sprintf("enabled is %t, not %t", is.Enabled, wanted.Enabled))
	}
	if is.Enabled && wanted.Enabled && wanted.Project != "" && is.Project != wanted.Project {
		parts = append(parts, fmt.Sprintf("project is %q, not %q", is.Project, wanted.Project))
	}
	return strings.Join(parts, "; ")
}

// logsDifference lists what two sets of control-plane logs differ in. Where none is collected, the rest does not matter.
func logsDifference(is, wanted cs.ControlPlaneLog) string {
	var parts []string
	if a, b := sorted(is.Components), sorted(wanted.Components); !slices.Equal(a, b) {
		parts = append(parts, fmt.Sprintf("control_plane_logs.components is %q, not %q", a, b))
	}
	if len(is.Components) > 0 && len(wanted.Components) > 0 {
		if wanted.TTLDays != 0 && is.TTLDays != wanted.TTLDays {
			parts = append(parts, fmt.Sprintf("control_plane_logs.ttl_days is %d, not %d", is.TTLDays, wanted.TTLDays))
		}
		if wanted.Project != "" && is.Project != wanted.Project {
			parts = append(parts, fmt.Sprintf("control_plane_logs.project is %q, not %q", is.Project, wanted.Project))
		}
	}
	return strings.Join(parts, "; ")
}

func sorted(items []string) []string {
	items = slices.Clone(items)
	slices.Sort(items)
	return slices.Compact(items)
}

func (m clusterAuditLogModel) auditToAPI() cs.AuditLog {
	return cs.AuditLog{Enabled: m.Enabled.ValueBool(), Project: m.Project.ValueString()}
}

func (m *clusterAuditLogModel) auditFromAPI(log cs.AuditLog) {
	m.Enabled = types.BoolValue(log.Enabled)
	if log.Enabled || m.Project.IsNull() {
		m.Project = value.OrNull(log.Project)
	}
}

// controlPlaneLogTypes are those of controlPlaneLogs.
var controlPlaneLogTypes = map[string]attr.Type{"components": types.SetType{ElemType: types.StringType}, "ttl_days": types.Int64Type, "project": types.StringType}

var (
	auditLogBeforeTypes         = map[string]attr.Type{"enabled": types.BoolType, "project": types.StringType, "certain": types.BoolType}
	controlPlaneLogsBeforeTypes = map[string]attr.Type{"components": types.SetType{ElemType: types.StringType}, "ttl_days": types.Int64Type, "project": types.StringType, "certain": types.BoolType}
)

// logs is control_plane_logs, or one without anything.
func (m clusterAuditLogModel) logs(ctx context.Context, diags *diag.Diagnostics) controlPlaneLogs {
	logs := controlPlaneLogs{Components: types.SetNull(types.StringType)}
	if !m.ControlPlaneLogs.IsNull() {
		diags.Append(m.ControlPlaneLogs.As(ctx, &logs, basetypes.ObjectAsOptions{})...)
	}
	return logs
}

func (m *clusterAuditLogModel) setLogs(ctx context.Context, logs controlPlaneLogs, diags *diag.Diagnostics) {
	var d diag.Diagnostics
	m.ControlPlaneLogs, d = types.ObjectValueFrom(ctx, controlPlaneLogTypes, logs)
	diags.Append(d...)
}

func (m clusterAuditLogModel) logsToAPI(ctx context.Context, diags *diag.Diagnostics) cs.ControlPlaneLog {
	return m.logs(ctx, diags).toAPI(ctx, diags)
}

func (logs controlPlaneLogs) toAPI(ctx context.Context, diags *diag.Diagnostics) cs.ControlPlaneLog {
	log := cs.ControlPlaneLog{TTLDays: logs.TTLDays.ValueInt64(), Project: logs.Project.ValueString()}
	diags.Append(logs.Components.ElementsAs(ctx, &log.Components, false)...)
	slices.Sort(log.Components)
	return log
}

func (m *clusterAuditLogModel) logsFromAPI(ctx context.Context, log cs.ControlPlaneLog, diags *diag.Diagnostics) {
	logs := m.logs(ctx, diags)
	logs.fromAPI(ctx, log, diags)
	m.setLogs(ctx, logs, diags)
}

// fromAPI keeps what an answer without components does not say.
func (logs *controlPlaneLogs) fromAPI(ctx context.Context, log cs.ControlPlaneLog, diags *diag.Diagnostics) {
	components, d := types.SetValueFrom(ctx, types.StringType, append([]string{}, log.Components...))
	diags.Append(d...)
	logs.Components = components
	on := len(log.Components) > 0
	if on || logs.Project.IsNull() {
		logs.Project = value.OrNull(log.Project)
	}
	if (on || logs.TTLDays.IsNull()) && log.TTLDays != 0 {
		logs.TTLDays = types.Int64Value(log.TTLDays)
	}
}

func (m clusterAuditLogModel) store(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	scoped.Store(ctx, state, &m, identity, m.clusterAuditLogIdentity, diags)
}
