package logshipping

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/sls"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// archiveTimeout bounds an operation on one archive; each is a dozen quick calls.
const archiveTimeout = 5 * time.Minute

type archiveResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*archiveResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*archiveResource)(nil)
	_ resource.ResourceWithImportState    = (*archiveResource)(nil)
	_ resource.ResourceWithIdentity       = (*archiveResource)(nil)
	_ resource.ResourceWithValidateConfig = (*archiveResource)(nil)
	_ resource.ResourceWithMoveState      = (*archiveResource)(nil)
)

// NewArchiveResource is the resource ackguard_audit_log_archive.
func NewArchiveResource() resource.Resource { return &archiveResource{} }

type archiveModel struct {
	AccountID             types.String   `tfsdk:"account_id"`
	Region                types.String   `tfsdk:"region"`
	Project               types.String   `tfsdk:"project"`
	LogStore              types.String   `tfsdk:"logstore"`
	Description           types.String   `tfsdk:"description"`
	RetentionDays         types.Int64    `tfsdk:"retention_days"`
	HotDays               types.Int64    `tfsdk:"hot_days"`
	InfrequentAccessDays  types.Int64    `tfsdk:"infrequent_access_days"`
	ShardCount            types.Int64    `tfsdk:"shard_count"`
	AutoSplit             types.Bool     `tfsdk:"auto_split"`
	MaxSplitShards        types.Int64    `tfsdk:"max_split_shards"`
	Encryption            types.Object   `tfsdk:"encryption"`
	MeteringMode          types.String   `tfsdk:"metering_mode"`
	AdditionalIndexFields types.Map      `tfsdk:"additional_index_fields"`
	ForceDestroy          types.Bool     `tfsdk:"force_destroy"`
	AdoptProject          types.Bool     `tfsdk:"adopt_existing_project"`
	AdoptLogStore         types.Bool     `tfsdk:"adopt_existing_logstore"`
	LogStoreBefore        types.Object   `tfsdk:"logstore_before"`    // see logStoreBefore
	DescriptionBefore     types.String   `tfsdk:"description_before"` // null where it is not known
	Endpoint              types.String   `tfsdk:"endpoint"`
	MissingIndexFields    types.Set      `tfsdk:"missing_index_fields"`
	Timeouts              timeouts.Value `tfsdk:"timeouts"`
}

type archiveIdentity struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Project   types.String `tfsdk:"project"`
	LogStore  types.String `tfsdk:"logstore"`
}

// logStoreBefore is the content of logstore_before. It is in the state and not in private state: of a tainted resource,
// Terraform gives its destroy the one and not the other (seen in 1.11.4). Zero days are not set, an empty index is none.
type logStoreBefore struct {
	RetentionDays        int64  `tfsdk:"retention_days"`
	HotDays              int64  `tfsdk:"hot_days"`
	InfrequentAccessDays int64  `tfsdk:"infrequent_access_days"`
	AutoSplit            bool   `tfsdk:"auto_split"`
	MaxSplitShards       int64  `tfsdk:"max_split_shards"`
	Encrypted            bool   `tfsdk:"encrypted"`
	MeteringMode         string `tfsdk:"metering_mode"`
	Index                string `tfsdk:"index"`
}

var logStoreBeforeTypes = map[string]attr.Type{
	"retention_days": types.Int64Type, "hot_days": types.Int64Type, "infrequent_access_days": types.Int64Type, "auto_split": types.BoolType, "max_split_shards": types.Int64Type,
	"encrypted": types.BoolType, "metering_mode": types.StringType, "index": types.StringType,
}

// encryptionModel is the argument encryption.
type encryptionModel struct {
	Enabled types.Bool   `tfsdk:"enabled"`
	Type    types.String `tfsdk:"type"`
	KeyID   types.String `tfsdk:"kms_key_id"`
	RoleARN types.String `tfsdk:"kms_role_arn"`
	Region  types.String `tfsdk:"kms_region"`
}

var encryptionTypes = map[string]attr.Type{
	"enabled": types.BoolType, "type": types.StringType, "kms_key_id": types.StringType, "kms_role_arn": types.StringType, "kms_region": types.StringType,
}

// What an archive has where its block says nothing.
const (
	defaultDescription   = "Audit logs and risk logs of ACK clusters, kept by ackguard."
	defaultRetention     = 180
	defaultShards        = 2
	defaultMaxSplitShard = 64
)

