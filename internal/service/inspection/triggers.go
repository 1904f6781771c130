package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
)

// planLastReport says in the plan whether an inspection will run: only then is
// the report's ID not known yet.
func planLastReport(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var planned, stored types.Map
	var last types.String
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("triggers"), &planned)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("triggers"), &stored)...)
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("last_report_id"), &last)...)
	}
	switch {
	case resp.Diagnostics.HasError():
		return
	case planned.IsNull() && !stored.IsNull(): // taking triggers away runs nothing
	case !planned.IsNull() && !planned.Equal(stored):
		last = types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("last_report_id"), last)...)
}

// runTriggered starts the inspection that the plan announced.
func (m *scheduleModel) runTriggered(ctx context.Context, client *cs.Client, diags *diag.Diagnostics) {
	if !m.LastReportID.IsUnknown() {
		return
	}
	m.LastReportID = types.StringNull()
	triggers := map[string]string{}
	diags.Append(m.Triggers.ElementsAs(ctx, &triggers, false)...)
	if diags.HasError() || m.Triggers.IsNull() {
		return
	}
	reportID, err := client.RunInspect(ctx, m.ClusterID.ValueString(), clientToken(m.ClusterID.ValueString(), triggers))
	if err != nil {
		diags.Append(diagnostic.Error("Running an inspection of cluster "+m.ClusterID.ValueString(), err))
		return
	}
	m.LastReportID = types.StringValue(reportID)
}

// clientToken is the same for the same cluster and triggers, so that an apply
// that is repeated after an interruption starts no second run. The API takes
// 64 ASCII characters at most.
func clientToken(clusterID string, triggers map[string]string) string {
	hash := sha256.New()
	_, _ = fmt.Fprintf(hash, "%q", clusterID)
	for _, key := range slices.Sorted(maps.Keys(triggers)) {
		_, _ = fmt.Fprintf(hash, "%q%q", key, triggers[key])
	}
	return hex.EncodeToString(hash.Sum(nil))
}
