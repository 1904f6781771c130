package inspection

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type reportsModel struct {
	AccountIDs    types.Set                `tfsdk:"account_ids"`
	Regions       types.Set                `tfsdk:"regions"`
	ClusterIDs    types.Set                `tfsdk:"cluster_ids"`
	ReportID      types.String             `tfsdk:"report_id"`
	Language      types.String             `tfsdk:"language"`
	IncludeNormal types.Bool               `tfsdk:"include_normal"`
	Reports       []reportModel            `tfsdk:"reports"`
	WithoutReport []string                 `tfsdk:"without_report"`
	Outcomes      []inventory.OutcomeModel `tfsdk:"outcomes"`
	Complete      types.Bool               `tfsdk:"complete"`
}

type reportModel struct {
	AccountID   types.String `tfsdk:"account_id"`
	Region      types.String `tfsdk:"region"`
	ClusterID   types.String `tfsdk:"cluster_id"`
	ClusterName types.String `tfsdk:"cluster_name"`
	ReportID    types.String `tfsdk:"report_id"`
	Status      types.String `tfsdk:"status"`
	StartTime   types.String `tfsdk:"start_time"`
	EndTime     types.String `tfsdk:"end_time"`
	Summary     summaryModel `tfsdk:"summary"`
	Items       []itemModel  `tfsdk:"items"`
}

type summaryModel struct {
	Code        types.String `tfsdk:"code"`
	NormalCount types.Int64  `tfsdk:"normal_count"`
	AdviceCount types.Int64  `tfsdk:"advice_count"`
	WarnCount   types.Int64  `tfsdk:"warn_count"`
	ErrorCount  types.Int64  `tfsdk:"error_count"`
}

type itemModel struct {
	CheckItemUID types.String `tfsdk:"check_item_uid"`
	Name         types.String `tfsdk:"name"`
	Description  types.String `tfsdk:"description"`
	Fix          types.String `tfsdk:"fix"`
	Category     types.String `tfsdk:"category"`
	Level        types.String `tfsdk:"level"`
	Result       types.String `tfsdk:"result"`
	TargetType   types.String `tfsdk:"target_type"`
	Targets      []string     `tfsdk:"targets"`
}

// Results of an item, in words: the API's "true" means abnormal.
var resultWords = map[string]string{"true": "abnormal", "false": "normal", "disable": "disabled"}

// Schema implements datasource.DataSource.
func (d *reportDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	count := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What ACK's cluster inspections found, for one cluster or a whole fleet: the latest report of each, or one by its ID. " +
			"An account that cannot be read is an outcome and part of one warning.",
		Attributes: map[string]schema.Attribute{
			"account_ids": inventory.AccountIDsAttribute(),
			"regions":     inventory.RegionsAttribute(),
			"cluster_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Only the reports of these clusters.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.ClusterID())},
			},
			"report_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "This report, of the one cluster in `cluster_ids`. By default the latest completed report of each cluster; one that is still running only where there is no other.",
			},
			"language": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Language of names, descriptions and fixes: `en_US` (default) or `zh_CN`.",
				Validators: []validator.String{languageValidator},
			},
			"include_normal": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "List the normal and disabled items too, not only the abnormal ones.",
			},
			"reports": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The reports, by account, region and cluster.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":   text("Account of the cluster."),
					"region":       text("Region of the cluster."),
					"cluster_id":   text("Cluster."),
					"cluster_name": text("Name of the cluster."),
					"report_id":    text("Report."),
					"status":       text("`completed` or `running`."),
					"start_time":   text("When it started, as the service writes it."),
					"end_time":     text("When it ended; null while it runs."),
					"summary": schema.SingleNestedAttribute{
						Computed: true, MarkdownDescription: "Counts of the items.",
						Attributes: map[string]schema.Attribute{
							"code":         text("The worst level, as the service names it."),
							"normal_count": count("Normal items."), "advice_count": count("Items of level advice."),
							"warn_count": count("Items of level warning."), "error_count": count("Items of level error."),
						},
					},
					"items": schema.ListNestedAttribute{
						Computed: true, MarkdownDescription: "The abnormal items (with `include_normal` all), the most severe first.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"check_item_uid": text("Check item, e.g. `APIServerClbInstanceStatus`; what `disabled_check_items` takes."),
							"name":           text("Name."),
							"description":    text("What it checks."),
							"fix":            text("What to do."),
							"category":       text("`security`, `performance`, `stability`, `limitation` or `cost`."),
							"level":          text("`critical`, `error`, `warning` or `advice`."),
							"result":         text("`abnormal`, `normal` or `disabled`. (The API's own `true` means abnormal.)"),
							"target_type":    text("Kind of the targets."),
							"targets":        schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What is affected, sorted."},
						}},
					},
				}},
			},
			"without_report": schema.ListAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "Clusters that were never inspected.",
			},
			"outcomes": inventory.OutcomesAttribute(),
			"complete": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the reports of every selected account and cluster were read."},
		},
	}
}

// levels are the levels of items, the worst first.
var levels = []string{"critical", "error", "warning", "advice"}

func (r clusterReport) model(includeNormal bool) reportModel {
	m := reportModel{
		AccountID: types.StringValue(r.cluster.AccountID), Region: types.StringValue(r.cluster.Region),
		ClusterID: types.StringValue(r.cluster.ClusterID), ClusterName: types.StringValue(r.cluster.Name),
		ReportID: types.StringValue(r.report.ReportID), Status: types.StringValue(r.report.Status),
		StartTime: value.OrNull(r.report.StartTime), EndTime: value.OrNull(r.report.EndTime),
		Summary: summaryModel{
			Code: value.OrNull(r.report.Summary.Code), NormalCount: types.Int64Value(r.report.Summary.NormalCount), AdviceCount: types.Int64Value(r.report.Summary.AdviceCount),
			WarnCount: types.Int64Value(r.report.Summary.WarnCount), ErrorCount: types.Int64Value(r.report.Summary.ErrorCount),
		},
		Items: []itemModel{},
	}
	items := slices.Clone(r.items)
	slices.SortStableFunc(items, func(a, b cs.InspectItem) int {
		return cmp.Or(cmp.Compare(severity(a), severity(b)), cmp.Compare(a.CheckItemUID, b.CheckItemUID))
	})
	for _, i := range items {
		if !i.Abnormal() && !includeNormal {
			continue
		}
		result, known := resultWords[i.Result]
		if !known {
			result = i.Result
		}
		m.Items = append(m.Items, itemModel{
			CheckItemUID: types.StringValue(i.CheckItemUID), Name: value.OrNull(i.Name), Description: value.OrNull(i.Description), Fix: value.OrNull(i.Fix),
			Category: value.OrNull(i.Category), Level: value.OrNull(i.Level), Result: types.StringValue(result),
			TargetType: value.OrNull(i.TargetType), Targets: append([]string{}, sortedUnique(i.Targets)...),
		})
	}
	return m
}

// severity is the place of an item's level; unknown levels come last.
func severity(i cs.InspectItem) int {
	if at := slices.Index(levels, i.Level); at >= 0 {
		return at
	}
	return len(levels)
}
