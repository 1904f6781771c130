package inventory

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/fleet"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/diagnostic"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type clustersDataSource struct{ data *providerdata.Data }

var _ datasource.DataSourceWithConfigure = (*clustersDataSource)(nil)

// NewClustersDataSource is the data source ackguard_clusters.
func NewClustersDataSource() datasource.DataSource { return &clustersDataSource{} }

type clustersModel struct {
	AccountIDs   types.Set         `tfsdk:"account_ids"`
	Regions      types.Set         `tfsdk:"regions"`
	NameRegex    types.String      `tfsdk:"name_regex"`
	ClusterTypes types.Set         `tfsdk:"cluster_types"`
	Profiles     types.Set         `tfsdk:"profiles"`
	States       types.Set         `tfsdk:"states"`
	Tags         map[string]string `tfsdk:"tags"`
	AllowPartial types.Bool        `tfsdk:"allow_partial"`
	Details      types.Bool        `tfsdk:"details"`
	Clusters     []clusterModel    `tfsdk:"clusters"`
	Outcomes     []OutcomeModel    `tfsdk:"outcomes"`
	Complete     types.Bool        `tfsdk:"complete"`
}

type clusterModel struct {
	AccountID          types.String      `tfsdk:"account_id"`
	Region             types.String      `tfsdk:"region"`
	ClusterID          types.String      `tfsdk:"cluster_id"`
	Name               types.String      `tfsdk:"name"`
	ClusterType        types.String      `tfsdk:"cluster_type"`
	Profile            types.String      `tfsdk:"profile"`
	ClusterSpec        types.String      `tfsdk:"cluster_spec"`
	State              types.String      `tfsdk:"state"`
	CurrentVersion     types.String      `tfsdk:"current_version"`
	DeletionProtection types.Bool        `tfsdk:"deletion_protection"`
	Timezone           types.String      `tfsdk:"timezone"`
	VPCID              types.String      `tfsdk:"vpc_id"`
	ResourceGroupID    types.String      `tfsdk:"resource_group_id"`
	Tags               map[string]string `tfsdk:"tags"`
	ObservedAt         types.String      `tfsdk:"observed_at"`
}

// Metadata implements datasource.DataSource.
func (d *clustersDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_clusters"
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *clustersDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// AccountIDsAttribute is the argument that selects accounts.
func AccountIDsAttribute() schema.SetAttribute {
	return schema.SetAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Accounts to look into; the provider's own account if not set. Pass `data.ackguard_member_accounts.….ids` for the whole directory.",
		Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.AccountID())},
	}
}

// RegionsAttribute is the argument that selects regions.
func RegionsAttribute() schema.SetAttribute {
	return schema.SetAttribute{
		Optional: true, ElementType: types.StringType,
		MarkdownDescription: "Regions to look into. If not set, one global list per account finds the regions that have clusters, " +
			"and each region's own list then says what is there; `outcomes` shows which regions were examined. " +
			"The vendor calls the global list stale at times, so the very first cluster of a region may be missed for a while: name the regions where that matters.",
		Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
	}
}

// AllowPartialAttribute is the argument that gives up wholeness.
func AllowPartialAttribute() schema.BoolAttribute {
	return schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Return what could be read, with a warning, instead of failing. **Risk:** a resource with `for_each` over this list is then planned for " +
			"destruction while its account cannot be read.",
	}
}

// CompleteAttribute says whether a list is whole.
func CompleteAttribute() schema.BoolAttribute {
	return schema.BoolAttribute{
		Computed: true, MarkdownDescription: "Whether every selected account and region was read. Without `allow_partial` an incomplete list is an error, so it is true.",
	}
}

// WholeOrError is what a list that feeds for_each says of what it could not
// read: an error, or a warning where the user accepts the risk.
func WholeOrError(what string, failures []fleet.Outcome, allowPartial bool) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(failures) == 0 {
		return diags
	}
	summary, detail := what+" is not complete", "These accounts or regions could not be read:\n"+Describe(failures)
	if allowPartial {
		diags.AddWarning(summary, detail+
			"\n\nallow_partial = true: resources with for_each over this list lose what is missing from it.")
	} else {
		diags.AddError(summary, detail+
			"\n\nA partial list under for_each would plan the destruction of everything declared for what is missing from it. "+
			"Fix the cause, take the accounts out of account_ids, or set allow_partial = true if nothing is driven by this list.")
	}
	return diags
}