// Documented bounds.
const (
	minHotDays        = 7
	minInfrequentDays = 30 // where rows are archived after it
	maxShards         = 100
	maxSplitShards    = 256
)

// archiveName names an archive below account and region.
func archiveName() []scoped.Part {
	return []scoped.Part{
		{Key: "project", Description: "Project.", Check: validate.LogProject()},
		{Key: "logstore", Description: "Log store.", Check: validate.LogStore()},
	}
}

// Metadata implements resource.Resource.
func (r *archiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_audit_log_archive"
}

// Configure implements resource.ResourceWithConfigure.
func (r *archiveResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *archiveResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = scoped.IdentityOf(archiveName()...)
}

// ImportState implements resource.ResourceWithImportState.
func (r *archiveResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	scoped.ImportOf(ctx, r.data, req, resp, archiveName()...)
}

// ValidateConfig implements resource.ResourceWithValidateConfig: what depends on several arguments.
func (r *archiveResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m archiveModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if argument, problem := m.tierProblem(); problem != "" {
		resp.Diagnostics.AddAttributeError(path.Root(argument), "Storage tiers do not fit", problem)
	}
	for name := range m.AdditionalIndexFields.Elements() {
		if inStandardIndex(name) {
			resp.Diagnostics.AddAttributeError(path.Root("additional_index_fields"), "Field is in the standard index", fmt.Sprintf(
				"%q is indexed anyway: take it out of additional_index_fields.", name))
		}
	}
	m.checkKey(ctx, resp)
}

// tierProblem says what is wrong with the days in each tier, and at which argument.
func (m archiveModel) tierProblem() (argument, problem string) {
	if m.RetentionDays.IsUnknown() || m.HotDays.IsUnknown() || m.InfrequentAccessDays.IsUnknown() {
		return "", ""
	}
	kept, hot, infrequent := m.RetentionDays.ValueInt64(), m.HotDays.ValueInt64(), m.InfrequentAccessDays.ValueInt64()
	if m.RetentionDays.IsNull() {
		kept = defaultRetention
	}
	switch archived := kept - hot - infrequent; {
	case !m.HotDays.IsNull() && hot > kept:
		return "hot_days", fmt.Sprintf("hot_days is %d and must not exceed retention_days, which is %d.", hot, kept)
	case m.InfrequentAccessDays.IsNull():
		return "", ""
	case m.HotDays.IsNull():
		return "infrequent_access_days", "infrequent_access_days begin after the hot ones: set hot_days, of at least 7, too."
	case archived < 0:
		return "infrequent_access_days", fmt.Sprintf("hot_days (%d) and infrequent_access_days (%d) are %d together and must not exceed retention_days, which is %d.", hot, infrequent, hot+infrequent, kept)
	case archived > 0 && infrequent < minInfrequentDays:
		return "infrequent_access_days", fmt.Sprintf(
			"infrequent_access_days is %d, and the remaining %d of %d days of retention would be archived: rows must be in the infrequent access tier for at least %d days before. "+
				"Set it to %d for no archive, or to %d or more.", infrequent, archived, kept, minInfrequentDays, kept-hot, minInfrequentDays)
	}
	return "", ""
}

// checkKey refuses a half-described key of KMS.
func (m archiveModel) checkKey(ctx context.Context, resp *resource.ValidateConfigResponse) {
	if m.Encryption.IsNull() || m.Encryption.IsUnknown() {
		return
	}
	var e encryptionModel
	resp.Diagnostics.Append(m.Encryption.As(ctx, &e, asGiven)...)
	var given, missing []string
	for _, a := range []struct {
		name  string
		value types.String
	}{{"kms_key_id", e.KeyID}, {"kms_role_arn", e.RoleARN}, {"kms_region", e.Region}} {
		if a.value.IsNull() {
			missing = append(missing, a.name)
		} else {
			given = append(given, a.name)
		}
	}
	if len(given) > 0 && len(missing) > 0 {
		resp.Diagnostics.AddAttributeError(path.Root("encryption"), "Key is not complete", fmt.Sprintf(
			"A key of one's own takes kms_key_id, kms_role_arn and kms_region; %s is set, and %s is not.", strings.Join(given, ", "), strings.Join(missing, ", ")))
	}
}

