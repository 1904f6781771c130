package inspection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type scheduleList struct{ scheduleResource }

var _ list.ListResourceWithConfigure = (*scheduleList)(nil)

// NewScheduleList lists ackguard_cluster_inspection_schedule for terraform query.
func NewScheduleList() list.ListResource { return &scheduleList{} }

type scheduleListModel struct {
	AccountIDs types.List `tfsdk:"account_ids"`
	Regions    types.List `tfsdk:"regions"`
}

// ListResourceConfigSchema implements list.ListResource.
func (l *scheduleList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the inspection schedules that exist, over one or many accounts, for `terraform query` (Terraform 1.14 or later; " +
			"elsewhere the data source `ackguard_cluster_inspection_schedules` does the same).",
		Attributes: map[string]schema.Attribute{
			"account_ids": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Accounts to look into; the provider's own if not set.",
				Validators: []validator.List{listvalidator.ValueStringsAre(validate.AccountID())},
			},
			"regions": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Regions to look into; those that have clusters if not set.",
			},
		},
	}
}

// List implements list.ListResource.
func (l *scheduleList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var m scheduleListModel
	diags := req.Config.Get(ctx, &m)
	accounts, d := types.SetValue(types.StringType, m.AccountIDs.Elements())
	diags.Append(d...)
	regions, d := types.SetValue(types.StringType, m.Regions.Elements())
	diags.Append(d...)
	if m.AccountIDs.IsNull() {
		accounts = types.SetNull(types.StringType)
	}
	if m.Regions.IsNull() {
		regions = types.SetNull(types.StringType)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	selection := inventory.Select(ctx, l.data, accounts, regions, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	listings := inventory.List(ctx, l.data, selection)
	found, failures := readSchedules(ctx, l.data, inventory.AllClusters(listings))
	failures = append(inventory.Failures(listings), failures...)
	stream.Results = func(push func(list.ListResult) bool) {
		for i, s := range found {
			if req.Limit > 0 && int64(i) >= req.Limit {
				break
			}
			if !push(s.result(ctx, req)) {
				return
			}
		}
		// A result of its own: what was found is shown, and what is missing said.
		if len(failures) > 0 {
			push(list.ListResult{Diagnostics: diag.Diagnostics{diag.NewErrorDiagnostic("Schedule list is not complete",
				"These accounts or regions could not be read:\n"+inventory.Describe(failures))}})
		}
	}
}

func (s foundSchedule) result(ctx context.Context, req list.ListRequest) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = s.Name + " (" + s.ClusterID + ")"
	m := scheduleModel{
		AccountID: types.StringValue(s.AccountID), Region: types.StringValue(s.Region), ClusterID: types.StringValue(s.ClusterID),
		AdoptExisting: types.BoolValue(false),
	}
	m.fromAPI(ctx, s.config, &result.Diagnostics)
	scoped.StoreIdentity(ctx, result.Identity, m.identity(), &result.Diagnostics)
	if req.IncludeResource {
		for name, v := range map[string]any{
			"account_id": m.AccountID, "region": m.Region, "cluster_id": m.ClusterID, "enabled": m.Enabled,
			"recurrence": m.Recurrence, "disabled_check_items": m.DisabledCheckItems, "adopt_existing": m.AdoptExisting,
		} {
			result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root(name), v)...)
		}
	}
	return result
}
