package scan

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// operation is one create, read, update or delete of a policy.
type operation struct {
	component
	data    *providerdata.Data
	scope   fleet.Scope
	names   names
	options cluster.Options
	forget  func()
	before  found
	api     *cluster.Client // nil until it is needed; see connect
}

// operation prepares an operation on the policy that m is.
func (r *policyResource) operation(ctx context.Context, m policyModel, timeout time.Duration, diags *diag.Diagnostics) *operation {
	scope, clusterID := fleet.Scope{AccountID: m.AccountID.ValueString(), Region: m.Region.ValueString()}, m.ClusterID.ValueString()
	client, err := r.data.Fleet.CS(scope)
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Container Service client", err))
	}
	return &operation{
		component: component{client: client, clock: r.data.Fleet.Clock(), timeout: timeout, clusterID: clusterID, name: m.ComponentName.ValueString()},
		data:      r.data, scope: scope, names: m.names(ctx, diags), options: options(ctx, m.Connection, r.data, timeout, diags), before: m.before(ctx, diags),
		// What other data sources read of the cluster in this run does not hold after a change.
		forget: func() { r.data.Observed.Forget(scope, clusterID) },
	}
}

// connect opens the client of the cluster's API, once: each one asks for a kubeconfig.
func (o *operation) connect(ctx context.Context) (*cluster.Client, error) {
	if o.api != nil {
		return o.api, nil
	}
	client, err := cluster.Connect(ctx, issuer{o.client, o.data, o.scope}, o.clusterID, o.options)
	if err != nil {
		return nil, err
	}
	o.api = client
	return client, nil
}

// close gives up what connect has opened.
func (o *operation) close() {
	if o.api != nil {
		o.api.Close()
	}
}

func (o *operation) policyName() string { return "the scan policy of cluster " + o.clusterID }

