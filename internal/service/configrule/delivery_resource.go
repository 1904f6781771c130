package configrule

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

type deliveryResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = (*deliveryResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*deliveryResource)(nil)
	_ resource.ResourceWithImportState    = (*deliveryResource)(nil)
	_ resource.ResourceWithIdentity       = (*deliveryResource)(nil)
	_ resource.ResourceWithValidateConfig = (*deliveryResource)(nil)
)

// NewDeliveryResource is the resource ackguard_config_delivery.
func NewDeliveryResource() resource.Resource { return &deliveryResource{} }

const defaultDeliveryName = "ackguard ACK"

type deliveryModel struct {
	owner
	DeliveryChannelID     types.String   `tfsdk:"delivery_channel_id"`
	Name                  types.String   `tfsdk:"delivery_channel_name"`
	Description           types.String   `tfsdk:"description"`
	Type                  types.String   `tfsdk:"delivery_channel_type"`
	TargetARN             types.String   `tfsdk:"delivery_channel_target_arn"`
	ResourceTypes         types.Set      `tfsdk:"resource_types"`
	LowestRiskLevel       types.Int64    `tfsdk:"lowest_risk_level"`
	Condition             types.String   `tfsdk:"delivery_channel_condition"`
	ConfigurationChanges  types.Bool     `tfsdk:"configuration_item_change_notification"`
	NonCompliant          types.Bool     `tfsdk:"non_compliant_notification"`
	ConfigurationSnapshot types.Bool     `tfsdk:"configuration_snapshot"`
	CompliantSnapshot     types.Bool     `tfsdk:"compliant_snapshot"`
	SnapshotTime          types.String   `tfsdk:"delivery_snapshot_time"`
	OversizedTargetARN    types.String   `tfsdk:"oversized_data_oss_target_arn"`
	Status                types.Int64    `tfsdk:"status"`
	Timeouts              timeouts.Value `tfsdk:"timeouts"`
}

type deliveryIdentity struct {
	owner
	DeliveryChannelID types.String `tfsdk:"delivery_channel_id"`
}

// Metadata implements resource.Resource.
func (r *deliveryResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_delivery"
}

// Configure implements resource.ResourceWithConfigure.
func (r *deliveryResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *deliveryResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = ownedIdentity("delivery_channel_id", "Delivery channel ID.")
}

// ImportState implements resource.ResourceWithImportState.
func (r *deliveryResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importOwned(ctx, r.data, req, resp, "delivery_channel_id", validate.DeliveryChannelID())
}

// ModifyPlan implements resource.ResourceWithModifyPlan: what goes by the type of the channel.
func (r *deliveryResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyAccount(ctx, r.data, req, resp)
	if r.data == nil || req.Plan.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	var m, given deliveryModel
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &given)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.ResourceTypes, m.NonCompliant, m.Condition = given.ResourceTypes, given.NonCompliant, types.StringUnknown()
	m.fill(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &m)...)
}

// fill puts defaults where the block says nothing, as far as they can be known.
func (m *deliveryModel) fill(ctx context.Context, diags *diag.Diagnostics) {
	toBucket := m.Type.ValueString() == cloudconfig.DeliveryOSS
	if m.ResourceTypes.IsNull() && !m.Type.IsUnknown() {
		filter := []string{cloudconfig.ACKCluster}
		if toBucket {
			filter = nil
		}
		m.ResourceTypes = someOf(filter)
	}
	if m.NonCompliant.IsNull() && !m.Type.IsUnknown() {
		m.NonCompliant = types.BoolValue(!toBucket)
	}
	if m.Type.IsUnknown() {
		if m.ResourceTypes.IsNull() {
			m.ResourceTypes = types.SetUnknown(types.StringType)
		}
		if m.NonCompliant.IsNull() {
			m.NonCompliant = types.BoolUnknown()
		}
	}
	if known(ctx, m.ResourceTypes) && !m.LowestRiskLevel.IsUnknown() {
		m.Condition = types.StringValue(cloudconfig.DeliveryCondition(texts(ctx, m.ResourceTypes, diags), m.LowestRiskLevel.ValueInt64()))
	}
}

// someOf is a set that may be empty, which is not the same as null here.
func someOf(list []string) types.Set {
	values := make([]attr.Value, 0, len(list))
	for _, s := range list {
		values = append(values, types.StringValue(s))
	}
	return types.SetValueMust(types.StringType, values)
}

