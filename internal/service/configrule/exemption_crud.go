package configrule

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud"
	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/compliance"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/lifecycle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

// expired reports whether the last day is over.
func expired(lastDay types.String, data *providerdata.Data) bool {
	return compliance.Exemption{Expires: lastDay.ValueString()}.Expired(data.Fleet.Clock().Now())
}

func tooLate(lastDay types.String) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("expires"), "Exemption would be over already", fmt.Sprintf(
		"%s is over in UTC+8, so there is nothing left to acknowledge. Change expires to a later day, or remove the block.", lastDay.ValueString()))
}

// ignoreDate is the service's date for a last day: the first day on which the
// result shows again. lastDayOf is the way back.
func ignoreDate(lastDay string) string { return shifted(lastDay, 1) }

func lastDayOf(ignoreDate string) string { return shifted(ignoreDate, -1) }

func shifted(day string, days int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day // empty: for ever
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}

// exemptionOperation is one create, read, update or delete of an exemption.
type exemptionOperation struct {
	lifecycle.Object[cloudconfig.Result]
	exemptionModel
	api    cloudconfig.Owner
	forget func()
}

func (r *exemptionResource) operation(m exemptionModel, timeout time.Duration, diags *diag.Diagnostics) *exemptionOperation {
	o := &exemptionOperation{
		exemptionModel: m, api: m.api(r.data, diags), forget: func() { r.data.Observed.ForgetConfig(m.AccountID.ValueString()) },
	}
	name := fmt.Sprintf("the exemption of cluster %s in account %s from the Cloud Config rule %s %s", m.ClusterID.ValueString(), m.ResourceAccountID.ValueString(), m.ConfigRuleID.ValueString(), m.place())
	o.Object = lifecycle.Object[cloudconfig.Result]{
		Name: name, Place: name, Kind: "an exemption from a Cloud Config rule", Clock: r.data.Fleet.Clock(), Timeout: timeout,
		Read: o.look, Difference: o.difference,
	}
	return o
}

// is reports whether a result is the one that is acknowledged.
func (e exempted) is(r cloudconfig.Result) bool {
	return r.ResourceID == e.ClusterID.ValueString() && (r.AccountID == "" || r.AccountID == e.ResourceAccountID.ValueString()) && r.Region == e.Region.ValueString()
}

// look finds the result, whatever it is. found is false if there is none, or no such rule.
func (o *exemptionOperation) look(ctx context.Context) (result cloudconfig.Result, found bool, err error) {
	filter := cloudconfig.ResultFilter{RuleID: o.ConfigRuleID.ValueString(), Region: o.Region.ValueString(), AccountID: o.ResourceAccountID.ValueString()}
	err = o.api.Results(ctx, filter, func(r cloudconfig.Result) error {
		if o.is(r) {
			result, found = r, true
		}
		return nil
	})
	return result, found, err
}

// difference lists what of the result is not as planned.
func (o *exemptionOperation) difference(r cloudconfig.Result) string {
	var d differences
	d.Compare("verdict", r.Verdict, cloudconfig.Ignored)
	if r.Verdict == cloudconfig.Ignored {
		d.Compare("expires", lastDayOf(r.IgnoreDate), o.Expires.ValueString())
	}
	return d.String()
}

// notYetError says that a result is not one that can be acknowledged, and never will be of itself.
type notYetError struct{ text string }

func (e *notYetError) Error() string { return e.text }

// acknowledgeable waits for the result to be one that can be acknowledged: the first evaluation takes time.
func (o *exemptionOperation) acknowledgeable(ctx context.Context) (result cloudconfig.Result, err error) {
	err = settle.Until(ctx, o.Clock, o.Timeout, func(ctx context.Context) (string, error) {
		var found bool
		var err error
		result, found, err = o.look(ctx)
		switch {
		case err != nil:
			return "", err
		case !found:
			return "has no result", nil
		}
		switch result.Verdict {
		case cloudconfig.NonCompliant, cloudconfig.Ignored:
			return "", nil
		case cloudconfig.InsufficientData:
			return "is INSUFFICIENT_DATA", nil
		}
		return "", &notYetError{fmt.Sprintf("the result is %s, and only a violation can be acknowledged: remove the block", result.Verdict)}
	})
	return result, err
}

// acknowledge makes the result as planned. fresh: nothing is known of it yet, so that another one's is not overwritten.
func (o *exemptionOperation) acknowledge(ctx context.Context, doing string, fresh bool, diags *diag.Diagnostics) bool {
	is, err := o.acknowledgeable(ctx)
	if err != nil {
		if settle.Interrupted(err) {
			err = fmt.Errorf("nothing was acknowledged: %w", err)
		}
		diags.Append(exemptionError(doing+" "+o.Name, err))
		return false
	}
	if fresh && is.Verdict == cloudconfig.Ignored {
		if difference := o.difference(is); difference != "" {
			diags.AddError("The result is acknowledged already", fmt.Sprintf(
				"%s exists and differs from this block: %s.\n\nImport it to manage it from here on:\n\n  terraform import ADDRESS %s\n\nor take it back in the console.",
				diagnostic.UpperFirst(o.Name), difference, o.importID()))
			return false
		}
		return true
	}
	resource := cloudconfig.Resource{AccountID: o.ResourceAccountID.ValueString(), Region: o.Region.ValueString(), ID: o.ClusterID.ValueString()}
	changed := o.api.Ignore(ctx, o.ConfigRuleID.ValueString(), resource, o.Reason.ValueString(), ignoreDate(o.Expires.ValueString()))
	return o.Stands(doing, lifecycle.ReadNext, o.Settled(ctx, changed), diags)
}

