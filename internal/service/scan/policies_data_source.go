package scan

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cs"
	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/cluster"
	"github.com/ackguard/terraform-provider-ackguard/internal/kubernetes/inspector"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/inventory"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/value"
)

type policiesDataSource struct{ data *providerdata.Data }

var _ datasource.DataSourceWithConfigure = (*policiesDataSource)(nil)

// NewPoliciesDataSource is the data source ackguard_scan_policies.
func NewPoliciesDataSource() datasource.DataSource { return &policiesDataSource{} }

type policiesModel struct {
	AccountIDs   types.Set                `tfsdk:"account_ids"`
	Regions      types.Set                `tfsdk:"regions"`
	AllowPartial types.Bool               `tfsdk:"allow_partial"`
	Connection   types.Object             `tfsdk:"cluster_connection"`
	Policies     []listedPolicy           `tfsdk:"policies"`
	Outcomes     []inventory.OutcomeModel `tfsdk:"outcomes"`
	Complete     types.Bool               `tfsdk:"complete"`
}

type listedPolicy struct {
	AccountID   types.String     `tfsdk:"account_id"`
	Region      types.String     `tfsdk:"region"`
	ClusterID   types.String     `tfsdk:"cluster_id"`
	ClusterName types.String     `tfsdk:"cluster_name"`
	Component   types.String     `tfsdk:"component_name"`
	Version     types.String     `tfsdk:"component_version"`
	Dialect     types.String     `tfsdk:"dialect"`
	Enabled     []string         `tfsdk:"enabled_checks"`
	Disabled    []string         `tfsdk:"disabled_checks"`
	Schedule    types.String     `tfsdk:"schedule"`
	Suspend     types.Bool       `tfsdk:"suspend"`
	WhiteList   []whiteListEntry `tfsdk:"white_list"`
	ImportID    types.String     `tfsdk:"import_id"`
}