// Schema implements datasource.DataSource.
func (d *clustersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	strings := func(description string) schema.SetAttribute {
		return schema.SetAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()},
		}
	}
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "The clusters of one or many accounts, made for `for_each`: the list is whole, or reading it is an error. " +
			"A throttled account that merely dropped out of the list would make Terraform destroy everything declared for its clusters.",
		Attributes: map[string]schema.Attribute{
			"account_ids": AccountIDsAttribute(),
			"regions":     RegionsAttribute(),
			"name_regex": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Only clusters whose name matches this regular expression (RE2).",
				Validators: []validator.String{validate.Regex()},
			},
			"cluster_types": strings("Only clusters of these types: `Kubernetes` (dedicated), `ManagedKubernetes`, `ExternalKubernetes` (registered)."),
			"profiles":      strings("Only clusters of these profiles: `Default`, `Edge`, `Serverless`, `Lingjun`, `Acs`."),
			"states":        strings("Only clusters in these states, e.g. `running`. **Risk:** under `for_each`, a cluster that leaves the state for a while (`updating` during an upgrade) is planned for destruction with all that is declared for it."),
			"tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Only clusters that have all of these tags.",
				Validators: []validator.Map{mapvalidator.NoNullValues()},
			},
			"allow_partial": AllowPartialAttribute(),
			"details": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "With the provider's `inventory = \"cloud_config\"`, whose list says little: `false` saves a call for each cluster, and `cluster_type`, `profile`, `cluster_spec`, " +
					"`current_version`, `deletion_protection`, `timezone` and `resource_group_id` are null. True by default, for an expression over them must not mean something else then. " +
					"Without effect with `inventory = \"accounts\"`, whose lists have them.",
			},
			"clusters": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The clusters, by account, region and ID.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"account_id":      text("Account of the cluster."),
					"region":          text("Region of the cluster."),
					"cluster_id":      text("Cluster ID."),
					"name":            text("Name."),
					"cluster_type":    text("Type."),
					"profile":         text("Profile."),
					"cluster_spec":    text("Edition, e.g. `ack.pro.small`."),
					"state":           text("State, e.g. `running`."),
					"current_version": text("Kubernetes version."),
					"deletion_protection": schema.BoolAttribute{
						Computed: true, MarkdownDescription: "Whether the cluster is protected from deletion; null if the list does not say.",
					},
					"timezone":          text("Time zone."),
					"vpc_id":            text("VPC."),
					"resource_group_id": text("Resource group."),
					"tags":              schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Tags."},
					"observed_at": text("With `inventory = \"cloud_config\"`: when the cluster last changed, as far as Cloud Config knows (RFC 3339, UTC); null with `accounts`, whose lists are of now. " +
						"What has changed since is not in these attributes."),
				}},
			},
			"outcomes": OutcomesAttribute(),
			"complete": CompleteAttribute(),
		},
	}
}