// Create implements resource.Resource.
func (r *policyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m policyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(ctx, m, timeout, &resp.Diagnostics)
	want := m.policy(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.close()
	defer o.forget()

	changed := o.establish(ctx, &m, want, &resp.Diagnostics)
	if !changed && resp.Diagnostics.HasError() {
		return
	}
	if !resp.Diagnostics.HasError() {
		o.runTriggered(ctx, &m, &resp.Diagnostics)
	}
	m.known()
	m.Before = o.before.object(ctx, &resp.Diagnostics)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Read implements resource.Resource.
func (r *policyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m policyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.close()

	scoped.StoreIdentity(ctx, resp.Identity, m.policyIdentity, &resp.Diagnostics)
	present, err := o.refresh(ctx, &m, &resp.Diagnostics)
	switch {
	case unreachable(err) && m.OnUnreachable.ValueString() == unreachableKeeps && !m.Dialect.IsNull():
		d := o.explain("Reading "+o.policyName(), err)
		// The same for every cluster, so that the CLI shows a fleet's warnings as one.
		resp.Diagnostics.AddWarning("Scan policy could not be read; its state stays as it was", d.Summary()+"\n\n"+d.Detail()+"\n\non_unreachable is \"keep_state\": drift is not seen until the cluster answers.")
	case err != nil:
		resp.Diagnostics.Append(o.explain("Reading "+o.policyName(), err))
	case !present:
		resp.State.RemoveResource(ctx)
	default:
		m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
	}
}

// Update implements resource.Resource.
func (r *policyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, stored policyModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &stored)...)
	timeout, diags := m.Timeouts.Update(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(ctx, m, timeout, &resp.Diagnostics)
	o.before = stored.before(ctx, &resp.Diagnostics)
	want := m.policy(ctx, &resp.Diagnostics)
	if !m.WhiteList.IsNull() { // a list that is declared no more is nobody's: what was added goes, and the rest stays
		want.Dropped = dropped(stored.exemptions(ctx, &resp.Diagnostics), want.Exemptions)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.close()
	defer o.forget()

	if !m.Before.IsUnknown() && !m.Installed.IsUnknown() { // nothing that is in the cluster changes
		if m.LastScanJob.IsUnknown() {
			o.runTriggered(ctx, &m, &resp.Diagnostics)
		}
		if resp.Diagnostics.HasError() {
			// The old triggers stay in the state, so the next apply runs it.
			m.Triggers, m.LastScanJob = stored.Triggers, stored.LastScanJob
		}
		m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
		return
	}
	planned := m
	changed := o.establish(ctx, &m, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		if changed { // what the state had it has still, and what was found besides
			stored.Before = o.before.object(ctx, &resp.Diagnostics)
			stored.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
		}
		return
	}
	if o.runTriggered(ctx, &m, &resp.Diagnostics); resp.Diagnostics.HasError() {
		m.Triggers, m.LastScanJob = stored.Triggers, stored.LastScanJob
	}
	m.known()
	m.asPlanned(planned)
	m.Before = o.before.object(ctx, &resp.Diagnostics)
	m.store(ctx, &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *policyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m policyModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.close()
	defer o.forget()

	var err error
	doing := "Restoring what was before " + o.policyName()
	if m.Uninstall.ValueBool() {
		doing = "Uninstalling the component of " + o.policyName()
		err = o.remove(ctx)
	} else {
		err = o.restore(ctx)
	}
	if err != nil && !cs.IsClusterNotFound(err) && !isAbsent(err) {
		resp.Diagnostics.Append(o.explain(doing, err))
	}
}

// dropped are the entries that a policy had and has no more.
func dropped(had, has []inspector.Exemption) (gone []inspector.Exemption) {
	for _, e := range had {
		kept := false
		for _, other := range has {
			kept = kept || e.Same(other)
		}
		if !kept {
			gone = append(gone, e)
		}
	}
	return gone
}

// ofComponent are the texts that the component decides.
func (m *policyModel) ofComponent() []*types.String {
	return []*types.String{&m.ComponentName, &m.Dialect, &m.ConfigNamespace, &m.ConfigKey, &m.CronJobNamespace, &m.Installed}
}

// known gives what no answer came for a value: the state cannot hold unknown ones.
func (m *policyModel) known() {
	for _, text := range append(m.ofComponent(), &m.LastScanJob) {
		if text.IsUnknown() {
			*text = types.StringNull()
		}
	}
	if m.Unsupported.IsUnknown() {
		m.Unsupported = stringSet(nil)
	}
}

// asPlanned keeps what the plan knew: the component may have been upgraded since, which the next refresh shows.
func (m *policyModel) asPlanned(planned policyModel) {
	was := planned.ofComponent()
	for i, text := range m.ofComponent() {
		if !was[i].IsUnknown() {
			*text = *was[i]
		}
	}
	if !planned.Unsupported.IsUnknown() {
		m.Unsupported = planned.Unsupported
	}
}

// fromComponent puts what is installed into the model. The version asked for keeps its spelling where it is the one.
func (m *policyModel) fromComponent(a cs.Addon) {
	m.ComponentName, m.Installed = value.OrNull(a.Name), value.OrNull(a.Version)
	if !m.ComponentVersion.IsNull() && !inspector.SameVersion(a.Version, m.ComponentVersion.ValueString()) {
		m.ComponentVersion = m.Installed
	}
}

// fromObjects puts where the objects are into the model.
func (m *policyModel) fromObjects(l live, key string, dialect inspector.Dialect) {
	m.Dialect, m.ConfigKey = types.StringValue(string(dialect)), types.StringValue(key)
	m.ConfigNamespace, m.CronJobNamespace = types.StringValue(l.configMap.GetNamespace()), types.StringNull()
	if l.cronJob != nil {
		m.CronJobNamespace = types.StringValue(l.cronJob.GetNamespace())
	}
}

// place names the cluster in messages.
func (o *operation) place() string {
	return fmt.Sprintf("cluster %s in account %s, region %s", o.clusterID, o.scope.AccountID, o.scope.Region)
}

// explain words an error, those of the configuration among them.
func (o *operation) explain(doing string, err error) diag.Diagnostic {
	return explained(doing, o.place(), err)
}
