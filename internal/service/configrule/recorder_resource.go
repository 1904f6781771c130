package configrule

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ackguard/terraform-provider-ackguard/internal/alicloud/cloudconfig"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/providerdata"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/scoped"
	"github.com/ackguard/terraform-provider-ackguard/internal/service/validate"
)

// recorderTimeout bounds a start: the service looks at all resources of the account first.
const recorderTimeout = 15 * time.Minute

type recorderResource struct{ data *providerdata.Data }

var (
	_ resource.ResourceWithConfigure   = (*recorderResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*recorderResource)(nil)
	_ resource.ResourceWithImportState = (*recorderResource)(nil)
	_ resource.ResourceWithIdentity    = (*recorderResource)(nil)
)

// NewRecorderResource is the resource ackguard_config_recorder.
func NewRecorderResource() resource.Resource { return &recorderResource{} }

type recorderModel struct {
	recorderIdentity
	ResourceTypes types.Set      `tfsdk:"resource_types"`
	StopOnDestroy types.Bool     `tfsdk:"stop_on_destroy"`
	Started       types.Bool     `tfsdk:"started"`
	Status        types.String   `tfsdk:"status"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

type recorderIdentity struct {
	AccountID types.String `tfsdk:"account_id"`
}

// Metadata implements resource.Resource.
func (r *recorderResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_config_recorder"
}

// Configure implements resource.ResourceWithConfigure.
func (r *recorderResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *recorderResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"account_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Account; the provider's own if not set."},
	}}
}

// ImportState implements resource.ResourceWithImportState.
func (r *recorderResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	account := types.StringValue(req.ID)
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("account_id"), &account)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	account = scoped.OwnAccount(ctx, r.data, account, &resp.Diagnostics)
	scoped.CheckPart(ctx, &resp.Diagnostics, "account_id", account, validate.AccountID())
	scoped.SetImported(ctx, resp, map[string]types.String{"account_id": account})
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *recorderResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	scoped.ModifyAccount(ctx, r.data, req, resp)
}

// recordedByDefault are the types that a block without any asks for.
var recordedByDefault = setOf([]string{cloudconfig.ACKCluster})

var resourceType = regexp.MustCompile(`^ACS::[A-Za-z0-9]+::[A-Za-z0-9]+$`)

// Schema implements resource.Resource.
func (r *recorderResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	account := scoped.AccountID()
	account.MarkdownDescription = "Account whose recorder it is; the provider's own account if not set. Another value replaces the resource."
	resp.Schema = schema.Schema{
		MarkdownDescription: "The configuration recorder of an account: Cloud Config is activated in it and records ACK's clusters, so that rules find them. An account has one recorder, which may be on already: " +
			"then it is taken over as it is. Its record of other resource types is never touched.\n\n" +
			"Destroying the resource leaves the recorder on and its resource types as they are, with a warning, unless `stop_on_destroy` says otherwise.",
		Attributes: map[string]schema.Attribute{
			"account_id": account,
			"resource_types": schema.SetAttribute{
				Optional: true, Computed: true, ElementType: types.StringType, Default: setdefault.StaticValue(recordedByDefault),
				MarkdownDescription: fmt.Sprintf("Resource types that must be recorded; `%s` by default. They are added to those that the recorder has. "+
					"Others stay, for somebody else may need them, and so does one that is taken away here: it only may be missing from then on. In the state are those of them that are recorded.", cloudconfig.ACKCluster),
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.RegexMatches(resourceType, "must be a resource type of Cloud Config, e.g. "+cloudconfig.ACKCluster)),
				},
			},
			"stop_on_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Stop the recorder when the resource is destroyed, if `started` says that this resource started it; false by default. " +
					"Stopping clears all rules, results and account groups of Cloud Config in the account, whoever made them.",
			},
			"started": schema.BoolAttribute{
				Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether this resource started the recorder. False if it was on before, or if the run that started it was killed before it could be written down.",
			},
			"status": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`REGISTERED`: it records; `BUILDING` or `REBUILDING`: it looks at all resources first. A recorder that is stopped (`REGISTRABLE`) is not there, and the plan starts it again.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true}),
		},
	}
}

// recorded are the types of a set that a recorder has.
func recorded(set types.Set, has []string) types.Set {
	var both []string
	for _, wanted := range set.Elements() {
		for _, is := range has {
			if wanted.Equal(types.StringValue(is)) {
				both = append(both, is)
			}
		}
	}
	return setOf(both)
}
