package scan

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
)

// scanRuns has the same summary for every cluster, so that the CLI shows a fleet's warnings as one.
const scanRuns = "Scan is running already"

// runTriggered starts the scan that the plan announced.
func (o *operation) runTriggered(ctx context.Context, m *policyModel, diags *diag.Diagnostics) {
	if !m.LastScanJob.IsUnknown() {
		return
	}
	m.LastScanJob = types.StringNull()
	triggers := map[string]string{}
	diags.Append(m.Triggers.ElementsAs(ctx, &triggers, false)...)
	if diags.HasError() || m.Triggers.IsNull() {
		return
	}
	doing := "Starting a scan of cluster " + o.clusterID
	client, err := o.connect(ctx)
	if err != nil {
		diags.Append(o.explain(doing, err))
		return
	}
	cronJob, err := o.cronJob(ctx, client, cmp.Or(o.names.cronJobNamespace, m.CronJobNamespace.ValueString()), m.Installed.ValueString())
	if err != nil {
		diags.Append(o.explain(doing, err))
		return
	}
	suffix := runSuffix(triggers)
	job, running, err := o.run(ctx, client, cronJob, suffix)
	switch {
	case err != nil:
		diags.Append(o.explain(doing, err))
		return
	case running:
		diags.AddWarning(scanRuns, o.alreadyRuns(job))
	}
	m.LastScanJob = types.StringValue(job.GetNamespace() + "/" + job.GetName())
}

// run starts a Job of the CronJob, unless one is active, which running tells, or the same values have started one.
func (o *operation) run(ctx context.Context, client *cluster.Client, cronJob *cluster.Object, suffix string) (job *cluster.Object, running bool, err error) {
	jobs, err := client.List(ctx, cluster.Jobs, cronJob.GetNamespace(), cluster.Selector{})
	if err != nil {
		return nil, false, err
	}
	for _, j := range jobs {
		if !ownedBy(j, cronJob) {
			continue
		}
		mine := len(j.GetName()) > len(suffix) && j.GetName()[len(j.GetName())-len(suffix)-1:] == "-"+suffix
		if mine {
			return &j, false, nil // an apply before has started it
		}
		if active(j) {
			job, running = &j, true
		}
	}
	if running {
		return job, true, nil
	}
	job, err = client.RunCronJob(ctx, cronJob, suffix)
	return job, false, err
}

func ownedBy(job cluster.Object, cronJob *cluster.Object) bool {
	for _, owner := range job.GetOwnerReferences() {
		if owner.Kind == "CronJob" && owner.Name == cronJob.GetName() {
			return true
		}
	}
	return false
}

// active: a Job that has neither completed nor failed.
func active(job cluster.Object) bool {
	conditions, _, _ := unstructured.NestedSlice(job.Object, "status", "conditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		if kind := condition["type"]; (kind == "Complete" || kind == "Failed") && condition["status"] == "True" {
			return false
		}
	}
	return true
}

// runSuffix is the same for the same triggers, so that an apply that is repeated after an interruption starts no second scan.
func runSuffix(triggers map[string]string) string {
	hash := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(triggers)) {
		_, _ = fmt.Fprintf(hash, "%q%q", key, triggers[key])
	}
	return hex.EncodeToString(hash.Sum(nil))[:10]
}