var (
	bucketARN    = regexp.MustCompile(`^acs:oss:[a-z0-9-]+:[0-9]+:[a-z0-9][a-z0-9-]+$`)
	snapshotTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]Z$`)
	// targetARNs are the documented forms of targets, by type.
	targetARNs = map[string]struct {
		form    *regexp.Regexp
		example string
	}{
		cloudconfig.DeliveryOSS: {bucketARN, "acs:oss:cn-hangzhou:1234567890123456:bucket"},
		cloudconfig.DeliveryMNS: {regexp.MustCompile(`^acs:mns:[a-z0-9-]+:[0-9]+:/topics/[^/]+$`), "acs:mns:cn-hangzhou:1234567890123456:/topics/topic"},
		cloudconfig.DeliverySLS: {regexp.MustCompile(`^acs:log:[a-z0-9-]+:[0-9]+:project/[^/]+/logstore/[^/]+$`), "acs:log:cn-hangzhou:1234567890123456:project/project/logstore/logstore"},
	}
)

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *deliveryResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m deliveryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || m.Type.IsUnknown() {
		return
	}
	kind := m.Type.ValueString()
	if m.Type.IsNull() {
		kind = cloudconfig.DeliverySLS
	}
	refuse := func(argument, summary, format string, args ...any) {
		resp.Diagnostics.AddAttributeError(path.Root(argument), summary, fmt.Sprintf(format, args...))
	}
	if target := targetARNs[kind]; target.form != nil && !m.TargetARN.IsUnknown() && !target.form.MatchString(m.TargetARN.ValueString()) {
		refuse("delivery_channel_target_arn", "Target does not fit the type", "delivery_channel_target_arn of a channel of type %s is of the form %s, not %q.", kind, target.example, m.TargetARN.ValueString())
	}
	if kind == cloudconfig.DeliveryOSS && m.NonCompliant.ValueBool() {
		refuse("non_compliant_notification", "Not for a bucket", "Non-compliant events are delivered to log stores and topics only: use a channel of type SLS or MNS.")
	}
	if kind == cloudconfig.DeliveryOSS && !m.OversizedTargetARN.IsNull() {
		refuse("oversized_data_oss_target_arn", "Not for a bucket", "oversized_data_oss_target_arn is where goes what is too big for a log store or a topic; this channel delivers to a bucket.")
	}
	if kind != cloudconfig.DeliverySLS && m.CompliantSnapshot.ValueBool() {
		refuse("compliant_snapshot", "Only for a log store", "Compliance snapshots are delivered to log stores only: use a channel of type SLS.")
	}
	if !m.SnapshotTime.IsNull() && !m.ConfigurationSnapshot.IsUnknown() && !m.ConfigurationSnapshot.ValueBool() {
		refuse("delivery_snapshot_time", "Time without a snapshot", "delivery_snapshot_time is when the snapshots of configuration_snapshot are delivered, which this channel does not deliver.")
	}
}

// Schema implements resource.Resource.
func (r *deliveryResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	flag := func(on bool, description string) schema.BoolAttribute {
		return schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(on), MarkdownDescription: description}
	}
	attributes := map[string]schema.Attribute{
		"delivery_channel_id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Delivery channel ID.", PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"delivery_channel_name": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(defaultDeliveryName),
			MarkdownDescription: "Name; `" + defaultDeliveryName + "` by default. Cloud Config lets several channels have one name, and this resource does not: by its name a channel is found again after a run that was killed.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"description": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Description.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"delivery_channel_type": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(cloudconfig.DeliverySLS),
			MarkdownDescription: "Where to: `SLS`, the default, to a log store; `MNS` to a topic; `OSS` to a bucket. Another value replaces the resource.",
			Validators:          []validator.String{stringvalidator.OneOf(cloudconfig.DeliverySLS, cloudconfig.DeliveryMNS, cloudconfig.DeliveryOSS)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"delivery_channel_target_arn": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "ARN of the log store (`acs:log:{region}:{account}:project/{project}/logstore/{logstore}`), topic (`acs:mns:{region}:{account}:/topics/{topic}`) or " +
				"bucket (`acs:oss:{region}:{account}:{bucket}`). It may be another account's of the resource directory, e.g. the log account's. Whether it is there is for the service to say.",
		},
		"resource_types": schema.SetAttribute{
			Optional: true, Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Only what is about these resource types; `[]` for all. By default `ACS::ACK::Cluster`, and all for a bucket. " +
				"Cloud Config's pages name the filter for everything that goes to a topic, and for snapshots that go to a log store.",
			Validators: []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
		},
		"lowest_risk_level": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "Only events of rules that are at least this grave: 1 high, 2 medium, 3 low. Cloud Config's pages name it for channels of type `MNS`.",
			Validators:          []validator.Int64{int64validator.Between(1, 3)},
		},
		"delivery_channel_condition": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The filters as Cloud Config has them, in JSON; made of `resource_types` and `lowest_risk_level`. Others that somebody sets by hand show in it, and the next apply takes them away.",
		},
		"configuration_item_change_notification": flag(true, "Deliver changes of configurations. On by default."),
		"non_compliant_notification": schema.BoolAttribute{
			Optional: true, Computed: true, MarkdownDescription: "Deliver non-compliant events, to a log store or a topic. On by default, but for a bucket.",
		},
		"configuration_snapshot": flag(false, "Deliver snapshots of configurations every day."),
		"compliant_snapshot":     flag(false, "Deliver snapshots of compliance every day, to a log store."),
		"delivery_snapshot_time": schema.StringAttribute{
			Optional: true, MarkdownDescription: "When `configuration_snapshot` delivers, in UTC, e.g. `09:10Z`; at `04:00Z` and `16:00Z` if not set.",
			Validators: []validator.String{stringvalidator.RegexMatches(snapshotTime, "must be a time of day in UTC, e.g. 09:10Z")},
		},
		"oversized_data_oss_target_arn": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "ARN of a bucket for what is too big for the log store (1 MB) or the topic (64 kB). If not set, only a summary is delivered then.",
			Validators:          []validator.String{stringvalidator.RegexMatches(bucketARN, "must be the ARN of a bucket, e.g. acs:oss:cn-hangzhou:1234567890123456:bucket")},
		},
		"status": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(cloudconfig.DeliveryEnabled),
			MarkdownDescription: "1, the default: it delivers; 0: it is kept and does not deliver. Numbers, as in the API and in `alicloud_config_delivery`, so that blocks can be moved as they are.",
			Validators:          []validator.Int64{int64validator.OneOf(0, cloudconfig.DeliveryEnabled)},
		},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A delivery channel of Cloud Config: changes of ACK's clusters and non-compliant events, of one account or of all accounts of an account group, go to a log store, " +
			"e.g. of the log account.\n\nA channel of the same name that equals the block is taken over; another one is an error that says how to import it. There can be 5 per account and per account group.",
		Attributes: with(attributes, ownerAttributes("the channel")),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}