// Metadata implements datasource.DataSource.
func (d *policiesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_scan_policies"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *policiesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// Schema implements datasource.DataSource.
func (d *policiesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	ids := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "How the inspection of workload configurations is set up in the clusters of one or many accounts: made for `import { for_each }` (Terraform 1.7 or later) where people set it up in the console. " +
			"The list is whole, or reading it is an error. It reads each cluster's own API, at some six calls a cluster.",
		Attributes: map[string]schema.Attribute{
			"account_ids":   inventory.AccountIDsAttribute(),
			"regions":       inventory.RegionsAttribute(),
			"allow_partial": inventory.AllowPartialAttribute(),
			"cluster_connection": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: "How the clusters' own APIs are reached. " + connectionDefault,
				Attributes: networkAttributes(),
			},
			"policies": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The policies, by account, region and cluster ID. Clusters without the component, or without its ConfigMap, are not in it.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":        text("Account of the cluster."),
					"region":            text("Region of the cluster."),
					"cluster_id":        text("Cluster."),
					"cluster_name":      text("Name of the cluster."),
					"component_name":    text("Name of the add-on."),
					"component_version": text("Version of the component that is installed."),
					"dialect":           text("How the configuration names its checks: `grouped` or `flat`."),
					"enabled_checks":    ids("Checks that are on, sorted."),
					"disabled_checks":   ids("Checks that are off, sorted."),
					"schedule":          text("When the component scans; null without the CronJob."),
					"suspend":           schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the periodic scan is suspended; null without the CronJob."},
					"white_list": schema.ListNestedAttribute{
						Computed: true, MarkdownDescription: "Entries of the white list that `ackguard_scan_policy` can hold, one for each workload that they name.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"namespace":  text("Namespace; null for all."),
							"workload":   text("Beginning of the workload's name."),
							"checks":     schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Checks that pass over it."},
							"containers": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Beginnings of the names of its containers; null for all."},
							"reason":     text("Null: it is not read."),
						}},
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
func (d *policiesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m policiesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	selection := inventory.Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	connection := networkOptions(ctx, m.Connection, d.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listings := inventory.List(ctx, d.data, selection)
	policies, failures := d.read(ctx, inventory.AllClusters(listings), connection)
	m.Policies = policies
	m.Outcomes = inventory.OutcomeModels(listings, failures)
	failures = append(inventory.Failures(listings), failures...)
	m.Complete = types.BoolValue(len(failures) == 0)
	resp.Diagnostics.Append(inventory.WholeOrError("Scan policy list", failures, m.AllowPartial.ValueBool())...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// read reads the policy of each cluster. A cluster that was deleted since the list was read has none; any other failure is
// an outcome.
func (d *policiesDataSource) read(ctx context.Context, clusters []inventory.Cluster, connection cluster.Options) (policies []listedPolicy, failures []fleet.Outcome) {
	type result struct {
		policy listedPolicy
		found  bool
		err    error
	}
	results := inventory.OverClusters(ctx, d.data, "Reading scan policies", clusters, func(ctx context.Context, c inventory.Cluster) (r result) {
		r.policy, r.found, r.err = d.policy(ctx, c, connection)
		return r
	})
	policies = []listedPolicy{}
	for i, r := range results {
		switch {
		case cs.IsClusterNotFound(r.err):
		case r.err != nil:
			failures = append(failures, outcome(clusters[i], r.err))
		case r.found:
			policies = append(policies, r.policy)
		}
	}
	return policies, failures
}

func (d *policiesDataSource) policy(ctx context.Context, c inventory.Cluster, connection cluster.Options) (p listedPolicy, found bool, err error) {
	addons, err := d.data.Observed.AddonInstances(ctx, c.Scope, c.ClusterID)
	if err != nil {
		return p, false, err
	}
	installed, found := component{}.choose(addons)
	if !found {
		return p, false, nil
	}
	client, err := d.data.Fleet.CS(c.Scope)
	if err != nil {
		return p, false, err
	}
	l, err := reach(ctx, issuer{client, d.data, c.Scope}, c.ClusterID, connection, names{}, installed.Version)
	if err != nil || l.configMap == nil {
		return p, false, err
	}
	_, _, parsed, err := config(l.configMap, "")
	if err != nil {
		return p, false, err
	}
	return listedOf(c, installed, l, parsed), true, nil
}

// clusterError says of an error which cluster it is about.
type clusterError struct {
	clusterID string
	err       error
}

// Error implements error.
func (e *clusterError) Error() string { return "cluster " + e.clusterID + ": " + e.err.Error() }

// Unwrap gives the error.
func (e *clusterError) Unwrap() error { return e.err }

// reach connects to a cluster and finds the component's objects.
func reach(ctx context.Context, from cluster.Issuer, clusterID string, connection cluster.Options, n names, version string) (live, error) {
	client, err := cluster.Connect(ctx, from, clusterID, connection)
	if err != nil {
		return live{}, err
	}
	defer client.Close()
	return look(ctx, client, n, version)
}

func listedOf(c inventory.Cluster, installed cs.Addon, l live, parsed *inspector.Config) listedPolicy {
	p := listedPolicy{
		AccountID: types.StringValue(c.AccountID), Region: types.StringValue(c.Region), ClusterID: types.StringValue(c.ClusterID), ClusterName: types.StringValue(c.Name),
		Component: types.StringValue(installed.Name), Version: value.OrNull(installed.Version), Dialect: types.StringValue(string(parsed.Dialect)),
		ImportID: types.StringValue(c.AccountID + "/" + c.Region + "/" + c.ClusterID), WhiteList: []whiteListEntry{},
	}
	on, off := listed(parsed)
	p.Enabled, p.Disabled = append([]string{}, on...), append([]string{}, off...)
	if l.cronJob != nil {
		t := timingOf(l.cronJob)
		p.Schedule, p.Suspend = types.StringValue(t.Schedule), types.BoolValue(t.Suspend)
	}
	for _, e := range parsed.Exemptions() {
		p.WhiteList = append(p.WhiteList, entryOf(e))
	}
	return p
}