// exemptionError words a failure with what to do about it.
func exemptionError(doing string, err error) diag.Diagnostic {
	d := diagnostic.Error(doing, err)
	if alicloud.Is(err, alicloud.NotFound) {
		return diag.NewErrorDiagnostic(d.Summary(), d.Detail()+"\n\nThere is no such rule: check config_rule_id, and aggregator_id for a rule of an account group.")
	}
	return d
}

func (o *exemptionOperation) importID() string {
	rest := o.Region.ValueString() + "/" + o.ClusterID.ValueString()
	if !o.AggregatorID.IsNull() {
		rest = o.ResourceAccountID.ValueString() + "/" + rest
	}
	return o.owner.importID(o.ConfigRuleID.ValueString() + "/" + rest)
}

// Create implements resource.Resource.
func (r *exemptionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m exemptionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if m.ResourceAccountID.IsUnknown() { // the account was not known when planning
		m.ResourceAccountID = m.AccountID
	}
	o := r.operation(m, timeout, &resp.Diagnostics)
	if expired(m.Expires, r.data) {
		resp.Diagnostics.Append(tooLate(m.Expires))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.forget()

	if o.acknowledge(ctx, "Creating", true, &resp.Diagnostics) {
		scoped.Store(ctx, &resp.State, &m, resp.Identity, m.exempted, &resp.Diagnostics)
	}
}

// Read implements resource.Resource.
func (r *exemptionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m exemptionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	result, found, err := r.read(ctx, o)
	if m.Reason.IsNull() && result.Verdict != cloudconfig.Ignored {
		found = false // an import of what is not acknowledged
	}
	switch {
	case alicloud.Is(err, alicloud.NotFound) || err == nil && !found: // the rule or the cluster is gone, or out of the rule's scope
		scoped.StoreIdentity(ctx, resp.Identity, m.exempted, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.Append(diagnostic.Error("Reading "+o.Name, err))
		return
	}
	m.Verdict = types.StringValue(result.Verdict)
	if result.Verdict == cloudconfig.Ignored {
		m.Expires = value.OrNull(lastDayOf(result.IgnoreDate))
	}
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.exempted, &resp.Diagnostics)
}

// read looks among the acknowledged results of the rule, which many exemptions share, and only for one that is not there at the result itself.
func (r *exemptionResource) read(ctx context.Context, o *exemptionOperation) (cloudconfig.Result, bool, error) {
	ignored, err := r.data.Observed.ConfigIgnored(ctx, o.AccountID.ValueString(), o.AggregatorID.ValueString(), o.ConfigRuleID.ValueString())
	if err != nil {
		return cloudconfig.Result{}, false, err
	}
	for _, result := range ignored {
		if o.is(result) {
			return result, true, nil
		}
	}
	return o.look(ctx)
}

// Update implements resource.Resource.
func (r *exemptionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, before exemptionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
	timeout, diags := m.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.forget()

	if !m.Reason.Equal(before.Reason) || !m.Expires.Equal(before.Expires) || !m.Verdict.Equal(before.Verdict) {
		if expired(m.Expires, r.data) {
			resp.Diagnostics.Append(tooLate(m.Expires))
			return
		}
		if !o.acknowledge(ctx, "Updating", false, &resp.Diagnostics) {
			return
		}
	}
	scoped.Store(ctx, &resp.State, &m, resp.Identity, m.exempted, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *exemptionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m exemptionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	o := r.operation(m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.forget()

	o.Read = func(ctx context.Context) (cloudconfig.Result, bool, error) { // it is there while the result is acknowledged
		result, found, err := o.look(ctx)
		return result, found && result.Verdict == cloudconfig.Ignored, err
	}
	o.Without = func(err error) bool { return alicloud.Is(err, alicloud.NotFound) }
	_, there, err := o.Read(ctx)
	if err == nil && there {
		err = o.api.Revert(ctx, m.ConfigRuleID.ValueString(), cloudconfig.Resource{AccountID: m.ResourceAccountID.ValueString(), Region: m.Region.ValueString(), ID: m.ClusterID.ValueString()})
		if err == nil {
			err = o.Gone(ctx)
		}
	}
	if o.Without(err) {
		return
	}
	o.Stands("Deleting", lifecycle.OutOfState, err, &resp.Diagnostics)
}
