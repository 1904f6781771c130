package scan

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/settle"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// runTimeout bounds the wait for a scan; they take minutes.
const runTimeout = 30 * time.Minute

type runAction struct{ data *providerdata.Data }

var _ action.ActionWithConfigure = (*runAction)(nil)

// NewRunAction is the action ackguard_run_scan.
func NewRunAction() action.Action { return &runAction{} }

type runModel struct {
	AccountID        types.String   `tfsdk:"account_id"`
	Region           types.String   `tfsdk:"region"`
	ClusterID        types.String   `tfsdk:"cluster_id"`
	Connection       types.Object   `tfsdk:"cluster_connection"`
	CronJobName      types.String   `tfsdk:"cron_job_name"`
	CronJobNamespace types.String   `tfsdk:"cron_job_namespace"`
	Token            types.String   `tfsdk:"token"`
	Wait             types.Bool     `tfsdk:"wait"`
	Timeouts         timeouts.Value `tfsdk:"timeouts"`
}

// Metadata implements action.Action.
func (a *runAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_scan"
}

// Configure implements action.ActionWithConfigure.
func (a *runAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements action.Action.
func (a *runAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Scans the workloads of a cluster now (Terraform 1.14 or later; elsewhere `triggers` of `ackguard_scan_policy` does the same): it makes a Job of the component's CronJob, over the cluster's own API. " +
			"The component runs one scan at a time: while one is active, none is started, and a warning says so.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Account of the cluster; the provider's own if not set.", Validators: []validator.String{validate.AccountID()}},
			"region":     schema.StringAttribute{Optional: true, MarkdownDescription: "Region of the cluster; the provider's if not set."},
			"cluster_id": schema.StringAttribute{Required: true, MarkdownDescription: "Cluster to scan.", Validators: []validator.String{validate.ClusterID()}},
			"cluster_connection": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: connectionText,
				Attributes: map[string]schema.Attribute{
					"endpoint":        schema.StringAttribute{Optional: true, MarkdownDescription: endpointText, Validators: endpoints()},
					"proxy_url":       schema.StringAttribute{Optional: true, MarkdownDescription: proxyText, Validators: []validator.String{proxyValidator{}}},
					"kubeconfig_path": schema.StringAttribute{Optional: true, MarkdownDescription: kubeconfigText, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
				},
			},
			"cron_job_name":      schema.StringAttribute{Optional: true, MarkdownDescription: "Name of the CronJob; `" + inspector.CronJobName + "` if not set.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
			"cron_job_namespace": schema.StringAttribute{Optional: true, MarkdownDescription: "Its namespace; looked for if not set.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
			"token":              schema.StringAttribute{Optional: true, MarkdownDescription: "Text of your own; the same one starts no second scan while the first one's Job is there. Without it each invocation starts one.", Validators: []validator.String{stringvalidator.LengthBetween(1, 64)}},
			"wait":               schema.BoolAttribute{Optional: true, MarkdownDescription: "Wait until the scan has ended; true by default. Results show in `ackguard_scan_report`, a little later."},
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
	o := a.operation(ctx, m, timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer o.close()
	doing := "Scanning cluster " + o.clusterID
	installed, found, err := o.read(ctx)
	if err == nil && !found {
		err = &absentError{o.clusterID}
	}
	if err != nil {
		resp.Diagnostics.Append(o.explain(doing, err))
		return
	}
	client, err := o.connect(ctx)
	if err != nil {
		resp.Diagnostics.Append(o.explain(doing, err))
		return
	}
	cronJob, err := o.cronJob(ctx, client, o.names.cronJobNamespace, installed.Version)
	if err != nil {
		resp.Diagnostics.Append(o.explain(doing, err))
		return
	}
	// Unique per invocation, so that an answer that got lost starts no second scan.
	suffix := runSuffix(map[string]string{"token": cmp.Or(m.Token.ValueString(), rand.Text())})
	job, running, err := o.run(ctx, client, cronJob, suffix)
	switch {
	case err != nil:
		resp.Diagnostics.Append(o.explain(doing, err))
	case running:
		resp.Diagnostics.AddWarning(scanRuns, o.alreadyRuns(job))
	default:
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Scan of cluster %s started, Job %s/%s", o.clusterID, job.GetNamespace(), job.GetName())})
		if m.Wait.IsNull() || m.Wait.ValueBool() {
			o.waitForScan(ctx, client, job, resp)
		}
	}
}

func (a *runAction) operation(ctx context.Context, m runModel, timeout time.Duration, diags *diag.Diagnostics) *operation {
	scope := scoped.Of(ctx, a.data, m.AccountID, m.Region, diags)
	if diags.HasError() {
		return nil
	}
	client, err := a.data.Fleet.CS(scope)
	if err != nil {
		diags.Append(diagnostic.Error("Preparing the Container Service client", err))
		return nil
	}
	return &operation{
		component: component{client: client, clock: a.data.Fleet.Clock(), timeout: timeout, clusterID: m.ClusterID.ValueString()},
		data:      a.data, scope: scope, names: names{cronJob: m.CronJobName.ValueString(), cronJobNamespace: m.CronJobNamespace.ValueString()},
		options: options(ctx, m.Connection, a.data, timeout, diags),
	}
}

// waitForScan looks until the Job has ended.
func (o *operation) waitForScan(ctx context.Context, client *cluster.Client, job *cluster.Object, resp *action.InvokeResponse) {
	name := job.GetNamespace() + "/" + job.GetName()
	gone, failure := false, ""
	err := settle.Until(ctx, o.clock, o.timeout, func(ctx context.Context) (string, error) {
		is, err := client.Get(ctx, cluster.Jobs, job.GetNamespace(), job.GetName())
		switch {
		case cluster.Is(err, cluster.NotFound): // its time to live after the end may be short
			gone = true
			return "", nil
		case err != nil:
			return "", err
		case active(*is):
			return "is active", nil
		}
		failure = failureOf(*is)
		return "", nil
	})
	var pending *settle.Pending
	switch {
	case errors.As(err, &pending) && pending.Err == nil:
		resp.Diagnostics.AddError("Scan is still running", fmt.Sprintf("The Job %s of %s: %s. The scan goes on by itself; ackguard_scan_report reads its results later, or raise timeouts.", name, o.place(), err))
	case err != nil:
		resp.Diagnostics.Append(o.explain("Waiting for the Job "+name+" of cluster "+o.clusterID, err))
	case failure != "":
		resp.Diagnostics.AddError("Scan failed", fmt.Sprintf("The Job %s of %s has failed: %s. Look at the log of its Pods.", name, o.place(), failure))
	case gone:
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("The Job %s of cluster %s is gone: whether the scan succeeded, ackguard_scan_report says", name, o.clusterID)})
	default:
		resp.SendProgress(action.InvokeProgressEvent{Message: "Scan of cluster " + o.clusterID + " completed"})
	}
}

// failureOf is why a Job has failed; empty for one that has not.
func failureOf(job cluster.Object) string {
	conditions, _, _ := unstructured.NestedSlice(job.Object, "status", "conditions")
	for _, c := range conditions {
		if condition, _ := c.(map[string]any); condition["type"] == "Failed" && condition["status"] == "True" {
			reason, _ := condition["reason"].(string)
			message, _ := condition["message"].(string)
			return strings.TrimRight(cmp.Or(strings.Trim(reason+": "+message, ": "), "it gives no reason"), ".")
		}
	}
	return ""
}

// cronJob finds the component's CronJob; that it is not there is an error.
func (o *operation) cronJob(ctx context.Context, client *cluster.Client, namespace, version string) (*cluster.Object, error) {
	is, err := find(ctx, client, cluster.CronJobs, "CronJob", cmp.Or(o.names.cronJob, inspector.CronJobName), namespace, "cron_job_namespace", version)
	if err == nil && is == nil {
		err = &missingError{live{}.missing(o.names, false, true)}
	}
	return is, err
}

func (o *operation) alreadyRuns(job *cluster.Object) string {
	return fmt.Sprintf("In %s the Job %s/%s is active, and the component runs one scan at a time: none was started.", o.place(), job.GetNamespace(), job.GetName())
}
