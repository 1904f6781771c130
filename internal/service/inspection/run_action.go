package inspection

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// runTimeout bounds the wait for an inspection; they take minutes.
const runTimeout = 30 * time.Minute

type runAction struct{ data *providerdata.Data }

var _ action.ActionWithConfigure = (*runAction)(nil)

// NewRunAction is the action ackguard_run_cluster_inspection.
func NewRunAction() action.Action { return &runAction{} }

type runModel struct {
	AccountID   types.String   `tfsdk:"account_id"`
	Region      types.String   `tfsdk:"region"`
	ClusterID   types.String   `tfsdk:"cluster_id"`
	ClientToken types.String   `tfsdk:"client_token"`
	Wait        types.Bool     `tfsdk:"wait"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// Metadata implements action.Action.
func (a *runAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_cluster_inspection"
}

// Configure implements action.ActionWithConfigure.
func (a *runAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements action.Action.
func (a *runAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Inspects a cluster now (Terraform 1.14 or later; elsewhere `triggers` of `ackguard_cluster_inspection_schedule` does the same).",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Account of the cluster; the provider's own if not set.", Validators: []validator.String{validate.AccountID()},
			},
			"region": schema.StringAttribute{Optional: true, MarkdownDescription: "Region of the cluster; the provider's if not set."},
			"cluster_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Cluster to inspect.", Validators: []validator.String{validate.ClusterID()},
			},
			"client_token": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Token of up to 64 ASCII characters; the same token starts no second inspection. Without it each invocation starts one.",
				Validators: []validator.String{stringvalidator.LengthBetween(1, 64)},
			},
			"wait": schema.BoolAttribute{Optional: true, MarkdownDescription: "Wait until the inspection is completed and say what it found; true by default."},
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.Block(ctx)},
	}
}

// Invoke implements action.Action.
func (a *runAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m runModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, diags := m.Timeouts.Invoke(ctx, runTimeout)
	resp.Diagnostics.Append(diags...)
	scope := scoped.Of(ctx, a.data, m.AccountID, m.Region, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	client, err := a.data.Fleet.CS(scope)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Preparing the Container Service client", err))
		return
	}
	clusterID, token := m.ClusterID.ValueString(), m.ClientToken.ValueString()
	if token == "" {
		// Unique per invocation, so that an answer that got lost can be asked for again.
		token = rand.Text()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer a.data.Observed.Forget(scope, clusterID)
	reportID, err := client.RunInspect(ctx, clusterID, token)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.Error("Running an inspection of cluster "+clusterID, err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Inspection of cluster %s started, report %s", clusterID, reportID)})
	if m.Wait.IsNull() || m.Wait.ValueBool() {
		a.wait(ctx, client, clusterID, reportID, timeout, resp)
	}
}

// wait looks until the inspection is completed. Its report may not be readable
// at once.
func (a *runAction) wait(ctx context.Context, client *cs.Client, clusterID, reportID string, timeout time.Duration, resp *action.InvokeResponse) {
	var report cs.InspectReport
	err := settle.Until(ctx, a.data.Fleet.Clock(), timeout, func(ctx context.Context) (string, error) {
		var err error
		report, _, err = client.InspectReportDetail(ctx, clusterID, reportID, defaultLanguage)
		switch {
		case cs.IsReportNotFound(err):
			return "cannot be read", nil
		case err == nil && report.Status != "completed":
			return fmt.Sprintf("has status %q", report.Status), nil
		}
		return "", err
	})
	var pending *settle.Pending
	switch {
	case err == nil:
		s := report.Summary
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Inspection of cluster %s completed: %d errors, %d warnings, %d pieces of advice, %d normal",
			clusterID, s.ErrorCount, s.WarnCount, s.AdviceCount, s.NormalCount)})
	case errors.As(err, &pending) && pending.Err == nil:
		resp.Diagnostics.AddError("Inspection is still running",
			fmt.Sprintf("Report %s of cluster %s: %s. The inspection goes on by itself; ackguard_cluster_inspection_report reads it later, or raise timeouts.", reportID, clusterID, err))
	default:
		resp.Diagnostics.Append(diagnostic.Error("Reading the report "+reportID+" of cluster "+clusterID, err))
	}
}
