package logshipping

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/service/attribute"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/permission"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type policiesDataSource struct{}

var _ datasource.DataSource = (*policiesDataSource)(nil)

// NewPoliciesDataSource is the data source ackguard_log_shipping_policies.
func NewPoliciesDataSource() datasource.DataSource { return &policiesDataSource{} }

type policiesModel struct {
	LogAccountID           types.String   `tfsdk:"log_account_id"`
	ArchiveProject         types.String   `tfsdk:"archive_project"`
	ArchiveLogStore        types.String   `tfsdk:"archive_logstore"`
	MemberAccountIDs       types.Set      `tfsdk:"member_account_ids"`
	Sources                []patternModel `tfsdk:"sources"`
	SourceTrustPolicy      types.String   `tfsdk:"source_trust_policy"`
	SourcePolicy           types.String   `tfsdk:"source_policy"`
	DestinationTrustPolicy types.String   `tfsdk:"destination_trust_policy"`
	DestinationPolicy      types.String   `tfsdk:"destination_policy"`
}

type patternModel struct {
	Project  types.String `tfsdk:"project"`
	LogStore types.String `tfsdk:"logstore"`
}

// Metadata implements datasource.DataSource.
func (d *policiesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_log_shipping_policies"
}

// pattern is the name of a project or Logstore, with wildcards.
var pattern = stringvalidator.RegexMatches(regexp.MustCompile(`^[a-z0-9*?][a-z0-9*?_-]{0,62}$`), "must be a name, in which * stands for any characters and ? for one")

// Schema implements datasource.DataSource.
func (d *policiesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := attribute.Text
	resp.Schema = schema.Schema{
		MarkdownDescription: "The policies of the two roles that shipping jobs work with (`ackguard_audit_log_shipping`): one in each member account that reads the logs, and one in the log account that writes to the archive. " +
			"They are as Log Service's pages on custom roles across accounts have them, for as many members as there are. It makes no call.\n\n" +
			"Give them to what makes your roles, e.g. `alicloud_ram_role` and `alicloud_ram_policy`. RAM bounds the length of a trust policy: for hundreds of members, make several writer roles.",
		Attributes: map[string]schema.Attribute{
			"log_account_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.AccountID()}, MarkdownDescription: "Account that has the archive."},
			"archive_project": schema.StringAttribute{
				Required: true, Validators: []validator.String{validate.LogProject()}, MarkdownDescription: "Project of the archive.",
			},
			"archive_logstore": schema.StringAttribute{
				Required: true, Validators: []validator.String{validate.LogStore()}, MarkdownDescription: "Logstore of the archive.",
			},
			"member_account_ids": schema.SetAttribute{
				Required: true, ElementType: types.StringType, MarkdownDescription: "Accounts whose logs are shipped.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(validate.AccountID())},
			},
			"sources": schema.ListNestedAttribute{
				Optional: true, Validators: []validator.List{listvalidator.SizeAtLeast(1)},
				MarkdownDescription: "Logstores that the reader role may read; `*` and `?` are wildcards. By default those that ACK writes to, in projects called `k8s-log-*`: audit logs, inspection results, events, NGINX ingress and the control plane's components. " +
					"Name your own where clusters write to other projects.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"project":  schema.StringAttribute{Required: true, Validators: []validator.String{pattern}, MarkdownDescription: "Project, e.g. `k8s-log-*`."},
					"logstore": schema.StringAttribute{Required: true, Validators: []validator.String{pattern}, MarkdownDescription: "Logstore, e.g. `audit-*`."},
				}},
			},
			"source_trust_policy":      text("Trust policy of the reader role in each member, in JSON: Log Service may assume it."),
			"source_policy":            text("Permission policy of the reader role, in JSON: it may read the sources, and keep the place up to which it has."),
			"destination_trust_policy": text("Trust policy of the writer role in the log account, in JSON: Log Service may assume it for each member (`{account}@log.aliyuncs.com`); for the log account itself, as `log.aliyuncs.com`."),
			"destination_policy":       text("Permission policy of the writer role, in JSON: it may write to the archive."),
		},
	}
}

// Read implements datasource.DataSource.
func (d *policiesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m policiesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	var members []string
	resp.Diagnostics.Append(m.MemberAccountIDs.ElementsAs(ctx, &members, false)...)
	if resp.Diagnostics.HasError() {
		return
	}
	sources := defaultSources()
	if m.Sources != nil {
		sources = nil
		for _, s := range m.Sources {
			sources = append(sources, storePattern{s.Project.ValueString(), s.LogStore.ValueString()})
		}
	}
	policy := sourcePolicy(sources)
	if n := len([]rune(policy)); n > permission.MaxPolicy {
		resp.Diagnostics.AddAttributeError(path.Root("sources"), "Policy is too long", fmt.Sprintf(
			"The policy of the reader role would have %d characters, and a RAM policy may have %d: name sources by wildcards, or make several policies of some sources each.", n, permission.MaxPolicy))
		return
	}
	m.SourceTrustPolicy, m.SourcePolicy = types.StringValue(sourceTrust()), types.StringValue(policy)
	m.DestinationTrustPolicy = types.StringValue(destinationTrust(m.LogAccountID.ValueString(), members))
	m.DestinationPolicy = types.StringValue(destinationPolicy(storePattern{m.ArchiveProject.ValueString(), m.ArchiveLogStore.ValueString()}))
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
