package inspection

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
)

type schedulesDataSource struct{ data *providerdata.Data }

var _ datasource.DataSourceWithConfigure = (*schedulesDataSource)(nil)

// NewSchedulesDataSource is the data source ackguard_cluster_inspection_schedules.
func NewSchedulesDataSource() datasource.DataSource { return &schedulesDataSource{} }

type schedulesModel struct {
	AccountIDs   types.Set                `tfsdk:"account_ids"`
	Regions      types.Set                `tfsdk:"regions"`
	AllowPartial types.Bool               `tfsdk:"allow_partial"`
	Schedules    []listedSchedule         `tfsdk:"schedules"`
	Outcomes     []inventory.OutcomeModel `tfsdk:"outcomes"`
	Complete     types.Bool               `tfsdk:"complete"`
}

type listedSchedule struct {
	AccountID          types.String `tfsdk:"account_id"`
	Region             types.String `tfsdk:"region"`
	ClusterID          types.String `tfsdk:"cluster_id"`
	ClusterName        types.String `tfsdk:"cluster_name"`
	Enabled            types.Bool   `tfsdk:"enabled"`
	Recurrence         types.String `tfsdk:"recurrence"`
	DisabledCheckItems []string     `tfsdk:"disabled_check_items"`
	ImportID           types.String `tfsdk:"import_id"`
}

// Metadata implements datasource.DataSource.
func (d *schedulesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster_inspection_schedules"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *schedulesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *schedulesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "The inspection schedules that exist, over one or many accounts: made for `import { for_each }` (Terraform 1.7 or later) where people set them up by hand. " +
			"The list is whole, or reading it is an error. It costs one call per cluster.",
		Attributes: map[string]schema.Attribute{
			"account_ids":   inventory.AccountIDsAttribute(),
			"regions":       inventory.RegionsAttribute(),
			"allow_partial": inventory.AllowPartialAttribute(),
			"schedules": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The schedules, by account, region and cluster ID. Clusters without one are not in it.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":   text("Account of the cluster."),
					"region":       text("Region of the cluster."),
					"cluster_id":   text("Cluster."),
					"cluster_name": text("Name of the cluster."),
					"enabled":      schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it runs."},
					"recurrence":   text("When it runs."),
					"disabled_check_items": schema.ListAttribute{
						Computed: true, ElementType: types.StringType, MarkdownDescription: "Check items that are left out, sorted.",
					},
					"import_id": text("ID to import it with."),
				}},
			},
			"outcomes": inventory.OutcomesAttribute(),
			"complete": inventory.CompleteAttribute(),
		},
	}
}

// Read implements datasource.DataSource.
func (d *schedulesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m schedulesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	selection := inventory.Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listings := inventory.List(ctx, d.data, selection)
	found, failures := readSchedules(ctx, d.data, inventory.AllClusters(listings))
	m.Schedules = []listedSchedule{}
	for _, s := range found {
		m.Schedules = append(m.Schedules, s.listed())
	}
	m.Outcomes = inventory.OutcomeModels(listings, failures)
	failures = append(inventory.Failures(listings), failures...)
	m.Complete = types.BoolValue(len(failures) == 0)
	resp.Diagnostics.Append(inventory.WholeOrError("Schedule list", failures, m.AllowPartial.ValueBool())...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// foundSchedule is a cluster and the schedule that it has.
type foundSchedule struct {
	inventory.Cluster
	config cs.InspectConfig
}

func (s foundSchedule) listed() listedSchedule {
	return listedSchedule{
		AccountID: types.StringValue(s.AccountID), Region: types.StringValue(s.Region),
		ClusterID: types.StringValue(s.ClusterID), ClusterName: types.StringValue(s.Name),
		Enabled: types.BoolValue(s.config.Enabled), Recurrence: types.StringValue(s.config.Recurrence),
		DisabledCheckItems: append([]string{}, sortedUnique(s.config.DisabledCheckItems)...),
		ImportID:           types.StringValue(s.AccountID + "/" + s.Region + "/" + s.ClusterID),
	}
}

// readSchedules reads the schedule of each cluster. A cluster that was deleted
// since the list was read has none; any other failure is an outcome.
func readSchedules(ctx context.Context, data *providerdata.Data, clusters []inventory.Cluster) (found []foundSchedule, failures []fleet.Outcome) {
	type result struct {
		config cs.InspectConfig
		found  bool
		err    error
	}
	results := inventory.OverClusters(ctx, data, "Reading inspection schedules", clusters, func(ctx context.Context, c inventory.Cluster) (r result) {
		r.config, r.found, r.err = data.Observed.InspectConfig(ctx, c.Scope, c.ClusterID)
		return r
	})
	for i, r := range results {
		switch {
		case cs.IsClusterNotFound(r.err):
		case r.err != nil:
			failures = append(failures, fleet.OutcomeOf(clusters[i].Scope, r.err))
		case r.found:
			found = append(found, foundSchedule{clusters[i], r.config})
		}
	}
	return slices.Clip(found), failures
}