// Read implements datasource.DataSource.
func (d *clustersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m clustersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	selection := Select(ctx, d.data, m.AccountIDs, m.Regions, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	listings := List(ctx, d.data, selection)
	if d.data.InventoryGroup != "" {
		resp.Diagnostics.AddWarning(lagWarning(d.data))
		if m.Details.IsNull() || m.Details.ValueBool() {
			withSnapshots(ctx, d.data, listings)
		}
	}
	failures := Failures(listings)
	m.Outcomes, m.Complete = OutcomeModels(listings, nil), types.BoolValue(len(failures) == 0)
	resp.Diagnostics.Append(WholeOrError("Cluster list", failures, m.AllowPartial.ValueBool())...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(m.fill(ctx, listings)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// fill applies the filters. A cluster that lacks a field which is filtered on
// is an error: leaving it out would be a guess, and destroys under for_each.
// Only registered clusters have no profile by nature.
func (m *clustersModel) fill(ctx context.Context, listings []AccountListing) diag.Diagnostics {
	var diags diag.Diagnostics
	var name *regexp.Regexp
	if !m.NameRegex.IsNull() {
		name = regexp.MustCompile(m.NameRegex.ValueString()) // the validator compiled it
	}
	wanted := func(c Cluster, argument string, set types.Set, value *string) bool {
		if !set.IsNull() && value == nil && (argument != "profiles" || c.ClusterType == nil || *c.ClusterType != "ExternalKubernetes") {
			diags.AddAttributeError(path.Root(argument), "Cluster cannot be filtered", fmt.Sprintf(
				"The list does not say what %s needs for cluster %s (%s) in account %s, region %s. Take the filter away, or look at the cluster.",
				argument, c.Name, c.ClusterID, c.AccountID, c.Region))
		}
		return set.IsNull() || (value != nil && slices.Contains(setStrings(ctx, set, &diags), *value))
	}
	m.Clusters = []clusterModel{}
	for _, listing := range listings {
		for _, c := range listing.Clusters {
			tags := map[string]string{}
			for _, t := range c.Tags {
				tags[t.Key] = t.Value
			}
			if name != nil && !name.MatchString(c.Name) || !hasTags(tags, m.Tags) ||
				!wanted(c, "cluster_types", m.ClusterTypes, c.ClusterType) || !wanted(c, "profiles", m.Profiles, c.Profile) || !wanted(c, "states", m.States, c.State) {
				continue
			}
			m.Clusters = append(m.Clusters, clusterModel{
				AccountID: types.StringValue(c.AccountID), Region: types.StringValue(c.Region),
				ClusterID: types.StringValue(c.ClusterID), Name: types.StringValue(c.Name),
				ClusterType: types.StringPointerValue(c.ClusterType), Profile: types.StringPointerValue(c.Profile),
				ClusterSpec: types.StringPointerValue(c.ClusterSpec), State: types.StringPointerValue(c.State),
				CurrentVersion: types.StringPointerValue(c.CurrentVersion), DeletionProtection: types.BoolPointerValue(c.DeletionProtection),
				Timezone: types.StringPointerValue(c.Timezone), VPCID: types.StringPointerValue(c.VPCID),
				ResourceGroupID: types.StringPointerValue(c.ResourceGroupID), Tags: tags, ObservedAt: c.observedAt(),
			})
		}
	}
	return diags
}

func (c Cluster) observedAt() types.String {
	if c.ObservedAt.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(c.ObservedAt.UTC().Format(time.RFC3339))
}

func hasTags(tags, wanted map[string]string) bool {
	for k, v := range wanted {
		if got, ok := tags[k]; !ok || got != v {
			return false
		}
	}
	return true
}

// setStrings is a set of strings as a slice.
func setStrings(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	values := []string{}
	diags.Append(set.ElementsAs(ctx, &values, false)...)
	return values
}

// Selection is which accounts and regions a data source is about. Regions is
// nil where they are to be found.
type Selection struct {
	AccountIDs, Regions []string
	recorded            recorded // with the inventory of Cloud Config
}

// Select resolves the arguments account_ids and regions.
func Select(ctx context.Context, data *providerdata.Data, accountIDs, regions types.Set, diags *diag.Diagnostics) Selection {
	var s Selection
	// A wrong key is one error here, and not one for each account.
	own, err := data.Fleet.AccountID(ctx, "")
	if err != nil {
		diags.Append(diagnostic.Error("Asking for the provider's own account", err))
		return s
	}
	if s.AccountIDs = []string{own}; !accountIDs.IsNull() {
		s.AccountIDs = setStrings(ctx, accountIDs, diags)
	}
	if len(s.AccountIDs) == 0 {
		diags.AddAttributeWarning(path.Root("account_ids"), "No account is selected", "account_ids is empty, so nothing is looked at and nothing is found.")
	}
	if !regions.IsNull() {
		s.Regions = setStrings(ctx, regions, diags)
		slices.Sort(s.Regions)
	}
	for _, region := range s.Regions {
		if problem := providerdata.CheckRegion(region, data.SkipRegionValidation); problem != "" {
			diags.AddAttributeError(path.Root("regions"), "Unknown region", problem)
		}
	}
	if data.InventoryGroup != "" && len(s.AccountIDs) > 0 && !diags.HasError() {
		s.selectRecorded(ctx, data, diags)
	}
	return s
}