// Schema implements resource.Resource.
func (r *archiveResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: archiveDescription, Attributes: archiveAttributes(),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

var archiveDescription = "Where the audit logs and risk logs of all clusters are kept, in the log account: a project of Log Service, a log store in it, and an index with which the queries of " +
	"`ackguard_audit_alert` and `ackguard_audit_dashboard` work on arrival.\n\n" +
	"What a run that was killed has made is found by the next one: a project with the description of the block and no other log store, a log store with its settings, an index. Missing parts are made, " +
	"and parts that differ are an error that shows the difference and how to import them, or that is settled by `adopt_existing_project` and `adopt_existing_logstore`. " +
	"If a create fails half-way, what it made stays for the next apply, which goes on from there; the state has nothing of it, so to give up instead delete it by hand.\n\n" +
	"Destroy deletes the log store, unless it holds rows and `force_destroy` is not set, and then the project, unless it holds anything else (log stores, jobs, alerts, dashboards). " +
	"If somebody deletes the log store, the next plan makes it anew, in place.\n\n" +
	"A `moved` block (Terraform 1.8 and later) from `alicloud_log_store` takes its log store over, in the provider's own account and region; what its index lacks is added by the next apply. " +
	"A project cannot be moved, for an archive is both: let its `alicloud_log_project` go with a `removed` block (`destroy = false`) or `terraform state rm`, and the archive's destroy deletes it once it is empty; " +
	"or keep it there and set `adopt_existing_project = true`. An `alicloud_log_store_index` has to be let go in either case, or each would undo what the other does.\n\n" +
	"A change is read back until it shows, as long as `timeouts` allows (5 minutes by default).\n\n" +
	"The standard index has the full text of each row, and fields for search and SQL: " + indexList() + "."

func archiveAttributes() map[string]schema.Attribute {
	return with(placeAttributes(), with(storageAttributes(), indexAttributes()))
}

// with adds attributes to others.
func with(attributes, more map[string]schema.Attribute) map[string]schema.Attribute {
	for name, a := range more {
		attributes[name] = a
	}
	return attributes
}

func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: description}
}

// placeAttributes say where the archive is, and whose.
func placeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"account_id": scoped.AccountID(),
		"region":     scoped.Region(),
		"project": schema.StringAttribute{
			Required: true, Validators: []validator.String{validate.LogProject()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "Project. Names are unique over all accounts and regions. Another value replaces the resource.",
		},
		"logstore": schema.StringAttribute{
			Required: true, Validators: []validator.String{validate.LogStore()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "Log store in the project. Another value replaces the resource.",
		},
		"description": schema.StringAttribute{
			Optional: true, Computed: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Description of the project. If not set, a project that is made gets `" + defaultDescription + "`, and one that exists keeps its own.",
		},
		"force_destroy": flag("Let destroy delete the log store with the rows that it holds. False by default: then destroy fails while there are any. Apply it before destroying."),
		"adopt_existing_project": flag("Work in a project that exists already, whatever is in it. Destroy leaves the project then, with the description that it had. " +
			"False by default: a project that this resource has not made is an error. With true, destroy leaves any project."),
		"adopt_existing_logstore": flag("Overwrite settings and index of a log store that exists already. Destroy leaves the log store and its rows then, and puts back what was there before " +
			"(what hot storage did not have stays in hot storage for all of its retention, for the service cannot take `hot_days` back; shards that were split stay). " +
			"False by default: a log store that differs from the block is an error. What was there before is kept in the state (`logstore_before`), for the log store has no place for it: " +
			"if Terraform is killed between overwriting it and saving the state, it is lost; the next apply finds the log store as planned, says so in a warning, and destroy leaves it as it is then."),
		"logstore_before": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What `adopt_existing_logstore` has overwritten, which destroy puts back; null otherwise, or where it is not known.",
			Attributes: map[string]schema.Attribute{
				"retention_days":         schema.Int64Attribute{Computed: true, MarkdownDescription: "Days for which rows were kept."},
				"hot_days":               schema.Int64Attribute{Computed: true, MarkdownDescription: "Days in hot storage; 0 if that was not set."},
				"infrequent_access_days": schema.Int64Attribute{Computed: true, MarkdownDescription: "Days in the infrequent access tier; 0 if that was not set."},
				"auto_split":             schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether shards were split."},
				"max_split_shards":       schema.Int64Attribute{Computed: true, MarkdownDescription: "Into how many at most."},
				"encrypted":              schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether rows were encrypted."},
				"metering_mode":          schema.StringAttribute{Computed: true, MarkdownDescription: "How it was charged."},
				"index":                  schema.StringAttribute{Computed: true, MarkdownDescription: "The index, as the service writes it; empty if there was none."},
			},
		},
		"description_before": schema.StringAttribute{
			Computed: true, MarkdownDescription: "What a project that was adopted was described as, which destroy puts back; null otherwise.",
		},
		"endpoint": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Endpoint of Log Service in the region, as jobs that write to the archive name it.",
		},
	}
}

