package logshipping

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

const (
	// shippingTimeout bounds an operation: a job takes its time to start and to stop, and rows to arrive.
	shippingTimeout = 10 * time.Minute
	// defaultVerifyTimeout is how long rows are waited for.
	defaultVerifyTimeout = "2m"
	maxVerifyTimeout     = time.Hour
)

type shippingResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*shippingResource)(nil)
	_ resource.ResourceWithValidateConfig = (*shippingResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*shippingResource)(nil)
	_ resource.ResourceWithImportState    = (*shippingResource)(nil)
	_ resource.ResourceWithIdentity       = (*shippingResource)(nil)
	_ resource.ResourceWithMoveState      = (*shippingResource)(nil)
)

// NewShippingResource is the resource ackguard_audit_log_shipping.
func NewShippingResource() resource.Resource { return &shippingResource{} }

type shippingModel struct {
	shippingIdentity
	ClusterID          types.String   `tfsdk:"cluster_id"`
	Source             types.String   `tfsdk:"source"`
	Component          types.String   `tfsdk:"component"`
	LogStore           types.String   `tfsdk:"logstore"`
	DisplayName        types.String   `tfsdk:"display_name"`
	Description        types.String   `tfsdk:"description"`
	Archive            types.Object   `tfsdk:"archive"` // see sinkModel
	SourceRoleARN      types.String   `tfsdk:"source_role_arn"`
	DestinationRoleARN types.String   `tfsdk:"destination_role_arn"`
	PassThrough        types.Bool     `tfsdk:"pass_through"`
	ClusterName        types.String   `tfsdk:"cluster_name"`
	AdditionalFields   types.Map      `tfsdk:"additional_fields"`
	Script             types.String   `tfsdk:"script"`
	Enabled            types.Bool     `tfsdk:"enabled"`
	FromTime           types.String   `tfsdk:"from_time"`
	SourceRetention    types.Object   `tfsdk:"source_retention"` // see retentionModel
	AdoptExisting      types.Bool     `tfsdk:"adopt_existing"`
	Verify             types.Bool     `tfsdk:"verify"`
	VerifyTimeout      types.String   `tfsdk:"verify_timeout"`
	VerifyTriggers     types.Map      `tfsdk:"verify_triggers"`
	Verified           types.Bool     `tfsdk:"verified"`
	Verification       types.String   `tfsdk:"verification"`
	LagSeconds         types.Int64    `tfsdk:"lag_seconds"`
	Status             types.String   `tfsdk:"status"`
	JobBefore          types.String   `tfsdk:"job_before"`
	IndexBefore        types.String   `tfsdk:"index_before"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

type shippingIdentity struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Project   types.String `tfsdk:"project"`
	Name      types.String `tfsdk:"name"`
}

// sinkModel is the content of archive.
type sinkModel struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Project   types.String `tfsdk:"project"`
	LogStore  types.String `tfsdk:"logstore"`
}

var sinkTypes = map[string]attr.Type{"account_id": types.StringType, "region": types.StringType, "project": types.StringType, "logstore": types.StringType}

// retentionModel is the content of source_retention.
type retentionModel struct {
	Days         types.Int64 `tfsdk:"days"`
	IndexEnabled types.Bool  `tfsdk:"index_enabled"`
}

var retentionTypes = map[string]attr.Type{"days": types.Int64Type, "index_enabled": types.BoolType}

// archive is where the rows go; its parts are unknown if it is.
func (m shippingModel) archive(ctx context.Context, diags *diag.Diagnostics) sinkModel {
	unknown := types.StringUnknown()
	a := sinkModel{unknown, unknown, unknown, unknown}
	if !m.Archive.IsNull() && !m.Archive.IsUnknown() {
		diags.Append(m.Archive.As(ctx, &a, basetypes.ObjectAsOptions{})...)
	}
	return a
}

// retention is what the source is to keep; nothing if that is not said, and its parts unknown if it is not known.
func (m shippingModel) retention(ctx context.Context, diags *diag.Diagnostics) (r retentionModel) {
	switch {
	case m.SourceRetention.IsUnknown():
		return retentionModel{types.Int64Unknown(), types.BoolUnknown()}
	case !m.SourceRetention.IsNull():
		diags.Append(m.SourceRetention.As(ctx, &r, basetypes.ObjectAsOptions{})...)
	}
	return r
}

func (m *shippingModel) setRetention(ctx context.Context, r retentionModel, diags *diag.Diagnostics) {
	object, d := types.ObjectValueFrom(ctx, retentionTypes, r)
	diags.Append(d...)
	m.SourceRetention = object
}

// Metadata implements resource.Resource.
func (r *shippingResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_audit_log_shipping"
}

// Configure implements resource.ResourceWithConfigure.
func (r *shippingResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *shippingResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.IdentityOf(jobParts()...)
}

// jobParts name a job below account and region.
func jobParts() []scoped.Part {
	return []scoped.Part{
		{Key: "project", Description: "Project of Log Service that has the job.", Check: validate.LogProject()},
		{Key: "name", Description: "Name of the job.", Check: validate.LogJob()},
	}
}

// ImportState implements resource.ResourceWithImportState.
func (r *shippingResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.ImportOf(ctx, r.data, req, resp, jobParts()...)
}

// Schema implements resource.Resource.
func (r *shippingResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaces := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	found := []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Ships one kind of logs of a cluster from its own account to the archive of the log account: a data-transformation job of Log Service (SPL, the current version) in the cluster's project. " +
			"Every row that arrives carries `account_id`, `region`, `cluster_id`, `cluster_name` and `log_source`, by which the rows of different clusters are told apart.\n\n" +
			"The job reads with a role of the cluster's account and writes with a role of the log account; `ackguard_log_shipping_policies` has the policies of both. " +
			"The service does not say in its API whether they are right: the job runs, and ships nothing. So `verify` looks whether rows arrive. " +
			"What it finds wrong is a warning with the policies that mend it, and never an error: an error after a create would replace a pipeline that only lacks a policy. " +
			"To have an error, use `fail_on_unverified` of `ackguard_log_shipping_status`. " +
			"A right that was given just now takes a moment to hold: a job that is refused for that is tried again for a minute.\n\n" +
			"A job of this name that equals the block is taken over; another one is an error that shows the difference, unless `adopt_existing = true`. " +
			"A job that runs is stopped, changed and started again, and goes on where it was.\n\n" +
			"`source_retention` makes the source a channel that keeps rows for a day or so. It is shortened last, once rows were seen to arrive: while they were not, it stays as it is, with a warning, and the next plan shows it. " +
			"Destroying the resource puts it back. What is put back is written down before the first change: the days as the tag `ackguard:ttl:` and the Logstore's name on the project, and whether there was an index as `ackguard:index:` and the name. " +
			"The index itself is too large for a tag and is in the state (`index_before`). If Terraform was killed after it had deleted the index and before it had saved the state, the index is lost: the next apply warns, and destroying makes the standard index of `ackguard_audit_log_archive` instead. " +
			"Two blocks that shorten the same Logstore share the tag: the one that is destroyed first puts the days back, and the other one's next plan shows that. A job that somebody else deleted leaves the tag, and the next apply goes on with it.",
		Attributes: map[string]schema.Attribute{
			"account_id": scoped.AccountID(),
			"region":     scoped.Region(),
			"cluster_id": schema.StringAttribute{
				Optional: true, Validators: []validator.String{validate.ClusterID()}, PlanModifiers: replaces,
				MarkdownDescription: "Cluster whose logs are shipped. Only with `source = \"custom\"` it may be left out. Another value replaces the resource.",
			},
			"source": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.OneOf(shippingSources...)}, PlanModifiers: replaces,
				MarkdownDescription: "What is shipped: `audit` (API server), `inspection` (results of security-inspector), `event` (Kubernetes events), `ingress` (access log of NGINX ingress), `control_plane` (logs of one of its components), " +
					"or `custom` (the Logstore that `project` and `logstore` name). Another value replaces the resource.",
			},
			"component": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.OneOf(shippedComponents...)}, PlanModifiers: replaces,
				MarkdownDescription: "Component of the control plane, with `source = \"control_plane\"` only: `" + strings.Join(shippedComponents, "`, `") + "`. Rows carry it as `component`. Another value replaces the resource.",
			},
			"project": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{validate.LogProject()}, PlanModifiers: found,
				MarkdownDescription: "Project that the logs are in, and the job. Not set, it is the one that the cluster's audit log goes to, or `k8s-log-` and the cluster ID. " +
					"Where that is changed in the same apply, refer to `ackguard_cluster_audit_log`'s `project`. Another value replaces the resource.",
			},
			"logstore": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{validate.LogStore()}, PlanModifiers: found,
				MarkdownDescription: "Logstore that is shipped. Not set, it is the source's: `audit-` and the cluster ID, `k8s-event`, `nginx-ingress`, the component, a hyphen and the cluster ID; " +
					"for `inspection` the only one of the project that is called `security-inspector-configaudit-` and the start of the cluster ID. Another value replaces the resource.",
			},
			"name": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{validate.LogJob()}, PlanModifiers: found,
				MarkdownDescription: "Name of the job. By default `ackguard-`, the source (or the component) and the first 12 characters of the cluster ID; for `custom` `ackguard-custom-` and the Logstore. Another value replaces the resource.",
			},
			"display_name": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{stringvalidator.LengthBetween(1, 100)},
				MarkdownDescription: "Name of the job in the console; `name` by default.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""), MarkdownDescription: "Description of the job; empty by default.",
			},
			"archive": schema.SingleNestedAttribute{
				Required: true, MarkdownDescription: "Where the rows go, e.g. the archive of `ackguard_audit_log_archive`.",
				Attributes: map[string]schema.Attribute{
					"account_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.AccountID()}, MarkdownDescription: "Log account."},
					"region":     schema.StringAttribute{Required: true, MarkdownDescription: "Region of its project. Between regions, rows go over the public endpoint."},
					"project":    schema.StringAttribute{Required: true, Validators: []validator.String{validate.LogProject()}, MarkdownDescription: "Project."},
					"logstore":   schema.StringAttribute{Required: true, Validators: []validator.String{validate.LogStore()}, MarkdownDescription: "Logstore."},
				},
			},
			"source_role_arn": schema.StringAttribute{
				Required: true, Validators: []validator.String{validate.RoleARN()}, MarkdownDescription: "Role in `account_id` that the job reads with.",
			},
			"destination_role_arn": schema.StringAttribute{
				Required: true, Validators: []validator.String{validate.RoleARN()},
				MarkdownDescription: "Role in the log account that the job writes with. Its trust policy names each member, as `{account}@log.aliyuncs.com`.",
			},
			"pass_through": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "True: the job has an empty script, and rows arrive as they are. Rows of different clusters cannot be told apart then, and only a probe row can verify the job.",
			},
			"cluster_name": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "What rows carry as `cluster_name`. Not set, it is the cluster's name when the resource is created; null where that could not be read, with a warning.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"additional_fields": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Further fields of every row, e.g. `{ environment = \"production\" }`. The archive's index has to know those that are searched by name.",
				Validators: []validator.Map{
					mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(), mapvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1), oneLine),
					mapvalidator.KeysAre(
						stringvalidator.RegexMatches(fieldName, "must be a name of letters, digits and underscores that starts with a letter"), stringvalidator.NoneOf(reservedFields()...),
					),
				},
			},
			"script": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Script of the job, made of the arguments; another one that somebody gives the job by hand shows as a change of it. Of a job that is not in SPL, its language comes first.",
			},
			"enabled": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the job runs; true by default. A job that is created with false runs for a moment, for the service starts every new one.",
			},
			"from_time": schema.StringAttribute{
				Optional: true, Validators: []validator.String{validate.Instant()},
				MarkdownDescription: "Rows that arrived from then on are shipped (RFC 3339, whole seconds). Not set, from the first row that the source keeps. Another time replaces the resource.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
					resp.RequiresReplace = seconds(req.StateValue) != seconds(req.PlanValue)
				}, "another time replaces the resource", "another time replaces the resource")},
			},
			"source_retention": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "What the source keeps, once rows arrive in the archive. Not set, it stays as it is; taken away again, what was there before is put back.",
				Attributes: map[string]schema.Attribute{
					"days": schema.Int64Attribute{
						Optional: true, Validators: []validator.Int64{int64validator.Between(1, sls.Forever), int64validator.AtLeastOneOf(path.MatchRelative().AtParent().AtName("index_enabled"))},
						MarkdownDescription: "For how many days rows are kept: 1 to 3650, which keeps them for good. With 1, a job that stands still for longer than a day loses rows. A Logstore with a hot tier (`hot_ttl`) cannot keep rows for fewer days than that.",
					},
					"index_enabled": schema.BoolAttribute{
						Optional: true,
						MarkdownDescription: "Whether there is an index. False takes it away: the reports that the ACK console shows of this Logstore, and alerts and queries on it, work no longer. " +
							"It saves nothing where the Logstore is charged by ingested data. True makes the standard index where there is none. Not set, it is left alone.",
					},
				},
			},
			"adopt_existing": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "What to do when the project has another job of this name. False (default): fail, show the difference and how to import it. True: overwrite it, and put it back on destroy, unless it is set to false before. " +
					"If Terraform is killed between overwriting it and saving the state, the original is lost: the next apply takes over a job that equals this block, with a warning.",
			},
			"verify": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether to look, after a create and after each change, whether rows arrive. One probe row with a field `ackguard_probe` is written to the source, and looked for in the archive, where it stays. " +
					"Where the source may not be written to, the newest row of the source is looked for among those of this cluster and source in the archive.",
			},
			"verify_timeout": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(defaultVerifyTimeout), Validators: []validator.String{validate.Duration(time.Second, maxVerifyTimeout)},
				MarkdownDescription: "How long to wait for rows: a duration from `1s` to `1h`, `2m` by default. It is part of what `timeouts` allows.",
			},
			"verify_triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.Map{mapvalidator.NoNullValues()},
				MarkdownDescription: "Any values. A change verifies the job once more, e.g. that of a role's policy: `{ trust = alicloud_ram_role.writer.assume_role_policy_document }`.",
			},
			"verified": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether rows were seen to arrive; null where nothing could be told, or `verify` is false. It is of the last apply that changed something, and not read again: `ackguard_log_shipping_status` says how it is now.",
			},
			"verification": schema.StringAttribute{Computed: true, MarkdownDescription: "What was done to verify the job, and found; of the same apply."},
			"lag_seconds":  schema.Int64Attribute{Computed: true, MarkdownDescription: "How long the probe row took to show in the archive, or how far the archive was behind the source; null if neither is known. Of the same apply."},
			"status":       schema.StringAttribute{Computed: true, MarkdownDescription: "`STARTING`, `RUNNING`, `STOPPING` or `STOPPED`."},
			"job_before":   schema.StringAttribute{Computed: true, MarkdownDescription: "The job that `adopt_existing` has overwritten, as JSON, for destroying puts it back; null otherwise."},
			"index_before": schema.StringAttribute{Computed: true, MarkdownDescription: "The source's index that `source_retention` has taken away, as JSON, for destroying puts it back; null otherwise."},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

// oneLine checks that a value can stand in a script.
var oneLine = stringvalidator.RegexMatches(regexp.MustCompile(`^[^\r\n]*$`), "must be on one line")

// seconds is a time of the configuration as the service has it; zero for none.
func seconds(t types.String) int64 {
	at, err := time.Parse(time.RFC3339, t.ValueString())
	if err != nil {
		return 0
	}
	return at.Unix()
}

func (m shippingModel) store(ctx context.Context, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	scoped.Store(ctx, state, &m, identity, m.shippingIdentity, diags)
}