// storageAttributes are about how rows are kept.
func storageAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"retention_days": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultRetention), Validators: []validator.Int64{int64validator.Between(1, sls.Forever)},
			MarkdownDescription: "Days for which rows are kept: 1 to 3650, where 3650 keeps them for ever; 180 by default. Lowering it deletes rows that are older.",
		},
		"hot_days": schema.Int64Attribute{
			Optional: true, Validators: []validator.Int64{int64validator.AtLeast(minHotDays)},
			MarkdownDescription: "Days for which rows stay in hot storage, at least 7 and at most `retention_days`; after that they are in the infrequent access tier. Not set, all of them stay hot. " +
				"The service cannot take the setting back: taking the argument away sets it to `retention_days`, which is the same.",
		},
		"infrequent_access_days": schema.Int64Attribute{
			Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "Days for which rows are in the infrequent access tier after `hot_days`, at least 30 if anything is left of `retention_days`: those days they are archived. " +
				"Not set, nothing is archived.",
		},
		"shard_count": schema.Int64Attribute{
			Optional: true, Computed: true, Validators: []validator.Int64{int64validator.Between(1, maxShards)},
			MarkdownDescription: "Shards that take rows, at least; 2 by default. More than there are by `auto_split` is no difference. A higher value splits shards, and what they hold stays. " +
				"A lower one is an error: shards are merged in the console, by whoever knows the load.",
		},
		"auto_split": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true), MarkdownDescription: "Whether the service splits shards when more is written than they take; true by default.",
		},
		"max_split_shards": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultMaxSplitShard), Validators: []validator.Int64{int64validator.Between(1, maxSplitShards)},
			MarkdownDescription: "How many shards `auto_split` makes at most: 1 to 256; 64 by default.",
		},
		"encryption": schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "Encryption of the rows at rest. It may be added to a log store that never had any, and switched off and on; taking it away switches it off. " +
				"Algorithm and key are there for good, so a change of them is an error: replacing the log store would lose its rows. For others make another archive and ship to it.",
			Attributes: map[string]schema.Attribute{
				"enabled": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true), MarkdownDescription: "Whether rows are encrypted; true by default."},
				"type": schema.StringAttribute{
					Optional: true, Computed: true, Default: stringdefault.StaticString("default"), Validators: []validator.String{stringvalidator.OneOf("default", "m4")},
					MarkdownDescription: "Algorithm: `default` (AES) or `m4` (SM4).",
				},
				"kms_key_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Key of one's own in KMS; the service's if not set.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
				"kms_role_arn": schema.StringAttribute{
					Optional: true, MarkdownDescription: "Role with which the service uses the key.", Validators: []validator.String{validate.RoleARN()},
				},
				"kms_region": schema.StringAttribute{Optional: true, MarkdownDescription: "Region of the key.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
			},
		},
		"metering_mode": schema.StringAttribute{
			Optional: true, Computed: true, Validators: []validator.String{stringvalidator.OneOf(sls.ChargeByFunction, sls.ChargeByDataIngest)},
			MarkdownDescription: "How the log store is charged: `ChargeByFunction` (pay by feature) or `ChargeByDataIngest` (pay by ingested data). If not set, it stays what the service makes it.",
		},
	}
}

// indexAttributes are about what can be searched.
func indexAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"additional_index_fields": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Fields to index beside the standard ones, by name: `text`, `long`, `double`, or `json` (all texts in it).",
			Validators: []validator.Map{
				mapvalidator.NoNullValues(), mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1)),
				mapvalidator.ValueStringsAre(stringvalidator.OneOf(sls.Text, sls.Long, sls.Double, sls.JSON)),
			},
		},
		"missing_index_fields": schema.SetAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "What the log store's index lacks of the standard index and of `additional_index_fields`: `line` is the full-text index, a field, or `FIELD.PATH` for a part of one. " +
				"It is planned empty, so a field that somebody takes out shows as a difference, and the next apply adds it. Fields that others have added stay. An index holds for rows that come after it.",
		},
	}
}
